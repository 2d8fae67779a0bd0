"""Faults to order: a service that throttles, breaks, stalls, or commits and then loses its answer.

    Fault("PUT", "*/jobs/*", drop=True)                  the job is made, the connection breaks before the answer
    Fault("POST", "*/jobs", status=502, committed=True)  the job is made, the answer is a gateway's
    Fault("GET", "*/jobs/*", status=503, retry_after=2)  refused twice: times=2
    Fault("GET", "/*/rawOutputData", status=404, code="BlobNotFound", delay=0.1)

As text, for the command line: `PUT */jobs/* drop`, `POST */jobs status=502 committed`,
`GET */jobs/* status=503 retry-after=2 times=2`.
"""

from __future__ import annotations

import asyncio
import fnmatch
import shlex
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

import httpx

from qrelay.errors import InvalidOption

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from starlette.responses import Response
    from starlette.types import Message, Receive, Scope, Send

    from qrelay.local.halves import Halves

__all__ = ["Fault", "Faults", "parse_fault"]


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong with requests of that method and path.

    method: an HTTP method, or * for any. path: a pattern (* and ?) for the whole path, the query left out.
    after: so many matching requests pass first. times: so many are hit then, None for all.
    delay: seconds before anything else. drop: the request is carried out, its answer is lost with the connection.
    status, code, body, retry_after: the answer given in place of carrying the request out; without `body` it is that
    service's own kind of error, with `code` in it. committed: the request is carried out all the same.
    """

    method: str = "*"
    path: str = "*"
    status: int | None = None
    code: str = "InjectedFault"
    body: str | None = None
    retry_after: float | None = None
    delay: float = 0.0
    drop: bool = False
    committed: bool = False
    after: int = 0
    times: int | None = 1

    def __post_init__(self) -> None:
        if self.drop and self.status is not None:
            raise InvalidOption(
                "a fault either drops the answer or gives one: set drop or status, not both", option="faults"
            )
        if self.committed and self.status is None:
            raise InvalidOption("a fault that is committed needs the status to answer with", option="faults")
        if not (self.code.isascii() and self.code.isprintable()):
            raise InvalidOption(f"the code of a fault travels in a header, {self.code!r} cannot", option="faults")
        if not self.drop and self.status is None and not self.delay:
            raise InvalidOption("a fault needs something to do: set status, drop or delay", option="faults")


_WORDS: dict[str, Callable[[str], object]] = {
    "status": int,
    "retry-after": float,
    "delay": float,
    "after": int,
    "times": lambda value: None if value == "all" else int(value),
    "code": str,
    "body": str,
    "drop": lambda value: not value,
    "committed": lambda value: not value,
}
_FLAGS = ("drop", "committed")


def parse_fault(text: str) -> Fault:
    """Read `METHOD PATH word …`, the words being drop, committed, status=N, code=C, body=TEXT, retry-after=S, delay=S,
    after=N, times=N or times=all. Raises InvalidOption for anything else."""
    try:
        words = shlex.split(text)
    except ValueError:  # a quote that is never closed
        words = []
    if len(words) < 3:
        raise InvalidOption(
            f"a fault reads METHOD PATH WHAT…, for example 'PUT */jobs/* drop', not {text!r}", option="faults"
        )
    given: dict[str, object] = {"method": words[0], "path": words[1]}
    for word in words[2:]:
        name, _, value = word.partition("=")
        reader = _WORDS.get(name)
        try:
            given[name.replace("-", "_")] = reader(value) if reader else None
        except ValueError:
            reader = None
        if reader is None or (name in _FLAGS) == bool(value):
            raise InvalidOption(f"cannot read {word!r} in the fault {text!r}", option="faults")
    return Fault(**given)  # type: ignore[arg-type]


class Faults:
    """The services with faults in front of them. An ASGI application itself; faults may be added at any time."""

    def __init__(self, halves: Halves, faults: Iterable[Fault | str] = ()) -> None:
        self._app = halves
        self._lock = threading.Lock()
        self._seen: list[tuple[Fault, list[int]]] = []
        self.add(*faults)

    def add(self, *faults: Fault | str) -> None:
        ordered = [parse_fault(fault) if isinstance(fault, str) else fault for fault in faults]
        with self._lock:
            self._seen.extend((fault, [0]) for fault in ordered)

    def clear(self) -> None:
        with self._lock:
            self._seen.clear()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        fault = self._due(scope) if scope["type"] == "http" else None
        if fault is None:
            await self._app(scope, receive, send)
            return
        if fault.delay:
            await asyncio.sleep(fault.delay)
        if fault.drop:
            await self._app(scope, receive, _swallow)
            await _hang_up(send)
        elif fault.status is not None:
            if fault.committed:
                await self._app(scope, receive, _swallow)
            await self._answer(fault, fault.status, scope["path"])(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _answer(self, fault: Fault, status: int, path: str) -> Response:
        answer = self._app.of(path).error(path, status, fault.code, "This fault was ordered.")
        if fault.body is not None:
            answer.body = fault.body.encode()
            answer.headers["content-length"] = str(len(answer.body))
        if fault.retry_after is not None:
            answer.headers["retry-after"] = f"{fault.retry_after:g}"
        return answer

    def _due(self, scope: Scope) -> Fault | None:
        with self._lock:
            for fault, seen in self._seen:
                if fault.method in ("*", scope["method"]) and fnmatch.fnmatchcase(scope["path"], fault.path):
                    seen[0] += 1
                    if seen[0] > fault.after and (fault.times is None or seen[0] <= fault.after + fault.times):
                        return fault
        return None


async def _swallow(message: Message) -> None:
    del message


async def _hang_up(send: Send) -> None:
    # uvicorn's `send` belongs to the object that holds the connection; ASGI itself has no word for breaking it off.
    transport = getattr(getattr(send, "__self__", None), "transport", None)
    if transport is None:
        # In process there is no connection: fail as a broken one does in the client.
        raise httpx.ReadError("the connection was closed before the answer came")
    transport.abort()
    await asyncio.sleep(0.05)  # until uvicorn has noticed; it would answer 500 on its own otherwise
