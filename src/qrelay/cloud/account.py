"""Account: everything a user can do with one service, in a synchronous and an asynchronous form."""

from __future__ import annotations

import asyncio
import os
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator, Mapping, Sequence
from dataclasses import replace
from types import TracebackType
from typing import Any, NoReturn, Self

from qrelay.cloud import loop
from qrelay.cloud.batch import Batch
from qrelay.cloud.clock import Clock, SystemClock
from qrelay.cloud.finding import members, named, readable, session_records, unknown_target
from qrelay.cloud.job import Job
from qrelay.cloud.joining import KnownSessions, joined_session
from qrelay.cloud.preparing import Wish, prepare
from qrelay.cloud.service import JobRecord, Service, SessionRecord, Submission
from qrelay.cloud.session import Session
from qrelay.cloud.settlement import Settlement, interruptions_told
from qrelay.cloud.submitting import send_all
from qrelay.cloud.target import Target
from qrelay.cloud.waiting import Poller, outlast
from qrelay.errors import ConfigurationError, InvalidOption, ServiceError

__all__ = ["Account"]

_TARGETS_STAY_FRESH = 300.0
_SUBMISSIONS_AT_ONCE = 16
_MAYBE_OPEN = (
    "The session may have been opened: account.sessions(open=True) lists those that are, and account.close_sessions() "
    "closes them."
)

Programs = Any
"""A Program, a Bound, a Payload, a program that is written already (see `ready_made`), or a sequence of these."""


class _Inner:
    """What belongs to one event loop."""

    def __init__(self, account: Account) -> None:
        self.loop = asyncio.get_running_loop()
        self.poller = Poller(account.service.job, account.clock, quick=account._quick)  # noqa: SLF001
        self.places = asyncio.Semaphore(_SUBMISSIONS_AT_ONCE)
        self.targets = asyncio.Lock()


class Account:
    """One service with one set of credentials. `Workspace` is one.

    Args:
        service: the service.
        clock: time, for tests.
        quick: seconds until the first look at a new job; grows with the waiting.
        new_id: makes the ids of jobs and sessions, UUIDs as text.
    """

    def __init__(
        self,
        service: Service,
        *,
        clock: Clock | None = None,
        quick: float = 0.25,
        new_id: Callable[[], str] = lambda: str(uuid.uuid4()),
    ) -> None:
        self.service = service
        self.clock = clock or SystemClock()
        self.jobs_submitted = 0
        self._known_sessions = KnownSessions()
        self._quick = quick
        self._new_id = new_id
        self._inner: _Inner | None = None
        self._targets: tuple[float, tuple[Target, ...]] | None = None
        self._closed = False
        self._cloud: Any = None  # an embedded one of its own
        self._process = os.getpid()

    @property
    def embedded_cloud(self) -> Any:
        """The embedded cloud that lives and ends with this account, if there is one."""
        return self._cloud

    @property
    def requests(self) -> int:
        """HTTP requests sent so far, repeated ones included."""
        return self.service.requests

    # --- targets -----------------------------------------------------------------------------------------------------

    def targets(self, *, refresh: bool = False) -> list[Target]:
        """All targets of the account, as the service describes them now (kept for five minutes)."""
        return loop.call(self._list_targets, refresh)

    async def targets_async(self, *, refresh: bool = False) -> list[Target]:
        return await loop.later(self._list_targets, refresh)

    def target(self, id: str) -> Target:  # noqa: A002 - the word of the contract
        """One target. Raises UnknownTarget with the nearest names."""
        return loop.call(self._target, id)

    async def target_async(self, id: str) -> Target:  # noqa: A002
        return await loop.later(self._target, id)

    # --- jobs --------------------------------------------------------------------------------------------------------

    def submit(
        self,
        target: str | Target,
        programs: Programs,
        shots: int | Sequence[int] | None = None,
        *,
        name: str | None = None,
        format: str | None = None,  # noqa: A002 - the users' word
        session: Session | str | bool | None = None,
        input_params: Mapping[str, Any] | None = None,
        options: Mapping[str, Any] | None = None,
        metadata: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None,
        tags: Sequence[str] = (),
    ) -> Job:
        """Run a program, or a list of programs side by side as one composite job.

        A program is a Program, a Bound (many of one program are encoded once) or a Payload, or is written already: QIR,
        OpenQASM or Quil as text, Q# compiled by the QDK, a vendor's JSON, a pulser Sequence, a Braket AHS program. What
        `qrelay.formats.ready_made` takes beside it (layout, entry point, items) is said there, and its Payload
        submitted.

        `shots` is one number for all of them, or a list with one for each; None takes the target's default.
        `session=None` joins the session of the enclosing `with` block, if there is one for this target; `False` joins
        none; a Session or its id joins that one. `options` are the target's own run options by name, `input_params`
        goes to the service as it is.

        Raises before any submission: UnknownTarget, InvalidOption, UnsupportedCircuit, TooManyQubits, SessionEnded.
        Raises afterwards: AuthenticationError, ServiceError, UnclearOutcome. Of a list of which some members were
        accepted, the job is returned, and `results()` tells of the others.
        """
        joined = joined_session(self, target, session)
        wish = Wish(programs, shots, name, format, joined, input_params, options, metadata, tags)
        resolved = self.target(target) if isinstance(target, str) else target
        submissions = prepare(wish, resolved, self._new_id)
        with interruptions_told(_where_to_look(submissions[0])):
            return loop.call(self._send_all, submissions)

    def submit_async(
        self,
        target: str | Target,
        programs: Programs,
        shots: int | Sequence[int] | None = None,
        *,
        name: str | None = None,
        format: str | None = None,  # noqa: A002
        session: Session | str | bool | None = None,
        input_params: Mapping[str, Any] | None = None,
        options: Mapping[str, Any] | None = None,
        metadata: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None,
        tags: Sequence[str] = (),
    ) -> Coroutine[Any, Any, Job]:
        """`submit` as an awaitable. The session is that of the call, not that of the moment in which it is awaited."""
        joined = joined_session(self, target, session)
        wish = Wish(programs, shots, name, format, joined, input_params, options, metadata, tags)
        return self._submit_later(wish, target)

    async def _submit_later(self, wish: Wish, target: str | Target) -> Job:
        resolved = await self.target_async(target) if isinstance(target, str) else target
        submissions = await loop.in_thread(prepare, wish, resolved, self._new_id)
        with interruptions_told(_where_to_look(submissions[0])):
            return await loop.later(self._send_all, submissions)

    def job(self, id: str) -> Job:  # noqa: A002
        """A job by its id, single or composite, from any process."""
        return loop.call(self._job, id)

    async def job_async(self, id: str) -> Job:  # noqa: A002
        return await loop.later(self._job, id)

    def jobs(self, **filters: Any) -> Iterator[Job]:
        """Jobs of the account, newest first.

        Filters: name (its beginning), target, provider, status, session, created_after, created_before, limit.
        """
        return self._iterate(self.service.jobs(**filters))

    def jobs_async(self, **filters: Any) -> AsyncIterator[Job]:
        return self._iterate_async(self.service.jobs(**filters))

    # --- sessions ----------------------------------------------------------------------------------------------------

    def open_session(self, target: str | Target, *, name: str | None = None, **options: Any) -> Session:
        """Open a session; use it as a context manager, so that it is closed."""
        with interruptions_told(_MAYBE_OPEN):
            return loop.call(self._open_session, target, name, options)

    async def open_session_async(self, target: str | Target, *, name: str | None = None, **options: Any) -> Session:
        with interruptions_told(_MAYBE_OPEN):
            return await loop.later(self._open_session, target, name, options)

    def session(self, id: str) -> Session:  # noqa: A002
        return loop.call(self._session, id)

    async def session_async(self, id: str) -> Session:  # noqa: A002
        return await loop.later(self._session, id)

    def sessions(self, *, open: bool | None = None, **filters: Any) -> list[Session]:  # noqa: A002 - the contract's word
        """Sessions of the account, newest first, those of other processes too; `open=True` for those not ended.

        Filters: as of `jobs`, without `session`; `limit` counts the sessions that are left.
        """
        return loop.call(self._list_sessions, open, filters)

    async def sessions_async(self, *, open: bool | None = None, **filters: Any) -> list[Session]:  # noqa: A002
        return await loop.later(self._list_sessions, open, filters)

    def close_sessions(self) -> list[str]:
        """Close every session of the account that is still open, whoever opened it; their ids."""
        return loop.call(self._close_sessions)

    async def close_sessions_async(self) -> list[str]:
        return await loop.later(self._close_sessions)

    # --- the account's own life --------------------------------------------------------------------------------------

    def close(self) -> None:
        """Let go of connections. Jobs and sessions of the service go on."""
        if not self._closed:
            self._closed = True
            loop.call(self._aclose)

    async def close_async(self) -> None:
        if not self._closed:
            self._closed = True
            await loop.later(self._aclose)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close_async()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.service.name})"

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            "An account holds secrets and does not travel. Send targets, programs and job ids, and make the account "
            "again in the other process from its environment."
        )

    # --- in the caller's thread --------------------------------------------------------------------------------------

    def _iterate(self, records: AsyncIterator[JobRecord]) -> Iterator[Job]:
        while (record := loop.call(self._next, records)) is not None:
            yield Job(self, [record])

    async def _iterate_async(self, records: AsyncIterator[JobRecord]) -> AsyncIterator[Job]:
        while (record := await loop.later(self._next, records)) is not None:
            yield Job(self, [record])

    # --- on the loop -------------------------------------------------------------------------------------------------

    def _here(self) -> _Inner:
        if self._closed:
            raise ConfigurationError("This account was closed. Make a new one.")
        if self._cloud is not None and self._process != os.getpid():
            made = f"{type(self).__name__}.local()"
            raise ConfigurationError(
                f"This process was forked off after {made} was called, and the embedded cloud stayed in the other one. "
                f"Call {made} in here, or let both use `qrelay serve`."
            )
        if self._inner is None or self._inner.loop is not asyncio.get_running_loop():
            self._inner = _Inner(self)
        return self._inner

    async def _list_targets(self, refresh: bool = False) -> list[Target]:
        async with self._here().targets:
            now = self.clock.monotonic()
            if refresh or self._targets is None or now - self._targets[0] > _TARGETS_STAY_FRESH:
                self._targets = (now, tuple(await self.service.targets()))
            return list(self._targets[1])

    async def _target(self, id: str) -> Target:  # noqa: A002
        asked_before = self._targets is not None
        targets = await self._list_targets()
        found = named(targets, id)
        if found is None and asked_before:  # it may have appeared since
            targets = await self._list_targets(refresh=True)
            found = named(targets, id)
        if found is None:
            raise unknown_target(self.service.name, targets, id)
        return found

    async def _send_all(self, submissions: list[Submission]) -> Job:
        return await send_all(self, submissions, self._here().places)

    async def _job(self, id: str) -> Job:  # noqa: A002
        self._here()
        id = str(id).strip()  # noqa: A001 - copied from somewhere, often with a line's end
        if not id:
            raise InvalidOption("The job's id is empty.", option="id")
        batch = Batch.parse(id)
        if batch is None:
            return Job(self, [await self._readable(await self.service.job(id))])
        return Job(self, await members(self.service, batch), batch=batch)

    async def _readable(self, record: JobRecord) -> JobRecord:
        return await readable(self.service, record)

    async def _next(self, records: AsyncIterator[JobRecord]) -> JobRecord | None:
        self._here()
        return await anext(records, None)

    async def _fetch_record(self, id: str) -> JobRecord:  # noqa: A002
        self._here()
        return await self.service.job(id)

    async def _wait_for(self, id: str, timeout: float | None) -> JobRecord:  # noqa: A002, ASYNC109
        return await self._here().poller.wait(id, timeout)

    async def _cancel_record(self, id: str) -> JobRecord:  # noqa: A002
        self._here()
        return await self.service.cancel(id)

    async def _download(self, record: JobRecord, deadline: float | None) -> bytes:
        async def fetch() -> bytes:
            self._here()  # closed meanwhile: then no outage is waited out any more
            return await self.service.result(record)

        return await outlast(fetch, self.clock, record.id, deadline)

    async def _open_session(self, target: str | Target, name: str | None, options: Mapping[str, Any]) -> Session:
        self._here()
        resolved = await self._target(target) if isinstance(target, str) else target
        if not resolved.sessions:
            raise InvalidOption(f"{resolved.id} has no sessions. Run the jobs without one.", option="session")
        id_ = self._new_id()

        def opened(record: SessionRecord) -> Session:
            return Session(self, replace(record, target=resolved.id))

        def ask() -> Awaitable[SessionRecord]:
            return self.service.open_session(resolved, name=name or f"session-{id_}", id=id_, **options)

        return opened(await Settlement(opened).attempt(ask))

    async def _session(self, id: str) -> Session:  # noqa: A002
        self._here()
        return Session(self, await self.service.session(id))

    async def _list_sessions(self, open_: bool | None, filters: Mapping[str, Any]) -> list[Session]:
        self._here()
        return [Session(self, record) for record in await session_records(self.service, open_, filters)]

    async def _close_sessions(self) -> list[str]:
        closed, refusals = [], []
        for session in await self._list_sessions(open_=True, filters={}):
            try:
                await self.service.close_session(session.id)
            except ServiceError as error:  # the others shall not stay open for it
                refusals.append(error)
            else:
                closed.append(session.id)
        if refusals:
            if closed:
                refusals[0].add_note(f"These were closed: {', '.join(closed)}.")
            raise refusals[0]
        return closed

    async def _aclose(self) -> None:
        inner, self._inner = self._inner, None
        if inner is not None and inner.loop is asyncio.get_running_loop():
            await inner.poller.aclose()
        await self.service.aclose()
        if self._cloud is not None:
            await asyncio.to_thread(self._cloud.close)


def _where_to_look(first: Submission) -> str | None:
    if first.batch is None:
        return None
    return f"The submission may have arrived: look for it by account.job({first.batch.id!r})."
