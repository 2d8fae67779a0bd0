"""`braket.task_result.gate_model_task_result` and `.program_set_task_result`: Amazon Braket's answers.

`{"measurements": [[0, 1], …], "measuredQubits": [0, 1], …}` or `{"measurementProbabilities": {"01": 0.5, …}, …}`. The
first value of a shot, or character of a string, belongs to the first of `measuredQubits`. The Layout says which qubit
each classical bit was measured from.
A program set has such an object for each executable: `{"programResults": [{"executableResults": […]}]}`.
Source: the package amazon-braket-schemas, both of version 1.
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
from qrelay.results.shotless import Document, StateVector
from qrelay.results.states import little_endian
from qrelay.results.values import MOST_SHOTS, layouts_for, matrix_of_lists, matrix_of_strings, seeds_for

__all__ = ["check_header", "decode"]

_SET = "braket.task_result.program_set_task_result"
_NAME = "braket.task_result.gate_model_task_result"


def decode(
    answer: Answer, layouts: list[Layout | None] | None, shots: int | None, seed: str
) -> list[Outcome | Document]:
    """Read a task's result, of one circuit or of a program set: which of the two, the answer itself says.

    Single shots are taken where the answer has them; probabilities beside them must agree. From probabilities alone
    counts are made by largest remainder, of the number of shots in `taskMetadata`, or of `shots` where that is missing.
    Without a layout the measured qubits are the bits of one register `c`, the first of them its lowest.
    A task without shots has `resultTypes` alone: these are a document, a state vector of all qubits one of its kind.
    Of a program set there is one entry for each executable of each program, in their order. One that failed is a
    document that says why; the others are good all the same. The shots that were requested of the set are its total.
    """
    document = answer.document(unique_keys=True)
    if "programResults" in document:
        return _set(answer, document, layouts, shots, seed)
    check_header(answer, document, answer.format)
    if answer.format == _SET:
        answer.refuse("it has no 'programResults'")
    (layout,) = layouts_for(answer, layouts, 1)
    if (
        document.get("resultTypes")
        and not document.get("measurements")
        and not document.get("measurementProbabilities")
    ):
        return [_result_types(answer, document, layout)]
    return [_measured_task(answer, document, layout, shots, seed, _shots_of_task(document))]


def _set(
    answer: Answer, document: dict[str, Any], layouts: list[Layout | None] | None, shots: int | None, seed: str
) -> list[Outcome | Document]:
    check_header(answer, document, _SET)
    executables: list[Any] = []
    for program in answer.member(document, "programResults", list):
        _not_elsewhere(answer, program, "a program's result")
        executables.extend(answer.member(program, "executableResults", list))
    if not executables:
        answer.refuse("its programs have no results")
    layouts = layouts_for(answer, layouts, len(executables))
    metadata = document.get("taskMetadata")
    requested = metadata.get("requestedShots") if isinstance(metadata, dict) else None
    if type(requested) is int and 0 < requested <= MOST_SHOTS and requested % len(executables) == 0:
        shots = requested // len(executables)
    found: list[Outcome | Document] = []
    for executable, layout, own in zip(executables, layouts, seeds_for(seed, len(executables)), strict=True):
        _not_elsewhere(answer, executable, "an executable's result")
        if "failureMetadata" in executable:
            failure = answer.member(executable, "failureMetadata", dict)
            why = str(failure.get("failureReason") or "no reason is given")[:200]
            found.append(Document(executable, answer.format, "a failure", layout, why))
        else:
            found.append(_measured_task(answer, executable, layout, shots, own, shots))
    return found


def _measured_task(
    answer: Answer,
    document: dict[str, Any],
    layout: Layout | None,
    shots: int | None,
    seed: str,
    returned: int | None,
) -> Outcome:
    """The outcome in an object with `measurements`, `measurementProbabilities` and `measuredQubits`."""
    single = _optional(answer, document, "measurements", list)
    histogram = _optional(answer, document, "measurementProbabilities", dict)
    if not single and not histogram:
        answer.refuse("it has neither 'measurements' nor 'measurementProbabilities'")
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
        values = matrix_of_strings(answer, strings, width)
        packed = measured(values, columns, layout)
        return of_probabilities(packed, figures, layout, shots, returned or shots or 0, seed)
    values = _values(answer, single, width)
    if figures:
        _compare(answer, values, strings, figures)
    return Outcome(
        layout=layout,
        bits=measured(values, columns, layout),
        weights=None,
        shots_asked=shots,
        shots_returned=len(values),
        seed=seed,
    )


def _values(answer: Answer, single: list[Any], width: int) -> NDArray[np.uint8]:
    """Shots as a matrix. Amazon's own simulators write the values as text, which the schema's reader takes as well."""
    if type(single[0][0]) is not str:
        return matrix_of_lists(answer, single, width)
    for shot in single:
        if set(map(type, shot)) != {str} or set(map(len, shot)) != {1}:
            answer.refuse("the values of a shot should be all numbers, or all of them '0' or '1'")
    return matrix_of_strings(answer, list(map("".join, single)), width)


def check_header(answer: Answer, document: dict[str, Any], name: str) -> None:
    """Every document of Braket's may say what it is."""
    header = document.get("braketSchemaHeader")
    if isinstance(header, dict) and header.get("name", name) != name:
        answer.refuse(f"it says that it is {header['name']!r:.80}")


def _not_elsewhere(answer: Answer, part: Any, what: str) -> None:
    if type(part) is str:
        answer.refuse(f"{what} is in another file, {part[:80]!r}, which the answer does not bring along")
    if type(part) is not dict:
        answer.refuse(f"{what} should be an object and is {kind(part)}")


def _result_types(answer: Answer, document: dict[str, Any], layout: Layout | None) -> Document:
    """What was asked for without shots. Braket's first qubit is the most significant."""
    types = answer.member(document, "resultTypes", list)
    kinds = [entry["type"] if type(entry) is dict and "type" in entry else None for entry in types]
    if len(kinds) == 1 and type(kinds[0]) is dict and kinds[0].get("type") == "statevector":
        vector = little_endian(answer, answer.member(types[0], "value", list), layout)
        return StateVector(document, answer.format, "a state vector", layout, statevector=vector)
    return Document(document, answer.format, "results of other types than measurements", layout)


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
            answer.refuse(f"it measured qubit {qubit!r:.40} and the job had {layout.num_qubits} qubits")
    if len(set(qubits)) != len(qubits):
        answer.refuse("its 'measuredQubits' name a qubit twice")
    if len(qubits) != width:
        answer.refuse(f"it has {width} values a shot and {len(qubits)} 'measuredQubits'")
    return list(qubits)


def _shots_of_task(document: dict[str, Any]) -> int | None:
    """How many shots the task says that it ran."""
    metadata = document.get("taskMetadata")
    number = metadata.get("shots") if isinstance(metadata, dict) else None
    return number if type(number) is int and 0 < number <= MOST_SHOTS else None


def _compare(answer: Answer, values: NDArray[np.uint8], strings: Sequence[str], figures: Sequence[float]) -> None:
    """Shots and probabilities say the same thing twice; where they differ nobody knows which is right."""
    width = values.shape[1]
    joined = (values + ord("0")).tobytes().decode("ascii")
    found = Counter(joined[at : at + width] for at in range(0, len(joined), width))
    told = dict(zip(strings, figures, strict=True))
    for string in {*found, *told}:
        if abs(found[string] / len(values) - told.get(string, 0.0)) > TOLERANCE:
            answer.refuse("its measurements and its probabilities contradict each other")
