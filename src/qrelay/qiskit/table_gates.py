"""Gates that are no standard gates of Qiskit's, and have a row in the Program's table all the same."""

from __future__ import annotations

from collections.abc import Mapping
from math import pi
from typing import Any, TypeAlias

import numpy as np
from qiskit.circuit import ControlledGate, Gate, ParameterExpression
from qiskit.circuit.library import standard_gates as standard
from qiskit.exceptions import QiskitError

from qrelay.program.controlled import MOST_CONTROLS, controlled_name
from qrelay.program.gates import GATES

__all__ = ["table_gate"]

_Row: TypeAlias = tuple[str, tuple[Any, ...]]

_BASES: Mapping[type, str] = {
    standard.XGate: "x", standard.YGate: "y", standard.ZGate: "z", standard.HGate: "h", standard.SGate: "s",
    standard.SdgGate: "sdg", standard.TGate: "t", standard.TdgGate: "tdg", standard.SXGate: "sx",
    standard.SXdgGate: "sxdg", standard.PhaseGate: "p", standard.RXGate: "rx", standard.RYGate: "ry",
    standard.RZGate: "rz",
}  # fmt: skip

_NATIVE = {"gpi": "gpi", "gpi2": "gpi2", "ms": "ms", "zz": "rzz"}
"""IonQ's gates by the name that qiskit-ionq gives them. It measures all of their angles in turns."""


def table_gate(operation: Any) -> _Row | None:
    """Name and parameters of the row that is the operation, exactly; None if there is none. Shares nothing with it.

    A controlled gate has a row if all of its controls want 1; qiskit-ionq's gates have theirs if their matrix says so.
    Parameters come as they are: Qiskit's expressions among them, for those who read these.
    """
    if isinstance(operation, ControlledGate):
        return _controlled(operation)
    if isinstance(operation, Gate) and operation.name in _NATIVE:
        return _native(operation)
    return None


def _controlled(gate: ControlledGate) -> _Row | None:
    controls = gate.num_ctrl_qubits
    base = _BASES.get(gate.base_gate.base_class)
    # with more qubits come some to help, which the definition alone can use
    if base is None or controls > MOST_CONTROLS or gate.num_qubits != controls + 1:
        return None
    if gate.ctrl_state != (1 << controls) - 1:
        return None
    return controlled_name(base, controls), tuple(gate.base_gate.params)


def _native(gate: Gate) -> _Row | None:
    """The matrix decides: others may call another gate so, or take radians."""
    name = _NATIVE[gate.name]
    row = GATES[name]
    if gate.num_qubits != row.num_qubits or len(gate.params) != row.num_params:
        return None
    if any(isinstance(value, ParameterExpression) and value.parameters for value in gate.params):
        return None
    try:
        numbers = [float(value) for value in gate.params]
        matrix = np.asarray(gate.to_matrix())
    except (QiskitError, TypeError, ValueError):
        return None
    for params in (tuple([2 * pi * value for value in numbers]), tuple(numbers)):
        if matrix.shape == (2**row.num_qubits,) * 2 and np.allclose(matrix, row.matrix(*params), rtol=0, atol=1e-12):
            return name, params
    return None
