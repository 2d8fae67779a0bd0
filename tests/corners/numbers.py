"""Circuits with one certain answer: a number, written in the bits of one register or key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from corners.drawing import Drawing
from corners.way import Records

__all__ = ["number", "numbers_read"]

_WIDTH = 4
_NAME = "m"


def number(value: int, name: str | None = None) -> Drawing:
    """Four qubits, and as many bits, which all show `value`."""
    flips = [("x", qubit) for qubit in range(_WIDTH) if value >> qubit & 1]
    return Drawing(_WIDTH, flips, {_NAME: range(_WIDTH)}, name)


def numbers_read(found: Sequence[Records | None]) -> list[Mapping[int, int] | None]:
    """How often every number was read; None for a circuit without an answer."""
    return [
        None if records is None else {_value(dict(one)[_NAME]): n for one, n in records.items()} for records in found
    ]


def _value(bits: Sequence[int]) -> int:
    return sum(bit << place for place, bit in enumerate(bits))
