"""A template of Cirq's circuit: what it gives is what encoding the circuit gives that Cirq has resolved."""

from __future__ import annotations

from typing import Any

import pytest
from bindings import ANGLES, FORMATS, assert_bindings, expression
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import qrelay
from qrelay.errors import InvalidOption, UnboundParameters, UnsupportedCircuit

cirq = pytest.importorskip("cirq")

import sympy  # noqa: E402
from judges.payloads import distribution  # noqa: E402

_shares = st.lists(st.floats(0.013, 0.24), min_size=3, max_size=3)
"""Of exponents: 0.25, 0.5 and 1 are written in words of their own, which the test below is about."""


def _cirq_circuit(steps: list[Any]) -> Any:

    symbols = [sympy.Symbol("z"), sympy.Symbol("a"), sympy.Symbol("theta_1")]
    gates: list[tuple[Any, int]] = [
        (lambda t: cirq.X**t, 1),
        (lambda t: cirq.Y**t, 1),
        (lambda t: cirq.Z**t, 1),
        (lambda t: cirq.H**t, 1),
        (lambda t: cirq.ZPowGate(exponent=t, global_shift=0.3), 1),
        (cirq.rx, 1),
        (lambda t: cirq.PhasedXPowGate(phase_exponent=t, exponent=2 * t), 1),
        (lambda t: cirq.PhasedXZGate(x_exponent=t, z_exponent=0.2, axis_phase_exponent=t), 1),
        (lambda t: cirq.CX**t, 2),
        (lambda t: cirq.CZ**t, 2),
        (lambda t: cirq.ISWAP**t, 2),
        (lambda t: cirq.SWAP**t, 2),
        (lambda t: cirq.ZZ**t, 2),
        (lambda t: cirq.FSimGate(t, 0.3 * t), 2),
        (lambda t: cirq.ControlledGate(cirq.Y**t), 2),
        (lambda t: cirq.CCZ**t, 3),
    ]
    qubits = cirq.LineQubit.range(3)
    circuit = cirq.Circuit(cirq.X(qubits[0]) ** symbols[0], cirq.Y(qubits[1]) ** symbols[1])
    circuit.append(cirq.rz(symbols[2])(qubits[2]))
    for kind, order, angle in steps:
        make, size = gates[kind % len(gates)]
        gate = make(expression(angle, symbols, sympy.sin))
        circuit.append(gate.on(*[qubits[place] for place in order[:size]]))
    inner = cirq.FrozenCircuit(cirq.rx(symbols[0])(qubits[0]))
    circuit.append(
        cirq.CircuitOperation(inner, use_repetition_ids=False, param_resolver={symbols[0]: symbols[1] * 0.7 + 0.01})
    )
    circuit.append(cirq.measure(*qubits, key="m"))
    return circuit


_EXPONENTS = ANGLES.filter(lambda angle: angle[0] != "number")


@pytest.mark.parametrize("format_name", FORMATS)
@settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow])
@given(
    steps=st.lists(st.tuples(st.integers(0, 100), st.permutations(range(3)), _EXPONENTS), min_size=1, max_size=6),
    values=_shares,
)
def test_cirqs_circuits_bind_to_what_cirq_resolves(format_name: str, steps: list[Any], values: list[float]) -> None:
    """Exponents, shifts, controls and subcircuits that rename their symbols; parameters sorted by name."""
    circuit = _cirq_circuit(steps)
    names = sorted(cirq.parameter_names(circuit))
    resolved = cirq.resolve_parameters(circuit, dict(zip(names, values, strict=True)))
    assert_bindings(circuit, format_name, values, resolved)


@pytest.mark.parametrize("values", [[1.0, 0.5], [0.25, -1.0], [0.0, -0.5], [2.0, 0.75]])
def test_special_exponents_mean_the_same(values: list[float]) -> None:
    """A circuit resolved to exponent 1 is read as `x`, a template keeps its turn by π: one distribution."""

    s, t = sympy.symbols("s t")
    qubits = cirq.LineQubit.range(2)
    circuit = cirq.Circuit(
        cirq.H.on_each(*qubits),
        cirq.X(qubits[0]) ** s,
        cirq.CX(*qubits) ** t,
        cirq.CircuitOperation(
            cirq.FrozenCircuit(cirq.Y(qubits[0]) ** s, cirq.Z(qubits[0]) ** t), use_repetition_ids=False
        ),
        (cirq.X(qubits[1]) ** s).controlled_by(qubits[0]),
        cirq.H(qubits[0]),
        cirq.measure(*qubits, key="m"),
    )
    found = distribution(qrelay.template(circuit, "ionq.circuit.v1").bind(values), 1)
    resolved = cirq.resolve_parameters(circuit, {"s": values[0], "t": values[1]})
    wanted = distribution(qrelay.encode(resolved, "ionq.circuit.v1"), 1)
    assert found.fits(wanted.weights)


def test_what_cirq_makes_of_numbers_only_is_resolved_by_cirq() -> None:

    qubits = cirq.LineQubit.range(2)
    gradient = cirq.PhaseGradientGate(num_qubits=2, exponent=sympy.Symbol("t")).on(*qubits)
    circuit = cirq.Circuit(cirq.H.on_each(*qubits), gradient, cirq.measure(*qubits, key="m"))
    with pytest.raises(UnsupportedCircuit, match="before its symbols have values") as caught:
        qrelay.read(circuit, symbolic=True)
    assert caught.value.index == 2
    template = qrelay.template(circuit, "qir.v1")
    assert not template.compiled
    assert template.bind([0.3]) == qrelay.encode(cirq.resolve_parameters(circuit, {"t": 0.3}), "qir.v1")


def test_what_sympy_cannot_work_out_is_refused() -> None:
    """Bug: NameError and NotImplementedError of the code that SymPy makes."""
    t = sympy.Symbol("t")
    for formula in (sympy.Function("f")(t), sympy.Integral(t, (t, 0, sympy.Symbol("u")))):
        program = qrelay.read(cirq.Circuit(cirq.rx(formula)(cirq.LineQubit(0))), symbolic=True)
        with pytest.raises(InvalidOption, match="SymPy cannot work it out"):
            program.bound([0.1] * len(program.parameters))


def test_symbols_stay_unresolved_without_being_asked_for() -> None:
    """Reading with open parameters in one thread must not open them in another, or afterwards."""

    circuit = cirq.Circuit(cirq.X(cirq.LineQubit(0)) ** sympy.Symbol("t"), cirq.measure(cirq.LineQubit(0)))
    assert qrelay.read(circuit, symbolic=True).parameters == ("t",)
    with pytest.raises(UnboundParameters):
        qrelay.read(circuit)


@pytest.mark.parametrize("value", [-0.7, 0.4, 1.6])
@pytest.mark.parametrize("name", ["steps", "slopes", "modulo", "maximum", "floor"])
def test_what_only_looks_linear_to_its_derivative_is_worked_out(name: str, value: float) -> None:
    """A piecewise constant has the derivative 0 everywhere, and was taken for one constant at all points of a sweep."""
    t = sympy.Symbol("t")
    angle = {
        "steps": sympy.Piecewise((0.2, t < 0), (1.1, True)),
        "slopes": sympy.Piecewise((t + 1, t < 0), (t, True)),
        "modulo": sympy.Mod(t, 1),
        "maximum": sympy.Max(t, 0.5),
        "floor": sympy.floor(t),
    }[name]
    qubit = cirq.LineQubit(0)
    circuit = cirq.Circuit(cirq.rx(angle)(qubit), cirq.measure(qubit, key="m"))
    found = distribution(qrelay.template(circuit, "ionq.circuit.v1").bind([value]), 1)
    resolved = cirq.resolve_parameters(circuit, {"t": value})
    assert found.fits(distribution(qrelay.encode(resolved, "ionq.circuit.v1"), 1).weights)


def test_a_resolver_is_as_good_as_its_mapping() -> None:
    qubit = cirq.LineQubit(0)
    circuit = cirq.Circuit(cirq.X(qubit) ** sympy.Symbol("b"), cirq.Y(qubit) ** sympy.Symbol("a"), cirq.measure(qubit))
    template = qrelay.template(circuit, "qir.v1")
    resolver = cirq.ParamResolver({"a": 0.3, sympy.Symbol("b"): 0.4})
    resolved = cirq.resolve_parameters(circuit, resolver)
    assert template.bind(resolver).data == qrelay.encode(resolved, "qir.v1").data
