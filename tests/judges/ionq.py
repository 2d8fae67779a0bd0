"""A matrix simulation of `ionq.circuit.v1`, gatesets qis and native.

qis as docs.ionq.com describes it ("Writing quantum programs", API v0.3): v is the square root of not; si, ti and vi are
conjugate transposes; cnot is x that insists on a control; rotations are exp(-iθ/2 P) in radians; any gate but swap
takes up to seven `controls`. xx, yy and zz are exp(-iθ/2 P⊗P). `pauliexp` (`pauliExp` in the Hub's specification) is
exp(-i · time · Σ coefficient · term), whose last letter acts on the first target (qiskit-ionq's and cirq-ionq's
serialisers), time not negative (PennyLane-IonQ's pull request 162).

native as docs.ionq.com has it ("Getting started with native gates", "Native gates API"): phases in turns between -1
and 1, the angle of ms in turns between 0 and 0.25 (which is what it is if nobody says); ms or zz, never both.
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
_PAULIS = {"I": _I, "X": _X, "Y": _Y, "Z": _Z}
_PLACES = {"target", "targets", "control", "controls"}

_Matrix = NDArray[np.complex128]


def _only(item: dict[str, Any], *fields: str) -> None:
    if not set(item) <= {"gate", *_PLACES, *fields}:
        raise ValueError(f"unknown fields: {item}")


def _number(value: Any, least: float = -math.inf, most: float = math.inf) -> float:
    if type(value) not in (int, float) or not math.isfinite(value) or not least <= value <= most:
        raise ValueError(f"not a number from {least} to {most}: {value!r}")
    return float(value)


def _qis(item: dict[str, Any]) -> _Matrix:
    name = item["gate"]
    if name in ("pauliexp", "pauliExp"):
        _only(item, "terms", "coefficients", "time")
        return _pauliexp(item["terms"], item["coefficients"], _number(item["time"], least=0))
    if name in _AXES:
        _only(item, "rotation")
        axis = _AXES[name]
        half = _number(item["rotation"]) / 2
        return math.cos(half) * np.eye(len(axis)) - 1j * math.sin(half) * axis
    _only(item)
    return _X if name == "cnot" else _FIXED[name]


def _pauliexp(terms: list[str], coefficients: list[float], time: float) -> _Matrix:
    """By eigenvalues of the whole sum, so that it does not matter whether the terms commute."""
    if not terms:
        raise ValueError("pauliexp without terms")
    total = np.zeros((2 ** len(terms[0]),) * 2, dtype=complex)
    for term, coefficient in zip(terms, coefficients, strict=True):
        matrix = np.eye(1)
        for letter in term:
            matrix = np.kron(matrix, _PAULIS[letter])
        total += _number(coefficient) * matrix
    values, vectors = np.linalg.eigh(total)
    return (vectors * np.exp(-1j * time * values)) @ vectors.conj().T


def _native(item: dict[str, Any]) -> _Matrix:
    name = item["gate"]
    if name in ("gpi", "gpi2"):
        _only(item, "phase")
        phi = 2 * math.pi * _number(item["phase"], -1, 1)
        if name == "gpi":
            return np.array([[0, cmath.exp(-1j * phi)], [cmath.exp(1j * phi), 0]])
        return np.array([[1, -1j * cmath.exp(-1j * phi)], [-1j * cmath.exp(1j * phi), 1]]) / math.sqrt(2)
    if name == "ms":
        _only(item, "phases", "angle")
        phi0, phi1 = (2 * math.pi * _number(phase, -1, 1) for phase in item["phases"])
        angle = math.pi * _number(item.get("angle", 0.25), 0, 0.25)
        whole = math.cos(angle) * np.eye(4, dtype=complex)
        # IonQ's rows and columns are |first target, second target⟩; ours have the first target lowest
        order = [0, 2, 1, 3]
        far, near = -1j * math.sin(angle) * cmath.exp(1j * (phi0 + phi1)), cmath.exp(1j * (phi0 - phi1))
        whole[3, 0], whole[0, 3] = far, -far.conjugate()
        whole[2, 1], whole[1, 2] = -1j * math.sin(angle) * near, -1j * math.sin(angle) * near.conjugate()
        return whole[np.ix_(order, order)]
    if name == "zz":
        _only(item, "angle")
        half = 1j * math.pi * _number(item["angle"])
        return np.diag(np.exp([-half, half, half, -half]))
    raise ValueError(f"no native gate: {item}")


def _places(item: dict[str, Any], one: str) -> list[int]:
    many = f"{one}s"
    if one in item and many in item:
        raise ValueError(f"both {one} and {many}: {item}")
    return [item[one]] if one in item else list(item.get(many, []))


def _check(document: dict[str, Any]) -> None:
    if set(document) - {"registers"} != {"gateset", "qubits", "circuit"}:
        raise ValueError(f"unknown fields: {sorted(document)}")
    for name, qubits in document.get("registers", {}).items():
        if len(set(qubits)) != len(qubits) or not all(type(q) is int and 0 <= q < document["qubits"] for q in qubits):
            raise ValueError(f"register {name!r} of {qubits}")
    names = {item["gate"] for item in document["circuit"]}
    if document["gateset"] == "native" and {"ms", "zz"} <= names:
        raise ValueError("no machine has both ms and zz")


def statevector(data: bytes) -> NDArray[np.complex128]:
    """The final state, index = number whose bit q is qubit q. Raises on anything the documentation does not name."""
    document = json.loads(data)
    _check(document)
    read = {"qis": _qis, "native": _native}[document["gateset"]]
    count = document["qubits"]
    state = np.zeros((2,) * count, dtype=complex)  # axis k is qubit count-1-k
    state[(0,) * count] = 1
    for item in document["circuit"]:
        targets, controls = _places(item, "target"), _places(item, "control")
        used = [*targets, *controls]
        if len(set(used)) != len(used) or not all(type(q) is int and 0 <= q < count for q in used) or len(controls) > 7:
            raise ValueError(f"bad qubits: {item}")
        if controls and (read is _native or item["gate"] in ("swap", "pauliexp", "pauliExp")):
            raise ValueError(f"takes no controls: {item}")
        if item["gate"] == "cnot" and not controls:
            raise ValueError("cnot without control")
        matrix = read(item)
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
