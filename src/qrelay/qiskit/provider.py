"""Provider: an account's targets as Qiskit backends."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

from qrelay import cloud
from qrelay.errors import InvalidOption, UnknownTarget
from qrelay.qiskit.backend import Backend
from qrelay.qiskit.errors import qiskit_errors
from qrelay.qiskit.job import Job
from qrelay.qiskit.session import Session

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Provider"]


class Provider:
    """`Provider(workspace).get_backend("ionq.simulator")` is where a Qiskit program starts."""

    def __init__(self, account: cloud.Account) -> None:
        self._account = account

    @property
    def account(self) -> cloud.Account:
        return self._account

    def backends(
        self,
        name: str | None = None,
        *,
        min_num_qubits: int | None = None,
        simulator: bool | None = None,
        available: bool | None = None,
        operational: bool | None = None,
        filters: Callable[[Backend], bool] | None = None,
        **attributes: Any,
    ) -> list[Backend]:
        """The account's targets that run circuits, in the service's order.

        Args:
            name: only the target of this id.
            min_num_qubits: leaves out targets that are smaller, or whose size the service does not tell.
            simulator: only simulators, or only hardware.
            available, operational: (two words for one thing) only what takes jobs now, or only what does not.
            filters: a test of your own.
            attributes: equality of the description's fields, such as `provider="ionq"` or `sessions=True`.

        Targets for pulses or photons take no circuits and are not listed.
        """
        with qiskit_errors():
            if available is not None and operational is not None and available != operational:
                raise InvalidOption("`available` and `operational` are the same filter.", option="operational")
            wanted = dict(attributes)
            if name is not None:
                wanted["id"] = name
            if simulator is not None:
                wanted["simulator"] = simulator
            if available is not None or operational is not None:
                wanted["available"] = available if available is not None else operational
            fields = cloud.Target.__dataclass_fields__
            for word in wanted:
                if word not in fields:
                    near = difflib.get_close_matches(word, fields, n=3)
                    hint = f" Did you mean {' or '.join(near)}?" if near else ""
                    raise InvalidOption(f"Targets have no {word!r} to filter by.{hint}", option=word)
            found = []
            for target in self._account.targets():
                if not target.formats or any(getattr(target, word) != value for word, value in wanted.items()):
                    continue
                if min_num_qubits is not None and (target.num_qubits is None or target.num_qubits < min_num_qubits):
                    continue
                found.append(Backend(self, target))
            return [backend for backend in found if filters is None or filters(backend)]

    def get_backend(self, name: str) -> Backend:
        """The backend of that name. Raises UnknownTarget, also a QiskitBackendNotFoundError, with the nearest names."""
        with qiskit_errors():
            target = self._account.target(name)
            if not target.formats:
                raise UnknownTarget(
                    f"{target.id} is no backend. {target.why_no_circuits} Provider.backends() lists what there is.",
                    name=name,
                )
            return Backend(self, target)

    def least_busy(self, **filters: Any) -> Backend:
        """The available backend with the shortest queue, by the service's figures; `filters` as of `backends`.

        Targets that the service calls degraded come behind all others, then those whose queue it does not tell. Pass
        `simulator=True` to stay with simulators. Raises UnknownTarget if no backend is left.
        """
        if {"available", "operational"}.isdisjoint(filters):
            filters["available"] = True
        with qiskit_errors():
            candidates = self.backends(**filters)
            if not candidates:
                raise UnknownTarget(
                    "No available backend passes these filters; Provider.backends() lists all there are.", name=""
                )
            return min(candidates, key=_queue)

    def job(self, job_id: str) -> Job:
        """A job of any process by its id, that of a list of circuits included."""
        with qiskit_errors():
            job = self._account.job(job_id)
            return Job(self._backend_of(job.target), job)

    def session(self, session_id: str) -> Session:
        """A session opened elsewhere. Entering it as a context manager closes it at the end of the block."""
        with qiskit_errors():
            session = self._account.session(session_id)
            return Session(self.get_backend(session.target), session)

    def _backend_of(self, target: str) -> Backend | None:
        """None for targets that are gone, or that take no circuits: their jobs can be read all the same."""
        try:
            return self.get_backend(target)
        except UnknownTarget:
            return None

    def __repr__(self) -> str:
        return f"<Provider of {self._account!r}>"


def _queue(backend: Backend) -> tuple[bool, bool, int]:
    device = backend.device
    return device.degraded, device.queue_seconds is None, device.queue_seconds or 0
