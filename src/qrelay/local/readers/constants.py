"""The value of a constant expression of OpenQASM 3: numbers, pi, arithmetic and the built-in functions."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any

from openqasm3 import ast

from qrelay.local.readers.openqasm3 import place
from qrelay.local.refusal import ExecutionRefused

__all__ = ["real", "whole"]

_NAMES = {"pi": math.pi, "π": math.pi, "tau": math.tau, "τ": math.tau, "euler": math.e, "ℇ": math.e}
_ARITHMETIC: dict[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "**": math.pow,
}
_FUNCTIONS: dict[str, Callable[[float], float]] = {
    "sin": math.sin,
    "cos": math.cos,
    "tan": math.tan,
    "arcsin": math.asin,
    "arccos": math.acos,
    "arctan": math.atan,
    "exp": math.exp,
    "log": math.log,
    "sqrt": math.sqrt,
}


def real(node: Any) -> float:
    """The value of an angle, finite. Raises ExecutionRefused for what is no constant or has no real value."""
    try:
        value = _value(node)
    except (ArithmeticError, ValueError) as error:
        raise _refused(node, f"this expression has no value: {error}") from None
    except RecursionError:
        raise ExecutionRefused("CompilationError", "an expression nests too deeply") from None
    if not math.isfinite(value):
        raise _refused(node, "this expression is not finite")
    return value


def whole(node: Any) -> int:
    """The value of a size or an index; a literal, never negative."""
    if not isinstance(node, ast.IntegerLiteral):
        raise _refused(node, "a size or an index must be a whole number, not negative")
    return int(node.value)


def _value(node: Any) -> float:
    if isinstance(node, ast.IntegerLiteral | ast.FloatLiteral):
        return float(node.value)
    if isinstance(node, ast.Identifier):
        if node.name in _NAMES:
            return _NAMES[node.name]
        raise _refused(node, f"{node.name[:40]!r} is not a constant")
    if isinstance(node, ast.UnaryExpression) and node.op.name == "-":
        return -_value(node.expression)
    if isinstance(node, ast.BinaryExpression) and node.op.name in _ARITHMETIC:
        return _ARITHMETIC[node.op.name](_value(node.lhs), _value(node.rhs))
    if isinstance(node, ast.FunctionCall) and node.name.name in _FUNCTIONS and len(node.arguments) == 1:
        return _FUNCTIONS[node.name.name](_value(node.arguments[0]))
    raise _refused(node, "only numbers, pi, arithmetic and the functions of a real number are constants here")


def _refused(node: Any, words: str) -> ExecutionRefused:
    return ExecutionRefused("CompilationError", f"{place(node)} {words}")
