"""Values of the options that formats take, checked in one place: no wrong type comes as far as a circuit's gates.

Options whose values are words of a format's own (`gateset`, `profile`, `fields` …) are checked by that format.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Any

from qrelay.errors import InvalidOption

__all__ = ["checked"]


def checked(options: Mapping[str, Any]) -> dict[str, Any]:
    """The same options, each as its writers take it. Raises InvalidOption that says what an option takes."""
    return {name: _read(name, value) for name, value in options.items()}


def _read(name: str, value: Any) -> Any:
    if name not in _KINDS:
        return value
    read, wanted = _KINDS[name]
    try:
        return read(value)
    except (TypeError, ValueError):
        raise InvalidOption(f"{name} takes {wanted}, not {value!r:.80}.", option=name) from None


def _truth(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


def _names(value: Any) -> tuple[str, ...]:
    if isinstance(value, str | Mapping):  # each is a collection of texts, and is not meant to be
        raise TypeError
    names = tuple(value)
    if not all(isinstance(name, str) for name in names):
        raise TypeError
    return names


def _pairs(value: Any) -> tuple[tuple[int, int], ...]:
    pairs = tuple((operator.index(one), operator.index(other)) for one, other in value)
    if any(number < 0 for pair in pairs for number in pair):
        raise ValueError
    return pairs


def _count(value: Any) -> int:
    if isinstance(value, bool) or operator.index(value) < 1:
        raise ValueError
    return operator.index(value)


_TRUTH = (_truth, "True or False")
_KINDS: Mapping[str, tuple[Callable[[Any], Any], str]] = {
    "bitcode": _TRUTH,
    "verbatim": _TRUTH,
    "final_memory": _TRUTH,
    "midcircuit": _TRUTH,
    "gates": (lambda value: frozenset(_names(value)), "names of gates, such as ['rx', 'rz', 'cz']"),
    "qubits": (_names, "names of qubits, such as ['QB1', 'QB2']"),
    "coupling": (_pairs, "pairs of qubits' numbers, such as [(0, 1)]"),
    "most_operations": (_count, "a whole number from 1 up"),
}
