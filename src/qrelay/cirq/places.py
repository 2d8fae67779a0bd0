"""Indices instead of qubits, and operations that are shared: a circuit has few different ones of both."""

from __future__ import annotations

from typing import Any

from qrelay.program import Operation
from qrelay.program.definitions import Step

__all__ = ["Fixed", "Shared", "Where"]


class Where(dict[tuple[Any, ...], tuple[int, ...]]):
    """Indices of tuples of qubits, remembered.

    A qubit that is not among `places` comes from a decomposition that takes helping qubits: it gets the next index, so
    that it is a qubit of its own, which starts in 0 like all others.
    """

    def __init__(self, places: dict[Any, int]) -> None:
        self._places = places

    def __missing__(self, qubits: tuple[Any, ...]) -> tuple[int, ...]:
        places = self._places
        for qubit in qubits:
            places.setdefault(qubit, len(places))
        found = self[qubits] = tuple([places[qubit] for qubit in qubits])
        return found


class Fixed(dict[tuple[Any, ...], Operation]):
    """A gate that is a single step: one shared operation for each tuple of qubits."""

    def __init__(self, step: Step, where: Where) -> None:
        self._step, self._where = step, where

    def __missing__(self, qubits: tuple[Any, ...]) -> Operation:
        name, local, params = self._step
        places = self._where[qubits]
        operation = self[qubits] = (name, tuple([places[i] for i in local]), params)
        return operation


class Shared(dict[Step, Fixed]):
    """The one `Fixed` of each step."""

    def __init__(self, where: Where) -> None:
        self._where = where

    def __missing__(self, step: Step) -> Fixed:
        fixed = self[step] = Fixed(step, self._where)
        return fixed
