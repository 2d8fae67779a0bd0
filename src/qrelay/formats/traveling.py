"""The layout inside the program, for services that keep nothing else beside a job: written here and read back here.

OpenQASM: a comment line `// qrelay-layout {json}` after the header. IonQ's JSON: the name of a register that lists the
measured qubits. IQM's: the circuit's name. AQT's: the job's label, for all of its circuits.
Reading takes what any program may hold, so it never raises and its time grows with the text's length.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator, Sequence

from qrelay.program import Layout

__all__ = [
    "layout_comment",
    "layout_in_iqm",
    "layout_in_registers",
    "layout_in_text",
    "layout_label",
    "layout_name",
    "layout_registers",
    "layouts_in_label",
]

_MARK = "qrelay-layout "
_REGISTER = "qrelay_"
_HEADER = re.compile(r'(?:OPENQASM\s+[0-9.]+\s*;\s*)?(?:include\s*"[^"]*"\s*;\s*)*')


def layout_comment(layout: Layout) -> str:
    """The line for OpenQASM programs, its end included. The JSON is ASCII on one line whatever the names hold."""
    return f"// {_MARK}{layout.to_json()}\n"


def layout_registers(layout: Layout) -> dict[str, list[int]]:
    """IonQ's `registers`: one, of the measured qubits, whose name is that of `layout_name`."""
    return {layout_name(layout): sorted({qubit for qubit in layout.qubits if qubit >= 0})}


def layout_name(layout: Layout) -> str:
    """A name, as of IQM's circuits: it ends in base64url of the layout's JSON, unpadded."""
    return f"{_REGISTER}{_word(layout)}"


def layout_label(layouts: Sequence[Layout]) -> str:
    """A label for a job, as AQT's have: a name with one word for each circuit, in order, a point between them."""
    return _REGISTER + ".".join(map(_word, layouts))


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
    found = {_text_of(name[len(_REGISTER) :]) for name in registers if isinstance(name, str) and _is_ours(name)}
    return _read(found)


def layout_in_iqm(document: object) -> Layout | None:
    """The layout in the name of one of IQM's circuits, or of the only one of a job; None as `layout_in_text` has it.
    Never raises.
    """
    circuit = document
    if isinstance(document, dict) and isinstance(document.get("circuits"), list):
        circuit = document["circuits"][0] if len(document["circuits"]) == 1 else None
    name = circuit.get("name") if isinstance(circuit, dict) else None
    return _read({_text_of(name[len(_REGISTER) :])}) if isinstance(name, str) and _is_ours(name) else None


def layouts_in_label(label: object) -> tuple[Layout | None, ...]:
    """The layouts in the label of an AQT job, one for each circuit in order; none at all if it is no label of ours, and
    None for a word that cannot be read. Never raises.
    """
    if not isinstance(label, str) or not _is_ours(label):
        return ()
    return tuple(_read({_text_of(word)}) for word in label[len(_REGISTER) :].split("."))


def _is_ours(name: str) -> bool:
    return name.startswith(_REGISTER)


def _word(layout: Layout) -> str:
    return base64.urlsafe_b64encode(layout.to_json().encode()).decode().rstrip("=")


def _text_of(word: str) -> str | None:
    """What stands behind the mark, None if it is somebody else's own word."""
    plain = word.rstrip("=")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), altchars=b"-_", validate=True).decode()
    except ValueError:
        return None


def _leading_lines(text: str) -> Iterator[str]:
    start = 0
    while start < len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        yield text[start:end].strip()
        start = end + 1


def _read(found: Iterable[str | None]) -> Layout | None:
    texts = {text for text in found if text is not None}
    if len(texts) != 1:
        return None
    try:
        return Layout.from_json(texts.pop())
    except ValueError:
        return None
