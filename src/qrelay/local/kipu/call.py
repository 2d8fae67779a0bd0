"""What every operation of the Hub needs: the cloud's parts, and the request it answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from qrelay.local.items import find
from qrelay.local.json_bodies import json_object
from qrelay.local.kipu.errors import Problem
from qrelay.local.kipu.items import Job, Session

if TYPE_CHECKING:
    from starlette.requests import Request

    from qrelay.local.clock import Clock
    from qrelay.local.kipu.backends import Backend
    from qrelay.local.kipu.execution import Order
    from qrelay.local.store import Store
    from qrelay.local.worker import Queue

__all__ = ["Call", "Hub", "given_token"]

_Found = TypeVar("_Found", Job, Session)


@dataclass(frozen=True, slots=True)
class Hub:
    """The parts of the cloud. `check` refuses at once what a backend could not run; `service_executions` has the id of
    the service execution that a token belongs to."""

    store: Store
    queue: Queue
    clock: Clock
    backends: Mapping[str, Backend]
    check: Callable[[Order], None]
    service_executions: Mapping[str, str]


class Call:
    """One request. What belongs to one organization is not seen by another, nor by the user without any."""

    def __init__(self, hub: Hub, request: Request) -> None:
        self.hub = hub
        self._request = request
        self.workspace = f"hub/{request.headers.get('x-organizationid', '')}"
        self.now = hub.clock()
        self.query = request.query_params
        token = given_token(request)
        self.known = bool(token)
        self.service_execution = hub.service_executions.get(token)

    @property
    def id(self) -> str:
        """The id of the job, session or backend that the path names."""
        return str(self._request.path_params["id"])

    async def body(self) -> dict[str, Any]:
        """The request's object; what is null counts as left out."""
        try:
            found = json_object(await self._request.body())
        except ValueError as error:
            raise Problem(400, str(error)) from None
        return {name: value for name, value in found.items() if value is not None}

    def within(self) -> str | None:
        """The service execution that the path names, if it does. Raises Problem for one that there is not."""
        named: str | None = self._request.path_params.get("execution")
        if named is not None and named not in self.hub.service_executions.values():
            raise Problem(404, f"Service execution '{named}' was not found.")
        return named

    def backend(self) -> Backend:
        backend = self.hub.backends.get(self.id)
        if backend is None:
            raise Problem(404, f"Backend '{self.id}' was not found.")
        return backend

    def job(self) -> Job:
        return self._existing(Job, "Job")

    def session(self) -> Session:
        return self._existing(Session, "Session")

    def _existing(self, kind: type[_Found], word: str) -> _Found:
        within = self.within()
        found = find(self.hub.store, kind, self.workspace, self.id.lower())
        if found is None or (within is not None and found.service_execution != within):
            raise Problem(404, f"{word} '{self.id}' was not found.")
        return found


def given_token(request: Request) -> str:
    """The token that came with the request, or nothing."""
    token = request.headers.get("x-auth-token", "").strip()
    scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
    return token or (bearer.strip() if scheme.lower() == "bearer" else "")
