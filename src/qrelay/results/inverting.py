"""Bits that are the opposite of what was measured (Cirq's invert_mask), turned round in an outcome."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from qrelay.program import Layout
from qrelay.results import packing
from qrelay.results.outcome import Outcome
from qrelay.results.shots import reading_order

__all__ = ["invert"]


def invert(outcome: Outcome) -> Outcome:
    """The same outcome with the bits of `layout.inverted` turned round in rows, probabilities and lost shots.

    A lost bit stays lost, and what ended in an error stays as the service reported it.
    """
    layout = outcome.layout
    if not layout.inverted:
        return outcome
    mask = np.zeros((1, layout.num_clbits), dtype=np.uint8)
    mask[0, list(layout.inverted)] = 1
    figures = outcome.probabilities
    return replace(
        outcome,
        bits=outcome.bits ^ packing.pack(mask),
        probabilities=None if figures is None else _probabilities(figures, layout, mask),
        lost=None if outcome.lost is None else _lost(outcome.lost, layout),
    )


_TURNED = str.maketrans("01", "10")


def _lost(lost: Mapping[str, int], layout: Layout) -> dict[str, int]:
    """Keys turned round where they say a value, and brought into the order of `split` again."""
    inverted = set(layout.inverted)
    marks = " ".join("".join("1" if bit in inverted else "0" for bit in bits) for bits in reading_order(layout))
    turned = {
        "".join(
            letter.translate(_TURNED) if mark == "1" else letter for letter, mark in zip(string, marks, strict=True)
        ): count
        for string, count in lost.items()
    }
    return dict(sorted(turned.items(), key=lambda entry: entry[0].replace("-", "2")))


def _probabilities(figures: Mapping[str, float], layout: Layout, mask: NDArray[np.uint8]) -> dict[str, float]:
    """Keys turned round, and brought into ascending order again."""
    columns = list(chain.from_iterable(reading_order(layout)))
    letters = np.frombuffer("".join(figures).replace(" ", "").encode("ascii"), dtype=np.uint8)
    read = (letters - ord("0")).reshape(len(figures), len(columns))
    matrix = read[:, np.argsort(np.asarray(columns, dtype=np.intp))] ^ mask
    order, _, _ = packing.distinct(packing.pack(matrix))
    strings = packing.texts(matrix[order], [bits for _, bits in layout.groups])
    values = list(figures.values())
    return dict(zip(strings, [values[place] for place in order.tolist()], strict=True))
