"""The Hub's quantum API, one method an operation of its specification (version 1.0), named after it in snake case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from qrelay.cloud.bodies import read
from qrelay.cloud.http import Http, Repeat
from qrelay.errors import ServiceError
from qrelay.kipu.calls import segment
from qrelay.kipu.models import (
    Backend,
    BackendStateInfo,
    CalibrationResponse,
    CreateJobRequest,
    CreateSessionRequest,
    Job,
    JobStatusResponse,
    Page,
    Session,
    SessionStateUpdateRequest,
    SessionStatusResponse,
    WorkloadResponse,
)
from qrelay.kipu.work import Work

__all__ = ["Api"]


class Api(Work):
    """The operations. Errors are those of `qrelay.errors`; what is repeated unasked is harmless to repeat.

    Bodies may be given as the models of `qrelay.kipu.models` or as mappings with the specification's names.
    """

    @property
    def http(self) -> Http:
        return self._calls.http

    # --- backends ----------------------------------------------------------------------------------------------------

    async def get_backends(
        self, *, provider: str | None = None, only_planqk_sdk: bool | None = None
    ) -> list[Backend]:  # fmt: skip
        """getBackends. Entries that are no descriptions are left out."""
        query = {"provider": provider, "onlyPlanqkSdk": only_planqk_sdk}
        answer = await self._calls.send("GET", "backends", query=query)
        document = self._calls.document(answer)
        if isinstance(document, Mapping):  # a page of them
            document = document.get("content")
        if not isinstance(document, list):
            raise ServiceError(
                "The Hub answered with something else than a list of backends.", status=answer.status_code
            )
        return [read(entry, Backend) for entry in document if isinstance(entry, Mapping)]

    async def get_backend(self, id: str) -> Backend:  # noqa: A002 - the specification's word
        """getBackend."""
        return await self._calls.get(f"backends/{segment(id)}", Backend)

    async def get_backend_status(self, id: str) -> BackendStateInfo:  # noqa: A002
        """getBackendStatus."""
        return await self._calls.get(f"backends/{segment(id)}/status", BackendStateInfo)

    async def get_backend_config(self, id: str) -> Any:  # noqa: A002
        """getBackendConfig: the provider's own document, as JSON."""
        return self._calls.document(await self._calls.send("GET", f"backends/{segment(id)}/config"))

    async def get_backend_calibration(
        self, id: str, *, effective_at: datetime | str | None = None  # noqa: A002
    ) -> CalibrationResponse | None:  # fmt: skip
        """getBackendCalibration, of a moment if one is given (in UTC if it names no zone); None where there is none."""
        moment = effective_at
        if isinstance(moment, datetime):
            moment = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).isoformat()
        return await self._calibration(f"backends/{segment(id)}/calibration", query={"effectiveAt": moment})

    async def get_least_busy_backend(self, provider: str, *, min_qubits: int | None = None) -> Backend:
        """getLeastBusyBackend. The Hub knows it of IBM's backends only."""
        query = {"provider": provider, "minQubits": min_qubits}
        return await self._calls.get("backends/least-busy", Backend, query=query)

    # --- jobs and sessions that lie at the top only ------------------------------------------------------------------

    async def search_jobs(
        self,
        *,
        page: int | None = None,
        size: int | None = None,
        sort: str | Sequence[str] | None = None,
        service_execution_id: str | None = None,
        patience: float | None = None,
    ) -> Page[Job]:
        """searchJobs: one page of them."""
        query = {"page": page, "size": size, "sort": sort, "serviceExecutionId": service_execution_id}
        return await self._calls.get("jobs", Page[Job], query=query, patience=patience)

    async def create_job(self, body: CreateJobRequest | Mapping[str, Any]) -> Job:
        """createJob. Repeated only if it certainly had no effect."""
        answer = await self._calls.send("POST", "jobs", body=body, repeat=Repeat.UNPROCESSED, any_size=True)
        return self._calls.read(answer, Job)

    async def get_job_result(self, id: str) -> Any:  # noqa: A002
        """getJobResult: the measurements, as JSON. NotFound before the job has ended."""
        return self._calls.document(await self._calls.send("GET", self._job(id, "result"), job_id=id, any_size=True))

    async def create_session(self, body: CreateSessionRequest | Mapping[str, Any]) -> Session:
        """createSession. Repeated only if it certainly had no effect."""
        answer = await self._calls.send("POST", "sessions", body=body, repeat=Repeat.UNPROCESSED)
        return self._calls.read(answer, Session)

    async def get_session(self, id: str) -> Session:  # noqa: A002
        """getSession."""
        return await self._calls.get(self._session(id), Session)

    # --- the same inside a service execution -------------------------------------------------------------------------

    def inside(self, service_execution_id: str) -> Work:
        """Jobs and sessions of a service execution: work that was started inside a service of the Hub."""
        return Work(self._calls, f"service-executions/{segment(service_execution_id)}/")

    async def get_service_execution_job(self, service_execution_id: str, job_id: str) -> Job:
        """getServiceExecutionJob."""
        return await self.inside(service_execution_id).get_job(job_id)

    async def cancel_service_execution_job(self, service_execution_id: str, job_id: str) -> None:
        """cancelServiceExecutionJob."""
        await self.inside(service_execution_id).cancel_job(job_id)

    async def get_service_execution_job_status(self, service_execution_id: str, job_id: str) -> JobStatusResponse:
        """getServiceExecutionJobStatus."""
        return await self.inside(service_execution_id).get_job_status(job_id)

    async def get_service_execution_job_result_stream(self, service_execution_id: str, job_id: str) -> bytes:
        """getServiceExecutionJobResultStream."""
        return await self.inside(service_execution_id).get_job_result_stream(job_id)

    async def get_service_execution_job_input(self, service_execution_id: str, job_id: str) -> Any:
        """getServiceExecutionJobInput."""
        return await self.inside(service_execution_id).get_job_input(job_id)

    async def get_service_execution_job_calibration(
        self, service_execution_id: str, job_id: str
    ) -> CalibrationResponse | None:
        """getServiceExecutionJobCalibration."""
        return await self.inside(service_execution_id).get_job_calibration(job_id)

    async def get_service_execution_session_status(
        self, service_execution_id: str, session_id: str
    ) -> SessionStatusResponse:
        """getServiceExecutionSessionStatus."""
        return await self.inside(service_execution_id).get_session_status(session_id)

    async def get_service_execution_session_jobs(self, service_execution_id: str, session_id: str) -> list[Job]:
        """getServiceExecutionSessionJobs."""
        return await self.inside(service_execution_id).get_session_jobs(session_id)

    async def update_service_execution_session_state(
        self, service_execution_id: str, session_id: str, body: SessionStateUpdateRequest | Mapping[str, Any]
    ) -> Session:
        """updateServiceExecutionSessionState."""
        return await self.inside(service_execution_id).update_session_state(session_id, body)

    async def close_service_execution_session(self, service_execution_id: str, session_id: str) -> None:
        """closeServiceExecutionSession."""
        await self.inside(service_execution_id).close_session(session_id)

    async def get_service_execution_workloads(
        self,
        service_execution_id: str,
        *,
        page: int | None = None,
        size: int | None = None,
        sort: str | Sequence[str] | None = None,
    ) -> Page[WorkloadResponse]:
        """getServiceExecutionWorkloads."""
        return await self.inside(service_execution_id).get_workloads(page=page, size=size, sort=sort)

    # --- beneath -----------------------------------------------------------------------------------------------------

    async def read_result(self, job_id: str) -> bytes:
        """getJobResult's document, undecoded: decoders take bytes."""
        return (await self._calls.send("GET", self._job(job_id, "result"), job_id=job_id, any_size=True)).content
