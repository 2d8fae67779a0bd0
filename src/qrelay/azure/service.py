"""Azure Quantum as a Service: how one job, one session, one list goes through the data plane."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import unquote, urlsplit

from qrelay.azure.api import Api
from qrelay.azure.blobs import Blobs
from qrelay.azure.filters import item_filter
from qrelay.azure.metadata import describe_submission, list_size, lost_layouts, read_layouts
from qrelay.azure.models import JobDetails, SessionDetails
from qrelay.azure.targets import describe
from qrelay.cloud.http import Unanswered
from qrelay.cloud.service import JobRecord, JobState, SessionRecord, SessionState, Submission
from qrelay.cloud.target import Target
from qrelay.cloud.urls import SignedUrl, redact_text
from qrelay.errors import InvalidOption, NotFound, ServiceError, SessionEnded, UnclearOutcome
from qrelay.program import Layout

__all__ = ["AzureService"]

D = TypeVar("D", JobDetails, SessionDetails)

_JOB_STATES = {
    "queued": JobState.QUEUED,
    "waiting": JobState.QUEUED,
    "executing": JobState.RUNNING,
    "finishing": JobState.RUNNING,
    "cancellationrequested": JobState.CANCELLING,
    "cancelling": JobState.CANCELLING,
    "canceling": JobState.CANCELLING,
    "completed": JobState.SUCCEEDED,
    "succeeded": JobState.SUCCEEDED,
    "failed": JobState.FAILED,
    "cancelled": JobState.CANCELLED,
    "canceled": JobState.CANCELLED,
}
_SESSION_STATES = {
    "waiting": SessionState.OPEN,
    "executing": SessionState.OPEN,
    "failure(s)": SessionState.OPEN,  # a job has failed under the policy Continue; the next one is still welcome
    "succeeded": SessionState.SUCCEEDED,
    "failed": SessionState.FAILED,
    "timedout": SessionState.TIMED_OUT,
}
_POLICIES = ("Abort", "Continue")
_MEMBERS_AT_ONCE = 16
_POLL_PATIENCE = 30.0  # the scheduler asks again by itself
_INPUT_BLOB = "inputData"


class AzureService:
    """One workspace."""

    def __init__(self, name: str, api: Api, blobs: Blobs) -> None:
        self._name = name
        self.api = api
        self.blobs = blobs

    @property
    def name(self) -> str:
        return self._name

    @property
    def requests(self) -> int:
        return self.api.http.requests

    # --- targets -----------------------------------------------------------------------------------------------------

    async def targets(self) -> Sequence[Target]:
        found: list[Target] = []
        for provider in await self.api.list_providers():
            found.extend(describe(provider, status) for status in provider.targets if status.id)
        return found

    # --- jobs --------------------------------------------------------------------------------------------------------

    async def submit(self, submission: Submission) -> JobRecord:
        (payload,), target = submission.payloads, submission.target
        container = await self.api.get_sas_uri(f"job-{submission.key}")
        blob = await self.blobs.upload(container, _INPUT_BLOB, payload.data, payload.content_type)
        shots = {target.shots_name: submission.shots}
        body: dict[str, Any] = {
            "itemType": "Job",
            "name": submission.name,
            "providerId": target.provider,
            "target": target.id,
            "containerUri": container.reveal(),
            "inputDataUri": blob.base,
            "inputDataFormat": payload.format,
            "outputDataFormat": payload.output_format,
            "inputParams": {**shots, **payload.input_params, **submission.input_params},
            "metadata": describe_submission(submission),
        }
        if submission.session_id is not None:
            body["sessionId"] = submission.session_id
        if submission.tags:
            body["tags"] = list(submission.tags)
        try:
            details = await self._create(submission, body)
        except UnclearOutcome:
            raise
        except ServiceError as error:
            raise await self._explain(error, submission) from error
        return self._record(details)

    async def _create(self, submission: Submission, body: Mapping[str, Any]) -> JobDetails:
        """PUT the job; after an unclear answer ask for it first, so that there is never a second one."""
        key = submission.key
        for _ in range(3):
            trouble: ServiceError
            try:
                return _the_one(key, await self.api.create_job(key, body))
            except Unanswered as error:
                if error.processed is False:
                    raise
                trouble = error
            except ServiceError as error:
                if error.status != 409 and not _accepted(error):
                    raise
                trouble = error
            try:
                return _the_one(key, await self.api.get_job(key))
            except NotFound:
                if trouble.status == 409:  # refused for another reason than that it is there
                    raise trouble from None
                continue  # it certainly did not arrive
            except ServiceError as error:  # whatever keeps the service from saying, the job may be there
                trouble = error
                break
        raise UnclearOutcome(
            f"Whether job {key} on {submission.target.id} was created is not known: {trouble} Nothing is sent a "
            "second time unasked. Await .resume() on this error to settle it, or look for the job by its id.",
            tag=key,
            resume=lambda: self._settle(submission),
            status=trouble.status,
            code=trouble.code,
            target=submission.target.id,
            job_id=key,
            request_id=trouble.request_id,
        ) from trouble

    async def _settle(self, submission: Submission) -> JobRecord:
        """Take up an unclear submission: the job if it is there, else submitted again."""
        try:
            return await self.job(submission.key)
        except NotFound:
            return await self.submit(submission)

    async def _explain(self, error: ServiceError, submission: Submission) -> ServiceError | SessionEnded:
        """Say what was refused; a refusal inside a session that has ended is the session's end."""
        session_id = submission.session_id
        if session_id is not None and error.status in (400, 404, 409, 410):
            try:
                session = await self.api.get_session(session_id)
            except ServiceError:
                session = None
            if session is not None and (_session_state(session).ended or _says_closed(error)):
                return SessionEnded(
                    f"Session {session.name or session_id} on {submission.target.id} ({session.status}) takes no more "
                    f"jobs: {error}",
                    session_id=session_id,
                )
        if error.target is None:
            error.target = submission.target.id
            error.args = (f"Job {submission.key} on {submission.target.id} was not created. {error}",)
        error.job_id = submission.key
        return error

    async def job(self, job_id: str) -> JobRecord:
        details = await self.api.get_job(job_id, patience=_POLL_PATIENCE)
        return self._record(details if details.id else details.model_copy(update={"id": job_id}))

    async def submitted(self, keys: Sequence[str]) -> Sequence[JobRecord | None]:
        places = asyncio.Semaphore(_MEMBERS_AT_ONCE)

        async def member(key: str) -> JobRecord | None:
            async with places:
                try:
                    return await self.job(key)
                except NotFound:
                    return None

        return await asyncio.gather(*map(member, keys))

    async def layouts(self, record: JobRecord) -> tuple[Layout | None, ...]:
        return record.layouts if record.layouts is not None else (None,)

    async def jobs(self, **filters: Any) -> AsyncIterator[JobRecord]:
        limit = filters.pop("limit", None)
        session = filters.pop("session", None)
        query = item_filter(**filters)
        if session is not None:
            if query:
                raise InvalidOption("session= goes with no other filter but limit=.", option="session")
            found = self.api.list_session_jobs(session)
        else:
            found = self.api.list_jobs(filter=query, orderby="CreationTime desc", top=_page(limit))
        async for details in _first(limit, found):
            yield self._record(details)

    async def result(self, record: JobRecord) -> bytes:
        async def renew() -> SignedUrl:
            fresh = (await self.api.get_job(record.id)).output_data_uri
            if fresh is None:
                raise ServiceError(
                    f"Job {record.id} has succeeded, and the service does not say where its result is. Ask again "
                    "later.",
                    job_id=record.id,
                    target=record.target,
                )
            if fresh.signed and not self.blobs.expires_soon(fresh):
                return fresh
            container, blob = _place(fresh)
            return await self.api.get_sas_uri(container, blob)

        place = record.output
        return await self.blobs.download(place if isinstance(place, SignedUrl) else None, renew)

    async def cancel(self, job_id: str) -> JobRecord:
        try:
            details = await self.api.cancel_job(job_id)
        except ServiceError as error:
            if error.status != 409:
                raise
            details = None  # it has ended meanwhile
        return self._record(details if details is not None else await self.api.get_job(job_id))

    # --- sessions ----------------------------------------------------------------------------------------------------

    async def open_session(self, target: Target, *, id: str, name: str, **options: Any) -> SessionRecord:  # noqa: A002
        policy = options.pop("policy", None) or "Abort"
        if options:
            raise InvalidOption(
                f"A session here has no option {next(iter(options))!r}; it has policy.", option=next(iter(options))
            )
        if policy not in _POLICIES:
            raise InvalidOption(f"policy is 'Abort' or 'Continue', not {policy!r}.", option="policy")
        body = {
            "itemType": "Session",
            "name": name,
            "providerId": target.provider,
            "target": target.id,
            "jobFailurePolicy": policy,
        }
        try:
            details = await self.api.open_session(id, body)
        except Unanswered as error:
            if error.processed is False:
                raise
            try:
                details = await self.api.get_session(id)
            except NotFound:
                details = await self.api.open_session(id, body)
        return self._session_record(details)

    async def session(self, session_id: str) -> SessionRecord:
        return self._session_record(await self.api.get_session(session_id))

    async def drain_session(self, session_id: str) -> SessionRecord:
        raise InvalidOption(
            f"Session {session_id} cannot be drained, as none of Azure Quantum's can. close() takes no more jobs and "
            "lets those under way end.",
            option="drain",
        )

    async def close_session(self, session_id: str) -> SessionRecord:
        try:
            details = await self.api.close_session(session_id)
        except ServiceError as error:
            if isinstance(error, NotFound) or (isinstance(error, Unanswered) and error.processed is False):
                raise
            details = await self.api.get_session(session_id)
            if not _session_state(details).ended and details.end_execution_time is None:
                if not isinstance(error, Unanswered):
                    raise
                details = await self.api.close_session(session_id)  # it certainly was not closed
        return self._session_record(details)

    async def sessions(self, **filters: Any) -> AsyncIterator[SessionRecord]:
        limit = filters.pop("limit", None)
        query = item_filter(**filters)
        found = self.api.list_sessions(filter=query, orderby="CreationTime desc", top=_page(limit))
        async for details in _first(limit, found):
            yield self._session_record(details)

    async def session_jobs(self, session_id: str) -> AsyncIterator[JobRecord]:
        async for details in self.api.list_session_jobs(session_id):
            yield self._record(details)

    async def aclose(self) -> None:
        await self.api.http.aclose()

    # --- reading -----------------------------------------------------------------------------------------------------

    def _record(self, details: JobDetails) -> JobRecord:
        error = details.error_data
        layouts = read_layouts(details.metadata, details.input_params)
        return JobRecord(
            id=details.id,
            state=_JOB_STATES.get(details.status.lower(), JobState.UNKNOWN),
            status=details.status,
            target=details.target,
            provider=details.provider_id,
            name=details.name,
            input_format=details.input_data_format or None,
            output_format=details.output_data_format or None,
            shots=details.shots,
            layouts=layouts,
            needs_layouts=lost_layouts(details.metadata, layouts),
            circuits=len(layouts),
            list_size=list_size(details.metadata),
            session_id=details.session_id or None,
            error_code=(error.code or None) if error is not None else None,
            error_message=(redact_text(error.message) or None) if error is not None else None,
            created=details.creation_time,
            began=details.begin_execution_time,
            ended=details.end_execution_time or details.cancellation_time,
            cost=str(details.cost_estimate) or None if details.cost_estimate is not None else None,
            metadata=details.metadata,
            output=details.output_data_uri,
            raw=details.shown(),
        )

    def _session_record(self, details: SessionDetails) -> SessionRecord:
        return SessionRecord(
            id=details.id,
            state=_session_state(details),
            status=details.status,
            target=details.target,
            provider=details.provider_id,
            name=details.name,
            created=details.creation_time,
            ended=details.end_execution_time,
            raw=details.shown(),
        )


def _page(limit: int | None) -> int:
    return 100 if limit is None else max(1, min(100, limit))


async def _first(limit: int | None, found: AsyncIterator[D]) -> AsyncIterator[D]:
    if limit is not None and limit < 1:
        return
    taken = 0
    async for details in found:
        yield details
        taken += 1
        if taken == limit:  # before the next page is asked for
            return


def _says_closed(error: ServiceError) -> bool:
    """A session closed while jobs are pending takes no more, and its status does not show it yet."""
    said = str(error).lower()
    return error.code == "InvalidJobDefinition" and "session" in said and ("closed" in said or "terminal" in said)


def _accepted(error: ServiceError) -> bool:
    """Whether the service said yes, in words that cannot be read."""
    return error.status is not None and 200 <= error.status < 300


def _the_one(key: str, details: JobDetails) -> JobDetails:
    if details.id.lower() != key.lower():
        raise ServiceError(f"The service was asked for job {key} and described another one, or none.", status=200)
    return details


def _session_state(details: SessionDetails) -> SessionState:
    return _SESSION_STATES.get(details.status.lower(), SessionState.UNKNOWN)


def _place(url: SignedUrl) -> tuple[str, str]:
    """Container and blob of an address, with or without an account in its path (as storage emulators have it)."""
    parts = unquote(urlsplit(url.base).path).strip("/").split("/")
    if len(parts) > 2 and parts[1].startswith("job-"):
        parts = parts[1:]
    return parts[0], "/".join(parts[1:])
