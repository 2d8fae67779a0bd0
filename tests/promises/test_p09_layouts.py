"""P09: transpiled layouts are honoured."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister, transpile
from qiskit.transpiler import CouplingMap

if TYPE_CHECKING:
    from corners import QiskitWay


@pytest.mark.parametrize("level", range(4))
def test_p09_a_circuit_placed_and_routed_beforehand(
    qiskit_way: QiskitWay, level: int, assert_fits: Callable[..., None]
) -> None:
    """Bug: bits read by the qubits' numbers before placement (qBraid#1389)."""
    circuit = QuantumCircuit(QuantumRegister(4, "q"), ClassicalRegister(2, "a"), ClassicalRegister(2, "b"))
    for qubit, angle in enumerate([0.3, 0.9, 1.7, 2.4]):
        circuit.ry(angle, qubit)
    circuit.cx(0, 3)
    circuit.cx(3, 1)
    circuit.cx(2, 0)
    circuit.measure([0, 1, 2, 3], [3, 0, 2, 1])
    placed = transpile(
        circuit,
        basis_gates=["rx", "ry", "rz", "cx"],
        coupling_map=CouplingMap.from_line(7),
        initial_layout=[6, 2, 4, 0],
        optimization_level=level,
        seed_transpiler=3,
    )
    assert placed.num_qubits == 7
    assert_fits(qiskit_way.counts(placed, qiskit_way.at_most(3000)), circuit)


def test_p09_transpiled_for_the_backend_itself(qiskit_way: QiskitWay, assert_fits: Callable[..., None]) -> None:
    """Bug: a circuit transpiled with the backend's own target and an initial layout is read in the old order."""
    circuit = QuantumCircuit(3)
    circuit.ry(0.4, 0)
    circuit.ecr(0, 2)
    circuit.ryy(0.8, 1, 2)
    circuit.measure_all()
    done = transpile(circuit, backend=qiskit_way.backend, optimization_level=3, seed_transpiler=1)
    assert_fits(qiskit_way.counts(done, qiskit_way.at_most(3000)), circuit)
