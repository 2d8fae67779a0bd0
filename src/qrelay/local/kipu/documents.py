"""Jobs, sessions and workloads as JSON. What is not known is left out: the specification's fields cannot be null."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from qrelay.local.items import load
from qrelay.local.kipu.items import Job, Session

if TYPE_CHECKING:
    from qrelay.local.store import Store

__all__ = ["job_document", "moment", "session_document", "workload_document"]


def moment(nanoseconds: int | None) -> str | None:
    """A time as the Hub writes it: UTC, whole seconds, no zone."""
    if nanoseconds is None:
        return None
    return datetime.fromtimestamp(nanoseconds // 1_000_000_000, UTC).strftime("%Y-%m-%d %H:%M:%S")


def job_document(job: Job) -> dict[str, Any]:
    """The specification's fields, then those that are newer (`usage_time_millis` is to take the place of `runtime`)."""
    usage = _usage(job)
    return _present(
        {
            "id": job.id,
            "name": job.name or None,
            "backend_id": job.target,
            "provider": job.provider,
            # the provider knows the job from when it takes it
            "provider_job_id": None if job.begun is None else _provider_id(job.id),
            "input_params": job.params | job.added_params,
            "input_format": job.input_format,
            "tags": job.tags,
            "status": job.state,
            "created_at": moment(job.created),
            "started_at": moment(job.begun),
            "ended_at": moment(job.ended),
            "runtime": usage,
            "shots": job.recorded_shots,
            "session_id": job.session,
            "sdk_provider": job.sdk_provider,
            "usage_time_millis": usage,
            "usage_time_state": "PENDING" if not job.final else "NOT_MEASURABLE" if usage is None else "MEASURED",
        }
    )


def session_document(store: Store, session: Session) -> dict[str, Any]:
    jobs = load(store, Job, "workspace=? AND session=?", session.workspace, session.id)
    return _present(
        {
            "id": session.id,
            "backend_id": session.target,
            "provider": session.provider,
            "status": session.state,
            "mode": session.mode,
            "created_at": moment(session.created),
            "started_at": moment(session.begun),
            "closed_at": moment(session.ended),
            "expires_at": moment(session.expires),
            "usage_time_millis": sum(_usage(job) or 0 for job in jobs),
            "provider_id": _provider_id(session.id),
            "tags": session.tags,
            "metadata": session.metadata,
            "sdk_provider": session.sdk_provider,
            "final": session.final,
            "final_not_aborted": session.state == "CLOSED",
            "usage_time_state": "MEASURED" if session.final else "PENDING",
        }
    )


def workload_document(item: Job | Session) -> dict[str, Any]:
    return _present(
        {
            "id": item.id,
            "type": "JOB" if isinstance(item, Job) else "SESSION",
            "backend_id": item.target,
            "provider": item.provider,
            "status": item.state,
            "started_at": moment(item.begun),
            "ended_at": moment(item.ended),
            "created_at": moment(item.created),
            "sdk_provider": item.sdk_provider,
        }
    )


def _present(document: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in document.items() if value is not None}


def _provider_id(ours: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_OID, ours))


def _usage(job: Job) -> int | None:
    """Milliseconds on the backend, of a job that has ended and had begun."""
    if job.begun is None or job.ended is None:
        return None
    return max(0, job.ended - job.begun) // 1_000_000
