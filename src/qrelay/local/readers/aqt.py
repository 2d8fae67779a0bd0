"""``AQT_JOB_INPUT_V1``: one circuit of AQT's native operations, angles divided by π.

Sources: AQT's public interface as the models of qiskit-aqt-provider and aqt-connector state it: ``R(θ, φ)`` with θ from
0 to 1 and φ from 0 to 2, ``RZ(φ)``, ``RXX(θ)`` with θ from 0 to 0.5, and one ``MEASURE`` of all qubits at the end.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NoReturn

from qiskit import QuantumCircuit
from qiskit.circuit.library import RGate, RXXGate, RZGate

from qrelay.local.refusal import ExecutionRefused

__all__ = ["read"]

_MAX_OPERATIONS = 2000
_SLACK = 1e-12
_OPERATIONS: dict[str, tuple[Any, int, dict[str, tuple[float, float]]]] = {
    "R": (RGate, 1, {"theta": (0.0, 1.0), "phi": (0.0, 2.0)}),
    "RZ": (RZGate, 1, {"phi": (-math.inf, math.inf)}),
    "RXX": (RXXGate, 2, {"theta": (0.0, 0.5)}),
}
"""Qiskit's gate, its number of qubits, and the range of each angle in units of π."""


def read(document: Any, *, num_qubits: int, shots: int) -> QuantumCircuit:
    """Read one circuit for a machine of this size; all of its qubits are measured into the bits of their numbers.

    Raises ExecutionRefused (``InvalidInputData``) with the operation's index.
    """
    if not isinstance(document, Mapping) or set(document) != {"repetitions", "number_of_qubits", "quantum_circuit"}:
        raise _refused("a circuit is an object of repetitions, number_of_qubits and quantum_circuit")
    repetitions, size = document["repetitions"], document["number_of_qubits"]
    if type(repetitions) is not int or repetitions != shots:
        raise _refused(f"repetitions are {repetitions!r:.40}, and the job asks for {shots} shots")
    if type(size) is not int or not 1 <= size <= num_qubits:
        raise _refused(f"number_of_qubits is {size!r:.40}; the machine has {num_qubits}")
    operations = document["quantum_circuit"]
    if not isinstance(operations, list) or not 0 < len(operations) <= _MAX_OPERATIONS:
        raise _refused(f"quantum_circuit is a list of 1 to {_MAX_OPERATIONS} operations")
    circuit = QuantumCircuit(size, size)
    for index, operation in enumerate(operations):
        _add(circuit, operation, f"quantum_circuit[{index}]", last=index == len(operations) - 1)
    return circuit


def _add(circuit: QuantumCircuit, operation: Any, where: str, *, last: bool) -> None:
    name = operation.get("operation") if isinstance(operation, Mapping) else None
    if (name == "MEASURE") is not last:
        _refuse(where, "MEASURE stands at the end and only there")
    if name == "MEASURE":
        if set(operation) != {"operation"}:
            _refuse(where, "MEASURE takes nothing: it measures all qubits")
        circuit.measure(range(circuit.num_qubits), range(circuit.num_qubits))
        return
    if name not in _OPERATIONS:
        _refuse(where, f"{str(name)[:40]!r} is no operation; there are {', '.join(_OPERATIONS)} and MEASURE")
    gate, width, angles = _OPERATIONS[name]
    place = "qubit" if width == 1 else "qubits"
    if set(operation) != {"operation", place, *angles}:
        _refuse(where, f"{name} takes {place}, {' and '.join(angles)}")
    qubits = [operation[place]] if width == 1 else operation[place]
    if (
        not isinstance(qubits, list)
        or len(qubits) != width
        or not all(type(qubit) is int and 0 <= qubit < circuit.num_qubits for qubit in qubits)
        or len(set(qubits)) != width
    ):
        _refuse(where, f"{place} is {operation[place]!r:.40} in a circuit of {circuit.num_qubits} qubits")
    for angle, (low, high) in angles.items():
        value = operation[angle]
        if isinstance(value, bool) or not isinstance(value, int | float) or not _within(value, low, high):
            _refuse(where, f"{angle} is {value!r:.40}, and must be a number from {low} to {high} (times π)")
    circuit.append(gate(*(operation[angle] * math.pi for angle in angles)), qubits)


def _within(value: float, low: float, high: float) -> bool:
    return math.isfinite(value) and low - _SLACK <= value <= high + _SLACK


def _refuse(where: str, why: str) -> NoReturn:
    raise _refused(f"{where}: {why}")


def _refused(message: str) -> ExecutionRefused:
    return ExecutionRefused("InvalidInputData", message)
