"""What Cirq itself says a circuit's matrix and answers are, in the order of bits that the payloads' judges use."""

from __future__ import annotations

from collections import Counter
from typing import Any, TypeAlias

import cirq
import numpy as np

Records: TypeAlias = tuple[tuple[str, tuple[tuple[int, ...], ...]], ...]
"""One shot: each key with its measurements in their order, sorted by key."""


def matrix(circuit: cirq.AbstractCircuit) -> np.ndarray[Any, Any]:
    """Cirq's unitary, turned so that the first qubit is the least significant."""
    return little_endian(circuit.unitary(dtype=np.complex128))


def little_endian(whole: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    count = int(whole.shape[0]).bit_length() - 1
    axes = [*range(count - 1, -1, -1), *range(2 * count - 1, count - 1, -1)]
    return whole.reshape((2,) * (2 * count)).transpose(axes).reshape(whole.shape)


def sampled(circuit: cirq.AbstractCircuit, shots: int, seed: int = 11) -> Counter[Records]:
    """Counts of cirq.Simulator."""
    result = cirq.Simulator(seed=seed, dtype=np.complex128).run(circuit, repetitions=shots)
    found: Counter[Records] = Counter()
    for shot in range(shots):
        found[
            tuple(
                (key, tuple(tuple(map(int, bits)) for bits in instances[shot]))
                for key, instances in sorted(result.records.items())
            )
        ] += 1
    return found


def distribution(circuit: cirq.AbstractCircuit) -> dict[Records, float]:
    """Exact, for a circuit whose measurements come last, from Cirq's final state."""
    qubits = sorted(circuit.all_qubits())
    place = {qubit: index for index, qubit in enumerate(qubits)}
    measurements = [op for op in circuit.all_operations() if cirq.is_measurement(op)]
    gates = cirq.Circuit(op for op in circuit.all_operations() if not cirq.is_measurement(op))
    state = gates.final_state_vector(qubit_order=qubits, dtype=np.complex128)
    found: dict[Records, float] = {}
    for index, amplitude in enumerate(state):
        weight = float(abs(amplitude) ** 2)
        if weight < 1e-14:
            continue
        values = cirq.big_endian_int_to_bits(index, bit_count=len(qubits))
        by_key: dict[str, list[tuple[int, ...]]] = {}
        for op in measurements:
            gate = op.gate
            assert isinstance(gate, cirq.MeasurementGate)
            bits = zip(op.qubits, gate.full_invert_mask(), strict=True)
            by_key.setdefault(gate.key, []).append(tuple(values[place[q]] ^ int(flip) for q, flip in bits))
        records = tuple((key, tuple(instances)) for key, instances in sorted(by_key.items()))
        found[records] = found.get(records, 0.0) + weight
    return found


def records(layout: Any, memory: int) -> Records:
    """What a classical memory, inverted bits turned round, means as Cirq's records."""
    by_key: dict[str, list[tuple[int, ...]]] = {}
    for register in layout.registers:
        by_key.setdefault(register.name, []).append(tuple(memory >> bit & 1 for bit in register.bits))
    return tuple((key, tuple(instances)) for key, instances in sorted(by_key.items()))
