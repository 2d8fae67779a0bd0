"""Whatever is sent, the service does it or refuses it in its own words; it never breaks, and lists stay readable."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import uuid
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.local.conftest import WORKSPACE, bell_engine

from qrelay.local import LocalCloud
from qrelay.local.azure.odata import FilterError, compile_filter, compile_order

PARAMS = {"api-version": "2026-01-15-preview"}
QUIET = settings(
    max_examples=120, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
TEXT = st.text(max_size=12)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**12), 10**12) | st.floats() | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
JOB = {
    "itemType": "Job", "name": "n", "providerId": "ionq", "target": "ionq.simulator", "containerUri": None,
    "inputDataUri": None, "inputDataFormat": "ionq.circuit.v1", "outputDataFormat": "ionq.quantum-results.v1",
    "inputParams": {}, "metadata": {}, "tags": [], "priority": "High", "sessionId": None,
    "outputDataUri": None, "id": None,
}  # fmt: skip
SESSION = {
    "itemType": "Session", "name": "n", "providerId": "ionq", "target": "ionq.simulator",
    "jobFailurePolicy": "Abort", "tags": [], "priority": None, "id": None,
}  # fmt: skip


class InProcess:
    def __init__(self, cloud: LocalCloud) -> None:
        self.cloud = cloud

    def __call__(self, method: str, path: str, **options: Any) -> httpx.Response:
        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(app=self.cloud.app)
            headers = {"x-ms-quantum-api-key": "k"}
            async with httpx.AsyncClient(transport=transport, base_url="http://local.test", headers=headers) as http:
                return await http.request(method, path, **options)

        return asyncio.run(send())


@pytest.fixture
def send() -> Any:
    with LocalCloud(engine=bell_engine, waiting=0, executing=0) as cloud:
        yield InProcess(cloud)


@QUIET
@given(kind=st.sampled_from(["jobs", "sessions"]), data=st.data())
def test_any_definition(send: InProcess, kind: str, data: st.DataObject) -> None:
    body: dict[str, Any] = dict(JOB if kind == "jobs" else SESSION)
    if kind == "jobs":
        answer = send("POST", f"{WORKSPACE}/storage/sasUri", params=PARAMS, json={"containerName": "any"})
        body["containerUri"] = answer.json()["sasUri"]
    changed = data.draw(st.dictionaries(st.sampled_from(sorted(body)), ANYTHING, max_size=3))
    text = json.dumps(body | changed)
    path = f"{WORKSPACE}/{kind}/{uuid.uuid4()}"
    answer = send("PUT", path, params=PARAMS, content=text)
    assert answer.status_code in (200, 400), (answer.text, changed)
    if answer.status_code == 200:
        assert send("GET", path, params=PARAMS).json()["id"] == path.rsplit("/", 1)[1]
    listed = send("GET", f"{WORKSPACE}/topLevelItems", params=PARAMS)
    assert listed.status_code == 200, changed


@QUIET
@given(path=st.sampled_from(["/storage/sasUri", "/jobs/x", "/sessions/x", "/jobUpdateOptions/x"]), body=ANYTHING)
def test_any_body(send: InProcess, path: str, body: Any) -> None:
    for method in ("PUT", "POST", "PATCH"):
        answer = send(method, WORKSPACE + path, params=PARAMS, content=json.dumps(body))
        assert answer.status_code < 500, (method, path, body)


@pytest.mark.parametrize("content", [b"", b"\xff", b"[" * 100_000, b'{"name": "\\ud800"}', b'{"a": NaN}', b"null"])
def test_bodies_that_are_no_json_objects(send: InProcess, content: bytes) -> None:
    answer = send("PUT", f"{WORKSPACE}/jobs/{uuid.uuid4()}", params=PARAMS, content=content)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "InvalidRequestBody")


WORDS = ["Name", "State", "CreationTime", "eq", "ne", "ge", "and", "or", "not", "(", ")", ",", "'a'", "'o''c'",
         "2024-04-01", "startswith", "contains", ";", "--", "''", "asc", "desc"]  # fmt: skip


@QUIET
@given(text=TEXT | st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join))
def test_any_filter_is_refused_or_runs(text: str) -> None:
    """What passes the parser must be SQL that the database takes."""
    table = sqlite3.connect(":memory:")
    table.execute("CREATE TABLE items (name, kind, provider, target, state, created)")
    try:
        for compile_any, clause in ((compile_filter, "WHERE"), (compile_order, "ORDER BY")):
            try:
                sql = compile_any(text)
            except FilterError:
                continue
            table.execute(f"SELECT * FROM items {clause} {sql.text}", sql.values)
    finally:
        table.close()
