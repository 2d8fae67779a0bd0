"""QPY inside of IBM's runtime encoding, read by Qiskit and simulated: exactly where it only measures at the end, by Aer
otherwise."""

from __future__ import annotations

import base64
import io
import json
import zlib
from collections.abc import Mapping
from typing import Any

from judges import exact

_STRAIGHT = {"measure", "barrier", "delay"}


def circuit(data: bytes) -> Any:
    """The only pub's circuit."""
    from qiskit import qpy

    document = json.loads(data)
    if set(document) != {"pubs", "options", "version"} or document["version"] != 2:
        raise ValueError(f"not the input of a sampler of version 2: {sorted(document)}")
    ((encoded, *_),) = document["pubs"]
    if encoded["__type__"] != "QuantumCircuit":
        raise ValueError(f"a pub begins with its circuit, not with {encoded['__type__']}")
    (found,) = qpy.load(io.BytesIO(zlib.decompress(base64.b64decode(encoded["__value__"], validate=True))))
    return found


def answer(data: bytes, shots: int, seed: int = 11) -> tuple[Mapping[int, float], bool]:
    """Registers one after the other, first bit of the first one lowest; and whether the weights are exact."""
    run = circuit(data)
    places = [run.find_bit(bit).index for register in run.cregs for bit in register]
    if sorted(places) != list(range(run.num_clbits)):
        raise ValueError("the registers do not hold every bit once, so the sampler's answer would lack some")
    weights, is_exact = _memory(run, shots, seed)
    found: dict[int, float] = {}
    for memory, weight in weights.items():
        packed = sum(((memory >> place) & 1) << index for index, place in enumerate(places))
        found[packed] = found.get(packed, 0) + weight
    return found, is_exact


def _memory(run: Any, shots: int, seed: int) -> tuple[Mapping[int, float], bool]:
    if not _is_dynamic(run):
        return exact.memory_distribution(run), True
    from qiskit_aer import AerSimulator

    counts = AerSimulator(seed_simulator=seed).run(run, shots=shots).result().data()["counts"]
    return {int(word, 16): count for word, count in counts.items()}, False


def _is_dynamic(run: Any) -> bool:
    measured: set[Any] = set()
    for item in run.data:
        if item.operation.name == "reset" or hasattr(item.operation, "blocks"):
            return True
        if item.operation.name == "measure":
            measured.add(item.qubits[0])
        elif item.operation.name not in _STRAIGHT and measured & set(item.qubits):
            return True
    return False
