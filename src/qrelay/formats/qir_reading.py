"""Reads the part of LLVM's text form that QIR modules use, for the checker: typed or opaque pointers, any producer's.

It tells instructions, arguments and attributes apart and knows nothing of what a profile allows. It shares nothing with
the writer. Source: LLVM Language Reference (llvm.org/docs/LangRef.html).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from qrelay.errors import ConfigurationError, UnsupportedCircuit
from qrelay.formats.qir_lines import (
    LABEL,
    NAME,
    Head,
    attributes,
    closing,
    group,
    head,
    is_bitcode,
    parts,
    text_of_bitcode,
    uncommented,
)

__all__ = ["Argument", "Function", "Instruction", "Module", "read"]


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument of a call as it stands: its type and its words."""

    kind: str
    text: str

    @property
    def address(self) -> int | None:
        """The number of the qubit or result that a constant pointer names; None for anything else."""
        if self.text == "null":
            return 0
        found = _ADDRESS.fullmatch(self.text)
        return int(found[1]) if found else None

    @property
    def is_local(self) -> bool:
        return self.text.startswith("%")

    @property
    def is_pointer(self) -> bool:
        return self.kind == "ptr" or self.kind.endswith("*")


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction.

    Attributes:
        line: in the text, from 1.
        word: what LLVM calls it, such as "call", "br", "icmp".
        result: the local name it defines, "" for none.
        kinds: the types that it names; of a call the one that it returns.
        callee: the function called, without its @.
        arguments: what it is called with.
        targets: labels of the blocks that may come next.
    """

    line: int
    word: str
    result: str = ""
    kinds: tuple[str, ...] = ()
    callee: str = ""
    arguments: tuple[Argument, ...] = ()
    targets: tuple[str, ...] = ()


@dataclass(slots=True)
class Function:
    """A declaration, or a definition with its blocks in order: label → instructions."""

    line: int
    name: str
    kind: str
    parameters: tuple[str, ...]
    attributes: dict[str, str]
    blocks: dict[str, list[Instruction]] | None = None


@dataclass(slots=True)
class Module:
    """What the checker looks at. `flags`: the module flags, each with its value's words."""

    functions: dict[str, Function] = field(default_factory=dict)
    flags: dict[str, str] = field(default_factory=dict)


def read(module: str | bytes) -> Module:
    """Read a module.

    Raises:
        UnsupportedCircuit: it is no LLVM module, or is cut off; names the line.
        ConfigurationError: bitcode, and pyqir is not installed.
    """
    if isinstance(module, bytes):
        module = _disassembled(module) if is_bitcode(module) else _decoded(module)
    return _Reader(module).read()


def _decoded(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise UnsupportedCircuit(f"This is no QIR module: neither bitcode nor UTF-8 text ({error}).") from None


def _disassembled(data: bytes) -> str:
    try:
        return text_of_bitcode(data)
    except ImportError:
        raise ConfigurationError(
            "Bitcode is read by pyqir: `pip install 'qrelay[bitcode]'`, or give the text."
        ) from None
    except ValueError as error:
        raise UnsupportedCircuit(f"This is no QIR module: LLVM cannot read the bitcode ({error}).") from None


_CALL = re.compile(rf"(?:(?:tail|musttail|notail)\s+)?call\b(.*?)@({NAME})\s*\(")
_ADDRESS = re.compile(r"inttoptr \(i\d+ (\d+) to (?:ptr|%\w+\*)\)")
_NODE = re.compile(r"(![\w.]+)\s*=\s*(?:distinct\s+)?!\{(.*)\}")
_FLAG = re.compile(r'i32\s+\d+\s*,\s*!"([^"]*)"\s*,\s*(.*)')
_TARGETS = re.compile(rf"label\s+%({NAME})")
_RESULT = re.compile(rf"(%{NAME})\s*=\s*(.*)")
_WORDS_OF_ARGUMENTS = frozenset({
    "zeroext", "signext", "noundef", "nonnull", "writeonly", "readonly", "nocapture", "immarg", "inreg",
    "noalias", "returned", "readnone",
})  # fmt: skip
_TYPE = re.compile(r"(?<![%@\w.$-])(?:i\d+|double|float|half|ptr)\b\**|%(?:Qubit|Result)\*")
_QUOTED = re.compile(r'"[^"]*"')
_OUTSIDE = (
    "source_filename",
    "target ",
    "@",
    "%",
    "module asm",
    "declare",
    "define",
    "attributes",
    "!",
    "uselistorder",
)


class _Reader:
    def __init__(self, text: str) -> None:
        self._lines = self._joined(text)
        self._module = Module()
        self._groups: dict[str, dict[str, str]] = {}
        self._nodes: dict[str, str] = {}
        self._heads: list[tuple[Function, Head]] = []

    def read(self) -> Module:
        for number, line in self._lines:
            if line.startswith(("define", "declare")):
                self._function(number, line)
            elif named := group(line):
                self._groups[named[0]] = named[1]
            elif found := _NODE.match(line):
                self._nodes[found[1]] = found[2]
            elif not line.startswith(_OUTSIDE):
                raise _unread(number, line)
        for function, first in self._heads:
            function.attributes |= attributes(first, self._groups)
        for name in re.findall(r"!\d+", self._nodes.get("!llvm.module.flags", "")):
            if found := _FLAG.match(self._nodes.get(name, "")):
                value = found[2].strip()
                self._module.flags[found[1]] = self._nodes.get(value, value)
        if not self._module.functions:
            raise UnsupportedCircuit("This is no QIR module: it has no functions.")
        return self._module

    @staticmethod
    def _joined(text: str) -> Iterator[tuple[int, str]]:
        """Lines without comments; one whose square brackets are open goes on in the next, as a switch does."""
        waiting: list[str] = []
        start, depth = 0, 0
        for number, raw in enumerate(text.splitlines(), 1):
            line = uncommented(raw).strip()
            if not line:
                continue
            if "[" in line or "]" in line:
                bare = _QUOTED.sub("", line)
                depth += bare.count("[") - bare.count("]")
            if depth > 0:
                waiting.append(line)
                start = start or number
                continue
            yield start or number, " ".join([*waiting, line])
            waiting, start, depth = [], 0, 0
        if waiting:
            raise _unread(start, waiting[0])

    def _function(self, number: int, line: str) -> None:
        first = head(line)
        if first is None:
            raise _unread(number, line)
        kind = first.before.split()[-1] if first.before.split() else ""
        parameters = tuple(argument.kind for argument in _arguments(first.parameters))
        function = Function(number, first.name, kind, parameters, {})
        self._heads.append((function, first))
        self._module.functions[function.name] = function
        if first.defines:
            function.blocks = self._blocks(number, line)

    def _blocks(self, number: int, line: str) -> dict[str, list[Instruction]]:
        blocks: dict[str, list[Instruction]] = {}
        code: list[Instruction] | None = None
        known: dict[str, Instruction] = {}  # a long program has few different lines
        if not line.endswith("{"):
            raise _unread(number, line)
        for at, inner in self._lines:
            if inner == "}":
                return blocks
            text = inner
            if found := LABEL.match(text):
                label = found[1].strip('"')
                if label in blocks:
                    raise UnsupportedCircuit(f"This is no QIR module: line {at} has the block {label!r} again.")
                code = blocks[label] = []
                text = text[found.end() :].strip()
                if not text:
                    continue
            if code is None:  # the first block may go without a label
                code = blocks["0"] = []
            same = known.get(text)
            if same is None:
                same = known[text] = _instruction(at, text)
                code.append(same)
            else:
                code.append(
                    Instruction(at, same.word, same.result, same.kinds, same.callee, same.arguments, same.targets)
                )
        raise UnsupportedCircuit(f"This is no QIR module: the function of line {number} is never closed.")


def _unread(number: int, line: str) -> UnsupportedCircuit:
    return UnsupportedCircuit(f"This is no QIR module that can be read: line {number}, {line[:80]!r}.")


def _parenthesised(number: int, line: str, start: int) -> str:
    """What stands between the bracket before `start` and the one that closes it."""
    end = closing(line, start)
    if end is None:
        raise _unread(number, line)
    return line[start:end]


def _arguments(text: str) -> tuple[Argument, ...]:
    """Typed arguments, as calls and declarations list them."""
    found = []
    for part in parts(text):
        kind, _, rest = part.partition(" ")
        while rest.split(" ", 1)[0] in _WORDS_OF_ARGUMENTS:
            rest = rest.partition(" ")[2].strip()
        found.append(Argument(kind, rest.strip()))
    return tuple(found)


def _instruction(number: int, line: str) -> Instruction:
    result, text = "", line
    if found := _RESULT.match(line):
        result, text = found[1], found[2]
    if found := _CALL.match(text):
        inside = _parenthesised(number, text, found.end())
        words = [word for word in found[1].split() if word not in _WORDS_OF_ARGUMENTS]
        return Instruction(number, "call", result, tuple(words[-1:]), found[2].strip('"'), _arguments(inside))
    word, _, rest = text.partition(" ")
    targets = tuple(target.strip('"') for target in _TARGETS.findall(rest)) if word in ("br", "switch") else ()
    if not re.fullmatch(r"[a-z]\w*", word) or (word in ("br", "switch") and not targets):
        raise _unread(number, line)
    return Instruction(number, word, result, tuple(dict.fromkeys(_TYPE.findall(rest))), targets=targets)
