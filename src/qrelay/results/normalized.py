"""`kipu.normalized`: the Hub's own view of any provider's answer, `GET /jobs/{id}/result/normalized` and `…/memory`.

`{"pubs": [{"type": "counts", "index": 0, "counts": {"01": 3}, "shots": 3, "qubits": 2}, …]}`, one entry a circuit; the
types are counts, probabilities, expectation_values, error, unmapped. Of the memory: `{"memory": ["0x1", …], "shots": 3,
"qubits": 2}`. Strings and numbers are of classical bits, bit 0 rightmost, least significant.
Source: the descriptions of the models in qhub-quantum 1.18.1 (`NormalizedJobResult`, `NormalizedMemoryResult`).
"""

from __future__ import annotations

import math
import re
from itertools import chain
from typing import Any

import numpy as np

from qrelay.program import Layout
from qrelay.results import packing
from qrelay.results.counts import by_spaces
from qrelay.results.document import Answer, kind
from qrelay.results.outcome import Outcome
from qrelay.results.qubits import made_up, of_probabilities
from qrelay.results.rounding import checked_probabilities
from qrelay.results.shotless import Arrays, Document
from qrelay.results.shots import reading_order
from qrelay.results.values import MOST_SHOTS, check_size, counts_of, layouts_for, matrix_of_strings, seeds_for

__all__ = ["decode"]

_HEX = re.compile(r"0x[0-9a-fA-F]+")
_MOST_BITS = 100_000


def decode(
    answer: Answer, layouts: list[Layout | None] | None, shots: int | None, seed: str
) -> list[Outcome | Document]:
    """Read every circuit. Expectation values, and circuits of which the Hub says that it cannot tell, are documents.

    Probabilities that the Hub cut off are a document too: counts made from a part of them would be of another state.
    Of permuted or partial measurements nobody says whether the Hub's strings follow the bits or, as the providers' own
    answers mostly do, the qubits: a layout by which that makes a difference is refused, with the bytes kept.
    Without a layout the strings' bits are one register `c`; of strings with spaces `c0`, `c1` … from the right.
    """
    document = answer.document(unique_keys=True)
    if "memory" in document:
        (layout,) = layouts_for(answer, layouts, 1)
        return [_memory(answer, document, layout, shots, seed)]
    entries = answer.member(document, "pubs", list)
    if not entries:
        answer.refuse("it has no circuit's result")
    for entry in entries:
        if type(entry) is not dict:
            answer.refuse(f"a circuit's result should be an object and is {kind(entry)}")
        if entry.get("type") == "error":
            answer.refuse_error(entry.get("error"))
    layouts = layouts_for(answer, layouts, len(entries))
    found = []
    for place, (entry, layout, own) in enumerate(zip(entries, layouts, seeds_for(seed, len(entries)), strict=True)):
        if entry.get("index", place) != place:
            answer.refuse(f"the entry in place {place} says that it is number {entry['index']!r:.20}")
        found.append(_entry(answer, entry, layout, shots, own))
    return found


def _entry(
    answer: Answer, entry: dict[str, Any], layout: Layout | None, shots: int | None, seed: str
) -> Outcome | Document:
    sort = answer.member(entry, "type", str)
    if sort == "unmapped":
        why = str(entry.get("reason") or "no reason is given")[:200]
        return Document(entry, answer.format, "nothing that the Hub can tell", layout, why)
    if sort == "expectation_values":
        return _expectations(answer, entry, layout)
    if sort not in ("counts", "probabilities"):
        answer.refuse(f"a circuit's result is of the unknown type {sort[:40]!r}")
    if sort == "probabilities" and entry.get("truncated"):
        return Document(entry, answer.format, "probabilities of some states only", layout)
    figures = answer.member(entry, sort, dict)
    if not figures:
        answer.refuse(f"its {sort} are empty")
    made, strings = by_spaces(answer, list(figures))
    width = len(strings[0])
    if layout is not None and len(made.registers) > 1 and [r.size for r in made.registers] != _sizes(layout):
        answer.refuse(f"its strings are of registers of {[r.size for r in made.registers]} bits, the job's differ")
    layout = _checked(answer, layout, width) or made
    matrix = matrix_of_strings(answer, strings, width)
    packed = packing.pack(matrix[:, np.argsort(list(chain.from_iterable(reading_order(layout))))])
    if sort == "probabilities":
        checked = checked_probabilities(answer, list(figures.values()))
        return of_probabilities(packed, checked, layout, shots, shots or 0, seed)
    weights = counts_of(answer, list(figures.values()))
    told = entry.get("shots")
    if told is not None and told != int(weights.sum()):
        answer.refuse(f"its counts sum to {int(weights.sum())} and it says that there were {told!r:.20} shots")
    some = weights > 0
    return Outcome(
        layout=layout,
        bits=packed[some],
        weights=weights[some],
        shots_asked=shots,
        shots_returned=int(weights.sum()),
        seed=seed,
    )


def _memory(answer: Answer, document: dict[str, Any], layout: Layout | None, shots: int | None, seed: str) -> Outcome:
    words = answer.member(document, "memory", list)
    width = answer.member(document, "qubits", int)
    if not 0 < width <= _MOST_BITS:
        answer.refuse(f"it says that {width} qubits were measured")
    if not words or document.get("shots", len(words)) != len(words):
        answer.refuse(f"it has {len(words)} shots and says that there were {document.get('shots')!r:.20}")
    if any(type(word) is not str or not _HEX.fullmatch(word) for word in words):
        answer.refuse("a shot in its memory should be a hexadecimal number")
    values = [int(word, 16) for word in words]
    if max(values) >> width:
        answer.refuse(f"a shot in its memory needs {max(values).bit_length()} bits and {width} were measured")
    check_size(answer, len(values), width)
    layout = _checked(answer, layout, width) or made_up(range(width))
    matrix = packing.unpack(packing.pack_integers(values, width), width)[:, ::-1]
    return Outcome(
        layout=layout,
        bits=packing.pack(matrix[:, np.argsort(list(chain.from_iterable(reading_order(layout))))]),
        weights=None,
        shots_asked=shots,
        shots_returned=len(values),
        seed=seed,
    )


def _expectations(answer: Answer, entry: dict[str, Any], layout: Layout | None) -> Arrays:
    shape = answer.member(entry, "shape", list)
    if any(type(size) is not int or not 0 < size <= MOST_SHOTS for size in shape):
        answer.refuse("the shape of its expectation values should be whole numbers")
    arrays: dict[str, Any] = {}
    for name in ("values", "stds", "ensemble_stds"):
        if name == "ensemble_stds" and entry.get(name) is None:
            continue
        figures = answer.member(entry, name, list)
        if len(figures) != math.prod(shape) or any(type(figure) not in (int, float) for figure in figures):
            answer.refuse(f"its {name} should be numbers, as many as its shape says: {shape!r:.60}")
        try:
            arrays[name] = np.array(figures, dtype=np.float64).reshape(shape)
        except (OverflowError, ValueError):
            answer.refuse(f"its {name} hold a number that is too large, or too many dimensions")
        if not np.isfinite(arrays[name]).all():  # 1e400
            answer.refuse(f"its {name} hold a number that is too large")
        arrays[name].flags.writeable = False
    return Arrays(entry, answer.format, "expectation values", layout, arrays=arrays)


def _sizes(layout: Layout) -> list[int]:
    return [len(bits) for _, bits in layout.groups]


def _checked(answer: Answer, layout: Layout | None, width: int) -> Layout | None:
    if layout is None:
        return None
    if width != layout.num_clbits:
        answer.refuse(f"it has {width} bits a shot and the job's memory {layout.num_clbits}")
    order = list(chain.from_iterable(bits for _, bits in layout.groups))
    if [layout.qubits[bit] for bit in order] != list(range(layout.num_qubits)):
        answer.refuse(
            "the job does not measure its qubits one by one into its bits, in order, and the Hub does not say which of "
            "the two its strings follow; the job's raw_result() is clear about it"
        )
    return layout
