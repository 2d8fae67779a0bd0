"""Formats of pulses and fields. What they hold is no circuit, so they are taken ready-made and never written.

`pasqal.pulser.v1`: Pulser's abstract representation inside of `{"sequence_builder": …}`, as Azure's page on PASQAL has
it (learn.microsoft.com, "Pulser SDK on Azure Quantum"). The shape is that of Pulser's JSON schema.
`BRAKET_AHS_PROGRAM`: `{"ahs_program": …}` as the Kipu Quantum Hub's specification has it, the program itself being
Braket's `braket.ir.ahs.program`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from numbers import Real
from typing import Any

from qrelay.errors import InvalidOption

__all__ = [
    "AHS", "ANALOG", "PULSER", "ahs_document", "ahs_program", "looks_like_ahs", "looks_like_pulser", "pulser_document",
    "pulser_sequence", "refusal_of_circuits", "refuse_older_pulser",
]  # fmt: skip

PULSER = "pasqal.pulser.v1"
AHS = "BRAKET_AHS_PROGRAM"
ANALOG = {PULSER: "a pulser Sequence", AHS: "a Braket AHS program"}
"""Formats that hold no circuits, with what they hold."""

_SEQUENCE = ("version", "name", "register", "device", "channels", "variables", "operations", "measurement")
_BASES = ("ground-rydberg", "digital", "XY", None)
_HEADER = "braketSchemaHeader"


def refusal_of_circuits(format: str) -> str:  # noqa: A002 - the services' own word
    """Why a circuit cannot be written there, and what to do."""
    return (
        f"{format} holds no circuits: it is for analog machines, which are told pulses and fields instead of gates. "
        f"Pass {ANALOG[format]} or its JSON, or choose a gate-model format and target."
    )


# --- Pulser ----------------------------------------------------------------------------------------------------------


def looks_like_pulser(document: Mapping[str, Any]) -> bool:
    return "sequence_builder" in document or {"register", "channels", "operations"} <= document.keys()


def refuse_older_pulser(document: Mapping[str, Any]) -> None:
    """Raises InvalidOption for the form in which Pulser wrote Python's objects before its abstract representation."""
    if "__module__" in document and str(document["__module__"]).startswith("pulser"):
        raise InvalidOption(
            f"This is Pulser's older JSON, which {PULSER} is not. Read it with Pulser, and pass the Sequence or what "
            "its to_abstract_repr() gives.",
            option="program",
        )


def pulser_sequence(thing: Any) -> str | None:
    """The JSON of an object that has Pulser's way of telling it; None for all others."""
    tell = getattr(thing, "to_abstract_repr", None)
    if not callable(tell) or isinstance(thing, type):
        return None
    if not callable(getattr(thing, "declare_channel", None)):  # registers and devices tell themselves the same way
        raise InvalidOption(
            f"{type(thing).__name__} is a part of a pulser Sequence; pass the Sequence itself.", option="program"
        )
    parametrised = getattr(thing, "is_parametrized", None)
    if callable(parametrised) and parametrised():
        raise InvalidOption(
            "The pulser Sequence has variables without values. Call its build(…) and pass what that returns.",
            option="program",
        )
    mappable = getattr(thing, "is_register_mappable", None)
    if callable(mappable) and mappable():
        raise InvalidOption(
            "The pulser Sequence has atoms without places. Call its build(qubits=…) and pass what that returns.",
            option="program",
        )
    try:
        told = tell()
        return told if isinstance(told, str) else json.dumps(told)
    except Exception as error:  # of Pulser's own kinds, which are not installed here
        raise InvalidOption(f"Pulser cannot write the Sequence: {error}", option="program") from error


def pulser_document(document: Mapping[str, Any]) -> tuple[bool, int]:
    """Whether a document is wrapped as the service takes it, and its number of atoms.

    Raises InvalidOption, naming the field, for what is no complete sequence.
    """
    wrapped = "sequence_builder" in document
    sequence = document["sequence_builder"] if wrapped else document
    if isinstance(sequence, str):  # a text inside the text, as some clients send it
        try:
            sequence = json.loads(sequence)
        except (ValueError, RecursionError):
            raise _refused(PULSER, "sequence_builder", "is a text that is no JSON") from None
    if not isinstance(sequence, Mapping):
        raise _refused(PULSER, "sequence_builder", "should be an object")
    for name in _SEQUENCE:
        if name not in sequence:
            raise _refused(PULSER, name, "is missing")
    if sequence["version"] != "1":
        raise _refused(PULSER, "version", f"is {sequence['version']!r:.40} and only '1' is known")
    atoms = _list(PULSER, sequence, "register")
    for name in ("channels", "variables"):
        if not isinstance(sequence[name], Mapping):
            raise _refused(PULSER, name, "should be an object")
    for place, atom in enumerate(atoms):
        if not isinstance(atom, Mapping) or not {"name", "qid"} & atom.keys():
            raise _refused(PULSER, f"register[{place}]", "should name an atom and its place")
    if not atoms:
        raise _refused(PULSER, "register", "holds no atom")
    if not sequence["channels"]:
        raise _refused(PULSER, "channels", "declares none, so there is nothing to drive the atoms with")
    for place, operation in enumerate(_list(PULSER, sequence, "operations")):
        if not isinstance(operation, Mapping) or not isinstance(operation.get("op"), str):
            raise _refused(PULSER, f"operations[{place}]", "should be an object with 'op'")
        channel = operation.get("channel")
        if channel is not None and channel not in sequence["channels"]:
            raise _refused(PULSER, f"operations[{place}]", f"is on the channel {channel!r:.40}, which is not declared")
    if sequence["measurement"] not in _BASES:
        raise _refused(PULSER, "measurement", f"is {sequence['measurement']!r:.40}; known are {_BASES[:-1]}")
    return wrapped, len(atoms)


# --- Braket's analog Hamiltonian simulation --------------------------------------------------------------------------


def looks_like_ahs(document: Mapping[str, Any]) -> bool:
    return "ahs_program" in document or {"setup", "hamiltonian"} <= document.keys()


def ahs_program(thing: Any) -> str | None:
    """The JSON of a Braket AHS program, or of its IR; None for objects that are neither."""
    if isinstance(thing, type | Mapping | str | bytes):
        return None
    if callable(getattr(thing, "to_ir", None)) and hasattr(thing, "hamiltonian") and hasattr(thing, "register"):
        try:
            thing = thing.to_ir()
        except Exception as error:  # of Braket's own kinds, which are not installed here
            raise InvalidOption(f"Braket cannot write the program: {error}", option="program") from error
    if not (hasattr(thing, "setup") and hasattr(thing, "hamiltonian")):
        return None
    for name in ("model_dump_json", "json"):
        tell = getattr(thing, name, None)
        if callable(tell):
            told: str = tell()
            return told
    return None


def ahs_document(document: Mapping[str, Any]) -> tuple[bool, int]:
    """Whether a document is wrapped as the service takes it, and its number of sites.

    Raises InvalidOption, naming the field, for what is no complete program.
    """
    wrapped = "ahs_program" in document
    program = document["ahs_program"] if wrapped else document
    if not isinstance(program, Mapping):
        raise _refused(AHS, "ahs_program", "should be an object")
    header = program.get(_HEADER)
    if isinstance(header, Mapping) and header.get("name") != "braket.ir.ahs.program":
        raise _refused(AHS, _HEADER, f"says {header.get('name')!r:.60} instead of 'braket.ir.ahs.program'")
    register = _member(AHS, _member(AHS, program, "setup"), "ahs_register", "setup.")
    where = "setup.ahs_register."
    sites, filling = _list(AHS, register, "sites", where), _list(AHS, register, "filling", where)
    if len(sites) != len(filling) or not sites:
        raise _refused(AHS, f"{where}filling", f"has {len(filling)} entries for {len(sites)} sites")
    for place, site in enumerate(sites):
        if not isinstance(site, Sequence) or len(site) != 2 or not all(map(_is_number, site)):
            raise _refused(AHS, f"{where}sites[{place}]", "should be two coordinates in metres")
    for place, filled in enumerate(filling):
        if filled not in (0, 1):
            raise _refused(AHS, f"{where}filling[{place}]", f"is {filled!r:.40} instead of 0 or 1")
    hamiltonian = _member(AHS, program, "hamiltonian")
    fields = _list(AHS, hamiltonian, "drivingFields", "hamiltonian.")
    for place, driving in enumerate(fields):
        at = f"hamiltonian.drivingFields[{place}]"
        if not isinstance(driving, Mapping):
            raise _refused(AHS, at, "should be an object")
        for name in ("amplitude", "phase", "detuning"):
            _check_field(_member(AHS, driving, name, f"{at}."), f"{at}.{name}", len(sites))
    local = hamiltonian.get("localDetuning", hamiltonian.get("shiftingFields", []))  # its older name
    for place, shift in enumerate(local if isinstance(local, list) else []):
        at = f"hamiltonian.localDetuning[{place}]"
        if not isinstance(shift, Mapping):
            raise _refused(AHS, at, "should be an object")
        _check_field(_member(AHS, shift, "magnitude", f"{at}."), f"{at}.magnitude", len(sites))
    return wrapped, len(sites)


def _check_field(physical: Mapping[str, Any], where: str, sites: int) -> None:
    series = _member(AHS, physical, "time_series", f"{where}.")
    at = f"{where}.time_series."
    values, times = _list(AHS, series, "values", at), _list(AHS, series, "times", at)
    if len(values) != len(times) or not all(map(_is_number, [*values, *times])):
        raise _refused(AHS, f"{at}values", "should be as many numbers as there are times")
    pattern = physical.get("pattern")
    if pattern == "uniform":
        return
    if not isinstance(pattern, list) or len(pattern) != sites or not all(map(_is_number, pattern)):
        raise _refused(AHS, f"{where}.pattern", f"should be 'uniform' or a number for each of the {sites} sites")


def _is_number(value: Any) -> bool:
    """Braket's IR writes decimals as numbers or as texts."""
    if isinstance(value, str):
        try:
            float(value)
        except ValueError:
            return False
        return True
    return isinstance(value, Real) and not isinstance(value, bool)


def _member(format: str, document: Mapping[str, Any], name: str, where: str = "") -> Mapping[str, Any]:  # noqa: A002
    found = document.get(name)
    if not isinstance(found, Mapping):
        raise _refused(format, f"{where}{name}", "is missing" if found is None else "should be an object")
    return found


def _list(format: str, document: Mapping[str, Any], name: str, where: str = "") -> Sequence[Any]:  # noqa: A002
    found = document.get(name)
    if not isinstance(found, list | tuple):
        raise _refused(format, f"{where}{name}", "is missing" if found is None else "should be a list")
    return found


def _refused(format: str, place: str, why: str) -> InvalidOption:  # noqa: A002
    return InvalidOption(
        f"This is not {ANALOG[format]} as {format} has it: {place} {why}. Pass {ANALOG[format]} itself, or its JSON "
        "unchanged.",
        option="program",
    )
