"""`microsoft.quantum-results.v1` and `.v2`: answers of programs in QIR.

v2: `{"DataFormat": …, "Results": [{"Histogram": [{"Outcome": [0, 1], "Display": …, "Count": 1}], "Shots": [[0, 1]]}]}`
v1: `{"Histogram": ["[0, 1]", 0.5, "[1, 0]", 0.5]}`

The bit order is that of the program's record calls and nothing else. Ours (and those that azure-quantum writes for
Qiskit) record registers last to first, each from its highest bit down: read from left to right, an outcome is the bit
string. Several registers are a tuple, `{"Item1": […], "Item2": […]}`. A lost qubit is `"-"`; a shot that failed is
`{"Error": {"Code": "0x20", "Name": …}}`. Some backends write the words "Zero", "One" and "Loss", as
azure-quantum 3.13.0 reads them in its Cirq targets. Displays are for people and are not read in v2.
"""

from __future__ import annotations

import json
import re
from itertools import chain
from operator import itemgetter
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from qrelay.program import Layout, Register
from qrelay.results import packing
from qrelay.results.document import Answer, kind
from qrelay.results.outcome import Outcome
from qrelay.results.rounding import checked_probabilities, largest_remainder
from qrelay.results.shots import LOST, reading_order, split
from qrelay.results.values import MOST_SHOTS

__all__ = ["decode_v1", "decode_v2"]

Row: TypeAlias = list[Any]

_VALUES: dict[Any, int] = {0: 0, 1: 1, "Zero": 0, "One": 1, "Loss": LOST, LOST: LOST, "-": LOST}
_MOST_ERRORS = 10_000_000


def decode_v2(answer: Answer, layouts: list[Layout | None] | None, shots: int | None, seed: str) -> list[Outcome]:
    """Read every item of the answer.

    Single shots are taken where the item has them, and must agree with its histogram; else the histogram is taken.
    Without a layout the registers are named `c0`, `c1` … from the right: the last element of a tuple is `c0`.
    """
    document = answer.document()
    if document.get("DataFormat", "microsoft.quantum-results.v2") != "microsoft.quantum-results.v2":
        answer.refuse(f"it says that it is {document['DataFormat']!r:.60}")
    items = answer.member(document, "Results", list)
    if not items:
        answer.refuse("its list of results is empty")
    if layouts is None:
        layouts = [None] * len(items)
    if len(layouts) != len(items):
        answer.refuse(f"it holds {len(items)} results and {len(layouts)} were expected")
    seeds = [seed] if len(items) == 1 else [f"{seed}/{index}" for index in range(len(items))]
    return [_item(answer, item, layout, shots, own) for item, layout, own in zip(items, layouts, seeds, strict=True)]


def decode_v1(answer: Answer, layout: Layout | None, shots: int | None, seed: str) -> list[Outcome]:
    """Read a flat list of outcomes and probabilities; counts by largest remainder, as for every histogram of these."""
    document = answer.document()
    if document.get("DataFormat", "microsoft.quantum-results.v1") != "microsoft.quantum-results.v1":
        answer.refuse(f"it says that it is {document['DataFormat']!r:.60}")
    flat = answer.member(document, "Histogram", list)
    if not flat or len(flat) % 2:
        answer.refuse(f"its histogram should alternate outcomes and probabilities and has {len(flat)} entries")
    figures = checked_probabilities(answer, flat[1::2])
    parts = [_leaves(answer, _display(answer, text)) for text in flat[::2]]
    widths = _widths(answer, parts[0], layout)
    layout = layout or _layout_of(widths)
    rows = _matrix(answer, parts, widths)
    columns = list(chain.from_iterable(reading_order(layout)))
    values = rows @ _place_values(columns)  # Python integers: as wide as it takes
    order = sorted(range(len(rows)), key=lambda row: values[row])
    counts = np.array(largest_remainder([figures[row] for row in order], shots or 0), dtype=np.int64)
    rows = rows[order]
    bits, weights, lost = split(rows, counts, columns, layout)
    strings = packing.texts(rows[:, np.argsort(columns)], [group for _, group in layout.groups])
    probabilities: dict[str, float] = {}
    for string, row in zip(strings, order, strict=True):
        if str(LOST) not in string:
            probabilities[string] = probabilities.get(string, 0.0) + figures[row]
    return [
        Outcome(
            layout=layout,
            bits=bits,
            weights=weights,
            shots_asked=shots,
            shots_returned=shots or 0,
            probabilities=probabilities,
            lost=lost or None,
            seed=seed,
        )
    ]


def _item(answer: Answer, item: Any, layout: Layout | None, shots: int | None, seed: str) -> Outcome:
    if type(item) is not dict:
        answer.refuse(f"a result should be an object and is {kind(item)}")
    single = item.get("Shots")
    histogram = item.get("Histogram")
    if single is None and histogram is None:
        answer.refuse(f"a result has neither 'Shots' nor 'Histogram'; it has {sorted(item)[:8]}")
    for name, value in (("Shots", single), ("Histogram", histogram)):
        if value is not None and type(value) is not list:
            answer.refuse(f"{name!r} should be a list and is {kind(value)}")
    counts = None if histogram is None else [_count(answer, entry) for entry in histogram]
    if single or counts is None:
        told = _read(answer, single or [], None, layout)
        if counts is not None:
            counted = _read(answer, [entry["Outcome"] for entry in histogram or []], counts, told.layout)
            _compare(answer, told, counted)
    else:
        told = _read(answer, [entry["Outcome"] for entry in histogram or []], counts, layout)
    usable = len(told.bits) if told.weights is None else int(told.weights.sum())
    return Outcome(
        layout=told.layout,
        bits=told.bits,
        weights=told.weights,
        shots_asked=shots,
        shots_returned=usable + sum(told.lost.values()) + len(told.errors),
        lost=told.lost or None,
        errors=told.errors,
        seed=seed,
    )


class _Told(NamedTuple):
    """What one list of outcomes says."""

    layout: Layout
    bits: NDArray[np.uint8]
    weights: NDArray[np.int64] | None
    lost: dict[str, int]
    errors: tuple[Any, ...]


def _read(answer: Answer, reported: list[Any], counts: list[int] | None, layout: Layout | None) -> _Told:
    good, counts, errors = _without_errors(answer, reported, counts)
    if good:
        widths = _widths(answer, _leaves(answer, good[0]), layout)
    else:
        widths = [len(bits) for bits in reading_order(layout)] if layout else []
    layout = layout or _layout_of(widths)
    rows = _rows(answer, good, widths)
    columns = list(chain.from_iterable(reading_order(layout)))
    weights = None if counts is None else np.array(counts, dtype=np.int64)
    return _Told(layout, *split(rows, weights, columns, layout), errors)


def _compare(answer: Answer, told: _Told, counted: _Told) -> None:
    """Single shots and histogram say the same thing twice; where they differ nobody knows which is right."""
    first, weights, _ = packing.distinct(told.bits)
    first_counted, weights_counted, _ = packing.distinct(counted.bits, counted.weights)
    same = (
        np.array_equal(told.bits[first], counted.bits[first_counted])
        and np.array_equal(weights, weights_counted)
        and told.lost == counted.lost
        and len(told.errors) == len(counted.errors)
    )
    if not same:
        answer.refuse("its list of shots and its histogram contradict each other")


def _count(answer: Answer, entry: Any) -> int:
    if type(entry) is not dict or "Outcome" not in entry or "Count" not in entry:
        answer.refuse("an entry of its histogram should be an object with 'Outcome' and 'Count'")
    count = entry["Count"]
    if type(count) is not int or not 0 <= count <= MOST_SHOTS:
        answer.refuse(f"a count should be a whole number of shots and is {count!r:.40}")
    return count


def _without_errors(
    answer: Answer, reported: list[Any], counts: list[int] | None
) -> tuple[list[Any], list[int] | None, tuple[Any, ...]]:
    """Part outcomes from shots that failed; the latter as reported, one entry a shot."""
    if b"rror" not in answer.data or dict not in set(map(type, reported)):
        return reported, counts, ()
    failed = [type(outcome) is dict and "Error" in outcome for outcome in reported]
    if not any(failed):
        return reported, counts, ()
    errors: list[Any] = []
    for index, outcome in enumerate(reported):
        if failed[index]:
            times = 1 if counts is None else counts[index]
            if len(errors) + times > _MOST_ERRORS:
                answer.refuse(f"it reports more than {_MOST_ERRORS} shots that failed")
            errors.extend([outcome["Error"]] * times)
    good = [outcome for outcome, bad in zip(reported, failed, strict=True) if not bad]
    if counts is not None:
        counts = [count for count, bad in zip(counts, failed, strict=True) if not bad]
    return good, counts, tuple(errors)


def _rows(answer: Answer, outcomes: list[Any], widths: list[int]) -> NDArray[np.uint8]:
    """Zeros, ones and LOST, shape (outcomes, bits), in reading order.

    The common shapes, arrays of bits and tuples of these, are read column by column by C code: an answer of a million
    shots should not cost much more than its JSON.
    """
    if not outcomes or (not widths and all(outcome in ([], {}) for outcome in outcomes)):
        return np.zeros((len(outcomes), sum(widths)), dtype=np.uint8)
    types = set(map(type, outcomes))
    columns: list[list[Any]] | None = None
    if types == {list} and len(widths) == 1:
        columns = [outcomes]
    elif types == {dict} and set(map(len, outcomes)) == {len(widths)}:
        try:
            columns = [list(map(itemgetter(f"Item{place}"), outcomes)) for place in range(1, len(widths) + 1)]
        except KeyError:
            columns = None
    if columns and all(set(map(type, column)) == {list} for column in columns):
        for column, width in zip(columns, widths, strict=True):
            _check_widths(answer, column, width)
        return np.concatenate(
            [_array(answer, column, width) for column, width in zip(columns, widths, strict=True)], axis=1
        )
    return _matrix(answer, [_leaves(answer, outcome) for outcome in outcomes], widths)


def _check_widths(answer: Answer, column: list[Row], width: int) -> None:
    for found in set(map(len, column)) - {width}:
        answer.refuse(f"a register has {width} bits and an outcome says {found}")


def _array(answer: Answer, rows: list[Row], width: int) -> NDArray[np.uint8]:
    """Lists of bits as a matrix. `bytes(row)` takes whole numbers only, but `true` for one of them."""
    if b"true" not in answer.data and b"false" not in answer.data:
        try:
            matrix = np.frombuffer(b"".join(map(bytes, rows)), dtype=np.uint8).reshape(len(rows), width)
        except (TypeError, ValueError):
            pass  # a lost qubit, or something that the careful way names
        else:
            if matrix.size == 0 or matrix.max() <= LOST:
                return matrix
    return np.frombuffer(_values(answer, list(chain.from_iterable(rows))), dtype=np.uint8).reshape(len(rows), width)


def _values(answer: Answer, flat: list[Any]) -> bytes:
    for found in set(map(type, flat)) - {int, str}:
        wrong = next(value for value in flat if type(value) is found)
        answer.refuse(f"a bit should be 0, 1 or '-' and is {wrong!r:.40}")
    try:
        return bytes([_VALUES[value] for value in flat])
    except KeyError as error:
        answer.refuse(f"a bit should be 0, 1 or '-' and is {error.args[0]!r:.40}")


def _matrix(answer: Answer, outcomes: list[list[Row]], widths: list[int]) -> NDArray[np.uint8]:
    for leaves in outcomes:
        if [len(leaf) for leaf in leaves] != widths:
            answer.refuse(f"its outcomes have different shapes: {widths} bits and {[len(leaf) for leaf in leaves]}")
    flat = [value for leaves in outcomes for leaf in leaves for value in leaf]
    return np.frombuffer(_values(answer, flat), dtype=np.uint8).reshape(len(outcomes), sum(widths))


def _leaves(answer: Answer, outcome: Any, depth: int = 0) -> list[Row]:
    """The arrays of bits in an outcome, from left to right; a bit on its own counts as an array of one."""
    if depth > 8:
        answer.refuse("an outcome is nested too deeply")
    if type(outcome) is list:
        if not any(type(part) in (list, dict) for part in outcome):
            return [outcome]
        return [leaf for part in outcome for leaf in _leaves(answer, part, depth + 1)]
    if type(outcome) is dict:
        names = [f"Item{place}" for place in range(1, len(outcome) + 1)]
        if set(names) != set(outcome):
            answer.refuse(f"a tuple should have the members Item1, Item2 … and has {sorted(outcome)[:8]}")
        return [leaf for name in names for leaf in _leaves(answer, outcome[name], depth + 1)]
    return [[outcome]]


def _widths(answer: Answer, leaves: list[Row], layout: Layout | None) -> list[int]:
    """Bits of each array, in reading order, after comparing with the layout's."""
    widths = [len(leaf) for leaf in leaves]
    if layout is None:
        return widths
    expected = [len(bits) for bits in reading_order(layout)]
    if widths != expected and (any(widths) or expected):
        answer.refuse(f"its outcomes are arrays of {widths} bits and the job's registers, last first, have {expected}")
    return expected


def _layout_of(widths: list[int]) -> Layout:
    registers: list[Register] = []
    total = 0
    for place, width in enumerate(reversed(widths)):
        registers.append(Register(f"c{place}", tuple(range(total, total + width))))
        total += width
    return Layout(num_clbits=total, registers=tuple(registers), qubits=(-1,) * total, num_qubits=0)


def _place_values(columns: list[int]) -> NDArray[np.object_]:
    return np.array([3**column for column in columns], dtype=object)


_OPENING = str.maketrans("()", "[]")


def _display(answer: Answer, text: Any) -> Any:
    """Read an outcome that is written for people: `[0, 1]`, `([0, 1], [-])`, `0`."""
    if type(text) is not str:
        answer.refuse(f"an outcome should be a string and is {kind(text)}")
    plain = re.sub(r"-(?!\d)", '"-"', text.translate(_OPENING).replace('"', "").replace("'", ""))
    try:
        return json.loads(re.sub(r",\s*\]", "]", plain))
    except (ValueError, RecursionError):
        answer.refuse(f"{text[:60]!r} is not an outcome")
