"""Workspace: where users of Azure Quantum begin."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Self

from pydantic import SecretStr

from qrelay.azure.api import Api
from qrelay.azure.blobs import Blobs
from qrelay.azure.connection import Connection, Environment, endpoint_of, parse_connection_string, parse_resource_id
from qrelay.azure.credentials import Credential, authorizer
from qrelay.azure.service import AzureService
from qrelay.cloud.account import Account
from qrelay.cloud.clock import Clock, SystemClock
from qrelay.cloud.embedding import EmbeddedCloud, embed
from qrelay.cloud.http import Http
from qrelay.cloud.urls import is_loopback
from qrelay.errors import ConfigurationError

if TYPE_CHECKING:
    import httpx

__all__ = ["Workspace"]

_LOCAL_SUBSCRIPTION = "00000000-0000-0000-0000-000000000000"
_LOCAL_QUICK = 0.03


class Workspace(Account):
    """An Azure Quantum workspace.

    Args:
        subscription_id, resource_group, name: the workspace; or `resource_id`, which holds all three.
        location: its Azure region; or `endpoint`, the data plane's own address.
        credential: the API key as text, a token credential (azure-identity's, synchronous or not), or None for
            azure-identity's default chain.
        transport: what carries HTTP requests, for an application in this process.
        clock: time, for tests.

    Raises:
        ConfigurationError: something is missing or malformed; it says what to pass.
    """

    def __init__(
        self,
        *,
        subscription_id: str | None = None,
        resource_group: str | None = None,
        name: str | None = None,
        resource_id: str | None = None,
        location: str | None = None,
        endpoint: str | None = None,
        credential: Credential = None,
        transport: httpx.AsyncBaseTransport | None = None,
        clock: Clock | None = None,
        **account: Any,
    ) -> None:
        if resource_id is not None:
            if subscription_id or resource_group or name:
                raise ConfigurationError("Pass resource_id, or subscription_id, resource_group and name; not both.")
            subscription_id, resource_group, name = parse_resource_id(resource_id)
        parts = {"subscription_id": subscription_id, "resource_group": resource_group, "name": name}
        missing = [part for part, value in parts.items() if not value]
        if not (subscription_id and resource_group and name):
            raise ConfigurationError(
                f"The workspace is not named in full: pass {', '.join(missing)} too, or resource_id= (its "
                "overview page shows it), or use Workspace.from_connection_string or Workspace.local()."
            )
        address = endpoint_of(location=location, endpoint=endpoint)
        connection = Connection(subscription_id, resource_group, name, address)
        clock = clock or SystemClock()
        http = Http(
            address,
            transport=transport,
            clock=clock,
            request_id_header="x-ms-client-request-id",
            error_code_header="x-ms-error-code",
        )
        api = Api(http, connection, authorizer(credential, clock))
        service = AzureService(f"workspace {name}", api, Blobs(http))
        account.setdefault("quick", _LOCAL_QUICK if is_loopback(address) else 0.25)
        super().__init__(service, clock=clock, **account)

    @classmethod
    def from_connection_string(cls, text: str, endpoint: str | None = None, **options: Any) -> Self:
        """A workspace from the connection string that its access keys page shows."""
        return cls._from(parse_connection_string(text, endpoint), **options)

    @classmethod
    def from_env(cls, **options: Any) -> Self:
        """A workspace from AZURE_QUANTUM_CONNECTION_STRING, or from the other AZURE_QUANTUM_* variables."""
        found = Environment()
        if found.connection_string is not None:
            return cls.from_connection_string(found.connection_string.get_secret_value(), **options)
        placed = options.get("endpoint") is not None or options.get("location") is not None
        if not placed:
            options["location"] = found.location
        missing = found.missing(placed=placed)
        if missing:
            raise ConfigurationError(
                "The environment does not name a workspace: set AZURE_QUANTUM_CONNECTION_STRING, or "
                f"{', '.join(missing)}."
            )
        return cls(
            subscription_id=found.subscription_id, resource_group=found.resource_group, name=found.name, **options
        )  # fmt: skip

    @classmethod
    def local(cls, *, cloud: EmbeddedCloud | None = None, **options: Any) -> Self:
        """A workspace on the embedded cloud in this process: no account, no network. Options are LocalCloud's.

        `cloud` is one that is there already, such as another account's `embedded_cloud`; its owner closes it.
        """
        return embed(
            _local_cloud,
            lambda key, transport, **own: cls(
                subscription_id=_LOCAL_SUBSCRIPTION,
                resource_group="local",
                name="local",
                endpoint="http://127.0.0.1",
                credential=key,
                transport=transport,
                **own,
            ),
            options,
            cloud,
        )

    @classmethod
    def _from(cls, connection: Connection, **options: Any) -> Self:
        key: SecretStr | None = connection.api_key
        options.setdefault("credential", key)
        return cls(
            subscription_id=connection.subscription_id,
            resource_group=connection.resource_group,
            name=connection.name,
            endpoint=connection.endpoint,
            **options,
        )

    @property
    def api(self) -> Api:
        """The service itself, one asynchronous method an operation; they run on qrelay's own loop only."""
        service = self.service
        assert isinstance(service, AzureService)
        return service.api


def _local_cloud() -> Callable[..., EmbeddedCloud]:
    from qrelay.local import LocalCloud

    return LocalCloud
