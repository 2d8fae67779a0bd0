"""duet's door to qrelay's event loop, and the only place that touches `duet.impl`.

duet is the asynchronous framework of `cirq.Sampler`. Importing this module lets whatever `cloud/` offers with the
suffix `_async` be awaited from a duet task as well as from asyncio.
"""

from __future__ import annotations

import sys
from collections.abc import Awaitable
from concurrent.futures import Future
from typing import Any

import duet
from duet import impl

from qrelay.cloud import loop

__all__ = ["duet_bridge"]


def duet_bridge(future: Future[Any]) -> Awaitable[Any] | None:
    """The future as a duet task awaits it; None where no duet task is waiting. Interrupting the task cancels it."""
    try:
        impl.current_task()
    except RuntimeError:
        return None
    if _asyncio_within():
        return None
    awaitable: Awaitable[Any] = duet.AwaitableFuture.wrap(future)
    return awaitable


def _asyncio_within() -> bool:
    """Whether an asyncio loop runs inside the duet task, and not the other way round.

    duet knows its task by a context variable, which asyncio's tasks and threads with a copied context inherit; and duet
    runs inside asyncio wherever a notebook calls a synchronous method. Who drives the waiting coroutine stands nearer
    on the stack.
    """
    frame = sys._getframe()  # noqa: SLF001 - the one way to look at frames without their source lines
    caller = frame.f_back
    while caller is not None:
        module = caller.f_globals.get("__name__", "")
        if module == impl.__name__:
            return False
        if module == "asyncio.events":
            return True
        caller = caller.f_back
    return False


loop.add_bridge(duet_bridge)
