"""What a ready-made program is: the formats that it may be sent in, told from the program itself."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from qrelay.errors import InvalidOption
from qrelay.formats import analog, ready_json, ready_openqasm, ready_qir, ready_quil
from qrelay.formats.option_values import format_name
from qrelay.formats.qir_lines import is_bitcode

__all__ = ["BRAKET", "QIR", "QUIL", "Found", "formats_of", "look", "refuse_unknown"]

QIR = "qir.v1"
BRAKET = "BRAKET_OPEN_QASM_V3"
_OPENQASM = {
    2: ("honeywell.openqasm.v1", "quantinuum.openqasm.v1", "OPEN_QASM_V2"),
    3: ("OPEN_QASM_V3", BRAKET),
}
QUIL = "rigetti.quil.v1"
_TAKEN = (
    "QIR as text or bitcode, an object with _repr_qir_ (Q#), OpenQASM, Quil, a program in the JSON of IonQ, IQM, AQT, "
    "IBM or Perceval, a pulser Sequence or a Braket AHS program"
)


@dataclass(frozen=True, slots=True)
class Found:
    """What a thing is: the formats it may be sent as, its bytes, and these as text and as a document if they are."""

    formats: tuple[str, ...]
    data: bytes
    text: str = ""
    document: Mapping[str, Any] | None = None
    name: str = ""


def formats_of(thing: Any) -> tuple[str, ...]:
    """The formats that a ready-made program is in; several where receivers call one language by different names.

    None of them if it is no program that is known. Raises InvalidOption for one that plainly is meant to be known and
    is not whole: JSON that breaks off, a pulser Sequence whose variables have no values.
    """
    found = look(thing)
    return found.formats if found is not None else ()


def look(thing: Any) -> Found | None:
    if isinstance(thing, Mapping):
        return _document(thing, None)
    if isinstance(thing, bytes | bytearray):
        data = bytes(thing)
        if is_bitcode(data):
            return Found((QIR,), data)
        try:
            return _text(data.decode(), data)
        except UnicodeDecodeError:
            return None
    if isinstance(thing, str):
        return _text(thing, None)
    if isinstance(thing, type):
        return None
    tell = getattr(thing, "_repr_qir_", None)
    if callable(tell):
        try:
            told = tell()
        except Exception as error:  # of its compiler's own kinds
            raise InvalidOption(f"Its _repr_qir_() fails: {error}", option="program") from error
        return _told(told, str(getattr(thing, "_name", "")))
    analog_text = analog.pulser_sequence(thing) or analog.ahs_program(thing)
    return _text(analog_text, None) if analog_text is not None else None


def _told(told: Any, name: str) -> Found:
    """What `_repr_qir_` gave: text or bitcode, says the QDK's `qsharp.interop`; others give what they give."""
    try:
        data = told.encode() if isinstance(told, str) else bytes(memoryview(told))
        text = "" if is_bitcode(data) else data.decode()
    except (TypeError, UnicodeError):
        raise InvalidOption(
            f"Its _repr_qir_() gives {told!r:.60}, which is neither QIR's text nor bitcode.", option="program"
        ) from None
    return Found((QIR,), data, text, name=name)


def _text(text: str, data: bytes | None) -> Found | None:
    try:
        data = data or text.encode()
    except UnicodeEncodeError:
        return None
    bare = text.removeprefix("\ufeff").rstrip("\0")
    if len(bare) < len(text) and _text(bare, None) is not None:
        what = "begins with a byte order mark" if text[0] == "\ufeff" else "ends in a NUL character"
        why = f"The program {what}, which services take for a part of it. Take it off: programs are plain UTF-8."
        raise InvalidOption(why, option="program")
    start = text.lstrip(" \t\r\n")[:1]
    if start in ("{", "["):
        try:
            document = json.loads(text, parse_constant=_no_constant)
        except (ValueError, RecursionError) as error:
            raise InvalidOption(f"This begins as JSON and is none: {error}", option="program") from None
        return _document(document, data) if isinstance(document, Mapping) else None
    version = ready_openqasm.version_of(text)
    if version is not None:
        return Found(_OPENQASM[version], data, text) if version in _OPENQASM else None
    if ready_qir.looks_like_qir(text):
        return Found((QIR,), data, text)
    return Found((QUIL,), data, text) if ready_quil.looks_like_quil(text) else None


def _no_constant(word: str) -> NoReturn:
    raise ValueError(f"{word} is a word of Python's; JSON has none for it")


def _document(document: Mapping[str, Any], data: bytes | None) -> Found | None:
    formats = ready_json.formats_of(document)
    if not formats:
        return None
    if data is None:
        try:
            data = json.dumps(document, separators=(",", ":"), allow_nan=False).encode()
        except (TypeError, ValueError, RecursionError) as error:
            raise InvalidOption(f"The document cannot be written as JSON: {error}", option="program") from None
    return Found(formats, data, document=document)


def refuse_unknown(thing: Any, asked: str | None) -> NoReturn:
    if asked is not None and isinstance(document := _as_document(thing), Mapping):
        ready_json.refuse_incomplete(document, format_name(asked))
    kind = type(thing).__name__
    start = f" that begins with {thing.strip()[:40]!r}" if isinstance(thing, str | bytes) else ""
    more = ""
    if isinstance(thing, str | bytes | bytearray):
        more = (
            " OpenQASM is known by its first statement, such as OPENQASM 2.0; paths are not opened: pass the contents."
        )
        if isinstance(thing, bytes | bytearray) and thing.startswith(b"QISKIT"):
            more = " This is QPY: read it by qiskit.qpy.load, and pass the circuit."
    raise InvalidOption(
        f"A {kind}{start} is no ready-made program that qrelay knows. It takes {_TAKEN}.{more}", option="program"
    )


def _as_document(thing: Any) -> Any:
    if not isinstance(thing, str | bytes | bytearray):
        return thing
    try:
        return json.loads(thing)
    except (ValueError, RecursionError):
        return None
