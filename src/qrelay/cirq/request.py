"""Request: circuits, their points and their repetitions, as they were when the run was asked for."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from math import isfinite
from numbers import Real
from typing import Any, TypeVar

import cirq
import numpy as np
import sympy

from qrelay.cirq.reader import read
from qrelay.cloud.preparing import account_takes
from qrelay.errors import InvalidOption, UnboundParameters, UnsupportedCircuit
from qrelay.program import Bound, Program

__all__ = ["Request"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Request:
    """A batch: every circuit at every point of its own sweep. What the caller changes afterwards does not reach it.

    Attributes:
        circuits: one or more.
        points: for each circuit the assignments of its parameters, one run each.
        repetitions: for each circuit.
    """

    circuits: tuple[cirq.FrozenCircuit, ...]
    points: tuple[tuple[cirq.ParamResolver, ...], ...]
    repetitions: tuple[int, ...]

    @classmethod
    def of(cls, circuit: Any, params: cirq.Sweepable, repetitions: Any) -> Request:
        """One circuit at every point of a sweep."""
        return cls((_frozen(circuit),), (_points(params),), (_repetitions(repetitions),))

    @classmethod
    def at(cls, circuit: Any, params: cirq.ParamResolverOrSimilarType, repetitions: Any) -> Request:
        """One circuit at one point."""
        request = cls.of(circuit, params, repetitions)
        points = len(request.points[0])
        if points != 1:
            raise InvalidOption(
                f"`param_resolver` is one assignment of the parameters, not a sweep of {points}: use run_sweep.",
                option="param_resolver",
            )
        return request

    @classmethod
    def batch(cls, circuits: Any, params_list: Any, repetitions: Any) -> Request:
        """Circuits with a sweep each and repetitions each; one number of repetitions is for all of them."""
        if isinstance(circuits, cirq.AbstractCircuit):
            raise UnsupportedCircuit("A batch is a list of circuits; for one circuit use run or run_sweep.")
        if not isinstance(circuits, Iterable):
            raise UnsupportedCircuit(f"A batch is a list of circuits, not {type(circuits).__name__}.")
        frozen = tuple(_frozen(circuit, index) for index, circuit in enumerate(circuits))
        sweeps = [None] * len(frozen) if params_list is None else list(params_list)
        each = list(repetitions) if isinstance(repetitions, Sequence) or hasattr(repetitions, "__len__") else None
        if each is None:
            each = [repetitions] * len(frozen)
        for option, given in (("params_list", sweeps), ("repetitions", each)):
            if len(given) != len(frozen):
                raise InvalidOption(
                    f"`{option}` has {len(given)} entries for {len(frozen)} circuits; give one for each.", option=option
                )
        return cls(frozen, tuple(map(_points, sweeps)), tuple(map(_repetitions, each)))

    @property
    def flat_points(self) -> list[cirq.ParamResolver]:
        """The point of every run, in order."""
        return [point for points in self.points for point in points]

    @property
    def shots(self) -> int | list[int]:
        """Shots of every run, in order; one number if they are all the same."""
        each = [count for points, count in zip(self.points, self.repetitions, strict=True) for _ in points]
        return each[0] if len(set(each)) == 1 else each

    def programs(self) -> list[Program | Bound]:
        """What is to be run, in order: the circuits read, each with the values of a point in place of its symbols.

        A circuit is read once, however many points its sweep has, and written once; unless it has to have values
        before it can be read.

        Raises:
            UnboundParameters: a point leaves symbols without a value.
            UnsupportedCircuit: a circuit holds what cannot be said, with the operation and its index.
        """
        programs: list[Program | Bound] = []
        for circuit, points in zip(self.circuits, self.points, strict=True):
            if _is_parameterized(circuit):
                _refuse_unbound(circuit, points)
                programs.extend(_compiled(circuit, points) or [read(_resolved(circuit, point)) for point in points])
            elif points:
                programs.extend([read(circuit)] * len(points))
        return programs

    def nested(self, flat: Sequence[T]) -> list[list[T]]:
        """What belongs to every run, in order, as one list for each circuit."""
        remaining = iter(flat)
        return [list(islice(remaining, len(points))) for points in self.points]


def _frozen(circuit: Any, index: int | None = None) -> cirq.FrozenCircuit:
    if not isinstance(circuit, cirq.AbstractCircuit):
        which = "" if index is None else f" (number {index} of the list)"
        kind = type(circuit).__name__
        qiskit = type(circuit).__module__.partition(".")[0] == "qiskit"
        instead = " Qiskit's circuits: qrelay.qiskit.Provider." if qiskit else account_takes(circuit)
        raise UnsupportedCircuit(f"A sampler runs Cirq circuits, not {kind}{which}.{instead}")
    return circuit.freeze()


def _is_parameterized(circuit: cirq.FrozenCircuit) -> bool:
    try:
        return bool(cirq.is_parameterized(circuit))
    except ValueError:  # it holds a circuit that Cirq cannot map: the reader says which
        return False


def _points(params: cirq.Sweepable) -> tuple[cirq.ParamResolver, ...]:
    try:
        points = tuple(cirq.to_resolvers(params))
    except (TypeError, ValueError) as error:
        raise InvalidOption(f"`params` is no sweep: {error}", option="params") from error
    for name, value in points[0].param_dict.items() if points else ():
        if isinstance(value, np.ndarray):
            raise InvalidOption(
                f"The value of {name} is an array. Its values one by one are `cirq.Points({str(name)!r}, values)`.",
                option="params",
            )
    return points


def _repetitions(given: Any) -> int:
    try:
        # NumPy's integers are welcome, floats are not
        count = None if isinstance(given, bool) else operator.index(given)
    except TypeError:
        count = None
    if count is None:
        raise InvalidOption(f"repetitions={given!r} is not a whole number.", option="repetitions")
    if count < 1:
        raise InvalidOption(
            f"A circuit is run at least once: repetitions={count} asks for no result.", option="repetitions"
        )
    return count


def _compiled(circuit: cirq.FrozenCircuit, points: Sequence[cirq.ParamResolver]) -> list[Bound]:
    """The circuit read once and bound to each point; nothing if that does not pay or cannot be."""
    if len(points) < 2:
        return []
    try:
        program = read(circuit, symbolic=True)
    except UnsupportedCircuit:
        return []
    bound = []
    for point in points:
        values = [_number(_value(point, name)) for name in program.parameters]
        if None in values:  # Cirq says why
            return []
        bound.append(Bound(program, tuple(value for value in values if value is not None)))
    return bound


def _number(value: Any) -> float | None:
    """A parameter's value as Cirq takes it, None for what is no finite real number."""
    if isinstance(value, sympy.Basic):
        value = float(value) if value.is_real else None
    if isinstance(value, bool) or not isinstance(value, Real) or not isfinite(value):
        return None
    return float(value)


def _resolved(circuit: cirq.FrozenCircuit, point: cirq.ParamResolver) -> cirq.FrozenCircuit:
    try:
        return cirq.resolve_parameters(circuit, point)
    except (TypeError, ValueError) as error:
        raise InvalidOption(
            f"The values {dict(point.param_dict)} do not fit the circuit: {error}", option="params"
        ) from error


def _refuse_unbound(circuit: cirq.FrozenCircuit, points: Sequence[cirq.ParamResolver]) -> None:
    """All points are looked at before the first circuit is resolved, which takes its time."""
    names = cirq.parameter_names(circuit)
    for point in points:
        missing = {name for known in names for name in cirq.parameter_names(_value(point, known))}
        if missing:
            raise UnboundParameters(missing)


def _value(point: cirq.ParamResolver, name: str) -> Any:
    try:
        return point.value_of(name)
    except RecursionError:
        raise InvalidOption(
            f"The value of {name!r} is said in terms of itself: {dict(point.param_dict)}.", option="params"
        ) from None
