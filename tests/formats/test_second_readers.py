"""Readers beside the judges: Cirq's for the OpenQASM 2 that qsim gets, OpenQASM's own parser for Braket's dialect."""

from __future__ import annotations

import numpy as np
import pytest
from tests.gates_to_write import NAMES

from qrelay.formats import encode
from qrelay.program import Operation, Program, Register
from qrelay.program.gates import GATES

ANGLES = (0.37, -1.13, 2.41, 0.71)


def _program(name: str, angles: tuple[float, ...]) -> Program:
    gate = GATES[name]
    count = gate.num_qubits
    operations: list[Operation] = [(name, tuple(range(count)), angles[: gate.num_params])]
    operations += [("measure", (qubit,), (count - 1 - qubit,)) for qubit in range(count)]
    return Program(count, count, operations, (Register('";//', tuple(range(count))),))


@pytest.mark.parametrize("name", NAMES)
def test_cirq_reads_the_gate_and_the_identity_measurement(name: str) -> None:
    """kipu.sim.qsim lists the gates of Cirq's OpenQASM 2 reader, which is stricter than Qiskit's here and there."""
    cirq = pytest.importorskip("cirq")
    pytest.importorskip("ply", reason="Cirq's OpenQASM reader needs ply")
    from cirq.contrib.qasm_import import circuit_from_qasm

    gate = GATES[name]
    circuit = circuit_from_qasm(encode(_program(name, ANGLES), "OPEN_QASM_V2").data.decode())
    measured = {
        operation.gate.key: operation.qubits
        for operation in circuit.all_operations()
        if isinstance(operation.gate, cirq.MeasurementGate)
    }
    qubits = [cirq.NamedQubit(f"q_{index}") for index in range(gate.num_qubits)]
    assert measured == {f"c_{index}": (qubit,) for index, qubit in enumerate(qubits)}
    bare = cirq.drop_terminal_measurements(circuit)
    found = bare.unitary(qubit_order=qubits[::-1], qubits_that_should_be_present=qubits)
    wanted = gate.matrix(*ANGLES[: gate.num_params])
    assert abs(np.vdot(found, wanted)) == pytest.approx(len(wanted), abs=1e-6)


@pytest.mark.parametrize("angle", [0.5, 1e-05, -2.5e-07, 1e22, 5e-324])
def test_openqasm_s_own_parser_reads_braket_s_dialect(angle: float) -> None:
    openqasm = pytest.importorskip("openqasm3")
    for name in NAMES:
        text = encode(_program(name, (angle,) * 4), "BRAKET_OPEN_QASM_V3").data.decode()
        assert openqasm.parse(text).statements
