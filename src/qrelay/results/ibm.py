"""`ibm.runtime.result`: what IBM's primitives return, in the runtime's own encoding.

`{"__type__": "PrimitiveResult", "__value__": {"pub_results": [{"__type__": "SamplerPubResult", "__value__": {"data":
{"__type__": "DataBin", "__value__": {"fields": {"c": {"__type__": "BitArray", …}}, "shape": []}}}}]}}`. A DataBin has a
BitArray for each classical register: an array of bytes, shape (…, shots, bytes), the most significant byte of a shot
first. Of a circuit with parameters `…` is the shape of their values, and there is an outcome for each, row by row.
Jobs that did not ask for this encoding (`support_qiskit`) answer in plain JSON, a number for each shot:
`{"results": [{"data": {"c": {"samples": ["0x2", …], "num_bits": 2}}}]}`.
Sources: IBM's published schema of the sampler's result; `RuntimeEncoder` and `RuntimeDecoder` of qiskit-ibm-runtime
0.49, `BitArray` of Qiskit. Of the types that the encoding knows, only those are built that a result is made of, and
none by importing what the answer names.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qrelay.program import Layout, Register, payload_names
from qrelay.results import packing
from qrelay.results.arrays import array_of
from qrelay.results.document import Answer, kind
from qrelay.results.outcome import Outcome
from qrelay.results.shotless import Arrays, Document
from qrelay.results.values import MOST_SHOTS, check_size, counts_of, layouts_for, seeds_for

__all__ = ["decode"]

_PUBS = ("PubResult", "SamplerPubResult", "EstimatorPubResult")
_MOST_BITS = 100_000


def decode(
    answer: Answer, layouts: list[Layout | None] | None, shots: int | None, seed: str
) -> list[Outcome | Document]:
    """Read every pub. Those of an estimator, and of a sampler that was asked for no bits, are documents.

    Without a layout the registers are the DataBin's, the first one lowest.
    """
    document = answer.document(unique_keys=True)
    if "__type__" not in document and "reason" in document:
        code = document.get("reason_code")
        answer.refuse_error(f"{document['reason']}" + ("" if code is None else f" (code {code})"))
    read: list[_Part | Document]
    if "__type__" not in document and "results" in document:
        read = [_plain(answer, pub) for pub in answer.member(document, "results", list)]
    else:
        inside = _value(answer, document, ("PrimitiveResult",))
        pubs = answer.member(inside, "pub_results", list)
        read = [part for pub in pubs for part in _parts(answer, pub)]
    if not read:
        answer.refuse("it has no pub's result")
    found: list[Outcome | Document] = []
    for part, layout, own in zip(
        read, layouts_for(answer, layouts, len(read)), seeds_for(seed, len(read)), strict=True
    ):
        if isinstance(part, Document):
            found.append(part)
        else:
            found.append(_outcome(answer, *part, layout, shots, own))
    return found


_Fields = Mapping[str, "tuple[NDArray[np.uint8], int]"]
_Part = tuple[_Fields, "NDArray[np.int64] | None"]


def _value(answer: Answer, thing: Any, types: tuple[str, ...]) -> dict[str, Any]:
    if type(thing) is not dict or type(thing.get("__value__")) is not dict:
        answer.refuse(f"it should hold an encoded {types[0]} and holds {kind(thing)}")
    if thing.get("__type__") not in types:
        answer.refuse(f"it should hold an encoded {types[0]} and holds {thing.get('__type__')!r:.40}")
    value: dict[str, Any] = thing["__value__"]
    return value


def _parts(answer: Answer, pub: Any) -> Iterator[_Part | Document]:
    """The registers' bits, unpacked, for each set of parameter values of one pub; or its document."""
    data = _value(answer, answer.member(_value(answer, pub, _PUBS), "data", dict), ("DataBin",))
    fields = answer.member(data, "fields", dict)
    shape = data.get("shape") or []
    if type(shape) is not list or any(type(size) is not int or not 0 < size <= MOST_SHOTS for size in shape):
        answer.refuse("the shape of its data should be a list of whole numbers")
    if not fields:
        answer.refuse("a pub's result has no data")
    if any(type(field) is not dict or field.get("__type__") != "BitArray" for field in fields.values()):
        yield _document(answer, pub, fields)
        return
    values = {name: _value(answer, field, ("BitArray",)) for name, field in fields.items()}
    if any(type(value.get("array")) is dict and "counts" in value["array"] for value in values.values()):
        yield _archived(answer, values, shape)
        return
    arrays = {name: _bits(answer, name, value, shape) for name, value in values.items()}
    if len({array.shape[1] for array, _ in arrays.values()}) > 1:
        answer.refuse("its registers have different numbers of shots")
    for place in range(math.prod(shape)):
        yield {name: (array[place], size) for name, (array, size) in arrays.items()}, None


def _plain(answer: Answer, pub: Any) -> _Part:
    """A pub's registers as jobs without `support_qiskit` have them: a number in hexadecimal digits for each shot."""
    if type(pub) is not dict:
        answer.refuse(f"a pub's result should be an object and is {kind(pub)}")
    data = answer.member(pub, "data", dict)
    found: dict[str, tuple[NDArray[np.uint8], int]] = {}
    for name, value in data.items():
        if type(value) is not dict:
            answer.refuse(f"register {name[:40]!r} should be an object and is {kind(value)}")
        size = _size(answer, value)
        states = []
        for word in answer.member(value, "samples", list):
            try:
                state = int(word, 16) if type(word) is str and word.startswith("0x") and word.isalnum() else -1
            except ValueError:
                state = -1
            if state < 0 or state >> size:
                answer.refuse(f"{word!r:.40} is no value of a register of {size} bits")
            states.append(state)
        check_size(answer, len(states), size)
        found[name] = packing.unpack(packing.pack_integers(states, size), size), size
    if len({len(rows) for rows, _ in found.values()}) != 1:
        answer.refuse("it has no registers, or they have different numbers of shots")
    return found, None


def _size(answer: Answer, value: dict[str, Any]) -> int:
    size: int = answer.member(value, "num_bits", int)
    if not 0 <= size <= _MOST_BITS:
        answer.refuse(f"a register of {size:.6g} bits" if abs(size) < MOST_SHOTS else "a register of too many bits")
    return size


def _bits(answer: Answer, name: str, value: dict[str, Any], shape: list[int]) -> tuple[NDArray[np.uint8], int]:
    """Zeros and ones, shape (sets of parameter values, shots, bits), lowest bit first; and the number of bits."""
    size = _size(answer, value)
    array = array_of(answer, answer.member(value, "array", dict))
    width = (size + 7) // 8
    if array.dtype != np.uint8 or array.shape[-1:] != (width,) or list(array.shape[:-2]) != shape or array.ndim < 2:
        answer.refuse(f"register {name[:40]!r} of {size} bits has an array of shape {array.shape} and {array.dtype}")
    rows = array.reshape(math.prod(shape), array.shape[-2], width)  # said in full: of nothing, -1 cannot be worked out
    bits = np.unpackbits(rows[..., ::-1], axis=-1, bitorder="little")
    if bits[..., size:].any():
        answer.refuse(f"register {name[:40]!r} of {size} bits has values beyond them")
    return bits[..., :size], size


def _archived(answer: Answer, values: dict[str, dict[str, Any]], shape: list[int]) -> _Part:
    """Counts where the array belongs: so the Hub kept results for a while (`_restore_bit_arrays` of qhub-quantum)."""
    if len(values) != 1 or shape:
        answer.refuse("it holds counts of several registers, and which belong together in a shot is lost")
    ((name, value),) = values.items()
    size = _size(answer, value)
    counts = answer.member(answer.member(value, "array", dict), "counts", dict)
    states: list[int] = []
    for key in counts:
        plain = key.removeprefix("0x")
        try:
            state = int(plain, 16 if plain != key else 2) if plain.isalnum() and plain.isascii() else -1
        except ValueError:
            state = -1
        if state < 0 or state >> size or (plain == key and len(key) != size):
            answer.refuse(f"{key[:40]!r} is no value of a register of {size} bits")
        states.append(state)
    if len(set(states)) < len(states) or not states:
        answer.refuse("its counts are empty, or name one value twice")
    weights = counts_of(answer, list(counts.values()))
    check_size(answer, len(states), size)
    rows = packing.unpack(packing.pack_integers(states, size), size)[weights > 0]
    return {name: (rows, size)}, weights[weights > 0]


def _outcome(
    answer: Answer,
    fields: _Fields,
    weights: NDArray[np.int64] | None,
    layout: Layout | None,
    shots: int | None,
    seed: str,
) -> Outcome:
    sizes = {name: size for name, (_, size) in fields.items()}
    if layout is None:
        layout, places = _made_up(sizes)
    else:
        places = _known(answer, sizes, layout)
    rows = len(next(iter(fields.values()))[0])
    memory = np.zeros((rows, layout.num_clbits), dtype=np.uint8)
    filled = np.zeros(layout.num_clbits, dtype=bool)
    for name, bits in places.items():
        matrix = fields[name][0]
        for column, bit in enumerate(bits):
            if filled[bit] and not np.array_equal(memory[:, bit], matrix[:, column]):
                answer.refuse(f"two registers share bit {bit} and say different things of it")
            memory[:, bit], filled[bit] = matrix[:, column], True
    return Outcome(
        layout=layout,
        bits=packing.pack(memory),
        weights=weights,
        shots_asked=shots,
        shots_returned=rows if weights is None else int(weights.sum()),
        seed=seed,
    )


def _made_up(sizes: Mapping[str, int]) -> tuple[Layout, dict[str, tuple[int, ...]]]:
    places: dict[str, tuple[int, ...]] = {}
    total = 0
    for name, size in sizes.items():
        places[name] = tuple(range(total, total + size))
        total += size
    registers = tuple(Register(name, bits) for name, bits in places.items())
    return Layout(total, registers, (-1,) * total, 0), places


def _known(answer: Answer, sizes: Mapping[str, int], layout: Layout) -> dict[str, tuple[int, ...]]:
    """The bits of each field: registers as the circuit has them, or its groups in the payload's names or their own."""
    groups = [bits for _, bits in layout.groups]
    spellings = [
        [(register.name, register.bits) for register in layout.registers],
        list(zip(payload_names(layout), groups, strict=True)),
        list(layout.groups),
    ]
    needed = {bit for bit, qubit in enumerate(layout.qubits) if qubit >= 0}
    told = {name: size for name, size in sizes.items() if size}
    for spelling in spellings:
        known = {name: bits for name, bits in spelling if bits}
        if (
            len(known) == sum(1 for _, bits in spelling if bits)
            and {name: len(bits) for name, bits in known.items()} == told
            and needed <= {bit for bits in known.values() for bit in bits}
        ):
            return known
    expected = {register.name[:40]: register.size for register in layout.registers[:8]}
    return answer.refuse(f"its registers are {dict(list(sizes.items())[:8])} and the job's {expected}")


def _document(answer: Answer, pub: Any, fields: dict[str, Any]) -> Document:
    """What an estimator, or a sampler that was asked for no bits, returns: named arrays of numbers."""
    arrays: dict[str, Any] = {}
    for name, field in fields.items():
        if type(field) is dict and field.get("__type__") == "ndarray":
            arrays[name] = array_of(answer, field)
    holds = "expectation values" if "evs" in fields else "a pub's data that are no bits"
    return Arrays(pub, answer.format, holds, arrays=arrays)
