"""What a submission is prepared for in these tests: a small target of IonQ's kind, and how the wish is told."""

from __future__ import annotations

import uuid
from typing import Any

from qrelay.cloud import Limits, Submission, Target
from qrelay.cloud.preparing import Wish, prepare

__all__ = ["TARGET", "prepared"]

TARGET = Target(
    id="ionq.simulator",
    provider="ionq",
    available=True,
    status="Available",
    num_qubits=3,
    formats=("ionq.circuit.v1", "qir.v1"),
    outputs={"ionq.circuit.v1": "ionq.quantum-results.v1", "qir.v1": "microsoft.quantum-results.v2"},
    shots=Limits(1, 10_000, 500),
    options={"noise": "noise model"},
    profile="base",
)


def prepared(programs: Any, target: Target = TARGET, **wish: Any) -> list[Submission]:
    """What would be submitted, under an id that is always the same."""
    return prepare(Wish(programs, **wish), target, lambda: str(uuid.UUID(int=7)))
