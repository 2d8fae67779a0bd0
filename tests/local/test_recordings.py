"""The client's side of the recorded exchanges, sent to the embedded cloud: answers must look as the service's."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from tests.local.conftest import Stepped

RECORDINGS = (
    "test_job_submit_ionq",
    "test_plugins_submit_qiskit_to_ionq",
    "test_qiskit_endianness_submit_to_rigetti",
    "test_session_job_failure_policies_echo_quantinuum",
)
FINAL = ("Succeeded", "Failed", "Cancelled")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{0,6}[1-9])?(Z|\+00:00)")
_SAME_QUERY = ("ss", "srt", "sr", "sp", "rscd")  # of a signature: what it covers must be equal, not who signed it when


class Replay:
    """Sends one exchange after the other, with the addresses of our own answers in place of the recorded ones."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self.containers: dict[str, str] = {}
        self.signed: dict[str, str] = {}

    def send(self, exchange: dict[str, Any]) -> httpx.Response:
        if exchange["host"].endswith("quantum.azure.com"):
            body = exchange["request"]
            if isinstance(body, dict) and "containerUri" in body:
                container = urlsplit(body["containerUri"]).path
                ours = self.containers[container]
                blob = urlsplit(body["inputDataUri"]).path.removeprefix(container)
                body = body | {"containerUri": ours, "inputDataUri": ours.partition("?")[0] + blob}
            answer: httpx.Response = self.client.http.request(
                exchange["method"], exchange["path"], params=exchange["query"], json=body
            )
            self._remember(answer)
            return answer
        headers = {k: v for k, v in exchange["request_headers"].items() if k.startswith("x-ms")}
        path = exchange["path"]
        if path in self.signed:
            uri = self.signed[path]
        else:
            container = "/" + path.split("/")[1]
            base, _, sas = self.containers[container].partition("?")
            restype = "restype=container&" if "restype" in exchange["query"] else ""
            uri = f"{base}{path.removeprefix(container)}?{restype}{sas}"
        data = exchange["request"]
        content = None if data is None else data.encode() if isinstance(data, str) else json.dumps(data).encode()
        return self.client.http.request(exchange["method"], uri, headers=headers, content=content)

    def _remember(self, answer: httpx.Response) -> None:
        if answer.status_code != 200:
            return
        body = answer.json()
        if "sasUri" in body:
            self.containers["/" + urlsplit(body["sasUri"]).path.split("/")[2]] = body["sasUri"]
        if "sig=" in body.get("outputDataUri", ""):
            self.signed["/" + urlsplit(body["outputDataUri"]).path.split("/", 2)[2]] = body["outputDataUri"]


@pytest.mark.parametrize("name", RECORDINGS)
def test_answers_look_as_recorded(name: str, shared: Path, make_client: Callable[..., Any]) -> None:
    """Catches any field, null, type, status, header, order or address that differs from what the service sends."""
    schedule = Stepped()
    client = make_client(waiting=1.0, executing=1.0, engine=None, schedule=schedule)
    replay = Replay(client)
    recording = json.loads((shared / "fixtures" / "azure" / f"{name}.json").read_text())
    compared = 0
    for exchange in recording["exchanges"]:
        if not exchange["host"].endswith(("quantum.azure.com", "blob.core.windows.net")):
            continue
        answer = replay.send(exchange)
        recorded = exchange["response"]
        if exchange["method"] == "GET" and isinstance(recorded, dict) and "status" in recorded:
            for _ in schedule.steps():
                answer = replay.send(exchange)
                if _stage(answer.json()) == _stage(recorded):
                    break
                assert answer.json()["status"] not in FINAL, (answer.json(), recorded)
        where = f"{exchange['method']} {exchange['path']}"
        assert answer.status_code == exchange["status"], f"{where}: {answer.text}"
        for header, recorded_value in exchange["headers"].items():
            value = recorded_value
            own_format = not (isinstance(recorded, dict) and "DataFormat" in recorded)
            if header == "content-range" and own_format:  # a provider's own spaces are not known
                value = f"bytes 0-{len(answer.content) - 1}/{len(answer.content)}"
            assert answer.headers.get(header) == value, (where, header)
        if recorded in ("", None):
            assert not answer.content, where
        elif isinstance(recorded, str):
            assert answer.content.startswith("\ufeff<?xml".encode())
            assert _without_ids(answer.content.decode()) == _without_ids(recorded)
        else:
            _compare(answer.json(), recorded, where)
        compared += 1
    assert compared > 10


def _stage(document: dict[str, Any]) -> tuple[str, bool]:
    return document["status"], document.get("quantumComputingData") is None


def _without_ids(text: str) -> str:
    return re.sub(r"(RequestId|Time):[^\n<]*", r"\1:", text)


def _compare(ours: Any, recorded: Any, where: str) -> None:
    if isinstance(recorded, dict):
        assert isinstance(ours, dict), where
        assert list(ours) == list(recorded), where
        for key in recorded:
            _compare(ours[key], recorded[key], f"{where} {key}")
    elif isinstance(recorded, list) and "providerStatus" in where:
        # Which targets there are changes from day to day: the entries must be of the same make.
        assert ours, where
        for entry in ours:
            _compare_kinds(entry, recorded[0], where)
    elif isinstance(recorded, list) and where.endswith("Shots"):
        assert sorted(map(str, ours)) == sorted(map(str, recorded)), where
    elif isinstance(recorded, list):
        assert len(ours) == len(recorded), where
        for index, (left, right) in enumerate(zip(ours, recorded, strict=True)):
            _compare(left, right, f"{where}[{index}]")
    elif isinstance(recorded, str) and recorded.startswith("https://"):
        _compare_uris(ours, recorded, where)
    elif isinstance(recorded, str) and _TIME.fullmatch(recorded):
        match = _TIME.fullmatch(ours)
        assert match is not None, f"{where}: {ours}"
        assert match[2] == _TIME.fullmatch(recorded)[2], where  # type: ignore[index]
    else:
        assert ours == recorded, where
        assert type(ours) is type(recorded), where


def _compare_kinds(ours: Any, recorded: Any, where: str) -> None:
    assert list(ours) == list(recorded), where
    for key, value in recorded.items():
        if isinstance(value, list):
            for entry in ours[key]:
                _compare_kinds(entry, value[0], where)
        else:
            assert type(ours[key]) is type(value), where


def _compare_uris(ours: str, recorded: str, where: str) -> None:
    left, right = urlsplit(ours), urlsplit(recorded)
    assert left.path.split("/", 2)[2] == right.path[1:], where
    assert (left.port is not None) or (right.port is None), where
    ours_query, recorded_query = parse_qsl(left.query), parse_qsl(right.query)
    assert [key for key, _ in ours_query] == [key for key, _ in recorded_query], where
    kept = [pair for pair in ours_query if pair[0] in _SAME_QUERY]
    assert kept == [pair for pair in recorded_query if pair[0] in _SAME_QUERY], where
