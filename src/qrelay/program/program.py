"""Program: a circuit's meaning as a flat list of operations, one plain tuple each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeAlias

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


@dataclass(slots=False)
class Program:
    """What a circuit does.

    Attributes:
        num_qubits, num_clbits: sizes; qubit 0 and bit 0 come first, and are least significant in every number.
        operations: in order; see `Operation`.
        registers: classical registers in the circuit's order.
        global_phase: radians.
        name: the circuit's name, kept for the job.
        positions: for each operation its index in the circuit that was read, when the two differ (after lowering).
    """

    num_qubits: int
    num_clbits: int
    operations: list[Operation]
    registers: tuple[Register, ...] = ()
    global_phase: float = 0.0
    name: str = ""
    metadata: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def layout(self) -> Layout:
        """Which qubit each classical bit is measured from last, and the registers. Costs one pass over the operations."""
        raise NotImplementedError

    def walk(self) -> Iterator[tuple[int, Operation]]:
        """Every operation with its top-level index, those inside blocks included."""
        raise NotImplementedError
