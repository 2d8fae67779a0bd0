"""The circuits that are written: many gates of an ordinary mix on 20 qubits, all measured at the end."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from cirq import Circuit, Operation
    from qiskit import QuantumCircuit

QUBITS = 20


def _mixture(gates: int, seed: int) -> Iterator[tuple[int, int, int, float]]:
    """A number below 6 for the sort of gate, a qubit, the distance to another one, an angle."""
    rng = np.random.default_rng(seed)
    kinds = rng.integers(6, size=gates)
    firsts = rng.integers(QUBITS, size=gates)
    shifts = rng.integers(1, QUBITS, size=gates)
    angles = rng.uniform(-3, 3, size=gates)
    return zip(kinds.tolist(), firsts.tolist(), shifts.tolist(), angles.tolist(), strict=True)


def mixed(gates: int, seed: int = 20) -> QuantumCircuit:
    """`gates` gates: a sixth each h, t, rz and rx with random angles, a third cx between random qubits."""
    from qiskit import QuantumCircuit

    circuit = QuantumCircuit(QUBITS, QUBITS)
    for kind, first, shift, angle in _mixture(gates, seed):
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


def mixed_cirq(gates: int, seed: int = 20) -> Circuit:
    """The same gates in Cirq, packed into moments as Cirq does it, measured into one key."""
    import cirq

    qubits = cirq.LineQubit.range(QUBITS)

    def operations() -> Iterator[Operation]:
        for kind, first, shift, angle in _mixture(gates, seed):
            qubit = qubits[first]
            if kind == 0:
                yield cirq.H(qubit)
            elif kind == 1:
                yield cirq.T(qubit)
            elif kind == 2:
                yield cirq.rz(angle).on(qubit)
            elif kind == 3:
                yield cirq.rx(angle).on(qubit)
            else:
                yield cirq.CX(qubit, qubits[(first + shift) % QUBITS])

    return cirq.Circuit(operations(), cirq.measure(*qubits, key="m"))


ANSATZ_QUBITS, LAYERS = 10, 5
ANSATZ_PARAMETERS = 2 * ANSATZ_QUBITS * LAYERS


def ansatz() -> QuantumCircuit:
    """Hardware-efficient, 10 qubits, 100 parameters: five layers of RY and RZ on every qubit and a chain of CX."""
    from qiskit import QuantumCircuit
    from qiskit.circuit import ParameterVector

    parameters = iter(ParameterVector("t", ANSATZ_PARAMETERS))
    circuit = QuantumCircuit(ANSATZ_QUBITS, ANSATZ_QUBITS)
    for _ in range(LAYERS):
        for qubit in range(ANSATZ_QUBITS):
            circuit.ry(next(parameters), qubit)
            circuit.rz(next(parameters), qubit)
        for qubit in range(ANSATZ_QUBITS - 1):
            circuit.cx(qubit, qubit + 1)
    circuit.measure(range(ANSATZ_QUBITS), range(ANSATZ_QUBITS))
    return circuit


def ansatz_cirq() -> Circuit:
    """The same ansatz in Cirq; its symbols sort by name in the order of their use."""
    import cirq
    import sympy

    qubits = cirq.LineQubit.range(ANSATZ_QUBITS)
    symbols = iter([sympy.Symbol(f"t{place:03}") for place in range(ANSATZ_PARAMETERS)])

    def operations() -> Iterator[Operation]:
        for _ in range(LAYERS):
            for qubit in qubits:
                yield cirq.ry(next(symbols)).on(qubit)
                yield cirq.rz(next(symbols)).on(qubit)
            for control, target in pairwise(qubits):
                yield cirq.CX(control, target)

    return cirq.Circuit(operations(), cirq.measure(*qubits, key="m"))
