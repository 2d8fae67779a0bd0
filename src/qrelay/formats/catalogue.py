"""The input formats that qrelay writes, by the services' own names."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, TypeVar

from qrelay.errors import InvalidOption, UnboundParameters, UnsupportedCircuit
from qrelay.formats import (
    aqt,
    braket_openqasm3,
    ionq_circuit,
    iqm,
    open_qasm_v2,
    open_qasm_v3,
    openqasm2,
    perceval,
    qir,
    qiskit_qpy,
    quantinuum_openqasm,
    quil,
)
from qrelay.formats.analog import ANALOG, refusal_of_circuits
from qrelay.formats.openqasm_lines import real
from qrelay.formats.option_values import checked, format_name, near_formats
from qrelay.formats.payload import Payload
from qrelay.program import Program

__all__ = ["INPUT_FORMATS", "ON_REQUEST", "InputFormat", "choose", "encode", "first_that_can", "row_and_options"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class InputFormat:
    """One way to write a program.

    Attributes:
        name: the services' own.
        content_type: media type of the upload.
        output_format: the answer to ask for unless a target says otherwise.
        write: from Program and options to the bytes of the upload.
        options: names of the options that `write` takes; `gates` is for formats whose devices list fewer gates than
            the format has words for.
        others: names of options that `qrelay.encode` takes for this format and sees to itself.
        input_params: what the format itself needs among the job's parameters.
        physical: its programs speak of the machine's own qubits, and services run them on these: gates must act on
            pairs that the machine couples.
        fills: angles stand in the text one by one, each as `number` writes it (or as the digits of its bytes), so that
            a `Template` can fill them in. False for writers that look at an angle before they write it.
        number: how `write` puts a float into its text, where it does not take its bytes: by `repr`, but for exponents.
    """

    name: str
    content_type: str
    output_format: str
    write: Callable[..., bytes]
    options: frozenset[str] = frozenset()
    others: frozenset[str] = frozenset()
    input_params: Mapping[str, Any] = field(default_factory=dict)
    physical: bool = False
    fills: bool = True
    number: Callable[[float], str] = repr

    def payload(self, program: Program, options: Mapping[str, Any]) -> Payload:
        """The program as a service will receive it. Raises what `write` raises."""
        if program.parameters:
            raise UnboundParameters(program.parameters)
        return Payload(
            data=self.write(program, **options),
            format=self.name,
            content_type=self.content_type,
            output_format=self.output_format,
            num_qubits=program.num_qubits,
            layout=program.layout,
            input_params=deepcopy(self.input_params),
        )


INPUT_FORMATS: Mapping[str, InputFormat] = {
    row.name: row
    for row in (
        InputFormat(
            "ionq.circuit.v1",
            "application/json",
            "ionq.quantum-results.v1",
            ionq_circuit.write,
            options=frozenset({"gateset", "gates"}),
        ),
        InputFormat(
            "qir.v1",
            "qir.v1",
            "microsoft.quantum-results.v2",
            qir.write,
            options=frozenset({"profile", "max_profile", "bitcode"}),
            others=frozenset({"engine"}),
            input_params={"items": [{"entryPoint": qir.ENTRY_POINT, "arguments": []}]},
        ),
        InputFormat(
            "honeywell.openqasm.v1", "application/qasm", "honeywell.quantum-results.v1", openqasm2.write, number=real
        ),
        InputFormat(
            "quantinuum.openqasm.v1",
            "application/qasm",
            "honeywell.quantum-results.v1",
            quantinuum_openqasm.write,
            fills=False,  # the words depend on the angles
        ),
        InputFormat("OPEN_QASM_V2", "text/plain", "kipu.qsim.result", open_qasm_v2.write, number=real),
        InputFormat("OPEN_QASM_V3", "text/plain", "ibm.runtime.result", open_qasm_v3.write, number=real),
        InputFormat(
            "BRAKET_OPEN_QASM_V3",
            "text/plain",
            "braket.task_result.gate_model_task_result",
            braket_openqasm3.write,
            options=frozenset({"gates", "verbatim", "coupling"}),
            number=real,
        ),
        InputFormat(
            "rigetti.quil.v1",
            "text/plain",
            "rigetti.quil-results.v1",
            quil.write,
            options=frozenset({"final_memory", "max_profile"}),
            number=real,
        ),
        InputFormat(
            "IQM_JOB_INPUT_V1",
            "application/json",
            "iqm.result",
            iqm.write,
            options=frozenset({"qubits", "coupling", "architecture", "fields", "midcircuit"}),
            physical=True,
            fills=False,
        ),
        InputFormat(
            "AQT_JOB_INPUT_V1",
            "application/json",
            "aqt.result",
            aqt.write,
            options=frozenset({"most_operations"}),
            fills=False,
        ),
        InputFormat(
            "QISKIT_QPY",
            "application/json",
            "ibm.runtime.result",
            qiskit_qpy.write,
            options=frozenset({"gates", "coupling"}),
            input_params={"program_id": "sampler"},
            physical=True,
            fills=False,
        ),
        InputFormat("IONQ_CIRCUIT_V1", "application/json", "ionq.quantum-results.v1", ionq_circuit.write_with_layout),
    )
}

ON_REQUEST: Mapping[str, InputFormat] = {
    row.name: row for row in (InputFormat("PERCEVAL", "application/json", "", perceval.write, fills=False),)
}
"""Formats that are written where they are asked for by name: no target takes circuits in them unasked."""


def encode(program: Program, format: str, **options: Any) -> Payload:  # noqa: A002 - the services' own word
    """Write a program in the named format. An option with the value None counts as not given.

    Raises:
        InvalidOption: the format or an option is unknown, or an option's value cannot be used.
        UnsupportedCircuit: the format cannot say the program; names the operation and its index.
    """
    row, given = row_and_options(format, options)
    return row.payload(program.check(), given)


def row_and_options(
    format: str,  # noqa: A002 - the services' own word
    options: Mapping[str, Any],
) -> tuple[InputFormat, dict[str, Any]]:
    """The named format, and the options that were given for it. Raises InvalidOption as `encode` does."""
    row = INPUT_FORMATS.get(format_name(format)) or ON_REQUEST.get(format)
    if format in ANALOG:
        raise UnsupportedCircuit(refusal_of_circuits(format))
    if row is None:
        known = [*INPUT_FORMATS, *ON_REQUEST]
        near = near_formats(format, known) or f"qrelay writes {', '.join(known)}."
        raise InvalidOption(f"Unknown input format {format!r}. {near}", option="format")
    given = {name: value for name, value in options.items() if value is not None}
    _check_options(given, row.options, f"The format {row.name} does not know", row.others)
    return row, checked(given)


def choose(program: Program, formats: Iterable[str], **options: Any) -> Payload:
    """Write a program in the first of these formats, most preferred first, that can say it.

    Formats that qrelay does not write are passed over. An option goes to those formats that know it.

    Raises:
        InvalidOption: none of the formats is one that qrelay writes, or none of them knows an option.
        UnsupportedCircuit: no format can say the program; the error is the most preferred one's, with a note on why
            each other one cannot either.
    """
    if program.parameters:
        raise UnboundParameters(program.parameters)
    return first_that_can(program, formats, options, InputFormat.payload)


def first_that_can(
    program: Program,
    formats: Iterable[str],
    options: Mapping[str, Any],
    make: Callable[[InputFormat, Program, dict[str, Any]], T],
) -> T:
    """What `make` makes of the first format that can say the program. Raises as `choose` does."""
    asked = list(formats)
    rows = [INPUT_FORMATS[name] for name in asked if name in INPUT_FORMATS]
    if not rows:
        offered = ", ".join(asked) or "none"
        raise InvalidOption(
            f"None of the target's formats can be written ({offered}); qrelay writes {', '.join(INPUT_FORMATS)}.",
            option="format",
        )
    given = {name: value for name, value in options.items() if value is not None}
    _check_options(given, frozenset().union(*(row.options for row in rows)), "None of the target's formats knows")
    given = checked(given)
    program = program.check()
    first: UnsupportedCircuit | None = None
    for row in rows:
        try:
            return make(row, program, {name: value for name, value in given.items() if name in row.options})
        except UnsupportedCircuit as error:
            if first is None:
                first = error
            else:
                first.add_note(f"{row.name} refuses it too: {error}")
    assert first is not None
    raise first


def _check_options(
    given: Mapping[str, Any], known: frozenset[str], refusal: str, others: frozenset[str] = frozenset()
) -> None:
    for name in given:
        if name not in known:
            words = sorted(known | (others - {name}))
            near = difflib.get_close_matches(name, words, n=3)
            hint = f"Did you mean {' or '.join(near)}? " if near else ""
            hint += f"Options: {', '.join(words)}." if words else "Leave it out: there are no options."
            raise InvalidOption(f"{refusal} the option {name!r}. {hint}", option=name)
