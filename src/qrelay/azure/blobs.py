"""Blobs: where programs are put and answers are fetched. Signed addresses are the only credential here.

Sources: Microsoft's REST reference of Put Blob, Get Blob and Create Container.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Awaitable, Callable
from datetime import timedelta

import httpx

from qrelay.cloud.http import Http
from qrelay.cloud.urls import SignedUrl
from qrelay.errors import AuthenticationError, NotFound, ServiceError

__all__ = ["Blobs"]

_VERSION = "2024-05-04"
_CHUNK = 8 * 1024 * 1024
_MARGIN = timedelta(minutes=5)
_LATE_BLOB_PATIENCE = 90.0
_RENEWED_HOLDS = 60.0
_REWRITES = 3
_RANGE = re.compile(r"bytes\s+(?:(\d+)-(\d+)|\*)/(\d+|\*)")


class Blobs:
    """Uploads and downloads through signed addresses."""

    def __init__(self, http: Http, *, chunk: int = _CHUNK, late: float = _LATE_BLOB_PATIENCE) -> None:
        self._http = http
        self._chunk = chunk
        self._late = late

    async def upload(self, container: SignedUrl, blob: str, data: bytes, content_type: str) -> SignedUrl:
        """Write a blob that must not exist yet, making its container if it is missing; the blob's address.

        The name belongs to one submission only: a blob that is there already arrived by an earlier, unclear attempt.
        """
        address = container.with_segment(blob)
        headers = {
            "x-ms-version": _VERSION,
            "x-ms-blob-type": "BlockBlob",
            "x-ms-blob-content-type": content_type,
            "content-type": "application/octet-stream",
            "if-none-match": "*",
        }
        attempt = _seconds_for(len(data))
        answer = await self._http.send("PUT", address, content=data, headers=headers, attempt=attempt)
        if answer.status_code == 404 and _code(answer) in ("ContainerNotFound", None):
            made = await self._http.send(
                "PUT", container.with_query("restype=container"), headers={"x-ms-version": _VERSION}
            )
            if not made.is_success and _code(made) != "ContainerAlreadyExists":
                raise _refusal(made, "make the job's container")
            answer = await self._http.send("PUT", address, content=data, headers=headers, attempt=attempt)
        if not answer.is_success and not _is_there(answer):
            raise _refusal(answer, "write the program")
        return address

    async def download(self, address: SignedUrl | None, renew: Callable[[], Awaitable[SignedUrl]]) -> bytes:
        """Read a whole blob in pieces, going on after an interruption.

        The address is renewed when it is missing, unsigned, expired or about to expire, and once each time it is
        refused. A blob that is not there yet is waited for, within a bound.
        """
        clock = self._http.clock
        patience = clock.monotonic() + self._late
        pause = 0.25
        url, renewed = address, clock.monotonic() - _RENEWED_HOLDS
        parts: list[bytes] = []
        have, etag, refused, rewritten = 0, None, False, 0
        total: int | None = None
        while True:
            # an address just renewed is used even if it looks old: then it is this machine's clock that is wrong
            if url is None or (self.expires_soon(url) and clock.monotonic() - renewed >= _RENEWED_HOLDS):
                url, renewed = await renew(), clock.monotonic()
            headers = {"x-ms-version": _VERSION, "range": f"bytes={have}-{have + self._chunk - 1}"}
            if etag is not None:
                headers["if-match"] = etag
            answer = await self._http.send("GET", url, headers=headers, attempt=_seconds_for(self._chunk))
            status = answer.status_code
            if status in (401, 403):
                if refused:
                    raise _refusal(answer, "read the result")
                refused = True
                url, renewed = await renew(), clock.monotonic()
            elif status == 404:
                if clock.monotonic() + pause > patience:
                    raise NotFound(
                        "The job has succeeded, but its result has not appeared in storage in the time allowed. "
                        "Ask for the result again later; if it stays away, tell the service's support.",
                        status=404,
                        code=_code(answer),
                    )
                await clock.sleep(pause)
                pause = min(10.0, pause * 1.6)
            elif status == 412 and rewritten < _REWRITES:  # written again meanwhile: from the start
                parts, have, total, etag, rewritten = [], 0, None, None, rewritten + 1
            elif status == 416 and total is None:  # there was no more
                return b"".join(parts)
            elif status == 200:
                return answer.content
            elif status == 206:
                refused = False
                first, total = _range(answer)
                if first != have or not answer.content:
                    raise ServiceError("Storage answered with another part of the result than asked. Ask for it again.")
                parts.append(answer.content)
                have += len(answer.content)
                etag = answer.headers.get("etag")
                if total is None:
                    if len(answer.content) < self._chunk:
                        return b"".join(parts)
                elif have >= total:
                    return b"".join(parts)
            else:
                raise _refusal(answer, "read the result")

    def expires_soon(self, url: SignedUrl) -> bool:
        """Whether the signature is missing, over, or over within five minutes."""
        if not url.signed:
            return True
        expires = url.expires
        return expires is not None and expires - self._http.clock.now() <= _MARGIN


def _is_there(answer: httpx.Response) -> bool:
    """Whether a write under If-None-Match: * was refused because the blob exists; 409 has other causes, too."""
    return answer.status_code == 412 or (answer.status_code == 409 and _code(answer) in ("BlobAlreadyExists", None))


def _seconds_for(size: int) -> float:
    """How long one transfer of that many bytes may take, on a poor line too."""
    return 60.0 + size / 50_000


def _range(answer: httpx.Response) -> tuple[int, int | None]:
    match = _RANGE.match(answer.headers.get("content-range", ""))
    if match is None or match[1] is None:
        raise ServiceError("Storage answered with a part of the result and does not say which. Ask for it again.")
    return int(match[1]), None if match[3] == "*" else int(match[3])


def _code(answer: httpx.Response) -> str | None:
    """Storage's word for what is wrong, from the header or the XML body."""
    code: str | None = answer.headers.get("x-ms-error-code")
    if code:
        return code
    text = answer.text.lstrip("\ufeff").strip()
    if not text.startswith("<") or "<!DOCTYPE" in text:
        return None
    try:
        found = ET.fromstring(text).findtext("Code")  # noqa: S314 - no document type, so no entities
    except ET.ParseError:
        return None
    return found or None


def _refusal(answer: httpx.Response, what: str) -> ServiceError:
    code = _code(answer)
    request_id = answer.request.headers.get("x-ms-client-request-id")
    kind = AuthenticationError if answer.status_code in (401, 403) else ServiceError
    return kind(
        f"Storage refused to {what}: HTTP {answer.status_code} ({code or 'no reason given'}). Try again; if it "
        "stays, check the workspace's storage account.",
        status=answer.status_code,
        code=code,
        request_id=request_id,
    )
