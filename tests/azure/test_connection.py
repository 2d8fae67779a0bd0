"""Naming a workspace: connection strings, the environment, resource ids, endpoints."""

from __future__ import annotations

import pytest

from qrelay.azure import Workspace
from qrelay.azure.connection import Environment, endpoint_of, parse_connection_string, parse_resource_id
from qrelay.errors import ConfigurationError

PARTS = {
    "SubscriptionId": "11111111-2222-3333-4444-555555555555",
    "ResourceGroupName": "my group",
    "WorkspaceName": "ws",
    "ApiKey": "CANARY-key==",
    "QuantumEndpoint": "https://eastus.quantum.azure.com/",
}


def _text(**changes: str | None) -> str:
    return ";".join(f"{name}={value}" for name, value in {**PARTS, **changes}.items() if value is not None) + ";"


def test_a_connection_string_is_read_whole() -> None:
    found = parse_connection_string(_text())
    assert found.api_key is not None
    assert found.api_key.get_secret_value() == "CANARY-key=="
    assert found.base == (
        "https://eastus.quantum.azure.com/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/my%20group"
        "/providers/Microsoft.Quantum/workspaces/ws"
    )
    assert "CANARY" not in repr(found)


def test_names_are_read_without_case_order_or_spaces() -> None:
    text = " ; ".join(f"{name.upper()} = {value}" for name, value in reversed(PARTS.items()))
    assert parse_connection_string(text) == parse_connection_string(_text())


@pytest.mark.parametrize("missing", list(PARTS))
@pytest.mark.parametrize("how", [None, "", "  "])
def test_what_is_missing_is_named_and_the_key_is_not(missing: str, how: str | None) -> None:
    """A message with the key in it ends in a log, and the log in a ticket."""
    with pytest.raises(ConfigurationError, match=missing) as caught:
        parse_connection_string(_text(**{missing: how}))
    assert "CANARY" not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    "text", ["", "CANARY", "CANARY;x", "ApiKey=CANARY;ApiKey=CANARY", _text(QuantumEndpoint="CANARY"), "=;=CANARY;"]
)
def test_malformed_strings_are_refused_without_an_echo(text: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Workspace.from_connection_string(text)
    assert "CANARY" not in str(caught.value)


def test_an_endpoint_of_ones_own_replaces_the_strings() -> None:
    found = parse_connection_string(_text(QuantumEndpoint=None), "http://127.0.0.1:8080/")
    assert found.endpoint == "http://127.0.0.1:8080"


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://eastus.quantum.azure.com",
        "http://10.1.2.3",
        "ftp://127.0.0.1",
        "https://user:CANARY@host.example",
        "https://host.example/path",
        "https://host.example?x=CANARY",
        "https://host.example:port",
        "host.example",
        "https://",
    ],
)
def test_unsafe_and_malformed_endpoints_are_refused(endpoint: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        endpoint_of(endpoint=endpoint)
    assert "CANARY" not in str(caught.value)


def test_locations() -> None:
    assert endpoint_of(location="West Europe") == "https://westeurope.quantum.azure.com"
    for wrong in ("", "east.us", "evil.org/", "a@b"):
        with pytest.raises(ConfigurationError):
            endpoint_of(location=wrong)
    with pytest.raises(ConfigurationError, match="location="):
        endpoint_of()


def test_resource_ids() -> None:
    id_ = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Quantum/Workspaces/w"
    assert parse_resource_id(id_) == ("s", "g", "w")
    assert parse_resource_id(id_.lower() + "/") == ("s", "g", "w")
    for wrong in ("", "w", id_ + "/jobs", id_.replace("Quantum", "Storage")):
        with pytest.raises(ConfigurationError, match="Its form is"):
            parse_resource_id(wrong)


def test_an_incomplete_workspace_says_what_to_pass() -> None:
    with pytest.raises(ConfigurationError, match="subscription_id, resource_group"):
        Workspace(name="ws")
    with pytest.raises(ConfigurationError, match="location="):
        Workspace(resource_id="/subscriptions/s/resourceGroups/g/providers/Microsoft.Quantum/Workspaces/w")
    with pytest.raises(ConfigurationError, match="not both"):
        Workspace(name="w", resource_id="/subscriptions/s/resourceGroups/g/providers/Microsoft.Quantum/Workspaces/w")


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in ("SUBSCRIPTION_ID", "WORKSPACE_RG", "WORKSPACE_NAME", "WORKSPACE_LOCATION", "CONNECTION_STRING"):
        monkeypatch.delenv(f"AZURE_QUANTUM_{name}", raising=False)
    for name in ("SUBSCRIPTION_ID", "RESOURCE_GROUP", "LOCATION"):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


def test_the_environments_connection_string(bare: pytest.MonkeyPatch) -> None:
    bare.setenv("AZURE_QUANTUM_CONNECTION_STRING", _text())
    with Workspace.from_env() as workspace:
        assert repr(workspace) == "Workspace(workspace ws)"


def test_the_environments_single_variables_and_their_fallbacks(bare: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigurationError, match="AZURE_QUANTUM_CONNECTION_STRING") as caught:
        Workspace.from_env()
    assert "AZURE_QUANTUM_WORKSPACE_LOCATION" in str(caught.value)
    bare.setenv("SUBSCRIPTION_ID", "s")
    bare.setenv("AZURE_QUANTUM_WORKSPACE_RG", "g")
    bare.setenv("AZURE_QUANTUM_WORKSPACE_NAME", "w")
    bare.setenv("AZURE_QUANTUM_WORKSPACE_LOCATION", "")  # empty is absent
    with pytest.raises(ConfigurationError, match="AZURE_QUANTUM_WORKSPACE_LOCATION"):
        Workspace.from_env()
    bare.setenv("LOCATION", "eastus")
    with Workspace.from_env(credential="k") as workspace:
        assert workspace.service.name == "workspace w"
    for general in ("SUBSCRIPTION_ID", "RESOURCE_GROUP", "LOCATION"):  # other tools' words: ours come first
        bare.setenv(general, "another")
    bare.setenv("AZURE_QUANTUM_SUBSCRIPTION_ID", "s")
    bare.setenv("AZURE_QUANTUM_WORKSPACE_LOCATION", "eastus")
    found = Environment()
    assert (found.subscription_id, found.resource_group, found.location) == ("s", "g", "eastus")


def test_a_location_given_beside_the_environment_is_taken(bare: pytest.MonkeyPatch) -> None:
    """The environment's replaced it without a word; and without one there, the location was called missing."""
    for name in ("SUBSCRIPTION_ID", "WORKSPACE_RG", "WORKSPACE_NAME"):
        bare.setenv(f"AZURE_QUANTUM_{name}", "x")
    for elsewhere in ("", "eastus"):
        bare.setenv("AZURE_QUANTUM_WORKSPACE_LOCATION", elsewhere)
        with Workspace.from_env(credential="k", location="westus") as workspace:
            assert workspace.api.http.home == "https://westus.quantum.azure.com"
        with Workspace.from_env(credential="k", endpoint="http://127.0.0.1:8080") as workspace:
            assert workspace.api.http.home == "http://127.0.0.1:8080"
