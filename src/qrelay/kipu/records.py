"""The Hub's jobs and sessions as `cloud/` describes them."""

from __future__ import annotations

from qrelay.cloud.service import JobRecord, JobState, SessionRecord, SessionState
from qrelay.kipu.families import Family, family_of
from qrelay.kipu.models import Job, Session
from qrelay.kipu.submitting import SESSION_NAME, circuits_of, keeps_layouts, list_size_of, shots_of

__all__ = ["job_record", "name_in", "session_record"]

_JOB_STATES = {
    "CREATED": JobState.QUEUED,
    "PENDING": JobState.QUEUED,
    "RUNNING": JobState.RUNNING,
    "CANCELLING": JobState.CANCELLING,
    "COMPLETED": JobState.SUCCEEDED,
    "FAILED": JobState.FAILED,
    "ABORTED": JobState.FAILED,
    "DETACHED": JobState.FAILED,
    "CANCELLED": JobState.CANCELLED,
}
_SESSION_STATES = {
    "OPEN": SessionState.OPEN,
    "ACTIVE": SessionState.OPEN,
    "INACTIVE": SessionState.OPEN,  # idle, without priority; the next job is still welcome
    "DRAINING": SessionState.DRAINING,
    "CLOSED": SessionState.CLOSED,
    "ABORTED": SessionState.FAILED,
    "DETACHED": SessionState.CLOSED,
}
_REASONS = {
    "ABORTED": "it was never started, because of an error inside the Hub",
    "DETACHED": "it outlived the credentials that reached it at its provider, so that its result cannot be had",
}


def job_record(job: Job, reason: tuple[str | None, str | None] | None = None, shots: int | None = None) -> JobRecord:
    """A job. `reason` is the code and the message of its failure, `shots` how many of each circuit if that is known."""
    family, status = family_of(job.backend_id), job.status.upper()
    circuits = circuits_of(job)
    code, message = reason or (None, None)
    if message is None and status in _REASONS:
        code, message = code or status, _REASONS[status]
    return JobRecord(
        id=job.id,
        state=_JOB_STATES.get(status, JobState.UNKNOWN),
        status=job.status,
        target=job.backend_id,
        provider=job.provider,
        name=job.name,
        input_format=job.input_format or None,
        output_format=family.outputs.get(job.input_format.upper()),
        shots=shots if shots is not None else _shots(job, circuits, family),
        layouts=None,
        needs_layouts=keeps_layouts(job),
        circuits=circuits or 1,
        list_size=list_size_of(job),
        session_id=job.session_id or None,
        error_code=code,
        error_message=message,
        created=job.created_at,
        began=job.started_at,
        ended=job.ended_at,
        cost=f"{job.milliseconds / 1000:g} s on the machine" if job.milliseconds else None,
        raw=job.shown(),
    )


def _shots(job: Job, circuits: int | None, family: Family) -> int | None:
    """Shots of each circuit. The Hub tells those of all circuits together (qhub-api 3.3.0 says so of `shots`), so
    they are not known where it is not known how many circuits there may be. The tag comes first: it is our own word.
    """
    told = shots_of(job)
    if told is not None:
        return told
    if circuits is None:
        return job.shots if family.most_circuits == 1 else None
    whole, rest = divmod(job.shots, circuits) if job.shots is not None else (None, 0)
    return whole if rest == 0 else None


def session_record(session: Session) -> SessionRecord:
    return SessionRecord(
        id=session.id,
        state=_SESSION_STATES.get(session.status.upper(), SessionState.UNKNOWN),
        status=session.status,
        target=session.backend_id,
        provider=session.provider,
        name=name_in(session),
        created=session.created_at,
        ended=session.closed_at,
        raw=session.shown(),
    )


def name_in(session: Session) -> str:
    name = session.metadata.get(SESSION_NAME)
    return name if isinstance(name, str) else ""
