"""Programs that decide on what they measured: every path through them is followed once, with its share of the shots.

At a measurement the shots are divided by a binomial draw, so that a program costs as much as it has different paths
that some shot takes, and never more than one run a shot.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from qrelay.local.answers import Shape
from qrelay.local.engine import DENSE_QUBITS
from qrelay.local.readers.llvm import Branch, Call, Compute, Local, Phi, Return, Switch, Value
from qrelay.local.readers.llvm_line import integer_width, refused, wrapped
from qrelay.local.readers.qir import Leaf, Program, Recorder
from qrelay.local.readers.qir_calls import Action
from qrelay.local.refusal import ExecutionRefused

__all__ = ["Path", "follow"]

State = npt.NDArray[np.complex128]
Number = int | float

_MAX_STEPS = 1_000_000
_CERTAIN = 1e-12


@dataclass(frozen=True, slots=True)
class Path:
    """One way through the program, the shots that took it, and what it recorded."""

    shots: int
    shape: Shape
    leaves: tuple[Leaf, ...]
    results: dict[int, int]
    measured: dict[int, int]


class _Run:
    """A program in the middle of its execution; it divides itself at measurements."""

    def __init__(self, shots: int, state: State) -> None:
        self.shots = shots
        self.state = state  # axis i is qubit i
        self.locals: dict[str, Number] = {}
        self.results: dict[int, int] = {}
        self.measured: dict[int, int] = {}
        self.recorded: list[tuple[int, Action, Number]] = []
        self.label = ""
        self.previous = ""
        self.position = 0
        self.steps = 0

    def split(self) -> _Run:
        other = _Run(self.shots, self.state)
        other.locals = dict(self.locals)
        other.results = dict(self.results)
        other.measured = dict(self.measured)
        other.recorded = list(self.recorded)
        other.label, other.previous = self.label, self.previous
        other.position, other.steps = self.position, self.steps
        return other


def follow(program: Program, shots: int, seed: int) -> Iterator[Path]:
    """All paths that some of the shots take; their shares add up to ``shots``.

    Raises ExecutionRefused (``CompilationError``) for more qubits than a state vector holds, for undefined values,
    divisions by zero and programs that do not end.
    """
    if program.num_qubits > DENSE_QUBITS:
        raise ExecutionRefused(
            "CompilationError",
            f"programs that branch are simulated here on at most {DENSE_QUBITS} qubits, not {program.num_qubits}",
        )
    draw = np.random.default_rng([seed, 0])
    state = np.zeros((2,) * program.num_qubits, dtype=complex)
    state[(0,) * program.num_qubits] = 1
    first = _Run(shots, state)
    first.label = program.first.label
    waiting = [first]
    while waiting:
        run = waiting.pop()
        while not _step(program, run, waiting, draw):
            pass
        recorder = Recorder()
        for line, action, value in run.recorded:
            recorder.add(line, action, value)
        shape, leaves = recorder.finish()
        yield Path(run.shots, shape, tuple(leaves), run.results, run.measured)


def _step(program: Program, run: _Run, waiting: list[_Run], draw: np.random.Generator) -> bool:
    """Execute one instruction; true at the end of the program."""
    line, instruction = program.blocks[run.label].code[run.position]
    run.position += 1
    run.steps += 1
    if run.steps > _MAX_STEPS:
        raise refused(line, f"the program does not end within {_MAX_STEPS} steps")
    if isinstance(instruction, Call):
        _call(program, run, line, instruction, waiting, draw)
    elif isinstance(instruction, Return):
        return True
    elif isinstance(instruction, Branch):
        taken = instruction.condition is None or bool(_value(run, instruction.condition, line))
        _jump(program, run, instruction.then if taken else instruction.otherwise, line)
    elif isinstance(instruction, Switch):
        value = _value(run, instruction.value[1], line)
        _jump(program, run, dict(instruction.cases).get(int(value), instruction.default), line)
    elif isinstance(instruction, Compute):
        run.locals[instruction.dest] = _compute(run, instruction, line)
    else:
        raise refused(line, "a phi may stand only at the start of its block")
    return False


def _jump(program: Program, run: _Run, label: str, line: int) -> None:
    if label not in program.blocks:
        raise refused(line, f"no block is called {label!r}")
    run.previous, run.label, run.position = run.label, label, 0
    fresh: dict[str, Number] = {}  # the phis of a block read their values all at once
    for at, instruction in program.blocks[label].code:
        if not isinstance(instruction, Phi):
            break
        for (_, value), source in instruction.incoming:
            if source == run.previous:
                fresh[instruction.dest] = _value(run, value, at)
                break
        else:
            raise refused(at, f"the phi has no value for block {run.previous!r}")
        run.position += 1
    run.locals |= fresh


def _call(program: Program, run: _Run, line: int, call: Call, waiting: list[_Run], draw: np.random.Generator) -> None:
    action = program.action(call)
    kind = action.kind
    if kind == "gate":
        assert action.gate is not None
        angles = [float(_value(run, angle, line)) for angle in action.angles]
        if not all(math.isfinite(angle) for angle in angles):
            raise refused(line, f"the angle of @{call.callee} is not finite")
        run.state = _applied(run.state, action.gate(*angles).to_matrix(), action.qubits)
    elif kind in ("measure", "mresetz", "reset"):
        _measure(run, action, waiting, draw)
    elif kind == "read":
        if call.dest is not None:
            run.locals[call.dest] = bool(run.results.get(action.result, 0))
    elif kind in ("record", "container"):
        run.recorded.append((line, action, 0 if action.result >= 0 else _value(run, action.value, line)))


def _measure(run: _Run, action: Action, waiting: list[_Run], draw: np.random.Generator) -> None:
    qubit = action.qubits[0]
    one = float(np.sum(np.abs(np.take(run.state, 1, axis=qubit)) ** 2))
    one = 0.0 if one < _CERTAIN else 1.0 if one > 1 - _CERTAIN else one
    ones = int(draw.binomial(run.shots, one))
    state = run.state
    shares = [(bit, shots) for bit, shots in ((0, run.shots - ones), (1, ones)) if shots]
    # the last share goes on in this run, the other one waits its turn
    for branch, (bit, shots) in zip([run.split() for _ in shares[1:]] + [run], shares, strict=True):
        branch.shots = shots
        branch.state = np.zeros_like(state)
        kept = np.moveaxis(branch.state, qubit, 0)  # a view: writing to it writes to the state
        kept[bit if action.kind == "measure" else 0] = np.take(state, bit, axis=qubit) / math.sqrt(
            one if bit else 1 - one
        )
        if action.kind != "reset":
            branch.results[action.result] = bit
            branch.measured[action.result] = qubit
        if branch is not run:
            waiting.append(branch)


def _applied(state: State, matrix: npt.NDArray[np.complex128], qubits: tuple[int, ...]) -> State:
    count = len(qubits)
    # Qiskit's matrices have the first qubit in the lowest bit, so in the last axis of the reshaped matrix
    tensor = matrix.reshape((2,) * (2 * count))
    axes = list(reversed(qubits))
    moved = np.tensordot(tensor, state, axes=(list(range(count, 2 * count)), axes))
    return np.moveaxis(moved, range(count), axes)


def _value(run: _Run, value: Value, line: int) -> Number:
    if isinstance(value, Local):
        if value.name not in run.locals:
            raise refused(line, f"%{value.name} has no value here")
        return run.locals[value.name]
    if not isinstance(value, int | float):
        raise refused(line, "addresses cannot be computed with")
    return value


def _compute(run: _Run, instruction: Compute, line: int) -> Number:
    numbers = [_value(run, value, line) for _, value in instruction.args]
    kind = instruction.args[-1][0]
    if instruction.opcode == "select":
        return numbers[1] if numbers[0] else numbers[2]
    if instruction.opcode in ("icmp", "fcmp"):
        return _compared(instruction, *numbers, line=line)
    if kind in ("double", "float") or instruction.opcode in ("sitofp", "uitofp"):
        number = _float(instruction, numbers, line)
        if not math.isfinite(number):
            raise refused(line, "the result is not a finite number")
        return number
    return _integer(instruction, [int(number) for number in numbers], line)


def _compared(instruction: Compute, left: float, right: float, *, line: int) -> bool:
    mode = instruction.mode
    if instruction.opcode == "icmp":
        kind = instruction.args[0][0]
        if mode.startswith("u"):
            mask = (1 << integer_width(kind, line)) - 1
            left, right = int(left) & mask, int(right) & mask
        elif kind == "i1":
            left, right = -int(left), -int(right)
    order = {"eq": left == right, "ne": left != right, "gt": left > right, "ge": left >= right,
             "lt": left < right, "le": left <= right}  # fmt: skip
    word = mode if mode in order else mode[1:]
    if word not in order:
        raise refused(line, f"comparison {mode!r} is not known")
    return order[word]


def _float(instruction: Compute, numbers: list[Number], line: int) -> Number:
    opcode = instruction.opcode
    if opcode in ("fptosi", "fptoui"):
        return wrapped(int(numbers[0]), integer_width(instruction.mode, line))
    if opcode == "sitofp":
        return float(-numbers[0] if instruction.args[0][0] == "i1" else numbers[0])
    if opcode == "uitofp":
        return float(int(numbers[0]) & ((1 << integer_width(instruction.args[0][0], line)) - 1))
    if opcode == "fneg":
        return -float(numbers[0])
    left, right = float(numbers[0]), float(numbers[1])
    if opcode in ("fdiv", "frem") and right == 0:
        raise refused(line, "division by zero")
    if opcode == "fadd":
        return left + right
    if opcode == "fsub":
        return left - right
    if opcode == "fmul":
        return left * right
    return left / right if opcode == "fdiv" else math.fmod(left, right)


def _integer(instruction: Compute, numbers: list[int], line: int) -> int:
    opcode, kind = instruction.opcode, instruction.args[0][0]
    width = integer_width(kind, line)
    mask = (1 << width) - 1
    if opcode in ("zext", "sext", "trunc"):
        number = numbers[0]
        if opcode == "zext":
            number &= mask
        elif opcode == "sext" and kind == "i1":
            number = -number
        return bool(number & 1) if instruction.mode == "i1" else wrapped(number, integer_width(instruction.mode, line))
    left, right = numbers
    if opcode in ("sdiv", "udiv", "srem", "urem"):
        if right == 0:
            raise refused(line, "division by zero")
        if opcode.startswith("u"):
            left, right = left & mask, right & mask
        quotient = abs(left) // abs(right) * (1 if (left < 0) == (right < 0) else -1)
        number = quotient if opcode.endswith("div") else left - quotient * right
    elif opcode in ("shl", "lshr", "ashr"):
        if not 0 <= right < width:
            raise refused(line, f"a shift by {right} of {width} bits")
        number = left << right if opcode == "shl" else (left & mask) >> right if opcode == "lshr" else left >> right
    else:
        number = {"add": left + right, "sub": left - right, "mul": left * right, "and": left & right,
                  "or": left | right, "xor": left ^ right}[opcode]  # fmt: skip
    return bool(number & 1) if kind == "i1" else wrapped(number, width)
