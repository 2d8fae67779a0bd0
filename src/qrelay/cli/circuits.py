"""Reading a circuit file for `qrelay run`: OpenQASM 2 and OpenQASM 3 by Qiskit's own importers."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from qrelay.errors import ConfigurationError, UnsupportedCircuit

if TYPE_CHECKING:
    from qiskit import QuantumCircuit

__all__ = ["load"]

_COMMENTS = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
_PLACE = re.compile(r"<input>:(\d+),(\d+): ")
_VERSION = re.compile(r"\s*OPENQASM\s+(\d+)(?:\.\d+)?\s*;")


def load(path: Path) -> QuantumCircuit:
    """Read a circuit file; its name becomes the circuit's. OpenQASM 2's `include` is searched beside the file.

    Raises UnsupportedCircuit, with the importer's word and line, for a file that is not OpenQASM 2 or 3, and
    ConfigurationError if what reads it is not installed.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise UnsupportedCircuit(f"{path.name} is not a text file. `qrelay run` takes OpenQASM 2 or 3.") from error
    except OSError as error:
        raise UnsupportedCircuit(f"{path.name} cannot be read: {error.strerror}.") from error
    found = _VERSION.match(_COMMENTS.sub(" ", text))
    if found is None:
        raise UnsupportedCircuit(
            f"{path.name} does not begin with `OPENQASM 2.0;` or `OPENQASM 3;`. `qrelay run` takes OpenQASM 2 or 3."
        )
    if found[1] not in ("2", "3"):
        raise UnsupportedCircuit(f"{path.name} is OpenQASM {found[1]}. `qrelay run` takes OpenQASM 2 or 3.")
    circuit = _openqasm2(text, path) if found[1] == "2" else _openqasm3(text, path)
    circuit.name = path.stem
    return circuit


def _openqasm2(text: str, path: Path) -> QuantumCircuit:
    try:
        from qiskit import qasm2
    except ImportError as error:
        raise ConfigurationError(_install(path, "qrelay[qiskit]")) from error
    try:
        # Files in circulation use gates that qelib1.inc gained over the years (sx, rzz, swap …), so the importer is
        # told all that Qiskit itself ever put there.
        return qasm2.loads(
            text,
            include_path=(path.parent,),
            custom_instructions=qasm2.LEGACY_CUSTOM_INSTRUCTIONS,
            custom_classical=qasm2.LEGACY_CUSTOM_CLASSICAL,
        )
    except qasm2.QASM2ParseError as error:
        word = _PLACE.sub(r"line \1, column \2: ", error.message).rstrip(".")
        raise UnsupportedCircuit(f"{path.name} is not valid OpenQASM 2: {word}.") from error


def _openqasm3(text: str, path: Path) -> QuantumCircuit:
    try:
        import qiskit_qasm3_import
    except ImportError as error:
        raise ConfigurationError(_install(path, "qrelay[local]")) from error
    try:
        return qiskit_qasm3_import.parse(text)
    except Exception as error:  # what the importer does not check itself, Python and Qiskit refuse
        word = " ".join(str(error).split()).rstrip(".") or "the parser gave no reason"
        raise UnsupportedCircuit(f"{path.name} is not an OpenQASM 3 program that Qiskit can hold: {word}.") from error


def _install(path: Path, extra: str) -> str:
    return f"Reading {path.name} needs a parser that is not installed. Install it with: pip install '{extra}'"
