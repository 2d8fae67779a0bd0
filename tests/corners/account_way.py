"""The account without a framework: for targets that have what is tested, and take no circuits yet."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Self

from qrelay.cloud import Account, Job, Session
from qrelay.errors import QrelayError
from qrelay.formats.payload import Payload

__all__ = ["AccountWay"]

_PROGRAMS = Payload(b'{"qpy": "QISKIT"}', "QISKIT_QPY", "application/json", "", 1)


@dataclass(frozen=True)
class AccountWay:
    """As much of a `Way` as sessions need. IBM's programs are not written yet, so its jobs join, and then fail."""

    service: str
    target: str
    format: str
    account: Account
    bound_to: Session | None = None

    framework: str = field(default="account", init=False)
    error: type[Exception] = field(default=QrelayError, init=False)

    def submit(self, circuits: Any, shots: int = 10, **options: Any) -> Job:
        """A ready-made program in place of every circuit."""
        programs = [_PROGRAMS] * len(circuits) if isinstance(circuits, list) else _PROGRAMS
        session = options.pop("session", self.bound_to)
        return self.account.submit(
            self.account.target(self.target), programs, shots, session=session, input_params={"program_id": "sampler"}
        )

    def id_of(self, job: Job) -> str:
        return job.id

    @property
    def runner(self) -> Any:
        return self.account.target(self.target)

    def open_session(self, **options: Any) -> Session:
        return self.account.open_session(self.target, **options)

    def session(self, session_id: str) -> Session:
        return self.account.session(session_id)

    def inside(self, session: Session) -> Self:
        return replace(self, bound_to=session)
