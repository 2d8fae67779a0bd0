"""P25: jobs join the session of their block, and none after it."""

from __future__ import annotations

import re
import threading
import warnings
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from qiskit import QuantumCircuit
from qiskit.circuit import Parameter
from qiskit.exceptions import QiskitError
from qiskit.primitives import BackendEstimatorV2, BackendSamplerV2
from qiskit.quantum_info import SparsePauliOp

from qrelay.cloud import OutsideSession
from qrelay.errors import SessionEnded
from qrelay.qiskit import Provider

if TYPE_CHECKING:
    from qrelay.cloud import Account, Submission
    from qrelay.qiskit import Backend, Job


@pytest.fixture
def backend(provider: Provider) -> Backend:
    return provider.get_backend("ionq.simulator")


@pytest.fixture
def flipped() -> QuantumCircuit:
    circuit = QuantumCircuit(1, 1)
    circuit.x(0)
    circuit.measure(0, 0)
    return circuit


def _session_of(job: Job, account: Account) -> str | None:
    """What the service says, not what we remember."""
    return account.job(job.job_id()).record.session_id


def test_p25_inside_and_after(backend: Backend, account: Account, flipped: QuantumCircuit) -> None:
    """Bug: the session stays attached to the target after its block, and the service answers 400."""
    before = backend.run(flipped, shots=10)
    with backend.open_session(name="p25") as session:
        inside = [backend.run(flipped, shots=10), session.backend.run(flipped, shots=10)]
        listed = backend.run([flipped, flipped], shots=10)
    after = backend.run(flipped, shots=10)
    assert _session_of(before, account) is None
    assert {_session_of(job, account) for job in [*inside, listed]} == {session.id}
    assert _session_of(after, account) is None
    assert after.result().get_counts() == {"1": 10}
    assert {job.job_id() for job in inside} < {job.job_id() for job in session.jobs()}
    assert len(session.jobs()) == 4


def test_p25_after_an_exception(backend: Backend, account: Account, flipped: QuantumCircuit) -> None:
    """Bug: an exception leaves the session attached."""
    with pytest.raises(ValueError, match="mine"), backend.open_session():
        raise ValueError("mine")
    assert _session_of(backend.run(flipped, shots=10), account) is None


def test_p25_a_closed_session_refuses_before_any_request(backend: Backend, flipped: QuantumCircuit) -> None:
    """Bug: a run with the bound backend after the block, refused by the service or run outside."""
    with backend.open_session() as session:
        pass
    requests = backend.provider.account.requests
    for run in (session.backend.run, lambda *a, **k: backend.run(*a, session=session, **k)):
        with pytest.raises(SessionEnded) as caught:
            run(flipped, shots=10)
        assert isinstance(caught.value, QiskitError)
        assert caught.value.session_id == session.id
    assert backend.provider.account.requests == requests


def test_p25_nesting_and_two_backends(provider: Provider, account: Account, flipped: QuantumCircuit) -> None:
    """Bug: the inner session's end detaches the outer one, or a session reaches another target's jobs."""
    ionq, rigetti = provider.get_backend("ionq.simulator"), provider.get_backend("rigetti.sim.qvm")
    with ionq.open_session() as outer, rigetti.open_session() as other:
        first = ionq.run(flipped, shots=10)
        with ionq.open_session() as inner:
            second = ionq.run(flipped, shots=10)
            third = rigetti.run(flipped, shots=10)
        fourth = ionq.run(flipped, shots=10)
    sessions = [_session_of(job, account) for job in (first, second, third, fourth)]
    assert sessions == [outer.id, inner.id, other.id, outer.id]


def test_p25_threads_do_not_disturb_each_other(provider: Provider, account: Account, flipped: QuantumCircuit) -> None:
    """Bug: one global session that threads overwrite."""
    together = threading.Barrier(3)

    def work(_: int) -> tuple[str, str | None]:
        backend = provider.get_backend("ionq.simulator")
        with backend.open_session() as session:
            together.wait(timeout=30)
            job = backend.run(flipped, shots=10)
            together.wait(timeout=30)
        return session.id, _session_of(job, account)

    with ThreadPoolExecutor(3) as pool:
        found = list(pool.map(work, range(3)))
    assert all(opened == joined for opened, joined in found)
    assert len({opened for opened, _ in found}) == 3


def test_p25_qiskit_s_primitives_run_inside(
    backend: Backend, submissions: list[Submission], flipped: QuantumCircuit
) -> None:
    """Bug: primitives run in a fresh thread, which has no context, and their jobs stay outside the session."""
    theta = Parameter("theta")
    ansatz = QuantumCircuit(1)
    ansatz.rx(theta, 0)
    with backend.open_session() as session:
        sampled = BackendSamplerV2(backend=session.backend).run([flipped], shots=16).result()
        estimated = (
            BackendEstimatorV2(backend=session.backend)
            .run([(ansatz, SparsePauliOp("Z"), [3.141592653589793])], precision=0.1)
            .result()
        )
    assert sampled[0].data.c.get_counts() == {"1": 16}
    assert float(estimated[0].data.evs) == pytest.approx(-1.0)
    assert len(submissions) == 2
    assert {one.session_id for one in submissions} == {session.id}


def test_p25_a_run_beside_an_open_session_warns_once(
    backend: Backend, account: Account, flipped: QuantumCircuit
) -> None:
    """Bug: jobs that silently run outside the session, and wait in another queue; or a warning that blames qrelay's own
    line, and names a way out that does not exist."""
    with backend.open_session() as session, ThreadPoolExecutor(1) as pool:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            jobs = [pool.submit(lambda: backend.run(flipped, shots=10)).result() for _ in range(2)]
            jobs.append(pool.submit(session.backend.run, flipped, shots=10).result())
        told = [one for one in caught if one.category is OutsideSession]  # on Qiskit 1.4, Aer warns as well
        assert len(told) == 1
        assert told[0].filename == __file__
        named = re.findall(r"\bsession\.(\w+)", str(told[0].message))
        assert named == ["backend"]
        assert all(hasattr(session, name) for name in named)
        assert [_session_of(job, account) for job in jobs] == [None, None, session.id]


def test_p25_a_session_by_its_id(backend: Backend, account: Account, flipped: QuantumCircuit) -> None:
    """Bug: a session opened in another process cannot be joined, or is closed by joining."""
    session = backend.open_session()
    joined = backend.run(flipped, shots=10, session=session.id)
    again = Provider(account).session(session.id)
    bound = again.backend.run(flipped, shots=10)
    assert {_session_of(job, account) for job in (joined, bound)} == {session.id}
    assert not session.closed
    session.close()


def test_p25_details_and_status_come_from_the_service(backend: Backend) -> None:
    """Bug: a session object that only knows what it was told at its opening."""
    with backend.open_session(name="seen") as session:
        assert session.details().name == "seen"
        assert not session.status().ended
    assert session.status().ended
