"""Jobs and sessions of a workspace, as the store keeps them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

from qrelay.local import items
from qrelay.local.items import find

if TYPE_CHECKING:
    from qrelay.local.store import Store

__all__ = ["Job", "Policy", "Session", "load_job", "load_session"]

Policy = Literal["Abort", "Continue"]

_FINAL = frozenset({"Succeeded", "Completed", "Failed", "Cancelled", "TimedOut"})


@dataclass(slots=True, kw_only=True)
class Job(items.Job):
    """A job. Blobs are (container, name) in the workspace's own storage account."""

    kind: ClassVar[str] = "Job"
    final_states: ClassVar[frozenset[str]] = _FINAL

    container: str
    input_blob: tuple[str, str]
    output_blob: tuple[str, str]
    output_format: str
    metadata: dict[str, str] | None
    state: str = "Waiting"
    priority: str = "Standard"
    items: int | None = None  # counted when the job leaves the queue
    metered: bool = False

    @classmethod
    def revived(cls, values: dict[str, Any]) -> Self:
        blobs = {name: tuple(values[name]) for name in ("input_blob", "output_blob")}
        return super(Job, cls).revived(values | blobs)


@dataclass(slots=True, kw_only=True)
class Session(items.Item):
    """A session; `closed` may be true while its last jobs still run."""

    kind: ClassVar[str] = "Session"
    final_states: ClassVar[frozenset[str]] = _FINAL

    policy: Policy
    touched: int  # the last time a job came or ended: idle time counts from here
    state: str = "Waiting"
    priority: str = "Standard"
    closed: bool = False


def load_job(store: Store, workspace: str, id: str) -> Job | None:  # noqa: A002
    return find(store, Job, workspace, id)


def load_session(store: Store, workspace: str, id: str) -> Session | None:  # noqa: A002
    return find(store, Session, workspace, id)
