"""Classical conditions, and rewriting of control flow that needs no decision at run time.

Expressions are plain data, so that formats with classical arithmetic can write them and others can refuse them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from qrelay.program.program import Operation, Program

__all__ = [
    "BLOCKS",
    "BitIs",
    "Condition",
    "Expression",
    "RegisterIs",
    "Value",
    "blocks",
    "leaves_loop",
    "unroll",
    "with_blocks",
]

BLOCKS = frozenset({"if", "while", "for", "switch"})
"""Names of the operations that hold blocks of operations."""


@dataclass(frozen=True, slots=True)
class BitIs:
    """True when the classical bit holds `value`."""

    bit: int
    value: bool


@dataclass(frozen=True, slots=True)
class RegisterIs:
    """True when the bits, lowest first, spell the number `value`."""

    bits: tuple[int, ...]
    value: int


@dataclass(frozen=True, slots=True)
class Expression:
    """One node of a classical expression.

    `operator` and what its `operands` are:
        bit     (index,)          one classical bit
        bits    (index, …)        an unsigned number, lowest bit first
        const   (int or bool,)
        cast    (Expression,)     to the node's own width
        not, invert               (Expression,)           logical, bitwise
        and, or                   (Expression, Expression) logical
        bit_and bit_or bit_xor shift_left shift_right add sub mul div  (Expression, Expression)
        equal not_equal less less_equal greater greater_equal          (Expression, Expression)
        index   (Expression, Expression)                  a single bit of a number
    `width` is the number of bits of the value, 0 for a truth value.
    """

    operator: str
    operands: tuple[int | bool | Expression, ...]
    width: int = 0


Condition: TypeAlias = BitIs | RegisterIs | Expression
"""What `if` and `while` decide by."""

Value: TypeAlias = Expression
"""What `switch` chooses by: a number or a truth value."""


_LARGEST = 1_000_000


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
    """The same control-flow operation with each of its blocks changed."""
    name, qubits, arguments = operation
    if name == "if":
        return name, qubits, (arguments[0], change(arguments[1]), change(arguments[2]))
    if name == "while":
        return name, qubits, (arguments[0], change(arguments[1]))
    if name == "for":
        return name, qubits, (arguments[0], arguments[1], change(arguments[2]))
    return name, qubits, (arguments[0], tuple((labels, change(block)) for labels, block in arguments[1]))


def unroll(program: Program) -> Program:
    """Write every `for` that neither breaks nor continues as that many copies of its body.

    A loop whose variable is used cannot occur here: angles are numbers, so readers have filled it in before. A loop
    that would come to more than a million operations stays one. Returns the program itself if there is nothing to do.
    """
    if BLOCKS.isdisjoint(program.names):
        return program
    operations: list[Operation] = []
    positions: list[int] = []
    for index, operation in enumerate(program.operations):
        before = len(operations)
        operations.extend(_unrolled((operation,)))
        positions.extend([program.position(index)] * (len(operations) - before))
    return program.replaced(operations, positions)


def _unrolled(operations: Iterable[Operation]) -> Iterator[Operation]:
    for operation in operations:
        name, qubits, arguments = operation
        if name == "if":
            condition, then, otherwise = arguments
            yield name, qubits, (condition, tuple(_unrolled(then)), tuple(_unrolled(otherwise)))
        elif name == "while":
            yield name, qubits, (arguments[0], tuple(_unrolled(arguments[1])))
        elif name == "switch":
            cases = tuple((labels, tuple(_unrolled(block))) for labels, block in arguments[1])
            yield name, qubits, (arguments[0], cases)
        elif name == "for":
            values, variable, body = arguments
            inner = tuple(_unrolled(body))
            if leaves_loop(inner) or len(values) * len(inner) > _LARGEST:
                yield name, qubits, (values, variable, inner)
            else:
                for _ in values:
                    yield from inner
        else:
            yield operation


def leaves_loop(operations: Iterable[Operation]) -> bool:
    """Whether a `break` or `continue` in these operations belongs to the loop around them."""
    for operation in operations:
        if operation[0] in ("break", "continue"):
            return True
        if operation[0] in ("if", "switch") and any(leaves_loop(block) for block in blocks(operation)):
            return True
    return False
