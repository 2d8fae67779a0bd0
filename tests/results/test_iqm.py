"""`iqm.result`: characters follow the keys, keys say the bits; counts, single shots, and both."""

from __future__ import annotations

import json
from typing import Any

import pytest

from qrelay.errors import ResultUnreadable
from qrelay.program import Layout, Register
from qrelay.results import decode, decode_items

IQM = "iqm.result"


def _counts(keys: Any, counts: Any) -> dict[str, Any]:
    return {"measurement_keys": keys, "counts": counts}


def _answer(*circuits: Any, **members: Any) -> bytes:
    return json.dumps({"measurement_counts": circuits} | members).encode()


def _layout() -> Layout:
    return Layout(3, (Register("meas", (0, 1)), Register("b", (2,))), (4, 0, 2), 5)


KEYS = ["b_1_1_0", "meas_2_0_1", "meas_2_0_0"]


def test_p01_characters_follow_the_keys() -> None:
    """Catches strings taken for Qiskit's, or for qubits: the keys' order is the answer's own."""
    for layout in (None, _layout()):
        outcome = decode(_answer(_counts(KEYS, {"100": 2, "011": 3, "001": 1})), IQM, layout, 6)
        assert outcome.counts() == {"1 00": 2, "0 11": 3, "0 01": 1}
        turned = decode(_answer(_counts(KEYS[::-1], {"001": 2, "110": 3, "100": 1})), IQM, layout, 6)
        assert turned.counts() == outcome.counts()
        assert [register.name for register in outcome.layout.registers] == ["meas", "b"]


def test_single_shots_in_their_order() -> None:
    shots = {"b_1_1_0": [[1], [0]], "meas_2_0_0": [[0], [1]], "meas_2_0_1": [[0], [0]]}
    for layout in (None, _layout()):
        for data in (json.dumps([shots]).encode(), json.dumps({"measurements": [shots]}).encode()):
            outcome = decode(data, IQM, layout, 2)
            assert outcome.per_shot
            assert outcome.memory() == ["1 00", "0 01"]
    both = _answer(_counts(KEYS, {"100": 1, "001": 1}), measurements=[shots])
    assert decode(both, IQM, _layout(), 2).memory() == ["1 00", "0 01"]
    with pytest.raises(ResultUnreadable, match="contradict"):
        decode(_answer(_counts(KEYS, {"100": 2}), measurements=[shots]), IQM, _layout(), 2)
    with pytest.raises(ResultUnreadable, match="shots of 2 circuits"):
        decode(_answer(_counts(KEYS, {"100": 2}), measurements=[shots, shots]), IQM)


def test_several_circuits() -> None:
    circuits = _answer(_counts(["c_1_0_0"], {"1": 3}), _counts(["c_2_0_1", "c_2_0_0"], {"10": 2, "01": 1}))
    assert [outcome.counts() for outcome in decode_items(circuits, IQM)] == [{"1": 3}, {"10": 2, "01": 1}]
    bare = json.dumps([_counts(["c_1_0_0"], {"1": 3})]).encode()
    assert decode(bare, IQM).counts() == {"1": 3}
    with pytest.raises(ResultUnreadable, match="2 results and 1"):
        decode_items(circuits, IQM, [_layout()])


def test_bits_without_a_key_read_zero() -> None:
    layout = Layout(4, (Register("c", (0, 1, 2, 3)),), (-1, 3, -1, 1), 4)
    data = _answer(_counts(["c_4_0_3", "c_4_0_1"], {"10": 2, "01": 1}))
    for given in (None, layout):
        assert decode(data, IQM, given, 3).counts() == {"1000": 2, "0010": 1}


def test_keys_of_other_clients_are_registers() -> None:
    shots = [{"m": [[0, 1], [1, 1]], "final": [[1], [0]]}]
    outcome = decode(json.dumps(shots).encode(), IQM)
    assert [(register.name, register.size) for register in outcome.layout.registers] == [("m", 2), ("final", 1)]
    assert outcome.shot_bits("m").tolist() == [[0, 1], [1, 1]]
    assert decode(_answer(_counts(["a", "b"], {"10": 4})), IQM).counts() == {"0 1": 4}
    assert decode(_answer(_counts(["m"], {"110": 4})), IQM).shot_bits("m").tolist() == [[1, 1, 0]] * 4
    names = decode(_answer(_counts(["my_reg_2_0_0", "my_reg_2_0_1"], {"10": 4})), IQM)
    assert names.counts("my_reg") == {"01": 4}


def test_names_that_the_payload_writes_in_another_way() -> None:
    """Registers whose names are no identifiers, and repeated ones: keys are by the names in the payload, or our own."""
    layout = Layout(2, (Register("my reg", (0,)), Register("my reg", (1,))), (0, 1), 2)
    for keys in (["c_my_reg_1_0_0", "c_my_reg_2_1_1_0"], ["my reg_1_0_0", "my reg_1_1_0"]):
        assert decode(_answer(_counts(keys, {"10": 1})), IQM, layout, 1).shot_bits().tolist() == [[1, 0]]
    shared = Layout(3, (Register("a", (0, 1)), Register("b", (1, 2))), (0, 1, 2), 3)
    for keys in (["a_2_0_0", "a_2_0_1", "b_1_1_0"], ["a_2_0_0", "a_2_0_1", "b_2_1_1"]):
        assert decode(_answer(_counts(keys, {"011": 1})), IQM, shared, 1).int_counts() == {0b110: 1}


@pytest.mark.parametrize(
    "circuit",
    [
        _counts(KEYS, {"10": 1}),
        _counts(KEYS, {"102": 1}),
        _counts(KEYS, {"100": 1.0}),
        _counts(KEYS, {"100": -1}),
        _counts(KEYS, {}),
        _counts([], {"": 1}),
        _counts([*KEYS, KEYS[0]], {"1000": 1}),
        _counts([*KEYS[:2], 3], {"100": 1}),
        _counts([*KEYS[:2], "meas_3_0_0"], {"100": 1}),
        _counts([*KEYS[:2], "other_2_0_0"], {"100": 1}),
        _counts([*KEYS[:2], "meas_2_0_2"], {"100": 1}),
        _counts([*KEYS[:2], "meas_2_00_0", "meas_2_0_0"], {"1000": 1}),
        _counts(["a_100000_0_0", "a_100000_1_0"], {"10": 1}),
        {"counts": {"100": 1}},
        {"measurement_keys": KEYS},
        "100",
        None,
    ],
)
def test_counts_that_are_none(circuit: Any) -> None:
    data = _answer(circuit)
    for layout in (None, _layout()):
        with pytest.raises(ResultUnreadable) as caught:
            decode(data, IQM, layout, 1)
        assert caught.value.data is data


@pytest.mark.parametrize(
    "shots",
    [
        {},
        [],
        {"a_1_0_0": []},
        {"a_1_0_0": [[]]},
        {"a_1_0_0": [[0], [2]]},
        {"a_1_0_0": [[0], [0, 1]]},
        {"a_2_0_0": [[0]], "a_2_0_1": [[0], [1]]},
        {"a_1_0_0": [0, 1]},
        {"a_1_0_0": [[True]]},
        {"a_1_0_0": "01"},
    ],
)
def test_shots_that_are_none(shots: Any) -> None:
    with pytest.raises(ResultUnreadable):
        decode(json.dumps([shots]).encode(), IQM)


def test_keys_that_lack_a_measured_bit() -> None:
    with pytest.raises(ResultUnreadable, match=r"no measurement key for the bits \[2\]"):
        decode(_answer(_counts(KEYS[1:], {"10": 1})), IQM, _layout(), 1)


def test_a_short_answer_does_not_fill_the_memory() -> None:
    """A key may say that its register has 99,999 bits, and each shot is then as wide."""
    data = _answer(_counts(["c_99999_0_0"], {"0": 1}), measurements=[{"c_99999_0_0": [[0]] * 50_000}])
    with pytest.raises(ResultUnreadable, match="50000 shots of 99999 bits"):
        decode(data, IQM)
