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
from qrelay.program import Layout, Operation, Program, payload_names
from qrelay.program.control import BitIs, RegisterIs, unroll
from qrelay.program.lowering import lower
from qrelay.program.names import QUBIT_REGISTER

__all__ = ["GATES", "write"]

_FORMAT = "honeywell.openqasm.v1"

GATES = frozenset(
    {
        *("id", "x", "y", "z", "h", "s", "sdg", "t", "tdg", "rx", "ry", "rz", "u1", "u2", "u3"),
        *("cx", "cy", "cz", "ch", "crz", "cu1", "ccx"),
    }
)
"""Gates that are written as they are."""


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


def _real(value: float) -> str:
    """The number as OpenQASM 2's grammar has it: a decimal point is not optional, also before an exponent."""
    text = repr(value)
    if "e" in text and "." not in text:
        return text.replace("e", ".0e")
    return text


class _Lines(dict[tuple[int, ...], str]):
    """The end of a gate's line, from its qubits on."""

    def __missing__(self, qubits: tuple[int, ...]) -> str:
        line = self[qubits] = f" {','.join([f'{QUBIT_REGISTER}[{qubit}]' for qubit in qubits])};\n"
        return line


class _Calls(dict[tuple[int, ...], str]):
    """Whole lines of one gate without parameters."""

    def __init__(self, name: str, ends: _Lines) -> None:
        self._name, self._ends = name, ends

    def __missing__(self, qubits: tuple[int, ...]) -> str:
        line = self[qubits] = f"{self._name}{self._ends[qubits]}"
        return line


class _Writer:
    def __init__(self, program: Program, layout: Layout) -> None:
        self._program = program
        self._ends = _Lines()
        groups = [bits for _, bits in layout.groups]
        self._registers = list(zip(payload_names(layout), groups, strict=True))
        self._bits = {bit: f"{name}[{i}]" for name, bits in self._registers for i, bit in enumerate(bits)}
        self._conditions = {bits: name for name, bits in self._registers}

    def lines(self) -> list[str]:
        program = self._program
        lines = ['OPENQASM 2.0;\ninclude "qelib1.inc";\n']
        if program.num_qubits:
            lines.append(f"qreg {QUBIT_REGISTER}[{program.num_qubits}];\n")
        lines += [f"creg {name}[{len(bits)}];\n" for name, bits in self._registers]
        ends = self._ends
        calls = {name: _Calls(name, ends) for name in (*GATES, "barrier", "reset")}
        calls["barrier"][()] = ""  # the grammar has no barrier on nothing, and it holds nothing back
        add = lines.append
        for index, (name, qubits, arguments) in enumerate(program.operations):
            if name in calls:
                if not arguments:
                    add(calls[name][qubits])
                elif len(arguments) == 1:
                    text = repr(arguments[0])
                    if "e" in text:
                        text = _real(arguments[0])
                    add(f"{name}({text}){ends[qubits]}")
                else:
                    add(f"{name}({','.join(map(_real, arguments))}){ends[qubits]}")
            else:
                lines.extend(self._special(index, (name, qubits, arguments)))
        return lines

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
                angles = f"({','.join(map(_real, params))})" if params else ""
                line = f"{name}{angles}{self._ends[qubits]}"
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
