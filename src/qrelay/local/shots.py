"""From a QIR program to its shots: sampled, or made from exact probabilities as ionq.simulator makes them."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import cast

import numpy as np
import numpy.typing as npt
from qiskit import QuantumCircuit

from qrelay.local import engine
from qrelay.local.answers import LOST, Shape, Shot
from qrelay.local.paths import follow
from qrelay.local.readers.qir import Leaf, Program

__all__ = ["Loss", "exact", "run"]


_SLACK = 1e-9

Order = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Loss:
    """What honest hardware does: probabilities that a qubit is lost, and that a shot ends as an error."""

    qubit: float = 0.0
    shot: float = 0.0


@dataclass(frozen=True, slots=True)
class _Outcome:
    shape: Shape
    values: tuple[Hashable, ...]
    qubits: tuple[int, ...]  # where each value was measured; -1 for what is no measurement


def run(program: Program, shots: int, seed: int, loss: Loss) -> list[Shot]:
    """Run a program ``shots`` times; the same seed gives the same shots."""
    if program.straight:
        outcomes, order = _straight(program, shots, seed)
    else:
        outcomes, counts = [], []
        for path in follow(program, shots, seed):
            values = tuple(_value(leaf, path.results) for leaf in path.leaves)
            qubits = tuple(path.measured.get(leaf.result, -1) for leaf in path.leaves)
            outcomes.append(_Outcome(path.shape, values, qubits))
            counts.append(path.shots)
        order = np.repeat(np.arange(len(outcomes)), counts)
        np.random.default_rng(seed).shuffle(order)
    return _lossy(outcomes, order, seed, loss, program.num_qubits)


def exact(program: Program, shots: int, seed: int, loss: Loss) -> list[Shot]:
    """Shots made from the exact probability of each state of all qubits, each count rounded down.

    So 1000 shots of five qubits in even superposition give 32 times 31, which are 992, however few of the qubits are
    measured (https://github.com/microsoft/azure-quantum-python/issues/248). ``program`` is of the base
    profile: every qubit is measured at most once, and last.
    """
    circuit, shape, leaves = program.circuit()
    measured = _measured(program)
    gates = QuantumCircuit(circuit.qubits)
    for item in circuit.data:
        if item.operation.name != "measure":
            gates.append(item.operation, item.qubits)
    where = tuple(measured.get(leaf.result, -1) for leaf in leaves)
    counted: dict[tuple[Hashable, ...], int] = {}
    # 0.5 may arrive as 0.49999999999; and what cannot give one whole shot need not be looked at
    for state, share in engine.probabilities(gates, least=(1 - _SLACK) / shots - _SLACK).items():
        results = {result: state >> qubit & 1 for result, qubit in measured.items()}
        values = tuple(_value(leaf, results) for leaf in leaves)
        counted[values] = counted.get(values, 0) + int(share * shots + _SLACK)
    outcomes = [_Outcome(shape, values, where) for values in counted]
    order = np.repeat(np.arange(len(outcomes)), list(counted.values()))
    return _lossy(outcomes, order, seed, loss, program.num_qubits)


def _straight(program: Program, shots: int, seed: int) -> tuple[list[_Outcome], Order]:
    circuit, shape, leaves = program.circuit()
    bits = engine.sample(circuit, shots, seed)
    measured = _measured(program)
    columns = [leaf.result for leaf in leaves if leaf.result >= 0]
    rows, order = np.unique(bits[:, columns], axis=0, return_inverse=True)
    where = tuple(measured.get(leaf.result, -1) for leaf in leaves)
    outcomes = []
    for row in rows.tolist():
        results = dict(zip(columns, row, strict=True))
        outcomes.append(_Outcome(shape, tuple(_value(leaf, results) for leaf in leaves), where))
    return outcomes, order.reshape(-1)


def _measured(program: Program) -> dict[int, int]:
    """Result → the qubit that it was last measured from."""
    return {action.result: action.qubits[0] for _, action in program.steps() if action.kind in ("measure", "mresetz")}


def _value(leaf: Leaf, results: Mapping[int, int]) -> Hashable:
    return results.get(leaf.result, 0) if leaf.result >= 0 else cast("Hashable", leaf.value)


def _lossy(outcomes: list[_Outcome], order: Order, seed: int, loss: Loss, num_qubits: int) -> list[Shot]:
    ready = [Shot(outcome.shape, outcome.values) for outcome in outcomes]
    shots = [ready[index] for index in order.tolist()]
    if loss.qubit > 0:
        lost = np.random.default_rng([seed, 1]).random((len(shots), num_qubits)) < loss.qubit
        for number in np.flatnonzero(lost.any(axis=1)).tolist():
            outcome = outcomes[order[number]]
            values = tuple(
                LOST if qubit >= 0 and lost[number, qubit] else value
                for value, qubit in zip(outcome.values, outcome.qubits, strict=True)
            )
            shots[number] = Shot(outcome.shape, values)
    if loss.shot > 0:
        failed = np.random.default_rng([seed, 2]).random(len(shots)) < loss.shot
        for number in np.flatnonzero(failed).tolist():
            shots[number] = Shot(None)
    return shots
