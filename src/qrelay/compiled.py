"""Expressions of SymPy that are not linear, worked out together by one function of plain floats.

Both frameworks' parameters can be said in SymPy; it is imported when there is such an expression, so that linear ones,
which are nearly all, do without.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

__all__ = ["Compiled"]


class Compiled:
    """Called with the values of all parameters, in order, it gives the values of all expressions that were added."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = tuple(names)
        self._expressions: list[Any] = []
        self._function: Callable[..., Sequence[float]] | None = None

    def __getstate__(self) -> dict[str, Any]:
        return {**vars(self), "_function": None}  # made anew where it is used

    def add(self, expression: Any) -> int:
        """Its place among the results. Symbols are known by their names."""
        self._expressions.append(expression)
        self._function = None
        return len(self._expressions) - 1

    def __call__(self, values: Sequence[float]) -> Sequence[float]:
        """Raises ArithmeticError, ValueError or TypeError where an expression has no real value."""
        try:
            if self._function is None:
                self._function = self._made()
            return [_real(value) for value in self._function(*values)]
        except (NameError, NotImplementedError) as error:  # a function that is a name only, an integral
            why = str(error).partition("\n")[0]
            raise TypeError(f"SymPy cannot work it out: {why}") from None

    def _made(self) -> Callable[..., Sequence[float]]:
        import sympy

        symbols = {name: sympy.Dummy(real=True) for name in self._names}
        bodies = [
            expression.xreplace({symbol: symbols[symbol.name] for symbol in expression.free_symbols})
            for expression in map(sympy.sympify, self._expressions)
        ]
        function: Callable[..., Sequence[float]] = sympy.lambdify(list(symbols.values()), bodies, "math", cse=True)
        return function


def _real(value: Any) -> float:
    if isinstance(value, complex):
        if value.imag:
            raise ValueError(f"{value} is complex")
        return value.real
    return float(value)
