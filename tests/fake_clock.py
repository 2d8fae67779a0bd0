"""Time for tests: it passes only while everybody on the loop sleeps, so waits of days take milliseconds."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from datetime import UTC, datetime, timedelta

__all__ = ["FakeClock"]


class FakeClock:
    def __init__(self, start: datetime = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)) -> None:
        self.start = start
        self.elapsed = 0.0
        self.sleeps: list[float] = []
        self._sleepers: list[tuple[float, int, asyncio.Event]] = []
        self._numbers = itertools.count()
        self._advancing: asyncio.Task[None] | None = None

    def now(self) -> datetime:
        return self.start + timedelta(seconds=self.elapsed)

    def monotonic(self) -> float:
        return self.elapsed

    async def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        entry = (self.elapsed + seconds, next(self._numbers), asyncio.Event())
        heapq.heappush(self._sleepers, entry)
        if self._advancing is None or self._advancing.done():
            self._advancing = asyncio.create_task(self._advance())
        try:
            await entry[2].wait()
        finally:
            if entry in self._sleepers:
                self._sleepers.remove(entry)
                heapq.heapify(self._sleepers)

    async def _advance(self) -> None:
        while self._sleepers:
            for pause in (0, 0, 0, 0, 0, 0, 0.0002):  # others may still be at work
                await asyncio.sleep(pause)
            if self._sleepers:
                moment, _, event = heapq.heappop(self._sleepers)
                self.elapsed = max(self.elapsed, moment)
                event.set()
