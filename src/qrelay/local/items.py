"""Jobs and sessions as the store keeps them."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING, Any, Literal, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qrelay.local.store import Store

__all__ = [
    "FINAL", "UNFINISHED", "Failure", "Item", "Job", "Policy", "Session", "load", "load_job", "load_session", "remove",
    "save",
]  # fmt: skip

Policy = Literal["Abort", "Continue"]

FINAL = frozenset({"Succeeded", "Completed", "Failed", "Cancelled", "TimedOut"})
"""States that a job or session never leaves."""

UNFINISHED = f"state NOT IN ({', '.join(repr(state) for state in sorted(FINAL))})"
"""The condition, in SQL, for all other states."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a job failed, in the service's words."""

    code: str
    message: str


@dataclass(slots=True, kw_only=True)
class Item:
    """What jobs and sessions share. Times are nanoseconds since 1970, UTC."""

    workspace: str
    id: str
    name: str
    provider: str
    target: str
    created: int
    fingerprint: str  # of the request that made it: a repeated PUT is known by it
    state: str = "Waiting"
    ended: int | None = None
    priority: str = "Standard"
    tags: list[str] = field(default_factory=list)

    @property
    def final(self) -> bool:
        return self.state in FINAL


@dataclass(slots=True, kw_only=True)
class Job(Item):
    """A job. Blobs are (container, name) in the workspace's own storage account."""

    container: str
    input_blob: tuple[str, str]
    output_blob: tuple[str, str]
    input_format: str
    output_format: str
    params: dict[str, Any]
    metadata: dict[str, str] | None
    modified: int
    session: str | None = None
    begun: int | None = None
    cancelled: int | None = None
    items: int | None = None  # counted when the job leaves the queue
    failure: Failure | None = None
    metered: bool = False


@dataclass(slots=True, kw_only=True)
class Session(Item):
    """A session; `closed` may be true while its last jobs still run."""

    policy: Policy
    touched: int  # the last time a job came or ended: idle time counts from here
    closed: bool = False


_COLUMNS = ("workspace", "id", "name", "provider", "target", "created", "fingerprint", "state")
_Made = TypeVar("_Made", Job, Session)


def save(store: Store, item: Job | Session) -> None:
    """Write an item, new or changed."""
    kind = type(item).__name__
    columns = [getattr(item, name) for name in _COLUMNS]
    session = item.session if isinstance(item, Job) else None
    body = json.dumps({name: value for name, value in asdict(item).items() if name not in (*_COLUMNS, "session")})
    with store.transaction():
        changed = store.run(
            "UPDATE items SET workspace=?, id=?, name=?, provider=?, target=?, created=?, fingerprint=?, state=?, "
            "session=?, body=? WHERE workspace=? AND kind=? AND id=?",
            *columns, session, body, item.workspace, kind, item.id,
        )  # fmt: skip
        if not changed:
            store.run(
                "INSERT INTO items (workspace, id, name, provider, target, created, fingerprint, state, session, body, "
                "kind) VALUES (?,?,?,?,?,?,?,?,?,?,?)",
                *columns, session, body, kind,
            )  # fmt: skip


def remove(store: Store, item: Item) -> None:
    kind = type(item).__name__
    store.run("DELETE FROM items WHERE workspace=? AND kind=? AND id=?", item.workspace, kind, item.id)


def load(store: Store, kind: type[_Made], where: str, *values: Any) -> list[_Made]:
    """Items of one kind, oldest first. `where` is SQL of ours, never of a request."""
    rows = store.rows(
        f"SELECT {', '.join(_COLUMNS)}, session, body FROM items WHERE kind=? AND ({where}) ORDER BY number",  # noqa: S608
        kind.__name__,
        *values,
    )
    return [_made(kind, row) for row in rows]


def load_job(store: Store, workspace: str, id: str) -> Job | None:  # noqa: A002
    return next(iter(load(store, Job, "workspace=? AND id=?", workspace, id)), None)


def load_session(store: Store, workspace: str, id: str) -> Session | None:  # noqa: A002
    return next(iter(load(store, Session, "workspace=? AND id=?", workspace, id)), None)


def _made(kind: type[_Made], row: Iterable[Any]) -> _Made:
    *columns, session, body = row
    values: dict[str, Any] = dict(zip(_COLUMNS, columns, strict=True)) | json.loads(body)
    if kind is Job:
        values["session"] = session
        values["input_blob"] = tuple(values["input_blob"])
        values["output_blob"] = tuple(values["output_blob"])
        values["failure"] = Failure(**values["failure"]) if values["failure"] else None
    known = {entry.name for entry in fields(kind)}
    return kind(**{name: value for name, value in values.items() if name in known})
