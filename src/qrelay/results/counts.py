"""`kipu.qsim.result` and `qudora.result`: shots by bit string, `{"counts": {"00": 47, "11": 53}}`.

Of qsim's strings the first character is qubit 0, of Qudora's the last (qhub-quantum 1.18.1 reads them so). Programs of
`OPEN_QASM_V2` measure every qubit into the bit of its own number, so that qubits and bits are the same in the answer;
the Layout says which qubit each of the circuit's bits was measured from.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qrelay.program import Layout, Register
from qrelay.results.document import Answer
from qrelay.results.outcome import Outcome
from qrelay.results.qubits import made_up, measured

__all__ = ["decode_qsim", "decode_qudora"]

_MOST_SHOTS = 1 << 53
_OTHER_MODES = ("statevector", "amplitudes")


def decode_qsim(answer: Answer, layout: Layout | None, shots: int | None, seed: str) -> list[Outcome]:
    """Read the counts of mode `sample`; answers of the other modes are refused with a word on where they are.

    Without a layout every character is a bit of one register `c`, the first character its lowest.
    """
    document = answer.document(unique_keys=True)
    for mode in _OTHER_MODES:
        if mode in document and "counts" not in document:
            answer.refuse(
                f"it holds {mode!r} and no counts, as mode={mode!r} asks for; the job's raw_result() has it as it came"
            )
    counts = answer.member(document, "counts", dict)
    return [_outcome(answer, counts, layout, shots, seed, first_is_lowest=True)]


def decode_qudora(answer: Answer, layouts: list[Layout | None] | None, shots: int | None, seed: str) -> list[Outcome]:
    """Read the counts of one circuit, an object, or of several, a list of objects in the circuits' order.

    Without a layout every character is a bit of one register `c`, the last character its lowest; strings that spaces
    part, as those of other clients' programs are, have registers `c0`, `c1` … from the right.
    """
    documents = answer.documents(unique_keys=True)
    if layouts is None:
        layouts = [None] * len(documents)
    if len(layouts) != len(documents):
        answer.refuse(f"it holds {len(documents)} results and {len(layouts)} were expected")
    seeds = [seed] if len(documents) == 1 else [f"{seed}/{index}" for index in range(len(documents))]
    return [
        _outcome(answer, answer.member(document, "counts", dict), layout, shots, own, first_is_lowest=False)
        for document, layout, own in zip(documents, layouts, seeds, strict=True)
    ]


def _outcome(
    answer: Answer,
    counts: dict[str, Any],
    layout: Layout | None,
    shots: int | None,
    seed: str,
    *,
    first_is_lowest: bool,
) -> Outcome:
    if not counts:
        answer.refuse("its counts are empty")
    weights = _weights(answer, list(counts.values()))
    strings = list(counts)
    if layout is None and not first_is_lowest:
        layout = _by_spaces(answer, strings)
        strings = [string.replace(" ", "") for string in strings]
        if len(set(strings)) < len(strings):
            answer.refuse("its bit strings have spaces in different places")
    width = len(strings[0])
    layout = layout or made_up(range(width))
    if width != layout.num_qubits:
        answer.refuse(f"its bit strings have {width} characters and the job had {layout.num_qubits} qubits")
    values = _values(answer, strings, width)
    columns = {qubit: qubit if first_is_lowest else width - 1 - qubit for qubit in range(width)}
    some = weights > 0
    return Outcome(
        layout=layout,
        bits=measured(values[some], columns, layout),
        weights=weights[some],
        shots_asked=shots,
        shots_returned=int(weights.sum()),
        seed=seed,
    )


def _weights(answer: Answer, counts: Sequence[Any]) -> NDArray[np.int64]:
    for count in counts:
        if type(count) is not int or count < 0:
            answer.refuse(f"a count should be a whole number of shots and is {count!r:.40}")
    if not 0 < sum(counts) <= _MOST_SHOTS:
        answer.refuse(f"its counts sum to {sum(counts):.6g} shots")
    return np.array(counts, dtype=np.int64)


def _values(answer: Answer, strings: Sequence[str], width: int) -> NDArray[np.uint8]:
    """Zeros and ones, shape (strings, width), as they read from left to right."""
    for string in strings:
        if len(string) != width:
            answer.refuse(f"its bit strings have different lengths: {strings[0][:40]!r} and {string[:40]!r}")
    joined = "".join(strings)
    if set(joined) - {"0", "1"}:
        wrong = next(string for string in strings if set(string) - {"0", "1"})
        answer.refuse(f"{wrong[:40]!r} is no string of zeros and ones")
    letters = np.frombuffer(joined.encode("ascii"), dtype=np.uint8)
    return (letters - ord("0")).reshape(len(strings), width)


def _by_spaces(answer: Answer, strings: Sequence[str]) -> Layout:
    sizes = [len(part) for part in reversed(strings[0].split(" "))]
    for string in strings:
        if [len(part) for part in reversed(string.split(" "))] != sizes:
            answer.refuse(f"its bit strings have different shapes: {strings[0][:40]!r} and {string[:40]!r}")
    total = sum(sizes)
    if len(sizes) == 1:
        return made_up(range(total))
    registers: list[Register] = []
    start = 0
    for place, size in enumerate(sizes):
        registers.append(Register(f"c{place}", tuple(range(start, start + size))))
        start += size
    return Layout(total, tuple(registers), tuple(range(total)), total)
