"""Cirq circuit in, Program out, on Cirq 1.5 and later.

Common gates are read by type and exponent; anything else is taken apart as Cirq itself does it, down to gates that are
known or small enough to be read by their matrix.
"""

from __future__ import annotations

import cmath
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from math import pi
from typing import Any, NoReturn

import cirq
import numpy as np

from qrelay.cirq.conditions import Record, read_condition
from qrelay.cirq.controls import UNDER_CONTROL, controlled
from qrelay.cirq.gates import MEANINGS, ROTATIONS, Meaning, Unresolved, number, of_matrix
from qrelay.errors import UnboundParameters, UnsupportedCircuit
from qrelay.program import Operation, Program, Register
from qrelay.program.definitions import Step
from qrelay.program.program import walk

__all__ = ["read"]

_DEEPEST = 200
_LARGEST = 1_000_000
_WIDEST_MATRIX = 6
_WIDEST_PHASE = 10
_REMEMBERED = 10_000


def read(circuit: cirq.AbstractCircuit, *, name: str = "") -> Program:
    """Read a circuit: operations, measurements, classical control.

    Qubits are numbered in Cirq's own order. Each measurement becomes a register named by its key as text, bits in the
    order of its qubits, first one lowest; a key that is measured again becomes another register of the same name.

    Raises:
        UnboundParameters: naming every symbol without a value.
        UnsupportedCircuit: an operation that has no meaning in gates, measurements, resets and classical control of
            qubits, with its name and its index in `circuit.all_operations()`.
    """
    reading = _Reading(circuit)
    try:
        operations, positions = reading.top(circuit)
    except Unresolved:
        raise UnboundParameters(cirq.parameter_names(circuit)) from None
    return Program(
        num_qubits=len(reading.places),
        num_clbits=reading.num_clbits,
        operations=operations,
        registers=tuple(reading.registers),
        inverted=tuple(reading.inverted),
        global_phase=reading.phase,
        name=name,
        positions=positions,
        well_formed=True,
    )


class _Where(dict[tuple[Any, ...], tuple[int, ...]]):
    """Indices of tuples of qubits, remembered: a circuit has few different tuples."""

    def __init__(self, places: dict[Any, int]) -> None:
        self._places = places

    def __missing__(self, qubits: tuple[Any, ...]) -> tuple[int, ...]:
        places = self._places
        for qubit in qubits:  # what a decomposition adds: it gets qubits of its own, which are 0 like all others
            places.setdefault(qubit, len(places))
        found = self[qubits] = tuple([places[qubit] for qubit in qubits])
        return found


class _Fixed(dict[tuple[Any, ...], Operation]):
    """A gate that is a single step: one shared operation for each tuple of qubits."""

    def __init__(self, step: Step, where: _Where) -> None:
        self._step, self._where = step, where

    def __missing__(self, qubits: tuple[Any, ...]) -> Operation:
        name, local, params = self._step
        places = self._where[qubits]
        operation = self[qubits] = (name, tuple([places[i] for i in local]), params)
        return operation


class _Shared(dict[Step, _Fixed]):
    def __init__(self, where: _Where) -> None:
        self._where = where

    def __missing__(self, step: Step) -> _Fixed:
        fixed = self[step] = _Fixed(step, self._where)
        return fixed


class _Reading:
    """One circuit's reading."""

    def __init__(self, circuit: cirq.AbstractCircuit) -> None:
        self.places = {qubit: index for index, qubit in enumerate(sorted(circuit.all_qubits()))}
        self.registers: list[Register] = []
        self.inverted: list[int] = []
        self.num_clbits = 0
        self.phase = 0.0
        self._where = _Where(self.places)
        self._shared = _Shared(self._where)
        self._fixed: dict[int, _Fixed] = {}  # by the gate's id
        self._meanings: dict[int, tuple[Any, Meaning]] = {}
        self._records: dict[str, list[Record]] = {}
        self._ways_back: list[tuple[int, int]] = []
        self._index = 0
        self._depth = 0
        self._inside = False  # a block or a control, where a phase is an operation
        self._exactly = False  # under a control, where a phase can be seen
        self._context = cirq.DecompositionContext(cirq.ops.SimpleQubitManager(prefix="qrelay"))

    def top(self, circuit: cirq.AbstractCircuit) -> tuple[list[Operation], list[int] | None]:
        """Operations of the whole circuit, and where they came from unless that is their own index."""
        if any(qubit.dimension != 2 for qubit in self.places):
            self._refuse_qudits(circuit)
        out: list[Operation] = []
        positions: list[int] | None = None
        settled = 0  # operations whose positions stand in `positions`

        def expanded(index: int, before: int) -> None:
            nonlocal positions, settled
            if len(out) - before == 1:
                return
            if positions is None:
                positions = []
            positions.extend(range(settled, index))
            positions.extend([index] * (len(out) - before))
            settled = index + 1

        count = self._circuit(circuit, out, expanded)
        if positions is not None:
            positions.extend(range(settled, count))
        self._drop_ways_back(out, positions)
        return out, positions

    def _circuit(
        self, circuit: cirq.AbstractCircuit, out: list[Operation], expanded: Callable[[int, int], None] | None = None
    ) -> int:
        """Read all operations of a circuit; returns their number. `expanded` is told of each that is not one step."""
        add = out.append
        where = self._where
        fixed = self._fixed.get
        rotations = ROTATIONS
        index = -1
        for index, op in enumerate(chain.from_iterable([moment.operations for moment in circuit.moments])):
            gate = op.gate
            known = fixed(id(gate))
            if known is not None:
                add(known[op.qubits])
                continue
            rotation = rotations.get(type(gate))
            if rotation is not None:
                exponent = gate.exponent  # type: ignore[union-attr]
                if type(exponent) is float:
                    add((rotation, where[op.qubits], (exponent * pi,)))
                    continue
            before = len(out)
            if expanded is not None:
                self._index = index
            self._operation(op, gate, out)
            if expanded is not None:
                expanded(index, before)
        return index + 1

    def _operation(self, op: cirq.Operation, gate: cirq.Gate | None, out: list[Operation]) -> None:
        """Any operation; `gate` is its gate."""
        meaning = self._meaning(gate)
        if meaning is not None:
            steps, phase = meaning
            places = self._where[op.qubits]
            out += [(name, tuple([places[i] for i in local]), params) for name, local, params in steps]
            self._add_phase(phase, out)
            return
        op = op.untagged
        if isinstance(gate, cirq.MeasurementGate):
            self._measure(gate, op, out)
        elif isinstance(gate, cirq.PauliMeasurementGate):
            self._measure_pauli(op, out)
        elif isinstance(gate, cirq.ResetChannel):
            out += [("reset", (place,), ()) for place in self._where[op.qubits]]
        elif isinstance(gate, cirq.WaitGate):
            seconds = number(gate.duration.total_picos()) * 1e-12
            out += [("delay", (place,), (seconds,)) for place in self._where[op.qubits]]
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
        row = MEANINGS.get(type(gate))
        if row is None:
            return None
        try:
            meaning = row(gate)
        except TypeError:
            self._refuse(gate, "has a parameter that is no real number")
        if len(self._meanings) < _REMEMBERED:
            self._meanings[id(gate)] = gate, meaning  # with the gate: as long as it lives, no other has its id
            steps, phase = meaning
            if len(steps) == 1 and not phase:
                self._fixed[id(gate)] = self._shared[steps[0]]
        return meaning

    def _add_phase(self, angle: float, out: list[Operation]) -> None:
        if not angle:
            return
        if self._inside:
            out.append(("global_phase", (), (angle,)))
        else:
            self.phase += angle

    # --- measurement and what depends on it ----------------------------------------------------------------------

    def _measure(self, gate: cirq.MeasurementGate, op: cirq.Operation, out: list[Operation]) -> None:
        if gate.confusion_map:
            why = "has a confusion_map, which is noise for simulators. Apply it to the results instead"
            self._refuse(gate, why)
        places = self._where[op.qubits]
        key, mask = gate.key, tuple(bool(flip) for flip in gate.full_invert_mask())
        bits = tuple(range(self.num_clbits, self.num_clbits + len(places)))
        earlier = self._records.setdefault(key, [])
        if earlier and len(earlier[0][0]) != len(bits):
            why = f"measures {len(bits)} qubits into the key {key!r}, which has {len(earlier[0][0])} before"
            self._refuse(gate, f"{why}. Name them differently")
        earlier.append((bits, mask))
        self.num_clbits += len(places)
        self.registers.append(Register(key, bits))
        self.inverted += [bit for bit, flip in zip(bits, mask, strict=True) if flip]
        out += [("measure", (place,), (bit,)) for place, bit in zip(places, bits, strict=True)]

    def _measure_pauli(self, op: cirq.Operation, out: list[Operation]) -> None:
        """Into the observable's basis, measure, and back: the way back may turn out to be in vain."""
        parts = cirq.decompose_once(op)
        measured = [isinstance(part.gate, cirq.MeasurementGate) for part in parts].index(True)
        self._all(parts[: measured + 1], out)
        start = len(out)
        self._all(parts[measured + 1 :], out)
        self._ways_back.append((start, len(out)))

    def _drop_ways_back(self, out: list[Operation], positions: list[int] | None) -> None:
        """Leave out what leads back from an observable's basis if nothing happens to its qubits afterwards.

        Nobody can see it then, and formats that only measure at the end can say the rest.
        """
        touched: set[int] = set()
        end = len(out)
        for start, stop in reversed(self._ways_back):
            touched.update(qubit for op in out[stop:end] for _, inner in walk(0, op) for qubit in inner[1])
            own = {qubit for _, qubits, _ in out[start:stop] for qubit in qubits}
            if own.isdisjoint(touched):
                del out[start:stop]
                if positions is not None:
                    del positions[start:stop]
            touched |= own
            end = start

    def _conditional(self, op: cirq.ClassicallyControlledOperation, out: list[Operation]) -> None:
        plain = op.without_classical_controls()

        def refuse(why: str) -> NoReturn:
            self._refuse(plain, why)

        block = self._block([plain])
        if not block:
            return
        for condition in sorted(op.classical_controls, key=repr):
            found = read_condition(condition, self._records, refuse)
            if found is not None:
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
        repetitions = op.repetitions
        if cirq.is_parameterized(repetitions):
            raise Unresolved
        count = sum(len(moment.operations) for moment in op.circuit.moments)
        if abs(int(repetitions)) * count > _LARGEST:
            self._refuse(op, f"comes to more than {_LARGEST:,} operations when it is written out")
        self._deeper(op)
        self._circuit(op.mapped_circuit(), out)
        self._depth -= 1

    # --- control by qubits ---------------------------------------------------------------------------------------

    def _controlled(
        self,
        controls: Sequence[cirq.Qid],
        values: cirq.ops.AbstractControlValues,
        sub_operation: cirq.Operation,
        out: list[Operation],
    ) -> None:
        outer, self._exactly = self._exactly, True
        steps = self._block([sub_operation])
        self._exactly = outer
        for name, _, _ in steps:
            if name not in UNDER_CONTROL:
                self._refuse(sub_operation, f"is under the control of qubits and holds {name!r}, which cannot be")
        places = self._where[tuple(controls)]
        written: list[Operation] = []
        for chosen, wanted in _products(values):
            on = [places[i] for i in chosen]
            flips: list[Operation] = [("x", (place,), ()) for place, value in zip(on, wanted, strict=True) if not value]
            written += [*flips, *(controlled(steps, on, len(self.places)) if on else steps), *flips]
        for step in written:
            if step[0] == "global_phase":
                self._add_phase(step[2][0], out)
            else:
                out.append(step)

    # --- what is made of other operations ------------------------------------------------------------------------

    def _decomposed(self, op: cirq.Operation, gate: cirq.Gate | None, out: list[Operation]) -> None:
        """Whatever it is, step by step as Cirq takes it apart, or by its matrix."""
        if cirq.is_parameterized(op):
            raise Unresolved
        self._deeper(op)
        parts = None if isinstance(gate, cirq.MatrixGate) else self._parts(op)
        if parts is not None:
            self._all(self._with_phase(op, parts) if self._exactly else parts, out)
        else:
            self._by_matrix(op, out)
        self._depth -= 1

    def _parts(self, op: cirq.Operation) -> list[cirq.Operation] | None:
        try:
            parts: list[cirq.Operation] | None = cirq.decompose_once(op, None, context=self._context)
        except (ArithmeticError, NotImplementedError, TypeError, ValueError) as error:
            self._refuse(op, f"has a decomposition that Cirq cannot make: {error}")
        return parts

    def _by_matrix(self, op: cirq.Operation, out: list[Operation]) -> None:
        count = len(op.qubits)
        if not cirq.has_unitary(op):
            why = "is neither a gate, a measurement nor a reset, and Cirq has no decomposition of it"
            self._refuse(op, f"{why}. Take channels and noise out of the circuit")
        if count > _WIDEST_MATRIX:
            why = f"is known by its matrix only, and acts on {count} qubits. Give it a decomposition"
            self._refuse(op, f"{why}: matrices are read for up to {_WIDEST_MATRIX}")
        matrix = cirq.unitary(op)
        if count < 2:
            steps, phase = of_matrix(matrix) if count else ((), cmath.phase(matrix[0, 0]))
            out += [(name, self._where[op.qubits], params) for name, _, params in steps]
            self._add_phase(phase, out)
        elif count < 4:
            self._all(self._with_phase(op, cirq.decompose_once(cirq.MatrixGate(matrix).on(*op.qubits))), out)
        else:
            parts = list(cirq.flatten_to_ops(cirq.quantum_shannon_decomposition(list(op.qubits), matrix)))
            self._all(self._with_phase(op, parts), out)

    def _with_phase(self, op: cirq.Operation, parts: list[cirq.Operation]) -> list[cirq.Operation]:
        """The parts and the global phase that a decomposition may have left out.

        Beyond ten qubits the decomposition is taken at its word, as Cirq does.
        """
        used = {qubit for part in parts for qubit in part.qubits}
        if len(op.qubits) > _WIDEST_PHASE or not used <= set(op.qubits):  # or it has helping qubits
            return parts
        matrix = cirq.unitary(op, None)
        if matrix is None:
            return parts
        built = cirq.Circuit(parts).unitary(op.qubits, op.qubits)
        missing = cmath.phase(np.vdot(built, matrix))
        if abs(missing) < 1e-12:
            return parts
        return [*parts, cirq.global_phase_operation(cmath.exp(1j * missing))]

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

    def _refuse(self, what: object, why: str) -> NoReturn:
        gate = what.gate if isinstance(what, cirq.Operation) else None
        raise UnsupportedCircuit.at(self._index, type(gate or what).__name__, f"{why}.")


def _products(values: cirq.ops.AbstractControlValues) -> Iterator[tuple[list[int], list[int]]]:
    """For each product of control values the controls that matter, and the value that each must have."""
    if isinstance(values, cirq.ProductOfSums):
        sums = [set(wanted) for wanted in values]
        chosen = [place for place, wanted in enumerate(sums) if len(wanted) == 1]
        if all(sums):
            yield chosen, [value for place in chosen for value in sums[place]]
        return
    for product in values.expand():
        yield list(range(len(product))), list(product)
