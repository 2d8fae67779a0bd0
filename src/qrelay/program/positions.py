"""Where in the circuit that was read each operation of a program comes from."""

from __future__ import annotations

from collections.abc import Sized

__all__ = ["Positions"]


class Positions:
    """Kept by readers while they write into `out`; costs nothing until a step becomes more or fewer operations."""

    def __init__(self, out: Sized) -> None:
        self._out = out
        self._found: list[int] | None = None
        self._settled = 0  # steps of the circuit whose positions stand in `_found`

    def expanded(self, index: int, before: int) -> None:
        """The step of that index has become what stands in `out` from `before` on."""
        count = len(self._out) - before
        if count == 1:
            return
        if self._found is None:
            self._found = []
        self._found.extend(range(self._settled, index))
        self._found.extend([index] * count)
        self._settled = index + 1

    def finish(self, steps: int) -> list[int] | None:
        """For each operation the index of its step; None if that is its own index."""
        if self._found is not None:
            self._found.extend(range(self._settled, steps))
        return self._found
