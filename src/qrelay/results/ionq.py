"""`ionq.quantum-results.v1`: probabilities of whole states, `{"histogram": {"0": 0.5, "7": 0.5}}`.

A key is the decimal number of a state of all qubits of the payload, qubit 0 least significant. The format knows no
classical bits: the Layout says which qubit each bit was measured from.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qrelay.program import Layout
from qrelay.results import packing
from qrelay.results.document import Answer
from qrelay.results.outcome import Outcome
from qrelay.results.qubits import made_up, measured, of_probabilities
from qrelay.results.rounding import checked_probabilities
from qrelay.results.values import check_size

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
        layout = made_up(range(max(1, *(state.bit_length() for state in states))))
    highest = max(states)
    if highest >> layout.num_qubits:
        answer.refuse(f"a state needs {highest.bit_length()} qubits and the job had {layout.num_qubits}")
    count = layout.num_qubits
    check_size(answer, len(states), count)
    values = packing.unpack(packing.pack_integers(states, count), count)
    packed = measured(values, {qubit: qubit for qubit in range(count)}, layout)
    return [of_probabilities(packed, figures, layout, shots, shots or 0, seed)]


def _state(answer: Answer, key: str) -> int:
    if not (key.isascii() and key.isdigit()) or (key[0] == "0" and key != "0"):  # leading zeros: a bit string's
        answer.refuse(f"{key[:40]!r} is not the decimal number of a state")
    try:
        return int(key)
    except ValueError:  # Python's limit on the digits of an integer: no machine has that many qubits
        answer.refuse(f"a state of {len(key)} digits")
