"""Hubs whose service is a function of the request, and Hubs on the embedded cloud; time that can be turned."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from accounts import closed_at_the_end, flips
from fake_clock import FakeClock

from qrelay.kipu import Hub
from qrelay.program import Program


@pytest.fixture
def clock() -> Any:
    return FakeClock()


@pytest.fixture
def remote(clock: Any) -> Iterator[Callable[..., Hub]]:
    """A Hub whose service is a function of the request."""

    def make(handler: Any, **options: Any) -> Hub:
        given = {"clock": clock, "transport": httpx.MockTransport(handler), **options}
        if "client_id" not in given:
            given.setdefault("token", "a-token")
        return Hub(**given)

    with closed_at_the_end(make) as made:
        yield made


@pytest.fixture
def local() -> Iterator[Callable[..., Hub]]:
    """Hubs on the embedded cloud, closed at the end."""

    def make(**options: Any) -> Hub:
        return Hub.local(**{"waiting": 0.02, "executing": 0.02, **options})

    with closed_at_the_end(make) as made:
        yield made


@pytest.fixture
def described(shared: Path) -> Callable[[str], dict[str, Any]]:
    """A backend's description as the service has it, by the beginning of its file's name."""

    def read(name: str) -> dict[str, Any]:
        document: dict[str, Any] = json.loads((shared / "fixtures" / "kipu" / f"{name}-backend.json").read_text())
        return document

    return read


@pytest.fixture(name="flips")
def _flips() -> Callable[..., Program]:
    return flips
