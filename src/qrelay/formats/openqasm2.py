"""OpenQASM 2 with control flow, and `honeywell.openqasm.v1`: the gates that every reader of it knows and defines alike.

These are the gates of the language's paper; swap, rzz, sx and others came later, and strict readers refuse them. `cu3`
is left out too: the paper defines it without the phase on its control. Definitions of rotations such as `rz` differ
from reader to reader by a global phase only. Quantinuum's own words (zz, v, vdg) are for `quantinuum.openqasm.v1`:
nobody says which of them a receiver of honeywell.openqasm.v1 knows, so here they are lowered, and an `if` compares
whole registers only.
Source: Cross et al., Open Quantum Assembly Language, arXiv:1707.03429.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

from qrelay.errors import UnsupportedCircuit
from qrelay.formats.numbers import refuse_infinite
from qrelay.formats.openqasm2_guards import CannotSay, Dialect, Guards
from qrelay.formats.openqasm_lines import Ends, Text, call, gate_chunks
from qrelay.program import Operation, Program, payload_names
from qrelay.program.control import unroll
from qrelay.program.lowering import lower
from qrelay.program.names import QUBIT_REGISTER

__all__ = ["GATES", "HEADER", "Wording", "write", "write_in"]

HEADER = 'OPENQASM 2.0;\ninclude "qelib1.inc";\n'
"""The first two lines of every program."""

GATES = frozenset(
    {
        *("id", "x", "y", "z", "h", "s", "sdg", "t", "tdg", "rx", "ry", "rz", "u1", "u2", "u3"),
        *("cx", "cy", "cz", "ch", "crz", "cu1", "ccx"),
    }
)
"""Gates that are written as they are."""


@dataclass(frozen=True, slots=True)
class Wording:
    """How one receiver of OpenQASM 2 wants it.

    Attributes:
        format: the format's name, for errors.
        header: the first lines.
        words: its word for each gate that it has.
        dialect: what its `if` can compare.
        advice: what to do about control flow that it cannot say.
        by_angle: for gates whose word depends on the parameters, what it is, and which parameters go with it.
    """

    format: str
    header: str
    words: Mapping[str, str]
    dialect: Dialect
    advice: str
    by_angle: Mapping[str, Callable[..., tuple[str, tuple[float, ...]]]] = field(default_factory=dict)

    @property
    def gates(self) -> frozenset[str]:
        """Every gate that has a word."""
        return frozenset(self.words).union(self.by_angle)


_PLAIN = Wording(
    "honeywell.openqasm.v1",
    HEADER,
    {name: name for name in GATES},
    Dialect(),
    "It compares one register to numbers, in front of gates, resets and measurements; loops must have a known number of"
    " turns, and a measurement into a bit that a condition reads must come last in its branch",
)


def write(program: Program) -> bytes:
    """Write a program as OpenQASM 2, as `write_in` does.

    Raises:
        UnsupportedCircuit: for control flow beyond that; names the operation and its index.
    """
    return write_in(program, _PLAIN)


def write_in(program: Program, wording: Wording) -> bytes:
    """Write a program as OpenQASM 2 in one receiver's words.

    One quantum register holds all qubits; classical registers are `layout.groups` under `payload_names`. Barriers,
    resets and mid-circuit measurements are kept; delays and the global phase are left out. Loops of a known number of
    turns are written out; `if`, `else` and `switch`, also one in the other, become comparisons in front of each
    statement, as `openqasm2_guards` says.

    Raises:
        UnsupportedCircuit: for other loops, and for conditions that cannot be said so; names the operation and its
            index.
    """
    gates = wording.gates
    lowered = lower(unroll(program), gates, where=wording.format)
    text = _Writer(lowered, wording).text()
    if text.may_be_infinite():
        refuse_infinite(program, gates)
    return text.encode()


class _Writer:
    def __init__(self, program: Program, wording: Wording) -> None:
        self._program, self._wording = program, wording
        self._words = {**wording.words, "barrier": "barrier", "reset": "reset"}
        self._ends = Ends()
        layout = program.layout
        groups = [bits for _, bits in layout.groups]
        self._registers = list(zip(payload_names(layout), groups, strict=True))
        self._bits = {bit: f"{name}[{i}]" for name, bits in self._registers for i, bit in enumerate(bits)}
        self._guards = Guards(self._registers, wording.dialect)

    def text(self) -> Text:
        program = self._program
        text = Text([self._wording.header])
        if program.num_qubits:
            text.add([f"qreg {QUBIT_REGISTER}[{program.num_qubits}];\n"])
        text.add([f"creg {name}[{len(bits)}];\n" for name, bits in self._registers])
        for lines in gate_chunks(program.operations, self._words, self._ends, self._special):
            text.add(lines)
        return text

    def _special(self, index: int, operation: Operation) -> Iterator[str]:
        name, _, arguments = operation
        if name == "measure":
            self._guards.measured(arguments[0])
            yield self._simple(*operation)
        elif name in self._wording.by_angle:
            yield self._simple(*operation)
        elif name != "delay":
            try:
                for start, inner in self._guards.statements(operation):
                    yield f"{start}{self._simple(*inner)}"
            except CannotSay as why:
                self._refuse(index, str(why))

    def _simple(self, name: str, qubits: tuple[int, ...], arguments: tuple[Any, ...]) -> str:
        if name == "measure":
            return f"measure {QUBIT_REGISTER}[{qubits[0]}] -> {self._bits[arguments[0]]};\n"
        word, angles = self._words.get(name), arguments
        if word is None:
            word, angles = self._wording.by_angle[name](*arguments)
        return call(word, angles, self._ends[qubits])

    def _refuse(self, index: int, why: str) -> NoReturn:
        wording = self._wording
        raise UnsupportedCircuit.at(
            self._program.position(index),
            self._program.operations[index][0],
            f"{why}, and {wording.format} cannot say that. {wording.advice}: write it so, or choose another format.",
        )
