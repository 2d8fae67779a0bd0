"""The embedded cloud as this room's tests come to it, and descriptions of devices."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from qrelay.azure import Workspace
from qrelay.cloud import Target
from qrelay.qiskit import Provider

GATES = frozenset(
    {"h", "p", "rx", "ry", "rz", "s", "sdg", "t", "sx", "cx", "cz", "swap", "rzz", "ccx", "id", "x", "global_phase"}
)


def pytest_configure(config: pytest.Config) -> None:
    # On Qiskit 1.4, Aer reads a property of circuits that Qiskit 1.4 deprecates.
    config.addinivalue_line("filterwarnings", "ignore::DeprecationWarning:qiskit_aer.backends.aer_compiler")


@pytest.fixture(scope="module")
def workspace() -> Iterator[Workspace]:
    with Workspace.local() as opened:
        yield opened


@pytest.fixture
def provider(workspace: Workspace) -> Provider:
    return Provider(workspace)


@pytest.fixture
def device() -> Callable[..., Target]:
    """Makes an all-to-all machine of five qubits; arguments are fields of the Target to change."""

    def make(**changes: Any) -> Target:
        fields: dict[str, Any] = {
            "id": "toy.five",
            "provider": "toy",
            "available": True,
            "status": "Available",
            "num_qubits": 5,
            "formats": ("qir.v1",),
            "gates": GATES,
            "options": {"skipQuilc": "leave out the compiler"},
        }
        return Target(**{**fields, **changes})

    return make


@pytest.fixture
def line() -> tuple[tuple[int, int], ...]:
    """Five qubits in a row."""
    return ((0, 1), (1, 2), (2, 3), (3, 4))
