"""The gate table against its own definitions and against Qiskit's matrices."""

from __future__ import annotations

import cmath
import math
from collections.abc import Iterable

import numpy as np
import pytest
from tests.mirrors import inverse

from qrelay.program.controlled import CONTROLLABLE, CONTROLLED, controlled_name
from qrelay.program.definitions import Step
from qrelay.program.gates import ALIASES, GATES
from qrelay.program.matrices import Matrix

ANGLES = (0.37, -1.13, 2.41, 0.71)
GATE_NAMES = sorted(GATES)
DEFINITIONS = [(name, index) for name in GATE_NAMES for index in range(len(GATES[name].definitions))]


def _angles(name: str) -> tuple[float, ...]:
    return ANGLES[: GATES[name].num_params]


def states(num_qubits: int) -> Matrix:
    """All basis states; of many qubits a few random states instead."""
    if num_qubits < 6:
        return np.eye(2**num_qubits, dtype=complex)
    random = np.random.default_rng(8)
    found: Matrix = random.normal(size=(2**num_qubits, 3)) + 1j * random.normal(size=(2**num_qubits, 3))
    return found


def applied(steps: Iterable[Step], num_qubits: int) -> Matrix:
    """What the steps make of `states`; each acts on axes of a tensor whose axis k is qubit num_qubits-1-k."""
    total = states(num_qubits).reshape((2,) * num_qubits + (-1,))
    for name, qubits, params in steps:
        size = len(qubits)
        matrix = GATES[name].matrix(*params).reshape((2,) * (2 * size))
        axes = [num_qubits - 1 - qubit for qubit in reversed(qubits)]
        moved = np.tensordot(matrix, total, axes=(range(size, 2 * size), axes))
        total = np.moveaxis(moved, range(size), axes)
    return total.reshape(2**num_qubits, -1)


@pytest.mark.parametrize(("name", "index"), DEFINITIONS)
def test_definition_is_the_matrix(name: str, index: int) -> None:
    """Equal with its global phase: a phase lost here becomes a wrong relative phase under a control."""
    gate = GATES[name]
    steps = gate.definitions[index](*_angles(name))
    wanted = gate.matrix(*_angles(name)) @ states(gate.num_qubits)
    assert np.allclose(applied(steps, gate.num_qubits), wanted, atol=1e-11)


@pytest.mark.parametrize("name", GATE_NAMES)
def test_inverse_undoes_the_gate(name: str) -> None:
    gate = GATES[name]
    steps = [(name, tuple(range(gate.num_qubits)), _angles(name)), *inverse(name, _angles(name))]
    assert np.allclose(applied(steps, gate.num_qubits), states(gate.num_qubits), atol=1e-11)


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
    base, controls = CONTROLLED.get(name, (name, 0))
    if base in ("gpi", "gpi2", "ms", "xy"):
        pytest.skip("no gate of Qiskit's")
    gate = library.get_standard_gate_name_mapping()[base]
    if gate.params:
        gate = gate.base_class(*_angles(name))
    assert GATES[name].num_qubits == gate.num_qubits + controls
    assert GATES[name].num_params == len(gate.params)
    wanted = Operator(gate.control(controls, annotated=False) if controls else gate).data
    assert np.allclose(GATES[name].matrix(*_angles(name)), wanted, atol=1e-12)


@pytest.mark.parametrize("turns", [(0.1, -0.3, 0.17), (0.7, 0.2, 0.25)])
def test_native_matrices_are_qiskit_ionq_s_and_cirq_ionq_s(turns: tuple[float, float, float]) -> None:
    """Ours take radians: 2π for each turn, in the angle of ms and zz too."""
    ours = pytest.importorskip("qiskit_ionq")
    theirs = pytest.importorskip("cirq_ionq")
    cirq = pytest.importorskip("cirq")
    phi, other, angle = turns
    radians = tuple(2 * math.pi * turn for turn in turns)
    big_endian = [0, 2, 1, 3]
    for name, ionq, google, params in (
        ("gpi", ours.GPIGate(phi), theirs.GPIGate(phi=phi), radians[:1]),
        ("gpi2", ours.GPI2Gate(phi), theirs.GPI2Gate(phi=phi), radians[:1]),
        ("ms", ours.MSGate(*turns), theirs.MSGate(phi0=phi, phi1=other, theta=angle), radians),
        ("rzz", ours.ZZGate(angle), theirs.ZZGate(theta=angle), radians[2:]),
    ):
        matrix = GATES[name].matrix(*params)
        assert np.allclose(matrix, np.asarray(ionq))
        order = big_endian if len(matrix) == 4 else [0, 1]
        assert np.allclose(matrix[np.ix_(order, order)], cirq.unitary(google))


@pytest.mark.parametrize("theta", [0.37, math.pi])
def test_xy_is_brakets(theta: float) -> None:
    """Half of θ between |01⟩ and |10⟩, and i, not -i (docs.aws.amazon.com, "XY gate")."""
    cos, sin = math.cos(theta / 2), 1j * math.sin(theta / 2)
    wanted = np.array([[1, 0, 0, 0], [0, cos, sin, 0], [0, sin, cos, 0], [0, 0, 0, 1]])
    assert np.allclose(GATES["xy"].matrix(theta), wanted)


def test_names_of_controlled_gates() -> None:
    names = ["x", "cx", "ccx", "c3x", "c4x", "c5x", "c6x", "c7x"]
    assert [controlled_name("x", controls) for controls in range(8)] == names
    assert [controlled_name("p", controls) for controls in range(4)] == ["p", "cp", "c2p", "c3p"]
    assert len(CONTROLLED) == 7 * len(CONTROLLABLE)
    assert {GATES[name].num_qubits - controls for name, (_, controls) in CONTROLLED.items()} == {1}
