"""Who is asking: an API key, or tokens from anything that speaks azure-identity's protocol."""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections.abc import Mapping
from typing import Any, Protocol, TypeGuard

from pydantic import SecretStr

from qrelay.cloud.clock import Clock
from qrelay.cloud.http import Authorizer
from qrelay.cloud.secret import Secret, sendable
from qrelay.errors import AuthenticationError, ConfigurationError, ServiceUnavailable

__all__ = ["SCOPE", "ApiKey", "Credential", "TokenCredential", "Tokens", "authorizer"]

log = logging.getLogger("qrelay.azure")

SCOPE = "https://quantum.microsoft.com/.default"
_RENEW_BEFORE = 300.0


class TokenCredential(Protocol):
    """azure-identity's protocol. `get_token`, synchronous or not, answers with `token` and `expires_on`."""

    def get_token(self, *scopes: str, **kwargs: Any) -> Any: ...


Credential = str | SecretStr | TokenCredential | None


class ApiKey(Secret):
    """The workspace's own key."""

    renewable = False

    def __init__(self, key: SecretStr) -> None:
        self._key = key

    async def headers(self, *, fresh: bool = False) -> Mapping[str, str]:  # noqa: ARG002 - a key is never fresher
        return {"x-ms-quantum-api-key": self._key.get_secret_value()}


class _NoTokenNow(AuthenticationError, ServiceUnavailable):
    """A passing trouble to those who wait for a job."""


class Tokens(Secret):
    """Bearer tokens, fetched when first needed and renewed before they expire, one fetch at a time."""

    renewable = True

    def __init__(self, credential: TokenCredential | None, clock: Clock, scope: str = SCOPE) -> None:
        self._credential = credential
        self._clock = clock
        self._scope = scope
        self._token = SecretStr("")
        self._expires = 0.0
        self._renew_at = 0.0
        self._lock: asyncio.Lock | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def headers(self, *, fresh: bool = False) -> Mapping[str, str]:
        refused = self._token if fresh else None
        if self._lock is None or self._loop is not asyncio.get_running_loop():
            self._lock, self._loop = asyncio.Lock(), asyncio.get_running_loop()
        async with self._lock:
            now = self._clock.now().timestamp()
            if now >= self._renew_at or (refused is not None and refused is self._token):
                await self._renew(now, must=refused is not None or now >= self._expires)
        return {"authorization": f"Bearer {self._token.get_secret_value()}"}

    async def _renew(self, now: float, *, must: bool) -> None:
        try:
            answer = await self._get_token()
            token, expires = _token(answer.token), float(answer.expires_on)
        except (ConfigurationError, AuthenticationError):
            raise
        except Exception as error:  # the credential is foreign code: whatever it raises means no token
            if not must:
                log.warning(
                    "The token could not be renewed yet (%s); the present one is used on.", type(error).__name__
                )
                return
            # what has given tokens will do so again, once the network is back or somebody has signed in
            kind = _NoTokenNow if self._expires else AuthenticationError
            raise kind(
                f"No token could be had for {self._scope} ({type(error).__name__}). Sign in again (for example "
                "`az login`), or use the workspace's API key."
            ) from error
        wish = getattr(answer, "refresh_on", None)
        # a token that lives for minutes is not renewed each time
        early = min(_RENEW_BEFORE, max(0.0, (expires - now) / 2))
        self._token, self._expires = SecretStr(token), expires
        self._renew_at = min(expires - early, float(wish)) if wish and wish > now else expires - early

    async def _get_token(self) -> Any:
        if self._credential is None:
            self._credential = await asyncio.to_thread(_default_chain)
        if inspect.iscoroutinefunction(self._credential.get_token):
            return await self._credential.get_token(self._scope)
        answer = await asyncio.to_thread(self._credential.get_token, self._scope)
        return await answer if inspect.isawaitable(answer) else answer


def _token(text: Any) -> str:
    token = str(text).strip()
    if not sendable(token):
        raise ValueError("not a token")
    return token


def _default_chain() -> TokenCredential:
    try:
        from azure.identity import DefaultAzureCredential
    except ImportError:
        raise ConfigurationError(
            "No credential was given, and azure-identity, which could look for one, is not installed. "
            "Pass credential='<API key>', or: pip install 'qrelay[azure]'"
        ) from None
    credential: TokenCredential = DefaultAzureCredential()
    return credential


def authorizer(credential: Credential, clock: Clock) -> Authorizer:
    """Make headers of whatever the user gave: a key as text, an object with `.key`, or one with `get_token`."""
    if credential is None:
        return Tokens(None, clock)
    if isinstance(credential, str | SecretStr):
        return _key(credential.get_secret_value() if isinstance(credential, SecretStr) else credential)
    if _gives_tokens(credential):
        return Tokens(credential, clock)
    key = getattr(credential, "key", None)  # azure.core's AzureKeyCredential, by shape
    if isinstance(key, str):
        return _key(key)
    raise ConfigurationError(
        f"{type(credential).__name__} is no credential: pass the API key as text, an object with get_token "
        "(azure-identity's), or None for the default chain."
    )


def _key(text: str) -> ApiKey:
    key = text.strip()
    if not key:
        raise ConfigurationError("The API key is empty. Copy it from the workspace's access keys.")
    if not sendable(key):
        raise ConfigurationError("The API key holds characters that no key has. Copy it again from the access keys.")
    return ApiKey(SecretStr(key))


def _gives_tokens(credential: object) -> TypeGuard[TokenCredential]:
    return callable(getattr(credential, "get_token", None))
