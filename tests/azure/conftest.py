"""Recorded exchanges as a transport, small faults, and time that can be turned."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from accounts import closed_at_the_end, flips
from fake_clock import FakeClock

from qrelay.azure import Workspace
from qrelay.program import Program

NAMES = {
    "subscription_id": "00000000-0000-0000-0000-000000000000",
    "resource_group": "myresourcegroup",
    "name": "myworkspace",
    "location": "eastus",
    "credential": "a-key",
}


class Replay(httpx.AsyncBaseTransport):
    """Answers as the real service once did: by method, path and the n-th call of that path; the last answer goes on.

    Storage refuses a blob whose container was not made yet, with the refusal that was recorded for the container.
    """

    def __init__(self, exchanges: list[dict[str, Any]]) -> None:
        self.requests: list[httpx.Request] = []
        self._containers: set[str] = set()
        self._missing: dict[str, dict[str, Any]] = {}
        self._recorded: dict[tuple[str, str, bool], list[dict[str, Any]]] = defaultdict(list)
        for exchange in exchanges:
            of_container = exchange["query"].get("restype") == "container"
            if of_container and exchange["status"] == 404:
                self._missing[exchange["path"]] = exchange
            else:
                self._recorded[exchange["method"], exchange["path"], of_container].append(exchange)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        path = request.url.path
        of_container = request.url.params.get("restype") == "container"
        container = path.rpartition("/")[0]
        if request.method == "PUT" and of_container:
            self._containers.add(path)
        if request.method == "PUT" and container in self._missing and container not in self._containers:
            return _answer(self._missing[container])
        recorded = self._recorded[request.method, path, of_container]
        assert recorded, f"no recording of {request.method} {path}"
        return _answer(recorded.pop(0) if len(recorded) > 1 else recorded[0])

    def sent(self, method: str, ending: str) -> list[dict[str, Any]]:
        return [
            json.loads(request.content)
            for request in self.requests
            if request.method == method and request.url.path.endswith(ending)
        ]


def _answer(exchange: dict[str, Any]) -> httpx.Response:
    said = exchange["response"]
    content = (said if isinstance(said, str) else json.dumps(said)).encode()
    headers = {name: value for name, value in exchange["headers"].items() if name != "content-range"}
    if exchange["status"] == 206:  # the recorder kept the parsed body, so its length is that of our own text
        headers["content-range"] = f"bytes 0-{len(content) - 1}/{len(content)}"
    return httpx.Response(exchange["status"], headers=headers, content=content)


def _is_answer(response: object) -> bool:
    return isinstance(response, dict) and not response.keys().isdisjoint(("Results", "histogram"))


@pytest.fixture
def clock() -> Any:
    return FakeClock()


@pytest.fixture
def recorded(shared: Path, clock: Any) -> Iterator[Callable[..., tuple[Workspace, Replay]]]:
    """A workspace whose service is a recording, with ids as they were then; `answer` stands in for the job's own."""

    with closed_at_the_end(Workspace) as opened:

        def make(recording: str, ids: list[int], answer: dict[str, Any] | None = None) -> tuple[Workspace, Replay]:
            exchanges = json.loads((shared / "fixtures" / "azure" / f"{recording}.json").read_text())["exchanges"]
            if answer is not None:
                downloads = [each for each in exchanges if _is_answer(each["response"])]
                assert downloads, f"{recording} holds no answer to replace"
                for each in downloads:
                    each["response"] = answer
            replay = Replay(exchanges)
            numbers = iter(ids)
            workspace = opened(
                **NAMES,
                transport=replay,
                clock=clock,
                new_id=lambda: f"00000000-0000-0000-0000-{next(numbers):012d}",
            )
            return workspace, replay

        yield make


@pytest.fixture
def remote(clock: Any) -> Iterator[Callable[..., Workspace]]:
    """A workspace whose service is a function of the request."""

    def make(handler: Any, **options: Any) -> Workspace:
        return Workspace(**{**NAMES, "clock": clock, "transport": httpx.MockTransport(handler), **options})

    with closed_at_the_end(make) as made:
        yield made


@pytest.fixture
def local() -> Iterator[Callable[..., Workspace]]:
    """Workspaces on the embedded cloud, closed at the end."""

    def make(**options: Any) -> Workspace:
        return Workspace.local(**{"waiting": 0.02, "executing": 0.02, **options})

    with closed_at_the_end(make) as made:
        yield made


@pytest.fixture(name="flips")
def _flips() -> Callable[..., Program]:
    return flips
