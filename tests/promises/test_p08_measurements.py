"""P08: no measurement is lost; what a format cannot say is refused before upload."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister
from qiskit.exceptions import QiskitError

from qrelay.errors import UnsupportedCircuit

if TYPE_CHECKING:
    from corners import QiskitWay

Aer = Callable[..., dict[str, int]]


def test_p08_one_qubit_into_two_bits(qiskit_way: QiskitWay, aer: Aer) -> None:
    """Bug: the second measurement of a qubit replaces the first, whose bit then reads 0 (qBraid#1313)."""
    circuit = QuantumCircuit(QuantumRegister(2, "q"), ClassicalRegister(2, "a"), ClassicalRegister(2, "b"))
    circuit.x(0)
    circuit.measure(0, 0)
    circuit.measure(0, 3)
    circuit.measure(1, 2)
    assert qiskit_way.counts(circuit) == aer(circuit) == {"10 01": 100}


def test_p08_two_qubits_into_one_bit_the_last_one_counts(qiskit_way: QiskitWay, aer: Aer) -> None:
    """Bug: the first measurement into a bit wins."""
    circuit = QuantumCircuit(2, 1)
    circuit.x(1)
    circuit.measure(0, 0)
    circuit.measure(1, 0)
    assert qiskit_way.counts(circuit) == aer(circuit) == {"1": 100}


def test_p08_measured_before_other_qubits_are_done(qiskit_way: QiskitWay, aer: Aer) -> None:
    """Bug: only measurements at the circuit's very end are kept."""
    circuit = QuantumCircuit(3, 3)
    circuit.x(0)
    circuit.measure(0, 2)
    circuit.x(1)
    circuit.cx(1, 2)
    circuit.measure([2, 1], [0, 1])
    assert qiskit_way.counts(circuit) == aer(circuit) == {"111": 100}


def test_p08_measure_all_and_measure_active(qiskit_way: QiskitWay, aer: Aer) -> None:
    """Bug: registers that Qiskit adds by itself are not seen."""
    circuit = QuantumCircuit(3, 1)
    circuit.x(2)
    circuit.measure(2, 0)
    circuit.measure_all()
    assert qiskit_way.counts(circuit) == aer(circuit) == {"100 1": 100}
    active = QuantumCircuit(3)
    active.x([0, 2])
    active.measure_active()
    assert qiskit_way.counts(active) == aer(active) == {"11": 100}


def test_p08_a_qubit_used_after_its_measurement(qiskit_way: QiskitWay, aer: Aer) -> None:
    """Bug: the measurement slips to the end, past the gate behind it. Right, or refused before any request."""
    circuit = QuantumCircuit(1, 2)
    circuit.x(0)
    circuit.measure(0, 0)
    circuit.x(0)
    circuit.measure(0, 1)
    if qiskit_way.format == "honeywell.openqasm.v1":
        assert qiskit_way.counts(circuit) == aer(circuit) == {"01": 100}
        return
    before = qiskit_way.account.requests
    with pytest.raises(UnsupportedCircuit) as caught:
        qiskit_way.run(circuit)
    assert (caught.value.operation, caught.value.index) == ("x", 2)
    assert isinstance(caught.value, QiskitError)
    assert qiskit_way.account.requests == before


@pytest.mark.parametrize("kind", ["nothing measured", "no bits"])
def test_p08_a_circuit_that_measures_nothing_is_refused(qiskit_way: QiskitWay, kind: str) -> None:
    """Bug: a paid job without an answer, or an answer of zeros."""
    circuit = QuantumCircuit(1, 1 if kind == "nothing measured" else 0)
    circuit.h(0)
    before = qiskit_way.account.requests
    with pytest.raises(UnsupportedCircuit, match="measure"):
        qiskit_way.run(circuit)
    assert qiskit_way.account.requests == before


def test_p08_control_flow_is_right_or_refused_by_name_and_index(qiskit_way: QiskitWay) -> None:
    """Bug: a guarded gate applied without its guard, or left out."""
    circuit = QuantumCircuit(2, 2)
    circuit.h(1)
    circuit.measure(0, 0)
    with circuit.if_test((circuit.clbits[0], 1)):
        circuit.x(1)
    circuit.measure(1, 1)
    before = qiskit_way.account.requests
    with pytest.raises(UnsupportedCircuit) as caught:
        qiskit_way.run(circuit)
    assert (caught.value.operation, caught.value.index) == ("if", 2)
    assert qiskit_way.account.requests == before


def test_p08_a_guard_the_format_can_say_is_right_with_gates_outside_the_target_s(qiskit_way: QiskitWay) -> None:
    """Bug: a target that takes `if` refuses it as soon as one gate of the circuit needs transpiling."""
    guard = ClassicalRegister(1, "guard")
    circuit = QuantumCircuit(QuantumRegister(3), guard, ClassicalRegister(2, "c"))
    circuit.u(3.141592653589793, 0.1, 0.2, 0)
    circuit.measure(0, 0)
    with circuit.if_test((guard, 1)):
        circuit.x(1)
        circuit.dcx(1, 2)
    with circuit.if_test((guard, 0)):
        circuit.x(1)
    circuit.measure([1, 2], [1, 2])
    if qiskit_way.format == "honeywell.openqasm.v1":
        assert qiskit_way.counts(circuit) == {"10 1": 100}  # x on 1, cx(1, 2), cx(2, 1)
        return
    before = qiskit_way.account.requests
    with pytest.raises(UnsupportedCircuit) as caught:
        qiskit_way.run(circuit)
    assert (caught.value.operation, caught.value.index) in {("if_else", 2), ("if", 2)}
    assert qiskit_way.account.requests == before
