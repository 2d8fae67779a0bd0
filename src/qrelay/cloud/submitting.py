"""Sending what was prepared: side by side under a limit, each circuit once, whatever becomes of the others."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from qrelay.cloud.job import Job
from qrelay.cloud.service import JobRecord, Submission
from qrelay.cloud.settlement import Settlement
from qrelay.errors import QrelayError, SessionEnded, UnclearOutcome

if TYPE_CHECKING:
    from qrelay.cloud.account import Account

__all__ = ["send_all"]


async def send_all(account: Account, submissions: list[Submission], places: asyncio.Semaphore) -> Job:
    """One job of all submissions. If none of them was accepted, the first refusal is raised."""

    async def send(submission: Submission) -> JobRecord | QrelayError:
        async with places:
            try:
                return await _send(account, submission)
            except QrelayError as error:
                return error

    answers = await asyncio.gather(*(send(submission) for submission in submissions))
    errors = {index: answer for index, answer in enumerate(answers) if isinstance(answer, QrelayError)}
    if len(errors) == len(answers):  # an unclear one first: it must be settled
        first = min(errors.values(), key=lambda error: not isinstance(error, UnclearOutcome))
        batch = submissions[0].batch
        if isinstance(first, UnclearOutcome) and batch is not None and batch.composite:
            first.add_note(f"It belongs to a list: account.job({batch.id!r}) finds what arrived of it.")
        raise first
    records = [answer if isinstance(answer, JobRecord) else None for answer in answers]
    return Job(account, records, batch=submissions[0].batch, errors=errors)


async def _send(account: Account, submission: Submission) -> JobRecord:
    async def take(ask: Callable[[], Awaitable[JobRecord]]) -> JobRecord:
        try:
            record = await ask()
        except SessionEnded as error:
            raise await _with_finished_jobs(account, error) from error
        account.jobs_submitted += 1
        layouts = tuple(layout for payload in submission.payloads for layout in payload.layouts)
        return replace(record, layouts=layouts, circuits=len(layouts), shots=record.shots or submission.shots)

    settlement = Settlement[JobRecord, Job](lambda record: Job(account, [record]))
    return await settlement.attempt(lambda: account.service.submit(submission), take)


async def _with_finished_jobs(account: Account, error: SessionEnded) -> SessionEnded:
    """Name what the session still brought to an end, and let this process's session know, so that the next run is
    refused without a request."""
    finished: list[str] = []
    try:
        for session in account._known_sessions:  # noqa: SLF001 - rooms of one floor
            if session.id == error.session_id:
                session.record = await account.service.session(session.id)
        finished = [job.id async for job in account.service.session_jobs(error.session_id) if job.state.ended]
    except QrelayError:
        return error
    named = f" Its finished jobs: {', '.join(finished)}." if finished else ""
    return SessionEnded(f"{error}{named}", session_id=error.session_id, finished_jobs=finished)
