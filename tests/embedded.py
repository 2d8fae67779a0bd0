"""An embedded cloud with one service's account on it, faults in between, and its own word for what jobs there are."""

from __future__ import annotations

import asyncio
import random
import re
import uuid
from types import TracebackType
from typing import Any, Self

import httpx

from qrelay.azure import Workspace
from qrelay.cloud import Account
from qrelay.kipu import Hub
from qrelay.local import Fault, LocalCloud

__all__ = ["CREATE", "READ", "Embedded"]

_HERE = "http://127.0.0.1"
_WORKSPACE = {"subscription_id": "00000000-0000-0000-0000-000000000001", "resource_group": "rg", "name": "ws"}
_AZURE_JOBS = (
    "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg/providers/Microsoft.Quantum/workspaces/ws"
    "/jobs?api-version=2026-01-15-preview"
)

CREATE = {"azure": ("PUT", "*/jobs/*"), "kipu": ("POST", "/quantum/jobs")}
"""Method and path of the request that makes a job."""

READ = {"azure": ("GET", "*/jobs/*"), "kipu": ("GET", "/quantum/jobs")}
"""Those of the request by which a service is asked what became of it."""


class _Wire(httpx.AsyncBaseTransport):
    """Counts the requests that make jobs."""

    def __init__(self, app: Any, service: str) -> None:
        self._inner = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        self._method, pattern = CREATE[service]
        self._path = re.compile(re.escape(pattern).replace(r"\*", ".*"))
        self.creations = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.method == self._method and self._path.fullmatch(request.url.path):
            self.creations += 1
        return await self._inner.handle_async_request(request)


class Embedded:
    """Its targets are known to the account before the faults begin.

    `seed` fixes the ids of jobs, and so the shots. `keys` are the tokens let in, `token` is the one shown.
    """

    def __init__(
        self, service: str, *faults: Fault, clock: Any = None, seed: str = "", keys: Any = None, token: str = "t"
    ) -> None:
        self.service = service
        self.cloud = LocalCloud(waiting=0.0, executing=0.0, keys=keys)
        self.wire = _Wire(self.cloud.app, service)
        self._token = token
        self._dice = random.Random(seed)
        self._clock = clock
        self.account = self._account(_HERE, self.wire)
        if keys is None or token in keys:
            self.account.targets()
        self.cloud.app.add(*faults)

    def another_account(self, address: str | None = None) -> Account:
        """One that knows nothing of what the first one did; over a real connection if the cloud has an address."""
        if address is not None:
            return self._account(address, None)
        return self._account(_HERE, httpx.ASGITransport(app=self.cloud.app, raise_app_exceptions=False))

    def _account(self, address: str, transport: httpx.AsyncBaseTransport | None) -> Account:
        options: dict[str, Any] = {"transport": transport, "quick": 0.01, "new_id": self._new_id}
        if transport is not None:  # a real connection takes real time
            options["clock"] = self._clock
        if self.service == "kipu":
            return Hub(self._token, base_url=f"{address}/quantum", **options)
        return Workspace(**_WORKSPACE, endpoint=address, credential=self._token, **options)

    @property
    def creations(self) -> int:
        """How many requests to make a job were sent."""
        return self.wire.creations

    def jobs(self) -> list[dict[str, Any]]:
        """Every job there is, as the service itself lists them, oldest first; asked without any of our code."""
        return asyncio.run(self._jobs())

    def get(self, path: str) -> Any:
        """A document of the service's."""

        async def ask() -> Any:
            async with self._client() as client:
                return (await client.get(path)).raise_for_status().json()

        return asyncio.run(ask())

    def _client(self) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(app=self.cloud.app)
        headers = {"x-auth-token": self._token, "x-ms-quantum-api-key": self._token}
        return httpx.AsyncClient(transport=transport, base_url=_HERE, headers=headers)

    async def _jobs(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        async with self._client() as client:
            if self.service == "kipu":
                body = (await client.get("/quantum/jobs?size=1000")).raise_for_status().json()
                assert body["total_pages"] <= 1
                found = body["content"]
            else:
                url: str | None = _AZURE_JOBS
                while url:
                    body = (await client.get(url)).raise_for_status().json()
                    found += body["value"]
                    url = body.get("nextLink")
        return found

    def close(self) -> None:
        self.account.close()
        self.cloud.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _new_id(self) -> str:
        return str(uuid.UUID(int=self._dice.getrandbits(128), version=4))
