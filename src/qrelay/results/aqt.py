"""`aqt.result`: Alpine Quantum Technologies' answer, by its own models and the Hub's SDK; nobody published one.

Single shots, one value a qubit, qubit 0 first, as ARNICA's interface gives them: `{"result": {"0": [[1, 0], …]}}` with
one entry a circuit, with or without the envelope of a job around it, or the bare lists. Or counts, as the Hub's SDK
reads the answers of this provider: `{"counts": {"01": 3}}`, the last character qubit 0; several circuits are a list.
Source: `RRFinished` of aqt-connector 0.5, `JobResult` of qiskit-aqt-provider 2.0, `HubQiskitJob` of qhub-quantum 1.18.
"""

from __future__ import annotations

from typing import Any

from qrelay.program import Layout
from qrelay.results.counts import of_qubits
from qrelay.results.document import Answer, kind
from qrelay.results.outcome import Outcome
from qrelay.results.qubits import made_up, measured
from qrelay.results.values import layouts_for, matrix_of_lists, seeds_for, width_of

__all__ = ["decode"]


def decode(answer: Answer, layouts: list[Layout | None] | None, shots: int | None, seed: str) -> list[Outcome]:
    """Read every circuit. Without a layout every qubit is a bit of one register `c`, qubit 0 its lowest."""
    parsed = answer.parsed(unique_keys=True)
    if not isinstance(parsed, list):
        parsed = _without_envelopes(answer, answer.object_of(parsed))
    circuits = _circuits(answer, parsed)
    layouts = layouts_for(answer, layouts, len(circuits))
    return [
        _outcome(answer, circuit, layout, shots, own)
        for circuit, layout, own in zip(circuits, layouts, seeds_for(seed, len(circuits)), strict=True)
    ]


def _without_envelopes(answer: Answer, document: dict[str, Any]) -> Any:
    """What is in `{"job": …, "response": {"status": "finished", "result": …}}`, and in `payload` of direct access."""
    for name in ("response", "payload"):
        if type(document.get(name)) is dict:
            document = document[name]
    status = document.get("status")
    if status is not None and status != "finished":
        said = f": {document['message']!s:.200}" if document.get("message") else ""
        answer.refuse(f"the job's status in it is {status!r:.40}{said}")
    return document.get("result", document)


def _circuits(answer: Answer, parsed: Any) -> list[Any]:
    """One entry a circuit: an object with counts, or a list of shots."""
    if isinstance(parsed, dict):
        if "counts" in parsed:
            return [parsed]
        numbers = [str(index) for index in range(len(parsed))]
        if not parsed or set(parsed) != set(numbers):
            answer.refuse(f"it holds neither 'counts' nor shots by the circuits' numbers; it has {sorted(parsed)[:8]}")
        return [parsed[number] for number in numbers]
    if not isinstance(parsed, list) or not parsed:
        answer.refuse(f"it should hold shots or counts and is {kind(parsed)}, and nothing in it")
    first = parsed[0]
    if isinstance(first, list) and first and not isinstance(first[0], list):
        return [parsed]  # the shots of one circuit
    return parsed


def _outcome(answer: Answer, circuit: Any, layout: Layout | None, shots: int | None, seed: str) -> Outcome:
    if type(circuit) is dict:
        counts = answer.member(circuit, "counts", dict)
        return of_qubits(answer, counts, layout, shots, seed, first_is_lowest=False)
    if type(circuit) is not list:
        answer.refuse(f"a circuit's result should be a list of shots and is {kind(circuit)}")
    width = width_of(answer, circuit)
    layout = layout or made_up(range(width))
    if width != max(1, layout.num_qubits):  # AQT's registers have at least one
        answer.refuse(f"its shots have {width} values and the job had {layout.num_qubits} qubits")
    values = matrix_of_lists(answer, circuit, width)
    return Outcome(
        layout=layout,
        bits=measured(values, {qubit: qubit for qubit in range(width)}, layout),
        weights=None,
        shots_asked=shots,
        shots_returned=len(values),
        seed=seed,
    )
