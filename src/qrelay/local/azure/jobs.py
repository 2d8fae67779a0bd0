"""Jobs_Create, Jobs_Get, Jobs_Cancel, Jobs_Update, Jobs_Delete."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from starlette.responses import Response

from qrelay.local.azure import session_rules
from qrelay.local.azure.bodies import Body, is_guid
from qrelay.local.azure.documents import job_document
from qrelay.local.azure.errors import ServiceError, json_response
from qrelay.local.azure.items import Job, load_job, load_session
from qrelay.local.items import remove, save

if TYPE_CHECKING:
    from qrelay.local.azure.plane import Call
    from qrelay.local.azure.targets import Target

__all__ = ["cancel", "create", "delete", "get", "update"]

_CANCEL_VERB_SINCE = "2025-12-01"  # before it, DELETE cancelled a job; since then it deletes


async def create(call: Call) -> Response:
    """A repeated PUT of the same body answers with the job as it is by now; another body for the same id is refused."""
    body = Body("Job", await call.body())
    body.check_id(call.id)
    plane = call.plane
    with plane.store.transaction():
        known = load_job(plane.store, call.workspace, call.id)
        if known is not None:
            if known.fingerprint != body.fingerprint():
                raise ServiceError(409, "JobAlreadyExists", f"Job '{call.id}' exists already, with another definition.")
            return json_response(job_document(call, known, "put"))
        job = _new_job(call, body)
        if job.session is not None:
            session_rules.end_idle(plane.store, call.now, plane.session_idle)
            session = load_session(plane.store, call.workspace, job.session)
            reason = session_rules.refusal(session, job.provider, job.target)
            if reason is not None:
                raise body.refusal(reason)
            assert session is not None
            session_rules.job_joined(plane.store, session, call.now)
        save(plane.store, job)
    plane.queue.submit(job)
    return json_response(job_document(call, job, "put"))


async def get(call: Call) -> Response:
    return json_response(job_document(call, _existing(call), "get"))


async def cancel(call: Call) -> Response:
    """A waiting job is cancelled at once, a running one soon; one that has ended is answered as it is.

    The specification knows one answer only, 200 with the job, so a client that lost a race is not told off.
    """
    return json_response(job_document(call, _cancel(call), "get"))


async def delete(call: Call) -> Response:
    if not call.since(_CANCEL_VERB_SINCE):
        _cancel(call)
        return Response(status_code=204)
    with call.plane.store.transaction():
        job = _existing(call)
        if not job.final:
            raise ServiceError(409, "JobNotTerminal", f"Job '{job.id}' is {job.state}; cancel it before deleting it.")
        remove(call.plane.store, job)
    return Response(status_code=204)


async def update(call: Call) -> Response:
    """Change name, priority or tags; what the patch leaves out, or sets to null, stays."""
    body = Body("Job", await call.body())
    with call.plane.store.transaction():
        job = _existing(call)
        if body.fields.get("name") is not None:
            job.name = body.text("name")
        if body.fields.get("tags") is not None:
            job.tags = body.tags()
        if body.fields.get("priority") is not None:
            job.priority = body.priority()
        job.modified = call.now
        save(call.plane.store, job)
    return json_response({"id": job.id, "priority": job.priority, "name": job.name, "tags": job.tags})


def _cancel(call: Call) -> Job:
    with call.plane.store.transaction():
        job = _existing(call)
        if job.state == "Waiting":
            job.state = "Cancelled"
            job.cancelled = job.ended = job.modified = call.now
            save(call.plane.store, job)
            session_rules.job_ended(call.plane.store, job, call.now)
        elif job.state == "Executing":
            job.state = "CancellationRequested"
            job.modified = call.now
            save(call.plane.store, job)
            call.plane.queue.cancel(job)
    return job


def _existing(call: Call) -> Job:
    job = load_job(call.plane.store, call.workspace, call.id)
    if job is None:
        raise ServiceError(404, "ResourceNotFound", f"Job '{call.id}' was not found in this workspace.")
    return job


def _new_job(call: Call, body: Body) -> Job:
    target = body.target()
    container, _ = call.storage_path(body.text("containerUri"))
    input_format = body.text("inputDataFormat")
    session = body.fields.get("sessionId")
    if session is not None and not is_guid(session):
        raise body.refusal("Property 'sessionId' must be a GUID.")
    return Job(
        **body.item(call, target),
        modified=call.now,
        container=container,
        input_blob=_blob(call, body, "inputDataUri", (container, "inputData")),
        output_blob=_blob(call, body, "outputDataUri", (container, "outputData")),
        input_format=input_format,
        output_format=_output_format(body, target, input_format),
        params=body.mapping("inputParams") or {},
        metadata=_metadata(body),
        session=session,
    )


def _blob(call: Call, body: Body, key: str, default: tuple[str, str]) -> tuple[str, str]:
    if body.fields.get(key) is None:
        return default
    container, blob = call.storage_path(body.text(key))
    if blob is None:
        raise body.refusal(f"Property '{key}' names a container, not a blob.")
    return container, blob


def _output_format(body: Body, target: Target, input_format: str) -> str:
    if body.fields.get("outputDataFormat") is not None:
        return body.text("outputDataFormat")
    return next(iter(target.formats.get(input_format, ())), "unknown")


def _metadata(body: Body) -> dict[str, str] | None:
    # Values become strings, as recorded: 4 comes back as "4".
    found = body.mapping("metadata")
    if found is None:
        return None
    return {
        key: value if isinstance(value, str) else str(value) if isinstance(value, bool) else json.dumps(value)
        for key, value in found.items()
    }
