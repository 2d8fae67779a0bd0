"""Errors as the two services write them: JSON for the data plane, XML for blobs."""

from __future__ import annotations

import json
import re
import uuid
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from starlette.responses import Response

from qrelay.local.blobs import ACCOUNT
from qrelay.local.clock import iso, system_clock

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "ServiceError", "blob_error", "json_response", "ordered_error", "service_error", "unauthorized",
]  # fmt: skip

_STORAGE_PATH = re.compile(f"/{ACCOUNT}/")


class ServiceError(Exception):
    """A refusal by the data plane. Raised anywhere below a route, answered as JSON."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.code = code
        self.message = message


def json_response(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return Response(text, status, headers=headers, media_type="application/json; charset=utf-8")


def service_error(error: ServiceError) -> Response:
    body = {"error": {"code": error.code, "message": error.message}}
    return json_response(body, error.status, {"x-ms-error-code": error.code})


def unauthorized() -> Response:
    """A refused key or token: no body, as recorded."""
    return Response(status_code=401, headers={"www-authenticate": 'Bearer error="invalid_token"'})


def blob_error(status: int, code: str, message: str, *, body: bool = True) -> Response:
    """The blob service's XML, with the byte order mark that it sends."""
    request_id = str(uuid.uuid4())
    headers = {"x-ms-error-code": code, "x-ms-request-id": request_id}
    if not body:
        return Response(status_code=status, headers=headers)
    detail = f"{message}\nRequestId:{request_id}\nTime:{iso(system_clock())}"
    head = '<?xml version="1.0" encoding="utf-8"?>'
    text = f"{head}<Error><Code>{escape(code)}</Code><Message>{escape(detail)}</Message></Error>"
    return Response(text.encode("utf-8-sig"), status, headers=headers, media_type="application/xml")


def ordered_error(path: str, status: int, code: str, message: str) -> Response:
    """An error that a test has ordered, in the words of whichever of the two services has that path."""
    if _STORAGE_PATH.match(path):
        return blob_error(status, code, message)
    return service_error(ServiceError(status, code, message))
