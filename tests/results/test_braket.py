"""`braket.task_result.gate_model_task_result`: columns by the measured qubits, shots or probabilities, bad shapes."""

from __future__ import annotations

import json
import random
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qrelay.errors import IncompleteResult, ResultUnreadable
from qrelay.program import Layout, Register
from qrelay.results import decode

BRAKET = "braket.task_result.gate_model_task_result"


def _plain(size: int) -> Layout:
    return Layout(size, (Register("c", tuple(range(size))),), tuple(range(size)), size)


def _task(**members: Any) -> bytes:
    return json.dumps({"braketSchemaHeader": {"name": BRAKET, "version": "1"}} | members).encode()


def test_the_measured_qubits_say_what_a_column_is() -> None:
    """Catches columns taken for qubits 0, 1, 2 … whatever the answer says of them."""
    data = _task(measurements=[[1, 0, 0], [1, 1, 0]], measuredQubits=[2, 0, 1])
    assert decode(data, BRAKET, _plain(3), 2).memory() == ["100", "101"]
    layout = Layout(2, (Register("a", (1,)), Register("b", (0,))), (2, 0), 5)
    outcome = decode(data, BRAKET, layout, 2)
    assert outcome.memory() == ["1 0", "1 1"]
    assert outcome.per_shot


def test_without_a_layout_the_measured_qubits_are_one_register() -> None:
    outcome = decode(_task(measurements=[[1, 0], [1, 1]], measuredQubits=[7, 3]), BRAKET)
    assert outcome.memory() == outcome.memory("c") == ["01", "11"]
    assert (outcome.layout.qubits, outcome.layout.num_qubits) == ((7, 3), 8)
    assert decode(_task(measurements=[[1, 0]]), BRAKET).counts() == {"01": 1}


def test_an_answer_that_names_no_qubits_has_all_of_them() -> None:
    data = _task(measurements=[[1, 0]])
    assert decode(data, BRAKET, _plain(2), 1).counts() == {"01": 1}
    with pytest.raises(ResultUnreadable, match="no 'measuredQubits'"):
        decode(data, BRAKET, _plain(3), 1)


def test_probabilities_are_kept_and_counted(shape: Any) -> None:
    source = random.Random(5)
    states = [tuple(source.getrandbits(1) for _ in range(shape.layout.num_clbits)) for _ in range(5)]
    shots = source.choices(states, k=64)
    outcome = decode(shape.braket(shots, single=False), BRAKET, shape.layout, 64)
    assert outcome.counts() == Counter(map(shape.string, shots))
    assert outcome.probabilities is not None
    assert dict(outcome.probabilities) == pytest.approx(
        {string: count / 64 for string, count in Counter(map(shape.string, shots)).items()}
    )
    assert not outcome.per_shot
    assert (outcome.shots_asked, outcome.shots_returned, outcome.shots_usable) == (64, 64, 64)


def test_a_task_of_fewer_shots_than_asked_says_so() -> None:
    """Catches counts blown up to the shots asked for: the task itself tells how many it ran."""
    half = {"0": 0.5, "1": 0.5}
    outcome = decode(_task(measurementProbabilities=half, taskMetadata={"shots": 60}), BRAKET, _plain(1), 100)
    assert (outcome.shots_asked, outcome.shots_returned, outcome.shots_usable) == (100, 60, 60)
    assert outcome.counts() == {"0": 30, "1": 30}
    single = decode(_task(measurements=[[1]] * 60, taskMetadata={"shots": 100}), BRAKET, _plain(1), 100)
    assert (single.shots_asked, single.shots_returned, single.shots_usable) == (100, 60, 60)


@pytest.mark.parametrize("metadata", [None, {}, {"shots": None}, {"shots": 0}, {"shots": True}, {"shots": "60"}, []])
def test_a_task_that_does_not_say_its_shots(metadata: Any) -> None:
    data = _task(measurementProbabilities={"0": 0.5, "1": 0.5}, taskMetadata=metadata)
    assert decode(data, BRAKET, _plain(1), 10).counts() == {"0": 5, "1": 5}
    with pytest.raises(IncompleteResult, match="shots="):
        decode(data, BRAKET, _plain(1)).counts()


def test_shots_and_probabilities_that_agree() -> None:
    shots = [[0, 1]] * 3 + [[1, 1]]
    both = _task(measurements=shots, measurementProbabilities={"01": 0.75, "11": 0.25, "10": 0.0})
    assert decode(both, BRAKET, _plain(2), 4).counts() == {"10": 3, "11": 1}
    wrong = _task(measurements=shots, measurementProbabilities={"10": 0.75, "11": 0.25})
    with pytest.raises(ResultUnreadable, match="contradict"):
        decode(wrong, BRAKET, _plain(2), 4)


@pytest.mark.parametrize(
    ("members", "complaint"),
    [
        ({}, "neither"),
        ({"measurements": None, "measurementProbabilities": None}, "neither"),
        ({"measurements": [], "measuredQubits": [0, 1]}, "neither"),
        ({"measurements": None, "resultTypes": [{"type": {"type": "statevector"}}]}, "no 'value'"),
        ({"measurements": {"01": 1}}, "should be a list"),
        ({"measurements": ["01"]}, "a shot should be a list"),
        ({"measurements": [[0, 1], [0]]}, "different numbers"),
        ({"measurements": [[], []]}, "different numbers"),
        ({"measurements": [[0, 2]]}, "0 or 1 and is 2"),
        ({"measurements": [[0, -1]]}, "0 or 1 and is -1"),
        ({"measurements": [[0, True]]}, "0 or 1 and is True"),
        ({"measurements": [[0, 1.0]]}, "0 or 1 and is 1.0"),
        ({"measurements": [[0, "1"]]}, "0 or 1 and is '1'"),
        ({"measurements": [[0, None]]}, "0 or 1 and is None"),
        ({"measurements": [[0, 10**40]]}, "0 or 1"),
        ({"measurements": [[0, 1]], "measuredQubits": [0]}, "2 values a shot and 1"),
        ({"measurements": [[0, 1]], "measuredQubits": []}, "2 values a shot and 0"),
        ({"measurements": [[0, 1]], "measuredQubits": [1, 1]}, "twice"),
        ({"measurements": [[0, 1]], "measuredQubits": [0, 2]}, "measured qubit 2"),
        ({"measurements": [[0, 1]], "measuredQubits": [0, 10**400]}, "measured qubit 1000"),
        ({"measurements": [[0, 1]], "measuredQubits": [0, -1]}, "from 0 up"),
        ({"measurements": [[0, 1]], "measuredQubits": [0, True]}, "from 0 up"),
        ({"measurements": [[0, 1]], "measuredQubits": [0.0, 1.0]}, "from 0 up"),
        ({"measurements": [[0, 1]], "measuredQubits": "01"}, "should be a list"),
        ({"measurements": [[1]], "measuredQubits": [1]}, r"measured the qubits \[0\]"),
        ({"measurementProbabilities": {"01": 0.5}}, "sum to 0.5"),
        ({"measurementProbabilities": {"01": 0.5, "1": 0.5}}, "different numbers"),
        ({"measurementProbabilities": {"0x": 1.0}}, "zeros and ones"),
        ({"measurementProbabilities": {"0\u0661": 1.0}}, "zeros and ones"),
        ({"measurementProbabilities": {"01": True}}, "a number and is True"),
        ({"measurementProbabilities": {"01": "1"}}, "a number and is '1'"),
        ({"measurementProbabilities": {"01": 1.5, "10": -0.5}}, "no probability"),
        ({"measurementProbabilities": {}}, "neither"),
        ({"measurements": [[0, 1]], "measurementProbabilities": {"011": 1.0}}, "different numbers"),
        ({"braketSchemaHeader": {"name": "braket.task_result.program_set_task_result"}}, "program_set_task_result"),
    ],
)
def test_answers_that_contradict_themselves_or_the_job(members: Any, complaint: str) -> None:
    data = _task(**members)
    with pytest.raises(ResultUnreadable, match=complaint) as caught:
        decode(data, BRAKET, _plain(2), 4)
    assert caught.value.data is data
    assert caught.value.format == BRAKET


def test_what_amazon_s_own_simulator_answers() -> None:
    """The document as the schema's own package writes it: nulls, metadata, the program itself. What the simulator gives
    the schema to read has text for the values."""
    pytest.importorskip("braket.default_simulator")
    from judges import braket

    program = b"OPENQASM 3.0;\nbit[3] b;\nqubit[3] q;\nx q[0];\ni q[1];\ni q[2];\n" + b"".join(
        b"b[%d] = measure q[%d];\n" % (bit, qubit) for bit, qubit in enumerate((2, 0, 1))
    )
    document = braket.task_result(program, 20)
    assert document["measuredQubits"] == [2, 0, 1]
    outcome = decode(json.dumps(document).encode(), BRAKET, _plain(3), 20)
    assert outcome.counts() == {"001": 20}
    assert outcome.shots_returned == 20
    text = document | {"measurements": [list(map(str, shot)) for shot in document["measurements"]]}
    assert decode(json.dumps(text).encode(), BRAKET, _plain(3), 20).memory() == outcome.memory()


@pytest.mark.parametrize(
    "shots", [[["0", "1"], ["1", "2"]], [["0", "1"], [1, 0]], [["01", ""]], [["0", "1"], ["", "10"]]]
)
def test_values_written_as_text_that_are_none(shots: Any) -> None:
    with pytest.raises(ResultUnreadable):
        decode(_task(measurements=shots, measuredQubits=[0, 1]), BRAKET, _plain(2), 2)


@given(
    st.permutations(range(5)),
    st.lists(st.lists(st.integers(0, 1), min_size=5, max_size=5), min_size=1, max_size=20),
    st.lists(st.integers(0, 4), max_size=7),
)
def test_any_order_of_columns_and_any_map_to_bits(columns: list[int], shots: Any, qubits: list[int]) -> None:
    layout = Layout(len(qubits), (Register("c", tuple(range(len(qubits)))),), tuple(qubits), 5)
    outcome = decode(_task(measurements=shots, measuredQubits=columns), BRAKET, layout, len(shots))
    assert outcome.shot_bits().tolist() == [[shot[columns.index(qubit)] for qubit in qubits] for shot in shots]
