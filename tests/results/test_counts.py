"""`kipu.qsim.result` and `qudora.result`: which end is qubit 0, honest numbers of shots, other modes, bad counts."""

from __future__ import annotations

import json
from typing import Any

import pytest

from qrelay.errors import ResultUnreadable
from qrelay.program import Layout, Register
from qrelay.results import decode, decode_items

QSIM, QUDORA = "kipu.qsim.result", "qudora.result"


def _plain(size: int) -> Layout:
    return Layout(size, (Register("c", tuple(range(size))),), tuple(range(size)), size)


def _counts(counts: Any, **more: Any) -> bytes:
    return json.dumps({"counts": counts} | more).encode()


def test_qsim_starts_with_qubit_0_and_qudora_ends_with_it() -> None:
    """Catches one order taken for both: the vendor's SDK turns qsim's strings round and leaves Qudora's."""
    data = _counts({"011": 1, "111": 52})
    assert decode(data, QSIM, _plain(3), 53).counts() == {"110": 1, "111": 52}
    assert decode(data, QUDORA, _plain(3), 53).counts() == {"011": 1, "111": 52}
    for name, wanted in ((QSIM, {"110": 1, "111": 52}), (QUDORA, {"011": 1, "111": 52})):
        made_up = decode(data, name, None, 53)
        assert made_up.counts() == made_up.counts("c") == wanted


def test_a_permuted_measurement_is_put_right() -> None:
    layout = Layout(3, (Register("a", (2, 0)), Register("b", (1,))), (3, 1, -1), 4)
    assert decode(_counts({"0101": 5, "0111": 2, "1101": 3}), QSIM, layout, 10).counts() == {"1 10": 10}
    assert decode(_counts({"0010": 4, "1000": 6}), QUDORA, layout, 10).counts() == {"0 10": 6, "1 00": 4}


@pytest.mark.parametrize("name", [QSIM, QUDORA])
def test_shots_asked_and_returned_are_two_numbers(name: str) -> None:
    """Catches counts that are scaled to what was asked, or asked that is taken for returned."""
    outcome = decode(_counts({"0": 40, "1": 52}), name, _plain(1), 100)
    assert (outcome.shots_asked, outcome.shots_returned, outcome.shots_usable) == (100, 92, 92)
    assert not outcome.per_shot
    assert len(outcome.memory()) == 92
    assert outcome.probabilities is None


def test_several_circuits_are_a_list_in_order() -> None:
    data = b'[{"counts": {"01": 3}}, {"counts": {"1": 4}}, {"counts": {"10": 2, "00": 1}}]'
    layouts = [_plain(2), None, Layout(1, (Register("m", (0,)),), (1,), 2)]
    outcomes = decode_items(data, QUDORA, layouts, 4)
    assert [outcome.counts() for outcome in outcomes] == [{"01": 3}, {"1": 4}, {"0": 1, "1": 2}]
    assert len({outcome.seed for outcome in outcomes}) == 3
    with pytest.raises(ResultUnreadable, match="3 results and 2 were expected"):
        decode_items(data, QUDORA, layouts[:2], 4)
    with pytest.raises(ResultUnreadable, match="decode_items"):
        decode(data, QUDORA)


def test_a_list_of_one_and_an_object_are_the_same() -> None:
    for data in (b'{"counts": {"01": 3}}', b'[{"counts": {"01": 3}}]'):
        assert decode(data, QUDORA, _plain(2), 3).counts() == {"01": 3}


def test_a_failed_circuit_among_several() -> None:
    data = b'[{"counts": {"01": 3}}, {"error": {"code": "Timeout", "message": "too long"}}]'
    with pytest.raises(ResultUnreadable, match="Timeout: too long"):
        decode_items(data, QUDORA)


def test_other_clients_registers_on_qudora() -> None:
    outcome = decode(_counts({"1 01": 3, "0 11": 1}), QUDORA)
    assert outcome.counts() == {"0 11": 1, "1 01": 3}
    assert outcome.counts("c0") == {"01": 3, "11": 1}
    with pytest.raises(ResultUnreadable, match="shapes"):
        decode(_counts({"1 01": 3, "10 1": 1}), QUDORA)
    with pytest.raises(ResultUnreadable, match="4 characters"):
        decode(_counts({"1 01": 3}), QUDORA, _plain(3), 3)


@pytest.mark.parametrize("name", [QSIM, QUDORA])
@pytest.mark.parametrize(
    ("counts", "complaint"),
    [
        ({}, "empty"),
        ({"01": 3, "1": 2}, "should have"),
        ({"0": 3}, "1 characters and the job had 2"),
        ({"011": 3}, "3 characters and the job had 2"),
        ({"0x1": 3}, r"characters|zeros and ones"),
        ({"02": 3}, "zeros and ones"),
        ({"0-": 3}, "zeros and ones"),
        ({"0\u0661": 3}, "zeros and ones"),
        ({"01": True}, "whole number"),
        ({"01": -1}, "whole number"),
        ({"01": 3, "10": -1}, "whole number"),
        ({"01": 1.0}, "whole number"),
        ({"01": "3"}, "whole number"),
        ({"01": None}, "whole number"),
        ({"01": [3]}, "whole number"),
        ({"01": 0}, "sum to 0"),
        ({"01": 10**30}, "whole number"),
        ({"01": 10**400}, "whole number"),
        ({f"{one:02b}": 2**52 + 1 for one in range(4)}, "sum to"),
        ([["01", 3]], "should be an object"),
        (None, "should be an object"),
        ("01", "should be an object"),
    ],
)
def test_counts_that_are_none(name: str, counts: Any, complaint: str) -> None:
    data = _counts(counts)
    with pytest.raises(ResultUnreadable, match=complaint) as caught:
        decode(data, name, _plain(2), 3)
    assert caught.value.data is data
    assert caught.value.format == name


@pytest.mark.parametrize("name", [QSIM, QUDORA])
def test_a_key_said_twice(name: str) -> None:
    with pytest.raises(ResultUnreadable, match="twice"):
        decode(b'{"counts": {"01": 3, "01": 4}}', name, _plain(2), 7)


def test_zero_counts_are_no_rows() -> None:
    assert decode(_counts({"01": 0, "10": 2}), QSIM, _plain(2), 2).counts() == {"01": 2}
