"""P01: bit and register order, for every result format and every shape of registers. Asymmetric states only."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import pytest

from qrelay.program import payload_names
from qrelay.results import decode


def _written(shape: Any, format_name: str, shots: list[tuple[int, ...]]) -> bytes:
    if format_name.startswith("honeywell"):
        return shape.honeywell(shots, payload_names(shape.layout))
    return shape.document(format_name, shots)


def test_p01_one_bit_at_every_position(shape: Any, format_name: str) -> None:
    """A register, or the bits in a register, that come back in reverse (azure-quantum-python#361)."""
    for position in range(shape.layout.num_clbits):
        shot = tuple(int(bit == position) for bit in range(shape.layout.num_clbits))
        outcome = decode(_written(shape, format_name, [shot] * 3), format_name, shape.layout, 3)
        assert outcome.counts() == {shape.string(shot): 3}
        assert outcome.int_counts() == {1 << position: 3}
        assert outcome.hex_counts() == {hex(1 << position): 3}
        for register in shape.layout.registers:
            expected = "".join(str(shot[bit]) for bit in reversed(register.bits))
            assert outcome.counts(register.name) == {expected: 3}
            assert outcome.int_counts(register.name) == {int(expected or "0", 2): 3}
            assert outcome.memory(register.name) == [expected] * 3


def test_p01_random_shots(shape: Any, format_name: str) -> None:
    """Orders that one bit alone does not tell apart: every bit of many shots against an independent count."""
    source = random.Random(f"{shape.layout}")
    states = [tuple(source.getrandbits(1) for _ in range(shape.layout.num_clbits)) for _ in range(7)]
    shots = source.choices(states, weights=range(1, 8), k=200)
    outcome = decode(_written(shape, format_name, shots), format_name, shape.layout, 200)
    assert outcome.counts() == Counter(map(shape.string, shots))
    assert list(outcome.int_counts()) == sorted(outcome.int_counts())
    assert Counter(outcome.memory()) == outcome.counts()
    if outcome.per_shot:
        assert outcome.memory() == [shape.string(shot) for shot in shots]
        assert outcome.shot_bits().tolist() == [list(shot) for shot in shots]
    for register in shape.layout.registers:
        expected = ["".join(str(shot[bit]) for bit in reversed(register.bits)) for shot in shots]
        assert outcome.counts(register.name) == Counter(expected)
        assert Counter(outcome.memory(register.name)) == outcome.counts(register.name)
        assert outcome.int_counts(register.name) == Counter(int(shot or "0", 2) for shot in expected)
        by_bit = outcome.shot_bits(register.name)
        assert by_bit.shape == (200, register.size)
        assert ["".join(map(str, reversed(row))) for row in by_bit.tolist()] == outcome.memory(register.name)


@pytest.mark.parametrize("position", range(9))
def test_p01_as_aer_writes_it(make_device: Any, format_name: str, position: int) -> None:
    """Three registers of three bits, X on one qubit: the strings are Aer's own, spaces included."""
    qiskit = pytest.importorskip("qiskit")
    aer = pytest.importorskip("qiskit_aer")
    registers = [qiskit.ClassicalRegister(3, name) for name in "abc"]
    circuit = qiskit.QuantumCircuit(qiskit.QuantumRegister(9, "q"), *registers)
    circuit.x(position)
    circuit.measure(range(9), range(9))
    expected = aer.AerSimulator().run(circuit, shots=10).result().get_counts()
    device = make_device([("a", range(3)), ("b", range(3, 6)), ("c", range(6, 9))])
    shot = tuple(int(bit == position) for bit in range(9))
    outcome = decode(device.document(format_name, [shot] * 10), format_name, device.layout, 10)
    assert outcome.counts() == expected


def test_p01_an_unwritten_bit_reads_zero(make_device: Any) -> None:
    """A classical bit that nothing was measured into shifts its neighbours (ionq's answer holds qubits, not bits)."""
    device = make_device([("a", range(3)), ("b", range(3, 5))], qubits=[2, -1, 0, -1, 1], num_qubits=3)
    for state in range(8):
        data = b'{"histogram": {"%d": 1.0}}' % state
        qubit = [state >> index & 1 for index in range(3)]
        memory = (qubit[2], 0, qubit[0], 0, qubit[1])
        assert decode(data, "ionq.quantum-results.v1", device.layout, 4).counts() == {device.string(memory): 4}
