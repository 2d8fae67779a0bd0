"""What is kept with a job so that another process reads its answer: parameters' values, another client's keys."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from numbers import Real
from typing import Any

import cirq
import sympy

__all__ = ["job_metadata", "kept_keys", "kept_params"]

_KEY = "qrelay.params"
_ROOM = 2048  # characters; services keep metadata of jobs, not archives


def job_metadata(given: Mapping[str, Any] | None, params: cirq.ParamResolver) -> dict[str, Any]:
    """What goes along with a circuit's job: what the caller gave, and the parameters' values in one entry.

    Values that are no real numbers, or longer than 2,048 characters together, stay in the process that ran the job.
    """
    kept = dict(given or {})
    values = {str(name): value for name, value in params.param_dict.items()}
    if values and all(_is_real(value) for value in values.values()):
        text = json.dumps({name: float(value) for name, value in values.items()}, separators=(",", ":"))
        if len(text) <= _ROOM:
            kept[_KEY] = text
    return kept


def kept_params(metadata: Mapping[str, str]) -> cirq.ParamResolver:
    """The parameters' values from the metadata of a job; no parameters if none were kept."""
    try:
        values = json.loads(metadata.get(_KEY, "{}"))
    except (ValueError, RecursionError):
        values = {}
    if not isinstance(values, dict) or not all(isinstance(value, int | float) for value in values.values()):
        values = {}
    return cirq.ParamResolver(values)


def kept_keys(metadata: Mapping[str, str]) -> dict[str, int]:
    """Measurement keys and how many qubits each measures, in order, of a Cirq job that azure-quantum sent as QIR.

    Such answers have the keys' qubits from left to right (its `AzureGenericQirCirqTarget` reads them so): the first
    one first, where a Qiskit register has its highest bit. Empty if nothing is told.
    """
    try:
        told = json.loads(metadata["measurement_dict"])
        return {str(key): len(qubits) for key, qubits in told.items()} if metadata.get("cirq") == "True" else {}
    except (KeyError, ValueError, TypeError, AttributeError, RecursionError):
        return {}


def _is_real(value: Any) -> bool:
    if isinstance(value, sympy.Expr) and not (value.is_number and value.is_real):
        return False
    return isinstance(value, Real | sympy.Expr) and math.isfinite(value)
