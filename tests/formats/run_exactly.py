"""What a Program with control flow answers, exactly: every path followed with its probability.

Nothing of a format in it: gates are Qiskit's matrices, conditions and loops are executed as `program/control.py` and
`program/operations.py` describe them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
from qiskit.circuit.library import get_standard_gate_name_mapping

from qrelay.program import Program
from qrelay.program.control import BitIs, Expression, RegisterIs

_MOST_TURNS = 64


def distribution(program: Program) -> dict[int, float]:
    """Classical memory, bit 0 least significant → probability."""
    state = np.zeros((2,) * program.num_qubits, dtype=complex)  # axis k is qubit k
    state[(0,) * program.num_qubits] = 1
    found: dict[int, float] = {}
    for weight, _, memory, signal in _run(tuple(program.operations), 1.0, state, 0):
        assert signal is None
        found[memory] = found.get(memory, 0.0) + weight
    return found


def value(node: Any, memory: int) -> int:
    """What a condition or expression is on these bits."""
    if isinstance(node, BitIs):
        return int(bool(memory >> node.bit & 1) == node.value)
    if isinstance(node, RegisterIs):
        return int(sum((memory >> bit & 1) << place for place, bit in enumerate(node.bits)) == node.value)
    assert isinstance(node, Expression)
    if node.operator == "bit":
        return memory >> node.operands[0] & 1
    if node.operator == "bits":
        return sum((memory >> bit & 1) << place for place, bit in enumerate(node.operands))
    if node.operator == "const":
        return int(node.operands[0])
    numbers = [value(inner, memory) for inner in node.operands]
    found = _MEANINGS[node.operator](*numbers)
    if node.width:
        return int(found) % 2**node.width
    return int(bool(found)) if node.operator != "invert" else int(not numbers[0])


_MEANINGS: dict[str, Any] = {
    "cast": lambda a: a,
    "not": lambda a: not a,
    "invert": lambda a: ~a,
    "and": lambda a, b: a and b,
    "or": lambda a, b: a or b,
    "bit_and": lambda a, b: a & b,
    "bit_or": lambda a, b: a | b,
    "bit_xor": lambda a, b: a ^ b,
    "shift_left": lambda a, b: a << b,
    "shift_right": lambda a, b: a >> b,
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": lambda a, b: a // b,
    "equal": lambda a, b: a == b,
    "not_equal": lambda a, b: a != b,
    "less": lambda a, b: a < b,
    "less_equal": lambda a, b: a <= b,
    "greater": lambda a, b: a > b,
    "greater_equal": lambda a, b: a >= b,
    "index": lambda a, b: a >> b & 1,
}


def _run(operations: tuple[Any, ...], weight: float, state: Any, memory: int) -> Iterator[Any]:
    if not operations:
        yield weight, state, memory, None
        return
    for path in _step(operations[0], weight, state, memory):
        if path[3] is None:
            yield from _run(operations[1:], *path[:3])
        else:
            yield path


def _step(operation: Any, weight: float, state: Any, memory: int) -> Iterator[Any]:
    name, qubits, arguments = operation
    if name in ("barrier", "delay", "global_phase"):
        yield weight, state, memory, None
    elif name in ("measure", "reset"):
        for bit in (0, 1):
            kept = np.take(state, bit, axis=qubits[0])
            share = float(np.sum(np.abs(kept) ** 2))
            if share < 1e-12:
                continue
            after = np.zeros_like(state)
            np.moveaxis(after, qubits[0], 0)[bit if name == "measure" else 0] = kept / math.sqrt(share)
            place = 1 << arguments[0] if name == "measure" else 0
            yield weight * share, after, (memory & ~place | place * bit), None
    elif name == "if":
        yield from _run(arguments[1] if value(arguments[0], memory) else arguments[2], weight, state, memory)
    elif name == "switch":
        chosen = value(arguments[0], memory)
        cases = [block for labels, block in arguments[1] if labels is None or None in labels or chosen in labels]
        yield from _run(cases[0] if cases else (), weight, state, memory)
    elif name == "for":
        yield from _loop(arguments[2], len(arguments[0]), None, weight, state, memory)
    elif name == "while":
        yield from _loop(arguments[1], _MOST_TURNS, arguments[0], weight, state, memory)
    elif name in ("break", "continue"):
        yield weight, state, memory, name
    else:
        yield weight, _applied(state, _matrix(name, tuple(arguments)), qubits), memory, None


def _loop(body: Any, turns: int, condition: Any, weight: float, state: Any, memory: int) -> Iterator[Any]:
    if condition is not None and not value(condition, memory):
        yield weight, state, memory, None
        return
    if not turns:
        assert condition is None, "a while that goes on"
        yield weight, state, memory, None
        return
    for path in _run(body, weight, state, memory):
        if path[3] == "break":
            yield *path[:3], None
        else:
            yield from _loop(body, turns - 1, condition, *path[:3])


@cache
def _matrix(name: str, arguments: tuple[float, ...]) -> Any:
    gate = get_standard_gate_name_mapping()[name]
    return (gate.base_class(*arguments) if arguments else gate).to_matrix()


def _applied(state: Any, matrix: Any, qubits: tuple[int, ...]) -> Any:
    count = len(qubits)
    axes = list(reversed(qubits))  # Qiskit's first qubit is the lowest bit of a matrix index
    moved = np.tensordot(matrix.reshape((2,) * (2 * count)), state, axes=(range(count, 2 * count), axes))
    return np.moveaxis(moved, range(count), axes)
