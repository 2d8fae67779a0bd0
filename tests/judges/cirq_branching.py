"""Exact distributions of Cirq circuits that decide, measure midway or reset: every branch followed, with its weight.

Operations are applied by Cirq's own matrices, or as Cirq takes them apart; conditions are resolved by Cirq itself, on a
store of what was measured in that branch.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import cirq
import numpy as np
from numpy.typing import NDArray

from judges.cirq_answers import Records

_LEAST = 1e-13


@dataclass(frozen=True)
class _Branch:
    """One course of events; `state` is not normalised, one axis for each qubit."""

    records: tuple[tuple[str, tuple[int, ...]], ...]
    state: NDArray[np.complex128]

    @property
    def weight(self) -> float:
        return float(np.vdot(self.state, self.state).real)

    def store(self) -> cirq.ClassicalDataDictionaryStore:
        store = cirq.ClassicalDataDictionaryStore()
        for key, bits in self.records:
            where = cirq.LineQubit.range(len(bits))
            store.record_measurement(cirq.MeasurementKey.parse_serialized(key), bits, where)
        return store

    def grouped(self) -> Records:
        by_key: dict[str, list[tuple[int, ...]]] = {}
        for key, bits in self.records:
            by_key.setdefault(key, []).append(bits)
        return tuple((key, tuple(instances)) for key, instances in sorted(by_key.items()))


def distribution(circuit: cirq.AbstractCircuit) -> dict[Records, float]:
    """Records → probability."""
    qubits = sorted(circuit.all_qubits())
    axes = {qubit: axis for axis, qubit in enumerate(qubits)}
    state = np.zeros((2,) * len(qubits), dtype=np.complex128)
    state[(0,) * len(qubits)] = 1
    found: dict[Records, float] = {}
    for branch in _all(circuit.all_operations(), [_Branch((), state)], axes):
        records = branch.grouped()
        found[records] = found.get(records, 0.0) + branch.weight
    return found


def _all(ops: Iterable[cirq.Operation], branches: list[_Branch], axes: dict[cirq.Qid, int]) -> list[_Branch]:
    for op in ops:
        branches = [one for one in _step(op, branches, axes) if one.weight >= _LEAST]
    return branches


def _step(op: cirq.Operation, branches: list[_Branch], axes: dict[cirq.Qid, int]) -> list[_Branch]:
    op = op.untagged
    if isinstance(op, cirq.ClassicallyControlledOperation):
        found = []
        for branch in branches:
            holds = all(condition.resolve(branch.store()) for condition in op.classical_controls)
            found += _step(op.without_classical_controls(), [branch], axes) if holds else [branch]
        return found
    if isinstance(op, cirq.CircuitOperation):
        return _all(op.mapped_circuit(deep=True).all_operations(), branches, axes)
    where = [axes[qubit] for qubit in op.qubits]
    gate: Any = op.gate
    if isinstance(gate, cirq.MeasurementGate):
        assert not gate.confusion_map
        return [
            replace(one, records=(*one.records, (gate.key, bits)))
            for one, values in _measured(branches, where)
            for bits in [tuple(v ^ int(flip) for v, flip in zip(values, gate.full_invert_mask(), strict=True))]
        ]
    if isinstance(gate, cirq.ResetChannel):
        return [_flipped(one, where[0]) if values[0] else one for one, values in _measured(branches, where)]
    matrix = cirq.unitary(op, None) if len(where) <= 6 else None
    if matrix is None:
        return _all(cirq.decompose_once(op), branches, axes)
    return [replace(branch, state=_apply(branch.state, matrix, where)) for branch in branches]


def _measured(branches: list[_Branch], where: list[int]) -> list[tuple[_Branch, tuple[int, ...]]]:
    found: list[tuple[_Branch, tuple[int, ...]]] = [(branch, ()) for branch in branches]
    for axis in where:
        found = [
            (one, (*values, bit))
            for branch, values in found
            for bit in (0, 1)
            for one in [_projected(branch, axis, bit)]
        ]
    return [(one, values) for one, values in found if one.weight >= _LEAST]


def _projected(branch: _Branch, axis: int, bit: int) -> _Branch:
    state = branch.state.copy()
    state[(slice(None),) * axis + (1 - bit,)] = 0
    return replace(branch, state=state)


def _flipped(branch: _Branch, axis: int) -> _Branch:
    return replace(branch, state=np.flip(branch.state, axis))


def _apply(state: NDArray[np.complex128], matrix: NDArray[np.complex128], where: list[int]) -> NDArray[np.complex128]:
    size = len(where)
    if not size:
        return state * matrix.reshape(-1)[0]
    moved = np.tensordot(matrix.reshape((2,) * (2 * size)), state, axes=(range(size, 2 * size), where))
    return np.moveaxis(moved, range(size), where)
