"""Recorded exchanges as a transport, small faults, and time that can be turned."""

from __future__ import annotations

import importlib.util
import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from qrelay.azure import Workspace
from qrelay.program import Program, Register

_spec = importlib.util.spec_from_file_location("fake_clock", Path(__file__).parents[1] / "cloud" / "conftest.py")
assert _spec is not None
assert _spec.loader is not None
_module = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_module)
FakeClock = _module.FakeClock

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
    opened: list[Workspace] = []

    def make(recording: str, ids: list[int], answer: dict[str, Any] | None = None) -> tuple[Workspace, Replay]:
        exchanges = json.loads((shared / "fixtures" / "azure" / f"{recording}.json").read_text())["exchanges"]
        if answer is not None:
            downloads = [each for each in exchanges if _is_answer(each["response"])]
            assert downloads, f"{recording} holds no answer to replace"
            for each in downloads:
                each["response"] = answer
        replay = Replay(exchanges)
        numbers = iter(ids)
        workspace = Workspace(
            **NAMES,
            transport=replay,
            clock=clock,
            new_id=lambda: f"00000000-0000-0000-0000-{next(numbers):012d}",
        )
        opened.append(workspace)
        return workspace, replay

    yield make
    for workspace in opened:
        workspace.close()


@pytest.fixture
def remote(clock: Any) -> Iterator[Callable[..., Workspace]]:
    """A workspace whose service is a function of the request."""
    opened: list[Workspace] = []

    def make(handler: Any, **options: Any) -> Workspace:
        workspace = Workspace(**{**NAMES, "clock": clock, "transport": httpx.MockTransport(handler), **options})
        opened.append(workspace)
        return workspace

    yield make
    for workspace in opened:
        workspace.close()


@pytest.fixture
def local() -> Iterator[Callable[..., Workspace]]:
    """Workspaces on the embedded cloud, closed at the end."""
    opened: list[Workspace] = []

    def make(**options: Any) -> Workspace:
        workspace = Workspace.local(**{"waiting": 0.02, "executing": 0.02, **options})
        opened.append(workspace)
        return workspace

    yield make
    for workspace in opened:
        workspace.close()


def flips(bits: str, name: str = "flips") -> Program:
    """X on the qubits whose bit is 1; bit i from qubit i; `bits` is written highest first."""
    count = len(bits)
    ones = [index for index in range(count) if bits[count - 1 - index] == "1"]
    operations: list[Any] = [("x", (index,), ()) for index in ones]
    operations += [("measure", (index,), (index,)) for index in range(count)]
    return Program(count, count, operations, (Register("c", tuple(range(count))),), name=name)


@pytest.fixture(name="flips")
def _flips() -> Callable[..., Program]:
    return flips
