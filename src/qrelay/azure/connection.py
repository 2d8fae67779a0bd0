"""Which workspace, where, and with what key: connection strings, the environment, resource ids."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from pydantic import AliasChoices, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from qrelay.cloud.urls import is_loopback
from qrelay.errors import ConfigurationError

__all__ = [
    "Connection",
    "Environment",
    "endpoint_of",
    "named_in_environment",
    "parse_connection_string",
    "parse_resource_id",
]

_PARTS = {
    "subscriptionid": "SubscriptionId",
    "resourcegroupname": "ResourceGroupName",
    "workspacename": "WorkspaceName",
    "apikey": "ApiKey",
    "quantumendpoint": "QuantumEndpoint",
}
_FORM = (
    "SubscriptionId=<guid>;ResourceGroupName=<group>;WorkspaceName=<name>;ApiKey=<key>;"
    "QuantumEndpoint=https://<location>.quantum.azure.com/;"
)
_RESOURCE_ID = re.compile(
    r"/subscriptions/(?P<subscription>[^/]+)/resourceGroups/(?P<group>[^/]+)"
    r"/providers/Microsoft\.Quantum/workspaces/(?P<name>[^/]+)/?",
    re.IGNORECASE,
)
_LOCATION = re.compile(r"[a-z][a-z0-9-]*")


@dataclass(frozen=True, slots=True)
class Connection:
    """A workspace's coordinates."""

    subscription_id: str
    resource_group: str
    name: str
    endpoint: str
    api_key: SecretStr | None = None

    @property
    def base(self) -> str:
        """The address under which the workspace's operations lie."""
        return (
            f"{self.endpoint}/subscriptions/{quote(self.subscription_id, safe='')}"
            f"/resourceGroups/{quote(self.resource_group, safe='')}"
            f"/providers/Microsoft.Quantum/workspaces/{quote(self.name, safe='')}"
        )


def parse_connection_string(text: str, endpoint: str | None = None) -> Connection:
    """Read a connection string; `endpoint` replaces the one in it.

    Raises ConfigurationError, naming what is missing and never what was given.
    """
    if not isinstance(text, str):
        raise ConfigurationError(f"A connection string is text, not {type(text).__name__}. Its form is {_FORM}")
    parts: dict[str, str] = {}
    for position, piece in enumerate((piece for piece in text.strip().split(";") if piece.strip()), start=1):
        name, equals, value = piece.partition("=")
        key = name.strip().lower()
        if not equals:
            raise ConfigurationError(f"Part {position} of the connection string has no '='. Its form is {_FORM}")
        if key in parts:
            raise ConfigurationError(f"The connection string gives {_PARTS.get(key, 'one part')} twice.")
        parts[key] = value.strip()
    needed = [key for key in _PARTS if not (key == "quantumendpoint" and endpoint)]
    missing = [_PARTS[key] for key in needed if not parts.get(key)]
    if missing:
        raise ConfigurationError(
            f"The connection string lacks {', '.join(missing)}. Copy it again from the workspace's access keys; "
            f"its form is {_FORM}"
        )
    return Connection(
        parts["subscriptionid"],
        parts["resourcegroupname"],
        parts["workspacename"],
        endpoint_of(endpoint=endpoint or parts["quantumendpoint"]),
        SecretStr(parts["apikey"]),
    )


def parse_resource_id(resource_id: str) -> tuple[str, str, str]:
    """Subscription, resource group and name from a workspace's resource id."""
    match = _RESOURCE_ID.fullmatch(resource_id.strip())
    if match is None:
        raise ConfigurationError(
            "The resource id is not a quantum workspace's. Its form is /subscriptions/<guid>/resourceGroups/<group>"
            "/providers/Microsoft.Quantum/Workspaces/<name>"
        )
    return match["subscription"], match["group"], match["name"]


def endpoint_of(*, location: str | None = None, endpoint: str | None = None) -> str:
    """The data plane's address, from itself or from the workspace's location.

    Raises ConfigurationError if neither is given, or if the address is not https (http is for 127.0.0.1 only).
    """
    if endpoint is not None:
        try:
            parts = urlsplit(endpoint.strip())
            port = parts.port
        except ValueError:
            raise ConfigurationError(
                "The endpoint is not an address such as https://eastus.quantum.azure.com"
            ) from None
        if (
            parts.scheme not in ("https", "http")
            or not parts.hostname
            or parts.query
            or parts.fragment
            or parts.path.strip("/")
        ):
            raise ConfigurationError("The endpoint is not an address such as https://eastus.quantum.azure.com")
        if parts.username is not None or parts.password is not None:
            raise ConfigurationError(
                "The endpoint holds a user name or password; give credentials by credential= instead."
            )
        host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
        address = f"{parts.scheme}://{host}" + (f":{port}" if port is not None else "")
        if parts.scheme == "http" and not is_loopback(address):
            raise ConfigurationError(
                f"{address} would send credentials in the clear; use https (http is for 127.0.0.1 only)."
            )
        return address
    if location is None:
        raise ConfigurationError(
            "Where the workspace lies is not known. Pass location='eastus' (its Azure region) or "
            "endpoint='https://eastus.quantum.azure.com' (its overview page shows both)."
        )
    region = location.replace(" ", "").lower()
    if not _LOCATION.fullmatch(region):
        raise ConfigurationError(f"{location!r} is no Azure region; its name looks like 'eastus' or 'West Europe'.")
    return f"https://{region}.quantum.azure.com"


class Environment(BaseSettings):
    """What the environment says about a workspace. Empty variables count as absent."""

    model_config = SettingsConfigDict(env_ignore_empty=True, hide_input_in_errors=True, extra="ignore")

    connection_string: SecretStr | None = Field(default=None, validation_alias="AZURE_QUANTUM_CONNECTION_STRING")
    subscription_id: str | None = Field(
        default=None, validation_alias=AliasChoices("AZURE_QUANTUM_SUBSCRIPTION_ID", "SUBSCRIPTION_ID")
    )
    resource_group: str | None = Field(
        default=None, validation_alias=AliasChoices("AZURE_QUANTUM_WORKSPACE_RG", "RESOURCE_GROUP")
    )
    name: str | None = Field(default=None, validation_alias="AZURE_QUANTUM_WORKSPACE_NAME")
    location: str | None = Field(
        default=None, validation_alias=AliasChoices("AZURE_QUANTUM_WORKSPACE_LOCATION", "LOCATION")
    )

    def missing(self, *, placed: bool) -> list[str]:
        """Variables to set where there is no connection string; `placed` if the caller says where the workspace is."""
        wanted = {
            "AZURE_QUANTUM_SUBSCRIPTION_ID": self.subscription_id,
            "AZURE_QUANTUM_WORKSPACE_RG": self.resource_group,
            "AZURE_QUANTUM_WORKSPACE_NAME": self.name,
            "AZURE_QUANTUM_WORKSPACE_LOCATION": self.location or placed,
        }
        return [name for name, value in wanted.items() if not value]


def named_in_environment() -> bool:
    """Whether the environment says anything about a workspace, be it incomplete.

    Only the names that are Azure Quantum's own count: without one of them there is no workspace, and others, such as
    LOCATION, may be there for other reasons.
    """
    return any(name.upper().startswith("AZURE_QUANTUM_") and value for name, value in os.environ.items())
