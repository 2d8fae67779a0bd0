"""The words that definitions are made of: steps in other gates, first step first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

__all__ = ["Definition", "Step", "around", "fixed", "phase", "step"]

Step: TypeAlias = tuple[str, tuple[int, ...], tuple[float, ...]]
Definition: TypeAlias = Callable[..., Sequence[Step]]


def step(name: str, qubits: Sequence[int] = (0,), *params: float) -> Step:
    """One step, on the gate's first qubit unless told otherwise."""
    return name, tuple(qubits), params


def phase(angle: float) -> Step:
    """A global phase in radians."""
    return "global_phase", (), (angle,)


def fixed(*steps: Step) -> Definition:
    """A definition without parameters."""
    return lambda: steps


def around(outer: str, qubits: Sequence[int], *inner: Step, back: str = "") -> tuple[Step, ...]:
    """Steps between `outer` and its inverse `back` (itself if not named) on each of the qubits."""
    return (*(step(outer, (q,)) for q in qubits), *inner, *(step(back or outer, (q,)) for q in qubits))
