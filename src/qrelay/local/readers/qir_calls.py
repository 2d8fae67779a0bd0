"""What the calls of a QIR module mean: gates, measurements, records, and which qubits and results they name.

Sources: https://github.com/qir-alliance/qir-spec (base and adaptive profile, output schemas), the recorded modules,
and the names that the QDK and qiskit-qir write.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from qiskit.circuit.library import standard_gates as std

from qrelay.local.readers.llvm import Call, Module, Pointer, Value
from qrelay.local.readers.llvm_line import refused

__all__ = ["Action", "action_of"]

_QIS = re.compile(r"__quantum__qis__(\w+?)__(body|adj)$")

# call name -> (angles, qubits, gate); angles come first, as in the QDK's declarations
_GATES: dict[tuple[str, str], tuple[int, int, Callable[..., Any]]] = {
    ("h", "body"): (0, 1, std.HGate),
    ("x", "body"): (0, 1, std.XGate),
    ("y", "body"): (0, 1, std.YGate),
    ("z", "body"): (0, 1, std.ZGate),
    ("id", "body"): (0, 1, std.IGate),
    ("s", "body"): (0, 1, std.SGate),
    ("s", "adj"): (0, 1, std.SdgGate),
    ("t", "body"): (0, 1, std.TGate),
    ("t", "adj"): (0, 1, std.TdgGate),
    ("sx", "body"): (0, 1, std.SXGate),
    ("sx", "adj"): (0, 1, std.SXdgGate),
    ("rx", "body"): (1, 1, std.RXGate),
    ("ry", "body"): (1, 1, std.RYGate),
    ("rz", "body"): (1, 1, std.RZGate),
    ("cnot", "body"): (0, 2, std.CXGate),
    ("cx", "body"): (0, 2, std.CXGate),
    ("cy", "body"): (0, 2, std.CYGate),
    ("cz", "body"): (0, 2, std.CZGate),
    ("ch", "body"): (0, 2, std.CHGate),
    ("swap", "body"): (0, 2, std.SwapGate),
    ("crx", "body"): (1, 2, std.CRXGate),
    ("cry", "body"): (1, 2, std.CRYGate),
    ("crz", "body"): (1, 2, std.CRZGate),
    ("rxx", "body"): (1, 2, std.RXXGate),
    ("ryy", "body"): (1, 2, std.RYYGate),
    ("rzz", "body"): (1, 2, std.RZZGate),
    ("ccx", "body"): (0, 3, std.CCXGate),
    ("ccnot", "body"): (0, 3, std.CCXGate),
    ("toffoli", "body"): (0, 3, std.CCXGate),
}
_MEASURE = {("m", "body"), ("mz", "body")}
_READ = {"__quantum__rt__read_result", "__quantum__qis__read_result__body"}
_CONTAINERS = {"__quantum__rt__tuple_record_output": "tuple", "__quantum__rt__array_record_output": "array"}
_RECORDED = {
    "__quantum__rt__result_record_output": "result",
    "__quantum__rt__bool_record_output": "i1",
    "__quantum__rt__int_record_output": "i64",
    "__quantum__rt__double_record_output": "double",
}


@dataclass(frozen=True, slots=True)
class Action:
    """What one call does: ``kind`` is gate, measure, mresetz, reset, read, record, container or nothing."""

    kind: str
    qubits: tuple[int, ...] = ()
    result: int = -1
    gate: Callable[..., Any] | None = None
    angles: tuple[Value, ...] = ()
    detail: str = ""
    value: Value = 0


def action_of(module: Module, call: Call, line: int, *, num_qubits: int, num_results: int) -> Action:
    """What a call does. Raises ExecutionRefused (``CompilationError``) for one that is not declared so, takes other
    arguments, uses a qubit or a result beyond those numbers, or is no operation of the target."""
    declared = module.functions.get(call.callee)
    if declared is None:
        raise refused(line, f"@{call.callee} is called but not declared")
    kinds = tuple(kind for kind, _ in call.args)
    if declared.parameters != kinds or declared.type != call.type:
        raise refused(line, f"the call of @{call.callee} does not match its declaration")
    values = [value for _, value in call.args]

    def qubit(index: int) -> int:
        return _address(call, index, "Qubit", num_qubits, line)

    def result(index: int) -> int:
        return _address(call, index, "Result", num_results, line)

    def arity(count: int) -> None:
        if len(values) != count:
            raise refused(line, f"@{call.callee} takes {count} arguments, not {len(values)}")

    if found := _QIS.match(call.callee):
        name = (found[1], found[2])
        if name in _GATES:
            angles, qubits, gate = _GATES[name]
            arity(angles + qubits)
            if set(kinds[:angles]) - {"double"}:
                raise refused(line, f"the angle of @{call.callee} must be a double")
            where = tuple(qubit(index) for index in range(angles, angles + qubits))
            if len(set(where)) != qubits:
                raise refused(line, f"@{call.callee} uses a qubit twice")
            return Action("gate", where, gate=gate, angles=tuple(values[:angles]))
        if name in _MEASURE or name == ("mresetz", "body"):
            arity(2)
            return Action("measure" if name in _MEASURE else "mresetz", (qubit(0),), result(1))
        if name == ("reset", "body"):
            arity(1)
            return Action("reset", (qubit(0),))
        if found[1] == "barrier":
            return Action("nothing")
    if call.callee in _READ:
        arity(1)
        return Action("read", result=result(0))
    if call.callee == "__quantum__rt__initialize":
        return Action("nothing")
    if call.callee in _CONTAINERS:
        arity(2)
        return Action("container", detail=_CONTAINERS[call.callee], value=values[0])
    if call.callee in _RECORDED:
        arity(2)
        kind = _RECORDED[call.callee]
        if kind == "result":
            return Action("record", result=result(0), detail=kind)
        if kinds[0] != kind:
            raise refused(line, f"@{call.callee} records an {kind}, not {kinds[0]}")
        return Action("record", detail=kind, value=values[0])
    raise refused(line, f"@{call.callee} is not an operation of the target")


def _address(call: Call, index: int, what: str, size: int, line: int) -> int:
    if index >= len(call.args):
        raise refused(line, f"@{call.callee} lacks an argument")
    kind, value = call.args[index]
    if kind not in (f"%{what}*", "ptr"):
        raise refused(line, f"argument {index} of @{call.callee} must be a %{what}*, not {kind}")
    if not isinstance(value, Pointer):
        raise refused(line, f"argument {index} of @{call.callee} must be a constant address")
    if value.number >= size:
        raise refused(line, f"{what.lower()} {value.number} is used, but only {size} are required by the entry point")
    return value.number
