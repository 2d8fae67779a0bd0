"""Ready-made programs in JSON: which format a document is in, whether it has that format's shape, and its layout.

Sources: docs.ionq.com, "Writing quantum programs" and the job's `registers`; recorded payloads for IonQ's older words
(`target`, `control`, no `gateset`); the Kipu Quantum Hub's specification for all others.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from qrelay.errors import InvalidOption
from qrelay.formats.analog import AHS, PULSER, looks_like_ahs, looks_like_pulser, refuse_older_pulser
from qrelay.formats.qiskit_qpy import layout_in_pub
from qrelay.formats.traveling import layout_in_iqm, layout_in_registers, layouts_in_label
from qrelay.program import Layout, Register

__all__ = ["check", "formats_of", "refuse_incomplete"]

_IONQ = ("ionq.circuit.v1", "IONQ_CIRCUIT_V1")
_NATIVE = frozenset({"gpi", "gpi2", "ms"})  # zz is in both gatesets
_MOST_BITS = 100_000

Read = tuple[int, Layout | None]


def formats_of(document: Mapping[str, Any]) -> tuple[str, ...]:
    """The formats that a document of these members is in; none if it is none that is known."""
    refuse_older_pulser(document)
    if looks_like_pulser(document):
        return (PULSER,)
    if looks_like_ahs(document):
        return (AHS,)
    circuit = document.get("circuit")
    if isinstance(circuit, list):
        return _IONQ
    if isinstance(circuit, str) and circuit.startswith(":PCVL:"):
        return ("PERCEVAL",)
    if "pubs" in document:
        return ("QISKIT_QPY",)
    if isinstance(document.get("circuits"), list):
        return ("IQM_JOB_INPUT_V1",)
    if isinstance(document.get("payload"), Mapping) and "job_type" in document:
        return ("AQT_JOB_INPUT_V1",)
    return ()


def refuse_incomplete(document: Mapping[str, Any], format: str) -> None:  # noqa: A002 - the services' own word
    """Raises InvalidOption for a document in which what its format is known by is missing, or is of another kind."""
    members = _KNOWN_BY.get(format, {})
    for name, kind in members.items():
        if name not in document:
            raise _refused(f"{format} document", name, "is missing")
        if not isinstance(document[name], kind):
            raise _refused(f"{format} document", name, f"should be {_KINDS[kind]}")
        if kind is str:
            raise _refused(f"{format} document", name, "should begin with ':PCVL:'")


def check(document: Mapping[str, Any], format: str) -> Read:  # noqa: A002 - the services' own word
    """Number of qubits (0 if it is not said) and layout of a document of this format.

    Raises InvalidOption, naming the place, for a document that has not the format's shape.
    """
    checker = _CHECKERS.get(format)
    return checker(document) if checker is not None else (0, None)


def _ionq(document: Mapping[str, Any]) -> Read:
    gateset = document.get("gateset", "qis")
    if gateset not in ("qis", "native"):
        raise _refused("IonQ circuit", "gateset", f"is {gateset!r:.40}; 'qis' and 'native' are known")
    highest = -1
    if not document["circuit"] and not document.get("qubits"):
        raise _refused("IonQ circuit", "circuit", "is empty, and 'qubits' names none: there is nothing to run")
    for place, gate in enumerate(document["circuit"]):
        at = f"circuit[{place}]"
        name = gate.get("gate", gate.get("type")) if isinstance(gate, Mapping) else None
        if not isinstance(name, str):
            raise _refused("IonQ circuit", at, "should be an object with 'gate'")
        if (name in _NATIVE) != (gateset == "native") and name != "zz":
            raise _refused("IonQ circuit", at, f"is {name!r:.40}, which gateset {gateset!r} has not")
        if gate.get("targets", gate.get("target", [])) == []:
            raise _refused("IonQ circuit", at, f"is {name!r:.40} without targets")
        named: list[int] = []
        for key in ("target", "targets", "control", "controls"):
            said = gate.get(key, [])
            for qubit in said if isinstance(said, list) else [said]:
                if type(qubit) is not int or qubit < 0:
                    raise _refused("IonQ circuit", f"{at}.{key}", f"says {qubit!r:.40}, which is no qubit")
                named.append(qubit)
        if len(set(named)) < len(named):
            raise _refused("IonQ circuit", at, f"is {name!r:.40} and names a qubit twice: {named[:8]}")
        highest = max(highest, *named)
    width = document.get("qubits", highest + 1)
    if type(width) is not int or not highest < width <= _MOST_BITS:
        raise _refused("IonQ circuit", "qubits", f"is {width!r:.40} and the gates act on qubits up to {highest}")
    return width, _ionq_layout(document, width)


def _ionq_on_the_hub(document: Mapping[str, Any]) -> Read:
    """The Hub's specification asks for members that IonQ itself does without."""
    for name in ("gateset", "qubits"):
        if name not in document:
            raise _refused("IonQ circuit", name, "is missing, and the Kipu Quantum Hub insists on it")
    return _ionq(document)


def _ionq_layout(document: Mapping[str, Any], width: int) -> Layout | None:
    """Of `registers` (our own, or a list of qubits by name), of the vendors' `meas_map`, or of all qubits in order."""
    registers = document.get("registers")
    own = layout_in_registers(registers)
    if own is not None:
        return own
    named: dict[str, Any] = {}
    mapped = document.get("meas_map")
    if mapped is not None:
        try:
            named = {"c": json.loads(mapped) if isinstance(mapped, str) else mapped}
        except ValueError:
            return None
    elif isinstance(registers, Mapping) and registers:
        named = {"c" if name == "meas_mapped" else str(name): qubits for name, qubits in registers.items()}
    if not named:
        return _plain(width)
    parts: list[Register] = []
    measured: list[int] = []
    for name, qubits in named.items():
        if not isinstance(qubits, list) or not all(_is_place(qubit, width) for qubit in qubits):
            return None
        first = len(measured)
        measured += [-1 if qubit is None else qubit for qubit in qubits]
        parts.append(Register(name, tuple(range(first, len(measured)))))
    return Layout(len(measured), tuple(parts), tuple(measured), width)


def _is_place(qubit: Any, width: int) -> bool:
    return qubit is None or (type(qubit) is int and 0 <= qubit < width)


def _plain(width: int) -> Layout | None:
    bits = tuple(range(width))
    return Layout(width, (Register("c", bits),), bits, width) if width else None


def _iqm(document: Mapping[str, Any]) -> Read:
    """The layout is read where qrelay wrote it. Other keys of measurements mean what their writers like."""
    circuits = document["circuits"] if isinstance(document.get("circuits"), list) else []
    if any(isinstance(circuit, Mapping) and "circuit" in circuit for circuit in circuits):
        raise _refused("IonQ document", "circuits", "holds several; pass a list of documents with one circuit each")
    if len(circuits) != 1:
        raise _refused("IQM job input", "circuits", f"holds {len(circuits)}; a payload is of one circuit")
    named: dict[str, None] = {}
    for place, instruction in enumerate(_instructions(circuits[0], "circuits[0]")):
        at = f"circuits[0].instructions[{place}]"
        if not isinstance(instruction, Mapping) or not isinstance(instruction.get("name"), str):
            raise _refused("IQM job input", at, "should be an object with 'name'")
        qubits = instruction.get("qubits", instruction.get("locus"))
        if not isinstance(qubits, list | tuple) or not all(isinstance(qubit, str) for qubit in qubits):
            raise _refused("IQM job input", at, "should list the names of its qubits under 'qubits' or 'locus'")
        named |= dict.fromkeys(qubits)
    if not named:
        raise _refused("IQM job input", "circuits[0].instructions", "is empty: there is nothing to run")
    layout = layout_in_iqm(circuits[0])
    return max(len(named), layout.num_qubits if layout is not None else 0), layout


def _instructions(circuit: Any, at: str) -> Sequence[Any]:
    found = circuit.get("instructions") if isinstance(circuit, Mapping) else None
    if not isinstance(found, list | tuple):
        raise _refused("IQM job input", at, "should be an object with 'instructions'")
    return found


def _aqt(document: Mapping[str, Any]) -> Read:
    circuits = document["payload"].get("circuits")
    if document.get("job_type") != "quantum_circuit" or not isinstance(circuits, list) or len(circuits) != 1:
        raise _refused("AQT job input", "payload.circuits", "should hold one circuit, of job_type 'quantum_circuit'")
    circuit = circuits[0]
    width = circuit.get("number_of_qubits") if isinstance(circuit, Mapping) else None
    if type(width) is not int or not 0 < width <= _MOST_BITS:
        raise _refused("AQT job input", "payload.circuits[0].number_of_qubits", "is no number of qubits")
    operations = circuit.get("quantum_circuit", [])
    if not isinstance(operations, list | tuple):
        raise _refused("AQT job input", "payload.circuits[0].quantum_circuit", "should be a list of operations")
    for place, operation in enumerate(operations):
        if not isinstance(operation, Mapping) or not isinstance(operation.get("operation"), str):
            raise _refused("AQT job input", f"quantum_circuit[{place}]", "should be an object with 'operation'")
    own = layouts_in_label(document.get("label"))
    return width, own[0] if len(own) == 1 else _plain(width)  # all ions are measured at once


def _qpy(document: Mapping[str, Any]) -> Read:
    pubs = document["pubs"]
    if not isinstance(pubs, list) or not pubs:
        raise _refused("IBM runtime input", "pubs", "should be a list with at least one")
    if document.get("version") != 2:
        raise _refused("IBM runtime input", "version", "should be 2")
    layout = layout_in_pub(pubs[0]) if len(pubs) == 1 else None
    return layout.num_qubits if layout is not None else 0, layout


def _perceval(document: Mapping[str, Any]) -> Read:
    for name in ("command", "input_state"):
        if not isinstance(document.get(name), str):
            raise _refused("Perceval job", name, "is missing")
    context = document.get("job_context")
    layout = _travelled(context.get("qrelay-layout")) if isinstance(context, Mapping) else None
    return layout.num_qubits if layout is not None else 0, layout


def _travelled(text: Any) -> Layout | None:
    try:
        return Layout.from_json(text) if isinstance(text, str) else None
    except ValueError:
        return None


_CHECKERS: Mapping[str, Callable[[Mapping[str, Any]], Read]] = {
    "ionq.circuit.v1": _ionq,
    "IONQ_CIRCUIT_V1": _ionq_on_the_hub,
    "IQM_JOB_INPUT_V1": _iqm,
    "AQT_JOB_INPUT_V1": _aqt,
    "QISKIT_QPY": _qpy,
    "PERCEVAL": _perceval,
}


_KINDS: Mapping[type, str] = {list: "a list", str: "a text", dict: "an object"}
_KNOWN_BY: Mapping[str, Mapping[str, type]] = {
    PULSER: dict.fromkeys(("register", "channels", "operations"), object),
    AHS: dict.fromkeys(("setup", "hamiltonian"), object),
    "ionq.circuit.v1": {"circuit": list},
    "IONQ_CIRCUIT_V1": {"circuit": list},
    "IQM_JOB_INPUT_V1": {"circuits": list},
    "AQT_JOB_INPUT_V1": {"job_type": object, "payload": dict},
    "QISKIT_QPY": {"pubs": object},
    "PERCEVAL": {"circuit": str},
}
"""Members by which `formats_of` knows a format."""


def _refused(what: str, place: str, why: str) -> InvalidOption:
    return InvalidOption(f"This {what} is malformed: {place} {why}.", option="program")
