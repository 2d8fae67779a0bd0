"""P11: every classical bit is recorded exactly once, in the documented order."""

from __future__ import annotations

from collections.abc import Callable

import cirq
import pytest
from corners import CirqWay, QiskitWay
from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister
from qiskit.circuit import Clbit


def _on(*flipped: int) -> QuantumCircuit:
    circuit = QuantumCircuit(QuantumRegister(3, "q"))
    circuit.x(flipped)
    return circuit


def _fewer() -> QuantumCircuit:
    circuit = _on(2)
    circuit.add_register(ClassicalRegister(2, "a"))
    circuit.measure([2, 1], [0, 1])
    return circuit


def _as_many() -> QuantumCircuit:
    circuit = _on(0, 2)
    circuit.add_register(ClassicalRegister(1, "a"), ClassicalRegister(2, "b"))
    circuit.measure([1, 0, 2], [0, 1, 2])
    return circuit


def _more() -> QuantumCircuit:
    circuit = _on(1)
    circuit.add_register(ClassicalRegister(4, "a"), ClassicalRegister(3, "b"))
    circuit.measure([1, 0, 1, 2, 1], [0, 2, 3, 4, 6])
    return circuit


def _unwritten() -> QuantumCircuit:
    circuit = _on(0, 1, 2)
    circuit.add_register(ClassicalRegister(4, "a"), ClassicalRegister(2, "never"), ClassicalRegister(2, "b"))
    circuit.measure([2, 0, 1], [3, 1, 6])
    return circuit


def _empty() -> QuantumCircuit:
    circuit = _on(1)
    for size, name in ((0, "e"), (2, "a"), (0, "f"), (1, "b"), (0, "g")):
        circuit.add_register(ClassicalRegister(size, name))
    circuit.measure([0, 1, 2], [0, 1, 2])
    return circuit


def _loose() -> QuantumCircuit:
    circuit = _on(0)
    circuit.add_bits([Clbit()])
    circuit.add_register(ClassicalRegister(2, "a"))
    circuit.add_bits([Clbit(), Clbit()])
    circuit.measure([1, 0, 0, 2], [0, 2, 3, 4])
    return circuit


def _only_loose() -> QuantumCircuit:
    circuit = _on(2)
    circuit.add_bits([Clbit(), Clbit(), Clbit()])
    circuit.measure([0, 2], [0, 2])
    return circuit


def _overlapping() -> QuantumCircuit:
    circuit = _on(0, 1)
    circuit.add_register(ClassicalRegister(3, "a"))
    circuit.add_register(ClassicalRegister(name="b", bits=[circuit.clbits[2], Clbit(), circuit.clbits[0]]))
    circuit.measure([0, 2, 1], [0, 1, 3])
    return circuit


_SHAPES: tuple[tuple[Callable[[], QuantumCircuit], int], ...] = (
    (_fewer, 0b01),
    (_as_many, 0b110),
    (_more, 0b1001001),
    (_unwritten, 0b01001010),
    (_empty, 0b010),
    (_loose, 0b01100),
    (_only_loose, 0b100),
    (_overlapping, 0b1001),
)
"""Circuits, and what their whole memory reads, the circuit's first bit lowest."""


def test_p11_every_bit_is_recorded_once(qiskit_way: QiskitWay) -> None:
    """Bug: bits that share a register, stand in none or are never written are lost, count twice, or shift the others
    (qbraid-qir#214, pytket-qir#206)."""
    circuits = [make() for make, _ in _SHAPES]
    result = qiskit_way.run(circuits, shots=9, memory=True).result()
    for index, (circuit, (make, memory)) in enumerate(zip(circuits, _SHAPES, strict=True)):
        data = result.data(index)
        assert {int(key, 16): count for key, count in data["counts"].items()} == {memory: 9}, make.__name__
        assert [int(shot, 16) for shot in data["memory"]] == [memory] * 9
        (text,) = result.get_counts(index)
        assert len(text.replace(" ", "")) == circuit.num_clbits


def test_p11_in_the_documented_order(qiskit_way: QiskitWay) -> None:
    """Bug: the order of registers, and of the bits in none, differs from format to format. Registers stand last to
    first, each from its highest bit down; bits in no register stand in front of all of them in an outcome, and at
    their places in Qiskit's result; registers that share bits make one word of the whole memory there."""
    job = qiskit_way.run([make() for make, _ in _SHAPES], shots=5)
    counts = [outcome.counts() for outcome in job.outcomes()]
    assert counts == [
        {text: 5}
        for text in ("01", "11 0", "100 1001", "01 00 1010", "0 10", "010 10", "100", "1 001")
    ]  # fmt: skip
    printed = job.result().get_counts()
    assert printed[1] == {"11 0": 5}
    assert printed[3] == {"01 00 1010": 5}
    assert printed[5] == {"01 10 0": 5}
    assert printed[7] == {"1001": 5}


def test_p11_cirq_s_keys_that_share_qubits_and_repeat(cirq_way: CirqWay) -> None:
    """Bug: as above, for keys: fewer or more bits than qubits, one qubit under several keys, one key several times."""
    a, b, c = cirq.LineQubit.range(3)
    circuits = [
        cirq.Circuit(cirq.X(c), cirq.measure(c, key="only")),
        cirq.Circuit(cirq.X(b), cirq.measure(a, b, c, key="all"), cirq.measure(c, b, key="again"), cirq.measure(b)),
        cirq.Circuit(cirq.X(a), cirq.measure(a, b, key="k"), cirq.measure(c, a, key="k"), cirq.measure(a, key="z")),
        cirq.Circuit(cirq.X(a), cirq.measure(b, a, key="m", invert_mask=(True, True)), cirq.measure(b, key="n")),
    ]
    found = [result for (result,) in cirq_way.sampler.run_batch(circuits, repetitions=6)]
    expected = [cirq.Simulator().run(circuit, repetitions=6) for circuit in circuits]
    assert found == expected
    assert [list(result.records) for result in found] == [list(result.records) for result in expected]
    assert found[2].records["k"][0].tolist() == [[1, 0], [0, 1]]


@pytest.mark.parametrize("size", [1, 8, 9], ids=str)
def test_p11_registers_around_the_size_of_a_byte(qiskit_way: QiskitWay, size: int) -> None:
    """Bug: answers that are packed into bytes are cut or padded at the wrong end."""
    registers = [ClassicalRegister(size, name) for name in ("low", "high")]
    circuit = QuantumCircuit(QuantumRegister(2, "q"), *registers)
    circuit.x(1)
    circuit.measure([1, 0], [registers[0][size - 1], registers[1][0]])
    circuit.measure(1, registers[1][size - 1])
    wanted = f"1{'0' * (size - 1)}"
    assert qiskit_way.counts(circuit, 7) == {f"{wanted} {wanted}": 7}
