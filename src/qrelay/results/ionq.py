"""`ionq.quantum-results.v1`: probabilities of whole states, `{"histogram": {"0": 0.5, "7": 0.5}}`.

A key is the decimal number of a state of all qubits of the payload, qubit 0 least significant. The format knows no
classical bits: the Layout says which qubit each bit was measured from.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qrelay.program import Layout, Register
from qrelay.results import packing
from qrelay.results.document import Answer
from qrelay.results.outcome import Outcome
from qrelay.results.rounding import checked_probabilities, largest_remainder

__all__ = ["decode"]


def decode(answer: Answer, layout: Layout | None, shots: int | None, seed: str) -> list[Outcome]:
    """Read one histogram.

    Probabilities of states that agree in the measured qubits are added. Counts are made by largest remainder; without
    `shots` the outcome has probabilities only, and its counts raise IncompleteResult.
    Without a layout every qubit up to the highest that is ever 1 is a bit of one register `c`.
    """
    histogram: Mapping[str, Any] = answer.member(answer.document(unique_keys=True), "histogram", dict)
    if not histogram:
        answer.refuse("its histogram is empty")
    states = [_state(answer, key) for key in histogram]
    figures = checked_probabilities(answer, list(histogram.values()))
    if layout is None:
        layout = _all_qubits(max(1, *(state.bit_length() for state in states)))
    highest = max(states)
    if highest >> layout.num_qubits:
        answer.refuse(f"a state needs {highest.bit_length()} qubits and the job had {layout.num_qubits}")
    rows, probabilities = _measured(states, figures, layout)
    weights = np.array(largest_remainder(probabilities, shots or 0), dtype=np.int64)
    kept = weights > 0
    matrix = packing.unpack(rows, layout.num_clbits)
    strings = packing.texts(matrix, [bits for _, bits in layout.groups])
    return [
        Outcome(
            layout=layout,
            bits=rows[kept],
            weights=weights[kept],
            shots_asked=shots,
            shots_returned=shots or 0,
            probabilities=dict(zip(strings, probabilities, strict=True)),
            seed=seed,
        )
    ]


def _state(answer: Answer, key: str) -> int:
    if not (key.isascii() and key.isdigit()):
        answer.refuse(f"{key[:40]!r} is not the decimal number of a state")
    try:
        return int(key)
    except ValueError:  # Python's limit on the digits of an integer: no machine has that many qubits
        answer.refuse(f"a state of {len(key)} digits")


def _measured(states: list[int], figures: list[float], layout: Layout) -> tuple[NDArray[np.uint8], list[float]]:
    """Distinct memories in ascending order, packed, with the sum of the probabilities of each."""
    qubits = packing.unpack(packing.pack_integers(states, layout.num_qubits), layout.num_qubits)
    memory = np.zeros((len(states), layout.num_clbits), dtype=np.uint8)
    written = [bit for bit, qubit in enumerate(layout.qubits) if qubit >= 0]
    memory[:, written] = qubits[:, [layout.qubits[bit] for bit in written]]
    packed = packing.pack(memory)
    first, _, group = packing.distinct(packed)
    shares: list[list[float]] = [[] for _ in first]
    for place, figure in zip(group.tolist(), figures, strict=True):
        shares[place].append(figure)
    return packed[first], [math.fsum(share) for share in shares]


def _all_qubits(count: int) -> Layout:
    everything = tuple(range(count))
    return Layout(num_clbits=count, registers=(Register("c", everything),), qubits=everything, num_qubits=count)
