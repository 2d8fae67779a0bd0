"""Cirq's phasors of Pauli strings, and exponentials of sums of them: one word for IonQ, exact everywhere."""

from __future__ import annotations

import json
from math import pi

import pytest

cirq = pytest.importorskip("cirq")

import numpy as np  # noqa: E402
import sympy  # noqa: E402
from judges.cirq_answers import distribution as records_of  # noqa: E402
from judges.cirq_answers import matrix, records  # noqa: E402
from judges.exact import same_distribution  # noqa: E402
from judges.payloads import distribution  # noqa: E402
from judges.rows import unitary  # noqa: E402

import qrelay  # noqa: E402
from qrelay.program.lowering import lower  # noqa: E402

A, B, C = cirq.LineQubit.range(3)


def _two_qubit_gates(circuit: cirq.AbstractCircuit) -> int:
    written = lower(qrelay.read(circuit), {"u", "cx"}).operations
    return sum(name == "cx" for name, _, _ in written)


def test_a_phasor_is_one_operation_with_its_phase() -> None:
    phasor = cirq.PauliStringPhasor(-cirq.X(C) * cirq.Y(A), exponent_neg=0.3, exponent_pos=-0.1)
    assert phasor.qubits == (C, A)
    circuit = cirq.Circuit(cirq.I(B), phasor)
    program = qrelay.read(circuit)
    (_, (name, qubits, (terms, coefficients, time))) = program.operations
    assert (name, qubits, terms, coefficients) == ("pauliexp", (2, 0), ("YX",), (1.0,))
    assert time == pytest.approx(pi * (-0.1 - 0.3) / 2)  # the sign turned round
    assert np.allclose(unitary(program), matrix(circuit), atol=1e-10)


def test_a_string_with_i_means_what_cirq_makes_of_it() -> None:
    """Cirq's documentation says identity there, and its matrix says Z: the matrix is what its simulators run."""
    phasor = cirq.PauliStringPhasorGate(cirq.DensePauliString("XIY"), exponent_neg=0.3, exponent_pos=0.1)
    circuit = cirq.Circuit(phasor.on(C, A, B))
    assert np.allclose(unitary(qrelay.read(circuit)), matrix(circuit), atol=1e-7)


def test_a_sum_is_its_strings_one_by_one() -> None:
    total = 0.3 * cirq.X(A) * cirq.X(B) - 0.7 * cirq.Z(A) * cirq.Z(B) + 1.1 * cirq.Y(A) * cirq.Y(B)
    circuit = cirq.Circuit(cirq.ry(0.4)(A), cirq.ry(1.4)(B), *cirq.PauliSumExponential(total, exponent=0.4))
    circuit += cirq.Circuit(cirq.ry(0.9)(A), cirq.measure(A, B, key="m"))
    sent = json.loads(qrelay.encode(circuit, "ionq.circuit.v1").data)["circuit"]
    assert [gate["gate"] for gate in sent if gate["gate"] == "pauliexp"] == ["pauliexp"] * 3
    for format_name in ("ionq.circuit.v1", "BRAKET_OPEN_QASM_V3", "AQT_JOB_INPUT_V1"):
        payload = qrelay.encode(circuit, format_name)
        found = distribution(payload, 1).weights
        by_records = {records(payload.layout, memory): weight for memory, weight in found.items()}
        assert same_distribution(by_records, records_of(circuit), 1e-9)


@pytest.mark.parametrize("word", ["X", "XX", "ZY", "XYZ", "ZZZZ"])
def test_nothing_is_written_with_more_gates_than_cirq_does(word: str) -> None:
    qubits = cirq.LineQubit.range(len(word))
    gate = cirq.PauliStringPhasorGate(cirq.DensePauliString(word), exponent_neg=0.3, exponent_pos=0.1)
    circuit = cirq.Circuit(gate.on(*qubits))
    assert _two_qubit_gates(circuit) <= _two_qubit_gates(cirq.Circuit(cirq.decompose_once(gate.on(*qubits))))
    controlled = cirq.Circuit(gate.on(*qubits).controlled_by(cirq.q("c")))
    taken_apart = [part.controlled_by(cirq.q("c")) for part in cirq.decompose_once(gate.on(*qubits))]
    assert _two_qubit_gates(controlled) <= _two_qubit_gates(cirq.Circuit(taken_apart))


def test_exponents_with_symbols_are_bound_later() -> None:
    phasor = cirq.PauliStringPhasor(cirq.X(A) * cirq.Z(B), exponent_neg=sympy.Symbol("t"), exponent_pos=0.2)
    circuit = cirq.Circuit(cirq.ry(0.4)(A), cirq.ry(1.4)(B), phasor, cirq.ry(0.9)(B), cirq.measure(A, B, key="m"))
    template = qrelay.template(circuit, "ionq.circuit.v1")
    assert template.compiled
    bound = distribution(template.bind([0.7]), 1)
    wanted = distribution(qrelay.encode(cirq.resolve_parameters(circuit, {"t": 0.7}), "ionq.circuit.v1"), 1)
    assert bound.fits(wanted.weights)
