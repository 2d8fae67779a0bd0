"""Session: a block of runs on one backend that the service keeps together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qrelay.cloud import SessionFace
from qrelay.qiskit.errors import qiskit_errors
from qrelay.qiskit.job import Job

if TYPE_CHECKING:
    from types import TracebackType

    from qrelay import cloud
    from qrelay.qiskit.backend import Backend

__all__ = ["Session"]


class Session(SessionFace):
    """Made by `backend.open_session(…)`, best used as a context manager.

    Inside the block every run on the same target, from the same thread or task, joins the session. `session.backend` is
    the backend bound to the session: the form for other threads, and so for Qiskit's own primitives, which run in a
    fresh one. After the block no job joins.
    """

    def __init__(self, backend: Backend, session: cloud.Session) -> None:
        super().__init__(session, "session.backend")
        self._backend = backend.bound(session)
        self._origin = backend

    @property
    def backend(self) -> Backend:
        """The same backend, every run of which joins this session. Once the session is closed, it refuses to run."""
        return self._backend

    def status(self) -> cloud.SessionState:
        """What the session is at now; asks the service."""
        with qiskit_errors():
            return self._session.status()

    def details(self) -> Any:
        """The service's own description of the session; asks the service."""
        with qiskit_errors():
            return self._session.details()

    def jobs(self) -> list[Job]:
        """The jobs that joined, as the service lists them: a run of several circuits appears as several jobs."""
        with qiskit_errors():
            return [Job(self._origin, job) for job in self._session.jobs()]

    def drain(self) -> None:
        """Refuse more jobs and let those under way end, where the service knows the difference to closing."""
        with qiskit_errors():
            self._session.drain()

    def close(self) -> None:
        """Close the session. Its jobs go on; more are refused. Closing twice does no harm."""
        with qiskit_errors():
            self._session.close()

    def __enter__(self) -> Session:
        with qiskit_errors():
            self._session.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        with qiskit_errors():
            self._session.__exit__(kind, error, traceback)
