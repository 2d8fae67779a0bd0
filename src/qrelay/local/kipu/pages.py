"""searchJobs, getWorkloads: in pages, ascending unless asked otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qrelay.local.items import find
from qrelay.local.kipu import session_rules
from qrelay.local.kipu.documents import job_document, workload_document
from qrelay.local.kipu.errors import Problem, json_response
from qrelay.local.kipu.items import Job, Session

if TYPE_CHECKING:
    from starlette.responses import Response

    from qrelay.local.kipu.call import Call

__all__ = ["jobs", "workloads"]

_SIZE = 20
_LARGEST = 2000  # what the framework behind such a service allows by itself; the page says what it really has
_MOST_CRITERIA = 8

# The names that a client may sort by are not published: those of the answer, in both spellings.
_COLUMNS = {
    "id": "id",
    "name": "name",
    "provider": "provider",
    "backendid": "target",
    "status": "state",
    "createdat": "created",
    "startedat": "json_extract(body, '$.begun')",
    "endedat": "json_extract(body, '$.ended')",
    "shots": "json_extract(body, '$.recorded_shots')",
    "type": "kind",
}


async def jobs(call: Call) -> Response:
    """searchJobs. Jobs of one service execution only, if the query names it."""
    named = call.query.get("serviceExecutionId")
    if named and named not in call.hub.service_executions.values():
        raise Problem(404, f"Service execution '{named}' was not found.")
    return _page(call, [Job.kind], named or None)


async def workloads(call: Call) -> Response:
    """getWorkloads and getServiceExecutionWorkloads: jobs, those of sessions among them, and sessions."""
    return _page(call, [Job.kind, Session.kind], call.within())


def _page(call: Call, kinds: list[str], service_execution: str | None) -> Response:
    page, size = _number(call, "page", 0, 0), min(_number(call, "size", _SIZE, 1), _LARGEST)
    order = _order(call.query.getlist("sort"))
    store = call.hub.store
    session_rules.end_expired(store, call.now)
    where = f"workspace = ? AND kind IN ({', '.join('?' * len(kinds))})"
    values: list[Any] = [call.workspace, *kinds]
    if service_execution is not None:
        where += " AND json_extract(body, '$.service_execution') = ?"
        values.append(service_execution)
    with store.transaction():
        counted = store.row(f"SELECT count(*) FROM items WHERE {where}", *values)  # noqa: S608 - values bound
        rows = store.rows(
            f"SELECT kind, id FROM items WHERE {where} ORDER BY {order} LIMIT ? OFFSET ?",  # noqa: S608 - columns by a table
            *values, size, page * size,
        )  # fmt: skip
        content = [_document(call, kind, name, search=kinds == [Job.kind]) for kind, name in rows]
    total = 0 if counted is None else int(counted[0])
    return json_response(
        {"content": content, "page": page, "size": size, "total_elements": total, "total_pages": -(-total // size)}
    )


def _document(call: Call, kind: str, name: str, *, search: bool) -> dict[str, Any]:
    item: Job | Session | None
    if kind == Job.kind:
        item = find(call.hub.store, Job, call.workspace, name)
    else:
        item = find(call.hub.store, Session, call.workspace, name)
    assert item is not None  # read in the same transaction
    return job_document(item) if search and isinstance(item, Job) else workload_document(item)


def _order(criteria: list[str]) -> str:
    """`property`, `property,asc`, `property,desc`, also `first,second,desc`, as an ORDER BY list."""
    parts: list[str] = []
    last = "ASC"
    for criterion in criteria:
        words = [word.strip() for word in criterion.split(",") if word.strip()]
        direction = "ASC"
        if words and words[-1].lower() in ("asc", "desc"):
            direction = words.pop().upper()
        for word in words:
            column = _COLUMNS.get(word.replace("_", "").lower())
            if column is None:
                raise Problem(400, f"Cannot sort by '{word}'.")
            parts.append(f"{column} {direction}")
            last = direction
    if len(parts) > _MOST_CRITERIA:
        raise Problem(400, f"Cannot sort by more than {_MOST_CRITERIA} properties.")
    # the number is the order of creation, and makes that of equal ones the same on every page
    return ", ".join([*parts, f"number {last}"])


def _number(call: Call, name: str, default: int, least: int) -> int:
    text = call.query.get(name)
    if not text:
        return default
    if not text.isascii() or not text.isdigit() or len(text) > 9 or int(text) < least:
        raise Problem(400, f"Query parameter '{name}' must be a whole number of at least {least}, not '{text}'.")
    return int(text)
