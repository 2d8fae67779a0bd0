"""Gates beyond Qiskit's standard ones that are rows of the Program's table, and gates that only look like it."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

qiskit = pytest.importorskip("qiskit")

from qiskit.circuit import Gate, QuantumCircuit  # noqa: E402
from qiskit.circuit.library import (  # noqa: E402
    HGate,
    MCPhaseGate,
    MCXGate,
    PhaseGate,
    RXGate,
    RYGate,
    SXdgGate,
    XGate,
    ZGate,
)
from qiskit.quantum_info import Operator  # noqa: E402
from tests.program.test_lowering import unitary  # noqa: E402

import qrelay  # noqa: E402
from qrelay.program import Operation, Program  # noqa: E402
from qrelay.program.gates import GATES  # noqa: E402
from qrelay.program.lowering import lower  # noqa: E402

# of Qiskit 1.4, whose constructor of many-controlled gates calls what it deprecates
pytestmark = pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")


def _read(gate: Any, *qubits: int) -> list[Operation]:
    circuit = QuantumCircuit(len(qubits))
    circuit.append(gate, qubits)
    return qrelay.read(circuit).operations


@pytest.mark.parametrize(
    ("make", "name", "params"),
    [
        (lambda: MCXGate(5), "c5x", ()),
        (lambda: MCXGate(7), "c7x", ()),
        (lambda: XGate().control(4), "c4x", ()),
        (lambda: MCPhaseGate(0.3, 6), "c6p", (0.3,)),
        (lambda: PhaseGate(0.3).control(3), "c3p", (0.3,)),
        (lambda: ZGate().control(3, annotated=False), "c3z", ()),
        (lambda: HGate().control(2, annotated=False), "c2h", ()),
        (lambda: SXdgGate().control(2, annotated=False), "c2sxdg", ()),
        (lambda: RXGate(0.4).control(3, annotated=False), "c3rx", (0.4,)),
        (lambda: RYGate(0.4).control(2, annotated=False), "c2ry", (0.4,)),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_controlled_gates_are_rows(make: Callable[[], Any], name: str, params: tuple[float, ...]) -> None:
    """IonQ takes these as one word; expanded, they would be up to five hundred."""
    gate = make()
    places = tuple(reversed(range(gate.num_qubits)))
    assert _read(gate, *places) == [(name, places, params)]


@pytest.mark.parametrize("ctrl_state", range(8))
def test_controls_that_want_zero_keep_their_meaning(ctrl_state: int) -> None:
    gate = RYGate(0.4).control(3, ctrl_state=ctrl_state, annotated=False)
    circuit = QuantumCircuit(4)
    circuit.append(gate, [2, 0, 3, 1])
    program = lower(qrelay.read(circuit), {"u", "cx"})
    assert np.allclose(unitary(program), Operator(circuit).data, atol=1e-10)


def test_more_controls_than_the_table_has_are_expanded() -> None:
    operations = _read(MCXGate(8), *range(9))
    assert len(operations) > 1
    assert {name for name, _, _ in operations} <= set(GATES)


@pytest.mark.parametrize("turns", [(0.1, -0.7, 0.2), (0.6, 1.3, 0.25)])
def test_qiskit_ionq_s_gates_are_rows_in_radians(turns: tuple[float, float, float]) -> None:
    gates = pytest.importorskip("qiskit_ionq")
    radians = tuple(2 * math.pi * turn for turn in turns)
    assert _read(gates.GPIGate(turns[0]), 0) == [("gpi", (0,), radians[:1])]
    assert _read(gates.GPI2Gate(turns[1]), 0) == [("gpi2", (0,), radians[1:2])]
    assert _read(gates.MSGate(*turns), 1, 0) == [("ms", (1, 0), radians)]
    assert _read(gates.ZZGate(turns[2]), 1, 0) == [("rzz", (1, 0), radians[2:])]


class _Named(Gate):  # type: ignore[misc]
    """A gate with a name of IonQ's and a matrix of its own."""

    def __init__(self, name: str, params: list[float], matrix: Any) -> None:
        super().__init__(name, int(math.log2(len(matrix))), params)
        self._matrix = np.asarray(matrix, dtype=complex)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        return self._matrix


def test_the_matrix_decides_what_a_name_means() -> None:
    """Somebody's gpi in radians is a gpi; somebody's that is another gate is read as that gate."""
    phi = 0.3
    gpi = [[0, np.exp(-1j * phi)], [np.exp(1j * phi), 0]]
    assert _read(_Named("gpi", [phi], gpi), 0) == [("gpi", (0,), (phi,))]
    other = [[0, 1j], [1j, 0]]
    program = Program(1, 0, _read(_Named("gpi", [phi], other), 0))
    assert abs(np.trace(unitary(lower(program, {"u"})).conj().T @ np.array(other))) == pytest.approx(2)
