"""Ready-made Quil: its readout memory, the qubits it names, and what is measured into which bit.

Source: github.com/quil-lang/quil, "Quil Specification": DECLARE, MEASURE, formal qubits inside definitions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from qrelay.errors import InvalidOption
from qrelay.program import Layout, Register

__all__ = ["Declared", "declared", "looks_like_quil"]

_READOUT = "ro"
_WORDS = re.compile(r"(?:DECLARE|MEASURE|DEFGATE|DEFCIRCUIT|DEFCAL|RESET|PRAGMA|[A-Z][A-Z0-9]*(?:\([^)]*\))?)(?:\s|$)")
_STRING = re.compile(r'"[^"\n]*"')
_INDENT = ("    ", "\t")  # of a definition's body, says quil-rs; with fewer spaces a line is a statement like any other
_DECLARE = re.compile(r"DECLARE\s+(?P<name>[A-Za-z_][\w-]*)\s+(?P<kind>[A-Z]+\d*)(?:\s*\[\s*(?P<size>\d{1,9})\s*\])?")
_MEASURE = re.compile(
    r"MEASURE(?:!\w+)?\s+(?P<qubit>\d{1,9})(?:\s+(?P<name>[A-Za-z_][\w-]*)(?:\s*\[\s*(?P<index>\d{1,9})\s*\])?)?"
)
_ELSEWHERE = frozenset({
    "ADD", "AND", "CALL", "CONVERT", "DECLARE", "DIV", "EQ", "EXCHANGE", "GE", "GT", "HALT", "INCLUDE", "IOR", "JUMP",
    "JUMP-UNLESS", "JUMP-WHEN", "LABEL", "LE", "LOAD", "LT", "MOVE", "MUL", "NEG", "NOT", "OR", "PRAGMA", "STORE",
    "SUB", "WAIT", "XOR",
})  # fmt: skip
"""Instructions whose numbers are no qubits."""
_SIDE = re.compile(r"\([^()]*(?:\([^()]*\)[^()]*)*\)|(?<![\w-])[A-Za-z_][\w-]*\s*\[\s*\d+\s*\]")
_MOST_BITS = 100_000


@dataclass(frozen=True, slots=True)
class Declared:
    """Number of qubits, counted up to the highest that is named, and the layout of the readout memory."""

    num_qubits: int
    layout: Layout


def looks_like_quil(text: str) -> bool:
    """Whether the first instruction is one of Quil's, in its capitals."""
    for line in text.splitlines():
        words = line.partition("#")[0].strip()
        if words:
            return _WORDS.match(words) is not None and not words.startswith("OPENQASM")
    return False


def declared(text: str) -> Declared:
    """What a program declares and measures.

    Raises InvalidOption if it has no readout memory `ro`, which is what Rigetti's targets answer with.
    """
    size: int | None = None
    qubits: dict[int, int] = {}
    highest = -1
    defining = False
    for line in _STRING.sub('""', text).split("\n"):
        if line.startswith("DEF"):
            defining = True
            continue
        if defining and line.startswith(_INDENT):  # whose qubits are formal, or a calibration's
            continue
        defining &= not line.strip()
        for statement in line.partition("#")[0].split(";"):
            words = statement.strip()
            if not words:
                continue
            found = _DECLARE.match(words)
            if found is not None and found["name"] == _READOUT:
                if size is not None:
                    raise InvalidOption("The Quil program declares its readout memory `ro` twice.", option="program")
                if found["kind"] != "BIT" or int(found["size"] or 1) > _MOST_BITS:
                    raise InvalidOption(
                        f"The readout memory is declared as {words!r:.60}; it should be of up to {_MOST_BITS:,} BITs.",
                        option="program",
                    )
                size = int(found["size"] or 1)
            measure = _MEASURE.match(words)
            if measure is not None and measure["name"] == _READOUT:
                qubits[int(measure["index"] or 0)] = int(measure["qubit"])
            highest = max([highest, *_named(words)])
    if not size:
        raise InvalidOption(
            "The Quil program has no readout memory: Rigetti's targets answer with what is measured into `ro`. Add a "
            "line such as `DECLARE ro BIT[2]`, and `MEASURE 0 ro[0]`.",
            option="program",
        )
    beyond = [bit for bit in qubits if bit >= size]
    if beyond:
        raise InvalidOption(f"The Quil program measures into ro[{beyond[0]}]; ro has {size} bits.", option="program")
    bits = tuple(range(size))
    layout = Layout(size, (Register(_READOUT, bits),), tuple(qubits.get(bit, -1) for bit in bits), highest + 1)
    return Declared(highest + 1, layout)


def _named(words: str) -> Iterator[int]:
    """Numbers of the qubits that an instruction names."""
    head, frame, _ = words.partition('"')  # behind the name of a frame stand times and frequencies
    named = _SIDE.sub(" ", head).split()
    if named and named[0] not in _ELSEWHERE:
        times = named[0] == "DELAY" and not frame  # then the last number says how long
        yield from (int(word) for word in named[: -1 if times else None] if word.isascii() and word.isdigit())
