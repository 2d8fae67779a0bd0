"""`honeywell.quantum-results.v1`: registers by name, renamed ones, unequal numbers of shots, credentials."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qrelay.errors import InvalidOption, ResultUnreadable
from qrelay.program import Layout, Register, payload_names
from qrelay.results import LostShots, decode

HQ = "honeywell.quantum-results.v1"


def _plain(size: int) -> Layout:
    return Layout(size, (Register("c", tuple(range(size))),), tuple(range(size)), size)


def test_registers_are_found_by_name_in_any_order(make_device: Any) -> None:
    device = make_device([("a", range(3)), ("b", range(3, 5))])
    document = json.loads(device.honeywell([(1, 0, 0, 0, 1), (0, 1, 1, 0, 0)]))
    backwards = json.dumps(dict(reversed(document.items()))).encode()
    assert decode(backwards, HQ, device.layout, 2).memory() == ["10 001", "00 110"]


def test_registers_of_one_name_are_told_apart(make_device: Any) -> None:
    """Catches the second measurement under one key overwriting the first: Cirq's repeated keys."""
    device = make_device([("m", [0, 1]), ("m", [2]), ("m", [3, 4])])
    names = payload_names(device.layout)
    outcome = decode(device.honeywell([(1, 0, 0, 1, 1), (0, 1, 1, 0, 0)], names), HQ, device.layout, 2)
    assert outcome.memory() == ["11 0 01", "00 1 10"]
    assert [outcome.shot_bits()[:, register.bits].tolist() for register in outcome.layout.registers] == [
        [[1, 0], [0, 1]], [[0], [1]], [[1, 1], [0, 0]],
    ]  # fmt: skip
    with pytest.raises(InvalidOption, match=r"3 registers 'm'.*shot_bits"):
        outcome.counts("m")


def test_names_that_openqasm_cannot_say_come_back(make_device: Any) -> None:
    """Registers called `pi`, `2cr`, `c_{reg}`, `β`: the answer has the payload's names, the user sees their own."""
    device = make_device(
        [("pi", [0]), ("2cr", [1]), ("c_{reg}", [2]), ("β", [3]), ("Big", [4]), ("q", [5]), ("ok", [6])]
    )
    names = payload_names(device.layout)
    assert len(set(names)) == 7
    assert names[-1] == "ok"
    outcome = decode(device.honeywell([(1, 0, 0, 1, 0, 0, 1)], names), HQ, device.layout, 1)
    assert outcome.counts() == {"1 0 0 1 0 0 1": 1}
    assert outcome.counts("β") == {"1": 1}
    assert outcome.counts("Big") == {"0": 1}


def test_a_credential_in_the_answer_is_no_register() -> None:
    data = json.dumps({"c": ["01"], "access_token": "canary-0123456789"}).encode()
    assert decode(data, HQ, _plain(2), 1).counts() == {"01": 1}
    assert [register.name for register in decode(data, HQ).layout.registers] == ["c"]
    with pytest.raises(ResultUnreadable) as caught:
        decode(data, HQ, _plain(3), 1)
    assert "canary" not in str(caught.value)


def test_a_register_called_access_token_is_renamed() -> None:
    layout = Layout(1, (Register("access_token", (0,)),), (0,), 1)
    assert payload_names(layout) == ("c_access_token",)
    assert decode(b'{"c_access_token": ["1"], "access_token": "x"}', HQ, layout, 1).counts("access_token") == {"1": 1}


def test_without_a_layout_the_documents_registers_are_the_circuits() -> None:
    outcome = decode(b'{"c": ["110", "111"], "flag": ["0", "1"]}', HQ)
    assert outcome.counts() == {"0 110": 1, "1 111": 1}
    assert outcome.counts("c") == {"110": 1, "111": 1}
    assert outcome.per_shot


def test_lost_qubits() -> None:
    with pytest.warns(LostShots):
        outcome = decode(b'{"c": ["1-", "01", "20"]}', HQ, _plain(2), 3)
    assert outcome.counts() == {"01": 1}
    assert outcome.lost == {"1-": 1, "-0": 1}
    assert outcome.shots_returned == 3


@pytest.mark.parametrize(
    "document",
    [
        {"c": ["01", "11"], "d": ["1"]},
        {"c": ["01"]},
        {"c": ["01"], "d": ["1"], "e": ["1"]},
        {"c": ["01", "1"], "d": ["1", "1"]},
        {"c": ["011", "1"], "d": ["1", "1"]},
        {"c": ["0x"], "d": ["1"]},
        {"c": ["0٣"], "d": ["1"]},
        {"c": [[0, 1]], "d": ["1"]},
        {"c": [1], "d": ["1"]},
        {"c": "01", "d": ["1"]},
        {"c": None, "d": ["1"]},
        {},
        [],
    ],
)
def test_answers_that_contradict_the_layout_or_themselves(document: Any, make_device: Any) -> None:
    data = json.dumps(document).encode()
    layout = make_device([("c", range(2)), ("d", [2])]).layout
    with pytest.raises(ResultUnreadable) as caught:
        decode(data, HQ, layout, 2)
    assert caught.value.data is data


@pytest.mark.parametrize(
    "text",
    [
        b'{"c": ["0"], "d": ["0", "1"]}',
        b'{"c": []}',
        b"{}",
        b'{"c": [""]}',
        b'{"c": ["", ""], "d": ["1", "0"]}',
        b'{"c": ["0"], "c": ["1"]}',
    ],
)
def test_answers_without_a_layout_that_make_no_sense(text: bytes) -> None:
    with pytest.raises(ResultUnreadable):
        decode(text, HQ)


@given(data=st.data())
def test_any_layout_any_shots(data: st.DataObject, make_device: Any) -> None:
    width = data.draw(st.integers(1, 12))
    registers = data.draw(st.lists(st.lists(st.integers(0, width - 1), unique=True, max_size=width), max_size=4))
    names = data.draw(st.lists(st.text(max_size=6), min_size=len(registers), max_size=len(registers), unique=True))
    device = make_device(list(zip(names, registers, strict=True)), num_clbits=width)
    shots = data.draw(st.lists(st.tuples(*[st.integers(0, 1)] * width), min_size=1, max_size=30))
    written = device.honeywell(shots, payload_names(device.layout))
    outcome = decode(written, HQ, device.layout, len(shots))
    assert outcome.memory() == [device.string(shot) for shot in shots]
    assert outcome.counts() == Counter(map(device.string, shots))
