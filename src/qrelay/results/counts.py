"""`kipu.qsim.result`, `qudora.result`, `pasqal.pulser-results.v1`: shots by bit string, `{"counts": {"00": 47}}`.

Of qsim's and Pasqal's strings the first character is qubit 0, of Qudora's the last (qhub-quantum 1.18.1 and Pulser's
documentation of `Results` read them so: the first atom of the register is the most significant). Programs of
`OPEN_QASM_V2` measure every qubit into the bit of its own number, so that qubits and bits are the same in the answer;
the Layout says which qubit each of the circuit's bits was measured from.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from qrelay.program import Layout, Register
from qrelay.results.document import Answer, kind
from qrelay.results.outcome import Outcome
from qrelay.results.qubits import made_up, measured
from qrelay.results.shotless import Document
from qrelay.results.states import decode_amplitudes, decode_state_vector
from qrelay.results.values import counts_of, layouts_for, matrix_of_strings, seeds_for

__all__ = ["by_spaces", "decode_pasqal", "decode_qsim", "decode_qudora", "of_qubits"]


def decode_qsim(answer: Answer, layout: Layout | None, shots: int | None, seed: str) -> list[Outcome | Document]:
    """Read the counts of mode `sample`, or the state vector or the amplitudes that the other modes give.

    Without a layout every character is a bit of one register `c`, the first character its lowest.
    """
    document = answer.document(unique_keys=True)
    if "counts" not in document and "statevector" in document:
        return [decode_state_vector(answer, document, layout)]
    if "counts" not in document and "amplitudes" in document:
        return [decode_amplitudes(answer, document, layout)]
    counts = answer.member(document, "counts", dict)
    return [of_qubits(answer, counts, layout, shots, seed, first_is_lowest=True)]


def decode_qudora(answer: Answer, layouts: list[Layout | None] | None, shots: int | None, seed: str) -> list[Outcome]:
    """Read the counts of one circuit, an object, or of several, a list of objects in the circuits' order.

    Without a layout every character is a bit of one register `c`, the last character its lowest; strings that spaces
    part, as those of other clients' programs are, have registers `c0`, `c1` … from the right.
    """
    documents = answer.documents(unique_keys=True)
    layouts = layouts_for(answer, layouts, len(documents))
    return [
        of_qubits(answer, answer.member(document, "counts", dict), layout, shots, own, first_is_lowest=False)
        for document, layout, own in zip(documents, layouts, seeds_for(seed, len(documents)), strict=True)
    ]


def decode_pasqal(answer: Answer, layouts: list[Layout | None] | None, shots: int | None, seed: str) -> list[Outcome]:
    """Read one counter, bare or under "counter", or a list of them: sequences or parameter values in their order.

    Without a layout every atom is a bit of one register `c`, the first one of the sequence's register the lowest.
    """
    counters: list[Any] = []
    for document in answer.documents(unique_keys=True):
        inner = document.get("counter", document)
        counters.extend(inner if isinstance(inner, list) else [inner])
    for counter in counters:
        if type(counter) is not dict:
            answer.refuse(f"a counter should be an object and is {kind(counter)}")
    if not counters:
        answer.refuse("its list of counters is empty")
    layouts = layouts_for(answer, layouts, len(counters))
    return [
        of_qubits(answer, counter, layout, shots, own, first_is_lowest=True)
        for counter, layout, own in zip(counters, layouts, seeds_for(seed, len(counters)), strict=True)
    ]


def of_qubits(
    answer: Answer,
    counts: dict[str, Any],
    layout: Layout | None,
    shots: int | None,
    seed: str,
    *,
    first_is_lowest: bool,
) -> Outcome:
    """The outcome of counts by strings of all qubits."""
    if not counts:
        answer.refuse("its counts are empty")
    weights = counts_of(answer, list(counts.values()))
    strings = list(counts)
    if layout is None and not first_is_lowest:
        layout, strings = by_spaces(answer, strings)
    width = len(strings[0])
    layout = layout or made_up(range(width))
    if width != layout.num_qubits:
        answer.refuse(f"its bit strings have {width} characters and the job had {layout.num_qubits} qubits")
    values = matrix_of_strings(answer, strings, width)
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


def by_spaces(answer: Answer, strings: Sequence[str]) -> tuple[Layout, list[str]]:
    """Registers `c0`, `c1` … from the right for strings that spaces part, one register `c` for others; and the strings
    without spaces."""
    sizes = [len(part) for part in reversed(strings[0].split(" "))]
    for string in strings:
        if [len(part) for part in reversed(string.split(" "))] != sizes:
            answer.refuse(f"its bit strings have different shapes: {strings[0][:40]!r} and {string[:40]!r}")
    total = sum(sizes)
    if len(sizes) == 1:
        return made_up(range(total)), list(strings)
    registers: list[Register] = []
    start = 0
    for place, size in enumerate(sizes):
        registers.append(Register(f"c{place}", tuple(range(start, start + size))))
        start += size
    return Layout(total, tuple(registers), tuple(range(total)), total), [string.replace(" ", "") for string in strings]
