"""Bits in and out of packed rows: the arithmetic below Outcome, vectorised because answers have millions of shots.

A packed row holds bit i of the memory as bit i % 8 of byte i // 8.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["distinct", "integers", "pack", "pack_integers", "seeded_order", "texts", "unpack"]

_BLANK = -1


def pack(matrix: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Pack a matrix of zeros and ones, shape (rows, bits), lowest bit first, to shape (rows, ceil(bits / 8))."""
    return np.packbits(matrix, axis=1, bitorder="little")


def unpack(packed: NDArray[np.uint8], num_bits: int) -> NDArray[np.uint8]:
    """Undo `pack`: shape (rows, num_bits) of zeros and ones, lowest bit first."""
    return np.unpackbits(packed, axis=1, count=num_bits, bitorder="little")


def pack_integers(values: Sequence[int], num_bits: int) -> NDArray[np.uint8]:
    """Pack non-negative integers below 2 ** num_bits, of any size, one a row; an integer's lowest bit is bit 0."""
    width = (num_bits + 7) // 8
    joined = b"".join([value.to_bytes(width, "little") for value in values])
    return np.frombuffer(joined, dtype=np.uint8).reshape(len(values), width)


def integers(packed: NDArray[np.uint8]) -> list[int]:
    """Rows as Python integers of any size, bit 0 least significant."""
    if packed.shape[1] <= 8:
        return [int(value) for value in _words(packed)[:, 0].tolist()]
    width, joined = packed.shape[1], packed.tobytes()
    return [int.from_bytes(joined[at : at + width], "little") for at in range(0, len(joined), width)]


def distinct(
    packed: NDArray[np.uint8], weights: NDArray[np.int64] | None = None
) -> tuple[NDArray[np.intp], NDArray[np.int64], NDArray[np.intp]]:
    """Group equal rows, in ascending order of their values.

    Returns (a row's index for each group, its weight, each row's group); without weights each row weighs 1.
    """
    rows = packed.shape[0]
    if rows == 0:
        return np.zeros(0, np.intp), np.zeros(0, np.int64), np.zeros(0, np.intp)
    words = _words(packed)
    if words.shape[1] == 1:
        _, first, group = np.unique(words[:, 0], return_index=True, return_inverse=True)
    else:
        order = np.lexsort(words.T)  # the last word is the most significant, as lexsort wants it
        ordered = words[order]
        starts = np.empty(rows, dtype=bool)
        starts[0] = True
        np.any(ordered[1:] != ordered[:-1], axis=1, out=starts[1:])
        first = order[starts]
        group = np.empty(rows, dtype=np.intp)
        group[order] = np.cumsum(starts) - 1
    total = np.zeros(len(first), dtype=np.int64)
    if weights is None:
        total += np.bincount(group, minlength=len(first))
    else:
        np.add.at(total, group, weights)  # bincount would add in floating point
    return first, total, group


def texts(matrix: NDArray[np.uint8], groups: Iterable[Sequence[int]]) -> list[str]:
    """Write each row's bits as text: groups separated by a space, last group leftmost, highest bit leftmost.

    A group lists columns of the matrix, lowest bit first.
    """
    columns: list[int] = []
    for group in groups:
        if columns:
            columns.append(_BLANK)
        columns.extend(group)
    columns.reverse()
    if not columns:
        return [""] * matrix.shape[0]
    rows, width = matrix.shape[0], len(columns)
    letters = np.full((rows, width), ord(" "), dtype=np.uint8)
    written = [place for place, column in enumerate(columns) if column != _BLANK]
    letters[:, written] = matrix[:, [column for column in columns if column != _BLANK]] + ord("0")
    joined = letters.tobytes().decode("ascii")
    return [joined[at : at + width] for at in range(0, rows * width, width)]


def seeded_order(count: int, seed: str) -> NDArray[np.intp]:
    """Return a permutation of range(count) that depends on count and seed only.

    Drawn from the raw stream of a bit generator, which NumPy keeps from version to version (NEP 19), unlike what
    `Generator` makes of it.
    """
    digest = hashlib.sha256(seed.encode()).digest()
    stream = np.random.PCG64(int.from_bytes(digest, "little")).random_raw(count)
    return np.argsort(stream, kind="stable")


def _words(packed: NDArray[np.uint8]) -> NDArray[np.uint64]:
    """Rows as little-endian 64-bit words, least significant first; at least one word."""
    rows, width = packed.shape
    count = max(1, (width + 7) // 8)
    padded = np.zeros((rows, count * 8), dtype=np.uint8)
    padded[:, :width] = packed
    return padded.view(np.dtype("<u8")).astype(np.uint64, copy=False)
