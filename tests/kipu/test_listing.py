"""Lists that come newest first, whatever order the service gives: what it sorts by is not documented."""

from __future__ import annotations

import asyncio
import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from qrelay.errors import AuthenticationError, ServiceError, ServiceUnavailable
from qrelay.kipu.listing import newest_first
from qrelay.kipu.models import Job, Page

_START = datetime(2026, 11, 20, 12, tzinfo=UTC)
_END = datetime.max.replace(tzinfo=UTC)


def _jobs(count: int, every: int = 1) -> list[Job]:
    """Oldest first; `every` of them in one second."""
    moments = [_START + timedelta(seconds=index // every) for index in range(count)]
    return [
        Job.model_validate({"id": str(index), "created_at": f"{moment:%Y-%m-%d %H:%M:%S}"})
        for index, moment in enumerate(moments)
    ]


class Lists:
    """Pages of a list in the order of `kind`; the requests for them."""

    def __init__(self, jobs: list[Job], kind: str, totals: bool = True, cap: int = 1000) -> None:
        self.jobs, self.kind, self.totals, self.cap = jobs, kind, totals, cap
        self.asked: list[tuple[int, str | None]] = []

    async def __call__(
        self, *, page: int, size: int, sort: str | None = None, patience: float | None = None
    ) -> Page[Job]:
        self.asked.append((page, sort))
        if sort is not None and self.kind == "refuses":
            raise ServiceError("no property 'createdAt'", status=400)
        if sort is not None and self.kind == "breaks":
            assert patience is not None
            assert patience < 30
            raise ServiceUnavailable("HTTP 500", status=500)
        jobs = list(self.jobs)
        if self.kind == "sorts" and sort is not None:
            jobs.reverse()
            jobs.sort(key=lambda job: job.created_at or _END, reverse=True)
        elif self.kind == "downwards":
            jobs.reverse()
        elif self.kind == "shuffled":
            random.Random(3).shuffle(jobs)
        size = min(size, self.cap)
        said: dict[str, Any] = {"content": [], "page": page, "size": size}
        if self.totals:
            said |= {"total_elements": len(jobs), "total_pages": -(-len(jobs) // size)}
        read: Page[Job] = Page[Job].model_validate(said)
        read.content = jobs[page * size : (page + 1) * size]
        return read


async def _ids(lists: Lists, size: int, limit: int | None = None) -> list[int]:
    found: list[int] = []
    async for job in newest_first(lists, size=size):
        found.append(int(job.id))
        if len(found) == limit:
            break
    return found


_KINDS = ["sorts", "upwards", "downwards", "shuffled", "refuses", "breaks"]


@pytest.mark.parametrize("kind", _KINDS)
@pytest.mark.parametrize("count", [0, 1, 9, 10, 11, 57])
@pytest.mark.parametrize("totals", [True, False])
def test_every_order_of_pages_comes_out_newest_first(kind: str, count: int, totals: bool) -> None:
    """The first page of a list that runs upwards holds the oldest jobs of all: the one just submitted is not there."""
    found = asyncio.run(_ids(Lists(_jobs(count), kind, totals), 10))
    assert found == list(range(count))[::-1]


@pytest.mark.parametrize("kind", ["sorts", "upwards", "downwards", "refuses"])
def test_the_newest_costs_few_requests(kind: str) -> None:
    lists = Lists(_jobs(1000), kind)
    assert asyncio.run(_ids(lists, 10, limit=5)) == [999, 998, 997, 996, 995]
    assert len(lists.asked) <= {"sorts": 1, "downwards": 1, "upwards": 2, "refuses": 3}[kind]


@pytest.mark.parametrize("kind", _KINDS)
def test_a_page_of_one_second_does_not_hide_the_order(kind: str) -> None:
    """A hundred jobs sent side by side have one time of creation: equal times run neither up nor down."""
    found = asyncio.run(_ids(Lists(_jobs(50, every=20), kind), 10))
    assert sorted(found) == list(range(50))
    seconds = [each // 20 for each in found]
    assert seconds == sorted(seconds, reverse=True)


def test_a_service_that_gives_smaller_pages_than_asked_for() -> None:
    for kind in ("sorts", "upwards", "shuffled"):
        for totals in (True, False):
            assert asyncio.run(_ids(Lists(_jobs(23), kind, totals, cap=7), 100)) == list(range(23))[::-1]


def test_what_is_pushed_to_the_next_page_meanwhile_comes_once() -> None:
    """A job submitted while the list is read pushes the last of each page to the next one."""
    lists = Lists(_jobs(30), "sorts")

    async def main() -> list[int]:
        found = []
        async for job in newest_first(lists, size=10):
            found.append(int(job.id))
            if len(found) in (10, 20):
                new = Job.model_validate({"id": str(100 + len(found)), "created_at": "2026-11-20 13:00:00"})
                lists.jobs.append(new)
        return found

    found = asyncio.run(main())
    assert len(found) == len(set(found))
    assert set(range(30)) <= set(found)


def test_jobs_without_a_time_are_not_lost() -> None:
    jobs = _jobs(25)
    jobs[3].created_at = jobs[20].created_at = None
    for kind in _KINDS:
        assert sorted(asyncio.run(_ids(Lists(jobs, kind), 10))) == list(range(25))


def test_a_refused_token_is_no_question_of_order() -> None:
    async def refuse(**asked: Any) -> Page[Job]:
        tries.append(asked)
        raise AuthenticationError("no", status=401)

    tries: list[Any] = []

    async def main() -> None:
        async for _ in newest_first(refuse):
            pass

    with pytest.raises(AuthenticationError):
        asyncio.run(main())
    assert len(tries) == 1
