"""Machines that keep books of turns about Z: a gate's steps with the turns about Z gathered, and sums of such turns.

A turn about Z that came before an axis in the plane of X and Y is as good as one that comes after, about an axis turned
the other way (McKay et al., arXiv:1612.00858). So writers keep for each qubit a frame, the turn that is still to come,
and write what `rows` makes of a gate on some qubits: most of the text is made once for all gates of that name there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from math import isnan, pi, remainder, tau
from typing import Generic, TypeAlias, TypeVar

from qrelay.formats.numbers import around
from qrelay.program.gates import ALIASES, GATES
from qrelay.program.lowering import Lowering, lowering
from qrelay.program.plans import Sum

__all__ = ["Part", "Rows", "Whole", "brought", "near", "parts", "said_by"]

Part: TypeAlias = tuple[str, tuple[int, ...], tuple[Sum, ...]]
"""A step of a gate: its name, which of the gate's qubits it acts on, its parameters as sums over the gate's."""

Row = TypeVar("Row")

_AXES = {"r": (1,), "gpi": (0,), "gpi2": (0,), "ms": (0, 1)}
"""Which parameters are angles of axes, one for each qubit."""

_LETS_PASS = frozenset({*_AXES, "cz", "rzz"})

_SMALL = 100.0  # radians: so many times round, a float of 2π is as good as 2π itself
_MOST_ROWS = 4096


@lru_cache(maxsize=16)
def said_by(gates: frozenset[str]) -> frozenset[str]:
    """Every gate of the table that can be written in these."""
    return frozenset(lowering(gates).costs)


def near(angle: float) -> float:
    """The same angle from -π to π, and itself if it lies there; ValueError if it is no finite number."""
    if -pi <= angle <= pi:
        return angle
    if -_SMALL <= angle <= _SMALL:
        return remainder(angle, tau)
    if isnan(angle):
        raise ValueError("an angle that is no number")
    return around(angle)


def brought(angle: float, frame: float) -> float:
    """The axis at `angle` before the turn `frame`, from -π to π. Large angles come near first, or would swallow it."""
    return near(around(angle) - frame)


def parts(way: Lowering, name: str) -> tuple[Part, ...]:
    """The steps of a gate. If it has no parameters, turns about Z come last, or before the next step that sees them."""
    name = ALIASES.get(name, name)
    steps = way.plan(name).steps
    if GATES[name].num_params:  # a large one would swallow the others
        return steps
    frame: dict[int, float] = {}
    out: list[Part] = []

    def written(qubits: Sequence[int]) -> list[Part]:
        turns = [(qubit, near(frame.pop(qubit, 0.0))) for qubit in qubits]
        return [("rz", (qubit,), ((turn, ()),)) for qubit, turn in turns if turn]

    for word, local, sums in steps:
        if word == "rz":
            frame[local[0]] = frame.get(local[0], 0.0) + sums[0][0]
            continue
        values = [value for value, _ in sums]
        for place, qubit in zip(_AXES.get(word, ()), local, strict=False):
            values[place] = near(values[place] - frame.get(qubit, 0.0))
        if word not in _LETS_PASS:
            out += written(local)
        out.append((word, local, tuple([(value, ()) for value in values])))
    return (*out, *written(list(frame)))


class Rows(dict[tuple[int, ...], tuple[Row, ...]], Generic[Row]):
    """What is to be written for one gate, by its qubits; `make` makes a part on its qubits."""

    def __init__(self, of: Sequence[Part], make: Callable[[str, tuple[int, ...], tuple[Sum, ...]], Row]) -> None:
        self._parts, self._make = of, make

    def __missing__(self, qubits: tuple[int, ...]) -> tuple[Row, ...]:
        if len(self) >= _MOST_ROWS:
            self.clear()
        rows = self[qubits] = tuple(
            [self._make(name, tuple([qubits[place] for place in local]), sums) for name, local, sums in self._parts]
        )
        return rows


class Whole(Rows[Row]):
    """The same for an operation that takes any number of qubits and is its only part."""

    def __init__(self, name: str, make: Callable[[str, tuple[int, ...], tuple[Sum, ...]], Row]) -> None:
        super().__init__((), make)
        self._name = name

    def __missing__(self, qubits: tuple[int, ...]) -> tuple[Row, ...]:
        rows = self[qubits] = (self._make(self._name, qubits, ()),)
        return rows
