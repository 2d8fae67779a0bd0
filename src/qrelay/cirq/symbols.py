"""Cirq's symbols as angles: what an expression in them is, once, instead of a number at every binding."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import cirq
import sympy

from qrelay.compiled import Compiled
from qrelay.program import Symbols

__all__ = ["Expressions", "Unresolved", "angle_of", "binding", "reading"]

_SMOOTH = (sympy.Symbol, sympy.Number, sympy.NumberSymbol, sympy.Add, sympy.Mul, sympy.Pow)


class Unresolved(Exception):
    """A parameter is a symbol without a value."""


class Expressions:
    """Reads the symbols of one circuit."""

    def __init__(self, circuit: cirq.AbstractCircuit) -> None:
        self.symbols = Symbols(sorted(cirq.parameter_names(circuit)))
        self._angles = dict(zip(self.symbols.names, self.symbols.parameters, strict=True))
        self._known: dict[Any, Any] = {}
        self._compiled = Compiled(self.symbols.names)

    def angle(self, expression: Any) -> Any:
        """An expression with free symbols as an angle. Raises Unresolved for a symbol that is none of the circuit's."""
        known = self._known.get(expression)
        if known is None:
            known = self._known[expression] = self._read(expression)
        return known

    def _read(self, expression: Any) -> Any:
        """offset + Σ coefficient · symbol where it is linear, by its derivatives; all else is worked out as it is.

        Only sums, products and powers are asked: a derivative of what goes by steps says nothing of the steps.
        """
        free = {symbol.name: symbol for symbol in expression.free_symbols}
        if not free.keys() <= self._angles.keys():
            raise Unresolved
        if isinstance(expression, sympy.Symbol):
            return self._angles[expression.name]
        if not all(isinstance(node, _SMOOTH) for node in sympy.preorder_traversal(expression)):
            return self.symbols.derived(self._compiled, self._compiled.add(expression))
        terms = []
        for name in sorted(free):
            slope = expression.diff(free[name])
            if slope.free_symbols or not slope.is_real:
                return self.symbols.derived(self._compiled, self._compiled.add(expression))
            if slope:
                terms.append(self._angles[name] * float(slope))
        return self.symbols.total(terms, float(expression.subs(dict.fromkeys(free.values(), 0))))


_READING: ContextVar[Expressions | None] = ContextVar("qrelay_symbolic_reading", default=None)


@contextmanager
def reading(expressions: Expressions | None) -> Iterator[None]:
    """Inside, symbols are read as angles of these expressions; None: they are unresolved."""
    token = _READING.set(expressions)
    try:
        yield
    finally:
        _READING.reset(token)


def angle_of(expression: Any) -> Any:
    """The angle that an expression with free symbols is. Raises Unresolved outside symbolic readings."""
    expressions = _READING.get()
    if expressions is None:
        raise Unresolved
    return expressions.angle(expression)


def binding(circuit: cirq.AbstractCircuit) -> tuple[tuple[str, ...], Callable[[list[float]], cirq.AbstractCircuit]]:
    """Names of the parameters, sorted, and how Cirq itself gives them values."""
    names = tuple(sorted(cirq.parameter_names(circuit)))

    def bind(values: list[float]) -> cirq.AbstractCircuit:
        return cirq.resolve_parameters(circuit, dict(zip(names, values, strict=True)))

    return names, bind
