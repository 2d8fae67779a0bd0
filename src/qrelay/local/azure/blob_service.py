"""The blob service: /<account>/<container> and /<account>/<container>/<blob>, as Azurite has the paths."""

from __future__ import annotations

import re
import uuid
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape, quoteattr

from starlette.responses import Response

from qrelay.local.azure.errors import blob_error
from qrelay.local.blobs import Blob, BlobError, Blobs
from qrelay.local.clock import Clock, http_date
from qrelay.local.sas import SasDenied, Signer
from qrelay.local.words import BROKEN, CLOSED, log_failure

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

__all__ = ["BlobService"]

_VERSION = "2024-05-04"
_RANGE = re.compile(r"bytes=(\d{1,18})-(\d{0,18})", re.ASCII)
_KEPT = ("content-encoding", "content-language", "content-disposition", "cache-control")


class BlobService:
    """The endpoint of containers and blobs: which of them is meant follows from the path's parameters."""

    def __init__(self, blobs: Blobs, signer: Signer, clock: Clock) -> None:
        self._blobs = blobs
        self._signer = signer
        self._clock = clock

    async def answer(self, request: Request) -> Response:
        show = request.method != "HEAD"
        try:
            response = await self._dispatch(request)
        except SasDenied as denied:
            response = blob_error(403, denied.code, denied.message, body=show)
        except BlobError as error:
            response = blob_error(error.status, error.code, error.message, body=show)
        except Exception:  # noqa: BLE001 - a client must get an answer
            log_failure(request)
            response = blob_error(500, "InternalError", BROKEN, body=show)
        response.headers["x-ms-version"] = request.headers.get("x-ms-version", _VERSION)
        response.headers.setdefault("x-ms-request-id", str(uuid.uuid4()))
        client = request.headers.get("x-ms-client-request-id")
        if client is not None and len(client) <= 1024:
            response.headers["x-ms-client-request-id"] = client
        return response

    async def _dispatch(self, request: Request) -> Response:
        if self._blobs.closed:
            raise BlobError(410, *CLOSED)
        path, query, method = request.path_params, request.query_params, request.method
        account, container, blob = path["account"], path["container"], path.get("blob")
        operation = (method, "blob" if blob else query.get("restype", ""), query.get("comp", ""))
        needs = _NEEDS.get(operation)
        if needs is None:
            raise BlobError(400, "InvalidQueryParameterValue", f"{method} with these parameters is not offered here.")
        self._signer.check(
            dict(query), account=account, container=container, blob=blob, needs=needs, scheme=request.url.scheme
        )
        if not blob:
            return self._container(operation, account, container, query.get("prefix", ""))
        if method in ("GET", "HEAD"):
            return self._read(request, self._blobs.read(account, container, blob))
        if method == "DELETE":
            self._conditions(request, account, container, blob)
            self._blobs.delete(account, container, blob)
            return Response(status_code=202)
        return await self._write(request, operation[2], account, container, blob)

    def _container(self, operation: tuple[str, str, str], account: str, name: str, prefix: str) -> Response:
        if operation == ("PUT", "container", ""):
            made = self._blobs.create_container(account, name)
            return Response(status_code=201, headers=_stamps(made.etag, made.modified))
        found = self._blobs.container(account, name)
        if operation[2] == "list":
            names = self._blobs.names(account, name, prefix)
            entries = "".join(_entry(self._blobs.read(account, name, each)) for each in names)
            text = (
                f'<?xml version="1.0" encoding="utf-8"?><EnumerationResults ContainerName={quoteattr(name)}>'
                f"<Prefix>{escape(prefix)}</Prefix><Blobs>{entries}</Blobs><NextMarker /></EnumerationResults>"
            )
            return Response(text.encode("utf-8-sig"), media_type="application/xml")
        lease = {"x-ms-lease-status": "unlocked", "x-ms-lease-state": "available"}
        return Response(headers=_stamps(found.etag, found.modified) | lease)

    def _read(self, request: Request, blob: Blob) -> Response:
        wanted, known = request.headers.get("if-match"), request.headers.get("if-none-match")
        if wanted not in (None, "*", blob.etag):
            raise BlobError(412, "ConditionNotMet", "The condition specified using HTTP conditional header(s) failed.")
        headers = _blob_headers(blob)
        if known is not None and known in ("*", blob.etag):
            return Response(status_code=304, headers=_stamps(blob.etag, blob.modified))
        if disposition := request.query_params.get("rscd"):
            headers["content-disposition"] = disposition
        data, status = blob.data, 200
        span = _RANGE.fullmatch(request.headers.get("x-ms-range") or request.headers.get("range") or "")
        if span is not None and request.method == "GET":
            first, last = int(span[1]), min(int(span[2] or len(data)), len(data) - 1)
            if first >= len(data) or (span[2] and int(span[2]) < first):
                raise BlobError(
                    416, "InvalidRange", "The range specified is invalid for the current size of the resource."
                )
            headers["content-range"] = f"bytes {first}-{last}/{len(data)}"
            headers["x-ms-blob-content-md5"] = self._blobs.md5(data)
            data, status = data[first : last + 1], 206
        else:
            headers["content-md5"] = self._blobs.md5(data)
        headers["content-length"] = str(len(data))
        return Response(b"" if request.method == "HEAD" else data, status, headers)

    def _conditions(self, request: Request, account: str, container: str, blob: str) -> bool:
        """Check If-Match; whether the blob must be new."""
        wanted = request.headers.get("if-match")
        if wanted is not None:
            found = self._blobs.read(account, container, blob)
            if wanted not in ("*", found.etag):
                raise BlobError(
                    412, "ConditionNotMet", "The condition specified using HTTP conditional header(s) failed."
                )
        return request.headers.get("if-none-match") == "*"

    async def _write(self, request: Request, part: str, account: str, container: str, blob: str) -> Response:
        data = await request.body()
        digest = request.headers.get("content-md5")
        if digest is not None and digest != self._blobs.md5(data):
            raise BlobError(400, "Md5Mismatch", "The MD5 value specified in the request did not match the MD5 value "
                            "calculated by the server.")  # fmt: skip
        checked = {"content-md5": self._blobs.md5(data), "x-ms-request-server-encrypted": "true"}
        if part == "block":
            self._blobs.stage(account, container, blob, request.query_params.get("blockid", ""), data)
            return Response(status_code=201, headers=checked)
        fresh = self._conditions(request, account, container, blob)
        if part == "metadata":
            made = self._blobs.set_metadata(account, container, blob, _metadata(request))
            return Response(status_code=200, headers=_stamps(made.etag, made.modified))
        headers = _metadata(request) | _content_headers(request.headers, put=part == "")
        if part == "blocklist":
            made = self._blobs.commit(account, container, blob, _block_list(data), headers, fresh=fresh)
        elif request.headers.get("x-ms-blob-type") == "BlockBlob":
            made = self._blobs.write(account, container, blob, data, headers, fresh=fresh)
        else:
            raise BlobError(400, "InvalidHeaderValue", "x-ms-blob-type must be BlockBlob; other kinds are not offered.")
        return Response(status_code=201, headers=_stamps(made.etag, made.modified) | checked)


# Which of the permissions of a signature (sp) each operation needs; any one of those named will do. An operation is the
# method, what it is about ("blob", "container" or nothing), and the query's `comp`.
_NEEDS: Mapping[tuple[str, str, str], str] = {
    ("PUT", "container", ""): "cw",
    ("GET", "container", ""): "r",
    ("HEAD", "container", ""): "r",
    ("GET", "container", "list"): "l",
    ("GET", "blob", ""): "r",
    ("HEAD", "blob", ""): "r",
    ("PUT", "blob", ""): "cw",
    ("PUT", "blob", "block"): "w",
    ("PUT", "blob", "blocklist"): "w",
    ("PUT", "blob", "metadata"): "w",
    ("DELETE", "blob", ""): "d",
}


def _stamps(etag: str, modified: int) -> dict[str, str]:
    return {"etag": etag, "last-modified": http_date(modified)}


def _blob_headers(blob: Blob) -> dict[str, str]:
    return {
        **blob.headers,
        **_stamps(blob.etag, blob.modified),
        "accept-ranges": "bytes",
        "x-ms-blob-type": "BlockBlob",
        "x-ms-creation-time": http_date(blob.created),
        "x-ms-lease-status": "unlocked",
        "x-ms-lease-state": "available",
        "x-ms-server-encrypted": "true",
    }


def _metadata(request: Request) -> dict[str, str]:
    return {name: value for name, value in request.headers.items() if name.startswith("x-ms-meta-")}


def _content_headers(headers: Mapping[str, str], *, put: bool) -> dict[str, str]:
    # x-ms-blob-content-type goes before Content-Type, which on a block list is the list's own.
    plain = headers.get("content-type") if put else None
    kept = {"content-type": headers.get("x-ms-blob-content-type") or plain or "application/octet-stream"}
    for name in _KEPT:
        if value := headers.get(f"x-ms-blob-{name}"):
            kept[name] = value
    return kept


def _block_list(data: bytes) -> list[tuple[str, str]]:
    # Entities could be nested until memory is full: a block list has no use for a document type.
    broken = BlobError(400, "InvalidXmlDocument", "XML specified is not syntactically valid.")
    if b"<!DOCTYPE" in data:
        raise broken
    try:
        root = ET.fromstring(data)  # noqa: S314 - no document type, no entities
    except ET.ParseError:
        raise broken from None
    wanted = [(entry.tag, (entry.text or "").strip()) for entry in root]
    if root.tag != "BlockList" or any(kind not in ("Latest", "Uncommitted", "Committed") for kind, _ in wanted):
        raise BlobError(400, "InvalidXmlNodeValue", "A block list holds Latest, Uncommitted and Committed only.")
    return wanted


def _entry(blob: Blob) -> str:
    properties = {
        "Creation-Time": http_date(blob.created),
        "Last-Modified": http_date(blob.modified),
        "Etag": blob.etag.strip('"'),
        "Content-Length": str(len(blob.data)),
        "Content-Type": blob.headers.get("content-type", ""),
        "BlobType": "BlockBlob",
        "LeaseStatus": "unlocked",
        "LeaseState": "available",
    }
    inner = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in properties.items())
    return f"<Blob><Name>{escape(blob.name)}</Name><Properties>{inner}</Properties></Blob>"
