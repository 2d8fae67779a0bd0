"""What a job's input says about reading its answer: our own layouts, and the programs of other clients.

A layout of ours travels inside the program. Programs of the vendor's SDK and of others are read as far as they are
clear: declarations and measurements of straight-line OpenQASM, the SDK's `meas_map` beside IonQ's circuits.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from qrelay.formats.qiskit_qpy import layout_in_pub
from qrelay.formats.traveling import layout_in_iqm, layout_in_registers, layout_in_text, layouts_in_label
from qrelay.kipu.inputs import programs_in
from qrelay.program import Layout, Register

__all__ = ["layouts_in"]

_MOST_BITS = 100_000
_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
_DEFINITION = re.compile(r"\bgate\b[^{}]*\{[^{}]*\}")
_UNCLEAR = re.compile(r"\b(?:if|else|while|for|switch|def|let|extern|array|reset)\b")
_DECLARATION = re.compile(
    r"(?P<old>qreg|creg)\s+(?P<name>\w+)\s*\[\s*(?P<size>\d{1,6})\s*\]"
    r"|(?P<new>qubit|bit)\s*(?:\[\s*(?P<count>\d{1,6})\s*\])?\s+(?P<word>\w+)"
)
_PLACE = r"(?:\$\d{1,6}|\w+)(?:\s*\[\s*\d{1,6}\s*\])?"
_MEASUREMENT = re.compile(
    rf"measure\s+(?P<from>{_PLACE})\s*->\s*(?P<to>{_PLACE})|(?P<into>{_PLACE})\s*=\s*measure\s+(?P<of>{_PLACE})"
)
_INDEXED = re.compile(r"(?P<name>[^\s\[]+)(?:\s*\[\s*(?P<index>\d+)\s*\])?")


def layouts_in(
    document: Any, output_format: str | None, params: Mapping[str, Any], *, ours: bool = False
) -> tuple[Layout | None, ...]:
    """One layout for each circuit of a job's input, None for those that do not say.

    `params` are the job's input parameters. `ours`: qrelay wrote it with layouts, and nothing else in it counts. Never
    raises: the input may be anybody's.
    """
    programs = programs_in(document)
    labelled = layouts_in_label(document.get("label")) if isinstance(document, Mapping) else ()
    if len(labelled) != len(programs):
        labelled = (None,) * len(programs)
    own = [label or _own(program) for label, program in zip(labelled, programs, strict=True)]
    if ours:
        return tuple(own)
    return tuple(
        layout or _theirs(program, output_format, params) for layout, program in zip(own, programs, strict=True)
    )


def _own(program: Any) -> Layout | None:
    """In a comment of a text, a register or the name of an object, the metadata of a circuit of IBM's."""
    if isinstance(program, str):
        return layout_in_text(program)
    if isinstance(program, list) or (isinstance(program, Mapping) and "__value__" in program):
        return layout_in_pub(program)
    if isinstance(program, Mapping):
        return layout_in_registers(program.get("registers")) or layout_in_iqm(program)
    return None


def _theirs(program: Any, output_format: str | None, params: Mapping[str, Any]) -> Layout | None:
    if isinstance(program, str):
        return _declared(program, output_format)
    return _mapped(program, params) if isinstance(program, Mapping) else None


def _mapped(program: Mapping[str, Any], params: Mapping[str, Any]) -> Layout | None:
    """The SDK's `meas_map`, a text: for each classical bit the qubit measured into it, or null."""
    try:
        qubits = json.loads(params["meas_map"])
        if any(qubit is not None and type(qubit) is not int for qubit in qubits):
            return None
        measured = tuple(-1 if qubit is None else qubit for qubit in qubits)
        width = max(int(program.get("qubits") or 0), max(measured) + 1)
    except (KeyError, ValueError, TypeError, OverflowError, RecursionError):
        return None
    if not 0 < len(measured) <= _MOST_BITS or min(measured) < -1 or width > _MOST_BITS:
        return None
    bits = tuple(range(len(measured)))
    return Layout(len(bits), (Register("c", bits),), measured, width)


# --- OpenQASM of others ----------------------------------------------------------------------------------------------


@dataclass
class _Reading:
    """Registers of an OpenQASM program as they are declared, and what is measured into which bit."""

    qubits: dict[str, range] = field(default_factory=dict)
    bits: dict[str, range] = field(default_factory=dict)
    measured: dict[int, int] = field(default_factory=dict)
    width: int = 0


def _declared(text: str, output_format: str | None) -> Layout | None:
    """The layout of a program without one of ours, where it is known how answers of this format follow it."""
    reading = _read(text)
    if reading is None or not reading.bits or not reading.measured:
        return None
    count = sum(map(len, reading.bits.values()))
    registers = tuple(Register(name, tuple(bits)) for name, bits in reading.bits.items())
    qubits = tuple(reading.measured.get(bit, -1) for bit in range(count))
    if output_format == "braket.task_result.gate_model_task_result":
        if len(set(reading.measured.values())) < len(reading.measured):
            return None  # its answers have each qubit once, and something may have happened in between
        return Layout(count, registers, qubits, reading.width)
    if output_format == "qudora.result" and len(registers) == 1:
        # its strings are of the bits, whatever these measure
        return Layout(count, registers, tuple(range(count)), count)
    if output_format == "kipu.qsim.result" and qubits == tuple(range(reading.width)):
        return Layout(count, registers, qubits, reading.width)  # any other map: qubits or bits, nobody says
    return None


def _read(text: str) -> _Reading | None:
    """None if the program holds anything that could make its measurements mean something else."""
    plain = _DEFINITION.sub("", _COMMENT.sub("", text)).replace("{", ";").replace("}", ";")  # a verbatim box
    if _UNCLEAR.search(plain):
        return None
    reading = _Reading()
    for statement in plain.split(";"):
        words = statement.strip()
        if words.startswith(("qreg", "creg", "qubit", "bit")):
            declaration = _DECLARATION.fullmatch(words)
            if declaration is None or not _declare(reading, declaration):
                return None
        elif "measure" in words:
            measurement = _MEASUREMENT.fullmatch(words)
            if measurement is None or not _measure(reading, measurement):
                return None
    return reading


def _declare(reading: _Reading, found: re.Match[str]) -> bool:
    name = found["name"] or found["word"]
    size = int(found["size"] or found["count"] or 1)
    place = reading.qubits if (found["old"] or found["new"]) in ("qreg", "qubit") else reading.bits
    start = sum(map(len, place.values()))
    if name in reading.qubits or name in reading.bits or start + size > _MOST_BITS:
        return False
    place[name] = range(start, start + size)
    if place is reading.qubits:
        reading.width = max(reading.width, start + size)
    return True


def _measure(reading: _Reading, found: re.Match[str]) -> bool:
    qubits = _members(found["from"] or found["of"], reading.qubits)
    bits = _members(found["to"] or found["into"], reading.bits)
    if qubits is None or bits is None or len(qubits) != len(bits):
        return False
    for qubit, bit in zip(qubits, bits, strict=True):
        if bit in reading.measured:  # the first value is lost, and with it the plain way of reading
            return False
        reading.measured[bit] = qubit
        reading.width = max(reading.width, qubit + 1)
    return True


def _members(place: str, declared: Mapping[str, range]) -> Sequence[int] | None:
    """The numbers of what is named: `q[2]`, all of `q`, or the machine's own qubit `$5`; None for what is not there."""
    if place.startswith("$"):
        return [int(place[1:])] if place[1:].isdecimal() else None
    found = _INDEXED.fullmatch(place)
    whole = declared.get(found["name"]) if found is not None else None
    if found is None or whole is None:
        return None
    if found["index"] is None:
        return whole
    index = int(found["index"])
    return [whole[index]] if index < len(whole) else None
