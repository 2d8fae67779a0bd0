"""`AQT_JOB_INPUT_V1`: AQT's native operations, with angles in units of π and in the ranges that AQT takes.

R(θ, φ) turns by θ, from 0 to 1, about the axis at φ, from 0 to 2, in the plane of X and Y; RXX(θ) has θ from 0 to 0.5;
RZ(φ) is free. One MEASURE of all qubits ends the circuit: the layout says which qubit each bit reads.

Turns about Z are collected and written where they can be seen, before an RXX, at most one on each of its qubits: R
takes them along in its φ, and before the measurement nothing sees them.
Sources: the models of aqt-connector and qiskit-aqt-provider, which state AQT's public interface ("Arnica").
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import isnan, pi

from qrelay.errors import UnsupportedCircuit
from qrelay.formats.numbers import around, refuse_infinite
from qrelay.formats.steps import said_by, steps
from qrelay.formats.straight import straight
from qrelay.formats.traveling import layout_label
from qrelay.program import Operation, Program

__all__ = ["GATES", "MOST_OPERATIONS", "write"]

_FORMAT = "AQT_JOB_INPUT_V1"

GATES = frozenset({"r", "rz", "rxx"})
"""Gates that are written as they are, but for the ranges of their angles."""

MOST_OPERATIONS = 2000
"""What AQT takes in one circuit, MEASURE included."""


def write(program: Program, *, most_operations: int = MOST_OPERATIONS) -> bytes:
    """Write a straight-line program as an AQT job of one circuit, with the layout in the job's label.

    `repetitions` is 1: whoever sends the job puts the shots there. Barriers, delays and the global phase are left out.
    A program without qubits gets one, because AQT's registers have at least one.

    Args:
        most_operations: for services that take longer circuits than AQT's own.

    Raises:
        UnsupportedCircuit: names the operation and its index; see `straight` for the rules. Or the circuit comes to
            more operations than AQT takes.
    """
    gates = steps(straight(program, said_by(GATES), _FORMAT).gates, GATES)
    try:
        operations = [*_operations(gates, program.num_qubits), '{"operation":"MEASURE"}']
    except ValueError:  # the sine of an infinite angle, or a turn about Z that is no number
        refuse_infinite(program, GATES)
        raise
    if len(operations) > most_operations:
        raise UnsupportedCircuit(
            f"The circuit comes to {len(operations):,} operations of AQT's, and {most_operations:,} are the most that a"
            " circuit may have there. Make it shorter, or cut it into several."
        )
    body = ",".join(operations)
    if "nan" in body:
        refuse_infinite(program, GATES)
    return (
        f'{{"job_type":"quantum_circuit","label":"{layout_label([program.layout])}","payload":{{"circuits":['
        f'{{"repetitions":1,"number_of_qubits":{max(1, program.num_qubits)},"quantum_circuit":[{body}]}}'
        "]}}"
    ).encode()


def _operations(gates: Iterable[Operation], num_qubits: int) -> Iterator[str]:
    waiting = [0.0] * num_qubits  # turns about Z that nothing has seen yet
    for name, qubits, params in gates:
        if name == "rz":
            waiting[qubits[0]] = around(waiting[qubits[0]] + around(params[0]))
        elif name == "r":
            yield from _turn(qubits[0], around(params[0]), _after(params[1], waiting[qubits[0]]))
        else:
            yield from _entangle(qubits, params[0], waiting)
    if any(map(isnan, waiting)):
        raise ValueError("an angle that is no number")


def _entangle(qubits: tuple[int, ...], theta: float, waiting: list[float]) -> Iterator[str]:
    """RXX(θ + π) is RXX(θ), X on both qubits and a phase; RXX(-θ) is RXX(θ) between two half turns about Z."""
    first, second = qubits
    theta = around(theta)
    flip = abs(theta) > pi / 2
    if flip:
        theta -= pi if theta > 0 else -pi
    back = 0.0
    if theta < 0:
        theta, back = -theta, -pi
        waiting[first] += pi
    for qubit in qubits:
        if waiting[qubit]:
            yield f'{{"operation":"RZ","qubit":{qubit},"phi":{waiting[qubit] / pi!r}}}'
    waiting[first], waiting[second] = back, 0.0
    if theta:
        yield f'{{"operation":"RXX","qubits":[{first},{second}],"theta":{theta / pi!r}}}'
    if flip:
        yield from _turn(first, pi, -back)
        yield from _turn(second, pi, 0.0)


def _after(phi: float, turned: float) -> float:
    """The axis at `phi` before a turn about Z. Large angles are brought near first, or would swallow it."""
    return (phi if 0 <= phi <= 2 * pi else around(phi)) - turned


def _turn(qubit: int, theta: float, phi: float) -> Iterator[str]:
    """R with θ from -π to π; a turn backwards is one forwards about the opposite axis."""
    if not theta:
        return
    if theta < 0:
        theta, phi = -theta, phi + pi
    if not 0 <= phi <= 2 * pi:
        phi = around(phi)
        if phi < 0:
            phi = min(phi + 2 * pi, 2 * pi)
    yield f'{{"operation":"R","qubit":{qubit},"phi":{phi / pi + 0.0!r},"theta":{theta / pi!r}}}'
