"""A gate's whole way into a set of gates, worked out once: steps whose angles are sums over the gate's parameters.

Definitions are linear in their parameters. So they are followed once with `Linear` in place of numbers, however deep,
and what comes out is filled in for every gate of that name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from qrelay.program.steps import Step

__all__ = ["Linear", "Plan", "Sum", "value_of"]


@dataclass(frozen=True, slots=True)
class Linear:
    """`constant` plus for each parameter `factors[parameter]` times its value. TypeError for what is not linear."""

    constant: float
    factors: tuple[float, ...]

    @classmethod
    def parameters(cls, count: int) -> tuple[Linear, ...]:
        """So many parameters, each as itself."""
        return tuple(cls(0.0, tuple(float(own == other) for other in range(count))) for own in range(count))

    @property
    def terms(self) -> tuple[tuple[int, float], ...]:
        """The parameters that it depends on, by place, and their factors."""
        return tuple([(place, factor) for place, factor in enumerate(self.factors) if factor])

    def __add__(self, other: float | Linear) -> Linear:
        if isinstance(other, Linear):
            both = zip(self.factors, other.factors, strict=True)
            return Linear(self.constant + other.constant, tuple([one + two for one, two in both]))
        return Linear(self.constant + other, self.factors)

    __radd__ = __add__

    def __neg__(self) -> Linear:
        return Linear(-self.constant, tuple([-factor for factor in self.factors]))

    def __sub__(self, other: float | Linear) -> Linear:
        return self + -other

    def __rsub__(self, other: float) -> Linear:
        return -self + other

    def __mul__(self, other: float) -> Linear:
        return Linear(self.constant * other, tuple([factor * other for factor in self.factors]))

    __rmul__ = __mul__

    def __truediv__(self, other: float) -> Linear:
        return Linear(self.constant / other, tuple([factor / other for factor in self.factors]))


Sum: TypeAlias = tuple[float, tuple[tuple[int, float], ...]]
"""A constant, and places of parameters with the factors that go with them."""


def _sum(value: float | Linear) -> Sum:
    return (value.constant, value.terms) if isinstance(value, Linear) else (value, ())


def value_of(wanted: Sum, params: Sequence[float]) -> float:
    """The sum for these parameters. A parameter by itself comes back as it is, bit for bit."""
    constant, terms = wanted
    total: float | None = None
    for place, factor in terms:
        value = params[place]
        if factor != 1:
            value = -value if factor == -1 else factor * value
        total = value if total is None else total + value
    if total is None:
        return constant
    return total + constant if constant else total


class Plan:
    """Steps and a global phase, numbers or Linear, to be filled in."""

    __slots__ = ("_phase", "_rows")

    def __init__(self, steps: Sequence[tuple[str, tuple[int, ...], tuple[Any, ...]]], phase: float | Linear) -> None:
        self._phase = _sum(phase)
        self._rows: list[tuple[Step, tuple[Sum, ...] | None]] = []
        """Steps as they stand, and the parameters of those that want to be filled in."""
        for name, qubits, params in steps:
            if any(isinstance(value, Linear) for value in params):
                self._rows.append(((name, qubits, ()), tuple(map(_sum, params))))
            else:
                self._rows.append(((name, qubits, params), None))

    @property
    def steps(self) -> tuple[tuple[str, tuple[int, ...], tuple[Sum, ...]], ...]:
        """The steps with sums for their parameters, `global_phase` left out."""
        return tuple(
            (name, qubits, tuple(map(_sum, params)) if wanted is None else wanted)
            for (name, qubits, params), wanted in self._rows
        )

    def filled(self, params: Sequence[float]) -> tuple[tuple[Step, ...], float]:
        """The steps, and the global phase that goes with them."""
        steps: list[Step] = []
        for step, wanted in self._rows:
            if wanted is None:
                steps.append(step)
            elif len(wanted) == 1:
                steps.append((step[0], step[1], (value_of(wanted[0], params),)))
            else:
                steps.append((step[0], step[1], tuple([value_of(one, params) for one in wanted])))
        return tuple(steps), value_of(self._phase, params)
