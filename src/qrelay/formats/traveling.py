"""The layout inside the program, for services that keep nothing else beside a job: written here and read back here.

OpenQASM: a comment line `// qrelay-layout {json}` after the header. IonQ's JSON: the name of a register that lists the
measured qubits. Reading takes what any program may hold, so it never raises and its time grows with the text's length.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator

from qrelay.program import Layout

__all__ = ["layout_comment", "layout_in_registers", "layout_in_text", "layout_registers"]

_MARK = "qrelay-layout "
_REGISTER = "qrelay_"
_HEADER = re.compile(r'(?:OPENQASM\s+[0-9.]+\s*;\s*)?(?:include\s*"[^"]*"\s*;\s*)*')


def layout_comment(layout: Layout) -> str:
    """The line for OpenQASM programs, its end included. The JSON is ASCII on one line whatever the names hold."""
    return f"// {_MARK}{layout.to_json()}\n"


def layout_registers(layout: Layout) -> dict[str, list[int]]:
    """IonQ's `registers`: one, of the measured qubits, whose name ends in base64url of the layout's JSON, unpadded."""
    word = base64.urlsafe_b64encode(layout.to_json().encode()).decode().rstrip("=")
    return {f"{_REGISTER}{word}": sorted({qubit for qubit in layout.qubits if qubit >= 0})}


def layout_in_text(text: object) -> Layout | None:
    """The layout in an OpenQASM program, read from its comment lines before the first statement after the header.

    None if there is none, if it cannot be read, or if there are several that differ. Never raises.
    """
    if not isinstance(text, str):
        return None
    found = set()
    for line in _leading_lines(text):
        if line.startswith("//"):
            words = line[2:].lstrip()
            if words.startswith(_MARK):
                found.add(words[len(_MARK) :])
        elif not _HEADER.fullmatch(line):
            break
    return _read(found)


def layout_in_registers(registers: object) -> Layout | None:
    """The layout in the `registers` of an IonQ program; None as `layout_in_text` has it. Never raises."""
    if not isinstance(registers, dict):
        return None
    found = set()
    for name in registers:
        if isinstance(name, str) and name.startswith(_REGISTER):
            word = name[len(_REGISTER) :].rstrip("=")
            try:
                found.add(base64.b64decode(word + "=" * (-len(word) % 4), altchars=b"-_", validate=True).decode())
            except ValueError:
                continue  # somebody's own register of such a name
    return _read(found)


def _leading_lines(text: str) -> Iterator[str]:
    start = 0
    while start < len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        yield text[start:end].strip()
        start = end + 1


def _read(found: set[str]) -> Layout | None:
    if len(found) != 1:
        return None
    try:
        return Layout.from_json(found.pop())
    except ValueError:
        return None
