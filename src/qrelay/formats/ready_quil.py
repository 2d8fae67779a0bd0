"""Ready-made Quil: its readout memory, the qubits it names, and what is measured into which bit.

Source: github.com/quil-lang/quil, "Quil Specification": DECLARE, MEASURE, formal qubits inside definitions.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from qrelay.errors import InvalidOption
from qrelay.program import Layout, Register

__all__ = ["Declared", "declared", "looks_like_quil"]

_READOUT = "ro"
_WORDS = re.compile(r"(?:DECLARE|MEASURE|DEFGATE|DEFCIRCUIT|DEFCAL|RESET|PRAGMA|[A-Z][A-Z0-9]*(?:\([^)]*\))?)(?:\s|$)")
_DECLARE = re.compile(r"DECLARE\s+(?P<name>[A-Za-z_][\w-]*)\s+(?P<kind>[A-Z]+\d*)(?:\[(?P<size>\d{1,6})\])?")
_MEASURE = re.compile(r"MEASURE\s+(?P<qubit>\d{1,6})(?:\s+(?P<name>[A-Za-z_][\w-]*)(?:\[(?P<index>\d{1,6})\])?)?")
_ELSEWHERE = re.compile(r"(?:DECLARE|PRAGMA|LABEL|JUMP|JUMP-WHEN|JUMP-UNLESS|HALT|INCLUDE|MOVE|NOT|AND|IOR|XOR)\b")
_SIDE = re.compile(r"\([^()]*(?:\([^()]*\)[^()]*)*\)|[A-Za-z_][\w-]*\[\d+\]|\"[^\"]*\"")
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
    size = 0
    qubits: dict[int, int] = {}
    highest = -1
    for line in text.splitlines():
        inside = line[:1] in (" ", "\t")  # the body of a definition, whose qubits are formal or a calibration's
        for statement in line.partition("#")[0].split(";"):
            words = statement.strip()
            if not words or inside:
                continue
            found = _DECLARE.match(words)
            if found is not None and found["name"] == _READOUT:
                if found["kind"] != "BIT" or int(found["size"] or 1) > _MOST_BITS:
                    raise InvalidOption(f"The readout memory is declared as {words!r}, not as BITs.", option="program")
                size = int(found["size"] or 1)
            measure = _MEASURE.match(words)
            if measure is not None and measure["name"] == _READOUT:
                qubits[int(measure["index"] or 0)] = int(measure["qubit"])
            if not _ELSEWHERE.match(words) and not words.startswith("DEF"):
                named = [int(word) for word in _SIDE.sub(" ", words).split() if word.isascii() and word.isdigit()]
                highest = max([highest, *named])
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
