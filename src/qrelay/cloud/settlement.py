"""Settling what is unclear: by one at a time and once, whoever asks and however often."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from qrelay.cloud import loop
from qrelay.errors import UnclearOutcome

__all__ = ["Settlement"]

R = TypeVar("R")
T = TypeVar("T")


class Settlement(Generic[R, T]):
    """One submission and what became of it. Lives on qrelay's loop.

    Two that resumed side by side would both find nothing and both submit, and one that resumed again before the
    service's list has caught up would, too.

    `make` turns the service's record into what `UnclearOutcome.resume` gives.
    """

    def __init__(self, make: Callable[[R], T]) -> None:
        self._make = make
        self._lock = asyncio.Lock()
        self._settled: T | None = None
        self._settle: Callable[[], Awaitable[R]] | None = None

    async def attempt(
        self, ask: Callable[[], Awaitable[R]], take: Callable[[Callable[[], Awaitable[R]]], Awaitable[R]]
    ) -> R:
        """What `take` makes of `ask`. Errors that say it is unclear are resumed here, all of them in one row."""
        try:
            return await take(ask)
        except UnclearOutcome as error:
            self._settle = error.resume  # the service's own way: it asks before it sends
            raise UnclearOutcome(
                str(error),
                tag=error.tag,
                resume=lambda: loop.later(self._once, take),
                status=error.status,
                code=error.code,
                target=error.target,
                job_id=error.job_id,
                request_id=error.request_id,
            ) from error

    async def _once(self, take: Callable[[Callable[[], Awaitable[R]]], Awaitable[R]]) -> T:
        async with self._lock:
            if self._settled is None:
                assert self._settle is not None
                self._settled = self._make(await self.attempt(self._settle, take))
            return self._settled
