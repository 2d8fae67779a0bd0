"""Where Hub.from_env looks, and in which order."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import httpx
import pytest

from qrelay.cloud import loop
from qrelay.errors import ConfigurationError
from qrelay.kipu import Hub
from qrelay.kipu.environment import look_around, named_in_environment

_TOKENS = [
    "KQH_SERVICE_EXECUTION_TOKEN",
    "KQH_PERSONAL_ACCESS_TOKEN",
    "PLANQK_SERVICE_EXECUTION_TOKEN",
    "SERVICE_EXECUTION_TOKEN",
    "PLANQK_PERSONAL_ACCESS_TOKEN",
]
_OTHERS = ["KQH_CONFIG_FILE_PATH", "PLANQK_CONFIG_FILE_PATH", "QHUB_ORGANIZATION_ID", "QHUB_QUANTUM_BASE_URL"]


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    for name in (*_TOKENS, *_OTHERS):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


def _write(path: Path, document: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(document if isinstance(document, str) else json.dumps(document))
    return path


def _present(home: Path) -> Path:
    return home / ".config" / "qhubctl" / "config.json"


def _old(home: Path) -> Path:
    return home / ".config" / "planqk" / "config.json"


def test_variables_in_their_order_and_before_files(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    """The wrong one of two tokens: work is done, and paid, in somebody else's name."""
    _write(_present(home), {"auth": {"value": "of-the-file"}})
    for index, name in enumerate(_TOKENS):
        monkeypatch.setenv(name, f"token-{index}")
    for index, name in enumerate(_TOKENS):
        found = look_around()
        assert (found.token.get_secret_value(), found.source) == (f"token-{index}", name)
        monkeypatch.setenv(name, "")  # an empty variable is none
    assert look_around().token.get_secret_value() == "of-the-file"


def test_files_in_their_order(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    _write(_old(home), {"auth": {"value": "old"}})
    assert look_around().token.get_secret_value() == "old"
    _write(_present(home), {"auth": {"value": "present"}})
    assert look_around().token.get_secret_value() == "present"
    monkeypatch.setenv("PLANQK_CONFIG_FILE_PATH", str(_write(home / "b.json", {"auth": {"value": "b"}})))
    assert look_around().token.get_secret_value() == "b"
    monkeypatch.setenv("KQH_CONFIG_FILE_PATH", str(_write(home / "a.json", {"auth": {"value": "a"}})))
    assert look_around().token.get_secret_value() == "a"
    monkeypatch.setenv("KQH_CONFIG_FILE_PATH", str(home / "nowhere.json"))
    assert look_around().token.get_secret_value() == "old", "as the vendor's SDK has it"


def test_nothing_names_everything_that_was_looked_for(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    monkeypatch.setenv("KQH_CONFIG_FILE_PATH", str(home / "mine.json"))
    with pytest.raises(ConfigurationError) as caught:
        Hub.from_env()
    for word in (*_TOKENS, str(home / "mine.json"), str(_old(home)), "token="):
        assert word in str(caught.value)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('{"auth": {"value": "CANARY', "not the JSON file"), ("[]", "not the JSON file"), ("", "not the JSON file"),
        ("{}", "auth.value"), ('{"auth": null}', "auth.value"), ('{"auth": {"value": 7}}', "auth.value"),
        ('{"auth": {"value": " "}}', "auth.value"), ('{"auth": "CANARY"}', "auth.value"),
    ],
)  # fmt: skip
def test_a_malformed_file_is_named_and_not_quoted(home: Path, content: str, said: str) -> None:
    """JSONDecodeError alone: which file, and what to do? And its text holds the token."""
    path = _write(_present(home), content)
    _write(_old(home), {"auth": {"value": "of somebody else"}})
    with pytest.raises(ConfigurationError, match=said) as caught:
        look_around()
    assert str(path) in str(caught.value)
    assert "CANARY" not in f"{caught.value!r}{caught.value.__dict__}{caught.value.__context__!r}"


def test_a_file_in_another_encoding_is_malformed(home: Path) -> None:
    _present(home).parent.mkdir(parents=True)
    _present(home).write_bytes(b'{"auth": {"value": "\xff"}}')
    with pytest.raises(ConfigurationError, match=r"qhubctl"):
        look_around()


@pytest.mark.parametrize(
    ("context", "organization"),
    [
        ({"id": "org-1", "displayName": "Us", "isOrganization": True}, "org-1"),
        ({"id": "user-1", "displayName": "Me", "isOrganization": False}, None),
        (None, None),
    ],
)
def test_the_organisation_of_the_file(
    monkeypatch: pytest.MonkeyPatch, home: Path, context: Any, organization: str | None
) -> None:
    _write(_present(home), {"auth": {"value": "t"}, "context": context})
    assert look_around().organization_id == organization
    monkeypatch.setenv("KQH_PERSONAL_ACCESS_TOKEN", "of the variable")
    assert look_around().organization_id == organization, "the token's variable says nothing of the organisation"
    monkeypatch.setenv("QHUB_ORGANIZATION_ID", "org-2")
    assert look_around().organization_id == "org-2"


def test_an_organisation_without_an_id_is_refused(home: Path) -> None:
    """Left out silently, an organisation's work would be done, and paid, by the user."""
    path = _write(_present(home), {"auth": {"value": "t"}, "context": {"isOrganization": True}})
    with pytest.raises(ConfigurationError, match="QHUB_ORGANIZATION_ID") as caught:
        look_around()
    assert str(path) in str(caught.value)


def test_all_of_it_reaches_the_wire(monkeypatch: pytest.MonkeyPatch, clock: Any) -> None:
    seen: list[httpx.Request] = []

    def serve(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json=[])

    monkeypatch.setenv("KQH_PERSONAL_ACCESS_TOKEN", "the-token")
    monkeypatch.setenv("QHUB_ORGANIZATION_ID", "org-9")
    monkeypatch.setenv("QHUB_QUANTUM_BASE_URL", "http://127.0.0.1:9/quantum/")
    with Hub.from_env(transport=httpx.MockTransport(serve), clock=clock) as hub:
        hub.targets()
        assert "org-9" in repr(hub)
        assert "the-token" not in repr(hub)
    with Hub.from_env(
        transport=httpx.MockTransport(serve), clock=clock, base_url="https://hub.example", organization_id="other"
    ) as hub:
        loop.call(hub.api.get_backends)
    first, second = seen
    assert str(first.url) == "http://127.0.0.1:9/quantum/backends"
    assert (first.headers["x-auth-token"], first.headers["x-organizationid"]) == ("the-token", "org-9")
    assert (str(second.url), second.headers["x-organizationid"]) == ("https://hub.example/backends", "other")


def test_whether_the_environment_names_a_hub(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    assert not named_in_environment()
    monkeypatch.setenv("SERVICE_EXECUTION_TOKEN", "of something else")
    assert not named_in_environment()
    monkeypatch.setenv("QHUB_ORGANIZATION_ID", "org")
    assert named_in_environment()
    monkeypatch.delenv("QHUB_ORGANIZATION_ID")
    _write(_old(home), {})
    assert named_in_environment()


def test_a_machine_without_a_home_needs_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """A container that runs under a number without a name: the token is in its variable, and looking for a file that
    nobody needs broke it."""

    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", homeless)
    assert named_in_environment() is False
    with pytest.raises(ConfigurationError, match="KQH_PERSONAL_ACCESS_TOKEN"):
        look_around()
    monkeypatch.setenv("KQH_PERSONAL_ACCESS_TOKEN", "t")
    found = look_around()
    assert (found.token.get_secret_value(), found.organization_id) == ("t", None)


def test_a_folder_that_may_not_be_looked_into_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """It came out as a bare PermissionError, also where the token was in its variable."""
    monkeypatch.setenv("KQH_CONFIG_FILE_PATH", str(tmp_path / "config.json"))
    real = os.stat

    def stat(path: Any, *args: Any, **kwargs: Any) -> Any:
        if str(path).endswith("config.json"):
            raise PermissionError(13, "Permission denied", str(path))
        return real(path, *args, **kwargs)

    monkeypatch.setattr(os, "stat", stat)
    with pytest.raises(ConfigurationError, match="cannot be read"):
        look_around()
    assert named_in_environment() is True
