"""Several services on one port, told apart by the path."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.responses import Response
    from starlette.types import ASGIApp, Receive, Scope, Send

__all__ = ["Half", "Halves"]


@dataclass(frozen=True, slots=True)
class Half:
    """One service: the application for all paths that begin with `prefix`, and its own way to word an error.

    `error` takes the path, the status, a code and a sentence.
    """

    prefix: str
    app: ASGIApp
    error: Callable[[str, int, str, str], Response]


class Halves:
    """The services in one application; the first whose prefix fits has the path, and the last has all others."""

    def __init__(self, halves: Sequence[Half]) -> None:
        self._halves = tuple(halves)

    def of(self, path: str) -> Half:
        return next((half for half in self._halves if path.startswith(half.prefix)), self._halves[-1])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.of(scope.get("path", "")).app(scope, receive, send)
