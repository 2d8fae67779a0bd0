"""The circuits that are written: many gates of an ordinary mix on 20 qubits, all measured at the end."""

from __future__ import annotations

import numpy as np
from qiskit import QuantumCircuit

QUBITS = 20


def mixed(gates: int, seed: int = 20) -> QuantumCircuit:
    """`gates` gates: a sixth each h, t, rz and rx with random angles, a third cx between random qubits."""
    rng = np.random.default_rng(seed)
    circuit = QuantumCircuit(QUBITS, QUBITS)
    kinds = rng.integers(6, size=gates)
    firsts = rng.integers(QUBITS, size=gates)
    shifts = rng.integers(1, QUBITS, size=gates)
    angles = rng.uniform(-3, 3, size=gates)
    for kind, first, shift, angle in zip(
        kinds.tolist(), firsts.tolist(), shifts.tolist(), angles.tolist(), strict=True
    ):
        if kind == 0:
            circuit.h(first)
        elif kind == 1:
            circuit.t(first)
        elif kind == 2:
            circuit.rz(angle, first)
        elif kind == 3:
            circuit.rx(angle, first)
        else:
            circuit.cx(first, (first + shift) % QUBITS)
    circuit.measure(range(QUBITS), range(QUBITS))
    return circuit
