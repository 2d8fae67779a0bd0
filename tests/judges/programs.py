"""What a Program says, by the gate table (which other tests hold against Qiskit's), every branch followed.

This judges readers where no format can say all that they read. Programs are looked at by their fields only.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from judges import rows
from judges.branching import (
    BINARY,
    FLIP,
    Branch,
    TooManyBranches,
    apply,
    around,
    projected,
    written,
)

_MOST = 1 << 13
_OPERATORS = {
    **{name.lower(): work for name, work in BINARY.items() if not name.startswith("LOGIC")},
    "and": BINARY["LOGIC_AND"],
    "or": BINARY["LOGIC_OR"],
}


def memory_distribution(program: Any) -> dict[int, float]:
    """Classical memory, bit 0 least significant, inverted bits turned round → probability."""
    count = program.num_qubits
    state = np.zeros((2,) * count, dtype=complex)
    state[(0,) * count] = 1
    mask = sum(1 << bit for bit in program.inverted)
    found: dict[int, float] = {}
    for branch in _all(program.operations, [Branch(0, tuple(range(count)), state)]):
        memory = branch.memory ^ mask
        found[memory] = found.get(memory, 0.0) + branch.weight
    return found


def _all(operations: Any, branches: list[Branch]) -> list[Branch]:
    for operation in operations:
        going = [branch for branch in branches if not branch.leaving]
        left = [branch for branch in branches if branch.leaving]
        branches = left + _do(operation, going) if going else branches
        if len(branches) > _MOST:
            raise TooManyBranches(f"more than {_MOST} branches")
    return branches


def _do(operation: Any, branches: list[Branch]) -> list[Branch]:
    name, qubits, arguments = operation
    found: list[Branch] = []
    if name in ("barrier", "delay"):
        return branches
    if name == "measure":
        return [written(one, arguments[0], bit) for bit in (0, 1) for one in projected(branches, qubits[0], bit)]
    if name == "reset":
        flipped = [apply(one, FLIP, qubits) for one in projected(branches, qubits[0], 1)]
        return projected(branches, qubits[0], 0) + flipped
    if name in ("break", "continue"):
        return [replace(branch, leaving=f"{name}_loop") for branch in branches]
    if name == "if":
        condition, then, otherwise = arguments
        for branch in branches:
            found += _all(then if _holds(condition, branch.memory) else otherwise, [branch])
        return found
    if name == "switch":
        value, cases = arguments
        for branch in branches:
            number = _value(value, branch.memory)
            body = next((body for labels, body in cases if any(one in (None, number) for one in labels)), ())
            found += _all(body, [branch])
        return found
    if name == "for":
        values, variable, body = arguments
        assert variable is None
        for _ in values:
            branches = around(_all(body, branches), found)
        return found + branches
    if name == "while":
        condition, body = arguments
        while branches:
            found += [branch for branch in branches if not _holds(condition, branch.memory)]
            again = [branch for branch in branches if _holds(condition, branch.memory)]
            branches = around(_all(body, again), found)
        return found
    return [apply(branch, rows.matrix(name, arguments), qubits) for branch in branches]


def _bits(bits: Any, memory: int) -> int:
    return sum((memory >> bit & 1) << place for place, bit in enumerate(bits))


def _holds(condition: Any, memory: int) -> bool:
    kind = type(condition).__name__
    if kind == "BitIs":
        return bool(memory >> condition.bit & 1) == condition.value
    if kind == "RegisterIs":
        return _bits(condition.bits, memory) == condition.value
    return bool(_value(condition, memory))


def _value(node: Any, memory: int) -> int:
    mask = (1 << node.width) - 1 if node.width else 1
    operator, operands = node.operator, node.operands
    if operator in ("bit", "bits"):
        return _bits(operands, memory)
    if operator == "const":
        return int(operands[0])
    values = [_value(operand, memory) for operand in operands]
    if operator == "cast":
        return values[0] & mask if node.width else int(values[0] != 0)
    if operator == "not":
        return int(not values[0])
    if operator == "invert":
        return ~values[0] & mask
    if operator == "index":
        return values[0] >> values[1] & 1
    return int(_OPERATORS[operator](*values)) & mask
