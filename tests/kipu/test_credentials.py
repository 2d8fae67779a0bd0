"""Tokens, functions that give tokens, and the password flow: asked as seldom as possible, sent nowhere else."""

from __future__ import annotations

import asyncio
import pickle
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest
from pydantic import SecretStr

from qrelay.errors import AuthenticationError, ConfigurationError, ServiceUnavailable
from qrelay.kipu import Hub
from qrelay.kipu.credentials import TOKEN_URL

_FLOW = {"client_id": "cli", "username": "ada", "password": "CANARY-password"}


class Service:
    """Backends for those who show a token that is good; the list of what was shown."""

    def __init__(self, *good: str) -> None:
        self.good = set(good)
        self.shown: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        token = request.headers.get("x-auth-token") or request.headers.get("authorization", "").removeprefix("Bearer ")
        self.shown.append(token)
        return httpx.Response(200, json=[]) if token in self.good else httpx.Response(401, json={"title": "no"})


@pytest.mark.parametrize("token", ["one", SecretStr("one"), " one\n"])
def test_a_token_is_shown_as_it_is(remote: Callable[..., Hub], token: Any) -> None:
    service = Service("one")
    remote(service, token=token).targets()
    assert service.shown == ["one"]


def test_a_refused_token_is_not_shown_again(remote: Callable[..., Hub]) -> None:
    service = Service()
    with pytest.raises(AuthenticationError, match="token"):
        remote(service, token="CANARY").targets()
    assert service.shown == ["CANARY"]


@pytest.mark.parametrize("kind", ["plain", "secret", "async", "partly async"])
def test_a_function_is_asked_once_and_again_after_a_refusal(remote: Callable[..., Hub], kind: str) -> None:
    """A token of one hour, and a loop of a day."""
    service, asked = Service("t1"), []

    def give() -> Any:
        asked.append(1)
        token = f"t{len(asked)}"
        return SecretStr(token) if kind == "secret" else token

    async def give_later() -> Any:
        await asyncio.sleep(0)
        return give()

    def give_a_promise() -> Any:
        return give_later()

    function = {"async": give_later, "partly async": give_a_promise}.get(kind, give)
    hub = remote(service, token=function)
    hub.targets()
    hub.targets(refresh=True)
    assert (service.shown, len(asked)) == (["t1", "t1"], 1)
    service.good = {"t2"}
    hub.targets(refresh=True)
    assert (service.shown[2:], len(asked)) == (["t1", "t2"], 2)
    service.good = set()
    with pytest.raises(AuthenticationError):
        hub.targets(refresh=True)
    assert (service.shown[4:], len(asked)) == (["t2", "t3"], 3)


def test_requests_side_by_side_share_one_new_token(remote: Callable[..., Hub]) -> None:
    """Twenty requests refused together must not ask the function twenty times."""
    service, asked = Service("t2"), []

    async def give() -> str:
        asked.append(1)
        await asyncio.sleep(0.01)
        return f"t{len(asked)}"

    hub = remote(service, token=give)

    async def main() -> None:
        await asyncio.gather(*(hub.api.get_backends() for _ in range(20)))

    from qrelay.cloud import loop

    loop.call(main)
    assert len(asked) == 2


@pytest.mark.parametrize("given", [None, "", 7, b"x", "line\nbreak", "ünsendable"])
def test_a_function_that_gives_no_token(remote: Callable[..., Hub], given: Any) -> None:
    with pytest.raises(AuthenticationError, match="no token"):
        remote(Service(), token=lambda: given).targets()


def test_a_function_that_fails_is_named_and_not_quoted(remote: Callable[..., Hub]) -> None:
    def give() -> str:
        if asked:
            raise RuntimeError("CANARY in an error")
        asked.append(1)
        return "t1"

    asked: list[int] = []
    service = Service("t1")
    hub = remote(service, token=give)
    hub.targets()
    service.good = set()
    with pytest.raises(AuthenticationError, match="RuntimeError") as caught:
        hub.targets(refresh=True)
    assert isinstance(caught.value, ServiceUnavailable), "it has given tokens: whoever waits for a job may wait on"
    assert "CANARY" not in str(caught.value)
    with pytest.raises(AuthenticationError) as caught:
        remote(service, token=give).targets()
    assert not isinstance(caught.value, ServiceUnavailable)


class Login:
    """The Hub and its login, in one function. Tokens are numbered; `life` is what they live for."""

    def __init__(self, life: Any = 300, refresh: bool = True, url: str = TOKEN_URL) -> None:
        self.life, self.refresh, self.url = life, refresh, url
        self.grants: list[dict[str, list[str]]] = []
        self.shown: list[str] = []
        self.refused: list[str] = []
        self.answer: httpx.Response | None = None

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.host == httpx.URL(self.url).host and request.method == "POST":
            assert "x-auth-token" not in request.headers
            assert "authorization" not in request.headers
            assert "x-organizationid" not in request.headers
            form = parse_qs(request.content.decode())
            self.grants.append(form)
            kind = form["grant_type"][0]
            if self.answer is not None:
                return self.answer
            if kind in self.refused:
                return httpx.Response(400, json={"error": "invalid_grant", "error_description": "CANARY quoted"})
            number = len(self.grants)
            said = {"access_token": f"access-{number}", "expires_in": self.life, "token_type": "Bearer"}
            return httpx.Response(200, json=said | ({"refresh_token": f"refresh-{number}"} if self.refresh else {}))
        assert b"CANARY" not in request.content
        self.shown.append(request.headers["authorization"])
        return httpx.Response(200, json=[])

    @property
    def kinds(self) -> list[str]:
        return [form["grant_type"][0] for form in self.grants]


def test_the_password_flow(remote: Callable[..., Hub], clock: Any) -> None:
    """A day of work with tokens of five minutes: renewed when due, by refresh token, without the password."""
    login = Login()
    hub = remote(login, **_FLOW)
    hub.targets()
    assert login.grants[0] == {
        "grant_type": ["password"], "username": ["ada"], "password": ["CANARY-password"], "client_id": ["cli"],
        "scope": ["profile"],
    }  # fmt: skip
    hub.targets(refresh=True)
    assert login.kinds == ["password"]
    for hour in range(24):
        clock.elapsed += 3600
        hub.targets(refresh=True)
        assert login.grants[-1]["refresh_token"] == [f"refresh-{hour + 1}"]
        assert login.shown[-1] == f"Bearer access-{hour + 2}"
    assert login.kinds == ["password"] + ["refresh_token"] * 24
    assert hub.requests == len(login.grants) + len(login.shown)


def test_a_spent_refresh_token_leads_back_to_the_password(remote: Callable[..., Hub], clock: Any) -> None:
    login = Login()
    hub = remote(login, **_FLOW)
    hub.targets()
    login.refused = ["refresh_token"]
    clock.elapsed = 271.0
    hub.targets(refresh=True)
    assert login.kinds == ["password", "refresh_token", "password"]
    login.refused = ["refresh_token", "password"]
    clock.elapsed += 300.0
    with pytest.raises(AuthenticationError, match="invalid_grant") as caught:
        hub.targets(refresh=True)
    assert "CANARY" not in f"{caught.value}{caught.value.__dict__}"


@pytest.mark.parametrize("life", [None, "soon", 0, -5, 10])
def test_tokens_of_odd_lives_are_used_more_than_once(remote: Callable[..., Hub], life: Any) -> None:
    login = Login(life=life, refresh=False)
    hub = remote(login, **_FLOW)
    for _ in range(3):
        hub.targets(refresh=True)
    assert login.kinds == ["password"]


@pytest.mark.parametrize(
    "answer",
    [httpx.Response(200, json={}), httpx.Response(200, text="<html>"), httpx.Response(401, json=[]),
     httpx.Response(400, json={"error": "CANARY=x", "error_description": "CANARY"}),
     httpx.Response(200, json={"access_token": "a\nb"})],
)  # fmt: skip
def test_a_login_that_gives_no_token(remote: Callable[..., Hub], answer: httpx.Response) -> None:
    login = Login()
    login.answer = answer
    with pytest.raises(AuthenticationError, match=r"login\.hub") as caught:
        remote(login, **_FLOW).targets()
    assert "CANARY" not in str(caught.value)


def test_another_login_is_asked_where_it_is(remote: Callable[..., Hub]) -> None:
    login = Login(url="https://sso.example/token")
    remote(login, **_FLOW, token_url="https://sso.example/token").targets()
    assert login.kinds == ["password"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({}, "token="),
        ({"token": ""}, "empty"),
        ({"token": 7}, "int"),
        ({"token": "a b\nc"}, "characters"),
        ({"token": "t", "client_id": "c"}, "not token= and client_id"),
        ({"client_id": "c"}, "username, password"),
        ({"client_id": "c", "username": "u", "password": ""}, "password"),
        ({**_FLOW, "token_url": "http://login.example/token"}, "https"),
        ({**_FLOW, "token_url": "login"}, "token_url"),
        ({"token": "t", "base_url": "http://hub.example"}, "https"),
        ({"token": "t", "base_url": "https://me:CANARY@hub.example"}, "user name"),
        ({"token": "t", "base_url": "https://hub.example?key=CANARY"}, "base_url"),
        ({"token": "t", "base_url": "nonsense"}, "base_url"),
        ({"token": "t", "base_url": "https://[bad"}, "base_url"),
        ({"token": "t", "organization_id": " "}, "organization_id"),
        ({"token": "t", "organization_id": "a\nb"}, "organization_id"),
    ],
)
def test_what_cannot_work_is_said_before_any_request(options: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigurationError, match=said) as caught:
        Hub(**options)
    assert "CANARY" not in str(caught.value)


@pytest.mark.parametrize("options", [{"token": "CANARY"}, {"token": lambda: "CANARY"}, _FLOW])
def test_p36_accounts_and_credentials_do_not_travel(remote: Callable[..., Hub], options: dict[str, Any]) -> None:
    """A pickled SecretStr holds its secret."""
    hub = remote(Service("CANARY"), **options)
    proof = hub.api._calls._authorizer
    for secret in (hub, proof):
        with pytest.raises(TypeError, match="travel"):
            pickle.dumps(secret)
        assert "CANARY" not in repr(secret)
