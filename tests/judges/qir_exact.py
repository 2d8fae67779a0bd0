"""The exact answer of a straight-line QIR module: `pyqir` parses it, and its calls are followed on amplitudes.

No simulator of QIR shows probabilities, and shot by shot is slow at twelve qubits. Straight-line are modules of one
path whose measured qubits are left alone afterwards. Imports nothing of qrelay.

Source of what the calls mean: Microsoft.Quantum.Intrinsic (learn.microsoft.com/qsharp), QIR base profile
(github.com/qir-alliance/qir-spec). Rotations are exp(-i·angle/2·P).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from judges.amplitudes import Array, ground, probabilities, turned

_HALF = np.sqrt(0.5)
_X = np.array([[0, 1], [1, 0]], dtype=complex)
_Y = np.array([[0, -1j], [1j, 0]])
_Z = np.diag([1, -1]).astype(complex)
_FIXED: dict[str, Array] = {
    "x": _X,
    "y": _Y,
    "z": _Z,
    "h": np.array([[_HALF, _HALF], [_HALF, -_HALF]], dtype=complex),
    "s": np.diag([1, 1j]),
    "t": np.diag([1, np.exp(0.25j * np.pi)]),
    "sx": np.array([[1 + 1j, 1 - 1j], [1 - 1j, 1 + 1j]]) / 2,
    "swap": np.eye(4, dtype=complex)[[0, 2, 1, 3]],
}
_CONTROLLED = {"cnot": (1, "x"), "cx": (1, "x"), "cy": (1, "y"), "cz": (1, "z"), "ccx": (2, "x")}
_AXES = {"rx": _X, "ry": _Y, "rz": _Z, "rxx": np.kron(_X, _X), "ryy": np.kron(_Y, _Y), "rzz": np.kron(_Z, _Z)}
_MEASURES = {"m", "mz"}
_DEPARTS = {"reset", "mresetz", "read_result"}
"""Calls of modules that are not straight-line."""


def outputs(module: Any) -> list[tuple[Any, float]] | None:
    """Every output, nested as the module records it (arrays are lists, tuples are tuples, of 0 and 1), with its
    probability. None if the module is not straight-line."""
    import pyqir

    entry = next(function for function in module.functions if pyqir.is_entry_point(function))
    count = pyqir.required_num_qubits(entry)
    if count is None:
        return None
    state = ground(count)
    source: dict[int, int] = {}
    records: list[tuple[str, int]] = []
    for name, adjoint, args in _calls(entry, pyqir):
        if name is None or name in _DEPARTS:
            return None
        if name.endswith("_record_output"):
            records.append((name.removesuffix("_record_output"), _number(args[0], pyqir)))
            continue
        places = [pyqir.ptr_id(arg) for arg in args if pyqir.ptr_id(arg) is not None]
        if name in _MEASURES:
            qubit, result = places
            source[result] = qubit
        elif not set(places).isdisjoint(source.values()):
            return None
        else:
            angles = [arg.value for arg in args if isinstance(arg, pyqir.FloatConstant)]
            state = turned(state, _matrix(name, angles, adjoint=adjoint), places)
    return [
        (_nested(iter(records), {result: number >> qubit & 1 for result, qubit in source.items()}), weight)
        for number, weight in probabilities(state).items()
    ]


def _calls(entry: Any, pyqir: Any) -> Iterator[tuple[str | None, bool, Sequence[Any]]]:
    """Short name, whether it is the adjoint, and arguments; the name None for what leaves the straight line."""
    block, seen = entry.basic_blocks[0], set()
    while True:
        for instruction in block.instructions:
            if isinstance(instruction, pyqir.Call):
                family, name = instruction.callee.name.removeprefix("__quantum__").split("__", 1)
                name, _, kind = name.partition("__")
                if (family, name) != ("rt", "initialize"):
                    yield name, kind == "adj", instruction.args
            elif instruction.opcode not in (pyqir.Opcode.BR, pyqir.Opcode.RET):
                yield None, False, ()
                return
        following = block.terminator.successors
        if not following:
            return
        if len(following) > 1 or following[0].name in seen:
            yield None, False, ()
            return
        seen.add(following[0].name)
        block = following[0]


def _number(arg: Any, pyqir: Any) -> int:
    """How many items, or which result."""
    return int(arg.value if isinstance(arg, pyqir.IntConstant) else pyqir.ptr_id(arg))


def _matrix(name: str, angles: Sequence[float], *, adjoint: bool) -> Array:
    if name in _AXES:
        (angle,) = angles
        axis = _AXES[name]
        matrix: Array = np.cos(angle / 2) * np.eye(len(axis)) - 1j * np.sin(angle / 2) * axis
    elif name in _CONTROLLED:
        controls, target = _CONTROLLED[name]
        matrix = np.eye(2 ** (controls + 1), dtype=complex)
        matrix[-2:, -2:] = _FIXED[target]
    else:
        matrix = _FIXED[name]
    return matrix.conj().T if adjoint else matrix


def _nested(records: Iterator[tuple[str, int]], values: dict[int, int]) -> Any:
    kind, value = next(records, ("tuple", 0))  # no record is an output, too
    if kind == "result":
        return values.get(value, 0)
    items = [_nested(records, values) for _ in range(value)]
    return {"array": list, "tuple": tuple}[kind](items)
