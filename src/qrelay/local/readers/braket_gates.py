"""Braket's gates by name, as Qiskit's gates or as matrices.

Matrices: Amazon Braket Python SDK's documentation of ``braket.circuits.gates``; native gates of IonQ (``gpi``,
``gpi2``, ``ms``) with angles in radians. In a matrix the first qubit is the most significant, as Braket writes them.
"""

from __future__ import annotations

import cmath
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
from qiskit.circuit.library import UnitaryGate
from qiskit.circuit.library import standard_gates as std

__all__ = ["GATES", "matrix_gate"]

Matrix = npt.NDArray[np.complex128]


def matrix_gate(matrix: Any) -> UnitaryGate:
    """The gate of a matrix whose first qubit is the most significant; Qiskit's first is the least."""
    values: Matrix = np.asarray(matrix, dtype=complex)
    width = len(values).bit_length() - 1
    places = (*range(width - 1, -1, -1), *range(2 * width - 1, width - 1, -1))
    return UnitaryGate(values.reshape((2,) * 2 * width).transpose(places).reshape(values.shape))


def _phase_at(state: int) -> Callable[[float], UnitaryGate]:
    def build(angle: float) -> UnitaryGate:
        diagonal = np.ones(4, dtype=complex)
        diagonal[state] = cmath.exp(1j * angle)
        return matrix_gate(np.diag(diagonal))

    return build


def _iswap_like(inner: complex, cross: complex) -> UnitaryGate:
    return matrix_gate([[1, 0, 0, 0], [0, inner, cross, 0], [0, cross, inner, 0], [0, 0, 0, 1]])


def _xy(angle: float) -> UnitaryGate:
    return _iswap_like(math.cos(angle / 2), 1j * math.sin(angle / 2))


def _pswap(angle: float) -> UnitaryGate:
    return _iswap_like(0, cmath.exp(1j * angle))


def _ecr() -> UnitaryGate:
    return matrix_gate(np.array([[0, 0, 1, 1j], [0, 0, 1j, 1], [1, -1j, 0, 0], [-1j, 1, 0, 0]]) / math.sqrt(2))


def _flip(phase: float) -> Matrix:
    return np.array([[0, cmath.exp(-1j * phase)], [cmath.exp(1j * phase), 0]])


def _gpi(phase: float) -> UnitaryGate:
    return matrix_gate(_flip(phase))


def _gpi2(phase: float) -> UnitaryGate:
    return matrix_gate((np.eye(2) - 1j * _flip(phase)) / math.sqrt(2))


def _ms(first: float, second: float, angle: float) -> UnitaryGate:
    both = np.kron(_flip(first), _flip(second))
    return matrix_gate(math.cos(angle / 2) * np.eye(4) - 1j * math.sin(angle / 2) * both)


GATES: dict[str, tuple[int, int, Callable[..., Any]]] = {
    "i": (0, 1, std.IGate),
    "x": (0, 1, std.XGate),
    "y": (0, 1, std.YGate),
    "z": (0, 1, std.ZGate),
    "h": (0, 1, std.HGate),
    "s": (0, 1, std.SGate),
    "si": (0, 1, std.SdgGate),
    "t": (0, 1, std.TGate),
    "ti": (0, 1, std.TdgGate),
    "v": (0, 1, std.SXGate),
    "vi": (0, 1, std.SXdgGate),
    "rx": (1, 1, std.RXGate),
    "ry": (1, 1, std.RYGate),
    "rz": (1, 1, std.RZGate),
    "phaseshift": (1, 1, std.PhaseGate),
    "gpi": (1, 1, _gpi),
    "gpi2": (1, 1, _gpi2),
    "cnot": (0, 2, std.CXGate),
    "cy": (0, 2, std.CYGate),
    "cz": (0, 2, std.CZGate),
    "swap": (0, 2, std.SwapGate),
    "iswap": (0, 2, std.iSwapGate),
    "ecr": (0, 2, _ecr),
    "cphaseshift": (1, 2, std.CPhaseGate),
    "cphaseshift00": (1, 2, _phase_at(0b00)),
    "cphaseshift01": (1, 2, _phase_at(0b01)),
    "cphaseshift10": (1, 2, _phase_at(0b10)),
    "xx": (1, 2, std.RXXGate),
    "yy": (1, 2, std.RYYGate),
    "zz": (1, 2, std.RZZGate),
    "xy": (1, 2, _xy),
    "pswap": (1, 2, _pswap),
    "ms": (3, 2, _ms),
    "ccnot": (0, 3, std.CCXGate),
    "cswap": (0, 3, std.CSwapGate),
}
"""Name → how many angles, how many qubits, and what makes the gate of the angles."""
