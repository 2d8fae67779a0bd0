"""What an account lists: jobs page after page, filters and limits, targets; and to whom it speaks for that."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import httpx
import pytest

from qrelay.azure import Workspace
from qrelay.errors import (
    ConfigurationError,
    InvalidOption,
    ServiceError,
    UnknownTarget,
)
from qrelay.local import LocalCloud, served


def _workspace(address: str) -> Workspace:
    return Workspace(subscription_id="s", resource_group="g", name="w", endpoint=address, credential="k", quick=0.02)


def test_jobs_are_listed_and_filtered(local: Callable[..., Workspace], flips: Any) -> None:
    workspace = local()
    for name in ("plain", "it's", "it's too"):
        workspace.submit("ionq.simulator", flips("1"), shots=5, name=name).wait(timeout=60)
    workspace.submit("rigetti.sim.qvm", flips("1"), shots=5, name="other").wait(timeout=60)
    assert [job.name for job in workspace.jobs()] == ["other", "it's too", "it's", "plain"]
    assert [job.name for job in workspace.jobs(name="it's")] == ["it's too", "it's"]
    assert [job.name for job in workspace.jobs(target="rigetti.sim.qvm")] == ["other"]
    assert [job.name for job in workspace.jobs(provider="ionq", limit=2)] == ["it's too", "it's"]
    assert [job.name for job in workspace.jobs(status="Failed")] == []
    with pytest.raises(InvalidOption, match="no filter 'colour'"):
        next(workspace.jobs(colour="red"))

    async def listed() -> list[str]:
        return [job.name async for job in workspace.jobs_async(limit=3)]

    assert asyncio.run(listed()) == ["other", "it's too", "it's"]


@pytest.mark.parametrize("limit", [0, 1, 2, 3])
def test_a_limit_reads_no_page_more_than_it_needs(remote: Callable[..., Workspace], limit: int) -> None:
    """The end of the limit was noticed on the page after it, which had to be fetched for that."""

    def serve(request: httpx.Request) -> httpx.Response:
        pages.append(request.url.path.rpartition("/")[2])
        items = [{"id": f"{len(pages)}-{number}", "target": "t"} for number in range(2)]
        link = str(request.url.copy_set_param("skip", str(len(pages))))
        return httpx.Response(200, json={"value": items, "nextLink": link})

    pages: list[str] = []
    workspace = remote(serve)
    assert len(list(workspace.jobs(limit=limit))) == limit
    assert len(list(workspace.sessions(limit=limit))) == limit
    needed = -(-limit // 2)
    assert pages == ["jobs"] * needed + ["sessions"] * needed


def test_pages_are_followed_on_the_services_own_host_only(remote: Callable[..., Workspace]) -> None:
    """A link elsewhere would carry the key there."""
    seen: list[str] = []

    def serve(request: httpx.Request) -> httpx.Response:
        seen.append(request.url.host)
        page = request.url.params.get("skip", "0")
        link = {"0": str(request.url.copy_set_param("skip", "1")), "1": "https://evil.example/jobs?skip=2"}[page]
        return httpx.Response(200, json={"value": [{"id": page, "target": "t"}], "nextLink": link})

    jobs = remote(serve).jobs()
    assert [next(jobs).id, next(jobs).id] == ["0", "1"]
    with pytest.raises(ServiceError, match="not followed"):
        next(jobs)
    assert set(seen) == {"eastus.quantum.azure.com"}


@pytest.fixture
def tokyo(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """This machine's clock on the wall, nine hours ahead."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "Asia/Tokyo")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("tokyo")
def test_jobs_are_filtered_by_their_time(local: Callable[..., Workspace], flips: Any) -> None:
    """A bound read in this machine's time zone, or the moment itself on both sides of it."""
    noon = datetime(2026, 11, 20, 12, tzinfo=UTC)
    now = noon
    workspace = local(clock=lambda: int(now.timestamp()) * 10**9)
    for hours in (-1, 0, 1):
        now = noon + timedelta(hours=hours)
        workspace.submit("ionq.simulator", flips("1"), shots=5, name=str(now.hour)).wait(timeout=60)

    def names(**bounds: Any) -> list[str]:
        return [job.name for job in workspace.jobs(**bounds)]

    for moment in (noon, noon.astimezone(timezone(timedelta(hours=-5))), noon.replace(tzinfo=None)):
        assert names(created_after=moment) == ["13", "12"]
        assert names(created_before=moment) == ["11"]
    assert names(created_after=noon, created_before=noon + timedelta(hours=1)) == ["12"]
    assert names(created_after=date(2026, 11, 20)) == ["13", "12", "11"]
    assert names(created_before=date(2026, 11, 20)) == []


def test_pages_that_go_round_in_circles_are_not_followed(remote: Callable[..., Workspace]) -> None:
    def serve(request: httpx.Request) -> httpx.Response:
        link = str(request.url.copy_set_param("skip", "1"))
        return httpx.Response(200, json={"value": [{"id": "1", "target": "t"}], "nextLink": link})

    with pytest.raises(ServiceError, match="not followed"):
        assert len([job for job, _ in zip(remote(serve).jobs(), range(9), strict=False)]) < 9


def test_a_proxy_does_not_see_what_is_meant_for_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    with (
        LocalCloud() as cloud,
        LocalCloud(keys=["a proxy's"]) as other,
        served(cloud) as address,
        served(other) as proxy,
    ):
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy)
        with _workspace(address) as workspace:
            assert workspace.targets()


def test_a_closed_account_answers_at_once(local: Callable[..., Workspace], flips: Any) -> None:
    """The embedded cloud's store was gone, which looked like an outage: every call tried again for two minutes."""
    workspace = local()
    session = workspace.open_session("ionq.simulator")
    listed = workspace.jobs()
    workspace.submit("ionq.simulator", flips("001"), 5)
    requests = workspace.requests
    workspace.close()
    with pytest.raises(ConfigurationError, match="was closed"):
        next(listed)
    assert workspace.requests == requests
    with pytest.raises(ServiceError, match="CloudClosed"):
        session.close()
    assert workspace.requests <= requests + 2


def test_an_unknown_target_suggests_the_nearest(local: Callable[..., Workspace]) -> None:
    workspace = local()
    with pytest.raises(UnknownTarget, match=r"ionq\.simulator") as caught:
        workspace.target("ionq.simulatr")
    assert caught.value.suggestions[0] == "ionq.simulator"
    assert workspace.target("IonQ.Simulator").id == "ionq.simulator"
