"""P13: registers wider than the qubits, and wider than machine words."""

from __future__ import annotations

import cirq
import pytest
from corners import CirqWay, QiskitWay, Way
from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister

WIDEST = 100


def _wide(size: int, measured: dict[int, int], flipped: int) -> QuantumCircuit:
    circuit = QuantumCircuit(QuantumRegister(3, "q"), ClassicalRegister(size, "c"))
    circuit.x(flipped)
    for bit, qubit in measured.items():
        circuit.measure(qubit, bit)
    return circuit


def _text(size: int, *ones: int) -> str:
    return "".join("1" if place in ones else "0" for place in reversed(range(size)))


def test_p13_a_few_bits_of_a_wide_register(qiskit_way: QiskitWay) -> None:
    """Bug: only the measured bits of a register counted (amazon-braket-default-simulator-python#370)."""
    circuits = [
        _wide(80, {1: 0}, 0),
        _wide(80, {70: 1}, 1),
        _wide(80, {1: 0, 70: 2, 79: 1}, 2),
        _wide(2, {1: 1}, 1),
    ]
    found = qiskit_way.run(circuits, shots=11).result().get_counts()
    assert found == [{_text(80, 1): 11}, {_text(80, 70): 11}, {_text(80, 70): 11}, {"10": 11}]


def test_p13_keys_beyond_a_machine_word(qiskit_way: QiskitWay) -> None:
    """Bug: memory, or keys of a histogram, in 64 bits: what is above is lost, or read as a negative number."""
    registers = [ClassicalRegister(size, name) for name, size in (("a", 40), ("b", WIDEST))]
    circuit = QuantumCircuit(QuantumRegister(3, "q"), *registers)
    circuit.h(0)
    circuit.cx(0, 1)
    circuit.x(2)
    circuit.measure([0, 1, 2, 2], [registers[0][39], registers[1][64], registers[1][99], registers[1][63]])
    result = qiskit_way.run(circuit, shots=64, memory=True).result()
    low = f"{_text(WIDEST, 63, 99)} {_text(40)}"
    high = f"{_text(WIDEST, 63, 64, 99)} {_text(40, 39)}"
    counts = result.get_counts()
    assert set(counts) == {low, high}
    assert sum(counts.values()) == len(result.get_memory()) == 64
    assert set(result.get_memory()) == {low, high}


def _most(way: Way) -> int:
    """As many qubits as the target has, at most 100."""
    qubits = way.account.target(way.target).num_qubits
    assert qubits is not None
    return min(WIDEST, qubits)


def _flipped(size: int) -> tuple[int, ...]:
    return (0, size // 2 + 1, size - 1)


def test_p13_all_qubits_into_one_register(qiskit_way: QiskitWay) -> None:
    """Bug: as above, where every bit has a qubit: histograms with decimal keys beyond 2^64, rows of 100 columns."""
    size = _most(qiskit_way)
    circuit = QuantumCircuit(QuantumRegister(size, "q"), ClassicalRegister(size, "c"))
    circuit.x(_flipped(size))
    circuit.measure(range(size), range(size))
    assert qiskit_way.counts(circuit, 6) == {_text(size, *_flipped(size)): 6}


@pytest.mark.parametrize("split", [False, True], ids=["one key", "several keys"])
def test_p13_all_qubits_under_keys(cirq_way: CirqWay, split: bool) -> None:
    """Bug: as above, for keys."""
    size = _most(cirq_way)
    qubits = cirq.LineQubit.range(size)
    parts = [qubits[: size // 3], qubits[size // 3 :]] if split else [qubits]
    circuit = cirq.Circuit(
        [cirq.X(qubits[place]) for place in _flipped(size)],
        [cirq.measure(*part, key=f"k{index}") for index, part in enumerate(parts)],
    )
    result = cirq_way.sampler.run(circuit, repetitions=6)
    found = [bit for index in range(len(parts)) for bit in result.measurements[f"k{index}"][3].tolist()]
    assert [place for place, bit in enumerate(found) if bit] == list(_flipped(size))
    assert [result.measurements[f"k{index}"].shape for index in range(len(parts))] == [(6, len(part)) for part in parts]
