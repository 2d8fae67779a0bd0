"""``ionq.circuit.v1``, on the Hub ``IONQ_CIRCUIT_V1``: IonQ's JSON circuits, gate sets ``qis`` and ``native``.

Sources: https://docs.ionq.com/api-reference/v0.3/writing-quantum-programs (gates, ``target``/``targets``, up to seven
controls, radians), https://docs.ionq.com/guides/getting-started-with-native-gates (matrices, turns), and what the
serialisers of qiskit-ionq 1.1 and cirq-ionq 1.7 send (``z`` with a rotation is the phase gate; ``pauliexp`` reads its
labels from the right; its time is never negative, as PennyLane-IonQ's pull request 162 records); for ``registers`` and
``pauliExp`` the Hub's own specification.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from qiskit import QuantumCircuit
from qiskit.circuit.library import MCPhaseGate, MCXGate, PauliEvolutionGate, UnitaryGate
from qiskit.circuit.library import standard_gates as std
from qiskit.quantum_info import SparsePauliOp

from qrelay.local.refusal import ExecutionRefused
from qrelay.quieting import quietly

__all__ = ["read", "read_document"]

Matrix = npt.NDArray[np.complex128]

_TOP_FIELDS = {"format", "gateset", "qubits", "circuit", "registers", "name"}
_PLACES = {"target", "targets", "control", "controls"}
_MAX_CONTROLS = 7
_DENSE_QUBITS = 8

# name -> number of targets of one application
_FIXED: dict[str, tuple[int, Callable[[], Any]]] = {
    "x": (1, std.XGate),
    "not": (1, std.XGate),
    "cnot": (1, std.XGate),
    "y": (1, std.YGate),
    "z": (1, std.ZGate),
    "h": (1, std.HGate),
    "s": (1, std.SGate),
    "si": (1, std.SdgGate),
    "t": (1, std.TGate),
    "ti": (1, std.TdgGate),
    "v": (1, std.SXGate),
    "vi": (1, std.SXdgGate),
    "swap": (2, std.SwapGate),
}
_ROTATIONS: dict[str, tuple[int, Callable[[float], Any]]] = {
    "rx": (1, std.RXGate),
    "ry": (1, std.RYGate),
    "rz": (1, std.RZGate),
    "z": (1, std.PhaseGate),
    "xx": (2, std.RXXGate),
    "yy": (2, std.RYYGate),
    "zz": (2, std.RZZGate),
}
_QIS = {*_FIXED, *_ROTATIONS, "pauliexp"}
_NATIVE = {"gpi", "gpi2", "ms", "zz"}


def read(data: bytes, *, num_qubits: int | None = None) -> QuantumCircuit:
    """Read one circuit. No measurements: the service answers with probabilities over all qubits.

    ``num_qubits`` is the target's size. Raises ExecutionRefused (``InvalidInputData``) and names the operation.
    """
    return read_document(_document(data), num_qubits=num_qubits)


def read_document(
    body: Mapping[str, Any], *, num_qubits: int | None = None, gatesets: tuple[str, ...] = ("qis", "native")
) -> QuantumCircuit:
    """The same for a document that is JSON already; ``gatesets`` are those that the target takes."""
    _check_fields(body)
    size = body.get("qubits")
    if not isinstance(size, int) or isinstance(size, bool) or size < 1:
        raise _refused(f"'qubits' must be a whole number above zero, not {size!r}")
    if num_qubits is not None and size > num_qubits:
        raise _refused(f"the circuit asks for {size} qubits, the target has {num_qubits}")
    gateset = body.get("gateset", "qis")
    if gateset not in gatesets:
        raise _refused(f"gateset {gateset!r} is unknown; say {' or '.join(map(repr, gatesets))}")
    _check_registers(body.get("registers"), size)
    operations = body.get("circuit")
    if not isinstance(operations, list):
        raise _refused("'circuit' must be a list of gates")
    circuit = QuantumCircuit(size)
    apply = _qis if gateset == "qis" else _native
    for index, operation in enumerate(operations):
        where = f"circuit[{index}]"
        if not isinstance(operation, dict):
            raise _refused(f"{where} is not an object")
        name = _gate_name(operation, where)
        where = f"{where} ({name})"
        if name not in (_QIS if gateset == "qis" else _NATIVE):
            other = _NATIVE if gateset == "qis" else _QIS
            hint = "; it belongs to the other gateset, and the two cannot be mixed" if name in other else ""
            raise _refused(f"{where}: gateset {gateset!r} has no such gate{hint}")
        apply(circuit, name, operation, where)
    return circuit


def _document(data: bytes) -> dict[str, Any]:
    try:
        body = json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise _refused(f"the input is not JSON: {error}") from None
    if not isinstance(body, dict):
        raise _refused("the input is not a JSON object")
    return body


def _check_fields(body: Mapping[str, Any]) -> None:
    unknown = sorted(set(body) - _TOP_FIELDS)
    if unknown:
        raise _refused(f"unknown field {unknown[0]!r} beside 'circuit'")
    stated = body.get("format")
    if stated is not None and stated not in ("ionq.circuit.v0", "ionq.circuit.v1"):
        raise _refused(f"format {stated!r} is not ionq.circuit.v1")


def _check_registers(registers: Any, size: int) -> None:
    if registers is None:
        return
    if not isinstance(registers, dict):
        raise _refused("'registers' must be an object of lists of qubits")
    for name, qubits in registers.items():
        if not isinstance(qubits, list) or not all(_is_index(qubit) and qubit < size for qubit in qubits):
            raise _refused(f"register {name[:40]!r} must be a list of qubits out of 0…{size - 1}")


def _gate_name(operation: Mapping[str, Any], where: str) -> str:
    names = [operation[key] for key in ("gate", "type") if key in operation]
    if len(names) != 1 or not isinstance(names[0], str):
        raise _refused(f"{where} must name one 'gate'")
    return "pauliexp" if names[0] == "pauliExp" else names[0]


def _qis(circuit: QuantumCircuit, name: str, operation: Mapping[str, Any], where: str) -> None:
    if name == "pauliexp":
        _pauliexp(circuit, operation, where)
        return
    rotated = name in _ROTATIONS and (name not in _FIXED or operation.get("rotation") is not None)
    _only(operation, {"rotation"} if rotated else set(), where)
    if rotated:
        width, turn = _ROTATIONS[name]
        gate = turn(_number(operation, "rotation", where))
    else:
        width, build = _FIXED[name]
        gate = build()
    targets = _indices(operation, "target", circuit.num_qubits, where)
    controls = _indices(operation, "control", circuit.num_qubits, where)
    if not targets:
        raise _refused(f"{where}: no target")
    if name == "cnot" and not controls:
        raise _refused(f"{where}: no control")
    if len(controls) > _MAX_CONTROLS:
        raise _refused(f"{where}: {len(controls)} controls; at most {_MAX_CONTROLS} are allowed")
    if width == 2 and len(targets) != 2:
        raise _refused(f"{where}: needs two targets, has {len(targets)}")
    _distinct([*controls, *targets], where)
    for group in [targets] if width == 2 else [[target] for target in targets]:
        if controls:
            circuit.append(_controlled(gate, len(controls)), [*controls, *group])
        else:
            circuit.append(gate, group)


def _controlled(gate: Any, controls: int) -> Any:
    if gate.name == "x":
        if controls <= 2:
            return (std.CXGate(), std.CCXGate())[controls - 1]
        # of Qiskit 1, for what its constructor calls itself
        return quietly(lambda: MCXGate(controls), PendingDeprecationWarning)
    if gate.name in ("z", "p"):
        return MCPhaseGate(math.pi if gate.name == "z" else float(gate.params[0]), controls)
    inner: Matrix = np.asarray(gate.to_matrix(), dtype=complex)
    # the controls are the low qubits of the matrix: it acts where all of their bits are one
    step = 1 << controls
    matrix = np.eye(inner.shape[0] * step, dtype=complex)
    ones = np.arange(inner.shape[0]) * step + (step - 1)
    matrix[np.ix_(ones, ones)] = inner
    return UnitaryGate(matrix)


def _pauliexp(circuit: QuantumCircuit, operation: Mapping[str, Any], where: str) -> None:
    _only(operation, {"terms", "coefficients", "time"}, where)
    if "control" in operation or "controls" in operation:
        raise _refused(f"{where}: cannot be controlled")
    targets = _indices(operation, "target", circuit.num_qubits, where)
    terms, weights = operation.get("terms"), operation.get("coefficients")
    time = _number(operation, "time", where)
    _distinct(targets, where)
    if time < 0:
        raise _refused(f"{where}: time must not be negative; turn the coefficients' signs instead")
    if not isinstance(terms, list) or not isinstance(weights, list) or not terms or len(terms) != len(weights):
        raise _refused(f"{where}: 'terms' and 'coefficients' must be lists of one length, not empty")
    for term in terms:
        if not isinstance(term, str) or len(term) != len(targets) or set(term) - set("IXYZ"):
            raise _refused(f"{where}: term {term!r} is not a word over I, X, Y, Z as long as the targets")
    for weight in weights:
        if not _is_number(weight):
            raise _refused(f"{where}: coefficient {weight!r} is not a real number")
    operator = SparsePauliOp(terms, np.array(weights, dtype=float))
    if operator.paulis.commutes_with_all(operator.paulis).size == len(terms):
        for term, weight in zip(terms, weights, strict=True):
            if set(term) != {"I"}:
                circuit.append(PauliEvolutionGate(SparsePauliOp(term), time * weight), targets)
        return
    if len(targets) > _DENSE_QUBITS:
        raise ExecutionRefused(
            "CompilationError",
            f"{where}: terms that do not commute are exponentiated here on at most {_DENSE_QUBITS} qubits",
        )
    values, vectors = np.linalg.eigh(operator.to_matrix())
    circuit.append(UnitaryGate((vectors * np.exp(-1j * time * values)) @ vectors.conj().T), targets)


def _native(circuit: QuantumCircuit, name: str, operation: Mapping[str, Any], where: str) -> None:
    if "control" in operation or "controls" in operation:
        raise _refused(f"{where}: native gates have no controls")
    targets = _indices(operation, "target", circuit.num_qubits, where)
    wanted = 1 if name in ("gpi", "gpi2") else 2
    if len(targets) != wanted:
        raise _refused(f"{where}: needs {wanted} target{'s' * (wanted - 1)}, has {len(targets)}")
    _distinct(targets, where)
    if wanted == 1:
        _only(operation, {"phase"}, where)
        phase = _turns(operation.get("phase"), where)
        matrix = _gpi(phase) if name == "gpi" else (np.eye(2) - 1j * _gpi(phase)) / math.sqrt(2)
    elif name == "ms":
        _only(operation, {"phases", "angle"}, where)
        phases = operation.get("phases")
        if not isinstance(phases, list) or len(phases) != 2:
            raise _refused(f"{where}: 'phases' must be two numbers, in turns")
        turns = 0.25 if operation.get("angle") is None else _number(operation, "angle", where)
        if not 0 <= turns <= 0.25:
            raise _refused(f"{where}: the angle must be from 0 to 0.25 turns, not {turns!r}")
        angle = math.pi * turns
        first, second = (_gpi(_turns(phase, where)) for phase in phases)
        both = np.kron(second, first)  # the first target is the low qubit
        matrix = math.cos(angle) * np.eye(4) - 1j * math.sin(angle) * both
    else:
        _only(operation, {"angle", "phase"}, where)
        # cirq-ionq calls the angle of its ZZ gate a phase
        key = "phase" if "angle" not in operation and "phase" in operation else "angle"
        circuit.append(std.RZZGate(2 * math.pi * _number(operation, key, where)), targets)
        return
    circuit.append(UnitaryGate(matrix), targets)


def _turns(phase: Any, where: str) -> float:
    if not _is_number(phase) or not -1 <= phase <= 1:
        raise _refused(f"{where}: a phase must be a number of turns from -1 to 1, not {phase!r}")
    return float(phase)


def _gpi(turns: float) -> Matrix:
    phase = np.exp(2j * math.pi * turns)
    return np.array([[0, phase.conjugate()], [phase, 0]])


def _indices(operation: Mapping[str, Any], one: str, size: int, where: str) -> list[int]:
    many = one + "s"
    if operation.get(one) is not None and operation.get(many) is not None:
        raise _refused(f"{where}: say {one!r} or {many!r}, not both")
    found = operation[one] if operation.get(one) is not None else operation.get(many)
    if found is None:
        return []
    found = found if isinstance(found, list) else [found]
    for index in found:
        if not _is_index(index) or index >= size:
            raise _refused(f"{where}: qubit {index!r} is not one of 0…{size - 1}")
    return found


def _only(operation: Mapping[str, Any], allowed: set[str], where: str) -> None:
    unknown = sorted(set(operation) - allowed - _PLACES - {"gate", "type"})
    if unknown:
        raise _refused(f"{where}: unknown field {unknown[0]!r}")


def _number(operation: Mapping[str, Any], key: str, where: str) -> float:
    value = operation.get(key)
    if not _is_number(value):
        raise _refused(f"{where}: {key!r} must be a finite number, not {value!r}")
    return float(value)  # type: ignore[arg-type]


def _distinct(qubits: list[int], where: str) -> None:
    if len(set(qubits)) != len(qubits):
        raise _refused(f"{where}: a qubit is used twice")


def _is_index(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_number(value: Any) -> bool:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:  # a whole number larger than any float
        return False


def _refused(message: str) -> ExecutionRefused:
    return ExecutionRefused("InvalidInputData", message)
