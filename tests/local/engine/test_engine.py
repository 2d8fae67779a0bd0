"""The simulator: wide circuits, exact answers, honest refusals, one seed one answer."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import numpy as np
import pytest
from qiskit import QuantumCircuit

from qrelay.local import engine
from qrelay.local.execution import ExecutionRefused


def scattered(seed: int, width: int, gates: int) -> QuantumCircuit:
    draw = random.Random(seed)
    circuit = QuantumCircuit(width)
    for _ in range(gates):
        a, b, c = draw.sample(range(width), 3)
        circuit.ry(draw.uniform(0, 3), a)
        circuit.cx(a, b)
        circuit.ccx(b, c, a)
        circuit.rzz(draw.uniform(0, 3), c, a)
    return circuit


@pytest.mark.parametrize("seed", range(4))
def test_matrix_product_states_agree_with_state_vectors(seed: int, monkeypatch: Any, same: Any, exactly: Any) -> None:
    """Qubits that the tensor network moved are not moved back, or an outcome lost from the tree."""
    circuit = scattered(seed, 6, 5)
    expected = exactly(circuit)
    monkeypatch.setattr(engine, "DENSE_QUBITS", 1)
    assert engine._method(circuit) == "matrix_product_state"
    same(engine.probabilities(circuit), expected)


def test_wide_and_lightly_entangled(fits: Any) -> None:
    """A circuit on more qubits than a state vector holds refused, or answered from too few of them."""
    circuit = QuantumCircuit(40, 40)
    circuit.ry(1.0, 39)
    for qubit in range(39, 0, -1):
        circuit.cx(qubit, qubit - 1)
    circuit.t(3)
    one = float(np.sin(0.5) ** 2)
    found = engine.probabilities(circuit)
    assert found == {0: pytest.approx(1 - one), (1 << 40) - 1: pytest.approx(one)}
    circuit.measure(range(40), range(40))
    rows = engine.sample(circuit, 1000, seed=3)
    assert rows.shape == (1000, 40)
    fits(Counter(map(tuple, rows.tolist())), {(0,) * 40: 1 - one, (1,) * 40: one})


def test_a_few_qubits_of_a_wide_machine_are_entangled_among_themselves_only(fits: Any) -> None:
    """Five qubits of 108, with a rotation on each of the others, refused as if all of them were entangled."""
    places = [3, 20, 50, 77, 104]
    narrow, wide = QuantumCircuit(5, 5), QuantumCircuit(108, 5)
    for draw in range(30):
        one, other = draw % 5, (draw * 3 + 1) % 5
        for circuit, where in ((narrow, list(range(5))), (wide, places)):
            circuit.rx(0.3 + draw, where[one])
            if one != other:
                circuit.rzz(0.2 + draw, where[one], where[other])
    for idle in set(range(108)) - set(places):
        wide.rz(0.0, idle)
    expected = engine.probabilities(narrow)
    wide.measure(places, range(5))
    rows = engine.sample(wide, 2000, seed=5)
    found = Counter(sum(int(bit) << place for place, bit in enumerate(row)) for row in rows.tolist())
    fits(found, expected)


def test_wide_clifford_circuits_with_measurements_in_the_middle() -> None:
    """56 qubits of stabilizer code."""
    circuit = QuantumCircuit(56, 57)
    circuit.h(0)
    for qubit in range(55):
        circuit.cx(qubit, qubit + 1)
    circuit.measure(55, 56)
    circuit.reset(55)
    circuit.measure(range(56), range(56))
    rows = engine.sample(circuit, 200, seed=1)
    assert set(rows[:, 55].tolist()) == {0}
    assert set(rows.sum(axis=1).tolist()) == {0, 56}  # 55 qubits and the kept bit agree


def test_what_is_too_entangled_is_refused(monkeypatch: Any) -> None:
    """A truncated state sold as an exact one."""
    monkeypatch.setattr(engine, "DENSE_QUBITS", 1)
    monkeypatch.setattr(engine, "_MAX_ENTANGLED", 2)
    circuit = scattered(1, 8, 30)
    with pytest.raises(ExecutionRefused, match="too entangled") as caught:
        engine.probabilities(circuit)
    assert caught.value.code == "CompilationError"
    circuit.measure_all()
    with pytest.raises(ExecutionRefused, match="too entangled"):
        engine.sample(circuit, 10, seed=0)


@pytest.mark.parametrize("dense", [26, 1])
def test_too_many_outcomes_are_refused(dense: int, monkeypatch: Any) -> None:
    """An answer of gigabytes."""
    monkeypatch.setattr(engine, "DENSE_QUBITS", dense)
    monkeypatch.setattr(engine, "_MAX_OUTCOMES", 100)
    circuit = QuantumCircuit(7)
    circuit.h(range(7))
    assert engine._method(circuit) == ("statevector" if dense == 26 else "matrix_product_state")
    with pytest.raises(ExecutionRefused, match="more than 100 outcomes"):
        engine.probabilities(circuit)


def test_bits_that_are_never_written_are_zero() -> None:
    """Columns moved together where bits are unused."""
    circuit = QuantumCircuit(3, 70)
    circuit.x([0, 2])
    circuit.measure([2, 1, 0], [69, 5, 8])
    rows = engine.sample(circuit, 3, seed=0)
    assert rows.shape == (3, 70)
    assert np.flatnonzero(rows[1]).tolist() == [8, 69]


def test_nothing_to_measure() -> None:
    """A program without classical bits."""
    assert engine.sample(QuantumCircuit(2), 4, seed=0).shape == (4, 0)


def test_shots_are_drawn_by_the_seed() -> None:
    """Draws that depend on the clock or on the number of processors."""
    circuit = QuantumCircuit(3, 3)
    circuit.h(range(3))
    circuit.measure(range(3), range(3))
    circuit.h(0)
    circuit.measure(0, 0)
    one, again, other = (engine.sample(circuit, 64, seed=seed) for seed in (2**63 + 5, 2**63 + 5, 6))
    assert (one == again).all()
    assert (one != other).any()
