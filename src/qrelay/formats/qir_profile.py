"""Whether a QIR module keeps a profile: a checker for anybody's modules, which knows nothing of how ours are written.

What is checked is what the specification demands and what can be seen in the module; two of its demands are waived,
because the services' own recorded modules do without: an entry point may return nothing in place of an i64, and labels
of records may be null.

Source: QIR base and adaptive profile (github.com/qir-alliance/qir-spec). Adaptive_RI and Adaptive_RIF are the names of
Azure Quantum and the QDK for the adaptive profile with reset and integer computations, RIF with floating-point ones
too; neither has backward branching, switch, functions of the module's own or several returns.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from qrelay.errors import InvalidOption
from qrelay.formats.qir_reading import Argument, Function, Instruction, Module, read

__all__ = ["Violation", "check_profile"]


@dataclass(frozen=True, slots=True)
class Violation:
    """One thing that the profile does not allow. `line` counts from 1; 0 where it is about the whole module."""

    line: int
    what: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.what}" if self.line else self.what


_BASE, _RI, _RIF = "base", "adaptive_ri", "adaptive_rif"
_STATED = {"base_profile": _BASE, "adaptive_profile": _RIF}
_SIZES = ("required_num_qubits", "required_num_results")
_QIS = "__quantum__qis__"
_OUTPUT = "_record_output"
_READS = frozenset({"__quantum__rt__read_result", "__quantum__qis__read_result__body"})
_BASE_CALLS = frozenset(
    {"__quantum__rt__initialize", "__quantum__rt__tuple_record_output", "__quantum__rt__array_record_output",
     "__quantum__rt__result_record_output"}
)  # fmt: skip
_RI_CALLS = _BASE_CALLS | {
    "__quantum__rt__read_result", "__quantum__rt__bool_record_output", "__quantum__rt__int_record_output",
}  # fmt: skip
_CALLS = {_BASE: _BASE_CALLS, _RI: _RI_CALLS, _RIF: _RI_CALLS | {"__quantum__rt__double_record_output"}}
_INTEGERS = frozenset({
    "add", "sub", "mul", "udiv", "sdiv", "urem", "srem", "and", "or", "xor", "shl", "lshr", "ashr", "icmp",
    "zext", "sext", "trunc", "select", "phi",
})  # fmt: skip
_FLOATS = frozenset({
    "fadd", "fsub", "fmul", "fdiv", "fcmp", "fpext", "fptrunc",
})  # fmt: skip
_CONVERSIONS = frozenset({
    "sitofp", "uitofp", "fptosi", "fptoui", "fneg", "frem",
})  # fmt: skip
_WORDS = {
    _BASE: frozenset({"call", "br", "ret"}),
    _RI: frozenset({"call", "br", "ret"}) | _INTEGERS,
    _RIF: frozenset({"call", "br", "ret"}) | _INTEGERS | _FLOATS | _CONVERSIONS,
}
_FLOAT_TYPES = frozenset({"double", "float", "half"})
_NUMBERED_FLAGS = ("qir_major_version", "qir_minor_version")
_DYNAMIC_FLAGS = ("dynamic_qubit_management", "dynamic_result_management")
_COMPUTATIONS = {"int_computations": (_RI, _RIF), "float_computations": (_RIF,)}
_UNAVAILABLE_FLAGS = {
    "ir_functions": "functions of its own",
    "backwards_branching": "loops",
    "multiple_target_branching": "switch instructions",
    "multiple_return_points": "several returns",
}


def check_profile(module: str | bytes, profile: str, *, several: bool = False) -> list[Violation]:
    """What in a module its profile does not allow; an empty list says that it keeps the profile.

    Args:
        module: LLVM text, with typed or opaque pointers, or bitcode (which pyqir reads: extra `bitcode`).
        profile: "base", "adaptive_ri" or "adaptive_rif". A module that says of itself that it is base is held against
            the base profile's rules whatever is asked for; it runs wherever adaptive ones do.
        several: it may have more than one entry point, and these may take arguments, for services that are told what to
            run and with which.

    Raises:
        InvalidOption: the profile is none of these.
        UnsupportedCircuit: it is no LLVM module at all.
        ConfigurationError: bitcode without pyqir.
    """
    asked = str(profile).lower().replace("-", "_")
    if asked not in _CALLS:
        raise InvalidOption(f"profile={profile!r} is none of QIR's: give {', '.join(_CALLS)}.", option="profile")
    checker = _Checker(read(module), asked, several=several)
    return sorted(checker.violations(), key=lambda violation: violation.line)


class _Checker:
    def __init__(self, module: Module, profile: str, *, several: bool) -> None:
        self._module, self._profile, self._several = module, profile, several
        self._sizes: dict[str, int] = {}
        self._defined: set[str] = set()

    def violations(self) -> Iterator[Violation]:
        entries = [function for function in self._module.functions.values() if _is_entry(function)]
        if not entries or (len(entries) > 1 and not self._several):
            yield Violation(0, f"the module has {len(entries)} entry points, and a job runs one")
        for function in self._module.functions.values():
            if function.blocks is not None and function not in entries:
                yield Violation(function.line, f"@{function.name} is a function of the module's own")
        asked, held = self._profile, set()
        for entry in entries:
            self._profile, self._sizes, self._defined = asked, {}, set()
            yield from self._entry(entry)
            held.add(self._profile)
        self._profile = _BASE if held == {_BASE} else asked
        yield from self._flags()

    def _flags(self) -> Iterator[Violation]:
        flags = self._module.flags
        for name in _NUMBERED_FLAGS:
            if not re.fullmatch(r"i\d+ \d+", flags.get(name, "")):
                yield Violation(0, f"the module flag {name} is missing or is no number")
        for name in _DYNAMIC_FLAGS:
            if name not in flags:
                yield Violation(0, f"the module flag {name} is missing")
            elif flags[name] != "i1 false":
                yield Violation(0, f"the module flag {name} is not false")
        for name, what in _UNAVAILABLE_FLAGS.items():
            if flags.get(name, "i1 false") not in ("i1 false", "i2 0"):
                yield Violation(0, f"the module flag {name} announces {what}, which {self._profile} does not have")

        for name, profiles in _COMPUTATIONS.items():
            if self._profile not in profiles and '"' in flags.get(name, ""):
                yield Violation(0, f"the module flag {name} announces what {self._profile} does not have")

    def _entry(self, entry: Function) -> Iterator[Violation]:
        if entry.parameters and not self._several:
            yield Violation(entry.line, f"the entry point @{entry.name} takes arguments")
        if entry.kind not in ("void", "i64"):
            yield Violation(entry.line, f"the entry point @{entry.name} returns {entry.kind}, not an i64")
        if "output_labeling_schema" not in entry.attributes:
            yield Violation(entry.line, "the entry point's attribute output_labeling_schema is missing")
        stated = entry.attributes.get("qir_profiles", "")
        if stated not in _STATED:
            yield Violation(entry.line, f"the entry point's qir_profiles is {stated!r}")
        elif stated == "base_profile":
            self._profile = _BASE
        elif self._profile == _BASE:
            yield Violation(entry.line, f"the entry point's qir_profiles is {stated!r}, not base_profile")
        for name in _SIZES:
            text = entry.attributes.get(name, "")
            if re.fullmatch(r"\d{1,18}", text):
                self._sizes[name] = int(text)
            else:
                yield Violation(entry.line, f"the entry point's attribute {name} is missing or is no number")
        assert entry.blocks is not None
        if not entry.blocks or not all(entry.blocks.values()):
            yield Violation(entry.line, "the entry point has an empty block")
            return
        yield from self._graph(entry, entry.blocks)
        for block in entry.blocks.values():
            for instruction in block:
                if instruction.result:
                    self._defined.add(instruction.result)
        for block in entry.blocks.values():
            for instruction in block:
                yield from self._instruction(instruction)
        yield from self._order(entry.blocks)

    def _graph(self, entry: Function, blocks: dict[str, list[Instruction]]) -> Iterator[Violation]:
        """Every block ends once, leads to blocks that exist, and none leads back."""
        returns = 0
        for label, block in blocks.items():
            ends = [instruction for instruction in block if instruction.word in ("br", "ret", "switch", "unreachable")]
            if not ends or ends[0] is not block[-1]:
                yield Violation(block[-1].line, f"the block {label!r} does not end in one branch or return")
                return
            returns += ends[0].word == "ret"
            for target in ends[0].targets:
                if target not in blocks:
                    yield Violation(ends[0].line, f"no block is called {target!r}")
                    return
        if returns != 1:
            yield Violation(entry.line, f"the entry point returns at {returns} places")
        done: set[str] = set()
        path: dict[str, Iterator[str]] = {}
        first = next(iter(blocks))
        path[first] = iter(blocks[first][-1].targets)
        while path:  # depth first, without recursion: chains of blocks are long
            label = next(reversed(path))
            following = next(path[label], None)
            if following is None:
                done.add(label)
                del path[label]
            elif following in path:
                yield Violation(blocks[label][-1].line, f"branches back to the block {following!r}")
            elif following not in done:
                path[following] = iter(blocks[following][-1].targets)

    def _instruction(self, instruction: Instruction) -> Iterator[Violation]:
        word, line = instruction.word, instruction.line
        if word == "call":
            yield from self._call(instruction)
            return
        if word not in _WORDS[self._profile]:
            yield Violation(line, f"the instruction {word} is not part of {self._profile}")
            return
        if word == "br" and len(instruction.targets) > 1 and self._profile == _BASE:
            yield Violation(line, "branches by a condition, which base does not have")
        if word in ("br", "ret"):
            return
        kinds = instruction.kinds
        if not _FLOAT_TYPES.isdisjoint(kinds) and self._profile != _RIF:
            yield Violation(line, f"computes with floating-point numbers, which {self._profile} does not have")
        for kind in kinds:
            if kind.endswith("*") or kind == "ptr":
                yield Violation(line, "computes with pointers: qubits and results may only stand in calls")
            elif kind in _FLOAT_TYPES:
                yield from self._announced(line, "float_computations", kind)
            elif kind != "i1" and re.fullmatch(r"i\d+", kind):
                yield from self._announced(line, "int_computations", kind)

    def _announced(self, line: int, flag: str, kind: str) -> Iterator[Violation]:
        if f'"{kind}"' not in self._module.flags.get(flag, ""):
            yield Violation(line, f"computes with {kind}, and no module flag {flag} says so")

    def _call(self, call: Instruction) -> Iterator[Violation]:
        callee, line = call.callee, call.line
        declared = self._module.functions.get(callee)
        if declared is None:
            yield Violation(line, f"@{callee} is called and not declared")
            return
        if declared.parameters != tuple(argument.kind for argument in call.arguments) or (declared.kind,) != call.kinds:
            yield Violation(line, f"the call of @{callee} does not match its declaration")
        if callee in _READS:
            if self._profile == _BASE:
                yield Violation(line, "reads a result, which base does not have")
        elif callee.startswith(_QIS):
            if call.kinds != ("void",):
                yield Violation(line, f"@{callee} returns {call.kinds[0]}; what a profile calls returns nothing")
            if self._profile == _BASE and re.match(r"__quantum__qis__reset__", callee):
                yield Violation(line, "resets a qubit, which base does not have")
            if _has_result(call) and "irreversible" not in declared.attributes:
                yield Violation(
                    declared.line, f"@{callee} measures, and its declaration lacks the attribute irreversible"
                )
        elif callee not in _CALLS[self._profile]:
            yield Violation(line, f"@{callee} is not a call of {self._profile}")
        yield from self._arguments(call)

    def _arguments(self, call: Instruction) -> Iterator[Violation]:
        for place, argument in enumerate(call.arguments):
            if argument.kind == "i8*" or _is_label(call, place):
                continue
            if not argument.is_pointer:
                if argument.is_local:
                    yield from self._variable(call, argument)
                continue
            size = _SIZES[_names_result(call, place)]
            what = "result" if _names_result(call, place) else "qubit"
            number = argument.address
            if number is None:
                yield Violation(call.line, f"argument {place} of @{call.callee} is no constant {what}")
            elif number >= self._sizes.get(size, number + 1):
                yield Violation(call.line, f"{what} {number} is beyond {size}, which is {self._sizes[size]}")

    def _variable(self, call: Instruction, argument: Argument) -> Iterator[Violation]:
        if self._profile == _BASE:
            yield Violation(call.line, f"@{call.callee} is called with a variable, and base has none")
        elif argument.kind in _FLOAT_TYPES and self._profile != _RIF:
            yield Violation(call.line, f"@{call.callee} is called with a floating-point variable, which is RIF's")
        elif argument.text not in self._defined:
            yield Violation(call.line, f"{argument.text} is defined nowhere")

    def _order(self, blocks: dict[str, list[Instruction]]) -> Iterator[Violation]:
        """Initialization first, records last, in the base profile measurements behind the last gate."""
        stages = dict.fromkeys(blocks, 0)  # the furthest that any path to the block has come
        for label in _forward(blocks):
            stage = stages[label]
            for place, instruction in enumerate(blocks[label]):
                if instruction.word != "call":
                    if stage == 3 and instruction.word not in ("ret", "br"):
                        yield Violation(instruction.line, "stands behind a record; only records and the return may")
                    continue
                name = instruction.callee
                if name == "__quantum__rt__initialize":
                    if stage or place or label != next(iter(blocks)):
                        yield Violation(instruction.line, "initializes in the middle of the program")
                elif name.endswith(_OUTPUT):
                    stage = 3
                elif stage == 3:
                    yield Violation(instruction.line, f"@{name} is called behind a record")
                elif name.startswith(_QIS) and name not in _READS:
                    measures = _has_result(instruction)
                    if stage == 2 and not measures and self._profile == _BASE:
                        yield Violation(instruction.line, f"@{name} is called behind a measurement")
                    stage = max(stage, 2 if measures else 1)
            for target in blocks[label][-1].targets:
                if target in stages:
                    stages[target] = max(stages[target], stage)
            if stage == 3 and blocks[label][-1].word != "ret":
                yield Violation(blocks[label][-1].line, "records in a block that does not return")


def _is_entry(function: Function) -> bool:
    return function.blocks is not None and bool({"entry_point", "EntryPoint"} & function.attributes.keys())


def _has_result(call: Instruction) -> bool:
    """Whether a quantum instruction writes a result: with opaque pointers only its name and shape can tell."""
    kinds = [argument.kind for argument in call.arguments]
    if any(kind.startswith("%Result") for kind in kinds):
        return True
    return kinds.count("ptr") == len(kinds) == 2 and bool(
        re.match(r"__quantum__qis__(m|mz|mresetz|measure)__", call.callee)
    )


def _names_result(call: Instruction, place: int) -> bool:
    kind = call.arguments[place].kind
    if kind != "ptr":
        return kind.startswith("%Result")
    if call.callee in _READS or call.callee == "__quantum__rt__result_record_output":
        return True
    return _has_result(call) and place == len(call.arguments) - 1


def _is_label(call: Instruction, place: int) -> bool:
    """Labels of records, and what `initialize` takes: byte pointers, which opaque ones do not show."""
    last = place == len(call.arguments) - 1
    return last and (call.callee.endswith(_OUTPUT) or call.callee == "__quantum__rt__initialize")


def _forward(blocks: dict[str, list[Instruction]]) -> list[str]:
    """The blocks that can be reached, each behind all that lead to it (as far as nothing leads back)."""
    order: list[str] = []
    seen: set[str] = set()
    first = next(iter(blocks))
    seen.add(first)
    stack: list[tuple[str, Iterator[str]]] = [(first, iter(blocks[first][-1].targets))]
    while stack:
        label, targets = stack[-1]
        target = next(targets, None)
        if target is None:
            order.append(label)
            stack.pop()
        elif target in blocks and target not in seen:
            seen.add(target)
            stack.append((target, iter(blocks[target][-1].targets)))
    return order[::-1]
