"""Rows of an answer, in the order in which it reads, become usable shots and lost ones."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from qrelay.program import Layout
from qrelay.results import packing

__all__ = ["LOST", "reading_order", "split"]

LOST = 2
"""Stands in a row for a qubit that was lost: no value was measured."""


def reading_order(layout: Layout) -> tuple[tuple[int, ...], ...]:
    """Classical bits as an answer reads from left to right: last group first, each group's highest bit first."""
    return tuple(tuple(reversed(bits)) for _, bits in reversed(layout.groups))


def split(
    rows: NDArray[np.uint8], weights: NDArray[np.int64] | None, columns: Sequence[int], layout: Layout
) -> tuple[NDArray[np.uint8], NDArray[np.int64] | None, dict[str, int]]:
    """Part rows without a lost qubit from those with one. Rows that stand for no shot are left out of both.

    Args:
        rows: 0, 1 or LOST, shape (rows, bits).
        weights: how many shots each row stands for; None for one each.
        columns: the classical bit in each column of `rows`; every bit of the layout stands in one.

    Returns (packed usable rows, their weights, shots with lost qubits by bit string with '-' for these).
    """
    if weights is not None:
        rows, weights = rows[weights > 0], weights[weights > 0]
    matrix = rows[:, np.argsort(np.asarray(columns, dtype=np.intp))]
    if matrix.size == 0 or matrix.max() < LOST:
        return packing.pack(matrix), weights, {}
    damaged = (matrix == LOST).any(axis=1)
    strings = packing.texts(matrix[damaged], [bits for _, bits in layout.groups])
    shares = [1] * len(strings) if weights is None else weights[damaged].tolist()
    lost: dict[str, int] = {}
    for string, share in sorted(zip(strings, shares, strict=True)):
        key = string.replace(str(LOST), "-")
        lost[key] = lost.get(key, 0) + share
    usable = ~damaged
    return packing.pack(matrix[usable]), None if weights is None else weights[usable], lost
