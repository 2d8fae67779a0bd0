"""Exact distributions of Qiskit circuits that decide, measure midway or reset: every branch followed, with its weight.

Gates are applied by Qiskit's own matrices, or by their definitions where they are wide. A measured qubit that nothing
touches afterwards leaves the state, so that measuring at the end costs no more than the probabilities do.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

_LEAST = 1e-13
"""Branches below this weight are dropped: loops that end with certainty only after for ever come to an end."""

_WIDEST = 4
"""Qubits of gates that are applied by their matrix."""

_MOST = 1 << 13
"""Branches."""


class TooManyBranches(ValueError):
    """Following them all would take too long."""


@dataclass(frozen=True)
class Branch:
    """One course of events. `state` is not normalised; its axes are `live` qubits, in this order."""

    memory: int
    live: tuple[int, ...]
    state: NDArray[np.complex128]
    leaving: str = ""

    @property
    def weight(self) -> float:
        return float(np.vdot(self.state, self.state).real)


def memory_distribution(circuit: Any) -> dict[int, float]:
    """Classical memory, bit 0 least significant → probability. Raises TooManyBranches."""
    count = circuit.num_qubits
    qubits = {qubit: index for index, qubit in enumerate(circuit.qubits)}
    clbits = {bit: index for index, bit in enumerate(circuit.clbits)}
    state = np.zeros((2,) * count, dtype=complex)
    state[(0,) * count] = 1
    running = _Running(clbits)
    branches = [Branch(0, tuple(range(count)), state)]
    last = {}
    for index, instruction in enumerate(circuit.data):
        last.update(dict.fromkeys(instruction.qubits, index))
    for index, instruction in enumerate(circuit.data):
        branches = running.step(instruction, branches, qubits, clbits)
        if instruction.name == "measure" and last[instruction.qubits[0]] == index:
            branches = [_without(branch, qubits[instruction.qubits[0]]) for branch in branches]
    found: dict[int, float] = {}
    for branch in branches:
        found[branch.memory] = found.get(branch.memory, 0.0) + branch.weight
    return found


class _Running:
    def __init__(self, outermost: Mapping[Any, int]) -> None:
        self._outermost = outermost

    def all(
        self, body: Any, branches: list[Branch], qubits: Mapping[Any, int], clbits: Mapping[Any, int]
    ) -> list[Branch]:
        for instruction in body.data:
            branches = self.step(instruction, branches, qubits, clbits)
        return branches

    def step(
        self, instruction: Any, branches: list[Branch], qubits: Mapping[Any, int], clbits: Mapping[Any, int]
    ) -> list[Branch]:
        if len(branches) > _MOST:
            raise TooManyBranches(f"more than {_MOST} branches")
        going = [branch for branch in branches if not branch.leaving]
        left = [branch for branch in branches if branch.leaving]
        if not going:
            return branches
        operation = instruction.operation
        places = [qubits[qubit] for qubit in instruction.qubits]
        bits = [clbits[bit] for bit in instruction.clbits]
        condition = _own_condition(instruction)
        if condition is None:
            return left + self._do(operation, places, bits, going, clbits)
        holds = [self._holds(condition, branch, clbits) for branch in going]
        others = [branch for branch, held in zip(going, holds, strict=True) if not held]
        chosen = [branch for branch, held in zip(going, holds, strict=True) if held]
        return left + others + self._do(operation, places, bits, chosen, clbits)

    def _do(
        self, operation: Any, places: list[int], bits: list[int], branches: list[Branch], clbits: Mapping[Any, int]
    ) -> list[Branch]:
        name = operation.name
        if not branches or name in ("barrier", "delay"):
            return branches
        if name == "measure":
            return [written(one, bits[0], bit) for bit in (0, 1) for one in projected(branches, places[0], bit)]
        if name == "reset":
            flipped = [apply(one, FLIP, places) for one in projected(branches, places[0], 1)]
            return projected(branches, places[0], 0) + flipped
        if name in ("break_loop", "continue_loop"):
            return [replace(branch, leaving=name) for branch in branches]

        def block(body: Any, these: list[Branch]) -> list[Branch]:
            inner = dict(zip(body.clbits, bits, strict=True))
            return self.all(body, these, dict(zip(body.qubits, places, strict=True)), inner)

        if name == "if_else":
            then, otherwise = operation.params
            found: list[Branch] = []
            for branch in branches:
                chosen = then if self._holds(operation.condition, branch, clbits) else otherwise
                found += block(chosen, [branch]) if chosen is not None else [branch]
            return found
        if name == "switch_case":
            found = []
            for branch in branches:
                value = self._value(operation.target, branch, clbits)
                cases = operation.cases_specifier()
                body = next((body for labels, body in cases if any(_is_case(one, value) for one in labels)), None)
                found += block(body, [branch]) if body is not None else [branch]
            return found
        if name == "while_loop":
            ended: list[Branch] = []
            while branches:
                held = [self._holds(operation.condition, branch, clbits) for branch in branches]
                ended += [branch for branch, true in zip(branches, held, strict=True) if not true]
                branches = [branch for branch, true in zip(branches, held, strict=True) if true]
                branches = around(block(operation.params[0], branches), ended)
            return ended
        if name == "for_loop":
            values, variable, body = operation.params
            ended = []
            for value in values:
                bound = body.assign_parameters({variable: value}) if variable in body.parameters else body
                branches = around(block(bound, branches), ended)
            return ended + branches
        if name == "box":
            return block(operation.blocks[0], branches)
        return self._gate(operation, places, bits, branches)

    def _gate(self, operation: Any, places: list[int], bits: list[int], branches: list[Branch]) -> list[Branch]:
        from qiskit.circuit import Gate
        from qiskit.quantum_info import Operator

        is_gate = isinstance(operation, Gate)
        if is_gate and len(places) <= _WIDEST:
            matrix = Operator(operation).data
        elif getattr(operation, "definition", None) is not None:
            body = operation.definition
            phase = np.exp(1j * float(body.global_phase))
            inner = [replace(branch, state=branch.state * phase) for branch in branches]
            # some of Qiskit's gates leave their last helping qubits out of the definition
            qubits = dict(zip(body.qubits, places, strict=False))
            return self.all(body, inner, qubits, dict(zip(body.clbits, bits, strict=True)))
        else:
            matrix = Operator(operation).data
        return [apply(branch, matrix, places) for branch in branches]

    def _holds(self, condition: Any, branch: Branch, clbits: Mapping[Any, int]) -> bool:
        if not isinstance(condition, tuple):
            return bool(self._expression(condition, branch.memory, clbits))
        what, value = condition
        return self._value(what, branch, clbits) == int(value)

    def _value(self, what: Any, branch: Branch, clbits: Mapping[Any, int]) -> int:
        from qiskit.circuit import ClassicalRegister, Clbit

        if isinstance(what, Clbit):
            return branch.memory >> self._bit(what, clbits) & 1
        if isinstance(what, ClassicalRegister):
            return sum((branch.memory >> self._bit(bit, clbits) & 1) << place for place, bit in enumerate(what))
        return self._expression(what, branch.memory, clbits)

    def _bit(self, bit: Any, clbits: Mapping[Any, int]) -> int:
        found = clbits.get(bit)
        return self._outermost[bit] if found is None else found

    def _expression(self, node: Any, memory: int, clbits: Mapping[Any, int]) -> int:
        """Unsigned numbers wrap at their width, as OpenQASM 3's do; truth values are 0 and 1."""
        from qiskit.circuit import Clbit
        from qiskit.circuit.classical import expr

        def value(inner: Any) -> int:
            return self._expression(inner, memory, clbits)

        width = getattr(node.type, "width", 0)
        mask = (1 << width) - 1 if width else 1
        if isinstance(node, expr.Var):
            bits = [node.var] if isinstance(node.var, Clbit) else list(node.var)
            return sum((memory >> self._bit(bit, clbits) & 1) << place for place, bit in enumerate(bits))
        if isinstance(node, expr.Value):
            return int(node.value)
        if isinstance(node, expr.Cast):
            inner = value(node.operand)
            return inner & mask if width else int(inner != 0)
        if isinstance(node, expr.Unary):
            inner = value(node.operand)
            return ~inner & mask if node.op.name == "BIT_NOT" else int(not inner)
        if isinstance(node, expr.Index):
            return value(node.target) >> value(node.index) & 1
        left, right = value(node.left), value(node.right)
        return int(BINARY[node.op.name](left, right)) & mask


FLIP = np.array([[0, 1], [1, 0]], dtype=complex)

BINARY: Mapping[str, Any] = {
    "BIT_AND": lambda a, b: a & b,
    "BIT_OR": lambda a, b: a | b,
    "BIT_XOR": lambda a, b: a ^ b,
    "LOGIC_AND": lambda a, b: a and b,
    "LOGIC_OR": lambda a, b: a or b,
    "EQUAL": lambda a, b: a == b,
    "NOT_EQUAL": lambda a, b: a != b,
    "LESS": lambda a, b: a < b,
    "LESS_EQUAL": lambda a, b: a <= b,
    "GREATER": lambda a, b: a > b,
    "GREATER_EQUAL": lambda a, b: a >= b,
    "SHIFT_LEFT": lambda a, b: a << b,
    "SHIFT_RIGHT": lambda a, b: a >> b,
    "ADD": lambda a, b: a + b,
    "SUB": lambda a, b: a - b,
    "MUL": lambda a, b: a * b,
    "DIV": lambda a, b: a // b,
}


def _own_condition(instruction: Any) -> Any:
    """Qiskit 1's c_if."""
    if not hasattr(type(instruction), "condition") or instruction.is_control_flow():
        return None
    return instruction.condition


def _is_case(label: Any, value: int) -> bool:
    return not isinstance(label, int) or int(label) == value  # the default is an object of its own


def around(branches: Iterable[Branch], ended: list[Branch]) -> list[Branch]:
    """Those that go round once more; those that break are added to `ended`."""
    again = []
    for branch in branches:
        if branch.weight < _LEAST:
            continue
        here = replace(branch, leaving="")
        (ended if branch.leaving == "break_loop" else again).append(here)
    return again


def _axis(branch: Branch, qubit: int) -> int:
    return branch.live.index(qubit)


def projected(branches: Iterable[Branch], qubit: int, bit: int) -> list[Branch]:
    found = []
    for branch in branches:
        state = branch.state.copy()
        where: list[Any] = [slice(None)] * state.ndim
        where[_axis(branch, qubit)] = 1 - bit
        state[tuple(where)] = 0
        one = replace(branch, state=state)
        if one.weight >= _LEAST:
            found.append(one)
    return found


def written(branch: Branch, bit: int, value: int) -> Branch:
    return replace(branch, memory=branch.memory & ~(1 << bit) | value << bit)


def _without(branch: Branch, qubit: int) -> Branch:
    """A qubit that is in one of its two states for certain leaves."""
    axis = _axis(branch, qubit)
    zero, one = (np.take(branch.state, value, axis=axis) for value in (0, 1))
    state = zero if np.vdot(zero, zero).real > np.vdot(one, one).real else one
    return replace(branch, live=tuple(q for q in branch.live if q != qubit), state=state)


def apply(branch: Branch, matrix: NDArray[np.complex128], places: Sequence[int]) -> Branch:
    """A little-endian matrix on the qubits."""
    size = len(places)
    if not size:
        return replace(branch, state=branch.state * matrix.reshape(-1)[0])
    axes = [_axis(branch, qubit) for qubit in reversed(places)]
    moved = np.tensordot(matrix.reshape((2,) * (2 * size)), branch.state, axes=(range(size, 2 * size), axes))
    return replace(branch, state=np.moveaxis(moved, range(size), axes))
