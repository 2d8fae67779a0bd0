"""P12, P14, P15 and P16: gates, what does nothing, and options, on every framework and format, run by the
format's judge.

Each test is right, or refused because the format need not be able to say it (`sayings.MUST_SAY`). The other sides of
these promises, jobs and results of the frameworks, are tested on the embedded cloud in tests/promises.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cirq
import numpy as np
import pytest
import sympy
from corners import Drawing, JudgedCirqWay, JudgedQiskitWay, record
from judges import warning
from qiskit import QuantumCircuit
from qiskit.circuit import Parameter
from qiskit.circuit import library as lib

import qrelay
from conformance import cirq_circuits, qiskit_circuits
from conformance.checks import of_cirq, of_qiskit
from qrelay.errors import InvalidOption, UnboundParameters

pytestmark = warning.OF_THEMSELVES


def test_p14_every_standard_gate_of_qiskit(qiskit_way: JudgedQiskitWay, right_or_refused: Callable[..., bool]) -> None:
    """Bug: gates under the wrong name, with the wrong sign, or their qubits the wrong way round (qiskit-ionq#41)."""
    turns = (0.37, -1.13, 2.41, 0.71)
    for gate in qiskit_circuits.STANDARD.values():
        made = gate.base_class(*turns[: len(gate.params)]) if gate.params else gate
        right_or_refused(qiskit_way, of_qiskit(_asymmetric(made), qiskit_way, 200))


def _asymmetric(gate: Any) -> QuantumCircuit:
    count = gate.num_qubits
    circuit = QuantumCircuit(max(1, count), max(1, count))
    for qubit in range(circuit.num_qubits):
        circuit.ry(0.4 + 0.31 * qubit, qubit)
        circuit.rz(0.9 - 0.47 * qubit, qubit)
    circuit.append(gate, range(count))
    for qubit in range(circuit.num_qubits):
        circuit.rx(0.8 + 0.2 * qubit, qubit)
    circuit.measure(range(circuit.num_qubits), range(circuit.num_qubits))
    return circuit


@pytest.mark.parametrize("kind", ["evolution", "qft", "initialize", "unitary", "ctrl_state", "phase", "numbers"])
def test_p14_gates_beyond_the_standard(
    qiskit_way: JudgedQiskitWay, right_or_refused: Callable[..., bool], kind: str
) -> None:
    """Bug: as above, or a global phase lost under a control."""
    phased = QuantumCircuit(1, global_phase=0.9)
    phased.t(0)
    rng = np.random.default_rng(5)
    state = rng.normal(size=4) + 1j * rng.normal(size=4)
    gate = {
        "evolution": lambda: lib.PauliEvolutionGate(_commuting(), time=0.7),
        "qft": lambda: lib.QFTGate(3),
        "initialize": lambda: lib.StatePreparation(state / np.linalg.norm(state)),
        "unitary": lambda: lib.UnitaryGate(lib.CSwapGate().to_matrix() @ np.kron(np.eye(4), lib.TGate().to_matrix())),
        "ctrl_state": lambda: lib.RYGate(0.7).control(2, ctrl_state="01", annotated=False),
        "phase": lambda: phased.to_gate().control(1, annotated=False),
        "numbers": lambda: lib.CUGate(np.float32(0.5), np.float64(0.25), np.int64(1), 0.125),
    }[kind]()
    assert right_or_refused(qiskit_way, of_qiskit(_asymmetric(gate), qiskit_way))


def _commuting() -> Any:
    from qiskit.quantum_info import SparsePauliOp

    return SparsePauliOp(["XXI", "YYI", "IIZ"], [0.5, -0.3, 1.1])


def test_p14_cirq_s_common_gates(cirq_way: JudgedCirqWay, right_or_refused: Callable[..., bool]) -> None:
    """Bug: as above."""
    turns = (0.5, -0.3, 1.0, 0.25)
    gates = [kind(exponent=t) for kinds in cirq_circuits.POWERS.values() for kind in kinds for t in turns]
    gates += [cirq.rx(0.3), cirq.ry(-1.2), cirq.rz(2.2), cirq.CSWAP, cirq.FSimGate(0.3, -0.7), cirq.ms(0.4)]
    gates += [cirq.PhasedXZGate(x_exponent=0.3, z_exponent=-0.6, axis_phase_exponent=0.2), cirq.givens(0.4)]
    for gate in gates:
        qubits = cirq.LineQubit.range(cirq.num_qubits(gate))
        before = [(cirq.ry(0.4 + 0.31 * i)(q), cirq.rz(0.9 - 0.47 * i)(q)) for i, q in enumerate(qubits)]
        after = [cirq.rx(0.8 + 0.2 * i)(q) for i, q in enumerate(qubits)]
        circuit = cirq.Circuit(before, gate.on(*qubits[::-1]), after, cirq.measure(*qubits, key="m"))
        right_or_refused(cirq_way, of_cirq(circuit, cirq_way))


def test_p14_unbound_parameters_are_refused_by_name(way: Any) -> None:
    """Bug: a parameter without a value sent as its name, or as nought (qiskit-ionq#225)."""
    circuit: Any = QuantumCircuit(1, 1)
    circuit.rx(Parameter("θ"), 0)
    circuit.measure(0, 0)
    if way.framework == "cirq":
        qubit = cirq.LineQubit(0)
        circuit = cirq.Circuit(cirq.rx(sympy.Symbol("θ"))(qubit), cirq.measure(qubit))
    with pytest.raises(UnboundParameters, match="θ"):
        way.payload(circuit)


def test_p15_barriers_delays_and_identities(qiskit_way: JudgedQiskitWay, right_or_refused: Callable[..., bool]) -> None:
    """Bug: a target that fails on what does nothing (azure-quantum-python#744)."""
    circuit = QuantumCircuit(3, 2)
    circuit.ry(0.7, 0)
    circuit.barrier()
    circuit.id(1)
    circuit.delay(100, 2, "ns")
    circuit.cx(0, 2)
    circuit.barrier(2, 0)
    circuit.delay(16, 1, "dt")
    circuit.measure([2, 1], [0, 1])
    circuit.barrier()
    assert right_or_refused(qiskit_way, of_qiskit(circuit, qiskit_way))


def test_p15_cirq_s_waits_and_identities(cirq_way: JudgedCirqWay, right_or_refused: Callable[..., bool]) -> None:
    """Bug: as above."""
    a, b = cirq.LineQubit.range(2)
    circuit = cirq.Circuit(cirq.ry(0.7)(a), cirq.wait(a, b, nanos=100), cirq.I(b), cirq.CX(a, b), cirq.measure(b, a))
    assert right_or_refused(cirq_way, of_cirq(circuit, cirq_way))


def test_p16_an_option_that_the_format_does_not_know(way: Any) -> None:
    """Bug: misspelt options that change nothing, in silence."""
    circuit = way.build(Drawing(1, [("x", 0)], {"m": (0,)}))
    with pytest.raises(InvalidOption) as caught:
        qrelay.encode(circuit, way.format, optimisation=3)
    assert caught.value.option == "optimisation"
    assert qrelay.encode(circuit, way.format, optimisation=None).data == way.payload(circuit).data
    assert way.records([Drawing(1, [("x", 0)], {"m": (0,)})], 5) == [{record(m="1"): 5}]


@pytest.mark.parametrize("controls", range(1, 9))
def test_p12_many_controls(way: Any, right_or_refused: Callable[..., bool], controls: int) -> None:
    """Bug: gates of many controls under names that no reader knows, or cut to what it does (Qiskit#16169)."""
    on = [*range(controls)]
    if way.framework == "qiskit":
        circuit = QuantumCircuit(controls + 1, controls + 1)
        circuit.x(on)
        circuit.ry(0.6, 0)
        circuit.append(lib.MCXGate(controls), [*on, controls])
        circuit.measure([*on, controls], [controls, *on])
        check = of_qiskit(circuit, way)
    else:
        qubits = cirq.LineQubit.range(controls + 1)
        check = of_cirq(
            cirq.Circuit(
                [cirq.X(qubits[place]) for place in on],
                cirq.ry(0.6)(qubits[0]),
                cirq.X(qubits[-1]).controlled_by(*qubits[:-1]),
                cirq.measure(*qubits[::-1], key="m"),
            ),
            way,
        )
    assert right_or_refused(way, check, *["length"] * (controls > 5)) or controls > 5
