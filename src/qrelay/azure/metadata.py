"""What a job's metadata says about reading its answer: our own keys, and those of the vendor's SDK."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from qrelay.cloud.service import Submission
from qrelay.program import Layout, Register

__all__ = ["describe_submission", "list_size", "read_layout", "read_layouts"]

_LAYOUT = "qrelay.layout"
_LAYOUTS = "qrelay.layouts"  # of a program with several items, null for those that say nothing
_GROUP = "qrelay.group"
_INDEX = "qrelay.index"
_COUNT = "qrelay.count"


def describe_submission(submission: Submission) -> dict[str, str]:
    """The metadata that lets another process read the answer. Values are strings, because the service makes them so."""
    own: dict[str, str] = {}
    layouts, batch = submission.payloads[0].layouts, submission.batch
    if len(layouts) > 1:
        own[_LAYOUTS] = json.dumps([None if layout is None else layout.to_json() for layout in layouts])
    elif layouts[0] is not None:
        own[_LAYOUT] = layouts[0].to_json()
    if batch is not None and batch.composite:
        own |= {_GROUP: batch.group, _INDEX: str(submission.index), _COUNT: str(batch.count)}
    return {**submission.metadata, **own}


def list_size(metadata: Mapping[str, str]) -> int | None:
    """How many circuits the list has that the job belongs to; None if it does not say."""
    said = metadata.get(_COUNT, "")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 9 else None


def read_layouts(metadata: dict[str, str], params: Mapping[str, Any]) -> tuple[Layout | None, ...]:
    """One layout for each part of the answer, which has as many as the job's parameters have items.

    They are those of a job of ours, or of a Qiskit job of azure-quantum's on IonQ; None where nothing is said.
    """
    items = params.get("items")
    count = len(items) if isinstance(items, list) else 1
    if count < 2:
        return (read_layout(metadata),)
    try:
        texts = json.loads(metadata[_LAYOUTS])
        if isinstance(texts, list) and len(texts) == count:
            return tuple(None if text is None else Layout.from_json(text) for text in texts)
    except (KeyError, ValueError, TypeError, RecursionError):
        pass
    return (None,) * count


def read_layout(metadata: dict[str, str]) -> Layout | None:
    """The layout of a program with one answer."""
    text = metadata.get(_LAYOUT)
    if text:
        try:
            return Layout.from_json(text)
        except ValueError:
            return None  # of a later version: the answer is read as it stands
    return _measured(metadata)


def _measured(metadata: dict[str, str]) -> Layout | None:
    """azure-quantum's `meas_map`: for each classical bit the qubit measured into it, or null."""
    try:
        qubits = json.loads(metadata["meas_map"])
        if not isinstance(qubits, list) or not qubits:
            return None
        measured = tuple(-1 if qubit is None else int(qubit) for qubit in qubits)
        width = max(int(metadata.get("num_qubits", 0)), max(measured) + 1)
    except (KeyError, ValueError, TypeError, OverflowError, RecursionError):
        return None
    bits = tuple(range(len(measured)))
    return Layout(len(bits), (Register("c", bits),), measured, width, metadata.get("name", ""))
