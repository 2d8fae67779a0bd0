"""`honeywell.openqasm.v1`: OpenQASM 2 with the gates of qelib1.inc that every reader knows and defines alike.

These are the gates of the language's paper; swap, rzz, sx and others came later, and strict readers refuse them. `cu3`
is left out too: the paper defines it without the phase on its control. Definitions of rotations such as `rz` differ
from reader to reader by a global phase only.
Source: Cross et al., Open Quantum Assembly Language, arXiv:1707.03429.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NoReturn

from qrelay.errors import UnsupportedCircuit
from qrelay.formats.numbers import refuse_infinite
from qrelay.formats.openqasm_lines import Ends, call, gate_lines
from qrelay.program import Layout, Operation, Program, payload_names
from qrelay.program.control import BitIs, RegisterIs, unroll
from qrelay.program.lowering import lower
from qrelay.program.names import QUBIT_REGISTER

__all__ = ["GATES", "HEADER", "write"]

_FORMAT = "honeywell.openqasm.v1"

HEADER = 'OPENQASM 2.0;\ninclude "qelib1.inc";\n'
"""The first two lines of every program."""

GATES = frozenset(
    {
        *("id", "x", "y", "z", "h", "s", "sdg", "t", "tdg", "rx", "ry", "rz", "u1", "u2", "u3"),
        *("cx", "cy", "cz", "ch", "crz", "cu1", "ccx"),
    }
)
"""Gates that are written as they are."""

_WORDS = {name: name for name in (*GATES, "barrier", "reset")}


def write(program: Program) -> bytes:
    """Write a program as OpenQASM 2.

    One quantum register holds all qubits; classical registers are `layout.groups` under `payload_names`. Barriers,
    resets and mid-circuit measurements are kept; delays and the global phase are left out. An `if` is written when it
    compares a whole register to a number, guards gates, resets and measurements only, and has no `else`.

    Raises:
        UnsupportedCircuit: for any other control flow; names the operation and its index.
    """
    lowered = lower(unroll(program), GATES, where=_FORMAT)
    text = "".join(_Writer(lowered, program.layout).lines())
    if "nan" in text or "inf" in text:  # neither is part of a keyword or a gate, but both may be of a register's name
        refuse_infinite(program, GATES)
    return text.encode()


class _Writer:
    def __init__(self, program: Program, layout: Layout) -> None:
        self._program = program
        self._ends = Ends()
        groups = [bits for _, bits in layout.groups]
        self._registers = list(zip(payload_names(layout), groups, strict=True))
        self._bits = {bit: f"{name}[{i}]" for name, bits in self._registers for i, bit in enumerate(bits)}
        self._conditions = {bits: name for name, bits in self._registers}

    def lines(self) -> list[str]:
        program = self._program
        lines = [HEADER]
        if program.num_qubits:
            lines.append(f"qreg {QUBIT_REGISTER}[{program.num_qubits}];\n")
        lines += [f"creg {name}[{len(bits)}];\n" for name, bits in self._registers]
        return lines + gate_lines(program.operations, _WORDS, self._ends, self._special)

    def _special(self, index: int, operation: Operation) -> Iterator[str]:
        name, qubits, arguments = operation
        if name == "measure":
            yield f"measure {QUBIT_REGISTER}[{qubits[0]}] -> {self._bits[arguments[0]]};\n"
        elif name == "if":
            yield from self._if(index, arguments)
        elif name != "delay":
            self._refuse(index, "is other control flow")

    def _if(self, index: int, arguments: tuple[Any, ...]) -> Iterator[str]:
        condition, then, otherwise = arguments
        if otherwise:
            self._refuse(index, "has an else branch")
        bits: tuple[int, ...]
        if isinstance(condition, BitIs):
            bits, value = (condition.bit,), int(condition.value)
        elif isinstance(condition, RegisterIs):
            bits, value = condition.bits, condition.value
        else:
            self._refuse(index, "decides by an expression")
        register = self._conditions.get(bits)
        if register is None:
            self._refuse(index, "tests bits that are not one whole register")
        changed = False
        for inner in then:
            name, qubits, params = inner
            if name in ("barrier", "delay", "global_phase"):
                continue
            if changed:
                self._refuse(index, "changes its own condition on the way")
            if name == "measure":
                changed = params[0] in bits
                line = next(self._special(index, inner))
            elif name in GATES or name == "reset":
                line = call(name, params, self._ends[qubits])
            else:
                self._refuse(index, f"holds {name!r}")
            yield f"if({register}=={value}) {line}"

    def _refuse(self, index: int, why: str) -> NoReturn:
        raise UnsupportedCircuit.at(
            self._program.position(index),
            self._program.operations[index][0],
            f"{why}. All the control flow that {_FORMAT} can say is an if without else that compares one whole register"
            " to a number and holds gates, resets and measurements: write it so, or choose another format.",
        )
