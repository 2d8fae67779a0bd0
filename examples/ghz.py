"""A GHZ state on one target in every format that it takes: the same circuit, the same counts."""

from qiskit import QuantumCircuit

from qrelay.azure import Workspace
from qrelay.qiskit import Provider

circuit = QuantumCircuit(3, 3, name="ghz")
circuit.h(0)
circuit.cx(0, 1)
circuit.cx(1, 2)
circuit.measure(range(3), range(3))

with Workspace.local() as workspace:
    backend = Provider(workspace).get_backend("quantinuum.sim.h2-1e")
    for format_name in ("qir.v1", "honeywell.openqasm.v1"):
        counts = backend.run(circuit, shots=1000, format=format_name).result().get_counts()
        print(f"{format_name:<24}{counts}")
        assert set(counts) == {"000", "111"}
        assert sum(counts.values()) == 1000
