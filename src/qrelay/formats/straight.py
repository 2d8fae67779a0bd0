"""Straight-line programs: gates, then final measurements. What formats without mid-circuit work can say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NoReturn

from qrelay.errors import UnsupportedCircuit
from qrelay.program import Operation, Program
from qrelay.program.control import unroll
from qrelay.program.lowering import lower
from qrelay.program.operations import BLOCKS, NOT_GATES

__all__ = ["Straight", "straight"]


@dataclass(frozen=True, slots=True)
class Straight:
    """A program as gates and a measurement map.

    Attributes:
        gates: every gate in order, in the format's gates; nothing else, but barriers among them where these were asked
            for.
        measured: the qubit that each measured classical bit reads; later measurements into a bit replace earlier ones.
    """

    gates: Sequence[Operation]
    measured: Mapping[int, int]


def straight(program: Program, gates: frozenset[str], format_name: str, *, barriers: bool = False) -> Straight:
    """Take a program apart for a format that knows only gates and final measurements.

    Rules:
        A measurement is final if no gate, reset or block touches its qubit afterwards; measuring that qubit again is
        fine, it only reads the same value into one more bit.
        A reset of a qubit that nothing has touched does nothing and is left out; any other is refused.
        Barriers and delays are left out: they do not change what an ideal machine computes. With `barriers`, those
        before the first measurement stay.
        Loops over known values are written out; all other control flow is refused.

    Raises:
        UnsupportedCircuit: for anything else, with the operation's name and its index in the circuit.
    """
    lowered = lower(unroll(program), gates, where=format_name)
    operations = lowered.operations
    special = NOT_GATES & lowered.names
    if not special:
        return Straight(operations, {})

    names = [operation[0] for operation in operations]
    first_special = min(map(names.index, special))
    kept = operations[:first_special]
    measured: dict[int, int] = {}
    done: set[int] = set()
    touched: set[int] | None = None  # what gates act on, worked out when a reset asks for it
    for index in range(first_special, len(operations)):
        operation = operations[index]
        name, qubits, arguments = operation
        if name == "measure":
            measured[arguments[0]] = qubits[0]
            done.add(qubits[0])
        elif name == "barrier" and barriers and qubits and not done:
            kept.append(operation)
        elif name in ("barrier", "delay"):
            continue
        elif name == "reset":
            if touched is None:
                touched = {qubit for name, used, _ in kept if name != "barrier" for qubit in used}
            if qubits[0] in done or qubits[0] in touched:
                _refuse(program, lowered, index, "resets a qubit that was used before", format_name)
        elif name in NOT_GATES:
            _refuse(program, lowered, index, "depends on classical control flow", format_name)
        else:
            if not done.isdisjoint(qubits):
                _refuse(program, lowered, index, "acts on a qubit that was measured before", format_name)
            if touched is not None:
                touched.update(qubits)
            kept.append(operation)
    return Straight(kept, measured)


def _refuse(program: Program, lowered: Program, index: int, why: str, format_name: str) -> NoReturn:
    position, name = lowered.position(index), lowered.operations[index][0]
    there = [operation[0] for place, operation in enumerate(program.operations) if program.position(place) == position]
    if len(there) == 1 and there[0] not in BLOCKS:
        name = there[0]  # the circuit's own word for what lowering made several operations of
    raise UnsupportedCircuit.at(
        position,
        name,
        f"{why}, and {format_name} cannot say that."
        " Measure at the end, or choose a target and format with mid-circuit work.",
    )
