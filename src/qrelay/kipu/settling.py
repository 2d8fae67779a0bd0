"""What became of a request whose answer was lost: the service is asked until it must have made up its mind."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from qrelay.cloud.clock import Clock

__all__ = ["Mark", "Settling"]

T = TypeVar("T")

_FIRST_PAUSE = 1.0
_CLOCKS_DIFFER = timedelta(hours=27)  # this machine's from the service's: by time zones taken for UTC, and an hour


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment, by the wall clock and by one that never runs backwards."""

    wall: datetime
    ticks: float

    def before(self, moment: datetime | None) -> bool:
        """Whether something made at that moment of the service's clock may have been made after this one."""
        return moment is None or moment >= self.wall - _CLOCKS_DIFFER


class Settling:
    """Looks for what may have been made, at growing distances, until `seconds` after the trouble."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        self._clock = clock
        self._seconds = seconds

    def mark(self) -> Mark:
        return Mark(self._clock.now(), self._clock.monotonic())

    async def seek(self, look: Callable[[], Awaitable[T | None]], trouble: Mark) -> T | None:
        """What `look` finds; None if the last look, once the time was over, found nothing either."""
        pause = _FIRST_PAUSE
        while True:
            left = trouble.ticks + self._seconds - self._clock.monotonic()
            found = await look()
            if found is not None or left <= 0:
                return found
            await self._clock.sleep(min(pause, left))
            pause *= 2
