"""`braket.task_result.program_set_task_result`: several circuits in one answer, some of which may have failed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from qrelay.errors import ResultUnreadable
from qrelay.program import Layout, Register
from qrelay.results import Document, decode_items

SET = "braket.task_result.program_set_task_result"
FAILED = {"inputsIndex": 0, "failureMetadata": {"failureReason": "no such gate", "retryable": False}}


def _executable(measurements: Any = None, probabilities: Any = None, qubits: Any = None) -> dict[str, Any]:
    return {
        "inputsIndex": 0,
        "measurements": measurements,
        "measurementProbabilities": probabilities,
        "measuredQubits": qubits,
    }


def _set(*programs: Any, **metadata: Any) -> bytes:
    results = [{"executableResults": executables, "source": "x", "additionalMetadata": {}} for executables in programs]
    header = {"name": SET, "version": "1"}
    document = {"braketSchemaHeader": header, "programResults": results, "taskMetadata": metadata, "s3Location": None}
    return json.dumps(document).encode()


def _layout(*qubits: int) -> Layout:
    return Layout(len(qubits), (Register("c", tuple(range(len(qubits)))),), qubits, 3)


def test_p01_each_circuit_has_its_own_columns() -> None:
    """Catches one circuit's layout or columns used for all, and executables of one program taken for one circuit."""
    one = _executable([[1, 0], [1, 0]], qubits=[2, 0])
    other = _executable([[0, 1], [0, 1]], qubits=[0, 1])
    data = _set([one, other], [one], requestedShots=6)
    layouts = [_layout(0, 2), _layout(0, 1), _layout(2, 0)]
    outcomes = decode_items(data, SET, layouts, 6)
    assert [outcome.counts() for outcome in outcomes] == [{"10": 2}, {"10": 2}, {"01": 2}]
    assert [(outcome.shots_asked, outcome.shots_returned) for outcome in outcomes] == [(2, 2)] * 3
    with pytest.raises(ResultUnreadable, match="3 results and 1"):
        decode_items(data, SET, layouts[:1])


def test_probabilities_are_of_one_executable_s_share_of_the_shots() -> None:
    data = _set([_executable(probabilities={"01": 0.25, "10": 0.75}, qubits=[0, 1])] * 2, requestedShots=200)
    outcomes = decode_items(data, SET, [_layout(0, 1), _layout(1, 0)], 200)
    assert [outcome.counts() for outcome in outcomes] == [{"01": 75, "10": 25}, {"01": 25, "10": 75}]


def test_one_that_failed_takes_no_other_with_it() -> None:
    """Catches a list that closes up: what follows a failed circuit would get another one's result."""
    data = _set([FAILED], [_executable([[1]], qubits=[0])])
    failed, good = decode_items(data, SET, [_layout(0), _layout(0)], 1)
    assert isinstance(failed, Document)
    assert (failed.holds, failed.failure, failed.layout) == ("a failure", "no such gate", _layout(0))
    assert good.counts() == {"1": 1}


@pytest.mark.parametrize(
    ("programs", "complaint"),
    [
        ([], "no results"),
        ([[]], "no results"),
        ([["results/0.json"]], "in another file"),
        ([[{}]], "neither 'measurements'"),
        ([[None]], "should be an object"),
        ([[_executable([[1, 2]])]], "is 2"),
        ([[{"failureMetadata": "x"}]], "should be an object"),
    ],
)
def test_sets_that_are_none(programs: Any, complaint: str) -> None:
    data = _set(*programs)
    with pytest.raises(ResultUnreadable, match=complaint) as caught:
        decode_items(data, SET)
    assert caught.value.data is data
    with pytest.raises(ResultUnreadable, match="in another file"):
        decode_items(b'{"programResults": ["p/0.json"]}', SET)


def test_the_answer_says_itself_that_it_is_a_set() -> None:
    """A job of several circuits is answered in another format than one of one circuit, by the same device."""
    data = _set([_executable([[1, 0]], qubits=[0, 1])], [_executable([[1, 1]], qubits=[0, 1])])
    one, other = decode_items(data, "braket.task_result.gate_model_task_result", [_layout(0, 1), _layout(0, 1)], 1)
    assert (one.counts(), other.counts()) == ({"01": 1}, {"11": 1})
    with pytest.raises(ResultUnreadable, match="no 'programResults'"):
        decode_items(b'{"measurements": [[1]]}', SET)


def test_what_the_schema_s_own_package_writes() -> None:
    schema = pytest.importorskip("braket.task_result")
    document = json.loads(_set([_executable([[1, 0]], qubits=[1, 0])], [FAILED]))
    metadata = {"id": "x", "deviceId": "y", "requestedShots": 2, "successfulShots": 1, "programMetadata": []}
    document["taskMetadata"] = metadata | {"totalFailedExecutables": 1}
    header = {"name": "braket.task_result.program_set_executable_failure", "version": "1"}
    reason = {"failureReason": "no such gate", "retryable": False, "category": "DEVICE"}
    failed = {"braketSchemaHeader": header, "inputsIndex": 0, "failureMetadata": reason}
    document["programResults"][1]["executableResults"] = [failed]
    for program in document["programResults"]:
        program["additionalMetadata"] = {
            "action": {"braketSchemaHeader": {"name": "braket.ir.openqasm.program", "version": "1"}, "source": "x"}
        }
    text = schema.ProgramSetTaskResult.parse_raw(json.dumps(document)).json()
    good, failed = decode_items(text.encode(), SET, [_layout(0, 1), None], 2)
    assert good.counts() == {"10": 1}
    assert failed.failure == "no such gate"
