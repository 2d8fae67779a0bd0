"""Program: a circuit's meaning as a flat list of operations, one plain tuple each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from numbers import Integral, Real
from typing import Any

from qrelay.errors import UnsupportedCircuit
from qrelay.program.angles import Angle, Symbols
from qrelay.program.gates import ALIASES, GATES
from qrelay.program.layout import Layout, Register
from qrelay.program.operations import BLOCKS, Operation, blocks, with_blocks
from qrelay.program.pauli import why_no_pauliexp
from qrelay.program.values import Values, ordered

__all__ = ["Program", "walk"]


_SIZES = {
    "measure": (1, 1), "reset": (1, 0), "delay": (1, 1),
    "if": (0, 3), "while": (0, 2), "for": (0, 3), "switch": (0, 2), "break": (0, 0), "continue": (0, 0),
}  # fmt: skip
"""Number of qubits and of arguments of operations that are no gates; a barrier takes any."""


@dataclass
class Program:
    """What a circuit does. Not to be changed once made: `layout` is worked out only once.

    Attributes:
        num_qubits, num_clbits: sizes; qubit 0 and bit 0 come first, and are least significant in every number.
        operations: in order; see `Operation`.
        registers: classical registers in the circuit's order.
        global_phase: radians.
        name: the circuit's name, kept for the job.
        metadata: the circuit's own, carried along.
        positions: for each operation its index in the circuit that was read; None when they are the same.
        inverted: classical bits, ascending, that the circuit takes for the opposite of what was measured into them
            (Cirq's invert_mask). Formats write plain measurements and `layout` says it; conditions among the operations
            speak of what was measured.
        well_formed: `check` has nothing to find, because a reader made the program or it was checked before.
        symbols: what the angles among the arguments are expressions of; None if all of them are numbers.
    """

    num_qubits: int
    num_clbits: int
    operations: list[Operation]
    registers: tuple[Register, ...] = ()
    global_phase: float = 0.0
    name: str = ""
    metadata: dict[str, Any] = field(default_factory=dict)
    positions: Sequence[int] | None = None
    inverted: tuple[int, ...] = ()
    well_formed: bool = field(default=False, compare=False, repr=False)
    symbols: Symbols | None = field(default=None, compare=False, repr=False)

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of the parameters that want values before anything can be run."""
        return () if self.symbols is None else self.symbols.names

    def bound(self, values: Values) -> Program:
        """The same program with numbers for its parameters: by name, or in their order.

        Raises UnboundParameters for missing names and InvalidOption for what are no values of these parameters.
        """
        numbers = ordered(self.parameters, values)
        if self.symbols is None:
            return self
        phase = [self.global_phase] if isinstance(self.global_phase, Angle) else []
        inside = [
            angle for _, (name, _, arguments) in self.walk() if name not in BLOCKS for angle in _angles(arguments)
        ]
        indices = list({angle.index for angle in phase + inside})
        known = dict(zip(indices, self.symbols.tape(indices)(numbers), strict=True))
        return replace(
            self,
            operations=[_bound(operation, known) for operation in self.operations],
            global_phase=known[phase[0].index] if phase else self.global_phase,
            symbols=None,
        )

    @cached_property
    def names(self) -> frozenset[str]:
        """The names that occur among the operations outside blocks."""
        return frozenset([operation[0] for operation in self.operations])

    @cached_property
    def layout(self) -> Layout:
        """Which qubit each classical bit is measured from last, and the registers. Costs a pass over the operations."""
        qubits = [-1] * self.num_clbits
        for operation in self.measurements():
            qubits[operation[2][0]] = operation[1][0]
        return Layout(self.num_clbits, self.registers, tuple(qubits), self.num_qubits, self.name, self.inverted)

    def measurements(self) -> Iterator[Operation]:
        """Every measurement that may happen, in order, those inside blocks included."""
        special = BLOCKS | {"measure"}
        if special.isdisjoint(self.names):
            return
        pending = [operation for operation in self.operations if operation[0] in special]
        pending.reverse()
        while pending:
            operation = pending.pop()
            if operation[0] == "measure":
                yield operation
            elif operation[0] == "for" and not len(operation[2][0]):
                continue  # its body never runs
            elif operation[0] in special:
                pending.extend(reversed([inner for block in blocks(operation) for inner in block]))

    def check(self) -> Program:
        """The program with plain Python numbers, once every operation is known to be well formed.

        Gates of the table have their number of qubits and of real parameters; every qubit and bit exists, those of
        registers too; no operation names a qubit twice. NumPy's numbers become Python's. This is for programs written
        by hand: those of readers are `well_formed` already and are returned as they are, at no cost.

        Inverted bits ascend and are measured.

        Raises UnsupportedCircuit with the operation's name and index, or with the register's name in the message.
        """
        if self.well_formed:
            return self
        for register in self.registers:
            if not all(type(bit) is int and 0 <= bit < self.num_clbits for bit in register.bits):
                raise UnsupportedCircuit(
                    f"The register {register.name!r} has the bits {register.bits}; they must be ints that count from 0"
                    f" in a program of {self.num_clbits} bits."
                )
        for index, operation in self.walk():
            self._check(index, operation)
        self._check_inverted()
        if all(_is_plain(operation) for _, operation in self.walk()):
            self.well_formed = True
            return self
        return replace(self, operations=[_plain(operation) for operation in self.operations], well_formed=True)

    def _check(self, index: int, operation: Operation) -> None:
        name, qubits, arguments = operation
        count, bits = self.num_qubits, self.num_clbits
        fits = type(qubits) is tuple and all(_is_index(qubit, count) for qubit in qubits)
        fits = fits and len(set(qubits)) == len(qubits)
        if name in _SIZES:
            fits = fits and (len(qubits), len(arguments)) == _SIZES[name]
        if name == "measure":
            fits = fits and _is_index(arguments[0], bits)
        if not fits:
            what = f"on qubits {qubits} with {arguments}, does not fit a program of {count} qubits and {bits} bits."
            raise UnsupportedCircuit.at(index, name, what)
        if name == "pauliexp":
            why = why_no_pauliexp(len(qubits), arguments)
            if why:
                raise UnsupportedCircuit.at(index, name, f"{why}.")
            return
        gate = GATES.get(ALIASES.get(name, name))
        if gate is None:
            return  # no gate, or one that lowering will not find
        if len(qubits) != gate.num_qubits or len(arguments) != gate.num_params:
            sizes = f"has {len(qubits)} qubits and {len(arguments)} parameters"
            raise UnsupportedCircuit.at(
                index, name, f"{sizes}; the gate takes {gate.num_qubits} and {gate.num_params}."
            )
        for value in arguments:
            if isinstance(value, Angle):
                if value.symbols is not self.symbols:
                    raise UnsupportedCircuit.at(index, name, "has an angle with other parameters than `symbols` holds.")
            elif type(value) is bool or not isinstance(value, Real):
                raise UnsupportedCircuit.at(index, name, f"has the parameter {value!r}, which is no real number.")

    def _check_inverted(self) -> None:
        """Once operations are known to be well formed, because the layout asks them which bits are measured."""
        bits = self.inverted
        fits = type(bits) is tuple and all(type(bit) is int and 0 <= bit < self.num_clbits for bit in bits)
        fits = fits and all(one < other for one, other in pairwise(bits))
        if not fits:
            raise UnsupportedCircuit(
                f"The inverted bits are {bits!r}; they must be a tuple of ints that ascend and count from 0 in a"
                f" program of {self.num_clbits} bits."
            )
        if bits:
            qubits = self.layout.qubits
            unmeasured = [bit for bit in bits if qubits[bit] < 0]
            if unmeasured:
                raise UnsupportedCircuit(
                    f"The bits {unmeasured} are inverted and nothing is measured into them: invert measured bits only."
                )

    def position(self, index: int) -> int:
        """The index that the `index`-th operation had in the circuit that was read."""
        return index if self.positions is None else self.positions[index]

    def walk(self) -> Iterator[tuple[int, Operation]]:
        """Every operation with its index in the circuit that was read; those inside blocks have their block's."""
        for index, operation in enumerate(self.operations):
            yield from walk(self.position(index), operation)

    def replaced(
        self, operations: list[Operation], positions: Iterable[int], global_phase: float | None = None
    ) -> Program:
        """The same program with other operations. `positions` says where in the circuit each one comes from."""
        phase = self.global_phase if global_phase is None else global_phase
        return replace(self, operations=operations, positions=tuple(positions), global_phase=phase)


def walk(index: int, operation: Operation) -> Iterator[tuple[int, Operation]]:
    """The operation and all inside its blocks, each with `index`."""
    yield index, operation
    for block in blocks(operation):
        for inner in block:
            yield from walk(index, inner)


def _is_index(value: Any, bound: int) -> bool:
    return type(value) is not bool and isinstance(value, Integral) and 0 <= int(value) < bound


def _is_plain(operation: Operation) -> bool:
    """Whether its own numbers are Python's; blocks are asked operation by operation."""
    name, qubits, arguments = operation
    if any(type(qubit) is not int for qubit in qubits):
        return False
    if name == "pauliexp":
        return all(type(value) in (float, Angle) for value in (*arguments[1], arguments[2]))
    return name in BLOCKS or all(type(value) in (float, int, type(None), Angle) for value in arguments)


def _plain(operation: Operation) -> Operation:
    name, qubits, arguments = operation
    if name in BLOCKS:
        return with_blocks(operation, lambda block: tuple(_plain(inner) for inner in block))
    if name == "pauliexp":
        terms, coefficients, time = arguments
        return (
            name,
            tuple(map(int, qubits)),
            (terms, tuple([_plain_value(each, float) for each in coefficients]), _plain_value(time, float)),
        )
    number: type[int] | type[float] = int if name == "measure" else float
    return name, tuple(map(int, qubits)), tuple(_plain_value(value, number) for value in arguments)


def _plain_value(value: Any, number: type[int] | type[float]) -> Any:
    if type(value) is Angle:
        return value
    return number(float(value)) if isinstance(value, Real) else value


def _bound(operation: Operation, known: Mapping[int, float]) -> Operation:
    name, qubits, arguments = operation
    if name in BLOCKS:
        return with_blocks(operation, lambda block: tuple(_bound(inner, known) for inner in block))
    return (name, qubits, _bound_values(arguments, known)) if any(_angles(arguments)) else operation


def _bound_values(values: tuple[Any, ...], known: Mapping[int, float]) -> tuple[Any, ...]:
    return tuple(
        known[value.index] if type(value) is Angle else _bound_values(value, known) if type(value) is tuple else value
        for value in values
    )


def _angles(arguments: tuple[Any, ...]) -> Iterator[Angle]:
    """Those with parameters, and those in tuples of coefficients."""
    for value in arguments:
        if type(value) is Angle:
            yield value
        elif type(value) is tuple:
            yield from _angles(value)
