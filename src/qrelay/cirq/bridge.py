"""duet's door to qrelay, and the only place that touches `duet.impl`.

duet is the asynchronous framework of `cirq.Sampler`. Importing this module lets whatever `cloud/` offers with the
suffix `_async` be awaited from a duet task as well as from asyncio, and keeps each duet task to its own sessions.
"""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Iterator
from concurrent.futures import Future
from types import FrameType
from typing import Any

from duet import impl
from duet.futuretools import AwaitableFuture

from qrelay.cloud.loop import add_bridge
from qrelay.cloud.session import add_lineage

__all__ = ["duet_bridge", "duet_tasks"]


def duet_bridge(future: Future[Any]) -> Awaitable[Any] | None:
    """The future as a duet task awaits it; None where no duet task is waiting. Interrupting the task cancels it."""
    try:
        impl.current_task()
    except RuntimeError:
        return None
    if _asyncio_within():
        return None
    awaitable: Awaitable[Any] = AwaitableFuture.wrap(future)
    return awaitable


def duet_tasks() -> list[object]:
    """The duet task that is running and all that it runs for: its parents, and tasks that called `duet.run`.

    All of duet's tasks in a thread share one context, so a context variable does not tell them apart.
    """
    try:
        lines = [impl.current_task()]
    except RuntimeError:
        return []
    advance = impl.Task.advance.__code__
    lines += [frame.f_locals["self"] for frame in _callers() if frame.f_code is advance]
    found: list[object] = []
    for line in lines:
        task: impl.Task[Any] | None = line
        while task is not None:
            found.append(task)
            task = task.main_task
    return found


def _asyncio_within() -> bool:
    """Whether an asyncio loop runs inside the duet task, and not the other way round.

    duet knows its task by a context variable, which asyncio's tasks and threads with a copied context inherit; and duet
    runs inside asyncio wherever a notebook calls a synchronous method. Who drives the waiting coroutine stands nearer
    on the stack.
    """
    for frame in _callers():
        module = frame.f_globals.get("__name__", "")
        if module in (impl.__name__, "asyncio.events"):
            return bool(module != impl.__name__)
    return False


def _callers() -> Iterator[FrameType]:
    frame = sys._getframe().f_back  # noqa: SLF001 - the one way to look at frames without their source lines
    while frame is not None:
        yield frame
        frame = frame.f_back


add_bridge(duet_bridge)
add_lineage(duet_tasks)
