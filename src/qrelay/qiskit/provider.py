"""Provider: an account's targets as Qiskit backends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qrelay import cloud
from qrelay.cloud.choosing import chosen_targets, refuse_without_circuits
from qrelay.errors import UnknownTarget
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
            targets = chosen_targets(
                self._account.targets(),
                name,
                min_num_qubits=min_num_qubits,
                simulator=simulator,
                available=available,
                operational=operational,
                **attributes,
            )
            found = [Backend(self, target) for target in targets]
            return [backend for backend in found if filters is None or filters(backend)]

    def get_backend(self, name: str) -> Backend:
        """The backend of that name. Raises UnknownTarget, also a QiskitBackendNotFoundError, with the nearest names."""
        with qiskit_errors():
            target = self._account.target(name)
            refuse_without_circuits(target, "Provider.backends()")
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
