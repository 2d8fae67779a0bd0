"""P15: barriers, delays and identities never break a target."""

from __future__ import annotations

import cirq
import pytest
from corners import CirqWay, QiskitWay
from qiskit import QuantumCircuit


def _idle(where: str) -> QuantumCircuit:
    circuit = QuantumCircuit(3, 3)
    circuit.x(0)
    if where == "barriers":
        circuit.barrier()
        circuit.cx(0, 2)
        circuit.barrier(2, 0)
    elif where == "delays":
        circuit.delay(100, 2, "ns")
        circuit.cx(0, 2)
        circuit.delay(16, 1, "dt")
        circuit.delay(1.5, 0, "us")
    elif where == "identities":
        circuit.id(1)
        circuit.cx(0, 2)
        circuit.id(0)
    elif where == "between measurements":
        circuit.measure(0, 0)
        circuit.barrier()
        circuit.delay(10, 0, "ns")
        circuit.x(2)
        circuit.barrier(0, 1, 2)
        circuit.id(1)
    circuit.measure([2, 1], [1, 2])
    if where != "between measurements":
        circuit.measure(0, 0)
    circuit.barrier()
    circuit.delay(10, 1, "ns")
    return circuit


_PLACES = ("barriers", "delays", "identities", "between measurements")


@pytest.mark.parametrize("level", [None, 1], ids=["as it is", "transpiled"])
def test_p15_barriers_delays_and_identities(qiskit_way: QiskitWay, level: int | None) -> None:
    """Bug: a target that fails on what does nothing (azure-quantum-python#744)."""
    found = qiskit_way.run([_idle(where) for where in _PLACES], shots=15, optimization_level=level).result()
    assert found.get_counts() == [{"011": 15}] * 4


def test_p15_cirq_s_waits_and_identities(cirq_way: CirqWay) -> None:
    """Bug: as above."""
    a, b, c = cirq.LineQubit.range(3)
    circuits = [
        cirq.Circuit(cirq.X(a), cirq.wait(a, b, c, nanos=100), cirq.CX(a, c), cirq.measure(a, b, c, key="m")),
        cirq.Circuit(cirq.X(a), cirq.I(b), cirq.IdentityGate(3)(c, a, b), cirq.measure(a, b, c, key="m")),
        cirq.Circuit(cirq.X(a), cirq.measure(a, key="a"), cirq.wait(b, picos=5), cirq.X(c), cirq.measure(c, b)),
    ]  # fmt: skip
    found = cirq_way.records(circuits, 15)
    assert found == [cirq_way.simulated(circuit, 15) for circuit in circuits]
