"""Sessions: who joins them, how often they are closed, and what stays in front."""

from __future__ import annotations

import asyncio
import contextvars
import threading
import time
import warnings
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from qrelay.azure import Workspace
from qrelay.cloud import OutsideSession, SessionState, current_session
from qrelay.errors import InvalidOption, NotFound, ServiceError, SessionEnded
from qrelay.local import Fault

T = "ionq.simulator"
OTHER = "rigetti.sim.qvm"


class Watch(httpx.AsyncBaseTransport):
    """Lets everything through and keeps what was asked."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self.inner = inner
        self.seen: list[tuple[str, str]] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.seen.append((request.method, request.url.path))
        return await self.inner.handle_async_request(request)

    def closes(self, session_id: str) -> int:
        return sum(path.endswith(f"{session_id}:close") for _, path in self.seen)


def _watched(workspace: Workspace) -> Watch:
    http = workspace.api.http
    assert http._transport is not None
    watch = Watch(http._transport)
    http._transport = watch
    return watch


@pytest.mark.parametrize("error", [None, ValueError, KeyboardInterrupt, SystemExit, GeneratorExit])
def test_p24_closed_exactly_once(local: Callable[..., Workspace], error: type[BaseException] | None) -> None:
    """A session left open goes on costing, and blocks the machine for others."""
    workspace = local()
    watch = _watched(workspace)
    session = workspace.open_session(T)
    if error is None:
        with session:
            pass
    else:
        with pytest.raises(error), session:
            raise error("from the block")
    session.close()
    session.close()
    assert watch.closes(session.id) == 1
    assert session.status() is SessionState.SUCCEEDED


def test_p24_the_blocks_own_error_stays_in_front(local: Callable[..., Workspace]) -> None:
    workspace = local(faults=[Fault("POST", "*:close", status=400, code="Broken", times=None)])
    with pytest.raises(ZeroDivisionError) as caught, workspace.open_session(T) as session:
        raise ZeroDivisionError("the block's")
    assert any("could not be closed" in note for note in caught.value.__notes__)
    assert current_session(workspace, T) is None
    with pytest.raises(ServiceError, match="Broken"):
        session.close()


def test_p24_a_failing_close_is_told_when_nothing_else_failed(local: Callable[..., Workspace]) -> None:
    workspace = local(faults=[Fault("POST", "*:close", status=400, code="Broken", times=None)])
    with pytest.raises(ServiceError, match="Broken"), workspace.open_session(T):
        pass
    assert current_session(workspace, T) is None


def test_p24_a_lost_answer_to_the_close_does_not_close_twice(local: Callable[..., Workspace]) -> None:
    workspace = local(faults=[Fault("POST", "*:close", drop=True)])
    watch = _watched(workspace)
    with workspace.open_session(T) as session:
        pass
    assert watch.closes(session.id) == 1
    assert session.record.state is SessionState.SUCCEEDED


def test_a_lost_answer_to_the_opening_opens_no_second(local: Callable[..., Workspace]) -> None:
    workspace = local(faults=[Fault("PUT", "*/sessions/*", drop=True)])
    with workspace.open_session(T) as session:
        assert [other.id for other in workspace.sessions()] == [session.id]


def test_p25_runs_join_inside_the_block_and_not_after(local: Callable[..., Workspace], flips: Any) -> None:
    """After the block no job may carry the closed session's id: the service answers 400."""
    workspace = local()
    before = workspace.submit(T, flips("1"), 5)
    with workspace.open_session(T, name="vqe") as session:
        inside = workspace.submit(T, flips("1"), 5)
        other = workspace.submit(OTHER, flips("1"), 5)
        outside = workspace.submit(T, flips("1"), 5, session=False)
        inside.result(timeout=60)
    after = workspace.submit(T, flips("1"), 5)
    for job in (before, after, other, outside, inside):
        job.result(timeout=60)
        assert workspace.job(job.id).session_id == (session.id if job is inside else None)
    assert [job.id for job in session.jobs()] == [inside.id]
    assert session.name == "vqe"
    assert session.closed


def test_p25_a_closed_session_is_refused_before_any_request(local: Callable[..., Workspace], flips: Any) -> None:
    workspace = local()
    with workspace.open_session(T) as session:
        pass
    workspace.target(T)
    requests = workspace.requests
    with pytest.raises(SessionEnded) as caught:
        workspace.submit(T, flips("1"), 5, session=session)
    with pytest.raises(SessionEnded), session:
        pass
    assert caught.value.session_id == session.id
    assert workspace.requests == requests


def test_p25_a_session_closed_elsewhere_is_told(local: Callable[..., Workspace], flips: Any) -> None:
    workspace = local()
    with workspace.open_session(T) as session:
        first = workspace.submit(T, flips("1"), 5)
        first.result(timeout=60)
        assert workspace.close_sessions() == [session.id]
        with pytest.raises(SessionEnded, match="takes no more"):
            workspace.submit(T, flips("1"), 5)
        requests = workspace.requests
        with pytest.raises(SessionEnded):  # known by now
            workspace.submit(T, flips("1"), 5)
        assert workspace.requests == requests


def test_p25_a_session_closed_elsewhere_with_jobs_under_way_is_told(
    local: Callable[..., Workspace], flips: Any
) -> None:
    """Until its last job has ended such a session still says Executing, and the refusal was no SessionEnded."""
    workspace = local(waiting=30)
    with workspace.open_session(T) as session:
        pending = workspace.submit(T, flips("1"), 5)
        assert workspace.close_sessions() == [session.id]
        with pytest.raises(SessionEnded, match="takes no more"):
            workspace.submit(T, flips("1"), 5)
        pending.cancel()


def test_p27_a_session_that_cannot_be_closed_keeps_no_other_open(local: Callable[..., Workspace]) -> None:
    """The first refusal ended close_sessions(), and the sessions after it stayed open."""
    workspace = local()
    sessions = [workspace.open_session(T) for _ in range(3)]
    assert workspace._cloud is not None
    workspace._cloud.app.add(Fault("POST", f"*/sessions/{sessions[1].id}:close", status=400, code="NotNow"))
    with pytest.raises(ServiceError, match="NotNow") as caught:
        workspace.close_sessions()
    assert all(session.id in caught.value.__notes__[0] for session in (sessions[0], sessions[2]))
    assert [session.id for session in workspace.sessions(open=True)] == [sessions[1].id]


def test_p27_a_limit_counts_the_sessions_that_were_asked_for(local: Callable[..., Workspace]) -> None:
    """The limit was drawn before the closed ones were left out: sessions(open=True, limit=1) found none."""
    workspace = local()
    sessions = [workspace.open_session(T) for _ in range(4)]
    for session in sessions[2:]:
        session.close()

    def found(**asked: Any) -> list[int]:
        ids = [session.id for session in sessions]
        return [ids.index(session.id) for session in workspace.sessions(**asked)]

    assert found() == found(limit=4) == [3, 2, 1, 0]
    assert found(limit=1) == [3]
    assert found(open=True, limit=1) == [1]
    assert found(open=True, limit=9) == [1, 0]
    assert found(open=False, limit=1) == [3]


def test_p26_a_session_that_times_out_names_the_finished_jobs(local: Callable[..., Workspace], flips: Any) -> None:
    later = [0]
    workspace = local(session_idle=600.0, clock=lambda: time.time_ns() + later[0])
    with workspace.open_session(T):
        job = workspace.submit(T, flips("1"), 5)
        job.result(timeout=60)
        later[0] = 601 * 10**9
        with pytest.raises(SessionEnded) as caught:
            workspace.submit(T, flips("1"), 5)
    assert caught.value.finished_jobs == (job.id,)
    assert job.id in str(caught.value)


def test_p25_a_target_named_in_other_letters_is_the_same_target(local: Callable[..., Workspace], flips: Any) -> None:
    """`IonQ.Simulator` is found as ionq.simulator, and its run left the session of the block without a word."""
    workspace = local()
    with workspace.open_session(T) as session:
        for options in ({}, {"session": session}):
            assert workspace.submit("IonQ.Simulator", flips("1"), 5, **options).session_id == session.id
        assert current_session(workspace, f" {T}\n") is session


def test_p25_nesting_restores_the_outer_session(local: Callable[..., Workspace], flips: Any) -> None:
    workspace = local()
    with workspace.open_session(T) as outer, workspace.open_session(OTHER) as beside:
        with workspace.open_session(T) as inner:
            assert workspace.submit(T, flips("1"), 5).session_id == inner.id
            assert workspace.submit(OTHER, flips("1"), 5).session_id == beside.id
        assert workspace.submit(T, flips("1"), 5).session_id == outer.id
    assert workspace.submit(T, flips("1"), 5).session_id is None


def test_p25_blocks_may_end_in_any_order(local: Callable[..., Workspace], flips: Any) -> None:
    """Generators and fixtures close crosswise: the first to end took the second one's runs with it, and the second put
    the first, closed one back, which refused every later run."""
    workspace = local()
    first, second, third = workspace.open_session(T), workspace.open_session(OTHER), workspace.open_session(T)
    for session in (first, second, third):
        session.__enter__()
    first.__exit__(None, None, None)
    assert workspace.submit(OTHER, flips("1"), 5).session_id == second.id
    assert workspace.submit(T, flips("1"), 5).session_id == third.id
    second.__exit__(None, None, None)
    third.__exit__(None, None, None)
    for target in (T, OTHER):
        assert current_session(workspace, target) is None
        assert workspace.submit(target, flips("1"), 5).session_id is None


def test_p25_the_same_session_may_be_entered_again(local: Callable[..., Workspace], flips: Any) -> None:
    workspace = local()
    watch = _watched(workspace)
    with workspace.open_session(T) as session:
        with session:
            pass
        assert workspace.submit(T, flips("1"), 5).session_id == session.id
    assert watch.closes(session.id) == 1


def test_p25_two_accounts_do_not_share_sessions(local: Callable[..., Workspace], flips: Any) -> None:
    one, two = local(), local()
    with one.open_session(T):
        assert two.submit(T, flips("1"), 5).session_id is None


def test_p25_threads_join_only_what_they_are_given(local: Callable[..., Workspace], flips: Any) -> None:
    """A thread starts without a context: Qiskit's primitives run in one."""
    workspace = local()
    found: dict[str, str | None] = {}
    workspace.target(T)

    def run(name: str, **options: Any) -> None:
        found[name] = workspace.submit(T, flips("1"), 5, **options).session_id

    with workspace.open_session(T) as session:
        inherited = contextvars.copy_context()
        threads = [
            threading.Thread(target=run, args=("explicit",), kwargs={"session": session}),
            threading.Thread(target=run, args=("none",), kwargs={"session": False}),
            threading.Thread(target=inherited.run, args=(run, "inherited")),
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert found == {"explicit": session.id, "none": None, "inherited": session.id}


def test_p25_each_thread_may_have_its_own(local: Callable[..., Workspace], flips: Any) -> None:
    workspace = local()
    barrier = threading.Barrier(4)
    right: list[bool] = []

    def run() -> None:
        with workspace.open_session(T) as session:
            barrier.wait(30)
            right.append(workspace.submit(T, flips("1"), 5).session_id == session.id)
            barrier.wait(30)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert right == [True] * 4


def test_p25_each_task_may_have_its_own(local: Callable[..., Workspace], flips: Any) -> None:
    workspace = local()

    async def run() -> bool:
        async with await workspace.open_session_async(T) as session:
            await asyncio.sleep(0.05)
            job = await workspace.submit_async(T, flips("1"), 5)
            await asyncio.sleep(0.05)
            await job.wait_async(60)  # a session with a job under way counts as open, closed or not
            return bool(job.session_id == session.id)

    async def main() -> list[bool]:
        return await asyncio.gather(*(run() for _ in range(5)))

    assert asyncio.run(main()) == [True] * 5
    assert workspace.sessions(open=True) == []


def test_p25_an_awaitable_made_inside_belongs_inside(local: Callable[..., Workspace], flips: Any) -> None:
    """Awaited after the block, it must not pick up whatever session is current then."""
    workspace = local()

    async def main() -> tuple[str | None, str]:
        session = await workspace.open_session_async(T)
        session._join()
        made = workspace.submit_async(T, flips("1"), 5)
        session._leave()
        return (await made).session_id, session.id

    joined, expected = asyncio.run(main())
    assert joined == expected


def test_p25_a_run_outside_warns_once(local: Callable[..., Workspace], flips: Any) -> None:
    workspace = local()
    workspace.target(T)
    heard: list[str] = []

    def run() -> None:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            workspace.submit(T, flips("1"), 5)
            workspace.submit(T, flips("1"), 5)
        heard.extend(str(w.message) for w in caught if issubclass(w.category, OutsideSession))

    with workspace.open_session(T, name="vqe"):
        thread = threading.Thread(target=run)
        thread.start()
        thread.join()
    assert len(heard) == 1
    assert "session=..." in heard[0]
    assert "session.backend" not in heard[0]  # no framework opened it, so there is no such view
    assert "vqe" in heard[0]


def test_a_session_of_another_target_is_refused(local: Callable[..., Workspace], flips: Any) -> None:
    workspace = local()
    with workspace.open_session(T) as session, pytest.raises(InvalidOption, match="cannot join"):
        workspace.submit(OTHER, flips("1"), 5, session=session)


def test_what_is_no_session_is_refused(local: Callable[..., Workspace], flips: Any) -> None:
    with pytest.raises(InvalidOption, match="takes a Session"):
        local().submit(T, flips("1"), 5, session=42)  # type: ignore[arg-type]


@pytest.mark.parametrize("options", [{"policy": "Retry"}, {"ttl": 5}])
def test_unknown_session_options_are_refused(local: Callable[..., Workspace], options: dict[str, Any]) -> None:
    workspace = local()
    with pytest.raises(InvalidOption):
        workspace.open_session(T, **options)
    assert workspace.sessions() == []


def test_targets_without_sessions_say_so(local: Callable[..., Workspace]) -> None:
    with pytest.raises(InvalidOption, match="no sessions"):
        local().open_session("pasqal.sim.emu-tn")


def test_p27_left_open_sessions_are_found_and_closed(local: Callable[..., Workspace]) -> None:
    workspace = local()
    left = [workspace.open_session(T, name=f"left-{n}") for n in range(3)]
    left[1].close()
    assert {session.id for session in workspace.sessions(open=True)} == {left[0].id, left[2].id}
    assert set(workspace.close_sessions()) == {left[0].id, left[2].id}
    assert workspace.sessions(open=True) == []
    assert len(workspace.sessions(open=False)) == 3
    assert workspace.session(left[0].id).name == "left-0"
    with pytest.raises(NotFound):
        workspace.session("00000000-0000-0000-0000-00000000dead")


def test_policies_on_the_embedded_cloud(local: Callable[..., Workspace], flips: Any) -> None:
    from dataclasses import replace

    from qrelay.formats import encode

    bad = replace(encode(flips("1"), "ionq.circuit.v1"), data=b"{}")
    workspace = local()
    with workspace.open_session(T, policy="Continue") as going:
        workspace.submit(T, bad, 5).wait(timeout=60)
        assert workspace.submit(T, flips("1"), 5).result(timeout=60).counts() == {"1": 5}
    assert going.record.state is SessionState.FAILED
    with workspace.open_session(T, policy="Abort"):
        workspace.submit(T, bad, 5).wait(timeout=60)
        with pytest.raises(SessionEnded):
            workspace.submit(T, flips("1"), 5)
