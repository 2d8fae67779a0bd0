"""One program as its target receives it: written in a format that the target takes, or ready-made and checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from qrelay.cloud.target import Target
from qrelay.errors import ConfigurationError, InvalidOption, TooManyQubits, UnsupportedCircuit
from qrelay.formats import (
    INPUT_FORMATS,
    ON_REQUEST,
    Template,
    choose,
    choose_template,
    encode,
    formats_of,
    ready_made,
    template,
)
from qrelay.formats.option_values import gates_of_a_machine, near_formats
from qrelay.formats.payload import Payload
from qrelay.formats.qir_profile import check_profile
from qrelay.program import Bound, Program

__all__ = ["own_options", "payload_for", "refuse_format"]

T = TypeVar("T")


def payload_for(
    program: Any,
    target: Target,
    format: str | None,  # noqa: A002 - the users' word
    templates: dict[int, Template],
) -> Payload:
    """What the target receives. `templates` remembers programs that are bound several times, by identity."""
    if isinstance(program, Payload):
        payload = program
        _check_format(payload.format if format is None else format, target, tuple(target.outputs))
        if format is not None and format != payload.format:
            raise InvalidOption(f"The payload is {payload.format}; it cannot be sent as {format}.", option="format")
    elif isinstance(program, Program):
        payload = _written(program, target, format, encode, choose)
    elif isinstance(program, Bound):
        known = templates.get(id(program.program))
        if known is None:
            known = _written(program.program, target, format, template, choose_template)
            templates[id(program.program)] = known
        payload = known.bind(program.values)
    else:
        payload = _ready_made(program, target, format)
    if target.num_qubits is not None and payload.num_qubits > target.num_qubits:
        raise TooManyQubits(needed=payload.num_qubits, available=target.num_qubits, target=target.id)
    if payload.format == "qir.v1" and target.profile is not None and not payload.carries_layout:
        _check_profile(payload, target, target.profile)
    return payload


def _check_profile(payload: Payload, target: Target, profile: str) -> None:
    """Ready-made modules come from anywhere. Bitcode that cannot be looked into goes as it is."""
    try:
        violations = check_profile(payload.data, profile, several=True)
    except ConfigurationError:
        return
    if violations:
        told = "; ".join(map(str, violations[:3])) + (" …" if len(violations) > 3 else "")
        raise UnsupportedCircuit(
            f"The module does not keep QIR's {profile} profile, which is what {target.id} takes: {told}. Compile it "
            "for that profile, or choose a target that takes more."
        )


def _ready_made(program: Any, target: Target, format: str | None) -> Payload:  # noqa: A002
    """A program that is written already, in the first of its formats that the target takes."""
    if isinstance(program, Template):
        raise InvalidOption(
            "A Template is a program once its parameters have values: submit template.bind(values).", option="programs"
        )
    known = formats_of(program)
    if not known and isinstance(program, str | bytes | bytearray | Mapping):
        ready_made(program)  # which says what there is beside this
    if not known:
        raise InvalidOption(
            f"{type(program).__name__} is no program: give a Program, as `qrelay.read` makes one of a circuit of "
            "Qiskit's or Cirq's, a Payload, a program that is written already (QIR, OpenQASM, Quil, a vendor's JSON), "
            "or a list of these.",
            option="programs",
        )
    if format is None:
        taken = [*target.formats, *(name for name in target.outputs if name not in target.formats)]
        format = next((name for name in taken if name in known), None)  # noqa: A001
        if format is None:
            raise InvalidOption(
                f"{target.id} takes {_listed(taken)}, and the program is {' or '.join(known)}. Ready-made programs are "
                "not translated: choose another target, or make a circuit of it first.",
                option="programs",
            )
    _check_format(format, target, tuple(target.outputs))
    payload = ready_made(program, format)
    return replace(payload, output_format=target.outputs.get(format) or payload.output_format)


def _written(
    program: Program,
    target: Target,
    format: str | None,  # noqa: A002 - the users' word
    encode: Callable[..., T],
    choose: Callable[..., T],
) -> T:
    """What `encode` makes of the program in the format, or `choose` of the target's formats."""
    if not target.formats and not _on_request(format, target):
        raise UnsupportedCircuit(target.why_no_circuits)
    refuse_format(format, target)
    if target.num_qubits is not None and program.num_qubits > target.num_qubits:
        raise TooManyQubits(needed=program.num_qubits, available=target.num_qubits, target=target.id)
    if all(qubit < 0 for qubit in program.layout.qubits):
        name = f" {program.name!r}" if program.name else ""
        raise UnsupportedCircuit(
            f"The circuit{name} measures nothing, so a job would have no answer. Add measurements."
        )
    if format is not None:
        return encode(program, format, **own_options(target, (format,)))
    return choose(program, target.formats, **own_options(target, target.formats))


def own_options(target: Target, formats: Sequence[str]) -> dict[str, Any]:
    """What the target knows better than the user, of the options that these formats take."""
    asked = {option for name in formats if name in INPUT_FORMATS for option in INPUT_FORMATS[name].options}
    known = {
        "gates": target.gates,
        "max_profile": target.profile,
        "qubits": target.qubit_names,
        "coupling": target.coupling,
    }
    own = {option: value for option, value in known.items() if option in asked and value}
    if "gates" in own:  # a machine may list what qrelay does not know, which in a user's list is a slip
        own["gates"] = gates_of_a_machine(target.gates)
    return own


def refuse_format(format: str | None, target: Target) -> None:  # noqa: A002 - the users' word
    """Raises InvalidOption, with the nearest names, for a format in which the target gets no circuits."""
    if format is not None and not _on_request(format, target):
        _check_format(format, target, target.formats)


def _on_request(format: str | None, target: Target) -> bool:  # noqa: A002
    return format in ON_REQUEST and format in target.outputs


def _check_format(format: str, target: Target, accepted: Sequence[str]) -> None:  # noqa: A002
    if format not in accepted:
        words = f"{target.id} takes {_listed(accepted)}, not {format!r}. {near_formats(format, accepted)}"
        raise InvalidOption(words.rstrip(), option="format")


def _listed(names: Sequence[str] | Mapping[str, Any]) -> str:
    """Names as a message has them."""
    return ", ".join(names) if names else "none"
