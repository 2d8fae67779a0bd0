"""Whether a classical condition holds, for given bits: for formats that only compare numbers, or only jump on bits.

Numbers are unsigned and wrap at their width, as Qiskit's and OpenQASM 3's do.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping

from qrelay.program.control import BitIs, Condition, Expression, RegisterIs

__all__ = ["bits_of", "holds", "value_of"]

_NUMBERS: Mapping[str, Callable[[int, int], int]] = {
    "bit_and": operator.and_,
    "bit_or": operator.or_,
    "bit_xor": operator.xor,
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "div": operator.floordiv,
    "shift_right": operator.rshift,
}
_COMPARISONS: Mapping[str, Callable[[int, int], bool]] = {
    "equal": operator.eq,
    "not_equal": operator.ne,
    "less": operator.lt,
    "less_equal": operator.le,
    "greater": operator.gt,
    "greater_equal": operator.ge,
    "and": lambda left, right: bool(left and right),
    "or": lambda left, right: bool(left or right),
}


def bits_of(condition: Condition) -> frozenset[int]:
    """The classical bits that the condition reads."""
    if isinstance(condition, BitIs):
        return frozenset((condition.bit,))
    if isinstance(condition, RegisterIs):
        return frozenset(condition.bits)
    if condition.operator in ("bit", "bits"):
        return frozenset(bit for bit in condition.operands if type(bit) is int)
    inner = [bits_of(operand) for operand in condition.operands if isinstance(operand, Expression)]
    return frozenset().union(*inner)


def holds(condition: Condition, values: Mapping[int, int]) -> bool:
    """Whether the condition is true where these bits have these values; bits that are not given are 0.

    Raises ZeroDivisionError where an expression divides by nothing, KeyError for operators that nobody knows.
    """
    if isinstance(condition, BitIs):
        return bool(values.get(condition.bit, 0)) == condition.value
    if isinstance(condition, RegisterIs):
        return sum(values.get(bit, 0) << place for place, bit in enumerate(condition.bits)) == condition.value
    return bool(value_of(condition, values))


def value_of(node: Expression, values: Mapping[int, int]) -> int:
    """The value of an expression, a truth value as 0 or 1. Raises as `holds`."""
    name, operands = node.operator, node.operands
    if name in ("bit", "bits"):
        return sum(values.get(int(bit), 0) << place for place, bit in enumerate(operands) if type(bit) is int)
    if name == "const":
        return int(operands[0])  # type: ignore[arg-type] # a constant's operand is a number
    inner = [value_of(operand, values) for operand in operands if isinstance(operand, Expression)]
    if name in _COMPARISONS:
        return int(_COMPARISONS[name](*inner))
    if name == "not":
        return int(not inner[0])
    if name == "index":
        return inner[0] >> inner[1] & 1
    if name == "cast":
        return _fitted(inner[0], node.width)
    if name == "invert":
        return _fitted(~inner[0], node.width) if node.width else int(not inner[0])
    if name == "shift_left":
        # what is shifted beyond the width is gone; a shift of billions must not fill the memory
        return 0 if inner[1] >= node.width else _fitted(inner[0] << inner[1], node.width)
    return _fitted(_NUMBERS[name](*inner), node.width)


def _fitted(value: int, width: int) -> int:
    return value % (1 << width) if width else int(bool(value))
