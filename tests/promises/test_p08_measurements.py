"""P08: no measurement is lost; what a format cannot say is refused before upload."""

from __future__ import annotations

from collections.abc import Callable

import cirq
import pytest
from corners import CirqWay, Drawing, QiskitWay, Way, record
from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister
from qiskit.exceptions import QiskitError

from qrelay.errors import UnsupportedCircuit

Aer = Callable[..., dict[str, int]]
Told = Callable[[str, object], None]


def test_p08_one_qubit_into_two_bits(way: Way) -> None:
    """Bug: the second measurement of a qubit replaces the first, whose bit then reads 0 (qBraid#1313)."""
    drawings = [
        Drawing(3, [("x", 0)], {"a": (0, 2), "b": (1, 0)}),
        Drawing(3, [("x", 2), ("cx", 2, 1)], {"a": (2,), "b": (2, 0, 1), "c": (1,), "d": (2,)}),
    ]
    found = way.records(drawings)
    assert found == [way.simulated(drawing, 100) for drawing in drawings]
    assert found == [{record(a="10", b="01"): 100}, {record(a="1", b="101", c="1", d="1"): 100}]


def test_p08_measured_before_other_qubits_are_done(way: Way) -> None:
    """Bug: only measurements at the circuit's very end are kept."""
    gates = [("x", 0), ("measure", "early"), ("x", 1), ("cx", 1, 2), ("measure", "late"), ("x", 3)]
    drawing = Drawing(4, gates, {"early": (0,), "late": (2, 1), "last": (3,)})
    assert way.records([drawing]) == [way.simulated(drawing, 100)] == [{record(early="1", late="11", last="1"): 100}]


def test_p08_a_qubit_used_after_its_measurement(way: Way, record_property: Told) -> None:
    """Bug: the measurement slips to the end, past the gate behind it. Right, or refused before any request."""
    drawing = Drawing(1, [("x", 0), ("measure", "a"), ("x", 0)], {"a": (0,), "b": (0,)})
    if way.can("midway"):
        assert way.records([drawing]) == [way.simulated(drawing, 100)] == [{record(a="1", b="0"): 100}]
        return
    assert _refusal(way, drawing) == ("x", 2)
    record_property("refused", "midway")


def test_p08_a_condition_is_right_or_refused(way: Way, record_property: Told) -> None:
    """Bug: a guarded gate applied without its guard, or left out."""
    measured = {"guard": (0,), "rest": (2, 1)}
    taken = Drawing(3, [("x", 0), ("measure", "guard"), ("if", "guard", "x", 1)], measured)
    passed = Drawing(3, [("h", 2), ("h", 2), ("measure", "guard"), ("if", "guard", "x", 1)], measured)
    if way.can("if"):
        found = way.records([taken, passed])
        assert found == [way.simulated(drawing, 100) for drawing in (taken, passed)]
        assert found == [{record(guard="1", rest="01"): 100}, {record(guard="0", rest="00"): 100}]
        return
    name, index = _refusal(way, taken)
    assert (name.split("_")[0], index) == ("if", 2)
    record_property("refused", "if")


@pytest.mark.parametrize("place", [0, 2], ids=["alone", "in a list"])
def test_p08_a_circuit_that_measures_nothing_is_refused(way: Way, place: int) -> None:
    """Bug: a paid job without an answer, or an answer of zeros."""
    circuits = [Drawing(1, [("h", 0)], {"m": (0,)})] * place + [Drawing(2, [("h", 0), ("cx", 0, 1)], {})]
    before = way.account.requests
    with pytest.raises(UnsupportedCircuit, match="measure"):
        way.submit(circuits if place else circuits[0])
    assert way.account.requests == before


def _refusal(way: Way, drawing: Drawing) -> tuple[str, int]:
    """The operation that a way refuses, and its index; no request is made for it."""
    before = way.account.requests
    with pytest.raises(UnsupportedCircuit) as caught:
        way.submit(drawing)
    assert way.account.requests == before
    assert isinstance(caught.value, QiskitError) == isinstance(way, QiskitWay)
    assert caught.value.operation is not None
    assert caught.value.index is not None
    return caught.value.operation, caught.value.index


def test_p08_two_qubits_into_one_bit_the_last_one_counts(qiskit_way: QiskitWay, aer: Aer) -> None:
    """Bug: the first measurement into a bit wins."""
    circuit = QuantumCircuit(2, 1)
    circuit.x(1)
    circuit.measure(0, 0)
    circuit.measure(1, 0)
    assert qiskit_way.counts(circuit) == aer(circuit) == {"1": 100}


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


def test_p08_bits_alone_are_no_measurement(qiskit_way: QiskitWay) -> None:
    """Bug: a circuit with classical bits taken for one that measures."""
    circuit = QuantumCircuit(1, 1)
    circuit.h(0)
    before = qiskit_way.account.requests
    with pytest.raises(UnsupportedCircuit, match="measure"):
        qiskit_way.run(circuit)
    assert qiskit_way.account.requests == before


def test_p08_control_flow_is_right_or_refused_by_name_and_index(qiskit_way: QiskitWay, record_property: Told) -> None:
    """Bug: a guarded gate applied without its guard, or left out."""
    circuit = QuantumCircuit(2, 2)
    circuit.h(1)
    circuit.measure(0, 0)
    with circuit.if_test((circuit.clbits[0], 1)):
        circuit.x(1)
    circuit.measure(1, 1)
    if qiskit_way.can("if", "bit"):
        assert set(qiskit_way.counts(circuit)) == {"00", "10"}
        return
    before = qiskit_way.account.requests
    with pytest.raises(UnsupportedCircuit) as caught:
        qiskit_way.run(circuit)
    assert (caught.value.operation, caught.value.index) in {("if_else", 2), ("if", 2)}
    assert qiskit_way.account.requests == before
    record_property("refused", "if")


def test_p08_a_guard_the_format_can_say_is_right_with_gates_outside_the_target_s(
    qiskit_way: QiskitWay, record_property: Told
) -> None:
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
    if qiskit_way.can("if"):
        assert qiskit_way.counts(circuit) == {"10 1": 100}  # x on 1, cx(1, 2), cx(2, 1)
        return
    before = qiskit_way.account.requests
    with pytest.raises(UnsupportedCircuit) as caught:
        qiskit_way.run(circuit)
    assert (caught.value.operation, caught.value.index) in {("if_else", 2), ("if", 2)}
    assert qiskit_way.account.requests == before
    record_property("refused", "if")


def test_p08_a_key_that_is_measured_again(cirq_way: CirqWay, record_property: Told) -> None:
    """Bug: a repeated key that keeps one of its measurements only. Right, or refused before any request."""
    qubit, other = cirq.LineQubit.range(2)
    apart = cirq.Circuit(cirq.X(qubit), cirq.measure(qubit, key="k"), cirq.measure(other, key="k"))
    again = apart + cirq.Circuit(cirq.X(qubit), cirq.measure(qubit, key="k"))
    result = cirq_way.sampler.run(apart, repetitions=9)
    assert result.records["k"].tolist() == [[[1], [0]]] * 9
    assert result == cirq.Simulator().run(apart, repetitions=9)
    if cirq_way.can("midway"):
        result = cirq_way.sampler.run(again, repetitions=9)
        assert result.records["k"].tolist() == [[[1], [0], [0]]] * 9
        return
    before = cirq_way.account.requests
    with pytest.raises(UnsupportedCircuit) as caught:
        cirq_way.sampler.run(again, repetitions=9)
    assert (caught.value.operation, caught.value.index) == ("x", 3)
    assert cirq_way.account.requests == before
    record_property("refused", "midway")
