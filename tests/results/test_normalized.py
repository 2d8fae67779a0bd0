"""`kipu.normalized`: the Hub's own view, of which it is known what it says only where qubits and bits are the same."""

from __future__ import annotations

import json
from typing import Any

import pytest

from qrelay.errors import ResultUnreadable
from qrelay.program import Layout, Register
from qrelay.results import Arrays, Document, decode, decode_items

HUB = "kipu.normalized"


def _layout(sizes: dict[str, int], qubits: list[int] | None = None) -> Layout:
    registers, total = [], 0
    for name, size in sizes.items():
        registers.append(Register(name, tuple(range(total, total + size))))
        total += size
    return Layout(total, tuple(registers), tuple(qubits if qubits is not None else range(total)), total)


def _pubs(*pubs: dict[str, Any]) -> bytes:
    return json.dumps({"pubs": [{"index": index} | pub for index, pub in enumerate(pubs)]}).encode()


def _counts(counts: Any, **more: Any) -> dict[str, Any]:
    return {"type": "counts", "counts": counts} | more


@pytest.mark.parametrize("position", range(9))
def test_p01_bit_0_is_the_rightmost(position: int) -> None:
    """Three registers of three bits, X on one qubit; catches strings read from the left, or registers turned round."""
    layout = _layout({"a": 3, "b": 3, "c": 3})
    plain = f"{1 << position:09b}"
    spaced = " ".join((plain[:3], plain[3:6], plain[6:]))
    memory = json.dumps({"memory": [hex(1 << position)] * 4, "qubits": 9, "shots": 4}).encode()
    for data in (_pubs(_counts({plain: 4}, shots=4, qubits=9)), _pubs(_counts({spaced: 4})), memory):
        assert decode(data, HUB, layout, 4).counts() == {spaced: 4}
        assert decode(data, HUB).int_counts() == {1 << position: 4}
    exact = decode(_pubs({"type": "probabilities", "probabilities": {plain: 1.0}, "qubits": 9}), HUB, layout, 4)
    assert exact.counts() == {spaced: 4}
    assert exact.probabilities == {spaced: 1.0}


def test_p01_registers_whose_bits_are_permuted_among_themselves() -> None:
    layout = Layout(3, (Register("a", (2, 0)), Register("b", (1,))), (1, 2, 0), 3)  # a[0] is qubit 0, a[1] 1, b[0] 2
    assert decode(_pubs(_counts({"001": 1})), HUB, layout, 1).counts() == {"0 01": 1}
    assert decode(_pubs(_counts({"001": 1})), HUB, layout, 1).int_counts() == {0b100: 1}


@pytest.mark.parametrize("qubits", [[1, 0], [0, -1], [0, 0]])
def test_p01_permuted_measurements_are_refused(qubits: list[int]) -> None:
    """Catches a guess: nobody says whether the strings follow the qubits, as providers' answers do, or the bits."""
    with pytest.raises(ResultUnreadable, match=r"in order.*raw_result\(\)"):
        decode(_pubs(_counts({"01": 1})), HUB, _layout({"c": 2}, qubits), 1)


def test_several_circuits_and_what_cannot_be_told() -> None:
    expectation = {"type": "expectation_values", "shape": [2, 1], "values": [0.5, -0.25], "stds": [0.1, 0.2]}
    data = _pubs(
        _counts({"1": 3}),
        {"type": "unmapped", "reason": "a photon"},
        expectation,
        {"type": "probabilities", "probabilities": {"1": 0.4}, "truncated": True},
    )
    one, none, values, some = decode_items(data, HUB, None, 3)
    assert one.counts() == {"1": 3}
    assert isinstance(none, Document)
    assert none.failure == "a photon"
    assert isinstance(values, Arrays)
    assert values.arrays["values"].tolist() == [[0.5], [-0.25]]
    assert set(values.arrays) == {"values", "stds"}
    assert isinstance(some, Document)
    with pytest.raises(ResultUnreadable, match="4 results and 1"):
        decode_items(data, HUB, [None])


def test_an_error_is_said() -> None:
    with pytest.raises(ResultUnreadable, match="QUOTA: no more"):
        decode(b'{"pubs": [{"type": "error", "error": {"code": "QUOTA", "message": "no more"}}]}', HUB)


@pytest.mark.parametrize(
    "pub",
    [
        _counts({}),
        _counts({"01": 1.5}),
        _counts({"0a": 1}),
        _counts({"0": 1, "01": 1}),
        _counts({"0 1": 1, "01": 1}),
        _counts({"01": 2}, shots=3),
        _counts({"01": 1}, index=1),
        _counts({"011": 1}),
        _counts(None),
        {"type": "probabilities", "probabilities": {"01": 0.5}},
        {"type": "probabilities", "probabilities": {"01": "1"}},
        {"type": "photons"},
        {"counts": {"01": 1}},
        {"type": "expectation_values", "shape": [2], "values": [1.0], "stds": [1.0]},
        {"type": "expectation_values", "shape": [1], "values": ["1"], "stds": [1.0]},
        {"type": "expectation_values", "shape": [1], "values": [10**400], "stds": [1.0]},
        {"type": "expectation_values", "shape": [1] * 70, "values": [1.0], "stds": [1.0]},
        {"type": "expectation_values", "shape": [10**15] * 30, "values": [1.0], "stds": [1.0]},
        {"type": "expectation_values", "shape": [-1], "values": [1.0], "stds": [1.0]},
    ],
)
def test_entries_that_are_none(pub: Any) -> None:
    data = json.dumps({"pubs": [{"index": 0} | pub]}).encode()
    with pytest.raises(ResultUnreadable) as caught:
        decode(data, HUB, _layout({"c": 2}), 1)
    assert caught.value.data is data


@pytest.mark.parametrize("figure", ["1e400", "-1e999"])
def test_an_expectation_value_beyond_all_numbers_is_none(figure: str) -> None:
    """Bug: Python reads it as infinity, which went on as a measured value."""
    entry = f'{{"index": 0, "type": "expectation_values", "shape": [1], "values": [{figure}], "stds": [0.1]}}'
    with pytest.raises(ResultUnreadable, match="too large"):
        decode(f'{{"pubs": [{entry}]}}'.encode(), HUB)


@pytest.mark.parametrize(
    "document",
    [
        {"memory": [], "qubits": 2},
        {"memory": ["0x4"], "qubits": 2},
        {"memory": ["1"], "qubits": 2},
        {"memory": [1], "qubits": 2},
        {"memory": ["0x1"], "qubits": 0},
        {"memory": ["0x1"], "qubits": 10**9},
        {"memory": ["0x1"], "qubits": True},
        {"memory": ["0x1"] * 50_000, "qubits": 90_000},
        {"memory": ["0x1"], "qubits": 2, "shots": 2},
        {"memory": ["0x1"]},
        {"pubs": []},
        {"pubs": {}},
        {"pubs": ["01"]},
    ],
)
def test_memories_that_are_none(document: Any) -> None:
    with pytest.raises(ResultUnreadable):
        decode(json.dumps(document).encode(), HUB)
