"""The matrix of a Program, and of its operations: of a gate by its row in the table (which other tests hold against
Qiskit's), of an exponential of Pauli strings by what it is, summed and exponentiated here."""

from __future__ import annotations

import cmath
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

_PAULIS = {
    "I": np.eye(2),
    "X": np.array([[0, 1], [1, 0]]),
    "Y": np.array([[0, -1j], [1j, 0]]),
    "Z": np.diag([1, -1]),
}


def matrix(name: str, arguments: Any) -> NDArray[np.complex128]:
    """The first qubit is the least significant."""
    from qrelay.program.gates import GATES

    return exponential(*arguments) if name == "pauliexp" else GATES[name].matrix(*arguments)


def exponential(terms: Any, coefficients: Any, time: float) -> NDArray[np.complex128]:
    """exp(-i · time · Σ coefficient · term); a term's first letter is the highest qubit's."""
    words = [reduce(np.kron, [_PAULIS[letter] for letter in term]) for term in terms]
    total = sum(coefficient * word for coefficient, word in zip(coefficients, words, strict=True))
    values, vectors = np.linalg.eigh(total)
    found: NDArray[np.complex128] = (vectors * np.exp(-1j * time * values)) @ vectors.conj().T
    return found


def unitary(program: Any) -> NDArray[np.complex128]:
    """A program's matrix, its global phase included."""
    count = program.num_qubits
    total = np.eye(2**count, dtype=complex).reshape((2,) * count + (-1,)) * cmath.exp(1j * program.global_phase)
    for name, qubits, arguments in program.operations:
        gate, size = matrix(name, arguments), len(qubits)
        axes = [count - 1 - q for q in reversed(qubits)]
        moved = np.tensordot(gate.reshape((2,) * (2 * size)), total, axes=(range(size, 2 * size), axes))
        total = np.moveaxis(moved, range(size), axes)
    found: NDArray[np.complex128] = total.reshape(2**count, 2**count)
    return found
