"""The Hub of a cloud on a real port, and the few calls that every test of it makes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.local.conftest import until

from qrelay.local import LocalCloud, served

BELL = 'OPENQASM 2.0;\ninclude "qelib1.inc";\nqreg q[2];\ncreg c[2];\nh q[0];\ncx q[0],q[1];\nmeasure q -> c;\n'
JOB = {"backend_id": "kipu.sim.qsim", "input_format": "OPEN_QASM_V2", "input": {"qasm": BELL}, "shots": 100}
SESSION = {"backend_id": "ibm.qpu.aachen", "provider": "IBM", "mode": "batch"}
ENDED = ("COMPLETED", "FAILED", "CANCELLED")


class Hub:
    """Plain HTTP, as a client writes it."""

    def __init__(self, cloud: LocalCloud, base: str) -> None:
        self.cloud = cloud
        self.base = base
        self.http = httpx.Client(base_url=f"{base}/quantum", headers={"x-auth-token": "any"}, timeout=30)

    def call(self, method: str, path: str, body: Any = None, **query: Any) -> httpx.Response:
        return self.http.request(method, path, json=body, params=query or None)

    def get(self, path: str, **query: Any) -> Any:
        answer = self.call("GET", path, **query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, **changes: Any) -> httpx.Response:
        """A Bell pair for qsim, unless something else is asked for; what is None is left out."""
        body = {key: value for key, value in (JOB | changes).items() if value is not None}
        return self.call("POST", "/jobs", body)

    def submit(self, **changes: Any) -> str:
        answer = self.post(**changes)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def session(self, **changes: Any) -> str:
        answer = self.call("POST", "/sessions", SESSION | changes)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def status(self, path: str) -> str:
        return str(self.get(f"{path}/status")["status"])

    def wait(self, job_id: str, *states: str) -> dict[str, Any]:
        """The job once it is in one of these states (by default: has ended)."""
        wanted = states or ENDED
        found: dict[str, Any] = until(lambda: self.get(f"/jobs/{job_id}"), lambda job: job["status"] in wanted)
        return found


def bell_engine(order: Any) -> bytes:
    """Stands in for the simulation where a test is about the service and not about the answer."""
    return b'{"counts":{"00":50,"11":50}}'


def refused(answer: httpx.Response, status: int, words: str) -> None:
    """The answer is an error in the Hub's own shape."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert (body["status"], set(body)) == (status, {"type", "title", "status", "detail"})
    assert words in body["detail"], body


@pytest.fixture
def make_hub() -> Iterator[Callable[..., Hub]]:
    """Hubs of new clouds, each on its own port, closed when the test ends."""
    closers: list[Callable[[], Any]] = []

    def make(**options: Any) -> Hub:
        cloud = LocalCloud(**({"hub_engine": bell_engine, "waiting": 0.0, "executing": 0.0} | options))
        closers.append(cloud.close)
        serving = served(cloud)
        hub = Hub(cloud, serving.__enter__())
        closers.append(lambda: serving.__exit__(None, None, None))
        closers.append(hub.http.close)
        return hub

    yield make
    for close in reversed(closers):
        close()


@pytest.fixture
def hub(make_hub: Callable[..., Hub]) -> Hub:
    return make_hub()


@pytest.fixture(scope="session")
def specification(shared: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((shared / "specs" / "kipu-hub-quantum-openapi.json").read_text())
    return found


@pytest.fixture
def satisfies(specification: dict[str, Any]) -> Callable[[Any, str], Any]:
    """Whether a document is what the specification calls by that name; gives the document."""
    jsonschema = pytest.importorskip("jsonschema")

    def check(document: Any, name: str) -> Any:
        schema = {"$ref": f"#/components/schemas/{name}", "components": specification["components"]}
        jsonschema.Draft202012Validator(schema).validate(document)
        assert set(document) - NEWER <= set(specification["components"]["schemas"][name]["properties"])
        return document

    return check


NEWER = {"usage_time_millis", "usage_time_state"}
"""Fields that the vendor's newer SDK knows and the specification does not."""
