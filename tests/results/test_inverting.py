"""Inverted bits (Cirq's invert_mask): turned round once, in every view, whatever the format."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from qrelay.program import payload_names
from qrelay.results import LostShots, decode, decode_items

V1, V2 = "microsoft.quantum-results.v1", "microsoft.quantum-results.v2"


def _written(shape: Any, format_name: str, shots: list[tuple[int, ...]]) -> bytes:
    if format_name.startswith("honeywell"):
        return shape.honeywell(shots, payload_names(shape.layout))
    return shape.document(format_name, shots)


def test_every_view_is_turned_round(shape: Any, format_name: str) -> None:
    """Catches a mask that is applied to the counts and not to the memory, to a histogram's keys in the wrong order."""
    dice = random.Random(f"{shape.layout}")
    width = shape.layout.num_clbits
    inverted = tuple(sorted(dice.sample(range(width), (width + 1) // 2)))
    states = [tuple(dice.getrandbits(1) for _ in range(width)) for _ in range(6)]
    shots = dice.choices(states, weights=range(1, 7), k=100)
    turned = [tuple(value ^ (bit in inverted) for bit, value in enumerate(shot)) for shot in shots]
    layout = replace(shape.layout, inverted=inverted)
    data = _written(shape, format_name, shots)
    outcome = decode(data, format_name, layout, 100)
    assert outcome.counts() == Counter(map(shape.string, turned))
    assert list(outcome.int_counts()) == sorted(outcome.int_counts())
    assert Counter(outcome.memory()) == outcome.counts()
    assert Counter(map(tuple, outcome.shot_bits().tolist())) == Counter(turned)
    if outcome.per_shot:
        assert outcome.memory() == list(map(shape.string, turned))
    for register in layout.registers:
        assert outcome.counts(register.name) == Counter(
            "".join(str(shot[bit]) for bit in reversed(register.bits)) for shot in turned
        )
    plain = decode(data, format_name, shape.layout, 100)
    assert (outcome.probabilities is None) == (plain.probabilities is None)
    if outcome.probabilities is not None:
        exactly = dict(Counter(map(shape.string, shots)))
        assert dict(plain.probabilities or {}) == pytest.approx({key: count / 100 for key, count in exactly.items()})
        assert dict(outcome.probabilities) == pytest.approx(
            {key: count / 100 for key, count in Counter(map(shape.string, turned)).items()}
        )
        assert list(outcome.probabilities) == list(outcome.counts())  # ascending by value, as documented


@pytest.mark.parametrize("single", [True, False], ids=["shots", "histogram"])
def test_lost_shots_are_turned_round_too_and_failures_stay(make_device: Any, single: bool) -> None:
    """Bug: a shot with a lost qubit said of its other bits what was measured, where counts said the opposite."""
    device = make_device([("a", [0, 1]), ("b", [2])])
    layout = replace(device.layout, inverted=(0, 2))
    shots: list[tuple[object, ...]] = [(0, 0, 0), (0, 1, "-"), (1, 1, 1)]
    with pytest.warns(LostShots):
        outcome = decode(device.v2(shots, single=single), V2, layout, 3)
    assert outcome.counts() == {"0 10": 1, "1 01": 1}
    assert outcome.lost == {"- 11": 1}
    with pytest.warns(LostShots):
        figures = decode(device.v1(shots), V1, layout, 3)
    assert figures.probabilities == pytest.approx({"0 10": 1 / 3, "1 01": 1 / 3})
    failed = b'{"Results": [{"Shots": [{"Item1": [1], "Item2": [0, 1]}, {"Error": {"Code": "0x1"}}]}]}'
    with pytest.warns(LostShots):
        outcome = decode(failed, V2, layout, 2)
    assert (outcome.counts(), outcome.errors) == ({"0 00": 1}, ({"Code": "0x1"},))


def test_each_circuit_of_a_list_has_its_own_mask(make_device: Any) -> None:
    device = make_device([("a", [0, 1])])
    layouts = [device.layout, replace(device.layout, inverted=(1,)), replace(device.layout, inverted=(0, 1))]
    data = b'[{"counts": {"01": 2}}, {"counts": {"01": 2}}, {"counts": {"01": 2}}]'
    outcomes = decode_items(data, "qudora.result", layouts, 2)
    assert [outcome.counts() for outcome in outcomes] == [{"01": 2}, {"11": 2}, {"10": 2}]


def test_reading_twice_inverts_once(make_device: Any) -> None:
    device = make_device([("a", [0])])
    layout = replace(device.layout, inverted=(0,))
    for _ in range(2):
        assert decode(b'{"histogram": {"0": 1.0}}', "ionq.quantum-results.v1", layout, 3).counts() == {"1": 3}
