"""Which bit of the answer is which: permuted, partial, shared, loose and several registers in every format."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from qrelay import convert
from qrelay.formats import INPUT_FORMATS
from qrelay.program import payload_names

qiskit = pytest.importorskip("qiskit")

from judges import braket, exact, ionq, qir  # noqa: E402
from judges.payloads import Found, distribution  # noqa: E402
from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister, qasm2  # noqa: E402
from qiskit.circuit import Clbit  # noqa: E402

SHOTS = 2000


def found(circuit: QuantumCircuit, format_name: str) -> Found:
    payload = convert.encode(circuit, format_name)
    if format_name == "honeywell.openqasm.v1":
        assert payload.layout is not None
        registers = qasm2.loads(payload.data.decode(), strict=True).cregs
        assert [register.name for register in registers] == list(payload_names(payload.layout))
    return distribution(payload, SHOTS)


def check(circuit: QuantumCircuit, format_name: str) -> None:
    assert found(circuit, format_name).fits(exact.memory_distribution(circuit))


@pytest.mark.parametrize("format_name", INPUT_FORMATS)
@pytest.mark.parametrize("flipped", range(9))
def test_p01_every_position_of_three_registers(format_name: str, flipped: int) -> None:
    """Catches reversed bits and registers (azure-quantum-python#361): X on one qubit of nine, every position."""
    registers = [ClassicalRegister(3, name) for name in ("a", "b", "c")]
    circuit = QuantumCircuit(QuantumRegister(9, "q"), *registers)
    circuit.x(flipped)
    circuit.measure(range(9), range(9))
    assert set(found(circuit, format_name).weights) == {1 << flipped}
    if format_name == "qir.v1":
        printed = exact.qiskit_string(circuit, 1 << flipped)
        assert set(qir.strings(convert.encode(circuit, format_name).data, 3)) == {printed}


def _random(seed: int) -> QuantumCircuit:
    """Random gates, random registers, a random part of the qubits measured in random order into random bits."""
    rng = np.random.default_rng(seed)
    num_qubits = int(rng.integers(2, 6))
    sizes = [int(size) for size in rng.integers(1, 4, rng.integers(1, 4))]
    names = ["h", "ry", "rz", "cx", "cz", "u", "swap", "cp", "rxx", "ccx", "sx", "ecr", "crx", "iswap", "rzx", "cu"]
    circuit = QuantumCircuit(num_qubits)
    for place, size in enumerate(sizes):
        circuit.add_register(ClassicalRegister(size, f"r{place}"))
    circuit.compose(exact.random_unitary_circuit(seed, num_qubits, 14, names), inplace=True)
    count = int(rng.integers(1, min(num_qubits, sum(sizes)) + 1))
    for qubit, bit in zip(rng.permutation(num_qubits)[:count], rng.permutation(sum(sizes))[:count], strict=True):
        circuit.measure(int(qubit), int(bit))
    return circuit


@pytest.mark.parametrize("format_name", INPUT_FORMATS)
@pytest.mark.parametrize("seed", range(25))
def test_p08_random_circuits_with_permuted_partial_measurement(format_name: str, seed: int) -> None:
    """Catches lost, added or swapped measurements (qBraid#1313)."""
    check(_random(seed), format_name)


def _overlapping() -> QuantumCircuit:
    bits = [Clbit() for _ in range(6)]
    low, high = (
        ClassicalRegister(name="low", bits=bits[:3]),
        ClassicalRegister(name="high", bits=[bits[4], bits[2], bits[1]]),
    )
    circuit = QuantumCircuit(QuantumRegister(5, "q"), bits, low, high)
    for qubit in range(5):
        circuit.ry(0.3 + 0.41 * qubit, qubit)
    circuit.measure([3, 0, 4, 1], [5, 2, 0, 4])
    return circuit


def _repeated() -> QuantumCircuit:
    circuit = QuantumCircuit(3, 4)
    circuit.ry(0.7, 0)
    circuit.ry(1.1, 2)
    circuit.measure([0, 1, 0, 2, 2, 0], [3, 0, 1, 2, 0, 3])
    return circuit


def _register_in_reverse() -> QuantumCircuit:
    bits = [Clbit() for _ in range(3)]
    circuit = QuantumCircuit(QuantumRegister(3, "q"), bits, ClassicalRegister(name="c", bits=bits[::-1]))
    circuit.ry(0.7, 0)
    circuit.ry(1.9, 1)
    circuit.measure([0, 1, 2], [0, 1, 2])
    return circuit


@pytest.mark.parametrize("format_name", INPUT_FORMATS)
@pytest.mark.parametrize("make", [_overlapping, _repeated, _register_in_reverse])
def test_shared_loose_and_repeated_bits(format_name: str, make: Any) -> None:
    """A qubit read twice, a bit written twice, registers that share bits or are turned round, bits in none."""
    check(make(), format_name)


@pytest.mark.parametrize("make", [_overlapping, _repeated, _register_in_reverse])
def test_p11_exactly_one_record_for_each_bit(make: Any) -> None:
    """Catches bits recorded twice or never (qbraid-qir#214, pytket-qir#206)."""
    circuit = make()
    text = convert.encode(circuit, "qir.v1").data.decode()
    assert len(re.findall(r"call void @__quantum__rt__result_record_output", text)) == circuit.num_clbits
    lengths = re.findall(r"call void @__quantum__rt__array_record_output\(i64 (\d+),", text)
    assert sum(map(int, lengths)) == circuit.num_clbits


@pytest.mark.parametrize("format_name", INPUT_FORMATS)
def test_unwritten_bits_and_empty_registers(format_name: str) -> None:
    circuit = QuantumCircuit(QuantumRegister(2, "q"), ClassicalRegister(0, "none"), ClassicalRegister(3, "c"))
    circuit.x(1)
    circuit.measure(1, 2)
    assert set(found(circuit, format_name).weights) == {4}
    payload = convert.encode(circuit, format_name)
    assert payload.layout is not None
    assert payload.layout.qubits == (-1, -1, 1)
    assert [register.name for register in payload.layout.registers] == ["none", "c"]


@pytest.mark.parametrize("format_name", INPUT_FORMATS)
@pytest.mark.parametrize(("qubits", "clbits"), [(0, 0), (2, 0), (0, 2), (1, 3)])
def test_empty_circuits_are_written(format_name: str, qubits: int, clbits: int) -> None:
    """Whether a circuit that measures nothing may be sent is the account's question, not the writer's."""
    payload = convert.encode(QuantumCircuit(qubits, clbits), format_name)
    assert payload.layout is not None
    assert payload.layout.qubits == (-1,) * clbits
    assert payload.num_qubits == qubits
    if format_name == "qir.v1":
        qir.verify(payload.data)
    if format_name == "honeywell.openqasm.v1":
        assert qasm2.loads(payload.data.decode(), strict=True).num_clbits == clbits
    if format_name in ("ionq.circuit.v1", "IONQ_CIRCUIT_V1"):
        assert len(ionq.statevector(payload.data)) == 2**qubits
    if format_name == "OPEN_QASM_V2":
        assert qasm2.loads(payload.data.decode(), strict=True).num_clbits == qubits
    if format_name == "BRAKET_OPEN_QASM_V3":
        assert len(braket.statevector(payload.data)) == 2**qubits


def test_hundred_bits_and_gaps_in_a_wide_register() -> None:
    circuit = QuantumCircuit(100, 120)
    for qubit in (0, 63, 64, 99):
        circuit.x(qubit)
    circuit.measure(range(100), range(19, 119))
    text = convert.encode(circuit, "qir.v1").data.decode()
    records = [int(n) for n in re.findall(r"result_record_output\(%Result\* inttoptr \(i64 (\d+)", text)]
    assert records == list(range(119, -1, -1))
    assert convert.read(circuit).layout.qubits == (*(-1,) * 19, *range(100), -1)
