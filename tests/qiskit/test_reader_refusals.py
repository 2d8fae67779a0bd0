"""What Qiskit's reader refuses: by type, with the name of the operation or parameter and its place."""

from __future__ import annotations

import pytest
from judges import warning

from qrelay.errors import UnboundParameters, UnsupportedCircuit

qiskit = pytest.importorskip("qiskit")

from qiskit import QuantumCircuit, qasm2  # noqa: E402
from qiskit.circuit import Gate, Instruction, Parameter  # noqa: E402
from qiskit.circuit import library as lib  # noqa: E402

from qrelay.qiskit.reader import read  # noqa: E402

QISKIT_1 = qiskit.__version__.startswith("1.")
pytestmark = warning.OF_THEMSELVES


def _alone(gate: Gate) -> QuantumCircuit:
    circuit = QuantumCircuit(gate.num_qubits)
    circuit.append(gate, range(gate.num_qubits))
    return circuit


def test_p14_unbound_parameters_are_refused_by_name() -> None:
    """All of them at once, in blocks and in the global phase too."""
    a, b, c, unused = (Parameter(name) for name in "abcu")
    circuit = QuantumCircuit(1, 1, global_phase=c)
    circuit.rx(a + 1, 0)
    with circuit.if_test((circuit.clbits[0], 1)):
        circuit.ry(b, 0)
    with circuit.for_loop(range(2), unused):
        circuit.rz(unused, 0)
    with pytest.raises(UnboundParameters) as caught:
        read(circuit)
    assert caught.value.names == ("a", "b", "c")


@pytest.mark.parametrize("inside", [False, True])
def test_a_loop_s_variable_that_also_stands_outside_its_loop_is_refused_by_name(inside: bool) -> None:
    """Catches Qiskit's bare TypeError: the loop gives its variable a value in its own body only."""
    theta = Parameter("theta")
    circuit = QuantumCircuit(1, 1)
    with circuit.for_loop(range(2), theta):
        circuit.rz(theta, 0)
    if inside:
        with circuit.if_test((circuit.clbits[0], 1)):
            circuit.rx(2 * theta, 0)
    else:
        circuit.rx(2 * theta, 0)
    with pytest.raises(UnboundParameters) as caught:
        read(circuit)
    assert caught.value.names == ("theta",)


def test_p14_unbound_parameters_of_a_definition_alone_are_refused_by_name() -> None:
    """Catches Qiskit's bare TypeError: the circuit itself does not know the parameters of such a gate."""
    inner = QuantumCircuit(1)
    inner.rx(Parameter("hidden"), 0)
    gate = Gate("outer", 1, [])
    gate.definition = inner
    with pytest.raises(UnboundParameters) as caught:
        read(_alone(gate))
    assert caught.value.names == ("hidden",)


@pytest.mark.parametrize("inside", [False, True])
def test_opaque_things_are_refused_by_name_and_index(inside: bool) -> None:
    circuit = QuantumCircuit(2, 1)
    circuit.h(0)
    circuit.append(lib.CXGate(ctrl_state=0), [0, 1])
    if inside:
        with circuit.if_test((circuit.clbits[0], 1)):
            circuit.append(Gate("mystery", 1, []), [0])
    else:
        circuit.append(Instruction("mystery", 1, 1, []), [0], [0])
    with pytest.raises(UnsupportedCircuit) as caught:
        read(circuit)
    assert (caught.value.operation, caught.value.index) == ("mystery", 2)


def test_a_gate_defined_by_itself_is_refused() -> None:
    class Endless(Gate):
        def __init__(self) -> None:
            super().__init__("endless", 1, [])

        def _define(self) -> None:
            self.definition = QuantumCircuit(1)
            self.definition.append(Endless(), [0])

    with pytest.raises(UnsupportedCircuit, match="endless"):
        read(_alone(Endless()))


def test_a_definition_that_cannot_be_made_is_refused_by_name() -> None:
    """Qiskit works such definitions out when asked for them; its parser's error came out of `read`, without a place."""
    circuit = qasm2.loads(
        'OPENQASM 2.0; include "qelib1.inc"; gate g(a) q { rx(a/(a-a)) q; } qreg q[1]; h q[0]; g(0.5) q[0];'
    )
    with pytest.raises(UnsupportedCircuit, match=r"divi.*by zero") as caught:
        read(circuit)
    assert (caught.value.operation, caught.value.index) == ("g", 1)


@pytest.mark.skipif(QISKIT_1, reason="Qiskit 2 has durations as expressions")
def test_delays_as_long_as_a_stretch_are_refused() -> None:
    """A length that only a compiler of the whole circuit finds must not become the machine's own ticks."""
    from qiskit.circuit import Duration
    from qiskit.circuit.classical import expr

    circuit = QuantumCircuit(2)
    stretch = circuit.add_stretch("a")
    circuit.h(0)
    circuit.delay(expr.lift(Duration.ps(250)), 1)
    assert read(circuit).operations[1] == ("delay", (1,), (pytest.approx(2.5e-10),))
    for length in (stretch, expr.add(stretch, Duration.ns(1))):
        refused = circuit.copy()
        refused.delay(length, 1)
        with pytest.raises(UnsupportedCircuit, match="as long as an expression") as caught:
            read(refused)
        assert (caught.value.index, caught.value.operation) == (2, "delay")


def test_definitions_that_fail_are_refused_by_name() -> None:
    class Broken(Gate):
        def __init__(self) -> None:
            super().__init__("broken", 1, [])

        def _define(self) -> None:
            self.definition = len(3)  # type: ignore[arg-type]

    circuit = QuantumCircuit(1)
    circuit.x(0)
    circuit.append(Broken(), [0])
    with pytest.raises(UnsupportedCircuit, match="Qiskit cannot make") as caught:
        read(circuit)
    assert (caught.value.index, caught.value.operation) == (1, "broken")
