"""A cloud on a real port, and the few calls that every test of it makes."""

from __future__ import annotations

import heapq
import itertools
import json
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any, Self
from urllib.parse import urlsplit

import httpx
import pytest

from qrelay.local import LocalCloud, served

WORKSPACE = (
    "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/group/providers/Microsoft.Quantum/workspaces/ws"
)
BELL = {"qubits": 2, "circuit": [{"gate": "h", "target": 0}, {"gate": "cnot", "control": 0, "target": 1}]}


class Client:
    """Plain HTTP, as a client writes it; `api_version` goes with every call to the data plane."""

    def __init__(self, cloud: LocalCloud, base: str, api_version: str = "2026-01-15-preview") -> None:
        self.cloud = cloud
        self.base = base
        self.api_version = api_version
        self.http = httpx.Client(base_url=base, headers={"x-ms-quantum-api-key": "any"}, timeout=30)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def call(self, method: str, path: str, body: Any = None, **query: Any) -> httpx.Response:
        params = {"api-version": self.api_version} | query
        return self.http.request(method, WORKSPACE + path, json=body, params=params)

    def container(self, name: str) -> str:
        answer = self.call("POST", "/storage/sasUri", {"containerName": name})
        assert answer.status_code == 200, answer.text
        return str(answer.json()["sasUri"])

    def put_blob(self, container_uri: str, name: str, data: bytes, **headers: str) -> httpx.Response:
        path, _, sas = container_uri.partition("?")
        names = {key.replace("_", "-"): value for key, value in headers.items()}
        return self.http.put(f"{path}/{name}?{sas}", content=data, headers={"x-ms-blob-type": "BlockBlob"} | names)

    def definition(self, job_id: str, data: bytes | None = None, **changes: Any) -> dict[str, Any]:
        """A job's body, its input uploaded; without data it is a Bell pair for ionq.simulator."""
        uri = self.container(f"job-{job_id}")
        uploaded = self.put_blob(uri, "inputData", json.dumps(BELL).encode() if data is None else data)
        assert uploaded.status_code == 201, uploaded.text
        body = {
            "itemType": "Job",
            "name": "bell",
            "providerId": "ionq",
            "target": "ionq.simulator",
            "containerUri": uri,
            "inputDataUri": f"{uri.partition('?')[0]}/inputData",
            "inputDataFormat": "ionq.circuit.v1",
            "outputDataFormat": "ionq.quantum-results.v1",
            "inputParams": {"shots": 100},
        }
        return {key: value for key, value in (body | changes).items() if value is not None}

    def submit(self, data: bytes | None = None, **changes: Any) -> httpx.Response:
        job_id = str(uuid.uuid4())
        return self.call("PUT", f"/jobs/{job_id}", self.definition(job_id, data, **changes))

    def job(self, job_id: str) -> dict[str, Any]:
        answer = self.call("GET", f"/jobs/{job_id}")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def session(self, **changes: Any) -> str:
        session_id = str(uuid.uuid4())
        body = {"itemType": "Session", "name": "s", "providerId": "ionq", "target": "ionq.simulator"} | changes
        answer = self.call("PUT", f"/sessions/{session_id}", body)
        assert answer.status_code == 200, answer.text
        return session_id

    def wait(self, job_id: str, *states: str) -> dict[str, Any]:
        """The job once it is in one of these states (by default: has ended)."""
        wanted = states or ("Succeeded", "Failed", "Cancelled")
        return until(lambda: self.job(job_id), lambda job: job["status"] in wanted)

    def blob(self, uri: str, method: str = "GET", **headers: str) -> httpx.Response:
        return self.http.request(method, uri, headers={key.replace("_", "-"): value for key, value in headers.items()})

    def local(self, uri: str) -> str:
        """Path and query of a URI."""
        parts = urlsplit(uri)
        return f"{parts.path}?{parts.query}"


def until(read: Callable[[], Any], good: Callable[[Any], bool], seconds: float = 60) -> Any:
    """Read until it is good."""
    end = time.monotonic() + seconds
    while not good(found := read()):
        assert time.monotonic() < end, f"still {found}"
        time.sleep(0.01)
    return found


def bell_engine(execution: Any) -> bytes:
    """Stands in for the simulation where a test is about the service and not about the answer."""
    return b'{"histogram":{"0":0.5,"3":0.5}}'


class Gate:
    """An engine that answers when the test lets it."""

    def __init__(self) -> None:
        self.open = threading.Event()

    def __call__(self, execution: Any) -> bytes:
        assert self.open.wait(60)
        return bell_engine(execution)


class Stepped:
    """A schedule on which nothing happens until a test says so: each step is the next thing that is due."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._calls: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = itertools.count()
        self._now = 0.0

    def after(self, seconds: float, call: Callable[[], None]) -> None:
        with self._lock:
            heapq.heappush(self._calls, (self._now + seconds, next(self._numbers), call))

    def stop(self) -> None:
        with self._lock:
            self._calls.clear()

    def step(self) -> bool:
        """Do the next thing; False if nothing is due (a simulation may be under way)."""
        with self._lock:
            if not self._calls:
                return False
            self._now, _, call = heapq.heappop(self._calls)
        call()
        return True

    def steps(self, seconds: float = 60) -> Iterator[None]:
        """One turn of a loop after each thing that happened; the loop fails when it takes too long."""
        end = time.monotonic() + seconds
        while True:
            yield
            assert time.monotonic() < end, "what the test waits for did not happen"
            if not self.step():
                time.sleep(0.01)

    def settle(self, done: Callable[[], bool]) -> None:
        """Step until it is done."""
        until(lambda: done() or (self.step() and done()), bool)


@pytest.fixture
def make_client() -> Iterator[Callable[..., Client]]:
    """Clients of new clouds, each on its own port, closed when the test ends."""
    closers: list[Callable[[], Any]] = []

    def make(api_version: str = "2026-01-15-preview", **options: Any) -> Client:
        cloud = LocalCloud(**({"engine": bell_engine, "waiting": 0.0, "executing": 0.0} | options))
        closers.append(cloud.close)
        serving = served(cloud)
        client = Client(cloud, serving.__enter__(), api_version)
        closers.append(lambda: serving.__exit__(None, None, None))
        closers.append(client.http.close)
        return client

    yield make
    for close in reversed(closers):
        close()


@pytest.fixture
def client(make_client: Callable[..., Client]) -> Client:
    return make_client()
