"""Classical conditions, and rewriting of control flow that needs no decision at run time.

Expressions are plain data, so that formats with classical arithmetic can write them and others can refuse them.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from qrelay.program.operations import BLOCKS, Operation, blocks, with_blocks
from qrelay.program.program import Program

__all__ = ["BitIs", "Condition", "Expression", "RegisterIs", "Value", "leaves_loop", "unroll"]


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
        inner = with_blocks(operation, lambda block: tuple(_unrolled(block)))
        if inner[0] != "for":
            yield inner
            continue
        values, _, body = inner[2]
        if leaves_loop(body) or len(values) * len(body) > _LARGEST:
            yield inner
        elif body:
            for _ in values:
                yield from body


def leaves_loop(operations: Iterable[Operation], words: Container[str] = ("break", "continue")) -> bool:
    """Whether one of these words in the operations belongs to the loop around them."""
    for operation in operations:
        if operation[0] in words:
            return True
        if operation[0] in ("if", "switch") and any(leaves_loop(block, words) for block in blocks(operation)):
            return True
    return False
