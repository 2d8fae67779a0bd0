"""Ctrl-C and cancelled tasks in the middle of what costs: the user is told what may be there, and where to look."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from qrelay.cloud import loop
from qrelay.kipu import Hub


class Stuck:
    """A Hub whose POSTs are carried out and never answered."""

    def __init__(self, backend: dict[str, Any]) -> None:
        self.backend = backend
        self.posted: list[dict[str, Any]] = []

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            self.posted.append(json.loads(request.content))
            await asyncio.Event().wait()
        return httpx.Response(200, json=[self.backend])


@pytest.fixture
def stuck(described: Callable[[str], dict[str, Any]]) -> Stuck:
    return Stuck(described("qsim") | {"id": "ibm.qpu.brisbane", "provider": "IBM"})


def test_p27_an_interrupted_opening_says_that_a_session_may_be_open(
    remote: Callable[..., Hub], stuck: Stuck, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A dedicated session goes on costing after Ctrl-C, and nothing had told of it."""
    hub = remote(stuck)
    hub.targets()
    real = loop.start

    def start(function: Any, *args: Any, **kwargs: Any) -> Any:
        future = real(function, *args, **kwargs)
        monkeypatch.setattr(future, "result", lambda: interrupt(future))
        return future

    def interrupt(future: Any) -> None:
        while not stuck.posted:
            pass
        raise KeyboardInterrupt

    monkeypatch.setattr(loop, "start", start)
    with pytest.raises(KeyboardInterrupt) as caught:
        hub.open_session("ibm.qpu.brisbane", name="mine")
    monkeypatch.undo()
    assert "close_sessions()" in "".join(getattr(caught.value, "__notes__", []))


def test_p27_a_cancelled_opening_says_so_too(remote: Callable[..., Hub], stuck: Stuck) -> None:
    hub = remote(stuck)

    async def work() -> BaseException:
        opening = asyncio.ensure_future(hub.open_session_async("ibm.qpu.brisbane", name="mine"))
        while not stuck.posted:  # noqa: ASYNC110 - on another loop
            await asyncio.sleep(0.01)
        opening.cancel()
        try:
            await opening
        except asyncio.CancelledError as error:
            return error
        raise AssertionError

    error = asyncio.run(work())
    assert "close_sessions()" in "".join(getattr(error, "__notes__", []))


def test_p18_whatever_breaks_off_a_submission_says_where_to_look(
    remote: Callable[..., Hub], described: Callable[[str], dict[str, Any]], flips: Any
) -> None:
    """A list of circuits, and a defect in one of them: the others may have been accepted and are paid."""

    def serve(request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            raise RuntimeError("a defect")
        return httpx.Response(200, json=[described("qsim")])

    with pytest.raises(RuntimeError, match="a defect") as caught:
        remote(serve).submit("kipu.sim.qsim", [flips("01"), flips("10")], shots=10)
    assert "account.job('batch-" in "".join(getattr(caught.value, "__notes__", []))
