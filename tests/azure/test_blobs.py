"""Storage: containers made when missing, ranges, interrupted and late downloads, signatures that end."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest

from qrelay.azure.blobs import Blobs
from qrelay.cloud.http import Http
from qrelay.cloud.urls import SignedUrl
from qrelay.errors import AuthenticationError, NotFound, ServiceError

BASE = "https://store.example/job-1"


class Store:
    """A container that answers ranges as storage does; `refusals` are answered first."""

    def __init__(self, data: bytes | None, *refusals: int | httpx.Response | Exception) -> None:
        self.data = data
        self.refusals = list(refusals)
        self.seen: list[httpx.Request] = []
        self.etag = '"1"'

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        self.seen.append(request)
        if self.refusals:
            refusal = self.refusals.pop(0)
            if isinstance(refusal, Exception):
                raise refusal
            if isinstance(refusal, httpx.Response):
                return refusal
            if refusal:
                return httpx.Response(refusal)
        if self.data is None:
            return httpx.Response(404, headers={"x-ms-error-code": "BlobNotFound"})
        if request.headers.get("if-match", self.etag) != self.etag:
            return httpx.Response(412, headers={"x-ms-error-code": "ConditionNotMet"})
        match = re.fullmatch(r"bytes=(\d+)-(\d+)", request.headers["range"])
        assert match is not None
        first, last = int(match[1]), min(int(match[2]), len(self.data) - 1)
        if first >= len(self.data):
            return httpx.Response(416)
        headers = {"content-range": f"bytes {first}-{last}/{len(self.data)}", "etag": self.etag}
        return httpx.Response(206, headers=headers, content=self.data[first : last + 1])


def _signed(clock: Any, minutes: float = 60, name: str = "a") -> SignedUrl:
    end = (clock.now() + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ").replace(":", "%3A")
    return SignedUrl(f"{BASE}/outputData?se={end}&sig={name}")


class Renewals:
    def __init__(self, clock: Any, minutes: float = 60) -> None:
        self.clock, self.minutes = clock, minutes
        self.count = 0

    async def __call__(self) -> SignedUrl:
        self.count += 1
        return _signed(self.clock, self.minutes, f"renewed-{self.count}")


def _download(
    store: Store, clock: Any, url: SignedUrl | None, renew: Callable[[], Awaitable[SignedUrl]], chunk: int = 10
) -> bytes:
    blobs = Blobs(Http("https://service.example", transport=httpx.MockTransport(store), clock=clock), chunk=chunk)
    return asyncio.run(blobs.download(url, renew))


@pytest.mark.parametrize("size", [0, 1, 9, 10, 11, 20, 95])
def test_every_size_arrives_whole(clock: Any, size: int) -> None:
    data = bytes(range(size))
    store, renew = Store(data), Renewals(clock)
    assert _download(store, clock, _signed(clock), renew) == data
    assert renew.count == 0
    assert len(store.seen) == max(1, -(-size // 10))
    assert not any("authorization" in r.headers or "x-ms-quantum-api-key" in r.headers for r in store.seen)


def test_a_server_without_ranges_is_read_too(clock: Any) -> None:
    assert (
        _download(Store(b"", httpx.Response(200, content=b"whole")), clock, _signed(clock), Renewals(clock)) == b"whole"
    )


@pytest.mark.parametrize("size", [0, 9, 10, 11, 20])
def test_a_server_that_does_not_say_the_size_is_read_to_the_end(clock: Any, size: int) -> None:
    """A size that fills its last part was answered 416, and the result called unreadable."""
    data = bytes(range(size))

    async def serve(request: httpx.Request) -> httpx.Response:
        answer = await store(request)
        if answer.status_code == 206:
            answer.headers["content-range"] = answer.headers["content-range"].partition("/")[0] + "/*"
        return answer

    store = Store(data)
    blobs = Blobs(Http("https://s.example", transport=httpx.MockTransport(serve), clock=clock), chunk=10)
    assert asyncio.run(blobs.download(_signed(clock), Renewals(clock))) == data


def test_an_interrupted_download_goes_on_where_it_was(clock: Any) -> None:
    data = bytes(range(35))
    store = Store(data, 0, httpx.ReadError("broken"), httpx.Response(503), 0, httpx.ReadTimeout("slow"))
    assert _download(store, clock, _signed(clock), Renewals(clock)) == data
    assert [r.headers["range"] for r in store.seen].count("bytes=0-9") == 1


@pytest.mark.parametrize("minutes", [-60, -0.1, 0, 4.9])
def test_p20_a_signature_that_ends_soon_is_renewed_once(clock: Any, minutes: float) -> None:
    store, renew = Store(b"x" * 35), Renewals(clock)
    assert _download(store, clock, _signed(clock, minutes), renew) == b"x" * 35
    assert renew.count == 1
    assert all("sig=renewed-1" in r.url.query.decode() for r in store.seen)


@pytest.mark.parametrize("url", [None, SignedUrl(f"{BASE}/outputData"), SignedUrl(f"{BASE}/outputData?se=soon")])
def test_p20_an_unsigned_address_is_renewed(clock: Any, url: SignedUrl | None) -> None:
    """The answer to the job's PUT has addresses without signatures."""
    store, renew = Store(b"abc"), Renewals(clock)
    assert _download(store, clock, url, renew) == b"abc"
    assert renew.count == 1


@pytest.mark.parametrize("after", [0, 1, 3])
def test_p20_a_refusal_in_the_middle_is_renewed_once(clock: Any, after: int) -> None:
    data = bytes(range(45))
    store, renew = Store(data, *[0] * after, 403), Renewals(clock)
    assert _download(store, clock, _signed(clock), renew) == data
    assert renew.count == 1


def test_p20_each_interruption_may_renew(clock: Any) -> None:
    data = bytes(range(45))
    store, renew = Store(data, 403, 0, 403, 0, 403), Renewals(clock)
    assert _download(store, clock, _signed(clock), renew) == data
    assert renew.count == 3


def test_p20_a_refusal_that_stays_is_told(clock: Any) -> None:
    store, renew = Store(b"x", *[403] * 9), Renewals(clock)
    with pytest.raises(AuthenticationError, match="Storage refused"):
        _download(store, clock, _signed(clock), renew)
    assert (renew.count, len(store.seen)) == (1, 2)


def test_p20_a_clock_that_runs_ahead_does_not_renew_for_ever(clock: Any) -> None:
    """Every signature looks expired to it, the fresh ones too."""
    store, renew = Store(b"x" * 35), Renewals(clock, minutes=-120)
    assert _download(store, clock, _signed(clock, -130), renew) == b"x" * 35
    assert renew.count == 1


def test_p23_a_blob_that_comes_late_is_waited_for(clock: Any) -> None:
    """The job says Succeeded while its output answers 404."""
    store = Store(b"late", *[404] * 8)
    assert _download(store, clock, _signed(clock), Renewals(clock)) == b"late"
    assert 5 < clock.elapsed < 90


def test_p23_a_blob_that_never_comes_is_told_within_a_bound(clock: Any) -> None:
    with pytest.raises(NotFound, match="has not appeared"):
        _download(Store(None), clock, _signed(clock), Renewals(clock))
    assert 60 < clock.elapsed <= 90


def test_a_blob_that_changes_is_read_from_the_start(clock: Any) -> None:
    """Halves of two answers make no answer."""
    store = Store(b"a" * 25)

    def change(request: httpx.Request) -> None:
        if len(store.seen) == 2:
            store.data, store.etag = b"b" * 15, '"2"'

    async def serve(request: httpx.Request) -> httpx.Response:
        change(request)
        return await store(request)

    blobs = Blobs(Http("https://s.example", transport=httpx.MockTransport(serve), clock=clock), chunk=10)
    assert asyncio.run(blobs.download(_signed(clock), Renewals(clock))) == b"b" * 15


@pytest.mark.parametrize("content_range", ["", "bytes */5", "bytes 3-5/6", "octets"])
def test_a_part_that_was_not_asked_for_is_refused(clock: Any, content_range: str) -> None:
    answer = httpx.Response(206, headers={"content-range": content_range}, content=b"abc")
    with pytest.raises(ServiceError):
        _download(Store(b"", answer), clock, _signed(clock), Renewals(clock))


class Shelf:
    """A container as storage sees uploads."""

    def __init__(self, *, there: bool, body: bool = False) -> None:
        self.there, self.body = there, body
        self.blobs: dict[str, bytes] = {}
        self.seen: list[httpx.Request] = []
        self.lose = 0

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        self.seen.append(request)
        if request.url.params.get("restype") == "container":
            self.there = True
            return httpx.Response(201)
        if not self.there:
            if self.body:
                return httpx.Response(
                    404, content="\ufeff<?xml version='1.0'?><Error><Code>ContainerNotFound</Code></Error>"
                )
            return httpx.Response(404, headers={"x-ms-error-code": "ContainerNotFound"})
        if request.url.path in self.blobs:
            return httpx.Response(409, headers={"x-ms-error-code": "BlobAlreadyExists"})
        self.blobs[request.url.path] = request.content
        if self.lose:
            self.lose -= 1
            raise httpx.ReadError("the answer is lost")
        return httpx.Response(201)


def _upload(shelf: Shelf, clock: Any) -> SignedUrl:
    blobs = Blobs(Http("https://service.example", transport=httpx.MockTransport(shelf), clock=clock))
    return asyncio.run(blobs.upload(SignedUrl(f"{BASE}?sig=s"), "inputData", b"program", "qir.v1"))


@pytest.mark.parametrize("body", [True, False])
def test_a_missing_container_is_made(clock: Any, body: bool) -> None:
    shelf = Shelf(there=False, body=body)
    assert _upload(shelf, clock).base == f"{BASE}/inputData"
    assert shelf.blobs == {"/job-1/inputData": b"program"}
    assert [r.method for r in shelf.seen] == ["PUT", "PUT", "PUT"]


def test_a_container_that_is_there_costs_no_request(clock: Any) -> None:
    shelf = Shelf(there=True)
    _upload(shelf, clock)
    (request,) = shelf.seen
    assert request.headers["x-ms-blob-content-type"] == "qir.v1"
    assert request.headers["if-none-match"] == "*"


def test_a_lost_answer_to_an_upload_is_no_failure(clock: Any) -> None:
    """The repetition says 409: the blob is there, and it is ours."""
    shelf = Shelf(there=True)
    shelf.lose = 1
    _upload(shelf, clock)
    assert len(shelf.seen) == 2


def test_a_refused_upload_is_told(clock: Any) -> None:
    async def refuse(request: httpx.Request) -> httpx.Response:
        return httpx.Response(403, headers={"x-ms-error-code": "AuthorizationPermissionMismatch"})

    blobs = Blobs(Http("https://service.example", transport=httpx.MockTransport(refuse), clock=clock))
    with pytest.raises(AuthenticationError, match="AuthorizationPermissionMismatch") as caught:
        asyncio.run(blobs.upload(SignedUrl(f"{BASE}?sig=CANARY"), "inputData", b"", "qir.v1"))
    assert "CANARY" not in str(caught.value)


def test_a_conflict_over_something_else_is_no_upload(clock: Any) -> None:
    """Any 409 passed for "it is there": the job was sent without its program, and failed on the service's side."""

    def refuse(request: httpx.Request) -> httpx.Response:
        return httpx.Response(409, headers={"x-ms-error-code": "ContainerBeingDeleted"})

    http = Http("https://service.example", transport=httpx.MockTransport(refuse), clock=clock)
    with pytest.raises(ServiceError, match="ContainerBeingDeleted"):
        asyncio.run(Blobs(http).upload(SignedUrl("https://store.example/job-1?sig=s"), "inputData", b"x", "text/plain"))
