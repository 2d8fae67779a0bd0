"""`rigetti.quil-results.v1`: readout memory, one row a shot, `{"ro": [[0, 0], [1, 1]]}`.

A row's first entry is the memory's first: `ro[0]`. In programs of ours `ro` is the classical memory as the Layout has
it, entry i its bit i. Programs of other clients may read out memory of other names beside it.
Source: azure-quantum's `target.rigetti.Result`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from qrelay.program import Layout, Register
from qrelay.results import packing
from qrelay.results.document import Answer
from qrelay.results.outcome import Outcome
from qrelay.results.values import matrix_of_lists, width_of

__all__ = ["decode"]

_READOUT = "ro"


def decode(answer: Answer, layout: Layout | None, shots: int | None, seed: str) -> list[Outcome]:
    """Read one job's memory.

    With a layout `ro` alone is read: nothing else is classical memory of the circuit. Without one, every memory of bits
    is a register of its own name, in the answer's order; memory of other numbers beside `ro` is no register.
    """
    document = answer.document(unique_keys=True)
    for name in document:
        answer.member(document, name, list)
    if layout is None:
        layout, matrix = _as_it_stands(answer, document)
    elif layout.num_clbits == 0 and _READOUT not in document:
        matrix = np.zeros((shots or 0, 0), dtype=np.uint8)  # memory without entries is not declared
    else:
        matrix = matrix_of_lists(answer, answer.member(document, _READOUT, list), layout.num_clbits)
    return [
        Outcome(
            layout=layout,
            bits=packing.pack(matrix),
            weights=None,
            shots_asked=shots,
            shots_returned=len(matrix),
            seed=seed,
        )
    ]


def _as_it_stands(answer: Answer, document: dict[str, list[Any]]) -> tuple[Layout, NDArray[np.uint8]]:
    if not document:
        answer.refuse("it has no readout memory")
    registers: list[Register] = []
    parts: list[NDArray[np.uint8]] = []
    total = 0
    for name, rows in document.items():
        if len(rows) != len(next(iter(document.values()))):
            lengths = {name[:40]: len(rows) for name, rows in list(document.items())[:8]}
            answer.refuse(f"its memories have different numbers of shots: {lengths}")
        if name != _READOUT and _READOUT in document and not _of_bits(rows):
            continue
        part = matrix_of_lists(answer, rows, width_of(answer, rows))
        registers.append(Register(name, tuple(range(total, total + part.shape[1]))))
        parts.append(part)
        total += part.shape[1]
    return Layout(total, tuple(registers), (-1,) * total, 0), np.concatenate(parts, axis=1)


def _of_bits(rows: list[Any]) -> bool:
    return all(type(row) is list and all(type(value) is int and value in (0, 1) for value in row) for row in rows)
