"""`braket.task_result.gate_model_task_result`: Amazon Braket's answer, single shots or probabilities.

`{"measurements": [[0, 1], …], "measuredQubits": [0, 1], …}` or `{"measurementProbabilities": {"01": 0.5, …}, …}`. The
first value of a shot, or character of a string, belongs to the first of `measuredQubits`. The Layout says which qubit
each classical bit was measured from.
Source: braket.task_result.gate_model_task_result, version 1, of the package amazon-braket-schemas.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qrelay.program import Layout
from qrelay.results.document import Answer, kind
from qrelay.results.outcome import Outcome
from qrelay.results.qubits import made_up, measured, of_probabilities
from qrelay.results.rounding import TOLERANCE, checked_probabilities

__all__ = ["decode"]

_MOST_SHOTS = 1 << 53
_NAME = "braket.task_result.gate_model_task_result"


def decode(answer: Answer, layout: Layout | None, shots: int | None, seed: str) -> list[Outcome]:
    """Read one task's result.

    Single shots are taken where the answer has them; probabilities beside them must agree. From probabilities alone
    counts are made by largest remainder, of the number of shots in `taskMetadata`, or of `shots` where that is missing.
    Without a layout the measured qubits are the bits of one register `c`, the first of them its lowest.
    """
    document = answer.document(unique_keys=True)
    _check_header(answer, document)
    single = _optional(answer, document, "measurements", list)
    histogram = _optional(answer, document, "measurementProbabilities", dict)
    if not single and not histogram:
        other = (
            " but 'resultTypes', which the job's raw_result() has as they came" if document.get("resultTypes") else ""
        )
        answer.refuse(f"it has neither 'measurements' nor 'measurementProbabilities'{other}")
    strings = list(histogram or ())
    width = _width(answer, single, strings)
    qubits = _measured_qubits(answer, document, width, layout)
    layout = layout or made_up(qubits)
    columns = {qubit: column for column, qubit in enumerate(qubits)}
    missing = sorted({qubit for qubit in layout.qubits if qubit >= 0}.difference(columns))
    if missing:
        answer.refuse(f"the job measured the qubits {missing[:8]}, and its 'measuredQubits' {qubits[:8]} have them not")
    figures = checked_probabilities(answer, list(histogram.values())) if histogram else []
    if not single:
        values = _characters(answer, strings, width)
        returned = _shots_of_task(document) or shots or 0
        return [of_probabilities(measured(values, columns, layout), figures, layout, shots, returned, seed)]
    values = _digits(answer, single, width)
    if figures:
        _compare(answer, values, strings, figures)
    return [
        Outcome(
            layout=layout,
            bits=measured(values, columns, layout),
            weights=None,
            shots_asked=shots,
            shots_returned=len(values),
            seed=seed,
        )
    ]


def _check_header(answer: Answer, document: dict[str, Any]) -> None:
    header = document.get("braketSchemaHeader")
    if isinstance(header, dict) and header.get("name", _NAME) != _NAME:
        answer.refuse(f"it says that it is {header['name']!r:.80}")


def _optional(answer: Answer, document: dict[str, Any], name: str, expected: type) -> Any:
    return None if document.get(name) is None else answer.member(document, name, expected)


def _width(answer: Answer, single: list[Any] | None, strings: Sequence[str]) -> int:
    """How many qubits the answer says it measured; every shot and every string has as many values."""
    if single:
        for shot in single:
            if type(shot) is not list:
                answer.refuse(f"a shot should be a list of zeros and ones and is {kind(shot)}")
    lengths = set(map(len, chain(single or (), strings)))
    if len(lengths) != 1 or 0 in lengths:
        answer.refuse(f"its shots have different numbers of values: {sorted(lengths)[:8]}")
    return lengths.pop()


def _measured_qubits(answer: Answer, document: dict[str, Any], width: int, layout: Layout | None) -> list[int]:
    """The qubit of each column. An answer that does not say has them all, in order: as many as the job had."""
    qubits = _optional(answer, document, "measuredQubits", list)
    if qubits is None:
        if layout is not None and layout.num_qubits != width:
            answer.refuse(
                f"it has {width} values a shot and no 'measuredQubits', and the job had {layout.num_qubits} qubits"
            )
        return list(range(width))
    for qubit in qubits:
        if type(qubit) is not int or qubit < 0:
            answer.refuse(f"a measured qubit should be a whole number from 0 up and is {qubit!r:.40}")
        if layout is not None and qubit >= layout.num_qubits:
            answer.refuse(f"it measured qubit {qubit:.6g} and the job had {layout.num_qubits} qubits")
    if len(set(qubits)) != len(qubits):
        answer.refuse("its 'measuredQubits' name a qubit twice")
    if len(qubits) != width:
        answer.refuse(f"it has {width} values a shot and {len(qubits)} 'measuredQubits'")
    return list(qubits)


def _digits(answer: Answer, single: Sequence[list[Any]], width: int) -> NDArray[np.uint8]:
    flat = list(chain.from_iterable(single))
    for found in set(map(type, flat)) - {int}:
        wrong = next(value for value in flat if type(value) is found)
        answer.refuse(f"a measured value should be 0 or 1 and is {wrong!r:.40}")
    if set(flat) - {0, 1}:
        answer.refuse(f"a measured value should be 0 or 1 and is {next(iter(set(flat) - {0, 1}))!r:.40}")
    return np.frombuffer(bytes(flat), dtype=np.uint8).reshape(len(single), width)


def _characters(answer: Answer, strings: Sequence[str], width: int) -> NDArray[np.uint8]:
    for string in strings:
        if set(string) - {"0", "1"}:
            answer.refuse(f"{string[:40]!r} is no string of zeros and ones")
    letters = np.frombuffer("".join(strings).encode("ascii"), dtype=np.uint8)
    return (letters - ord("0")).reshape(len(strings), width)


def _shots_of_task(document: dict[str, Any]) -> int | None:
    """How many shots the task says that it ran."""
    metadata = document.get("taskMetadata")
    number = metadata.get("shots") if isinstance(metadata, dict) else None
    return number if type(number) is int and 0 < number <= _MOST_SHOTS else None


def _compare(answer: Answer, values: NDArray[np.uint8], strings: Sequence[str], figures: Sequence[float]) -> None:
    """Shots and probabilities say the same thing twice; where they differ nobody knows which is right."""
    width = values.shape[1]
    joined = (values + ord("0")).tobytes().decode("ascii")
    found = Counter(joined[at : at + width] for at in range(0, len(joined), width))
    told = dict(zip(strings, figures, strict=True))
    for string in {*found, *told}:
        if abs(found[string] / len(values) - told.get(string, 0.0)) > TOLERANCE:
            answer.refuse("its measurements and its probabilities contradict each other")
