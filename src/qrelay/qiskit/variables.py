"""Parameters that still want a value, and those that are a loop's own variable."""

from __future__ import annotations

from typing import Any

from qiskit import QuantumCircuit
from qiskit.circuit import ForLoopOp

__all__ = ["free_parameters", "has_loop_over"]


def free_parameters(circuit: QuantumCircuit) -> set[Any]:
    """The parameters without a value: not the variables of `for` loops, which Qiskit 1 counts among a circuit's."""
    if not circuit.parameters:
        return set()
    found = set(getattr(circuit.global_phase, "parameters", ()))
    for instruction in circuit.data:
        if not instruction.is_control_flow():
            found.update(*(getattr(value, "parameters", ()) for value in instruction.params))
            continue
        operation = instruction.operation
        inside = set().union(*map(free_parameters, operation.blocks))
        if isinstance(operation, ForLoopOp):
            inside.discard(operation.params[1])
        found |= inside
    return found


def has_loop_over(variable: Any, circuit: QuantumCircuit) -> bool:
    """Whether a `for` loop in it, at any depth, has this variable for its own."""
    flow = (instruction.operation for instruction in circuit.data if instruction.is_control_flow())
    return any(
        (isinstance(operation, ForLoopOp) and operation.params[1] == variable)
        or any(has_loop_over(variable, block) for block in operation.blocks)
        for operation in flow
    )
