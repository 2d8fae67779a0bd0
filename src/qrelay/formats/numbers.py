"""Numbers in payloads: no format has a word for infinite angles, and readers differ in what they make of them."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite

from qrelay.errors import UnsupportedCircuit
from qrelay.program import Operation, Program

__all__ = ["refuse_infinite"]


def refuse_infinite(program: Program, operations: Sequence[Operation]) -> None:
    """Raise UnsupportedCircuit for the first operation with a parameter that is infinite or not a number.

    Writers call it when their text shows such a number, so that finite programs pay nothing.
    """
    for index, (name, _, arguments) in enumerate(operations):
        if any(isinstance(value, float) and not isfinite(value) for value in arguments):
            position = program.position(index) if operations is program.operations else None
            raise UnsupportedCircuit(
                f"{name!r} has a parameter that is not a finite number: {arguments}.", operation=name, index=position
            )
