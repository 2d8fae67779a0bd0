"""Statements that OpenQASM 2 and 3 write alike: gates on one quantum register, each distinct end made once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from qrelay.formats.numbers import refuse_infinite
from qrelay.formats.straight import straight
from qrelay.program import Operation, Program
from qrelay.program.names import QUBIT_REGISTER

__all__ = ["Ends", "call", "gate_lines", "real", "straight_lines"]


class Ends(dict[tuple[int, ...], str]):
    """The end of a gate's line by its qubits, from them on. Its keys are all that was asked for."""

    def __missing__(self, qubits: tuple[int, ...]) -> str:
        line = self[qubits] = f" {','.join([f'{QUBIT_REGISTER}[{qubit}]' for qubit in qubits])};\n"
        return line


class _Calls(dict[tuple[int, ...], str]):
    """Whole lines of one gate without parameters."""

    def __init__(self, word: str, ends: Ends) -> None:
        self._word, self._ends = word, ends

    def __missing__(self, qubits: tuple[int, ...]) -> str:
        line = self[qubits] = f"{self._word}{self._ends[qubits]}"
        return line


def gate_lines(
    operations: Sequence[Operation],
    words: Mapping[str, str],
    ends: Ends,
    special: Callable[[int, Operation], Iterable[str]] | None = None,
) -> list[str]:
    """One line for each operation, in order.

    Args:
        words: the format's word for each gate, and for `barrier` and `reset` where it has these.
        ends: remembers what is written about qubits.
        special: lines of the operation at an index that `words` does not have; none may occur without it.
    """
    calls = {name: _Calls(word, ends) for name, word in words.items()}
    if "barrier" in calls:
        calls["barrier"][()] = ""  # the grammar has no barrier on nothing, and it holds nothing back
    openings = {name: f"{word}(" for name, word in words.items()}
    lines: list[str] = []
    add = lines.append
    for index, (name, qubits, arguments) in enumerate(operations):
        if name in calls:
            if not arguments:
                add(calls[name][qubits])
            elif len(arguments) == 1:
                text = repr(arguments[0])
                if "e" in text:
                    text = _real(arguments[0])
                add(f"{openings[name]}{text}){ends[qubits]}")
            else:
                add(f"{openings[name]}{','.join(map(_real, arguments))}){ends[qubits]}")
        else:
            assert special is not None, f"{name} has no word"
            lines.extend(special(index, (name, qubits, arguments)))
    return lines


def straight_lines(program: Program, words: Mapping[str, str], format_name: str, ends: Ends) -> list[str]:
    """The gates of a program that only measures at its end, lowered to those that have a word; no measurements.

    Raises:
        UnsupportedCircuit: names the operation and its index; see `straight` for the rules.
    """
    gates = frozenset(words)
    lines = gate_lines(straight(program, gates, format_name).gates, words, ends)
    text = "".join(lines)
    if "nan" in text or "inf" in text:
        refuse_infinite(program, gates)
    return lines


def call(word: str, arguments: Sequence[Any], end: str) -> str:
    """One gate's line on its own."""
    return f"{word}({','.join(map(_real, arguments))}){end}" if arguments else f"{word}{end}"


def _real(value: float) -> str:
    """The number as OpenQASM 2's grammar has it: a decimal point is not optional, also before an exponent."""
    text = repr(value)
    if "e" in text and "." not in text:
        return text.replace("e", ".0e")
    return text


real = _real
"""How these lines have a number, for those who fill numbers in later."""
