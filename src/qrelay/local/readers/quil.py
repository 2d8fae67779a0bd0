"""``rigetti.quil.v1``: straight-line Quil, read line by line.

Gates mean what the Quil specification (https://github.com/quil-lang/quil, arXiv:1608.03355) says; ``DAGGER`` and
``CONTROLLED`` stand in front of them, ``FORKED`` is refused. The answer is the memory called ``ro``. Declared angles
get their values from the job's ``substitutions``, as azure-quantum 3.13.0 sends them.
"""

from __future__ import annotations

import ast
import cmath
import math
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn

import numpy as np
from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister
from qiskit.circuit import Gate
from qiskit.circuit.library import UnitaryGate
from qiskit.circuit.library import standard_gates as std

from qrelay.local.refusal import ExecutionRefused

__all__ = ["read"]

_MAX_QUBIT = 4096
_MAX_BITS = 1 << 16
_MAX_CONTROLS = 7
_DECLARE = re.compile(r"DECLARE\s+([A-Za-z_][\w-]*)\s+(BIT|REAL|INTEGER|OCTET)\s*(?:\[\s*(\d{1,6})\s*\])?")
_MEASURE = re.compile(r"MEASURE\s+(\d{1,5})(?:\s+([A-Za-z_][\w-]*)(?:\[\s*(\d{1,6})\s*\])?)?")
_GATE = re.compile(r"((?:DAGGER\s+|CONTROLLED\s+)*)([A-Za-z][\w-]*)\s*(?:\((.*)\))?((?:\s+\d{1,5})+)")
_MEMORY = re.compile(r"([A-Za-z_][\w-]*)\[\s*(\d{1,6})\s*\]")
_CONTROL_FLOW = ("LABEL", "JUMP", "JUMP-WHEN", "JUMP-UNLESS")
_IGNORED = ("PRAGMA", "FENCE", "NOP")


def _phase_on(state: int) -> Callable[[float], UnitaryGate]:
    def gate(angle: float) -> UnitaryGate:
        diagonal = np.ones(4, dtype=complex)
        diagonal[state] = cmath.exp(1j * angle)
        return UnitaryGate(np.diag(diagonal))

    return gate


def _pswap(angle: float) -> UnitaryGate:
    matrix = np.eye(4, dtype=complex)[[0, 2, 1, 3]]
    matrix[1] *= cmath.exp(1j * angle)
    matrix[2] *= cmath.exp(1j * angle)
    return UnitaryGate(matrix)


def _xy(angle: float) -> UnitaryGate:
    matrix = np.eye(4, dtype=complex)
    matrix[1:3, 1:3] = [
        [math.cos(angle / 2), 1j * math.sin(angle / 2)],
        [1j * math.sin(angle / 2), math.cos(angle / 2)],
    ]
    return UnitaryGate(matrix)


# name: how it is made, its angles, whether its first qubit is the most significant of the matrix that makes it
_GATES: Mapping[str, tuple[Callable[..., Gate], int]] = {
    "I": (std.IGate, 0), "X": (std.XGate, 0), "Y": (std.YGate, 0), "Z": (std.ZGate, 0), "H": (std.HGate, 0),
    "S": (std.SGate, 0), "T": (std.TGate, 0), "CZ": (std.CZGate, 0), "CNOT": (std.CXGate, 0),
    "CCNOT": (std.CCXGate, 0), "SWAP": (std.SwapGate, 0), "ISWAP": (std.iSwapGate, 0), "CSWAP": (std.CSwapGate, 0),
    "PHASE": (std.PhaseGate, 1), "RX": (std.RXGate, 1), "RY": (std.RYGate, 1), "RZ": (std.RZGate, 1),
    "CPHASE": (std.CPhaseGate, 1), "CPHASE00": (_phase_on(0), 1), "CPHASE01": (_phase_on(1), 1),
    "CPHASE10": (_phase_on(2), 1), "PSWAP": (_pswap, 1), "XY": (_xy, 1),
}  # fmt: skip
_WIDTHS = {"CCNOT": 3, "CSWAP": 3} | dict.fromkeys(
    ("CZ", "CNOT", "SWAP", "ISWAP", "CPHASE", "CPHASE00", "CPHASE01", "CPHASE10", "PSWAP", "XY"), 2
)
_FIRST_IS_HIGH = frozenset({"CPHASE00", "CPHASE01", "CPHASE10", "PSWAP", "XY"})
"""Gates given as matrices of the specification, whose first qubit is the most significant."""


def read(data: bytes, *, num_qubits: int | None = None, substitutions: Any = None) -> QuantumCircuit:
    """Read one program; its one classical register is ``ro``.

    Raises ExecutionRefused: ``InvalidInputData`` with the number of the line.
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _refused(f"the input is not text: {error}") from None
    statements = [
        (number, statement)
        for number, line in enumerate(text.split("\n"), 1)
        if (statement := line.partition("#")[0].strip())
    ]
    reading = _Reading(substitutions)
    for number, statement in statements:
        reading.add(number, statement)
    return reading.circuit(num_qubits)


class _Reading:
    def __init__(self, substitutions: Any) -> None:
        self._values = _values(substitutions)
        self._sizes: dict[str, tuple[str, int]] = {}
        self._steps: list[tuple[Gate | str, tuple[int, ...], int]] = []
        self._where = ""
        self._ended = False

    def add(self, number: int, statement: str) -> None:
        self._where = f"line {number}"
        word = statement.split(None, 1)[0]
        if self._ended:
            self._refuse("stands behind HALT")
        if word == "DECLARE":
            self._declare(statement)
        elif word == "MEASURE":
            self._measure(statement)
        elif word == "RESET":
            self._reset(statement)
        elif word == "HALT":
            self._ended = True
        elif word in _CONTROL_FLOW:
            self._refuse(f"{word}: this local cloud runs straight-line Quil only")
        elif word not in _IGNORED:
            self._gate(statement)

    def circuit(self, num_qubits: int | None) -> QuantumCircuit:
        kind, size = self._sizes.get("ro", ("", 0))
        if kind != "BIT":
            raise _refused("the program declares no readout memory: DECLARE ro BIT[n]")
        width = 1 + max((qubit for _, qubits, _ in self._steps for qubit in qubits), default=-1)
        if num_qubits is not None and width > num_qubits:
            raise _refused(f"the program uses qubit {width - 1}; the target has {num_qubits}")
        made = QuantumCircuit(QuantumRegister(width, "q"), ClassicalRegister(size, "ro"))
        for step, qubits, bit in self._steps:
            if isinstance(step, Gate):
                made.append(step, qubits)
            elif step == "reset":
                for qubit in qubits or range(width):
                    made.reset(qubit)
            else:
                made.measure(qubits[0], bit)
        return made

    def _declare(self, statement: str) -> None:
        found = _DECLARE.fullmatch(statement)
        if found is None:
            self._refuse("is no declaration such as DECLARE ro BIT[2]")
        name, kind, size = found[1], found[2], int(found[3] or 1)
        if name in self._sizes:
            self._refuse(f"declares {name} again")
        if size > _MAX_BITS:
            self._refuse(f"declares more than {_MAX_BITS} {kind}")
        if kind == "REAL" and len(self._values.get(name, ())) not in (0, size):
            self._refuse(f"declares {size} values of {name}, and substitutions have {len(self._values[name])}")
        self._sizes[name] = (kind, size)

    def _measure(self, statement: str) -> None:
        found = _MEASURE.fullmatch(statement)
        if found is None:
            self._refuse("is no measurement such as MEASURE 0 ro[0]")
        if found[2] is None:
            self._refuse("measures a qubit into nothing")
        kind, size = self._sizes.get(found[2], ("", 0))
        index = int(found[3] or 0)
        if found[2] != "ro" or kind != "BIT" or index >= size:
            self._refuse(f"measures into {found[2]}[{index}]; the readout memory is ro of {size} bits")
        self._steps.append(("measure", (self._qubit(found[1]),), index))

    def _reset(self, statement: str) -> None:
        words = statement.split()[1:]
        if len(words) > 1 or not all(word.isdecimal() for word in words):
            self._refuse("is no RESET")
        self._steps.append(("reset", tuple(map(self._qubit, words)), -1))

    def _gate(self, statement: str) -> None:
        found = _GATE.fullmatch(statement)
        if found is None:
            self._refuse(f"cannot be read: {statement[:60]!r}")
        modifiers, name, angles = found[1].split(), found[2], found[3]
        if name not in _GATES:
            self._refuse(f"{name[:40]!r} is no gate of Quil's standard set")
        make, count = _GATES[name]
        values = [self._number(angle) for angle in angles.split(",")] if angles else []
        qubits = [self._qubit(word) for word in found[4].split()]
        controls = modifiers.count("CONTROLLED")
        width = _WIDTHS.get(name, 1)
        if len(values) != count or len(qubits) != width + controls:
            self._refuse(f"{name} takes {count} angles and {width + controls} qubits")
        if len(set(qubits)) != len(qubits) or controls > _MAX_CONTROLS:
            self._refuse("names a qubit twice, or has too many controls")
        gate = make(*values)
        if modifiers.count("DAGGER") % 2:
            gate = gate.inverse()
        own = qubits[controls:]
        if name in _FIRST_IS_HIGH:
            own.reverse()
        if controls:
            gate = gate.control(controls, annotated=False)
        self._steps.append((gate, (*qubits[:controls], *own), -1))

    def _qubit(self, word: str) -> int:
        if not word.isdecimal() or int(word) > _MAX_QUBIT:
            self._refuse(f"there is no qubit {word[:20]}")
        return int(word)

    def _number(self, text: str) -> float:
        def known(found: re.Match[str]) -> str:
            values = self._values.get(found[1], ())
            if self._sizes.get(found[1], ("",))[0] != "REAL" or int(found[2]) >= len(values):
                self._refuse(f"{found[0]} has no value: declare it as REAL, and say it in substitutions")
            return f"({values[int(found[2])]!r})"

        try:
            value = _evaluated(ast.parse(_MEMORY.sub(known, text.strip()).replace("^", "**"), mode="eval").body)
        except (SyntaxError, ValueError, ArithmeticError, RecursionError, MemoryError):
            self._refuse(f"{text.strip()[:40]!r} is no number")
        if not math.isfinite(value):
            self._refuse(f"{text.strip()[:40]!r} is no finite number")
        return value

    def _refuse(self, why: str) -> NoReturn:
        raise _refused(f"{self._where}: {why}")


_OPERATORS: Mapping[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
}  # fmt: skip
_FUNCTIONS = {"SIN": math.sin, "COS": math.cos, "SQRT": math.sqrt, "EXP": math.exp}


def _evaluated(node: ast.expr) -> float:
    """Quil's arithmetic of real numbers."""
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        return float(node.value)  # type: ignore[arg-type] # its type is known
    if isinstance(node, ast.Name) and node.id == "pi":
        return math.pi
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
        value = _evaluated(node.operand)
        return -value if isinstance(node.op, ast.USub) else value
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        return _OPERATORS[type(node.op)](_evaluated(node.left), _evaluated(node.right))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and len(node.args) == 1 and not node.keywords:
        function = _FUNCTIONS.get(node.func.id.upper())
        if function is not None:
            return function(_evaluated(node.args[0]))
    raise ValueError("no arithmetic of Quil's")


def _values(substitutions: Any) -> dict[str, Sequence[float]]:
    """One set of values: for each memory a list of one list."""
    if substitutions is None:
        return {}
    if not isinstance(substitutions, Mapping):
        raise _refused("substitutions are an object of lists")
    found: dict[str, Sequence[float]] = {}
    for name, sets in substitutions.items():
        if not isinstance(sets, list) or len(sets) != 1:
            raise _refused(f"substitutions of {str(name)[:40]!r}: this local cloud runs one set of values, [[…]]")
        if not isinstance(sets[0], list) or not all(
            isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) for value in sets[0]
        ):
            raise _refused(f"substitutions of {str(name)[:40]!r} are no numbers")
        found[str(name)] = [float(value) for value in sets[0]]
    return found


def _refused(message: str) -> ExecutionRefused:
    return ExecutionRefused("InvalidInputData", message)
