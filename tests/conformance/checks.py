"""What a promise's test asks of one circuit on one way: a check that passes where the format is right, and raises the
refusal where it refuses."""

from __future__ import annotations

from collections.abc import Callable

import cirq
from corners import JudgedCirqWay, JudgedQiskitWay
from judges import cirq_branching, exact
from qiskit import QuantumCircuit

from conformance import verdicts

__all__ = ["Drawn", "of_cirq", "of_qiskit"]

Drawn = Callable[..., bool]


def of_qiskit(circuit: QuantumCircuit, way: JudgedQiskitWay, shots: int = 300) -> Callable[[], None]:
    def check() -> None:
        verdict = verdicts.of_qiskit(circuit, way.format, exact.memory_distribution(circuit), shots)
        if verdict.error is not None:
            raise verdict.error

    return check


def of_cirq(circuit: cirq.Circuit, way: JudgedCirqWay) -> Callable[[], None]:
    def check() -> None:
        verdict = verdicts.of_cirq(circuit, way.format, cirq_branching.distribution(circuit))
        if verdict.error is not None:
            raise verdict.error

    return check
