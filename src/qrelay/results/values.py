"""Zeros, ones and counts out of JSON, checked one by one and read all at once."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qrelay.results.document import Answer, kind

__all__ = [
    "MOST_SHOTS",
    "check_size",
    "counts_of",
    "layouts_for",
    "matrix_of_lists",
    "matrix_of_strings",
    "seeds_for",
    "width_of",
]

MOST_SHOTS = 1 << 53
"""No answer holds more: beyond it, a JSON reader with doubles for numbers would already have rounded."""

_MOST_ENTRIES = 1 << 31


def check_size(answer: Answer, rows: int, bits: int) -> None:
    """Refuse what would fill the memory: an answer that is short itself may say that each of its shots is very wide."""
    if rows * bits > _MOST_ENTRIES:
        answer.refuse(f"{rows} shots of {bits} bits are more than fit into the memory")


def matrix_of_lists(answer: Answer, rows: Sequence[Any], width: int) -> NDArray[np.uint8]:
    """Lists of 0 and 1, shape (rows, width)."""
    for row in rows:
        if type(row) is not list:
            answer.refuse(f"a shot should be a list of zeros and ones and is {kind(row)}")
    for found in set(map(len, rows)) - {width}:
        answer.refuse(f"its shots have different numbers of values: {width} and {found}")
    flat = list(chain.from_iterable(rows))
    for found_type in set(map(type, flat)) - {int}:
        wrong = next(value for value in flat if type(value) is found_type)
        answer.refuse(f"a measured value should be 0 or 1 and is {wrong!r:.40}")
    strange = set(flat) - {0, 1}
    if strange:
        answer.refuse(f"a measured value should be 0 or 1 and is {next(iter(strange))!r:.40}")
    return np.frombuffer(bytes(flat), dtype=np.uint8).reshape(len(rows), width)


def matrix_of_strings(answer: Answer, strings: Sequence[str], width: int) -> NDArray[np.uint8]:
    """Strings of 0 and 1, shape (strings, width), as they read from left to right."""
    for string in strings:
        if len(string) != width:
            answer.refuse(f"its bit strings should have {width} characters and one is {string[:40]!r}")
    joined = "".join(strings)
    if set(joined) - {"0", "1"}:
        wrong = next(string for string in strings if set(string) - {"0", "1"})
        answer.refuse(f"{wrong[:40]!r} is no string of zeros and ones")
    letters = np.frombuffer(joined.encode("ascii"), dtype=np.uint8)
    return (letters - ord("0")).reshape(len(strings), width)


def width_of(answer: Answer, rows: Sequence[Any]) -> int:
    """How many values the first shot has; of no shots, and of shots without a value, nothing can be said."""
    if not rows:
        answer.refuse("it has no shots")
    if type(rows[0]) is not list or not rows[0]:
        answer.refuse("a shot should be a list of zeros and ones, with a value in it")
    return len(rows[0])


def counts_of(answer: Answer, counts: Sequence[Any]) -> NDArray[np.int64]:
    """Whole numbers of shots that sum to at least one."""
    for count in counts:
        if type(count) is not int or not 0 <= count <= MOST_SHOTS:
            answer.refuse(f"a count should be a whole number of shots and is {count!r:.40}")
    if not 0 < sum(counts) <= MOST_SHOTS:
        answer.refuse(f"its counts sum to {sum(counts):.6g} shots")
    return np.array(counts, dtype=np.int64)


def layouts_for(answer: Answer, layouts: Sequence[Any] | None, count: int) -> list[Any]:
    """One layout, or None, for each of `count` results; refuses when another number was expected."""
    if layouts is None:
        return [None] * count
    if len(layouts) != count:
        answer.refuse(f"it holds {count} results and {len(layouts)} were expected")
    return list(layouts)


def seeds_for(seed: str, count: int) -> list[str]:
    """Another seed for each of several results: circuits that are alike should not get the same order of shots."""
    return [seed] if count == 1 else [f"{seed}/{index}" for index in range(count)]
