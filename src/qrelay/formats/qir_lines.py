"""Lines of LLVM's text form as both readers of QIR take them: comments, heads of functions, attributes; and bitcode.

`qir_reading` reads a module whole, for the checker, and refuses what it does not know; `ready_qir` looks for what is
recorded, and passes over all else. Source: LLVM Language Reference (llvm.org/docs/LangRef.html).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

__all__ = [
    "LABEL",
    "NAME",
    "Head",
    "attributes",
    "closing",
    "group",
    "head",
    "is_bitcode",
    "parts",
    "text_of_bitcode",
    "uncommented",
]

NAME = r'(?:[-\w$.]+|"[^"]*")'
"""A pattern for names, without the @ or % in front of them."""

LABEL = re.compile(rf"({NAME}):")
"""The start of a block."""

_BITCODE = (b"BC\xc0\xde", b"\xde\xc0\x17\x0b")  # bare, and inside of a wrapper
_COMMENT = re.compile(r'("[^"]*")|;.*')
_HEAD = re.compile(rf"(define|declare)\b(.*?)@({NAME})\s*\(")
_ATTRIBUTE = re.compile(r'"([^"]*)"(?:\s*=\s*"([^"]*)")?')
_GROUP = re.compile(r"attributes\s+(#\d+)\s*=\s*\{(.*)\}")
_ROUND = re.compile(r"[()]")
_BRACKET_OR_COMMA = re.compile(r"[\[\](){},]")


def is_bitcode(data: bytes) -> bool:
    return data.startswith(_BITCODE)


def text_of_bitcode(data: bytes) -> str:
    """Raises ImportError without pyqir (extra `bitcode`), which knows LLVM, and ValueError for what is no bitcode."""
    import pyqir

    try:
        return str(pyqir.Module.from_bitcode(pyqir.Context(), data))
    except BaseException as error:
        if type(error).__name__ == "PanicException":  # pyo3's, of damaged names
            raise ValueError(str(error)) from None
        raise


def uncommented(line: str) -> str:
    return _COMMENT.sub(r"\1", line) if ";" in line else line


@dataclass(frozen=True, slots=True)
class Head:
    """The first line of a function. `before` and `behind` are the words around its name and parameters."""

    defines: bool
    before: str
    name: str
    parameters: str
    behind: str


def head(line: str) -> Head | None:
    """None if it is no head, or breaks off."""
    found = _HEAD.match(line)
    end = closing(line, found.end()) if found else None
    if found is None or end is None:
        return None
    return Head(found[1] == "define", found[2], found[3].strip('"'), line[found.end() : end], line[end + 1 :])


def group(line: str) -> tuple[str, dict[str, str]] | None:
    """A group of attributes with its number, `#0`; None if the line is none."""
    found = _GROUP.match(line)
    return (found[1], dict(_ATTRIBUTE.findall(found[2]))) if found else None


def attributes(function: Head, groups: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """A function's own attributes and those of the groups that it names; "" for those without a value."""
    said: dict[str, str] = {}
    for name in re.findall(r"#\d+", function.behind):
        said |= groups.get(name, {})
    return said | dict(_ATTRIBUTE.findall(function.behind))


def closing(line: str, start: int) -> int | None:
    """Where the round bracket closes that stands before `start`; None if it does not."""
    depth = 1
    for found in _ROUND.finditer(line, start):
        depth += 1 if found[0] == "(" else -1
        if not depth:
            return found.start()
    return None


def parts(text: str) -> Iterator[str]:
    """Split at the commas outside every bracket."""
    depth, start = 0, 0
    for found in _BRACKET_OR_COMMA.finditer(text):
        if found[0] in "([{":
            depth += 1
        elif found[0] in ")]}":
            depth -= 1
        elif not depth:
            yield text[start : found.start()].strip()
            start = found.end()
    if text[start:].strip():
        yield text[start:].strip()
