"""P01: bits and registers come back in Qiskit's order, on every qiskit_way."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister

if TYPE_CHECKING:
    from corners import QiskitWay

Aer = Callable[..., dict[str, int]]


def _three_registers(flipped: int, measured: list[int]) -> QuantumCircuit:
    registers = [ClassicalRegister(3, name) for name in ("a", "b", "c")]
    circuit = QuantumCircuit(QuantumRegister(9, "q"), *registers)
    circuit.x(flipped)
    circuit.measure(range(9), measured)
    return circuit


def test_p01_x_on_one_of_nine_qubits(qiskit_way: QiskitWay, aer: Aer) -> None:
    """Bug: registers reversed, bits of a register reversed, or both (azure-quantum-python#361, qBraid#1304).

    A single excited qubit gives a different string in each of the nine places, so no reversal can hide.
    """
    circuits = [_three_registers(flipped, list(range(9))) for flipped in range(9)]
    found = qiskit_way.run(circuits, shots=20).result().get_counts()
    assert found == [aer(circuit, 20) for circuit in circuits]
    assert found[0] == {"000 000 001": 20}


def test_p01_permuted_measurement(qiskit_way: QiskitWay, aer: Aer) -> None:
    """Bug: bits taken in the order of qubits, which an identity measurement map hides."""
    circuits = [_three_registers(flipped, [4, 2, 7, 0, 8, 5, 1, 3, 6]) for flipped in range(9)]
    assert qiskit_way.run(circuits, shots=20).result().get_counts() == [aer(circuit, 20) for circuit in circuits]


@pytest.mark.parametrize("sizes", [(1, 3, 2), (4, 1), (2, 1, 1, 3)])
def test_p01_unequal_registers_in_an_asymmetric_state(
    qiskit_way: QiskitWay, sizes: tuple[int, ...], aer: Aer, assert_fits: Callable[..., None]
) -> None:
    """Bug: registers cut at the wrong places when their sizes differ. No two qubits have the same angle."""
    registers = [ClassicalRegister(size, f"r{index}") for index, size in enumerate(sizes)]
    circuit = QuantumCircuit(QuantumRegister(sum(sizes), "q"), *registers)
    for qubit in range(sum(sizes)):
        circuit.ry(0.4 + 0.37 * qubit, qubit)
    circuit.cx(0, sum(sizes) - 1)
    circuit.measure(range(sum(sizes)), [*range(1, sum(sizes)), 0])
    assert_fits(qiskit_way.counts(circuit, 4000), circuit)


def test_p01_the_order_of_add_register_counts_not_that_of_measuring(qiskit_way: QiskitWay, aer: Aer) -> None:
    """Bug: registers ordered by their first measurement."""
    circuit = QuantumCircuit(QuantumRegister(3, "q"), ClassicalRegister(1, "z"), ClassicalRegister(2, "a"))
    circuit.x(0)
    circuit.measure(0, 2)
    circuit.measure(1, 1)
    circuit.measure(2, 0)
    assert qiskit_way.counts(circuit) == aer(circuit) == {"10 0": 100}
