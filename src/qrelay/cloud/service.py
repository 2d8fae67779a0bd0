"""Service: what a quantum cloud must be able to do, so that `cloud/` can do the rest."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any, Protocol

from qrelay.cloud.batch import Batch
from qrelay.cloud.target import Target
from qrelay.formats.payload import Payload
from qrelay.program import Layout

__all__ = ["JobRecord", "JobState", "Service", "SessionRecord", "SessionState", "Submission"]


class JobState(Enum):
    """What a job's status means. The service's own word stays in `JobRecord.status`."""

    QUEUED = "queued"
    RUNNING = "running"
    CANCELLING = "cancelling"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"  # a word this version does not know: polled on, never taken for an end

    @property
    def ended(self) -> bool:
        return self in (JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED)


class SessionState(Enum):
    """What a session's status means. The service's own word stays in `SessionRecord.status`."""

    OPEN = "open"
    DRAINING = "draining"  # jobs under way go on, no new one is taken
    CLOSED = "closed"  # of services that do not tell how its jobs fared
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    TIMED_OUT = "timed out"
    UNKNOWN = "unknown"

    @property
    def ended(self) -> bool:
        return self in (SessionState.CLOSED, SessionState.SUCCEEDED, SessionState.FAILED, SessionState.TIMED_OUT)

    @property
    def takes_jobs(self) -> bool:
        return not self.ended and self is not SessionState.DRAINING


@dataclass(frozen=True, slots=True)
class Submission:
    """One job to be created.

    `key` is chosen once by the client and names the submission for good: a service that lets clients choose ids uses
    it as the id, another carries it as a tag. `payloads` are the job's circuits, one for most targets; more only where
    the target takes more, all of one format with the same parameters. `batch` is the list of circuits it belongs to, a
    list of one for a single circuit, and `index` the place of its first circuit there.
    """

    key: str
    target: Target
    payloads: tuple[Payload, ...]
    shots: int
    name: str
    input_params: Mapping[str, Any] = field(default_factory=dict)
    session_id: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    batch: Batch | None = None
    index: int = 0


@dataclass(frozen=True, slots=True)
class JobRecord:
    """A job as the service last described it.

    `layouts` say how to read the answer, one for each circuit, None for those that say nothing; the whole is None where
    the description leaves that to `Service.layouts`. `needs_layouts`: qrelay wrote each program with a layout, and
    without it the answer must not be read. `circuits` is their number as far as the description tells, and
    `list_size` that of the whole list the job belongs to. `output` is where the answer lies, a note of the service to
    itself; `raw` is the service's own description, signatures removed.
    """

    id: str
    state: JobState
    status: str
    target: str
    provider: str
    name: str = ""
    input_format: str | None = None
    output_format: str | None = None
    shots: int | None = None
    layouts: tuple[Layout | None, ...] | None = (None,)
    needs_layouts: bool = False
    circuits: int = 1
    list_size: int | None = None
    session_id: str | None = None
    error_code: str | None = None
    error_message: str | None = None
    created: datetime | None = None
    began: datetime | None = None
    ended: datetime | None = None
    cost: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    output: object = field(default=None, repr=False)
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """A session as the service last described it."""

    id: str
    state: SessionState
    status: str
    target: str
    provider: str
    name: str = ""
    created: datetime | None = None
    ended: datetime | None = None
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False)


class Service(Protocol):
    """One quantum cloud. All methods are asynchronous and run on qrelay's own event loop.

    They raise the errors of `qrelay.errors`, and repeat a request only where repeating is harmless.
    """

    @property
    def name(self) -> str:
        """Short name for messages and logs; holds no secret."""

    @property
    def requests(self) -> int:
        """HTTP requests sent so far, repeated ones included."""

    async def targets(self) -> Sequence[Target]: ...

    async def submit(self, submission: Submission) -> JobRecord:
        """Create the job, once. After an unclear answer it is looked for by the submission's key.

        What cannot be settled is UnclearOutcome, never a second job. Called once for a submission: not every service
        knows a key again.
        """

    async def job(self, job_id: str) -> JobRecord: ...

    async def submitted(self, keys: Sequence[str]) -> Sequence[JobRecord | None]:
        """The jobs that the submissions of these keys became, in order; None for those that never arrived."""

    async def layouts(self, record: JobRecord) -> tuple[Layout | None, ...]:
        """How to read the job's answer, one layout for each circuit. May cost a request."""

    def jobs(self, **filters: Any) -> AsyncIterator[JobRecord]: ...

    async def result(self, record: JobRecord) -> bytes: ...

    async def cancel(self, job_id: str) -> JobRecord: ...

    async def open_session(self, target: Target, *, id: str, name: str, **options: Any) -> SessionRecord:  # noqa: A002
        """Open a session under the id that the client chose, where the service lets clients choose."""

    async def session(self, session_id: str) -> SessionRecord: ...

    async def drain_session(self, session_id: str) -> SessionRecord:
        """Take no more jobs, let those there are end. Raises InvalidOption where the service cannot."""

    async def close_session(self, session_id: str) -> SessionRecord: ...

    def sessions(self, **filters: Any) -> AsyncIterator[SessionRecord]: ...

    def session_jobs(self, session_id: str) -> AsyncIterator[JobRecord]: ...

    async def aclose(self) -> None: ...
