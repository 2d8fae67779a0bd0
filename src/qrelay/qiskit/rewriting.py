"""Circuits written anew in Qiskit's own gates, where its transpiler would take a name for something else or give up.

Qiskit's passes know gates by name and number of qubits: they translate anybody's gate called `iswap` as if it were
Qiskit's. They neither open boxes nor write out loops over known values for a machine without control flow, and they
refuse delays in the machine's own ticks beside delays in seconds. The reader has none of these troubles.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from qiskit import QuantumCircuit
from qiskit.circuit import AnnotatedOperation, ControlFlowOp, ControlledGate, Delay, Gate, Instruction
from qiskit.circuit.library import C3XGate, C4XGate, get_standard_gate_name_mapping

from qrelay.errors import UnsupportedCircuit
from qrelay.program.control import BitIs, RegisterIs, unroll
from qrelay.program.program import walk
from qrelay.qiskit.reader import read

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from qrelay.program import Operation
    from qrelay.program.control import Condition

__all__ = ["plain_circuit"]

_DEEPEST = 200
_ALSO = frozenset({"measure", "reset", "delay", "barrier"})
_GENUINE = ("qiskit.circuit.library.standard_gates", *(f"qiskit.circuit.{name}" for name in sorted(_ALSO)))
_BEYOND: dict[str, Callable[..., Gate]] = {"c3x": C3XGate, "c4x": C4XGate}  # gates of our table only
_GENERAL = (Gate, Instruction, ControlledGate)


def plain_circuit(circuit: QuantumCircuit, known: Collection[str]) -> QuantumCircuit:
    """The circuit as the transpiler can be given it; the very same object if nothing stands in the way.

    A rewritten circuit has the same qubits, bits and registers, Qiskit's gates only, and no delays, which no answer
    shows. `known` are the names of the control-flow operations, among others, that the target takes.

    Raises UnsupportedCircuit if a gate under a borrowed name stands beside control flow that cannot be
    written anew: loops that end by themselves, switches, expressions.
    """
    borrowed = _borrowed(circuit)
    if borrowed is None and not _can_be_written_out(circuit, known) and not _mixes_units(circuit):
        return circuit
    program = unroll(read(circuit))
    plain: QuantumCircuit = circuit.copy_empty_like()
    plain.global_phase = program.global_phase
    if _filled(plain, program.operations, plain):
        return plain
    if borrowed is None:
        return circuit
    raise UnsupportedCircuit(
        f"The gate {borrowed!r} bears the name of one of Qiskit's gates and is another; Qiskit's transpiler takes it"
        " for that, and with this control flow qrelay cannot prevent it. Give the gate a name of its own.",
        operation=borrowed,
    )


def _filled(plain: QuantumCircuit, operations: Iterable[Operation], whole: QuantumCircuit) -> bool:
    """Append the operations to `plain`, whose bits are some of those of `whole`; False if one cannot be written."""
    made = _gates()
    for name, places, arguments in operations:
        qubits = [whole.qubits[place] for place in places]
        if name in made:
            plain.append(made[name](*arguments), qubits, copy=False)
        elif name == "measure":
            plain.measure(qubits[0], whole.clbits[arguments[0]])
        elif name == "reset":
            plain.reset(qubits[0])
        elif name == "barrier":
            plain.barrier(*qubits)
        elif name == "if":
            if not _decided(plain, arguments, whole):
                return False
        elif name != "delay":
            return False
    return True


def _decided(plain: QuantumCircuit, arguments: tuple[Any, ...], whole: QuantumCircuit) -> bool:
    """Append an `if`; its branches have all bits, and the qubits that either of them uses."""
    condition = _condition(arguments[0], whole)
    branches = [branch for branch in arguments[1:] if branch]
    used = {place for branch in branches for one in branch for _, (_, places, _) in walk(0, one) for place in places}
    qubits = [whole.qubits[place] for place in sorted(used)]
    blocks = [QuantumCircuit(qubits, whole.clbits, *whole.cregs) for _ in arguments[1:]]
    if condition is None or not all(
        _filled(block, branch, whole) for block, branch in zip(blocks, arguments[1:], strict=True)
    ):
        return False
    plain.if_else(condition, blocks[0], blocks[1] if arguments[2] else None, qubits, whole.clbits)
    return True


def _condition(condition: Condition, whole: QuantumCircuit) -> tuple[Any, int] | None:
    if isinstance(condition, BitIs):
        return whole.clbits[condition.bit], int(condition.value)
    if isinstance(condition, RegisterIs):
        for register in whole.cregs:
            if tuple(whole.find_bit(bit).index for bit in register) == condition.bits:
                return register, condition.value
    return None


@cache
def _gates() -> dict[str, Callable[..., Gate]]:
    mapping: dict[str, Any] = get_standard_gate_name_mapping()
    return {name: gate.base_class for name, gate in mapping.items() if isinstance(gate, Gate)} | _BEYOND


# --- what stands in the way --------------------------------------------------------------------------------------


def _special(circuit: QuantumCircuit, depth: int = 0) -> Iterator[Any]:
    """Every operation that is no plain standard gate, those inside blocks and inside definitions included."""
    for instruction in circuit.data:
        if instruction.is_standard_gate():
            continue
        operation = instruction.operation
        while isinstance(operation, AnnotatedOperation):
            operation = operation.base_op
        yield operation
        inner: Iterable[Any] = ()
        if isinstance(operation, ControlFlowOp):
            inner = operation.blocks
        elif _kind(operation) in _GENERAL or not _module(operation).startswith("qiskit."):
            inner = [getattr(operation, "definition", None)]  # Qiskit's own gates are defined in Qiskit's own gates
        if depth < _DEEPEST:
            for body in inner:
                if isinstance(body, QuantumCircuit):
                    yield from _special(body, depth + 1)


def _borrowed(circuit: QuantumCircuit) -> str | None:
    """The name of a gate that only borrows it from one of Qiskit's."""
    for operation in _special(circuit):
        if (operation.name in _gates() or operation.name in _ALSO) and not _module(operation).startswith(_GENUINE):
            return str(operation.name)
    return None


def _module(operation: Any) -> str:
    return _kind(operation).__module__ or ""


def _kind(operation: Any) -> type:
    """Its class; that of singletons, which Qiskit makes on the fly, is the one they stand for."""
    kind: type = getattr(operation, "base_class", type(operation))
    return kind


def _can_be_written_out(circuit: QuantumCircuit, known: Collection[str]) -> bool:
    """Whether there are boxes, or loops that the target does not take."""
    return any(
        isinstance(operation, ControlFlowOp) and (operation.name == "box" or operation.name not in known)
        for operation in _special(circuit)
    )


def _mixes_units(circuit: QuantumCircuit) -> bool:
    units = {operation.unit == "dt" for operation in _special(circuit) if isinstance(operation, Delay)}
    return len(units) > 1
