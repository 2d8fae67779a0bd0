"""Gates as a format's own, one at a time: for writers that go through them once and need no list."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

from qrelay.program import Operation
from qrelay.program.definitions import Step
from qrelay.program.lowering import lowering

__all__ = ["said_by", "steps"]


@lru_cache(maxsize=16)
def said_by(gates: frozenset[str]) -> frozenset[str]:
    """Every gate of the table that can be written in these."""
    return frozenset(lowering(gates).costs)


def steps(operations: Iterable[Operation], gates: frozenset[str]) -> Iterator[Operation]:
    """Gates of `said_by(gates)`, each as the same steps as `lower` writes; operations that are no gates as they are.

    A global phase is left out.
    """
    way = lowering(gates)
    known: dict[str, tuple[Step, ...]] = {}
    for operation in operations:
        name, qubits, params = operation
        if name in gates or not way.can(name):
            yield operation
            continue
        parts = known.get(name)
        if parts is None:
            parts = way.steps(name, params)[0]
            if not params:
                known[name] = parts
        for part, local, angles in parts:
            yield part, tuple([qubits[place] for place in local]), angles
