"""The `input` of a job, from the payloads of its circuits: what each format's circuits look like side by side.

Source: the job inputs of the Hub's specification, and what qhub-quantum 1.18.1 sends for AQT, whose circuits each carry
their own number of shots.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from qrelay.errors import InvalidOption
from qrelay.formats.payload import Payload
from qrelay.formats.traveling import layout_label, layouts_in_label

__all__ = ["job_input", "programs_in"]

_Joiner = Callable[[Sequence[Any], int], Any]


def job_input(payloads: Sequence[Payload], shots: int) -> Any:
    """The input that holds these circuits in their order, with `shots` for each where the format keeps them inside.

    Texts go as `{"qasm": …}`, several as a list there. Documents with a place for several circuits are joined; of the
    others a job takes one.

    Raises InvalidOption for several programs of a format that has no such place, and for a payload that is not what
    its format says.
    """
    format_name = payloads[0].format
    if payloads[0].content_type != "application/json":
        texts = [_decoded(payload) for payload in payloads]
        return {"qasm": texts if len(texts) > 1 else texts[0]}
    documents = [_document(payload) for payload in payloads]
    joiner = _JOINERS.get(format_name, _single)
    if joiner in (_single, _ahs, _perceval) and len(payloads) > 1:
        raise InvalidOption(
            f"A job takes one program of the format {format_name}, not {len(payloads)}.", option="programs"
        )
    try:
        return joiner(documents, shots)
    except (KeyError, TypeError, AttributeError):
        raise InvalidOption(f"The {format_name} payload has not the form of that format.", option="programs") from None


def programs_in(document: Any) -> Sequence[Any]:
    """The circuits of any input, in order: what `job_input` joined, and the forms of other clients.

    `{"qasm": text or texts}`, `{"circuits": …}`, `{"payload": {"circuits": …}}`, `{"pubs": …}`, a bare text, a list, or
    one object.
    """
    inner = document
    if isinstance(document, Mapping):
        payload = document.get("payload")
        if isinstance(payload, Mapping) and isinstance(payload.get("circuits"), list):
            inner = payload["circuits"]
        else:
            inner = next((document[name] for name in ("qasm", "circuits", "pubs") if name in document), document)
    return inner if isinstance(inner, list) and inner else [inner]


def _single(documents: Sequence[Any], _: int) -> Any:
    return documents[0]


def _iqm(documents: Sequence[Any], _: int) -> Any:
    return {**documents[0], "circuits": [circuit for document in documents for circuit in document["circuits"]]}


def _aqt(documents: Sequence[Any], shots: int) -> Any:
    circuits = [
        {**circuit, "repetitions": shots} for document in documents for circuit in document["payload"]["circuits"]
    ]
    joined = {**documents[0], "payload": {**documents[0]["payload"], "circuits": circuits}}
    layouts = [layout for document in documents for layout in layouts_in_label(document.get("label"))]
    known = [layout for layout in layouts if layout is not None]
    if len(known) == len(circuits):  # the label is of the whole job
        joined["label"] = layout_label(known)
    elif len(documents) > 1:
        joined.pop("label", None)
    return joined


def _ibm(documents: Sequence[Any], shots: int) -> Any:
    """A pub is circuit, parameter values, shots."""
    pubs = [[*(*pub, None)[:2], shots] for document in documents for pub in document["pubs"]]
    return {**documents[0], "pubs": pubs}


def _ahs(documents: Sequence[Any], _: int) -> Any:
    document = documents[0]
    return document if "ahs_program" in document else {"ahs_program": document}


def _perceval(documents: Sequence[Any], shots: int) -> Any:
    """What the specification's example says twice: how many samples are wanted, and how many shots may be spent."""
    return {"max_samples": shots, "max_shots": shots, **documents[0]}


_JOINERS: Mapping[str, _Joiner] = {
    "IQM_JOB_INPUT_V1": _iqm,
    "AQT_JOB_INPUT_V1": _aqt,
    "QISKIT_QPY": _ibm,
    "BRAKET_AHS_PROGRAM": _ahs,
    "PERCEVAL": _perceval,
}
"""Formats whose documents are more than they are alone."""


def _document(payload: Payload) -> Any:
    try:
        document = json.loads(_decoded(payload))
        json.dumps(document, allow_nan=False, ensure_ascii=False).encode()  # NaN and half pairs are no JSON to others
    except (ValueError, RecursionError):
        raise InvalidOption(f"The {payload.format} payload is not JSON.", option="programs") from None
    return document


def _decoded(payload: Payload) -> str:
    try:
        return payload.data.decode()
    except UnicodeDecodeError:
        raise InvalidOption(f"The {payload.format} payload is not text in UTF-8.", option="programs") from None
