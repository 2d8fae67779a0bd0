"""QPY inside of IBM's runtime encoding, read by Qiskit and simulated exactly, by Qiskit's own
matrices. (Aer does not know all of Qiskit's gates inside of blocks.)"""

from __future__ import annotations

import base64
import io
import json
import zlib
from collections.abc import Mapping
from typing import Any

from judges import exact


def circuit(data: bytes) -> Any:
    """The only pub's circuit."""
    from qiskit import qpy

    document = json.loads(data)
    if set(document) != {"pubs", "options", "version", "support_qiskit"} or document["version"] != 2:
        raise ValueError(f"not the input of a sampler of version 2: {sorted(document)}")
    ((encoded, *_),) = document["pubs"]
    if encoded["__type__"] != "QuantumCircuit":
        raise ValueError(f"a pub begins with its circuit, not with {encoded['__type__']}")
    (found,) = qpy.load(io.BytesIO(zlib.decompress(base64.b64decode(encoded["__value__"], validate=True))))
    return found


def answer(data: bytes, shots: int = 0) -> tuple[Mapping[int, float], bool]:
    """Registers one after the other, first bit of the first one lowest → probability; and that this is exact."""
    run = circuit(data)
    places = [run.find_bit(bit).index for register in run.cregs for bit in register]
    if sorted(places) != list(range(run.num_clbits)):
        raise ValueError("the registers do not hold every bit once, so the sampler's answer would lack some")
    found: dict[int, float] = {}
    for memory, weight in exact.memory_distribution(run).items():
        packed = sum(((memory >> place) & 1) << index for index, place in enumerate(places))
        found[packed] = found.get(packed, 0) + weight
    return found, True


def primitive_result(data: bytes, shots: int, seed: int = 11) -> dict[str, Any]:
    """What IBM's runtime returns for it: for each register an array of bytes, the most significant byte first."""
    import numpy as np

    run = circuit(data)
    weights, _ = answer(data)
    shares = np.array([*weights.values()], dtype=float)
    drawn = np.random.default_rng(seed).choice(len(weights), size=shots, p=shares / shares.sum())
    memories = [[*weights][place] for place in drawn]
    fields: dict[str, Any] = {}
    start = 0
    for register in run.cregs:
        width = (register.size + 7) // 8
        rows = [list(((memory >> start) & ((1 << register.size) - 1)).to_bytes(width, "big")) for memory in memories]
        start += register.size
        buffer = io.BytesIO()
        np.save(buffer, np.array(rows, dtype=np.uint8), allow_pickle=False)
        array = base64.standard_b64encode(zlib.compress(buffer.getvalue())).decode()
        fields[register.name] = _typed("BitArray", {"array": _typed("ndarray", array), "num_bits": register.size})
    inside = {"field_names": list(fields), "field_types": [], "shape": [], "fields": fields}
    pub = _typed("SamplerPubResult", {"data": _typed("DataBin", inside), "metadata": {}})
    return _typed("PrimitiveResult", {"pub_results": [pub], "metadata": {"version": 2}})


def _typed(name: str, value: Any) -> dict[str, Any]:
    return {"__type__": name, "__value__": value}
