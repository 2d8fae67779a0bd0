"""Storage_GetSasUri."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from qrelay.local.azure.errors import ServiceError, json_response

if TYPE_CHECKING:
    from starlette.responses import Response

    from qrelay.local.azure.plane import Call

__all__ = ["sas_uri"]

# Naming rules of the blob service: 3 to 63 characters, lower case, digits, single hyphens inside.
_CONTAINER = re.compile(r"(?=.{3,63}$)[a-z0-9]+(-[a-z0-9]+)*")
_CONTAINERS_MADE_SINCE = "2026-01-15"


async def sas_uri(call: Call) -> Response:
    """A container's URI with an account signature, or a blob's with one of its own.

    Recorded clients of 2025 find no container and make it; the SDK that speaks the newest version relies on the
    service for that. So here the newest version makes the container and older ones do not.
    """
    body = await call.body()
    container, blob = body.get("containerName"), body.get("blobName")
    if not isinstance(container, str) or not _CONTAINER.fullmatch(container):
        raise ServiceError(400, "InvalidContainerName", "containerName must be 3 to 63 of a-z, 0-9 and single hyphens.")
    if blob is not None and (not isinstance(blob, str) or not 1 <= len(blob) <= 1024):
        raise ServiceError(400, "InvalidBlobName", "blobName must be a string of 1 to 1024 characters.")
    made = call.plane.makes_containers
    if call.since(_CONTAINERS_MADE_SINCE) if made is None else made:
        call.plane.blobs.ensure_container(call.account, container)
    if blob is None:
        protocol = "https" if call.scheme == "https" else "https,http"
        sas = call.plane.signer.account(call.account, "rwlac", protocol)
    else:
        sas = call.plane.signer.blob(call.account, container, blob, "rcw")
    return json_response({"sasUri": call.uri(container, blob, sas=sas)})
