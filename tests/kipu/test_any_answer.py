"""Whatever a Hub, or a proxy in its place, answers: a result, or an error of ours that says what to do."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from fake_clock import FakeClock
from hypothesis import given, settings
from hypothesis import strategies as st

from qrelay.errors import QrelayError
from qrelay.kipu import Hub

_JUNK: list[Any] = [
    None, 7, "text", [], {}, [None], [[]], True, {"content": 5}, {"content": [None, {"id": 7}]}, [{"id": 7, "tags": 5}],
    {"id": {"a": 1}, "status": ["x"]}, {"content": [], "total_pages": -5},
    {"content": [{"id": "1"}], "total_pages": "9"},
    {"id": "1", "status": "COMPLETED", "input_format": 5, "backend_id": None, "tags": [None, 7, "qrelay-x-1"]},
]  # fmt: skip
_CALLS: dict[str, Callable[[Hub], Any]] = {
    "targets": lambda hub: hub.targets(),
    "job": lambda hub: hub.job("1"),
    "result": lambda hub: hub.job("1").raw_result(timeout=30),
    "outcome": lambda hub: hub.job("1").results(timeout=30),
    "cancel": lambda hub: hub.job("1").cancel(),
    "jobs": lambda hub: [job.record for job in hub.jobs()],
    "session": lambda hub: hub.session("1"),
    "close": lambda hub: hub.session("1").close(),
    "drain": lambda hub: hub.session("1").drain(),
    "sessions": lambda hub: hub.sessions(),
    "members": lambda hub: hub.job("batch-0b8e7a3c-0000-4000-8000-000000000001-3"),
}


@pytest.mark.parametrize("call", _CALLS)
@pytest.mark.parametrize("status", [200, 204, 207, 301, 400, 404, 418])
def test_any_answer_is_survived(remote: Callable[..., Hub], status: int, call: str) -> None:
    """A maintenance page in place of JSON, a null in place of a list: an AttributeError deep in the client."""
    for junk in (*_JUNK, b"", b"<html>", b'{"id": "hal', b"\xff\xfe"):
        body = {"content": junk} if isinstance(junk, bytes) else {"json": junk}
        answer = httpx.Response(status, **body)
        hub = remote(lambda request, answer=answer: answer)
        with contextlib.suppress(QrelayError):
            _CALLS[call](hub)


_documents = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(
        st.sampled_from(
            ["id", "status", "content", "page", "size", "total_pages", "total_elements", "tags", "created_at", "error",
             "backend_id", "input_format", "shots", "metadata", "type", "configuration", "gates", "connectivity",
             "graph", "qasm", "registers", "counts", "detail"]
        ) | st.text(max_size=4),
        inner, max_size=6,
    ),
    max_leaves=20,
)  # fmt: skip


@settings(max_examples=150)
@given(document=_documents, call=st.sampled_from(sorted(_CALLS)))
def test_any_document_is_survived(document: Any, call: str) -> None:
    content = json.dumps(document).encode()  # with Infinity in it, as Python's reader takes it
    transport = httpx.MockTransport(lambda request: httpx.Response(200, content=content))
    with Hub("t", transport=transport, clock=FakeClock()) as hub, contextlib.suppress(QrelayError):
        _CALLS[call](hub)
