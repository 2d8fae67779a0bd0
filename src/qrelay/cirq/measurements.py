"""Cirq's measurements as classical bits: one register for each, and what later conditions may look back at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NoReturn

import cirq

from qrelay.cirq.conditions import Record
from qrelay.program import Operation, Register
from qrelay.program.program import walk

__all__ = ["Measurements"]


class Measurements:
    """The classical side of a circuit while it is read.

    Attributes:
        registers: one for each measurement, named by its key as text; a repeated key has several.
        inverted: bits that the circuit takes for the opposite of what is measured into them.
        num_clbits: bits so far.
        records: each key's measurements so far.
        qubits: what was measured so far.
    """

    def __init__(self) -> None:
        self.registers: list[Register] = []
        self.inverted: list[int] = []
        self.num_clbits = 0
        self.records: dict[str, list[Record]] = {}
        self.qubits: set[int] = set()
        self._ways_back: list[tuple[int, int]] = []

    def add(
        self, gate: cirq.MeasurementGate, qubits: Sequence[int], refuse: Callable[[str], NoReturn]
    ) -> list[Operation]:
        """Measure the qubits, each into a bit of its own, the first into the lowest of a new register."""
        if gate.confusion_map:
            refuse("has a confusion_map, which is noise for simulators. Apply it to the results instead")
        key = gate.key
        earlier = self.records.setdefault(key, [])
        if earlier and len(earlier[0][0]) != len(qubits):
            why = f"measures {len(qubits)} qubits into the key {key!r}, which has {len(earlier[0][0])} before"
            refuse(f"{why}. Name them differently")
        bits = tuple(range(self.num_clbits, self.num_clbits + len(qubits)))
        mask = tuple(bool(flip) for flip in gate.full_invert_mask())
        earlier.append((bits, mask))
        self.num_clbits += len(bits)
        self.qubits.update(qubits)
        self.registers.append(Register(key, bits))
        self.inverted += [bit for bit, flip in zip(bits, mask, strict=True) if flip]
        return [("measure", (qubit,), (bit,)) for qubit, bit in zip(qubits, bits, strict=True)]

    def way_back(self, start: int, stop: int) -> None:
        """Remember that the operations from `start` to `stop` only lead back from an observable's basis."""
        self._ways_back.append((start, stop))

    def drop_ways_back(self, out: list[Operation], positions: list[int] | None) -> None:
        """Leave those ways back out that nothing happens to the qubits of afterwards.

        Nobody can see them then, and formats that only measure at the end can say the rest.
        """
        touched: set[int] = set()
        end = len(out)
        for start, stop in reversed(self._ways_back):
            touched.update(qubit for op in out[stop:end] for _, inner in walk(0, op) for qubit in inner[1])
            own = {qubit for _, qubits, _ in out[start:stop] for qubit in qubits}
            if own.isdisjoint(touched):
                del out[start:stop]
                if positions is not None:
                    del positions[start:stop]
            touched |= own
            end = start
