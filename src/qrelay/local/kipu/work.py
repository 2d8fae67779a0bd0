"""What the worker's steps mean for the Hub's jobs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from qrelay.local.items import Failure, find, load, unfinished
from qrelay.local.kipu import session_rules
from qrelay.local.kipu.execution import Order, execute
from qrelay.local.kipu.items import Job, read_part, write_part
from qrelay.local.refusal import ExecutionRefused
from qrelay.local.worker import States

if TYPE_CHECKING:
    from qrelay.local.store import Store

__all__ = ["Engine", "HubWork", "order_of"]

Engine = Callable[[Order], bytes]


def order_of(job: Job, given: Any) -> Order:
    """What the job asks for; the discriminator that the specification allows inside the input is no part of it."""
    if isinstance(given, dict):
        given = {name: value for name, value in given.items() if name != "backendId"}
    return Order(
        backend=job.target,
        input_format=job.input_format,
        input=given,
        input_params=job.params,
        shots=job.shots,
        seed=int.from_bytes(hashlib.sha256(job.id.encode()).digest()[:4]),
    )


class HubWork:
    """Input and result are kept beside the job. `engine` takes the place of the simulation, for tests."""

    states = States(
        waiting="PENDING",
        executing="RUNNING",
        succeeded="COMPLETED",
        failed="FAILED",
        requested="CANCELLING",
        cancelling="CANCELLING",
        cancelled="CANCELLED",
    )

    def __init__(self, store: Store, engine: Engine | None = None) -> None:
        self._store = store
        self._engine = engine

    def find(self, workspace: str, id: str) -> Job | None:  # noqa: A002
        return find(self._store, Job, workspace, id)

    def unfinished(self) -> list[Job]:
        return load(self._store, Job, unfinished(Job))

    def counted(self, job: Job) -> None:
        """Nothing changes in the Hub's jobs while they wait."""

    def begun(self, job: Job) -> bytes | None:
        session_rules.job_begun(self._store, job)
        return read_part(self._store, job, "input")

    def compute(self, job: Job, data: bytes | None) -> bytes | Failure:
        if data is None:
            return Failure("InvalidInput", "The job's input is not there any more.")
        try:
            return (self._engine or execute)(order_of(job, json.loads(data)))
        except ExecutionRefused as refused:
            return Failure(refused.code, refused.message)

    def answered(self, job: Job, answer: bytes) -> None:
        write_part(self._store, job, "result", answer)

    def ended(self, job: Job) -> None:
        session_rules.job_ended(self._store, job)
