"""P05: counts are ints and stable."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from qiskit import QuantumCircuit

from qrelay.qiskit import Provider

if TYPE_CHECKING:
    from corners import QiskitWay


def _uneven(seed: int) -> QuantumCircuit:
    dice = random.Random(seed)
    circuit = QuantumCircuit(4, 4)
    for qubit in range(4):
        circuit.ry(dice.uniform(0.1, 3.0), qubit)
    for qubit in range(3):
        circuit.cx(qubit, qubit + 1)
    circuit.measure(range(4), dice.sample(range(4), 4))
    return circuit


@pytest.mark.parametrize("shots", [1, 7, 997])
def test_p05_ints_that_sum_to_the_usable_shots(
    qiskit_way: QiskitWay, shots: int, assert_fits: Callable[..., None]
) -> None:
    """Bug: float counts, or counts that do not sum to the shots (azure-quantum-python#248)."""
    job = qiskit_way.run(_uneven(shots), shots=shots)
    (outcome,) = job.outcomes()
    counts = job.result(
        partial=qiskit_way.rounds_shots_down
    ).get_counts()  # of one shot nothing may be left after rounding
    assert all(type(count) is int and count > 0 for count in counts.values())
    assert sum(counts.values()) == outcome.shots_usable
    assert outcome.shots_asked == shots
    assert outcome.shots_usable == outcome.shots_returned
    if not qiskit_way.rounds_shots_down:
        assert outcome.shots_returned == shots
    if shots > 900:
        assert_fits(counts, _uneven(shots))


def test_p05_reading_twice_gives_the_same(qiskit_way: QiskitWay) -> None:
    """Bug: counts sampled anew from probabilities at each reading."""
    job = qiskit_way.run(_uneven(3), shots=640)
    first = job.result().get_counts()
    assert job.result().get_counts() == first
    again = Provider(qiskit_way.account).job(job.job_id())
    result = again.result()
    assert result.get_counts() == first
    assert Counter(result.get_memory()) == first
    assert Provider(qiskit_way.account).job(job.job_id()).result().get_memory() == result.get_memory()


def test_p05_exact_probabilities_are_kept(qiskit_way: QiskitWay, exact: Callable[..., dict[str, float]]) -> None:
    """Bug: the service's exact figures lost behind rounded counts."""
    circuit = _uneven(11)
    result = qiskit_way.run(circuit, shots=100).result()
    if qiskit_way.reports_probabilities:
        found = {outcome: value for outcome, value in result.data()["probabilities"].items() if value > 1e-12}
        assert found == pytest.approx(exact(circuit), abs=1e-9)
    else:
        assert "probabilities" not in result.data()
