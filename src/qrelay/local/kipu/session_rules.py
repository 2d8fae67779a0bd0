"""How the state of a session on the Hub follows from its jobs, its owner's wishes, and the clock.

OPEN until the first job runs, then ACTIVE while there are jobs and INACTIVE without; DRAINING takes no new ones and
lasts until the session is closed, as the specification has it, or its time to live is over. Jobs of a closed one run
on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from qrelay.local.items import find, load, save, unfinished
from qrelay.local.kipu.errors import Problem
from qrelay.local.kipu.items import Job, Session

if TYPE_CHECKING:
    from qrelay.local.store import Store

__all__ = ["accept", "close", "drain", "end_expired", "job_begun", "job_ended", "refusal"]

_PENDING = f"SELECT 1 FROM items WHERE kind='HubJob' AND workspace=? AND session=? AND {unfinished(Job)} LIMIT 1"  # noqa: S608 - a constant


def refusal(session: Session | None, session_id: str, backend: str) -> Problem | None:
    """Why a job for that backend may not join, or None if it may."""
    if session is None:
        return Problem(404, f"Session '{session_id}' was not found.")
    if session.final:
        return Problem(422, f"Session '{session_id}' is {session.state} and accepts no more jobs. Open a new one.")
    if session.state == "DRAINING":
        return Problem(422, f"Session '{session_id}' is draining and accepts no new jobs.")
    if session.target != backend:
        return Problem(422, f"Session '{session_id}' is on backend '{session.target}', the job is for '{backend}'.")
    return None


def job_begun(store: Store, job: Job) -> None:
    session = _session(store, job)
    if session is not None and not session.final:
        session.begun = session.begun or job.begun
        if session.state != "DRAINING":
            session.state = "ACTIVE"
        save(store, session)


def job_ended(store: Store, job: Job) -> None:
    """Draw the consequences of a job that has just reached its last state. Call inside the same transaction."""
    session = _session(store, job)
    if session is not None and session.state == "ACTIVE" and not _pending(store, session):
        session.state = "INACTIVE"
        save(store, session)


def drain(store: Store, session: Session) -> None:
    session.state = "DRAINING"
    save(store, session)


def accept(store: Store, session: Session) -> None:
    """Take jobs again."""
    if session.state == "DRAINING":
        idle = "OPEN" if session.begun is None else "INACTIVE"
        session.state = "ACTIVE" if session.begun is not None and _pending(store, session) else idle
        save(store, session)


def close(store: Store, session: Session, now: int) -> None:
    """Nothing happens to one that has ended."""
    if not session.final:
        session.state, session.ended = "CLOSED", now
        save(store, session)


def end_expired(store: Store, now: int) -> None:
    """Close the sessions whose time to live is over, at the time when it was over."""
    with store.transaction():
        for session in load(store, Session, unfinished(Session)):
            if session.expires is not None and session.expires <= now:
                close(store, session, session.expires)


def _session(store: Store, job: Job) -> Session | None:
    return None if job.session is None else find(store, Session, job.workspace, job.session)


def _pending(store: Store, session: Session) -> bool:
    return store.row(_PENDING, session.workspace, session.id) is not None
