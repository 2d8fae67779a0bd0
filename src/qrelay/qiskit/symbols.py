"""Qiskit's parameters as angles: what a parameter expression is, once, instead of a number at every binding."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qiskit import QuantumCircuit
from qiskit.circuit import Parameter, ParameterExpression

from qrelay.compiled import Compiled
from qrelay.errors import UnboundParameters, UnsupportedCircuit
from qrelay.program import Symbols
from qrelay.qiskit.variables import free_parameters

if TYPE_CHECKING:
    from collections.abc import Callable

    from qrelay.program import Angle

__all__ = ["Expressions", "binding", "ordered_parameters"]


def ordered_parameters(circuit: QuantumCircuit) -> list[Parameter]:
    """The parameters without a value, in the order of `circuit.parameters`."""
    free = free_parameters(circuit)
    return [parameter for parameter in circuit.parameters if parameter in free]


def binding(circuit: QuantumCircuit) -> tuple[tuple[str, ...], Callable[[list[float]], QuantumCircuit]]:
    """Names of the parameters, and how Qiskit itself gives them values."""
    parameters = ordered_parameters(circuit)

    def bind(values: list[float]) -> QuantumCircuit:
        bound = circuit.assign_parameters(dict(zip(parameters, values, strict=True)), inplace=False)
        assert isinstance(bound, QuantumCircuit)
        bound.name = circuit.name  # Qiskit gives each copy a number
        return bound

    return tuple(parameter.name for parameter in parameters), bind


class Expressions:
    """Reads the parameters of one circuit; Parameters are told apart as Qiskit does it, not by their names."""

    def __init__(self, circuit: QuantumCircuit) -> None:
        parameters = ordered_parameters(circuit)
        self.symbols = Symbols(parameter.name for parameter in parameters)
        self._angles: dict[Parameter, Angle] = dict(zip(parameters, self.symbols.parameters, strict=True))
        self._places = {parameter: place for place, parameter in enumerate(parameters)}
        self._others: dict[ParameterExpression, Any] = {}
        self._compiled = Compiled(self.symbols.names)

    def number(self, value: Any) -> Any:
        """An instruction's parameter as float or angle.

        Raises UnboundParameters for a Parameter that is none of the circuit's, TypeError for what is no real number,
        UnsupportedCircuit for an expression that Qiskit itself has no other words for.
        """
        if not isinstance(value, ParameterExpression):
            return float(value)
        if isinstance(value, Parameter):
            angle = self._angles.get(value)
            if angle is None:
                raise UnboundParameters([value.name])
            return angle
        known = self._others.get(value)
        if known is None:
            known = self._others[value] = self._read(value)
        return known

    def _read(self, expression: ParameterExpression) -> Any:
        """offset + Σ coefficient · parameter where it is linear, by Qiskit's own derivatives; by SymPy where not."""
        parameters = expression.parameters
        if not parameters:
            return float(expression)
        unknown = [parameter.name for parameter in parameters if parameter not in self._places]
        if unknown:
            raise UnboundParameters(unknown)
        terms = []
        for parameter in sorted(parameters, key=self._places.__getitem__):
            slope = _slope(expression, parameter)
            if slope is None or isinstance(slope, ParameterExpression) or not _is_real(slope):
                said = expression.sympify()
                if said is NotImplemented:  # Qiskit's own answer for a power of a number
                    why = "cannot be read before its parameters have values: Qiskit does not say it in SymPy"
                    raise UnsupportedCircuit(f"The angle {expression} {why}.")
                return self.symbols.derived(self._compiled, self._compiled.add(said))
            if slope:
                terms.append(self._angles[parameter] * float(slope.real))
        return self.symbols.total(terms, float(expression.bind(dict.fromkeys(parameters, 0.0))))


def _slope(expression: ParameterExpression, parameter: Parameter) -> Any:
    """The derivative; None where Qiskit knows none, as that of a sign."""
    try:
        return expression.gradient(parameter)
    except (RuntimeError, NotImplementedError):
        return None


def _is_real(slope: complex) -> bool:
    return not slope.imag
