"""A circuit's metadata, kept with its job so that another process gives it back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qiskit import QuantumCircuit

    from qrelay.cloud import Target

__all__ = ["job_metadata", "kept_metadata"]

_KEY = "qrelay.circuit"
_ROOM = 2048  # characters; services keep metadata of jobs, not archives


def job_metadata(given: Mapping[str, Any] | None, circuit: QuantumCircuit, device: Target) -> dict[str, Any]:
    """What goes along with the circuit's job: what the caller gave, and the circuit's own metadata in one entry.

    Metadata that JSON cannot say, or longer than 2,048 characters, stays in the process that ran the job; so
    does all of it where the service keeps none.
    """
    kept = dict(given or {})
    if circuit.metadata and device.keeps_metadata:
        try:
            text = json.dumps(circuit.metadata, separators=(",", ":"))
        except (TypeError, ValueError):
            return kept
        if len(text) <= _ROOM:
            kept[_KEY] = text
    return kept


def kept_metadata(metadata: Mapping[str, str]) -> dict[str, Any]:
    """The circuit's metadata from its job's; empty if none was kept."""
    try:
        kept = json.loads(metadata.get(_KEY, "{}"))
    except (ValueError, RecursionError):
        return {}
    return kept if isinstance(kept, dict) else {}
