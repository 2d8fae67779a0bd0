"""P02: every circuit of a batch keeps its own layout."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from corners import Drawing, QiskitWay, Way
from qiskit import transpile
from qiskit.transpiler import CouplingMap

BASIS = ["rx", "ry", "rz", "x", "h", "cx"]
Aer = Callable[..., dict[str, int]]


def _permuted(seed: int, parts: int = 1) -> Drawing:
    """Five qubits in a state that tells them apart, measured through a permutation of its own."""
    dice = random.Random(seed)
    flips = [("x", qubit) for qubit in range(5) if dice.random() < 0.5]
    order = dice.sample(range(5), 5)
    measured = {"c": order} if parts == 1 else {"d": order[:3], "c": order[3:]}
    return Drawing(5, [*flips, ("cx", 0, 4), ("cx", 3, 1), ("cx", 2, 0)], measured, name=f"permuted-{seed}")


def test_p02_a_batch_of_permutations(way: Way) -> None:
    """Bug: the whole batch decoded by one circuit's qubit-to-bit map (qiskit-ionq#183)."""
    drawings = [_permuted(seed, parts=1 + seed % 2) for seed in range(8)]
    found = way.records(drawings, 30)
    assert found == [way.simulated(drawing, 30) for drawing in drawings]
    assert len({tuple(counts) for counts in found}) > 5  # the circuits do differ


@pytest.mark.parametrize("level", range(4))
def test_p02_a_batch_transpiled_on_the_way(qiskit_way: QiskitWay, level: int, aer: Aer) -> None:
    """Bug: as above, where the transpiler writes each circuit anew."""
    circuits = [qiskit_way.build(_permuted(seed)) for seed in range(6)]
    found = qiskit_way.run(circuits, shots=30, optimization_level=level, seed_transpiler=5).result().get_counts()
    assert found == [aer(circuit, 30) for circuit in circuits]


def test_p02_each_circuit_routed_on_its_own(qiskit_way: QiskitWay, aer: Aer) -> None:
    """Bug: as above, where the transpiler moved the qubits of each circuit differently."""
    circuits = [qiskit_way.build(_permuted(seed)) for seed in range(4)]
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
