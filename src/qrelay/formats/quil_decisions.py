"""Classical conditions as jumps of Quil: any function of a few bits is a diagram of decisions, each a jump on one bit.

Quil's arithmetic is left alone: machines that jump need not calculate.
Source: Bryant, Graph-based algorithms for Boolean function manipulation, IEEE Trans. Comput. C-35 (1986) 677.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from qrelay.program.control import BitIs, Condition, Expression, RegisterIs

__all__ = ["MOST_BITS", "Undecidable", "decision"]

MOST_BITS = 12
"""Bits that one expression may ask for: its value is worked out for all of their values."""


class Undecidable(Exception):
    """The message says why a condition has no jumps."""


@dataclass(frozen=True, slots=True)
class _Node:
    bit: int
    low: _Diagram
    high: _Diagram


_Diagram: TypeAlias = "bool | _Node"


def decision(
    condition: Condition, yes: str, no: str, place: Callable[[int], str], label: Callable[[], str]
) -> list[str]:
    """Lines that jump to the label `no`, or come to their end where the label `yes` has to follow.

    Args:
        place: where in memory a bit of the program is.
        label: makes a label that nobody has yet.

    Raises:
        Undecidable: the expression asks for too many bits, or divides by zero.
    """
    labels: dict[int, str] = {}

    def target(node: _Diagram) -> str:
        if isinstance(node, bool):
            return yes if node else no
        if id(node) not in labels:
            labels[id(node)] = label()
        return labels[id(node)]

    lines: list[str | int] = []  # a number stands for the label of the node, if anybody jumps there
    written: set[int] = set()
    later: list[_Diagram] = []
    node = _diagram(condition)
    while True:
        if isinstance(node, bool) or id(node) in written:
            lines.append(f"JUMP @{target(node)}\n")
            later = [other for other in later if id(other) not in written]
            if not later:
                break
            node = later.pop()
            continue
        written.add(id(node))
        lines.append(id(node))
        away, onward, word = node.low, node.high, "JUMP-UNLESS"
        if isinstance(node.high, bool) and not (node.high and isinstance(node.low, bool)):
            away, onward, word = node.high, node.low, "JUMP-WHEN"
        lines.append(f"{word} @{target(away)} {place(node.bit)}\n")
        if not isinstance(away, bool):
            later.append(away)
        node = onward
    if lines[-1] == f"JUMP @{yes}\n":
        lines.pop()
    texts = [line if isinstance(line, str) else f"LABEL @{labels.get(line, '')}\n" for line in lines]
    return [text for text in texts if text != "LABEL @\n"]


def _diagram(condition: Condition) -> _Diagram:
    if isinstance(condition, BitIs):
        return _Node(condition.bit, not condition.value, condition.value)
    if isinstance(condition, RegisterIs):
        if condition.value < 0 or condition.value >> len(condition.bits):
            return False
        wanted: dict[int, int] = {}
        for index, bit in enumerate(condition.bits):
            if wanted.setdefault(bit, condition.value >> index & 1) != condition.value >> index & 1:
                return False
        found: _Diagram = True
        for bit, value in sorted(wanted.items(), reverse=True):
            found = _Node(bit, False, found) if value else _Node(bit, found, False)
        return found
    bits = sorted(_bits(condition))
    if len(bits) > MOST_BITS:
        raise Undecidable(f"decides by an expression of {len(bits)} bits, and {MOST_BITS} is the most")
    return _split(condition, bits, 0, {}, {})


def _split(
    expression: Expression,
    bits: list[int],
    depth: int,
    values: dict[int, int],
    known: dict[tuple[int, int | bool, int | bool], _Node],
) -> _Diagram:
    """The diagram below the bits that have values; equal parts are one node."""
    if depth == len(bits):
        return bool(_value(expression, values))
    bit = bits[depth]
    values[bit] = 0
    low = _split(expression, bits, depth + 1, values, known)
    values[bit] = 1
    high = _split(expression, bits, depth + 1, values, known)
    if low is high:
        return low
    key = (bit, low if isinstance(low, bool) else id(low), high if isinstance(high, bool) else id(high))
    return known.setdefault(key, _Node(bit, low, high))


def _bits(expression: Expression) -> set[int]:
    found: set[int] = set()
    for operand in expression.operands:
        if isinstance(operand, Expression):
            found |= _bits(operand)
        elif expression.operator in ("bit", "bits"):
            found.add(int(operand))
    return found


_TWO: Mapping[str, Callable[[int, int], int]] = {
    "and": lambda one, other: bool(one) and bool(other),
    "or": lambda one, other: bool(one) or bool(other),
    "bit_and": operator.and_,
    "bit_or": operator.or_,
    "bit_xor": operator.xor,
    "shift_left": operator.lshift,
    "shift_right": operator.rshift,
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "equal": operator.eq,
    "not_equal": operator.ne,
    "less": operator.lt,
    "less_equal": operator.le,
    "greater": operator.gt,
    "greater_equal": operator.ge,
    "index": lambda number, place: number >> place & 1,
}


def _value(expression: Expression, values: Mapping[int, int]) -> int:
    """Unsigned numbers of a node's own width; truth values are 0 and 1."""
    name, width = expression.operator, expression.width
    if name == "bit":
        return values[int(_plain(expression, 0))]
    if name == "bits":
        return sum(values[int(_plain(expression, k))] << k for k in range(len(expression.operands)))
    if name == "const":
        return int(_plain(expression, 0))
    parts = [_value(operand, values) for operand in expression.operands if isinstance(operand, Expression)]
    if name == "cast":
        return parts[0] & (1 << width) - 1 if width else int(bool(parts[0]))
    if name == "not" or (name == "invert" and not width):
        return int(not parts[0])
    if name == "invert":
        return ~parts[0] & (1 << width) - 1
    if name == "div":
        if not parts[1]:
            raise Undecidable("divides by zero for some values of its bits")
        return parts[0] // parts[1]
    if name == "shift_left" and parts[1] >= max(width, 1):
        return 0
    if name not in _TWO:
        raise Undecidable(f"decides by {name!r}")
    found = int(_TWO[name](parts[0], parts[1]))
    return found & (1 << width) - 1 if width else int(bool(found))


def _plain(expression: Expression, place: int) -> int:
    operand = expression.operands[place]
    assert not isinstance(operand, Expression)
    return operand
