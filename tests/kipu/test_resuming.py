"""P18: settling what is unclear, however often and by however many it is asked for. The service counts what it made."""

from __future__ import annotations

import asyncio
import gc
import json
import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from qrelay.errors import AuthenticationError, ConfigurationError, QrelayError, ServiceError, UnclearOutcome
from qrelay.kipu import Hub

Described = Callable[[str], dict[str, Any]]


class Ledger:
    """A Hub that keeps what it is asked to make; `post` and `list` may answer in its place."""

    def __init__(self, backend: dict[str, Any]) -> None:
        self.backend = backend
        self.made: list[dict[str, Any]] = []
        self.posts = 0
        self.lists = 0
        self.post: Callable[[httpx.Request, Ledger], httpx.Response | None] = lambda request, ledger: None
        self.list: Callable[[httpx.Request, Ledger], httpx.Response | None] = lambda request, ledger: None
        self.created_at = "2026-11-20 12:00:00"

    def make(self, request: httpx.Request) -> dict[str, Any]:
        kind = "SESSION" if request.url.path.endswith("/sessions") else "JOB"
        self.made.append(
            json.loads(request.content)
            | {"id": f"made-{len(self.made)}", "status": "PENDING", "created_at": self.created_at, "type": kind}
        )
        return self.made[-1]

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(0)
        path = request.url.path.removeprefix("/quantum/")
        if path == "backends":
            return httpx.Response(200, json=[self.backend])
        if request.method == "POST":
            self.posts += 1
            return self.post(request, self) or httpx.Response(201, json=self.make(request))
        if path in ("jobs", "workloads"):
            self.lists += 1
            return self.list(request, self) or httpx.Response(
                200, json={"content": self.made, "page": 0, "size": 100, "total_elements": len(self.made)}
            )
        return httpx.Response(200, json=next(one for one in self.made if one["id"] == path.rpartition("/")[2]))


@pytest.fixture
def ledger(described: Described) -> Ledger:
    return Ledger(described("qsim"))


def _unclear(hub: Hub, flips: Any) -> UnclearOutcome:
    with pytest.raises(UnclearOutcome) as caught:
        hub.submit("kipu.sim.qsim", flips("01"), shots=10)
    return caught.value


def _broken(request: httpx.Request, ledger: Ledger) -> httpx.Response:
    raise httpx.ReadError("reset", request=request)


def _sent_once(request: httpx.Request, ledger: Ledger) -> httpx.Response | None:
    if ledger.posts == 1:
        raise httpx.ReadError("reset", request=request)
    return None


def test_p18_resumed_by_two_at_once_it_is_sent_once(remote: Callable[..., Hub], ledger: Ledger, flips: Any) -> None:
    """Both ask, both find nothing, both submit: two jobs, both paid."""
    ledger.post = _sent_once
    error = _unclear(remote(ledger), flips)

    async def settle() -> list[Any]:
        return await asyncio.gather(*(error.resume() for _ in range(3)))

    jobs = asyncio.run(settle())
    assert (ledger.posts, len(ledger.made)) == (2, 1)
    assert {job.id for job in jobs} == {"made-0"}


def test_p18_resumed_again_it_is_not_sent_again(remote: Callable[..., Hub], ledger: Ledger, flips: Any) -> None:
    """The list lags behind the resumed submission, so asking it again would find nothing."""
    ledger.post = _sent_once
    ledger.list = lambda request, ledger: httpx.Response(200, json={"content": [], "total_pages": 0})
    error = _unclear(remote(ledger), flips)

    async def settle() -> Any:
        return await error.resume()

    assert [asyncio.run(settle()).id for _ in range(3)] == ["made-0"] * 3
    assert (ledger.posts, len(ledger.made)) == (2, 1)


def test_p18_resumed_into_the_same_trouble_the_later_one_is_waited_for(
    remote: Callable[..., Hub], ledger: Ledger, flips: Any, clock: Any
) -> None:
    """The second submission was committed and its answer lost, too. The first error's resume() must give that one as
    much time to appear as the first had."""

    def post(request: httpx.Request, ledger: Ledger) -> httpx.Response:
        if ledger.posts == 2:
            ledger.make(request)
        raise httpx.ReadError("reset", request=request)

    hub = remote(ledger)
    ledger.post = post
    hidden = {"until": float("inf")}

    def listed(request: httpx.Request, ledger: Ledger) -> httpx.Response | None:
        there = clock.elapsed >= hidden["until"]
        return None if there else httpx.Response(200, json={"content": [], "total_pages": 0})

    ledger.list = listed
    error = _unclear(hub, flips)

    async def settle() -> Any:
        return await error.resume()

    hub.service._settling._seconds = 5.0  # the list needs longer than that the second time
    with pytest.raises(UnclearOutcome):
        asyncio.run(settle())
    assert ledger.posts == 2
    hidden["until"] = clock.elapsed + 1.0
    hub.service._settling._seconds = 60.0
    assert asyncio.run(settle()).id == "made-0"
    assert (ledger.posts, len(ledger.made)) == (2, 1)


def test_p18_a_session_resumed_by_two_at_once_is_opened_once(
    remote: Callable[..., Hub], described: Described, flips: Any
) -> None:
    """A dedicated session costs while it is open, and one of two would never be closed."""
    ledger = Ledger(described("qsim") | {"id": "ibm.qpu.brisbane", "provider": "IBM"})
    ledger.post = _sent_once
    with pytest.raises(UnclearOutcome) as caught:
        remote(ledger).open_session("ibm.qpu.brisbane")

    async def settle() -> list[Any]:
        return await asyncio.gather(*(caught.value.resume() for _ in range(3)))

    sessions = asyncio.run(settle())
    assert (ledger.posts, len(ledger.made)) == (2, 1)
    assert {session.id for session in sessions} == {"made-0"}
    assert len({id(session) for session in sessions}) == 1, "one that is closed once"
    assert asyncio.run(settle())[0].id == "made-0"
    assert ledger.posts == 2


@pytest.fixture
def no_finalizers() -> Iterator[None]:
    """None run at the bottom of a recursion, where those of other tests' garbage would break off."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("no_finalizers")
@pytest.mark.parametrize("body", ["[" * 100_000, '{"id":' * 100_000], ids=["lists", "objects"])
def test_p18_an_answer_that_no_reader_can_read_is_unclear(
    remote: Callable[..., Hub], ledger: Ledger, flips: Any, body: str
) -> None:
    """The reader's RecursionError is no ValueError: it came out bare, with the job made and no word of where."""

    def post(request: httpx.Request, ledger: Ledger) -> httpx.Response:
        ledger.make(request)
        return httpx.Response(201, text=body)

    ledger.post = post
    assert remote(ledger).submit("kipu.sim.qsim", flips("01"), shots=10).id == "made-0"
    assert ledger.posts == 1
    ledger.post = lambda request, ledger: httpx.Response(422, text=body)
    with pytest.raises(ServiceError, match="no reason"):
        remote(ledger).submit("kipu.sim.qsim", flips("01"), shots=10)


def test_p18_an_untrusted_certificate_while_asking_leaves_it_unclear(
    remote: Callable[..., Hub], ledger: Ledger, flips: Any
) -> None:
    """The network broke and a captive portal took its place: that says nothing about the job."""
    import ssl

    def listed(request: httpx.Request, ledger: Ledger) -> httpx.Response:
        error = httpx.ConnectError("no", request=request)
        error.__cause__ = ssl.SSLCertVerificationError("self-signed")
        raise error

    ledger.post, ledger.list = _broken, listed
    error = _unclear(remote(ledger), flips)
    assert "certificate" in str(error)
    assert "account.job" in str(error)


@pytest.mark.parametrize("hours", [-26, -5, 5, 26])
def test_p18_found_though_the_clocks_differ(
    remote: Callable[..., Hub], ledger: Ledger, flips: Any, clock: Any, hours: int
) -> None:
    """A machine whose clock is set to local time and taken for UTC; three hundred newer jobs of colleagues."""
    moment = clock.now() + timedelta(hours=hours)

    def post(request: httpx.Request, ledger: Ledger) -> httpx.Response:
        ledger.created_at = moment.strftime("%Y-%m-%d %H:%M:%S")
        ledger.make(request)
        others = [
            {"id": f"other-{index}", "created_at": (moment + timedelta(seconds=1)).isoformat()} for index in range(300)
        ]
        ledger.made.extend(others)
        raise httpx.ReadError("reset", request=request)

    def listed(request: httpx.Request, ledger: Ledger) -> httpx.Response:
        page = int(request.url.params["page"])
        newest = sorted(ledger.made, key=lambda one: one["created_at"].replace("T", " "), reverse=True)
        return httpx.Response(
            200, json={"content": newest[100 * page : 100 * page + 100], "size": 100, "total_elements": len(newest)}
        )

    ledger.post, ledger.list = post, listed
    assert remote(ledger).submit("kipu.sim.qsim", flips("01"), shots=10).id == "made-0"
    assert ledger.posts == 1


def test_p18_see_other_after_a_post_is_unclear(remote: Callable[..., Hub], ledger: Ledger, flips: Any) -> None:
    """303 says that the request was processed and where its outcome is (RFC 9110, 15.4.4)."""

    def post(request: httpx.Request, ledger: Ledger) -> httpx.Response:
        ledger.make(request)
        return httpx.Response(303, headers={"location": "/quantum/jobs/made-0"})

    ledger.post = post
    assert remote(ledger).submit("kipu.sim.qsim", flips("01"), shots=10).id == "made-0"
    assert ledger.posts == 1


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200, text="<html>sign in</html>"),
        httpx.Response(200, json={"access_token": None}),
        httpx.Response(503),
        httpx.Response(400, json={"error": "invalid_grant"}),
    ],
    ids=["page", "no token", "503", "refused"],
)
def test_p18_without_a_token_nothing_was_sent(
    remote: Callable[..., Hub], ledger: Ledger, flips: Any, clock: Any, answer: httpx.Response
) -> None:
    """What the token's address answers says nothing of the job: a submission that never left is not unclear."""
    signed_in = {"times": 0}

    async def serve(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/token"):
            signed_in["times"] += 1
            if signed_in["times"] == 1:
                return httpx.Response(200, json={"access_token": "one", "expires_in": 60})
            return httpx.Response(answer.status_code, content=answer.content)
        return await ledger(request)

    hub = remote(
        serve, client_id="c", username="u", password="p", token_url="https://login.example/token"
    )  # fmt: skip
    target = hub.target("kipu.sim.qsim")
    clock.elapsed += 60.0
    began = clock.elapsed
    with pytest.raises(QrelayError) as caught:
        hub.submit(target, flips("01"), shots=10)
    assert not isinstance(caught.value, UnclearOutcome)
    assert ledger.posts == ledger.lists == 0
    assert isinstance(caught.value, AuthenticationError) or caught.value.status == 503  # type: ignore[attr-defined]
    assert clock.elapsed - began <= 130.0


@pytest.mark.parametrize("value", ["Mon, 01 Jan 2029 00:00:00 +99999999999999999999", "inf", "nan", "-1", "\u00e9"])
def test_p18_a_senseless_retry_after_hides_nothing(
    remote: Callable[..., Hub], ledger: Ledger, flips: Any, value: str
) -> None:
    """It came out as an OverflowError in the place of the answer that was lost."""

    def post(request: httpx.Request, ledger: Ledger) -> httpx.Response:
        ledger.make(request)
        return httpx.Response(502, headers={"retry-after": value.encode()})  # type: ignore[dict-item]

    ledger.post = post
    assert remote(ledger).submit("kipu.sim.qsim", flips("01"), shots=10).id == "made-0"
    assert ledger.posts == 1


def test_p18_a_resumption_cut_short_counts_as_sent(
    remote: Callable[..., Hub], ledger: Ledger, flips: Any, clock: Any
) -> None:
    """Cancelled while the answer of the second submission was under way: it may have arrived, and takes its time to
    appear."""
    arrived = {"at": float("inf")}

    def listed(request: httpx.Request, ledger: Ledger) -> httpx.Response | None:
        there = clock.elapsed >= arrived["at"] + 10
        return None if there else httpx.Response(200, json={"content": [], "total_pages": 0})

    ledger.post, ledger.list = _broken, listed

    async def serve(request: httpx.Request) -> httpx.Response:
        if request.method == "POST" and ledger.posts == 1:
            ledger.posts += 1
            ledger.make(request)
            arrived["at"] = clock.elapsed
            await asyncio.sleep(60)  # no answer comes
        return await ledger(request)

    error = _unclear(remote(serve), flips)

    async def settle() -> Any:
        resuming = asyncio.ensure_future(error.resume())  # type: ignore[arg-type]
        while ledger.posts < 2:  # noqa: ASYNC110 - on another loop
            await asyncio.sleep(0.01)
        resuming.cancel()
        with pytest.raises(asyncio.CancelledError):
            await resuming
        return await error.resume()

    assert asyncio.run(settle()).id == "made-0"
    assert (ledger.posts, len(ledger.made)) == (2, 1)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no forks here")
def test_p18_a_forked_child_does_not_resume(
    remote: Callable[..., Hub], ledger: Ledger, flips: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Child and parent know nothing of each other: both would ask, both would submit."""
    ledger.post = _broken
    error = _unclear(remote(ledger), flips)
    own = os.getpid()
    monkeypatch.setattr(os, "getpid", lambda: own + 1)
    with pytest.raises(ConfigurationError, match="only in the process that made it"):
        error.resume()
