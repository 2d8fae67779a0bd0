"""Jobs_List, Sessions_Listv2, SessionsJobs_List, TopLevelItems_Listv2: filtered, ordered, in pages of at most 100."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from qrelay.local.azure import session_rules
from qrelay.local.azure.documents import job_document, session_document
from qrelay.local.azure.errors import ServiceError, json_response
from qrelay.local.azure.items import load_job, load_session
from qrelay.local.azure.odata import FilterError, Sql, compile_filter, compile_order

if TYPE_CHECKING:
    from starlette.responses import Response

    from qrelay.local.azure.plane import Call

__all__ = ["jobs", "session_jobs", "sessions", "top_level_items"]

_PAGE = 100


async def jobs(call: Call) -> Response:
    return _page(call, Sql("kind = 'Job'"))


async def sessions(call: Call) -> Response:
    return _page(call, Sql("kind = 'Session'"))


async def session_jobs(call: Call) -> Response:
    if load_session(call.plane.store, call.workspace, call.id) is None:
        raise ServiceError(404, "ResourceNotFound", f"Session '{call.id}' was not found in this workspace.")
    return _page(call, Sql("kind = 'Job' AND session = ?", (call.id,)))


async def top_level_items(call: Call) -> Response:
    """Sessions, and the jobs that belong to none."""
    return _page(call, Sql("session IS NULL"))


def _page(call: Call, which: Sql) -> Response:
    skip, top = _number(call, "skip", 0), min(_number(call, "top", _PAGE), _PAGE)
    if top == 0:
        raise ServiceError(400, "InvalidQueryParameter", "top must be at least 1.")
    try:
        wanted = compile_filter(call.query["filter"]) if call.query.get("filter") else Sql("1")
        # Newest first, as recorded; the number makes the order of equal ones the same on every page.
        order = compile_order(call.query["orderby"]) if call.query.get("orderby") else Sql("number DESC")
    except FilterError as error:
        raise ServiceError(400, "InvalidQueryParameter", str(error)) from None
    session_rules.end_idle(call.plane.store, call.now, call.plane.session_idle)
    rows = call.plane.store.rows(
        f"SELECT kind, id FROM items WHERE workspace = ? AND ({which.text}) AND ({wanted.text}) "  # noqa: S608 - fields by a table, values bound
        f"ORDER BY {order.text}, number DESC LIMIT ? OFFSET ?",
        call.workspace, *which.values, *wanted.values, top + 1, skip,
    )  # fmt: skip
    more = len(rows) > top
    value = [document for kind, name in rows[:top] if (document := _document(call, kind, name)) is not None]
    return json_response({"value": value, "nextLink": _next_link(call, skip + top, top) if more else None})


def _document(call: Call, kind: str, name: str) -> dict[str, Any] | None:
    if kind == "Job":
        job = load_job(call.plane.store, call.workspace, name)
        return None if job is None else job_document(call, job, "list")
    session = load_session(call.plane.store, call.workspace, name)
    return None if session is None else session_document(call, session)


def _next_link(call: Call, skip: int, top: int) -> str:
    kept = {name: call.query[name] for name in ("api-version", "filter", "orderby") if name in call.query}
    return f"{call.url}?{urlencode(kept | {'skip': skip, 'top': top})}"


def _number(call: Call, name: str, default: int) -> int:
    text = call.query.get(name)
    if text is None:
        return default
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise ServiceError(400, "InvalidQueryParameter", f"{name} must be a whole number, not '{text}'.")
    return int(text)
