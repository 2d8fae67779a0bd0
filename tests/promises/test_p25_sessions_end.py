"""P25: jobs join the session of their block, and none after it."""

from __future__ import annotations

import re
import threading
import warnings
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from corners import CirqWay, Way, number, numbers_read, ways
from qiskit import QuantumCircuit
from qiskit.circuit import Parameter
from qiskit.primitives import BackendEstimatorV2, BackendSamplerV2
from qiskit.quantum_info import SparsePauliOp

from qrelay.cloud import OutsideSession, SessionState, loop
from qrelay.errors import InvalidOption, ServiceError, SessionEnded
from qrelay.kipu import Hub

if TYPE_CHECKING:
    from corners import QiskitWay

    from qrelay.cloud import Account, Submission

_ANOTHER = {"azure": ("rigetti.sim.qvm", "qir.v1"), "kipu": ("ibm.qpu.fez", "QISKIT_QPY")}


def _another(way: Any) -> Any:
    """A way to another target of the same account."""
    target, format_ = _ANOTHER[way.service]
    return replace(way, target=target, format=format_)


def _session_of(way: Any, job: Any) -> str | None:
    """What the service says, not what we remember."""
    session_id: str | None = way.account.job(way.id_of(job)).record.session_id
    return session_id


def test_p25_inside_and_after(session_way: Any) -> None:
    """Bug: the session stays attached to the target after its block, and the service answers 400."""
    way = session_way
    before = way.submit(number(1), 10)
    with way.open_session(name="p25") as session:
        inside = [way.submit(number(2), 10), way.inside(session).submit(number(3), 10)]
        listed = way.submit([number(4), number(5)], 10)
    after = way.submit(number(6), 10)
    assert _session_of(way, before) is None
    assert {_session_of(way, job) for job in [*inside, listed]} == {session.id}
    assert _session_of(way, after) is None
    joined = {way.id_of(job) for job in session.jobs()}
    assert len(joined) == (3 if way.list_is_one_job else 4)
    assert {way.id_of(job) for job in inside} < joined
    assert numbers_read(way.read(after)) == [{6: 10}]
    assert numbers_read(way.read(listed)) == [{4: 10}, {5: 10}]


@pytest.mark.parametrize("error", [ValueError("mine"), KeyboardInterrupt()], ids=lambda error: type(error).__name__)
def test_p25_after_an_exception(session_way: Any, error: BaseException) -> None:
    """Bug: an exception leaves the session attached."""
    with pytest.raises(type(error)), session_way.open_session():
        raise error
    assert _session_of(session_way, session_way.submit(number(1), 10)) is None


def test_p25_a_closed_session_refuses_before_any_request(session_way: Any) -> None:
    """Bug: a run with the bound backend after the block, refused by the service or run outside."""
    with session_way.open_session() as session:
        pass
    requests = session_way.account.requests
    for run in (session_way.inside(session).submit, lambda *a: session_way.submit(*a, session=session)):
        with pytest.raises(SessionEnded) as caught:
            run(number(1), 10)
        assert isinstance(caught.value, session_way.error)
        assert caught.value.session_id == session.id
    assert session_way.account.requests == requests


def test_p25_nesting_and_two_backends(session_way: Any) -> None:
    """Bug: the inner session's end detaches the outer one, or a session reaches another target's jobs."""
    way, there = session_way, _another(session_way)
    with way.open_session() as outer, there.open_session() as other:
        first = way.submit(number(1), 10)
        with way.open_session() as inner:
            second, third = way.submit(number(2), 10), there.submit(number(3), 10)
            fourth = way.inside(outer).submit(number(4), 10)
        fifth, apart = way.submit(number(5), 10), way.submit(number(6), 10, session=False)
    found = [_session_of(way, job) for job in (first, second, third, fourth, fifth, apart)]
    assert found == [outer.id, inner.id, other.id, outer.id, outer.id, None]


def test_p25_a_session_of_another_target_is_refused(session_way: Any) -> None:
    """Bug: a job sent to one target inside the session of another."""
    there = _another(session_way)
    with there.open_session() as other:
        requests = session_way.account.requests
        with pytest.raises(InvalidOption, match=re.escape(there.target)) as caught:
            session_way.submit(number(1), 10, session=other)
        assert isinstance(caught.value, session_way.error)
        assert session_way.account.requests == requests


def test_p25_threads_do_not_disturb_each_other(session_way: Any) -> None:
    """Bug: one global session that threads overwrite."""
    together = threading.Barrier(3)

    def work(_: int) -> tuple[str, str | None, str | None]:
        way = replace(session_way)  # a backend or sampler of its own
        with way.open_session() as session:
            together.wait(timeout=30)
            jobs = way.submit(number(1), 10), way.inside(session).submit(number(2), 10)
            together.wait(timeout=30)
        return session.id, _session_of(way, jobs[0]), _session_of(way, jobs[1])

    with ThreadPoolExecutor(3) as pool:
        found = list(pool.map(work, range(3)))
    assert all(opened == joined == bound for opened, joined, bound in found)
    assert len({opened for opened, _, _ in found}) == 3


def test_p25_a_session_by_its_id(session_way: Any) -> None:
    """Bug: a session opened in another process cannot be joined, or is closed by joining."""
    way = session_way
    session = way.open_session()
    again = way.session(session.id)
    jobs = [way.submit(number(1), 10, session=session.id), way.inside(again).submit(number(2), 10)]
    jobs.append(way.submit(number(3), 10, session=again))
    assert {_session_of(way, job) for job in jobs} == {session.id}
    assert not session.closed
    session.close()


def test_p25_details_and_status_come_from_the_service(session_way: Any) -> None:
    """Bug: a session object that only knows what it was told at its opening."""
    with session_way.open_session(name="seen") as session:
        assert session.details().name == "seen"
        assert not session.status().ended
        session_way.session(session.id).close()  # by somebody else
        assert session.status().ended
    assert session.closed


def test_p25_an_end_that_the_service_tells_first(session_way: Any) -> None:
    """Bug: a bare refusal where the session has ended meanwhile, or a job outside it; asked again, the same again."""
    with session_way.open_session() as session:
        session_way.session(session.id).close()
        with pytest.raises(SessionEnded) as caught:
            session_way.submit(number(1), 10)
        assert isinstance(caught.value, session_way.error)
        assert caught.value.session_id == session.id
        requests = session_way.account.requests
        with pytest.raises(SessionEnded):
            session_way.submit(number(1), 10)
        assert session_way.account.requests == requests


# --- one framework's, or one service's --------------------------------------------------------------------------------


def _submitted(way: Way) -> Any:
    """By the framework's own call, from this file."""
    if isinstance(way, CirqWay):
        return way.sampler.submit(way.build(number(1)), repetitions=10)
    return way.runner.run(way.build(number(1)), shots=10)


@pytest.mark.parametrize("way", ways(targets=["ionq.simulator"], formats=["ionq.circuit.v1"]), indirect=True)
def test_p25_a_run_beside_an_open_session_warns_once(way: Way) -> None:
    """Bug: jobs that silently run outside the session, and wait in another queue; or a warning that blames qrelay's own
    line, and names a way out that the framework does not have."""
    with way.open_session() as session, ThreadPoolExecutor(1) as pool:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            jobs = [pool.submit(_submitted, way).result() for _ in range(2)]
            jobs.append(pool.submit(_submitted, way.inside(session)).result())
        told = [one for one in caught if one.category is OutsideSession]  # on Qiskit 1.4, Aer warns as well
        assert len(told) == 1
        assert told[0].filename == __file__
        (named,) = re.findall(r"\bsession\.(\w+)", str(told[0].message))
        assert getattr(session, named) is way.inside(session).runner
        assert [_session_of(way, job) for job in jobs] == [None, None, session.id]


@pytest.mark.parametrize("qiskit_way", ways("qiskit", services=["azure"]), indirect=True)
def test_p25_qiskit_s_primitives_run_inside(qiskit_way: QiskitWay, submissions: list[Submission]) -> None:
    """Bug: primitives run in a fresh thread, which has no context, and their jobs stay outside the session."""
    theta = Parameter("theta")
    ansatz = QuantumCircuit(1)
    ansatz.rx(theta, 0)
    flipped = QuantumCircuit(1, 1)
    flipped.x(0)
    flipped.measure(0, 0)
    with qiskit_way.open_session() as session:
        sampled = BackendSamplerV2(backend=session.backend).run([flipped], shots=16).result()
        estimated = (
            BackendEstimatorV2(backend=session.backend)
            .run([(ansatz, SparsePauliOp("Z"), [3.141592653589793])], precision=0.1)
            .result()
        )
    assert sampled[0].data.c.get_counts() == {"1": 16}
    assert float(estimated[0].data.evs) == pytest.approx(-1.0)
    assert len(submissions) == 2
    on_the_service = [qiskit_way.account.job(job.job_id()).record for job in session.jobs()]
    assert {record.session_id for record in on_the_service} == {session.id}
    assert len(on_the_service) == 2


def test_p25_on_the_hub_a_draining_session_takes_no_job(accounts: dict[str, Account]) -> None:
    """Bug: a job sent into a session that is about to end, refused by the service after the upload; or, worse, run
    outside of it."""
    hub = accounts["kipu"]
    assert isinstance(hub, Hub)
    way = CirqWay("kipu", "ibm.qpu.aachen", "QISKIT_QPY", hub)
    with way.open_session(name="drained") as session:
        joined = way.submit(number(1), 10)
        session.drain()
        assert session.status() is SessionState.DRAINING
        requests = hub.requests
        for run in (way.submit, way.inside(session).submit):
            with pytest.raises(SessionEnded, match="DRAINING") as caught:
                run(number(1), 10)
            assert caught.value.session_id == session.id
        assert hub.requests == requests
        body = {"backend_id": way.target, "shots": 10, "input_format": "QISKIT_QPY", "session_id": session.id}
        body |= {"input": {"qpy": "QISKIT"}, "input_params": {"program_id": "sampler"}}
        with pytest.raises(ServiceError) as refused:  # and the service says the same
            loop.call(hub.api.create_job, body)
        assert refused.value.status == 422
    assert session.status() is SessionState.CLOSED
    assert [job.id for job in session.jobs()] == [joined.id]


_WITHOUT = [one for one in ways(services=["kipu"]) if one.values[0][2] != "ibm.qpu.marrakesh"]


@pytest.mark.parametrize("way", _WITHOUT, indirect=True)
def test_p25_where_there_are_no_sessions_it_is_said_before_any_request(way: Way) -> None:
    """Bug: a session that is a name only; and the Hub's own word for it, which nobody reads."""
    assert isinstance(way.account, Hub)
    provider = way.account.target(way.target).provider
    requests = way.account.requests
    with pytest.raises(InvalidOption, match="no sessions") as caught:
        way.open_session()
    assert isinstance(caught.value, way.error)
    assert way.account.requests == requests
    body = {"backend_id": way.target, "provider": provider, "mode": "batch"}
    with pytest.raises(ServiceError) as refused:
        loop.call(way.account.api.create_session, body)
    assert refused.value.status == 422
