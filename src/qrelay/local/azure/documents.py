"""Jobs and sessions as JSON: the recorded fields in the recorded order, nulls included."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote_plus

from qrelay.local.azure.targets import find_target
from qrelay.local.clock import iso

if TYPE_CHECKING:
    from qrelay.local.azure.items import Job, Session
    from qrelay.local.azure.plane import Call

__all__ = ["PRIORITY_SINCE", "job_document", "session_document"]

PRIORITY_SINCE = "2026-01-15"
"""The version of the API whose specification names `priority`; recordings of 2025-12-01 show `jobPriority` alone."""

Style = Literal["put", "get", "list"]


def job_document(call: Call, job: Job, style: Style) -> dict[str, Any]:
    """A job as a PUT answers (nothing signed), a GET (all URIs signed) or a list (nothing signed, times with Z)."""
    signed = style == "get"
    zone = "Z" if style == "list" else "+00:00"
    target = find_target(job.provider, job.target)
    digits = target.time_digits if target else 7
    document: dict[str, Any] = {
        "containerUri": call.uri(job.container, sas=_container_sas(call, job) if signed else None),
        "inputDataUri": call.uri(*job.input_blob, sas=_blob_sas(call, job, "input") if signed else None),
        "inputDataFormat": job.input_format,
        "inputParams": job.params,
        "metadata": job.metadata,
        "sessionId": job.session,
        "jobPriority": "Basic",
        "status": job.state,
        "jobType": "QuantumComputing",
        "outputDataFormat": job.output_format,
        "outputDataUri": call.uri(
            *job.output_blob, sas=_blob_sas(call, job, "output") if signed else None, port=not signed
        ),
        "beginExecutionTime": _time(job.begun, "Z", digits),
        "cancellationTime": _time(job.cancelled, zone),
        "lastModifiedTime": iso(job.modified, zone),
        "quantumComputingData": None if job.items is None else {"count": job.items},
        "errorData": None if job.failure is None else {"code": job.failure.code, "message": job.failure.message},
        "isCancelling": job.state in ("CancellationRequested", "Cancelling"),
        "tags": job.tags,
        "name": job.name,
        "id": job.id,
        "providerId": job.provider,
        "target": job.target,
        "creationTime": iso(job.created, zone),
        "endExecutionTime": _time(job.ended, "Z", digits),
        "costEstimate": _cost(job),
        "itemType": "Job",
    }
    if call.since(PRIORITY_SINCE):
        document["priority"] = job.priority
    return document


def session_document(call: Call, session: Session) -> dict[str, Any]:
    document: dict[str, Any] = {
        "status": session.state,
        "jobFailurePolicy": session.policy,
        "jobPriority": "Basic",
        "name": session.name,
        "id": session.id,
        "providerId": session.provider,
        "target": session.target,
        "creationTime": iso(session.created),
        "endExecutionTime": _time(session.ended, "Z"),
        "costEstimate": None,
        "itemType": "Session",
    }
    if call.since(PRIORITY_SINCE):
        document |= {"priority": session.priority, "tags": session.tags}
    return document


def _container_sas(call: Call, job: Job) -> str:
    return call.plane.signer.container(call.account, job.container, "rl")


def _blob_sas(call: Call, job: Job, which: Literal["input", "output"]) -> str:
    container, blob = job.input_blob if which == "input" else job.output_blob
    disposition = f"attachment; filename={quote_plus(job.name)}-{job.id}.{which}.json"
    return call.plane.signer.blob(call.account, container, blob, "r", disposition)


def _time(moment: int | None, zone: str, digits: int = 7) -> str | None:
    return None if moment is None else iso(moment, zone, digits)


def _cost(job: Job) -> dict[str, Any] | None:
    # Only what ran is metered, and nothing costs anything here.
    target = find_target(job.provider, job.target)
    if not job.metered or target is None or not target.meters:
        return None
    events = [
        {
            "dimensionId": dimension,
            "dimensionName": name,
            "measureUnit": unit,
            "amountBilled": 0.0,
            "amountConsumed": 0.0,
            "unitPrice": 0.0,
        }
        for dimension, name, unit in target.meters
    ]
    return {"currencyCode": "USD", "events": events, "estimatedTotal": 0.0}
