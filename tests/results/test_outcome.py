"""Outcome: views that agree with each other, at any width, and cannot be changed."""

from __future__ import annotations

import pickle
import random
from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qrelay.errors import InvalidOption, QrelayError
from qrelay.program import Layout, Register
from qrelay.results import Outcome, packing


def _outcome(layout: Layout, shots: list[tuple[int, ...]], weights: list[int] | None = None, **more: Any) -> Outcome:
    matrix = np.array(shots, dtype=np.uint8).reshape(len(shots), layout.num_clbits)
    stacked = None if weights is None else np.array(weights, dtype=np.int64)
    usable = len(shots) if weights is None else sum(weights)
    return Outcome(layout, packing.pack(matrix), stacked, usable, usable, **more)


@pytest.mark.parametrize("width", [1, 7, 8, 9, 63, 64, 65, 127, 128, 129, 1000])
def test_every_view_agrees_at_every_width(width: int) -> None:
    """The words of 8 and 64 bits end in the middle of registers: hexadecimal numbers lost their upper bits."""
    source = random.Random(width)
    low = width // 3
    layout = Layout(width, (Register("a", tuple(range(low))), Register("b", tuple(range(low, width)))), (0,) * width, 1)
    states = [source.getrandbits(width) for _ in range(5)] + [0, (1 << width) - 1, 1 << (width - 1)]
    chosen = source.choices(states, k=50)
    outcome = _outcome(layout, [tuple(state >> bit & 1 for bit in range(width)) for state in chosen])
    assert outcome.int_counts() == Counter(chosen)
    assert list(outcome.int_counts()) == sorted(set(chosen))
    assert outcome.hex_counts() == Counter(map(hex, chosen))
    assert outcome.hex_memory() == list(map(hex, chosen))
    joined = [shot.replace(" ", "") for shot in outcome.memory()]
    assert joined == [f"{state:0{width}b}" for state in chosen]
    assert outcome.int_counts("b") == Counter(state >> low for state in chosen)
    assert outcome.counts("b") == Counter(f"{state >> low:0{width - low}b}" for state in chosen)
    if low:
        assert outcome.memory("a") == [f"{state & ((1 << low) - 1):0{low}b}" for state in chosen]


@given(st.lists(st.tuples(st.integers(0, 2**70 - 1), st.integers(1, 5)), max_size=20), st.text(max_size=5))
def test_weights_count_as_many_shots(entries: list[tuple[int, int]], seed: str) -> None:
    layout = Layout(70, (Register("c", tuple(range(70))),), (-1,) * 70, 0)
    rows = [tuple(state >> bit & 1 for bit in range(70)) for state, _ in entries]
    outcome = _outcome(layout, rows, [weight for _, weight in entries], seed=seed)
    expected: Counter[int] = Counter()
    for state, weight in entries:
        expected[state] += weight
    assert outcome.int_counts() == outcome.int_counts("c") == expected
    assert outcome.counts() == outcome.counts("c") == {f"{state:070b}": count for state, count in expected.items()}
    assert Counter(int(shot, 2) for shot in outcome.memory()) == expected
    assert [int("".join(map(str, reversed(row))), 2) for row in outcome.shot_bits().tolist()] == [
        int(word, 16) for word in outcome.hex_memory()
    ]
    assert outcome.shots_usable == expected.total()


def test_counts_are_python_integers() -> None:
    outcome = _outcome(Layout(1, (Register("c", (0,)),), (0,), 1), [(1,), (0,), (1,)])
    for counted in (outcome.counts(), outcome.int_counts(), outcome.hex_counts(), outcome.counts("c")):
        assert {type(value) for value in counted.values()} == {int}
    assert {type(key) for key in outcome.int_counts()} == {int}


def test_counts_of_more_shots_than_the_memory_holds() -> None:
    """Bug: the list of shots of an answer with a few digits too many took all memory, or NumPy's error came."""
    layout = Layout(1, (Register("c", (0,)),), (0,), 1)
    outcome = Outcome(layout, np.ones((1, 1), dtype=np.uint8), np.array([1 << 53]), None, 1 << 53)
    assert outcome.counts() == {"1": 1 << 53}
    for reading in (outcome.memory, outcome.hex_memory, outcome.shot_bits):
        with pytest.raises(QrelayError, match=r"too many to be written out.*counts\(\)"):
            reading()


def test_a_circuit_without_classical_bits() -> None:
    outcome = _outcome(Layout(0, (), (), 2), [(), ()])
    assert outcome.counts() == {"": 2}
    assert outcome.memory() == ["", ""]
    assert outcome.hex_counts() == {"0x0": 2}
    assert outcome.shot_bits().shape == (2, 0)


def test_an_empty_register_and_a_register_that_is_not_there() -> None:
    outcome = _outcome(Layout(1, (Register("c", (0,)), Register("none", ())), (0,), 1), [(1,), (0,)])
    assert outcome.counts() == {"0": 1, "1": 1}
    assert outcome.counts("none") == {"": 2}
    with pytest.raises(InvalidOption, match="'c', 'none'") as caught:
        outcome.counts("d")
    assert isinstance(caught.value, QrelayError)
    with pytest.raises(InvalidOption):
        outcome.memory("d")


def test_an_outcome_cannot_be_changed_and_travels() -> None:
    outcome = _outcome(Layout(2, (Register("c", (0, 1)),), (0, 1), 2), [(1, 0)], [3], seed="s")
    with pytest.raises(ValueError, match="read-only"):
        outcome.bits[0, 0] = 0
    with pytest.raises(AttributeError):
        outcome.seed = "other"  # type: ignore[misc]
    again = pickle.loads(pickle.dumps(outcome))
    assert again.counts() == outcome.counts() == {"01": 3}
    outcome.memory().clear()
    assert outcome.memory() == ["01"] * 3


def test_shapes_that_do_not_fit_the_layout_are_refused() -> None:
    layout = Layout(9, (), (-1,) * 9, 0)
    with pytest.raises(ValueError, match="9 classical bits"):
        Outcome(layout, np.zeros((4, 1), np.uint8), None, 4, 4)
    with pytest.raises(ValueError, match="weights"):
        Outcome(layout, np.zeros((4, 2), np.uint8), np.zeros(3, np.int64), 4, 4)


def test_the_repr_tells_the_numbers_and_no_data() -> None:
    layout = Layout(3, (Register("a", (0,)), Register("b", (1, 2))), (0, 1, 2), 3)
    matrix = np.zeros((100_000, 3), np.uint8)
    outcome = Outcome(layout, packing.pack(matrix), None, 100_010, 100_003, lost={"0 0-": 2}, errors=({"Code": "0x1"},))
    assert repr(outcome) == (
        "<Outcome: a[1], b[2]; 100000 usable of 100003 shots returned, 100010 asked; 2 with lost qubits; 1 errors; "
        "shot by shot>"
    )
