"""Ready-made OpenQASM 2 and 3: registers and measurements, as far as plain declarations and statements tell.

This is no parser of the language. Declarations with plain sizes and measurements of registers or of single bits are
read; with anything that could make these mean something else (definitions of subroutines, aliases, arrays, computed
sizes or indices, outputs) there is no layout. Control flow does not matter where answers follow the declared bits.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from qrelay.formats.traveling import layout_in_text
from qrelay.program import Layout, Register, payload_names

__all__ = ["Declared", "declared", "includes", "layout_of", "version_of"]

_MOST_BITS = 100_000
_APART = re.compile(r"""//[^\n]*|/\*.*?(?:\*/|\Z)|"[^"\n]*"|'[^'\n]*'""", re.DOTALL)
_VERSION = re.compile(r"\s*OPENQASM\s+(\d+)(?:\.\d+)?\s*;")
_PRAGMA = re.compile(r"#[ \t]*pragma\b[^\n]*|(?:^|(?<=[;{}]))[ \t]*pragma\b[^\n]*", re.MULTILINE)
_ANNOTATION = re.compile(r"(\A|[;{}])(?:\s*@[^\n]*)+")  # a modifier has its @ in the middle of a statement
_UNREADABLE = re.compile(r"\b(?:def|defcal|cal|let|extern|array|output|input|const)\b")
_DECIDES = re.compile(r"\b(?:if|else|while|for|switch|reset)\b")
_DECLARATION = re.compile(
    r"(?P<old>qreg|creg)\s+(?P<name>\w+)\s*\[\s*(?P<size>\d{1,6})\s*\]"
    r"|(?P<new>qubit|bit)(?:\s*\[\s*(?P<count>\d{1,6})\s*\]\s*|\s+)(?P<word>\w+)(?:\s*=\s*(?P<start>.+))?"
)
_MARK = re.compile(r"[;{}]")
_PLACE = r"(?:\$\d{1,6}|\w+)(?:\s*\[\s*\d{1,6}\s*\])?"
_MEASUREMENT = re.compile(
    rf"measure\s+(?P<from>{_PLACE})\s*->\s*(?P<to>{_PLACE})|(?P<into>{_PLACE})\s*=\s*measure\s+(?P<of>{_PLACE})"
)
_DISCARDED = re.compile(rf"measure\s+{_PLACE}")
_INDEXED = re.compile(r"(?P<name>[^\s\[]+)(?:\s*\[\s*(?P<index>\d+)\s*\])?")
_ASSIGNED = re.compile(r"(\w+)\s*(?:\[[^\]]*\]\s*)?(?:[-+*/%&|^~]|\*\*|<<|>>)?=(?!=)")
_NAMED = re.compile(r"(?:\$\d{1,6}|(?<!\w)\w+)(?:\s*\[\s*\d{1,6}\s*\])?")
_HEADS = re.compile(r"(?:(?:if|while|for|switch|case)\s*\([^()]*(?:\([^()]*\)[^()]*)*\)|else\b|default\b)\s*")


@dataclass
class Declared:
    """What a program declares and measures.

    Attributes:
        qubits, bits: registers in order, as ranges of all qubits and of all bits.
        measured: the qubit that was measured into each bit last.
        rewritten: a bit is measured twice, or written in another way.
        repeated: the same, or a qubit is measured twice, or used after it was measured.
        decides: it has control flow or resets, or ends in the middle.
        width: number of qubits.
    """

    qubits: dict[str, range] = field(default_factory=dict)
    bits: dict[str, range] = field(default_factory=dict)
    measured: dict[int, int] = field(default_factory=dict)
    rewritten: bool = False
    repeated: bool = False
    decides: bool = False
    width: int = 0
    seen: set[int] = field(default_factory=set, repr=False)  # qubits that were measured

    @property
    def layout(self) -> Layout:
        count = sum(map(len, self.bits.values()))
        registers = tuple(Register(name, tuple(bits)) for name, bits in self.bits.items())
        return Layout(count, registers, tuple(self.measured.get(bit, -1) for bit in range(count)), self.width)


def version_of(text: str) -> int | None:
    """2 or 3, as the first statement says; None if there is no such statement."""
    found = _VERSION.match(_plain(text[:100_000]))
    return int(found[1]) if found is not None else None


def includes(text: str) -> bool:
    """Whether a program includes another file."""
    return re.search(r'\binclude\s*""', _plain(text)) is not None  # strings are empty there


def declared(text: str) -> Declared | None:
    """Registers and measurements; None where the program holds what only a parser of the language could tell."""
    plain = _plain(text)
    version = _VERSION.match(plain)
    if (version is None or version[1] != "2") and _UNREADABLE.search(plain):  # OpenQASM 2 has none of these words
        return None
    found = Declared(decides=_DECIDES.search(plain) is not None)
    for words in _statements(_ANNOTATION.sub(r"\1", _PRAGMA.sub(";", plain))):
        if re.match(r"(?:qreg|creg|qubit|bit)\b", words):
            declaration = _DECLARATION.fullmatch(words)
            if declaration is None or not _declare(found, declaration):
                return None
        elif "measure" in words and re.search(r"\bmeasure\b", words):
            measurement = _MEASUREMENT.fullmatch(words)
            if measurement is None:
                if not _DISCARDED.fullmatch(words):
                    return None
                _use(found, words)
            elif not _measure(found, measurement):
                return None
        elif "=" in words and (assigned := _ASSIGNED.match(words)) is not None:
            if assigned[1] in found.bits:
                found.rewritten = found.repeated = True
        elif words == "end":
            found.decides = True
        elif found.seen or "$" in words:
            _use(found, words)
    return found


def _plain(text: str) -> str:
    """Without comments and with empty strings; lines end in one way."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _APART.sub(lambda found: " " if found[0][0] == "/" else '""', text)


def _statements(plain: str) -> Iterator[str]:
    """Each with single spaces and without the control flow before it; definitions of gates are left out."""
    depth = 0  # of brackets inside of a definition
    start = 0
    for mark in _MARK.finditer(plain):
        words = " ".join(plain[start : mark.start()].split())
        start = mark.end()
        if depth or (mark[0] == "{" and re.match(r"gate\b", words)):
            depth += (mark[0] == "{") - (mark[0] == "}")
            continue
        while (head := _HEADS.match(words)) is not None:
            words = words[head.end() :]
        if words:
            yield words


def layout_of(text: str, found: Declared | None, format: str) -> Layout | None:  # noqa: A002 - the services' own word
    """How answers to the program are read in this format; None where the program leaves it open.

    A layout that qrelay wrote into the program goes before everything else. Answers of honeywell.openqasm.v1 and
    quantinuum.openqasm.v1 have each register by name; those of Braket have the measured qubits, each of them once;
    those to OPEN_QASM_V2 and OPEN_QASM_V3 have qubits on some targets and bits on others, which is the same thing only
    where each qubit is measured into the bit of its own number.
    """
    own = layout_in_text(text)
    if own is not None:
        return own
    if found is None or not found.bits:
        return None
    layout = found.layout
    if format in ("honeywell.openqasm.v1", "quantinuum.openqasm.v1"):
        return layout if payload_names(layout) == tuple(name for name, _ in layout.groups) else None
    if not found.measured or found.decides or found.repeated:
        return None
    if format == "BRAKET_OPEN_QASM_V3":
        return layout
    return layout if layout.qubits == tuple(range(found.width)) else None


def _declare(found: Declared, declaration: re.Match[str]) -> bool:
    name = declaration["name"] or declaration["word"]
    size = int(declaration["size"] or declaration["count"] or 1)
    place = found.qubits if (declaration["old"] or declaration["new"]) in ("qreg", "qubit") else found.bits
    start = sum(map(len, place.values()))
    if name in found.qubits or name in found.bits or start + size > _MOST_BITS:
        return False
    place[name] = range(start, start + size)
    if place is found.qubits:
        found.width = max(found.width, start + size)
    if declaration["start"] is None:
        return True
    measurement = _MEASUREMENT.fullmatch(f"{name} = {declaration['start'].strip()}")
    return measurement is not None and _measure(found, measurement)


def _measure(found: Declared, measurement: re.Match[str]) -> bool:
    qubits = _members(measurement["from"] or measurement["of"], found.qubits)
    bits = _members(measurement["to"] or measurement["into"], found.bits)
    if qubits is None or bits is None or len(qubits) != len(bits):
        return False
    for qubit, bit in zip(qubits, bits, strict=True):
        found.rewritten |= bit in found.measured
        found.repeated |= found.rewritten or qubit in found.seen
        found.seen.add(qubit)
        found.measured[bit] = qubit
        found.width = max(found.width, qubit + 1)
    return True


def _members(place: str, known: Mapping[str, range]) -> Sequence[int] | None:
    """The numbers of what is named: `q[2]`, all of `q`, or the machine's own qubit `$5`; None for what is not there."""
    if place.startswith("$"):
        return [int(place[1:])] if place[1:].isdecimal() else None
    found = _INDEXED.fullmatch(place)
    whole = known.get(found["name"]) if found is not None else None
    if found is None or whole is None:
        return None
    if found["index"] is None:
        return whole
    index = int(found["index"])
    return [whole[index]] if index < len(whole) else None


def _use(found: Declared, words: str) -> None:
    """Note the qubits of any other statement; barriers do nothing to them."""
    for place in _NAMED.findall(words):
        qubits = _members(place, found.qubits) or ()
        found.width = max(found.width, qubits[-1] + 1 if qubits else 0)
        if not (found.repeated or words.startswith("barrier")):
            found.repeated = not found.seen.isdisjoint(qubits)
