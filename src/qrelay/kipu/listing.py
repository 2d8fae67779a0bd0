"""Lists of the Hub, newest first, in whatever order the service gives their pages.

Which property it sorts by is not documented, and what it does with one that it does not know neither. So the likely one
is asked for, the order of what comes is looked at, and a list that runs upwards is read from its last page.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from enum import Enum
from itertools import pairwise
from typing import Generic, Protocol, TypeVar

from qrelay.errors import AuthenticationError, ServiceError
from qrelay.kipu.models import Job, Page, WorkloadResponse

__all__ = ["newest", "newest_first"]

T = TypeVar("T", bound=Job | WorkloadResponse)

_SORT = "createdAt,desc"
_SORT_PATIENCE = 5.0  # a service that fails over a word that it does not know shall not be asked for minutes
_PAGE = 100
_STALE_PAGES = 3  # that bring nothing new; fewer may come of new entries that push the others on
_LATEST = datetime.max.replace(tzinfo=UTC)  # what has no time yet is newest


class Fetch(Protocol[T]):
    """One page of a list, such as `Api.search_jobs`."""

    async def __call__(
        self, *, page: int, size: int, sort: str | None = None, patience: float | None = None
    ) -> Page[T]: ...


class _Order(Enum):
    DOWN = "newest first"
    UP = "oldest first"
    FLAT = "of one moment"
    NONE = "none"


async def newest_first(fetch: Fetch[T], *, size: int = _PAGE) -> AsyncIterator[T]:
    """Every entry once. Pages are asked for as they are needed, from the newest on where the order allows it."""
    seen: set[str] = set()
    async for group in _groups(_Pages(fetch, size)):
        for entry in newest(group):
            if entry.id not in seen:  # new ones push the others on to the next page
                seen.add(entry.id)
                yield entry


def newest(entries: Sequence[T]) -> list[T]:
    """Sorted, newest first; of equal moments in the order in which they came."""
    return sorted(entries, key=_moment, reverse=True)


class _Pages(Generic[T]):
    """The pages of one list, all sorted in one way."""

    def __init__(self, fetch: Fetch[T], size: int) -> None:
        self._fetch: Fetch[T] = fetch
        self._size = size
        self._sort: str | None = _SORT

    async def first(self) -> Page[T]:
        try:
            return await self._fetch(page=0, size=self._size, sort=_SORT, patience=_SORT_PATIENCE)
        except AuthenticationError:
            raise
        except ServiceError:  # perhaps it is only the word that it does not know
            self._sort = None
            return await self.number(0)

    async def number(self, number: int) -> Page[T]:
        return await self._fetch(page=number, size=self._size, sort=self._sort)

    def last(self, page: Page[T]) -> int | None:
        """The number of the last page, as this one tells; None if it does not."""
        if page.total_pages is not None:
            return max(0, page.total_pages - 1)
        if page.total_elements is not None:
            return max(0, (page.total_elements - 1) // (page.size or self._size))
        return 0 if self.short(page) else None

    def short(self, page: Page[T]) -> bool:
        """Whether no more can follow. Where a page tells no size, it is the service that chose it."""
        return len(page.content) < (page.size or 1)


async def _groups(pages: _Pages[T]) -> AsyncIterator[Sequence[T]]:
    """Entries in groups, of which each is newer than the next; of equal moments the newer entry comes first."""
    first = await pages.first()
    last = pages.last(first)
    order = _order(first.content)
    if order is _Order.FLAT and last:
        order = _order([*first.content, *(await pages.number(last)).content])
    if order is _Order.UP and last:
        end = await pages.number(last)
        if _ids(end) <= _ids(first):  # none, or the same again: it is not what was promised
            order = _Order.NONE
    if order is _Order.UP and last:
        yield end.content[::-1]
        for number in range(last - 1, 0, -1):
            yield (await pages.number(number)).content[::-1]
        yield first.content[::-1]
    elif order in (_Order.DOWN, _Order.FLAT) or last == 0:
        yield first.content
        async for page in _following(pages, first, last):
            yield page.content
    else:
        everything = list(first.content)
        async for page in _following(pages, first, last):
            everything += page.content
        yield everything


async def _following(pages: _Pages[T], first: Page[T], last: int | None) -> AsyncIterator[Page[T]]:
    page, number = first, 0
    seen, stale = _ids(first), 0
    while (last is None and not pages.short(page)) or (last is not None and number < last):
        number += 1
        page = await pages.number(number)
        stale = stale + 1 if _ids(page) <= seen else 0
        if not page.content or stale == _STALE_PAGES:
            return
        seen |= _ids(page)
        yield page
        if last is not None:
            last = max(last, pages.last(page) or 0)  # it may have grown meanwhile


def _ids(page: Page[T]) -> set[str]:
    return {entry.id for entry in page.content}


def _order(entries: Sequence[T]) -> _Order:
    moments = [entry.created_at for entry in entries if entry.created_at is not None]
    falls = any(later < earlier for earlier, later in pairwise(moments))
    rises = any(later > earlier for earlier, later in pairwise(moments))
    if falls and rises:
        return _Order.NONE
    return _Order.DOWN if falls else _Order.UP if rises else _Order.FLAT


def _moment(entry: Job | WorkloadResponse) -> datetime:
    return entry.created_at or _LATEST
