"""A list of circuits is one job: sent side by side, answered in order, each with its own registers."""

from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister

from qrelay.azure import Workspace
from qrelay.qiskit import Provider


def flag(number: int) -> QuantumCircuit:
    """Write `number` into three bits, and its parity into a register of its own."""
    qubits, value, parity = QuantumRegister(4), ClassicalRegister(3, "value"), ClassicalRegister(1, "parity")
    circuit = QuantumCircuit(qubits, value, parity, name=f"flag-{number}")
    for bit in range(3):
        if number >> bit & 1:
            circuit.x(bit)
        circuit.cx(bit, 3)
    circuit.measure([0, 1, 2], value)
    circuit.measure(3, parity)
    return circuit


with Workspace.local() as workspace:
    backend = Provider(workspace).get_backend("rigetti.sim.qvm")
    job = backend.run([flag(number) for number in range(8)], shots=100)
    result = job.result()
    for number in range(8):
        counts = result.get_counts(number)
        print(f"{number}: {counts}")
        # Qiskit's order: the last register stands left, and in each register the highest bit does.
        assert counts == {f"{number.bit_count() % 2} {number:03b}": 100}
