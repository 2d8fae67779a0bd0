"""A thread that calls functions at their time, and exists only while there is something to call."""

from __future__ import annotations

import heapq
import itertools
import logging
import threading
import time
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Schedule", "Timetable"]

_log = logging.getLogger("qrelay.local")
_LINGER = 2.0  # seconds that the thread waits for more before it ends


class Schedule(Protocol):
    """Who calls the worker's steps."""

    def after(self, seconds: float, call: Callable[[], None]) -> None:
        """Call once, that many seconds from now. Ignored after stop()."""

    def stop(self) -> None:
        """Forget what has not been called yet, and wait for the call that is under way."""


class Timetable:
    """Calls come one after another, in the order of their times, in one thread of its own."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._calls: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = itertools.count()
        self._thread: threading.Thread | None = None
        self._stopped = False

    def after(self, seconds: float, call: Callable[[], None]) -> None:
        with self._changed:
            if self._stopped:
                return
            heapq.heappush(self._calls, (time.monotonic() + seconds, next(self._numbers), call))
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="qrelay-local-worker", daemon=True)
                self._thread.start()
            self._changed.notify()

    def stop(self) -> None:
        with self._changed:
            self._stopped = True
            self._calls.clear()
            thread = self._thread
            self._changed.notify()
        if thread is not None and thread is not threading.current_thread():
            thread.join()

    def _run(self) -> None:
        while (call := self._next()) is not None:
            try:
                call()
            except Exception:  # noqa: BLE001 - one bad step must not stop the others
                _log.exception("a step of the embedded cloud's worker failed")

    def _next(self) -> Callable[[], None] | None:
        with self._changed:
            idle_since = time.monotonic()
            while True:
                now = time.monotonic()
                if self._stopped or (not self._calls and now - idle_since >= _LINGER):
                    self._thread = None
                    return None
                if self._calls and self._calls[0][0] <= now:
                    return heapq.heappop(self._calls)[2]
                self._changed.wait(self._calls[0][0] - now if self._calls else _LINGER)
