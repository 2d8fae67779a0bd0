"""How one request of the Hub's API is sent, and what its refusals mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

import httpx

from qrelay.cloud.bodies import Body, read, shortened
from qrelay.cloud.http import Authorizer, Http, Repeat, refusal_body
from qrelay.cloud.urls import redact_text, redact_url
from qrelay.errors import AuthenticationError, NotFound, ServiceError

__all__ = ["Calls", "Parameter", "segment", "told_error"]

B = TypeVar("B", bound=Body)
_ANY_SIZE = 900.0  # seconds for a document, such as a hundred megabytes over a slow line

Parameter = str | int | bool | Sequence[str] | None


class Calls:
    """Requests to one Hub, in the name of one user or organisation."""

    def __init__(self, http: Http, authorizer: Authorizer, organization_id: str | None = None) -> None:
        self.http = http
        self._authorizer = authorizer
        self._headers = {"accept": "application/json"}
        if organization_id is not None:
            self._headers["x-organizationid"] = organization_id

    async def send(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Parameter] | None = None,
        body: Body | Mapping[str, Any] | None = None,
        repeat: Repeat = Repeat.ALWAYS,
        job_id: str | None = None,
        patience: float | None = None,
        any_size: bool = False,
    ) -> httpx.Response:
        """The answer to a request that was not refused. A body's fields that are None are not sent.

        What is of `any_size` may take its time as long as it moves.
        """
        answer = await self.http.send(
            method,
            f"{self.http.home}/{path}{_query(query or {})}",
            json=body.model_dump(exclude_none=True, mode="json") if isinstance(body, Body) else body,
            headers=self._headers,
            authorizer=self._authorizer,
            repeat=repeat,
            patience=patience,
            attempt=_ANY_SIZE if any_size else None,
        )
        if not answer.is_success:
            _refuse(answer, job_id)
        return answer

    async def get(self, path: str, model: type[B], *, query: Mapping[str, Parameter] | None = None, **how: Any) -> B:
        """A body by GET."""
        return self.read(await self.send("GET", path, query=query, **how), model)

    def read(self, answer: httpx.Response, model: type[B]) -> B:
        """The body of an answer. Raises ServiceError, with the answer's status, if it is none."""
        try:
            document = self.document(answer)
            if not isinstance(document, Mapping):
                raise _no_json(answer, "a JSON object")
            return read(document, model)
        except ServiceError as error:
            error.status = answer.status_code
            raise

    def document(self, answer: httpx.Response) -> Any:
        """Whatever JSON the answer holds."""
        try:
            return answer.json()
        except (ValueError, RecursionError):
            raise _no_json(answer, "JSON") from None


def segment(text: str) -> str:
    """A path's segment."""
    return quote(text, safe="")


def told_error(document: Any) -> tuple[str | None, str | None]:
    """Code and message of an error's body: `detail` or `title`; of a failed job `error`; of IBM's jobs `reason`."""
    if isinstance(document, str):
        return None, shortened(redact_text(document.strip())) or None
    if not isinstance(document, Mapping):
        return None, None
    inner = document.get("error")
    places: list[Mapping[str, Any]] = [inner, document] if isinstance(inner, Mapping) else [document]
    codes = [place.get(name) for place in places for name in ("code", "reason_code")]
    words = [place.get(name) for place in places for name in ("message", "detail", "reason", "title")] + [inner]
    code = next((str(code) for code in codes if isinstance(code, str | int) and str(code).strip()), "")
    message = next((word.strip() for word in words if isinstance(word, str) and word.strip()), "")
    more = places[0].get("details")
    if isinstance(more, str) and more.strip() and more.strip() != message:
        message = f"{message.rstrip('.')} ({more.strip()})" if message else more.strip()
    return shortened(redact_text(code), 100) or None, shortened(redact_text(message)) or None


def _query(given: Mapping[str, Parameter]) -> str:
    pairs: list[tuple[str, str]] = []
    for name, value in given.items():
        if value is None:
            continue
        values = [value] if isinstance(value, str | int) else value
        pairs += [(name, str(one).lower() if isinstance(one, bool) else str(one)) for one in values]
    return f"?{urlencode(pairs)}" if pairs else ""


def _refuse(answer: httpx.Response, job_id: str | None) -> None:
    """Raise what the service's refusal means."""
    status = answer.status_code
    code, message = told_error(refusal_body(answer))
    what = f"{answer.request.method} {redact_url(str(answer.request.url))}"
    said = ": ".join(part for part in (code, message) if part).rstrip(". ") or "the service gives no reason"
    details: dict[str, Any] = {"status": status, "code": code, "job_id": job_id}
    if status == 401:
        raise AuthenticationError(
            f"The Hub did not accept the credentials ({said}). Make a new personal access token in the Hub's settings, "
            f"or sign in again with `qhubctl login`. [{what}]",
            **details,
        )
    if status == 403:
        raise AuthenticationError(
            f"The credentials do not allow this ({said}). Check organization_id, or ask the organisation's owner for "
            f"the right. [{what}]",
            **details,
        )
    if status == 404:
        raise NotFound(
            f"The Hub does not know this ({said}). Check the id, and whether it belongs to this user or to an "
            f"organisation (organization_id). [{what}]",
            **details,
        )
    raise ServiceError(f"The Hub refused with HTTP {status} ({said}). [{what}]", **details)


def _no_json(answer: httpx.Response, expected: str) -> ServiceError:
    return ServiceError(
        f"{answer.request.method} {redact_url(str(answer.request.url))} was answered with something else than "
        f"{expected}. Check base_url; a proxy may have answered in the Hub's place.",
        status=answer.status_code,
    )
