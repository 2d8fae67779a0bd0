"""``BRAKET_OPEN_QASM_V3``: OpenQASM 3 in the dialect of Amazon Braket's devices, which know its gates by name.

Sources: Amazon Braket Developer Guide, "What OpenQASM features does Braket support?", "Troubleshoot OpenQASM" and
"Measuring specific qubits", and the devices' own capabilities (`Device`). What the guide keeps for the local simulator
(loops, conditions, subroutines, gate definitions, modifiers) is refused, and so are noise and result types, which this
cloud does not compute.
"""

from __future__ import annotations

import cmath
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from openqasm3 import ast
from qiskit import QuantumCircuit

from qrelay.local.readers.braket_gates import GATES, matrix_gate
from qrelay.local.readers.constants import real, whole
from qrelay.local.readers.openqasm3 import parse, place
from qrelay.local.refusal import ExecutionRefused

__all__ = ["Device", "Task", "read"]

_MAX_UNITARY_QUBITS = 6
_UNITARY = re.compile(r"braket unitary ?\(? ?\[ ?\[([\d .,eEim+\[\]-]*)\] ?\] ?\)? (\S.*)")
_NUMBER = re.compile(r"[0-9.eEim+-]+")
_ADVANCED = {
    ast.BranchingStatement: "if",
    ast.ForInLoop: "for",
    ast.WhileLoop: "while",
    ast.SwitchStatement: "switch",
    ast.SubroutineDefinition: "def",
    ast.ExternDeclaration: "extern",
    ast.QuantumGateDefinition: "gate",
    ast.QuantumPhase: "gphase",
    ast.QuantumReset: "reset",
    ast.DelayInstruction: "delay",
    ast.AliasStatement: "let",
    ast.ConstantDeclaration: "const",
    ast.ClassicalDeclaration: "classical variable",
    ast.ClassicalAssignment: "assignment",
}


@dataclass(frozen=True, slots=True)
class Device:
    """What a device says of itself in ``action["braket.ir.openqasm.program"]`` and ``paradigm``.

    ``neighbours`` is None where all qubits are connected; it matters in verbatim boxes only, outside of them the
    service maps the qubits. ``partial_box``: gates may stand beside a verbatim box.
    """

    num_qubits: int
    operations: frozenset[str]
    native: frozenset[str] = frozenset()
    neighbours: Mapping[int, frozenset[int]] | None = None
    unitary: bool = False
    physical: bool = False
    partial_box: bool = True
    all_measured: bool = True
    contiguous: bool = True
    unassigned: bool = True


@dataclass(frozen=True, slots=True)
class Task:
    """A program read: ``circuit`` measures ``measured[i]``, numbered as in the program, into classical bit ``i``."""

    circuit: QuantumCircuit
    measured: tuple[int, ...]


def read(text: str, device: Device) -> Task:
    """Read one program for a device.

    Measured bits come in the order of the classical register; without a measurement all qubits are measured in
    ascending order. Raises ExecutionRefused (``CompilationError``) with the line of what is at fault.
    """
    program = parse(text)
    version = str(program.version or "3")
    if version.split(".", 1)[0] != "3":
        raise _refused(None, f"OPENQASM {version} is not OpenQASM 3")
    reader = _Reader(device)
    for statement in program.statements:
        reader.take(statement)
    return reader.task()


class _Reader:
    def __init__(self, device: Device) -> None:
        self.device = device
        self.name: str | None = None  # the qubit register
        self.size: int | None = None  # None: a single qubit, without an index
        self.bits: tuple[str, int | None] | None = None
        self.gates: list[tuple[Any, tuple[int, ...]]] = []
        self.used: set[int] = set()
        self.slots: dict[int, int] = {}  # classical bit → qubit
        self.loose: list[int] = []  # qubits measured into no bit
        self.physical: bool | None = None
        self.verbatim: Any = None  # the pragma whose box has not come yet
        self.boxed = self.beside = False  # gates in a verbatim box, and outside

    def take(self, node: Any) -> None:
        if self.verbatim is not None and not isinstance(node, ast.Box):
            raise _refused(self.verbatim, "a verbatim pragma must be followed by a box")
        if getattr(node, "annotations", None):
            raise _refused(node, "annotations are not supported")
        if isinstance(node, ast.QuantumGate):
            self.gate(node)
        elif isinstance(node, ast.QuantumMeasurementStatement):
            self.measure(node, node.measure, node.target)
        elif isinstance(node, ast.QubitDeclaration):
            self.declare_qubits(node)
        elif isinstance(node, ast.ClassicalDeclaration) and isinstance(node.type, ast.BitType):
            self.declare_bits(node)
        elif isinstance(node, ast.QuantumBarrier):
            for operand in node.qubits:
                self.qubits(operand)
        elif isinstance(node, ast.Pragma):
            self.pragma(node)
        elif isinstance(node, ast.Box):
            self.box(node)
        elif isinstance(node, ast.Include):
            raise _refused(node, "include is not supported: Braket has no file of standard gates, its own need none")
        elif isinstance(node, ast.IODeclaration):
            raise _refused(node, f"Missing input variable {node.identifier.name!r}: the Hub passes no inputs")
        else:
            words = _ADVANCED.get(type(node))
            if words is None:
                raise _refused(node, "this statement is not supported")
            raise _refused(node, f"{words}: an advanced feature of OpenQASM, which only the local simulator supports")

    def declare_qubits(self, node: Any) -> None:
        if self.name is not None:
            raise _refused(node, "cannot declare a qubit register. Only 1 qubit register is supported.")
        self._kind(node, physical=False)
        self.name = node.qubit.name
        self.size = None if node.size is None else whole(node.size)
        if not 1 <= (1 if self.size is None else self.size) <= self.device.num_qubits:
            raise _refused(node, f"{self.size} qubits are declared; the device has 1 to {self.device.num_qubits}")

    def declare_bits(self, node: Any) -> None:
        if self.bits is not None:
            raise _refused(node, "cannot declare a classical register. Only 1 classical register is supported.")
        self.bits = (node.identifier.name, None if node.type.size is None else whole(node.type.size))
        if isinstance(node.init_expression, ast.QuantumMeasurement):
            self.measure(node, node.init_expression, node.identifier)
        elif node.init_expression is not None:
            raise _refused(node, "bits cannot be given a value")

    def gate(self, node: Any, *, verbatim: bool = False) -> None:
        name = node.name.name
        allowed = self.device.native if verbatim else self.device.operations
        if name not in allowed or name not in GATES:
            where = "a native gate of the device" if verbatim else "a supported operation of the device"
            raise _refused(node, f"{name!r} is not {where}")
        if node.duration is not None:
            raise _refused(node, "the duration of a gate is not supported")
        if node.modifiers:
            raise _refused(node, "gate modifiers are not supported by the device")
        angles, width, build = GATES[name]
        if len(node.arguments) != angles:
            raise _refused(node, f"{name!r} takes {angles} angles, not {len(node.arguments)}")
        if len(node.qubits) != width:
            raise _refused(node, f"{name!r} acts on {width} qubits, not on {len(node.qubits)}")
        self.beside |= not verbatim
        gate = build(*(real(argument) for argument in node.arguments))
        operands = [self.qubits(operand) for operand in node.qubits]
        self.apply(node, gate, operands)
        if verbatim:
            self._wired(node, operands)

    def apply(self, node: Any, gate: Any, operands: list[list[int]]) -> None:
        """One gate, or one for each element of the registers it is given."""
        count = max(len(operand) for operand in operands)
        if any(len(operand) not in (1, count) for operand in operands):
            raise _refused(node, "registers of different sizes")
        for index in range(count):
            qubits = tuple(operand[index % len(operand)] for operand in operands)
            if len(set(qubits)) != len(qubits):
                raise _refused(node, "a gate acts on the same qubit twice")
            if done := sorted({*self.slots.values(), *self.loose}.intersection(qubits)):
                raise _refused(node, f"cannot apply instruction to measured qubits {done}")
            self.gates.append((gate, qubits))
            self.used.update(qubits)

    def measure(self, node: Any, measurement: Any, target: Any) -> None:
        qubits = self.qubits(measurement.qubit)
        if again := sorted({*self.slots.values(), *self.loose}.intersection(qubits)):
            raise _refused(node, f"cannot measure qubits {again} a second time")
        self.used.update(qubits)
        if target is None:
            if not self.device.unassigned:
                raise _refused(node, "the device needs a classical bit for every measurement")
            self.loose += qubits
        else:
            bits = self.places(target)
            if len(bits) != len(qubits):
                raise _refused(node, f"{len(qubits)} qubits cannot be measured into {len(bits)} bits")
            if again := sorted(set(bits).intersection(self.slots)):
                raise _refused(node, f"classical bits {again} are written a second time")
            self.slots.update(zip(bits, qubits, strict=True))
        if self.loose and self.slots:
            raise _refused(node, "measurements with and without a classical bit cannot be mixed")

    def pragma(self, node: Any) -> None:
        words = node.command.split()
        if words[:1] != ["braket"]:
            hint = 'You must include "braket" in the verbatim pragma' if words[:1] == ["verbatim"] else "unknown pragma"
            raise _refused(node, hint)
        if words[1:] == ["verbatim"]:
            if not self.device.native:
                raise _refused(node, "verbatim boxes are not supported by the device")
            self.verbatim = node
        elif re.match(r"braket\s+unitary\b", node.command):
            self.unitary(node)
        elif words[1:2] in (["result"], ["noise"]):
            raise _refused(node, f"{words[1]} pragmas are not computed by this local cloud; leave them out")
        else:
            raise _refused(node, "unknown pragma of Braket")

    def unitary(self, node: Any) -> None:
        if not self.device.unitary:
            raise _refused(node, "unitary pragmas are not supported by the device")
        found = _UNITARY.fullmatch(" ".join(node.command.split()))
        if not found:
            raise _refused(node, "a unitary pragma is written unitary([[…], […]]) and then its qubits")
        matrix = _matrix(node, found[1])
        try:
            inner, *more = parse(f"x {found[2]};").statements  # the parser knows operands behind the name of a gate
            if more or not isinstance(inner, ast.QuantumGate) or inner.arguments or inner.duration:
                raise _refused(None, "a unitary pragma ends with its qubits")
            qubits = [qubit for operand in inner.qubits for qubit in self.qubits(operand)]
        except ExecutionRefused as refused:
            raise _refused(node, re.sub(r"^\[line 1\] ", "", refused.message)) from None
        if matrix.shape != (1 << len(qubits),) * 2:
            raise _refused(
                node, f"a matrix of {' × '.join(map(str, matrix.shape))} does not act on {len(qubits)} qubits"
            )
        if not np.allclose(matrix @ matrix.conj().T, np.eye(len(matrix))):
            raise _refused(node, "the matrix is not unitary")
        self.apply(node, matrix_gate(matrix), [[qubit] for qubit in qubits])

    def box(self, node: Any) -> None:
        if self.verbatim is None:
            raise _refused(node, "a box must be preceded by #pragma braket verbatim")
        if node.duration is not None:
            raise _refused(node, "the duration of a box is not supported")
        self.verbatim, self.boxed = None, True
        for inner in node.body:
            if isinstance(inner, ast.QuantumGate):
                self.gate(inner, verbatim=True)
            elif not isinstance(inner, ast.QuantumBarrier):
                raise _refused(inner, "a verbatim box holds gates only")
        if self.physical is False:
            raise _refused(node, "Physical qubits are required in verbatim box.")

    def qubits(self, operand: Any) -> list[int]:
        """The numbers of the qubits that an operand names: one, or the whole register."""
        name = operand.name if isinstance(operand.name, str) else operand.name.name
        if isinstance(operand, ast.Identifier) and name.startswith("$"):
            if not self.device.physical:
                raise _refused(operand, "physical qubits are not supported by the device")
            self._kind(operand, physical=True)
            label = int(name[1:4]) if len(name) <= 4 else self.device.num_qubits
            if label >= self.device.num_qubits:
                raise _refused(operand, f"the device has no qubit {name[:20]}")
            return [label]
        if name != self.name:
            raise _refused(operand, f"qubit register {name!r} is not declared")
        self._kind(operand, physical=False)
        if isinstance(operand, ast.IndexedIdentifier):
            return [_index(operand, self.size, "qubit")]
        return list(range(1 if self.size is None else self.size))

    def places(self, operand: Any) -> list[int]:
        name = operand.name if isinstance(operand.name, str) else operand.name.name
        if self.bits is None or name != self.bits[0]:
            raise _refused(operand, f"classical register {name!r} is not declared")
        size = self.bits[1]
        if isinstance(operand, ast.IndexedIdentifier):
            return [_index(operand, size, "bit")]
        if size is not None and size > self.device.num_qubits:
            raise _refused(operand, f"a register of {size} bits cannot be measured into at once")
        return list(range(1 if size is None else size))

    def task(self) -> Task:
        if self.verbatim is not None:
            raise _refused(self.verbatim, "a verbatim pragma must be followed by a box")
        if not self.used:
            raise _refused(None, "the program uses no qubits")
        if self.device.contiguous and self.name is not None:
            idle = sorted(set(range(1 if self.size is None else self.size)) - self.used)
            if idle:
                names = ", ".join(f"{self.name}[{index}]" for index in idle)
                words = f"Device requires contiguous qubits. Qubit register {self.name} has unused qubits {names}."
                raise _refused(None, words)
        order = [self.slots[bit] for bit in sorted(self.slots)] or self.loose or sorted(self.used)
        if self.device.all_measured and len(order) != len(self.used):
            raise _refused(
                None,
                "Device requires all qubits in the program to be measured. This may be caused by declaring "
                "non-contiguous qubits or measuring partial qubits",
            )
        if self.boxed and self.beside and not self.device.partial_box:
            raise _refused(None, "the device runs programs that are one verbatim box as a whole only")
        where = {qubit: index for index, qubit in enumerate(sorted(self.used))}
        circuit = QuantumCircuit(len(where), len(order))
        for gate, qubits in self.gates:
            circuit.append(gate, [where[qubit] for qubit in qubits])
        for bit, qubit in enumerate(order):
            circuit.measure(where[qubit], bit)
        return Task(circuit, tuple(order))

    def _kind(self, node: Any, *, physical: bool) -> None:
        if self.physical not in (None, physical):
            raise _refused(node, "mixes physical qubits and qubits registers.")
        self.physical = physical

    def _wired(self, node: Any, operands: list[list[int]]) -> None:
        if self.device.neighbours is None or len(operands) != 2:
            return
        (first,), (second,) = operands
        if second not in self.device.neighbours.get(first, ()):
            raise _refused(node, f"has unconnected qubits {first} and {second}")


def _matrix(node: Any, text: str) -> npt.NDArray[np.complex128]:
    """The matrix between ``[[`` and ``]]``; its numbers are written as 1, -0.5, 1im or 0.5-0.5im."""
    rows = [row.split(",") for row in re.split(r"\] ?, ?\[", text)]
    size = len(rows)
    if size.bit_count() != 1 or not 2 <= size <= 1 << _MAX_UNITARY_QUBITS or any(len(row) != size for row in rows):
        raise _refused(
            node, f"a matrix acts on 1 to {_MAX_UNITARY_QUBITS} qubits here, and all its rows are of one length"
        )
    values = []
    for entry in (entry for row in rows for entry in row):
        word = "".join(entry.split())
        try:
            values.append(complex(word.replace("im", "j")) if _NUMBER.fullmatch(word) else math.nan)
        except ValueError:
            values.append(math.nan)
        if not cmath.isfinite(values[-1]):
            raise _refused(node, f"{entry.strip()[:40]!r} is not a complex number")
    return np.array(values, dtype=complex).reshape(size, size)


def _index(operand: Any, size: int | None, kind: str) -> int:
    if size is None:
        raise _refused(operand, f"single {kind} cannot be indexed.")
    indices = operand.indices
    if len(indices) != 1 or not isinstance(indices[0], list) or len(indices[0]) != 1:
        raise _refused(operand, "only a single index is supported: no range, no set")
    if isinstance(indices[0][0], ast.RangeDefinition):
        raise _refused(operand, "ranges of an array are not supported")
    index = whole(indices[0][0])
    if index >= size:
        words = f"{kind} register index {str(index)[:20]} out of range for register of length {size}"
        raise _refused(operand, words)
    return index


def _refused(node: Any, words: str) -> ExecutionRefused:
    where = f"{place(node)} " if getattr(node, "span", None) else ""
    return ExecutionRefused("CompilationError", where + words)
