"""How a session's state follows from its jobs, its policy, and the clock.

Waiting until the first job, then Executing. Under Abort the first failed job makes it Failed; under Continue it shows
`Failure(s)` and goes on. Closing ends it, once no job is pending. A session left idle becomes TimedOut.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from qrelay.local.azure.items import Job, Session, load_session
from qrelay.local.items import load, save, unfinished

if TYPE_CHECKING:
    from qrelay.local.store import Store

__all__ = ["close", "end_idle", "job_ended", "job_joined", "refusal"]

_PENDING = f"SELECT 1 FROM items WHERE kind='Job' AND workspace=? AND session=? AND {unfinished(Job)} LIMIT 1"  # noqa: S608 - a constant


def refusal(session: Session | None, provider: str, target: str) -> str | None:
    """Why a job for that target may not join, or None if it may."""
    if session is None:
        return "Session does not exist in this workspace. Open it before jobs are submitted to it."
    if session.final:
        return (
            "Session is already in a terminal state. This may have been due to failures in prior jobs in the session."
        )
    if session.closed:
        return "Session has been closed and accepts no more jobs."
    if (session.provider, session.target) != (provider, target):
        return f"Session is for target '{session.target}' of provider '{session.provider}', the job for '{target}'."
    return None


def job_joined(store: Store, session: Session, now: int) -> None:
    session.touched = now
    if session.state == "Waiting":
        session.state = "Executing"
    save(store, session)


def job_ended(store: Store, job: Job, now: int) -> None:
    """Draw the consequences of a job that has just reached its last state. Call inside the same transaction."""
    session = load_session(store, job.workspace, job.session) if job.session else None
    if session is None or session.final:
        return
    session.touched = now
    if job.state == "Failed":
        if session.policy == "Abort":
            session.state, session.ended = "Failed", now
        else:
            session.state = "Failure(s)"
    if session.closed and not session.final:
        _end_if_drained(store, session, now)
    save(store, session)


def close(store: Store, session: Session, now: int) -> None:
    """Refuse jobs from now on, and end the session as soon as none is pending. Nothing happens to an ended one."""
    if not session.final:
        session.closed = True
        session.touched = now
        _end_if_drained(store, session, now)
        save(store, session)


def end_idle(store: Store, now: int, idle: float) -> None:
    """Let sessions time out that had no job for `idle` seconds; the time of the end is when that time was over."""
    limit = int(idle * 1_000_000_000)
    with store.transaction():
        for session in load(store, Session, unfinished(Session)):
            if now - session.touched >= limit and not _pending(store, session):
                session.state, session.ended = "TimedOut", session.touched + limit
                save(store, session)


def _pending(store: Store, session: Session) -> bool:
    return store.row(_PENDING, session.workspace, session.id) is not None


def _end_if_drained(store: Store, session: Session, now: int) -> None:
    if not _pending(store, session):
        failed = load(store, Job, "workspace=? AND session=? AND state='Failed'", session.workspace, session.id)
        session.state, session.ended = ("Failed" if failed else "Succeeded"), now
