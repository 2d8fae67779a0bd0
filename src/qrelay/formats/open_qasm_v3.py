"""`OPEN_QASM_V3`: OpenQASM 3 for whoever reads it, with the gates of stdgates.inc and control flow.

Classical registers are `layout.groups` under `payload_names`, so the user's names survive. What is written is what
independent readers take alike: Qiskit's importer, the QDK's compiler and the language's own parser. So conditions speak
of single bits (`openqasm3_conditions` says why), a `switch` becomes a chain of `if` and `else` (the word is new in
version 3.1, and two of the readers refuse it), and delays are left out as everywhere (the QDK refuses them). Gates that
stdgates.inc lacks are lowered: definitions would come out anew in every reader.

The layout travels in a comment.
Source: openqasm.com, the language's specification, version 3.0, and its standard library.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from qrelay.errors import UnsupportedCircuit
from qrelay.formats.numbers import refuse_infinite
from qrelay.formats.openqasm3_conditions import CannotSay, conjunction, number, truth
from qrelay.formats.openqasm_lines import Ends, Text, call, gate_chunks
from qrelay.formats.traveling import layout_comment
from qrelay.program import Operation, Program, payload_names
from qrelay.program.control import BitIs, Condition, Expression, RegisterIs
from qrelay.program.lowering import lower
from qrelay.program.names import QUBIT_REGISTER

__all__ = ["GATES", "write"]

_FORMAT = "OPEN_QASM_V3"
_DEEPEST_IFS = 8
"""Bits of a comparison that are asked one `if` inside the other, which every reader takes; more of them are joined."""

GATES = frozenset(
    {
        *("id", "x", "y", "z", "h", "s", "sdg", "t", "tdg", "sx", "p", "rx", "ry", "rz", "u1", "u2", "u3"),
        *("cx", "cy", "cz", "cp", "crx", "cry", "crz", "ch", "cu", "swap", "ccx", "cswap"),
    }
)
"""Gates that are written as they are; readers differ in global phases of some only."""

_WORDS = {name: name for name in (*GATES, "barrier", "reset")}


def write(program: Program) -> bytes:
    """Write a program as OpenQASM 3.

    Mid-circuit measurements, resets, barriers and control flow are kept; delays and the global phase are left out.

    Raises:
        UnsupportedCircuit: for conditions that work out numbers of more than 62 bits, or divide by what may be zero;
            names the operation and its index.
    """
    lowered = lower(program, GATES, where=_FORMAT)
    text = _Writer(lowered).text()
    if text.may_be_infinite():
        refuse_infinite(program, GATES)
    return text.encode()


class _Writer:
    def __init__(self, program: Program) -> None:
        self._program = program
        self._ends = Ends()
        groups = [bits for _, bits in program.layout.groups]
        self._registers = list(zip(payload_names(program.layout), groups, strict=True))
        self._bits = {bit: f"{name}[{i}]" for name, bits in self._registers for i, bit in enumerate(bits)}

    def text(self) -> Text:
        program = self._program
        text = Text(['OPENQASM 3.0;\ninclude "stdgates.inc";\n', layout_comment(program.layout)])
        if program.num_qubits:
            text.add([f"qubit[{program.num_qubits}] {QUBIT_REGISTER};\n"])
        text.add([f"bit[{len(bits)}] {name};\n" for name, bits in self._registers])
        for lines in gate_chunks(program.operations, _WORDS, self._ends, self._special):
            text.add(lines)
        return text

    def _special(self, index: int, operation: Operation) -> Iterable[str]:
        if operation[0] == "measure":
            return [self._measure(operation)]
        try:
            return list(self._lines(operation, 0))
        except CannotSay as why:
            what = f"{why}. Write the condition with smaller numbers, or choose another format than {_FORMAT}."
            raise UnsupportedCircuit.at(self._program.position(index), operation[0], what) from None

    def _measure(self, operation: Operation) -> str:
        _, qubits, arguments = operation
        return f"{self._bits[arguments[0]]} = measure {QUBIT_REGISTER}[{qubits[0]}];\n"

    def _lines(self, operation: Operation, depth: int) -> Iterator[str]:
        """One operation, `depth` blocks deep."""
        name, qubits, arguments = operation
        pad = "  " * depth
        if name in _WORDS:
            if qubits:  # the grammar has no barrier on nothing
                yield f"{pad}{call(name, arguments, self._ends[qubits])}"
        elif name == "measure":
            yield f"{pad}{self._measure(operation)}"
        elif name in ("break", "continue"):
            yield f"{pad}{name};\n"
        elif name == "if":
            condition, then, otherwise = arguments
            yield from self._if(condition, then, otherwise, depth)
        elif name == "while":
            yield f"{pad}while ({_bare(truth(arguments[0], self._bits))}) {{\n"
            yield from self._block(arguments[1], depth)
        elif name == "for":
            values, _, body = arguments
            if len(values):  # which value it is, the body does not ask
                yield f"{pad}for int _{depth} in [1:{len(values)}] {{\n"
                yield from self._block(body, depth)
        elif name == "switch":
            yield from self._switch(arguments[0], arguments[1], depth)
        # delays and phases change nothing

    def _block(self, operations: Iterable[Operation], depth: int, end: str = "}\n") -> Iterator[str]:
        for operation in operations:
            yield from self._lines(operation, depth + 1)
        yield f"{'  ' * depth}{end}"

    def _if(
        self, condition: Condition, then: tuple[Operation, ...], otherwise: tuple[Operation, ...], depth: int
    ) -> Iterator[str]:
        parts = conjunction(condition, self._bits) or []
        if not otherwise and 1 < len(parts) <= _DEEPEST_IFS:
            for inner, part in enumerate(parts, depth):
                yield f"{'  ' * inner}if ({part}) {{\n"
            deepest = depth + len(parts) - 1
            yield from self._block(then, deepest)
            yield from (f"{'  ' * inner}}}\n" for inner in range(deepest - 1, depth - 1, -1))
            return
        yield f"{'  ' * depth}if ({_bare(truth(condition, self._bits))}) {{\n"
        if not otherwise:
            yield from self._block(then, depth)
            return
        yield from self._block(then, depth, "} else {\n")
        yield from self._block(otherwise, depth)

    def _switch(
        self,
        chosen_by: Expression,
        cases: Sequence[tuple[Sequence[Any] | None, tuple[Operation, ...]]],
        depth: int,
    ) -> Iterator[str]:
        """The cases as `if … else if …`; all conditions are looked at before any case runs, so this is the same."""
        default: tuple[Operation, ...] = ()
        named: list[tuple[str, tuple[Operation, ...]]] = []
        for labels, block in cases:
            if labels is None or None in labels:  # any other label beside it says nothing more
                default = block
            elif labels:
                tests = [self._chosen(chosen_by, int(label)) for label in labels]
                named.append((f"({' || '.join(tests)})" if len(tests) > 1 else tests[0], block))
        if not named:
            for operation in default:
                yield from self._lines(operation, depth)
            return
        start = "  " * depth
        for place, (test, block) in enumerate(named, 1):
            yield f"{start}if ({_bare(test)}) {{\n"
            if place < len(named):
                yield from self._block(block, depth, "} else ")
            else:
                yield from self._block(block, depth, "} else {\n" if default else "}\n")
            start = ""
        if default:
            yield from self._block(default, depth)

    def _chosen(self, chosen_by: Expression, label: int) -> str:
        """Whether the value is the label."""
        if chosen_by.operator == "bits":
            bits: tuple[Any, ...] = chosen_by.operands
            return truth(RegisterIs(bits, label), self._bits)
        if chosen_by.width:
            return f"({number(chosen_by, self._bits)} == {label})"
        if chosen_by.operator == "bit" and label in (0, 1):
            bit: Any = chosen_by.operands[0]
            return truth(BitIs(bit, bool(label)), self._bits)
        if label not in (0, 1):
            return "false"
        text = truth(chosen_by, self._bits)
        return text if label else f"!{text}"


def _bare(condition: str) -> str:
    """Without the outer brackets, where they belong together."""
    if not condition.startswith("("):
        return condition
    depth = 0
    for place, character in enumerate(condition):
        depth += (character == "(") - (character == ")")
        if depth == 0:
            return condition[1:-1] if place == len(condition) - 1 else condition
    return condition
