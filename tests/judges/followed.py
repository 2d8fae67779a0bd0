"""A Qiskit circuit followed shot by shot, control flow and all expressions included.

Aer is the better judge wherever it can be: it knows no shifts, and takes a number that is cast to a truth value for
true when it is 0 (Aer 0.18). Expressions are worked out as Qiskit's documentation of `qiskit.circuit.classical` has
them.
"""

from __future__ import annotations

import operator
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np

_BINARY: dict[str, Callable[[int, int], Any]] = {
    "BIT_AND": operator.and_, "BIT_OR": operator.or_, "BIT_XOR": operator.xor,
    "LOGIC_AND": lambda a, b: bool(a) and bool(b), "LOGIC_OR": lambda a, b: bool(a) or bool(b),
    "EQUAL": operator.eq, "NOT_EQUAL": operator.ne, "LESS": operator.lt, "LESS_EQUAL": operator.le,
    "GREATER": operator.gt, "GREATER_EQUAL": operator.ge,
    "SHIFT_LEFT": operator.lshift, "SHIFT_RIGHT": operator.rshift,
}  # fmt: skip


class _Leave(Exception):
    def __init__(self, name: str) -> None:
        self.name = name


def counts(circuit: Any, shots: int, seed: int = 23) -> Counter[int]:
    """Memories, bit 0 of the circuit lowest."""
    rng = np.random.default_rng(seed)
    found: Counter[int] = Counter()
    for _ in range(shots):
        shot = _Shot(circuit, rng)
        shot.run(circuit, {qubit: place for place, qubit in enumerate(circuit.qubits)})
        found[sum(shot.bits[bit] << place for place, bit in enumerate(circuit.clbits))] += 1
    return found


class _Shot:
    """Blocks have the circuit's own bits."""

    def __init__(self, circuit: Any, rng: np.random.Generator) -> None:
        self.rng, self.count = rng, circuit.num_qubits
        self.bits = dict.fromkeys(circuit.clbits, 0)
        self.state = np.zeros((2,) * self.count, dtype=complex)
        self.state[(0,) * self.count] = 1

    def run(self, circuit: Any, places: dict[Any, int]) -> None:
        for item in circuit.data:
            operation, name = item.operation, item.operation.name
            qubits = [places[qubit] for qubit in item.qubits]
            if name == "measure":
                self.bits[item.clbits[0]] = self.measured(qubits[0])
            elif name == "reset":
                if self.measured(qubits[0]):
                    self.state = np.flip(self.state, self.count - 1 - qubits[0])
            elif name in ("break_loop", "continue_loop"):
                raise _Leave(name)
            elif hasattr(operation, "blocks"):
                self.flow(operation, [dict(zip(block.qubits, qubits, strict=True)) for block in operation.blocks])
            else:
                self.gate(np.asarray(operation.to_matrix()), qubits)

    def flow(self, operation: Any, places: list[dict[Any, int]]) -> None:
        blocks = operation.blocks
        if operation.name == "if_else":
            chosen = 0 if self.holds(operation.condition) else 1
            if chosen < len(blocks):
                self.run(blocks[chosen], places[chosen])
        elif operation.name == "switch_case":
            value = self.number(operation.target)
            for place, (labels, block) in enumerate(operation.cases_specifier()):
                if any(not isinstance(label, int) or label == value for label in labels):
                    self.run(block, places[place])
                    return
        elif operation.name == "while_loop":
            while self.holds(operation.condition) and self.again(blocks[0], places[0]):
                pass
        else:
            for _ in operation.params[0]:
                if not self.again(blocks[0], places[0]):
                    return

    def again(self, body: Any, places: dict[Any, int]) -> bool:
        try:
            self.run(body, places)
        except _Leave as leave:
            return leave.name == "continue_loop"
        return True

    def holds(self, condition: Any) -> bool:
        if isinstance(condition, tuple):
            return self.number(condition[0]) == condition[1]
        return bool(self.value(condition))

    def number(self, what: Any) -> int:
        if hasattr(what, "type"):
            return self.value(what)
        if what in self.bits:
            return self.bits[what]
        return sum(self.bits[bit] << place for place, bit in enumerate(what))

    def value(self, node: Any) -> int:
        kind, width = type(node).__name__, getattr(node.type, "width", None)
        mask = 1 if width is None else (1 << width) - 1
        if kind == "Var":
            return self.number(node.var)
        if kind == "Value":
            return int(node.value)
        if kind == "Cast":
            inner = self.value(node.operand)
            return int(inner != 0) if width is None else inner & mask
        if kind == "Index":
            return self.value(node.target) >> self.value(node.index) & 1
        if kind == "Unary":
            inner = self.value(node.operand)
            return int(not inner) if node.op.name == "LOGIC_NOT" else ~inner & mask
        return int(_BINARY[node.op.name](self.value(node.left), self.value(node.right))) & mask

    def gate(self, matrix: Any, qubits: list[int]) -> None:
        size = len(qubits)
        axes = [self.count - 1 - qubit for qubit in reversed(qubits)]
        moved = np.tensordot(matrix.reshape((2,) * (2 * size)), self.state, axes=(range(size, 2 * size), axes))
        self.state = np.moveaxis(moved, range(size), axes)

    def measured(self, qubit: int) -> int:
        where: list[Any] = [slice(None)] * self.count
        where[self.count - 1 - qubit] = 1
        ones = float(np.sum(np.abs(self.state[tuple(where)]) ** 2))
        value = int(self.rng.random() < ones)
        where[self.count - 1 - qubit] = 1 - value
        self.state = self.state.copy()
        self.state[tuple(where)] = 0
        self.state /= np.linalg.norm(self.state)
        return value
