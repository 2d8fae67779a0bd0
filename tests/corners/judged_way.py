"""The way without a service: read, written, and run by whoever judges the format. For formats that no embedded cloud
takes, and for all others beside it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import cirq
import numpy as np
from judges import cirq_branching
from judges.payloads import distribution

import qrelay
from corners.cirq_way import CirqWay
from corners.drawing import Drawing
from corners.qiskit_way import QiskitWay
from corners.way import Record, Records
from qrelay.errors import QrelayError
from qrelay.formats.payload import Payload

__all__ = ["JudgedCirqWay", "JudgedQiskitWay"]


class _Judged:
    format: str
    error: type[Exception] = QrelayError  # here qrelay's own errors come as they are

    def _open(self) -> None:
        pass

    def at_most(self, shots: int) -> int:
        return shots  # a judge takes as many as it is given

    def payload(self, circuit: Any) -> Payload:
        """A Drawing or a circuit of the framework's own, as the service would get it."""
        return qrelay.encode(self._own(circuit), self.format)  # type: ignore[attr-defined]

    def submit(self, circuits: Any, shots: int = 100, **options: Any) -> list[Records]:
        """What the judge measures. All are written before any is run, as a service would have it."""
        payloads = [self.payload(one) for one in (circuits if isinstance(circuits, list) else [circuits])]
        return [_drawn(payload, shots) for payload in payloads]

    def read(self, job: list[Records], *, partial: bool = False) -> list[Records]:
        return job


class JudgedQiskitWay(_Judged, QiskitWay):
    pass


class JudgedCirqWay(_Judged, CirqWay):
    def exact(self, drawing: Drawing) -> Mapping[Record, float]:
        circuit = self.build(drawing)
        keys = dict.fromkeys(
            str(cirq.measurement_key_obj(op)) for op in circuit.all_operations() if cirq.is_measurement(op)
        )
        found: dict[Record, float] = {}
        for records, weight in cirq_branching.distribution(circuit).items():
            by_key = dict(records)
            flat = tuple((key, tuple(bit for bits in by_key[key] for bit in bits)) for key in keys)
            found[flat] = found.get(flat, 0.0) + weight
        return found


def _drawn(payload: Payload, shots: int) -> Records:
    found = distribution(payload, shots)
    if found.is_exact:
        weights = np.array([*found.weights.values()])
        counts = np.random.default_rng(7).multinomial(shots, weights / weights.sum()).tolist()
        memories = {memory: n for memory, n in zip(found.weights, counts, strict=True) if n}
    else:
        memories = {memory: int(n) for memory, n in found.weights.items()}
    records: Records = Counter()
    assert payload.layout is not None
    for memory, count in memories.items():
        by_name: dict[str, tuple[int, ...]] = {}
        for register in payload.layout.registers:  # several of one name are a key that is measured again
            by_name[register.name] = (*by_name.get(register.name, ()), *(memory >> bit & 1 for bit in register.bits))
        records[tuple(by_name.items())] += count
    return records
