"""LocalCloud: the parts put together."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Self

from qrelay.errors import InvalidOption
from qrelay.local.azure.compute import Computation, Engine
from qrelay.local.azure.plane import Plane
from qrelay.local.azure.routes import half as azure_half
from qrelay.local.azure.work import WorkspaceWork
from qrelay.local.blobs import Blobs
from qrelay.local.clock import Clock, system_clock
from qrelay.local.faults import Fault, Faults
from qrelay.local.halves import Halves
from qrelay.local.kipu.backends import BACKENDS
from qrelay.local.kipu.call import Hub
from qrelay.local.kipu.execution import check
from qrelay.local.kipu.routes import half as kipu_half
from qrelay.local.kipu.work import Engine as HubEngine
from qrelay.local.kipu.work import HubWork
from qrelay.local.sas import Signer
from qrelay.local.store import Store
from qrelay.local.timetable import Schedule, Timetable
from qrelay.local.worker import Dwell, Queue, Worker

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from pathlib import Path
    from types import TracebackType

__all__ = ["LocalCloud"]


class LocalCloud:
    """An embedded cloud: workspaces of Azure Quantum at the root, the Kipu Quantum Hub below /quantum.

    `app` is the application of both: serve it on a port, or call it through httpx.ASGITransport.

    data: a file that keeps jobs, sessions and blobs beyond this object, and takes up unfinished jobs; None for memory.
    keys: the API keys and tokens let in, by both services; None for any.
    waiting, executing: the least time in seconds that a job stays so; by default a poll every 50 ms sees both.
    loss, error_rate: the probability that a qubit is lost, and that a shot ends as an error. Of workspaces only, as are
    session_idle: seconds without a job after which a session times out,
    sas_lifetime: seconds for which signed storage addresses are valid, and
    makes_containers: whether asking for a container's address makes it; None, from api-version 2026-01-15 on.
    service_executions: tokens that belong to a service execution of the Hub, each with the execution's id (a UUID).
    faults: what goes wrong, and when, as Fault or as text for parse_fault; more may be added through `app.add`.
    slots: how many jobs are simulated side by side.
    clock: nanoseconds since 1970. engine, hub_engine: stand in for the simulation. schedule: decides when the worker's
    steps are due. These are for tests.
    """

    def __init__(
        self,
        data: Path | None = None,
        *,
        keys: Collection[str] | None = None,
        waiting: float = 0.08,
        executing: float = 0.08,
        loss: float = 0.0,
        error_rate: float = 0.0,
        session_idle: float = 600.0,
        sas_lifetime: float = 14400.0,
        makes_containers: bool | None = None,
        service_executions: Mapping[str, str] | None = None,
        faults: Iterable[Fault | str] = (),
        slots: int | None = None,
        clock: Clock = system_clock,
        engine: Engine | None = None,
        hub_engine: HubEngine | None = None,
        schedule: Schedule | None = None,
    ) -> None:
        seconds = {
            "waiting": waiting, "executing": executing, "session_idle": session_idle, "sas_lifetime": sas_lifetime,
        }  # fmt: skip
        for name, value in seconds.items():
            if value < 0:
                raise InvalidOption(
                    f"`{name}` is a number of seconds and cannot be negative, not {value}.", option=name
                )
        for name, value in {"loss": loss, "error_rate": error_rate}.items():
            if not 0 <= value <= 1:
                raise InvalidOption(f"`{name}` is one of the probabilities, from 0 to 1, not {value}.", option=name)
        if isinstance(keys, str):
            raise TypeError("keys is a collection of keys, not one string: write keys=[key]")
        self._store = Store(data)
        blobs = Blobs(self._store, clock)
        self.signer = Signer(self._store.secret("storage key"), clock, sas_lifetime)
        self._worker = Worker(
            store=self._store,
            clock=clock,
            dwell=Dwell(waiting, executing),
            slots=slots or min(4, os.cpu_count() or 1),
            schedule=schedule or Timetable(),
        )
        workspaces = Queue(self._worker, WorkspaceWork(self._store, blobs, Computation(loss, error_rate, engine)))
        plane = Plane(self._store, blobs, self.signer, workspaces, clock, session_idle, makes_containers)
        queue = Queue(self._worker, HubWork(self._store, hub_engine))
        hub = Hub(self._store, queue, clock, BACKENDS, check, dict(service_executions or {}))
        halves = [kipu_half(hub, keys), azure_half(plane, keys)]  # the workspaces have whatever the Hub has not
        self.app = Faults(Halves(halves), faults)
        workspaces.resume()
        queue.resume()

    def close(self) -> None:
        """Stop the worker and close the store; a file keeps what it has. May be called again."""
        self._worker.stop()
        self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
