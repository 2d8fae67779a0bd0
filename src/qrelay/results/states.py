"""State vectors and amplitudes as simulators write them, with qubit 0 the most significant, put into our order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qrelay.program import Layout
from qrelay.results.document import Answer, kind
from qrelay.results.shotless import Amplitudes, StateVector
from qrelay.results.values import matrix_of_strings

__all__ = ["complex_numbers", "decode_amplitudes", "decode_state_vector", "little_endian"]

_TOLERANCE = 1e-3
"""Simulators work in single precision: the squares of many amplitudes do not sum to 1 exactly."""


def decode_state_vector(answer: Answer, document: dict[str, Any], layout: Layout | None) -> StateVector:
    """`{"statevector": [[re, im], …]}`, one pair a state."""
    pairs = answer.member(document, "statevector", list)
    return StateVector(
        document, answer.format, "a state vector", layout, statevector=little_endian(answer, pairs, layout)
    )


def decode_amplitudes(answer: Answer, document: dict[str, Any], layout: Layout | None) -> Amplitudes:
    """`{"amplitudes": {"01": [re, im], …}}`: the states that the job named in `bitstrings`, first character qubit 0."""
    found = answer.member(document, "amplitudes", dict)
    if not found:
        answer.refuse("its amplitudes are empty")
    strings = list(found)
    width = len(strings[0]) if layout is None else layout.num_qubits
    if not width or any(len(string) != width for string in strings):
        answer.refuse(f"its bit strings should have {width} characters, one a qubit: {strings[0][:40]!r}")
    matrix_of_strings(answer, strings, width)
    values = complex_numbers(answer, list(found.values()))
    if float(np.sum(np.abs(values) ** 2)) > 1 + _TOLERANCE:
        answer.refuse("the squares of its amplitudes sum to more than 1")
    told = {string[::-1]: value for string, value in zip(strings, values.tolist(), strict=True)}
    return Amplitudes(document, answer.format, "amplitudes", layout, amplitudes=dict(sorted(told.items())))


def little_endian(answer: Answer, pairs: Sequence[Any], layout: Layout | None) -> NDArray[np.complex128]:
    """A whole state whose first qubit is the most significant, turned so that it is the least; a unit vector."""
    qubits = len(pairs).bit_length() - 1
    if not pairs or len(pairs) != 1 << qubits:
        answer.refuse(f"a state vector should have a power of 2 entries and has {len(pairs)}")
    if layout is not None and qubits != layout.num_qubits:
        answer.refuse(f"its state vector is of {qubits} qubits and the job had {layout.num_qubits}")
    values = complex_numbers(answer, pairs)
    norm = float(np.sum(np.abs(values) ** 2))
    if abs(norm - 1) > _TOLERANCE:
        answer.refuse(f"the squares of its state vector's entries sum to {norm:.6g} and not to 1")
    turned = np.ascontiguousarray(values.reshape((2,) * qubits).transpose()).reshape(-1)
    turned.flags.writeable = False
    return turned


def complex_numbers(answer: Answer, pairs: Sequence[Any]) -> NDArray[np.complex128]:
    """Pairs of real and imaginary part."""
    values = np.empty(len(pairs), dtype=np.complex128)
    for place, pair in enumerate(pairs):
        if type(pair) is not list or len(pair) != 2:
            answer.refuse(f"an amplitude should be a pair of numbers and is {kind(pair)}")
        for part in pair:
            if type(part) not in (int, float) or not -1 - _TOLERANCE <= part <= 1 + _TOLERANCE:
                answer.refuse(f"an amplitude's parts should be numbers from -1 to 1 and one is {part!r:.40}")
        values[place] = complex(*pair)
    return values
