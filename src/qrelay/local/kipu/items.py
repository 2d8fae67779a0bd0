"""The Hub's jobs and sessions as the store keeps them, and beside each job what went in and came out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from qrelay.local import items

if TYPE_CHECKING:
    from qrelay.local.store import Store

__all__ = ["Job", "Session", "read_part", "write_part"]

Part = Literal["input", "result"]


@dataclass(slots=True, kw_only=True)
class Job(items.Job):
    """A job; `target` is the backend's id, `params` the input_params as they were sent."""

    kind: ClassVar[str] = "HubJob"
    final_states: ClassVar[frozenset[str]] = frozenset({"COMPLETED", "FAILED", "CANCELLED", "ABORTED"})

    shots: int  # of each circuit
    recorded_shots: int  # of the whole job, as its description says
    sdk_provider: str
    state: str = "PENDING"
    added_params: dict[str, Any] = field(default_factory=dict)  # what the service writes into input_params
    service_execution: str | None = None


@dataclass(slots=True, kw_only=True)
class Session(items.Item):
    kind: ClassVar[str] = "HubSession"
    final_states: ClassVar[frozenset[str]] = frozenset({"CLOSED", "ABORTED"})

    mode: str
    sdk_provider: str
    state: str = "OPEN"
    metadata: dict[str, Any] | None = None
    begun: int | None = None
    expires: int | None = None
    service_execution: str | None = None


def write_part(store: Store, job: items.Job, part: Part, data: bytes) -> None:
    store.run("INSERT OR REPLACE INTO payloads VALUES (?,?,?,?)", job.workspace, job.id, part, data)


def read_part(store: Store, job: items.Job, part: Part) -> bytes | None:
    """What the job was given or has come to, or None if it has not."""
    row = store.row("SELECT data FROM payloads WHERE workspace=? AND job=? AND part=?", job.workspace, job.id, part)
    return None if row is None else bytes(row[0])
