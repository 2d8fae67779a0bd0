"""Which session a run joins: decided once, in the caller's thread, from what was said and from the context."""

from __future__ import annotations

import inspect
import threading
import warnings
import weakref
from collections.abc import Iterator
from typing import TYPE_CHECKING

from qrelay.cloud.session import OutsideSession, Session, current_session
from qrelay.cloud.target import Target
from qrelay.errors import InvalidOption

if TYPE_CHECKING:
    from qrelay.cloud.account import Account

__all__ = ["KnownSessions", "joined_session"]


class KnownSessions:
    """The sessions of one account that somebody in this process holds, for all threads."""

    def __init__(self) -> None:
        self._sessions: weakref.WeakSet[Session] = weakref.WeakSet()
        self._lock = threading.Lock()

    def add(self, session: Session) -> None:
        with self._lock:
            self._sessions.add(session)

    def __iter__(self) -> Iterator[Session]:
        with self._lock:
            return iter(list(self._sessions))


def joined_session(account: Account, target: str | Target, session: Session | str | bool | None) -> str | None:
    """The id of the session a run joins, read from the context here and nowhere below."""
    id_ = target if isinstance(target, str) else target.id
    if isinstance(session, str):
        return session
    if session is False:
        return None
    if session is None or session is True:
        found = current_session(account, id_)
        if found is None:
            _warn_outside(account, id_)
            return None
        session = found
    if not isinstance(session, Session):
        raise InvalidOption(
            f"session takes a Session, a session's id, or False for none, not {type(session).__name__}.",
            option="session",
        )
    if not session.is_on(id_):
        raise InvalidOption(
            f"Session {session.id} is on {session.target}; a job on {id_} cannot join it.", option="session"
        )
    session.check_open()
    return session.id


def _warn_outside(account: Account, target: str) -> None:
    for session in account._known_sessions:  # noqa: SLF001 - rooms of one floor
        if session.is_on(target) and session.entered and not session.closed and not session.warned:
            session.warned = True
            way = f"Use {session.view} there, or pass" if session.view else "Pass"
            warnings.warn(
                f"This run on {target} does not join session {session.name or session.id}, which is open "
                "elsewhere in this process: new threads and other contexts do not inherit it. "
                f"{way} session=... (session=False to say that it is meant).",
                OutsideSession,
                stacklevel=_frames_of_ours(),
            )


def _frames_of_ours() -> int:
    """The `stacklevel` of the line outside qrelay that led to the calling function, through whichever room it came."""
    frame, level = inspect.currentframe(), 0
    while frame is not None and str(frame.f_globals.get("__name__", "")).partition(".")[0] == "qrelay":
        frame, level = frame.f_back, level + 1
    return level
