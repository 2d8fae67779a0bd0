"""From probabilities to counts, by one rule that gives the same integers every time."""

from __future__ import annotations

import math
from collections.abc import Sequence

from qrelay.results.document import Answer

__all__ = ["checked_probabilities", "largest_remainder"]

TOLERANCE = 1e-3
"""How far a histogram's sum may lie from 1: services round each of many figures. Beyond it the answer is refused."""

NEGATIVE = 1e-6
"""A figure down to minus this much is rounding noise of a simulator and read as 0; below it the answer is refused."""

_SCALE = 1 << 80
_TIE = 1_000_000_000


def checked_probabilities(answer: Answer, values: Sequence[object]) -> list[float]:
    """Return the figures as floats, noise below zero as 0.0, after checking that they are a distribution."""
    figures: list[float] = []
    for value in values:
        if type(value) not in (float, int):
            answer.refuse(f"a probability should be a number and is {value!r:.40}")
        try:
            figure = float(value)  # type: ignore[arg-type] # checked one line above
        except OverflowError:
            figure = math.inf
        if not -NEGATIVE <= figure <= 1 + TOLERANCE:
            answer.refuse(f"{figure} is no probability")
        figures.append(max(0.0, figure))
    total = math.fsum(figures)
    if abs(total - 1) > TOLERANCE:
        answer.refuse(f"its probabilities sum to {total:.6g} and not to 1")
    return figures


def largest_remainder(probabilities: Sequence[float], shots: int) -> list[int]:
    """Share `shots` out in proportion (Hare quota, largest remainder): integers that sum to `shots` exactly.

    Each entry gets the whole part of its share; what is left goes, one each, to the largest fractions. Fractions that
    agree to nine digits are a tie, and ties go to the entry that stands first, so that equal answers give equal
    counts. The arithmetic is in integers: no sum of floats can lose or add a shot.
    """
    weights = [int(probability * _SCALE) for probability in probabilities]
    total = sum(weights)
    if total == 0:
        return [0] * len(weights)
    shares = [divmod(weight * shots, total) for weight in weights]
    counts = [whole for whole, _ in shares]
    left = shots - sum(counts)
    fractions = [(rest * _TIE * 2 + total) // (2 * total) for _, rest in shares]
    for entry in sorted(range(len(counts)), key=lambda entry: -fractions[entry])[:left]:
        counts[entry] += 1
    return counts
