"""Program: a circuit's meaning as a flat list of operations, one plain tuple each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, TypeAlias

from qrelay.errors import UnsupportedCircuit
from qrelay.program.layout import Layout, Register

__all__ = ["Angle", "Operation", "Program"]

Angle: TypeAlias = float
"""A gate's parameter, in radians unless the gate table says otherwise."""

Operation: TypeAlias = tuple[str, tuple[int, ...], tuple[Any, ...]]
"""`(name, qubits, arguments)`, plain tuples because a hundred thousand of them must cost little.

The arguments of a gate are its parameters. Names that are not gates:
    measure  (qubit,)  (classical bit,)
    reset    (qubit,)  ()
    barrier  qubits    ()
    delay    (qubit,)  (seconds,)
    if       ()        (Condition, then, otherwise)      blocks are tuples of operations
    while    ()        (Condition, body)
    for      ()        (values, loop variable's name or None, body)
    switch   ()        (Value, ((labels or None for default, block), …))
    break, continue    () ()
`qrelay.program.control` has the conditions.
"""

_WITH_BITS = frozenset({"measure", "if", "while", "for", "switch"})


@dataclass(slots=False)
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
    """

    num_qubits: int
    num_clbits: int
    operations: list[Operation]
    registers: tuple[Register, ...] = ()
    global_phase: float = 0.0
    name: str = ""
    metadata: dict[str, Any] = field(default_factory=dict)
    positions: Sequence[int] | None = None

    @cached_property
    def layout(self) -> Layout:
        """Which qubit each classical bit is measured from last, and the registers. Costs a pass over the operations."""
        qubits = [-1] * self.num_clbits
        for operation in self.measurements():
            qubits[operation[2][0]] = operation[1][0]
        return Layout(self.num_clbits, self.registers, tuple(qubits), self.num_qubits, self.name)

    def measurements(self) -> Iterator[Operation]:
        """Every measurement that may happen, in order, those inside blocks included."""
        from qrelay.program.control import BLOCKS, blocks

        special = BLOCKS | {"measure"}
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

    def check(self) -> None:
        """Raise UnsupportedCircuit unless every qubit and bit exists and no operation names a qubit twice.

        Readers make nothing else; this is for programs written by hand.
        """
        bits = range(self.num_clbits)
        if all(self._exists(qubits) for qubits in {operation[1] for operation in self.operations}):
            special = [operation for operation in self.operations if operation[0] in _WITH_BITS]
            if all(name == "measure" and arguments[0] in bits for name, _, arguments in special):
                return
        for index, (name, qubits, arguments) in self.walk():
            if not self._exists(qubits) or (name == "measure" and arguments[0] not in bits):
                raise UnsupportedCircuit(
                    f"Operation {index}, {name!r} on qubits {qubits} with {arguments}, does not fit a program of"
                    f" {self.num_qubits} qubits and {self.num_clbits} bits.",
                    operation=name,
                    index=index,
                )

    def _exists(self, qubits: tuple[int, ...]) -> bool:
        count = self.num_qubits
        return len(set(qubits)) == len(qubits) and all(0 <= qubit < count for qubit in qubits)

    def position(self, index: int) -> int:
        """The index that the `index`-th operation had in the circuit that was read."""
        return index if self.positions is None else self.positions[index]

    def walk(self) -> Iterator[tuple[int, Operation]]:
        """Every operation with its index in the circuit that was read; those inside blocks have their block's."""
        for index, operation in enumerate(self.operations):
            yield from _walk(self.position(index), operation)

    def replaced(
        self, operations: list[Operation], positions: Iterable[int], global_phase: float | None = None
    ) -> Program:
        """The same program with other operations. `positions` says where in the circuit each one comes from."""
        phase = self.global_phase if global_phase is None else global_phase
        return replace(self, operations=operations, positions=tuple(positions), global_phase=phase)


def _walk(index: int, operation: Operation) -> Iterator[tuple[int, Operation]]:
    from qrelay.program.control import blocks

    yield index, operation
    for block in blocks(operation):
        for inner in block:
            yield from _walk(index, inner)
