"""P06, P08 and P10: what happens midway, on every framework and format, run by the format's judge.

Each test is right, or refused because the format need not be able to say it (`sayings.MUST_SAY`). The other sides of
these promises, jobs and results of the frameworks, are tested on the embedded cloud in tests/promises.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cirq
import pytest
import sympy
from corners import Drawing, JudgedCirqWay, JudgedQiskitWay
from judges import warning
from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister
from qiskit.circuit import Parameter
from qiskit.circuit import library as lib

from conformance.checks import Drawn, of_cirq, of_qiskit

pytestmark = warning.OF_THEMSELVES


def test_p06_cirq_s_guarded_gates_are_guarded_as_a_whole(
    cirq_way: JudgedCirqWay, right_or_refused: Callable[..., bool]
) -> None:
    """Bug: of a guarded gate that is decomposed only the first part keeps the guard (Cirq#8329, #5691, #7624)."""
    a, b, c, d = cirq.LineQubit.range(4)
    block = cirq.CircuitOperation(
        cirq.FrozenCircuit(cirq.H(b), cirq.CX(b, c), cirq.T(c) ** 0.3), use_repetition_ids=False
    )
    before = [cirq.ry(0.9)(a), cirq.X(b), cirq.ry(0.7)(c), cirq.measure(a, key="k")]
    for guarded in (cirq.X(b), cirq.CCZ(b, c, d), cirq.CSWAP(b, c, d), cirq.ISWAP(c, d) ** 0.3, block):
        op = guarded.with_classical_controls("k")
        after = [cirq.H(c), cirq.H(d), cirq.measure(b, c, d, key="rest")]
        right_or_refused(cirq_way, of_cirq(cirq.Circuit(before, cirq.H(d), op, after), cirq_way), "if register")


def test_p06_qiskit_s_guarded_gates_are_guarded_as_a_whole(
    qiskit_way: JudgedQiskitWay, right_or_refused: Callable[..., bool]
) -> None:
    """Bug: as above."""
    inner = QuantumCircuit(2, name="mine", global_phase=0.4)
    inner.h(0)
    inner.cp(0.7, 0, 1)
    for gate in (lib.XGate(), lib.CCZGate(), lib.CSwapGate(), inner.to_gate(), inner.to_gate().control(1)):
        circuit = QuantumCircuit(QuantumRegister(4, "q"), ClassicalRegister(1, "k"), ClassicalRegister(3, "rest"))
        circuit.ry(0.9, 0)
        circuit.x(1)
        circuit.ry(0.7, 2)
        circuit.h(3)
        circuit.measure(0, 0)
        with circuit.if_test((circuit.cregs[0], 1)):
            circuit.append(gate, [1, 2, 3][: gate.num_qubits])
        circuit.h([2, 3])
        circuit.measure([1, 2, 3], [1, 2, 3])
        right_or_refused(qiskit_way, of_qiskit(circuit, qiskit_way), "if register")


def test_p08_a_qubit_used_after_its_measurement(way: Any, drawn: Drawn) -> None:
    """Bug: the measurement slips to the end, past the gate behind it (qBraid#1313)."""
    gates = [("ry", 0.9, 0), ("measure", "a"), ("x", 0), ("cx", 0, 1)]
    drawn(way, Drawing(2, gates, {"a": (0,), "b": (1, 0)}), "midway")


def test_p08_one_qubit_into_two_bits(way: Any, drawn: Drawn) -> None:
    """Bug: the second measurement of a qubit replaces the first, whose bit then reads 0 (qBraid#1313)."""
    assert drawn(way, Drawing(3, [("ry", 0.8, 0), ("x", 2)], {"a": (0, 2), "b": (1, 0), "c": (2,)}))


def _deciding(kind: str) -> tuple[QuantumCircuit, tuple[str, ...]]:
    circuit = QuantumCircuit(QuantumRegister(3, "q"), ClassicalRegister(1, "k"), ClassicalRegister(2, "c"))
    k, c = circuit.cregs
    circuit.ry(0.9, 0)
    circuit.ry(0.6, 1)
    circuit.measure(0, k[0])
    needs: tuple[str, ...] = ()
    if kind == "measure":
        circuit.h(0)
        needs = ("midway",)
    elif kind == "reset":
        circuit.reset(1)
        circuit.ry(0.3, 1)
        needs = ("reset",)
    elif kind == "reuse":
        circuit.reset(0)
        circuit.ry(1.1, 0)
        needs = ("midway", "reset")
    elif kind == "if":
        with circuit.if_test((k, 1)):
            circuit.x(1)
        needs = ("if register",)
    elif kind == "else":
        with circuit.if_test((k[0], 0)) as otherwise:
            circuit.x(1)
        with otherwise:
            circuit.h(2)
        needs = ("if register", "else")
    elif kind == "switch":
        circuit.measure(1, c[1])
        with circuit.switch(c) as case:
            with case(0, 3):
                circuit.x(2)
            with case(case.DEFAULT):
                circuit.h(2)
        needs = ("switch",)
    elif kind == "while":
        with circuit.while_loop((k, 1)):
            circuit.ry(0.3, 1)
            circuit.h(0)
            circuit.measure(0, k[0])
        needs = ("while", "midway", "measure inside", "if register")
    elif kind == "for":
        angle = Parameter("θ")
        with circuit.for_loop(range(3)):
            circuit.ry(0.3, 1)
        with circuit.for_loop((1, 4), angle):
            circuit.ry(angle / 5, 2)
    circuit.measure([2, 1], [1, 2])
    return circuit, needs


@pytest.mark.parametrize("kind", ["measure", "reset", "reuse", "if", "else", "switch", "while", "for"])
def test_p10_mid_circuit_work_is_right_or_refused(
    qiskit_way: JudgedQiskitWay, right_or_refused: Callable[..., bool], kind: str
) -> None:
    """Bug: control flow dropped, flattened or run as if it were none (qiskit-ionq#259, Qiskit#12281)."""
    circuit, needs = _deciding(kind)
    right_or_refused(qiskit_way, of_qiskit(circuit, qiskit_way), *needs)


@pytest.mark.parametrize("kind", ["measure", "reset", "reuse", "if", "mask", "formula"])
def test_p10_cirq_s_mid_circuit_work_is_right_or_refused(
    cirq_way: JudgedCirqWay, right_or_refused: Callable[..., bool], kind: str
) -> None:
    """Bug: as above."""
    a, b, c = cirq.LineQubit.range(3)
    middle, needs = {
        "measure": ([cirq.H(a)], ("midway",)),
        "reset": ([cirq.reset(b), cirq.ry(0.3)(b)], ("reset",)),
        "reuse": ([cirq.reset(a), cirq.ry(1.1)(a)], ("midway", "reset")),
        "if": ([cirq.X(b).with_classical_controls("k")], ("if register",)),
        "mask": (
            [
                cirq.X(c).with_classical_controls(cirq.BitMaskKeyCondition("two", target_value=2, bitmask=2)),
                cirq.Y(b).with_classical_controls(cirq.BitMaskKeyCondition("two", target_value=1, equal_target=True)),
            ],
            ("if bit", "if register"),
        ),
        "formula": (
            [cirq.X(b).with_classical_controls(sympy.Symbol("k") < sympy.Symbol("two"))],
            ("if bit", "nested", "across"),
        ),
    }[kind]
    circuit = cirq.Circuit(
        [cirq.ry(0.9)(a), cirq.ry(0.6)(b), cirq.ry(1.7)(c), cirq.measure(a, key="k")],
        cirq.measure(c, a, key="two", invert_mask=(True,)) if kind in ("mask", "formula") else [],
        middle,
        cirq.measure(a, c, b, key="end"),
    )
    right_or_refused(cirq_way, of_cirq(circuit, cirq_way), "midway", *needs)
