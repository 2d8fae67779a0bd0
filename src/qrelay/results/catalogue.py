"""Which output formats can be read, and the one way in: bytes and Layout in, Outcome or Document out."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import TypeAlias

from qrelay.errors import InvalidOption, ResultUnreadable
from qrelay.program import Layout
from qrelay.results import aqt, braket, counts, honeywell, ibm, ionq, iqm, microsoft, normalized, quera, rigetti
from qrelay.results.document import Answer
from qrelay.results.inverting import invert
from qrelay.results.outcome import LostShots, Outcome
from qrelay.results.shotless import Document, decode_estimates
from qrelay.results.values import MOST_SHOTS

__all__ = ["decode", "decode_items", "readable_formats"]

Layouts: TypeAlias = "list[Layout | None] | None"
Reading: TypeAlias = Outcome | Document
_Decoder: TypeAlias = Callable[[Answer, Layouts, "int | None", str], Sequence[Reading]]
_OneDecoder: TypeAlias = Callable[[Answer, "Layout | None", "int | None", str], Sequence[Reading]]


def _one(decoder: _OneDecoder) -> _Decoder:
    """Formats whose answers are of one circuit."""

    def decode_one(answer: Answer, layouts: Layouts, shots: int | None, seed: str) -> Sequence[Reading]:
        if layouts is not None and len(layouts) != 1:
            answer.refuse(f"the format holds one result and {len(layouts)} were expected")
        return decoder(answer, layouts[0] if layouts else None, shots, seed)

    return decode_one


_DECODERS: dict[str, _Decoder] = {
    "microsoft.quantum-results.v2": microsoft.decode_v2,
    "microsoft.quantum-results.v1": _one(microsoft.decode_v1),
    "ionq.quantum-results.v1": _one(ionq.decode),
    "honeywell.quantum-results.v1": _one(honeywell.decode),
    "rigetti.quil-results.v1": _one(rigetti.decode),
    "pasqal.pulser-results.v1": counts.decode_pasqal,
    "kipu.qsim.result": _one(counts.decode_qsim),
    "qudora.result": counts.decode_qudora,
    "braket.task_result.gate_model_task_result": braket.decode,
    "braket.task_result.program_set_task_result": braket.decode,
    "braket.task_result.analog_hamiltonian_simulation_task_result": _one(quera.decode),
    "iqm.result": iqm.decode,
    "aqt.result": aqt.decode,
    "ibm.runtime.result": ibm.decode,
    "kipu.normalized": normalized.decode,
    "microsoft.resource-estimates.v1": decode_estimates,
}


def readable_formats() -> tuple[str, ...]:
    """Names of the output formats that `decode` reads."""
    return tuple(_DECODERS)


def decode(
    data: bytes,
    format: str,  # noqa: A002 - the services' own word
    layout: Layout | None = None,
    shots: int | None = None,
    *,
    seed: str = "",
) -> Outcome | Document:
    """Read the answer of one circuit: its Outcome, or a Document where the answer holds no shots and no probabilities.

    Args:
        data: the answer's bytes.
        format: the service's name of the output format, such as `microsoft.quantum-results.v2`.
        layout: registers and bits of the circuit; without one they are made up from the answer's shape, as each
            format's decoder says.
        shots: what the job asked for. Formats that answer with probabilities need it for counts.
        seed: fixes the order of `memory()` where the answer has no single shots; a job's id does well.

    Raises ResultUnreadable, with the bytes kept, for an unknown format and for anything that the format does not
    promise. Warns LostShots when shots were left out.
    """
    outcomes = _decode(data, format, None if layout is None else [layout], shots, seed)
    if len(outcomes) != 1:
        Answer(data, format).refuse(f"it holds {len(outcomes)} results; qrelay.results.decode_items reads them all")
    _warn(outcomes)
    return outcomes[0]


def decode_items(
    data: bytes,
    format: str,  # noqa: A002 - the services' own word
    layouts: Sequence[Layout | None] | None = None,
    shots: int | None = None,
    *,
    seed: str = "",
) -> list[Outcome | Document]:
    """Read an answer that may hold several circuits, in their order.

    `layouts` must be as many as there are results; None makes all of them up. Otherwise as `decode`.
    """
    outcomes = _decode(data, format, None if layouts is None else list(layouts), shots, seed)
    _warn(outcomes)
    return outcomes


def _decode(data: bytes, name: str, layouts: Layouts, shots: int | None, seed: str) -> list[Reading]:
    if shots is not None and (type(shots) is not int or not 0 < shots <= MOST_SHOTS):
        said = "far from it" if type(shots) is int and shots.bit_length() > 100 else f"{shots!r:.40}"  # no int too long
        raise InvalidOption(f"shots should be a whole number from 1 up to 2 ** 53 and is {said}.", option="shots")
    if not isinstance(data, bytes):
        raise InvalidOption(
            f"An answer is read from bytes, not from {type(data).__name__}: pass text.encode(), or of a document "
            "json.dumps(document).encode().",
            option="data",
        )
    if not all(layout is None or isinstance(layout, Layout) for layout in layouts or ()):
        raise InvalidOption("layout takes a Layout, such as a payload has, or None.", option="layout")
    decoder = _DECODERS.get(name)
    if decoder is None:
        raise ResultUnreadable(
            f"qrelay does not read answers in the format {name!r}; it reads {', '.join(_DECODERS)}. "
            "The bytes are in the error's `.data`.",
            data=data,
            format=name,
        )
    readings = decoder(Answer(data, name), layouts, shots, seed)
    return [invert(reading) if isinstance(reading, Outcome) else reading for reading in readings]


def _warn(readings: Sequence[Reading]) -> None:
    for outcome in readings:
        if isinstance(outcome, Document):
            continue
        reasons = []
        if outcome.lost:
            reasons.append(f"{sum(outcome.lost.values())} with lost qubits (outcome.lost)")
        if outcome.errors:
            reasons.append(f"{len(outcome.errors)} that ended in an error (outcome.errors)")
        if reasons:
            message = f"Of {outcome.shots_returned} shots returned, {outcome.shots_usable} are usable; left out: "
            warnings.warn(message + ", ".join(reasons) + ".", LostShots, stacklevel=3)
