"""`honeywell.quantum-results.v1`: per register one string a shot, `{"c": ["111", "000"]}`, highest bit leftmost."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from qrelay.program import Layout, Register, payload_names
from qrelay.results.document import Answer, kind
from qrelay.results.outcome import Outcome
from qrelay.results.shots import split

__all__ = ["decode"]

_NO_REGISTERS = frozenset({"access_token"})  # seen in answers: a credential, never a register, never repeated
_MEANING = np.full(256, 255, dtype=np.uint8)
_MEANING[[ord("0"), ord("1"), ord("-"), ord("2")]] = [0, 1, 2, 2]  # the vendor's reader takes '-' and '2' for lost


def decode(answer: Answer, layout: Layout | None, shots: int | None, seed: str) -> list[Outcome]:
    """Read one answer; registers are found by the names that `payload_names` gives them in the payload.

    Without a layout the document's registers are the circuit's, its first one lowest.
    """
    document = {name: value for name, value in answer.document(unique_keys=True).items() if name not in _NO_REGISTERS}
    if layout is None:
        layout = _layout_of(answer, document)
        names = tuple(register.name for register in layout.registers)
    else:
        names = payload_names(layout)
    if set(names) != set(document):
        answer.refuse(f"it has the registers {sorted(document)[:8]} and the job had {sorted(names)[:8]}")
    parts = []
    columns: list[int] = []
    for name, (_, bits) in zip(reversed(names), reversed(layout.groups), strict=True):
        parts.append(_register(answer, name, document[name], len(bits)))
        columns.extend(reversed(bits))
    if len({len(part) for part in parts}) > 1:
        lengths = {name: len(document[name]) for name in names}
        answer.refuse(f"its registers have different numbers of shots: {lengths}")
    matrix = np.concatenate(parts, axis=1) if parts else np.zeros((0, 0), dtype=np.uint8)
    usable, _, lost = split(matrix, None, columns, layout)
    return [
        Outcome(
            layout=layout,
            bits=usable,
            weights=None,
            shots_asked=shots,
            shots_returned=len(matrix),
            lost=lost or None,
            seed=seed,
        )
    ]


def _register(answer: Answer, name: str, strings: Any, size: int) -> NDArray[np.uint8]:
    """Zeros, ones and twos (lost), shape (shots, size), highest bit first."""
    if type(strings) is not list:
        answer.refuse(f"register {name!r} should be a list of strings and is {kind(strings)}")
    if set(map(type, strings)) - {str}:
        answer.refuse(f"register {name!r} holds something else than strings")
    if set(map(len, strings)) - {size}:
        found = next(string for string in strings if len(string) != size)
        answer.refuse(f"register {name!r} has {size} bits and a shot says {found[:80]!r}")
    try:
        letters = np.frombuffer("".join(strings).encode("ascii"), dtype=np.uint8)
    except UnicodeEncodeError:
        answer.refuse(f"register {name!r} holds something else than zeros and ones")
    matrix = _MEANING[letters].reshape(len(strings), size)
    if matrix.size and matrix.max() > 2:
        answer.refuse(f"register {name!r} holds something else than zeros and ones")
    return matrix


def _layout_of(answer: Answer, document: dict[str, Any]) -> Layout:
    registers: list[Register] = []
    total = 0
    for name, strings in document.items():
        if type(strings) is not list or not strings or type(strings[0]) is not str or not strings[0]:
            answer.refuse(f"register {name!r} should be a list of strings with a shot in it, and a bit in each shot")
        size = len(strings[0])
        registers.append(Register(name, tuple(range(total, total + size))))
        total += size
    if not total:
        answer.refuse("it has no register")
    return Layout(num_clbits=total, registers=tuple(registers), qubits=(-1,) * total, num_qubits=0)
