"""Conditions that Quantinuum's grammar has beyond OpenQASM 2: one bit of a register, and !=, <, <=, >, >=.

Qiskit's importer reads ``if(register==number)`` only. So each other condition stands, while it reads, as the comparison
of a register of ours with the condition's number; afterwards that register is taken out and the conditions put in.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from qiskit import ClassicalRegister, QuantumCircuit
from qiskit.circuit import IfElseOp
from qiskit.circuit.classical import expr

from qrelay.local.refusal import ExecutionRefused

__all__ = ["Guard", "put_in", "taken_out"]

_IF = re.compile(r"\bif\s*\(\s*([a-z]\w*)\s*(?:\[\s*(\d+)\s*\]\s*)?(==|!=|<=|>=|<|>)\s*(\d+)\s*\)")
_STAND_IN = "qrelay_conditions"
_SIGNS = {
    "==": expr.equal,
    "!=": expr.not_equal,
    "<=": expr.less_equal,
    ">=": expr.greater_equal,
    "<": expr.less,
    ">": expr.greater,
}


@dataclass(frozen=True, slots=True)
class Guard:
    """One condition as it stands in the text; ``bit`` is None for the whole register."""

    register: str
    bit: int | None
    sign: str
    value: int


def taken_out(text: str) -> tuple[str, list[Guard]]:
    """The text, which has no comments, with stand-ins for the conditions that are returned."""
    guards: list[Guard] = []
    first = 0

    def stand_in(found: re.Match[str]) -> str:
        nonlocal first
        register, bit, sign, value = found.groups()
        if bit is None and sign == "==":
            return found.group()
        if not guards:
            first = found.start()
        guards.append(Guard(register, None if bit is None else int(bit), sign, int(value)))
        return f"if({_STAND_IN}=={len(guards) - 1})"

    changed = _IF.sub(stand_in, text)
    if not guards:
        return text, guards
    if _STAND_IN in text:
        raise ExecutionRefused("CompilationError", f"the name {_STAND_IN!r} is taken here")
    # what stands before the first one has not changed
    declared = f"creg {_STAND_IN}[{max(len(guards) - 1, 1).bit_length()}]; "
    return changed[:first] + declared + changed[first:], guards


def put_in(circuit: QuantumCircuit, guards: list[Guard]) -> QuantumCircuit:
    """The circuit without the stand-in register, and with the conditions. Raises ExecutionRefused (CompilationError)
    for a register or a bit that is not declared, and for bits that are compared otherwise than with 0 or 1."""
    if not guards:
        return circuit
    registers = {register.name: register for register in circuit.cregs}
    ours = registers.pop(_STAND_IN)
    conditions = [_condition(guard, registers) for guard in guards]
    gone = set(ours)
    whole = QuantumCircuit(*circuit.qregs, *registers.values(), global_phase=circuit.global_phase, name=circuit.name)
    for item in circuit.data:
        operation = item.operation
        condition: Any = getattr(operation, "condition", None) if isinstance(operation, IfElseOp) else None
        if condition is None or condition[0] != ours:
            whole.append(operation, item.qubits, item.clbits)
            continue
        test, read = conditions[condition[1]]
        (block,) = operation.blocks
        bits = list(dict.fromkeys([*(bit for bit in item.clbits if bit not in gone), *read]))
        places = dict(zip(block.clbits, item.clbits, strict=True))
        body = QuantumCircuit(block.qubits, bits)
        for inner in block.data:
            body.append(inner.operation, inner.qubits, [places[bit] for bit in inner.clbits])
        whole.append(IfElseOp(test, body), item.qubits, bits)
    return whole


def _condition(guard: Guard, registers: dict[str, ClassicalRegister]) -> tuple[Any, list[Any]]:
    register = registers.get(guard.register)
    if register is None:
        raise ExecutionRefused("CompilationError", f"{guard.register!r} is not a classical register")
    if guard.bit is None:
        return _SIGNS[guard.sign](register, guard.value), list(register)
    if guard.bit >= len(register):
        raise ExecutionRefused("CompilationError", f"register {guard.register!r} has no bit {guard.bit}")
    if guard.sign not in ("==", "!=") or guard.value > 1:
        raise ExecutionRefused("CompilationError", "one bit is compared with 0 or 1, by == or != only")
    bit = register[guard.bit]
    return (bit, int(bool(guard.value) == (guard.sign == "=="))), [bit]
