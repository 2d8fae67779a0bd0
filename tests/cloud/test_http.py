"""The HTTP client: what is repeated, what may have happened, where credentials go, what is logged."""

from __future__ import annotations

import asyncio
import logging
import random
import ssl
from collections.abc import Callable, Mapping
from datetime import timedelta
from email.utils import format_datetime
from typing import Any

import httpx
import pytest

from qrelay.cloud.http import Http, Repeat, Unanswered
from qrelay.cloud.urls import QuietUrl, SignedUrl, is_loopback, origin, redact_text, redact_url
from qrelay.errors import ConfigurationError, ServiceError

HOME = "https://service.example"
Answer = httpx.Response | Exception


class Wire:
    """Answers requests in order; the last answer goes on."""

    def __init__(self, *answers: Answer | Callable[[httpx.Request], Answer]) -> None:
        self.answers = list(answers)
        self.seen: list[httpx.Request] = []

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        self.seen.append(request)
        answer = self.answers[min(len(self.seen), len(self.answers)) - 1]
        if callable(answer):
            answer = answer(request)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def http(self, clock: Any, **options: Any) -> Http:
        return Http(
            HOME,
            transport=httpx.MockTransport(self),
            clock=clock,
            chance=random.Random(1),
            request_id_header="x-request-id",
            error_code_header="x-error-code",
            **options,
        )


class Keys:
    """Hands out numbered proofs."""

    def __init__(self, *, renewable: bool = True) -> None:
        self.renewable = renewable
        self.made = 0

    async def headers(self, *, fresh: bool = False) -> Mapping[str, str]:
        if fresh or not self.made:
            self.made += 1
        return {"authorization": f"Bearer proof-{self.made}"}


def _send(http: Http, method: str = "GET", url: str | SignedUrl = f"{HOME}/x", **options: Any) -> httpx.Response:
    return asyncio.run(http.send(method, url, **options))


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504, 507, 511, 520, 598])
def test_passing_trouble_is_repeated_under_one_request_id(clock: Any, status: int) -> None:
    wire = Wire(httpx.Response(status), httpx.ConnectError("down"), httpx.ReadTimeout("slow"), httpx.Response(200))
    http = wire.http(clock)
    assert _send(http).status_code == 200
    assert http.requests == len(wire.seen) == 4
    assert len({request.headers["x-request-id"] for request in wire.seen}) == 1


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 412, 422, 501])
def test_other_answers_are_final(clock: Any, status: int) -> None:
    """A 4xx says the same the second time; repeating it wastes the budget that throttling leaves."""
    wire = Wire(httpx.Response(status))
    assert _send(wire.http(clock)).status_code == status
    assert len(wire.seen) == 1


def test_pauses_grow_with_jitter(clock: Any) -> None:
    wire = Wire(*[httpx.Response(503)] * 6, httpx.Response(200))
    _send(wire.http(clock))
    for pause, full in zip(clock.sleeps, (0.5, 1, 2, 4, 8, 16), strict=True):
        assert full / 2 <= pause <= full
    assert len({pause / full for pause, full in zip(clock.sleeps, (0.5, 1, 2, 4, 8, 16), strict=True)}) == 6


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_in_seconds_is_honoured(clock: Any, status: int) -> None:
    wire = Wire(httpx.Response(status, headers={"retry-after": "17"}), httpx.Response(200))
    _send(wire.http(clock))
    assert 17 <= clock.elapsed < 18


def test_retry_after_as_a_date_is_honoured(clock: Any) -> None:
    date = format_datetime(clock.now() + timedelta(seconds=40), usegmt=True)
    wire = Wire(httpx.Response(429, headers={"retry-after": date}), httpx.Response(200))
    _send(wire.http(clock))
    assert 40 <= clock.elapsed < 41


def test_retry_after_is_capped(clock: Any) -> None:
    wire = Wire(httpx.Response(429, headers={"retry-after": "86400"}), httpx.Response(200))
    _send(wire.http(clock, patience=1000))
    assert 120 <= clock.elapsed < 121


@pytest.mark.parametrize("nonsense", ["soon", "-5", "nan", ""])
def test_a_senseless_retry_after_is_as_good_as_none(clock: Any, nonsense: str) -> None:
    wire = Wire(httpx.Response(429, headers={"retry-after": nonsense}), httpx.Response(200))
    _send(wire.http(clock))
    assert clock.elapsed < 1


def test_all_attempts_end_at_the_deadline(clock: Any) -> None:
    wire = Wire(httpx.Response(503, headers={"x-error-code": "Busy"}))
    with pytest.raises(Unanswered, match="may have been processed") as caught:
        _send(wire.http(clock), patience=60)
    assert clock.elapsed <= 60
    assert (caught.value.status, caught.value.code, caught.value.processed) == (503, "Busy", None)
    assert caught.value.request_id == wire.seen[0].headers["x-request-id"]


@pytest.mark.parametrize("trouble", [httpx.ReadTimeout("x"), httpx.RemoteProtocolError("x"), httpx.Response(502)])
def test_what_may_have_been_processed_is_not_repeated_unasked(clock: Any, trouble: Answer) -> None:
    """A job submitted twice is paid for twice."""
    wire = Wire(trouble, httpx.Response(200))
    with pytest.raises(Unanswered) as caught:
        _send(wire.http(clock), "PUT", repeat=Repeat.UNPROCESSED)
    assert len(wire.seen) == 1
    assert caught.value.processed is None


@pytest.mark.parametrize("trouble", [httpx.ConnectError("x"), httpx.ConnectTimeout("x"), httpx.Response(429)])
def test_what_certainly_had_no_effect_is_repeated(clock: Any, trouble: Answer) -> None:
    wire = Wire(trouble, httpx.Response(201))
    assert _send(wire.http(clock), "PUT", repeat=Repeat.UNPROCESSED).status_code == 201


def test_never_having_left_is_told_apart(clock: Any) -> None:
    wire = Wire(httpx.ConnectError("down"))
    with pytest.raises(Unanswered, match="had no effect") as caught:
        _send(wire.http(clock), "PUT", repeat=Repeat.UNPROCESSED)
    assert caught.value.processed is False


def test_a_certificate_that_is_not_accepted_is_no_passing_trouble(clock: Any) -> None:
    """It was asked for again for two minutes, and called a bad connection in the end."""

    def refuse(request: httpx.Request) -> Answer:
        error = httpx.ConnectError("verify failed")
        error.__cause__ = ssl.SSLCertVerificationError("self-signed")
        return error

    wire = Wire(refuse)
    with pytest.raises(ConfigurationError, match="certificate"):
        _send(wire.http(clock))
    assert len(wire.seen) == 1


def test_one_unclear_attempt_makes_the_whole_unclear(clock: Any) -> None:
    wire = Wire(httpx.ReadTimeout("x"), httpx.ConnectError("down"))
    with pytest.raises(Unanswered) as caught:
        _send(wire.http(clock))
    assert caught.value.processed is None


def test_an_application_that_never_answers_is_given_up(clock: Any) -> None:
    """The in-process transport knows no timeouts of its own."""

    async def hang(request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(60)
        raise AssertionError

    http = Http(HOME, transport=httpx.MockTransport(hang), clock=clock, attempt=0.02)
    with pytest.raises(Unanswered, match="TimeoutError"):
        _send(http, patience=1)


def test_a_refused_token_is_renewed_once(clock: Any) -> None:
    wire = Wire(httpx.Response(401), httpx.Response(200))
    assert _send(wire.http(clock), authorizer=Keys()).status_code == 200
    assert [request.headers["authorization"] for request in wire.seen] == ["Bearer proof-1", "Bearer proof-2"]
    wire = Wire(httpx.Response(401))
    assert _send(wire.http(clock), authorizer=Keys()).status_code == 401
    assert len(wire.seen) == 2


def test_a_refused_key_is_not_tried_again(clock: Any) -> None:
    wire = Wire(httpx.Response(401))
    assert _send(wire.http(clock), authorizer=Keys(renewable=False)).status_code == 401
    assert len(wire.seen) == 1


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://blobs.example/x",
        "https://service.example.evil.org/x",
        "https://service.example:8443/x",
        "http://127.0.0.1/x",
    ],
)
def test_credentials_go_to_the_services_own_host_only(clock: Any, elsewhere: str) -> None:
    wire = Wire(httpx.Response(200))
    with pytest.raises(ConfigurationError, match="not sent"):
        _send(wire.http(clock), url=elsewhere, authorizer=Keys())
    assert wire.seen == []


def test_redirects_are_not_followed(clock: Any) -> None:
    wire = Wire(httpx.Response(307, headers={"location": "https://evil.example/steal"}))
    with pytest.raises(ServiceError, match="redirect"):
        _send(wire.http(clock), authorizer=Keys())
    assert len(wire.seen) == 1


@pytest.mark.parametrize(
    "home", ["http://service.example", "ftp://service.example", "http://10.0.0.1", "http://127.evil.org"]
)
def test_plain_http_leaves_no_machine(home: str) -> None:
    with pytest.raises(ConfigurationError, match="https"):
        Http(home)


def test_plain_http_to_a_blob_host_is_refused(clock: Any) -> None:
    wire = Wire(httpx.Response(200))
    with pytest.raises(ConfigurationError, match="https"):
        _send(wire.http(clock), url=SignedUrl("http://blobs.example/c/b?sig=s"))
    assert wire.seen == []


def test_a_client_goes_on_working_on_another_loop(clock: Any) -> None:
    wire = Wire(httpx.Response(200))
    http = wire.http(clock)
    for _ in range(3):
        assert _send(http).status_code == 200


def test_no_secret_reaches_log_or_message(clock: Any, caplog: pytest.LogCaptureFixture) -> None:
    """httpx itself logs each request with its whole address, signature included."""
    caplog.set_level(logging.DEBUG)
    wire = Wire(httpx.Response(503, headers={"x-token": "CANARY-h"}), httpx.ReadTimeout("x"))
    url = SignedUrl("https://blobs.example/c/b?sv=CANARY-v&restype=container&sig=CANARY-s")
    with pytest.raises(Unanswered) as caught:
        _send(wire.http(clock), url=url)
    wire = Wire(httpx.Response(200))
    _send(wire.http(clock), url=url, headers={"x-ms-quantum-api-key": "CANARY-k"})
    assert str(wire.seen[0].url) == "https://blobs.example/c/b?sv=…&restype=container&sig=…"
    assert b"CANARY-s" in wire.seen[0].url.query
    told = caplog.text + str(caught.value) + repr(caught.value) + repr(wire.seen[0])
    assert "CANARY" not in told
    assert "blobs.example/c/b" in caplog.text


def test_signed_addresses_print_without_their_query() -> None:
    url = SignedUrl("https://a.example/c/b?se=2050-01-01T00%3A00%3A00Z&sig=CANARY")
    assert "CANARY" not in f"{url} {url!r} {[url]}"
    assert "CANARY" in url.reveal()
    assert url.expires is not None
    assert url.expires.year == 2050
    assert url.with_segment("inputData").base == "https://a.example/c/b/inputData"
    assert SignedUrl("https://a.example/b").expires is None
    assert not SignedUrl("https://a.example/b?sv=1").signed
    import pickle

    with pytest.raises(TypeError, match="does not travel"):
        pickle.dumps(url)


def test_addresses_are_redacted_by_allow_list() -> None:
    assert redact_url("https://u:p@h/p?api-version=1&code=abc#f") == "https://h/p?api-version=1&code=…"
    assert "abc" not in redact_text('"https://h/p?sig=abc" and http://x/y?token=abc')
    assert "abc" not in f"{QuietUrl('https://h/p?sig=abc')!r}"


@pytest.mark.parametrize("text", ["see https://[endpoint]/doc", "see http://[::1/x?sig=abc", "https://h:port/x"])
def test_words_that_look_like_addresses_break_nothing(text: str) -> None:
    """A service's message with a placeholder in brackets made a ValueError of every job that carried it."""
    assert redact_text(text) == text.partition("?")[0]
    assert origin(text.partition("see ")[2]) == ("", "", 0)
    assert not is_loopback(text)
    with pytest.raises(ValueError, match=r"^not an address$"):
        SignedUrl(text)


@pytest.mark.parametrize("text", ["HTTPS://h/p?sig=abc&se=1", "h.example/p?sv=1&sig=abc", "sig=abc", "(SIG=abc)"])
def test_signatures_of_half_addresses_are_hidden_too(text: str) -> None:
    assert "abc" not in redact_text(text)


def test_an_answer_that_cannot_be_unpacked_is_unclear(clock: Any) -> None:
    """httpx's DecodingError came out bare: no QrelayError, and no word about a job that may have been made."""
    broken = httpx.DecodingError("incorrect header check")
    with pytest.raises(Unanswered) as caught:
        _send(Wire(broken).http(clock), "PUT", repeat=Repeat.UNPROCESSED)
    assert caught.value.processed is None
    assert _send(Wire(broken, httpx.Response(200)).http(clock)).status_code == 200


def test_origins_and_loopback() -> None:
    assert origin("https://H.example/x") == origin("https://h.example:443")
    assert origin("https://h.example") != origin("http://h.example")
    assert is_loopback("http://127.0.0.1:80")
    assert is_loopback("http://[::1]:80")
    assert not is_loopback("http://127.0.0.1.evil.org")
    assert not is_loopback("http://127.evil.org")
