"""Outcome: what a job measured, as honestly as the service reported it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qrelay.program import Layout

__all__ = ["Outcome"]


@dataclass(frozen=True, eq=False)
class Outcome:
    """Usable shots of one circuit.

    Bit strings are written as Qiskit writes them: registers separated by a space, the last register leftmost, each
    register's highest bit leftmost.

    Attributes:
        layout: registers and bits.
        bits: uint8 array, shape (rows, ceil(num_clbits / 8)); bit i of the memory is bit i % 8 of byte i // 8.
        weights: int64 array, shape (rows,), how many shots each row stands for; None when each row is one shot in the
            order the service reported.
        shots_asked, shots_returned: what the job asked for (None if unknown) and what came back, lost and
            faulty shots included.
        probabilities: the service's exact figures by bit string, where it reports probabilities; else None.
        lost, errors: shots left out of `bits`: those with a lost qubit ('-' in the string) and those that ended in an
            error, each as reported.
        seed: seeds the order of `memory()` where the service reports no single shots.
    """

    layout: Layout
    bits: NDArray[np.uint8]
    weights: NDArray[np.int64] | None
    shots_asked: int | None
    shots_returned: int
    probabilities: Mapping[str, float] | None = None
    lost: Mapping[str, int] | None = None
    errors: tuple[Any, ...] = ()
    seed: str = ""

    # to be built by results/: shots_usable, per_shot, counts(register=None) -> dict[str, int],
    # int_counts() -> dict[int, int] over the whole memory, memory(register=None) -> list[str], hex_memory() …
