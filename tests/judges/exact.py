"""What Qiskit itself says a circuit's answer is, and how well a sample fits that."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy.stats import chi2


def memory_distribution(circuit: Any) -> dict[int, float]:
    """Exact distribution of the classical memory of a circuit; bit 0 least significant."""
    from judges import branching

    if not measures_last(circuit):
        return branching.memory_distribution(circuit)
    from qiskit import QuantumCircuit
    from qiskit.quantum_info import Statevector

    bare = QuantumCircuit(circuit.qubits, global_phase=circuit.global_phase)
    source: dict[int, int] = {}
    for instruction in circuit.data:
        if instruction.name == "measure":
            bit = circuit.find_bit(instruction.clbits[0]).index
            source[bit] = circuit.find_bit(instruction.qubits[0]).index
        elif instruction.name not in ("barrier", "delay"):
            bare.append(instruction.operation, instruction.qubits)
    weights = Statevector(bare).probabilities()
    distribution: dict[int, float] = {}
    for state, weight in enumerate(weights):
        if weight > 1e-14:
            memory = sum(((state >> qubit) & 1) << bit for bit, qubit in source.items())
            distribution[memory] = distribution.get(memory, 0.0) + float(weight)
    return distribution


def measures_last(circuit: Any) -> bool:
    """Whether it consists of gates, and measurements that nothing comes behind on their qubits."""
    from qiskit.circuit import Gate

    measured = set()
    for instruction in circuit.data:
        if instruction.name == "measure":
            measured.add(instruction.qubits[0])
        elif instruction.name not in ("barrier", "delay") and (
            not isinstance(instruction.operation, Gate) or not measured.isdisjoint(instruction.qubits)
        ):
            return False
        if getattr(instruction, "condition", None) is not None:
            return False
    return True


def qiskit_string(circuit: Any, memory: int) -> str:
    """The memory as Qiskit prints it, for circuits whose registers hold every bit once and in order."""
    parts, start = [], 0
    for register in circuit.cregs:
        parts.append(format((memory >> start) & ((1 << register.size) - 1), f"0{register.size}b"))
        start += register.size
    return " ".join(reversed(parts))


def p_value(counts: Mapping[Any, int], expected: Mapping[Any, float]) -> float:
    """Chi-square goodness of fit; bins below five expected shots are pooled, with the next if need be.

    0 for an impossible outcome.
    """
    shots = sum(counts.values())
    if any(expected.get(outcome, 0.0) < 1e-9 for outcome in counts):
        return 0.0
    bins: list[tuple[float, float]] = []
    pooled_seen = pooled_wanted = 0.0
    for outcome, probability in expected.items():
        seen, wanted = counts.get(outcome, 0), probability * shots
        if wanted < 5:
            pooled_seen, pooled_wanted = pooled_seen + seen, pooled_wanted + wanted
        else:
            bins.append((seen, wanted))
    if 0 < pooled_wanted < 5 and bins:  # alone it would be no normal deviate, and refuse good luck
        bins.sort(key=lambda one: one[1])
        bins[0] = (bins[0][0] + pooled_seen, bins[0][1] + pooled_wanted)
    elif pooled_wanted > 0:
        bins.append((pooled_seen, pooled_wanted))
    if len(bins) < 2:
        return 1.0
    statistic = sum((seen - wanted) ** 2 / wanted for seen, wanted in bins)
    return float(chi2.sf(statistic, len(bins) - 1))


def same_distribution(one: Mapping[Any, float], other: Mapping[Any, float], tolerance: float = 1e-9) -> bool:
    return all(abs(one.get(key, 0.0) - other.get(key, 0.0)) < tolerance for key in {*one, *other})


def random_unitary_circuit(seed: int, num_qubits: int, depth: int, names: list[str]) -> Any:
    """A circuit of named standard gates on random qubits with random angles."""
    from qiskit import QuantumCircuit
    from qiskit.circuit.library import C4XGate, get_standard_gate_name_mapping

    table = {**get_standard_gate_name_mapping(), "c4x": C4XGate()}
    rng = np.random.default_rng(seed)
    circuit = QuantumCircuit(num_qubits)
    for _ in range(depth):
        gate = table[names[rng.integers(len(names))]]
        if gate.num_qubits > num_qubits:
            continue
        if gate.params:
            gate = gate.base_class(*(float(angle) for angle in rng.uniform(-3, 3, len(gate.params))))
        circuit.append(gate, [int(q) for q in rng.permutation(num_qubits)[: gate.num_qubits]])
    return circuit
