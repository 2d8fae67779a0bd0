"""The input formats that qrelay writes, by the services' own names."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from qrelay.errors import InvalidOption, UnsupportedCircuit
from qrelay.formats import aqt, braket_openqasm3, ionq_circuit, iqm, open_qasm_v2, openqasm2, qir, qiskit_qpy, quil
from qrelay.formats.analog import ANALOG, refusal_of_circuits
from qrelay.formats.payload import Payload
from qrelay.program import Program

__all__ = ["INPUT_FORMATS", "InputFormat", "choose", "encode"]


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
        input_params: what the format itself needs among the job's parameters.
        physical: its programs speak of the machine's own qubits, and services run them on these: gates must act on
            pairs that the machine couples.
    """

    name: str
    content_type: str
    output_format: str
    write: Callable[..., bytes]
    options: frozenset[str] = frozenset()
    input_params: Mapping[str, Any] = field(default_factory=dict)
    physical: bool = False

    def payload(self, program: Program, options: Mapping[str, Any]) -> Payload:
        """The program as a service will receive it. Raises what `write` raises."""
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
        InputFormat("ionq.circuit.v1", "application/json", "ionq.quantum-results.v1", ionq_circuit.write),
        InputFormat(
            "qir.v1",
            "qir.v1",
            "microsoft.quantum-results.v2",
            qir.write,
            options=frozenset({"profile", "max_profile", "bitcode"}),
            input_params={"items": [{"entryPoint": qir.ENTRY_POINT, "arguments": []}]},
        ),
        InputFormat("honeywell.openqasm.v1", "application/qasm", "honeywell.quantum-results.v1", openqasm2.write),
        InputFormat("OPEN_QASM_V2", "text/plain", "kipu.qsim.result", open_qasm_v2.write),
        InputFormat(
            "BRAKET_OPEN_QASM_V3",
            "text/plain",
            "braket.task_result.gate_model_task_result",
            braket_openqasm3.write,
            options=frozenset({"gates"}),
        ),
        InputFormat(
            "rigetti.quil.v1",
            "text/plain",
            "rigetti.quil-results.v1",
            quil.write,
            options=frozenset({"final_memory"}),
        ),
        InputFormat(
            "IQM_JOB_INPUT_V1",
            "application/json",
            "iqm.result",
            iqm.write,
            options=frozenset({"qubits", "coupling", "architecture", "fields", "midcircuit"}),
            physical=True,
        ),
        InputFormat(
            "AQT_JOB_INPUT_V1",
            "application/json",
            "aqt.result",
            aqt.write,
            options=frozenset({"most_operations"}),
        ),
        InputFormat(
            "QISKIT_QPY",
            "application/json",
            "ibm.runtime.result",
            qiskit_qpy.write,
            options=frozenset({"gates", "coupling"}),
            input_params={"program_id": "sampler"},
            physical=True,
        ),
        InputFormat("IONQ_CIRCUIT_V1", "application/json", "ionq.quantum-results.v1", ionq_circuit.write_with_layout),
    )
}


def encode(program: Program, format: str, **options: Any) -> Payload:  # noqa: A002 - the services' own word
    """Write a program in the named format. An option with the value None counts as not given.

    Raises:
        InvalidOption: the format or an option is unknown, or an option's value cannot be used.
        UnsupportedCircuit: the format cannot say the program; names the operation and its index.
    """
    row = INPUT_FORMATS.get(format)
    if format in ANALOG:
        raise UnsupportedCircuit(refusal_of_circuits(format))
    if row is None:
        near = difflib.get_close_matches(str(format), INPUT_FORMATS, n=3, cutoff=0.4) or list(INPUT_FORMATS)
        raise InvalidOption(f"Unknown input format {format!r}. Did you mean {' or '.join(near)}?", option="format")
    given = {name: value for name, value in options.items() if value is not None}
    _check_options(given, row.options, f"The format {row.name} does not know")
    return row.payload(program.check(), given)


def choose(program: Program, formats: Iterable[str], **options: Any) -> Payload:
    """Write a program in the first of these formats, most preferred first, that can say it.

    Formats that qrelay does not write are passed over. An option goes to those formats that know it.

    Raises:
        InvalidOption: none of the formats is one that qrelay writes, or none of them knows an option.
        UnsupportedCircuit: no format can say the program; the error is the most preferred one's, with a note on why
            each other one cannot either.
    """
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
    program = program.check()
    first: UnsupportedCircuit | None = None
    for row in rows:
        try:
            return row.payload(program, {name: value for name, value in given.items() if name in row.options})
        except UnsupportedCircuit as error:
            if first is None:
                first = error
            else:
                first.add_note(f"{row.name} refuses it too: {error}")
    assert first is not None
    raise first


def _check_options(given: Mapping[str, Any], known: frozenset[str], refusal: str) -> None:
    for name in given:
        if name not in known:
            words = f"Options: {', '.join(sorted(known))}." if known else "Leave it out: there are no options."
            raise InvalidOption(f"{refusal} the option {name!r}. {words}", option=name)
