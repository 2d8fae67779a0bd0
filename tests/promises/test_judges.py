"""The judges themselves: they accept what is right and refuse what is wrong."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from corners import Drawing, Way, record
from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister


@pytest.fixture
def skewed() -> QuantumCircuit:
    circuit = QuantumCircuit(QuantumRegister(2, "q"), ClassicalRegister(1, "a"), ClassicalRegister(2, "b"))
    circuit.ry(1.0, 0)
    circuit.x(1)
    circuit.measure([0, 1], [2, 0])
    return circuit


def test_exact_probabilities_are_aer_s(
    skewed: QuantumCircuit, exact: Callable[..., dict[str, float]], aer: Callable[..., dict[str, int]]
) -> None:
    assert exact(skewed) == pytest.approx({"00 1": 0.770151, "10 1": 0.229849}, abs=1e-6)
    assert set(aer(skewed, 1000)) == set(exact(skewed))


def test_a_right_sample_passes(
    skewed: QuantumCircuit, aer: Callable[..., dict[str, int]], assert_fits: Callable[..., None]
) -> None:
    assert_fits(aer(skewed, 4000), skewed)


@pytest.mark.parametrize(
    "wrong", [{"00 1": 2299, "10 1": 7701}, {"01 1": 2299, "00 1": 7701}, {"00 0": 7701, "10 0": 2299}, {"00 1": 10000}]
)
def test_a_wrong_one_does_not(skewed: QuantumCircuit, wrong: dict[str, int], assert_fits: Callable[..., None]) -> None:
    with pytest.raises(AssertionError):
        assert_fits(wrong, skewed)


def test_both_frameworks_build_the_same_from_a_drawing(way: Way) -> None:
    """A corner's judge must not be wrong in the way that the corner is: the records are written down by hand here."""
    drawing = Drawing(3, [("x", 1), ("ry", 1.0, 0), ("cx", 1, 2)], {"a": [0], "b c": [2, 1]})
    certain = Drawing(3, [("x", 0), ("cx", 0, 2)], {"late": [2, 1], "a": [0]})
    wanted = {
        (("a", (0,)), ("b c", (1, 1))): pytest.approx(0.770151, abs=1e-6),
        (("a", (1,)), ("b c", (1, 1))): pytest.approx(0.229849, abs=1e-6),
    }
    assert dict(way.exact(drawing)) == wanted
    assert set(way.simulated(drawing, 1000)) == set(wanted)
    assert way.simulated(certain, 10) == {record(late="10", a="1"): 10}
    assert way.records([certain, certain], 10) == [{record(late="10", a="1"): 10}] * 2
    way.assert_fits(drawing, 800)
