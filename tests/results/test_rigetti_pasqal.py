"""`rigetti.quil-results.v1` and `pasqal.pulser-results.v1`: readout memory, and counters of atoms."""

from __future__ import annotations

import json
from typing import Any

import pytest

from qrelay.errors import ResultUnreadable
from qrelay.program import Layout, Register
from qrelay.results import decode, decode_items

QUIL, PULSER = "rigetti.quil-results.v1", "pasqal.pulser-results.v1"


def _layout(qubits: list[int], num_qubits: int) -> Layout:
    return Layout(len(qubits), (Register("c", tuple(range(len(qubits)))),), tuple(qubits), num_qubits)


def test_p01_the_first_entry_of_ro_is_bit_0() -> None:
    """Catches rows that are read as bit strings, which run the other way, and rows that are taken for qubits."""
    data = b'{"ro": [[1, 0, 0], [0, 1, 1]]}'
    for layout in (None, _layout([2, 0, 1], 3), _layout([4, -1, 0], 9)):
        outcome = decode(data, QUIL, layout, 2)
        assert outcome.memory() == ["001", "110"]
        assert outcome.shot_bits().tolist() == [[1, 0, 0], [0, 1, 1]]
    assert decode(data, QUIL).counts("ro") == {"001": 1, "110": 1}


def test_memory_of_other_clients_beside_ro() -> None:
    data = b'{"aux": [[1], [0]], "ro": [[0, 1], [1, 1]], "theta": [[0.5], [0.25]]}'
    outcome = decode(data, QUIL)
    assert [(register.name, register.size) for register in outcome.layout.registers] == [("aux", 1), ("ro", 2)]
    assert outcome.memory("aux") == ["1", "0"]
    assert outcome.memory("ro") == ["10", "11"]
    assert decode(data, QUIL, _layout([0, 1], 2), 2).memory() == ["10", "11"]


def test_a_program_without_classical_memory_has_shots_all_the_same() -> None:
    assert decode(b"{}", QUIL, Layout(0, (), (), 2), 4).counts() == {"": 4}
    assert decode(b'{"ro": [[], []]}', QUIL, Layout(0, (), (), 2), 2).counts() == {"": 2}


@pytest.mark.parametrize(
    ("document", "complaint"),
    [
        ({}, "no readout memory|no 'ro'"),
        ({"ro": []}, "no shots|."),
        ({"ro": [[0, 1], [0]]}, "different numbers of values"),
        ({"ro": [[0, 2]]}, "0 or 1 and is 2"),
        ({"ro": [[0, True]]}, "is True"),
        ({"ro": [[0, 1.0]]}, "is 1.0"),
        ({"ro": [[0, None]]}, "is None"),
        ({"ro": ["01"]}, "a list of zeros and ones"),
        ({"ro": "01"}, "should be a list"),
        ({"ro": [[[0.5, 0.5], [1.0, 0.0]]]}, "0 or 1"),
        ({"theta": [[0.5]]}, "0 or 1|no 'ro'"),
        ({"ro": [[0, 1]], "aux": {}}, "should be a list"),
    ],
)
def test_memory_that_is_none(document: Any, complaint: str) -> None:
    data = json.dumps(document).encode()
    for layout in (None, _layout([0, 1], 2)):
        if layout is not None and document == {"ro": []}:
            continue
        with pytest.raises(ResultUnreadable, match=complaint) as caught:
            decode(data, QUIL, layout, 2)
        assert caught.value.data is data


def test_rows_of_another_width_than_the_job_s() -> None:
    for rows in ([[0]], [[0, 1, 1]], [[]]):
        with pytest.raises(ResultUnreadable, match="different numbers of values"):
            decode(json.dumps({"ro": rows}).encode(), QUIL, _layout([0, 1], 2), 1)
    with pytest.raises(ResultUnreadable, match="different numbers of shots"):
        decode(b'{"ro": [[0], [1]], "aux": [[1]]}', QUIL)
    with pytest.raises(ResultUnreadable, match="twice"):
        decode(b'{"ro": [[0]], "ro": [[1]]}', QUIL)


def test_p01_the_first_character_is_the_first_atom() -> None:
    """Catches strings read as Qiskit's: Pulser's first atom is the most significant, whatever it is called."""
    counter = {"001000": 3, "110000": 1}
    for document in (counter, {"counter": counter}, [counter], {"counter": [counter]}):
        data = json.dumps(document).encode()
        assert decode(data, PULSER).counts() == {"000100": 3, "000011": 1}
        assert decode(data, PULSER, _layout([5, 4, 3, 2, 1, 0], 6), 4).counts() == {"001000": 3, "110000": 1}
        assert decode(data, PULSER, _layout([2], 6), 4).counts() == {"0": 1, "1": 3}


def test_several_sequences() -> None:
    data = b'[{"counter": {"01": 2}}, {"counter": {"10": 3}}]'
    assert [outcome.counts() for outcome in decode_items(data, PULSER)] == [{"10": 2}, {"01": 3}]
    swapped = decode_items(data, PULSER, [None, _layout([1, 0], 2)])
    assert [outcome.counts() for outcome in swapped] == [{"10": 2}, {"10": 3}]
    with pytest.raises(ResultUnreadable, match="2 results and 3"):
        decode_items(data, PULSER, [None] * 3)
    with pytest.raises(ResultUnreadable, match="decode_items"):
        decode(data, PULSER)


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"counter": {}},
        {"counter": []},
        {"counter": {"01": 1.5}},
        {"counter": {"0a": 1}},
        {"counter": {"0": 0}},
        {"01": 1, "0": 1},
        {"counter": [1]},
        {"counter": None},
        {"counter": {"01": -1}},
        {"": 3, "0": 1},
        [[]],
    ],
)
def test_counters_that_are_none(document: Any) -> None:
    data = json.dumps(document).encode()
    with pytest.raises(ResultUnreadable) as caught:
        decode(data, PULSER, None, 3)
    assert caught.value.data is data
