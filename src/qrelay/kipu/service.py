"""The Kipu Quantum Hub as a Service: how one job, one session, one list goes through its API."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any

from qrelay.cloud.http import Http, Unanswered
from qrelay.cloud.service import JobRecord, JobState, SessionRecord, SessionState, Submission
from qrelay.cloud.target import Target
from qrelay.errors import (
    AuthenticationError,
    NotFound,
    QrelayError,
    ServiceError,
    ServiceUnavailable,
    SessionEnded,
    UnclearOutcome,
)
from qrelay.kipu.api import Api
from qrelay.kipu.calls import told_error
from qrelay.kipu.families import describe
from qrelay.kipu.filters import wanted
from qrelay.kipu.layouts import layouts_in
from qrelay.kipu.listing import newest, newest_first
from qrelay.kipu.models import Job, Session, SessionStateUpdateRequest
from qrelay.kipu.records import job_record, name_in, session_record
from qrelay.kipu.settling import Mark, Settling
from qrelay.kipu.submitting import job_request, key_of, session_request, session_tag, tag_of
from qrelay.program import Layout

__all__ = ["KipuService"]

_POLL_PATIENCE = 30.0  # the scheduler asks again by itself
_LATE_RESULT_PATIENCE = 90.0
_REASONS_KEPT = 1000
_LOOKED_AT = 200  # jobs that are looked at for a tag, however old they say they are


class KipuService:
    """One Hub, in the name of one user or organisation. `https` are further clients whose requests are its own too.

    `settling` is how many seconds after trouble a job may still appear that was submitted before it.
    """

    def __init__(self, name: str, api: Api, *https: Http, settling: float = 60.0) -> None:
        self._name = name
        self.api = api
        self._https = (api.http, *https)
        self._clock = api.http.clock
        self._settling = Settling(self._clock, settling)
        self._reasons: dict[str, tuple[str | None, str | None]] = {}

    @property
    def name(self) -> str:
        return self._name

    @property
    def requests(self) -> int:
        return sum(http.requests for http in self._https)

    # --- targets -----------------------------------------------------------------------------------------------------

    async def targets(self) -> Sequence[Target]:
        return [describe(backend) for backend in await self.api.get_backends() if backend.id]

    # --- submitting --------------------------------------------------------------------------------------------------

    async def submit(self, submission: Submission) -> JobRecord:
        """POST the job once. After an unclear answer its tag is looked for: the Hub takes no ids of the client's."""
        body = job_request(submission)
        began = self._settling.mark()
        try:
            job = await self.api.create_job(body)
            if job.id:
                return job_record(job, shots=submission.shots)
            trouble = ServiceError("The Hub accepted the job and did not say under which id.", status=201)
        except ServiceError as error:
            if not _unclear(error):
                raise await self._explain(error, submission) from error
            trouble = error
        return await self._settle(submission, trouble, began, self._settling.mark())

    async def _settle(self, submission: Submission, trouble: ServiceError, began: Mark, broke: Mark) -> JobRecord:
        try:
            found = await self._find(submission, began, broke)
        except QrelayError as error:  # whatever keeps the service from saying, the job may be there
            trouble, found = _latest(trouble, error), None
        if found is not None:
            return found

        async def resume() -> JobRecord:
            nonlocal broke
            found = await self._find(submission, began, broke)
            if found is not None:
                return found
            try:
                return await self.submit(submission)
            finally:  # however it ended, it may have arrived just now
                broke = self._settling.mark()

        tag, circuits = tag_of(submission), len(submission.payloads)
        look = f"batch-{submission.key}-{circuits}" + (f"x{circuits}" if circuits > 1 else "")
        raise UnclearOutcome(
            f"Whether a job with the tag {tag} was created on {submission.target.id} is not known: {trouble} Nothing "
            "is sent a second time unasked. Await .resume() on this error to settle it, or look for the job by "
            f"account.job({look!r}).",
            tag=tag,
            resume=resume,
            status=trouble.status,
            code=trouble.code,
            target=submission.target.id,
            request_id=trouble.request_id,
        ) from trouble

    async def _find(self, submission: Submission, began: Mark, broke: Mark) -> JobRecord | None:
        """The job that the submission became; None if there is none and none can appear any more."""
        tag = tag_of(submission)

        async def look() -> Job | None:
            looked = 0
            async for job in newest_first(self.api.search_jobs):
                if tag in (own.lower() for own in job.tags):
                    return job
                looked += 1
                if looked >= _LOOKED_AT and not began.before(job.created_at):
                    break
            return None

        found = await self._settling.seek(look, broke)
        return job_record(found, shots=submission.shots) if found is not None else None

    async def _explain(self, error: ServiceError, submission: Submission) -> ServiceError | SessionEnded:
        """Say what was refused; a refusal inside a session that takes no more jobs is the session's end."""
        session_id = submission.session_id
        if session_id is not None and error.status in (400, 404, 409, 410, 422):
            try:
                session = session_record(await self.api.get_session(session_id))
            except ServiceError:
                session = None
            if session is not None and not session.state.takes_jobs:
                return SessionEnded(
                    f"Session {session.name or session_id} on {submission.target.id} ({session.status}) takes no more "
                    f"jobs: {error}",
                    session_id=session_id,
                )
        if error.target is None:
            error.target = submission.target.id
            error.args = (f"The job {submission.name!r} on {submission.target.id} was not created. {error}",)
        return error

    # --- jobs --------------------------------------------------------------------------------------------------------

    async def job(self, job_id: str) -> JobRecord:
        job = await self.api.get_job(job_id, patience=_POLL_PATIENCE)
        if not job.id:
            job = job.model_copy(update={"id": job_id})
        return job_record(job, await self._reason(job_id) if job.status.upper() == "FAILED" else None)

    async def _reason(self, job_id: str) -> tuple[str | None, str | None]:
        """Why a job failed. Its result says so, and is asked for it once."""
        if job_id not in self._reasons:
            try:
                document = await self.api.get_job_result(job_id)
            except (AuthenticationError, ServiceUnavailable):
                raise  # it will say so later
            except ServiceError:
                document = None  # no result, or none that can be read: no reason
            while len(self._reasons) >= _REASONS_KEPT:
                del self._reasons[next(iter(self._reasons))]
            self._reasons[job_id] = told_error(document)
        return self._reasons[job_id]

    async def submitted(self, keys: Sequence[str]) -> Sequence[JobRecord | None]:
        """All of them by one reading of the list, which ends where the last one is found."""
        missing = {key.lower() for key in keys}
        found: dict[str, JobRecord] = {}
        if missing:
            async for job in newest_first(self.api.search_jobs):
                key = key_of(job)
                if key in missing:
                    missing.discard(key)
                    found[key] = job_record(job)
                    if not missing:
                        break
        return [found.get(key.lower()) for key in keys]

    async def layouts(self, record: JobRecord) -> tuple[Layout | None, ...]:
        """From the job's input, which holds the layouts of our jobs, and programs that may be read of others."""
        if record.layouts is not None:
            return record.layouts
        try:
            document = await self.api.get_job_input(record.id)
        except (AuthenticationError, ServiceUnavailable):
            raise
        except ServiceError:  # it has none any more, or none that can be read
            return (None,) * record.circuits
        params = record.raw.get("input_params")
        known = params if isinstance(params, dict) else {}
        found = layouts_in(document, record.output_format, known, ours=record.needs_layouts)
        # of our own job the tag says how many circuits it has, and whatever came back in place of its input does not
        return found if not record.needs_layouts or len(found) == record.circuits else (None,) * record.circuits

    async def jobs(self, **filters: Any) -> AsyncIterator[JobRecord]:
        session = filters.pop("session", None)
        want = wanted(**filters)
        if want.limit is not None and want.limit < 1:
            return
        taken = 0
        async for job in self._jobs_of(session) if session is not None else newest_first(self.api.search_jobs):
            if want.over(job):
                return
            if want.fits(job, job.name):
                yield job_record(job)
                taken += 1
                if taken == want.limit:  # before the next page is asked for
                    return

    async def _jobs_of(self, session_id: str) -> AsyncIterator[Job]:
        for job in newest(await self.api.get_session_jobs(session_id)):
            yield job

    async def result(self, record: JobRecord) -> bytes:
        """The document as it came. A job may have ended before its result can be read: that is waited for."""
        patience = self._clock.monotonic() + _LATE_RESULT_PATIENCE
        pause = 0.25
        while True:
            try:
                return await self.api.read_result(record.id)
            except NotFound as error:
                if self._clock.monotonic() + pause > patience:
                    raise NotFound(
                        f"Job {record.id} has ended, but its result has not appeared in the time allowed. Ask for it "
                        "again later.",
                        status=404,
                        job_id=record.id,
                        target=record.target,
                    ) from error
            await self._clock.sleep(pause)
            pause = min(pause * 2, 5.0)

    async def cancel(self, job_id: str) -> JobRecord:
        refusal: ServiceError | None = None
        try:
            await self.api.cancel_job(job_id)
        except NotFound:
            raise
        except ServiceError as error:
            if error.status not in (400, 409, 410, 422):
                raise
            refusal = error  # it may have ended meanwhile
        record = await self.job(job_id)
        if refusal is not None and not record.state.ended and record.state is not JobState.CANCELLING:
            raise refusal
        return record

    # --- sessions ----------------------------------------------------------------------------------------------------

    async def open_session(self, target: Target, *, id: str, name: str, **options: Any) -> SessionRecord:  # noqa: A002
        """POST the session once; after an unclear answer its tag is looked for. Options: mode ("dedicated", which keeps
        the backend for the session, or "batch"), ttl in seconds, tags, metadata.
        """
        body = session_request(target, id, name, options)
        began = self._settling.mark()
        try:
            session = await self.api.create_session(body)
            if session.id:
                return session_record(session)
            trouble = ServiceError("The Hub opened the session and did not say under which id.", status=201)
        except ServiceError as error:
            if not _unclear(error):
                raise
            trouble = error
        broke = self._settling.mark()

        async def find() -> SessionRecord | None:
            return await self._settling.seek(lambda: self._tagged_session(session_tag(id), target, began), broke)

        try:
            found = await find()
        except QrelayError as error:
            trouble, found = _latest(trouble, error), None
        if found is not None:
            return found

        async def resume() -> SessionRecord:
            nonlocal broke
            found = await find()
            if found is not None:
                return found
            try:
                return await self.open_session(target, id=id, name=name, **options)
            finally:
                broke = self._settling.mark()

        raise UnclearOutcome(
            f"Whether the session {name!r} was opened on {target.id} is not known: {trouble} It is not opened a second "
            "time unasked. Await .resume() on this error to settle it; account.sessions(open=True) lists what is open.",
            tag=session_tag(id),
            resume=resume,
            status=trouble.status,
            code=trouble.code,
            target=target.id,
        ) from trouble

    async def _tagged_session(self, tag: str, target: Target, began: Mark) -> SessionRecord | None:
        """There is no list of sessions, and the one of all work has no tags: those of the time are looked at singly."""
        looked = 0
        async for work in newest_first(self.api.get_workloads):
            looked += 1
            if not began.before(work.created_at):
                if looked >= _LOOKED_AT:
                    break
            elif work.type.upper() == "SESSION" and work.backend_id in ("", target.id):
                session = await self._session_or_none(work.id)
                if session is not None and tag in (own.lower() for own in session.tags):
                    return session_record(session)
        return None

    async def _session_or_none(self, session_id: str) -> Session | None:
        try:
            return await self.api.get_session(session_id)
        except NotFound:
            return None

    async def session(self, session_id: str) -> SessionRecord:
        return session_record(await self.api.get_session(session_id))

    async def drain_session(self, session_id: str) -> SessionRecord:
        body = SessionStateUpdateRequest(accept_jobs=False)
        return session_record(await self.api.update_session_state(session_id, body))

    async def close_session(self, session_id: str) -> SessionRecord:
        await self.api.close_session(session_id)
        try:
            return session_record(await self.api.get_session(session_id))
        except ServiceError:  # it is closed all the same
            return SessionRecord(session_id, SessionState.CLOSED, "CLOSED", target="", provider="")

    async def sessions(self, **filters: Any) -> AsyncIterator[SessionRecord]:
        """Out of the list of all work; what it does not tell of a session, the session itself is asked for."""
        want = wanted(**filters)
        if want.limit is not None and want.limit < 1:
            return
        taken = 0
        async for work in newest_first(self.api.get_workloads):
            if want.over(work):
                return
            if work.type.upper() != "SESSION" or not want.fits(work, want.name or ""):
                continue
            session = await self._session_or_none(work.id)
            if session is None or not want.fits(session, name_in(session)):
                continue
            yield session_record(session)
            taken += 1
            if taken == want.limit:
                return

    async def session_jobs(self, session_id: str) -> AsyncIterator[JobRecord]:
        async for job in self._jobs_of(session_id):
            yield job_record(job)

    async def aclose(self) -> None:
        for http in self._https:
            await http.aclose()


def _unclear(error: ServiceError) -> bool:
    """Whether a POST may have had an effect: no usable answer, or a yes in words that cannot be read."""
    if isinstance(error, Unanswered):
        return error.processed is not False
    if isinstance(error, AuthenticationError) or error.status is None:  # for want of a token it was not even sent
        return False
    return 200 <= error.status < 300 or error.status == 303  # processed, and its outcome is elsewhere


def _latest(trouble: ServiceError, error: QrelayError) -> ServiceError:
    """The later trouble, if it is the service's; what else came up is told with the first."""
    if isinstance(error, ServiceError):
        return error
    return ServiceError(f"{trouble} Asking for it failed: {error}", status=trouble.status, code=trouble.code)
