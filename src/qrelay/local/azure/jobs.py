"""Jobs_Create, Jobs_Get, Jobs_Cancel, Jobs_Update, Jobs_Delete."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from qrelay.local import session_rules
from qrelay.local.azure.documents import job_document
from qrelay.local.azure.errors import ServiceError, json_response
from qrelay.local.azure.plane import Call, fingerprint, is_guid
from qrelay.local.items import Job, load_job, load_session, remove, save
from qrelay.local.targets import Target, find_target

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["cancel", "create", "delete", "get", "read_priority", "read_tags", "text", "update"]

_CANCEL_VERB_SINCE = "2025-12-01"  # before it, DELETE cancelled a job; since then it deletes


async def create(call: Call) -> Response:
    """A repeated PUT of the same body answers with the job as it is by now; another body for the same id is refused."""
    body = await call.body()
    if not is_guid(call.id) or body.get("id", call.id) != call.id:
        raise _invalid("The job's id must be a GUID, the same in path and body.")
    plane = call.plane
    with plane.store.transaction():
        known = load_job(plane.store, call.workspace, call.id)
        if known is not None:
            if known.fingerprint != fingerprint(body):
                raise ServiceError(409, "JobAlreadyExists", f"Job '{call.id}' exists already, with another definition.")
            return json_response(job_document(call, known, "put"))
        job = _new_job(call, body)
        if job.session is not None:
            session_rules.end_idle(plane.store, call.now, plane.session_idle)
            session = load_session(plane.store, call.workspace, job.session)
            reason = session_rules.refusal(session, job.provider, job.target)
            if reason is not None:
                raise _invalid(reason)
            assert session is not None
            session_rules.job_joined(plane.store, session, call.now)
        save(plane.store, job)
    plane.worker.submit(job)
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
    body = await call.body()
    with call.plane.store.transaction():
        job = _existing(call)
        if body.get("name") is not None:
            job.name = text(body, "name")
        if body.get("tags") is not None:
            job.tags = read_tags(body)
        if body.get("priority") is not None:
            job.priority = read_priority(body)
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
            call.plane.worker.cancel(job)
    return job


def _existing(call: Call) -> Job:
    job = load_job(call.plane.store, call.workspace, call.id)
    if job is None:
        raise ServiceError(404, "ResourceNotFound", f"Job '{call.id}' was not found in this workspace.")
    return job


def _new_job(call: Call, body: Mapping[str, Any]) -> Job:
    if body.get("itemType") != "Job":
        raise _invalid("Property 'itemType' must be 'Job'.")
    provider, target_id = text(body, "providerId").lower(), text(body, "target")
    target = find_target(provider, target_id)
    if target is None:
        raise _invalid(f"Target '{target_id}' of provider '{provider}' is not available in this workspace.")
    container, _ = call.storage_path(text(body, "containerUri"))
    input_format = text(body, "inputDataFormat")
    session = body.get("sessionId")
    if session is not None and not is_guid(session):
        raise _invalid("Property 'sessionId' must be a GUID.")
    return Job(
        workspace=call.workspace,
        id=call.id,
        name=text(body, "name"),
        provider=provider,
        target=target_id,
        created=call.now,
        modified=call.now,
        fingerprint=fingerprint(body),
        container=container,
        input_blob=_blob(call, body, "inputDataUri", (container, "inputData")),
        output_blob=_blob(call, body, "outputDataUri", (container, "outputData")),
        input_format=input_format,
        output_format=_output_format(body, target, input_format),
        params=_mapping(body, "inputParams") or {},
        metadata=_metadata(body),
        session=session,
        priority=read_priority(body),
        tags=read_tags(body),
    )


def _blob(call: Call, body: Mapping[str, Any], key: str, default: tuple[str, str]) -> tuple[str, str]:
    if body.get(key) is None:
        return default
    container, blob = call.storage_path(text(body, key))
    if blob is None:
        raise _invalid(f"Property '{key}' names a container, not a blob.")
    return container, blob


def _output_format(body: Mapping[str, Any], target: Target, input_format: str) -> str:
    if body.get("outputDataFormat") is not None:
        return text(body, "outputDataFormat")
    return next(iter(target.formats.get(input_format, ())), "unknown")


def _metadata(body: Mapping[str, Any]) -> dict[str, str] | None:
    # Values become strings, as recorded: 4 comes back as "4".
    found = _mapping(body, "metadata")
    if found is None:
        return None
    return {
        key: value if isinstance(value, str) else str(value) if isinstance(value, bool) else json.dumps(value)
        for key, value in found.items()
    }


def _mapping(body: Mapping[str, Any], key: str) -> dict[str, Any] | None:
    value = body.get(key)
    if value is not None and not isinstance(value, dict):
        raise _invalid(f"Property '{key}' must be an object.")
    return value


def text(body: Mapping[str, Any], key: str) -> str:
    """A property that must be there and be a string that is not empty."""
    value = body.get(key)
    if not isinstance(value, str) or not value:
        raise _invalid(f"Property '{key}' is required and must be a string.")
    return value


def read_tags(body: Mapping[str, Any]) -> list[str]:
    tags = body.get("tags")
    if tags is None:
        return []
    if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
        raise _invalid("Property 'tags' must be a list of strings.")
    return tags


def read_priority(body: Mapping[str, Any]) -> str:
    priority = body.get("priority")
    if priority not in (None, "Standard", "High"):
        raise _invalid("Property 'priority' must be 'Standard' or 'High'.")
    return priority or "Standard"


def _invalid(message: str) -> ServiceError:
    return ServiceError(400, "InvalidJobDefinition", message)
