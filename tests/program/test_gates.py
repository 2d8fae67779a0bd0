"""The gate table against its own definitions and against Qiskit's matrices."""

from __future__ import annotations

import cmath
from collections.abc import Iterable

import numpy as np
import pytest
from tests.mirrors import inverse

from qrelay.program.definitions import Step
from qrelay.program.gates import ALIASES, GATES
from qrelay.program.matrices import Matrix

ANGLES = (0.37, -1.13, 2.41, 0.71)
GATE_NAMES = sorted(GATES)
DEFINITIONS = [(name, index) for name in GATE_NAMES for index in range(len(GATES[name].definitions))]


def _angles(name: str) -> tuple[float, ...]:
    return ANGLES[: GATES[name].num_params]


def unitary_of(steps: Iterable[Step], num_qubits: int) -> Matrix:
    """Multiply the steps out on state vectors, one column at a time, by indices only."""
    total = np.eye(2**num_qubits, dtype=complex)
    for name, qubits, params in steps:
        matrix = GATES[name].matrix(*params)
        after = np.zeros_like(total)
        for row in range(2**num_qubits):
            local_row = sum(((row >> q) & 1) << k for k, q in enumerate(qubits))
            rest = row & ~sum(1 << q for q in qubits)
            for local in range(2 ** len(qubits)):
                column = rest | sum(((local >> k) & 1) << q for k, q in enumerate(qubits))
                after[row] += matrix[local_row, local] * total[column]
        total = after
    return total


@pytest.mark.parametrize(("name", "index"), DEFINITIONS)
def test_definition_is_the_matrix(name: str, index: int) -> None:
    """Equal with its global phase: a phase lost here becomes a wrong relative phase under a control."""
    gate = GATES[name]
    steps = gate.definitions[index](*_angles(name))
    assert np.allclose(unitary_of(steps, gate.num_qubits), gate.matrix(*_angles(name)), atol=1e-12)


@pytest.mark.parametrize("name", GATE_NAMES)
def test_inverse_undoes_the_gate(name: str) -> None:
    gate = GATES[name]
    steps = [(name, tuple(range(gate.num_qubits)), _angles(name)), *inverse(name, _angles(name))]
    assert np.allclose(unitary_of(steps, gate.num_qubits), np.eye(2**gate.num_qubits), atol=1e-12)


@pytest.mark.parametrize("name", GATE_NAMES)
def test_matrix_is_unitary_and_ours_to_change(name: str) -> None:
    """Handing out the table's own array would let a caller change a gate for everybody."""
    matrix = GATES[name].matrix(*_angles(name))
    assert np.allclose(matrix @ matrix.conj().T, np.eye(len(matrix)))
    before = matrix.copy()
    matrix[0, 0] = 7
    assert np.array_equal(GATES[name].matrix(*_angles(name)), before)


def test_table_names_every_standard_gate_of_qiskit_and_openqasm() -> None:
    library = pytest.importorskip("qiskit.circuit.library")
    standard = set(library.get_standard_gate_name_mapping()) - {"delay", "measure", "reset"}
    assert standard <= set(GATES)
    openqasm3 = (
        "p x y z h s sdg t tdg sx rx ry rz cx cy cz cp crx cry crz ch swap ccx cswap cu"
        " CX phase cphase id u1 u2 u3 gphase"
    )
    assert {ALIASES.get(name, name) for name in openqasm3.split()} <= set(GATES)


@pytest.mark.parametrize("name", GATE_NAMES)
def test_matrix_is_qiskits(name: str) -> None:
    library = pytest.importorskip("qiskit.circuit.library")
    from qiskit.quantum_info import Operator

    if name == "global_phase":
        assert GATES[name].matrix(0.37)[0, 0] == pytest.approx(cmath.exp(0.37j))
        return
    classes = {"c3x": library.C3XGate, "c4x": library.C4XGate}
    gate = classes[name]() if name in classes else library.get_standard_gate_name_mapping()[name]
    if gate.params:
        gate = gate.base_class(*_angles(name))
    assert GATES[name].num_qubits == gate.num_qubits
    assert GATES[name].num_params == len(gate.params)
    assert np.allclose(GATES[name].matrix(*_angles(name)), Operator(gate).data, atol=1e-12)
