"""A circuit file for `qrelay run`: read by its framework's own importer, and submitted by qrelay's room for that.

OpenQASM 2 and 3 are Qiskit's, JSON is Cirq's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from qrelay.errors import ConfigurationError, InvalidOption, UnsupportedCircuit

if TYPE_CHECKING:
    import cirq
    from qiskit import QuantumCircuit

    from qrelay.cloud import Account, Job, Target

    Circuit: TypeAlias = QuantumCircuit | cirq.AbstractCircuit

__all__ = ["load", "submit"]

_TAKES = "`qrelay run` takes OpenQASM 2 or 3, and what cirq.to_json wrote."
_QISKIT_ONLY = {"optimization_level": "--optimization-level", "seed_transpiler": "--seed-transpiler"}

_COMMENTS = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
_PLACE = re.compile(r"<input>:(\d+),(\d+): ")
_VERSION = re.compile(r"\s*OPENQASM\s+(\d+)(?:\.\d+)?\s*;")


def load(path: Path) -> Circuit:
    """Read a circuit file; its name becomes the circuit's. OpenQASM 2's `include` is searched beside the file.

    Raises UnsupportedCircuit, with the importer's word and line, for a file that is neither OpenQASM 2 or 3 nor Cirq's
    JSON of one circuit, and ConfigurationError if what reads it is not installed.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise UnsupportedCircuit(f"{path.name} is not a text file. {_TAKES}") from error
    except OSError as error:
        raise UnsupportedCircuit(f"{path.name} cannot be read: {error.strerror}.") from error
    if text.lstrip().startswith(("{", "[")):
        return _cirq_json(text, path)
    found = _VERSION.match(_COMMENTS.sub(" ", text))
    if found is None:
        raise UnsupportedCircuit(f"{path.name} does not begin with `OPENQASM 2.0;` or `OPENQASM 3;`. {_TAKES}")
    if found[1] not in ("2", "3"):
        raise UnsupportedCircuit(f"{path.name} is OpenQASM {found[1]}. {_TAKES}")
    circuit = _openqasm2(text, path) if found[1] == "2" else _openqasm3(text, path)
    circuit.name = path.stem
    return circuit


def submit(account: Account, target: Target, circuit: Circuit, name: str, options: Mapping[str, Any]) -> Job:
    """Submit what `load` read. `options` are those of the command, by Qiskit's names, `shots` among them; `name` is a
    Cirq job's where they give none: a circuit of Qiskit's has its own.

    Raises InvalidOption for an option of Qiskit's transpiler with a circuit that it does not see, and whatever the
    framework's backend or sampler raises.
    """
    if type(circuit).__module__.partition(".")[0] == "qiskit":
        from qrelay.qiskit import Provider

        return Provider(account).get_backend(target.id).run(circuit, **options).cloud_job
    for word, option in _QISKIT_ONLY.items():
        if word in options:
            raise InvalidOption(f"{option} is for OpenQASM files: a Cirq circuit is sent as it is.", option=word)
    from qrelay.cirq import Service

    chosen = {"name": name, **options}
    repetitions = chosen.pop("shots", target.shots.default)
    return Service(account).sampler(target.id).submit(circuit, repetitions=repetitions, **chosen).cloud_job


def _cirq_json(text: str, path: Path) -> cirq.AbstractCircuit:
    try:
        import cirq
    except ImportError as error:
        raise ConfigurationError(_install(path, "qrelay[cirq]")) from error
    try:
        found = cirq.read_json(json_text=text)
    except Exception as error:  # its resolvers raise whatever a class finds wrong with its own arguments
        word = " ".join(str(error).split()).rstrip(".") or type(error).__name__
        raise UnsupportedCircuit(f"{path.name} is not a circuit that cirq.to_json wrote: {word}.") from error
    if not isinstance(found, cirq.AbstractCircuit):
        raise UnsupportedCircuit(
            f"{path.name} holds a {type(found).__name__}, not a circuit. Write one circuit into it by cirq.to_json."
        )
    return found


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
    return f"Reading {path.name} needs a package that is not installed. Install it with: pip install '{extra}'"
