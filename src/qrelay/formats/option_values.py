"""Values of the options that formats take, checked in one place: no wrong type comes as far as a circuit's gates.

Options whose values are words of a format's own (`gateset`, `profile`, `fields` …) are checked by that format.
"""

from __future__ import annotations

import difflib
import operator
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from qrelay.errors import InvalidOption
from qrelay.program.gates import ALIASES, GATES, MACHINES_WORDS
from qrelay.program.operations import NOT_GATES

__all__ = ["checked", "format_name", "gates_of_a_machine", "near_formats"]

_NO_GATES = NOT_GATES | {
    "if_else", "while_loop", "for_loop", "switch_case", "break_loop", "continue_loop", "box", "store", "nop",
    "unitary", "pswap", "cphaseshift00", "cphaseshift01", "cphaseshift10",
}  # fmt: skip
"""What lists of a machine's operations hold beside gates of our table, by our names, Qiskit's and Braket's."""


def checked(options: Mapping[str, Any]) -> dict[str, Any]:
    """The same options, each as its writers take it. Raises InvalidOption that says what an option takes."""
    return {name: _read(name, value) for name, value in options.items()}


def format_name(asked: Any) -> str:
    """A format as a user names it. Raises InvalidOption for what is no name."""
    if not isinstance(asked, str):
        raise InvalidOption(f"format takes the name of an input format, not {asked!r:.80}.", option="format")
    return asked


def near_formats(asked: str, known: Iterable[str]) -> str:
    """ "Did you mean …?" for a format's name that is none of these; empty if none is near.

    Names in other letters are the nearest, then those that hold what was asked for, as `quil` is in rigetti.quil.v1.
    """
    names = {name: _letters(name) for name in known}
    word = _letters(asked)
    near = [name for name in names if name.lower() == asked.lower()]
    near = near or [name for name, letters in names.items() if word == letters]
    near = near or [name for name, letters in names.items() if len(word) > 2 and word in letters]
    close = difflib.get_close_matches(word, names.values(), n=3)
    near = near or [name for name, letters in names.items() if letters in close]
    return f"Did you mean {' or '.join(near)}?" if near else ""


def _letters(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter.isalnum())


def gates_of_a_machine(listed: Iterable[str]) -> frozenset[str]:
    """The gates of our table that a machine's own list names. Words for others are passed over: it may have more."""
    return frozenset(_gate(word) for word in listed) & GATES.keys()


def _read(name: str, value: Any) -> Any:
    if name not in _KINDS:
        return value
    read, wanted = _KINDS[name]
    try:
        return read(value)
    except InvalidOption:  # which is a ValueError, and knows better
        raise
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


def _gates(value: Any) -> frozenset[str]:
    """What a user lists: a word that says nothing is a slip of the pen, and would leave a gate out in silence."""
    names = _names(value)
    for name in names:
        if _gate(name) not in GATES and name not in _NO_GATES and not name.startswith("measure_"):  # IBM's measure_2
            near = difflib.get_close_matches(name.lower(), [*GATES, *MACHINES_WORDS], n=3)
            known = sorted(gate for gate in GATES if not gate[1:2].isdigit() or gate in ("u1", "u2", "u3"))
            hint = f"Did you mean {' or '.join(near)}?" if near else f"Known are {', '.join(known)} and others."
            raise InvalidOption(f"gates names {name!r:.60}, which is no gate that qrelay knows. {hint}", option="gates")
    return gates_of_a_machine(names)


def _gate(word: str) -> str:
    return word if word in GATES else ALIASES.get(word) or MACHINES_WORDS.get(word, word)


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
    "gates": (_gates, "names of gates, such as ['rx', 'rz', 'cz']"),
    "qubits": (_names, "names of qubits, such as ['QB1', 'QB2']"),
    "coupling": (_pairs, "pairs of qubits' numbers, such as [(0, 1)]"),
    "most_operations": (_count, "a whole number from 1 up"),
}
