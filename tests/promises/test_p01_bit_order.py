"""P01: bits and registers come back where the framework's own simulator has them, on every way."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from corners import Drawing, QiskitWay, Way, record
from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister

Aer = Callable[..., dict[str, int]]

STRAIGHT = {"a": (0, 1, 2), "b": (3, 4, 5), "c": (6, 7, 8)}
PERMUTED = {"a": (7, 6, 1), "b": (5, 8, 2), "c": (0, 4, 3)}


def test_p01_x_on_one_of_nine_qubits(way: Way) -> None:
    """Bug: registers reversed, bits of a register reversed, or both (azure-quantum-python#361, qBraid#1304).

    A single excited qubit gives a different answer in each of the nine places, so no reversal can hide.
    """
    drawings = [Drawing(9, [("x", flipped)], STRAIGHT) for flipped in range(9)]
    found = way.records(drawings, 20)
    assert found == [way.simulated(drawing, 20) for drawing in drawings]
    assert found[0] == {record(a="100", b="000", c="000"): 20}
    assert found[5] == {record(a="000", b="001", c="000"): 20}


def test_p01_permuted_measurement(way: Way) -> None:
    """Bug: bits taken in the order of qubits, which an identity measurement map hides."""
    drawings = [Drawing(9, [("x", flipped)], PERMUTED) for flipped in range(9)]
    found = way.records(drawings, 20)
    assert found == [way.simulated(drawing, 20) for drawing in drawings]
    assert found[8] == {record(a="000", b="010", c="000"): 20}


def test_p01_strings_as_qiskit_prints_them(qiskit_way: QiskitWay, aer: Aer) -> None:
    """Bug: the above, or spaces that are missing, too many or at the wrong places."""
    circuits = [qiskit_way.build(Drawing(9, [("x", flipped)], PERMUTED)) for flipped in range(9)]
    found = qiskit_way.run(circuits, shots=20).result().get_counts()
    assert found == [aer(circuit, 20) for circuit in circuits]
    assert found[7] == {"000 000 001": 20}


@pytest.mark.parametrize("sizes", [(1, 3, 2), (4, 1), (2, 1, 1, 3)], ids=str)
def test_p01_unequal_registers_in_an_asymmetric_state(way: Way, sizes: tuple[int, ...]) -> None:
    """Bug: registers cut at the wrong places when their sizes differ. No two qubits have the same angle."""
    count = sum(sizes)
    order = iter([count - 1, *range(count - 1)])
    measured = {f"r{index}": [next(order) for _ in range(size)] for index, size in enumerate(sizes)}
    turned = [("ry", 0.4 + 0.37 * qubit, qubit) for qubit in range(count)]
    way.assert_fits(Drawing(count, [*turned, ("cx", 0, count - 1)], measured), 4000)


def test_p01_the_order_of_add_register_counts_not_that_of_measuring(qiskit_way: QiskitWay, aer: Aer) -> None:
    """Bug: registers ordered by their first measurement."""
    circuit = QuantumCircuit(QuantumRegister(3, "q"), ClassicalRegister(1, "z"), ClassicalRegister(2, "a"))
    circuit.x(0)
    circuit.measure(0, 2)
    circuit.measure(1, 1)
    circuit.measure(2, 0)
    assert qiskit_way.counts(circuit) == aer(circuit) == {"10 0": 100}
