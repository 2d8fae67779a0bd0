"""Azure Quantum's data plane, one method an operation of the specification (2026-01-15-preview).

Here: providers, storage, jobs, sessions. Quotas, job update, job deletion and top-level items join below the others.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any, TypeVar
from urllib.parse import quote

import httpx

from qrelay.azure.connection import Connection
from qrelay.azure.models import ErrorData, JobDetails, ProviderStatus, SessionDetails
from qrelay.cloud.bodies import read, shortened
from qrelay.cloud.http import Authorizer, Http, Repeat, refusal_body
from qrelay.cloud.urls import SignedUrl, origin, redact_text, redact_url
from qrelay.errors import AuthenticationError, NotFound, ServiceError

__all__ = ["API_VERSION", "Api"]

API_VERSION = "2026-01-15-preview"
_PAGE = 100

M = TypeVar("M", JobDetails, SessionDetails, ProviderStatus)


class Api:
    """The operations. Errors are those of `qrelay.errors`; what is repeated unasked is harmless to repeat."""

    def __init__(self, http: Http, connection: Connection, authorizer: Authorizer) -> None:
        self.http = http
        self._base = connection.base
        self._authorizer = authorizer

    # --- providers and storage ---------------------------------------------------------------------------------------

    async def list_providers(self) -> list[ProviderStatus]:
        """Providers_List."""
        return [entry async for entry in self._pages("providerStatus", {}, ProviderStatus)]

    async def get_sas_uri(self, container: str, blob: str | None = None) -> SignedUrl:
        """Storage_GetSasUri."""
        body = {"containerName": container} | ({"blobName": blob} if blob is not None else {})
        answer = self._json(await self._send("POST", "storage/sasUri", json=body))
        uri = answer.get("sasUri")
        try:
            return SignedUrl(uri if isinstance(uri, str) else "")
        except ValueError:
            raise ServiceError(
                "The service answered a request for storage without an address. Try again later."
            ) from None

    # --- jobs --------------------------------------------------------------------------------------------------------

    async def create_job(self, job_id: str, body: Mapping[str, Any]) -> JobDetails:
        """Jobs_Create. Repeated only if it certainly had no effect."""
        answer = await self._send(
            "PUT", f"jobs/{_segment(job_id)}", json=body, repeat=Repeat.UNPROCESSED, job_id=job_id
        )
        return self._read(answer, JobDetails)

    async def get_job(self, job_id: str, *, patience: float | None = None) -> JobDetails:
        """Jobs_Get."""
        return self._read(
            await self._send("GET", f"jobs/{_segment(job_id)}", job_id=job_id, patience=patience), JobDetails
        )

    def list_jobs(
        self, *, filter: str | None = None, orderby: str | None = None, top: int = _PAGE  # noqa: A002 - OData's words
    ) -> AsyncIterator[JobDetails]:  # fmt: skip
        """Jobs_List, page after page."""
        return self._pages("jobs", _query(filter, orderby, top), JobDetails)

    async def cancel_job(self, job_id: str) -> JobDetails | None:
        """Jobs_Cancel; None where the service says nothing about the job."""
        answer = await self._send("POST", f"jobs/{_segment(job_id)}:cancel", job_id=job_id)
        return None if answer.status_code == 204 or not answer.content.strip() else self._read(answer, JobDetails)

    # --- sessions ----------------------------------------------------------------------------------------------------

    async def open_session(self, session_id: str, body: Mapping[str, Any]) -> SessionDetails:
        """Sessions_Open. Repeated only if it certainly had no effect."""
        answer = await self._send("PUT", f"sessions/{_segment(session_id)}", json=body, repeat=Repeat.UNPROCESSED)
        return self._read(answer, SessionDetails)

    async def get_session(self, session_id: str) -> SessionDetails:
        """Sessions_Get."""
        return self._read(await self._send("GET", f"sessions/{_segment(session_id)}"), SessionDetails)

    async def close_session(self, session_id: str) -> SessionDetails:
        """Sessions_Close. Repeated only if it certainly had no effect."""
        answer = await self._send("POST", f"sessions/{_segment(session_id)}:close", repeat=Repeat.UNPROCESSED)
        return self._read(answer, SessionDetails)

    def list_sessions(
        self, *, filter: str | None = None, orderby: str | None = None, top: int = _PAGE  # noqa: A002
    ) -> AsyncIterator[SessionDetails]:  # fmt: skip
        """Sessions_Listv2, page after page."""
        return self._pages("sessions", _query(filter, orderby, top), SessionDetails)

    def list_session_jobs(self, session_id: str) -> AsyncIterator[JobDetails]:
        """SessionsJobs_List, page after page."""
        return self._pages(f"sessions/{_segment(session_id)}/jobs", _query(None, None, _PAGE), JobDetails)

    # --- beneath -----------------------------------------------------------------------------------------------------

    async def _pages(self, path: str, query: Mapping[str, str], model: type[M]) -> AsyncIterator[M]:
        document = self._json(await self._send("GET", path, params=query))
        seen: set[str] = set()
        while True:
            entries = document.get("value")
            for entry in entries if isinstance(entries, list) else []:
                if isinstance(entry, Mapping):
                    yield read(entry, model)
            link = document.get("nextLink")
            if not isinstance(link, str) or not link:
                return
            if origin(link) != origin(self._base) or link in seen:
                raise ServiceError(
                    f"The list's next page is said to be at {redact_url(link)}, which is not on the service's own "
                    "host or was read before. It is not followed.",
                    code="InvalidNextLink",
                )
            seen.add(link)
            answer = await self.http.send("GET", link, authorizer=self._authorizer)
            self._check(answer, None)
            document = self._json(answer)

    async def _send(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        json: Any = None,
        repeat: Repeat = Repeat.ALWAYS,
        job_id: str | None = None,
        patience: float | None = None,
    ) -> httpx.Response:
        answer = await self.http.send(
            method,
            f"{self._base}/{path}",
            params={"api-version": API_VERSION, **(params or {})},
            json=json,
            headers={"accept": "application/json"},
            authorizer=self._authorizer,
            repeat=repeat,
            patience=patience,
        )
        self._check(answer, job_id)
        return answer

    def _check(self, answer: httpx.Response, job_id: str | None) -> None:
        """Raise what the service's refusal means."""
        status = answer.status_code
        if answer.is_success:
            return
        told = _error_of(answer)
        code = told.code or answer.headers.get("x-ms-error-code") or None
        request_id = answer.request.headers.get("x-ms-client-request-id")
        what = f"{answer.request.method} {redact_url(str(answer.request.url))}"
        said = shortened(redact_text(": ".join(part for part in (code, told.message) if part)).rstrip(". "))
        said = said or "the service gives no reason"
        details: dict[str, Any] = {"status": status, "code": code, "job_id": job_id, "request_id": request_id}
        if status in (401, 403):
            hint = (
                "Check the API key, or sign in again"
                if status == 401
                else "Ask the workspace's owner for the right to do this, or use another key"
            )
            raise AuthenticationError(
                f"The service did not accept the credentials ({said}). {hint}. [{what}]", **details
            )
        if status == 404:
            raise NotFound(
                f"The service does not know this ({said}). Check the id and the workspace. [{what}]", **details
            )
        raise ServiceError(
            f"The service refused with HTTP {status} ({said}). [{what}, request {request_id}]", **details
        )

    def _json(self, answer: httpx.Response) -> Mapping[str, Any]:
        try:
            document = answer.json()
        except (ValueError, RecursionError):
            document = None
        if not isinstance(document, Mapping):
            raise ServiceError(
                f"{answer.request.method} {redact_url(str(answer.request.url))} was answered with something else "
                "than a JSON object. Check the endpoint; a proxy may have answered in the service's place.",
                status=answer.status_code,
            )
        return document

    def _read(self, answer: httpx.Response, model: type[M]) -> M:
        try:
            return read(self._json(answer), model)
        except ServiceError as error:
            error.status = answer.status_code
            raise


def _segment(text: str) -> str:
    return quote(text, safe="")


def _query(filter: str | None, orderby: str | None, top: int) -> dict[str, str]:  # noqa: A002
    query = {"skip": "0", "top": str(top)}
    if filter:
        query["filter"] = filter
    if orderby:
        query["orderby"] = orderby
    return query


def _error_of(answer: httpx.Response) -> ErrorData:
    """What an error body says: it may be empty, no JSON, null, or nested in `error` or not."""
    document = refusal_body(answer)
    inner = document.get("error", document) if isinstance(document, Mapping) else document
    if isinstance(inner, str):
        return ErrorData(message=inner)
    return ErrorData.model_validate(inner) if isinstance(inner, Mapping) else ErrorData()
