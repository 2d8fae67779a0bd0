"""The bodies that make jobs and sessions: what both kinds have, read and refused in one way."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from qrelay.local.kipu.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["FORMATS", "PROVIDERS", "Body"]

PROVIDERS = ("AZURE", "AWS", "IBM", "QRYD", "QUDORA", "QUANDELA", "IQM", "KIPU", "AQT")
"""The specification's, and the one that is newer."""

FORMATS = (
    "OPEN_QASM_V1", "OPEN_QASM_V2", "OPEN_QASM_V3", "QIR_V1", "BRAKET_OPEN_QASM_V3", "BRAKET_AHS_PROGRAM",
    "IONQ_CIRCUIT_V1", "QISKIT_QPY", "QOQO", "PERCEVAL", "IQM_JOB_INPUT_V1", "AQT_JOB_INPUT_V1",
)  # fmt: skip
"""The specification's, and the one that is newer."""

_SDK_PROVIDERS = ("QISKIT", "BRAKET", "PERCEVAL", "CLIENT")
_RESERVED = "qhub:"


class Body:
    """A request's JSON object, nulls left out."""

    def __init__(self, fields: Mapping[str, Any]) -> None:
        self.fields = fields

    def required(self, key: str) -> Any:
        if key not in self.fields:
            raise Problem(400, f"Field '{key}' is required.")
        return self.fields[key]

    def text(self, key: str) -> str | None:
        value = self.fields.get(key)
        if value is not None and not isinstance(value, str):
            raise Problem(400, f"Field '{key}' must be a string.")
        return value

    def required_text(self, key: str) -> str:
        self.required(key)
        value = self.text(key)
        if not value:
            raise Problem(400, f"Field '{key}' must be a string that is not empty.")
        return value

    def number(self, key: str, most: int) -> int | None:
        """A whole number from 1 to `most`."""
        value = self.fields.get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= most:
            raise Problem(400, f"Field '{key}' must be a whole number from 1 to {most}.")
        return value

    def flag(self, key: str) -> bool:
        value = self.required(key)
        if not isinstance(value, bool):
            raise Problem(400, f"Field '{key}' must be true or false.")
        return value

    def mapping(self, key: str) -> dict[str, Any] | None:
        value = self.fields.get(key)
        if value is not None and not isinstance(value, dict):
            raise Problem(400, f"Field '{key}' must be an object.")
        return value

    def choice(self, key: str, names: Iterable[str]) -> str | None:
        """One of the names, however it is spelled: the specification's own examples write openqasm.v3."""
        value = self.text(key)
        if value is None:
            return None
        known = {_plain(name): name for name in names}
        if _plain(value) not in known:
            raise Problem(400, f"Field '{key}' is '{value}'; it must be one of {', '.join(known.values())}.")
        return known[_plain(value)]

    def sdk_provider(self) -> str:
        return self.choice("sdk_provider", _SDK_PROVIDERS) or "CLIENT"

    def tags(self) -> list[str]:
        """The tags without repetitions, which are told apart without regard to case. Their order means nothing."""
        tags = self.fields.get("tags", [])
        if not isinstance(tags, list) or not all(isinstance(tag, str) and tag.strip() for tag in tags):
            raise Problem(400, "Field 'tags' must be a list of strings that are not blank.")
        for tag in tags:
            if tag.casefold().startswith(_RESERVED):
                raise Problem(400, f"Tag '{tag}' begins with '{_RESERVED}', which is reserved.")
        first: dict[str, str] = {}
        for tag in tags:
            first.setdefault(tag.casefold(), tag)
        return [first[key] for key in sorted(first)]


def _plain(name: str) -> str:
    return re.sub(r"[^A-Z0-9]", "", name.upper())
