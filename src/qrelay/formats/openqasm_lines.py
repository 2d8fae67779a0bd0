"""Statements that OpenQASM 2 and 3 write alike: gates on one quantum register, each distinct end made once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

from qrelay.formats.numbers import refuse_infinite
from qrelay.formats.straight import straight
from qrelay.program import Operation, Program
from qrelay.program.names import QUBIT_REGISTER

__all__ = ["Ends", "Text", "call", "gate_chunks", "gate_lines", "real", "straight_lines"]

_CHUNK = 4096
"""Lines are joined so many at a time: a hundred thousand small strings take several times what their text does."""


class Ends(dict[tuple[int, ...], str]):
    """The end of a gate's line by its qubits, from them on. Its keys are all that was asked for.

    A qubit's number stands between `before` and `after`: an index of the one register, unless told otherwise.
    """

    def __init__(self, before: str = f"{QUBIT_REGISTER}[", after: str = "]") -> None:
        self._before, self._after = before, after

    def __missing__(self, qubits: tuple[int, ...]) -> str:
        names = [f"{self._before}{qubit}{self._after}" for qubit in qubits]
        line = self[qubits] = f" {','.join(names)};\n"
        return line


class _Calls(dict[tuple[int, ...], str]):
    """Whole lines of one gate without parameters."""

    def __init__(self, word: str, ends: Ends) -> None:
        self._word, self._ends = word, ends

    def __missing__(self, qubits: tuple[int, ...]) -> str:
        line = self[qubits] = f"{self._word}{self._ends[qubits]}"
        return line


class Text:
    """A program's text in the making, kept as bytes."""

    def __init__(self, lines: Iterable[str] = ()) -> None:
        self._parts = ["".join(lines).encode()]

    def add(self, lines: Iterable[str]) -> None:
        """Append these lines, ends of line included."""
        self._parts.append("".join(lines).encode())

    def append(self, other: Text) -> None:
        """Append another text."""
        self._parts += other._parts

    def may_be_infinite(self) -> bool:
        """Whether a number may be none: neither word is part of a keyword or a gate, but may be of a register's."""
        return any(b"nan" in part or b"inf" in part for part in self._parts)

    def encode(self) -> bytes:
        """The whole text."""
        return b"".join(self._parts)


def gate_chunks(
    operations: Sequence[Operation],
    words: Mapping[str, str],
    ends: Ends,
    special: Callable[[int, Operation], Iterable[str]] | None = None,
) -> Iterator[list[str]]:
    """One line for each operation, in order, some thousand lines at a time.

    Args:
        words: the format's word for each gate, and for `barrier` and `reset` where it has these.
        ends: remembers what is written about qubits.
        special: lines of the operation at an index that `words` does not have; none may occur without it.
    """
    calls = {name: _Calls(word, ends) for name, word in words.items()}
    if "barrier" in calls:
        calls["barrier"][()] = ""  # the grammar has no barrier on nothing, and it holds nothing back
    openings = {name: f"{word}(" for name, word in words.items()}
    for start in range(0, len(operations), _CHUNK):
        lines: list[str] = []
        add = lines.append
        for index, (name, qubits, arguments) in enumerate(operations[start : start + _CHUNK], start):
            if name in calls:
                if not arguments:
                    add(calls[name][qubits])
                elif len(arguments) == 1:
                    text = repr(arguments[0])
                    if "e" in text:
                        text = real(arguments[0])
                    add(f"{openings[name]}{text}){ends[qubits]}")
                else:
                    add(f"{openings[name]}{','.join(map(real, arguments))}){ends[qubits]}")
            else:
                assert special is not None, f"{name} has no word"
                lines.extend(special(index, (name, qubits, arguments)))
        yield lines


def gate_lines(
    operations: Sequence[Operation],
    words: Mapping[str, str],
    ends: Ends,
    special: Callable[[int, Operation], Iterable[str]] | None = None,
) -> list[str]:
    """The lines of `gate_chunks`, all at once."""
    return list(chain.from_iterable(gate_chunks(operations, words, ends, special)))


def straight_lines(program: Program, words: Mapping[str, str], format_name: str, ends: Ends) -> Text:
    """The gates of a program that only measures at its end, lowered to those that have a word; no measurements.

    Raises:
        UnsupportedCircuit: names the operation and its index; see `straight` for the rules.
    """
    gates = frozenset(words)
    text = Text()
    for lines in gate_chunks(straight(program, gates, format_name).gates, words, ends):
        text.add(lines)
    if text.may_be_infinite():
        refuse_infinite(program, gates)
    return text


def call(word: str, arguments: Sequence[Any], end: str) -> str:
    """One gate's line on its own."""
    return f"{word}({','.join(map(real, arguments))}){end}" if arguments else f"{word}{end}"


def real(value: float) -> str:
    """The number as OpenQASM 2's grammar has it: a decimal point is not optional, also before an exponent.

    Only numbers with an exponent are touched, so that a parameter's mark, which has no `e`, stays what it is.
    """
    text = repr(value)
    if "e" in text and "." not in text:
        return text.replace("e", ".0e")
    return text
