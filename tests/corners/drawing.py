"""A circuit in no framework's words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Drawing:
    """Gates and measurements.

    Attributes:
        num_qubits: all in 0 at first.
        gates: name, angles, qubits, such as ("ry", 0.4, 2) or ("cx", 0, 1); of x, h, s, t, rx, ry, rz, cx, cz, swap.
            ("measure", "a") is the place where `a` is measured, unless that is behind everything; ("if", "a", "x", 1)
            does x on 1 if `a`, which is one bit, was measured as 1.
        measured: what the user calls a register or a key, and the qubit of each of its bits, first bit first.
        name: of the circuit, where the framework has names.
    """

    num_qubits: int
    gates: Sequence[tuple[Any, ...]]
    measured: Mapping[str, Sequence[int]]
    name: str | None = None
