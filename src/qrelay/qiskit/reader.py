"""Qiskit circuit in, Program out, on Qiskit 1.4 and 2.x.

Standard gates are read as they stand, straight from the circuit's packed data and without making gate objects; anything
else is expanded by its own definition, or synthesised by Qiskit where it has none.
"""

from __future__ import annotations

from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any, NoReturn

from qiskit import QuantumCircuit
from qiskit.circuit import (
    Barrier,
    BreakLoopOp,
    CircuitInstruction,
    Clbit,
    ContinueLoopOp,
    ControlFlowOp,
    Delay,
    ForLoopOp,
    IfElseOp,
    Measure,
    Qubit,
    Reset,
    SwitchCaseOp,
    WhileLoopOp,
)
from qiskit.exceptions import QiskitError

from qrelay.errors import UnboundParameters, UnsupportedCircuit
from qrelay.program import Operation, Program, Register
from qrelay.program.control import leaves_loop
from qrelay.program.gates import GATES
from qrelay.program.positions import Positions
from qrelay.qiskit.conditions import VARIABLES, read_condition, read_switch
from qrelay.qiskit.evolutions import pauli_exponential
from qrelay.qiskit.expansions import expansion, idle
from qrelay.qiskit.symbols import Expressions
from qrelay.qiskit.table_gates import table_gate
from qrelay.qiskit.variables import free_parameters, has_loop_over
from qrelay.quieting import quietly

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from qrelay.program.control import Condition

__all__ = ["read"]

_ONE_PARAMETER = frozenset(name for name, gate in GATES.items() if gate.num_params == 1 and gate.num_qubits)
_SEVERAL_PARAMETERS = frozenset(name for name, gate in GATES.items() if gate.num_params > 1)
_RENAMED = {"mcx": "c3x"}  # Qiskit's own name for the three-controlled X of its standard gates
_DEEPEST = 200
_DEEPEST_BLOCK = 100
_TOO_DEEP = "stand too deep in one another. Write them flatter"
_HAS_OWN_CONDITIONS = hasattr(CircuitInstruction, "condition")  # Qiskit 1's c_if


def read(circuit: QuantumCircuit, *, symbolic: bool = False) -> Program:
    """Read a circuit: operations, classical registers in their order, global phase, name and metadata.

    Args:
        symbolic: angles may depend on parameters; the program has those of `circuit.parameters`, in their order.

    Raises:
        UnboundParameters: naming every parameter without a value, or, of a symbolic reading, those that an operation
            has and the circuit does not know.
        UnsupportedCircuit: an operation that has no meaning in gates, measurements, resets and control flow, with its
            name and its index in `circuit.data`.
    """
    expressions = Expressions(circuit) if symbolic else None
    if expressions is None:
        unbound = free_parameters(circuit)
        if unbound:
            raise UnboundParameters(parameter.name for parameter in unbound)
    qubits: dict[Qubit, int] = {qubit: index for index, qubit in enumerate(circuit.qubits)}
    clbits: dict[Clbit, int] = {bit: index for index, bit in enumerate(circuit.clbits)}
    reading = _Reading(qubits, clbits, float if expressions is None else expressions.number)
    try:
        operations, positions = reading.top(circuit)
    except (QiskitError, TypeError) as error:
        if expressions is None:
            raise
        reading.refuse_parameters(circuit, error)
    except RecursionError:  # as deep as that, the caller's own calls decide
        raise UnsupportedCircuit(f"The circuit's blocks, definitions or expressions {_TOO_DEEP}.") from None
    except OverflowError:
        raise UnsupportedCircuit("The circuit has a parameter that is an integer larger than any float.") from None
    return Program(
        num_qubits=circuit.num_qubits,
        num_clbits=circuit.num_clbits,
        operations=operations,
        registers=tuple(Register(register.name, tuple(clbits[bit] for bit in register)) for register in circuit.cregs),
        global_phase=reading.phase + reading.number(circuit.global_phase),
        name=circuit.name or "",
        metadata=dict(circuit.metadata or {}),
        positions=positions,
        well_formed=True,
        symbols=expressions.symbols if expressions is not None and expressions.symbols.names else None,
    )


class _Where(dict[tuple[Any, ...], tuple[int, ...]]):
    """Indices of tuples of qubits, remembered: a circuit has few different tuples."""

    def __init__(self, index: Mapping[Any, int]) -> None:
        self.index = index

    def __missing__(self, bits: tuple[Any, ...]) -> tuple[int, ...]:
        index = self.index
        found = self[bits] = tuple([index[bit] for bit in bits])
        return found


class _Fixed(dict[tuple[Any, ...], Operation]):
    """One shared operation for each tuple of qubits that a gate without parameters acts on."""

    def __init__(self, name: str, where: _Where) -> None:
        self._name, self._where = name, where

    def __missing__(self, bits: tuple[Any, ...]) -> Operation:
        operation = self[bits] = (self._name, self._where[bits], ())
        return operation


class _FixedGates(dict[str, _Fixed]):
    def __init__(self, where: _Where) -> None:
        self._where = where

    def __missing__(self, name: str) -> _Fixed:
        fixed = self[name] = _Fixed(_RENAMED.get(name, name), self._where)
        return fixed


class _Reading:
    """One circuit's reading; keeps what must be known while definitions and blocks are followed."""

    def __init__(
        self, qubits: Mapping[Qubit, int], clbits: Mapping[Clbit, int], number: Callable[[Any], float] = float
    ) -> None:
        self.qubits, self.clbits = qubits, clbits
        self.number = number  # an instruction's parameter as float, or as an angle that depends on parameters
        self.phase = 0.0
        self._index = 0
        self._depth = 0
        self._in_block = 0
        self._whole = QuantumCircuit()

    def top(self, circuit: QuantumCircuit) -> tuple[list[Operation], list[int] | None]:
        """Operations of the whole circuit, and where they came from unless that is their own index."""
        out: list[Operation] = []
        kept = Positions(out)
        self._whole = circuit
        self._instructions(circuit, self.qubits, self.clbits, out, kept.expanded)
        return out, kept.finish(len(circuit.data))

    def _instructions(
        self,
        circuit: QuantumCircuit,
        qubits: Mapping[Qubit, int],
        clbits: Mapping[Clbit, int],
        out: list[Operation],
        expanded: Callable[[int, int], None] | None = None,
    ) -> None:
        add = out.append
        number = self.number
        where = _Where(qubits)
        fixed = _FixedGates(where)
        conditions = _HAS_OWN_CONDITIONS
        for index, instruction in enumerate(circuit.data):
            if instruction.is_standard_gate() and not (conditions and instruction.condition is not None):
                name = instruction.name
                if name in _ONE_PARAMETER:
                    add((name, where[instruction.qubits], (number(instruction.params[0]),)))
                elif name in _SEVERAL_PARAMETERS:
                    add((name, where[instruction.qubits], tuple(map(number, instruction.params))))
                elif name != "global_phase":
                    add(fixed[name][instruction.qubits])
                else:
                    before = len(out)
                    self._add_phase(number(instruction.params[0]), out)
                    if expanded is not None:
                        expanded(index, before)
                continue
            before = len(out)
            if expanded is not None:
                self._index = index
            self._special(instruction, where, clbits, out)
            if expanded is not None:
                expanded(index, before)

    def _special(
        self, instruction: CircuitInstruction, where: _Where, clbits: Mapping[Clbit, int], out: list[Operation]
    ) -> None:
        """An instruction that is no plain standard gate."""
        if _HAS_OWN_CONDITIONS and instruction.condition is not None and not instruction.is_control_flow():
            condition = read_condition(
                instruction.condition, clbits, self.clbits, partial(self._refuse, instruction.name)
            )
            plain = QuantumCircuit(list(instruction.qubits), list(instruction.clbits))
            plain.append(_without_condition(instruction.operation), instruction.qubits, instruction.clbits)
            out.append(("if", (), (condition, self._block(plain, where.index, clbits), ())))
            return
        operation = instruction.operation
        places = where[instruction.qubits]
        if isinstance(operation, Measure):
            out.append(("measure", places, (clbits[instruction.clbits[0]],)))
        elif isinstance(operation, Barrier):
            out.append(("barrier", places, ()))
        elif isinstance(operation, Reset):
            out.append(("reset", places, ()))
        elif isinstance(operation, Delay):
            out.append(("delay", places, (self._length(operation),)))
        elif (row := table_gate(operation)) is not None:
            out.append((row[0], places, tuple(map(self.number, row[1]))))
        elif (evolution := pauli_exponential(operation)) is not None:
            terms, coefficients, time = evolution
            out.append(("pauliexp", places, (terms, coefficients, self.number(time))))
        elif isinstance(operation, BreakLoopOp):
            out.append(("break", (), ()))
        elif isinstance(operation, ContinueLoopOp):
            out.append(("continue", (), ()))
        elif isinstance(operation, ControlFlowOp):
            bits = [clbits[bit] for bit in instruction.clbits]
            self._control_flow(operation, places, bits, clbits, out)
        elif operation.name == "store":
            self._refuse(operation.name, f"writes a classical variable, {VARIABLES}")
        else:
            self._expand(operation, places, [clbits[bit] for bit in instruction.clbits], out)

    def _length(self, delay: Delay) -> Any:
        """The delay's length in seconds, or as an int in the machine's own ticks."""
        unit, duration = delay.unit, delay.duration
        if unit == "expr":  # Qiskit 2: a duration as a classical expression
            value: Any = getattr(duration, "value", None)
            if value is None:
                return self._refuse(
                    delay.name, "is as long as an expression says, which no job format can. Give it a number"
                )
            unit, duration = value.unit(), value.value()
        scale = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "ns": 1e-9, "ps": 1e-12}.get(unit)
        if scale is not None:
            return self.number(duration) * scale
        return int(duration) if hasattr(duration, "__index__") else None

    # --- what is made of other operations ------------------------------------------------------------------------

    def _expand(self, operation: Any, places: Sequence[int], bits: Sequence[int], out: list[Operation]) -> None:
        """Write an operation as its definition."""
        name = operation.name
        if self._depth > _DEEPEST:
            self._refuse(name, "is defined by itself")
        definition, places = expansion(operation, places, self._spare, partial(self._refuse, name))
        if len(definition.qubits) > len(places) or len(definition.clbits) > len(bits):
            self._refuse(name, "is defined on more bits than it has")
        # fewer are fine: some of Qiskit's own gates leave their last helping qubits idle
        inner_qubits = dict(zip(definition.qubits, places, strict=False))
        inner_clbits = dict(zip(definition.clbits, bits, strict=False))
        self._depth += 1
        try:
            self._inline(definition, inner_qubits, inner_clbits, out)
        except TypeError:
            unbound = free_parameters(definition)
            if not unbound:
                raise
            raise UnboundParameters(parameter.name for parameter in unbound) from None
        self._depth -= 1

    def _spare(self) -> list[int]:
        return [self.qubits[qubit] for qubit in idle(self._whole)]

    def _inline(
        self,
        circuit: QuantumCircuit,
        qubits: Mapping[Qubit, int],
        clbits: Mapping[Clbit, int],
        out: list[Operation],
    ) -> None:
        """Write a circuit inside the circuit; its global phase belongs to what surrounds it."""
        self._instructions(circuit, qubits, clbits, out)
        self._add_phase(self.number(circuit.global_phase), out)

    def _add_phase(self, angle: float, out: list[Operation]) -> None:
        if not angle:
            return
        if self._in_block:
            out.append(("global_phase", (), (angle,)))
        else:
            self.phase += angle

    # --- control flow --------------------------------------------------------------------------------------------

    def _block(
        self, block: QuantumCircuit, qubits: Mapping[Qubit, int], clbits: Mapping[Clbit, int]
    ) -> tuple[Operation, ...]:
        if self._in_block >= _DEEPEST_BLOCK:
            name = self._whole.data[self._index].name
            self._refuse(name, f"holds blocks that {_TOO_DEEP}: {_DEEPEST_BLOCK} is the most")
        self._in_block += 1
        out: list[Operation] = []
        self._inline(block, qubits, clbits, out)
        self._in_block -= 1
        return tuple(out)

    def _control_flow(
        self,
        operation: ControlFlowOp,
        places: Sequence[int],
        bits: Sequence[int],
        clbits: Mapping[Clbit, int],
        out: list[Operation],
    ) -> None:
        refuse = partial(self._refuse, operation.name)

        def wires(inner: QuantumCircuit) -> tuple[dict[Qubit, int], dict[Clbit, int]]:
            return dict(zip(inner.qubits, places, strict=True)), dict(zip(inner.clbits, bits, strict=True))

        def block(inner: QuantumCircuit) -> tuple[Operation, ...]:
            return self._block(inner, *wires(inner))

        def inline(inner: QuantumCircuit, into: list[Operation]) -> None:
            self._inline(inner, *wires(inner), into)

        def condition(test: Any) -> Condition:
            return read_condition(test, clbits, self.clbits, refuse)

        if isinstance(operation, IfElseOp):
            then, otherwise = operation.params
            out.append(("if", (), (condition(operation.condition), block(then), block(otherwise) if otherwise else ())))
        elif isinstance(operation, WhileLoopOp):
            out.append(("while", (), (condition(operation.condition), block(operation.params[0]))))
        elif isinstance(operation, ForLoopOp):
            self._for(operation, block, inline, out)
        elif isinstance(operation, SwitchCaseOp):
            value = read_switch(operation.target, clbits, self.clbits, refuse)
            cases = tuple((_labels(labels), block(body)) for labels, body in operation.cases_specifier())
            out.append(("switch", (), (value, cases)))
        elif operation.name == "box":  # Qiskit 2: a scope for timing and annotations, no control flow
            inline(operation.blocks[0], out)
        else:
            refuse("is control flow that qrelay does not know")

    def _for(self, operation: ForLoopOp, block: Any, inline: Any, out: list[Operation]) -> None:
        """A loop whose variable turns up in angles is written out, value by value; any other stays a loop.

        Bodies that break are the turns of one loop that runs once, so that a break leaves them all; bodies that
        continue are a loop each, so that it leaves one.
        """
        values, variable, body = operation.params
        if variable is None or variable not in free_parameters(body):
            known = values if isinstance(values, range) else tuple(map(int, values))
            out.append(("for", (), (known, None, block(body))))
            return
        if _HAS_OWN_CONDITIONS and has_loop_over(variable, body):
            why = "has a loop over the same Parameter inside it, and Qiskit 1 takes the outer value for both"
            self._refuse(operation.name, f"{why}. Give each loop a Parameter of its own, or use Qiskit 2")
        steps: list[list[Operation]] = []
        for value in values:
            steps.append([])
            inline(body.assign_parameters({variable: value}, inplace=False), steps[-1])
        breaks, continues = (any(leaves_loop(step, (word,)) for step in steps) for word in ("break", "continue"))
        if breaks and continues:
            why = (
                "uses its variable in an angle and both breaks and continues, which no format can say. Use one of them"
            )
            self._refuse(operation.name, why)
        elif breaks:
            out.append(("for", (), (range(1), None, tuple(chain.from_iterable(steps)))))
        elif continues:
            out += [("for", (), (range(1), None, tuple(step))) for step in steps]
        else:
            out += chain.from_iterable(steps)

    def refuse_parameters(self, circuit: QuantumCircuit, error: Exception) -> NoReturn:
        """Of the operation that a symbolic reading has come to, and that Qiskit makes of numbers only."""
        why = getattr(error, "message", error)
        name = circuit.data[self._index].name
        raise UnsupportedCircuit.at(self._index, name, f"cannot be read before its parameters have values: {why}")

    def _refuse(self, name: str, why: str) -> Any:
        raise UnsupportedCircuit.at(self._index, name, f"{why}.")


def _without_condition(operation: Any) -> Any:
    plain = operation.to_mutable()
    quietly(partial(setattr, plain, "condition", None), DeprecationWarning)
    return plain


def _labels(labels: Iterable[Any]) -> tuple[int | None, ...]:
    return tuple(int(label) if isinstance(label, int) else None for label in labels)
