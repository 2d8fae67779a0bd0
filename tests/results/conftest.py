"""Answers as the services would write them, put together from the wire's own words and from no code of ours."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from qrelay.program import Layout, Register

Bits = tuple[int, ...]


@dataclass(frozen=True)
class Device:
    """A circuit's classical side, and documents that a service would answer with for given shots.

    A shot is a tuple of bits by classical bit's index. `groups` are the circuit's registers with every bit in one
    place: a shared bit belongs to the first register that has it, bits of no register come last.
    """

    layout: Layout
    groups: tuple[tuple[str, tuple[int, ...]], ...]

    def string(self, shot: Sequence[object]) -> str:
        """Qiskit's bit string."""
        words = ["".join(str(shot[bit]) for bit in reversed(bits)) for _, bits in reversed(self.groups)]
        return " ".join(words)

    def recorded(self, shot: Sequence[object]) -> Any:
        """What a program records: registers last to first, highest bit first; one array, or a tuple of arrays."""
        arrays = [[shot[bit] for bit in reversed(bits)] for _, bits in reversed(self.groups)]
        if len(arrays) == 1:
            return arrays[0]
        return {f"Item{place}": array for place, array in enumerate(arrays, 1)}

    def display(self, shot: Sequence[object]) -> str:
        arrays = ["[" + ", ".join(str(shot[bit]) for bit in reversed(bits)) + "]" for _, bits in reversed(self.groups)]
        return arrays[0] if len(arrays) == 1 else "(" + ", ".join(arrays) + ")"

    def item(self, shots: Sequence[Sequence[object]], *, single: bool = True) -> dict[str, Any]:
        counted = Counter(map(tuple, shots))
        histogram = [
            {"Outcome": self.recorded(shot), "Display": self.display(shot), "Count": count}
            for shot, count in counted.items()
        ]
        return {"Histogram": histogram} | ({"Shots": [self.recorded(shot) for shot in shots]} if single else {})

    def v2(self, shots: Sequence[Sequence[object]], *, single: bool = True) -> bytes:
        items = [self.item(shots, single=single)]
        return json.dumps({"DataFormat": "microsoft.quantum-results.v2", "Results": items}).encode()

    def v1(self, shots: Sequence[Sequence[object]]) -> bytes:
        flat: list[Any] = []
        for shot, count in Counter(map(tuple, shots)).items():
            flat += [self.display(shot), count / len(shots)]
        return json.dumps({"Histogram": flat}).encode()

    def honeywell(self, shots: Sequence[Sequence[object]], names: Sequence[str] | None = None) -> bytes:
        document = {
            name: ["".join(str(shot[bit]) for bit in reversed(bits)) for shot in shots]
            for name, (_, bits) in zip(names or [name for name, _ in self.groups], self.groups, strict=True)
        }
        return json.dumps(document).encode()

    def qubits(self, shots: Sequence[Bits], seed: int = 0) -> list[Bits]:
        """What the qubits were in each shot. Unmeasured ones get random values: what differs in these only is one."""
        random_bits = random.Random(seed)
        states = []
        for shot in shots:
            qubits = [random_bits.getrandbits(1) for _ in range(self.layout.num_qubits)]
            for bit, qubit in enumerate(self.layout.qubits):
                if qubit >= 0:
                    qubits[qubit] = shot[bit]
            states.append(tuple(qubits))
        return states

    def ionq(self, shots: Sequence[Bits], seed: int = 0) -> bytes:
        counted = Counter(sum(value << place for place, value in enumerate(q)) for q in self.qubits(shots, seed))
        return json.dumps({"histogram": {str(key): count / len(shots) for key, count in counted.items()}}).encode()

    def qsim(self, shots: Sequence[Bits]) -> bytes:
        counted = Counter("".join(map(str, qubits)) for qubits in self.qubits(shots))
        return json.dumps({"counts": counted, "metadata": {"num_qubits": self.layout.num_qubits}}).encode()

    def qudora(self, shots: Sequence[Bits]) -> bytes:
        return json.dumps({"counts": Counter("".join(map(str, reversed(q))) for q in self.qubits(shots))}).encode()

    def braket(self, shots: Sequence[Bits], *, single: bool = True, seed: int = 0) -> bytes:
        """Qubits in an order that the answer itself tells, and of the unmeasured ones only some."""
        dice = random.Random(seed)
        needed = {qubit for qubit in self.layout.qubits if qubit >= 0}
        columns = [qubit for qubit in range(self.layout.num_qubits) if qubit in needed or dice.random() < 0.5]
        dice.shuffle(columns)
        values = [[qubits[qubit] for qubit in columns] for qubits in self.qubits(shots)]
        document: dict[str, Any] = {
            "braketSchemaHeader": {"name": "braket.task_result.gate_model_task_result", "version": "1"},
            "measurements": values if single else None,
            "measurementProbabilities": None,
            "measuredQubits": columns,
            "taskMetadata": {"id": "task", "shots": len(shots), "deviceId": "sv1"},
        }
        if not single:
            counted = Counter("".join(map(str, row)) for row in values)
            document["measurementProbabilities"] = {key: count / len(shots) for key, count in counted.items()}
        return json.dumps(document).encode()

    def document(self, format_name: str, shots: Sequence[Bits]) -> bytes:
        writers: dict[str, Callable[[Sequence[Bits]], bytes]] = {
            "microsoft.quantum-results.v2": self.v2,
            "microsoft.quantum-results.v1": self.v1,
            "honeywell.quantum-results.v1": self.honeywell,
            "ionq.quantum-results.v1": self.ionq,
            "kipu.qsim.result": self.qsim,
            "qudora.result": self.qudora,
            "braket.task_result.gate_model_task_result": self.braket,
        }
        return writers[format_name](shots)


def device(
    registers: Sequence[tuple[str, Sequence[int]]],
    *,
    num_clbits: int | None = None,
    qubits: Sequence[int] | None = None,
    num_qubits: int | None = None,
) -> Device:
    own = tuple(Register(name, tuple(bits)) for name, bits in registers)
    count = num_clbits if num_clbits is not None else max((bit for r in own for bit in r.bits), default=-1) + 1
    measured = tuple(range(count)) if qubits is None else tuple(qubits)
    wide = num_qubits if num_qubits is not None else max(measured, default=-1) + 1
    seen: set[int] = set()
    groups: list[tuple[str, tuple[int, ...]]] = []
    for register in own:
        bits: list[int] = []
        for bit in register.bits:
            if bit not in seen:
                seen.add(bit)
                bits.append(bit)
        if bits:
            groups.append((register.name, tuple(bits)))
    loose = tuple(bit for bit in range(count) if bit not in seen)
    if loose:
        groups.append(("", loose))
    return Device(Layout(count, own, measured, wide), tuple(groups))


@pytest.fixture(scope="session")
def make_device() -> Callable[..., Device]:
    return device


def _devices() -> dict[str, Device]:
    return {
        "one register": device([("c", range(5))]),
        "three registers": device([("a", range(3)), ("b", range(3, 6)), ("c", range(6, 9))]),
        "unequal registers": device([("a", [0]), ("b", range(1, 5)), ("c", [5, 6])]),
        "permuted bits": device([("a", [4, 0, 2]), ("b", [1, 5, 3])], qubits=[3, 5, 0, 4, 1, 2]),
        "fewer bits than qubits": device([("a", range(2)), ("b", [2])], qubits=[6, 1, 4], num_qubits=8),
        "shared bits": device([("a", [0, 1, 2]), ("b", [2, 3, 0, 4])]),
        "loose bits": device([("a", [1, 3])], num_clbits=6, qubits=[2, 0, 1, 5, 4, 3]),
        "all loose": device([], num_clbits=4),
        "an empty register": device([("a", [0, 1]), ("none", []), ("b", [2, 3])]),
        "ninety bits": device([("a", range(70)), ("b", range(70, 90))]),
    }


@pytest.fixture(params=sorted(_devices()))
def shape(request: pytest.FixtureRequest) -> Device:
    """Circuits' classical sides of every kind that Qiskit allows."""
    return _devices()[request.param]


@pytest.fixture(
    params=[
        "microsoft.quantum-results.v2",
        "microsoft.quantum-results.v1",
        "honeywell.quantum-results.v1",
        "ionq.quantum-results.v1",
        "kipu.qsim.result",
        "qudora.result",
        "braket.task_result.gate_model_task_result",
    ]
)
def format_name(request: pytest.FixtureRequest) -> str:
    return str(request.param)
