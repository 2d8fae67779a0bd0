"""What circuits need a format to be able to say, and what each format must be able to say: no refusal for less."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ["MUST_SAY", "must_say", "needs_of_cirq", "needs_of_qiskit"]

_NOTHING: frozenset[str] = frozenset()
_MIDWAY = frozenset({"midway", "reset"})
_BRANCHES = frozenset({"if bit", "if register", "else", "nested", "measure inside", "own condition", "switch"})
_LOOPS = frozenset({"while", "break"})
_ACROSS = frozenset({"across"})

MUST_SAY: Mapping[str, frozenset[str]] = {
    "ionq.circuit.v1": _NOTHING,
    "IONQ_CIRCUIT_V1": _NOTHING,
    "OPEN_QASM_V2": _NOTHING,
    "BRAKET_OPEN_QASM_V3": _NOTHING,
    "IQM_JOB_INPUT_V1": _NOTHING,
    "AQT_JOB_INPUT_V1": _NOTHING,
    "PERCEVAL": _NOTHING,
    "honeywell.openqasm.v1": _MIDWAY | {"if register", "nested", "else", "measure inside", "switch"},
    "quantinuum.openqasm.v1": _MIDWAY | _BRANCHES - {"own condition"},
    "qir.v1": _MIDWAY | _BRANCHES | _ACROSS,
    "rigetti.quil.v1": _MIDWAY | _ACROSS | {"if bit", "if register", "else", "nested", "switch"},
    "OPEN_QASM_V3": _MIDWAY | _BRANCHES | _ACROSS | _LOOPS | {"expression"},
    "QISKIT_QPY": _MIDWAY | _BRANCHES | _ACROSS | _LOOPS | {"expression"},
}
"""Beyond gates, final measurements and loops over known values, which all must say (PERCEVAL's gates apart).

midway          something happens to a qubit after its measurement
reset           of a qubit that something happened to
if register     a whole register is compared with a number, or a bit that is a register of its own
if bit          one bit of several
else, switch, while, nested, expression      as they are called; nested is a block in a block
break           or continue, of any loop
measure inside  a block
across          a condition looks at bits of several registers at once
own condition   a block measures into what it was chosen by
length          thousands of operations in a machine's own gates
"""

REFUSES_GATES = frozenset({"PERCEVAL"})
"""Formats of machines that cannot do every gate."""

SHORT = frozenset({"AQT_JOB_INPUT_V1"})
"""Formats that hold so many operations and no more: a circuit may need "length"."""


def must_say(format_name: str, needs: frozenset[str]) -> bool:
    """Whether a refusal would be one too many."""
    if format_name not in SHORT:
        needs -= {"length"}
    return format_name not in REFUSES_GATES and needs <= MUST_SAY[format_name]


def needs_of_qiskit(circuit: Any) -> frozenset[str]:
    return frozenset(_qiskit(circuit, circuit, set(), set(), inside=False))


def _qiskit(whole: Any, block: Any, used: set[Any], measured: set[Any], *, inside: bool) -> Iterator[str]:
    """Bits and qubits inside of blocks are the circuit's own: so the drawings make them."""
    for instruction in block.data:
        name, operation = instruction.name, instruction.operation
        if not instruction.is_control_flow() and getattr(instruction, "condition", None) is not None:
            yield from _condition(whole, instruction.condition)  # Qiskit 1's c_if
            if inside:
                yield "nested"
        if name == "measure":
            if inside:
                yield "measure inside"
            measured.add(instruction.qubits[0])
            used.add(instruction.qubits[0])
            continue
        if name in ("barrier", "delay"):
            continue
        if name == "reset":
            if inside or instruction.qubits[0] in used:
                yield "reset"
            continue
        if name in ("break_loop", "continue_loop"):
            yield "break"
            continue
        if operation.name == "initialize" and not used.isdisjoint(instruction.qubits):
            yield "reset"
        if not hasattr(operation, "blocks"):
            if not measured.isdisjoint(instruction.qubits):
                yield "midway"
            used.update(instruction.qubits)
            continue
        if name != "for_loop" and inside:
            yield "nested"
        if name == "if_else":
            yield from _condition(whole, operation.condition)
            if operation.params[1] is not None and operation.params[1].data:
                yield "else"
        elif name == "while_loop":
            yield "while"
            yield from _condition(whole, operation.condition)
        elif name == "switch_case":
            yield "switch"
            yield from _condition(whole, (operation.target, 0)) if isinstance(operation.target, tuple) else ()
        for body in operation.blocks:
            written = {bit for one in _flat(body) if one.name == "measure" for bit in one.clbits}
            if name in ("if_else", "switch_case") and not written.isdisjoint(_tested(_decisive(operation))):
                yield "own condition"
            if not measured.isdisjoint(body.qubits):
                yield "midway"
            # what is inside may run again, after itself
            again = name in ("for_loop", "while_loop")
            for _ in range(2 if again else 1):
                yield from _qiskit(whole, body, used, measured, inside=inside or name != "for_loop")


def _flat(block: Any) -> Iterator[Any]:
    for instruction in block.data:
        yield instruction
        for body in getattr(instruction.operation, "blocks", ()):
            yield from _flat(body)


def _decisive(operation: Any) -> Any:
    """What a branch is chosen by."""
    return (operation.target, 0) if operation.name == "switch_case" else operation.condition


def _tested(condition: Any) -> set[Any]:
    from qiskit.circuit import ClassicalRegister, Clbit

    if not isinstance(condition, tuple) or not isinstance(condition[0], Clbit | ClassicalRegister):
        return set()
    return {condition[0]} if isinstance(condition[0], Clbit) else set(condition[0])


def _condition(whole: Any, condition: Any) -> Iterator[str]:
    from qiskit.circuit import Clbit

    if not isinstance(condition, tuple):
        yield "expression"
        return
    what = condition[0]
    if isinstance(what, Clbit):
        homes = [register for register, _ in whole.find_bit(what).registers]
        yield "if register" if len(homes) == 1 and homes[0].size == 1 else "if bit"
    else:
        shared = any(len(whole.find_bit(bit).registers) > 1 for bit in what)
        yield "if bit" if shared or not what.size else "if register"


def needs_of_cirq(circuit: Any) -> frozenset[str]:
    import cirq

    needs: set[str] = set()
    used: set[Any] = set()
    measured: set[Any] = set()
    keys: dict[str, int] = {}
    for op in circuit.all_operations():
        conditions = op.classical_controls
        plain = op.without_classical_controls()
        gate = plain.gate
        if conditions:
            needs |= _of_conditions(conditions, keys)
        if not measured.isdisjoint(op.qubits) and not isinstance(gate, cirq.MeasurementGate):
            needs.add("midway")
        if isinstance(gate, cirq.ResetChannel) and (conditions or not used.isdisjoint(op.qubits)):
            needs.add("reset")
        if isinstance(gate, cirq.MeasurementGate):
            keys[gate.key] = keys.get(gate.key, 0) + 1
            measured.update(op.qubits)
        used.update(op.qubits)
    return frozenset(needs)


def _of_conditions(conditions: Any, keys: Mapping[str, int]) -> set[str]:
    """Cirq's may come to several comparisons, and to nested ones; a key alone on one qubit is a register of one bit."""
    return {"if bit", "if register", "nested", "expression"} if conditions else set()
