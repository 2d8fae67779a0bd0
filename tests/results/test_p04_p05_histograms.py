"""P04 and P05: partly measured circuits sum up; counts are integers, sum to the shots, and stay the same."""

from __future__ import annotations

import json
import random
from collections import Counter
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qrelay.errors import IncompleteResult, InvalidOption, ResultUnreadable
from qrelay.program import Layout, Register
from qrelay.results import decode
from qrelay.results.rounding import largest_remainder

IONQ = "ionq.quantum-results.v1"


def _layout(qubits: list[int], num_qubits: int) -> Layout:
    return Layout(len(qubits), (Register("c", tuple(range(len(qubits)))),), tuple(qubits), num_qubits)


def _ionq(histogram: dict[int, float]) -> bytes:
    return json.dumps({"histogram": {str(state): figure for state, figure in histogram.items()}}).encode()


def test_p04_helper_qubits_are_summed_over() -> None:
    """Outcomes that differ in unmeasured qubits only overwrote each other (azure-quantum-python#198)."""
    data = _ionq({0b000: 0.125, 0b010: 0.25, 0b100: 0.125, 0b111: 0.5})
    outcome = decode(data, IONQ, _layout([0], 3), 1000)
    assert outcome.counts() == {"0": 500, "1": 500}
    assert outcome.probabilities == {"0": 0.5, "1": 0.5}


def test_p04_whatever_helper_qubits_were(make_device: Any, format_name: str) -> None:
    """Helpers left in random states split an outcome in many, or push other qubits' bits aside."""
    device = make_device([("a", [0]), ("b", [2, 1])], qubits=[5, 1, 3], num_qubits=7)
    shots = [(1, 0, 0)] * 60 + [(0, 1, 1)] * 40
    outcome = decode(device.document(format_name, shots), format_name, device.layout, 100)
    assert outcome.counts() == {"00 1": 60, "11 0": 40}
    assert (outcome.shots_asked, outcome.shots_returned, outcome.shots_usable) == (100, 100, 100)


def test_p05_every_format_gives_the_same_twice(make_device: Any, format_name: str) -> None:
    """Memory that is shuffled anew, or in an order that the job's id does not fix."""
    device = make_device([("c", range(3))])
    dice = random.Random(1)
    shots = [tuple(dice.getrandbits(1) for _ in range(3)) for _ in range(50)]
    data = device.document(format_name, shots)
    first, again = (decode(data, format_name, device.layout, 50, seed="job") for _ in range(2))
    assert first.memory() == again.memory()
    assert all(type(count) is int for count in first.counts().values())
    assert sum(first.counts().values()) == len(first.memory()) == 50


@given(
    st.integers(1, 6).flatmap(
        lambda width: st.tuples(
            st.just(width),
            st.lists(st.integers(0, width - 1), max_size=8),
            st.lists(st.integers(0, 2**width - 1), min_size=1, max_size=40),
        )
    )
)
def test_p04_any_measurement_of_any_state_sums_up(case: tuple[int, list[int], list[int]]) -> None:
    """Any map of qubits to bits, several bits from one qubit included: counts are the shots', summed."""
    width, qubits, shots = case
    counted = Counter(shots)
    data = _ionq({state: count / len(shots) for state, count in counted.items()})
    expected: Counter[int] = Counter()
    for state, count in counted.items():
        expected[sum((state >> qubit & 1) << bit for bit, qubit in enumerate(qubits))] += count
    outcome = decode(data, IONQ, _layout(qubits, width), len(shots))
    assert outcome.int_counts() == expected
    assert outcome.shots_usable == outcome.shots_returned == len(shots)


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=60).filter(any), st.integers(1, 10**6))
def test_p05_counts_are_integers_that_sum_to_the_shots(weights: list[int], shots: int) -> None:
    """Rounding each figure by itself gives 999 or 1001 shots of 1000, or floats (azure-quantum-python#248)."""
    total = sum(weights)
    data = _ionq({state: weight / total for state, weight in enumerate(weights)})
    outcome = decode(data, IONQ, _layout(list(range(6)), 6), shots)
    counts = outcome.int_counts()
    assert all(type(count) is int and count > 0 for count in counts.values())
    assert sum(counts.values()) == shots == outcome.shots_asked == outcome.shots_returned == outcome.shots_usable
    for state, weight in enumerate(weights):  # nobody is further than one shot from the exact share
        assert abs(counts.get(state, 0) - Fraction(weight * shots, total)) < 1 + 1e-6


@given(st.lists(st.integers(1, 1000), min_size=1, max_size=30), st.randoms(use_true_random=False))
def test_p05_figures_that_are_counts_come_back_exactly(counts: list[int], shuffler: random.Random) -> None:
    """A device's histogram is counts divided by shots: multiplying back must not move a single shot."""
    shots = sum(counts)
    entries = [(state, count / shots) for state, count in enumerate(counts)]
    shuffler.shuffle(entries)
    outcome = decode(_ionq(dict(entries)), IONQ, _layout(list(range(5)), 5), shots)
    assert outcome.int_counts() == dict(enumerate(counts))


def test_p05_ties_go_to_the_lower_number_whatever_the_order_of_the_document() -> None:
    """Ties decided by the order of a dictionary, or by noise in the last digit, give other counts on another day."""
    figures = dict.fromkeys(range(7), 1 / 7)
    backwards = dict(reversed(figures.items()))
    noisy = {state: figure + (-1) ** state * 1e-16 for state, figure in figures.items()}
    expected = {0: 15, 1: 15, 2: 14, 3: 14, 4: 14, 5: 14, 6: 14}
    for histogram in (figures, backwards, noisy):
        assert decode(_ionq(histogram), IONQ, _layout([0, 1, 2], 3), 100).int_counts() == expected


def test_p05_reading_twice_gives_the_same() -> None:
    """A histogram sampled anew at every reading (azure-quantum-python#248): here nothing is drawn."""
    data = _ionq({0: 0.3, 1: 0.25, 2: 0.45})
    first, again, other = (decode(data, IONQ, _layout([1, 0], 2), 101, seed=seed) for seed in ("job", "job", "another"))
    assert not first.per_shot
    assert first.memory() == first.memory() == again.memory()
    assert first.memory() != other.memory()
    assert sorted(first.memory()) == sorted(other.memory())
    assert first.counts() == other.counts() == Counter(first.memory())
    assert first.memory() != sorted(first.memory()), "not in the histogram's order, which would hide errors of pairing"
    assert [hex(int(shot, 2)) for shot in first.memory()] == first.hex_memory()


def test_p05_the_seeded_order_never_changes() -> None:
    """An order that a new NumPy, or another process, draws differently: these are the values of the first version."""
    outcome = decode(_ionq({0: 0.5, 1: 0.5}), IONQ, _layout([0], 1), 12, seed="7d1a")
    assert "".join(outcome.memory()) == "111000101001"


def test_p05_registers_stay_together_in_an_expanded_histogram(make_device: Any) -> None:
    """Memory of two registers shuffled apart: perfectly correlated bits came out uncorrelated."""
    device = make_device([("a", [0]), ("b", [1])])
    outcome = decode(_ionq({0b00: 0.5, 0b11: 0.5}), IONQ, device.layout, 64, seed="x")
    assert outcome.memory("a") == outcome.memory("b")
    assert [shot.split() for shot in outcome.memory()] == [
        list(pair) for pair in zip(outcome.memory("b"), outcome.memory("a"), strict=True)
    ]


def test_probabilities_are_kept_exactly() -> None:
    third = 1 / 3
    outcome = decode(_ionq({0: third, 1: third, 2: 1 - 2 * third}), IONQ, _layout([0, 1], 2), 10)
    assert outcome.probabilities == {"00": third, "01": third, "10": 1 - 2 * third}
    assert outcome.counts() == {"00": 4, "01": 3, "10": 3}


def test_keys_beyond_64_bits() -> None:
    """A hundred qubits have states beyond 2**64 (amazon-braket-default-simulator-python#370)."""
    state = 2**99 + 2**70 + 1
    outcome = decode(_ionq({state: 0.75, 2**64: 0.25}), IONQ, _layout(list(range(100)), 100), 8)
    assert outcome.int_counts() == {2**64: 2, state: 6}
    assert list(outcome.counts()) == [f"{2**64:0100b}", f"{state:0100b}"]
    assert set(outcome.hex_memory()) == {hex(state), hex(2**64)}


def test_without_a_layout_there_is_a_bit_even_if_none_was_ever_one() -> None:
    assert decode(_ionq({0: 1.0}), IONQ, None, 3).counts() == {"0": 3}


def test_without_shots_there_are_probabilities_and_no_counts() -> None:
    outcome = decode(_ionq({0: 0.5, 7: 0.5}), IONQ)
    assert outcome.probabilities == {"000": 0.5, "111": 0.5}
    assert (outcome.shots_asked, outcome.shots_returned, outcome.shots_usable) == (None, 0, 0)
    for reading in (outcome.counts, outcome.int_counts, outcome.memory, outcome.hex_memory, outcome.shot_bits):
        with pytest.raises(IncompleteResult, match="shots="):
            reading()


def test_probabilities_of_lost_qubits_alone_are_no_counts_either() -> None:
    """Bug: with no usable outcome among the figures, and no number of shots, the counts were empty and not refused."""
    outcome = decode(b'{"Histogram": ["[-]", 1.0]}', "microsoft.quantum-results.v1")
    assert outcome.probabilities == {}
    with pytest.raises(IncompleteResult, match="shots="):
        outcome.counts()


@pytest.mark.parametrize("shots", [0, -1, 2.5, True, "10", 10**30])
def test_shots_that_are_no_number_of_shots(shots: Any) -> None:
    with pytest.raises(InvalidOption, match="shots"):
        decode(_ionq({0: 1.0}), IONQ, None, shots)


@pytest.mark.parametrize(
    ("histogram", "complaint"),
    [
        ({0: 0.5, 1: 0.4}, "sum to 0.9"),
        ({0: 0.7, 1: 0.7}, "sum to 1.4"),
        ({0: 1.1, 1: -0.1}, "no probability"),
        ({0: 0.0}, "sum to 0"),
        ({8: 1.0}, "4 qubits and the job had 3"),
    ],
)
def test_histograms_that_are_no_distribution(histogram: dict[int, float], complaint: str) -> None:
    with pytest.raises(ResultUnreadable, match=complaint) as caught:
        decode(_ionq(histogram), IONQ, _layout([0], 3), 10)
    assert caught.value.data == _ionq(histogram)


def test_noise_of_a_simulator_is_no_distribution_error() -> None:
    outcome = decode(_ionq({0: 0.49999999, 1: -1e-12, 3: 0.5000001}), IONQ, _layout([0, 1], 2), 1000)
    assert outcome.counts() == {"00": 500, "11": 500}
    assert outcome.probabilities == {"00": 0.49999999, "01": 0.0, "11": 0.5000001}


@pytest.mark.parametrize(
    "text",
    [
        b'{"histogram": {"0": 0.5, "0": 0.5}}',
        b'{"histogram": {"0": 1.0, "0": 1.0}}',
        b'{"histogram": {"0x1": 1.0}}',
        b'{"histogram": {"-1": 1.0}}',
        b'{"histogram": {"\xd9\xa1": 1.0}}',
        b'{"histogram": {" 1": 1.0}}',
        b'{"histogram": {"1": true}}',
        b'{"histogram": {"1": "1.0"}}',
        b'{"histogram": {"1": null}}',
        b'{"histogram": {"1": NaN}}',
        b'{"histogram": {"1": Infinity}}',
        b'{"histogram": {"1": 1e999}}',
        b'{"histogram": {"1": 1' + b"0" * 400 + b"}}",
        b'{"histogram": {"' + b"9" * 5000 + b'": 1.0}}',
        b'{"histogram": {}}',
        b'{"histogram": [1.0]}',
        b'{"histogramm": {"1": 1.0}}',
        b'[{"histogram": {"1": 1.0}}]',
        b'{"histogram": {"1": 1.0',
    ],
)
def test_histograms_that_are_something_else(text: bytes) -> None:
    for layout in (None, _layout([0, 1], 2)):
        with pytest.raises(ResultUnreadable) as caught:
            decode(text, IONQ, layout, 10)
        assert caught.value.data is text
        assert caught.value.format == IONQ


@settings(max_examples=50)
@given(
    st.lists(st.floats(0, 1), min_size=1, max_size=20).filter(lambda figures: max(figures) > 1e-9),
    st.integers(0, 10**9),
)
def test_largest_remainder_never_adds_or_loses_a_shot(figures: list[float], shots: int) -> None:
    counts = largest_remainder(figures, shots)
    assert min(counts) >= 0
    assert sum(counts) == shots
    total = sum(map(Fraction, figures))
    for figure, count in zip(figures, counts, strict=True):
        assert abs(count - Fraction(figure) * shots / total) < 1 + Fraction(1, 10**6)
