"""The routes: the operations of the data plane's specification, and the blob service beside them."""

from __future__ import annotations

import hmac
import uuid
from collections.abc import Awaitable, Callable, Collection
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.convertors import Convertor, register_url_convertor
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route

from qrelay.local.azure import jobs, lists, providers, sessions, storage
from qrelay.local.azure.blob_service import BlobService
from qrelay.local.azure.errors import ServiceError, ordered_error, service_error, unauthorized
from qrelay.local.azure.plane import Call, Plane
from qrelay.local.blobs import ACCOUNT
from qrelay.local.halves import Half
from qrelay.local.words import BROKEN, CLOSED, NOTHING_HERE, log_failure, not_offered

if TYPE_CHECKING:
    from starlette.requests import Request

__all__ = ["half"]

Operation = Callable[[Call], Awaitable[Response]]

_WORKSPACE = "/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Quantum/workspaces/{workspace}"

# The specification's operation ids stand beside the functions. It lacks `PATCH jobs/{id}`, which the newest SDK sends.
_OPERATIONS: tuple[tuple[str, str, Operation], ...] = (
    ("GET", "/providerStatus", providers.provider_status),  # Providers_List
    ("GET", "/quotas", providers.quotas),  # Quotas_List
    ("POST", "/storage/sasUri", storage.sas_uri),  # Storage_GetSasUri
    ("GET", "/jobs", lists.jobs),  # Jobs_List
    ("POST", "/jobs/{id}:cancel", jobs.cancel),  # Jobs_Cancel
    ("PUT", "/jobs/{id}", jobs.create),  # Jobs_Create
    ("GET", "/jobs/{id}", jobs.get),  # Jobs_Get
    ("DELETE", "/jobs/{id}", jobs.delete),  # Jobs_Delete
    ("PATCH", "/jobs/{id}", jobs.update),
    ("PATCH", "/jobUpdateOptions/{id}", jobs.update),  # Jobs_Update
    ("GET", "/sessions", lists.sessions),  # Sessions_Listv2
    ("POST", "/sessions/{id}:close", sessions.close),  # Sessions_Close
    ("PUT", "/sessions/{id}", sessions.open_session),  # Sessions_Open
    ("GET", "/sessions/{id}", sessions.get),  # Sessions_Get
    ("GET", "/sessions/{id}/jobs", lists.session_jobs),  # SessionsJobs_List
    ("GET", "/topLevelItems", lists.top_level_items),  # TopLevelItems_Listv2
)


class _StorageAccount(Convertor[str]):
    # Only names that account_of gives: whatever else is at the root belongs to a service, not to storage.
    regex = ACCOUNT

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


register_url_convertor("storage_account", _StorageAccount())


def half(plane: Plane, keys: Collection[str] | None) -> Half:
    """Workspaces and their storage. `keys` are the keys and tokens that are let in; None lets any in, but not none."""
    blobs = BlobService(plane.blobs, plane.signer, plane.clock)
    routes = [
        Route(_WORKSPACE + path, _endpoint(plane, keys, operation), methods=[method])
        for method, path, operation in _OPERATIONS
    ]
    blob_methods = ["GET", "HEAD", "PUT", "DELETE"]
    app = Starlette(
        routes=[
            *routes,
            Route("/{account:storage_account}/{container}", blobs.answer, methods=blob_methods),
            Route("/{account:storage_account}/{container}/{blob:path}", blobs.answer, methods=blob_methods),
        ],
        exception_handlers={HTTPException: _no_route},
    )
    app.router.redirect_slashes = False
    return Half("", app, ordered_error)


def _endpoint(
    plane: Plane, keys: Collection[str] | None, operation: Operation
) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        answer = await answered(request)
        answer.headers["x-ms-request-id"] = str(uuid.uuid4())
        return answer

    async def answered(request: Request) -> Response:
        if plane.store.closed:
            return service_error(ServiceError(410, *CLOSED))
        if not _let_in(request, keys):
            return unauthorized()
        try:
            return await operation(Call(plane, request))
        except ServiceError as error:
            return service_error(error)
        except Exception:  # noqa: BLE001 - a client must get an answer
            log_failure(request)
            return service_error(ServiceError(500, "InternalServerError", BROKEN))

    return endpoint


def _let_in(request: Request, keys: Collection[str] | None) -> bool:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    given = [request.headers.get("x-ms-quantum-api-key", ""), token.strip() if scheme.lower() == "bearer" else ""]
    if keys is None:
        return any(given)
    return any(hmac.compare_digest(one.encode(), key.encode()) for one in given if one for key in keys)


async def _no_route(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 405:
        answer = service_error(ServiceError(405, "MethodNotAllowed", not_offered(request)))
        answer.headers.update(error.headers or {})
        return answer
    return service_error(ServiceError(404, "ResourceNotFound", NOTHING_HERE))
