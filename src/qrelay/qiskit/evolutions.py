"""Qiskit's PauliEvolutionGate as the table's `pauliexp`, where it is exactly that."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from qiskit.circuit.library import PauliEvolutionGate
from qiskit.quantum_info import SparsePauliOp
from qiskit.synthesis import LieTrotter, MatrixExponential, SuzukiTrotter

__all__ = ["pauli_exponential"]

_Exponential: TypeAlias = tuple[tuple[str, ...], tuple[float, ...], Any]

_ROWS_AT_ONCE = 256


def pauli_exponential(operation: Any) -> _Exponential | None:
    """Terms, coefficients and time of an evolution whose terms commute; the time as it is, expressions among them.

    A product formula of commuting terms has no error, whatever its order, its steps and the order of its terms: so this
    is the gate's matrix and its definition alike (Hatano, Suzuki, arXiv:math-ph/0506007). None for what is better
    expanded: terms that do not commute, a formula that draws its terms at random, users' own ways to write a term,
    barriers between them, and projectors, of which each would become many terms.
    """
    if type(operation) is not PauliEvolutionGate or not _is_exact(operation.synthesis):
        return None
    operators = operation.operator if isinstance(operation.operator, list) else [operation.operator]
    if any(
        getattr(operator, "contains_projectors", bool)() for operator in operators
    ):  # of Qiskit 2's SparseObservable
        return None
    sums = [one if isinstance(one, SparsePauliOp) else SparsePauliOp.from_sparse_observable(one) for one in operators]
    total = SparsePauliOp.sum(sums) if len(sums) > 1 else sums[0]
    if not len(total) or not _commute(total.paulis):
        return None
    return tuple(total.paulis.to_labels()), tuple(np.real(total.coeffs).tolist()), operation.time


def _is_exact(synthesis: Any) -> bool:
    if type(synthesis) is MatrixExponential:
        return True
    if type(synthesis) not in (LieTrotter, SuzukiTrotter):
        return False
    try:
        settings = synthesis.settings
    except NotImplementedError:  # Qiskit's word for a user's own way to write a term
        return False
    return not settings["insert_barriers"]


def _commute(paulis: Any) -> bool:
    """Two strings commute if X of one meets Z of the other an even number of times, both ways counted."""
    x: NDArray[np.int64] = paulis.x.astype(np.int64)
    z: NDArray[np.int64] = paulis.z.astype(np.int64)
    for start in range(0, len(x), _ROWS_AT_ONCE):
        rows = slice(start, start + _ROWS_AT_ONCE)
        if np.any((x[rows] @ z.T + z[rows] @ x.T) & 1):
            return False
    return True
