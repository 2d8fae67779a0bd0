"""P06: classical control is whole: all that stands behind a condition does, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

import cirq
import pytest
import sympy
from corners import CirqWay, QiskitWay
from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister
from qiskit.circuit import library as lib

RightOrRefused = Callable[..., bool]


def _block() -> QuantumCircuit:
    """Takes |10⟩ to |01⟩ on the way of superpositions and phases: half of it shows."""
    inner = QuantumCircuit(2, name="mine", global_phase=0.7)
    inner.h(0)
    inner.cz(0, 1)
    inner.h(0)
    inner.cx(0, 1)
    return inner


_GATES: dict[str, Callable[[], Any]] = {
    "x": lib.XGate,
    "ccz": lib.CCZGate,
    "cswap": lib.CSwapGate,
    "block": lambda: _block().to_gate(),
    "controlled block": lambda: _block().to_gate().control(1, annotated=False),
    "evolution": lambda: lib.PauliEvolutionGate(_paulis(), time=1.5707963267948966),
}


def _paulis() -> Any:
    from qiskit.quantum_info import SparsePauliOp

    return SparsePauliOp(["XX"], [1.0])


def _guarded(gate: Any, taken: bool, value: int) -> QuantumCircuit:
    """The gate on |1⟩, |+⟩ or |1⟩, |1⟩ behind a guard that reads `taken`. Its last qubit is turned to see phases."""
    circuit = QuantumCircuit(QuantumRegister(4, "q"), ClassicalRegister(1, "k"), ClassicalRegister(3, "rest"))
    if taken:
        circuit.x(0)
    circuit.x([1, 2])
    if isinstance(gate, lib.CCZGate):
        circuit.h(3)
    circuit.measure(0, 0)
    with circuit.if_test((circuit.cregs[0], value)):
        circuit.append(gate, range(1, 1 + gate.num_qubits))
    if isinstance(gate, lib.CCZGate):
        circuit.h(3)
    circuit.measure([1, 2, 3], [1, 2, 3])
    return circuit


@pytest.mark.parametrize("name", _GATES)
def test_p06_qiskit_s_guarded_gates_are_guarded_as_a_whole(
    qiskit_way: QiskitWay, right_or_refused: RightOrRefused, name: str
) -> None:
    """Bug: of a guarded gate that is decomposed only the first part keeps the guard (Cirq#8329, #5691, #7624)."""
    circuits = [_guarded(_GATES[name](), taken, value) for taken, value in ((True, 1), (False, 1), (False, 0))]
    right_or_refused(qiskit_way, circuits, "if")


def test_p06_several_operations_and_what_stands_around_them(
    qiskit_way: QiskitWay, right_or_refused: RightOrRefused
) -> None:
    """Bug: the first operation of a block is guarded, the others run always; or what follows the block is guarded."""
    circuits = []
    for taken in (False, True):
        circuit = QuantumCircuit(QuantumRegister(3, "q"), ClassicalRegister(1, "k"), ClassicalRegister(2, "rest"))
        if taken:
            circuit.x(0)
        circuit.measure(0, 0)
        with circuit.if_test((circuit.cregs[0], 1)):
            circuit.x(1)
            circuit.h(2)
            circuit.z(2)
            circuit.h(2)
        circuit.x(1)
        circuit.measure([1, 2], [1, 2])
        circuits.append(circuit)
    right_or_refused(qiskit_way, circuits, "if")


A, B, C, D = cirq.LineQubit.range(4)
_CIRQ_GATES: dict[str, cirq.Operation] = {
    "x": cirq.X(B),
    "ccz": cirq.CCZ(B, C, D),
    "cswap": cirq.CSWAP(B, C, D),
    "iswap": cirq.ISWAP(C, D) ** 3,
    "controlled": cirq.X(D).controlled_by(B, C, control_values=[1, 0]),
    "block": cirq.CircuitOperation(cirq.FrozenCircuit(cirq.H(B), cirq.CZ(B, C), cirq.H(B), cirq.CX(C, D))),
}


@pytest.mark.parametrize("name", _CIRQ_GATES)
def test_p06_cirq_s_guarded_gates_are_guarded_as_a_whole(
    cirq_way: CirqWay, right_or_refused: RightOrRefused, name: str
) -> None:
    """Bug: as above, from Cirq, which decomposes guarded gates itself in some releases."""
    guarded = _CIRQ_GATES[name].with_classical_controls("k")
    turned = [cirq.H(D)] if name == "ccz" else []
    circuits = [
        cirq.Circuit(
            [cirq.X(A)] * taken, cirq.X(B), cirq.X(C), cirq.measure(A, key="k"), turned, guarded, turned,
            cirq.measure(B, C, D, key="rest"),
        )
        for taken in (True, False)
    ]  # fmt: skip
    right_or_refused(cirq_way, circuits, "if")


def test_p06_cirq_s_conditions_of_every_form(cirq_way: CirqWay, right_or_refused: RightOrRefused) -> None:
    """Bug: a formula read as one of its keys, bits of a key in the other order, inverted bits as they were measured."""
    two = sympy.Symbol("two")
    guards = [
        cirq.BitMaskKeyCondition("two", target_value=2, bitmask=2),
        cirq.BitMaskKeyCondition("two", target_value=1, equal_target=True),
        cirq.SympyCondition(sympy.Eq(two, 2)),
        cirq.SympyCondition(two > 1),
    ]
    right_or_refused(cirq_way, _on_conditions(guards), "if", "bit")


def test_p06_cirq_s_conditions_on_several_keys(cirq_way: CirqWay, right_or_refused: RightOrRefused) -> None:
    """Bug: as above, or one of the keys left out."""
    two, k = sympy.Symbol("two"), sympy.Symbol("k")
    right_or_refused(cirq_way, _on_conditions([cirq.SympyCondition(k < two)]), "if", "several")


def _on_conditions(guards: list[Any]) -> list[cirq.Circuit]:
    return [
        cirq.Circuit(
            [cirq.X(A)] * a, [cirq.X(B)] * b, cirq.measure(A, key="k"),
            cirq.measure(B, A, key="two", invert_mask=(True,)), cirq.X(C).with_classical_controls(guard),
            cirq.measure(C, key="end"),
        )
        for guard in guards
        for a, b in product((0, 1), repeat=2)
    ]  # fmt: skip
