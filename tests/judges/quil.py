"""A matrix simulation of Quil, branch by branch, with memory and jumps.

Gates of the standard set as the language's paper lists them (arXiv:1608.03355, section 3), the first qubit of a gate
being the most significant in its matrix. Memory starts at zero.
"""

from __future__ import annotations

import ast
import cmath
import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from judges.amplitudes import Array, ground, measured, turned

_X = np.array([[0, 1], [1, 0]], dtype=complex)
_Y = np.array([[0, -1j], [1j, 0]])
_Z = np.diag([1.0 + 0j, -1])
_SWAP = np.eye(4, dtype=complex)[[0, 2, 1, 3]]


def _controlled(matrix: Array) -> Array:
    size = len(matrix)
    found = np.eye(2 * size, dtype=complex)
    found[size:, size:] = matrix
    return found


def _about(axis: Array) -> Callable[[float], Array]:
    return lambda angle: math.cos(angle / 2) * np.eye(2) - 1j * math.sin(angle / 2) * axis


def _swap(phase: complex) -> Array:
    return np.array([[1, 0, 0, 0], [0, 0, phase, 0], [0, phase, 0, 0], [0, 0, 0, 1]])


_FIXED: Mapping[str, Array] = {
    "I": np.eye(2, dtype=complex),
    "X": _X,
    "Y": _Y,
    "Z": _Z,
    "H": (_X + _Z) / math.sqrt(2),
    "S": np.diag([1, 1j]),
    "T": np.diag([1, cmath.exp(0.25j * math.pi)]),
    "CNOT": _controlled(_X),
    "CZ": _controlled(_Z),
    "SWAP": _SWAP,
    "ISWAP": _swap(1j),
    "CCNOT": _controlled(_controlled(_X)),
    "CSWAP": _controlled(_SWAP),
}
_TURNS: Mapping[str, Callable[[float], Array]] = {
    "RX": _about(_X),
    "RY": _about(_Y),
    "RZ": _about(_Z),
    "PHASE": lambda angle: np.diag([1, cmath.exp(1j * angle)]),
    "CPHASE00": lambda angle: np.diag([cmath.exp(1j * angle), 1, 1, 1]),
    "CPHASE01": lambda angle: np.diag([1, cmath.exp(1j * angle), 1, 1]),
    "CPHASE10": lambda angle: np.diag([1, 1, cmath.exp(1j * angle), 1]),
    "CPHASE": lambda angle: np.diag([1, 1, 1, cmath.exp(1j * angle)]),
    "PSWAP": lambda angle: _swap(cmath.exp(1j * angle)),
}
_GATE = re.compile(r"([A-Z][A-Z0-9]*)(?:\((.*)\))?((?: \d+)+)")
_PLACE = re.compile(r"([a-z_][A-Za-z0-9_-]*)\[(\d+)\]")
_SMALLEST = 1e-12
_Branch = tuple[int, float, Array, dict[tuple[str, int], int]]


class _Program:
    def __init__(self, text: str, values: Mapping[str, Sequence[float]]) -> None:
        self.steps: list[tuple[Any, ...]] = []
        self.sizes: dict[str, int] = {}
        self.labels: dict[str, int] = {}
        self.width = 0
        self._values = values
        if text and not text.endswith("\n"):
            raise ValueError("the last line does not end")
        for line in text.splitlines():
            self._read(line)
        for step in self.steps:
            if step[0] in ("JUMP", "JUMP-WHEN", "JUMP-UNLESS") and step[1] not in self.labels:
                raise ValueError(f"nothing has the label {step[1]}")

    def _read(self, line: str) -> None:
        words = line.split(" ")
        if words[0] == "DECLARE":
            name, kind, size = re.fullmatch(r"DECLARE (\w+) (BIT|REAL)\[([1-9]\d*)\]", line).groups()  # type: ignore[union-attr]
            if name in self.sizes or self.steps or (kind == "REAL" and len(self._values[name]) != int(size)):
                raise ValueError(f"declared twice, late or with other values: {line}")
            self.sizes[name] = int(size)
        elif words[0] == "LABEL":
            if words[1] in self.labels:
                raise ValueError(f"a label for the second time: {line}")
            self.labels[words[1]] = len(self.steps)
        elif words[0] == "JUMP":
            self.steps.append(("JUMP", words[1]))
        elif words[0] in ("JUMP-WHEN", "JUMP-UNLESS"):
            self.steps.append((words[0], words[1], self._place(words[2])))
        elif words[0] == "MEASURE":
            self.steps.append(("MEASURE", self._qubit(words[1]), self._place(words[2])))
        elif words[0] == "RESET":
            self.steps.append(("RESET", self._qubit(words[1])))
        else:
            found = _GATE.fullmatch(line)
            if found is None:
                raise ValueError(f"no Quil: {line!r}")
            name, angle, where = found.groups()
            qubits = [self._qubit(word) for word in where.split()]
            matrix = _FIXED[name] if angle is None else _TURNS[name](self._number(angle))
            self.steps.append(("gate", matrix, qubits))

    def _qubit(self, word: str) -> int:
        qubit = int(word)
        self.width = max(self.width, qubit + 1)
        return qubit

    def _place(self, word: str) -> tuple[str, int]:
        found = _PLACE.fullmatch(word)
        if found is None or int(found[2]) >= self.sizes[found[1]]:
            raise ValueError(f"no place in memory: {word}")
        return found[1], int(found[2])

    def _number(self, text: str) -> float:
        return self._worked_out(ast.parse(text, mode="eval").body)

    def _worked_out(self, node: ast.expr) -> float:
        if isinstance(node, ast.Constant) and isinstance(node.value, float):
            return node.value
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            return -self._worked_out(node.operand)
        if isinstance(node, ast.BinOp):
            left, right = self._worked_out(node.left), self._worked_out(node.right)
            if isinstance(node.op, ast.Add):
                return left + right
            if isinstance(node.op, ast.Sub):
                return left - right
            if isinstance(node.op, ast.Mult):
                return left * right
            if isinstance(node.op, ast.Div):
                return left / right
        if (
            isinstance(node, ast.Subscript)
            and isinstance(node.value, ast.Name)
            and isinstance(node.slice, ast.Constant)
        ):
            name, place = self._place(f"{node.value.id}[{node.slice.value}]")
            return self._values[name][place]
        raise ValueError(f"no number: {ast.dump(node)}")


def distribution(data: bytes, values: Mapping[str, Sequence[float]] | None = None) -> dict[int, float]:
    """Final memory `ro` as a number whose bit i is `ro[i]` → probability. `values` are of REAL memory.

    Raises on anything that is not in the part of Quil described above.
    """
    program = _Program(data.decode(), values or {})
    found: dict[int, float] = {}
    pending: list[_Branch] = [(0, 1.0, ground(program.width), {})]
    while pending:
        place, weight, state, memory = pending.pop()
        while place < len(program.steps):
            step = program.steps[place]
            place += 1
            if step[0] == "gate":
                state = turned(state, step[1], step[2])
            elif step[0] == "JUMP":
                place = program.labels[step[1]]
            elif step[0] in ("JUMP-WHEN", "JUMP-UNLESS"):
                if memory.get(step[2], 0) == (step[0] == "JUMP-WHEN"):
                    place = program.labels[step[1]]
            else:
                branches: list[_Branch] = []
                for value, share, left in measured(state, step[1]):
                    if step[0] == "RESET":
                        reset = turned(left, _X, [step[1]]) if value else left
                        branches.append((place, weight * share, reset, memory))
                    else:
                        branches.append((place, weight * share, left, {**memory, step[2]: value}))
                pending += [branch for branch in branches[1:] if branch[1] > _SMALLEST]
                place, weight, state, memory = branches[0]
                if weight <= _SMALLEST:
                    break
        else:
            number = sum(value << bit for (name, bit), value in memory.items() if name == "ro")
            found[number] = found.get(number, 0.0) + weight
    return found


def declared(data: bytes) -> int:
    """Columns of a row of the answer."""
    return _Program(data.decode(), {}).sizes.get("ro", 0)
