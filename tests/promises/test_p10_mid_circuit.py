"""P10: mid-circuit work is right, or refused before any request. Which of both, and where: corners/says.py."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import product
from typing import Any

import cirq
import pytest
from corners import CirqWay, QiskitWay
from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister
from qiskit.circuit import Parameter

RightOrRefused = Callable[..., bool]


def _begun(number: int, width: int = 2) -> QuantumCircuit:
    """Three qubits, the first of which hold the number, measured into `k`; and three bits for the end."""
    registers = ClassicalRegister(width, "k"), ClassicalRegister(3, "end")
    circuit = QuantumCircuit(QuantumRegister(3, "q"), *registers)
    for qubit in range(width):
        if number >> qubit & 1:
            circuit.x(qubit)
    circuit.measure(range(width), range(width))
    return circuit


def _ended(circuit: QuantumCircuit) -> QuantumCircuit:
    circuit.measure(range(3), circuit.cregs[1])
    return circuit


def _measure() -> list[QuantumCircuit]:
    circuits = [_begun(number) for number in (1, 2)]
    for circuit in circuits:
        circuit.x(0)
        circuit.h(1)
        circuit.z(1)
        circuit.h(1)
        circuit.cx(0, 2)
    return [_ended(circuit) for circuit in circuits]


def _reset() -> list[QuantumCircuit]:
    circuits = []
    for number in (1, 3):
        circuit = QuantumCircuit(QuantumRegister(3, "q"), ClassicalRegister(2, "k"), ClassicalRegister(3, "end"))
        circuit.x([qubit for qubit in range(2) if number >> qubit & 1])
        circuit.h(2)
        circuit.reset(0)
        circuit.reset(2)
        circuit.x(2)
        circuits.append(_ended(circuit))
    return circuits


def _reuse() -> list[QuantumCircuit]:
    circuits = [_begun(number) for number in (0, 1, 3)]
    for circuit in circuits:
        circuit.reset([0, 1])
        circuit.x(1)
        circuit.cx(1, 2)
    return [_ended(circuit) for circuit in circuits]


def _if_register() -> list[QuantumCircuit]:
    circuits = [_begun(number) for number in range(4)]
    for circuit in circuits:
        with circuit.if_test((circuit.cregs[0], 2)):
            circuit.x(2)
    return [_ended(circuit) for circuit in circuits]


def _if_bit() -> list[QuantumCircuit]:
    circuits = [_begun(number) for number in range(4)]
    for circuit in circuits:
        with circuit.if_test((circuit.clbits[1], 1)):
            circuit.x(2)
    return [_ended(circuit) for circuit in circuits]


def _else() -> list[QuantumCircuit]:
    circuits = [_begun(number) for number in range(4)]
    for circuit in circuits:
        with circuit.if_test((circuit.cregs[0], 1)) as otherwise:
            circuit.x(1)
        with otherwise:
            circuit.x(2)
            circuit.x(0)
    return [_ended(circuit) for circuit in circuits]


def _nested() -> list[QuantumCircuit]:
    circuits = [_begun(number) for number in range(4)]
    for circuit in circuits:
        with circuit.if_test((circuit.clbits[0], 1)):
            circuit.x(1)
            with circuit.if_test((circuit.clbits[1], 1)):
                circuit.x(2)
    return [_ended(circuit) for circuit in circuits]


def _switch() -> list[QuantumCircuit]:
    circuits = [_begun(number) for number in range(4)]
    for circuit in circuits:
        with circuit.switch(circuit.cregs[0]) as case:
            with case(0):
                circuit.x(0)
            with case(1, 3):
                circuit.x(1)
            with case(case.DEFAULT):
                circuit.x(2)
    return [_ended(circuit) for circuit in circuits]


def _while() -> list[QuantumCircuit]:
    circuits = [_begun(number, width=1) for number in (0, 1)]
    for circuit in circuits:
        with circuit.while_loop((circuit.clbits[0], 1)):
            circuit.x(0)
            circuit.x(2)
            circuit.measure(0, 0)
    return [_ended(circuit) for circuit in circuits]


def _for() -> list[QuantumCircuit]:
    angle = Parameter("θ")
    circuits = []
    for turns in ((1, 2), (3,), ()):
        circuit = QuantumCircuit(QuantumRegister(3, "q"), ClassicalRegister(2, "k"), ClassicalRegister(3, "end"))
        with circuit.for_loop(range(5)):
            circuit.x(0)
        with circuit.for_loop(turns, angle):
            circuit.rx(math.pi * angle, 1)
            circuit.cx(1, 2)
        circuits.append(_ended(circuit))
    return circuits


_KINDS: dict[str, tuple[Callable[[], list[QuantumCircuit]], tuple[str, ...]]] = {
    "measurement": (_measure, ("midway",)),
    "reset": (_reset, ("reset",)),
    "reuse": (_reuse, ("midway", "reset")),
    "if": (_if_register, ("if",)),
    "if bit": (_if_bit, ("if", "bit")),
    "else": (_else, ("if", "else", "midway")),
    "nested": (_nested, ("if", "bit", "nested", "midway")),
    "switch": (_switch, ("switch", "midway")),
    "while": (_while, ("while", "midway")),
    "for": (_for, ()),
}


@pytest.mark.parametrize("kind", _KINDS)
def test_p10_qiskit_s_mid_circuit_work(qiskit_way: QiskitWay, right_or_refused: RightOrRefused, kind: str) -> None:
    """Bug: control flow dropped, flattened, or run as if it were none (qiskit-ionq#259, Qiskit#12281)."""
    make, needs = _KINDS[kind]
    right_or_refused(qiskit_way, make(), *needs)


A, B, C = cirq.LineQubit.range(3)


def _of_cirq(*middle: Any) -> list[cirq.Circuit]:
    return [
        cirq.Circuit(
            [cirq.X(A)] * a, [cirq.X(B)] * b, cirq.measure(A, key="k"), cirq.measure(B, key="l"), middle,
            cirq.measure(B, C, A, key="end"),
        )
        for a, b in product((0, 1), repeat=2)
    ]  # fmt: skip


_BODY = cirq.FrozenCircuit(cirq.X(C), cirq.CX(C, B))
_CIRQ_KINDS: dict[str, tuple[Callable[[], list[cirq.Circuit]], tuple[str, ...]]] = {
    "measurement": (lambda: _of_cirq(cirq.X(A), cirq.CX(A, C)), ("midway",)),
    "reset": (
        lambda: [cirq.Circuit(cirq.X(A), cirq.H(B), cirq.reset(A), cirq.reset(B), cirq.X(B), cirq.measure(A, B))],
        ("reset",),
    ),
    "reuse": (lambda: _of_cirq(cirq.reset(A), cirq.reset(B), cirq.X(B), cirq.CX(B, C)), ("midway", "reset")),
    "if": (lambda: _of_cirq(cirq.X(C).with_classical_controls("k")), ("if",)),
    "several": (lambda: _of_cirq(cirq.X(C).with_classical_controls("k", "l")), ("if", "several")),
    "again": (lambda: _of_cirq(cirq.X(A), cirq.measure(A, key="k"), cirq.X(A)), ("midway",)),
    "for": (
        lambda: [
            cirq.Circuit(cirq.CircuitOperation(_BODY, repetitions=times), cirq.measure(A, B, C)) for times in (1, 2, 3)
        ],
        (),
    ),
}


@pytest.mark.parametrize("kind", _CIRQ_KINDS)
def test_p10_cirq_s_mid_circuit_work(cirq_way: CirqWay, right_or_refused: RightOrRefused, kind: str) -> None:
    """Bug: as above."""
    make, needs = _CIRQ_KINDS[kind]
    right_or_refused(cirq_way, make(), *needs)
