"""Session: jobs of one target that belong together, and the block in which runs join it by themselves.

The session is passed, not stored: a context variable holds which session a target's runs join, it is read once, in the
caller's thread, and everything below that gets the id as an argument.
"""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextvars import ContextVar
from types import TracebackType
from typing import TYPE_CHECKING, NoReturn, Self

from qrelay.cloud import loop
from qrelay.cloud.job import Job
from qrelay.cloud.service import SessionRecord, SessionState
from qrelay.cloud.target import plain_name
from qrelay.errors import SessionEnded

if TYPE_CHECKING:
    from qrelay.cloud.account import Account

__all__ = ["OutsideSession", "Session", "SessionFace", "add_lineage", "current_session"]

_Entry = tuple["Session", object | None]  # the session of a block, and the task that entered it if it has no context
_Joined = Mapping[tuple["Account", str], tuple[_Entry, ...]]  # the innermost block's last
_joined: ContextVar[_Joined | None] = ContextVar("qrelay_sessions", default=None)
_lineages: list[Callable[[], Sequence[object]]] = []


class OutsideSession(UserWarning):
    """A run did not join the session that is open for its target elsewhere in this process."""


def current_session(account: Account, target: str) -> Session | None:
    """The session that runs on this target join in the present context."""
    inside = (_joined.get() or {}).get((account, plain_name(target)), ())
    running = _running()
    for session, owner in reversed(inside):
        if owner is None or any(owner is task for task in running):
            return session
    return None


def add_lineage(lineage: Callable[[], Sequence[object]]) -> None:
    """Let a framework whose tasks share one context tell them apart, so that each keeps to the sessions it opened.

    `lineage` gives the task that is running and all that it runs for, itself first; nothing outside the framework.
    """
    if lineage not in _lineages:
        _lineages.append(lineage)


def _running() -> list[object]:
    return [task for lineage in _lineages for task in lineage()]


class Session:
    """Jobs of one target that the service treats as belonging together.

    As a context manager, runs on the target inside the block join it; leaving the block closes it, exactly once.
    Threads start without a context: pass the session to `submit` there.
    """

    def __init__(self, account: Account, record: SessionRecord) -> None:
        self._account = account
        self.record = record
        self.id = record.id
        self.name = record.name
        self.target = record.target
        self._lock = threading.Lock()
        self._depth = 0
        self._closing = False
        self.warned = False
        self.view = ""  # how the framework that opened it calls the view bound to it, for messages
        account._known_sessions.add(self)  # noqa: SLF001 - rooms of one floor

    @property
    def closed(self) -> bool:
        """Whether it takes no more jobs, as far as this process knows."""
        return self._closing or not self.record.state.takes_jobs

    @property
    def entered(self) -> bool:
        """Whether a `with` block of this process holds it open."""
        return self._depth > 0

    def status(self) -> SessionState:
        return loop.call(self._refresh).state

    async def status_async(self) -> SessionState:
        return (await loop.later(self._refresh)).state

    def details(self) -> SessionRecord:
        """The service's present description."""
        return loop.call(self._refresh)

    async def details_async(self) -> SessionRecord:
        return await loop.later(self._refresh)

    def jobs(self) -> Iterator[Job]:
        """The session's jobs, each as a job of its own."""
        return self._account._iterate(self._account.service.session_jobs(self.id))  # noqa: SLF001 - rooms of one floor

    def jobs_async(self) -> AsyncIterator[Job]:
        return self._account._iterate_async(self._account.service.session_jobs(self.id))  # noqa: SLF001

    def close(self) -> SessionRecord:
        """Take no more jobs; those under way go on. Closing twice asks the service once."""
        with self._lock:
            first, self._closing = not self._closing, True
        if not first:
            return self.record
        try:
            return loop.call(self._close)
        except BaseException:
            self._closing = False  # not known to be closed: a later close() tries again
            raise

    async def close_async(self) -> SessionRecord:
        with self._lock:
            first, self._closing = not self._closing, True
        if not first:
            return self.record
        try:
            return await loop.later(self._close)
        except BaseException:
            self._closing = False
            raise

    def drain(self) -> SessionRecord:
        """Take no more jobs and stay until those under way have ended. Not every service can: close() can."""
        return loop.call(self._drain)

    async def drain_async(self) -> SessionRecord:
        return await loop.later(self._drain)

    def check_open(self) -> None:
        """Raises SessionEnded if the session is known to take no more jobs."""
        if self.closed:
            raise SessionEnded(
                f"Session {self.name or self.id} on {self.target} is {self.record.status or 'closed'} and takes "
                "no more jobs. Open a new one.",
                session_id=self.id,
            )

    def is_on(self, target: str) -> bool:
        """Whether that is the session's target, however it is written."""
        return plain_name(self.target) == plain_name(target)

    # --- the block ---------------------------------------------------------------------------------------------------

    def __enter__(self) -> Self:
        self._join()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self._leave():
            return
        try:
            self.close()
        except BaseException as failure:
            if not _stays_behind(failure, error, self):
                raise

    async def __aenter__(self) -> Self:
        self._join()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self._leave():
            return
        try:
            await self.close_async()
        except BaseException as failure:
            if not _stays_behind(failure, error, self):
                raise

    def _join(self) -> None:
        self.check_open()
        with self._lock:
            self._depth += 1
        joined, place = dict(_joined.get() or {}), (self._account, plain_name(self.target))
        joined[place] = (*joined.get(place, ()), (self, next(iter(_running()), None)))
        _joined.set(joined)

    def _leave(self) -> bool:
        """Undo `_join`; whether this was the outermost block.

        Blocks need not end in the reverse order of their beginnings, nor in the context in which they began
        (generators, test fixtures): only this session's own entry goes.
        """
        with self._lock:
            self._depth -= 1
            outermost = self._depth == 0
        joined, place = dict(_joined.get() or {}), (self._account, plain_name(self.target))
        entries = list(joined.pop(place, ()))
        own = [index for index, (session, _) in enumerate(entries) if session is self]
        if own:
            del entries[own[-1]]
        if entries:
            joined[place] = tuple(entries)
        _joined.set(joined or None)
        return outermost

    async def _refresh(self) -> SessionRecord:
        self.record = await self._account.service.session(self.id)
        return self.record

    async def _drain(self) -> SessionRecord:
        self.record = await self._account.service.drain_session(self.id)
        return self.record

    async def _close(self) -> SessionRecord:
        if self.record.state.ended:  # failed or timed out: the service has closed it
            return self.record
        self.record = await self._account.service.close_session(self.id)
        return self.record

    def __repr__(self) -> str:
        return f"Session({self.id!r}, name={self.name!r}, target={self.target!r}, status={self.record.status!r})"

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            "A session does not travel, because its account holds secrets. Send its id and call account.session(id)."
        )


class SessionFace:
    """What every framework's session shows alike; `session` is the one it stands for, `view` its bound form's name."""

    def __init__(self, session: Session, view: str) -> None:
        session.view = view
        self._session = session

    @property
    def id(self) -> str:
        return self._session.id

    @property
    def name(self) -> str:
        return self._session.name

    @property
    def closed(self) -> bool:
        """Whether it takes no more jobs, as far as this process knows."""
        return self._session.closed

    @property
    def cloud_session(self) -> Session:
        return self._session

    def __repr__(self) -> str:
        return f"<Session {self.id} on {self._session.target}>"


def _stays_behind(failure: BaseException, error: BaseException | None, session: Session) -> bool:
    """Whether closing's failure is told as a note on the block's own exception, which stays in front."""
    if error is None or not isinstance(failure, Exception):
        return False
    error.add_note(f"Besides, session {session.id} could not be closed: {failure}")
    return True
