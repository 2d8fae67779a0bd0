"""The worker: it moves every job through its states by itself, whether anybody asks for the job or not.

Waiting → (counted) → executing → succeeded or failed; on request → being cancelled → cancelled. What these states are
called, where input and output are, and what an end means for a session is the service's own: its `Work`.
Every state lasts long enough for a client that polls every 50 ms to see it. The worker has threads of its own, so that
it depends on no event loop: an application served in process may see many loops, each for one request.
"""

from __future__ import annotations

import logging
import re
import threading
import time
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeVar

from qrelay.local.items import Failure, Job, save

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qrelay.local.clock import Clock
    from qrelay.local.store import Store
    from qrelay.local.timetable import Schedule

__all__ = ["Dwell", "Queue", "States", "Work", "Worker"]

_log = logging.getLogger("qrelay.local")

_PLACE = r"(?:[A-Za-z]:)?[\\/]"
_PLACES = re.compile(rf"""(?<=['"(]){_PLACE}[^'"()]+(?=['")])|(?<![\w.]){_PLACE}[^\\/\s'"()]+[\\/][^\s'"()]*""")
"""Files and folders: whole ones in quotes or parentheses, and others up to the next blank."""


@dataclass(frozen=True, slots=True)
class Dwell:
    """The least time in seconds that a job stays waiting, and executing."""

    waiting: float
    executing: float


@dataclass(frozen=True, slots=True)
class States:
    """A service's words for the states of a job. `requested` is what it says when it has been asked to cancel."""

    waiting: str
    executing: str
    succeeded: str
    failed: str
    requested: str
    cancelling: str
    cancelled: str


_Job = TypeVar("_Job", bound=Job)


class Work(Protocol[_Job]):
    """What a service brings: the meaning of each step. All but `compute` is called inside a transaction, and what it
    changes in the job is stored with the step."""

    @property
    def states(self) -> States: ...

    def find(self, workspace: str, id: str) -> _Job | None:  # noqa: A002
        """The job of that id, or None if it was deleted."""

    def unfinished(self) -> Sequence[_Job]:
        """All jobs that have not ended, oldest first."""

    def counted(self, job: _Job) -> None:
        """The job is half through with waiting."""

    def begun(self, job: _Job) -> bytes | None:
        """The job executes from now on; gives its input, or None if there is none."""

    def compute(self, job: _Job, data: bytes | None) -> bytes | Failure:
        """What the job and its input come to. Called in a thread of the pool."""

    def answered(self, job: _Job, answer: bytes) -> None:
        """The job has succeeded with this answer, which is to be kept."""

    def ended(self, job: _Job) -> None:
        """The job has just been stored in its last state."""


class _Key(NamedTuple):
    work: Work[Any]
    workspace: str
    id: str


class Queue:
    """Where one service hands its jobs to the worker."""

    def __init__(self, worker: Worker, work: Work[Any]) -> None:
        self._worker = worker
        self._work = work

    def submit(self, job: Job) -> None:
        """Take a job that has just been stored as waiting."""
        self._worker.submit(_Key(self._work, job.workspace, job.id))

    def cancel(self, job: Job) -> None:
        """End a job that has just been stored as asked to be cancelled."""
        self._worker.cancel(_Key(self._work, job.workspace, job.id))

    def resume(self) -> None:
        """Take up the jobs that an earlier process left unfinished in the same store."""
        states = self._work.states
        for job in self._work.unfinished():
            if job.state in (states.requested, states.cancelling):
                self.cancel(job)
            else:
                self.submit(job)


class Worker:
    """`slots` jobs are computed side by side, the others stay waiting in the order of their submission."""

    def __init__(self, *, store: Store, clock: Clock, dwell: Dwell, slots: int, schedule: Schedule) -> None:
        self._store = store
        self._clock = clock
        self._dwell = dwell
        self._timetable = schedule
        self._pool = ThreadPoolExecutor(slots, thread_name_prefix="qrelay-local-compute")
        self._lock = threading.Lock()
        self._free = slots
        self._ready: deque[_Key] = deque()

    def submit(self, key: _Key) -> None:
        self._timetable.after(self._dwell.waiting / 2, partial(self._count, key))

    def cancel(self, key: _Key) -> None:
        self._timetable.after(self._dwell.executing / 2, partial(self._cancelling, key))

    def stop(self) -> None:
        """Let nothing more happen. A simulation under way ends in its thread, its answer is thrown away."""
        self._timetable.stop()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _count(self, key: _Key) -> None:
        with self._store.transaction():
            job = _to_be_run(key)
            if job is None:
                return
            key.work.counted(job)
            job.modified = self._clock()
            save(self._store, job)
        self._timetable.after(self._dwell.waiting / 2, partial(self._enqueue, key))

    def _enqueue(self, key: _Key) -> None:
        with self._lock:
            self._ready.append(key)
        self._begin_next()

    def _begin_next(self) -> None:
        while True:
            with self._lock:
                if not self._free or not self._ready:
                    return
                self._free -= 1
                key = self._ready.popleft()
            if not self._begin(key):
                with self._lock:
                    self._free += 1

    def _begin(self, key: _Key) -> bool:
        with self._store.transaction():
            job = _to_be_run(key)
            if job is None:
                return False
            job.state = key.work.states.executing
            job.begun = job.modified = self._clock()
            data = key.work.begun(job)
            save(self._store, job)
        future = self._pool.submit(key.work.compute, job, data)
        future.add_done_callback(partial(self._computed, key, time.monotonic()))
        return True

    def _computed(self, key: _Key, begun: float, future: Future[bytes | Failure]) -> None:
        with self._lock:
            self._free += 1
        if future.cancelled():
            return
        rest = begun + self._dwell.executing - time.monotonic()
        self._timetable.after(max(rest, 0.0), partial(self._finish, key, future))
        self._timetable.after(0.0, self._begin_next)

    def _finish(self, key: _Key, future: Future[bytes | Failure]) -> None:
        error = future.exception()
        if isinstance(error, RuntimeError) and "after interpreter shutdown" in str(error):
            return  # the simulator found no thread, because this process ends; the next one takes the job up again
        if error is not None:
            _log.error("the engine failed on job %s", key.id, exc_info=error)
            answer: bytes | Failure = Failure("InternalError", f"The simulation broke off: {_told(error)}")
        else:
            answer = future.result()
        with self._store.transaction():
            job: Job | None = key.work.find(key.workspace, key.id)
            if job is None or job.state != key.work.states.executing:
                return
            job.ended = job.modified = self._clock()
            if isinstance(answer, Failure):
                job.state, job.failure = key.work.states.failed, answer
            else:
                job.state = key.work.states.succeeded
                key.work.answered(job, answer)
            save(self._store, job)
            key.work.ended(job)

    def _cancelling(self, key: _Key) -> None:
        with self._store.transaction():
            job: Job | None = key.work.find(key.workspace, key.id)
            if job is None or job.final:
                return
            job.state = key.work.states.cancelling
            job.modified = self._clock()
            save(self._store, job)
        self._timetable.after(self._dwell.executing / 2, partial(self._cancelled, key))

    def _cancelled(self, key: _Key) -> None:
        with self._store.transaction():
            job: Job | None = key.work.find(key.workspace, key.id)
            if job is None or job.final:
                return
            job.state = key.work.states.cancelled
            job.cancelled = job.ended = job.modified = self._clock()
            save(self._store, job)
            key.work.ended(job)


def _told(error: BaseException) -> str:
    """An exception's kind and own words, without the places of this machine: what the user reads is the service's."""
    words = _PLACES.sub("…", " ".join(str(error).split()))[:200]
    return f"{type(error).__name__}{': ' if words else '.'}{words}"


def _to_be_run(key: _Key) -> Job | None:
    """The job, unless it was deleted or cancelled meanwhile. One that executes was left so by an earlier process."""
    job: Job | None = key.work.find(key.workspace, key.id)
    states = key.work.states
    return job if job is not None and job.state in (states.waiting, states.executing) else None
