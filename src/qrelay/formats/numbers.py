"""Numbers in payloads: no format has a word for infinite angles, and readers differ in what they make of them."""

from __future__ import annotations

from math import isfinite

from qrelay.errors import UnsupportedCircuit
from qrelay.program import Program
from qrelay.program.operations import NOT_GATES

__all__ = ["refuse_infinite"]


def refuse_infinite(program: Program) -> None:
    """Raise UnsupportedCircuit for the first gate with a parameter that is infinite or not a number.

    Writers call it when their text shows such a number, so that finite programs pay nothing.
    """
    for index, (name, _, arguments) in program.walk():
        if name not in NOT_GATES and not all(map(isfinite, arguments)):
            raise UnsupportedCircuit.at(index, name, f"has a parameter that is not a finite number: {arguments}.")
