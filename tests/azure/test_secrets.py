"""P36: known secrets go in everywhere, and come out nowhere but on the wire to the service."""

from __future__ import annotations

import json
import logging
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from qrelay.azure import Workspace
from qrelay.errors import AuthenticationError, QrelayError
from qrelay.local import Fault, LocalCloud, served

KEY = "CANARY-api-key"


def _told(caplog: pytest.LogCaptureFixture, *more: object) -> str:
    return caplog.text + "".join(str(r.__dict__) for r in caplog.records) + "".join(f"{x!s}{x!r}" for x in more)


def test_p36_a_whole_job_tells_no_secret(caplog: pytest.LogCaptureFixture, flips: Any, tmp_path: Path) -> None:
    """httpx logs addresses with their signatures, exceptions repeat them, and a repr ends in a notebook."""
    caplog.set_level(logging.DEBUG)
    names = {"subscription_id": "s", "resource_group": "g", "name": "w"}
    with LocalCloud(keys=[KEY], waiting=0.01, executing=0.01) as cloud, served(cloud) as address:
        workspace = Workspace(**names, endpoint=address, credential=KEY, quick=0.02)
        with workspace:
            with workspace.open_session("ionq.simulator") as session:
                job = workspace.submit("ionq.simulator", flips("01"), 10)
                outcome = job.result(timeout=60)
            listed = list(workspace.jobs())
            told = _told(
                caplog, workspace, workspace.service, workspace.api, job, job.record, job.record.raw, outcome, session,
                session.record.raw, listed, listed[0].record, workspace.targets(), json.dumps(dict(job.record.raw)),
            )  # fmt: skip
    assert KEY not in told
    assert "sig=" not in told.replace("sig=…", "")
    assert "inputData" in told  # the logs were really there


@pytest.mark.parametrize(
    "fault",
    [Fault("*", "*/jobs/*", status=500, times=None), Fault("*", "*/inputData", status=403, times=None),
     Fault("*", "*/rawOutputData", status=403, times=None), Fault("*", "*/rawOutputData", status=500, times=None),
     Fault("PUT", "*/jobs/*", status=400, times=None), Fault("*", "*/sasUri", status=401, times=None)],
    ids=["jobs down", "upload refused", "download refused", "storage down", "job refused", "key refused"],
)  # fmt: skip
def test_p36_no_failure_tells_a_secret(caplog: pytest.LogCaptureFixture, clock: Any, flips: Any, fault: Fault) -> None:
    caplog.set_level(logging.DEBUG)
    with LocalCloud(keys=[KEY], waiting=0.0, executing=0.0, faults=[fault]) as cloud:
        workspace = Workspace(
            subscription_id="s", resource_group="g", name="w", endpoint="http://127.0.0.1", credential=KEY,
            transport=httpx.ASGITransport(app=cloud.app, raise_app_exceptions=False), clock=clock,
        )  # fmt: skip
        with workspace, pytest.raises(QrelayError) as caught:
            workspace.submit("ionq.simulator", flips("01"), 10).result(timeout=100)
    error: BaseException | None = caught.value
    text = "".join(traceback.format_exception(error))
    told = _told(caplog, caught.value, caught.value.__dict__) + text
    assert KEY not in told
    assert "sig=" not in told.replace("sig=…", "")


def test_p36_the_key_goes_to_the_services_host_only(clock: Any, flips: Any) -> None:
    seen: list[httpx.Request] = []

    class Keep(httpx.AsyncBaseTransport):
        def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
            self.inner = inner

        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            seen.append(request)
            return await self.inner.handle_async_request(request)

    with LocalCloud(waiting=0.0, executing=0.0) as cloud:
        workspace = Workspace(
            subscription_id="s", resource_group="g", name="w", endpoint="http://127.0.0.1", credential=KEY,
            transport=Keep(httpx.ASGITransport(app=cloud.app, raise_app_exceptions=False)),
        )  # fmt: skip
        with workspace:
            workspace.submit("ionq.simulator", flips("01"), 10).result(timeout=60)
    blobs = [r for r in seen if "/job-" in r.url.path and "/providers/" not in r.url.path]
    assert len(blobs) >= 2
    assert not any(KEY in str(r.headers.raw) for r in blobs)
    assert all(KEY in str(r.headers.raw) for r in seen if "/providers/" in r.url.path)


def test_p36_a_services_own_words_are_redacted(remote: Callable[..., Workspace], flips: Any) -> None:
    """Services quote the address that they could not read, signature included."""
    message = "cannot read https://store.example/job-1/inputData?sv=1&sig=CANARY&se=2 now"

    def serve(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/providerStatus"):
            return httpx.Response(200, json={"value": [{"id": "ionq", "targets": [{"id": "ionq.simulator"}]}]})
        if request.method == "GET":
            body = {"id": "1", "status": "Failed", "errorData": {"code": "InvalidInputData", "message": message}}
            return httpx.Response(200, json=body | {"containerUri": "https://store.example/job-1?sig=CANARY"})
        return httpx.Response(400, json={"error": {"code": "Bad", "message": message}})

    workspace = remote(serve)
    job = workspace.job("1")
    assert "CANARY" not in f"{job.record!r}{job.record.raw}{job.record.error_message}"
    assert "store.example/job-1/inputData" in str(job.record.error_message)
    with pytest.raises(QrelayError) as caught:
        job.result()
    assert "CANARY" not in str(caught.value)
    with pytest.raises(QrelayError, match="Bad") as caught:
        workspace.submit("ionq.simulator", flips("1"), 5)
    assert "CANARY" not in str(caught.value)


def test_a_wrong_key_is_refused_by_the_embedded_cloud_too(flips: Any) -> None:
    with LocalCloud(keys=["right"]) as cloud, served(cloud) as address:
        names = {"subscription_id": "s", "resource_group": "g", "name": "w", "endpoint": address}
        with Workspace(**names, credential=KEY) as workspace, pytest.raises(AuthenticationError) as caught:
            workspace.submit("ionq.simulator", flips("1"), 3)
        assert caught.value.status == 401
        assert KEY not in str(caught.value)


def test_p36_two_accounts_live_side_by_side(flips: Any) -> None:
    names = {"subscription_id": "s", "resource_group": "g", "name": "w"}
    with (
        LocalCloud(keys=["one"], waiting=0.0) as first,
        LocalCloud(keys=["two"], waiting=0.0) as second,
        served(first) as a,
        served(second) as b,
        Workspace.local(keys=["three"]) as third,
        Workspace(**names, endpoint=a, credential="one") as one,
        Workspace(**names, endpoint=b, credential="two") as two,
    ):
        for workspace in (one, two, third, one):
            assert workspace.submit("ionq.simulator", flips("1"), 3).result(timeout=60).counts() == {"1": 3}


def test_p36_a_service_that_repeats_the_key_is_not_repeated(caplog: pytest.LogCaptureFixture, clock: Any) -> None:
    """A gateway that writes into its refusal what it was sent; a megabyte of it does not fit into a message."""
    caplog.set_level(logging.DEBUG)

    def serve(request: httpx.Request) -> httpx.Response:
        said = f"{dict(request.headers)}"
        return httpx.Response(400, json={"error": {"code": said, "message": said + "x" * 10**6}})

    workspace = Workspace(
        subscription_id="s", resource_group="g", name="w", endpoint="https://w.example", credential=KEY,
        transport=httpx.MockTransport(serve), clock=clock,
    )  # fmt: skip
    with workspace, pytest.raises(QrelayError) as caught:
        workspace.targets()
    text = "".join(traceback.format_exception(caught.value))
    assert KEY not in _told(caplog, caught.value, caught.value.__dict__) + text
    assert len(str(caught.value)) < 2_000
