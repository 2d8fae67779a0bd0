"""P02: every circuit of a batch keeps its own layout."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from qiskit import QuantumCircuit, transpile
from qiskit.transpiler import CouplingMap

if TYPE_CHECKING:
    from corners import QiskitWay

BASIS = ["rx", "ry", "rz", "x", "h", "cx"]


def _permuted(seed: int) -> QuantumCircuit:
    """Five qubits in a state that tells them apart, measured through a permutation of its own."""
    dice = random.Random(seed)
    circuit = QuantumCircuit(5, 5, name=f"permuted-{seed}")
    pattern = [dice.random() < 0.5 for _ in range(5)]
    for qubit, flipped in enumerate(pattern):
        if flipped:
            circuit.x(qubit)
    for a, b in [(0, 4), (3, 1), (2, 0)]:
        circuit.cx(a, b)
    circuit.measure(range(5), dice.sample(range(5), 5))
    return circuit


@pytest.mark.parametrize("level", range(4))
def test_p02_a_batch_of_permutations(qiskit_way: QiskitWay, level: int, aer: Callable[..., dict[str, int]]) -> None:
    """Bug: the whole batch decoded by one circuit's qubit-to-bit map (qiskit-ionq#183)."""
    circuits = [_permuted(seed) for seed in range(6)]
    found = qiskit_way.run(circuits, shots=30, optimization_level=level, seed_transpiler=5).result().get_counts()
    assert found == [aer(circuit, 30) for circuit in circuits]
    assert len({tuple(counts) for counts in found}) > 3  # the circuits do differ


def test_p02_each_circuit_routed_on_its_own(qiskit_way: QiskitWay, aer: Callable[..., dict[str, int]]) -> None:
    """Bug: as above, where the transpiler moved the qubits of each circuit differently."""
    circuits = [_permuted(seed) for seed in range(4)]
    line = CouplingMap.from_line(6)
    placed = [
        transpile(
            circuit,
            basis_gates=BASIS,
            coupling_map=line,
            initial_layout=random.Random(index).sample(range(6), 5),
            optimization_level=index,
            seed_transpiler=index,
        )
        for index, circuit in enumerate(circuits)
    ]
    assert qiskit_way.run(placed, shots=30).result().get_counts() == [aer(circuit, 30) for circuit in circuits]
