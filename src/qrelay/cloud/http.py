"""The HTTP client under every service: retries that cannot do harm, bounded time, and no secret in any log.

What a request may have caused matters more than whether it was answered. `Unanswered` says which of the two cases it
is: the request certainly had no effect, or it may have been processed.
"""

from __future__ import annotations

import asyncio
import json
import logging
import platform
import random
import ssl
import uuid
import weakref
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from enum import Enum
from typing import Any, NoReturn, Protocol

import httpx
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception

from qrelay._version import __version__
from qrelay.cloud import loop as loop_of_qrelay
from qrelay.cloud.clock import Clock, SystemClock
from qrelay.cloud.urls import QuietUrl, SignedUrl, is_loopback, origin, redact_url
from qrelay.errors import ConfigurationError, ServiceError, ServiceUnavailable

__all__ = ["Authorizer", "Http", "Repeat", "Unanswered", "refusal_body", "retry_after"]

log = logging.getLogger("qrelay.http")

_TROUBLE_STATUSES = frozenset({408, 425, 429, *range(500, 600)}) - {501, 505}  # gateways have words of their own
_NOT_PROCESSED_STATUSES = frozenset({425, 429})
_LONGEST_RETRY_AFTER = 120.0
_PROOFS = ("authorization", "x-auth-token", "x-ms-quantum-api-key")  # headers that are secrets
_SHORTEST_SECRET = 8
_SHOWN_HEADERS = ("content-length", "content-range", "content-type", "date", "etag", "retry-after")
_SHOWN_ENDINGS = ("-error-code", "-request-id")  # as services call them


class Repeat(Enum):
    """When a request may be sent again without asking anybody."""

    ALWAYS = "always"  # doing it twice is the same as doing it once
    UNPROCESSED = "unprocessed"  # only if the service certainly did nothing


class Unanswered(ServiceUnavailable):
    """No usable answer within the allowed time. `processed` is False if the request certainly had no effect, None if
    it may have had one. `retry_after` is the pause in seconds that the service asked for at last.
    """

    def __init__(
        self, message: str, *, processed: bool | None, retry_after: float | None = None, **details: Any
    ) -> None:
        super().__init__(message, **details)
        self.processed = processed
        self.retry_after = retry_after


class Authorizer(Protocol):
    """Makes the headers that prove who is asking."""

    @property
    def renewable(self) -> bool:
        """Whether a refused proof can be replaced by a fresh one."""

    async def headers(self, *, fresh: bool = False) -> Mapping[str, str]: ...


class _Trouble(Exception):
    def __init__(self, what: str, *, processed: bool | None, response: httpx.Response | None = None) -> None:
        super().__init__(what)
        self.processed = processed
        self.response = response


@dataclass
class _Order:
    """One request through all its attempts."""

    method: str
    url: str
    headers: dict[str, str]
    params: Mapping[str, str] | None
    json: Any
    content: bytes | None
    authorizer: Authorizer | None
    repeat: Repeat
    request_id: str
    deadline: float
    attempt: float
    processed: bool | None = False
    proof: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class _Wire:
    """What belongs to one event loop: connections, and the places for requests under way."""

    client: httpx.AsyncClient
    places: asyncio.Semaphore


class Http:
    """Sends requests for one account. Loop-bound parts are made anew on each event loop, so a forked child works too.

    Args:
        home: the service's own address; credentials go to this origin and to no other.
        transport: what carries the requests, for an application in this process; None is the network.
        patience: seconds that all attempts of one request may take together.
        attempt: seconds that one attempt may take.
        concurrency: requests under way at once.
        request_id_header: the header by which the service knows a request again; it goes with all attempts of one.
        error_code_header: the header in which the service repeats an error's code.
    """

    def __init__(
        self,
        home: str,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        clock: Clock | None = None,
        patience: float = 120.0,
        attempt: float = 60.0,
        concurrency: int = 32,
        chance: random.Random | None = None,
        request_id_header: str | None = None,
        error_code_header: str | None = None,
    ) -> None:
        if not (home.startswith("https://") or (home.startswith("http://") and is_loopback(home))):
            raise ConfigurationError(f"{redact_url(home)} is not reached safely: use https, or http on 127.0.0.1.")
        self.home = home.rstrip("/")
        self.clock = clock or SystemClock()
        self.requests = 0
        self._transport = transport
        self._patience = patience
        self._attempt_seconds = attempt
        self._concurrency = concurrency
        self._request_id_header = request_id_header
        self._error_code_header = error_code_header
        self._chance = chance or random.Random()  # noqa: S311 - jitter, not cryptography
        self._wires: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, _Wire] = weakref.WeakKeyDictionary()

    async def send(
        self,
        method: str,
        url: str | SignedUrl,
        *,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        json: Any = None,
        content: bytes | None = None,
        authorizer: Authorizer | None = None,
        repeat: Repeat = Repeat.ALWAYS,
        patience: float | None = None,
        attempt: float | None = None,
    ) -> httpx.Response:
        """Send until there is an answer: anything but 408, 425, 429, and 5xx other than 501 and 505.

        All attempts carry one request id. Retry-After is honoured up to two minutes. Redirects are not
        followed. A 401 is answered once with a fresh token if the authorizer has one to give.

        Raises:
            Unanswered: no answer in the allowed time, or none that `repeat` allows to ask for again.
            ConfigurationError: credentials would have left the service's own host, or its certificate is not accepted.
        """
        address = url.reveal() if isinstance(url, SignedUrl) else url
        if authorizer is not None and origin(address) != origin(self.home):
            raise ConfigurationError(
                f"Credentials for {redact_url(self.home)} are not sent to {redact_url(address)}. "
                "Check the endpoint, or the link that the service returned."
            )
        if not address.startswith("https://") and not is_loopback(address):
            raise ConfigurationError(f"{redact_url(address)} is not reached safely: only https leaves this machine.")
        order = _Order(
            method, address, dict(headers or {}), params, json, content, authorizer, repeat, str(uuid.uuid4()),
            self.clock.monotonic() + (self._patience if patience is None else patience),
            attempt or self._attempt_seconds,
        )  # fmt: skip
        response = await self._persist(order, fresh=False)
        if response.status_code == 401 and authorizer is not None and authorizer.renewable:
            sent = order.proof  # another request may have been refused, and a fresh one be there, since
            response = await self._persist(order, fresh=await self._proof(order, authorizer, fresh=False) == sent)
        if response.is_redirect:
            raise ServiceError(
                f"{method} {redact_url(address)} was answered with a redirect, which is not followed because it could "
                "carry credentials elsewhere. Check the endpoint.",
                status=response.status_code,
            )
        return response

    async def _persist(self, order: _Order, *, fresh: bool) -> httpx.Response:
        retrying = AsyncRetrying(
            sleep=self.clock.sleep,
            wait=self._pause_before_next,
            stop=lambda state: self.clock.monotonic() + state.upcoming_sleep >= order.deadline,
            retry=retry_if_exception(lambda error: self._may_repeat(order, error)),
            before_sleep=self._note,
            reraise=True,
        )
        try:
            return await retrying(self._attempt, order, fresh)
        except _Trouble as trouble:
            self._give_up(order, trouble)

    def _may_repeat(self, order: _Order, error: BaseException) -> bool:
        if not isinstance(error, _Trouble):
            return False
        return order.repeat is Repeat.ALWAYS or error.processed is False

    def _pause_before_next(self, state: RetryCallState) -> float:
        """Half a second doubling to thirty, spread over its upper half; at least what the service asked for."""
        own: float = min(30.0, 0.5 * 2.0 ** min(state.attempt_number - 1, 10)) * self._chance.uniform(0.5, 1.0)
        error = state.outcome.exception() if state.outcome is not None else None
        if isinstance(error, _Trouble) and error.response is not None:
            asked = retry_after(error.response.headers, self.clock)
            if asked is not None:
                return min(asked, _LONGEST_RETRY_AFTER) + 0.1 * own
        return own

    def _note(self, state: RetryCallState) -> None:
        order: _Order = state.args[0]
        error = state.outcome.exception() if state.outcome is not None else None
        log.info(
            "%s %s: %s; again in %.1f s (request %s)",
            order.method, redact_url(order.url), error, state.upcoming_sleep, order.request_id,
            extra={"pause": state.upcoming_sleep},
        )  # fmt: skip

    def _give_up(self, order: _Order, trouble: _Trouble) -> NoReturn:
        status = trouble.response.status_code if trouble.response is not None else None
        named = self._error_code_header
        code = trouble.response.headers.get(named) if named is not None and trouble.response is not None else None
        effect = "It had no effect." if order.processed is False else "It may have been processed all the same."
        raise Unanswered(
            f"{order.method} {redact_url(order.url)} got no usable answer: {trouble}. {effect} "
            "Check the connection and the service's status page, then try again.",
            processed=order.processed,
            retry_after=retry_after(trouble.response.headers, self.clock) if trouble.response is not None else None,
            status=status,
            code=code,
            request_id=order.request_id,
        ) from trouble.__cause__

    async def _attempt(self, order: _Order, fresh: bool) -> httpx.Response:
        headers = dict(order.headers)
        if self._request_id_header is not None:
            headers.setdefault(self._request_id_header, order.request_id)
        if order.authorizer is not None:
            headers.update(await self._proof(order, order.authorizer, fresh=fresh))
        wire = self._on_this_loop()
        request = wire.client.build_request(
            order.method, order.url, headers=headers, params=order.params, json=order.json, content=order.content
        )
        request.url = QuietUrl(request.url)
        self.requests += 1
        try:
            async with wire.places, asyncio.timeout(order.attempt):
                response = await wire.client.send(request, follow_redirects=False)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError) as error:
            if _refused_certificate(error):
                raise ConfigurationError(
                    f"The certificate of {redact_url(order.url)} is not accepted. Check the endpoint and the machine's "
                    "certificate store; verification cannot be turned off."
                ) from error
            raise _Trouble(f"no connection ({type(error).__name__})", processed=False) from error
        except (httpx.RequestError, TimeoutError) as error:  # an answer that cannot be unpacked is none, either
            order.processed = None
            raise _Trouble(f"the connection broke ({type(error).__name__})", processed=None) from error
        log.debug(
            "%s %s -> %d %s (request %s)",
            order.method, redact_url(order.url), response.status_code, _shown(response.headers), order.request_id,
        )  # fmt: skip
        if response.status_code in _TROUBLE_STATUSES:
            processed = False if response.status_code in _NOT_PROCESSED_STATUSES else None
            if processed is None:
                order.processed = None
            raise _Trouble(f"HTTP {response.status_code}", processed=processed, response=response)
        return response

    @staticmethod
    async def _proof(order: _Order, authorizer: Authorizer, *, fresh: bool) -> Mapping[str, str]:
        try:
            order.proof = await authorizer.headers(fresh=fresh)
        except Unanswered as error:  # what became of the token's request is nothing that this one has done
            error.processed = order.processed
            raise
        return order.proof

    def _on_this_loop(self) -> _Wire:
        running = asyncio.get_running_loop()
        wire = self._wires.get(running)
        if wire is None:
            client = httpx.AsyncClient(
                transport=self._transport,
                timeout=httpx.Timeout(self._attempt_seconds, connect=15.0, pool=None),
                limits=httpx.Limits(max_connections=self._concurrency + 8, max_keepalive_connections=self._concurrency),
                trust_env=not is_loopback(self.home),  # a proxy must not see what is meant for this machine
                headers={"user-agent": f"qrelay/{__version__} python/{platform.python_version()}"},
            )
            wire = self._wires[running] = _Wire(client, asyncio.Semaphore(self._concurrency))
            loop_of_qrelay.adopt(self, client)
        return wire

    async def aclose(self) -> None:
        """Close the connections of the running loop."""
        wire = self._wires.pop(asyncio.get_running_loop(), None)
        if wire is not None:
            await wire.client.aclose()


def refusal_body(answer: httpx.Response) -> Any:
    """The JSON in a refusal, None for what is none. Gateways write into it what they were sent: the credentials that
    the request carried are taken out.
    """
    text = answer.text
    for name in _PROOFS:
        secret = answer.request.headers.get(name, "").rpartition(" ")[2]
        if len(secret) >= _SHORTEST_SECRET:
            text = text.replace(secret, "…")
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def retry_after(headers: Mapping[str, str], clock: Clock) -> float | None:
    """Seconds that the service asks to wait, from `Retry-After` as a number or a date (RFC 9110, 10.2.3)."""
    text = headers.get("retry-after", "").strip()
    if not text:
        return None
    try:
        seconds = float(text)
    except ValueError:
        try:
            moment = parsedate_to_datetime(text)
        except (ValueError, OverflowError):
            return None
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=clock.now().tzinfo)
        seconds = (moment - clock.now()).total_seconds()
    return max(0.0, seconds) if seconds == seconds else None  # noqa: PLR0124 - NaN is no number of seconds


def _shown(headers: Mapping[str, str]) -> dict[str, str]:
    return {
        name: value
        for name, value in headers.items()
        if name.lower() in _SHOWN_HEADERS or name.lower().endswith(_SHOWN_ENDINGS)
    }


def _refused_certificate(error: BaseException) -> bool:
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, ssl.SSLCertVerificationError):
            return True
        seen = seen.__cause__ or seen.__context__
    return False
