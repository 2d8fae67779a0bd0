"""Answers as the services write them; shapes from recorded traffic."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from qiskit import QuantumCircuit

from qrelay.local.engine import Bits

__all__ = [
    "ERROR_SHOT",
    "LOST",
    "Shape",
    "Shot",
    "honeywell",
    "honeywell_qir",
    "ionq",
    "microsoft_v1",
    "microsoft_v2",
    "rigetti",
]

LOST = "-"
"""What stands in the place of a result whose qubit was lost."""

ERROR_SHOT: dict[str, Any] = {"Error": {"Code": "0x20", "Name": "ShotFailed"}}
"""What stands in the place of a whole shot that failed."""


@dataclass(frozen=True, slots=True)
class Shape:
    """How the record calls of a program nest: ``kind`` is ``tuple``, ``array`` or ``leaf``."""

    kind: str
    parts: tuple[Shape, ...] = ()


@dataclass(frozen=True, slots=True)
class Shot:
    """One shot: the recorded values in the order of the record calls, and how they nest; ``None`` is an error shot."""

    shape: Shape | None
    values: tuple[Hashable, ...] = ()


def ionq(probabilities: Mapping[int, float]) -> bytes:
    """``ionq.quantum-results.v1``: decimal states over all qubits, qubit 0 least significant."""
    # the last digit is the simulator's rounding, not the state's
    return _bytes({"histogram": {str(number): round(p, 15) for number, p in probabilities.items()}})


def honeywell(circuit: QuantumCircuit, bits: Bits) -> bytes:
    """``honeywell.quantum-results.v1``: a string a shot for each register, the leftmost character the highest index."""
    answer = {}
    for register in circuit.cregs:
        columns = [circuit.find_bit(bit).index for bit in reversed(register)]
        text = (bits[:, columns] + ord("0")).astype(np.uint8).tobytes().decode("ascii")
        width = len(columns)
        answer[register.name] = [text[shot * width : (shot + 1) * width] for shot in range(len(bits))]
    return _bytes(answer)


def rigetti(bits: Bits) -> bytes:
    """``rigetti.quil-results.v1``: a row of the readout memory for each shot, its first bit first."""
    return _bytes({"ro": bits.tolist()})


def microsoft_v2(batch: Iterable[Sequence[Shot]]) -> bytes:
    """``microsoft.quantum-results.v2``: one entry of Results for each item of the job."""
    results = []
    for shots in batch:
        outcomes = {shot: _outcome(shot) for shot in set(shots)}
        histogram = [
            {"Outcome": outcomes[shot], "Display": _display(shot), "Count": count} for shot, count in _counted(shots)
        ]
        results.append({"Histogram": histogram, "Shots": [outcomes[shot] for shot in shots]})
    return _bytes({"DataFormat": "microsoft.quantum-results.v2", "Results": results})


def microsoft_v1(shots: Sequence[Shot]) -> bytes:
    """``microsoft.quantum-results.v1``: a flat list of outcome, probability, outcome, probability, …"""
    histogram: list[str | float] = []
    for shot, count in _counted(shots):
        histogram += [_display(shot), count / len(shots)]
    return _bytes({"Histogram": histogram})


def honeywell_qir(shots: Sequence[Shot]) -> bytes:
    """``honeywell.qir.v1``: the provider's own answer to QIR, which no recording shows.

    Written here as one list a recorded value, in the order of the record calls, and the failed shots left out.
    """
    rows = [shot.values for shot in shots if shot.shape is not None]
    return _bytes(
        {f"r{index}": [str(value) for value in column] for index, column in enumerate(zip(*rows, strict=True))}
    )


def _counted(shots: Sequence[Shot]) -> list[tuple[Shot, int]]:
    return sorted(Counter(shots).items(), key=lambda item: (item[0].shape is None, _display(item[0])))


def _outcome(shot: Shot) -> Any:
    if shot.shape is None:
        return ERROR_SHOT
    values = iter(shot.values)

    def build(shape: Shape) -> Any:
        if shape.kind == "leaf":
            return next(values)
        parts = [build(part) for part in shape.parts]
        return parts if shape.kind == "array" else {f"Item{index}": part for index, part in enumerate(parts, 1)}

    return build(shot.shape)


def _display(shot: Shot) -> str:
    if shot.shape is None:
        return "Error {Code}: {Name}".format(**ERROR_SHOT["Error"])
    values = iter(shot.values)

    def build(shape: Shape) -> str:
        if shape.kind == "leaf":
            value = next(values)
            return value if isinstance(value, str) else json.dumps(value)
        inner = ", ".join(build(part) for part in shape.parts)
        return f"[{inner}]" if shape.kind == "array" else f"({inner})"

    return build(shot.shape)


def _bytes(answer: Any) -> bytes:
    return json.dumps(answer, separators=(",", ":"), allow_nan=False).encode()
