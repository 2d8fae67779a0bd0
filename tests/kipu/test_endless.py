"""Lists that do not end, pages that lie about how many there are, and answers of any size."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from qrelay.errors import ServiceError
from qrelay.kipu import Hub

_ENOUGH = 200  # requests


class Lister:
    """A Hub that lists as a function of the page says; refuses to be asked for ever."""

    def __init__(self, page: Callable[[int], dict[str, Any]]) -> None:
        self.page = page
        self.asked = 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked += 1
        if self.asked > _ENOUGH:
            return httpx.Response(403, json={"detail": "asked for ever"})
        return httpx.Response(200, json=self.page(int(request.url.params["page"])))


def _jobs(first: int, count: int, *, rising: bool = False) -> list[dict[str, Any]]:
    moments = range(first, first + count) if rising else range(99_999 - first, 99_999 - first - count, -1)
    return [
        {"id": f"job-{first + index}", "status": "COMPLETED", "created_at": f"2026-01-01T00:00:00.{moment:06d}"}
        for index, moment in enumerate(moments)
    ]


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"total_pages": 1_000_000},
        {"total_elements": 10**9, "size": 100},
        {"size": 100},
    ],
    ids=["nothing", "pages", "elements", "size"],
)
def test_a_service_that_repeats_its_page_does_not_hang(remote: Callable[..., Hub], said: dict[str, Any]) -> None:
    """One that does not know `page` answers every request alike; the loop over its pages never came to an end."""
    lister = Lister(lambda page: {"content": _jobs(0, 100), "page": page, **said})
    assert len(list(remote(lister).jobs())) == 100
    assert lister.asked < 20


def test_a_list_that_grows_while_it_is_read_ends_with_what_is_new(remote: Callable[..., Hub]) -> None:
    lister = Lister(lambda page: {"content": _jobs(0, 100), "size": 100, "total_pages": page + 2})
    assert len(list(remote(lister).jobs())) == 100
    assert lister.asked < 20


@pytest.mark.parametrize("pages", [10**9, 2**70], ids=["many", "more"])
def test_oldest_first_with_a_last_page_that_is_not_there(remote: Callable[..., Hub], pages: int) -> None:
    """Read from its end, such a list is a thousand million empty pages long."""

    def page(number: int) -> dict[str, Any]:
        content = _jobs(100 * number, 100, rising=True) if number < 2 else []
        return {"content": content, "size": 100, "total_pages": pages}

    lister = Lister(page)
    found = [job.id for job in remote(lister).jobs()]
    assert (len(found), found[0]) == (200, "job-199")
    assert lister.asked < 20


def test_pages_smaller_than_asked_for_are_not_the_last(remote: Callable[..., Hub]) -> None:
    """A service that gives at most 20 entries and says nothing else: what came after the first page was lost."""

    def page(number: int) -> dict[str, Any]:
        return {"content": _jobs(20 * number, 20) if number < 3 else []}

    assert len(list(remote(Lister(page)).jobs())) == 60


def test_new_jobs_that_push_a_whole_page_on_hide_none(remote: Callable[..., Hub]) -> None:
    """While the list is read, a hundred new jobs arrive: the second page is the first one again."""
    old = _jobs(0, 300)

    def page(number: int) -> dict[str, Any]:
        entries = old if number == 0 else [*_jobs(-100, 100), *old]
        return {"content": entries[100 * number : 100 * number + 100], "size": 100, "total_elements": len(entries)}

    assert {job["id"] for job in old} <= {job.id for job in remote(Lister(page)).jobs()}


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422, 500])
@pytest.mark.parametrize(
    "body",
    [
        "null",
        "",
        "<html>" + "x" * 10**6,
        json.dumps({"detail": "x" * 10**6}),
        json.dumps({"error": {"message": "m" * 10**6, "code": "c" * 10**6, "details": "d" * 10**6}}),
        json.dumps("x" * 10**6),
        '{"detail": {"a": 1}}',
        "[1]",
        "[" * 10**5,
        "9" * 10**5,
        "\x00\x01",
    ],
    ids=["null", "empty", "html", "long", "three", "text", "object", "list", "deep", "number", "bytes"],
)
def test_p31_a_refusal_reads_well_whatever_its_body(remote: Callable[..., Hub], status: int, body: str) -> None:
    """The whole of a gateway's megabyte stood in the message, and in every log that repeated it."""
    hub = remote(lambda request: httpx.Response(status, text=body))
    with pytest.raises(ServiceError) as caught:
        hub.job("some-id")
    assert 20 < len(str(caught.value)) < 2_000
    assert caught.value.status == status
    assert len(caught.value.code or "") < 200


def test_a_result_that_takes_long_to_come_is_read(remote: Callable[..., Hub]) -> None:
    """A hundred megabytes over a slow line take longer than one question may: read from its beginning again and again,
    for six hours, it never came."""
    asked = []

    async def serve(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path.rpartition("/")[2])
        if asked.count("result") > 1:
            return httpx.Response(403)
        if asked[-1] == "result":
            await asyncio.sleep(0.6)
            return httpx.Response(200, json={"counts": {"1": 3}})
        return httpx.Response(200, json={"id": "j", "status": "COMPLETED", "backend_id": "kipu.sim.qsim", "shots": 3})

    hub = remote(serve)
    hub.api.http._attempt_seconds = 0.3  # the sixty seconds that one attempt may take
    assert json.loads(hub.job("j").raw_result()) == {"counts": {"1": 3}}
    assert asked.count("result") == 1


def test_a_token_that_another_request_has_renewed_is_tried_first(remote: Callable[..., Hub]) -> None:
    """Ten requests are refused for one expired token, one after the other: nine more tokens were fetched."""
    given = []

    def give() -> str:
        given.append(f"token-{len(given)}")
        return given[-1]

    async def serve(request: httpx.Request) -> httpx.Response:
        number = int(request.url.path.split("/")[3])
        if request.headers["x-auth-token"] == "token-0":
            await asyncio.sleep(0.05 * number)
            return httpx.Response(401)
        return httpx.Response(200, json={"id": str(number), "status": "RUNNING"})

    hub = remote(serve, token=give)

    async def ask() -> None:
        await asyncio.gather(*(hub.job_async(str(number)) for number in range(10)))

    asyncio.run(ask())
    assert len(given) == 2
