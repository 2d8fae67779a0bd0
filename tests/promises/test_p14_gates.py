"""P14: gates mean what their matrices say. Every gate through every format: tests/formats/test_every_gate.py; here a
sample of each kind goes the whole way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cirq
import numpy as np
import pytest
import sympy
from corners import CirqWay, QiskitWay, Way
from qiskit import QuantumCircuit
from qiskit.circuit import Parameter
from qiskit.circuit import library as lib
from qiskit.quantum_info import SparsePauliOp

from qrelay.errors import UnboundParameters, UnsupportedCircuit

SHOTS = 800

pytestmark = [  # the frameworks' own libraries warn about themselves while circuits are built and written out
    pytest.mark.filterwarnings("ignore::PendingDeprecationWarning"),
    pytest.mark.filterwarnings("ignore::scipy.sparse.SparseEfficiencyWarning"),
]


def _state() -> Any:
    rng = np.random.default_rng(5)
    state = rng.normal(size=4) + 1j * rng.normal(size=4)
    return state / np.linalg.norm(state)


def _phased() -> QuantumCircuit:
    phased = QuantumCircuit(1, global_phase=0.9)
    phased.t(0)
    return phased


_PLAIN: dict[str, Callable[[], Any]] = {
    "u": lambda: lib.UGate(0.4, -1.1, 2.3),
    "cu": lambda: lib.CUGate(0.7, 0.2, -0.9, 0.5),
    "iswap": lib.iSwapGate,
    "rzx": lambda: lib.RZXGate(0.8),
    "xx_minus_yy": lambda: lib.XXMinusYYGate(0.9, 0.3),
    "ecr": lib.ECRGate,
    "rccx": lib.RCCXGate,
    "cswap": lib.CSwapGate,
    "csx": lib.CSXGate,
}
_BEYOND: dict[str, Callable[[], Any]] = {
    "evolution": lambda: lib.PauliEvolutionGate(SparsePauliOp(["XXI", "YYI", "IIZ"], [0.5, -0.3, 1.1]), time=0.7),
    "state": lambda: lib.StatePreparation(_state()),
    "unitary": lambda: lib.UnitaryGate(lib.CSXGate().to_matrix() @ np.kron(np.eye(2), lib.TGate().to_matrix())),
    "ctrl_state": lambda: lib.RYGate(0.7).control(2, ctrl_state="01", annotated=False),
    "mcx": lambda: lib.MCXGate(3, ctrl_state=5),
    "phase under control": lambda: _phased().to_gate().control(1, annotated=False),
    "numpy's numbers": lambda: lib.CUGate(np.float32(0.5), np.float64(0.25), np.int64(1), 0.125),
}


def _asymmetric(gate: Any) -> QuantumCircuit:
    count = gate.num_qubits
    circuit = QuantumCircuit(count, count)
    for qubit in range(count):
        circuit.ry(0.4 + 0.31 * qubit, qubit)
        circuit.rz(0.9 - 0.47 * qubit, qubit)
    circuit.append(gate, range(count))
    for qubit in range(count):
        circuit.rx(0.8 + 0.2 * qubit, qubit)
    circuit.measure(range(count), range(count))
    return circuit


def _assert_fit(way: Way, circuits: dict[str, Any]) -> None:
    shots = way.at_most(SHOTS)
    found = way.records([*circuits.values()], shots)
    for (name, circuit), records in zip(circuits.items(), found, strict=True):
        assert sum(records.values()) == shots or way.rounds_shots_down
        assert way.p_value(records, circuit) > 1e-6, f"{name}: {dict(records)} is no sample of {way.exact(circuit)}"


@pytest.mark.parametrize("kind", ["standard", "beyond"])
def test_p14_qiskit_s_gates(qiskit_way: QiskitWay, kind: str) -> None:
    """Bug: gates under the wrong name, with the wrong sign, or their qubits the wrong way round (qiskit-ionq#41)."""
    made = _PLAIN if kind == "standard" else _BEYOND
    _assert_fit(qiskit_way, {name: _asymmetric(make()) for name, make in made.items()})


def test_p14_initialize_at_the_start(qiskit_way: QiskitWay) -> None:
    """Bug: `initialize` refused for the resets that it begins with, where nothing has happened yet."""
    circuits = []
    for prepare in (QuantumCircuit.initialize, QuantumCircuit.prepare_state):
        circuit = QuantumCircuit(2, 2)
        prepare(circuit, _state(), [0, 1])
        circuit.measure([0, 1], [1, 0])
        circuits.append(circuit)
    shots = qiskit_way.at_most(SHOTS)
    (found,) = qiskit_way.records(circuits[:1], shots)
    assert qiskit_way.p_value(found, circuits[1]) > 1e-6


_CIRQ: dict[str, cirq.Gate] = {
    "x power": cirq.X**0.3,
    "phased": cirq.PhasedXZGate(x_exponent=0.3, z_exponent=-0.6, axis_phase_exponent=0.2),
    "fsim": cirq.FSimGate(0.3, -0.7),
    "iswap power": cirq.ISWAP**0.5,
    "zz power": cirq.ZZ**-0.4,
    "cswap": cirq.CSWAP,
    "ccz power": cirq.CCZ**0.6,
    "matrix": cirq.MatrixGate(cirq.unitary(cirq.givens(0.4)) @ np.diag([1, 1j, np.exp(0.3j), 1])),
    "controlled": cirq.ControlledGate(cirq.Y**0.7, control_values=[0, 1], num_controls=2),
    "qft": cirq.QuantumFourierTransformGate(3),
    "numpy's numbers": cirq.XXPowGate(exponent=np.float32(0.25), global_shift=np.float64(0.5)),
}


def _of_cirq(gate: cirq.Gate) -> cirq.Circuit:
    qubits = cirq.LineQubit.range(cirq.num_qubits(gate))
    before = [(cirq.ry(0.4 + 0.31 * i)(q), cirq.rz(0.9 - 0.47 * i)(q)) for i, q in enumerate(qubits)]
    after = [cirq.rx(0.8 + 0.2 * i)(q) for i, q in enumerate(qubits)]
    return cirq.Circuit(before, gate.on(*qubits[::-1]), after, cirq.measure(*qubits, key="m"))


def test_p14_cirq_s_gates(cirq_way: CirqWay) -> None:
    """Bug: as above, and exponents and global shifts read as angles."""
    _assert_fit(cirq_way, {name: _of_cirq(gate) for name, gate in _CIRQ.items()})


def test_p14_circuits_that_do_nothing_read_zeros(way: Way) -> None:
    """Bug: an error, or an answer without bits, for circuits without a gate or with identities only."""
    if isinstance(way, CirqWay):
        a, b = cirq.LineQubit.range(2)
        circuits: list[Any] = [
            cirq.Circuit(cirq.measure(b, a, key="m")),
            cirq.Circuit(cirq.I(a), cirq.IdentityGate(2)(a, b), cirq.rz(0.0)(b), cirq.measure(a, b, key="m")),
            cirq.Circuit(cirq.X(b) ** 0, cirq.measure(a, key="m")),
        ]
    else:
        circuits = [QuantumCircuit(2, 2), QuantumCircuit(2, 2), QuantumCircuit(2, 1)]
        circuits[1].id([0, 1])
        circuits[1].rz(0.0, 1)
        circuits[0].measure([0, 1], [1, 0])
        circuits[1].measure([0, 1], [0, 1])
        circuits[2].measure(1, 0)
    found = way.records(circuits, 8)
    assert found == [way.simulated(circuit, 8) for circuit in circuits]
    assert all(not any(bits) for records in found for one in records for _, bits in one)


def test_p14_circuits_without_a_measurement_are_refused(way: Way) -> None:
    """Bug: a paid job without an answer, or all qubits measured unasked. (README and docs say: refused.)"""
    nothing: list[Any] = [cirq.Circuit(), cirq.Circuit(cirq.X(cirq.LineQubit(0)))]
    if isinstance(way, QiskitWay):
        nothing = [QuantumCircuit(), QuantumCircuit(2), QuantumCircuit(1, 1)]
        nothing[1].x(0)
    before = way.account.requests
    for circuit in nothing:
        with pytest.raises(UnsupportedCircuit, match="measure") as caught:
            way.submit(circuit, 10)
        assert isinstance(caught.value, way.error)
    assert way.account.requests == before


def test_p14_unbound_parameters_are_refused_by_name(way: Way) -> None:
    """Bug: a parameter without a value sent as its name, or as nought (qiskit-ionq#225)."""
    if isinstance(way, CirqWay):
        qubit = cirq.LineQubit(0)
        turned = cirq.rx(sympy.Symbol("θ") + 2 * sympy.Symbol("beta"))
        circuit: Any = cirq.Circuit(turned(qubit), cirq.measure(qubit, key="m"))
    else:
        circuit = QuantumCircuit(1, 1)
        circuit.rx(Parameter("θ") + 2 * Parameter("beta"), 0)
        circuit.measure(0, 0)
    before = way.account.requests
    with pytest.raises(UnboundParameters) as caught:
        way.submit(circuit, 10)
    assert sorted(caught.value.names) == ["beta", "θ"]
    assert "θ" in str(caught.value)
    assert way.account.requests == before
