"""What every operation of the data plane needs: the cloud's parts, and the request it answers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote, urlsplit

from qrelay.local.azure.errors import ServiceError
from qrelay.local.blobs import Blobs, account_of
from qrelay.local.json_bodies import json_object

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

    from qrelay.local.clock import Clock
    from qrelay.local.sas import Signer
    from qrelay.local.store import Store
    from qrelay.local.worker import Queue

__all__ = ["Call", "Plane"]

_API_VERSION = re.compile(r"\d{4}-\d{2}-\d{2}(-[a-z]+)?")


@dataclass(frozen=True, slots=True)
class Plane:
    """The parts of the cloud. `session_idle` is in seconds; `makes_containers` None means: by the api-version."""

    store: Store
    blobs: Blobs
    signer: Signer
    queue: Queue
    clock: Clock
    session_idle: float
    makes_containers: bool | None


class Call:
    """One request to the data plane, its workspace and api-version already understood."""

    def __init__(self, plane: Plane, request: Request) -> None:
        self.plane = plane
        self._request = request
        path = request.path_params
        self.workspace = f"{path['subscription']}/{path['group']}/{path['workspace']}".lower()
        self.account = account_of(self.workspace)
        self.base = f"{request.url.scheme}://{request.url.netloc}"
        self.scheme = request.url.scheme
        self.query: Mapping[str, str] = request.query_params
        self.api_version = _checked_version(request.query_params.get("api-version"))
        self.now = plane.clock()

    @property
    def id(self) -> str:
        """The id of the job or session that the path names."""
        return str(self._request.path_params["id"])

    @property
    def url(self) -> str:
        """The request's address without its query."""
        return f"{self.base}{self._request.url.path}"

    def since(self, version: str) -> bool:
        """Whether the client speaks that version of the API or a newer one."""
        return self.api_version[:10] >= version

    async def body(self) -> dict[str, Any]:
        try:
            return json_object(await self._request.body())
        except ValueError as error:
            raise ServiceError(400, "InvalidRequestBody", str(error)) from None

    def uri(self, container: str, blob: str | None = None, *, sas: str | None = None, port: bool = False) -> str:
        """Address of a container or blob, on the host that the client called; `port` writes a default port out."""
        base = self.base
        if port and urlsplit(base).port is None:
            base = f"{base}:{443 if self.scheme == 'https' else 80}"
        path = f"/{self.account}/{quote(container)}" + (f"/{quote(blob)}" if blob else "")
        return f"{base}{path}?{sas}" if sas else f"{base}{path}"

    def storage_path(self, uri: str) -> tuple[str, str | None]:
        """Container and blob that a URI names. Raises ServiceError for one outside the workspace's own storage."""
        try:
            parts = [unquote(part) for part in urlsplit(uri).path.split("/", 3)[1:]]
        except ValueError:  # half a bracket, for one, in place of a host
            parts = []
        if len(parts) < 2 or parts[0] != self.account or not parts[1]:
            raise ServiceError(
                400,
                "InvalidJobDefinition",
                "The storage URI is not in this workspace's storage account. Ask for one with storage/sasUri.",
            )
        return parts[1], (parts[2] if len(parts) > 2 and parts[2] else None)


def _checked_version(version: str | None) -> str:
    if not version:
        raise ServiceError(
            400, "MissingApiVersionParameter", "The api-version query parameter (?api-version=) is required."
        )
    if not _API_VERSION.fullmatch(version):
        raise ServiceError(400, "InvalidApiVersionParameter", f"The api-version '{version}' is invalid.")
    return version
