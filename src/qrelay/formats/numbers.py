"""Numbers in payloads: no format has a word for infinite angles, and readers differ in what they make of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import atan2, cos, isfinite, pi, sin
from typing import Any

from pydantic_core import to_json

from qrelay.errors import UnsupportedCircuit
from qrelay.program import Angle, Program
from qrelay.program.control import unroll
from qrelay.program.lowering import lower
from qrelay.program.operations import NOT_GATES

__all__ = ["around", "refuse_infinite", "texts"]


def refuse_infinite(program: Program, gates: frozenset[str]) -> None:
    """Raise UnsupportedCircuit for the first gate with a parameter that is infinite or not a number, as it stands in
    the program or once it is lowered to the format's gates. An angle with parameters is neither: it will be a number.

    Writers call it when their text shows such a number, so that finite programs pay nothing.
    """
    for index, (name, _, arguments) in program.walk():
        if _is_infinite(name, arguments):
            raise UnsupportedCircuit.at(index, name, f"has a parameter that is not a finite number: {arguments}.")
    own_names = {program.position(place): operation[0] for place, operation in enumerate(program.operations)}
    for index, (name, _, arguments) in lower(unroll(program), gates).walk():
        if _is_infinite(name, arguments):
            why = f"becomes {name!r} with a parameter that is not a finite number: {arguments}. Give it smaller angles."
            raise UnsupportedCircuit.at(index, own_names[index], why)


def around(angle: float) -> float:
    """The same angle from -π to π, and itself if it lies there; ValueError if it is infinite.

    By way of its sine and cosine: these know more of π than a float holds, which large angles show.
    """
    return angle if -pi <= angle <= pi else atan2(sin(angle), cos(angle))


def texts(numbers: Sequence[float], number: Callable[[float], str]) -> list[str]:
    """`number` of each of these finite floats, all at once and several times as fast.

    `number` is Python's `repr`, but for exponents. Python and pydantic both write the shortest digits that give the
    same float again, and differ in where exponents begin and how these look: then `number` writes them.
    """
    if not numbers:
        return []
    text = to_json(numbers).decode()
    if "e" in text or "0.0000" in text:
        return list(map(number, numbers))
    return text[1:-1].split(",")


def _is_infinite(name: str, arguments: tuple[Any, ...]) -> bool:
    if name == "pauliexp":
        _, coefficients, time = arguments
        arguments = tuple([2 * time * value for value in coefficients])
    return name not in NOT_GATES and not all(isinstance(value, Angle) or isfinite(value) for value in arguments)
