"""`iqm.result`: IQM's answer, counts by measurement keys or single shots, one entry a circuit.

Counts: `{"measurement_counts": [{"measurement_keys": ["c_2_0_1", "c_2_0_0"], "counts": {"10": 2}}]}`, the characters in
the order of the keys. Single shots: `{"measurements": [{"c_2_0_0": [[0], [1]], …}]}`, per key one list of bits a shot.
Both also come as bare lists. A key of Qiskit's programs, and of ours, is name_length_register_bit: the register's name
and length, its place among the circuit's registers, the bit's place in it.
Source: iqm-client's models (`MeasurementKey`, `CircuitMeasurementResults`), and the Hub's description of its answers.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qrelay.program import Layout, Register, payload_names
from qrelay.results import packing
from qrelay.results.document import Answer, kind
from qrelay.results.outcome import Outcome
from qrelay.results.values import check_size, counts_of, layouts_for, matrix_of_lists, matrix_of_strings, seeds_for

__all__ = ["decode"]

_KEY = re.compile(r"(?P<name>.*)_(?P<length>\d{1,6})_(?P<register>\d{1,6})_(?P<bit>\d{1,6})", re.DOTALL)
_MOST_BITS = 100_000


def decode(answer: Answer, layouts: list[Layout | None] | None, shots: int | None, seed: str) -> list[Outcome]:
    """Read every circuit. Where there are single shots they are taken, and counts beside them must agree.

    Without a layout the keys say what the registers are. A bit without a key was not measured and reads 0; a register
    without any is unknown. Keys of other clients that do not read so are registers of their own, in the answer's order.
    """
    parsed = answer.parsed(unique_keys=True)
    counted, single = _parts(answer, parsed)
    circuits = len(counted if counted is not None else single or [])
    if single is not None and len(single) != circuits:
        answer.refuse(f"it has shots of {len(single)} circuits and counts of {circuits}")
    if not circuits:
        answer.refuse("it has no circuit's result")
    outcomes = []
    for place, (layout, own) in enumerate(
        zip(layouts_for(answer, layouts, circuits), seeds_for(seed, circuits), strict=True)
    ):
        told = None if counted is None else _counted(answer, counted[place], layout, shots, own)
        if single is not None:
            shown = _single(answer, single[place], layout, shots, own)
            if told is not None and (told.counts() != shown.counts() or told.layout != shown.layout):
                answer.refuse("its counts and its single shots contradict each other")
            told = shown
        assert told is not None
        outcomes.append(told)
    return outcomes


def _parts(answer: Answer, parsed: Any) -> tuple[list[Any] | None, list[Any] | None]:
    """The circuits' counts and the circuits' single shots, as far as there are any."""
    if isinstance(parsed, list):
        if not parsed:
            answer.refuse("it is a list without results")
        if all(type(entry) is dict and "counts" in entry for entry in parsed):
            return parsed, None
        return None, parsed
    document = answer.object_of(parsed)
    counted = answer.member(document, "measurement_counts", list) if document.get("measurement_counts") else None
    single = answer.member(document, "measurements", list) if document.get("measurements") else None
    if counted is None and single is None:
        answer.refuse(f"it has neither 'measurement_counts' nor 'measurements'; it has {sorted(document)[:8]}")
    return counted, single


def _counted(answer: Answer, entry: Any, layout: Layout | None, shots: int | None, seed: str) -> Outcome:
    if type(entry) is not dict:
        answer.refuse(f"a circuit's counts should be an object and are {kind(entry)}")
    counts = answer.member(entry, "counts", dict)
    keys = answer.member(entry, "measurement_keys", list)
    if any(type(key) is not str for key in keys) or len(set(keys)) < len(keys):
        answer.refuse("its measurement keys should be different strings")
    if not keys or not counts:
        answer.refuse("a circuit has no measurement keys, or no counts")
    weights = counts_of(answer, list(counts.values()))
    width = len(next(iter(counts))) if len(keys) == 1 else len(keys)  # one key may be of several qubits
    values = matrix_of_strings(answer, list(counts), width)
    some = weights > 0
    sizes = [(key, width // len(keys)) for key in keys]
    layout, matrix = _memory(answer, values[some], sizes, layout)
    return _outcome(layout, matrix, weights[some], shots, seed)


def _single(answer: Answer, entry: Any, layout: Layout | None, shots: int | None, seed: str) -> Outcome:
    if type(entry) is not dict or not entry:
        answer.refuse(f"a circuit's shots should be an object with lists of shots and are {kind(entry)}")
    keys: list[tuple[str, int]] = []
    parts: list[NDArray[np.uint8]] = []
    for key in entry:
        rows = answer.member(entry, key, list)
        if not rows or type(rows[0]) is not list or not rows[0]:
            answer.refuse(f"key {key[:40]!r} has no shots, or no bits in them")
        keys.append((key, len(rows[0])))
        parts.append(matrix_of_lists(answer, rows, len(rows[0])))
        if len(rows) != len(parts[0]):
            answer.refuse(f"its keys have different numbers of shots: {len(parts[0])} and {len(rows)}")
    layout, matrix = _memory(answer, np.concatenate(parts, axis=1), keys, layout)
    return _outcome(layout, matrix, None, shots, seed)


def _outcome(
    layout: Layout, matrix: NDArray[np.uint8], weights: NDArray[np.int64] | None, shots: int | None, seed: str
) -> Outcome:
    return Outcome(
        layout=layout,
        bits=packing.pack(matrix),
        weights=weights,
        shots_asked=shots,
        shots_returned=len(matrix) if weights is None else int(weights.sum()),
        seed=seed,
    )


# --- which bit a key means -------------------------------------------------------------------------------------------


def _memory(
    answer: Answer, values: NDArray[np.uint8], keys: Sequence[tuple[str, int]], layout: Layout | None
) -> tuple[Layout, NDArray[np.uint8]]:
    """Classical memory, one column a bit, of values that stand in the order of the keys and their sizes."""
    if layout is None:
        layout, places = _made_up(answer, keys)
    else:
        places = _known(answer, keys, layout)
    check_size(answer, len(values), layout.num_clbits)
    matrix = np.zeros((len(values), layout.num_clbits), dtype=np.uint8)
    matrix[:, places] = values
    return layout, matrix


def _known(answer: Answer, keys: Sequence[tuple[str, int]], layout: Layout) -> list[int]:
    """The bit of each key, of a program with this layout: keys are of its groups, in the payload's names or its own, or
    of its registers."""
    groups = [bits for _, bits in layout.groups]
    spellings = [
        list(zip(payload_names(layout), groups, strict=True)),
        list(layout.groups),
        [(register.name, register.bits) for register in layout.registers],
    ]
    names = {key for key, size in keys if size == 1}
    for registers in spellings:
        known = {
            f"{name}_{len(bits)}_{place}_{index}": bit
            for place, (name, bits) in enumerate(registers)
            for index, bit in enumerate(bits)
        }
        if len(names) == len(keys) and names <= known.keys():
            places = [known[key] for key, _ in keys]
            missing = sorted({bit for bit, qubit in enumerate(layout.qubits) if qubit >= 0}.difference(places))
            if missing:
                answer.refuse(f"it has no measurement key for the bits {missing[:8]}")
            if len(set(places)) < len(places):
                answer.refuse("two of its measurement keys mean the same bit")
            return places
    return answer.refuse(
        f"its measurement keys are not those of the job's registers: {sorted(key for key, _ in keys)[:4]}"
    )


def _made_up(answer: Answer, keys: Sequence[tuple[str, int]]) -> tuple[Layout, list[int]]:
    found = [_KEY.fullmatch(key) if size == 1 else None for key, size in keys]
    read = [match for match in found if match is not None]
    if len(read) < len(keys):
        return _of_own(keys)
    lengths: dict[int, tuple[str, int]] = {}
    for match in read:
        place, told = int(match["register"]), (match["name"], int(match["length"]))
        if lengths.setdefault(place, told) != told or int(match["bit"]) >= told[1]:
            answer.refuse(f"its measurement key {match[0][:40]!r} contradicts another one, or itself")
    starts: dict[int, int] = {}
    registers: list[Register] = []
    total = 0
    for place in sorted(lengths):
        name, length = lengths[place]
        if total + length > _MOST_BITS:
            answer.refuse(f"its measurement keys speak of more than {_MOST_BITS} bits")
        starts[place] = total
        registers.append(Register(name, tuple(range(total, total + length))))
        total += length
    places = [starts[int(match["register"])] + int(match["bit"]) for match in read]
    if len(set(places)) < len(places):
        answer.refuse("two of its measurement keys mean the same bit")
    return Layout(total, tuple(registers), (-1,) * total, 0), places


def _of_own(keys: Sequence[tuple[str, int]]) -> tuple[Layout, list[int]]:
    registers: list[Register] = []
    total = 0
    for key, size in keys:
        registers.append(Register(key, tuple(range(total, total + size))))
        total += size
    return Layout(total, tuple(registers), (-1,) * total, 0), list(range(total))
