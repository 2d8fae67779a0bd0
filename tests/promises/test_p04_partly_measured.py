"""P04: partly measured circuits sum up."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from corners import Drawing, QiskitWay, Way
from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister


@pytest.mark.parametrize("measured", [(0,), (2,), (3, 1), (4, 0, 2)], ids=str)
def test_p04_unmeasured_helpers_never_overwrite(way: Way, measured: tuple[int, ...]) -> None:
    """Bug: states that differ in unmeasured qubits only overwrite each other (azure-quantum-python#198, #248)."""
    turned = [("ry", 0.5 + 0.4 * qubit, qubit) for qubit in range(5)]
    drawing = Drawing(5, [*turned, ("cx", 1, 4), ("cx", 3, 0)], {"m": measured})
    job = way.submit(drawing, 2000)
    (found,) = way.read(job, partial=way.rounds_shots_down)
    (outcome,) = job.outcomes()
    assert sum(found.values()) == outcome.shots_returned == outcome.shots_usable
    assert outcome.shots_returned == 2000 or way.rounds_shots_down
    assert way.p_value(found, drawing) > 1e-6


@pytest.mark.parametrize("apart", [False, True], ids=["together", "apart"])
def test_p04_registers_of_a_few_qubits_of_many(way: Way, apart: bool) -> None:
    """Bug: as above, where what is measured stands in registers of their own."""
    measured = {"one": (5,), "two": (2, 6)} if apart else {"all": (5, 2, 6)}
    flips = [("x", 2), ("x", 6), ("h", 0), ("h", 1), ("cx", 0, 3), ("h", 4)]
    drawing = Drawing(7, flips, measured)
    assert way.records([drawing], 128) == [way.simulated(drawing, 128)]


def test_p04_bits_without_a_measurement_read_zero(qiskit_way: QiskitWay, aer: Callable[..., dict[str, int]]) -> None:
    """Bug: unwritten bits left out, so that the bits above them slip down."""
    circuit = QuantumCircuit(QuantumRegister(3, "q"), ClassicalRegister(3, "a"), ClassicalRegister(2, "b"))
    circuit.x([0, 2])
    circuit.h(1)
    circuit.measure([2, 0], [1, 4])
    assert qiskit_way.counts(circuit) == aer(circuit) == {"10 010": 100}
