"""QIR's adaptive profiles: mid-circuit measurement, reset, and control flow by forward branches.

Each classical bit is the result of its own number. Measuring into a result that was written before replaces its value,
on whatever path that happens, and a result that nothing was measured into reads 0: so reading a result gives the bit
as it is at that moment, and recording it at the end gives its final value.

Source: QIR adaptive profile (github.com/qir-alliance/qir-spec), without its optional backward and multiple-target
branching, which Adaptive_RI and Adaptive_RIF do not have.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NoReturn

from qrelay.errors import UnsupportedCircuit
from qrelay.formats.qir_calls import Code
from qrelay.formats.qir_conditions import Conditions
from qrelay.program import Operation, Program
from qrelay.program.control import Value, leaves_loop
from qrelay.program.operations import blocks

__all__ = ["write_operations"]

_LEFT_OUT = frozenset({"barrier", "delay", "global_phase"})
_MOST_STEPS = 5_000_000
"""What loops may be written out to; a service would hardly take a tenth of it."""


def write_operations(program: Program, code: Code) -> None:
    """Write a program that was lowered to QIR's gates, its loops unrolled as far as `unroll` does it.

    Barriers, delays and global phases are left out, and so is all that no path leads to. A `for` that breaks or
    continues is written out with forward jumps. A `while` is written if it is known not to come to a second turn: its
    condition is false on bits that nothing was measured into, or every path through its body breaks.

    Raises:
        UnsupportedCircuit: any other `while`, and expressions beyond integers of 63 bits; names the operation and its
            index in the circuit that was read, for what stands inside blocks that of the outermost one.
    """
    writer = _Writer(program, code)
    writer.write(program.operations)


class _Writer:
    def __init__(self, program: Program, code: Code) -> None:
        self._program, self._code = program, code
        self._written: set[int] = set()
        self._steps = 0
        self._index = 0  # of the outermost operation that is being written
        self._name = ""  # of the one that is, if it decides

    def write(self, operations: Iterable[Operation]) -> None:
        gate = self._code.gate
        for index, (name, qubits, arguments) in enumerate(operations):
            if name in _SPECIAL:
                self._index = index
                self._special(name, qubits, arguments, None)
            else:
                gate(name, qubits, arguments)

    def _block(self, operations: Iterable[Operation], loop: tuple[Any, Any] | None) -> None:
        """The same inside a block; `loop` is where `continue` and `break` go."""
        code = self._code
        for name, qubits, arguments in operations:
            if not code.open:
                return
            self._steps += 1
            if name in _SPECIAL:
                self._special(name, qubits, arguments, loop)
            else:
                code.gate(name, qubits, arguments)
        if self._steps > _MOST_STEPS:
            self._name = "for"
            self._refuse(
                f"is written out to more than {_MOST_STEPS:,} steps, because qir.v1's adaptive profiles have no loops."
                " Let it run less often."
            )

    def _special(self, name: str, qubits: tuple[int, ...], arguments: Any, loop: tuple[Any, Any] | None) -> None:
        if name == "measure":
            self._code.measure(qubits[0], arguments[0])
            self._written.add(arguments[0])
        elif name == "reset":
            self._code.reset(qubits[0])
        elif name == "if":
            self._if(arguments[0], arguments[1], arguments[2], loop)
        elif name == "switch":
            self._switch(arguments[0], arguments[1], loop)
        elif name == "for":
            self._for(arguments[0], arguments[2])
        elif name == "while":
            self._while(*arguments)
        elif name in ("break", "continue"):
            if loop is None:
                self._name = name
                self._refuse("stands outside every loop.")
            self._code.jump(loop[name == "break"])

    def _conditions(self, name: str) -> Conditions:
        self._name = name
        return Conditions(self._code, self._written, self._refuse)

    def _if(
        self,
        condition: Any,
        then: tuple[Operation, ...],
        otherwise: tuple[Operation, ...],
        loop: tuple[Any, Any] | None,
    ) -> None:
        code, conditions = self._code, self._conditions("if")
        if _does_nothing(then) and _does_nothing(otherwise):
            return
        known = conditions.known(condition)
        if known is not None:
            self._block(then if known else otherwise, loop)
            return
        end = code.label()
        yes = end if _does_nothing(then) else code.label()
        no = end if _does_nothing(otherwise) else code.label()
        conditions.branch(condition, yes, no)
        for label, block in ((yes, then), (no, otherwise)):
            if label is not end:
                code.place(label)
                self._block(block, loop)
                code.jump(end)
        code.place(end)

    def _switch(
        self,
        value: Value,
        cases: tuple[tuple[tuple[int | None, ...] | None, tuple[Operation, ...]], ...],
        loop: tuple[Any, Any] | None,
    ) -> None:
        """A chain of comparisons: the profiles have no branch to many places. The first case that fits counts."""
        code, conditions = self._code, self._conditions("switch")
        if all(_does_nothing(block) for _, block in cases):
            return
        known = conditions.known(value)
        if known is not None:
            for labels, block in cases:
                if labels is None or known in labels or None in labels:
                    self._block(block, loop)
                    break
            return
        end = code.label()
        wide = value.operator == "bits"
        number = None if wide else conditions.number(value)
        places: list[tuple[Any, tuple[Operation, ...]]] = []
        fallback = end
        for labels, block in cases:
            place = end if _does_nothing(block) else code.label()
            places.append((place, block))
            if labels is None or None in labels:
                fallback = place
                break  # whatever comes behind the default cannot be reached
            for label in labels:
                on = code.label()
                assert label is not None
                conditions.compare(value, number, int(label), place, on)
                code.place(on)
        code.jump(fallback)
        for place, block in places:
            if place is not end:
                code.place(place)
                self._block(block, loop)
                code.jump(end)
        code.place(end)

    def _for(self, values: Any, body: tuple[Operation, ...]) -> None:
        code = self._code
        if _does_nothing(body):
            return
        end = code.label()
        for _ in values:
            on = code.label()
            self._block(body, (on, end))
            code.place(on)
            if not code.open:
                break
        code.place(end)

    def _while(self, condition: Any, body: tuple[Operation, ...]) -> None:
        code, conditions = self._code, self._conditions("while")
        known = conditions.known(condition)
        if known == 0:
            return
        end, again = code.label(), code.label()
        if known is None:
            start = code.label()
            conditions.branch(condition, start, end)
            code.place(start)
        self._block(body, (again, end))
        code.place(again)
        if code.open:
            self._name = "while"
            self._refuse(
                "may come to another turn, however often it ran, and qir.v1's adaptive profiles have no backward branch"
                " to say that with. Write a for loop that breaks, with as many turns as you need at most."
            )
        code.place(end)

    def _refuse(self, why: str) -> NoReturn:
        raise UnsupportedCircuit.at(self._program.position(self._index), self._name, why)


_SPECIAL = _LEFT_OUT | {"measure", "reset", "if", "switch", "for", "while", "break", "continue"}


def _does_nothing(operations: tuple[Operation, ...]) -> bool:
    """Whether a block may be left out, decision and all."""
    for operation in operations:
        name = operation[0]
        if name in _LEFT_OUT:
            continue
        if name not in ("if", "switch", "for"):
            return False
        if leaves_loop((operation,)) or not all(_does_nothing(block) for block in blocks(operation)):
            return False
    return True
