"""Jobs and sessions as the store keeps them: what those of every service have in common."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qrelay.local.store import Store

__all__ = ["Failure", "Item", "Job", "find", "load", "remove", "save", "unfinished"]


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a job failed, in the service's words."""

    code: str
    message: str


@dataclass(slots=True, kw_only=True)
class Item:
    """What jobs and sessions share. Times are nanoseconds since 1970, UTC.

    `kind` is the name of the class in the store, `final_states` those that an item never leaves; `workspace` keeps
    apart what different users of a service may not see of each other.
    """

    kind: ClassVar[str]
    final_states: ClassVar[frozenset[str]]

    workspace: str
    id: str
    name: str
    provider: str
    target: str
    created: int
    state: str
    fingerprint: str = ""  # of the request that made it, where a repeated request is known by it
    session: str | None = None
    ended: int | None = None
    tags: list[str] = field(default_factory=list)

    @property
    def final(self) -> bool:
        return self.state in self.final_states

    @classmethod
    def revived(cls, values: dict[str, Any]) -> Self:
        """The item from its values as JSON gives them back."""
        return cls(**values)


@dataclass(slots=True, kw_only=True)
class Job(Item):
    """A job, as far as the worker knows it."""

    input_format: str
    params: dict[str, Any]
    modified: int
    begun: int | None = None
    cancelled: int | None = None
    failure: Failure | None = None

    @classmethod
    def revived(cls, values: dict[str, Any]) -> Self:
        failure = values.get("failure")
        return cls(**(values | {"failure": Failure(**failure) if failure else None}))


_COLUMNS = ("workspace", "id", "name", "provider", "target", "created", "fingerprint", "state", "session")
_Made = TypeVar("_Made", bound=Item)


def save(store: Store, item: Item) -> None:
    """Write an item, new or changed."""
    columns = [getattr(item, name) for name in _COLUMNS]
    body = json.dumps({name: value for name, value in asdict(item).items() if name not in _COLUMNS})
    with store.transaction():
        changed = store.run(
            "UPDATE items SET workspace=?, id=?, name=?, provider=?, target=?, created=?, fingerprint=?, state=?, "
            "session=?, body=? WHERE workspace=? AND kind=? AND id=?",
            *columns, body, item.workspace, item.kind, item.id,
        )  # fmt: skip
        if not changed:
            store.run(
                "INSERT INTO items (workspace, id, name, provider, target, created, fingerprint, state, session, body, "
                "kind) VALUES (?,?,?,?,?,?,?,?,?,?,?)",
                *columns, body, item.kind,
            )  # fmt: skip


def remove(store: Store, item: Item) -> None:
    store.run("DELETE FROM items WHERE workspace=? AND kind=? AND id=?", item.workspace, item.kind, item.id)


def unfinished(kind: type[Item]) -> str:
    """The condition, in SQL, for all states that are not final."""
    return f"state NOT IN ({', '.join(repr(state) for state in sorted(kind.final_states))})"


def load(store: Store, kind: type[_Made], where: str, *values: Any) -> list[_Made]:
    """Items of one kind, oldest first. `where` is SQL of ours, never of a request."""
    rows = store.rows(
        f"SELECT {', '.join(_COLUMNS)}, body FROM items WHERE kind=? AND ({where}) ORDER BY number",  # noqa: S608
        kind.kind,
        *values,
    )
    return [_made(kind, row) for row in rows]


def find(store: Store, kind: type[_Made], workspace: str, id: str) -> _Made | None:  # noqa: A002
    """The item of that id, or None."""
    return next(iter(load(store, kind, "workspace=? AND id=?", workspace, id)), None)


def _made(kind: type[_Made], row: Iterable[Any]) -> _Made:
    *columns, body = row
    values: dict[str, Any] = dict(zip(_COLUMNS, columns, strict=True)) | json.loads(body)
    known = {entry.name for entry in fields(kind)}
    return kind.revived({name: value for name, value in values.items() if name in known})
