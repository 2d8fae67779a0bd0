"""The one event loop on which all I/O of qrelay runs, in a thread of its own.

The synchronous face calls into it (`call`), the `_async` methods wait for it from any asyncio loop (`later`).
`later` is the only place that knows which asynchronous framework is waiting.
"""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import contextvars
import os
import sys
import threading
import weakref
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from concurrent.futures import Future
from typing import Any, Protocol, TypeVar

__all__ = ["add_bridge", "adopt", "call", "in_thread", "later", "side_by_side", "start"]

T = TypeVar("T")


class Closable(Protocol):
    async def aclose(self) -> None: ...


class _Background:
    """A running loop and its thread."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.clients: weakref.WeakSet[Closable] = weakref.WeakSet()
        self.thread = threading.Thread(target=self._run, name="qrelay-loop", daemon=True)
        self.thread.start()

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        try:
            self.loop.run_forever()
        finally:
            pending = asyncio.all_tasks(self.loop)
            for task in pending:
                task.cancel()
            if pending:
                self.loop.run_until_complete(asyncio.wait(pending, timeout=1))
            for client in list(self.clients):
                self.loop.run_until_complete(client.aclose())
            self.loop.run_until_complete(self.loop.shutdown_asyncgens())
            self.loop.close()

    def stop(self) -> None:
        if self.thread.is_alive() and not self.loop.is_closed():
            self.loop.call_soon_threadsafe(self.loop.stop)
            self.thread.join(timeout=2)


Bridge = Callable[[Future[Any]], Awaitable[Any] | None]
"""Makes a future awaitable in an asynchronous framework of its own; None where that framework is not at work."""

_bridges: list[Bridge] = []
_lock = threading.Lock()
_closing: set[asyncio.Task[None]] = set()
_background: _Background | None = None


def _get() -> _Background:
    global _background  # noqa: PLW0603 - one loop a process is the point
    if sys.is_finalizing():  # a thread started now would never run, and waiting for it would hang the exit
        raise RuntimeError("The interpreter is shutting down; qrelay can no longer reach the service.")
    with _lock:
        if _background is None:
            _background = _Background()
        return _background


def _forget() -> None:
    """In a forked child: the parent's thread does not exist here, and its lock may be held for ever."""
    global _lock, _background  # noqa: PLW0603
    _lock = threading.Lock()
    _background = None


def _stop() -> None:
    if _background is not None:
        _background.stop()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
atexit.register(_stop)


def start(function: Callable[..., Coroutine[Any, Any, T]], *args: Any, **kwargs: Any) -> Future[T]:
    """Run a coroutine function on the loop. Nothing of the caller's context leaks into it."""
    background = _get()

    def schedule() -> Future[T]:
        return asyncio.run_coroutine_threadsafe(function(*args, **kwargs), background.loop)

    return contextvars.Context().run(schedule)


def call(function: Callable[..., Coroutine[Any, Any, T]], *args: Any, **kwargs: Any) -> T:
    """Run a coroutine function on the loop and wait for it. Ctrl-C returns at once and cancels it there."""
    if threading.current_thread() is _get().thread:
        raise RuntimeError(
            "A synchronous qrelay call on qrelay's own event loop would wait for itself; await its _async twin."
        )
    future = start(function, *args, **kwargs)
    try:
        return future.result()
    except BaseException:
        future.cancel()
        raise


async def later(function: Callable[..., Coroutine[Any, Any, T]], *args: Any, **kwargs: Any) -> T:
    """Await a coroutine function that runs on qrelay's loop, from any asyncio loop; cancelling cancels it there.

    Frameworks that have joined by `add_bridge` may await it, too.
    """
    future = start(function, *args, **kwargs)
    for bridge in _bridges:
        waiting = bridge(future)
        if waiting is not None:
            result: T = await waiting
            return result
    return await asyncio.wrap_future(future)


def add_bridge(bridge: Bridge) -> None:
    """Let another asynchronous framework wait for what runs here. It is asked before asyncio."""
    if bridge not in _bridges:
        _bridges.append(bridge)


async def in_thread(function: Callable[..., T], *args: Any) -> T:
    """Await a computation that would block the waiting loop."""
    return await later(_threaded, function, *args)


def adopt(owner: object, client: Closable) -> None:
    """Close a client of the running loop when its owner is forgotten, or when the loop stops: whichever comes first.

    For owners that nobody closed. Nothing waits here, so that it may happen during garbage collection.
    """
    running = asyncio.get_running_loop()
    background = _background
    if background is not None and background.loop is running:
        background.clients.add(client)
    finalizer = weakref.finalize(owner, _let_go, client, running)
    finalizer.atexit = False


def _let_go(client: Closable, running: asyncio.AbstractEventLoop) -> None:
    def close() -> None:
        task = running.create_task(client.aclose())
        _closing.add(task)
        task.add_done_callback(_closing.discard)

    if running.is_running() and not sys.is_finalizing():
        with contextlib.suppress(RuntimeError):  # it stopped meanwhile
            running.call_soon_threadsafe(close)


async def _threaded(function: Callable[..., T], *args: Any) -> T:
    return await asyncio.to_thread(function, *args)


async def side_by_side(function: Callable[[int], Awaitable[T]], indices: Sequence[int]) -> list[T]:
    """The function's results for these numbers, in order. When one raises, the others are cancelled, and its error
    comes out bare."""

    async def one(index: int) -> T:
        return await function(index)

    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one(index)) for index in indices]
    except BaseExceptionGroup as errors:
        raise errors.exceptions[0] from None
    return [task.result() for task in tasks]
