"""A template of a framework's circuit: what it gives is what encoding the circuit bound by the framework gives."""

from __future__ import annotations

import math
import re
import struct
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import qrelay
from qrelay.errors import InvalidOption, QrelayError, UnboundParameters, UnsupportedCircuit
from qrelay.formats import INPUT_FORMATS, Template, encode

FORMATS = list(INPUT_FORMATS)

_NUMBER = re.compile(rb"0x[0-9a-f]{16}|-?\d+(?:\.\d+)?(?:e[+-]?\d+)?")


def _numbers(data: bytes) -> tuple[list[bytes], list[float]]:
    """What stands between the numbers of a text, and the numbers."""
    found = _NUMBER.findall(data)
    words = [_of_digits(word) if word.startswith(b"0x") else float(word) for word in found]
    return _NUMBER.split(data), words


def _of_digits(word: bytes) -> float:
    value: float = struct.unpack(">d", bytes.fromhex(word[2:].decode()))[0]
    return value


def _assert_same_but_for_rounding(found: bytes, wanted: bytes) -> None:
    """Numbers agree to 1e-14 of an angle's size: the framework may round the terms of a sum in another order."""
    texts, numbers = _numbers(found)
    wanted_texts, wanted_numbers = _numbers(wanted)
    assert texts == wanted_texts
    assert numbers == pytest.approx(wanted_numbers, rel=1e-14, abs=1e-14)


def _made(circuit: Any, format_name: str, wanted: Callable[[], bytes]) -> Template | None:
    """A template; None if the format refuses the circuit, which it must do before and after binding."""
    try:
        return qrelay.template(circuit, format_name)
    except QrelayError as error:
        with pytest.raises(type(error)):
            wanted()
        return None


# --- Qiskit ----------------------------------------------------------------------------------------------------------

_values = st.lists(
    st.one_of(st.floats(-4, 4, allow_subnormal=False), st.sampled_from([0.0, 1e-5, -2e-7, math.pi])),
    min_size=3,
    max_size=3,
)
_angles = st.one_of(
    st.tuples(st.just("parameter"), st.integers(0, 2)),
    st.tuples(st.just("number"), st.floats(-3, 3, allow_subnormal=False)),
    st.tuples(st.just("linear"), st.integers(0, 2), st.sampled_from([-1, 2, 0.3, 1 / 3]), st.sampled_from([0, 0.2])),
    st.tuples(st.just("sum"), st.integers(0, 2), st.integers(0, 2), st.sampled_from([1, -1, 0.5])),
    st.tuples(st.just("product"), st.integers(0, 2), st.integers(0, 2)),
    st.tuples(st.just("sine"), st.integers(0, 2)),
)


def _expression(angle: tuple[Any, ...], parameters: Any, sine: Callable[[Any], Any]) -> Any:
    kind, *parts = angle
    if kind == "parameter":
        return parameters[parts[0]]
    if kind == "number":
        return parts[0]
    if kind == "linear":
        return parameters[parts[0]] * parts[1] + parts[2]
    if kind == "sum":
        return parameters[parts[0]] + parameters[parts[1]] * parts[2]
    if kind == "product":
        return parameters[parts[0]] * parameters[parts[1]]
    return sine(parameters[parts[0]])


_QISKIT_GATES = [("rx", 1, 1), ("p", 1, 1), ("u", 1, 3), ("cp", 2, 1), ("crx", 2, 1), ("rzz", 2, 1), ("h", 1, 0)]
_steps = st.lists(
    st.tuples(
        st.sampled_from([*_QISKIT_GATES, ("cx", 2, 0), ("inner", 2, 2), ("evolved", 2, 1)]),
        st.permutations(range(3)),
        st.tuples(_angles, _angles, _angles),
    ),
    min_size=1,
    max_size=8,
)


def _qiskit_circuit(steps: list[Any], phase: Any) -> Any:
    from qiskit import QuantumCircuit
    from qiskit.circuit import Parameter, ParameterVector
    from qiskit.circuit.library import PauliEvolutionGate
    from qiskit.quantum_info import SparsePauliOp

    # by name: b, v[0], v[1]; in the order of their making: otherwise
    vector = ParameterVector("v", 2)
    parameters = [vector[1], Parameter("b"), vector[0]]

    def expressed(angle: Any) -> Any:
        return _expression(angle, parameters, lambda parameter: parameter.sin())

    circuit = QuantumCircuit(3, 3, name="drawn", global_phase=expressed(phase))
    for parameter in parameters:
        circuit.ry(parameter, 0)
    for (name, size, count), order, angles in steps:
        arguments = [expressed(angle) for angle in angles[:count]]
        if name == "inner":
            inner = QuantumCircuit(2, global_phase=arguments[0])
            inner.rx(arguments[0], 0)
            inner.cp(arguments[1], 0, 1)
            circuit.append(inner.to_gate(), order[:size])
        elif name == "evolved":
            operator = SparsePauliOp(["XZ", "YY"], [0.3, 1.1])
            circuit.append(PauliEvolutionGate(operator, time=arguments[0]), order[:size])
        else:
            getattr(circuit, name)(*arguments, *order[:size])
    circuit.measure(range(3), [2, 0, 1])
    return circuit


def _assigned(circuit: Any, values: list[float]) -> Any:
    bound = circuit.assign_parameters(values)
    bound.name = circuit.name
    return bound


def _assert_bindings(circuit: Any, format_name: str, values: list[float], bound: Any) -> None:
    made = _made(circuit, format_name, lambda: qrelay.encode(bound, format_name).data)
    if made is None:
        return
    assert made.compiled == INPUT_FORMATS[format_name].fills
    found = made.bind(values)
    assert found == encode(qrelay.read(circuit, symbolic=True).bound(values), format_name)
    if made.compiled:
        wanted = qrelay.encode(bound, format_name)
        assert found.layout == wanted.layout
        _assert_same_but_for_rounding(found.data, wanted.data)


@pytest.mark.parametrize("format_name", FORMATS)
@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(steps=_steps, phase=_angles, values=_values)
def test_qiskits_circuits_bind_to_what_qiskit_binds(
    format_name: str, steps: list[Any], phase: Any, values: list[float]
) -> None:
    """Parameters in gates, definitions, evolutions and the global phase; linear or not; in Qiskit's order."""
    pytest.importorskip("qiskit")
    circuit = _qiskit_circuit(steps, phase)
    _assert_bindings(circuit, format_name, values, _assigned(circuit, values))


@pytest.mark.parametrize("format_name", FORMATS)
def test_the_judge_of_each_format_agrees(format_name: str) -> None:
    """Two points of one template, by who nobody here wrote: neither keeps anything of the other."""
    pytest.importorskip("qiskit")
    from judges import exact
    from judges.payloads import distribution

    step = (("u", 1, 3), [1, 2, 0], (("linear", 0, 2, 0.2), ("sum", 1, 2, -1), ("sine", 1)))
    circuit = _qiskit_circuit(
        [step, (("inner", 2, 2), [0, 1, 2], (("parameter", 0), ("product", 0, 2), ("parameter", 0)))], ("parameter", 1)
    )
    made = _made(circuit, format_name, lambda: qrelay.encode(_assigned(circuit, [0.1, 0.2, 0.3]), format_name).data)
    if made is None:
        return
    for values in ([0.4, 1.3, -0.8], [2.2, -0.5, 0.9]):
        found = distribution(made.bind(values), 4000)
        assert found.fits(exact.memory_distribution(_assigned(circuit, values)))
        assert not found.fits(exact.memory_distribution(_assigned(circuit, [0.1, 0.2, 0.3])))


def test_parameters_of_one_name_are_told_apart() -> None:
    """A definition's own parameter is not the circuit's, whatever it is called."""
    pytest.importorskip("qiskit")
    from qiskit import QuantumCircuit
    from qiskit.circuit import Gate, Parameter

    inner = QuantumCircuit(1)
    inner.rx(Parameter("t"), 0)
    gate = Gate("odd", 1, [])
    gate.definition = inner
    circuit = QuantumCircuit(1, 1)
    circuit.ry(Parameter("t"), 0)
    circuit.append(gate, [0])
    circuit.measure(0, 0)
    with pytest.raises(UnboundParameters) as caught:
        qrelay.template(circuit, "qir.v1")
    assert caught.value.names == ("t",)


def test_loops_and_branches_keep_parameters_open() -> None:
    """A loop's own variable has values already; a parameter beside it has not."""
    pytest.importorskip("qiskit")
    from qiskit import QuantumCircuit
    from qiskit.circuit import Parameter

    free = Parameter("free")
    circuit = QuantumCircuit(2, 2)
    with circuit.for_loop(range(3)) as step:
        circuit.rx(free * 2 + step, 0)
    circuit.measure(0, 0)
    with circuit.if_test((circuit.clbits[0], 1)):
        circuit.rz(-free, 1)
    circuit.measure(1, 1)
    program = qrelay.read(circuit, symbolic=True)
    assert program.parameters == ("free",)
    wanted = qrelay.read(circuit.assign_parameters({free: 0.25}))
    assert program.bound({"free": 0.25}).operations == wanted.operations
    assert [operation[2] for operation in wanted.operations[:3]] == [(0.5,), (1.5,), (2.5,)]


def test_what_qiskit_makes_of_numbers_only_is_bound_by_qiskit() -> None:
    """Right but slow, and the template says so."""
    pytest.importorskip("qiskit")
    from qiskit import QuantumCircuit
    from qiskit.circuit import Gate, Parameter
    from qiskit.circuit.library import UnitaryGate

    class Turn(Gate):
        """Made from its matrix, which needs a number."""

        def __init__(self, angle: Any) -> None:
            super().__init__("turn", 1, [angle])

        def _define(self) -> None:
            angle = float(self.params[0])
            matrix = [[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]]
            self.definition = QuantumCircuit(1)
            self.definition.append(UnitaryGate(matrix), [0])

    circuit = QuantumCircuit(1, 1, name="turned")
    circuit.h(0)
    circuit.append(Turn(Parameter("t")), [0])
    circuit.measure(0, 0)
    with pytest.raises(UnsupportedCircuit) as caught:
        qrelay.read(circuit, symbolic=True)
    assert (caught.value.operation, caught.value.index) == ("turn", 1)
    made = qrelay.template(circuit, "qir.v1")
    assert not made.compiled
    assert made.parameters == ("t",)
    bound = made.bind({"t": 0.3})
    assert bound.data == qrelay.encode(_assigned(circuit, [0.3]), "qir.v1").data
    assert bound.data != made.bind([0.4]).data
    with pytest.raises(InvalidOption):
        made.bind([0.3, 0.4])


# --- Cirq ------------------------------------------------------------------------------------------------------------

_shares = st.lists(st.floats(0.013, 0.24), min_size=3, max_size=3)
"""Of exponents: 0.25, 0.5 and 1 are written in words of their own, which the test below is about."""


def _cirq_circuit(steps: list[Any]) -> Any:
    import cirq
    import sympy

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
        gate = make(_expression(angle, symbols, sympy.sin))
        circuit.append(gate.on(*[qubits[place] for place in order[:size]]))
    inner = cirq.FrozenCircuit(cirq.rx(symbols[0])(qubits[0]))
    circuit.append(cirq.CircuitOperation(inner, param_resolver={symbols[0]: symbols[1] * 0.7 + 0.01}))
    circuit.append(cirq.measure(*qubits, key="m"))
    return circuit


_cirq_angles = _angles.filter(lambda angle: angle[0] != "number")


@pytest.mark.parametrize("format_name", FORMATS)
@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(
    steps=st.lists(st.tuples(st.integers(0, 100), st.permutations(range(3)), _cirq_angles), min_size=1, max_size=6),
    values=_shares,
)
def test_cirqs_circuits_bind_to_what_cirq_resolves(format_name: str, steps: list[Any], values: list[float]) -> None:
    """Exponents, shifts, controls and subcircuits that rename their symbols; parameters sorted by name."""
    cirq = pytest.importorskip("cirq")
    circuit = _cirq_circuit(steps)
    names = sorted(cirq.parameter_names(circuit))
    resolved = cirq.resolve_parameters(circuit, dict(zip(names, values, strict=True)))
    _assert_bindings(circuit, format_name, values, resolved)


@pytest.mark.parametrize("values", [[1.0, 0.5], [0.25, -1.0], [0.0, -0.5], [2.0, 0.75]])
def test_special_exponents_mean_the_same(values: list[float]) -> None:
    """A circuit resolved to exponent 1 is read as `x`, a template keeps its turn by π: one distribution."""
    cirq = pytest.importorskip("cirq")
    pytest.importorskip("qiskit")
    import sympy
    from judges.payloads import distribution

    s, t = sympy.symbols("s t")
    qubits = cirq.LineQubit.range(2)
    circuit = cirq.Circuit(
        cirq.H.on_each(*qubits),
        cirq.X(qubits[0]) ** s,
        cirq.CX(*qubits) ** t,
        cirq.CircuitOperation(cirq.FrozenCircuit(cirq.Y(qubits[0]) ** s, cirq.Z(qubits[0]) ** t)),
        (cirq.X(qubits[1]) ** s).controlled_by(qubits[0]),
        cirq.H(qubits[0]),
        cirq.measure(*qubits, key="m"),
    )
    found = distribution(qrelay.template(circuit, "ionq.circuit.v1").bind(values), 1)
    resolved = cirq.resolve_parameters(circuit, {"s": values[0], "t": values[1]})
    wanted = distribution(qrelay.encode(resolved, "ionq.circuit.v1"), 1)
    assert found.fits(wanted.weights)


def test_what_cirq_makes_of_numbers_only_is_resolved_by_cirq() -> None:
    cirq = pytest.importorskip("cirq")
    import sympy

    qubits = cirq.LineQubit.range(2)
    phasor = cirq.PauliStringPhasor(cirq.X(qubits[0]) * cirq.Z(qubits[1]), exponent_neg=sympy.Symbol("t"))
    circuit = cirq.Circuit(cirq.H.on_each(*qubits), phasor, cirq.measure(*qubits, key="m"))
    with pytest.raises(UnsupportedCircuit, match="before its symbols have values") as caught:
        qrelay.read(circuit, symbolic=True)
    assert caught.value.index == 2
    made = qrelay.template(circuit, "qir.v1")
    assert not made.compiled
    assert made.bind([0.3]) == qrelay.encode(cirq.resolve_parameters(circuit, {"t": 0.3}), "qir.v1")


def test_symbols_stay_unresolved_without_being_asked_for() -> None:
    """Reading with open parameters in one thread must not open them in another, or afterwards."""
    cirq = pytest.importorskip("cirq")
    import sympy

    circuit = cirq.Circuit(cirq.X(cirq.LineQubit(0)) ** sympy.Symbol("t"), cirq.measure(cirq.LineQubit(0)))
    assert qrelay.read(circuit, symbolic=True).parameters == ("t",)
    with pytest.raises(UnboundParameters):
        qrelay.read(circuit)
