"""What an operation is, which operations are no gates, and the blocks that some of them hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

__all__ = ["BLOCKS", "NOT_GATES", "Operation", "blocks", "with_blocks"]

Operation: TypeAlias = tuple[str, tuple[int, ...], tuple[Any, ...]]
"""`(name, qubits, arguments)`, plain tuples because a hundred thousand of them must cost little.

The arguments of a gate are its parameters, angles in radians. One gate's size varies:
    pauliexp qubits    (terms, coefficients, time)        exp(-i · time · Σ coefficient · term); see `program.pauli`
`terms` is a tuple of words over I, X, Y, Z, as long as `qubits`, that commute with each other; a word's last letter
acts on the first qubit, as in Qiskit's labels. `coefficients` is a tuple of as many real numbers. No factor of 1/2.
Names that are not gates:
    measure  (qubit,)  (classical bit,)
    reset    (qubit,)  ()
    barrier  qubits    ()
    delay    (qubit,)  (seconds,)      or as an int the machine's own ticks; None if only the machine can tell
    if       ()        (Condition, then, otherwise)      blocks are tuples of operations
    while    ()        (Condition, body)
    for      ()        (values, loop variable's name or None, body)
    switch   ()        (Value, ((labels or None for default, block), …))
    break, continue    () ()
`qrelay.program.control` has the conditions.
"""

BLOCKS = frozenset({"if", "while", "for", "switch"})
"""Names of the operations that hold blocks of operations."""

NOT_GATES = BLOCKS | {"measure", "reset", "barrier", "delay", "break", "continue"}
"""Names of operations that are no gates."""


def blocks(operation: Operation) -> Iterator[tuple[Operation, ...]]:
    """The blocks inside a control-flow operation; nothing for other operations."""
    name, _, arguments = operation
    if name == "if":
        yield arguments[1]
        yield arguments[2]
    elif name == "while":
        yield arguments[1]
    elif name == "for":
        yield arguments[2]
    elif name == "switch":
        for _, block in arguments[1]:
            yield block


def with_blocks(operation: Operation, change: Callable[[tuple[Operation, ...]], tuple[Operation, ...]]) -> Operation:
    """The same operation with each of its blocks changed; an operation without blocks as it is."""
    name, qubits, arguments = operation
    if name == "if":
        return name, qubits, (arguments[0], change(arguments[1]), change(arguments[2]))
    if name == "while":
        return name, qubits, (arguments[0], change(arguments[1]))
    if name == "for":
        return name, qubits, (arguments[0], arguments[1], change(arguments[2]))
    if name == "switch":
        return name, qubits, (arguments[0], tuple((labels, change(block)) for labels, block in arguments[1]))
    return operation
