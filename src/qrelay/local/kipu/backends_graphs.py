"""Which qubits touch which, by rule: the devices' lattices are regular but for a few couplers."""

from __future__ import annotations

from collections.abc import Callable, Iterable

__all__ = ["GRAPHS", "Edges", "neighbours"]

Edges = tuple[tuple[int, int], ...]
"""Pairs of qubits, the lower number first, in ascending order."""


def _rows(spans: Iterable[tuple[int, int]], first: int) -> Edges:
    """A square lattice of rows, each given by its first column and its length, numbered from ``first`` on."""
    number = first
    above: dict[int, int] = {}
    edges = []
    for start, length in spans:
        row = {start + offset: number + offset for offset in range(length)}
        edges += [(qubit, qubit + 1) for qubit in range(number, number + length - 1)]
        edges += [(above[column], qubit) for column, qubit in row.items() if column in above]
        number, above = number + length, row
    return tuple(sorted(edges))


def _cepheus() -> Edges:
    """Twelve rows of nine; two couplers around qubit 8 are out of order."""
    return tuple(edge for edge in _rows([(0, 9)] * 12, 0) if edge not in ((7, 8), (8, 17)))


def _garnet() -> Edges:
    """IQM's crystal of 20 qubits."""
    return _rows([(1, 2), (0, 5), (0, 5), (0, 5), (1, 3)], 1)


def _emerald() -> Edges:
    """IQM's crystal of 54 qubits, as cirq-on-iqm draws it for Aphrodite."""
    return _rows([(4, 2), (2, 5), (1, 7), (0, 8), (0, 9), (1, 8), (1, 7), (2, 5), (3, 3)], 1)


def _heavy_hex() -> Edges:
    """Eight rows of sixteen qubits, and four between two rows, every second time shifted by two."""
    edges = []
    for row in range(8):
        edges += [(20 * row + column, 20 * row + column + 1) for column in range(15)]
        if row < 7:
            for index in range(4):
                middle, column = 20 * row + 16 + index, 4 * index + (1 if row % 2 else 3)
                edges += [(20 * row + column, middle), (middle, 20 * (row + 1) + column)]
    return tuple(sorted(edges))


GRAPHS: dict[str, Callable[[], Edges]] = {
    "cepheus": _cepheus,
    "garnet": _garnet,
    "emerald": _emerald,
    "heavy-hex": _heavy_hex,
}


def neighbours(edges: Edges, qubits: Iterable[int]) -> dict[int, list[int]]:
    """The neighbours of each of the qubits, ascending; one may have none."""
    found: dict[int, list[int]] = {qubit: [] for qubit in qubits}
    for first, second in edges:
        found[first].append(second)
        found[second].append(first)
    return {qubit: sorted(others) for qubit, others in found.items()}
