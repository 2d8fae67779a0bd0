"""cirq-ionq's native gates are rows of the Program's table, without cirq-ionq being known."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

cirq = pytest.importorskip("cirq")
ionq = pytest.importorskip("cirq_ionq")

import sympy  # noqa: E402
from tests.program.test_lowering import unitary  # noqa: E402

import qrelay  # noqa: E402
from qrelay.errors import UnboundParameters  # noqa: E402
from qrelay.program.lowering import lower  # noqa: E402

TURN = 2 * math.pi
GATES = {
    "gpi": (ionq.GPIGate(phi=0.3), "gpi", (0.3 * TURN,)),
    "gpi2": (ionq.GPI2Gate(phi=-0.2), "gpi2", (-0.2 * TURN,)),
    "ms": (ionq.MSGate(phi0=0.1, phi1=0.4, theta=0.2), "ms", (0.1 * TURN, 0.4 * TURN, 0.2 * TURN)),
    "zz": (ionq.ZZGate(theta=0.17), "rzz", (0.17 * TURN,)),
}


@pytest.mark.parametrize("name", GATES)
def test_native_gates_are_rows(name: str) -> None:
    gate, row, params = GATES[name]
    qubits = cirq.LineQubit.range(cirq.num_qubits(gate))[::-1]
    (operation,) = qrelay.read(cirq.Circuit(gate.on(*qubits))).operations
    assert operation == (row, tuple(qubit.x for qubit in qubits), pytest.approx(params))


@pytest.mark.parametrize("name", GATES)
def test_native_gates_under_controls(name: str) -> None:
    gate, _, _ = GATES[name]
    qubits = cirq.LineQubit.range(cirq.num_qubits(gate) + 1)
    circuit = cirq.Circuit(gate.on(*qubits[1:][::-1]).controlled_by(qubits[0]))
    found = unitary(lower(qrelay.read(circuit), {"u", "cx"}))
    assert np.allclose(found, circuit.unitary(qubit_order=qubits[::-1]), atol=1e-8)


class GPIGate(cirq.Gate):  # type: ignore[misc]
    """Called like IonQ's, and another gate."""

    phi = 0.3

    def _num_qubits_(self) -> int:
        return 1

    def _unitary_(self) -> Any:
        return cirq.unitary(cirq.rx(0.3))


def test_the_matrix_decides_what_a_name_means() -> None:
    circuit = cirq.Circuit(GPIGate().on(cirq.LineQubit(0)))
    found = unitary(lower(qrelay.read(circuit), {"u"}))
    assert abs(np.vdot(found, cirq.unitary(cirq.rx(0.3)))) == pytest.approx(2)


def test_symbols_are_named() -> None:
    gate = ionq.GPIGate(phi=sympy.Symbol("alpha"))
    with pytest.raises(UnboundParameters, match="alpha"):
        qrelay.read(cirq.Circuit(gate.on(cirq.LineQubit(0))))
