"""What may have been done all the same: told when something breaks in, and settled by one at a time and once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

from qrelay.cloud import loop
from qrelay.errors import QrelayError, UnclearOutcome

__all__ = ["Settlement", "interruptions_told"]

R = TypeVar("R")
T = TypeVar("T")


async def _as_it_is(ask: Callable[[], Awaitable[R]]) -> R:
    return await ask()


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
        self, ask: Callable[[], Awaitable[R]], take: Callable[[Callable[[], Awaitable[R]]], Awaitable[R]] = _as_it_is
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


@contextmanager
def interruptions_told(note: str | None) -> Iterator[None]:
    """Add a note to whatever breaks in, such as Ctrl-C. Other frameworks than asyncio interrupt by errors of their own.

    Our own errors say by themselves what may have been done.
    """
    try:
        yield
    except QrelayError:
        raise
    except BaseException as interruption:
        if note is not None:
            interruption.add_note(note)
        raise
