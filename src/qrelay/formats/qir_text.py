"""QIR 1.0 as LLVM text with typed pointers, the only form that both old and new LLVM read.

Lines are remembered by what they depend on: a hundred thousand gates on some qubits have few different ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from struct import pack

from qrelay.formats.qir_calls import (
    ATTRIBUTES,
    CALLS,
    COMPUTATIONS,
    ENTRY_POINT,
    GATES,
    MEASURE,
    READ,
    RESET,
    TURNS,
    records,
)
from qrelay.program import Layout, Operation
from qrelay.program.gates import GATES as TABLE

__all__ = ["Text"]

_HEAD = f"""\
%Result = type opaque
%Qubit = type opaque

define void @{ENTRY_POINT}() #0 {{
block_0:
"""


def _qubit(index: int) -> str:
    return f"%Qubit* inttoptr (i64 {index} to %Qubit*)"


def _result(index: int) -> str:
    return f"%Result* inttoptr (i64 {index} to %Result*)"


class _Calls(dict[tuple[int, ...], str]):
    """Finished lines of one call that takes nothing but qubits, by its qubits."""

    def __init__(self, name: str) -> None:
        self._start = f"  call void @{name}("

    def __missing__(self, qubits: tuple[int, ...]) -> str:
        line = self[qubits] = f"{self._start}{', '.join(map(_qubit, qubits))})\n"
        return line


class _Ends(dict[tuple[int, ...], str]):
    """What follows the angle in the lines of rotations, by their qubits."""

    def __missing__(self, qubits: tuple[int, ...]) -> str:
        end = self[qubits] = f", {', '.join(map(_qubit, qubits))})\n"
        return end


class _Reads(dict[int, str]):
    """What follows the name of the value in lines that read a result."""

    def __missing__(self, result: int) -> str:
        end = self[result] = f" = call i1 @{READ}({_result(result)})\n"
        return end


class Text:
    """A module as text: `qrelay.formats.qir_calls.Code`, and what a whole module has besides."""

    def __init__(self) -> None:
        self.open = True
        self._lines: list[str] = []
        self._plain = {name: _Calls(CALLS[name]) for name in GATES - TURNS}
        self._starts = {name: f"  call void @{CALLS[name]}(double 0x" for name in TURNS}
        self._ends = _Ends()
        self._resets = _Calls(RESET)
        self._reads = _Reads()
        self._used: set[str] = set()
        self._measures = False
        self._values = 0
        self._labels = 0
        self._aims: set[str] = set()  # labels that something leads to

    def gates(self, operations: Sequence[Operation]) -> None:
        """Many gates, without a call of Python's for each."""
        add = self._lines.append
        plain, starts, ends = self._plain, self._starts, self._ends
        for name, qubits, params in operations:
            if params:
                add(f"{starts[name]}{pack('>d', params[0]).hex()}{ends[qubits]}")
            else:
                add(plain[name][qubits])
        self._used.update([operation[0] for operation in operations])

    def gate(self, name: str, qubits: tuple[int, ...], params: tuple[float, ...]) -> None:
        if params:
            self._lines.append(f"{self._starts[name]}{pack('>d', params[0]).hex()}{self._ends[qubits]}")
            self._used.add(name)
        else:
            self._lines.append(self._plain[name][qubits])

    def measure(self, qubit: int, result: int) -> None:
        self._lines.append(f"  call void @{MEASURE}({_qubit(qubit)}, {_result(result)})\n")
        self._measures = True

    def reset(self, qubit: int) -> None:
        self._lines.append(self._resets[qubit,])

    def read(self, result: int) -> str:
        return self._value(self._reads[result])

    def constant(self, number: int) -> str:
        return str(number)

    def compute(self, word: str, left: str, right: str) -> str:
        return self._value(f" = {word} i64 {left}, {right}\n")

    def compare(self, word: str, left: str, right: str) -> str:
        return self._value(f" = icmp {word} i64 {left}, {right}\n")

    def widen(self, value: str) -> str:
        return self._value(f" = zext i1 {value} to i64\n")

    def label(self) -> str:
        self._labels += 1
        return f"block_{self._labels}"

    def place(self, label: str) -> None:
        self.jump(label)
        if label in self._aims:
            self._lines.append(f"{label}:\n")
            self.open = True

    def jump(self, label: str) -> None:
        if self.open:
            self._lines.append(f"  br label %{label}\n")
            self._aims.add(label)
            self.open = False

    def branch(self, truth: str, yes: str, no: str) -> None:
        self._lines.append(f"  br i1 {truth}, label %{yes}, label %{no}\n")
        self._aims.update((yes, no))
        self.open = False

    def __len__(self) -> int:
        return len(self._lines)

    def finish(self, layout: Layout, results: Mapping[int, int], profile: str) -> str:
        """The whole module. A bit is recorded from the result that `results` names, from that of its own number if
        none is named."""
        record = self._lines.append
        for kind, number in records(layout):
            if kind == "result":
                what = _result(results.get(number, number))
                record(f"  call void @__quantum__rt__result_record_output({what}, i8* null)\n")
            else:
                record(f"  call void @__quantum__rt__{kind}_record_output(i64 {number}, i8* null)\n")
        return "".join([_HEAD, *self._lines, self._tail(layout, profile)])

    def _value(self, rest: str) -> str:
        name = f"%v{self._values}"
        self._values += 1
        self._lines.append(f"  {name}{rest}")
        return name

    def _tail(self, layout: Layout, profile: str) -> str:
        flags = [
            '!{i32 1, !"qir_major_version", i32 1}',
            '!{i32 7, !"qir_minor_version", i32 0}',
            '!{i32 1, !"dynamic_qubit_management", i1 false}',
            '!{i32 1, !"dynamic_result_management", i1 false}',
            *(f'!{{i32 5, !"{name}", !{{!"{kind}"}}}}' for name, kind in COMPUTATIONS[profile]),
        ]
        attributes = (
            f'"entry_point" "output_labeling_schema" "qir_profiles"="{ATTRIBUTES[profile]}"'
            f' "required_num_qubits"="{layout.num_qubits}" "required_num_results"="{layout.num_clbits}"'
        )
        return "\n".join(
            [
                "  ret void",
                "}",
                "",
                *(line for declaration in self._declarations(layout) for line in (declaration, "")),
                f"attributes #0 = {{ {attributes} }}",
                'attributes #1 = { "irreversible" }',
                "",
                "; module flags",
                "",
                f"!llvm.module.flags = !{{{', '.join(f'!{number}' for number in range(len(flags)))}}}",
                "",
                *(f"!{number} = {flag}" for number, flag in enumerate(flags)),
                "",
            ]
        )

    def _declarations(self, layout: Layout) -> Iterable[str]:
        for name in sorted(self._used | {name for name, lines in self._plain.items() if lines}):
            arguments = ["double"] if name in TURNS else []
            arguments += ["%Qubit*"] * TABLE[name].num_qubits
            yield f"declare void @{CALLS[name]}({', '.join(arguments)})"
        if self._measures:
            yield f"declare void @{MEASURE}(%Qubit*, %Result*) #1"
        if self._resets:
            yield f"declare void @{RESET}(%Qubit*) #1"
        if self._reads:
            yield f"declare i1 @{READ}(%Result*)"
        if len(layout.groups) > 1:
            yield "declare void @__quantum__rt__tuple_record_output(i64, i8*)"
        if layout.groups:
            yield "declare void @__quantum__rt__array_record_output(i64, i8*)"
            yield "declare void @__quantum__rt__result_record_output(%Result*, i8*)"
