"""What a payload's answer is, by whoever judges its format: the one place a new format has to be told of.

A payload is anything with `data`, `format` and a `layout` of `groups` (name, bits) and `qubits` (one for each bit).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from judges import exact, ionq, qir


@dataclass(frozen=True)
class Found:
    """Classical memory → probability if `is_exact`, else → number of shots."""

    weights: Mapping[int, float]
    is_exact: bool

    def fits(self, wanted: Mapping[int, float], tolerance: float = 1e-9) -> bool:
        if self.is_exact:
            return exact.same_distribution(self.weights, wanted, tolerance)
        return exact.p_value({memory: int(count) for memory, count in self.weights.items()}, wanted) > 1e-6


def distribution(payload: Any, shots: int) -> Found:
    """Run the payload outside of qrelay. `shots` are taken where the judge samples."""
    judge = _JUDGES.get(payload.format)
    if judge is None:
        raise LookupError(f"nobody judges {payload.format}: add its reader and simulator to judges/payloads.py")
    return judge(payload, shots)


def _ionq(payload: Any, shots: int) -> Found:
    found: Counter[int] = Counter()
    for state, weight in ionq.probabilities(payload.data).items():
        found[sum(((state >> qubit) & 1) << bit for bit, qubit in enumerate(payload.layout.qubits) if qubit >= 0)] += (
            weight
        )
    return Found(found, is_exact=True)


def _qir(payload: Any, shots: int) -> Found:
    """Records come group by group, the last group first, each from its highest bit down."""
    found: Counter[int] = Counter()
    for shot in qir.run(payload.data, shots):
        memory = 0
        arrays = list(shot) if isinstance(shot, tuple) else [shot]
        for (_, bits), digits in zip(reversed(payload.layout.groups), arrays, strict=True):
            for bit, digit in zip(reversed(bits), digits, strict=True):
                memory |= digit << bit
        found[memory] += 1
    return Found(found, is_exact=False)


def _openqasm2(payload: Any, shots: int) -> Found:
    """The groups stand one after the other as registers, first bit lowest."""
    from qiskit import qasm2

    order = [bit for _, bits in payload.layout.groups for bit in bits]
    circuit = qasm2.loads(payload.data.decode(), strict=True)
    found = {
        sum(((packed >> place) & 1) << bit for place, bit in enumerate(order)): weight
        for packed, weight in exact.memory_distribution(circuit).items()
    }
    return Found(found, is_exact=True)


_JUDGES: dict[str, Callable[[Any, int], Found]] = {
    "ionq.circuit.v1": _ionq,
    "qir.v1": _qir,
    "honeywell.openqasm.v1": _openqasm2,
}
