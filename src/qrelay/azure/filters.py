"""Filters of lists, in the service's subset of OData."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from qrelay.errors import InvalidOption

__all__ = ["item_filter"]


def item_filter(
    *,
    name: str | None = None,
    target: str | None = None,
    provider: str | None = None,
    status: str | None = None,
    created_after: datetime | date | None = None,
    created_before: datetime | date | None = None,
    **unknown: Any,
) -> str | None:
    """The `filter` of a list of jobs or sessions; None where nothing is filtered.

    `name` is the name's beginning. `created_after` includes its moment; moments without a zone are in UTC.
    """
    return _joined(
        unknown,
        name and f"startswith(Name, {_quoted(name)})",
        target and f"Target eq {_quoted(target)}",
        provider and f"ProviderId eq {_quoted(provider)}",
        status and f"State eq {_quoted(status)}",
        f"CreationTime ge {_moment(created_after)}" if created_after else None,
        f"CreationTime lt {_moment(created_before)}" if created_before else None,
    )


def _joined(unknown: dict[str, Any], *terms: str | None) -> str | None:
    if unknown:
        name = next(iter(unknown))
        raise InvalidOption(
            f"There is no filter {name!r}; there are name, target, provider, status, created_after and created_before.",
            option=name,
        )
    return " and ".join(term for term in terms if term) or None


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _moment(value: datetime | date) -> str:
    if isinstance(value, datetime):
        moment = value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
        return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return value.isoformat()
