"""Whatever is sent, the Hub does it or refuses it in its own words; it never breaks, and its lists stay readable."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.local.kipu.conftest import JOB, SESSION, bell_engine, refused

from qrelay.local import LocalCloud

QUIET = settings(
    max_examples=150, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
TEXT = st.text(max_size=12)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.floats() | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
FIELDS = [*JOB, "name", "input_params", "tags", "session_id", "sdk_provider", "qasm"]
BACKENDS = ["kipu.sim.qsim", "qudora.sim.xg1", "azure.ionq.simulator", "aws.ionq.forte", "ibm.qpu.aachen"]
IONQ = {"gateset": "qis", "qubits": 2, "circuit": [{"gate": "h", "targets": [0]}]}
QUESTIONS = ["page", "size", "sort", "serviceExecutionId", "provider", "onlyPlanqkSdk", "effectiveAt", "minQubits"]
ANSWERS = ["1", "0", "name,desc", "IBM", "true", "2026-04-17T12:34:56Z", "0001-01-01", "9999-12-31"]

Send = Callable[..., httpx.Response]


@pytest.fixture
def send() -> Iterator[Send]:
    with LocalCloud(hub_engine=bell_engine, waiting=0, executing=0) as cloud:

        def call(method: str, path: str, **options: Any) -> httpx.Response:
            async def request() -> httpx.Response:
                transport = httpx.ASGITransport(app=cloud.app)
                headers = {"x-auth-token": "k"}
                async with httpx.AsyncClient(transport=transport, base_url="http://hub.test", headers=headers) as http:
                    return await http.request(method, f"/quantum{path}", **options)

            return asyncio.run(request())

        yield call


def in_shape(answer: httpx.Response) -> None:
    assert answer.status_code in (400, 404, 405, 422), answer.text
    refused(answer, answer.status_code, "")


@QUIET
@given(backend=st.sampled_from(BACKENDS), changed=st.dictionaries(st.sampled_from(FIELDS), ANYTHING, max_size=3))
def test_any_job(send: Send, satisfies: Callable[..., Any], backend: str, changed: dict[str, Any]) -> None:
    body = JOB | {"backend_id": backend, "input_format": None}
    if backend == "azure.ionq.simulator":
        body["input"] = IONQ
    answer = send("POST", "/jobs", content=json.dumps(body | changed))
    if answer.status_code == 201:
        job_id = satisfies(answer.json(), "Job")["id"]
        satisfies(send("GET", f"/jobs/{job_id}").json(), "Job")
        assert isinstance(send("GET", f"/jobs/{job_id}/input").json(), dict)
    else:
        in_shape(answer)
    satisfies(send("GET", "/jobs", params={"size": 500}).json(), "PageResponseJob")


@QUIET
@given(changed=st.dictionaries(st.sampled_from([*SESSION, "ttl", "tags", "metadata", "sdk_provider"]), ANYTHING))
def test_any_session(send: Send, satisfies: Callable[..., Any], changed: dict[str, Any]) -> None:
    answer = send("POST", "/sessions", content=json.dumps(SESSION | changed))
    if answer.status_code == 201:
        satisfies(send("GET", f"/sessions/{answer.json()['id']}").json(), "Session")
    else:
        in_shape(answer)
    satisfies(send("GET", "/workloads", params={"size": 500}).json(), "PageResponseWorkloadResponse")


@QUIET
@given(body=ANYTHING)
def test_any_body(send: Send, body: Any) -> None:
    session = send("POST", "/sessions", json=SESSION).json()["id"]
    for method, path in (("POST", "/jobs"), ("POST", "/sessions"), ("PATCH", f"/sessions/{session}")):
        answer = send(method, path, content=json.dumps(body))
        if answer.status_code >= 300:
            in_shape(answer)


@QUIET
@given(query=st.dictionaries(st.sampled_from(QUESTIONS), TEXT | st.sampled_from(ANSWERS)))
def test_any_question(send: Send, query: dict[str, str]) -> None:
    for path in ("/jobs", "/workloads", "/backends", "/backends/least-busy", "/backends/aws.ionq.forte/calibration"):
        answer = send("GET", path, params=query)
        if answer.status_code >= 300:
            in_shape(answer)


@QUIET
@given(word=TEXT)
def test_any_id(send: Send, word: str) -> None:
    for path in ("/jobs/{}", "/sessions/{}/jobs", "/backends/{}", "/service-executions/{}/workloads"):
        answer = send("GET", path.format(quote(word, safe="") or uuid.uuid4()))
        assert answer.status_code in (200, 404)  # an empty segment may be another path
        if answer.status_code == 404:
            in_shape(answer)
