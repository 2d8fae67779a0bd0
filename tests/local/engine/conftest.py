"""Judges for the engine: exact distributions from other people's simulators, and a fit test for sampled answers."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest
from qiskit import QuantumCircuit
from qiskit.quantum_info import Statevector
from scipy.stats import chisquare

from qrelay.local.azure.targets import find_target
from qrelay.local.execution import Execution, execute

Run = Callable[..., Any]


@pytest.fixture
def run() -> Run:
    """Execute a payload, by default with the QIR profile that the table has for its target; read the answer's JSON."""

    def play(data: str | bytes | dict[str, Any], **fields: Any) -> Any:
        target = find_target(fields["provider"], fields["target"])
        if target is not None:
            fields = {"profile": target.profile} | fields
        if isinstance(data, dict):
            data = json.dumps(data)
        raw = data.encode() if isinstance(data, str) else data
        return json.loads(execute(Execution(data=raw, **fields)))

    return play


@pytest.fixture
def same() -> Callable[[Mapping[int, float], Any], None]:
    """Two exact distributions agree; the second may be a list over all states."""

    def check(found: Mapping[int, float], expected: Any) -> None:
        wanted = np.asarray(expected)
        values = np.zeros(len(wanted))
        for state, share in found.items():
            values[state] = share
        np.testing.assert_allclose(values, wanted, atol=1e-9)

    return check


@pytest.fixture
def fits() -> Callable[[Mapping[Any, int], Mapping[Any, float]], None]:
    """Counts are a plausible sample of the distribution (p > 1e-6), and nothing impossible was seen."""

    def check(counts: Mapping[Any, int], expected: Mapping[Any, float]) -> None:
        possible = {key: share for key, share in expected.items() if share > 1e-9}
        assert set(counts) <= set(possible), f"impossible outcomes {set(counts) - set(possible)}"
        total = sum(counts.values())
        rare = [key for key, share in possible.items() if share * total < 5]
        groups = [[key] for key in possible if key not in rare] + ([rare] if rare else [])
        seen = [sum(counts.get(key, 0) for key in group) for group in groups]
        wanted = np.array([sum(possible[key] for key in group) for group in groups])
        if len(groups) > 1:
            assert chisquare(seen, wanted / wanted.sum() * total).pvalue > 1e-6
        else:
            assert seen[0] == total

    return check


@pytest.fixture
def stirred() -> Callable[..., QuantumCircuit]:
    """A circuit that shows a gate's phases: uneven angles and entanglement before and after it."""

    def build(width: int, place: Callable[[QuantumCircuit], Any]) -> QuantumCircuit:
        circuit = QuantumCircuit(width)
        mix(circuit, 0.3)
        place(circuit)
        mix(circuit, 0.7)
        return circuit

    return build


def mix(circuit: QuantumCircuit, start: float) -> None:
    """Gates that every vocabulary knows."""
    for qubit in range(circuit.num_qubits):
        circuit.ry(start + 0.41 * qubit, qubit)
        circuit.rz(1.1 * start - 0.23 * qubit, qubit)
    for qubit in range(circuit.num_qubits - 1):
        circuit.cx(qubit, qubit + 1)
    for qubit in range(circuit.num_qubits):
        circuit.rx(0.9 - start * (qubit + 1), qubit)


@pytest.fixture
def exactly() -> Callable[[QuantumCircuit], Any]:
    """The distribution over all qubits that Qiskit's own state vector gives, qubit 0 in the lowest bit."""

    def probabilities(circuit: QuantumCircuit) -> Any:
        return Statevector(circuit).probabilities()

    return probabilities
