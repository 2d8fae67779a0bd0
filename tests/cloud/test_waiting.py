"""The poll scheduler: how soon an end is noticed, and what does not count as an end."""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections.abc import Callable
from typing import Any

import pytest

from qrelay.cloud.http import Unanswered
from qrelay.cloud.service import JobRecord, JobState
from qrelay.cloud.waiting import Poller, interval, outlast
from qrelay.errors import (
    AuthenticationError,
    ConfigurationError,
    NotFound,
    ServiceError,
    ServiceUnavailable,
    WaitTimeout,
)


def _record(id_: str, state: JobState, status: str | None = None) -> JobRecord:
    return JobRecord(id=id_, state=state, status=status or state.value, target="t", provider="p")


class Jobs:
    """Jobs that end at given moments; what is asked is counted."""

    def __init__(self, clock: Any, ends: dict[str, float], mishap: Callable[[float], Any] = lambda now: None) -> None:
        self.clock, self.ends, self.mishap = clock, ends, mishap
        self.asked: list[tuple[str, float]] = []

    async def fetch(self, job_id: str) -> JobRecord:
        now = self.clock.monotonic()
        self.asked.append((job_id, now))
        happened = self.mishap(now)
        if isinstance(happened, Exception):
            raise happened
        if isinstance(happened, JobRecord):
            return happened
        return _record(job_id, JobState.SUCCEEDED if now >= self.ends[job_id] else JobState.RUNNING)

    def poller(self, quick: float = 0.05) -> Poller:
        return Poller(self.fetch, self.clock, quick=quick)


@pytest.mark.parametrize("duration", [0.01, 0.3, 1.0, 4.9, 5.1, 60.0, 600.0, 3600.0, 2 * 86400.0])
@pytest.mark.parametrize("quick", [0.03, 0.25])
def test_an_end_is_noticed_within_half_a_second_or_a_tenth(clock: Any, duration: float, quick: float) -> None:
    """Steps of 30 s make a variational loop wait for the clock and not for the machine."""
    jobs = Jobs(clock, {"a": duration})

    async def main() -> JobRecord:
        return await jobs.poller(quick).wait("a", None)

    assert asyncio.run(main()).state is JobState.SUCCEEDED
    assert clock.elapsed - duration <= max(0.5, 0.1 * duration)


def test_a_day_of_waiting_takes_a_bounded_number_of_reads(clock: Any) -> None:
    jobs = Jobs(clock, {"a": 86400.0})
    asyncio.run(_wait(jobs, "a"))
    assert len(jobs.asked) < 500


def test_intervals_never_shrink_and_stay_bounded() -> None:
    steps = [interval(elapsed, 0.05) for elapsed in (0, 0.1, 1, 5, 10, 100, 1000, 10_000, 1e6)]
    assert steps == sorted(steps)
    assert steps[0] == 0.05
    assert steps[-1] <= 300
    assert interval(0, 0.05, watched=100) > interval(0, 0.05)
    assert interval(0, 0.05, watched=10_000) <= 0.4


async def _wait(jobs: Jobs, id_: str, timeout: float | None = None) -> JobRecord:  # noqa: ASYNC109 - of our clock
    return await jobs.poller().wait(id_, timeout)


def test_many_waits_share_the_reads_of_one_job(clock: Any) -> None:
    jobs = Jobs(clock, {"a": 30.0})

    async def main() -> None:
        poller = jobs.poller()
        await asyncio.gather(*(poller.wait("a", None) for _ in range(50)))

    asyncio.run(main())
    alone = Jobs(clock, {"a": clock.elapsed + 30.0})
    asyncio.run(_wait(alone, "a"))
    assert len(jobs.asked) <= len(alone.asked) + 2


def test_jobs_end_independently(clock: Any) -> None:
    jobs = Jobs(clock, {str(n): float(n) for n in range(1, 40)})
    order: list[str] = []

    async def main() -> None:
        poller = jobs.poller()

        async def one(id_: str) -> None:
            order.append((await poller.wait(id_, None)).id)

        await asyncio.gather(*(one(id_) for id_ in jobs.ends))

    asyncio.run(main())
    assert sorted(order, key=int) == [str(n) for n in range(1, 40)]
    assert order[0] in ("1", "2")


def test_p17_a_timeout_names_the_job_and_cancels_nothing(clock: Any) -> None:
    """Giving up waiting must never cancel, or lose, what was paid for."""
    jobs = Jobs(clock, {"a": 100.0})

    async def main() -> JobRecord:
        poller = jobs.poller()
        with pytest.raises(WaitTimeout, match="goes on") as caught:
            await poller.wait("a", 10.0)
        assert caught.value.job_id == "a"
        assert 10 <= clock.elapsed < 11
        return await poller.wait("a", None)

    assert asyncio.run(main()).state is JobState.SUCCEEDED


def test_a_wait_of_no_time_looks_once(clock: Any) -> None:
    jobs = Jobs(clock, {"a": 0.0, "b": 9.0})
    assert asyncio.run(_wait(jobs, "a", 0)).state is JobState.SUCCEEDED
    with pytest.raises(WaitTimeout):
        asyncio.run(_wait(jobs, "b", 0))
    assert clock.elapsed < 0.1


def test_a_look_that_hangs_does_not_prolong_a_timeout_for_ever(clock: Any) -> None:
    async def hang(job_id: str) -> JobRecord:
        await asyncio.Event().wait()
        raise AssertionError

    async def main() -> None:
        poller = Poller(hang, clock, quick=0.05)
        with pytest.raises(WaitTimeout):
            await poller.wait("a", 10.0)
        await poller.aclose()

    asyncio.run(main())
    assert clock.elapsed <= 16


def test_p17_an_outage_ends_no_wait(clock: Any, caplog: pytest.LogCaptureFixture) -> None:
    """A closed laptop, or ten minutes of 503, is not the job's end."""

    def outage(now: float) -> Any:
        return ServiceUnavailable("no connection.") if 5 < now < 605 else None

    jobs = Jobs(clock, {"a": 620.0}, outage)
    assert asyncio.run(_wait(jobs, "a")).state is JobState.SUCCEEDED
    assert clock.elapsed < 700
    assert len([record for record in caplog.records if "no connection" in record.message]) == 1


def test_an_endless_outage_is_told_in_the_end(clock: Any) -> None:
    jobs = Jobs(clock, {"a": 1e9}, lambda now: ServiceUnavailable("no connection."))
    with pytest.raises(ServiceUnavailable):
        asyncio.run(_wait(jobs, "a"))
    assert clock.elapsed > 3600


def test_a_job_that_is_not_seen_yet_is_waited_for(clock: Any) -> None:
    jobs = Jobs(clock, {"a": 20.0}, lambda now: NotFound("not yet") if now < 10 else None)
    assert asyncio.run(_wait(jobs, "a")).state is JobState.SUCCEEDED
    gone = Jobs(clock, {"a": 1e9}, lambda now: NotFound("never"))
    with pytest.raises(NotFound):
        asyncio.run(_wait(gone, "a"))


def test_an_outage_uses_up_no_patience_with_a_job_that_is_not_seen_yet(clock: Any) -> None:
    """A poll that got no answer for half a minute, then one 404: the wait ended, the job went on."""

    def mishap(now: float) -> Any:
        return ServiceUnavailable("down.") if now < 30 else NotFound("not yet") if now < 36 else None

    assert asyncio.run(_wait(Jobs(clock, {"a": 40.0}, mishap), "a")).state is JobState.SUCCEEDED
    turns = itertools.cycle([ServiceUnavailable("down."), NotFound("no")])
    with pytest.raises(NotFound):  # each in turn is no way around the bound
        asyncio.run(_wait(Jobs(clock, {"a": 1e9}, lambda now: next(turns)), "a"))


def test_a_refusal_is_told_at_once(clock: Any) -> None:
    jobs = Jobs(clock, {"a": 1e9}, lambda now: AuthenticationError("who?", status=401))
    with pytest.raises(AuthenticationError):
        asyncio.run(_wait(jobs, "a"))
    assert clock.elapsed < 1


def test_a_defect_reaches_the_waiter(clock: Any) -> None:
    jobs = Jobs(clock, {"a": 1e9}, lambda now: ZeroDivisionError("a bug"))
    with pytest.raises(ZeroDivisionError):
        asyncio.run(_wait(jobs, "a"))


def test_p21_unknown_statuses_are_polled_on_and_logged_once(clock: Any, caplog: pytest.LogCaptureFixture) -> None:
    """A new word is no end, and no reason to hang either."""

    def strange(now: float) -> Any:
        return _record("a", JobState.UNKNOWN, "Calibrating") if now < 600 else None

    caplog.set_level(logging.WARNING)
    jobs = Jobs(clock, {"a": 610.0}, strange)
    assert asyncio.run(_wait(jobs, "a")).state is JobState.SUCCEEDED
    assert len([record for record in caplog.records if "Calibrating" in record.message]) == 1


def test_p21_an_unknown_status_for_ever_is_told(clock: Any) -> None:
    jobs = Jobs(clock, {"a": 1e9}, lambda now: _record("a", JobState.UNKNOWN, "Lost"))
    with pytest.raises(ServiceError, match="Lost"):
        asyncio.run(_wait(jobs, "a"))
    assert 3600 < clock.elapsed < 5000


def test_a_cancelled_wait_leaves_nothing_behind(clock: Any) -> None:
    jobs = Jobs(clock, {"a": 1e6})

    async def main() -> int:
        poller = jobs.poller()
        task = asyncio.create_task(poller.wait("a", None))
        await asyncio.sleep(0.01)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        asked = len(jobs.asked)
        await asyncio.sleep(0.05)
        return len(jobs.asked) - asked

    assert asyncio.run(main()) <= 1


def test_p17_a_download_outlasts_ten_minutes_of_outage(clock: Any) -> None:
    async def fetch() -> bytes:
        if clock.elapsed < 600:
            raise Unanswered("down.", processed=None)
        return b"answer"

    assert asyncio.run(outlast(fetch, clock, "a", None)) == b"answer"
    assert clock.elapsed < 620


def test_p17_a_download_ends_at_its_deadline(clock: Any) -> None:
    async def fetch() -> bytes:
        raise Unanswered("down.", processed=None)

    with pytest.raises(WaitTimeout, match="could not be read") as caught:
        asyncio.run(outlast(fetch, clock, "a", 42.0))
    assert 42 <= clock.elapsed < 43
    assert caught.value.job_id == "a"
    with pytest.raises(ServiceUnavailable):
        asyncio.run(outlast(fetch, clock, "a", None))
    assert clock.elapsed > 3600


def test_a_service_that_asks_for_a_pause_gets_it(clock: Any) -> None:
    """A poll gives up on its own retries after a while; the next one must not come at once all the same."""
    throttled = Unanswered("429.", processed=False, retry_after=60.0)
    jobs = Jobs(clock, {"a": 200.0}, lambda now: throttled if now < 170 else None)
    asyncio.run(_wait(jobs, "a"))
    moments = [moment for _, moment in jobs.asked if moment < 180]
    assert len(moments) <= 4
    assert all(b - a >= 60 for a, b in itertools.pairwise(moments))


def test_a_look_left_over_from_an_interrupted_wait_ends_no_later_one(clock: Any) -> None:
    """Ctrl-C in result(), then result() again: the first wait's look came back and took the second wait's place with
    it, so that nobody ever asked for the job again."""
    asked: list[float] = []

    async def fetch(job_id: str) -> JobRecord:
        asked.append(clock.monotonic())
        if len(asked) == 1:
            await clock.sleep(1.0)
        return _record(job_id, JobState.FAILED)

    async def main() -> JobRecord:
        poller = Poller(fetch, clock, quick=0.4)
        first = asyncio.create_task(poller.wait("a", None))
        await clock.sleep(1.2)  # the first look is under way since 0.4 and comes back at 1.4
        first.cancel()
        await asyncio.wait([first])
        return await asyncio.wait_for(poller.wait("a", None), 10)

    assert asyncio.run(main()).state is JobState.FAILED
    assert len(asked) == 2


def test_closing_tells_those_who_wait(clock: Any) -> None:
    """An account closed in one thread left result() in another one waiting for ever."""
    jobs = Jobs(clock, {"a": 1e9})

    async def main() -> None:
        poller = jobs.poller()
        waiting = asyncio.create_task(poller.wait("a", None))
        await clock.sleep(5.0)
        await poller.aclose()
        with pytest.raises(ConfigurationError, match="closed while job a was waited for"):
            await asyncio.wait_for(waiting, 10)

    asyncio.run(main())
