"""The matrix of an operation of a Program: of a gate by its row in the table (which other tests hold against Qiskit's),
of an exponential of Pauli strings by what it is, summed and exponentiated here."""

from __future__ import annotations

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
