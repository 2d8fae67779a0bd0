"""P05: counts are ints and stable."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import pytest
from corners import CirqWay, Drawing, QiskitWay, Way, record


def _uneven(seed: int) -> Drawing:
    dice = random.Random(seed)
    turned: list[Any] = [("ry", dice.uniform(0.1, 3.0), qubit) for qubit in range(4)]
    turned += [("cx", qubit, qubit + 1) for qubit in range(3)]
    return Drawing(4, turned, {"m": dice.sample(range(4), 4)})


@pytest.mark.parametrize("shots", [1, 7, 997])
def test_p05_ints_that_sum_to_the_usable_shots(way: Way, shots: int) -> None:
    """Bug: float counts, or counts that do not sum to the shots (azure-quantum-python#248)."""
    job = way.submit(_uneven(shots), shots)
    (outcome,) = job.outcomes()
    (found,) = way.read(job, partial=way.rounds_shots_down)  # of one shot nothing may be left after rounding
    for counts in (found, outcome.counts()):
        assert all(type(count) is int and count > 0 for count in counts.values())
        assert sum(counts.values()) == outcome.shots_usable
    assert outcome.shots_asked == shots
    assert outcome.shots_usable == outcome.shots_returned
    if not way.rounds_shots_down:
        assert outcome.shots_returned == shots
    if shots > 900:
        assert way.p_value(found, _uneven(shots)) > 1e-6


def test_p05_reading_twice_gives_the_same(way: Way) -> None:
    """Bug: counts sampled anew from probabilities at each reading, or shots in another order."""
    job = way.submit(_uneven(3), 640)
    fewer = way.rounds_shots_down
    first = way.read(job, partial=fewer)
    again = way.job(way.id_of(job))
    assert way.read(job, partial=fewer) == way.read(again, partial=fewer) == first
    (memory,) = (outcome.memory() for outcome in again.outcomes())
    assert [outcome.memory() for outcome in way.job(way.id_of(job)).outcomes()] == [memory]
    told = Counter({record(m=text[::-1]): count for text, count in Counter(memory).items()})
    assert [told] == first


def test_p05_the_same_in_qiskit_s_own_words(qiskit_way: QiskitWay) -> None:
    """Bug: NumPy's integers in counts, memory that another reading orders differently."""
    job = qiskit_way.submit(_uneven(3), 640)
    counts = job.result().get_counts()
    assert all(type(count) is int for count in counts.values())
    again = qiskit_way.job(job.job_id()).result()
    assert again.get_counts() == counts
    assert Counter(again.get_memory()) == counts
    assert qiskit_way.job(job.job_id()).result().get_memory() == again.get_memory()


def test_p05_the_same_in_cirq_s_own_words(cirq_way: CirqWay) -> None:
    """Bug: records that another reading orders differently: equal results are then not equal."""
    job = cirq_way.submit(_uneven(3), 640)
    (first,) = job.results(partial=True)
    assert [first] == job.results(partial=True) == cirq_way.job(job.id).results(partial=True)


def test_p05_exact_probabilities_are_kept(way: Way) -> None:
    """Bug: the service's exact figures lost behind rounded counts."""
    (outcome,) = way.submit(_uneven(11), 100).outcomes()
    if not way.reports_probabilities:
        assert outcome.probabilities is None
        return
    found = {record(m=text[::-1]): value for text, value in outcome.probabilities.items() if value > 1e-12}
    wanted = {one: value for one, value in way.exact(_uneven(11)).items() if value > 1e-12}
    assert found == pytest.approx(wanted, abs=1e-6)


def test_p05_exact_probabilities_in_qiskit_s_result(qiskit_way: QiskitWay) -> None:
    """Bug: the above, on the way to Qiskit's result."""
    job = qiskit_way.submit(_uneven(11), 100)
    (outcome,) = job.outcomes()
    assert job.result().data().get("probabilities") == outcome.probabilities
