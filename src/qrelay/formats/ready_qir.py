"""Ready-made QIR: what a module says of itself, read from its text with no more of LLVM than that takes.

The order of record calls is the order of the answer's bits, and nothing else is. A module of straight lines, or one
whose record calls all stand in one block, as the profiles ask for, has one such order; any other has no layout.

Sources: github.com/qir-alliance/qir-spec (attributes, record calls, profiles), llvm.org/docs/LangRef (what text and
bitcode look like).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from qrelay.errors import InvalidOption
from qrelay.formats.qir_lines import LABEL, NAME, Head, attributes, group, head, parts, text_of_bitcode, uncommented
from qrelay.program import Layout, Register

__all__ = ["EntryPoint", "as_text", "entry_points", "looks_like_qir"]

_CALLEE = re.compile(r'@"?(?P<name>__quantum__\w+)"?\s*\(')
_ADDRESS = re.compile(r"inttoptr\s*\(\s*i64\s+(\d{1,9})\s+to\b|\bnull\b")
_COUNT = re.compile(r"\s*i64\s+(\d{1,9})\b")
_CALLED = re.compile(rf"@({NAME})\s*\(")
_JUMP = re.compile(rf"br\s+label\s+%({NAME})")
_QUBIT = re.compile(r"(?:%Qubit\*|ptr)\s+inttoptr\s*\(\s*i64\s+(\d{1,9})\s+to\b")
_MEASURES = frozenset(f"__quantum__qis__{name}__body" for name in ("m", "mz", "mresetz", "measure"))
_NUM_QUBITS = ("required_num_qubits", "num_required_qubits", "requiredQubits")
_MARKS = ("entry_point", "EntryPoint")
_RETURN = "}"  # no label is called that
_MOST_BITS = 1 << 20
_DEEPEST = 8  # what the decoder of answers reads


@dataclass(frozen=True, slots=True)
class EntryPoint:
    """One entry point: its name, how many arguments it takes, its profile's name, and how its answer is read.

    `num_qubits` is 0 where the module does not tell.
    """

    name: str
    parameters: int
    num_qubits: int
    profile: str
    layout: Layout | None


def looks_like_qir(text: str) -> bool:
    return "__quantum__" in text and re.search(r"^[ \t]*define\b", text, re.MULTILINE) is not None


def as_text(data: bytes) -> str | None:
    """The text of bitcode; None where pyqir (extra `bitcode`), which knows LLVM, is not installed.

    Raises InvalidOption if it is no bitcode after all.
    """
    try:
        return text_of_bitcode(data)
    except ImportError:
        return None
    except ValueError as error:
        raise InvalidOption(f"This begins as LLVM bitcode and is none: {error}", option="program") from None


@dataclass(slots=True)
class _Function:
    head: Head
    lines: list[str] = field(default_factory=list)


def entry_points(text: str) -> tuple[EntryPoint, ...]:
    """Every entry point of a module, in order; none where it marks none."""
    functions, groups = _read(text)
    found = []
    for function in functions:
        said = attributes(function.head, groups)
        if not any(mark in said for mark in _MARKS):
            continue
        told = (said.get(name, "") for name in _NUM_QUBITS)
        wanted = next((text for text in told if text.isascii() and text.isdigit()), "")
        width = int(wanted[:9]) if wanted else _highest(function.lines) + 1
        layout = _layout(function.lines, width) if _alone(function, functions) else None
        count = len(list(parts(function.head.parameters)))
        found.append(EntryPoint(function.head.name, count, width, said.get("qir_profiles", ""), layout))
    return tuple(found)


def _read(text: str) -> tuple[list[_Function], dict[str, dict[str, str]]]:
    functions: list[_Function] = []
    groups: dict[str, dict[str, str]] = {}
    inside: _Function | None = None
    for raw in text.splitlines():
        line = uncommented(raw).strip()
        if inside is not None:
            if line == "}":
                inside = None
            elif line:
                inside.lines.append(line)
        elif line.startswith("define") and (first := head(line)) is not None:
            inside = _Function(first)
            functions.append(inside)
        elif (named := group(line)) is not None:
            groups[named[0]] = named[1]
    return functions, groups


def _alone(function: _Function, functions: Sequence[_Function]) -> bool:
    """Whether a function records its results itself, and calls no other of the module that records, too."""
    known = {other.head.name: other for other in functions}
    reached: set[str] = set()
    waiting = [function]
    while waiting:
        called = {found[1].strip('"') for line in waiting.pop().lines for found in _CALLED.finditer(line)}
        fresh = called & known.keys() - reached
        reached |= fresh
        waiting.extend(known[name] for name in fresh)
    return not any("_record_output" in line for name in reached for line in known[name].lines)


def _highest(lines: Sequence[str]) -> int:
    """The highest qubit that a line names. `null` is qubit 0."""
    named = (int(number) for line in lines for number in _QUBIT.findall(line))
    return max(named, default=0 if any("__quantum__qis__" in line for line in lines) else -1)


def _calls(lines: Sequence[str]) -> Iterator[tuple[int, str, str]]:
    """Block, callee and arguments of the calls that matter here: measurements and records."""
    block = 0
    for line in lines:
        if "__quantum__" not in line:
            block += LABEL.fullmatch(line) is not None
        elif "_record_output" in line or "__quantum__qis__m" in line:
            callee = _CALLEE.search(line)
            if callee is not None:
                yield block, callee["name"], line[callee.end() : line.rfind(")")]


def _ends_at_once(lines: Sequence[str], block: int) -> bool:
    """Whether the function returns from this block without any more decisions; one in a loop runs several times."""
    ways: list[str] = [""]  # where each block goes on
    labels: dict[str, int] = {}
    for line in lines:
        if (label := LABEL.fullmatch(line)) is not None:
            labels[label[1]] = len(ways)
            ways.append("")
        elif line.startswith("ret"):
            ways[-1] = _RETURN
        elif (jump := _JUMP.match(line)) is not None:
            ways[-1] = jump[1]
    seen: set[int] = set()
    while block not in seen:
        seen.add(block)
        if ways[block] == _RETURN:
            return True
        block = labels.get(ways[block], -1)
        if block < 0:
            return False
    return False


def _layout(lines: Sequence[str], width: int) -> Layout | None:
    """Last group of the layout first, each from its highest bit down: what is recorded reads from left to right."""
    measured: dict[int, int] = {}
    records: list[tuple[str, int]] = []
    blocks: set[int] = set()
    for block, callee, arguments in _calls(lines):
        if callee in _MEASURES:
            places = _addresses(arguments)
            if len(places) == 2:
                measured[places[1]] = places[0]
        elif callee == "__quantum__rt__result_record_output":
            places = _addresses(arguments.split(",")[0])
            if len(places) != 1:
                return None  # a result that is worked out while the program runs
            records.append(("result", places[0]))
            blocks.add(block)
        elif callee in ("__quantum__rt__array_record_output", "__quantum__rt__tuple_record_output"):
            size = _COUNT.match(arguments)
            if size is None:
                return None
            records.append(("array" if "array" in callee else "tuple", int(size[1])))
            blocks.add(block)
        elif callee.endswith("_record_output"):
            return None  # a number or truth value, which is no bit of the answer
    if len(blocks) != 1 or not _ends_at_once(lines, *blocks):
        return None
    groups = _groups(records)
    if groups is None or sum(map(len, groups)) > _MOST_BITS:
        return None
    return _of_groups(groups, measured, width)


def _addresses(arguments: str) -> list[int]:
    return [int(found[1] or 0) for found in _ADDRESS.finditer(arguments)]


class _Unclear(Exception):
    """Records that do not come to arrays of bits."""


def _groups(records: Sequence[tuple[str, int]]) -> list[list[int]] | None:
    """Results by array, in the order of the answer: a bit on its own is an array of one, as decoders have it."""
    queue = list(reversed(records))

    def take(depth: int) -> list[list[int]] | int:
        if depth > _DEEPEST or not queue:
            raise _Unclear
        kind, number = queue.pop()
        if kind == "result":
            return number
        parts: list[list[list[int]] | int] = []
        for _ in range(number):
            parts.append(take(depth + 1))  # noqa: PERF401 - it ends early when the queue does
        bare = [part for part in parts if isinstance(part, int)]
        if kind == "array" and len(bare) == len(parts):
            return [bare]
        return [group for part in parts for group in ([[part]] if isinstance(part, int) else part)]

    groups: list[list[int]] = []
    try:
        while queue:
            part = take(0)
            groups.extend([[part]] if isinstance(part, int) else part)
    except _Unclear:
        return None
    return groups if groups and all(groups) else None


def _of_groups(groups: Sequence[Sequence[int]], measured: Mapping[int, int], width: int) -> Layout:
    registers: list[Register] = []
    qubits: list[int] = []
    for place, results in enumerate(reversed(groups)):
        first = len(qubits)
        qubits.extend(measured.get(result, -1) for result in reversed(results))
        registers.append(Register(f"c{place}", tuple(range(first, len(qubits)))))
    return Layout(len(qubits), tuple(registers), tuple(qubits), max([width, *(qubit + 1 for qubit in qubits)]))
