"""``qir.v1``: a QIR module checked against the rules of QIR and its profiles, and made into a program to run.

Source: https://github.com/qir-alliance/qir-spec. What the single calls mean is said in ``qir_calls.py``.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from qiskit import QuantumCircuit

from qrelay.local.answers import Shape
from qrelay.local.readers.llvm import (
    Block,
    Branch,
    Call,
    Compute,
    Function,
    Local,
    Module,
    Phi,
    Return,
    Switch,
    Value,
)
from qrelay.local.readers.llvm_line import refused
from qrelay.local.readers.llvm_text import parse
from qrelay.local.readers.qir_calls import Action, action_of
from qrelay.local.refusal import ExecutionRefused

__all__ = ["Leaf", "Program", "Recorder", "load", "program"]

_BITCODE = (b"BC\xc0\xde", b"\xde\xc0\x17\x0b")
_MAX_ADDRESSES = 1 << 16
_MAX_DEPTH = 32
_PROFILES = {"base_profile": 0, "adaptive_profile": 1}
_RANK = {"Base": 0, "Adaptive_RI": 1, "Adaptive_RIF": 2}


@dataclass(frozen=True, slots=True)
class Leaf:
    """One recorded value: the result's number, or the value itself when ``result`` is negative."""

    result: int
    value: Value = 0


@dataclass(slots=True)
class Program:
    """A checked entry point. ``straight``: no decision is taken while it runs."""

    function: Function
    blocks: dict[str, Block]
    num_qubits: int
    num_results: int
    straight: bool
    base: bool
    actions: dict[int, Action]

    def action(self, call: Call) -> Action:
        """What the call does."""
        return self.actions[id(call)]

    def steps(self) -> Iterator[tuple[int, Action]]:
        """Line and meaning of every call of a straight program, in the order of execution."""
        block = self.first
        while True:
            for line, instruction in block.code:
                if isinstance(instruction, Call):
                    yield line, self.actions[id(instruction)]
            last = block.code[-1][1]
            if not isinstance(last, Branch):
                return
            block = self.blocks[last.then]

    @property
    def first(self) -> Block:
        """The block that execution starts with."""
        assert self.function.blocks
        return self.function.blocks[0]

    def circuit(self) -> tuple[QuantumCircuit, Shape, list[Leaf]]:
        """A straight program as a circuit (classical bit = result), and what it records."""
        circuit = QuantumCircuit(self.num_qubits, self.num_results)
        recorder = Recorder()
        spent: set[int] = set()
        for line, action in self.steps():
            kind = action.kind
            if self.base and not spent.isdisjoint(action.qubits):
                raise refused(line, "the base profile does not use a qubit again after its measurement")
            if kind == "gate":
                assert action.gate is not None
                circuit.append(action.gate(*action.angles), action.qubits)
            elif kind in ("measure", "mresetz"):
                circuit.measure(action.qubits[0], action.result)
                spent.add(action.qubits[0])
                if kind == "mresetz" and not self.base:
                    circuit.reset(action.qubits[0])
            elif kind == "reset":
                if self.base:
                    raise refused(line, "the base profile has no reset")
                circuit.reset(action.qubits[0])
            elif kind in ("record", "container"):
                recorder.add(line, action, action.value)
        shape, leaves = recorder.finish()
        return circuit, shape, leaves


class Recorder:
    """Collects record calls; a container takes as many of the following records as it announces."""

    def __init__(self) -> None:
        self._items: list[tuple[str, int]] = []
        self._leaves: list[Leaf] = []

    def add(self, line: int, action: Action, value: Value) -> None:
        """Note one call; ``value`` is what a bool, int or double record call says."""
        if action.kind == "container":
            if not isinstance(action.value, int) or action.value < 0:
                raise refused(line, f"a {action.detail} of {action.value!r} items cannot be recorded")
            self._items.append((action.detail, int(action.value)))
            return
        self._items.append(("leaf", 0))
        self._leaves.append(Leaf(action.result) if action.result >= 0 else Leaf(-1, value))

    def finish(self) -> tuple[Shape, list[Leaf]]:
        """How the records nest, and the values in the order of the calls."""
        position = 0

        def take(depth: int = 0) -> Shape:
            nonlocal position
            if depth > _MAX_DEPTH:
                raise ExecutionRefused("CompilationError", f"records are nested more than {_MAX_DEPTH} deep")
            if position == len(self._items):
                raise ExecutionRefused("CompilationError", "a recorded tuple or array lacks some of its items")
            kind, count = self._items[position]
            position += 1
            return Shape(kind, tuple(take(depth + 1) for _ in range(count)))

        top = []
        while position < len(self._items):
            top.append(take())
        return (top[0] if len(top) == 1 else Shape("tuple", tuple(top))), self._leaves


def load(data: bytes) -> Module:
    """Read a module from text, or from bitcode where pyqir is installed."""
    if data.startswith(_BITCODE):
        try:
            pyqir = importlib.import_module("pyqir")
        except ImportError:
            raise ExecutionRefused(
                "InvalidInputData", "QIR bitcode is read only where pyqir is installed; send the module's text"
            ) from None
        try:
            return parse(str(pyqir.Module.from_bitcode(pyqir.Context(), data)))
        except ValueError as error:
            raise ExecutionRefused("CompilationError", f"not LLVM bitcode: {error}") from None
    try:
        return parse(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise ExecutionRefused("InvalidInputData", f"the input is not text: {error}") from None


def program(module: Module, entry: str | None, *, profile: str, num_qubits: int | None = None) -> Program:
    """Check one entry point against the rules of QIR, of its own profile and of the target's.

    ``profile`` is what the target takes: Base, Adaptive_RI or Adaptive_RIF. Raises ExecutionRefused:
    ``InvalidInputData`` for a missing entry point, ``CompilationError`` with the line for the rest.
    """
    function = _entry(module, entry)
    attributes = _attributes(module, function)
    stated = attributes.get("qir_profiles", "")
    if stated not in _PROFILES:
        raise refused(function.line, f"the entry point's qir_profiles is {stated!r}; base_profile or adaptive_profile")
    if _PROFILES[stated] > _RANK[profile]:
        raise refused(function.line, f"the module is written in the {stated}, the target takes {profile} only")
    flags = module.flags()
    if flags.get("qir_major_version") not in (1, 2):
        raise ExecutionRefused("CompilationError", "the module flag qir_major_version is missing or is not 1 or 2")
    for flag in ("dynamic_qubit_management", "dynamic_result_management"):
        if flags.get(flag):
            raise ExecutionRefused("CompilationError", f"{flag} is not supported by the target")
    sizes = [_size(attributes, function, f"required_num_{what}") for what in ("qubits", "results")]
    if num_qubits is not None and sizes[0] > num_qubits:
        raise ExecutionRefused(
            "InvalidInputData", f"the module requires {sizes[0]} qubits, the target has {num_qubits}"
        )
    assert function.blocks is not None
    if not function.blocks:
        raise refused(function.line, "the entry point is empty")
    blocks = {block.label: block for block in function.blocks}
    checked = Program(function, blocks, sizes[0], sizes[1], straight=True, base=stated == "base_profile", actions={})
    for block in function.blocks:
        _check_block(module, checked, block, profile)
    if checked.straight:
        _check_acyclic(checked)
    return checked


def _entry(module: Module, name: str | None) -> Function:
    marked = [
        function
        for function in module.functions.values()
        if function.blocks is not None and {"entry_point", "EntryPoint"} & _attributes(module, function).keys()
    ]
    if name is not None:
        found = module.functions.get(name)
        if found is None or found not in marked:
            known = ", ".join(function.name for function in marked) or "none"
            raise ExecutionRefused("InvalidInputData", f"entry point {name!r} is not in the module (it has: {known})")
    elif len(marked) == 1:
        found = marked[0]
    else:
        raise ExecutionRefused("InvalidInputData", f"the module has {len(marked)} entry points; name one as entryPoint")
    if found.parameters:
        raise ExecutionRefused(
            "InvalidInputData", f"entry point {found.name!r} takes arguments, which is not supported"
        )
    return found


def _attributes(module: Module, function: Function) -> dict[str, str]:
    found: dict[str, str] = {}
    for group in re.findall(r"#\d+", function.attributes):
        found |= module.attributes.get(group, {})
    for name, value in re.findall(r'"([^"]*)"(?:\s*=\s*"([^"]*)")?', function.attributes):
        found[name] = value
    return found


def _size(attributes: dict[str, str], function: Function, name: str) -> int:
    text = attributes.get(name, "")
    if not re.fullmatch(r"[0-9]{1,18}", text):
        raise refused(function.line, f"attribute {name} of the entry point is missing or is no number")
    if int(text) > _MAX_ADDRESSES:
        raise refused(function.line, f"{name} is {text}; at most {_MAX_ADDRESSES} can be run here")
    return int(text)


def _check_block(module: Module, checked: Program, block: Block, profile: str) -> None:
    if not block.code or not isinstance(block.code[-1][1], Return | Branch | Switch):
        raise refused(block.code[-1][0] if block.code else checked.function.line, f"block {block.label!r} has no end")
    for position, (line, instruction) in enumerate(block.code):
        if isinstance(instruction, Call):
            action = checked.actions.get(id(instruction))
            if action is None:
                action = action_of(
                    module, instruction, line, num_qubits=checked.num_qubits, num_results=checked.num_results
                )
                checked.actions[id(instruction)] = action
            if action.kind == "read" or any(isinstance(value, Local) for value in (*action.angles, action.value)):
                checked.straight = False
                if checked.base:
                    raise refused(line, "the base profile does not compute with results")
            continue
        last = position == len(block.code) - 1
        if isinstance(instruction, Return):
            if not last:
                raise refused(line, "nothing may follow a return in its block")
            continue
        if isinstance(instruction, Branch):
            if not last:
                raise refused(line, "nothing may follow a branch in its block")
            for label in (instruction.then, instruction.otherwise):
                if label not in checked.blocks:
                    raise refused(line, f"no block is called {label!r}")
            if instruction.condition is None:
                continue
        elif isinstance(instruction, Compute | Phi):
            types = [kind for kind, _ in (instruction.args if isinstance(instruction, Compute) else
                                          [value for value, _ in instruction.incoming])]  # fmt: skip
            if profile != "Adaptive_RIF" and {"double", "float"} & set(types):
                raise refused(line, f"floating-point computation is not part of {profile}")
        checked.straight = False
        if checked.base:
            raise refused(line, "the base profile is a straight line of calls")


def _check_acyclic(checked: Program) -> None:
    seen = set()
    block = checked.first
    while block.label not in seen:
        seen.add(block.label)
        last = block.code[-1][1]
        if not isinstance(last, Branch):
            return
        block = checked.blocks[last.then]
    raise refused(block.code[-1][0], "the program never ends")
