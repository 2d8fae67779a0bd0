"""Session: a block of runs on one target that the service keeps together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qrelay.cirq.job import Job
from qrelay.cloud import SessionFace

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from types import TracebackType

    from qrelay import cloud
    from qrelay.cirq.sampler import Sampler

__all__ = ["Session"]


class Session(SessionFace):
    """Made by `sampler.open_session(…)`, best used as a context manager.

    Inside the block every run on the same target, from the same thread or task, joins the session, as do runs of duet's
    tasks that are started inside. `session.sampler` is the sampler bound to the session: the form for other threads.
    After the block no job joins.
    """

    def __init__(self, sampler: Sampler, session: cloud.Session) -> None:
        super().__init__(session, "session.sampler")
        self._sampler = sampler.bound(session)

    @property
    def sampler(self) -> Sampler:
        """The same sampler, every run of which joins this session. Once the session is closed, it refuses to run."""
        return self._sampler

    def status(self) -> cloud.SessionState:
        """What the session is at now; asks the service."""
        return self._session.status()

    async def status_async(self) -> cloud.SessionState:
        return await self._session.status_async()

    def details(self) -> Any:
        """The service's own description of the session; asks the service."""
        return self._session.details()

    async def details_async(self) -> Any:
        return await self._session.details_async()

    def jobs(self) -> list[Job]:
        """The jobs that joined, as the service lists them: a sweep may appear as several jobs."""
        return [Job(job) for job in self._session.jobs()]

    async def jobs_async(self) -> AsyncIterator[Job]:
        async for job in self._session.jobs_async():
            yield Job(job)

    def drain(self) -> None:
        """Refuse more jobs and let those under way end, where the service knows the difference to closing."""
        self._session.drain()

    async def drain_async(self) -> None:
        await self._session.drain_async()

    def close(self) -> None:
        """Close the session. Its jobs go on; more are refused. Closing twice does no harm."""
        self._session.close()

    async def close_async(self) -> None:
        await self._session.close_async()

    def __enter__(self) -> Session:
        self._session.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._session.__exit__(kind, error, traceback)

    async def __aenter__(self) -> Session:
        await self._session.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._session.__aexit__(kind, error, traceback)
