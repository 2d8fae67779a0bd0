"""Jobs and sessions, once for the Hub as a whole and once for each service execution, under whose path both lie too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from qrelay.cloud.bodies import read
from qrelay.errors import ServiceError
from qrelay.kipu.calls import Calls, segment
from qrelay.kipu.models import (
    CalibrationResponse,
    Job,
    JobStatusResponse,
    Page,
    Session,
    SessionStateUpdateRequest,
    SessionStatusResponse,
    WorkloadResponse,
)

__all__ = ["Work"]


class Work:
    """The operations that exist in both places; `root` is the path that they lie under, with its slash."""

    def __init__(self, calls: Calls, root: str = "") -> None:
        self._calls = calls
        self._root = root

    # --- jobs --------------------------------------------------------------------------------------------------------

    async def get_job(self, id: str, *, patience: float | None = None) -> Job:  # noqa: A002 - the specification's word
        """getJob."""
        return await self._calls.get(self._job(id), Job, job_id=id, patience=patience)

    async def cancel_job(self, id: str) -> None:  # noqa: A002
        """cancelJob. Repeated as needed: a job cannot be cancelled twice."""
        await self._calls.send("DELETE", self._job(id), job_id=id)

    async def get_job_status(self, id: str) -> JobStatusResponse:  # noqa: A002
        """getJobStatus."""
        return await self._calls.get(self._job(id, "status"), JobStatusResponse, job_id=id)

    async def get_job_result_stream(self, id: str) -> bytes:  # noqa: A002
        """getJobResultStream: the document as it comes. NotFound before the job has ended."""
        return (await self._calls.send("GET", self._job(id, "result-stream"), job_id=id, any_size=True)).content

    async def get_job_input(self, id: str) -> Any:  # noqa: A002
        """getJobInput: what the job was given to run, as JSON."""
        return self._calls.document(await self._calls.send("GET", self._job(id, "input"), job_id=id, any_size=True))

    async def get_job_calibration(self, id: str) -> CalibrationResponse | None:  # noqa: A002
        """getJobCalibration; None where the backend has none."""
        return await self._calibration(self._job(id, "calibration"), job_id=id)

    # --- sessions ----------------------------------------------------------------------------------------------------

    async def get_session_status(self, id: str) -> SessionStatusResponse:  # noqa: A002
        """getSessionStatus."""
        return await self._calls.get(self._session(id, "status"), SessionStatusResponse)

    async def get_session_jobs(self, id: str) -> list[Job]:  # noqa: A002
        """getSessionJobs. The specification's words say a list and its schema one job: both are taken, and a page."""
        document = self._calls.document(await self._calls.send("GET", self._session(id, "jobs")))
        if isinstance(document, Mapping):
            content = document.get("content")
            document = content if isinstance(content, list) else [document] if document.get("id") else []
        if not isinstance(document, list):
            raise ServiceError(f"The Hub answered with something else than the jobs of session {id}. Ask again later.")
        return [read(entry, Job) for entry in document if isinstance(entry, Mapping)]

    async def update_session_state(self, id: str, body: SessionStateUpdateRequest | Mapping[str, Any]) -> Session:  # noqa: A002
        """updateSessionState: whether the session takes new jobs. Saying it twice is the same as saying it once."""
        return self._calls.read(await self._calls.send("PATCH", self._session(id), body=body), Session)

    async def close_session(self, id: str) -> None:  # noqa: A002
        """closeSession, which the service calls idempotent."""
        await self._calls.send("DELETE", self._session(id))

    async def get_workloads(
        self,
        *,
        page: int | None = None,
        size: int | None = None,
        sort: str | Sequence[str] | None = None,
        patience: float | None = None,
    ) -> Page[WorkloadResponse]:
        """getWorkloads: one page of jobs and sessions."""
        query = {"page": page, "size": size, "sort": sort}
        return await self._calls.get(f"{self._root}workloads", Page[WorkloadResponse], query=query, patience=patience)

    # --- beneath -----------------------------------------------------------------------------------------------------

    async def _calibration(self, path: str, **how: Any) -> CalibrationResponse | None:
        answer = await self._calls.send("GET", path, **how)
        return (
            None if answer.status_code == 204 or not answer.content else self._calls.read(answer, CalibrationResponse)
        )

    def _job(self, id: str, *more: str) -> str:  # noqa: A002
        return self._root + "/".join(("jobs", segment(id), *more))

    def _session(self, id: str, *more: str) -> str:  # noqa: A002
        return self._root + "/".join(("sessions", segment(id), *more))
