"""`AQT_JOB_INPUT_V1`: AQT's native operations, with angles in units of π and in the ranges that AQT takes.

R(θ, φ) turns by θ, from 0 to 1, about the axis at φ, from 0 to 2, in the plane of X and Y; RXX(θ) has θ from 0 to 0.5;
RZ(φ) is free. One MEASURE of all qubits ends the circuit: the layout says which qubit each bit reads.

Turns about Z are collected and written where they can be seen, before an RXX, at most one on each of its qubits: R
takes them along in its φ, and before the measurement nothing sees them.
Sources: the models of aqt-connector and qiskit-aqt-provider, which state AQT's public interface ("Arnica").
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from math import isfinite, pi, tau
from typing import Any, TypeAlias

from qrelay.errors import UnsupportedCircuit
from qrelay.formats.frames import Rows, near, parts, said_by
from qrelay.formats.numbers import refuse_infinite
from qrelay.formats.pieces import ITEMS_AT_ONCE, joined
from qrelay.formats.straight import straight
from qrelay.formats.traveling import layout_label
from qrelay.program import Operation, Program
from qrelay.program.lowering import lowering
from qrelay.program.plans import Sum, value_of

__all__ = ["GATES", "MOST_OPERATIONS", "write"]

_FORMAT = "AQT_JOB_INPUT_V1"

_FREE = frozenset({"rz"})
GATES = _FREE | {"r", "rxx"}
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
    gates = straight(program, said_by(GATES), _FORMAT).gates
    writer = _Writer(program.num_qubits)
    head = (
        f'{{"job_type":"quantum_circuit","label":"{layout_label([program.layout])}","payload":{{"circuits":['
        f'{{"repetitions":1,"number_of_qubits":{max(1, program.num_qubits)},"quantum_circuit":['
    )
    try:
        body = joined(writer.groups(gates), head, "]}]}}", finite=True)
    except ValueError:  # an angle that is not finite
        refuse_infinite(program, GATES)
        raise
    if writer.written > most_operations:
        raise UnsupportedCircuit(
            f"The circuit comes to {writer.written:,} operations of AQT's, and {most_operations:,} are the most that a"
            " circuit may have there. Make it shorter, or cut it into several."
        )
    assert body is not None
    return body


_TURN, _FRAME, _PAIR, _STEP = range(4)
"""What a row asks for: R of a known angle, a turn of the frame, RXX of an angle that AQT takes, anything else."""

_Row: TypeAlias = tuple[int, Any, str, float, str]
"""What, the qubit or qubits, the beginning of its text, the angle about Z or of the axis, the end of its text."""

_Step: TypeAlias = tuple[str, tuple[int, ...], tuple[Sum, ...]]
"""Of a gate with parameters: a step's name, qubits, and sums over these."""


class _Writer:
    """Operations as text. `waiting` has each qubit's turns about Z that nothing has seen yet."""

    def __init__(self, num_qubits: int) -> None:
        self.written = 0
        self._waiting = [0.0] * num_qubits
        self._items: list[str] = []
        self._way = lowering(GATES, _FREE)
        self._rows: dict[str, Rows[_Row]] = {}
        self._steps: dict[str, Rows[_Step]] = {}

    def groups(self, gates: Sequence[Operation]) -> Iterator[list[str]]:
        """All operations, the measurement last. ValueError if an angle is no finite number."""
        for start in range(0, len(gates), ITEMS_AT_ONCE):
            self._gates(gates[start : start + ITEMS_AT_ONCE])
            self.written += len(self._items)
            yield self._items
            self._items = []
        self.written += 1
        yield ['{"operation":"MEASURE"}']

    def _gates(self, gates: Iterable[Operation]) -> None:
        add, waiting = self._items.append, self._waiting
        known = self._rows.get
        for name, qubits, params in gates:
            if params:
                self._open(name, qubits, params)
                continue
            rows = known(name)
            if rows is None:
                rows = self._rows[name] = Rows(parts(self._way, name), _row)
            for what, where, text, value, end in rows[qubits]:
                if what == _TURN:
                    phi = value - waiting[where]
                    if phi < 0:
                        phi = min(phi + tau, tau)
                    elif phi > tau:
                        phi -= tau
                    add(f"{text}{phi / pi!r}{end}")
                elif what == _FRAME:
                    turn = waiting[where] + value
                    waiting[where] = turn if -pi <= turn <= pi else near(turn)
                elif what == _PAIR:
                    for qubit in where:
                        if waiting[qubit]:
                            add(f'{{"operation":"RZ","qubit":{qubit},"phi":{waiting[qubit] / pi!r}}}')
                            waiting[qubit] = 0.0
                    add(text)
                else:
                    self._entangle(where, value)

    def _open(self, name: str, qubits: tuple[int, ...], params: Sequence[float]) -> None:
        """A gate with parameters."""
        waiting = self._waiting
        if name == "rz":
            (qubit,) = qubits
            waiting[qubit] = near(waiting[qubit] + near(params[0]))
            return
        steps = self._steps.get(name)
        if steps is None:
            steps = self._steps[name] = Rows(parts(self._way, name), lambda *step: step)
        for word, where, sums in steps[qubits]:
            value = value_of(sums[0], params)
            if not -pi <= value <= pi:
                value = near(value)
            if word == "rz":
                waiting[where[0]] = near(waiting[where[0]] + value)
            elif word == "r":
                self._turn(where[0], value, value_of(sums[1], params))
            else:
                self._entangle(where, value)

    def _turn(self, qubit: int, theta: float, phi: float) -> None:
        """R with θ from -π to π about any axis, before what waits."""
        if theta:
            start, axis, end = _parts_of_turn(qubit, theta, phi)
            self._items.append(f"{start}{_upwards(axis - self._waiting[qubit]) / pi!r}{end}")
        elif not isfinite(phi):
            raise ValueError("the axis of no turn at all, and no finite number")

    def _entangle(self, qubits: tuple[int, ...], theta: float) -> None:
        """RXX(θ + π) is RXX(θ), X on both qubits and a phase; RXX(-θ) is RXX(θ) between two half turns about Z."""
        first, second = qubits
        waiting, items = self._waiting, self._items
        flip = abs(theta) > pi / 2
        if flip:
            theta -= pi if theta > 0 else -pi
        back = 0.0
        if theta < 0:
            theta, back = -theta, -pi
            waiting[first] += pi
        for qubit in qubits:
            if waiting[qubit]:
                items.append(f'{{"operation":"RZ","qubit":{qubit},"phi":{waiting[qubit] / pi!r}}}')
        waiting[first], waiting[second] = back, 0.0
        if theta:
            items.append(_rxx(qubits, theta))
        if flip:
            self._turn(first, pi, 0.0)
            self._turn(second, pi, 0.0)


def _row(name: str, qubits: tuple[int, ...], sums: Sequence[Sum]) -> _Row:
    value = near(sums[0][0])
    if name == "rz":
        return _FRAME, qubits[0], "", value, ""
    if name == "r":
        start, axis, end = _parts_of_turn(qubits[0], value, sums[1][0])
        return _TURN, qubits[0], start, axis, end
    if 0 < value <= pi / 2:
        return _PAIR, qubits, _rxx(qubits, value), 0.0, ""
    return _STEP, qubits, "", value, ""


def _parts_of_turn(qubit: int, theta: float, phi: float) -> tuple[str, float, str]:
    """R's text before and after the angle of its axis, and that angle, from 0 to 2π.

    A turn backwards is one forwards about the opposite axis.
    """
    if theta < 0:
        theta, phi = -theta, (phi if 0 <= phi <= tau else near(phi)) + pi
    return f'{{"operation":"R","qubit":{qubit},"phi":', _upwards(phi), f',"theta":{theta / pi!r}}}'


def _upwards(angle: float) -> float:
    """The same angle from 0 to 2π, and itself if it lies there."""
    if 0 <= angle <= tau:
        return angle + 0.0
    angle = near(angle)
    return min(angle + tau, tau) if angle < 0 else angle + 0.0


def _rxx(qubits: tuple[int, ...], theta: float) -> str:
    return f'{{"operation":"RXX","qubits":[{qubits[0]},{qubits[1]}],"theta":{theta / pi!r}}}'
