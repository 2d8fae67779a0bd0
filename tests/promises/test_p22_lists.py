"""P22: lists of circuits run as lists."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from qiskit import QuantumCircuit
from qiskit.exceptions import QiskitError
from qiskit.providers import JobStatus

from qrelay.errors import JobFailed, PartialResult
from qrelay.qiskit import Provider

if TYPE_CHECKING:
    from corners import QiskitWay

    from qrelay.cloud import Account, Submission


def _number(value: int, name: str | None = None) -> QuantumCircuit:
    circuit = QuantumCircuit(4, 4, name=name)
    for qubit in range(4):
        if value >> qubit & 1:
            circuit.x(qubit)
    circuit.measure(range(4), range(4))
    return circuit


def test_p22_results_in_order_under_one_id(qiskit_way: QiskitWay) -> None:
    """Bug: only the first circuit runs, or results come in the order of their ends (azure-quantum-python#200, #259)."""
    circuits = [_number(value) for value in (3, 12, 0, 7, 9, 1, 14)]
    job = qiskit_way.run(circuits, shots=10)
    assert isinstance(job.job_id(), str)
    counts = job.result().get_counts()
    assert counts == [{format(value, "04b"): 10} for value in (3, 12, 0, 7, 9, 1, 14)]
    assert job.result().get_counts(circuits[3]) == {"0111": 10}
    assert job.status() is JobStatus.DONE
    assert Provider(qiskit_way.account).job(job.job_id()).result().get_counts() == counts


def test_p22_a_list_of_one_is_a_list_of_one(qiskit_way: QiskitWay) -> None:
    """Bug: a list of one circuit treated as no list, or as an empty one."""
    result = qiskit_way.run([_number(5)], shots=10).result()
    assert len(result.results) == 1
    assert result.get_counts(0) == {"0101": 10}


def test_p22_equal_names_are_never_mixed_up(qiskit_way: QiskitWay) -> None:
    """Bug: get_counts(circuit) returns the first circuit's counts for every circuit of that name."""
    circuits = [_number(value, name="same") for value in (1, 2, 4)]
    job = qiskit_way.run(circuits, shots=10)
    result = job.result()
    assert [result.get_counts(circuit) for circuit in circuits] == [{"0001": 10}, {"0010": 10}, {"0100": 10}]
    with pytest.raises(QiskitError, match="index"):
        result.get_counts("same")
    elsewhere = Provider(qiskit_way.account).job(job.job_id()).result()
    with pytest.raises(QiskitError, match="index"):
        elsewhere.get_counts(circuits[1])
    assert elsewhere.get_counts(1) == {"0010": 10}


@pytest.fixture
def spoiled(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second member of a list arrives at the service as something that it cannot read."""
    submit = account.service.submit

    async def spoil(submission: Submission) -> Any:
        if submission.index == 1:
            submission = replace(
                submission, payloads=(replace(submission.payloads[0], data=b"neither fish nor flesh"),)
            )
        return await submit(submission)

    monkeypatch.setattr(account.service, "submit", spoil)


@pytest.mark.usefixtures("spoiled")
def test_p22_a_failed_member_raises_with_the_others_outcomes(qiskit_way: QiskitWay) -> None:
    """Bug: one failed circuit loses all the others' results, or the list silently shrinks."""
    job = qiskit_way.run([_number(1), _number(2), _number(4)], shots=10)
    with pytest.raises(PartialResult) as caught:
        job.result()
    error = caught.value
    assert isinstance(error, QiskitError)
    assert sorted(error.outcomes) == [0, 2]
    assert error.outcomes[2].counts() == {"0100": 10}
    assert list(error.failures) == [1]
    assert isinstance(error.failures[1], JobFailed)
    assert isinstance(error.failures[1], QiskitError)
    assert job.status() is JobStatus.ERROR
    assert job.error_message()

    result = job.result(partial=True)
    assert [one.success for one in result.results] == [True, False, True]
    assert not result.success
    assert result.get_counts(0) == {"0001": 10}
    assert result.get_counts(2) == {"0100": 10}
    with pytest.raises(QiskitError):
        result.get_counts(1)
    with pytest.raises(PartialResult):  # a partial result that was taken once is not the whole one from then on
        job.result()


@pytest.mark.usefixtures("spoiled")
def test_p22_a_permanent_failure_costs_one_submission(qiskit_way: QiskitWay, submissions: list[Submission]) -> None:
    """Bug: failed circuits submitted again and again."""
    job = qiskit_way.run([_number(1), _number(2)], shots=10)
    with pytest.raises(PartialResult):
        job.result()
    assert len(submissions) == 2


def test_p22_a_failed_single_job_says_why(
    qiskit_way: QiskitWay, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bug: a result without counts, or Qiskit's own shape error, in place of the service's reason."""
    submit = account.service.submit

    async def spoil(submission: Submission) -> Any:
        return await submit(replace(submission, payloads=(replace(submission.payloads[0], data=b"?"),)))

    monkeypatch.setattr(account.service, "submit", spoil)
    job = qiskit_way.run(_number(1), shots=10)
    with pytest.raises(JobFailed) as caught:
        job.result()
    assert isinstance(caught.value, QiskitError)
    assert caught.value.job_id == job.job_id()
    assert caught.value.code
    assert job.job_id() in str(caught.value)
    assert [one.success for one in job.result(partial=True).results] == [False]
