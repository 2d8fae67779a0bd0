"""Hides what Qiskit 1 deprecates inside itself, one thread at a time.

Python's `warnings.catch_warnings` swaps state of the whole process. Two threads inside it at once restore each other's
filters: one meets warnings that it had hidden, and a filter meant for a moment may stay. Qiskit 2 needs none of this.
"""

from __future__ import annotations

import os
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

__all__ = ["quietly"]

_Result = TypeVar("_Result")
_TRIES = 8


class _Turn:
    """The lock; a forked child gets a free one."""

    def __init__(self) -> None:
        self._renew()
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._renew)

    def _renew(self) -> None:
        self.lock = threading.RLock()


_TURN = _Turn()


@contextmanager
def _quieted(*categories: type[Warning]) -> Iterator[None]:
    """Ignore warnings of these categories inside the block. Other threads that want the same wait until it ends."""
    with _TURN.lock, warnings.catch_warnings():
        for category in categories:
            warnings.simplefilter("ignore", category)
        yield


def quietly(work: Callable[[], _Result], *categories: type[Warning]) -> _Result:
    """`work()` with warnings of these categories ignored. It may be called more than once.

    Somebody else's `catch_warnings`, such as one of Qiskit's in another thread, puts its own filters back when it ends,
    and takes ours away. Where warnings are errors, the work then breaks off in the middle; so it is begun again.
    """
    for _ in range(_TRIES):
        try:
            with _quieted(*categories):
                return work()
        except categories:
            continue
    with _quieted(*categories):
        return work()
