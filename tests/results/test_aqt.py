"""`aqt.result`: single shots in their envelopes, and counts as the Hub's SDK reads them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from qrelay.errors import ResultUnreadable
from qrelay.program import Layout, Register
from qrelay.results import decode, decode_items

AQT = "aqt.result"
SHOTS = [[1, 0, 0], [1, 1, 0]]


def _layout(*qubits: int) -> Layout:
    return Layout(len(qubits), (Register("c", tuple(range(len(qubits)))),), qubits, 3)


@pytest.mark.parametrize(
    "document",
    [
        {"result": {"0": SHOTS}},
        {"status": "finished", "result": {"0": SHOTS}},
        {"job": {"job_id": "x"}, "response": {"status": "finished", "result": {"0": SHOTS}, "timing_data": None}},
        {"job_id": "x", "payload": {"status": "finished", "result": SHOTS}},
        {"0": SHOTS},
        [SHOTS],
        SHOTS,
    ],
)
def test_p01_the_first_value_is_qubit_0(document: Any) -> None:
    data = json.dumps(document).encode()
    assert decode(data, AQT).memory() == ["001", "011"]
    assert decode(data, AQT, _layout(2, 0), 2).memory() == ["10", "10"]
    assert decode(data, AQT, _layout(1, -1), 2).memory() == ["00", "01"]


def test_p01_the_last_character_is_qubit_0() -> None:
    for document in ({"counts": {"001": 1, "011": 1}}, [{"counts": {"001": 1, "011": 1}, "memory": []}]):
        data = json.dumps(document).encode()
        assert decode(data, AQT).counts() == {"001": 1, "011": 1}
        assert decode(data, AQT, _layout(2, 0), 2).counts() == {"10": 2}


def test_several_circuits_in_the_order_of_their_numbers() -> None:
    """Catches the order of the document, or of the numbers as text, where 10 comes before 2."""
    circuits = {str(index): [[index >> 3 & 1, index >> 2 & 1, index >> 1 & 1, index & 1]] for index in range(12)}
    shuffled = dict(sorted(circuits.items()))
    outcomes = decode_items(json.dumps({"result": shuffled}).encode(), AQT)
    assert [next(iter(outcome.counts()))[::-1] for outcome in outcomes] == [f"{index:04b}" for index in range(12)]
    with pytest.raises(ResultUnreadable, match="12 results and 1"):
        decode_items(json.dumps(shuffled).encode(), AQT, [None])


def test_a_job_that_is_not_finished() -> None:
    failed = {"job": {}, "response": {"status": "error", "message": "the trap is empty"}}
    with pytest.raises(ResultUnreadable, match="'error': the trap is empty"):
        decode(json.dumps(failed).encode(), AQT)
    with pytest.raises(ResultUnreadable, match="'ongoing'"):
        decode(b'{"status": "ongoing", "finished_count": 3}', AQT)


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"result": {}},
        {"result": []},
        {"result": None},
        {"result": {"1": SHOTS}},
        {"result": {"0": {}}},
        [[]],
        [[[]]],
        {"0": [[0], [0, 1]]},
        {"0": [[2]]},
        {"0": [["1"]]},
        {"0": [[True]]},
        [1],
        ["01"],
        {"counts": {}},
        {"x": SHOTS},
        {"counts": {"01": 1.5}},
        {"result": {"0": []}},
        {"result": 3},
        {"response": {"result": "001"}},
    ],
)
def test_answers_that_are_none(document: Any) -> None:
    data = json.dumps(document).encode()
    for layout in (None, _layout(0, 1, 2)):
        with pytest.raises(ResultUnreadable) as caught:
            decode(data, AQT, layout, 1)
        assert caught.value.data is data


def test_a_program_without_qubits_has_one_on_the_machine() -> None:
    assert decode(b"[[1], [0]]", AQT, Layout(1, (Register("c", (0,)),), (-1,), 0), 2).counts() == {"0": 2}


def test_shots_of_other_widths_than_the_job_s() -> None:
    with pytest.raises(ResultUnreadable, match="2 values and the job had 3"):
        decode(b"[[0, 1]]", AQT, _layout(0, 1, 2), 1)
    with pytest.raises(ResultUnreadable, match="2 characters and the job had 3"):
        decode(b'{"counts": {"01": 1}}', AQT, _layout(0, 1, 2), 1)
