"""Qiskit's Target from qrelay's description of a device."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from qiskit.circuit import (
    Barrier,
    BreakLoopOp,
    ContinueLoopOp,
    Delay,
    ForLoopOp,
    Gate,
    IfElseOp,
    Instruction,
    Measure,
    Parameter,
    Reset,
    SwitchCaseOp,
    WhileLoopOp,
)
from qiskit.circuit.library import get_standard_gate_name_mapping
from qiskit.providers import QubitProperties
from qiskit.transpiler import InstructionProperties, Target

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qrelay import cloud

__all__ = ["qiskit_target"]

_Properties: TypeAlias = dict[tuple[int, ...], InstructionProperties | None]

_CONTROL_FLOW = {
    "if": (IfElseOp, "if_else"),
    "while": (WhileLoopOp, "while_loop"),
    "for": (ForLoopOp, "for_loop"),
    "switch": (SwitchCaseOp, "switch_case"),
}


def qiskit_target(device: cloud.Target) -> Target:
    """What Qiskit's transpiler needs to know of a device.

    Times are in seconds, frequencies in hertz, errors are probabilities. A machine that couples all pairs gets *global*
    instructions, which transpile in milliseconds where a listing of all pairs takes up to seconds, and which leave
    circuits as wide as they are; figures of single qubits (and of readout) are given where the service knows them. A
    machine with a coupling map gets its gates qubit by qubit and pair by pair, in both directions, with the errors and
    durations of its calibration. Gates that Qiskit has no name for are left out.
    """
    target = Target(
        description=device.id, num_qubits=device.num_qubits, qubit_properties=_qubit_properties(device) or None
    )
    known: dict[str, Instruction] = get_standard_gate_name_mapping()
    for name in sorted(device.gates):
        gate = known.get(name)
        if not isinstance(gate, Gate) or gate.num_qubits == 0:
            continue  # a global phase is no gate of a device: circuits keep it as a number
        if device.coupling is not None and gate.num_qubits > 2:
            continue  # transpiled into gates that act on the pairs the machine has
        target.add_instruction(gate, _gate_properties(device, gate))
    target.add_instruction(Measure(), _readout_properties(device))
    target.add_instruction(Reset(), _each_qubit(device))
    target.add_instruction(Delay(Parameter("t")), _each_qubit(device))
    target.add_instruction(Barrier, name="barrier")
    for word in sorted(device.control_flow):
        kind, name = _CONTROL_FLOW[word]
        target.add_instruction(kind, name=name)
    if device.control_flow & {"while", "for"}:
        target.add_instruction(BreakLoopOp, name="break_loop")
        target.add_instruction(ContinueLoopOp, name="continue_loop")
    return target


def _qubit_properties(device: cloud.Target) -> list[QubitProperties]:
    if not device.qubits or device.num_qubits is None:
        return []
    known = [QubitProperties(t1=qubit.t1, t2=qubit.t2, frequency=qubit.frequency) for qubit in device.qubits]
    unknown = [QubitProperties() for _ in range(device.num_qubits - len(known))]
    return (known + unknown)[: device.num_qubits]


def _each_qubit(device: cloud.Target) -> _Properties | None:
    """No figures, but named qubits where the machine's pairs are named too; None means a global instruction."""
    if device.coupling is None or device.num_qubits is None:
        return None
    return {(qubit,): None for qubit in range(device.num_qubits)}


def _readout_properties(device: cloud.Target) -> _Properties | None:
    figures: _Properties = {
        (index,): InstructionProperties(duration=qubit.readout_duration, error=qubit.readout_error)
        for index, qubit in enumerate(device.qubits)
        if qubit.readout_error is not None or qubit.readout_duration is not None
    }
    return _with_all(device, figures)


def _gate_properties(device: cloud.Target, gate: Gate) -> _Properties | None:
    figures: _Properties = {
        entry.qubits: InstructionProperties(duration=entry.duration, error=entry.error)
        for entry in device.calibration
        if entry.gate == gate.name and len(entry.qubits) == gate.num_qubits
    }
    if gate.num_qubits == 1:
        return _with_all(device, figures)
    if gate.num_qubits != 2 or device.coupling is None:
        return None
    return {pair: figures.get(pair) or figures.get(pair[::-1]) for pair in _both_directions(device.coupling)}


def _with_all(device: cloud.Target, figures: _Properties) -> _Properties | None:
    """Figures by qubit, the other qubits added without figures: a qubit left out would count as unable."""
    if not figures or device.num_qubits is None:
        return _each_qubit(device)
    return {(qubit,): figures.get((qubit,)) for qubit in range(device.num_qubits)}


def _both_directions(pairs: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    return list(dict.fromkeys(pair for a, b in pairs for pair in ((a, b), (b, a))))
