"""AQT's document of a machine: state and characterisation, in nominal figures because nothing is measured here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from qrelay.local.kipu.backends import Backend

__all__ = ["config"]


def config(backend: Backend) -> dict[str, Any]:
    """The answer to ``GET /backends/{id}/config``."""
    when = f"{backend.facts['updated']}T00:00:00Z"
    machine = backend.facts["type"] == "QPU"
    qubits = backend.num_qubits or 0
    return {
        "id": backend.internal_id,
        "name": backend.facts["name"].removeprefix("AQT "),
        "type": "device" if machine else "simulator",
        "status": "online",
        "available_qubits": qubits,
        "status_updated_at": when,
        "characterisation": {
            "single_qubit_gate_fidelity": {
                str(qubit): _measured(99.97 if machine else 100.0) for qubit in range(qubits)
            },
            "mean_two_qubit_gate_fidelity": _measured(98.9 if machine else 100.0),
            "spam_fidelity_lower_bound": 99.7 if machine else 100.0,
            "t2_coherence_time_s": _measured(0.16),
            "t1_s": _measured(1.17),
            "readout_time_micros": 1500.0,
            "single_qubit_gate_duration_micros": 45.0,
            "two_qubit_gate_duration_micros": 335.0,
            "updated_at": when,
        },
    }


def _measured(value: float) -> dict[str, float]:
    return {"value": value, "uncertainty": 0.0}
