"""Answers as the services would write them, put together from the wire's own words and from no code of ours."""

from __future__ import annotations

import base64
import io
import json
import random
import zlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
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

    def rigetti(self, shots: Sequence[Bits]) -> bytes:
        return json.dumps({"ro": [list(shot) for shot in shots]}).encode()

    def pasqal(self, shots: Sequence[Bits]) -> bytes:
        return json.dumps({"counter": Counter("".join(map(str, qubits)) for qubits in self.qubits(shots))}).encode()

    def program_set(self, shots: Sequence[Bits]) -> bytes:
        executable = json.loads(self.braket(shots)) | {"braketSchemaHeader": None, "inputsIndex": 0}
        document = {
            "programResults": [{"executableResults": [executable], "source": ""}],
            "taskMetadata": {"requestedShots": len(shots)},
        }
        return json.dumps(document).encode()

    def keys(self) -> list[tuple[str, int]]:
        """IQM's measurement keys and the bits they mean, of the bits that are measured, in an order of their own."""
        found = [
            (f"{name}_{len(bits)}_{place}_{index}", bit)
            for place, (name, bits) in enumerate(self.groups)
            for index, bit in enumerate(bits)
            if self.layout.qubits[bit] >= 0
        ]
        random.Random(len(found)).shuffle(found)
        return found

    def iqm(self, shots: Sequence[Bits], *, single: bool = False) -> bytes:
        if single:
            circuit = {key: [[shot[bit]] for shot in shots] for key, bit in self.keys()}
            return json.dumps({"measurements": [circuit]}).encode()
        counted = Counter("".join(str(shot[bit]) for _, bit in self.keys()) for shot in shots)
        keys = [key for key, _ in self.keys()]
        return json.dumps({"measurement_counts": [{"measurement_keys": keys, "counts": counted}]}).encode()

    def aqt(self, shots: Sequence[Bits]) -> bytes:
        return json.dumps({"result": {"0": [list(qubits) for qubits in self.qubits(shots)]}}).encode()

    def quera(self, shots: Sequence[Bits]) -> bytes:
        measurements = [
            {
                "shotMetadata": {"shotStatus": "Success"},
                "shotResult": {"preSequence": [1] * len(sites), "postSequence": [1 - site for site in sites]},
            }
            for sites in self.qubits(shots)
        ]
        return json.dumps({"measurements": measurements}).encode()

    def ibm(self, shots: Sequence[Bits]) -> bytes:
        """As qiskit-ibm-runtime's encoder writes it: one array of bytes a register, most significant byte first."""
        fields = {}
        for name, bits in self.groups:
            values = [sum(shot[bit] << index for index, bit in enumerate(bits)) for shot in shots]
            rows = [list(value.to_bytes((len(bits) + 7) // 8, "big")) for value in values]
            file = io.BytesIO()
            np.save(file, np.array(rows, dtype=np.uint8), allow_pickle=False)
            text = base64.b64encode(zlib.compress(file.getvalue())).decode()
            array = {"__type__": "ndarray", "__value__": text}
            fields[name] = {"__type__": "BitArray", "__value__": {"array": array, "num_bits": len(bits)}}
        data = {"__type__": "DataBin", "__value__": {"field_names": list(fields), "shape": [], "fields": fields}}
        pub = {"__type__": "SamplerPubResult", "__value__": {"data": data, "metadata": {}}}
        result = {"__type__": "PrimitiveResult", "__value__": {"pub_results": [pub], "metadata": {"version": 2}}}
        return json.dumps(result).encode()

    def document(self, format_name: str, shots: Sequence[Bits]) -> bytes:
        writers: dict[str, Callable[[Sequence[Bits]], bytes]] = {
            "microsoft.quantum-results.v2": self.v2,
            "microsoft.quantum-results.v1": self.v1,
            "honeywell.quantum-results.v1": self.honeywell,
            "ionq.quantum-results.v1": self.ionq,
            "kipu.qsim.result": self.qsim,
            "qudora.result": self.qudora,
            "braket.task_result.gate_model_task_result": self.braket,
            "braket.task_result.program_set_task_result": self.program_set,
            "braket.task_result.analog_hamiltonian_simulation_task_result": self.quera,
            "rigetti.quil-results.v1": self.rigetti,
            "pasqal.pulser-results.v1": self.pasqal,
            "iqm.result": self.iqm,
            "aqt.result": self.aqt,
            "ibm.runtime.result": self.ibm,
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


FORMATS = (
    "microsoft.quantum-results.v2",
    "microsoft.quantum-results.v1",
    "honeywell.quantum-results.v1",
    "ionq.quantum-results.v1",
    "kipu.qsim.result",
    "qudora.result",
    "braket.task_result.gate_model_task_result",
    "braket.task_result.program_set_task_result",
    "braket.task_result.analog_hamiltonian_simulation_task_result",
    "rigetti.quil-results.v1",
    "pasqal.pulser-results.v1",
    "iqm.result",
    "aqt.result",
    "ibm.runtime.result",
)
"""Those in which a circuit of any shape can be answered; `kipu.normalized` can for straight measurements only."""


@pytest.fixture(params=FORMATS)
def format_name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


OTHERS = ("kipu.normalized", "microsoft.resource-estimates.v1")


@pytest.fixture(scope="session")
def format_names() -> tuple[str, ...]:
    return FORMATS


@pytest.fixture(scope="session")
def any_format_names() -> tuple[str, ...]:
    return FORMATS + OTHERS


@pytest.fixture(params=FORMATS + OTHERS)
def any_format(request: pytest.FixtureRequest) -> str:
    return str(request.param)
