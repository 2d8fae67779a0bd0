"""Hub: where users of the Kipu Quantum Hub begin."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from pydantic import SecretStr

from qrelay.cloud.account import Account
from qrelay.cloud.clock import Clock, SystemClock
from qrelay.cloud.embedding import EmbeddedCloud, embed
from qrelay.cloud.http import Authorizer, Http
from qrelay.cloud.urls import is_loopback
from qrelay.errors import ConfigurationError
from qrelay.kipu.api import Api
from qrelay.kipu.calls import Calls
from qrelay.kipu.credentials import TOKEN_URL, PasswordFlow, Token, authorizer
from qrelay.kipu.environment import look_around
from qrelay.kipu.service import KipuService

if TYPE_CHECKING:
    import httpx

__all__ = ["BASE_URL", "Hub"]

BASE_URL = "https://api.hub.kipu-quantum.com/quantum"
_LOCAL_URL = "http://127.0.0.1/quantum"
_LOCAL_QUICK = 0.03


class Hub(Account):
    """The Kipu Quantum Hub, in the name of a user or of an organisation.

    Args:
        token: a personal access token or a service's, as text; or a function, synchronous or not, that gives one. It is
            called again when a token is refused.
        client_id, username, password: for the password flow of OAuth 2.0 instead; `token_url` is where it asks.
        organization_id: the organisation that work is done for; None for the user's own.
        base_url: the API's own address, if it is not the real Hub's; only `from_env` reads it from the environment.
        transport: what carries HTTP requests, for an application in this process.
        clock: time, for tests.

    Raises:
        ConfigurationError: something is missing or malformed; it says what to pass.
    """

    def __init__(
        self,
        token: Token | None = None,
        *,
        client_id: str | None = None,
        username: str | None = None,
        password: str | SecretStr | None = None,
        token_url: str | None = None,
        organization_id: str | None = None,
        base_url: str | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
        clock: Clock | None = None,
        **account: Any,
    ) -> None:
        address = _address(BASE_URL if base_url is None else base_url, "base_url", BASE_URL)
        organization = _organization(organization_id)
        clock = clock or SystemClock()
        flow = {"client_id": client_id, "username": username, "password": password}
        proof: Authorizer
        others: tuple[Http, ...] = ()
        if token is not None:
            given = [name for name, value in {**flow, "token_url": token_url}.items() if value is not None]
            if given:
                raise ConfigurationError(f"Pass token=, or {', '.join(flow)}; not token= and {', '.join(given)}.")
            proof = authorizer(token)
        else:
            url = _address(TOKEN_URL if token_url is None else token_url, "token_url", TOKEN_URL)
            http = Http(url, transport=transport, clock=clock)
            proof, others = _signing_in(http, url, flow, clock), (http,)
        api = Api(Calls(Http(address, transport=transport, clock=clock), proof, organization))
        of = f" for organisation {organization}" if organization is not None else ""
        service = KipuService(f"hub {urlsplit(address).netloc}{of}", api, *others)
        account.setdefault("quick", _LOCAL_QUICK if is_loopback(address) else 0.25)
        super().__init__(service, clock=clock, **account)

    @classmethod
    def from_env(cls, **options: Any) -> Self:
        """A Hub from the environment: the token's variables, or the file that `qhubctl login` writes.

        Looked at in this order: KQH_SERVICE_EXECUTION_TOKEN, KQH_PERSONAL_ACCESS_TOKEN, PLANQK_SERVICE_EXECUTION_TOKEN,
        SERVICE_EXECUTION_TOKEN, PLANQK_PERSONAL_ACCESS_TOKEN; the file that KQH_CONFIG_FILE_PATH or
        PLANQK_CONFIG_FILE_PATH names, else ~/.config/qhubctl/config.json; ~/.config/planqk/config.json. The
        organisation is QHUB_ORGANIZATION_ID or the file's; the address QHUB_QUANTUM_BASE_URL.
        """
        found = look_around()
        options.setdefault("organization_id", found.organization_id)
        options.setdefault("base_url", found.base_url)
        return cls(found.token, **options)

    @classmethod
    def local(cls, *, cloud: EmbeddedCloud | None = None, **options: Any) -> Self:
        """A Hub on the embedded cloud in this process: no account, no network. Options are LocalCloud's.

        `cloud` is one that is there already, such as another account's `embedded_cloud`; its owner closes it.
        """
        return embed(
            _local_cloud,
            lambda key, transport, **own: cls(key, base_url=_LOCAL_URL, transport=transport, **own),
            options,
            cloud,
        )

    @property
    def api(self) -> Api:
        """The service itself, one asynchronous method an operation; they run on qrelay's own loop only."""
        service = self.service
        assert isinstance(service, KipuService)
        return service.api


def _signing_in(http: Http, url: str, flow: dict[str, Any], clock: Clock) -> Authorizer:
    client_id, username, password = flow.values()
    missing = [name for name, value in flow.items() if not value]
    if len(missing) == len(flow):
        raise ConfigurationError(
            "There is nothing to sign in with: pass token='…' (a personal access token from the Hub's settings), or "
            "use Hub.from_env() or Hub.local()."
        )
    if not (client_id and username and password):
        raise ConfigurationError(f"To sign in with a password, pass {', '.join(missing)} too; or pass token= instead.")
    secret = password if isinstance(password, SecretStr) else SecretStr(password)
    return PasswordFlow(http, url, client_id, username, secret, clock)


def _organization(given: str | None) -> str | None:
    if given is None:
        return None
    id_ = given.strip()
    if not id_ or not id_.isascii() or not id_.isprintable():
        raise ConfigurationError(
            "organization_id is not an organisation's id. Copy it from the Hub, or leave it out for your own account."
        )
    return id_


def _address(text: str, name: str, example: str) -> str:
    """An address, checked. Raises ConfigurationError without an echo: it may hold a secret in the wrong place."""
    try:
        parts = urlsplit(text.strip())
        sound = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        sound = False
    if not sound or parts.scheme not in ("https", "http") or parts.query or parts.fragment:
        raise ConfigurationError(f"{name} is not an address such as {example}")
    if parts.username is not None or parts.password is not None:
        raise ConfigurationError(f"{name} holds a user name or password; give credentials by token= instead.")
    address = f"{parts.scheme}://{parts.netloc}{parts.path}".rstrip("/")
    if parts.scheme == "http" and not is_loopback(address):
        raise ConfigurationError(
            f"{address} would send credentials in the clear; use https (http is for 127.0.0.1 only)."
        )
    return address


def _local_cloud() -> Callable[..., EmbeddedCloud]:
    from qrelay.local import LocalCloud

    return LocalCloud
