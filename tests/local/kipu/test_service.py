"""What holds for every request to the Hub: tokens, errors, faults, restarts, service executions, the specification."""

from __future__ import annotations

import asyncio
import json
import re
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.local.conftest import Stepped, until
from tests.local.kipu.conftest import JOB, SESSION, Hub, bell_engine, refused

from qrelay.errors import InvalidOption
from qrelay.local import Fault, LocalCloud, parse_fault

EXECUTION = str(uuid.UUID(int=7))


@pytest.mark.parametrize(
    ("keys", "headers", "status"),
    [
        (None, {}, 401),
        (None, {"x-auth-token": ""}, 401),
        (None, {"x-auth-token": "anything"}, 200),
        (None, {"authorization": "Bearer anything"}, 200),
        (["k"], {"x-auth-token": "k"}, 200),
        (["j", "k"], {"authorization": "bearer k"}, 200),
        (["k"], {"x-auth-token": "K"}, 401),
        (["k"], {"authorization": "Basic k"}, 401),
        ([], {"x-auth-token": "k"}, 401),
    ],
)
def test_tokens(make_hub: Callable[..., Hub], keys: Any, headers: dict[str, str], status: int) -> None:
    hub = make_hub(keys=keys)
    answer = httpx.get(f"{hub.base}/quantum/jobs", headers=headers)
    assert answer.status_code == status
    if status == 401:
        refused(answer, 401, "token")
    # the list of backends alone is public, and that does not make a wrong token right
    public = httpx.get(f"{hub.base}/quantum/backends", headers=headers)
    named = any(headers.get(name) and not headers[name].startswith("Basic") for name in headers)
    assert public.status_code == (401 if named and status == 401 else 200)


def test_both_services_on_one_port_take_the_same_keys(make_hub: Callable[..., Hub]) -> None:
    hub = make_hub(keys=["k"])
    azure = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Quantum/workspaces/w/jobs?api-version=2026-01-15"
    for key, status in (("k", 200), ("x", 401)):
        assert httpx.get(f"{hub.base}/quantum/jobs", headers={"x-auth-token": key}).status_code == status
        assert httpx.get(hub.base + azure, headers={"x-ms-quantum-api-key": key}).status_code == status


def test_unknown_paths_and_methods(hub: Hub) -> None:
    refused(hub.call("GET", "/nothing"), 404, "nothing at this path")
    refused(hub.call("GET", "/jobs/"), 404, "nothing at this path")
    for method, path in (("PUT", "/jobs"), ("POST", "/backends"), ("POST", f"/jobs/{uuid.uuid4()}")):
        answer = hub.call(method, path)
        refused(answer, 405, "not offered")
        assert answer.headers["allow"]
    # the root is the other service's
    assert "error" in httpx.get(f"{hub.base}/quantumx").json()


def test_in_process_each_request_on_a_loop_of_its_own() -> None:
    """Jobs must go on between the requests, although the loop that took them is gone."""
    with LocalCloud(hub_engine=bell_engine, waiting=0.01, executing=0.01) as cloud:

        def call(method: str, path: str, **options: Any) -> httpx.Response:
            async def send() -> httpx.Response:
                transport = httpx.ASGITransport(app=cloud.app)
                headers = {"x-auth-token": "k"}
                async with httpx.AsyncClient(transport=transport, base_url="http://hub.test", headers=headers) as http:
                    return await http.request(method, f"/quantum{path}", **options)

            return asyncio.run(send())

        job_id = call("POST", "/jobs", json=JOB).json()["id"]
        until(lambda: call("GET", f"/jobs/{job_id}/status").json()["status"], lambda status: status == "COMPLETED")
        assert call("GET", f"/jobs/{job_id}/result").json()["counts"]
    refused(call("GET", "/jobs"), 410, "closed")


def test_a_restart_takes_up_what_was_left(tmp_path: Path, satisfies: Callable[..., Any]) -> None:
    """Everything in the file: jobs at each stage, their input, results, tags, and sessions."""
    data = tmp_path / "cloud.sqlite"

    def hub_of(cloud: LocalCloud) -> Callable[..., httpx.Response]:
        def call(method: str, path: str, body: Any = None) -> httpx.Response:
            async def send() -> httpx.Response:
                transport = httpx.ASGITransport(app=cloud.app)
                headers = {"x-auth-token": "k"}
                async with httpx.AsyncClient(transport=transport, base_url="http://hub.test", headers=headers) as http:
                    return await http.request(method, f"/quantum{path}", json=body)

            return asyncio.run(send())

        return call

    schedule = Stepped()
    with LocalCloud(data, hub_engine=bell_engine, schedule=schedule, slots=1) as cloud:
        call = hub_of(cloud)

        def status(job: str) -> str:
            return str(call("GET", f"/jobs/{job}/status").json()["status"])

        done = call("POST", "/jobs", JOB | {"tags": ["t"]}).json()["id"]
        schedule.settle(lambda: status(done) == "COMPLETED")
        running, cancelling = (call("POST", "/jobs", JOB).json()["id"] for _ in range(2))
        schedule.settle(lambda: status(running) == "RUNNING")
        call("DELETE", f"/jobs/{cancelling}")
        pending = call("POST", "/jobs", JOB | {"name": "last"}).json()["id"]
        session = call("POST", "/sessions", SESSION).json()["id"]
        before = [status(job) for job in (done, running, cancelling, pending)]
        assert before == ["COMPLETED", "RUNNING", "CANCELLING", "PENDING"]
    with LocalCloud(data, hub_engine=bell_engine, waiting=0, executing=0) as cloud:
        call = hub_of(cloud)
        jobs = (done, running, cancelling, pending)
        until(lambda: [status(job) for job in jobs], lambda found: set(found) == {"COMPLETED", "CANCELLED"})
        assert [status(job) for job in jobs] == ["COMPLETED", "COMPLETED", "CANCELLED", "COMPLETED"]
        for job in (done, running, pending):
            assert call("GET", f"/jobs/{job}/result").json() == {"counts": {"00": 50, "11": 50}}
            assert call("GET", f"/jobs/{job}/input").json() == JOB["input"]
        assert satisfies(call("GET", f"/jobs/{done}").json(), "Job")["tags"] == ["t"]
        assert call("GET", f"/sessions/{session}").json()["status"] == "OPEN"


@pytest.mark.parametrize(
    ("fault", "made"),
    [
        (Fault("POST", "*/jobs", drop=True), 1),
        (Fault("POST", "*/jobs", status=502, committed=True), 1),
        (Fault("POST", "*/jobs", status=502, body="<html>bad gateway</html>"), 0),
        (Fault("POST", "*/jobs", status=503, retry_after=2), 0),
    ],
)
def test_losing_the_answer_to_a_submission(make_hub: Callable[..., Hub], fault: Fault, made: int) -> None:
    """P18: the job is there after some of these and not after others, and the client cannot see which."""
    hub = make_hub(faults=[fault])
    if fault.drop:
        with pytest.raises(httpx.TransportError):
            hub.post(tags=["t"])
    elif fault.body is not None:
        assert hub.post().text == fault.body
    else:
        assert fault.status is not None
        answer = hub.post(tags=["t"])
        refused(answer, fault.status, "ordered")
        assert answer.headers.get("retry-after") == ("2" if fault.retry_after else None)
    assert hub.get("/jobs")["total_elements"] == made
    assert hub.post().status_code == 201


def test_faults_of_a_long_time(make_hub: Callable[..., Hub]) -> None:
    hub = make_hub(faults=["GET */jobs/*/status status=503 times=all", "GET */backends status=429 retry-after=0.5"])
    job_id = hub.submit()
    for _ in range(3):
        refused(hub.call("GET", f"/jobs/{job_id}/status"), 503, "ordered")
    throttled = hub.call("GET", "/backends")
    refused(throttled, 429, "ordered")
    assert throttled.headers["retry-after"] == "0.5"
    hub.cloud.app.clear()
    assert hub.call("GET", f"/jobs/{job_id}/status").status_code == 200


def test_faults_as_text() -> None:
    assert parse_fault("POST */jobs status=502 committed") == Fault("POST", "*/jobs", status=502, committed=True)
    for wrong in ("POST * committed", "POST * status=502 committed=1", "POST * drop=1 status=502",
                  "GET * drop committed", "GET * status=500 'code=a\nb'"):  # fmt: skip
        with pytest.raises(InvalidOption, match="fault"):
            parse_fault(wrong)


def test_a_code_in_xml_is_escaped(make_hub: Callable[..., Hub]) -> None:
    hub = make_hub(faults=[Fault("GET", "/local*", status=404, code="A<B>&C")])
    answer = httpx.get(f"{hub.base}/local{'0' * 16}/c/b")
    assert "<Code>A&lt;B&gt;&amp;C</Code>" in answer.text


def test_what_runs_inside_a_service(make_hub: Callable[..., Hub], satisfies: Callable[..., Any]) -> None:
    """A service's token makes jobs and sessions that its execution's routes show, and no others."""
    hub = make_hub(keys=["mine"], service_executions={"service": EXECUTION})
    hub.http.headers["x-auth-token"] = "mine"
    outside = hub.submit()
    hub.http.headers["x-auth-token"] = "service"
    inside, session = hub.submit(), hub.session()
    within = f"/service-executions/{EXECUTION}"
    hub.wait(inside)
    assert satisfies(hub.get(f"{within}/jobs/{inside}"), "Job")["id"] == inside
    assert hub.get(f"{within}/jobs/{inside}/status") == {"status": "COMPLETED"}
    assert hub.get(f"{within}/jobs/{inside}/result-stream")["counts"]
    assert hub.get(f"{within}/jobs/{inside}/input") == JOB["input"]
    assert hub.call("GET", f"{within}/jobs/{inside}/calibration").status_code == 204
    assert hub.call("DELETE", f"{within}/jobs/{inside}").status_code == 204
    refused(hub.call("GET", f"{within}/jobs/{outside}"), 404, "was not found")
    page = satisfies(hub.get(f"{within}/workloads"), "PageResponseWorkloadResponse")
    assert [entry["id"] for entry in page["content"]] == [inside, session]
    assert [job["id"] for job in hub.get("/jobs", serviceExecutionId=EXECUTION)["content"]] == [inside]
    assert hub.get("/jobs")["total_elements"] == 2
    path = f"{within}/sessions/{session}"
    assert hub.get(f"{path}/status") == {"status": "OPEN"}
    assert hub.get(f"{path}/jobs") == []
    assert hub.call("PATCH", path, {"accept_jobs": False}).json()["status"] == "DRAINING"
    assert hub.call("DELETE", path).status_code == 204
    assert hub.get(path)["status"] == "CLOSED"
    other = str(uuid.uuid4())
    for question in (f"/service-executions/{other}/jobs/{inside}", f"/service-executions/{other}/workloads",
                     f"/jobs?serviceExecutionId={other}"):  # fmt: skip
        refused(hub.call("GET", question), 404, f"Service execution '{other}' was not found")


def test_every_operation_of_the_specification_is_there(hub: Hub, specification: dict[str, Any]) -> None:
    count = 0
    for path, operations in specification["paths"].items():
        ours = re.sub(r"\{\w+\}", str(uuid.uuid4()), path)
        for method in operations:
            count += 1
            answer = hub.call(method.upper(), ours, {} if method in ("patch", "post") else None)
            assert answer.status_code != 405, (method, path)
            if answer.status_code == 404:
                assert "was not found" in answer.json()["detail"], (method, path)
            elif answer.status_code >= 400:
                refused(answer, 400, "required")
    assert count == 33


def test_answers_are_json_that_anyone_reads(hub: Hub) -> None:
    job_id = hub.submit(name="Grüße ☃")
    answer = hub.call("GET", f"/jobs/{job_id}")
    assert json.loads(answer.content)["name"] == "Grüße ☃"
    assert answer.headers["content-type"] == "application/json"
