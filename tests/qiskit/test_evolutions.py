"""PauliEvolutionGate: one exponential where its terms commute, and its own synthesis where they do not."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from judges import rows, warning
from judges.payloads import distribution

qiskit = pytest.importorskip("qiskit")

from qiskit import QuantumCircuit  # noqa: E402
from qiskit.circuit import Parameter  # noqa: E402
from qiskit.circuit.library import PauliEvolutionGate  # noqa: E402
from qiskit.quantum_info import Operator, Pauli, SparsePauliOp  # noqa: E402
from qiskit.synthesis import LieTrotter, MatrixExponential, QDrift, SuzukiTrotter  # noqa: E402

import qrelay  # noqa: E402
from qrelay.program.lowering import lower  # noqa: E402

QISKIT_1 = qiskit.__version__.startswith("1.")
pytestmark = warning.OF_THEMSELVES

COMMUTING = SparsePauliOp(["ZZI", "XXX", "IZZ", "III"], [0.4, -0.7, 0.2, 0.9])
OTHERS = SparsePauliOp(["ZZI", "XII", "IYZ"], [0.4, -0.7, 0.2])


def _circuit(gate: Any) -> Any:
    circuit = QuantumCircuit(gate.num_qubits + 1)
    circuit.append(gate, list(range(gate.num_qubits, 0, -1)))
    return circuit


def _unitary(program: Any) -> Any:
    """Of the program's operations on its qubits, by their matrices."""
    state = np.eye(2**program.num_qubits, dtype=complex)
    count = program.num_qubits
    total = state.reshape((2,) * count + (-1,)) * np.exp(1j * program.global_phase)
    for name, qubits, arguments in program.operations:
        size = len(qubits)
        axes = [count - 1 - qubit for qubit in reversed(qubits)]
        gate = rows.matrix(name, arguments).reshape((2,) * (2 * size))
        moved = np.tensordot(gate, total, axes=(range(size, 2 * size), axes))
        total = np.moveaxis(moved, range(size), axes)
    return total.reshape(2**count, 2**count)


SYNTHESES = {
    "the default": None,
    "several steps": lambda: LieTrotter(reps=3),
    "second order": lambda: SuzukiTrotter(order=2, reps=2),
    "fourth order": lambda: SuzukiTrotter(order=4),
    "a fountain": lambda: LieTrotter(cx_structure="fountain"),
    "wrapped": lambda: LieTrotter(wrap=True),
    "a matrix": MatrixExponential,
}


@pytest.mark.parametrize("name", SYNTHESES)
def test_terms_that_commute_are_one_operation(name: str) -> None:
    """No synthesis changes what they mean: steps and orders only split what can be split without an error."""
    make = SYNTHESES[name]
    gate = PauliEvolutionGate(COMMUTING, time=0.6, synthesis=make() if make else None)
    circuit = _circuit(gate)
    program = qrelay.read(circuit)
    assert program.operations == [
        ("pauliexp", (3, 2, 1), (("ZZI", "XXX", "IZZ", "III"), (0.4, -0.7, 0.2, 0.9), 0.6)),
    ]
    assert np.allclose(_unitary(program), Operator(circuit).data, atol=1e-10)
    assert np.allclose(_unitary(program), Operator(circuit.decompose(reps=6)).data, atol=1e-10)


@pytest.mark.parametrize(
    ("operator", "terms", "coefficients"),
    [
        (Pauli("-XY"), ("XY",), (-1.0,)),
        (SparsePauliOp(["XY", "XY"], [0.25, 0.5]), ("XY", "XY"), (0.25, 0.5)),
        ([SparsePauliOp(["XX", "YY"], [0.5, 1]), SparsePauliOp(["ZZ"], [2])], ("XX", "YY", "ZZ"), (0.5, 1.0, 2.0)),
    ],
    ids=["a signed Pauli", "the same term twice", "a list of sums"],
)
def test_operators_of_every_making(operator: Any, terms: Any, coefficients: Any) -> None:
    circuit = _circuit(PauliEvolutionGate(operator, time=-0.3))
    program = qrelay.read(circuit)
    assert program.operations == [("pauliexp", (2, 1), (terms, coefficients, -0.3))]
    assert np.allclose(_unitary(program), Operator(circuit.decompose(reps=6)).data, atol=1e-10)


EXPANDED = {
    "terms that do not commute": lambda: PauliEvolutionGate(OTHERS, time=0.6),
    "a list of sums that do not commute": lambda: PauliEvolutionGate([COMMUTING, OTHERS], time=0.6),
    "barriers": lambda: PauliEvolutionGate(COMMUTING, time=0.6, synthesis=LieTrotter(insert_barriers=True)),
    "terms drawn at random": lambda: PauliEvolutionGate(COMMUTING, time=0.6, synthesis=QDrift(seed=1)),
    "users' own terms": lambda: PauliEvolutionGate(
        COMMUTING, time=0.6, synthesis=LieTrotter(atomic_evolution=_own_term)
    ),
}


def _own_term(circuit: Any, operator: Any, time: float) -> None:
    circuit.rx(0.3, 0)


@pytest.mark.parametrize("name", EXPANDED)
def test_what_is_no_one_exponential_keeps_its_synthesis(name: str) -> None:
    circuit = _circuit(EXPANDED[name]())
    program = qrelay.read(circuit)
    assert "pauliexp" not in {operation[0] for operation in program.operations}
    if name == "barriers":
        assert [operation[0] for operation in program.operations].count("barrier") == 3
        program = lower(program, {"u", "cx"})
        program.operations = [one for one in program.operations if one[0] != "barrier"]
    assert np.allclose(_unitary(program), Operator(circuit.decompose(reps=6)).data, atol=1e-10)


@pytest.mark.skipif(QISKIT_1, reason="Qiskit 2 has SparseObservable")
def test_observables_with_projectors_are_expanded_and_others_are_not() -> None:
    from qiskit.quantum_info import SparseObservable

    plain = _circuit(PauliEvolutionGate(SparseObservable.from_list([("XZ", 0.5), ("YY", 1.5)]), time=0.3))
    assert qrelay.read(plain).operations == [("pauliexp", (2, 1), (("XZ", "YY"), (0.5, 1.5), 0.3))]
    projecting = _circuit(PauliEvolutionGate(SparseObservable.from_list([("X1", 0.5), ("X0", 1.5)]), time=0.3))
    program = qrelay.read(projecting)
    assert "pauliexp" not in {operation[0] for operation in program.operations}
    assert np.allclose(_unitary(program), Operator(projecting.decompose(reps=6)).data, atol=1e-10)


def test_ionq_is_sent_the_exponential_and_others_no_more_than_qiskit_writes() -> None:
    """Expanded, IonQ's compiler could no longer see what it is; and elsewhere nothing may be lost by it."""
    wide = SparsePauliOp(["ZZIII", "XXXXI", "IZZII", "IIYYX"[::-1]], [0.4, -0.7, 0.2, 0.9])
    for operator in (COMMUTING, SparsePauliOp(["XYZX"], [0.3]), SparsePauliOp(["XX", "YY", "ZZ"]), wide):
        circuit = _circuit(PauliEvolutionGate(operator, time=0.6))
        sent = json.loads(qrelay.encode(circuit, "ionq.circuit.v1").data)["circuit"]
        if "pauliexp" in {operation[0] for operation in qrelay.read(circuit).operations}:
            assert [gate["gate"] for gate in sent] == ["pauliexp"]
        theirs = qiskit.transpile(circuit.decompose(reps=6), basis_gates=["u", "cx"], optimization_level=0)
        ours = lower(qrelay.read(circuit), {"u", "cx"}).operations
        assert sum(name == "cx" for name, _, _ in ours) <= theirs.count_ops()["cx"]


def test_a_time_with_parameters_is_bound_later() -> None:
    time = Parameter("t")
    circuit = QuantumCircuit(3, 3)
    circuit.ry(0.4, [0, 1, 2])
    circuit.append(PauliEvolutionGate(COMMUTING, time=2 * time + 0.1), [2, 0, 1])
    circuit.ry(0.7, [0, 1, 2])
    circuit.measure([0, 1, 2], [1, 2, 0])
    assert "pauliexp" in {operation[0] for operation in qrelay.read(circuit, symbolic=True).operations}
    for format_name in ("ionq.circuit.v1", "OPEN_QASM_V2"):
        template = qrelay.template(circuit, format_name)
        assert template.compiled
        wanted = distribution(qrelay.encode(circuit.assign_parameters([0.37]), format_name), 1)
        assert distribution(template.bind([0.37]), 1).fits(wanted.weights)
    with pytest.raises(qrelay.errors.UnboundParameters, match="t"):
        qrelay.read(circuit)
