"""P24 and P25 in Cirq: runs join the session of their block and no other, and none after it; it is closed once."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import re
import threading
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import cirq
import duet
import pytest
import sympy

from qrelay.cirq import Sampler, Service, Session
from qrelay.cloud import Account, OutsideSession, SessionState, Submission
from qrelay.errors import InvalidOption, SessionEnded

_SessionOf = Callable[[str], str | None]


@pytest.fixture
def closings(account: Account, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    seen: list[str] = []
    close = account.service.close_session

    async def watched(session_id: str) -> Any:
        seen.append(session_id)
        return await close(session_id)

    monkeypatch.setattr(account.service, "close_session", watched)
    return seen


def test_p25_a_sweep_of_fifty_points_in_a_session(sampler: Sampler, account: Account) -> None:
    """Bug: the block of the issue does not do what it says."""
    qubits = cirq.LineQubit.range(3)
    gamma = sympy.Symbol("gamma")
    ansatz = cirq.Circuit(
        cirq.H.on_each(*qubits),
        (cirq.ZZ(a, b) ** (gamma / 3.14) for a, b in itertools.pairwise(qubits)),
        cirq.rx(gamma).on_each(*qubits),
        cirq.measure(*qubits, key="cut"),
    )
    with sampler.open_session(name="qaoa"):
        results = sampler.run_sweep(ansatz, cirq.Linspace("gamma", 0, 3.14, 50), repetitions=500)
    assert [result.params["gamma"] for result in results] == pytest.approx([3.14 * point / 49 for point in range(50)])
    assert {result.measurements["cut"].shape for result in results} == {(500, 3)}
    (session,) = account.sessions()
    assert (session.name, session.status(), len(list(session.jobs()))) == ("qaoa", SessionState.SUCCEEDED, 50)


def test_p25_inside_and_after(sampler: Sampler, session_of: _SessionOf, flip: cirq.Circuit) -> None:
    """Bug: the session stays attached to the target after its block."""
    before = sampler.submit(flip)
    with sampler.open_session(name="p25") as session:
        inside = [sampler.submit(flip), session.sampler.submit(flip), sampler.submit_batch([flip, flip])]
        assert session.name == "p25"
        assert session.sampler.session is session.cloud_session
        assert isinstance(session.sampler, cirq.Sampler)
    after = sampler.submit(flip)
    assert session_of(before.id) is session_of(after.id) is None
    assert {session_of(job.id) for job in inside} == {session.id}
    assert len(session.jobs()) == 4
    assert after.result().measurements["m"].tolist() == [[0, 1]]


@pytest.mark.parametrize(
    "error", [None, ValueError("mine"), KeyboardInterrupt()], ids=lambda error: type(error).__name__
)
def test_p24_closed_once_whatever_ends_the_block(
    error: BaseException | None, sampler: Sampler, closings: list[str]
) -> None:
    """Bug: a session left open after an error, or closed by every object that knows it."""
    session = sampler.open_session()
    ends = contextlib.nullcontext() if error is None else pytest.raises(type(error))
    with ends as caught, session:
        if error is not None:
            raise error
    assert caught is None or caught.value is error
    session.close()
    assert closings == [session.id]
    assert session.closed
    assert session.status() is SessionState.SUCCEEDED


def test_p25_a_closed_session_refuses_before_any_request(sampler: Sampler, flip: cirq.Circuit) -> None:
    """Bug: a run with the bound sampler after the block is refused by the service, or runs outside."""
    with sampler.open_session() as session:
        late = sampler.run_async(flip)
    requests = sampler.account.requests
    for run in (
        session.sampler.run,
        session.sampler.run_async,
        lambda circuit: sampler.submit(circuit, session=session),
    ):
        with pytest.raises(SessionEnded) as caught:
            run(flip)
        assert caught.value.session_id == session.id
    with pytest.raises(SessionEnded):
        duet.run(lambda: late)
    assert sampler.account.requests == requests


def test_p25_the_session_is_that_of_the_call(
    sampler: Sampler, submissions: list[Submission], flip: cirq.Circuit
) -> None:
    """Bug: a coroutine made inside the block and awaited behind it, or the other way round, joins by chance."""
    outside = sampler.run_async(flip)
    session = sampler.open_session()
    with session:
        inside = [sampler.run_async(flip), sampler.run_sweep_async(flip, None), sampler.run_batch_async([flip])]
        inside.append(sampler.submit_async(flip))  # type: ignore[arg-type]
        duet.run(lambda: outside)

        async def all_of_them() -> None:
            for run in inside:
                await run

        thread = threading.Thread(target=asyncio.run, args=[all_of_them()])  # a new thread has no context
        thread.start()
        thread.join()
    assert [submission.session_id for submission in submissions] == [None, *[session.id] * 4]


def test_p25_nesting_and_two_targets(service: Service, session_of: _SessionOf, flip: cirq.Circuit) -> None:
    """Bug: the inner session's end detaches the outer one, or a session reaches another target's jobs."""
    ionq, rigetti = service.sampler("ionq.simulator"), service.sampler("rigetti.sim.qvm")
    with ionq.open_session() as outer, rigetti.open_session() as other:
        first = ionq.submit(flip)
        with ionq.open_session() as inner:
            second, third, fourth = ionq.submit(flip), rigetti.submit(flip), outer.sampler.submit(flip)
        fifth, apart = ionq.submit(flip), ionq.submit(flip, session=False)
    found = [session_of(job.id) for job in (first, second, third, fourth, fifth, apart)]
    assert found == [outer.id, inner.id, other.id, outer.id, outer.id, None]


def test_p25_a_session_of_another_target_is_refused(service: Service, flip: cirq.Circuit) -> None:
    """Bug: a job sent to one target inside the session of another."""
    with service.sampler("rigetti.sim.qvm").open_session() as other, pytest.raises(InvalidOption, match=r"rigetti"):
        service.sampler("ionq.simulator").submit(flip, session=other)


@pytest.mark.parametrize("bound", [True, False], ids=["session.sampler", "sampler"])
@pytest.mark.parametrize("how", ["pmap", "scope"])
def test_p25_duet_tasks_keep_to_their_own(
    bound: bool, how: str, sampler: Sampler, session_of: _SessionOf, flip: cirq.Circuit
) -> None:
    """Bug: duet's tasks share one context, so the session that was opened last takes the runs of all of them."""
    met = duet.AwaitableFuture()
    opened: dict[int, Session] = {}
    joined: dict[int, list[str | None]] = {}

    async def work(number: int) -> None:
        async with await sampler.open_session_async(name=f"task-{number}") as session:
            opened[number] = session
            if len(opened) == 3:
                met.try_set_result(None)
            await met  # all three are open now
            mine = session.sampler if bound else sampler
            jobs = [await mine.submit_async(flip) for _ in range(2)]
            jobs.append(mine.submit(flip))
            jobs += await duet.pmap_async(mine.submit_async, [flip])
            jobs += duet.pmap(mine.submit_async, [flip])
        joined[number] = [session_of(job.id) for job in jobs]

    async def scope() -> None:
        async with duet.new_scope() as tasks:
            for number in range(3):
                tasks.spawn(work, number)

    if how == "pmap":
        duet.pmap(work, range(3))
    else:
        duet.run(scope)
    assert joined == {number: [opened[number].id] * 5 for number in range(3)}
    assert len({session.id for session in opened.values()}) == 3


def test_p25_duet_tasks_join_the_block_they_are_started_in(
    sampler: Sampler, submissions: list[Submission], flip: cirq.Circuit
) -> None:
    """Bug: only the block's own task joins."""
    with sampler.open_session() as session:
        duet.pmap(sampler.run_async, [flip, flip])
    sampler.run(flip)
    assert [submission.session_id for submission in submissions] == [session.id, session.id, None]


def test_p25_threads_do_not_disturb_each_other(service: Service, session_of: _SessionOf, flip: cirq.Circuit) -> None:
    """Bug: one global session that threads overwrite."""
    together = threading.Barrier(3)

    def work(_: int) -> tuple[str, str | None]:
        sampler = service.sampler("ionq.simulator")
        with sampler.open_session() as session:
            together.wait(timeout=30)
            job = sampler.submit(flip)
            together.wait(timeout=30)
        return session.id, session_of(job.id)

    with ThreadPoolExecutor(3) as pool:
        found = list(pool.map(work, range(3)))
    assert all(opened == joined for opened, joined in found)
    assert len({opened for opened, _ in found}) == 3


def test_p25_a_run_beside_an_open_session_warns_once(
    sampler: Sampler, session_of: _SessionOf, flip: cirq.Circuit
) -> None:
    """Bug: jobs that silently run outside the session; a warning that names a way out that Cirq's users have not."""
    with sampler.open_session() as session, ThreadPoolExecutor(1) as pool:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            jobs = [pool.submit(lambda: sampler.submit(flip)).result() for _ in range(2)]
            jobs.append(pool.submit(session.sampler.submit, flip).result())
        told = [one for one in caught if one.category is OutsideSession]
        assert len(told) == 1
        assert told[0].filename == __file__
        named = re.findall(r"\bsession\.(\w+)", str(told[0].message))
        assert named == ["sampler"]
        assert all(hasattr(session, name) for name in named)
        assert [session_of(job.id) for job in jobs] == [None, None, session.id]


def test_p25_a_session_by_its_id(
    service: Service, sampler: Sampler, session_of: _SessionOf, flip: cirq.Circuit
) -> None:
    """Bug: a session opened in another process cannot be joined, or is closed by joining."""
    session = sampler.open_session()
    again = service.session(session.id)
    jobs = [sampler.submit(flip, session=session.id), again.sampler.submit(flip), sampler.submit(flip, session=again)]
    assert {session_of(job.id) for job in jobs} == {session.id}
    assert not session.closed
    session.close()


def test_p25_sessions_may_be_awaited(service: Service, sampler: Sampler, flip: cirq.Circuit) -> None:
    """Bug: a session that can be opened and closed by blocking only."""

    async def walk() -> tuple[Session, list[str], str]:
        async with await sampler.open_session_async(name="awaited") as session:
            job = await sampler.submit_async(flip)
            await job.results_async()
            assert (await session.details_async()).name == "awaited"
        return session, [listed.id async for listed in session.jobs_async()], job.id

    for run in (duet.run, lambda function: asyncio.run(function())):
        session, listed, job_id = run(walk)
        assert listed == [job_id]
        assert session.closed
    assert duet.run(session.status_async) is SessionState.SUCCEEDED
    assert duet.run(service.session_async, session.id).name == "awaited"


def test_p25_draining_is_the_service_s(sampler: Sampler) -> None:
    """Bug: a word that does nothing where the service cannot drain."""
    with sampler.open_session() as session:
        with pytest.raises(InvalidOption, match="close"):
            session.drain()
        with pytest.raises(InvalidOption, match="close"):
            duet.run(session.drain_async)
        assert not session.closed
