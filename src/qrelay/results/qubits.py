"""From values of qubits to classical memory, for answers that speak of qubits and know no classical bits."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from qrelay.program import Layout, Register
from qrelay.results import packing
from qrelay.results.outcome import Outcome
from qrelay.results.rounding import largest_remainder

__all__ = ["made_up", "measured", "of_probabilities"]


def measured(values: NDArray[np.uint8], columns: Mapping[int, int], layout: Layout) -> NDArray[np.uint8]:
    """Packed memories, one a row: each classical bit has the value of the qubit that was measured into it last.

    Args:
        values: zeros and ones, shape (rows, columns).
        columns: for each qubit that was measured, its column in `values`.
    """
    memory = np.zeros((len(values), layout.num_clbits), dtype=np.uint8)
    written = [bit for bit, qubit in enumerate(layout.qubits) if qubit >= 0]
    memory[:, written] = values[:, [columns[layout.qubits[bit]] for bit in written]]
    return packing.pack(memory)


def of_probabilities(
    packed: NDArray[np.uint8], figures: Sequence[float], layout: Layout, asked: int | None, returned: int, seed: str
) -> Outcome:
    """The outcome of memories with probabilities: those of equal ones are added, counts made by largest remainder."""
    first, _, group = packing.distinct(packed)
    shares: list[list[float]] = [[] for _ in first]
    for place, figure in zip(group.tolist(), figures, strict=True):
        shares[place].append(figure)
    rows, probabilities = packed[first], [math.fsum(share) for share in shares]
    weights = np.array(largest_remainder(probabilities, returned), dtype=np.int64)
    kept = weights > 0
    strings = packing.texts(packing.unpack(rows, layout.num_clbits), [bits for _, bits in layout.groups])
    return Outcome(
        layout=layout,
        bits=rows[kept],
        weights=weights[kept],
        shots_asked=asked,
        shots_returned=returned,
        probabilities=dict(zip(strings, probabilities, strict=True)),
        seed=seed,
    )


def made_up(qubits: Sequence[int]) -> Layout:
    """A layout for an answer without one: these qubits, in this order, are the bits of one register `c`."""
    register = Register("c", tuple(range(len(qubits))))
    return Layout(len(qubits), (register,), tuple(qubits), max(qubits, default=-1) + 1)
