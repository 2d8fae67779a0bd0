"""Amplitudes as an array with one axis of length two for each qubit, and what gates and measurements make of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.complex128]


def ground(count: int) -> Array:
    """All qubits in |0⟩; axis k is qubit k."""
    state = np.zeros((2,) * count, dtype=complex)
    state[(0,) * count] = 1
    return state


def turned(state: Array, matrix: Array, qubits: Sequence[int]) -> Array:
    """The gate's matrix has its first qubit most significant."""
    size = len(qubits)
    if matrix.shape != (2**size, 2**size) or len(set(qubits)) != size:
        raise ValueError(f"a matrix of shape {matrix.shape} on the qubits {qubits}")
    found = np.tensordot(matrix.reshape((2,) * (2 * size)), state, axes=(range(size, 2 * size), qubits))
    return np.moveaxis(found, range(size), qubits)


def measured(state: Array, qubit: int) -> Iterator[tuple[int, float, Array]]:
    """Value, probability and what is left, for the values that occur."""
    for value in (0, 1):
        kept = np.zeros_like(state)
        where: list[slice | int] = [slice(None)] * state.ndim
        where[qubit] = value
        kept[tuple(where)] = state[tuple(where)]
        weight = float(np.sum(np.abs(kept) ** 2))
        if weight > 1e-13:
            yield value, weight, kept / np.sqrt(weight)


def probabilities(state: Array) -> dict[int, float]:
    """Number whose bit q is qubit q → probability."""
    weights = np.abs(np.transpose(state).reshape(-1)) ** 2
    return {index: float(weight) for index, weight in enumerate(weights) if weight > 1e-13}
