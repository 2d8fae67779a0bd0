"""What a job's input says about reading its answer: our own layouts, and the programs of other clients.

A layout of ours travels inside the program. Programs of the vendor's SDK and of others are read as far as they are
clear: declarations and measurements of straight-line OpenQASM, the SDK's `meas_map` beside IonQ's circuits.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from qrelay.formats.qiskit_qpy import layout_in_pub
from qrelay.formats.ready_openqasm import declared
from qrelay.formats.traveling import layout_in_iqm, layout_in_registers, layout_in_text, layouts_in_label
from qrelay.kipu.inputs import programs_in
from qrelay.program import Layout, Register

__all__ = ["layouts_in"]

_MOST_BITS = 100_000
_IONQ = "ionq.quantum-results.v1"


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
    if not isinstance(program, Mapping):
        return None
    if output_format == _IONQ and "meas_map" not in params and "registers" not in program:
        return _whole(program.get("qubits"))
    return _mapped(program, params)


def _whole(qubits: Any) -> Layout | None:
    """Every qubit a bit, as the SDK reads IonQ's answers without a map: by the answer alone, qubits that are 0 in all
    of its states would be missing."""
    if type(qubits) is not int or not 0 < qubits <= _MOST_BITS:
        return None
    bits = tuple(range(qubits))
    return Layout(qubits, (Register("c", bits),), bits, qubits)


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


def _declared(text: str, output_format: str | None) -> Layout | None:
    """The layout of a program without one of ours, where it is known how answers of this format follow it."""
    found = declared(text)
    if found is None or found.decides or found.rewritten or not found.measured:
        return None
    layout = found.layout
    if output_format == "braket.task_result.gate_model_task_result":
        return None if found.repeated else layout  # its answers have each qubit once
    if output_format == "qudora.result" and len(layout.registers) == 1:
        # its strings are of the bits, whatever these measure
        bits = range(layout.num_clbits)
        return Layout(len(bits), layout.registers, tuple(bits), len(bits))
    if output_format == "kipu.qsim.result" and layout.qubits == tuple(range(found.width)):
        return layout  # any other map: qubits or bits, nobody says
    return None
