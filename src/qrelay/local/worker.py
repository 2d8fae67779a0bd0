"""The worker: it moves every job through its states by itself, whether anybody asks for the job or not.

Waiting → (counted) → Executing → Succeeded or Failed; on request → CancellationRequested → Cancelling → Cancelled.
Every state lasts long enough for a client that polls every 50 ms to see it. The worker has threads of its own, so that
it depends on no event loop: an application served in process may see many loops, each for one request.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from qrelay.local import session_rules
from qrelay.local.blobs import BlobError, Blobs, account_of
from qrelay.local.items import UNFINISHED, Failure, Job, load, load_job, save

if TYPE_CHECKING:
    from qrelay.local.clock import Clock
    from qrelay.local.store import Store
    from qrelay.local.timetable import Schedule

__all__ = ["Compute", "Dwell", "Worker"]

_log = logging.getLogger("qrelay.local")

Compute = Callable[[Job, bytes | None], bytes | Failure]
"""What a job and the bytes of its input (None: there are none) come to. Called in a thread of the pool."""

_Key = tuple[str, str]  # workspace, job id


@dataclass(frozen=True, slots=True)
class Dwell:
    """The least time in seconds that a job stays Waiting, and Executing."""

    waiting: float
    executing: float


class Worker:
    """`slots` jobs are computed side by side, the others stay Waiting in the order of their submission."""

    def __init__(
        self,
        *,
        store: Store,
        blobs: Blobs,
        clock: Clock,
        compute: Compute,
        dwell: Dwell,
        slots: int,
        schedule: Schedule,
    ) -> None:
        self._store = store
        self._blobs = blobs
        self._clock = clock
        self._compute = compute
        self._dwell = dwell
        self._timetable = schedule
        self._pool = ThreadPoolExecutor(slots, thread_name_prefix="qrelay-local-compute")
        self._lock = threading.Lock()
        self._free = slots
        self._ready: deque[_Key] = deque()

    def submit(self, job: Job) -> None:
        """Take a job that has just been stored as Waiting."""
        self._timetable.after(self._dwell.waiting / 2, partial(self._count, (job.workspace, job.id)))

    def cancel(self, job: Job) -> None:
        """End a job that has just been stored as CancellationRequested."""
        self._timetable.after(self._dwell.executing / 2, partial(self._cancelling, (job.workspace, job.id)))

    def resume(self) -> None:
        """Take up the jobs that an earlier process left unfinished in the same store."""
        for job in load(self._store, Job, UNFINISHED):
            if job.state in ("CancellationRequested", "Cancelling"):
                self.cancel(job)
            else:
                self.submit(job)

    def stop(self) -> None:
        """Let nothing more happen. A simulation under way ends in its thread, its answer is thrown away."""
        self._timetable.stop()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _count(self, key: _Key) -> None:
        with self._store.transaction():
            job = load_job(self._store, *key)
            if job is None or job.state not in ("Waiting", "Executing"):
                return
            items = job.params.get("items")
            job.items = len(items) if isinstance(items, list) and items else 1
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
            job = load_job(self._store, *key)
            if job is None or job.state not in ("Waiting", "Executing"):
                return False
            job.state = "Executing"
            job.begun = job.modified = self._clock()
            save(self._store, job)
            try:
                data = self._blobs.read(account_of(job.workspace), *job.input_blob).data
            except BlobError:
                data = None
        future = self._pool.submit(self._compute, job, data)
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
        if error is not None:
            _log.error("the engine failed on job %s", key[1], exc_info=error)
            answer: bytes | Failure = Failure("InternalError", f"The simulation broke off: {type(error).__name__}.")
        else:
            answer = future.result()
        with self._store.transaction():
            job = load_job(self._store, *key)
            if job is None or job.state != "Executing":
                return
            job.ended = job.modified = self._clock()
            if isinstance(answer, Failure):
                job.state, job.failure = "Failed", answer
            else:
                job.state, job.metered = "Succeeded", True
                self._write_output(job, answer)
            save(self._store, job)
            session_rules.job_ended(self._store, job, job.ended)

    def _write_output(self, job: Job, data: bytes) -> None:
        account = account_of(job.workspace)
        if job.output_format.startswith("microsoft."):
            content_type = "application/octet-stream"
        else:
            # A provider's own format is handed on as it came, under another name.
            job.output_blob = (job.output_blob[0], "rawOutputData")
            content_type = "application/json"
        self._blobs.ensure_container(account, job.output_blob[0])
        self._blobs.write(account, *job.output_blob, data, {"content-type": content_type})

    def _cancelling(self, key: _Key) -> None:
        with self._store.transaction():
            job = load_job(self._store, *key)
            if job is None or job.final:
                return
            job.state = "Cancelling"
            job.modified = self._clock()
            save(self._store, job)
        self._timetable.after(self._dwell.executing / 2, partial(self._cancelled, key))

    def _cancelled(self, key: _Key) -> None:
        with self._store.transaction():
            job = load_job(self._store, *key)
            if job is None or job.final:
                return
            job.state = "Cancelled"
            job.cancelled = job.ended = job.modified = self._clock()
            save(self._store, job)
            session_rules.job_ended(self._store, job, job.ended)
