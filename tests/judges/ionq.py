"""A matrix simulation of `ionq.circuit.v1`, gateset qis.

Gates as docs.ionq.com describes them ("Writing quantum programs", API v0.3): v is the square root of not; si, ti and vi
are conjugate transposes; rotations are exp(-iθ/2 P) in radians; any gate but swap takes `controls`. xx, yy and zz are
exp(-iθ/2 P⊗P).
"""

from __future__ import annotations

import cmath
import json
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

_I = np.eye(2)
_X = np.array([[0, 1], [1, 0]], dtype=complex)
_Y = np.array([[0, -1j], [1j, 0]])
_Z = np.diag([1.0 + 0j, -1])
_V = np.array([[1 + 1j, 1 - 1j], [1 - 1j, 1 + 1j]]) / 2

_FIXED: dict[str, NDArray[np.complex128]] = {
    "x": _X,
    "not": _X,
    "y": _Y,
    "z": _Z,
    "h": (_X + _Z) / math.sqrt(2),
    "s": np.diag([1, 1j]),
    "si": np.diag([1, -1j]),
    "t": np.diag([1, cmath.exp(0.25j * math.pi)]),
    "ti": np.diag([1, cmath.exp(-0.25j * math.pi)]),
    "v": _V,
    "vi": _V.conj().T,
    "swap": np.eye(4, dtype=complex)[[0, 2, 1, 3]],
}
_AXES = {
    "rx": _X,
    "ry": _Y,
    "rz": _Z,
    "xx": np.kron(_X, _X),
    "yy": np.kron(_Y, _Y),
    "zz": np.kron(_Z, _Z),
}
_FIELDS = {"gate", "targets", "controls", "rotation"}


def _matrix(item: dict[str, Any]) -> NDArray[np.complex128]:
    name = item["gate"]
    if name in _AXES:
        axis = _AXES[name]
        half = item["rotation"] / 2
        return math.cos(half) * np.eye(len(axis)) - 1j * math.sin(half) * axis
    if "rotation" in item:
        raise ValueError(f"{name} takes no rotation")
    return _FIXED[name]


def statevector(data: bytes) -> NDArray[np.complex128]:
    """The final state, index = number whose bit q is qubit q. Raises on anything the documentation does not name."""
    document = json.loads(data)
    if set(document) - {"registers"} != {"gateset", "qubits", "circuit"} or document["gateset"] != "qis":
        raise ValueError(f"unknown fields: {sorted(document)}")
    count = document["qubits"]
    for name, qubits in document.get("registers", {}).items():
        if len(set(qubits)) != len(qubits) or not all(type(q) is int and 0 <= q < count for q in qubits):
            raise ValueError(f"register {name!r} of {qubits}")
    state = np.zeros((2,) * count, dtype=complex)  # axis k is qubit count-1-k
    state[(0,) * count] = 1
    for item in document["circuit"]:
        if not set(item) <= _FIELDS:
            raise ValueError(f"unknown fields: {item}")
        targets, controls = item["targets"], item.get("controls", [])
        used = [*targets, *controls]
        if len(set(used)) != len(used) or not all(0 <= q < count for q in used) or len(controls) > 7:
            raise ValueError(f"bad qubits: {item}")
        if item["gate"] == "swap" and controls:
            raise ValueError("swap takes no controls")
        matrix = _matrix(item)
        size = len(targets)
        if matrix.shape != (2**size, 2**size):
            raise ValueError(f"wrong number of targets: {item}")
        where: list[Any] = [slice(None)] * count
        for control in controls:
            where[count - 1 - control] = 1
        part = state[tuple(where)]
        axes = [count - 1 - q - sum(1 for c in controls if c > q) for q in reversed(targets)]
        moved = np.tensordot(matrix.reshape((2,) * (2 * size)), part, axes=(range(size, 2 * size), axes))
        state[tuple(where)] = np.moveaxis(moved, range(size), axes)
    return state.reshape(-1)


def probabilities(data: bytes) -> dict[int, float]:
    """The service's histogram: outcome over all qubits, qubit 0 least significant → probability."""
    weights = np.abs(statevector(data)) ** 2
    return {index: float(p) for index, p in enumerate(weights) if p > 1e-12}
