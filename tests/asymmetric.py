"""One gate between turns that leave no symmetry: a wrong sign, order of qubits or angle shows in what is measured."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from qrelay.program import Operation, Program, Register
from qrelay.program.gates import GATES

__all__ = ["ANGLES", "NAMES", "distribution_of", "program_of", "weights_of"]

ANGLES = (0.37, -1.13, 2.41, 0.71)
NAMES = sorted(name for name in GATES if name != "global_phase")


def program_of(name: str, angles: tuple[float, ...] = ANGLES) -> Program:
    """Turns, the gate on qubits in reverse, other turns, and a measurement of each qubit into the bit of its number."""
    gate = GATES[name]
    count = gate.num_qubits
    operations: list[Operation] = []
    for qubit in range(count):
        operations += [("ry", (qubit,), (0.4 + 0.31 * qubit,)), ("rz", (qubit,), (0.9 - 0.47 * qubit,))]
    operations.append((name, tuple(reversed(range(count))), angles[: gate.num_params]))
    for qubit in range(count):
        operations += [("rx", (qubit,), (0.7 + 0.23 * qubit,)), ("ry", (qubit,), (-0.5 - 0.19 * qubit,))]
    measured: list[Operation] = [("measure", (qubit,), (qubit,)) for qubit in range(count)]
    return Program(count, count, [*operations, *measured], (Register("c", tuple(range(count))),))


def weights_of(program: Program) -> dict[int, float]:
    """By the matrices of the gate table: number whose bit q is qubit q → probability."""
    state: NDArray[np.complex128] = np.zeros((2,) * program.num_qubits, dtype=complex)
    state[(0,) * program.num_qubits] = 1
    for name, qubits, params in program.operations:
        if name in GATES:
            size = len(qubits)
            matrix = GATES[name].matrix(*params).reshape((2,) * (2 * size))
            where = tuple(reversed(qubits))  # the table's first qubit is the least significant
            state = np.tensordot(matrix, state, axes=(range(size, 2 * size), where))
            state = np.moveaxis(state, range(size), where)
    weights = np.abs(np.transpose(state).reshape(-1)) ** 2
    return {index: float(weight) for index, weight in enumerate(weights)}


def distribution_of(program: Program) -> dict[int, float]:
    """What is in the program's classical memory, if it measures at its end only."""
    found: dict[int, float] = {}
    for state, weight in weights_of(program).items():
        memory = sum((state >> qubit & 1) << bit for bit, qubit in enumerate(program.layout.qubits) if qubit >= 0)
        found[memory] = found.get(memory, 0.0) + weight
    return found
