"""Hubs whose service is a function of the request, and Hubs on the embedded cloud; time that can be turned."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from qrelay.kipu import Hub
from qrelay.program import Program, Register

_spec = importlib.util.spec_from_file_location("fake_clock", Path(__file__).parents[1] / "cloud" / "conftest.py")
assert _spec is not None
assert _spec.loader is not None
_module = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_module)
FakeClock = _module.FakeClock


@pytest.fixture(scope="session")
def fake_clock() -> Any:
    """The kind of time, for tests that need several."""
    return FakeClock


@pytest.fixture
def clock() -> Any:
    return FakeClock()


@pytest.fixture
def remote(clock: Any) -> Iterator[Callable[..., Hub]]:
    """A Hub whose service is a function of the request."""
    opened: list[Hub] = []

    def make(handler: Any, **options: Any) -> Hub:
        given = {"clock": clock, "transport": httpx.MockTransport(handler), **options}
        if "client_id" not in given:
            given.setdefault("token", "a-token")
        hub = Hub(**given)
        opened.append(hub)
        return hub

    yield make
    for hub in opened:
        hub.close()


@pytest.fixture
def local() -> Iterator[Callable[..., Hub]]:
    """Hubs on the embedded cloud, closed at the end."""
    opened: list[Hub] = []

    def make(**options: Any) -> Hub:
        hub = Hub.local(**{"waiting": 0.02, "executing": 0.02, **options})
        opened.append(hub)
        return hub

    yield make
    for hub in opened:
        hub.close()


@pytest.fixture
def described(shared: Path) -> Callable[[str], dict[str, Any]]:
    """A backend's description as the service has it, by the beginning of its file's name."""

    def read(name: str) -> dict[str, Any]:
        document: dict[str, Any] = json.loads((shared / "fixtures" / "kipu" / f"{name}-backend.json").read_text())
        return document

    return read


def flips(bits: str, name: str = "flips") -> Program:
    """X on the qubits whose bit is 1; bit i from qubit i; `bits` is written highest first."""
    count = len(bits)
    ones = [index for index in range(count) if bits[count - 1 - index] == "1"]
    operations: list[Any] = [("x", (index,), ()) for index in ones]
    operations += [("measure", (index,), (index,)) for index in range(count)]
    return Program(count, count, operations, (Register("c", tuple(range(count))),), name=name)


@pytest.fixture(name="flips")
def _flips() -> Callable[..., Program]:
    return flips
