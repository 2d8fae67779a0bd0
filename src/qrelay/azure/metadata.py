"""What a job's metadata says about reading its answer: our own keys, and those of the vendor's SDK."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Any

from qrelay.cloud.service import Submission
from qrelay.program import Layout, Register

__all__ = ["describe_submission", "list_size", "lost_layouts", "read_layout", "read_layouts"]

_LAYOUT = "qrelay.layout"
_LAYOUTS = "qrelay.layouts"  # of a program with several items, null for those that say nothing
_GROUP = "qrelay.group"
_INDEX = "qrelay.index"
_COUNT = "qrelay.count"
_MOST_BITS = 100_000


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


def read_layouts(metadata: Mapping[str, str], params: Mapping[str, Any]) -> tuple[Layout | None, ...]:
    """One layout for each part of the answer, which has as many as the job's parameters have items.

    They are those of a job of ours, or of a Qiskit or Cirq job of azure-quantum's on IonQ; None where nothing is said.
    """
    items = params.get("items")
    count = len(items) if isinstance(items, list) else 1
    if count < 2 or _LAYOUT in metadata:  # of one program, of which input_params may have asked for several items
        return (read_layout(metadata),) * max(count, 1)
    try:
        texts = json.loads(metadata[_LAYOUTS])
        if isinstance(texts, list) and len(texts) == count:
            return tuple(None if text is None else Layout.from_json(text) for text in texts)
    except (KeyError, ValueError, TypeError, RecursionError):
        pass
    return (None,) * count


def lost_layouts(metadata: Mapping[str, str], layouts: Sequence[Layout | None]) -> bool:
    """Whether qrelay wrote layouts with the job of which `read_layouts` made nothing: the service cut the text off, or
    a later version wrote it."""
    if _LAYOUT in metadata:
        return not all(layouts)
    return _LAYOUTS in metadata and not any(layouts) and metadata[_LAYOUTS] != json.dumps([None] * len(layouts))


def read_layout(metadata: Mapping[str, str]) -> Layout | None:
    """The layout of a program with one answer."""
    if _LAYOUT in metadata:
        try:
            return Layout.from_json(metadata[_LAYOUT])
        except ValueError:
            return None  # see lost_layouts
    return _mapped(metadata) or _keyed(metadata)


def _mapped(metadata: Mapping[str, str]) -> Layout | None:
    """azure-quantum's `meas_map`: for each classical bit the qubit measured into it, or null."""
    try:
        qubits = json.loads(metadata["meas_map"])
        if not isinstance(qubits, list) or any(qubit is not None and type(qubit) is not int for qubit in qubits):
            return None
        return _of_qubits([("c", [-1 if qubit is None else qubit for qubit in qubits])], metadata, "num_qubits")
    except (KeyError, ValueError, RecursionError):
        return None


def _keyed(metadata: Mapping[str, str]) -> Layout | None:
    """What cirq-ionq keeps of Cirq's measurements, in pieces `measurement0`, `measurement1` …: keys and their qubits,
    with a unit separator between the two and a record separator between measurements."""
    pieces: list[str] = []
    while (piece := metadata.get(f"measurement{len(pieces)}")) is not None:
        pieces.append(piece)
    try:
        measured = [text.split("\x1f") for text in "".join(pieces).split("\x1e")]
        keys = [(key, [int(qubit) for qubit in qubits.split(",")]) for key, qubits in measured]
        return None if any(min(qubits) < 0 for _, qubits in keys) else _of_qubits(keys, metadata, "qubits")
    except ValueError:
        return None


def _of_qubits(
    registers: Sequence[tuple[str, Sequence[int]]], metadata: Mapping[str, str], width: str
) -> Layout | None:
    """The layout of registers that list the qubit measured into each bit; None for what no job can have."""
    measured = [qubit for _, qubits in registers for qubit in qubits]
    if not 0 < len(measured) <= _MOST_BITS or min(measured) < -1:
        return None
    count = max(int(metadata.get(width, 0)), max(measured) + 1)
    if count > _MOST_BITS:
        return None
    ends = list(accumulate(len(qubits) for _, qubits in registers))
    named = (
        Register(name, tuple(range(end - len(qubits), end)))
        for (name, qubits), end in zip(registers, ends, strict=True)
    )
    return Layout(len(measured), tuple(named), tuple(measured), count, metadata.get("name", ""))
