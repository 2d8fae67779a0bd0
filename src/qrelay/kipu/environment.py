"""What the environment says about a Hub: variables, then the files that the Hub's command line writes.

Names and their order are the ones that the vendor's SDK reads (qhub-quantum 1.18.1).
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from qrelay.errors import ConfigurationError

__all__ = ["Found", "look_around", "named_in_environment"]

_TOKENS = (
    "KQH_SERVICE_EXECUTION_TOKEN",
    "KQH_PERSONAL_ACCESS_TOKEN",
    "PLANQK_SERVICE_EXECUTION_TOKEN",
    "SERVICE_EXECUTION_TOKEN",
    "PLANQK_PERSONAL_ACCESS_TOKEN",
)
_FILES = ("KQH_CONFIG_FILE_PATH", "PLANQK_CONFIG_FILE_PATH")
_ORGANIZATION = "QHUB_ORGANIZATION_ID"
_BASE_URL = "QHUB_QUANTUM_BASE_URL"
_OWN = ("KQH_", "PLANQK_", "QHUB_")


@dataclass(frozen=True, slots=True)
class Found:
    """What was found; `source` says where the token came from."""

    token: SecretStr
    source: str
    organization_id: str | None = None
    base_url: str | None = None


def look_around() -> Found:
    """The token, the organisation and the address that the environment names. Empty variables count as absent.

    Raises ConfigurationError if there is no token, naming every place looked at, or if a file is not what it should be.
    """
    base_url = os.environ.get(_BASE_URL) or None
    organization = os.environ.get(_ORGANIZATION) or None
    variable = next((name for name in _TOKENS if os.environ.get(name, "").strip()), None)
    if variable is not None:
        if organization is None:
            organization = _organization(_first_file())
        return Found(SecretStr(os.environ[variable]), variable, organization, base_url)
    file = _first_file()
    if file is None:
        places = " or ".join(map(str, _files())) or "of the command line, for want of a home"
        raise ConfigurationError(
            f"There is no token for the Hub: none of {', '.join(_TOKENS)} is set, and there is no file "
            f"{places}. Set KQH_PERSONAL_ACCESS_TOKEN, sign in with `qhubctl login`, or pass Hub(token=…)."
        )
    token = _inside(_read(file), "auth", "value")
    if not isinstance(token, str) or not token.strip():
        raise ConfigurationError(
            f"{file} holds no token (auth.value). Sign in again with `qhubctl login`, or set KQH_PERSONAL_ACCESS_TOKEN."
        )
    return Found(SecretStr(token), str(file), organization or _organization(file), base_url)


def named_in_environment() -> bool:
    """Whether the environment says anything about a Hub, be it incomplete, or somebody has signed in on this machine.

    Only names that are the Hub's own count; others, such as SERVICE_EXECUTION_TOKEN, may be there for other reasons.
    """
    named = any(name.upper().startswith(_OWN) and value for name, value in os.environ.items())
    return named or _first_file() is not None


def _files() -> list[Path]:
    """Where to look: the file that a variable names or the present command line's own, then the old one's."""
    named = next((os.environ[name] for name in _FILES if os.environ.get(name)), None)
    bases: list[Path] = []
    with suppress(RuntimeError):  # a user without a home, as containers have
        if sys.platform == "win32":
            bases = [Path(os.environ.get("LOCALAPPDATA") or Path.home())]
        else:
            bases = [Path.home() / ".config"]
    present = [Path(named)] if named else [base / "qhubctl" / "config.json" for base in bases]
    return list(dict.fromkeys([*present, *(base / "planqk" / "config.json" for base in bases)]))


def _first_file() -> Path | None:
    return next((path for path in _files() if _may_be_there(path)), None)


def _may_be_there(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # in a folder that is closed to us: reading it will say so
        return True


def _organization(file: Path | None) -> str | None:
    """The organisation that the command line works for; None for a person's own context, or none."""
    if file is None:
        return None
    document = _read(file)
    if _inside(document, "context", "isOrganization") is not True:
        return None
    id_ = _inside(document, "context", "id")
    if not isinstance(id_, str) or not id_.strip():
        raise ConfigurationError(
            f"{file} says that you work for an organisation and not for which (context.id). Sign in again with "
            f"`qhubctl login`, or set {_ORGANIZATION}."
        )
    return id_.strip()


def _inside(document: Mapping[str, Any], outer: str, inner: str) -> Any:
    part = document.get(outer)
    return part.get(inner) if isinstance(part, Mapping) else None


def _read(file: Path) -> Mapping[str, Any]:
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
    except (ValueError, RecursionError):  # the error would quote the file, and with it the token
        document = None
    except OSError as error:
        raise ConfigurationError(f"{file} cannot be read ({error.strerror}). Check who may read it.") from None
    if not isinstance(document, Mapping):
        raise ConfigurationError(
            f"{file} is not the JSON file that `qhubctl login` writes. Sign in again, or remove it and set "
            f"KQH_PERSONAL_ACCESS_TOKEN and, if you work for an organisation, {_ORGANIZATION}."
        )
    return document
