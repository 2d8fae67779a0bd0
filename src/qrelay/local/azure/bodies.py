"""The bodies that define jobs and sessions: what both kinds have, read and refused in one way."""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING, Any, Literal

from qrelay.local.azure.errors import ServiceError
from qrelay.local.azure.targets import Target, find_target

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qrelay.local.azure.plane import Call

__all__ = ["Body", "is_guid"]

_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


class Body:
    """A request's JSON object about a job or a session. Whatever is wrong with it is refused with its kind's code."""

    def __init__(self, kind: Literal["Job", "Session"], fields: Mapping[str, Any]) -> None:
        self._kind = kind
        self.fields = fields

    def refusal(self, message: str) -> ServiceError:
        return ServiceError(400, f"Invalid{self._kind}Definition", message)

    def check_id(self, path_id: str) -> None:
        """The id that the path names must be a GUID, and the body may not name another."""
        if not is_guid(path_id) or self.fields.get("id", path_id) != path_id:
            raise self.refusal(f"The {self._kind.lower()}'s id must be a GUID, the same in path and body.")

    def fingerprint(self) -> str:
        """Of the whole body, signatures left out: a repeated PUT may carry a fresh SAS and still means the same."""
        plain = {
            key: value.partition("?")[0] if key.endswith("Uri") and isinstance(value, str) else value
            for key, value in self.fields.items()
            if value is not None
        }
        return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()

    def target(self) -> Target:
        if self.fields.get("itemType") != self._kind:
            raise self.refusal(f"Property 'itemType' must be '{self._kind}'.")
        provider, target_id = self.text("providerId").lower(), self.text("target")
        target = find_target(provider, target_id)
        if target is None:
            raise self.refusal(f"Target '{target_id}' of provider '{provider}' is not available in this workspace.")
        return target

    def item(self, call: Call, target: Target) -> dict[str, Any]:
        """The arguments that Job and Session share."""
        return {
            "workspace": call.workspace,
            "id": call.id,
            "name": self.text("name"),
            "provider": target.provider,
            "target": target.id,
            "created": call.now,
            "fingerprint": self.fingerprint(),
            "priority": self.priority(),
            "tags": self.tags(),
        }

    def text(self, key: str) -> str:
        """A property that must be there and be a string that is not empty."""
        value = self.fields.get(key)
        if not isinstance(value, str) or not value:
            raise self.refusal(f"Property '{key}' is required and must be a string.")
        return value

    def mapping(self, key: str) -> dict[str, Any] | None:
        value = self.fields.get(key)
        if value is not None and not isinstance(value, dict):
            raise self.refusal(f"Property '{key}' must be an object.")
        return value

    def tags(self) -> list[str]:
        tags = self.fields.get("tags")
        if tags is None:
            return []
        if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
            raise self.refusal("Property 'tags' must be a list of strings.")
        return tags

    def priority(self) -> str:
        priority = self.fields.get("priority")
        if priority not in (None, "Standard", "High"):
            raise self.refusal("Property 'priority' must be 'Standard' or 'High'.")
        return priority or "Standard"


def is_guid(text: object) -> bool:
    return isinstance(text, str) and _GUID.fullmatch(text) is not None
