"""P29 for sweeps: a circuit with symbols is read once, whatever its sweep's points are made of."""

from __future__ import annotations

from typing import Any

import cirq
import numpy as np
import pytest
import sympy

from qrelay.cirq import request as request_module
from qrelay.cirq.request import Request
from qrelay.errors import InvalidOption, UnboundParameters
from qrelay.program import Bound, Program

S, T = sympy.symbols("s t")
Q = cirq.LineQubit.range(2)
CIRCUIT = cirq.Circuit(cirq.X(Q[0]) ** S, cirq.CZ(*Q) ** (2 * T - 0.1), cirq.ry(S)(Q[1]), cirq.measure(*Q, key="m"))


def _programs(params: Any, circuit: cirq.Circuit = CIRCUIT) -> list[Program | Bound]:
    return Request.of(circuit, params, 10).programs()


def _bound(program: Program | Bound) -> Program:
    return program.program.bound(program.values) if isinstance(program, Bound) else program


def _assert_as_resolved(params: Any) -> list[Program | Bound]:
    found = _programs(params)
    resolvers = list(cirq.to_resolvers(params))
    assert len(found) == len(resolvers)
    for one, resolver in zip(found, resolvers, strict=True):
        wanted = request_module.read(cirq.resolve_parameters(CIRCUIT, resolver))
        operations = _bound(one).operations
        assert [operation[:2] for operation in operations] == [operation[:2] for operation in wanted.operations]
        for (_, _, params_found), (_, _, params_wanted) in zip(operations, wanted.operations, strict=True):
            assert params_found == pytest.approx(params_wanted, rel=1e-14, abs=1e-14)
    return found


def test_p29_a_sweep_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Resolving and reading a circuit for each of 1,000 points takes seconds before the first request."""
    found = _assert_as_resolved(cirq.Points("s", np.linspace(0.01, 0.2, 7)) * cirq.Points("t", [0.31, 0.17]))
    assert len({id(one.program) for one in found if isinstance(one, Bound)}) == 1
    assert all(isinstance(one, Bound) for one in found)
    readings: list[object] = []
    read = request_module.read
    monkeypatch.setattr(request_module, "read", lambda *given, **how: readings.append(given) or read(*given, **how))
    _programs(cirq.Linspace("s", 0.01, 0.2, 100) + cirq.Linspace("t", 0.01, 0.2, 100))
    assert len(readings) == 1


@pytest.mark.parametrize(
    "points",
    [
        [{"s": 0.1, "t": 0.2}, {"s": 0.15, "t": 0.33}],
        [{S: 0.1, T: 0.2}, {S: 0.15, T: 0.33}],
        [{"s": np.float32(0.125), "t": sympy.Rational(1, 3)}, {"s": sympy.pi / 20, "t": 0.33}],
        [{"s": T / 2, "t": 0.2}, {"s": T + 0.01, "t": 0.33}],  # said in terms of each other
        [{"s": 0.1, "t": 0.2, "unused": 7}, {"s": 0.1, "t": 0.2}],
    ],
)
def test_points_of_any_making(points: list[dict[Any, Any]]) -> None:
    """What Cirq's own resolver makes of a point's values is what is bound."""
    found = _assert_as_resolved(points)
    assert all(isinstance(one, Bound) for one in found)


def test_one_point_is_resolved_by_cirq() -> None:
    """A template for a single binding costs more than it saves."""
    (one,) = _programs({"s": 0.1, "t": 0.2})
    assert isinstance(one, Program)


def test_what_needs_values_before_it_is_read_is_resolved_by_cirq() -> None:
    gradient = cirq.PhaseGradientGate(num_qubits=len(Q), exponent=S).on(*Q)
    circuit = cirq.Circuit(cirq.H.on_each(*Q), gradient, cirq.measure(*Q, key="m"))
    found = _programs([{"s": 0.1}, {"s": 0.2}], circuit)
    assert [type(one) for one in found] == [Program, Program]
    repeated = cirq.CircuitOperation(cirq.FrozenCircuit(cirq.X(Q[0])), use_repetition_ids=False, repetitions=S)
    circuit = cirq.Circuit(repeated, cirq.measure(*Q, key="m"))
    found = _programs([{"s": 1}, {"s": 3}], circuit)
    assert [len(_bound(one).operations) for one in found] == [3, 5]


def test_values_that_are_none_are_refused_as_before() -> None:
    with pytest.raises(UnboundParameters):
        _programs([{"s": 0.1, "t": 0.2}, {"s": 0.1}])
    with pytest.raises(InvalidOption, match="do not fit the circuit"):
        _programs([{"s": 0.1, "t": 0.2}, {"s": 1j, "t": 0.2}])
