"""Qiskit on the Kipu Quantum Hub: one circuit on four families of backends, three formats, one way to call them."""

from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister

from qrelay.kipu import Hub
from qrelay.qiskit import Provider

# Registers of unequal length, measured crosswise: whoever turns bits round on the way gives another answer.
qubits, a, b = QuantumRegister(3), ClassicalRegister(2, "a"), ClassicalRegister(1, "b")
circuit = QuantumCircuit(qubits, a, b, name="crosswise")
circuit.x(0)
circuit.measure([2, 0, 1], [0, 1, 2])

with Hub.local() as hub:
    provider = Provider(hub)
    for name in ("kipu.sim.qsim", "qudora.sim.xg1", "azure.ionq.simulator", "aws.sim.sv1"):
        job = provider.get_backend(name).run(circuit, shots=1000)
        counts = job.result().get_counts()
        print(f"{name:<22}{job.cloud_job.record.input_format:<22}{counts}")
        assert counts == {"0 10": 1000}
