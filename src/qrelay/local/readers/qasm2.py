"""OpenQASM 2, read by Qiskit's importer: Quantinuum's (``honeywell.openqasm.v1``, ``quantinuum.openqasm.v1``) or plain.

Beside the specification (https://arxiv.org/abs/1707.03429) the importer is told the gates that Qiskit's exporter takes
for granted and, for Quantinuum, those of its library: ``zz`` (exp(-iπ/4 Z⊗Z)), ``zz(θ)`` and ``rzz(θ)``
(exp(-iθ/2 Z⊗Z)), ``v``, ``vdg`` (roots of X) and ``u1q(θ,φ)`` (a turn by θ about cos φ X + sin φ Y); a gate that the
program defines itself always keeps its own body. Its ``if`` may also ask one bit, or whether a register is unequal,
less or greater.
"""

from __future__ import annotations

import math
import re

import qiskit
from qiskit import QuantumCircuit, qasm2
from qiskit.circuit import ControlFlowOp
from qiskit.circuit.library import RGate, RXGate, RZZGate

from qrelay.local.readers.qasm2_guards import Guard, put_in, taken_out
from qrelay.local.refusal import ExecutionRefused
from qrelay.quieting import quietly

__all__ = ["read"]

_COMMENT = re.compile(r"//[^\n]*")
_IF = re.compile(r"\bif\s*\(")
_DEFINED = re.compile(r"\bgate\s+([a-z]\w*)\s*(?:\(([^)]*)\))?")
_REGISTER = re.compile(r"\b[qc]reg\s+\w+\s*\[\s*(\d+)")
_LONG_NUMBER = re.compile(r"(?<![\d.eE+-])\d{19,}(?![\d.eE])")
_MAX_BITS = 1 << 16
_ZZ_ANGLE = re.compile(r"\bzz\s*\(")
_UPPER = re.compile(r"\b(U1q|ZZ|RZZ|Rz|Rx|Ry)\b")
_VENDOR_INCLUDE = re.compile(r'include\s*"hqslib1(?:_dev)?\.inc"\s*;')
_QELIB = re.compile(r'include\s*"qelib1\.inc"\s*;')


def _zz() -> RZZGate:
    return RZZGate(math.pi / 2)


def _v() -> RXGate:
    return RXGate(math.pi / 2)


def _vdg() -> RXGate:
    return RXGate(-math.pi / 2)


_VENDOR = [
    qasm2.CustomInstruction("v", 0, 1, _v, builtin=True),
    qasm2.CustomInstruction("vdg", 0, 1, _vdg, builtin=True),
    qasm2.CustomInstruction("u1q", 2, 1, RGate, builtin=True),
]
_ZZ = qasm2.CustomInstruction("zz", 0, 2, _zz, builtin=True)
_ZZ_TURN = qasm2.CustomInstruction("zz", 1, 2, RZZGate, builtin=True)


def read(data: bytes, *, num_qubits: int | None = None, quantinuum: bool = True) -> QuantumCircuit:
    """Read one program; registers keep their names and order. Without ``quantinuum``, its library is unknown.

    Raises ExecutionRefused: ``InvalidInputData`` for bytes that are no text and programs larger than the target,
    ``CompilationError`` with the importer's line and column for everything that is not OpenQASM 2.
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ExecutionRefused("InvalidInputData", f"the input is not text: {error}") from None
    bare = _COMMENT.sub("", text)
    _check_sizes(bare)
    own = {name: len(angles.split(",")) if angles.strip() else 0 for name, angles in _DEFINED.findall(bare)}
    known = [*qasm2.LEGACY_CUSTOM_INSTRUCTIONS]
    guards: list[Guard] = []
    if quantinuum:
        known += [*_VENDOR, _ZZ_TURN if _ZZ_ANGLE.search(bare) else _ZZ]
        rewritten, guards = taken_out(bare)
        text = rewritten if guards else text
        text = _UPPER.sub(lambda found: found.group().lower(), text)
        text = _VENDOR_INCLUDE.sub("" if _QELIB.search(bare) else 'include "qelib1.inc";', text)
    try:
        circuit = _loads(text, [gate for gate in known if gate.name not in own], guarded=bool(_IF.search(bare)))
    except qasm2.QASM2ParseError as error:
        raise ExecutionRefused("CompilationError", _words(error)) from None
    except TypeError as error:  # the importer lets a gate without its angles through to the gate's constructor
        raise ExecutionRefused("CompilationError", f"a gate is used without its angles: {error}") from None
    circuit = put_in(circuit, guards)
    _check_angles(circuit, own)
    if circuit.num_qubits == 0:
        raise ExecutionRefused("CompilationError", "the program declares no qubits")
    if num_qubits is not None and circuit.num_qubits > num_qubits:
        raise ExecutionRefused(
            "InvalidInputData", f"the program declares {circuit.num_qubits} qubits, the target has {num_qubits}"
        )
    return circuit


def _check_sizes(text: str) -> None:
    """What would make the importer panic, or fill the memory, before anything is said about the program."""
    if found := _LONG_NUMBER.search(text):
        raise ExecutionRefused("CompilationError", f"the whole number {found.group()[:40]} is too large")
    if sum(int(size) for size in _REGISTER.findall(text)) > _MAX_BITS:
        raise ExecutionRefused("CompilationError", f"the registers together hold more than {_MAX_BITS} bits")


def _check_angles(circuit: QuantumCircuit, own: dict[str, int]) -> None:
    """What the importer does not check: gates of the program used without their angles."""
    for item in circuit.data:
        if isinstance(item.operation, ControlFlowOp):
            for block in item.operation.blocks:
                _check_angles(block, own)
        elif item.operation.name in own and len(item.operation.params) != own[item.operation.name]:
            raise ExecutionRefused(
                "CompilationError",
                f"gate {item.operation.name!r} takes {own[item.operation.name]} angles, "
                f"not {len(item.operation.params)}",
            )


def _words(error: qasm2.QASM2ParseError) -> str:
    return str(getattr(error, "message", error)).strip('"')


def _loads(text: str, custom: list[qasm2.CustomInstruction], *, guarded: bool) -> QuantumCircuit:
    # no include path: a payload must never make the server read its own files
    if not guarded or int(qiskit.__version__.split(".", 1)[0]) >= 2:
        return qasm2.loads(text, include_path=(), custom_instructions=custom)
    from qiskit.transpiler import PassManager
    from qiskit.transpiler.passes import ConvertConditionsToIfOps

    # Qiskit 1.4 reads `if` as a mark on the gate, and announces that it will not and that the way out will go too
    def load() -> QuantumCircuit:
        loaded = qasm2.loads(text, include_path=(), custom_instructions=custom)
        return PassManager([ConvertConditionsToIfOps()]).run(loaded)

    return quietly(load, DeprecationWarning, FutureWarning)
