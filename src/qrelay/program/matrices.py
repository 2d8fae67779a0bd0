"""Matrices of the gates, little-endian: a gate's first qubit is the least significant bit of rows and columns.

Conventions are Qiskit's: `u(θ, φ, λ)` has a real upper left entry, and controls come before targets.
"""

from __future__ import annotations

import cmath
import math
from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from qrelay.program.controlled import CONTROLLED

__all__ = ["MATRICES", "Matrix"]

Matrix: TypeAlias = NDArray[np.complex128]


def _matrix(rows: object) -> Matrix:
    return np.array(rows, dtype=np.complex128)


def _controlled(gate: Matrix, controls: int = 1) -> Matrix:
    """The gate acting when all of the (lowest) control qubits are 1."""
    size = gate.shape[0] << controls
    whole = np.eye(size, dtype=np.complex128)
    active = slice((1 << controls) - 1, None, 1 << controls)
    whole[active, active] = gate
    return whole


def _phase(angle: float) -> Matrix:
    return _matrix([[1, 0], [0, cmath.exp(1j * angle)]])


def _gpi(phi: float) -> Matrix:
    return _matrix([[0, cmath.exp(-1j * phi)], [cmath.exp(1j * phi), 0]])


def _rx(theta: float) -> Matrix:
    cos, sin = math.cos(theta / 2), math.sin(theta / 2)
    return _matrix([[cos, -1j * sin], [-1j * sin, cos]])


def _ry(theta: float) -> Matrix:
    cos, sin = math.cos(theta / 2), math.sin(theta / 2)
    return _matrix([[cos, -sin], [sin, cos]])


def _rz(theta: float) -> Matrix:
    return _matrix([[cmath.exp(-0.5j * theta), 0], [0, cmath.exp(0.5j * theta)]])


def _r(theta: float, phi: float) -> Matrix:
    cos, sin = math.cos(theta / 2), math.sin(theta / 2)
    return _matrix([[cos, -1j * cmath.exp(-1j * phi) * sin], [-1j * cmath.exp(1j * phi) * sin, cos]])


def _u(theta: float, phi: float, lam: float) -> Matrix:
    cos, sin = math.cos(theta / 2), math.sin(theta / 2)
    return _matrix([[cos, -cmath.exp(1j * lam) * sin], [cmath.exp(1j * phi) * sin, cmath.exp(1j * (phi + lam)) * cos]])


def _pauli_rotation(high: Matrix, low: Matrix, theta: float) -> Matrix:
    """exp(-iθ/2 · high⊗low); the first qubit is `low`."""
    return math.cos(theta / 2) * np.eye(4) - 1j * math.sin(theta / 2) * np.kron(high, low)


def _exchange(theta: float, phase: float, *, parallel: bool) -> Matrix:
    """A rotation between |00⟩ and |11⟩ (`parallel`), or between |01⟩ and |10⟩, with a phase on it."""
    cos, sin = math.cos(theta / 2), math.sin(theta / 2)
    low, high = (0, 3) if parallel else (1, 2)
    whole = np.eye(4, dtype=np.complex128)
    whole[low, low] = whole[high, high] = cos
    whole[low, high] = -1j * sin * cmath.exp(-1j * phase)
    whole[high, low] = -1j * sin * cmath.exp(1j * phase)
    return whole


def _cu(theta: float, phi: float, lam: float, gamma: float) -> Matrix:
    return _controlled(cmath.exp(1j * gamma) * _u(theta, phi, lam))


def _relative_ccx() -> Matrix:
    """Toffoli up to the phase -1 on |101⟩ and ±i inside its flip (Maslov, arXiv:1508.03273)."""
    whole = np.eye(8, dtype=np.complex128)
    whole[5, 5] = -1
    whole[3, 3] = whole[7, 7] = 0
    whole[3, 7], whole[7, 3] = -1j, 1j
    return whole


def _relative_c3x() -> Matrix:
    """Three-controlled X up to phases ±i and a sign inside its flip (Maslov, arXiv:1508.03273)."""
    whole = np.eye(16, dtype=np.complex128)
    whole[3, 3], whole[11, 11] = 1j, -1j
    whole[7, 7] = whole[15, 15] = 0
    whole[7, 15], whole[15, 7] = 1, -1
    return whole


_X = _matrix([[0, 1], [1, 0]])
_Y = _matrix([[0, -1j], [1j, 0]])
_Z = _matrix([[1, 0], [0, -1]])
_H = _matrix([[1, 1], [1, -1]]) / math.sqrt(2)
_S = _matrix([[1, 0], [0, 1j]])
_T = _phase(math.pi / 4)
_SX = _matrix([[1 + 1j, 1 - 1j], [1 - 1j, 1 + 1j]]) / 2
_SWAP = _matrix([[1, 0, 0, 0], [0, 0, 1, 0], [0, 1, 0, 0], [0, 0, 0, 1]])
_ISWAP = _matrix([[1, 0, 0, 0], [0, 0, 1j, 0], [0, 1j, 0, 0], [0, 0, 0, 1]])
_DCX = _matrix([[1, 0, 0, 0], [0, 0, 0, 1], [0, 1, 0, 0], [0, 0, 1, 0]])
_ECR = _matrix([[0, 1, 0, 1j], [1, 0, -1j, 0], [0, 1j, 0, 1], [-1j, 0, 1, 0]]) / math.sqrt(2)


def _constant(matrix: Matrix) -> Callable[..., Matrix]:
    return matrix.copy


MATRICES: dict[str, Callable[..., Matrix]] = {
    "global_phase": lambda angle: _matrix([[cmath.exp(1j * angle)]]),
    "id": _constant(np.eye(2, dtype=np.complex128)),
    "x": _constant(_X),
    "y": _constant(_Y),
    "z": _constant(_Z),
    "h": _constant(_H),
    "s": _constant(_S),
    "sdg": _constant(_S.conj()),
    "t": _constant(_T),
    "tdg": _constant(_T.conj()),
    "sx": _constant(_SX),
    "sxdg": _constant(_SX.conj()),
    "p": _phase,
    "u1": _phase,
    "rx": _rx,
    "ry": _ry,
    "rz": _rz,
    "r": _r,
    "gpi": _gpi,
    "gpi2": lambda phi: (np.eye(2) - 1j * _gpi(phi)) / math.sqrt(2),
    "u": _u,
    "u3": _u,
    "u2": lambda phi, lam: _u(math.pi / 2, phi, lam),
    "cu1": lambda angle: _controlled(_phase(angle)),
    "cu3": lambda theta, phi, lam: _controlled(_u(theta, phi, lam)),
    "cu": _cu,
    "swap": _constant(_SWAP),
    "iswap": _constant(_ISWAP),
    "dcx": _constant(_DCX),
    "ecr": _constant(_ECR),
    "rxx": lambda theta: _pauli_rotation(_X, _X, theta),
    "ryy": lambda theta: _pauli_rotation(_Y, _Y, theta),
    "rzz": lambda theta: _pauli_rotation(_Z, _Z, theta),
    "rzx": lambda theta: _pauli_rotation(_X, _Z, theta),
    "ms": lambda phi0, phi1, theta: _pauli_rotation(_gpi(phi1), _gpi(phi0), theta),
    "xy": lambda theta: _exchange(-theta, 0.0, parallel=False),
    "xx_minus_yy": lambda theta, beta: _exchange(theta, beta, parallel=True),
    "xx_plus_yy": lambda theta, beta: _exchange(theta, beta, parallel=False),
    "cswap": _constant(_controlled(_SWAP)),
    "rccx": _constant(_relative_ccx()),
    "rcccx": _constant(_relative_c3x()),
}
"""Gates by name. IonQ's own (docs.ionq.com, "Getting started with native gates") in radians: gpi(φ) is a half turn
about an axis of the equator, gpi2(φ) a quarter turn, ms(φ0, φ1, θ) is exp(-iθ/2 · gpi(φ1)⊗gpi(φ0)), IonQ's zz is rzz.
xy is Rigetti's (Abrams et al., arXiv:1912.04424)."""


def _with_controls(base: str, controls: int) -> Callable[..., Matrix]:
    return lambda *params: _controlled(MATRICES[base](*params), controls)


MATRICES |= {name: _with_controls(base, controls) for name, (base, controls) in CONTROLLED.items()}
