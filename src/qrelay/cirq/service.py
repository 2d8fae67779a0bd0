"""Service: an account's targets as Cirq's samplers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

from qrelay import cloud
from qrelay.cirq.job import Job
from qrelay.cirq.sampler import Sampler
from qrelay.cirq.session import Session
from qrelay.cloud.choosing import chosen_targets, refuse_without_circuits

__all__ = ["Service"]


class Service:
    """`Service(workspace).sampler("ionq.simulator")` is where a Cirq program starts.

    What is raised are qrelay's errors. A circuit or an option that cannot be meant is also a ValueError, an unknown
    target also a LookupError, and a wait that took too long also a TimeoutError. Every method has a twin with the
    suffix `_async`, which may be awaited from duet and from asyncio.
    """

    def __init__(self, account: cloud.Account) -> None:
        self._account = account

    @property
    def account(self) -> cloud.Account:
        return self._account

    def targets(
        self,
        name: str | None = None,
        *,
        min_num_qubits: int | None = None,
        simulator: bool | None = None,
        available: bool | None = None,
        **attributes: Any,
    ) -> list[cloud.Target]:
        """The account's targets that run circuits, in the service's order.

        Args:
            name: only the target of this id.
            min_num_qubits: leaves out targets that are smaller, or whose size the service does not tell.
            simulator: only simulators, or only hardware.
            available: only what takes jobs now, or only what does not.
            attributes: equality of the description's fields, such as `provider="ionq"` or `sessions=True`.

        Targets for pulses or photons take no circuits and are not listed.
        """
        return chosen_targets(
            self._account.targets(),
            name,
            min_num_qubits=min_num_qubits,
            simulator=simulator,
            available=available,
            **attributes,
        )

    async def targets_async(
        self,
        name: str | None = None,
        *,
        min_num_qubits: int | None = None,
        simulator: bool | None = None,
        available: bool | None = None,
        **attributes: Any,
    ) -> list[cloud.Target]:
        return chosen_targets(
            await self._account.targets_async(),
            name,
            min_num_qubits=min_num_qubits,
            simulator=simulator,
            available=available,
            **attributes,
        )

    def sampler(self, name: str, /, **options: Any) -> Sampler:
        """The sampler of that target; every run takes `options`, of which `Sampler` says which there are.

        Raises UnknownTarget, with the nearest names, and InvalidOption.
        """
        return self._sampler(self._account.target(name), options)

    async def sampler_async(self, name: str, /, **options: Any) -> Sampler:
        return self._sampler(await self._account.target_async(name), options)

    def job(self, id: str) -> Job:  # noqa: A002 - the word of the contract
        """A job of any process by its id, that of a sweep or a batch included."""
        return Job(self._account.job(id))

    async def job_async(self, id: str) -> Job:  # noqa: A002
        return Job(await self._account.job_async(id))

    def jobs(self, **filters: Any) -> Iterator[Job]:
        """Jobs of the account, newest first, as the service lists them: a sweep may appear as several jobs.

        Filters: name (its beginning), target, provider, status, session, created_after, created_before, limit.
        """
        return map(Job, self._account.jobs(**filters))

    async def jobs_async(self, **filters: Any) -> AsyncIterator[Job]:
        async for job in self._account.jobs_async(**filters):
            yield Job(job)

    def session(self, id: str) -> Session:  # noqa: A002
        """A session opened elsewhere. Entering it as a context manager closes it at the end of the block."""
        session = self._account.session(id)
        return Session(self.sampler(session.target), session)

    async def session_async(self, id: str) -> Session:  # noqa: A002
        session = await self._account.session_async(id)
        return Session(await self.sampler_async(session.target), session)

    def _sampler(self, target: cloud.Target, options: dict[str, Any]) -> Sampler:
        refuse_without_circuits(target, "Service.targets()")
        return Sampler(self._account, target, **options)

    def __repr__(self) -> str:
        return f"<Service of {self._account!r}>"
