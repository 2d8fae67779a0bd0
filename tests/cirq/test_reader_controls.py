"""Controls of every sort: values, sums of products, many of them, with and without qubits to borrow."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from qrelay.errors import UnsupportedCircuit
from qrelay.formats import encode

cirq = pytest.importorskip("cirq")

from judges.cirq_answers import matrix  # noqa: E402
from judges.rows import unitary  # noqa: E402

from qrelay.cirq.reader import read  # noqa: E402

Q = cirq.LineQubit.range(9)
GATES = {
    "x": cirq.X,
    "rz": cirq.rz(0.37),
    "phased xz": cirq.PhasedXZGate(x_exponent=0.37, z_exponent=-0.3, axis_phase_exponent=0.71),
    "swap": cirq.SWAP,
    "fsim": cirq.FSimGate(0.37, -1.13),
}


def same(circuit: Any) -> None:
    assert np.allclose(unitary(read(circuit)), matrix(circuit), atol=1e-7)


VALUES = {
    "0": [0],
    "either": [(0, 1)],
    "10": [1, 0],
    "00": [0, 0],
    "free in the middle": [1, (0, 1), 0],
    "equal": cirq.SumOfProducts([(0, 0), (1, 1)]),
    "odd": cirq.SumOfProducts([(0, 1, 0), (1, 0, 0), (0, 0, 1), (1, 1, 1)], name="odd"),
    "and": cirq.ProductOfSums([(1,), (0,)]) & cirq.SumOfProducts([(0,), (1,)]),
    "or": cirq.ProductOfSums([(1,), (0,)]) | cirq.SumOfProducts([(1, 1)]),
}


@pytest.mark.parametrize("gate", GATES)
@pytest.mark.parametrize("values", VALUES)
def test_control_values(values: str, gate: str) -> None:
    """Catches controls that are taken for ones, and terms that are done twice or not at all."""
    wanted = VALUES[values]
    count = cirq.num_qubits(wanted) if isinstance(wanted, cirq.ops.AbstractControlValues) else len(wanted)
    size = cirq.num_qubits(GATES[gate])
    op = cirq.ControlledOperation(Q[size : size + count], GATES[gate].on(*Q[:size]), wanted)
    same(cirq.Circuit(map(cirq.I, op.qubits), op))


def test_a_control_that_never_holds() -> None:
    """Cirq lets it be made, and its own simulator breaks down over it."""
    op = cirq.ControlledOperation([Q[1]], cirq.X(Q[0]), cirq.ProductOfSums([()]))
    assert read(cirq.Circuit(op)).operations == []


@pytest.mark.parametrize(("count", "spare"), [(4, 0), (5, 0), (5, 1), (5, 2), (6, 0), (6, 1)])
@pytest.mark.parametrize("name", ["x", "z", "t", "rz", "phased xz", "h", "iswap"])
def test_many_controls(name: str, count: int, spare: int) -> None:
    """Every way of Barenco et al.: with enough qubits to borrow, with one, and with none."""
    gate = GATES.get(name) or {"z": cirq.Z, "t": cirq.T, "h": cirq.H**0.3, "iswap": cirq.ISWAP**0.3}[name]
    size = cirq.num_qubits(gate)
    qubits = [Q[i] for i in np.random.default_rng(count).permutation(size + count + spare)]
    op = cirq.ControlledOperation(qubits[size : size + count], gate.on(*qubits[:size]), [1, 0, 1, 1, 0, 1][:count])
    same(cirq.Circuit(map(cirq.I, qubits), op))


def test_many_controls_cost_little() -> None:
    """With a qubit to borrow the number of steps grows with the controls, not with their square or worse."""
    steps = {}
    for count in (10, 20, 40):
        qubits = cirq.LineQubit.range(count + 2)
        circuit = cirq.Circuit(map(cirq.I, qubits), cirq.X(qubits[0]).controlled_by(*qubits[2:]))
        steps[count] = len(read(circuit).operations)
    assert steps[40] < 2.5 * steps[20] < 6.3 * steps[10]
    assert steps[20] < 20 * 20


def test_measured_qubits_are_not_borrowed() -> None:
    """Simple formats refuse what touches a qubit after its measurement, and the user's circuit does no such thing."""
    qubits = cirq.LineQubit.range(8)
    flip = cirq.X(qubits[0]).controlled_by(*qubits[1:6])
    circuit = cirq.Circuit(cirq.Moment(cirq.measure(qubits[6], key="m")), cirq.Moment(flip), cirq.I(qubits[7]))
    program = read(circuit)
    after = [places for name, places, _ in program.operations if name not in ("measure", "id")]
    assert all(6 not in places for places in after)
    assert any(7 in places for places in after)
    encode(program, "ionq.circuit.v1")


def test_control_by_a_gate_object() -> None:
    """`ControlledGate` may also stand in an operation like any other gate."""
    gate = cirq.ControlledGate(cirq.ISWAP**0.3, control_values=[0])
    same(cirq.Circuit(map(cirq.I, Q[:3]), cirq.GateOperation(gate, Q[:3][::-1]), gate.on(*Q[:3])))
    same(cirq.Circuit(map(cirq.I, Q[:4]), cirq.ControlledGate(gate).on(*Q[:4])))
    same(cirq.Circuit(cirq.I(Q[0]), cirq.GlobalPhaseGate(1j).controlled().on(Q[0])))


def test_controlled_circuits_with_tags_and_inverses() -> None:
    inner = cirq.FrozenCircuit(
        cirq.H(Q[0]).with_tags("a"), (cirq.ISWAP**0.3)(Q[0], Q[1]), cirq.global_phase_operation(1j),
        cirq.QuantumFourierTransformGate(2).on(Q[0], Q[1]), cirq.wait(Q[0], nanos=3),
    )  # fmt: skip
    op = cirq.CircuitOperation(inner, repetitions=3, use_repetition_ids=False)
    op = op.controlled_by(Q[2], control_values=[0]).with_tags("b", cirq.VirtualTag())
    same(cirq.Circuit(map(cirq.I, Q[:3]), op))
    plain = inner.unfreeze().map_operations(lambda op: [] if isinstance(op.gate, cirq.WaitGate) else op)
    op = cirq.CircuitOperation(plain.freeze(), use_repetition_ids=False)
    same(cirq.inverse(cirq.Circuit(op.controlled_by(Q[2]))))


class _WithoutItsPhase(cirq.Gate):
    """A user's gate whose decomposition is right up to the global phase."""

    def _num_qubits_(self) -> int:
        return 2

    def _unitary_(self) -> Any:
        return 1j * cirq.unitary(cirq.CZ**0.3)

    def _decompose_(self, qubits: Any) -> Any:
        return cirq.CZ(*qubits) ** 0.3


class _WithHelp(cirq.Gate):
    """A flip by way of a helping qubit, as arithmetic gates do."""

    def _num_qubits_(self) -> int:
        return 2

    def _decompose_with_context_(self, qubits: Any, context: Any) -> Any:
        (helping,) = context.qubit_manager.qalloc(1)
        yield cirq.CX(qubits[0], helping)
        yield cirq.CX(helping, qubits[1])
        yield cirq.CX(qubits[0], helping)
        context.qubit_manager.qfree([helping])


def test_the_phase_that_a_decomposition_leaves_out() -> None:
    """Nobody sees it, until it is under a control."""
    for controls in range(3):
        same(cirq.Circuit(_WithoutItsPhase().on(Q[1], Q[0]).controlled_by(*Q[2 : 2 + controls])))


def test_helping_qubits_are_qubits_of_their_own() -> None:
    program = read(cirq.Circuit(cirq.I(Q[2]), _WithHelp().on(Q[0], Q[1]), _WithHelp().on(Q[1], Q[0])))
    assert program.num_qubits == 5
    assert program.operations == [
        *[("id", (2,), ()), ("cx", (0, 3), ()), ("cx", (3, 1), ()), ("cx", (0, 3), ())],
        *[("cx", (1, 4), ()), ("cx", (4, 0), ()), ("cx", (1, 4), ())],
    ]
    under = read(cirq.Circuit(_WithHelp().on(Q[0], Q[1]).controlled_by(Q[2])))
    assert under.operations == [("ccx", (2, 0, 3), ()), ("ccx", (2, 3, 1), ()), ("ccx", (2, 0, 3), ())]


class _Wrong(cirq.Gate):
    """A gate that says one thing in its matrix and another in its decomposition."""

    def _num_qubits_(self) -> int:
        return 2

    def _unitary_(self) -> Any:
        return cirq.unitary(cirq.CX)

    def _decompose_(self, qubits: Any) -> Any:
        return cirq.CX(*reversed(qubits))


def test_the_matrix_is_what_a_gate_means() -> None:
    same(cirq.Circuit(_Wrong().on(Q[0], Q[1])))
    same(cirq.Circuit(_Wrong().on(Q[0], Q[1]).controlled_by(Q[2])))


@pytest.mark.parametrize("places", [(0, 2, 1), (1, 0, 2), (0, 5, 8)])
def test_cirq_s_diagonal_on_qubits_that_are_no_neighbours(places: tuple[int, ...]) -> None:
    """Cirq 1.7 itself takes ThreeQubitDiagonalGate apart into another gate there."""
    gate = cirq.ThreeQubitDiagonalGate([0.1, -0.7, 1.3, 0.4, 2.2, -1.9, 0.6, 0.2])
    same(cirq.Circuit(gate.on(*(Q[place] for place in places))))


def test_what_is_no_gate_cannot_be_controlled() -> None:
    channel = cirq.ControlledOperation([Q[1]], cirq.bit_flip(0.3).on(Q[0]))
    with pytest.raises(UnsupportedCircuit, match="neither a gate") as caught:
        read(cirq.Circuit(cirq.H(Q[0]), channel))
    assert (caught.value.operation, caught.value.index) == ("BitFlipChannel", 1)
