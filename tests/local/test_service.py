"""What holds for every request: versions, keys, faults, in process and on a port; and what the answers must satisfy."""

from __future__ import annotations

import ast
import asyncio
import gc
import json
import logging
import re
import signal
import subprocess
import sys
import time
import uuid
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.local.conftest import BELL, WORKSPACE, Client, Stepped, bell_engine

import qrelay.local
from qrelay.errors import InvalidOption
from qrelay.local import Fault, LocalCloud, parse_fault

NEWEST = {"api-version": "2026-01-15-preview"}


def _ours(path: Path) -> set[str]:
    """The modules of qrelay that a file imports, anywhere in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return {name for name in found if re.match(r"qrelay(\.|$)", name)}


def test_shares_no_code_with_what_it_judges() -> None:
    """An emulator built on the encoder's code repeats the encoder's mistakes: it shares the words for errors and one
    lock, and neither of these knows anything else of ours."""
    room = Path(qrelay.local.__file__).parent
    shared = {"qrelay.errors", "qrelay.quieting"}
    imported = {name for path in room.rglob("*.py") for name in _ours(path)}
    assert {name for name in imported if not re.match(r"qrelay\.local(\.|$)", name)} <= shared
    assert {name for module in shared for name in _ours(room.parent / f"{module.split('.')[1]}.py")} == set()


@pytest.mark.parametrize(
    ("version", "code"),
    [(None, "MissingApiVersionParameter"), ("", "MissingApiVersionParameter"), ("1", "InvalidApiVersionParameter"),
     ("2026-01-15-preview", None), ("2030-01-01", None)],
)  # fmt: skip
def test_api_version(client: Client, version: str | None, code: str | None) -> None:
    params = {} if version is None else {"api-version": version}
    answer = client.http.get(f"{WORKSPACE}/providerStatus", params=params)
    assert answer.status_code == (400 if code else 200)
    assert answer.headers.get("x-ms-error-code") == code
    if code:
        assert answer.json()["error"]["code"] == code


@pytest.mark.parametrize(
    ("keys", "headers", "status"),
    [
        (None, {}, 401),
        (None, {"x-ms-quantum-api-key": "anything"}, 200),
        (None, {"authorization": "Bearer anything"}, 200),
        (["k"], {"x-ms-quantum-api-key": "k"}, 200),
        (["j", "k"], {"authorization": "Bearer k"}, 200),
        (["k"], {"x-ms-quantum-api-key": "K"}, 401),
        (["k"], {"authorization": "Basic k"}, 401),
        ([], {"x-ms-quantum-api-key": "k"}, 401),
    ],
)
def test_keys(make_client: Callable[..., Client], keys: Any, headers: dict[str, str], status: int) -> None:
    client = make_client(keys=keys)
    answer = httpx.get(f"{client.base}{WORKSPACE}/jobs", params=NEWEST, headers=headers)
    assert answer.status_code == status
    if status == 401:
        assert answer.content == b""
        assert answer.headers["www-authenticate"] == 'Bearer error="invalid_token"'


def test_unknown_paths_and_methods(client: Client) -> None:
    for method, path, status in (
        ("GET", "/nothing", 404),
        ("POST", "/jobs", 405),
        ("GET", f"/jobs/{uuid.uuid4()}", 404),
    ):
        answer = client.call(method, path)
        assert answer.status_code == status
        assert answer.json()["error"]["code"] == answer.headers["x-ms-error-code"]
    garbled = client.http.put(f"{WORKSPACE}/jobs/{uuid.uuid4()}", params=NEWEST, content=b"{")
    assert (garbled.status_code, garbled.json()["error"]["code"]) == (400, "InvalidRequestBody")


def test_in_process_each_request_on_a_loop_of_its_own() -> None:
    """Jobs must go on between the requests, although the loop that took them is gone."""
    with LocalCloud(engine=bell_engine, waiting=0.01, executing=0.01) as cloud:

        async def send(method: str, path: str, **options: Any) -> httpx.Response:
            transport = httpx.ASGITransport(app=cloud.app)
            headers = {"x-ms-quantum-api-key": "k"} | options.pop("headers", {})
            async with httpx.AsyncClient(transport=transport, base_url="https://local.test", headers=headers) as http:
                return await http.request(method, path, **options)

        def call(method: str, path: str, **options: Any) -> Any:
            return asyncio.run(send(method, WORKSPACE + path, params=NEWEST, **options)).json()

        uri = call("POST", "/storage/sasUri", json={"containerName": "job-1"})["sasUri"]
        assert uri.startswith("https://local.test/local")
        path, _, sas = uri.partition("?")
        stored = asyncio.run(
            send("PUT", f"{path}/inputData?{sas}", content=json.dumps(BELL), headers={"x-ms-blob-type": "BlockBlob"})
        )
        assert stored.status_code == 201
        body = {
            "itemType": "Job", "name": "n", "providerId": "ionq", "target": "ionq.simulator", "containerUri": uri,
            "inputDataFormat": "ionq.circuit.v1", "outputDataFormat": "ionq.quantum-results.v1",
        }  # fmt: skip
        job_id = str(uuid.uuid4())
        made = call("PUT", f"/jobs/{job_id}", json=body)
        assert ":443/" in made["outputDataUri"]
        end = time.monotonic() + 60
        while (job := call("GET", f"/jobs/{job_id}"))["status"] != "Succeeded":
            assert time.monotonic() < end, job
        assert asyncio.run(send("GET", job["outputDataUri"])).json()["histogram"]


@pytest.mark.parametrize("fault", [
    Fault("PUT", "*/jobs/*", drop=True), Fault("PUT", "*/jobs/*", status=502, body="<html>bad gateway</html>"),
])  # fmt: skip
def test_faults_on_a_port(make_client: Callable[..., Client], fault: Fault) -> None:
    """P18's two ways of losing an answer: the job is there after one and not after the other."""
    client = make_client(faults=[fault])
    job_id = str(uuid.uuid4())
    body = client.definition(job_id)
    if fault.drop:
        with pytest.raises(httpx.TransportError):
            client.call("PUT", f"/jobs/{job_id}", body)
    else:
        assert client.call("PUT", f"/jobs/{job_id}", body).text == fault.body
    assert client.call("GET", f"/jobs/{job_id}").status_code == (200 if fault.drop else 404)
    assert client.call("PUT", f"/jobs/{job_id}", body).status_code == 200


def test_faults_in_process_and_in_number() -> None:
    with LocalCloud(
        engine=bell_engine, faults=[parse_fault("GET */jobs status=429 retry-after=0.5 after=1 times=2")]
    ) as cloud:

        async def statuses() -> list[Any]:
            transport = httpx.ASGITransport(app=cloud.app)
            headers = {"x-ms-quantum-api-key": "k"}
            async with httpx.AsyncClient(transport=transport, base_url="http://local.test", headers=headers) as http:
                answers = [await http.get(f"{WORKSPACE}/jobs", params=NEWEST) for _ in range(4)]
                cloud.app.add(Fault(drop=True))
                with pytest.raises(httpx.ReadError):
                    await http.get(f"{WORKSPACE}/jobs", params=NEWEST)
                cloud.app.add(Fault(delay=0.01))
                answers.append(await http.get(f"{WORKSPACE}/jobs", params=NEWEST))
                return [(answer.status_code, answer.headers.get("retry-after")) for answer in answers]

        assert asyncio.run(statuses()) == [(200, None), (429, "0.5"), (429, "0.5"), (200, None), (200, None)]


def test_a_fault_of_storage_is_in_storage_s_words(make_client: Callable[..., Client]) -> None:
    """P23: Succeeded, and the blob not there yet."""
    client = make_client(faults=["GET */rawOutputData status=404 code=BlobNotFound times=2"])
    job = client.wait(client.submit().json()["id"])
    for _ in range(2):
        answer = client.blob(job["outputDataUri"])
        assert (answer.status_code, answer.headers["x-ms-error-code"]) == (404, "BlobNotFound")
        assert answer.headers["content-type"] == "application/xml"
    assert client.blob(job["outputDataUri"]).status_code == 200


def test_a_forgotten_cloud_goes_quietly(make_client: Callable[..., Client]) -> None:
    cloud = LocalCloud()
    gone = weakref.ref(cloud)
    del cloud
    gc.collect()
    assert gone() is None


def test_faults_as_text() -> None:
    assert parse_fault("PUT */jobs/* drop") == Fault("PUT", "*/jobs/*", drop=True)
    assert parse_fault("GET * status=503 code=Busy body='a b' delay=1.5 times=all") == Fault(
        "GET", "*", status=503, code="Busy", body="a b", delay=1.5, times=None
    )
    for wrong in ("", "GET", "GET *", "GET * times=2", "GET * status=x", "GET * explode", "GET * drop status=500",
                  "GET * status", "GET * drop=1", "GET '* drop"):  # fmt: skip
        with pytest.raises(InvalidOption, match="fault"):
            parse_fault(wrong)


def test_logs_hold_no_secret(make_client: Callable[..., Client], caplog: pytest.LogCaptureFixture) -> None:
    """P36: keys and signatures in the log of a server are there for everyone who reads logs."""

    def engine(execution: Any) -> bytes:
        raise RuntimeError("boom")

    with caplog.at_level(logging.DEBUG):
        client = make_client(engine=engine, keys=["canary-key"])
        client.http.headers["x-ms-quantum-api-key"] = "canary-key"
        job = client.wait(client.submit().json()["id"])
        client.blob(job["outputDataUri"])
    ours = [record for record in caplog.records if not record.name.startswith(("httpx", "httpcore"))]
    assert any("engine failed" in record.getMessage() for record in ours)
    text = "\n".join(logging.Formatter().format(record) for record in ours)
    assert "canary" not in text
    assert "sig=" not in text


def test_wrong_settings() -> None:
    """Bug: an error on purpose that `except QrelayError` does not catch."""
    for options in ({"waiting": -1}, {"loss": 2}, {"error_rate": -0.1}):
        with pytest.raises(InvalidOption, match=r"seconds|probabilities") as caught:
            LocalCloud(**options)  # type: ignore[arg-type]
        assert caught.value.option in options
    with pytest.raises(TypeError):
        LocalCloud(keys="k")


def test_serve_says_where_it_is() -> None:
    program = (
        "from qrelay.local import serve, parse_fault\n"
        "serve(0, keys=['k'], faults=[parse_fault('GET */quotas status=503')])"
    )
    root = Path(qrelay.local.__file__).parents[2]
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, env={"PYTHONPATH": str(root)}
    ) as process:
        try:
            assert process.stdout is not None
            match = re.fullmatch(r"azure  (http://127\.0\.0\.1:\d+)\n", process.stdout.readline())
            assert match is not None
            assert process.stdout.readline() == f"kipu   {match[1]}/quantum\n"
            hub = httpx.get(f"{match[1]}/quantum/jobs", headers={"x-auth-token": "k"})
            assert hub.json()["content"] == []
            for key, path, status in (
                ("k", "jobs", 200),
                ("x", "jobs", 401),
                ("k", "quotas", 503),
                ("k", "quotas", 200),
            ):
                answer = httpx.get(
                    f"{match[1]}{WORKSPACE}/{path}", params=NEWEST, headers={"x-ms-quantum-api-key": key}
                )
                assert answer.status_code == status
        finally:
            process.send_signal(signal.SIGINT)
            assert process.wait(30) == 0


def test_answers_satisfy_the_specification(shared: Path, make_client: Callable[..., Client]) -> None:
    """Every operation's answer against the published schema; null stands for absent, as the recordings have it."""
    jsonschema = pytest.importorskip("jsonschema")
    document = json.loads((shared / "specs" / "azure-quantum-data-plane-openapi.json").read_text())
    schedule = Stepped()
    client = make_client(schedule=schedule)

    def check(answer: httpx.Response, definition: str) -> Any:
        schema = {"$ref": f"#/definitions/{definition}", "definitions": document["definitions"]}
        jsonschema.Draft4Validator(schema).validate(_present(answer.json()))
        return answer.json()

    check(client.call("GET", "/providerStatus"), "PagedProviderStatus")
    check(client.call("GET", "/quotas"), "PagedQuota")
    check(client.call("POST", "/storage/sasUri", {"containerName": "abc"}), "SasUriResponse")
    session = client.session(jobFailurePolicy="Continue")
    ids = [client.submit(sessionId=session, **changes).json()["id"] for changes in ({}, {"outputDataFormat": "x"}, {})]
    check(client.call("PATCH", f"/jobUpdateOptions/{ids[0]}", {"tags": ["t"]}), "JobUpdateOptions")
    check(client.call("POST", f"/jobs/{ids[2]}:cancel"), "JobDetails")
    seen = set()
    for _ in schedule.steps():
        for job_id in ids:
            seen.add(check(client.call("GET", f"/jobs/{job_id}"), "JobDetails")["status"])
        check(client.call("GET", f"/sessions/{session}"), "SessionDetails")
        if len(seen) == 5:
            break
    assert seen == {"Waiting", "Executing", "Succeeded", "Failed", "Cancelled"}
    check(client.call("GET", "/jobs", top=1), "PagedJobDetails")
    check(client.call("GET", "/sessions"), "PagedSessionDetails")
    check(client.call("GET", f"/sessions/{session}/jobs"), "PagedJobDetails")
    check(client.call("GET", "/topLevelItems"), "PagedItemDetails")
    check(client.call("POST", f"/sessions/{session}:close"), "SessionDetails")
    check(client.call("GET", f"/jobs/{uuid.uuid4()}"), "Azure.Core.Foundations.ErrorResponse")


def _present(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _present(entry) for key, entry in value.items() if entry is not None}
    return [_present(entry) for entry in value] if isinstance(value, list) else value


def test_every_operation_of_the_specification_is_there(shared: Path, client: Client) -> None:
    document = json.loads((shared / "specs" / "azure-quantum-data-plane-openapi.json").read_text())
    prefix = "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}"
    prefix += "/providers/Microsoft.Quantum/workspaces/{workspaceName}"
    for path, operations in document["paths"].items():
        assert path.startswith(prefix)
        ours = re.sub(r"\{\w+\}", str(uuid.uuid4()), path.removeprefix(prefix))
        for method in operations:
            answer = client.call(method.upper(), ours, {} if method in ("put", "patch", "post") else None)
            assert answer.status_code != 405, (method, path)
            if answer.status_code == 404:
                assert "was not found in this workspace" in answer.json()["error"]["message"], (method, path)
