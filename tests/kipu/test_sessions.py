"""Sessions of the Hub: opened once, drained, closed, found again, and refused where a backend has none."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from qrelay.cloud import SessionState, loop
from qrelay.errors import InvalidOption, NotFound, ServiceError, SessionEnded, UnclearOutcome
from qrelay.kipu import Hub
from qrelay.local import Fault, LocalCloud

_IBM = "ibm.qpu.aachen"


def test_open_drain_close(local: Callable[..., Hub]) -> None:
    hub = local()
    with hub.open_session(_IBM, name="vqe", ttl=600, tags=["mine"], metadata={"run": 7}) as session:
        assert (session.name, session.target, session.status()) == ("vqe", _IBM, SessionState.OPEN)
        raw = session.details().raw
        assert (raw["mode"], raw["metadata"]["run"], raw["tags"][0]) == ("dedicated", 7, "mine")
        session.drain()
        assert session.status() in (SessionState.DRAINING, SessionState.CLOSED)
        assert session.closed
    assert hub.session(session.id).status() is SessionState.CLOSED
    assert hub.session(session.id).name == "vqe"


def test_p27_open_sessions_are_found_from_elsewhere_and_closed(local: Callable[..., Hub]) -> None:
    hub = local()
    ids = [hub.open_session(_IBM, name=f"n-{index}", mode="batch").id for index in range(3)]
    hub.session(ids[1]).close()
    assert {session.id for session in hub.sessions(open=True)} == {ids[0], ids[2]}
    assert [session.id for session in hub.sessions(name="n-1")] == [ids[1]]
    assert len(hub.sessions(target=_IBM, limit=2)) == 2
    assert hub.sessions(target="kipu.sim.qsim") == []
    assert hub.sessions(limit=0) == []
    assert set(hub.close_sessions()) == {ids[0], ids[2]}
    assert hub.sessions(open=True) == []
    hub.session(ids[0]).close()  # closing twice is no error of the service's


def test_a_backend_without_sessions_refuses_before_any_request(local: Callable[..., Hub]) -> None:
    hub = local()
    hub.targets()
    before = hub.requests
    with pytest.raises(InvalidOption, match="no sessions"):
        hub.open_session("kipu.sim.qsim")
    assert hub.requests == before
    body = {"backend_id": "kipu.sim.qsim", "provider": "KIPU", "mode": "batch"}
    with pytest.raises(ServiceError) as caught:
        loop.call(hub.api.create_session, body)
    assert caught.value.status == 422


def test_an_unknown_session(local: Callable[..., Hub]) -> None:
    with pytest.raises(NotFound):
        local().session("00000000-0000-0000-0000-000000000000")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"mode": "exclusive"}, "mode"), ({"ttl": 0}, "ttl"), ({"ttl": "1h"}, "ttl"), ({"ttl": True}, "ttl"),
        ({"policy": "Abort"}, "policy"), ({"tags": "one"}, "tags"), ({"tags": ["qhub:x"]}, "reserved"),
        ({"tags": [7]}, "tags"), ({"metadata": 7}, "metadata"), ({"metadata": {"a": float("nan")}}, "JSON"),
        ({"metadata": {"a": object()}}, "JSON"),
    ],
)  # fmt: skip
def test_options_of_a_session(local: Callable[..., Hub], options: dict[str, Any], said: str) -> None:
    hub = local()
    hub.targets()
    before = hub.requests
    with pytest.raises(InvalidOption, match=said):
        hub.open_session(_IBM, **options)
    assert hub.requests == before


@pytest.fixture
def faulty(clock: Any) -> Any:
    made: list[Any] = []

    def make(*faults: Fault) -> tuple[Hub, LocalCloud]:
        cloud = LocalCloud(waiting=0.0, executing=0.0)
        hub = Hub(
            token="t", base_url="http://127.0.0.1/quantum", clock=clock,
            transport=httpx.ASGITransport(app=cloud.app, raise_app_exceptions=False),
        )  # fmt: skip
        hub.targets()
        cloud.app.add(*faults)
        made.extend((hub, cloud))
        return hub, cloud

    yield make
    for each in made:
        each.close()


_POST = "/quantum/sessions"


@pytest.mark.parametrize(
    "fault",
    [Fault("POST", _POST, drop=True), Fault("POST", _POST, status=502, committed=True),
     Fault("POST", _POST, status=201, body="{}", committed=True)],
    ids=["lost", "502", "no id"],
)  # fmt: skip
def test_p18_a_session_is_not_opened_twice(faulty: Any, fault: Fault) -> None:
    """A second dedicated session keeps a machine that nobody uses, and is paid for until it times out."""
    hub, _ = faulty(fault)
    session = hub.open_session(_IBM, name="once")
    assert session.name == "once"
    assert [each.id for each in hub.sessions()] == [session.id]


def test_p18_a_session_that_cannot_be_found_is_unclear(faulty: Any) -> None:
    hub, _ = faulty(Fault("POST", _POST, status=500))
    with pytest.raises(UnclearOutcome, match="once") as caught:
        hub.open_session(_IBM, name="once")
    assert hub.sessions() == []

    async def settle() -> Any:
        return await caught.value.resume()

    assert asyncio.run(settle()) is not None
    assert [each.name for each in hub.sessions()] == ["once"]


def test_a_close_whose_answer_is_lost_is_repeated(faulty: Any) -> None:
    hub, _ = faulty(Fault("DELETE", "/quantum/sessions/*", drop=True), Fault("DELETE", "*", status=503))
    session = hub.open_session(_IBM)
    session.close()
    assert session.record.state is SessionState.CLOSED


def test_a_close_whose_description_cannot_be_had_is_a_close(faulty: Any) -> None:
    hub, cloud = faulty()
    with hub.open_session(_IBM) as session:
        cloud.app.add(Fault("GET", "/quantum/sessions/*", status=400, times=None))
    assert session.record.state is SessionState.CLOSED


def test_p25_a_drained_session_takes_no_job(local: Callable[..., Hub], flips: Any) -> None:
    hub = local()
    with hub.open_session(_IBM) as session:
        session.drain()
        with pytest.raises(SessionEnded):
            hub.submit(hub.target(_IBM), flips("1"), 10, session=session)
