"""Who is asking: a token, a function that gives tokens, or the password flow of OAuth 2.0 (RFC 6749, 4.3 and 6)."""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from pydantic import SecretStr

from qrelay.cloud.clock import Clock
from qrelay.cloud.http import Authorizer, Http
from qrelay.cloud.secret import Secret, sendable
from qrelay.cloud.urls import redact_url
from qrelay.errors import AuthenticationError, ConfigurationError, QrelayError, ServiceUnavailable

__all__ = ["TOKEN_URL", "FixedToken", "PasswordFlow", "Token", "Tokens", "authorizer"]

log = logging.getLogger("qrelay.kipu")

TOKEN_URL = "https://login.hub.kipu-quantum.com/realms/planqk/protocol/openid-connect/token"  # noqa: S105 - an address
_SCOPE = "profile"  # the only one that the specification names
_RENEW_BEFORE = 30.0
_LIFE_UNSAID = 60.0  # seconds that a token is trusted for when its expiry is not told

Answer = str | SecretStr
Token = str | SecretStr | Callable[[], Answer | Awaitable[Answer]]
"""A token as text, or a function, synchronous or not, that gives one."""


class _NoTokenNow(AuthenticationError, ServiceUnavailable):
    """A passing trouble to those who wait for a job."""


class FixedToken(Secret):
    """One token for good."""

    renewable = False

    def __init__(self, token: SecretStr) -> None:
        self._token = token

    async def headers(self, *, fresh: bool = False) -> Mapping[str, str]:  # noqa: ARG002 - it is never fresher
        return {"x-auth-token": self._token.get_secret_value()}


class _Renewed(Secret):
    """Tokens that are fetched when first needed and again when refused, one fetch at a time."""

    renewable = True

    def __init__(self) -> None:
        self._token: SecretStr | None = None
        self._lock: asyncio.Lock | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def headers(self, *, fresh: bool = False) -> Mapping[str, str]:
        refused = self._token if fresh else None
        if self._lock is None or self._loop is not asyncio.get_running_loop():
            self._lock, self._loop = asyncio.Lock(), asyncio.get_running_loop()
        async with self._lock:  # whoever waited here may find the token that another one fetched
            if self._token is None or self._due() or (refused is not None and refused is self._token):
                self._token = await self._fetch()
            return self._proof(self._token.get_secret_value())

    def _due(self) -> bool:
        return False

    async def _fetch(self) -> SecretStr:
        raise NotImplementedError

    def _proof(self, token: str) -> Mapping[str, str]:
        raise NotImplementedError


class Tokens(_Renewed):
    """Tokens from a function of the user's. It is called when a token is first needed, and once after each refusal."""

    def __init__(self, give: Callable[[], Answer | Awaitable[Answer]]) -> None:
        super().__init__()
        self._give = give

    async def _fetch(self) -> SecretStr:
        try:
            given = await self._call()
        except QrelayError:
            raise
        except Exception as error:  # foreign code: whatever it raises means no token
            # what has given tokens will do so again, once the network is back or somebody has signed in
            kind = _NoTokenNow if self._token is not None else AuthenticationError
            raise kind(
                f"The function given as token= raised {type(error).__name__} instead of returning a token. Call it by "
                "itself to see why."
            ) from error
        text = given.get_secret_value() if isinstance(given, SecretStr) else given
        if not isinstance(text, str) or not text.strip() or not sendable(text.strip()):
            raise AuthenticationError("The function given as token= returned no token: a text was expected.")
        return SecretStr(text.strip())

    async def _call(self) -> Any:
        if inspect.iscoroutinefunction(self._give):
            return await self._give()
        given = await asyncio.to_thread(self._give)
        return await given if inspect.isawaitable(given) else given

    def _proof(self, token: str) -> Mapping[str, str]:
        return {"x-auth-token": token}


class PasswordFlow(_Renewed):
    """Access tokens for a user name and password, renewed before they expire: by refresh token where there is one.

    The password goes to the token address's own origin and to no other.
    """

    def __init__(
        self, http: Http, token_url: str, client_id: str, username: str, password: SecretStr, clock: Clock
    ) -> None:  # fmt: skip
        super().__init__()
        self._http = http
        self._url = token_url
        self._client_id = client_id
        self._username = username
        self._password = password
        self._clock = clock
        self._refresh: SecretStr | None = None
        self._renew_at = 0.0

    @property
    def http(self) -> Http:
        return self._http

    def _due(self) -> bool:
        return self._clock.monotonic() >= self._renew_at

    def _proof(self, token: str) -> Mapping[str, str]:
        return {"authorization": f"Bearer {token}"}

    async def _fetch(self) -> SecretStr:
        if self._refresh is not None:
            refresh, self._refresh = self._refresh, None
            answer = await self._ask({"grant_type": "refresh_token", "refresh_token": refresh.get_secret_value()})
            if isinstance(answer, SecretStr):
                return answer
            log.info("The refresh token is not accepted any more; signing in again.")
        answer = await self._ask(
            {
                "grant_type": "password",
                "username": self._username,
                "password": self._password.get_secret_value(),
                "scope": _SCOPE,
            }
        )
        if not isinstance(answer, SecretStr):
            raise AuthenticationError(
                f"{redact_url(self._url)} gives no token (HTTP {answer[0]}, {answer[1]}). Check username, password and "
                "client_id; an account that signs in through somebody else (single sign-on) needs a token instead.",
                status=answer[0],
                code=answer[1],
            )
        return answer

    async def _ask(self, form: Mapping[str, str]) -> SecretStr | tuple[int, str]:
        """An access token, or the status and the error code of the refusal (RFC 6749, 5.2)."""
        began = self._clock.monotonic()
        response = await self._http.send(
            "POST",
            self._url,
            content=urlencode({**form, "client_id": self._client_id}).encode(),
            headers={"content-type": "application/x-www-form-urlencoded", "accept": "application/json"},
        )
        try:
            document = response.json()
        except (ValueError, RecursionError):
            document = None
        said = document if isinstance(document, Mapping) else {}
        token = said.get("access_token")
        if not response.is_success or not isinstance(token, str) or not token or not sendable(token):
            code = said.get("error")
            # its description may quote what was sent
            plain = isinstance(code, str) and code.isascii() and code.replace("_", "").isalpha()
            return response.status_code, str(code) if plain else "no reason given"
        refresh = said.get("refresh_token")
        self._refresh = SecretStr(refresh) if isinstance(refresh, str) and refresh else None
        life = said.get("expires_in")
        seconds = float(life) if isinstance(life, int | float) and life > 0 else _LIFE_UNSAID
        self._renew_at = began + max(seconds / 2, seconds - _RENEW_BEFORE)  # short lives are not renewed each time
        return SecretStr(token)


def authorizer(token: Token) -> Authorizer:
    """Make headers of a token or of a function that gives tokens. Raises ConfigurationError for anything else."""
    if isinstance(token, str | SecretStr):
        text = (token.get_secret_value() if isinstance(token, SecretStr) else token).strip()
        if not text:
            raise ConfigurationError("The token is empty. Make one in the Hub's settings (personal access tokens).")
        if not sendable(text):
            raise ConfigurationError("The token holds characters that no token has. Copy it again from the Hub.")
        return FixedToken(SecretStr(text))
    if callable(token):
        return Tokens(token)
    raise ConfigurationError(
        f"{type(token).__name__} is no token: pass the token as text, or a function that returns one."
    )
