"""One poll scheduler an account: it asks for every job that somebody waits for, often at first, then ever more seldom.

An end is noticed within max(0.5 s, 10 % of the time waited so far). Trouble on the way and words this version does not
know end no wait; both are put up with for a bounded time.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from qrelay.cloud.clock import Clock
from qrelay.cloud.http import Unanswered
from qrelay.cloud.service import JobRecord, JobState
from qrelay.errors import ConfigurationError, NotFound, ServiceError, ServiceUnavailable, WaitTimeout

__all__ = ["Poller", "interval", "outlast"]

log = logging.getLogger("qrelay.jobs")

T = TypeVar("T")

_POLLS_AT_ONCE = 16
_LONGEST_INTERVAL = 300.0
_OUTAGE_PATIENCE = 6 * 3600.0
_UNKNOWN_PATIENCE = 3600.0
_LAST_LOOK = 5.0  # how much longer than its time a wait may take when a look is under way
_OUTAGE_PAUSE = 5.0
_ABSENCE_PATIENCE = 15.0  # a job that was just made may not be seen by every machine of the service yet


def interval(elapsed: float, quick: float, watched: int = 1) -> float:
    """Seconds until the next look at a job that has been waited for during `elapsed` seconds.

    Below the promise by a margin for the request itself; when many jobs are watched, the quick start is slower.
    """
    start = min(0.4, quick * max(1.0, watched / 8))
    return min(_LONGEST_INTERVAL, max(start, min(0.4, 0.5 * elapsed), 0.08 * elapsed))


async def outlast(fetch: Callable[[], Awaitable[T]], clock: Clock, job_id: str, deadline: float | None) -> T:
    """Fetch what is known to be there, through an outage of hours; until the deadline, if there is one.

    Raises WaitTimeout when the deadline is over, ServiceUnavailable when the outage does not end.
    """
    began = clock.monotonic()
    while True:
        try:
            return await _within(fetch, clock, deadline)
        except TimeoutError:
            raise WaitTimeout(
                f"Job {job_id} has ended, and its result could not be read in the time allowed. Ask for it again.",
                job_id=job_id,
            ) from None
        except ServiceUnavailable as trouble:
            error, now = trouble, clock.monotonic()
            if deadline is not None and now >= deadline:
                raise WaitTimeout(
                    f"Job {job_id} has ended, and its result could not be read in the time allowed: {error}",
                    job_id=job_id,
                ) from error
            if now - began > _OUTAGE_PATIENCE:
                raise
            log.warning("Reading the result of job %s: %s Trying again.", job_id, error)
        pause = max(_OUTAGE_PAUSE, _asked_pause(error))
        await clock.sleep(pause if deadline is None else min(pause, max(0.0, deadline - now)))


async def _within(fetch: Callable[[], Awaitable[T]], clock: Clock, deadline: float | None) -> T:
    """Fetch until the deadline and a little longer, however patient the requests themselves are; then TimeoutError."""
    if deadline is None:
        return await fetch()
    fetching = asyncio.ensure_future(fetch())
    alarm = asyncio.ensure_future(clock.sleep(max(0.0, deadline - clock.monotonic()) + _LAST_LOOK))
    try:
        await asyncio.wait({fetching, alarm}, return_when=asyncio.FIRST_COMPLETED)
        if not fetching.done():
            raise TimeoutError
        return fetching.result()
    finally:
        fetching.cancel()
        alarm.cancel()


def _asked_pause(error: ServiceUnavailable) -> float:
    return min(_LONGEST_INTERVAL, error.retry_after or 0.0) if isinstance(error, Unanswered) else 0.0


@dataclass(eq=False)
class _Waiter:
    future: asyncio.Future[JobRecord]
    deadline: float | None


@dataclass(eq=False)
class _Watch:
    job_id: str
    since: float
    due: float
    waiters: list[_Waiter] = field(default_factory=list)
    polling: bool = False
    troubled_since: dict[type[ServiceError], float] = field(default_factory=dict)  # each kind has its own patience
    unknown_since: float | None = None
    status: str = "not seen yet"


class Poller:
    """Serves all waits of one account on one event loop."""

    def __init__(self, fetch: Callable[[str], Awaitable[JobRecord]], clock: Clock, *, quick: float) -> None:
        self._fetch = fetch
        self._clock = clock
        self._quick = quick
        self._watches: dict[str, _Watch] = {}
        self._wake = asyncio.Event()
        self._runner: asyncio.Task[None] | None = None
        self._polls: set[asyncio.Task[None]] = set()
        self._places = asyncio.Semaphore(_POLLS_AT_ONCE)
        self._logged: set[str] = set()

    async def wait(self, job_id: str, timeout: float | None) -> JobRecord:  # noqa: ASYNC109 - measured by our own clock
        """The job's record once it has ended.

        Raises:
            WaitTimeout: `timeout` seconds are over. The job goes on.
            ServiceError: the service refused to say, could not be reached for hours, or spoke unknown words for an
            hour.
        """
        now = self._clock.monotonic()
        deadline = None if timeout is None else now + max(0.0, timeout)
        watch = self._watches.get(job_id)
        if watch is None:
            watch = self._watches[job_id] = _Watch(job_id, now, now + self._quick)
        if deadline is not None:  # one look at least, however short the wait
            watch.due = min(watch.due, deadline)
        waiter = _Waiter(asyncio.get_running_loop().create_future(), deadline)
        watch.waiters.append(waiter)
        self._wake.set()
        if self._runner is None or self._runner.done():
            self._runner = asyncio.create_task(self._run(), name="qrelay-poller")
        try:
            return await waiter.future
        finally:
            watch.waiters.remove(waiter)
            if not watch.waiters:
                self._forget(watch)
                self._wake.set()

    async def aclose(self) -> None:
        """Stop asking. Whoever still waits is told so: nobody would ever answer."""
        for watch in list(self._watches.values()):
            message = f"The account was closed while job {watch.job_id} was waited for. The job goes on; fetch it by "
            self._fail(watch, ConfigurationError(f"{message}its id with a new account."))
        tasks = [task for task in (self._runner, *self._polls) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self) -> None:
        while self._watches:
            self._wake.clear()
            now = self._clock.monotonic()
            moments: list[float] = []
            for watch in list(self._watches.values()):
                deadlines = [waiter.deadline for waiter in watch.waiters if waiter.deadline is not None]
                if watch.polling:  # its end wakes us
                    self._expire(watch, now - _LAST_LOOK)
                    moments.extend(moment + _LAST_LOOK for moment in deadlines)
                    continue
                if watch.due <= now:
                    watch.polling = True
                    task = asyncio.create_task(self._poll(watch), name=f"qrelay-poll-{watch.job_id}")
                    self._polls.add(task)
                    task.add_done_callback(self._polls.discard)
                    moments.extend(moment + _LAST_LOOK for moment in deadlines)
                    continue
                self._expire(watch, now)
                moments.extend((watch.due, *deadlines))
            await self._pause(min(moments) - now if moments else None)

    async def _pause(self, seconds: float | None) -> None:
        waking = asyncio.ensure_future(self._wake.wait())
        pausing: set[asyncio.Future[Any]] = {waking}
        if seconds is not None:
            pausing.add(asyncio.ensure_future(self._clock.sleep(max(0.0, seconds))))
        try:
            await asyncio.wait(pausing, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in pausing:
                task.cancel()

    async def _poll(self, watch: _Watch) -> None:
        asked_pause = 0.0
        try:
            async with self._places:
                record = await self._fetch(watch.job_id)
        except ServiceUnavailable as error:
            asked_pause = _asked_pause(error)
            self._bear(watch, error, ServiceUnavailable, _OUTAGE_PATIENCE)
        except NotFound as error:
            self._bear(watch, error, NotFound, _ABSENCE_PATIENCE)
        except Exception as error:  # noqa: BLE001 - a refusal, or a defect: the waiters would hang without it
            self._fail(watch, error)
        else:
            watch.troubled_since.clear()
            watch.status = record.status
            if record.state.ended:
                self._deliver(watch, record)
            elif record.state is JobState.UNKNOWN:
                self._puzzle(watch, record)
            else:
                watch.unknown_since = None
        finally:
            now = self._clock.monotonic()
            self._expire(watch, now)
            watch.due = now + max(asked_pause, interval(now - watch.since, self._quick, len(self._watches)))
            deadlines = [waiter.deadline for waiter in watch.waiters if waiter.deadline is not None]
            watch.due = min([watch.due, *(moment for moment in deadlines if moment > now)])
            watch.polling = False
            self._wake.set()

    def _bear(self, watch: _Watch, error: ServiceError, kind: type[ServiceError], patience: float) -> None:
        now = self._clock.monotonic()
        if kind not in watch.troubled_since:
            watch.troubled_since[kind] = now
            log.warning("Waiting for job %s: %s Asking again.", watch.job_id, error)
        if now - watch.troubled_since[kind] > patience:
            self._fail(watch, error)

    def _puzzle(self, watch: _Watch, record: JobRecord) -> None:
        now = self._clock.monotonic()
        if record.status not in self._logged:
            self._logged.add(record.status)
            log.warning("Job %s has status %r, unknown to this version; waiting on.", record.id, record.status)
        if watch.unknown_since is None:
            watch.unknown_since = now
        if now - watch.unknown_since > _UNKNOWN_PATIENCE:
            message = (
                f"Job {record.id} on {record.target} has had the status {record.status!r} for an hour, which this "
                "version of qrelay does not know. The job goes on; look at it in the service's portal, or update "
                "qrelay."
            )
            self._fail(watch, ServiceError(message, code=record.status, job_id=record.id, target=record.target))

    def _expire(self, watch: _Watch, now: float) -> None:
        for waiter in watch.waiters:
            if waiter.deadline is not None and waiter.deadline <= now and not waiter.future.done():
                waiter.future.set_exception(
                    WaitTimeout(
                        f"Job {watch.job_id} has not ended in the time allowed (last seen: {watch.status}). It "
                        "goes on; wait again, or fetch it later by its id.",
                        job_id=watch.job_id,
                    )
                )

    def _deliver(self, watch: _Watch, record: JobRecord) -> None:
        for waiter in watch.waiters:
            if not waiter.future.done():
                waiter.future.set_result(record)
        self._forget(watch)

    def _fail(self, watch: _Watch, error: Exception) -> None:
        for waiter in watch.waiters:
            if not waiter.future.done():
                waiter.future.set_exception(error)
        self._forget(watch)

    def _forget(self, watch: _Watch) -> None:
        """Never another watch on the same job: this one's waiters may have left, and new ones come, while it asked."""
        if self._watches.get(watch.job_id) is watch:
            del self._watches[watch.job_id]
