"""What Cirq itself says a circuit's answer is: the exact distribution of its measurement records."""

from __future__ import annotations

from collections import Counter
from typing import Any

import cirq
import numpy as np

Record = tuple[tuple[str, tuple[int, ...]], ...]
"""One repetition: for every key, in the circuit's order, the bits of all its measurements one after another."""


def exact_records(circuit: cirq.AbstractCircuit) -> dict[Record, float]:
    """Probabilities by record, from Cirq's state vector. Measurements must stand last on their qubits."""
    assert circuit.are_all_measurements_terminal()
    qubits = sorted(circuit.all_qubits())
    bare = cirq.Circuit(operation for operation in circuit.all_operations() if not cirq.is_measurement(operation))
    state = cirq.final_state_vector(bare, qubit_order=qubits, dtype=np.complex128)
    measured: dict[str, list[tuple[int, int]]] = {}
    for operation in circuit.all_operations():
        if cirq.is_measurement(operation):
            gate: Any = operation.gate
            places = [
                (qubits.index(qubit), int(flip))
                for qubit, flip in zip(operation.qubits, gate.full_invert_mask(), strict=True)
            ]
            measured.setdefault(cirq.measurement_key_name(operation), []).extend(places)
    found: dict[Record, float] = {}
    for number, amplitude in enumerate(state):
        weight = abs(amplitude) ** 2
        if weight > 1e-14:
            bits = cirq.big_endian_int_to_bits(number, bit_count=len(qubits))
            record = tuple((key, tuple(bits[at] ^ flip for at, flip in places)) for key, places in measured.items())
            found[record] = found.get(record, 0.0) + float(weight)
    return found


def counted_records(result: cirq.Result) -> Counter[Record]:
    """How often every record stands in a result."""
    keys = list(result.records)
    flat = (records.reshape(len(records), records.shape[1] * records.shape[2]) for records in result.records.values())
    rows = zip(*(records.tolist() for records in flat), strict=True)
    return Counter(tuple((key, tuple(bits)) for key, bits in zip(keys, row, strict=True)) for row in rows)
