"""P22: lists of circuits run as lists."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from corners import Drawing, number, numbers_read, ways
from embedded import CREATE, Embedded
from qiskit.exceptions import QiskitError
from qiskit.providers import JobStatus

from qrelay.cloud import JobState
from qrelay.errors import JobFailed, NotFound, PartialResult, ServiceError
from qrelay.local import Fault
from qrelay.qiskit import Provider

if TYPE_CHECKING:
    from corners import CirqWay, QiskitWay, Way

    from qrelay.cloud import Submission

_Embedded = Callable[..., "tuple[Embedded, Way]"]

_VALUES = (3, 12, 0, 7, 9, 1, 14)

_ALL_IN_ONE = ways(targets=["qudora.sim.xg1"])
_ONE_BY_ONE = [  # where a list is a job for each circuit: one way of each kind
    *ways(targets=["ionq.simulator"], formats=["ionq.circuit.v1"]),
    *ways(targets=["quantinuum.sim.h2-1e"], formats=["qir.v1"]),
    *ways(targets=["kipu.sim.qsim", "aws.sim.sv1"]),
]


def _status(way: Way, job: Any) -> JobState:
    status: JobState = job.cloud_job.status()
    if way.framework == "qiskit":
        assert (job.status() is JobStatus.DONE) == (status is JobState.SUCCEEDED)
    return status


def test_p22_results_in_order_under_one_id(way: Way) -> None:
    """Bug: only the first circuit runs, or results come in the order of their ends (azure-quantum-python#200, #259)."""
    job = way.submit([number(value) for value in _VALUES], 10)
    assert isinstance(way.id_of(job), str)
    expected = [{value: 10} for value in _VALUES]
    assert numbers_read(way.read(job)) == expected
    assert _status(way, job) is JobState.SUCCEEDED
    assert numbers_read(way.read(way.job(way.id_of(job)))) == expected


def test_p22_what_the_service_can_batch_is_batched(way: Way, embedded: _Embedded) -> None:
    """Bug: a job, and a queue's wait, for each circuit where the service takes many; or one that it refuses."""
    one, here = embedded(way)
    job = here.submit([number(value) for value in _VALUES], 10, **here.in_place)
    assert len(one.jobs()) == one.creations == (1 if way.list_is_one_job else len(_VALUES))
    assert job.cloud_job.count == len(_VALUES)
    assert numbers_read(way.read(job)) == [{value: 10} for value in _VALUES]


def test_p22_a_list_of_one_is_a_list_of_one(way: Way) -> None:
    """Bug: a list of one circuit treated as no list, or as an empty one."""
    job = way.submit([number(5)], 10)
    assert numbers_read(way.read(job)) == [{5: 10}]
    assert numbers_read(way.read(way.job(way.id_of(job)))) == [{5: 10}]


def test_p22_circuits_of_different_shapes_in_one_list(way: Way) -> None:
    """Bug: all answers read by the first circuit's registers."""
    wide = Drawing(5, [("x", 4)], {"b": [4, 0], "a": [1]})
    narrow = Drawing(1, [("x", 0)], {"only": [0]})
    drawings = [wide, number(2), narrow, wide]
    job = way.submit(drawings, 10)
    expected = [way.simulated(drawing, 10) for drawing in drawings]
    assert way.read(job) == expected
    assert way.read(way.job(way.id_of(job))) == expected


# --- longer than the family's limit ----------------------------------------------------------------------------------


@pytest.mark.parametrize("way", _ALL_IN_ONE, indirect=True)
@pytest.mark.parametrize(("length", "most", "jobs"), [(7, 3, 3), (6, 3, 2), (4, 3, 2), (3, 3, 1), (3, 1, 3)])
def test_p22_a_list_that_is_too_long_is_split_and_joined_in_order(
    length: int, most: int, jobs: int, way: Way, embedded: _Embedded, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bug: the service refuses the list, or its parts come back as several results, or in another order."""
    one, _ = embedded(way)
    _limit(one, most, monkeypatch)
    here = way.on(one.account)
    job = here.submit([number(value) for value in range(length)], 10)
    sizes = [len(each) if isinstance(each, list) else 1 for each in _programs(one)]
    assert len(one.jobs()) == jobs
    assert (sum(sizes), max(sizes)) == (length, min(most, length))
    expected = [{value: 10} for value in range(length)]
    assert numbers_read(way.read(job)) == expected
    elsewhere = way.on(one.another_account())  # where the limit is another one by now
    assert numbers_read(way.read(elsewhere.job(way.id_of(job)))) == expected


@pytest.mark.parametrize("way", _ALL_IN_ONE, indirect=True)
def test_p22_the_limit_is_the_service_s(way: Way, embedded: _Embedded) -> None:
    """Bug: a limit in our table that is not the one of the service, which refuses 501 circuits in one job."""
    one, here = embedded(way)
    drawing = Drawing(1, [("x", 0)], {"m": [0]})
    job = here.submit([drawing] * 501, 1)
    sizes = sorted(len(each) if isinstance(each, list) else 1 for each in _programs(one))
    assert (sizes, one.creations) == ([1, 500], 2)
    found = way.read(job)
    assert len(found) == 501
    assert {tuple(each.items()) for each in found} == {tuple(way.simulated(drawing, 1).items())}


def _limit(one: Embedded, most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The targets as they would be with another limit."""
    targets = one.account.service.targets

    async def limited() -> Any:
        return [replace(target, max_circuits=min(target.max_circuits, most)) for target in await targets()]

    monkeypatch.setattr(one.account.service, "targets", limited)
    one.account.targets(refresh=True)


def _programs(one: Embedded) -> list[Any]:
    """What every job on the Hub was given to run."""
    return [one.get(f"/quantum/jobs/{job['id']}/input")["qasm"] for job in one.jobs()]


# --- when a part of it fails -----------------------------------------------------------------------------------------


@pytest.fixture
def spoiled(way: Way, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second member of a list arrives at the service as something that it cannot read."""
    submit = way.account.service.submit

    async def spoil(submission: Submission) -> Any:
        if submission.index == 1:
            submission = replace(submission, payloads=(replace(submission.payloads[0], data=_unreadable(submission)),))
        return await submit(submission)

    monkeypatch.setattr(way.account.service, "submit", spoil)


_FISH = {  # where the body of the job has fields of its own
    "IONQ_CIRCUIT_V1": b'{"gateset": "qis", "qubits": 1, "circuit": [{"gate": "fish", "target": 0}]}',
    "IQM_JOB_INPUT_V1": b'{"circuits": [{"name": "fish", "instructions": [{"name": "fish", "qubits": ["QB1"],'
    b' "args": {}}]}]}',
    "AQT_JOB_INPUT_V1": b'{"job_type": "quantum_circuit", "label": "fish", "payload": {"circuits": [{"repetitions": 1,'
    b' "number_of_qubits": 1, "quantum_circuit": [{"operation": "FISH"}]}]}}',
    "QISKIT_QPY": b'{"pubs": [[{"__type__": "QuantumCircuit", "__value__": "ZmlzaA=="}]], "options": {}, "version": 2}',
}


def _unreadable(submission: Submission) -> bytes:
    """Something that the service takes, and finds out about when it runs."""
    return _FISH.get(submission.payloads[0].format, b"neither fish nor flesh")


@pytest.mark.parametrize("way", _ONE_BY_ONE, indirect=True)
@pytest.mark.usefixtures("spoiled")
def test_p22_a_failed_member_raises_with_the_others_outcomes(way: Way) -> None:
    """Bug: one failed circuit loses all the others' results, or the list silently shrinks."""
    job = way.submit([number(1), number(2), number(4)], 10)
    for _ in range(2):  # and not only at the first time of asking
        with pytest.raises(PartialResult) as caught:
            way.read(job)
        error = caught.value
        assert isinstance(error, way.error)
        assert sorted(error.outcomes) == [0, 2]
        assert error.outcomes[2].counts() == {"0100": 10}
        assert list(error.failures) == [1]
        assert isinstance(error.failures[1], JobFailed)
        assert isinstance(error.failures[1], way.error)
        assert numbers_read(way.read_what_there_is(job)) == [{1: 10}, None, {4: 10}]
    assert _status(way, job) is JobState.FAILED
    elsewhere = way.job(way.id_of(job))
    assert numbers_read(way.read_what_there_is(elsewhere)) == [{1: 10}, None, {4: 10}]


@pytest.mark.parametrize("way", _ONE_BY_ONE, indirect=True)
@pytest.mark.usefixtures("spoiled")
def test_p22_a_permanent_failure_costs_one_submission(way: Way, submissions: list[Submission]) -> None:
    """Bug: failed circuits submitted again and again."""
    job = way.submit([number(1), number(2)], 10)
    with pytest.raises(PartialResult):
        way.read(job)
    assert len(submissions) == 2


def test_p22_a_failed_single_job_says_why(way: Way, monkeypatch: pytest.MonkeyPatch) -> None:
    """Bug: a result without counts, or the framework's own shape error, in place of the service's reason."""
    submit = way.account.service.submit

    async def spoil(submission: Submission) -> Any:
        payload = replace(submission.payloads[0], data=_unreadable(submission))
        return await submit(replace(submission, payloads=(payload,)))

    monkeypatch.setattr(way.account.service, "submit", spoil)
    job = way.submit(number(1), 10)
    with pytest.raises(JobFailed) as caught:
        job.result()
    assert isinstance(caught.value, way.error)
    assert caught.value.job_id == way.id_of(job)
    assert caught.value.code
    assert way.id_of(job) in str(caught.value)
    assert way.read_what_there_is(job) == [None]


@pytest.mark.parametrize("way", _ALL_IN_ONE, indirect=True)
def test_p22_a_failed_part_fails_all_its_circuits_and_no_other(
    way: Way, embedded: _Embedded, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bug: the failure of a job with several circuits is told of one of them, and the others are silently missing."""
    one, _ = embedded(way)
    _limit(one, 2, monkeypatch)
    here = way.on(one.account)
    submit = one.account.service.submit

    async def spoil(submission: Submission) -> Any:
        if submission.index == 2:
            payloads = tuple(replace(payload, data=b"neither fish nor flesh") for payload in submission.payloads)
            submission = replace(submission, payloads=payloads)
        return await submit(submission)

    monkeypatch.setattr(one.account.service, "submit", spoil)
    job = here.submit([number(value) for value in (1, 2, 4, 8, 9)], 10)
    with pytest.raises(PartialResult) as caught:
        way.read(job)
    assert (sorted(caught.value.outcomes), sorted(caught.value.failures)) == ([0, 1, 4], [2, 3])
    assert {type(error).__name__ for error in caught.value.failures.values()} == {"JobFailed"}
    assert numbers_read(way.read_what_there_is(job)) == [{1: 10}, {2: 10}, None, None, {9: 10}]
    assert len(one.jobs()) == one.creations == 3


@pytest.mark.parametrize("way", _ONE_BY_ONE, indirect=True)
def test_p22_a_list_of_which_only_some_were_submitted(way: Way, embedded: _Embedded) -> None:
    """Bug: what was paid for cannot be found again, or what was refused is sent again."""
    one, here = embedded(way, Fault(*CREATE[way.service], status=400, code="TooBusy", after=2, times=None))
    job = here.submit([number(value) for value in (1, 2, 4, 8)], 10)
    assert (len(one.jobs()), one.creations) == (2, 4)
    with pytest.raises(PartialResult) as caught:
        way.read(job)
    error = caught.value
    assert isinstance(error, way.error)
    assert (len(error.outcomes), len(error.failures)) == (2, 2)
    assert all(isinstance(failure, ServiceError) and failure.status == 400 for failure in error.failures.values())
    there = [{value: 10} if place in error.outcomes else None for place, value in enumerate((1, 2, 4, 8))]
    assert numbers_read(way.read_what_there_is(job)) == there

    again = way.on(one.another_account()).job(way.id_of(job))
    with pytest.raises(PartialResult, match="never submitted") as caught:
        way.read(again)
    assert sorted(caught.value.failures) == sorted(error.failures)
    assert all(isinstance(failure, NotFound) for failure in caught.value.failures.values())
    assert numbers_read(way.read_what_there_is(again)) == there


def test_p22_a_list_of_which_none_was_taken(way: Way, embedded: _Embedded) -> None:
    """Bug: a job object for nothing at all; or the refusal repeated."""
    one, here = embedded(way, Fault(*CREATE[way.service], status=400, times=None))
    with pytest.raises(ServiceError) as caught:
        here.submit([number(value) for value in (1, 2, 4)], 10, **here.in_place)
    assert isinstance(caught.value, way.error)
    assert one.creations == (1 if way.list_is_one_job else 3)
    assert one.jobs() == []


# --- what only one framework has -------------------------------------------------------------------------------------


def test_p22_a_result_is_found_by_its_circuit(qiskit_way: QiskitWay) -> None:
    """Bug: get_counts(circuit) returns the first circuit's counts for every circuit of that name."""
    circuits = [qiskit_way.build(number(value, name="same")) for value in (1, 2, 4)]
    job = qiskit_way.run(circuits, shots=10)
    result = job.result()
    assert [result.get_counts(circuit) for circuit in circuits] == [{"0001": 10}, {"0010": 10}, {"0100": 10}]
    with pytest.raises(QiskitError, match="index"):
        result.get_counts("same")
    elsewhere = Provider(qiskit_way.account).job(job.job_id()).result()
    with pytest.raises(QiskitError, match="index"):
        elsewhere.get_counts(circuits[1])
    assert elsewhere.get_counts(1) == {"0010": 10}


@pytest.mark.parametrize("way", [param for param in _ONE_BY_ONE if param.values[0][0] == "qiskit"], indirect=True)
@pytest.mark.usefixtures("spoiled")
def test_p22_a_partial_result_says_that_it_is_one(way: QiskitWay) -> None:
    """Bug: a Result that claims success for circuits that failed."""
    job = way.submit([number(1), number(2), number(4)], 10)
    result = job.result(partial=True)
    assert [one.success for one in result.results] == [True, False, True]
    assert not result.success
    with pytest.raises(QiskitError):
        result.get_counts(1)
    assert job.error_message()


def test_p22_a_batch_with_sweeps_comes_back_in_its_shape(cirq_way: CirqWay) -> None:
    """Bug: the results of several sweeps in one row, or one sweep's under another's."""
    import cirq
    import sympy

    a, b = cirq.LineQubit.range(2)
    turned = cirq.Circuit(cirq.X(a) ** sympy.Symbol("t"), cirq.measure(a, b, key="m"))
    plain = cirq.Circuit(cirq.X(b), cirq.measure(a, b, key="m"))
    rows = cirq_way.sampler.run_batch([turned, plain], [[{"t": 0}, {"t": 1}], None], repetitions=[10, 20])
    found = [[(dict(one.params.param_dict), dict(one.histogram(key="m"))) for one in row] for row in rows]
    assert found == [[({"t": 0}, {0: 10}), ({"t": 1}, {2: 10})], [({}, {1: 20})]]
