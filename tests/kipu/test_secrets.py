"""P36: known secrets go in everywhere, and come out nowhere but on the wire to the service."""

from __future__ import annotations

import json
import logging
import traceback
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from qrelay.errors import AuthenticationError, QrelayError
from qrelay.kipu import Hub
from qrelay.local import Fault, LocalCloud, served

TOKEN = "CANARY-token"
LOGIN = {"client_id": "cli", "username": "ada", "password": "CANARY-password"}


def _told(caplog: pytest.LogCaptureFixture, *more: object) -> str:
    return caplog.text + "".join(str(r.__dict__) for r in caplog.records) + "".join(f"{x!s}{x!r}" for x in more)


@pytest.mark.parametrize("token", [TOKEN, SecretStr(TOKEN), lambda: TOKEN], ids=["text", "secret", "function"])
def test_p36_a_whole_job_tells_no_secret(caplog: pytest.LogCaptureFixture, flips: Any, token: Any) -> None:
    """A token in a log at DEBUG, in the repr that a notebook shows, in a traceback that is sent around."""
    caplog.set_level(logging.DEBUG)
    with (
        LocalCloud(keys=[TOKEN], waiting=0.01, executing=0.01) as cloud,
        served(cloud) as address,
        Hub(token, base_url=f"{address}/quantum", quick=0.02, organization_id="org-1") as hub,
    ):
        job = hub.submit("kipu.sim.qsim", flips("01"), 10)
        outcome = job.result(timeout=60)
        listed = list(hub.jobs())
        told = _told(
            caplog, hub, hub.service, hub.api, hub.api._calls, hub.api._calls._authorizer, job, job.record, outcome,
            listed, listed[0].record, hub.targets(), json.dumps(dict(job.record.raw)), vars(hub), vars(hub.service),
        )  # fmt: skip
    assert "CANARY" not in told
    assert "/quantum/jobs" in told  # the logs were really there


@pytest.mark.parametrize(
    "fault",
    [Fault("*", "/quantum/jobs/*", status=500, times=None), Fault("POST", "/quantum/jobs", status=400, times=None),
     Fault("POST", "/quantum/jobs", status=500, times=None), Fault("GET", "*/result", status=404, times=None),
     Fault("GET", "*/result", status=403, times=None), Fault("*", "*/backends", status=401, times=None),
     Fault("GET", "*/result", status=200, body="<html>", times=None)],
    ids=["jobs down", "job refused", "unclear", "late", "result refused", "token refused", "no result"],
)  # fmt: skip
def test_p36_no_failure_tells_a_secret(caplog: pytest.LogCaptureFixture, clock: Any, flips: Any, fault: Fault) -> None:
    caplog.set_level(logging.DEBUG)
    with LocalCloud(keys=[TOKEN], waiting=0.0, executing=0.0, faults=[fault]) as cloud:
        transport = httpx.ASGITransport(app=cloud.app, raise_app_exceptions=False)
        hub = Hub(TOKEN, base_url="http://127.0.0.1/quantum", transport=transport, clock=clock)
        with hub, pytest.raises(QrelayError) as caught:
            hub.submit("kipu.sim.qsim", flips("01"), 10).result()
    text = "".join(traceback.format_exception(caught.value))
    assert "CANARY" not in _told(caplog, caught.value, caught.value.__dict__) + text


def test_p36_the_password_flow_tells_no_secret(caplog: pytest.LogCaptureFixture, remote: Callable[..., Hub]) -> None:
    caplog.set_level(logging.DEBUG)
    refuse = False

    def serve(request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            if refuse:
                return httpx.Response(
                    401, json={"error": "invalid_grant", "error_description": request.content.decode()}
                )
            return httpx.Response(200, json={"access_token": "CANARY-a", "refresh_token": "CANARY-r", "expires_in": 1})
        return httpx.Response(401 if refuse else 200, json=[])

    hub = remote(serve, **LOGIN)
    hub.targets()
    proof = hub.api._calls._authorizer
    refuse = True
    with pytest.raises(AuthenticationError) as caught:
        hub.targets(refresh=True)
    text = "".join(traceback.format_exception(caught.value))
    assert "CANARY" not in _told(caplog, hub, proof, vars(proof), vars(hub.service), caught.value.__dict__) + text


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422, 500])
@pytest.mark.parametrize("how", ["token", "password"])
def test_p36_a_service_that_repeats_the_token_is_not_repeated(
    caplog: pytest.LogCaptureFixture, remote: Callable[..., Hub], flips: Any, how: str, status: int
) -> None:
    """A gateway that writes into its refusal what it was sent: the refusal is what users paste into an issue."""
    caplog.set_level(logging.DEBUG)

    def serve(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/token"):
            return httpx.Response(200, json={"access_token": "CANARY-access", "expires_in": 60})
        said = f"{dict(request.headers)}"
        return httpx.Response(status, json={"detail": said, "error": {"code": said, "message": said, "details": said}})

    hub = remote(serve, **({"token": TOKEN} if how == "token" else LOGIN))
    with pytest.raises(QrelayError) as caught:
        hub.job("some-id")
    text = "".join(traceback.format_exception(caught.value))
    assert "CANARY" not in _told(caplog, caught.value, caught.value.__dict__) + text


def test_p36_the_token_goes_to_the_services_host_only(remote: Callable[..., Hub]) -> None:
    """A redirect, or an address in an answer, that leads elsewhere."""
    seen: list[httpx.Request] = []

    def serve(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(302, headers={"location": "https://elsewhere.example/quantum/backends"})

    with pytest.raises(QrelayError, match="redirect"):
        remote(serve, token=TOKEN).targets()
    assert [request.url.host for request in seen] == ["api.hub.kipu-quantum.com"]


def test_a_wrong_token_is_refused_by_the_embedded_hub_too(flips: Any) -> None:
    with LocalCloud(keys=["right"]) as cloud, served(cloud) as address:
        with Hub(TOKEN, base_url=f"{address}/quantum") as hub, pytest.raises(AuthenticationError) as caught:
            hub.submit("kipu.sim.qsim", flips("1"), 3)
        assert caught.value.status == 401
        assert "CANARY" not in str(caught.value)


def test_p36_two_accounts_live_side_by_side(flips: Any) -> None:
    """The vendor's SDK keeps one token for the whole process."""
    with (
        LocalCloud(keys=["one"], waiting=0.0) as first,
        LocalCloud(keys=["two"], waiting=0.0) as second,
        served(first) as a,
        served(second) as b,
        Hub.local(keys=["three"]) as third,
        Hub("one", base_url=f"{a}/quantum") as one,
        Hub("two", base_url=f"{b}/quantum", organization_id="org") as two,
    ):
        for hub in (one, two, third, one):
            assert hub.submit("kipu.sim.qsim", flips("1"), 3).result(timeout=60).counts() == {"1": 3}
        assert (len(list(one.jobs())), len(list(two.jobs())), len(list(third.jobs()))) == (2, 1, 1)
