"""P25 in what only Cirq has: coroutines, duet's tasks, sweeps. What all frameworks share is in tests/promises."""

from __future__ import annotations

import asyncio
import itertools
import threading
from collections.abc import Callable

import cirq
import duet
import pytest
import sympy

from qrelay.cirq import Sampler, Service, Session
from qrelay.cloud import Account, SessionState, Submission
from qrelay.errors import InvalidOption, SessionEnded

_SessionOf = Callable[[str], str | None]


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
