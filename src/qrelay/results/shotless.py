"""Answers that hold no shots: what `decode` gives where there is nothing to count."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qrelay.program import Layout
from qrelay.results.document import Answer

__all__ = ["Amplitudes", "Arrays", "Document", "StateVector", "decode_estimates"]

_SAID = 200


@dataclass(frozen=True, eq=False)
class Document:
    """An answer, or one circuit's part of it, that holds neither shots nor probabilities of bit strings.

    Attributes:
        data: the parsed JSON, as it came.
        format: the service's name of the output format.
        holds: what it is, in words: "a state vector", "resource estimates", "a failure".
        layout: the circuit's, if one was given.
        failure: why the service has no result, in its own words, where that is what it says; "" otherwise.
    """

    data: Any = field(repr=False)
    format: str
    holds: str
    layout: Layout | None = field(default=None, repr=False)
    failure: str = ""


@dataclass(frozen=True, eq=False)
class StateVector(Document):
    """The amplitudes of every state.

    Attributes:
        statevector: complex128 array, shape (2 ** qubits,), read-only. Little-endian as Qiskit has it: bit q of an
            index is qubit q, whatever order the service wrote them in.
    """

    statevector: NDArray[np.complex128] = field(kw_only=True, repr=False)


@dataclass(frozen=True, eq=False)
class Amplitudes(Document):
    """The amplitudes of the states that were asked for.

    Attributes:
        amplitudes: by bit string of all qubits, qubit 0 rightmost, ascending; complex numbers.
    """

    amplitudes: Mapping[str, complex] = field(kw_only=True, repr=False)


@dataclass(frozen=True, eq=False)
class Arrays(Document):
    """Named arrays of numbers, such as an estimator's expectation values.

    Attributes:
        arrays: by the service's names, such as `evs` and `stds`; read-only, in the shape that the service gives.
    """

    arrays: Mapping[str, NDArray[Any]] = field(kw_only=True, repr=False)


def decode_estimates(
    answer: Answer,
    layouts: list[Layout | None] | None,
    shots: int | None,  # noqa: ARG001 - as every decoder is called
    seed: str,  # noqa: ARG001
) -> list[Document]:
    """Read `microsoft.resource-estimates.v1`: an object, or a list of them for a job of several items.

    What is in it depends on what was asked of the estimator: it is handed out as it is. An item that failed says so in
    its `status`, and the others are good all the same.
    """
    documents = answer.documents(unique_keys=True)
    if layouts is not None and len(layouts) != len(documents):
        answer.refuse(f"it holds {len(documents)} results and {len(layouts)} were expected")
    found: list[Document] = []
    for document, layout in zip(documents, layouts or [None] * len(documents), strict=True):
        if not document:
            answer.refuse("it is an empty object")
        status = document.get("status", "success")
        why = "" if status == "success" else str(document.get("message") or status or "no reason is given")[:_SAID]
        found.append(Document(document, answer.format, "a failure" if why else "resource estimates", layout, why))
    return found
