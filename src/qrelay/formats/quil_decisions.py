"""Classical conditions as jumps of Quil: any function of a few bits is a diagram of decisions, each a jump on one bit.

Quil's arithmetic is left alone: machines that jump need not calculate.
Source: Bryant, Graph-based algorithms for Boolean function manipulation, IEEE Trans. Comput. C-35 (1986) 677.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from qrelay.formats.truth import bits_of, holds
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
    bits = sorted(bits_of(condition))
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
        try:
            return holds(expression, values)
        except ZeroDivisionError:
            raise Undecidable("divides by zero for some values of its bits") from None
        except KeyError as operator:
            raise Undecidable(f"decides by {operator}") from None
    bit = bits[depth]
    values[bit] = 0
    low = _split(expression, bits, depth + 1, values, known)
    values[bit] = 1
    high = _split(expression, bits, depth + 1, values, known)
    if low is high:
        return low
    key = (bit, low if isinstance(low, bool) else id(low), high if isinstance(high, bool) else id(high))
    return known.setdefault(key, _Node(bit, low, high))
