"""What Cirq makes of gates that are not in the table: their decompositions, held against their matrices."""

from __future__ import annotations

import cmath
from collections.abc import Callable, Sequence
from typing import Any, NoReturn, TypeAlias, TypeVar

import cirq
import numpy as np

from qrelay.quieting import quietly

__all__ = ["Parts", "definition", "matrix_of", "taken_apart", "why_not"]

Parts: TypeAlias = tuple[Sequence[cirq.Operation], float]
"""Operations on the gate's qubits, first one first, and a global phase in radians."""

_Refuse: TypeAlias = Callable[[str], NoReturn]
_Parts = TypeVar("_Parts")

_WIDEST = 8
"""Qubits of gates whose decomposition is held against their matrix; wider ones are taken at their word."""

_WIDEST_MATRIX = 6
"""Qubits of gates that are read by their matrix alone."""


_FAR, _NEAR = 1e-5, 1e-10
"""How far from unitary a matrix may be (single precision, several times over), and how far is near enough."""

_WARNS_OF_ITSELF = cirq.__version__.startswith("1.5.")

_BY_USERS = (ArithmeticError, NotImplementedError, TypeError, ValueError)
"""What the methods of gates that users wrote may raise."""


def _unwarned(work: Callable[[], _Parts]) -> _Parts:
    """Cirq 1.5 warns of what it does itself on the way to a matrix's decomposition; that is not the user's doing."""
    return quietly(work, FutureWarning) if _WARNS_OF_ITSELF else work()


def matrix_of(op: cirq.Operation, refuse: _Refuse) -> Any:
    """Cirq's matrix of the operation, big-endian, exactly unitary; None if there is none.

    Single precision is made good, which Cirq's own decompositions do not take; what only pretends to be unitary is
    refused.
    """
    try:
        matrix = cirq.unitary(op, None)
    except _BY_USERS as error:
        refuse(f"has a matrix that Cirq cannot make: {error}")
    if matrix is None:
        return None
    matrix = np.asarray(matrix)  # users' gates may give lists
    if matrix.shape != (1 << len(op.qubits),) * 2:
        refuse(f"has a matrix of shape {matrix.shape}, and acts on {len(op.qubits)} qubits")
    off = np.abs(matrix @ matrix.conj().T - np.eye(len(matrix))).max()
    if not off < _FAR:
        refuse("has a matrix that is not unitary")
    if off > _NEAR:
        left, _, right = np.linalg.svd(matrix.astype(np.complex128))
        matrix = left @ right
    return matrix


def taken_apart(op: cirq.Operation, context: cirq.DecompositionContext, refuse: _Refuse) -> list[cirq.Operation] | None:
    """One step of Cirq's own decomposition; None if there is none."""
    try:
        parts: list[cirq.Operation] | None = _unwarned(lambda: cirq.decompose_once(op, None, context=context))
    except _BY_USERS as error:
        refuse(f"has a decomposition that Cirq cannot make: {error}")
    return parts


def why_not(op: cirq.Operation) -> str:
    """Why an operation without a decomposition cannot be read."""
    if cirq.has_unitary(op):
        why = f"is known by its matrix only, and acts on {len(op.qubits)} qubits. Give it a decomposition"
        return f"{why}: matrices are read for up to {_WIDEST_MATRIX}"
    why = "is neither a gate, a measurement nor a reset, and Cirq has no decomposition of it"
    return f"{why}. Take channels and noise out of the circuit"


def definition(op: cirq.Operation, context: cirq.DecompositionContext, refuse: _Refuse) -> Parts | None:
    """A unitary operation on at least two qubits in simpler ones, exactly; None if it is too wide to be sure.

    Cirq's decompositions may leave out the global phase, and that of ThreeQubitDiagonalGate is another gate's on qubits
    that are no neighbours. So nothing is taken at its word that can be held against its matrix; a gate whose
    decomposition is wrong or missing is taken apart by its matrix.
    """
    count = len(op.qubits)
    matrix = matrix_of(op, refuse) if count <= _WIDEST else None
    if matrix is None:
        return None
    parts = None if isinstance(op.gate, cirq.MatrixGate) else taken_apart(op, context, refuse)
    if parts is not None:
        helping = {qubit for part in parts for qubit in part.qubits}.difference(op.qubits)
        if helping or not cirq.has_unitary(cirq.Circuit(parts)):
            return None
        phase = _phase_between(op, parts, matrix)
        if phase is not None:
            return parts, phase
    if count > _WIDEST_MATRIX:
        refuse(why_not(op))
    parts = _unwarned(lambda: _parts_of(matrix, op.qubits))
    phase = _phase_between(op, parts, matrix)
    if phase is None:
        refuse("has a matrix that Cirq takes apart wrongly")
    return parts, phase


def _parts_of(matrix: Any, qubits: Sequence[cirq.Qid]) -> list[cirq.Operation]:
    if len(qubits) < 4:
        return cirq.decompose_once(cirq.MatrixGate(matrix).on(*qubits))
    return list(cirq.flatten_to_ops(cirq.quantum_shannon_decomposition(list(qubits), matrix)))


def _phase_between(op: cirq.Operation, parts: Sequence[cirq.Operation], matrix: Any) -> float | None:
    """The phase that the parts lack; None if they are another gate's."""
    built = cirq.Circuit(parts).unitary(op.qubits, op.qubits)
    phase = cmath.phase(np.vdot(built, matrix))
    if not np.allclose(built * cmath.exp(1j * phase), matrix, atol=1e-6):
        return None
    return phase if abs(phase) > 1e-12 else 0.0
