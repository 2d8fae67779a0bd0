"""The whole API: every operation of the specification has its method, and the method sends what the operation says."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from qrelay.cloud import loop
from qrelay.errors import AuthenticationError, NotFound, ServiceError
from qrelay.kipu import Hub
from qrelay.kipu.api import Api

_VERBS = ("get", "post", "put", "patch", "delete")


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


@pytest.fixture
def operations(shared: Path) -> list[tuple[str, str, dict[str, Any]]]:
    paths = json.loads((shared / "specs" / "kipu-hub-quantum-openapi.json").read_text())["paths"]
    return [(verb, path, item[verb]) for path, item in paths.items() for verb in _VERBS if verb in item]


def _named(operation: dict[str, Any], place: str) -> list[str]:
    return [each["name"] for each in operation.get("parameters", []) if each["in"] == place]


def test_there_is_a_method_for_every_operation(operations: list[tuple[str, str, dict[str, Any]]]) -> None:
    """A route that the vendor's clients can use and ours cannot."""
    assert len(operations) == 33
    for _, _, operation in operations:
        method = getattr(Api, _snake(operation["operationId"]), None)
        assert inspect.iscoroutinefunction(method), operation["operationId"]
        takes = inspect.signature(method).parameters
        for place in ("path", "query"):
            assert {_snake(name) for name in _named(operation, place)} <= set(takes), operation["operationId"]
        assert ("body" in takes) == ("requestBody" in operation), operation["operationId"]


def test_every_method_sends_what_its_operation_says(
    remote: Callable[..., Hub], operations: list[tuple[str, str, dict[str, Any]]]
) -> None:
    """A path built by hand with a part left out, an id with a slash that leads somewhere else, a query misspelt."""
    sent: list[httpx.Request] = []

    def serve(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(200, json=[] if request.url.path.endswith("/backends") else {"id": "x"})

    hub = remote(serve, organization_id="org-1")
    for verb, path, operation in operations:
        method = getattr(hub.api, _snake(operation["operationId"]))
        values = {name: f"{name}/ü 1" for name in _named(operation, "path")}
        queries = dict.fromkeys(_named(operation, "query"), "7")
        given: dict[str, Any] = {_snake(name): value for name, value in (values | queries).items()}
        body = {"accept_jobs": False, "more": 1} if "requestBody" in operation else None
        if body is not None:
            given["body"] = body
        loop.call(_run, method, given)
        request = sent.pop()
        assert not sent
        assert request.method == verb.upper()
        filled = path
        for name, value in values.items():
            filled = filled.replace(f"{{{name}}}", quote(value, safe=""))
        raw_path, _, raw_query = request.url.raw_path.decode().partition("?")
        assert raw_path == f"/quantum{filled}", operation["operationId"]
        assert sorted(part.partition("=")[0] for part in raw_query.split("&") if part) == sorted(queries)
        assert request.headers["x-organizationid"] == "org-1"
        assert request.headers["x-auth-token"] == "a-token"
        assert "authorization" not in request.headers
        assert (json.loads(request.content) if request.content else None) == body


async def _run(method: Any, given: dict[str, Any]) -> Any:
    return await method(**given)


def test_lists_in_a_query_are_repeated_and_truths_are_words(remote: Callable[..., Hub]) -> None:
    sent: list[str] = []

    def serve(request: httpx.Request) -> httpx.Response:
        sent.append(str(request.url.query, "ascii"))
        return httpx.Response(200, json=[] if request.url.path.endswith("/backends") else {"content": []})

    api = remote(serve).api

    async def ask() -> None:
        await api.search_jobs(page=0, size=5, sort=["createdAt,desc", "name,asc"])
        await api.get_backends(only_planqk_sdk=True)
        await api.get_backends()

    loop.call(ask)
    assert sent == ["page=0&size=5&sort=createdAt%2Cdesc&sort=name%2Casc", "onlyPlanqkSdk=true", ""]


@pytest.mark.parametrize("answer", [httpx.Response(204), httpx.Response(200)])
def test_no_calibration_is_none(remote: Callable[..., Hub], answer: httpx.Response) -> None:
    """A 204 has no body, and reading one as JSON failed."""
    api = remote(lambda request: answer).api
    assert loop.call(api.get_backend_calibration, "aws.sim.sv1") is None
    assert loop.call(api.get_job_calibration, "1") is None


@pytest.mark.parametrize(
    ("document", "ids"),
    [([{"id": "1"}, None, {"id": "2"}], ["1", "2"]), ({"id": "1"}, ["1"]), ({"content": [{"id": "3"}]}, ["3"]),
     ([], []), ({}, [])],
)  # fmt: skip
def test_the_jobs_of_a_session_in_every_form_that_the_specification_leaves_open(
    remote: Callable[..., Hub], document: Any, ids: list[str]
) -> None:
    """It says a list in its words, and one job in its schema."""
    api = remote(lambda request: httpx.Response(200, json=document)).api
    assert [job.id for job in loop.call(api.get_session_jobs, "s")] == ids


@pytest.mark.parametrize(
    ("status", "body", "kind", "said"),
    [
        (401, {"title": "Unauthorized"}, AuthenticationError, "personal access token"),
        (403, {"detail": "no member"}, AuthenticationError, "no member"),
        (404, {"title": "Not Found", "detail": "no such job"}, NotFound, "no such job"),
        (422, {"detail": "no sessions here"}, ServiceError, "no sessions here"),
        (400, {"title": "Bad Request"}, ServiceError, "Bad Request"),
        (400, {"error": {"code": "X1", "message": "inner"}}, ServiceError, "X1: inner"),
        (400, {"error": "Bad Request", "message": "spring says"}, ServiceError, "spring says"),
        (400, {"error": "Bad Request", "path": "/jobs"}, ServiceError, "Bad Request"),
        (400, {"error": {"message": "m", "details": "more of it"}}, ServiceError, r"m \(more of it\)"),
        (400, None, ServiceError, "no reason"),
        (400, [], ServiceError, "no reason"),
        (400, 7, ServiceError, "no reason"),
        (400, {"detail": None, "title": 5, "code": {"a": 1}}, ServiceError, "no reason"),
        (400, "plain text", ServiceError, "plain text"),
    ],
)
def test_p31_refusals_say_what_the_service_said(
    remote: Callable[..., Hub], status: int, body: Any, kind: type[ServiceError], said: str
) -> None:
    """An error with `detail: null` became an AttributeError in the client; a bare 403 said nothing at all."""
    api = remote(lambda request: httpx.Response(status, json=body)).api
    with pytest.raises(kind, match=said) as caught:
        loop.call(api.get_job, "1")
    assert (caught.value.status, caught.value.job_id) == (status, "1")
    assert type(caught.value) is kind


@pytest.mark.parametrize("content", [b"", b"<html>", b"[]", b"7", b'{"id": "hal'])
def test_an_answer_that_is_none_is_refused_with_its_status(remote: Callable[..., Hub], content: bytes) -> None:
    api = remote(lambda request: httpx.Response(200, content=content)).api
    with pytest.raises(ServiceError, match="base_url") as caught:
        loop.call(api.get_job, "1")
    assert caught.value.status == 200


def test_p36_words_of_the_services_are_redacted(remote: Callable[..., Hub]) -> None:
    """Services quote the address that they could not read, with whatever was in its query."""
    words = "cannot fetch https://store.example/x?token=CANARY&sig=CANARY now"
    api = remote(lambda request: httpx.Response(400, json={"detail": words, "code": words})).api
    with pytest.raises(ServiceError, match="cannot fetch") as caught:
        loop.call(api.get_job, "1")
    assert "CANARY" not in f"{caught.value}{caught.value.code}{caught.value.__dict__}"
