"""What the tests of each service set up alike: accounts that are closed at the end, a program whose answer is known."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from qrelay.cloud import Account
from qrelay.program import Program, Register

__all__ = ["closed_at_the_end", "flips"]

A = TypeVar("A", bound=Account)


@contextmanager
def closed_at_the_end(make: Callable[..., A]) -> Iterator[Callable[..., A]]:
    """`make`, whose accounts are closed when the block ends."""
    opened: list[A] = []

    def made(*arguments: Any, **options: Any) -> A:
        opened.append(make(*arguments, **options))
        return opened[-1]

    yield made
    for account in opened:
        account.close()


def flips(bits: str, name: str = "flips") -> Program:
    """X on the qubits whose bit is 1; bit i from qubit i; `bits` is written highest first."""
    count = len(bits)
    ones = [index for index in range(count) if bits[count - 1 - index] == "1"]
    operations: list[Any] = [("x", (index,), ()) for index in ones]
    operations += [("measure", (index,), (index,)) for index in range(count)]
    return Program(count, count, operations, (Register("c", tuple(range(count))),), name=name)
