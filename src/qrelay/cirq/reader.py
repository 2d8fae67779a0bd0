"""Cirq circuit in, Program out, on Cirq 1.5 and later.

Common gates are read by type and exponent; anything else is taken apart as Cirq itself does it, down to gates that are
known or small enough to be read by their matrix.
"""

from __future__ import annotations

import cmath
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import chain, islice
from math import inf, isfinite, pi
from typing import Any, NoReturn

import cirq
import numpy as np

from qrelay.cirq.conditions import read_condition
from qrelay.cirq.controls import UNDER_CONTROL, controlled, products
from qrelay.cirq.decompositions import definition, matrix_of, taken_apart, why_not
from qrelay.cirq.gates import MEANINGS, SHORT, TURNS, Meaning, Unresolved, number, of_matrix
from qrelay.cirq.measurements import Measurements
from qrelay.cirq.places import Fixed, Shared, Where
from qrelay.cirq.symbols import Expressions
from qrelay.cirq.symbols import reading as symbols_of
from qrelay.cirq.table_gates import native
from qrelay.errors import UnboundParameters, UnsupportedCircuit
from qrelay.program import Operation, Program
from qrelay.program.positions import Positions

__all__ = ["read"]

_DEEPEST = 200
_LARGEST = 1_000_000
_REMEMBERED = 1_000


def read(circuit: cirq.AbstractCircuit, *, name: str = "", symbolic: bool = False) -> Program:
    """Read a circuit: operations, measurements, classical control.

    Qubits are numbered in Cirq's own order. Each measurement becomes a register named by its key as text, bits in the
    order of its qubits, first one lowest; a key that is measured again becomes another register of the same name.

    Args:
        name: what the program is called; Cirq's circuits have no names.
        symbolic: angles may depend on symbols; the program has them as parameters, sorted by name.

    Raises:
        UnboundParameters: naming every symbol without a value.
        UnsupportedCircuit: an operation that has no meaning in gates, measurements, resets and classical control of
            qubits, with its name and its index in `circuit.all_operations()`; or, of a symbolic reading, one that has
            none before its symbols have values.
    """
    reading = _Reading(cirq.QubitOrder.DEFAULT.order_for(circuit.all_qubits()))
    expressions = Expressions(circuit) if symbolic else None
    try:
        with symbols_of(expressions):
            operations, positions = reading.top(circuit)
    except Unresolved:
        if expressions is not None:
            reading.refuse_symbols(circuit)
        raise UnboundParameters(cirq.parameter_names(circuit)) from None
    return Program(
        num_qubits=len(reading.places),
        num_clbits=reading.measurements.num_clbits,
        operations=operations,
        registers=tuple(reading.measurements.registers),
        inverted=tuple(reading.measurements.inverted),
        global_phase=reading.phase,
        name=name,
        positions=positions,
        well_formed=True,
        symbols=expressions.symbols if expressions is not None and expressions.symbols.names else None,
    )


class _Reading:
    """One circuit's reading."""

    def __init__(self, qubits: Iterable[cirq.Qid], index: int = 0, depth: int = 0) -> None:
        self.places = {qubit: place for place, qubit in enumerate(qubits)}
        self.measurements = Measurements()
        self.phase = 0.0
        self._where = Where(self.places)
        self._shared = Shared(self._where)
        # by the gate's id, and with the gate kept: as long as it lives, no other gate has its id
        self._fixed: dict[int, Fixed] = {}
        self._kept: list[Any] = []
        self._meanings: dict[int, tuple[Any, Meaning]] = {}
        self._index = index
        self._depth = depth
        self._inside = False  # a block or a control, where a phase is an operation
        self._context = cirq.DecompositionContext(cirq.ops.SimpleQubitManager(prefix="qrelay"))

    def top(self, circuit: cirq.AbstractCircuit) -> tuple[list[Operation], list[int] | None]:
        """Operations of the whole circuit, and where they came from unless that is their own index."""
        if any(qubit.dimension != 2 for qubit in self.places):
            self._refuse_qudits(circuit)
        out: list[Operation] = []
        kept = Positions(out)
        positions = kept.finish(self._circuit(circuit, out, kept.expanded))
        self.measurements.drop_ways_back(out, positions)
        return out, positions

    def _circuit(
        self, circuit: cirq.AbstractCircuit, out: list[Operation], expanded: Callable[[int, int], None] | None = None
    ) -> int:
        """Read all operations of a circuit; returns their number. `expanded` is told of each that is not one step."""
        add = out.append
        where = self._where
        fixed = self._fixed.get
        turns, short = TURNS.get, SHORT
        plain = not self._inside
        phase = 0.0
        index = -1
        for index, op in enumerate(chain.from_iterable([moment.operations for moment in circuit.moments])):
            gate = op.gate
            known = fixed(id(gate))
            if known is not None:
                add(known[op.qubits])
                continue
            turn = turns(type(gate))
            if turn is not None and type(exponent := gate.exponent) is float:  # type: ignore[union-attr]
                name, share = turn
                if share is None:
                    add((name, where[op.qubits], (exponent * pi,)))
                    continue
                if plain and exponent not in short and not gate.global_shift:  # type: ignore[union-attr]
                    add((name, where[op.qubits], (exponent * pi,)))
                    phase += exponent * share
                    continue
            before = len(out)
            if expanded is not None:
                self._index = index
            self._operation(op, gate, out)
            if expanded is not None:
                expanded(index, before)
        self.phase += phase * pi
        return index + 1

    def _operation(self, op: cirq.Operation, gate: cirq.Gate | None, out: list[Operation]) -> None:
        """Any operation; `gate` is its gate."""
        meaning = self._meaning(gate)
        if meaning is not None:
            self._write(meaning, op.qubits, out)
            return
        while isinstance(op, cirq.TaggedOperation):
            op = op.sub_operation
        if isinstance(gate, cirq.MeasurementGate):
            out += self.measurements.add(gate, self._where[op.qubits], partial(self._refuse, op))
        elif isinstance(gate, cirq.PauliMeasurementGate):
            self._measure_pauli(op, out)
        elif isinstance(gate, cirq.ResetChannel):
            out += [("reset", (place,), ()) for place in self._where[op.qubits]]
        elif isinstance(gate, cirq.WaitGate):
            out += [("delay", (place,), (self._seconds(gate),)) for place in self._where[op.qubits]]
        elif isinstance(op, cirq.ClassicallyControlledOperation):
            self._conditional(op, out)
        elif isinstance(op, cirq.CircuitOperation):
            self._subcircuit(op, out)
        elif isinstance(op, cirq.ControlledOperation):
            self._controlled(op.controls, op.control_values, op.sub_operation, out)
        elif isinstance(gate, cirq.ControlledGate):
            count = gate.num_controls()
            self._controlled(op.qubits[:count], gate.control_values, gate.sub_gate.on(*op.qubits[count:]), out)
        else:
            self._decomposed(op, gate, out)

    def _meaning(self, gate: cirq.Gate | None) -> Meaning | None:
        """What the table says of a gate, remembered for gates that occur again."""
        remembered = self._meanings.get(id(gate))
        if remembered is not None:
            return remembered[1]
        row = MEANINGS.get(type(gate), native)
        try:
            meaning = row(gate)
        except TypeError:
            self._refuse(gate, "has a parameter that is no real number")
        if meaning is None:
            return None
        self._remember(gate, meaning)
        return meaning

    def _seconds(self, gate: cirq.WaitGate) -> float:
        try:
            seconds = number(gate.duration.total_picos()) * 1e-12
        except TypeError:
            seconds = inf
        if type(seconds) is float and not isfinite(seconds):
            self._refuse(gate, "waits for a time that is no real number")
        return seconds

    def _remember(self, gate: cirq.Gate | None, meaning: Meaning) -> None:
        steps, phase = meaning
        if len(steps) == 1 and not phase and not steps[0][2]:
            self._fixed[id(gate)] = self._shared[steps[0]]
            self._kept.append(gate)
        elif len(self._meanings) < _REMEMBERED:
            self._meanings[id(gate)] = gate, meaning

    def _write(self, meaning: Meaning, qubits: Sequence[cirq.Qid], out: list[Operation]) -> None:
        steps, phase = meaning
        places = self._where[tuple(qubits)]
        out += [(name, tuple([places[i] for i in local]), params) for name, local, params in steps]
        self._add_phase(phase, out)

    def _add_phase(self, angle: float, out: list[Operation]) -> None:
        if not angle:
            return
        if self._inside:
            out.append(("global_phase", (), (angle,)))
        else:
            self.phase += angle

    # --- measurement and what depends on it ----------------------------------------------------------------------

    def _measure_pauli(self, op: cirq.Operation, out: list[Operation]) -> None:
        """Into the observable's basis, measure, and back: the way back may turn out to be in vain."""
        parts = cirq.decompose_once(op)
        measured = [isinstance(part.gate, cirq.MeasurementGate) for part in parts].index(True)
        self._all(parts[: measured + 1], out)
        start = len(out)
        self._all(parts[measured + 1 :], out)
        self.measurements.way_back(start, len(out))

    def _conditional(self, op: cirq.ClassicallyControlledOperation, out: list[Operation]) -> None:
        plain = op.without_classical_controls()
        refuse = partial(self._refuse, plain)
        block = self._block([plain])
        if not block:
            return
        for condition in sorted(op.classical_controls, key=repr):
            found = read_condition(condition, self.measurements.records, refuse)
            if found is None:
                continue
            if not found:
                return
            block = [("if", (), (each, tuple(block), ())) for each in found]
        out += block

    def _block(self, ops: Iterable[cirq.Operation]) -> list[Operation]:
        """Operations apart from the others, their phase among them."""
        outer, self._inside = self._inside, True
        block: list[Operation] = []
        self._all(ops, block)
        self._inside = outer
        return block

    def _subcircuit(self, op: cirq.CircuitOperation, out: list[Operation]) -> None:
        if op.repeat_until is not None:
            self._refuse(op, "repeats until a condition holds: nobody knows how many measurements that makes")
        if cirq.parameter_names(op.repetitions):
            raise Unresolved
        try:
            repetitions = number(op.repetitions)
            if not isinstance(op.repetitions, int | np.integer):  # a SymPy number: Cirq takes those for symbols
                op = op.replace(repetitions=repetitions)
        except (OverflowError, TypeError, ValueError):
            self._refuse(op, f"is repeated {op.repetitions} times")
        if _size(op) > _LARGEST:
            self._refuse(op, f"comes to more than {_LARGEST:,} operations when it is written out")
        self._deeper(op)
        try:
            circuit = op.mapped_circuit()
        except (TypeError, ValueError) as error:
            self._refuse(op, f"holds a circuit that Cirq cannot map: {error}".replace("\n", " "))
        self._circuit(circuit, out)
        self._depth -= 1

    # --- control by qubits ---------------------------------------------------------------------------------------

    def _controlled(
        self,
        controls: Sequence[cirq.Qid],
        values: cirq.ops.AbstractControlValues,
        sub_operation: cirq.Operation,
        out: list[Operation],
    ) -> None:
        steps = self._block([sub_operation])
        for name, _, _ in steps:
            if name not in UNDER_CONTROL:
                self._refuse(sub_operation, f"is under the control of qubits and holds {name!r}, which cannot be")
        places = self._where[tuple(controls)]
        free = set(range(len(self.places))) - self.measurements.qubits  # what was measured is better left alone
        written: list[Operation] = []
        for chosen, wanted in products(values):
            on = [places[i] for i in chosen]
            flips: list[Operation] = [("x", (place,), ()) for place, value in zip(on, wanted, strict=True) if not value]
            written += [*flips, *(controlled(steps, on, free) if on else steps), *flips]
        for step in written:
            if step[0] == "global_phase":
                self._add_phase(step[2][0], out)
            else:
                out.append(step)

    # --- what is made of other operations ------------------------------------------------------------------------

    def _decomposed(self, op: cirq.Operation, gate: cirq.Gate | None, out: list[Operation]) -> None:
        """Whatever it is, step by step as Cirq takes it apart, or by its matrix."""
        if cirq.parameter_names(op):
            raise Unresolved
        self._deeper(op)
        meaning = self._defined(op, gate)
        if meaning is not None:
            if gate is not None:
                self._remember(gate, meaning)
            self._write(meaning, op.qubits, out)
        else:
            parts = taken_apart(op, self._context, partial(self._refuse, op))
            if parts is None:
                self._refuse(op, why_not(op))
            self._all(parts, out)
        self._depth -= 1

    def _defined(self, op: cirq.Operation, gate: cirq.Gate | None) -> Meaning | None:
        """What a unitary operation is made of, on neighbouring qubits if it is a gate; None if that is uncertain."""
        count = len(op.qubits)
        if count < 2:
            matrix = matrix_of(op, partial(self._refuse, op))
            if matrix is None:
                return None
            return of_matrix(matrix) if count else ((), cmath.phase(matrix[0, 0]))
        if gate is not None:
            op = gate.on(*cirq.LineQubit.range(count))
        defined = definition(op, self._context, partial(self._refuse, op))
        if defined is None:
            return None
        parts, phase = defined
        inner = _Reading(op.qubits, self._index, self._depth)
        steps, own_phase = inner.steps(parts)
        return steps, phase + own_phase

    def steps(self, ops: Iterable[cirq.Operation]) -> Meaning:
        """Operations that are all gates, as steps on this reading's qubits."""
        out: list[Operation] = []
        self._all(ops, out)
        return tuple(out), self.phase

    def _all(self, ops: Iterable[cirq.Operation], out: list[Operation]) -> None:
        for op in ops:
            self._operation(op, op.gate, out)

    def _deeper(self, op: cirq.Operation) -> None:
        self._depth += 1
        if self._depth > _DEEPEST:
            self._refuse(op, "is decomposed into itself")

    # --- refusals ------------------------------------------------------------------------------------------------

    def _refuse_qudits(self, circuit: cirq.AbstractCircuit) -> NoReturn:
        for self._index, op in enumerate(circuit.all_operations()):
            for qubit in op.qubits:
                if qubit.dimension != 2:
                    self._refuse(op, f"acts on {qubit!r} of {qubit.dimension} levels; qrelay runs qubits only")
        raise AssertionError("a circuit's qubits are those of its operations")

    def refuse_symbols(self, circuit: cirq.AbstractCircuit) -> NoReturn:
        """Of the operation that a symbolic reading has come to."""
        op = next(islice(circuit.all_operations(), self._index, None))
        self._refuse(op, "has no meaning in gates before its symbols have values. Resolve them before it is read")

    def _refuse(self, what: object, why: str) -> NoReturn:
        gate = what.gate if isinstance(what, cirq.Operation) else None
        name = type(gate or what).__name__.removeprefix("_Pauli")  # the class of cirq.X is _PauliX
        raise UnsupportedCircuit.at(self._index, name, f"{why}.")


def _size(op: cirq.Operation) -> float:
    """Operations that it is when it is written out; repetitions that are no number are refused where they are read."""
    if isinstance(op, cirq.TaggedOperation):
        return _size(op.sub_operation)
    if not isinstance(op, cirq.CircuitOperation):
        return 1
    try:
        repetitions = abs(float(op.repetitions))
    except TypeError:
        return 0
    return repetitions * sum(map(_size, op.circuit.all_operations()))
