"""What a payload's answer is, by whoever judges its format: the one place a new format has to be told of.

A payload is anything with `data`, `format` and a `layout` of `groups` (name, bits), `qubits` (one for each bit) and
`inverted` (bits). No payload inverts anything: `distribution` does, once, for all judges.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from judges import aqt, braket, exact, ionq, iqm, qasm, qir, qpy, quantinuum, quil


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
    found = judge(payload, shots)
    mask = sum(1 << bit for bit in payload.layout.inverted)
    return Found({memory ^ mask: weight for memory, weight in found.weights.items()}, found.is_exact)


def _of_qubits(payload: Any, states: Mapping[int, float]) -> Found:
    """What the classical bits say where the answer is about all qubits, qubit 0 least significant."""
    found: dict[int, float] = {}
    for state, weight in states.items():
        memory = sum(((state >> qubit) & 1) << bit for bit, qubit in enumerate(payload.layout.qubits) if qubit >= 0)
        found[memory] = found.get(memory, 0.0) + weight
    return Found(found, is_exact=True)


def _ionq(payload: Any, shots: int) -> Found:
    return _of_qubits(payload, ionq.probabilities(payload.data))


def _open_qasm_v2(payload: Any, shots: int) -> Found:
    """One register of bits, each measured from the qubit of its own number."""
    from qiskit import qasm2

    circuit = qasm2.loads(payload.data.decode(), strict=True)
    measured = [
        (circuit.find_bit(item.qubits[0]).index, circuit.find_bit(item.clbits[0]).index)
        for item in circuit.data
        if item.operation.name == "measure"
    ]
    if measured != [(place, place) for place in range(circuit.num_qubits)] or circuit.num_clbits != circuit.num_qubits:
        raise ValueError(f"not the identity on {circuit.num_qubits} qubits: {measured}")
    return _of_qubits(payload, exact.memory_distribution(circuit))


def _braket(payload: Any, shots: int) -> Found:
    state = braket.statevector(payload.data)
    return _of_qubits(payload, {index: abs(value) ** 2 for index, value in enumerate(state) if abs(value) > 1e-7})


def _qir(payload: Any, shots: int) -> Found:
    """By the QDK's shots. Of large straight-line modules, which it is slow with, it has a few, and they must fit what
    the calls mean."""
    groups = payload.layout.groups
    if len(payload.layout.qubits) and max(payload.layout.qubits) >= _LARGE:
        weights = qir.distribution(payload.data, groups)
        if weights is not None:
            seen = qir.memories(qir.run(payload.data, _FEW), groups)
            if exact.p_value(seen, weights) < 1e-6:
                raise ValueError(f"the QDK gives {dict(seen)}, which is not {weights}")
            return Found(weights, is_exact=True)
    return Found(qir.memories(qir.run(payload.data, shots), payload.layout.groups), is_exact=False)


_LARGE = 5
"""Highest qubit from which on one shot by the QDK takes longer than the whole state."""

_FEW = 4


def _quil(payload: Any, shots: int) -> Found:
    """Bit i is ro[i], and a row has all of them."""
    if quil.declared(payload.data) != payload.layout.num_clbits:
        raise ValueError(f"rows of {quil.declared(payload.data)} columns for {payload.layout.num_clbits} bits")
    return Found(quil.distribution(payload.data), is_exact=True)


def _iqm(payload: Any, shots: int) -> Found:
    """Each measured bit has a key of its own."""
    keys, outcomes = iqm.distribution(payload.data)
    if len(keys) != sum(qubit >= 0 for qubit in payload.layout.qubits):
        raise ValueError(f"{len(keys)} keys: {keys}")
    found: dict[int, float] = {}
    for outcome, weight in outcomes.items():
        memory = iqm.memory(keys, outcome, payload.layout.groups)
        found[memory] = found.get(memory, 0.0) + weight
    return Found(found, is_exact=True)


def _aqt(payload: Any, shots: int) -> Found:
    return _of_qubits(payload, aqt.probabilities(payload.data))


def _by_groups(payload: Any, packed: Mapping[int, float], *, is_exact: bool) -> Found:
    """Where the groups stand one after the other as registers, first bit lowest."""
    order = [bit for _, bits in payload.layout.groups for bit in bits]
    found: dict[int, float] = {}
    for memory, weight in packed.items():
        own = sum(((memory >> place) & 1) << bit for place, bit in enumerate(order))
        found[own] = found.get(own, 0) + weight
    return Found(found, is_exact)


def _openqasm2(payload: Any, shots: int) -> Found:
    packed, is_exact = qasm.outcome(qasm.openqasm2(payload.data), shots)
    return _by_groups(payload, packed, is_exact=is_exact)


def _quantinuum(payload: Any, shots: int) -> Found:
    return _by_groups(payload, quantinuum.distribution(payload.data), is_exact=True)


def _openqasm3(payload: Any, shots: int) -> Found:
    """By Qiskit where it reads the program, else by the QDK."""
    circuit = qasm.openqasm3(payload.data)
    packed, is_exact = (
        (qasm.qdk_counts(payload.data, shots), False) if circuit is None else qasm.outcome(circuit, shots)
    )
    return _by_groups(payload, packed, is_exact=is_exact)


def _qpy(payload: Any, shots: int) -> Found:
    """The groups stand one after the other as registers, first bit lowest."""
    order = [bit for _, bits in payload.layout.groups for bit in bits]
    weights, is_exact = qpy.answer(payload.data, shots)
    found = {
        sum(((packed >> place) & 1) << bit for place, bit in enumerate(order)): weight
        for packed, weight in weights.items()
    }
    return Found(found, is_exact)


_JUDGES: dict[str, Callable[[Any, int], Found]] = {
    "ionq.circuit.v1": _ionq,
    "qir.v1": _qir,
    "honeywell.openqasm.v1": _openqasm2,
    "quantinuum.openqasm.v1": _quantinuum,
    "OPEN_QASM_V3": _openqasm3,
    "OPEN_QASM_V2": _open_qasm_v2,
    "BRAKET_OPEN_QASM_V3": _braket,
    "IONQ_CIRCUIT_V1": _ionq,
    "rigetti.quil.v1": _quil,
    "IQM_JOB_INPUT_V1": _iqm,
    "AQT_JOB_INPUT_V1": _aqt,
    "QISKIT_QPY": _qpy,
}
