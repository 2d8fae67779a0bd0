"""A matrix simulation of `AQT_JOB_INPUT_V1`.

Operations as AQT documents them: R(θ, φ) = exp(-i θ/2 (cos φ X + sin φ Y)), RZ(φ) = exp(-i φ/2 Z),
RXX(θ) = exp(-i θ/2 X⊗X), angles in units of π and within 0 ≤ θ ≤ 1 and 0 ≤ φ ≤ 2 for R, 0 ≤ θ ≤ 0.5 for RXX; one
MEASURE of all qubits, at the end; at most 2000 operations on at most 31 qubits.
"""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np

from judges.amplitudes import Array, ground, turned
from judges.amplitudes import probabilities as weights

_X = np.array([[0, 1], [1, 0]], dtype=complex)
_Y = np.array([[0, -1j], [1j, 0]])
_Z = np.diag([1.0 + 0j, -1])
_FIELDS = {
    "R": {"operation", "qubit", "phi", "theta"},
    "RZ": {"operation", "qubit", "phi"},
    "RXX": {"operation", "qubits", "theta"},
    "MEASURE": {"operation"},
}


def _about(axis: Array, angle: float) -> Array:
    half = angle * math.pi / 2
    return math.cos(half) * np.eye(len(axis)) - 1j * math.sin(half) * axis


def _number(value: Any, low: float, high: float) -> float:
    if type(value) not in (int, float) or not math.isfinite(value) or not low <= value <= high:
        raise ValueError(f"{value!r} is not from {low} to {high}")
    return float(value)


def circuit(data: bytes) -> dict[str, Any]:
    """The only circuit of the job."""
    document = json.loads(data)
    if not {"job_type", "payload"} <= set(document) <= {"job_type", "payload", "label"}:
        raise ValueError(f"unknown fields: {sorted(document)}")
    if document["job_type"] != "quantum_circuit" or not isinstance(document.get("label", ""), str):
        raise ValueError("neither a job type nor a label")
    (only,) = document["payload"]["circuits"]
    if set(only) != {"repetitions", "number_of_qubits", "quantum_circuit"} or only["repetitions"] != 1:
        raise ValueError(f"unknown fields: {sorted(only)}")
    return dict(only)


def state(data: bytes) -> Array:
    """What is measured. Raises on anything that AQT does not document."""
    read = circuit(data)
    count, operations = read["number_of_qubits"], read["quantum_circuit"]
    if not 1 <= count <= 31 or not 1 <= len(operations) <= 2000:
        raise ValueError(f"{count} qubits, {len(operations)} operations")
    found = ground(count)
    if operations[-1] != {"operation": "MEASURE"}:
        raise ValueError("MEASURE has to be the last operation")
    for item in operations[:-1]:
        name = item["operation"]
        if name == "MEASURE" or set(item) != _FIELDS[name]:
            raise ValueError(f"unknown operation: {item}")
        qubits = item["qubits"] if name == "RXX" else [item["qubit"]]
        if not all(type(qubit) is int and 0 <= qubit < count for qubit in qubits):
            raise ValueError(f"bad qubits: {item}")
        if name == "R":
            phi = _number(item["phi"], 0, 2) * math.pi
            axis = math.cos(phi) * _X + math.sin(phi) * _Y
            found = turned(found, _about(axis, _number(item["theta"], 0, 1)), qubits)
        elif name == "RZ":
            found = turned(found, _about(_Z, _number(item["phi"], -math.inf, math.inf)), qubits)
        else:
            found = turned(found, _about(np.kron(_X, _X), _number(item["theta"], 0, 0.5)), qubits)
    return found


def probabilities(data: bytes) -> dict[int, float]:
    """Outcome over all qubits, qubit 0 least significant → probability."""
    return weights(state(data))
