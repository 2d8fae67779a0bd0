"""A template of Qiskit's circuit: what it gives is what encoding the circuit gives that Qiskit has bound."""

from __future__ import annotations

import math
from typing import Any

import pytest
from bindings import ANGLES, FORMATS, assert_bindings, expression, made
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from judges import exact
from judges.payloads import distribution
from qiskit import QuantumCircuit
from qiskit.circuit import Gate, Parameter, ParameterVector
from qiskit.circuit.library import PauliEvolutionGate, UnitaryGate
from qiskit.quantum_info import SparsePauliOp

import qrelay
from qrelay.errors import InvalidOption, UnboundParameters, UnsupportedCircuit

_values = st.lists(
    st.one_of(st.floats(-4, 4, allow_subnormal=False), st.sampled_from([0.0, 1e-5, -2e-7, math.pi])),
    min_size=3,
    max_size=3,
)
_QISKIT_GATES = [("rx", 1, 1), ("p", 1, 1), ("u", 1, 3), ("cp", 2, 1), ("crx", 2, 1), ("rzz", 2, 1), ("h", 1, 0)]
_steps = st.lists(
    st.tuples(
        st.sampled_from([*_QISKIT_GATES, ("cx", 2, 0), ("inner", 2, 2), ("evolved", 2, 1)]),
        st.permutations(range(3)),
        st.tuples(ANGLES, ANGLES, ANGLES),
    ),
    min_size=1,
    max_size=8,
)


def _qiskit_circuit(steps: list[Any], phase: Any) -> Any:

    # by name: b, v[0], v[1]; in the order of their making: otherwise
    vector = ParameterVector("v", 2)
    parameters = [vector[1], Parameter("b"), vector[0]]

    def expressed(angle: Any) -> Any:
        return expression(angle, parameters, lambda parameter: parameter.sin())

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


@pytest.mark.parametrize("format_name", FORMATS)
@settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow])
@given(steps=_steps, phase=ANGLES, values=_values)
def test_qiskits_circuits_bind_to_what_qiskit_binds(
    format_name: str, steps: list[Any], phase: Any, values: list[float]
) -> None:
    """Parameters in gates, definitions, evolutions and the global phase; linear or not; in Qiskit's order."""
    circuit = _qiskit_circuit(steps, phase)
    assert_bindings(circuit, format_name, values, _assigned(circuit, values))


@pytest.mark.parametrize("format_name", FORMATS)
def test_the_judge_of_each_format_agrees(format_name: str) -> None:
    """Two points of one template, by who nobody here wrote: neither keeps anything of the other."""

    step = (("u", 1, 3), [1, 2, 0], (("linear", 0, 2, 0.2), ("sum", 1, 2, -1), ("sine", 1)))
    circuit = _qiskit_circuit(
        [step, (("inner", 2, 2), [0, 1, 2], (("parameter", 0), ("product", 0, 2), ("parameter", 0)))], ("parameter", 1)
    )
    template = made(circuit, format_name, lambda: qrelay.encode(_assigned(circuit, [0.1, 0.2, 0.3]), format_name).data)
    if template is None:
        return
    for values in ([0.4, 1.3, -0.8], [2.2, -0.5, 0.9]):
        found = distribution(template.bind(values), 4000)
        assert found.fits(exact.memory_distribution(_assigned(circuit, values)))
        assert not found.fits(exact.memory_distribution(_assigned(circuit, [0.1, 0.2, 0.3])))


def test_parameters_of_one_name_are_told_apart() -> None:
    """A definition's own parameter is not the circuit's, whatever it is called."""

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
    template = qrelay.template(circuit, "qir.v1")
    assert not template.compiled
    assert template.parameters == ("t",)
    bound = template.bind({"t": 0.3})
    assert bound.data == qrelay.encode(_assigned(circuit, [0.3]), "qir.v1").data
    assert bound.data != template.bind([0.4]).data
    with pytest.raises(InvalidOption):
        template.bind([0.3, 0.4])


@pytest.mark.parametrize("values", [[-0.7, 0.3], [0.4, 0.3], [0.0, -2.0]])
def test_functions_without_a_derivative_are_worked_out(values: list[float]) -> None:
    """Qiskit 2 raises a RuntimeError where it is asked for the derivative of a sign."""
    x, y = Parameter("x"), Parameter("y")
    circuit = QuantumCircuit(1, 1)
    circuit.ry(x.sign() * y + 0.4, 0)
    circuit.rx(abs(x - y), 0)
    circuit.measure(0, 0)
    template = qrelay.template(circuit, "ionq.circuit.v1")
    found = distribution(template.bind(values), 1)
    assert template.compiled
    assert found.fits(exact.memory_distribution(circuit.assign_parameters(values)))


def test_what_qiskit_cannot_say_in_sympy_is_bound_by_qiskit() -> None:
    """Qiskit 2 answers NotImplemented for 2**x, which every binding took for a value that is not real."""
    x = Parameter("x")
    circuit = QuantumCircuit(1, 1, name="powers")
    circuit.ry(2**x, 0)
    circuit.measure(0, 0)
    template = qrelay.template(circuit, "ionq.circuit.v1")
    bound = template.bind([-0.5])
    assert distribution(bound, 1).fits(exact.memory_distribution(circuit.assign_parameters([-0.5])))
    assert bound.layout is not None
    assert bound.layout.name == "powers"


def test_a_vector_of_parameters_takes_its_values_together() -> None:
    """As `assign_parameters` does, by the order of its elements: by name, v[10] would stand before v[2]."""
    vector, single = ParameterVector("v", 12), Parameter("a")
    circuit = QuantumCircuit(1, 1)
    for element in vector:
        circuit.rx(element, 0)
        circuit.ry(single, 0)
    circuit.measure(0, 0)
    template = qrelay.template(circuit, "ionq.circuit.v1")
    values = [0.1 * place + 0.03 for place in range(12)]
    bound = circuit.assign_parameters({vector: values, single: 0.7})
    assert template.bind({vector: values, single: 0.7}).data == qrelay.encode(bound, "ionq.circuit.v1").data
    with pytest.raises(InvalidOption, match="has 12 elements"):
        template.bind({vector: values[1:], single: 0.7})
    with pytest.raises(InvalidOption, match="has 12 elements"):
        template.bind({vector: set(values), single: 0.7})  # without an order
    with pytest.raises(InvalidOption, match="two values"):
        template.bind({vector: values, vector[3]: 0.2, single: 0.7})
