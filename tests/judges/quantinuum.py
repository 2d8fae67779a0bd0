"""`quantinuum.openqasm.v1`, and all OpenQASM 2 that Quantinuum's grammar contains: an exact simulation, statement by
statement.

Gates are those of hqslib1.inc as its own text makes them of the machine's three: U1q(θ, φ), a turn by θ about
cos φ X + sin φ Y; Rz(θ); RZZ(θ) = exp(-iθ/2 Z⊗Z), and ZZ = RZZ(π/2). `v` and `vdg` are rx(±π/2), `zz` is ZZ
(Microsoft's page on the Quantinuum provider). Conditions compare a register by any of six signs, or one bit by ==.
"""

from __future__ import annotations

import ast
import math
import operator
import re
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

State = NDArray[np.complex128]
Branches = dict[tuple[int, ...], list[State]]
"""By the values of all bits: the states, not normalised, that the qubits may then be in."""

_X = np.array([[0, 1], [1, 0]], dtype=complex)
_Y = np.array([[0, -1j], [1j, 0]])
_Z = np.diag([1.0 + 0j, -1])
_ZZ = np.diag([1.0 + 0j, -1, -1, 1])


def _turn(axis: State, theta: float) -> State:
    half = theta / 2
    return np.asarray(math.cos(half) * np.eye(len(axis)) - 1j * math.sin(half) * axis)


def _u1q(theta: float, phi: float) -> State:
    return _turn(math.cos(phi) * _X + math.sin(phi) * _Y, theta)


def _rz(theta: float) -> State:
    return _turn(_Z, theta)


def _zz(theta: float = math.pi / 2) -> State:
    return _turn(_ZZ, theta)


_H = _rz(math.pi) @ _u1q(math.pi / 2, -math.pi / 2)
# the library's CX, on control (the least significant) and target
_CX = (
    np.kron(_rz(-math.pi / 2) @ _u1q(math.pi / 2, math.pi), _rz(-math.pi / 2))
    @ _zz()
    @ np.kron(_u1q(-math.pi / 2, math.pi / 2), np.eye(2))
)
_ON_TARGET = np.kron(_H, np.eye(2))

_GATES: dict[str, Callable[..., State]] = {
    "U1q": _u1q,
    "Rz": _rz,
    "ZZ": _zz,
    "RZZ": _zz,
    "zz": _zz,
    "rx": lambda theta: _u1q(theta, 0),
    "ry": lambda theta: _u1q(theta, math.pi / 2),
    "rz": _rz,
    "v": lambda: _u1q(math.pi / 2, 0),
    "vdg": lambda: _u1q(-math.pi / 2, 0),
    "x": lambda: _u1q(math.pi, 0),
    "y": lambda: _u1q(math.pi, math.pi / 2),
    "z": lambda: _rz(math.pi),
    "s": lambda: _rz(math.pi / 2),
    "sdg": lambda: _rz(-math.pi / 2),
    "t": lambda: _rz(math.pi / 4),
    "tdg": lambda: _rz(-math.pi / 4),
    "h": lambda: _H,
    "cx": lambda: _CX,
    "cz": lambda: _ON_TARGET @ _CX @ _ON_TARGET,
}
_SIGNS: dict[str, Callable[[int, int], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<=": operator.le,
    ">=": operator.ge,
    "<": operator.lt,
    ">": operator.gt,
}
_HEADER = 'OPENQASM 2.0;\ninclude "hqslib1.inc";\n'
_IF = re.compile(r"if\((\w+)(?:\[(\d+)\])?(==|!=|<=|>=|<|>)(\d+)\) (.*)")
_MEASURE = re.compile(r"measure q\[(\d+)\] -> (\w+)\[(\d+)\]")
_GATE = re.compile(r"(\w+)(?:\(([^()]*)\))? ((?:q\[\d+\],?)+)")


class _Run:
    def __init__(self, text: str) -> None:
        if not text.startswith(_HEADER) or not text.endswith("\n"):
            raise ValueError(text[:80])
        self.count = 0
        self.registers: dict[str, tuple[int, int]] = {}  # first bit, size
        self.bits = 0
        self.branches: Branches = {}
        for line in text[len(_HEADER) :].splitlines():
            if not line.endswith(";"):
                raise ValueError(line)
            self.line(line[:-1])

    def line(self, line: str) -> None:
        if found := re.fullmatch(r"qreg q\[(\d+)\]", line):
            self.count = int(found[1])
            return
        if found := re.fullmatch(r"creg ([a-z]\w*)\[(\d+)\]", line):
            if found[1] in self.registers or found[1] in _GATES or self.branches:
                raise ValueError(line)
            self.registers[found[1]] = self.bits, int(found[2])
            self.bits += int(found[2])
            return
        if not self.branches:
            self.branches = self.start()
        if line.startswith("barrier "):
            return
        if found := _IF.fullmatch(line):
            start, size = self.registers[found[1]]
            sign, wanted = _SIGNS[found[3]], int(found[4])
            if found[2] is not None and (found[3] != "==" or wanted > 1 or int(found[2]) >= size):
                raise ValueError(line)
            held: Branches = {}
            others: Branches = {}
            for bits, states in self.branches.items():
                own = bits[start : start + size]
                value = own[int(found[2])] if found[2] else sum(bit << i for i, bit in enumerate(own))
                (held if sign(value, wanted) else others)[bits] = states
            self.branches = held
            self.statement(found[5])
            for bits, states in others.items():
                self.branches[bits] = _fewer([*self.branches.get(bits, []), *states])
            return
        self.statement(line)

    def start(self) -> Branches:
        state = np.zeros((2,) * self.count, dtype=complex)
        state[(0,) * self.count] = 1
        return {(0,) * self.bits: [state]}

    def statement(self, line: str) -> None:
        if found := _MEASURE.fullmatch(line):
            start, size = self.registers[found[2]]
            if int(found[3]) >= size:
                raise ValueError(line)
            self.measure(int(found[1]), start + int(found[3]))
        elif found := re.fullmatch(r"reset q\[(\d+)\]", line):
            axis = self.count - 1 - int(found[1])
            for bits, states in self.branches.items():
                parts = [np.take(state, value, axis) for state in states for value in (0, 1)]
                self.branches[bits] = _fewer([np.stack([part, 0 * part], axis) for part in parts])
        elif found := _GATE.fullmatch(line):
            angles = [_number(angle) for angle in found[2].split(",")] if found[2] is not None else []
            self.gate(_GATES[found[1]](*angles), [int(qubit) for qubit in re.findall(r"\d+", found[3])])
        else:
            raise ValueError(line)

    def gate(self, matrix: State, qubits: list[int]) -> None:
        size = len(qubits)
        if matrix.shape != (1 << size,) * 2 or len(set(qubits)) != size or max(qubits) >= self.count:
            raise ValueError(f"{matrix.shape} on {qubits}")
        axes = [self.count - 1 - qubit for qubit in reversed(qubits)]
        for states in self.branches.values():
            for place, state in enumerate(states):
                moved = np.tensordot(matrix.reshape((2,) * (2 * size)), state, axes=(range(size, 2 * size), axes))
                states[place] = np.moveaxis(moved, range(size), axes)

    def measure(self, qubit: int, bit: int) -> None:
        axis = self.count - 1 - qubit
        found: Branches = {}
        for bits, states in self.branches.items():
            for value in (0, 1):
                own = (*bits[:bit], value, *bits[bit + 1 :])
                for state in states:
                    kept = state.copy()
                    where: list[Any] = [slice(None)] * self.count
                    where[axis] = 1 - value
                    kept[tuple(where)] = 0
                    found.setdefault(own, []).append(kept)
        self.branches = {bits: states for bits, all_of in found.items() if (states := _fewer(all_of))}


def _fewer(states: list[State]) -> list[State]:
    """Without what never happens, and with no more states than dimensions: an ensemble of the same density matrix."""
    kept = [state for state in states if np.vdot(state, state).real > 1e-14]
    if kept and len(kept) > kept[0].size:
        rows = np.array([state.reshape(-1) for state in kept])
        weights, vectors = np.linalg.eigh(rows.T @ rows.conj())
        shape = kept[0].shape
        kept = [
            (math.sqrt(weight) * vectors[:, i]).reshape(shape) for i, weight in enumerate(weights) if weight > 1e-14
        ]
    return kept


def _number(text: str) -> float:
    value = ast.literal_eval(text)
    if not isinstance(value, float) or not math.isfinite(value):
        raise ValueError(text)
    return value


def registers(data: bytes) -> list[tuple[str, int]]:
    """The classical registers in their order, with their sizes."""
    return [(name, int(size)) for name, size in re.findall(r"^creg (\w+)\[(\d+)\];$", data.decode(), re.MULTILINE)]


def distribution(data: bytes) -> dict[int, float]:
    """Exact probabilities of the bits' values, the registers one after the other, the first one's first bit lowest.

    Raises on anything that is not a program of this dialect, one statement a line.
    """
    run = _Run(data.decode())
    found: dict[int, float] = {}
    for bits, states in (run.branches or run.start()).items():
        weight = sum(float(np.vdot(state, state).real) for state in states)
        if weight > 1e-14:
            found[sum(bit << place for place, bit in enumerate(bits))] = weight
    return found
