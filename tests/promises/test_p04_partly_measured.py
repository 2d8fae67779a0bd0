"""P04: partly measured circuits sum up."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister

if TYPE_CHECKING:
    from corners import QiskitWay


@pytest.mark.parametrize("measured", [[0], [2], [3, 1], [4, 0, 2]], ids=str)
def test_p04_unmeasured_helpers_never_overwrite(
    qiskit_way: QiskitWay, measured: list[int], assert_fits: Callable[..., None]
) -> None:
    """Bug: states that differ in unmeasured qubits only overwrite each other (azure-quantum-python#198, #248)."""
    circuit = QuantumCircuit(5, len(measured))
    for qubit in range(5):
        circuit.ry(0.5 + 0.4 * qubit, qubit)
    circuit.cx(1, 4)
    circuit.cx(3, 0)
    circuit.measure(measured, range(len(measured)))
    job = qiskit_way.run(circuit, shots=2000)
    counts = job.result().get_counts()
    (outcome,) = job.outcomes()
    assert sum(counts.values()) == outcome.shots_returned
    assert outcome.shots_returned == 2000 or qiskit_way.rounds_shots_down
    assert_fits(counts, circuit)


def test_p04_bits_without_a_measurement_read_zero(qiskit_way: QiskitWay, aer: Callable[..., dict[str, int]]) -> None:
    """Bug: unwritten bits left out, so that the bits above them slip down."""
    circuit = QuantumCircuit(QuantumRegister(3, "q"), ClassicalRegister(3, "a"), ClassicalRegister(2, "b"))
    circuit.x([0, 2])
    circuit.h(1)
    circuit.measure([2, 0], [1, 4])
    assert qiskit_way.counts(circuit) == aer(circuit) == {"10 010": 100}
