"""Circuits for machines that couple some pairs only: placed, routed, and the same by their answers."""

from __future__ import annotations

import dataclasses
import random

import cirq
import numpy as np
import pytest
from judges.rows import unitary

from qrelay.cirq.reader import read
from qrelay.cirq.routing import Router
from qrelay.cloud import Target
from qrelay.errors import TooManyQubits, UnsupportedCircuit
from qrelay.program import Program
from qrelay.program.operations import NOT_GATES

LINE = Target(
    id="line", provider="nobody", available=True, status="", num_qubits=6, gates=frozenset({"r", "cz"}),
    coupling=tuple((one, one + 1) for one in range(5)),
)  # fmt: skip
RING = dataclasses.replace(LINE, id="ring", coupling=(*LINE.coupling, (5, 0)), gates=frozenset({"rz", "sx", "x", "cx"}))


def memories(program: Program) -> dict[int, float]:
    """Probability of each classical memory, by the gate table's matrices."""
    gates = [op for op in program.operations if op[0] not in NOT_GATES]
    bare = dataclasses.replace(program, operations=gates, num_clbits=0, registers=(), inverted=(), positions=None)
    weights = np.abs(unitary(bare)[:, 0]) ** 2
    found: dict[int, float] = {}
    for state, weight in enumerate(weights):
        if weight > 1e-12:
            bits = program.layout.qubits
            memory = sum((state >> qubit & 1) << bit for bit, qubit in enumerate(bits) if qubit >= 0)
            found[memory] = found.get(memory, 0.0) + float(weight)
    return found


@pytest.mark.parametrize("machine", [LINE, RING], ids=lambda machine: machine.id)
@pytest.mark.parametrize("seed", range(6))
def test_a_routed_circuit_gives_the_same_answers(machine: Target, seed: int) -> None:
    """Measurements left on the qubits that held the values before the swaps."""
    rng = random.Random(seed)
    qubits = cirq.LineQubit.range(rng.randint(2, 6))
    circuit = cirq.testing.random_circuit(qubits, 6, 0.9, random_state=seed)
    circuit.append(cirq.ry(0.3 + index)(qubit) for index, qubit in enumerate(qubits))
    circuit.append(cirq.measure(*rng.sample(qubits, len(qubits) - 1), key="m"))
    program = read(circuit)
    placed = Router(machine).place(program)
    assert placed.num_qubits == 6
    pairs = {frozenset(pair) for pair in machine.coupling or ()}
    assert all(len(qubits) < 2 or frozenset(qubits) in pairs for _, qubits, _ in placed.operations)
    wanted, found = memories(program), memories(placed)
    assert wanted.keys() | found.keys() == {key for key in wanted if abs(wanted[key] - found.get(key, 0)) < 1e-9}


def test_a_refusal_names_the_operation() -> None:
    """The order of a measurement and of what depends on it, changed by the router."""
    one, two = cirq.LineQubit.range(2)
    circuit = cirq.Circuit(cirq.measure(one, key="a"), cirq.X(two).with_classical_controls("a"))
    with pytest.raises(UnsupportedCircuit, match="routed") as refused:
        Router(LINE).place(read(circuit))
    assert refused.value.index == 1


def test_a_machine_that_is_too_small() -> None:
    with pytest.raises(TooManyQubits):
        Router(LINE).place(read(cirq.Circuit(cirq.measure(cirq.LineQubit.range(7), key="m"))))


def test_where_all_pairs_are_coupled_nothing_moves() -> None:
    program = read(cirq.Circuit(cirq.measure(cirq.LineQubit.range(3), key="m")))
    assert Router(dataclasses.replace(LINE, coupling=None)).place(program) is program
