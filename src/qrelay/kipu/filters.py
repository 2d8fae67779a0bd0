"""Filters of lists. The service has none, so entries are looked at while its pages are read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from qrelay.cloud.target import plain_name
from qrelay.errors import InvalidOption
from qrelay.kipu.models import Job, Session, WorkloadResponse

__all__ = ["Wanted", "wanted"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list is asked for; None asks for everything. `limit` is how many entries are wanted at most."""

    name: str | None = None
    target: str | None = None
    provider: str | None = None
    status: str | None = None
    created_after: datetime | None = None
    created_before: datetime | None = None
    limit: int | None = None

    def fits(self, entry: Job | Session | WorkloadResponse, name: str) -> bool:
        created = entry.created_at
        return (
            name.startswith(self.name or "")
            and self._same(self.target, entry.backend_id)
            and self._same(self.provider, entry.provider)
            and self._same(self.status, entry.status)
            and (self.created_after is None or (created is not None and created >= self.created_after))
            and (self.created_before is None or (created is not None and created < self.created_before))
        )

    def over(self, entry: Job | WorkloadResponse) -> bool:
        """Whether all that follow in a list, newest first, are too old."""
        return self.created_after is not None and entry.created_at is not None and entry.created_at < self.created_after

    @staticmethod
    def _same(asked: str | None, said: str) -> bool:
        return asked is None or plain_name(asked) == plain_name(said)


def wanted(
    *,
    name: str | None = None,
    target: str | None = None,
    provider: str | None = None,
    status: str | None = None,
    created_after: datetime | date | None = None,
    created_before: datetime | date | None = None,
    limit: int | None = None,
    **unknown: Any,
) -> Wanted:
    """Filters as users give them. `name` is the name's beginning; `created_after` includes its moment; moments without
    a zone are in UTC. Raises InvalidOption for a filter that does not exist.
    """
    if unknown:
        word = next(iter(unknown))
        raise InvalidOption(
            f"There is no filter {word!r}; there are name, target, provider, status, created_after, created_before and "
            "limit.",
            option=word,
        )
    return Wanted(
        name or None, target or None, provider or None, status or None, _moment(created_after), _moment(created_before),
        limit,
    )  # fmt: skip


def _moment(value: datetime | date | None) -> datetime | None:
    if value is None:
        return None
    moment = value if isinstance(value, datetime) else datetime.combine(value, time())
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
