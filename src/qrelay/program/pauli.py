"""Exponentials of sums of Pauli strings that commute: the operation `pauliexp`.

`("pauliexp", qubits, (terms, coefficients, time))` is exp(-i · time · Σ coefficient · term), no factor of 1/2. A term
is a word over I, X, Y, Z as long as `qubits`, read from the right: its last letter acts on the first qubit. So both
Qiskit's labels (qiskit.quantum_info.SparsePauliOp) and IonQ's own terms have it; qiskit-ionq's and cirq-ionq's
serialisers agree.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, pairwise
from math import pi
from numbers import Real
from typing import Any

from qrelay.program.steps import Step, around, phase, step

__all__ = ["commute", "pauli_steps", "why_no_pauliexp"]

_LETTERS = frozenset("IXYZ")
_TURNS = {"X": "rx", "Y": "ry", "Z": "rz"}
_PAIRS = {"XX": "rxx", "YY": "ryy", "ZZ": "rzz"}


def why_no_pauliexp(size: int, arguments: tuple[Any, ...]) -> str:
    """What is wrong with the arguments of a `pauliexp` on `size` qubits; empty if nothing is."""
    if len(arguments) != 3 or not all(type(part) is tuple for part in arguments[:2]):
        return "takes tuples of terms and of coefficients, and a time"
    terms, coefficients, time = arguments
    if not terms or len(terms) != len(coefficients):
        return f"has {len(terms)} terms and {len(coefficients)} coefficients; it takes one coefficient for each term"
    for term in terms:
        if type(term) is not str or len(term) != size or not _LETTERS.issuperset(term):
            return f"has the term {term!r}, which is no word of {size} letters out of I, X, Y and Z"
    for value in (*coefficients, time):
        if type(value) is bool or not isinstance(value, Real):
            return f"has the number {value!r}, which is not real"
    for one, other in combinations(terms, 2):
        if not commute(one, other):
            return f"has the terms {one} and {other}, which do not commute; write it as a product formula"
    return ""


def commute(one: str, other: str) -> bool:
    """Whether two Pauli strings commute: they differ in an even number of places where neither has I."""
    return sum(a != b and "I" not in (a, b) for a, b in zip(one, other, strict=True)) % 2 == 0


def pauli_steps(terms: Sequence[str], coefficients: Sequence[float], time: float) -> list[Step]:
    """A `pauliexp` in gates of the table, exactly: each term by itself, because they commute.

    A term of three letters and more is a turn about Z of the parity of its qubits, once they are turned to Z.
    """
    steps: list[Step] = []
    for term, coefficient in zip(terms, coefficients, strict=True):
        angle = 2 * time * coefficient
        used = [(place, letter) for place, letter in enumerate(reversed(term)) if letter != "I"]
        if not used:
            steps.append(phase(-time * coefficient))
        elif len(used) == 1:
            place, letter = used[0]
            steps.append(step(_TURNS[letter], (place,), angle))
        else:
            steps += _several(used, angle)
    return steps


def _several(used: Sequence[tuple[int, str]], angle: float) -> Sequence[Step]:
    places = [place for place, _ in used]
    letters = "".join(letter for _, letter in used)
    if letters in _PAIRS:
        return [step(_PAIRS[letters], places, angle)]
    if len(used) == 2:
        inner: tuple[Step, ...] = (step("rzz", places, angle),)
    else:
        ladder = [step("cx", pair) for pair in pairwise(places)]
        inner = (*ladder, step("rz", places[-1:], angle), *reversed(ladder))
    inner = around("h", [place for place, letter in used if letter == "X"], *inner)
    for place, letter in used:
        if letter == "Y":
            inner = (step("gpi2", (place,), 0.0), *inner, step("gpi2", (place,), pi))
    return inner
