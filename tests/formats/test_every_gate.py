"""Every gate of the table through every format, asymmetric angles, judged by somebody else's simulator."""

from __future__ import annotations

import json
import re
import struct
from typing import Any

import numpy as np
import pytest
from tests.gates_to_write import NAMES
from tests.mirrors import inverse

from qrelay.formats import INPUT_FORMATS, encode
from qrelay.program import Operation, Program, Register
from qrelay.program.control import BitIs, RegisterIs
from qrelay.program.gates import GATES

qiskit = pytest.importorskip("qiskit")

from judges import braket, ionq, qir  # noqa: E402
from judges.payloads import distribution  # noqa: E402
from qiskit import qasm2  # noqa: E402
from qiskit.quantum_info import Operator, Statevector  # noqa: E402

ANGLES = (0.37, -1.13, 2.41, 0.71)


def _asymmetric(count: int) -> list[Operation]:
    """A product state that no permutation, reflection or phase flip of the qubits leaves alone."""
    operations: list[Operation] = []
    for qubit in range(count):
        operations.append(("ry", (qubit,), (0.4 + 0.31 * qubit,)))
        operations.append(("rz", (qubit,), (0.9 - 0.47 * qubit,)))
    return operations


def _program(operations: list[Operation], count: int) -> Program:
    measured: list[Operation] = [("measure", (qubit,), (qubit,)) for qubit in range(count)]
    return Program(count, count, [*operations, *measured], (Register("c", tuple(range(count))),))


def _mirror(name: str) -> Program:
    """Prepare, apply the gate, undo all of it by the inverse's matrix in two-qubit steps that do not use the gate."""
    gate = GATES[name]
    count = gate.num_qubits
    params = ANGLES[: gate.num_params]
    before = _asymmetric(count)
    middle: list[Operation] = [(name, tuple(range(count)), params)]
    circuit = qiskit.QuantumCircuit(count)
    for step, qubits, angles in before:
        getattr(circuit, step)(*angles, *qubits)
    state = Statevector(circuit).data.reshape(-1)
    state = GATES[name].matrix(*params) @ state
    undo = qiskit.QuantumCircuit(count)
    undo.prepare_state(state, range(count))
    flat = qiskit.transpile(undo.inverse(), basis_gates=["rz", "ry", "rx", "cx"], optimization_level=0)
    after: list[Operation] = [
        (
            item.operation.name,
            tuple(flat.find_bit(q).index for q in item.qubits),
            tuple(map(float, item.operation.params)),
        )
        for item in flat.data
    ]
    return _program([*before, *middle, *after], count)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("format_name", "judge"),
    [("ionq.circuit.v1", ionq), ("IONQ_CIRCUIT_V1", ionq), ("BRAKET_OPEN_QASM_V3", braket)],
    ids=["ionq", "ionq on the Hub", "braket"],
)
def test_the_state_is_the_gates(name: str, format_name: str, judge: Any) -> None:
    gate = GATES[name]
    count, params = gate.num_qubits, ANGLES[: gate.num_params]
    operations = [*_asymmetric(count), (name, tuple(range(count)), params)]
    state = judge.statevector(encode(_program(operations, count), format_name).data)
    before = judge.statevector(encode(_program(_asymmetric(count), count), format_name).data)
    assert abs(np.vdot(state, gate.matrix(*params) @ before)) == pytest.approx(1, abs=1e-9)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("format_name", ["honeywell.openqasm.v1", "OPEN_QASM_V2"])
def test_openqasm2_operator_is_the_gates(name: str, format_name: str) -> None:
    gate = GATES[name]
    count, params = gate.num_qubits, ANGLES[: gate.num_params]
    payload = encode(_program([(name, tuple(range(count)), params)], count), format_name)
    circuit = qasm2.loads(payload.data.decode(), strict=True)
    circuit.remove_final_measurements()
    assert Operator(circuit).equiv(Operator(gate.matrix(*params)))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("format_name", INPUT_FORMATS)
def test_mirror_gives_zeros(name: str, format_name: str) -> None:
    """Sampling cannot see phases; undoing the gate by its matrix turns every wrong phase into a wrong bit."""
    assert distribution(encode(_mirror(name), format_name), 64).fits({0: 1.0})


@pytest.mark.parametrize("angle", [1e-05, -2.5e-07, 1e22, 5e-324, 3.0])
def test_any_number_arrives_as_it_is(angle: float) -> None:
    """`1e-05` is no number in OpenQASM 2, nor in LLVM: both ask for a decimal point."""
    turn: Operation = ("rx", (0,), (angle,))
    plain: list[Operation] = [turn, ("u3", (0,), (angle, 0.5, -angle)), ("measure", (0,), (0,))]
    registers = (Register("c", (0,)),)
    program = Program(1, 1, plain, registers)
    text = encode(program, "honeywell.openqasm.v1").data.decode()
    circuit = qasm2.loads(text, strict=True)
    assert [item.operation.params for item in circuit.data[:2]] == [[angle], [angle, 0.5, -angle]]
    guarded = Program(1, 1, [*plain, ("if", (), (RegisterIs((0,), 1), (turn,), ()))], registers)
    *lines, last = encode(guarded, "honeywell.openqasm.v1").data.decode().splitlines()
    assert (lines, last) == (text.splitlines(), f"if(c==1) {lines[4]}")
    flat = qasm2.loads(encode(program, "OPEN_QASM_V2").data.decode(), strict=True)
    assert [item.operation.params for item in flat.data[:2]] == [[angle], [angle, 0.5, -angle]]
    words = encode(program, "BRAKET_OPEN_QASM_V3").data
    assert [float(number) for number in re.findall(rb"rx\((.*)\)", words)] == [angle]
    assert braket.circuit(words)
    for format_name in ("ionq.circuit.v1", "IONQ_CIRCUIT_V1"):
        assert json.loads(encode(program, format_name).data)["circuit"][0]["rotation"] == angle
    data = encode(program, "qir.v1").data
    qir.verify(data)
    assert struct.pack(">d", angle).hex() in data.decode()


@pytest.mark.parametrize("name", NAMES)
def test_gate_and_its_inverse_give_zeros_in_qir(name: str) -> None:
    gate = GATES[name]
    count, params = gate.num_qubits, ANGLES[: gate.num_params]
    there = [*_asymmetric(count), (name, tuple(range(count)), params)]
    back: list[Operation] = list(inverse(name, params))
    back += [(operation, qubits, (-angles[0],)) for operation, qubits, angles in reversed(_asymmetric(count))]
    assert qir.strings(encode(_program([*there, *back], count), "qir.v1").data, 32) == {"0" * count: 32}


@pytest.mark.parametrize("bitcode", [False, True], ids=["text", "bitcode"])
@pytest.mark.parametrize("name", NAMES)
def test_mirror_in_a_branch_gives_zeros(name: str, bitcode: bool) -> None:
    """QIR's adaptive profiles: the gate stands in the branch that is taken, wrong gates in the one that is not."""
    mirror = _mirror(name)
    count = mirror.num_qubits
    gates, measured = mirror.operations[:-count], mirror.operations[-count:]
    steps: list[Operation] = [
        ("x", (0,), ()),
        ("measure", (0,), (count,)),
        ("x", (0,), ()),
        ("if", (), (BitIs(count, value=True), tuple(gates), (("x", (0,), ()),))),
        *measured,
    ]
    program = Program(count, count + 1, steps, (Register("c", tuple(range(count + 1))),))
    payload = encode(program, "qir.v1", bitcode=bitcode)
    for run in (qir.run, qir.run_by_runner):
        assert qir.memories(run(payload.data, 32), payload.layout.groups) == {1 << count: 32}
