"""`rigetti.quil.v1`: Quil text, in gates of the standard set that quilc and the QVM know without a definition.

The answer is the final memory of `ro`: **bit i of the program is `ro[i]`**, those in no register and those that nothing
is measured into included, so that a row of rigetti.quil-results.v1 has exactly as many columns as the program has bits.
Where a program measures into one bit several times, the last one goes there, the others into a memory `mid`.

Control flow is written as jumps, which Rigetti documents for its virtual and for its quantum machines; Azure Quantum
says of the same targets that they take QIR's base profile, and the option `max_profile` keeps a program to that. A
measurement that a shot may skip or repeat makes rows of unequal length on quantum machines: it is refused unless
`final_memory` says that the target answers with memory as it stands at the end, as the virtual machine does.
Sources: Smith, Curtis, Zeng, arXiv:1608.03355, and the Quil specification; docs.rigetti.com, "Dynamic Control Flow".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NoReturn

from qrelay.errors import InvalidOption, UnsupportedCircuit
from qrelay.formats.numbers import refuse_infinite
from qrelay.formats.openqasm_lines import Ends, call, gate_lines
from qrelay.formats.quil_decisions import Undecidable, decision
from qrelay.formats.straight import straight
from qrelay.program import Operation, Program
from qrelay.program.control import Condition, Expression, leaves_loop, unroll
from qrelay.program.lowering import lower

__all__ = ["GATES", "write"]

_FORMAT = "rigetti.quil.v1"
_ANSWER, _MIDDLE = "ro", "mid"

_WORDS = {
    **{name: name.upper() for name in ("x", "y", "z", "h", "s", "t", "rx", "ry", "rz", "cz", "swap", "cswap", "iswap")},
    "id": "I",
    "p": "PHASE",
    "cx": "CNOT",
    "ccx": "CCNOT",
    "cp": "CPHASE",
}
GATES = frozenset(_WORDS)
"""Gates with a word of their own. Modifiers (DAGGER, CONTROLLED) would say none in fewer entangling gates."""

_MOST_COPIES = 1_000_000


class _Ends(Ends):
    """The end of a gate's line by its qubits, as Quil has it."""

    def __missing__(self, qubits: tuple[int, ...]) -> str:
        line = self[qubits] = f" {' '.join(map(str, qubits))}\n"
        return line


def write(program: Program, *, final_memory: bool = False, max_profile: str | None = None) -> bytes:
    """Write a program as Quil.

    Barriers, delays and the global phase are left out; resets, measurements on the way and control flow are kept.

    Args:
        max_profile: what the target takes at most, by the names of QIR's profiles: at "base", as Azure Quantum
            describes its Rigetti targets, gates and final measurements only. None: all that Quil says.
        final_memory: the target answers with the final values of `ro` whatever was measured how often: True for the
            virtual machine. All measurements then go straight to `ro`.

    Raises:
        UnsupportedCircuit: names the operation and its index. Without `final_memory`, also for measurements inside of
            `if`, `while`, `for` and `switch`; at the base profile see `straight` for the rules.
        InvalidOption: there is no such profile.
    """
    if max_profile not in (None, "base", "adaptive_ri", "adaptive_rif"):
        raise InvalidOption(
            f"max_profile is base, adaptive_ri or adaptive_rif, not {max_profile!r}.", option="max_profile"
        )
    try:
        plain = straight(program, GATES, _FORMAT if max_profile is None else f"the {max_profile} profile of {_FORMAT}")
    except UnsupportedCircuit:  # either it does more than formats of gates and final measurements say, or nobody can
        if max_profile == "base":
            raise
        lowered = lower(unroll(program), GATES, where=_FORMAT)
        lines = _Flow(lowered, final_memory).lines()
    else:
        lines = [] if not program.num_clbits else [_declaration(_ANSWER, program.num_clbits)]
        lines += gate_lines(plain.gates, _WORDS, _Ends())
        lines += [f"MEASURE {qubit} {_ANSWER}[{bit}]\n" for bit, qubit in plain.measured.items()]
    text = "".join(lines)
    if "nan" in text or "inf" in text:
        refuse_infinite(program, GATES)
    return text.encode()


def _declaration(name: str, size: int) -> str:
    return f"DECLARE {name} BIT[{size}]\n"


class _Flow:
    """Programs that measure, reset or decide on the way."""

    def __init__(self, program: Program, final_memory: bool) -> None:
        self._program = program
        self._final_memory = final_memory
        self._ends = _Ends()
        self._places = [f"{_ANSWER}[{bit}]" for bit in range(program.num_clbits)]
        self._last: dict[int, int] = {}  # bit → the operation that measures into it last
        self._middle = 0
        self._labels = self._copies = 0
        self._index = 0

    def lines(self) -> list[str]:
        program = self._program
        self._last = {
            arguments[0]: index for index, (name, _, arguments) in enumerate(program.operations) if name == "measure"
        }
        body = gate_lines(program.operations, _WORDS, self._ends, self._outside)
        sizes = ((_ANSWER, program.num_clbits), (_MIDDLE, self._middle))
        return [*(_declaration(name, size) for name, size in sizes if size), *body]

    def _outside(self, index: int, operation: Operation) -> Iterator[str]:
        self._index = index
        if operation[0] == "measure" and not self._final_memory:
            bit = operation[2][0]
            if self._last[bit] == index:
                self._places[bit] = f"{_ANSWER}[{bit}]"
            else:
                self._places[bit] = f"{_MIDDLE}[{self._middle}]"
                self._middle += 1
        yield from self._operation(operation, None)

    def _block(self, operations: Iterable[Operation], loop: tuple[str, str] | None) -> Iterator[str]:
        for operation in operations:
            name, qubits, arguments = operation
            if name in _WORDS:
                yield call(_WORDS[name], arguments, self._ends[qubits])
            elif name == "measure" and not self._final_memory:
                self._refuse(
                    "holds a measurement, which a shot may skip or repeat. Measure outside of it, or pass "
                    "final_memory=True where the target answers with the final memory, as rigetti.sim.qvm does."
                )
            else:
                yield from self._operation(operation, loop)

    def _operation(self, operation: Operation, loop: tuple[str, str] | None) -> Iterator[str]:
        """`loop`: the labels that `continue` and `break` go to."""
        name, qubits, arguments = operation
        if name == "measure":
            yield f"MEASURE {qubits[0]} {self._places[arguments[0]]}\n"
        elif name == "reset":
            yield f"RESET {qubits[0]}\n"
        elif name == "if":
            condition, then, otherwise = arguments
            yield from self._if(condition, then, otherwise, loop)
        elif name == "while":
            yield from self._while(*arguments)
        elif name == "for":
            yield from self._for(*arguments)
        elif name == "switch":
            value, cases = arguments
            yield from self._switch(value, cases, loop)
        elif name in ("break", "continue"):
            if loop is None:
                self._refuse("stands outside of any loop. Take it out.")
            yield f"JUMP @{loop[name == 'break']}\n"
        elif name not in ("barrier", "delay", "global_phase"):
            self._refuse(f"holds {name!r}, which {_FORMAT} has no word for.")

    def _if(
        self,
        condition: Condition,
        then: Sequence[Operation],
        otherwise: Sequence[Operation],
        loop: tuple[str, str] | None,
    ) -> Iterator[str]:
        yes, no, end = self._label(), self._label(), self._label()
        yield from self._decide(condition, yes, no if otherwise else end)
        yield f"LABEL @{yes}\n"
        yield from self._block(then, loop)
        if otherwise:
            yield f"JUMP @{end}\nLABEL @{no}\n"
            yield from self._block(otherwise, loop)
        yield f"LABEL @{end}\n"

    def _while(self, condition: Condition, body: Sequence[Operation]) -> Iterator[str]:
        start, inside, end = self._label(), self._label(), self._label()
        yield f"LABEL @{start}\n"
        yield from self._decide(condition, inside, end)
        yield f"LABEL @{inside}\n"
        yield from self._block(body, (start, end))
        yield f"JUMP @{start}\nLABEL @{end}\n"

    def _for(self, values: Sequence[int], _: str | None, body: Sequence[Operation]) -> Iterator[str]:
        """As many copies as it has values: those without `break` and `continue` are that by now."""
        self._copies += len(values) * max(1, len(body))
        if self._copies > _MOST_COPIES or not leaves_loop(body):
            self._refuse(f"would be written out as more than {_MOST_COPIES:,} operations. Use fewer repetitions.")
        end = self._label()
        for _value in values:
            following = self._label()
            yield from self._block(body, (following, end))
            yield f"LABEL @{following}\n"
        yield f"LABEL @{end}\n"

    def _switch(
        self,
        value: Expression,
        cases: Sequence[tuple[tuple[int | bool | None, ...], Sequence[Operation]]],
        loop: tuple[str, str] | None,
    ) -> Iterator[str]:
        end = self._label()
        for labels, block in cases:
            yes, no = self._label(), self._label()
            if None in labels:
                condition = Expression("const", (True,))
            else:
                condition = Expression("const", (False,))
                for label in labels:
                    equal = Expression("equal", (value, Expression("const", (int(label or 0),), value.width)))
                    condition = Expression("or", (condition, equal))
            yield from self._decide(condition, yes, no)
            yield f"LABEL @{yes}\n"
            yield from self._block(block, loop)
            yield f"JUMP @{end}\nLABEL @{no}\n"
        yield f"LABEL @{end}\n"

    def _decide(self, condition: Condition, yes: str, no: str) -> Iterator[str]:
        try:
            yield from decision(condition, yes, no, self._places.__getitem__, self._label)
        except Undecidable as error:
            self._refuse(f"{error}. Decide by fewer bits, or choose another format.")

    def _label(self) -> str:
        self._labels += 1
        return f"L{self._labels}"

    def _refuse(self, why: str) -> NoReturn:
        name = self._program.operations[self._index][0]
        raise UnsupportedCircuit.at(self._program.position(self._index), name, why)
