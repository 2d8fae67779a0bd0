"""Keys and tokens: what is accepted as a credential, and when a token is renewed."""

from __future__ import annotations

import asyncio
import builtins
import pickle
import traceback
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from qrelay.azure.credentials import ApiKey, Tokens, authorizer
from qrelay.cloud import JobState
from qrelay.errors import AuthenticationError, ConfigurationError


@dataclass
class Token:
    token: str
    expires_on: float


class Identity:
    """A synchronous credential whose tokens live for an hour."""

    def __init__(self, clock: Any, life: float = 3600.0) -> None:
        self.clock, self.life = clock, life
        self.made: list[float] = []
        self.broken = False

    def get_token(self, *scopes: str) -> Token:
        assert scopes == ("https://quantum.microsoft.com/.default",)
        if self.broken:
            raise OSError("CANARY: no network")
        self.made.append(self.clock.elapsed)
        return Token(f"CANARY-{len(self.made)}", self.clock.now().timestamp() + self.life)


class AsyncIdentity(Identity):
    async def get_token(self, *scopes: str) -> Token:  # type: ignore[override]
        return super().get_token(*scopes)


async def _header(proof: Any, **options: Any) -> str:
    return str((await proof.headers(**options))["authorization"])


@pytest.mark.parametrize("kind", [Identity, AsyncIdentity])
def test_p20_a_token_is_renewed_when_due_over_a_day(clock: Any, kind: type[Identity]) -> None:
    """A wait of 24 hours with tokens of one hour: refreshed exactly when due, not at every request, never too late."""
    identity = kind(clock)

    async def day() -> None:
        proof = authorizer(identity, clock)
        for _ in range(24 * 60):
            header = await _header(proof)
            assert header == f"Bearer CANARY-{len(identity.made)}"
            assert clock.elapsed - identity.made[-1] < 3600
            await clock.sleep(60)

    asyncio.run(day())
    assert len(identity.made) == 27  # every 55 minutes
    assert {b - a for a, b in zip(identity.made, identity.made[1:], strict=False)} == {3300.0}


def test_short_tokens_are_not_renewed_at_every_request(clock: Any) -> None:
    identity = Identity(clock, life=200)

    async def ask() -> None:
        proof = authorizer(identity, clock)
        for _ in range(10):
            await _header(proof)

    asyncio.run(ask())
    assert len(identity.made) == 1


def test_many_requests_share_one_renewal(clock: Any) -> None:
    identity = Identity(clock)

    async def ask() -> None:
        proof = authorizer(identity, clock)
        await asyncio.gather(*(_header(proof) for _ in range(20)))

    asyncio.run(ask())
    assert len(identity.made) == 1


def test_a_failing_renewal_uses_a_token_that_still_holds(clock: Any) -> None:
    identity = Identity(clock)

    async def ask() -> None:
        proof = authorizer(identity, clock)
        await _header(proof)
        identity.broken = True
        await clock.sleep(3400)
        assert await _header(proof) == "Bearer CANARY-1"
        await clock.sleep(300)
        with pytest.raises(AuthenticationError, match="Sign in again") as caught:
            await _header(proof)
        assert "CANARY" not in str(caught.value)

    asyncio.run(ask())


def test_p17_a_network_that_is_away_when_a_token_is_due_ends_no_wait(remote: Any, clock: Any) -> None:
    """A laptop opened after an hour has no network yet and needs a new token: result() ended, the job went on."""

    class Away(Identity):
        def get_token(self, *scopes: str) -> Token:
            self.broken = 3000 < clock.elapsed < 7000
            return super().get_token(*scopes)

    def serve(request: httpx.Request) -> httpx.Response:
        status = "Waiting" if clock.elapsed < 8000 else "Failed"
        return httpx.Response(200, json={"id": "a", "status": status, "target": "t", "providerId": "p"})

    assert remote(serve, credential=Away(clock)).job("a").wait() is JobState.FAILED
    assert clock.elapsed >= 8000


@pytest.mark.parametrize(("given", "sent"), [("CANARY\n", "Bearer CANARY"), ("CAN\nARY", None), ("CANARYé", None)])
def test_p36_a_token_that_is_no_header_is_not_quoted(clock: Any, given: str, sent: str | None) -> None:
    """A token read from a file ends with a newline: the HTTP library refused the header and quoted it, in its log and
    in the error's chain."""

    class FromFile:
        def get_token(self, *scopes: str) -> Token:
            return Token(given, clock.now().timestamp() + 3600)

    proof = authorizer(FromFile(), clock)
    if sent is not None:
        assert asyncio.run(_header(proof)) == sent
        return
    with pytest.raises(AuthenticationError) as caught:
        asyncio.run(_header(proof))
    assert "ARY" not in "".join(traceback.format_exception(caught.value))


def test_a_refused_token_is_replaced_before_its_time(clock: Any) -> None:
    identity = Identity(clock)

    async def ask() -> None:
        proof = authorizer(identity, clock)
        await _header(proof)
        assert await _header(proof, fresh=True) == "Bearer CANARY-2"
        assert await _header(proof) == "Bearer CANARY-2"

    asyncio.run(ask())


def test_requests_refused_together_share_one_renewal(clock: Any) -> None:
    identity = Identity(clock)

    async def ask() -> None:
        proof = authorizer(identity, clock)
        await _header(proof)
        headers = await asyncio.gather(*(_header(proof, fresh=True) for _ in range(20)))
        assert set(headers) == {"Bearer CANARY-2"}

    asyncio.run(ask())
    assert len(identity.made) == 2


@dataclass
class AzureKey:
    key: str


@pytest.mark.parametrize("given", ["CANARY", SecretStr("CANARY"), AzureKey("CANARY"), " CANARY\n"])
def test_keys_in_every_form(clock: Any, given: Any) -> None:
    proof = authorizer(given, clock)
    assert asyncio.run(proof.headers()) == {"x-ms-quantum-api-key": "CANARY"}  # type: ignore[arg-type]
    assert not proof.renewable


@pytest.mark.parametrize("given", ["", "  ", "key\nx: y", "schlüssel", 7, object(), AzureKey("")])
def test_what_is_no_credential_is_refused_without_an_echo(clock: Any, given: Any) -> None:
    with pytest.raises(ConfigurationError) as caught:
        authorizer(given, clock)
    assert "schlüssel" not in str(caught.value)


def test_without_azure_identity_the_way_out_is_named(clock: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def absent(name: str, *args: Any, **kwargs: Any) -> Any:
        if name.startswith("azure"):
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", absent)
    with pytest.raises(ConfigurationError, match=r"qrelay\[azure\]"):
        asyncio.run(authorizer(None, clock).headers())  # type: ignore[arg-type]


@pytest.mark.parametrize("secret", [ApiKey(SecretStr("CANARY")), Tokens(None, None)])  # type: ignore[arg-type]
def test_credentials_refuse_to_travel(secret: Any) -> None:
    """A pickled SecretStr holds its secret in the clear."""
    with pytest.raises(TypeError, match="do not travel"):
        pickle.dumps(secret)
    assert "CANARY" not in repr(secret)


def test_an_account_refuses_to_travel(remote: Any) -> None:
    workspace = remote(lambda request: httpx.Response(200, json={"value": []}))
    with pytest.raises(TypeError, match="does not travel"):
        pickle.dumps(workspace)


def test_a_refused_key_is_told(remote: Any) -> None:
    """The service answers 401 with an empty body; the message must do better."""

    def refuse(request: httpx.Request) -> httpx.Response:
        return httpx.Response(401, headers={"www-authenticate": 'Bearer error="invalid_token"'})

    workspace = remote(refuse, credential="CANARY")
    with pytest.raises(AuthenticationError, match="API key") as caught:
        workspace.targets()
    assert caught.value.status == 401
    assert "CANARY" not in str(caught.value)
    assert workspace.requests == 1
