"""Qiskit's classical conditions and expressions, read into the Program's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from qiskit.circuit import ClassicalRegister, Clbit
from qiskit.circuit.classical import expr, types

from qrelay.program.control import BitIs, Condition, Expression, RegisterIs

__all__ = ["VARIABLES", "read_condition", "read_switch"]

VARIABLES = "which qrelay writes in no format. Measure into bits, and decide by these or by expressions over them"
"""What becomes of Qiskit's classical variables: the end of a refusal."""

_Refuse = Callable[[str], Any]

_UNARY = {"BIT_NOT": "invert", "LOGIC_NOT": "not"}
_BINARY = {
    "BIT_AND": "bit_and",
    "BIT_OR": "bit_or",
    "BIT_XOR": "bit_xor",
    "LOGIC_AND": "and",
    "LOGIC_OR": "or",
    "EQUAL": "equal",
    "NOT_EQUAL": "not_equal",
    "LESS": "less",
    "LESS_EQUAL": "less_equal",
    "GREATER": "greater",
    "GREATER_EQUAL": "greater_equal",
    "SHIFT_LEFT": "shift_left",
    "SHIFT_RIGHT": "shift_right",
    "ADD": "add",
    "SUB": "sub",
    "MUL": "mul",
    "DIV": "div",
}


def read_condition(
    condition: Any, clbits: Mapping[Clbit, int], outermost: Mapping[Clbit, int], refuse: _Refuse
) -> Condition:
    """A condition as Qiskit has it: `(bit or register, value)` or an expression.

    Bits are looked up in the block's own map first, then in the circuit's.
    """
    if isinstance(condition, expr.Expr):
        return _simplified(_Expressions(clbits, outermost, refuse).read(condition))
    what, value = condition
    if isinstance(what, Clbit):
        return BitIs(_bit(what, clbits, outermost), bool(value))
    return RegisterIs(tuple(_bit(bit, clbits, outermost) for bit in what), int(value))


def read_switch(
    target: Any, clbits: Mapping[Clbit, int], outermost: Mapping[Clbit, int], refuse: _Refuse
) -> Expression:
    """What a `switch` chooses by."""
    if isinstance(target, expr.Expr):
        return _Expressions(clbits, outermost, refuse).read(target)
    if isinstance(target, Clbit):
        return Expression("bit", (_bit(target, clbits, outermost),))
    return Expression("bits", tuple(_bit(bit, clbits, outermost) for bit in target), len(target))


def _bit(bit: Clbit, clbits: Mapping[Clbit, int], outermost: Mapping[Clbit, int]) -> int:
    found = clbits.get(bit)
    return outermost[bit] if found is None else found


def _simplified(node: Expression) -> Condition:
    """The plain forms that formats without expressions know, where an expression is one of them."""
    first = node.operands[0]
    if node.operator == "bit":
        assert isinstance(first, int)
        return BitIs(first, value=True)
    if node.operator in ("not", "invert") and isinstance(first, Expression) and first.operator == "bit":
        bit = first.operands[0]
        assert isinstance(bit, int)
        return BitIs(bit, value=False)
    if node.operator == "equal":
        left, right = node.operands
        assert isinstance(left, Expression)
        assert isinstance(right, Expression)
        if left.operator == "const":
            left, right = right, left
        if left.operator == "bits" and right.operator == "const":
            bits = tuple(bit for bit in left.operands if isinstance(bit, int))
            value = right.operands[0]
            assert isinstance(value, int)
            return RegisterIs(bits, int(value))
    return node


class _Expressions:
    def __init__(self, clbits: Mapping[Clbit, int], outermost: Mapping[Clbit, int], refuse: _Refuse) -> None:
        self._clbits, self._outermost, self._refuse = clbits, outermost, refuse

    def read(self, node: expr.Expr) -> Expression:
        width = self._width(node)
        if isinstance(node, expr.Var):
            what = node.var
            if isinstance(what, Clbit):
                return Expression("bit", (_bit(what, self._clbits, self._outermost),))
            if isinstance(what, ClassicalRegister):
                return Expression("bits", tuple(_bit(bit, self._clbits, self._outermost) for bit in what), width)
        elif isinstance(node, expr.Value) and self._fits(node):
            return Expression("const", (node.value,), width)
        elif isinstance(node, expr.Cast):
            return Expression("cast", (self.read(node.operand),), width)
        elif isinstance(node, expr.Unary) and node.op.name in _UNARY:
            return Expression(_UNARY[node.op.name], (self.read(node.operand),), width)
        elif isinstance(node, expr.Binary) and node.op.name in _BINARY:
            return Expression(_BINARY[node.op.name], (self.read(node.left), self.read(node.right)), width)
        elif isinstance(node, expr.Index):
            return Expression("index", (self.read(node.target), self.read(node.index)), width)
        why = "a value that no job format can say"
        if isinstance(node, expr.Var):
            why = f"a classical variable, {VARIABLES}"
        refused: Expression = self._refuse(f"decides by {why}")
        return refused

    def _fits(self, node: expr.Value) -> bool:
        """Whether it is a truth value, or a number that its type has room for: `Value` itself checks nothing."""
        if isinstance(node.type, types.Uint):
            return isinstance(node.value, int) and 0 <= node.value < 1 << node.type.width
        return isinstance(node.type, types.Bool) and node.value in (False, True)

    def _width(self, node: expr.Expr) -> int:
        return node.type.width if isinstance(node.type, types.Uint) else 0
