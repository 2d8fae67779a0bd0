"""Provider: which backends there are, and which of them is asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from qiskit.exceptions import QiskitError

from qrelay.azure import Workspace
from qrelay.cloud import Target
from qrelay.errors import (
    InvalidOption,
    NotFound,
    UnknownTarget,
)
from qrelay.qiskit import Provider


def test_backends_are_the_targets_that_take_circuits(provider: Provider, workspace: Workspace) -> None:
    names = [backend.name for backend in provider.backends()]
    assert {"ionq.simulator", "rigetti.sim.qvm", "quantinuum.sim.h2-1e"} <= set(names)
    assert not any(name.startswith("pasqal") for name in names)
    assert names == [target.id for target in workspace.targets() if target.formats]


def test_filters(provider: Provider) -> None:
    everything = provider.backends()
    assert [backend.name for backend in provider.backends("ionq.simulator")] == ["ionq.simulator"]
    assert provider.backends("ionq.nothing") == []
    simulators = provider.backends(simulator=True)
    hardware = provider.backends(simulator=False)
    assert [backend.name for backend in hardware] == [one.name for one in everything if ".qpu." in one.name]
    assert {one.name for one in simulators} == {one.name for one in everything} - {one.name for one in hardware}
    large = provider.backends(min_num_qubits=50)
    assert large
    assert all(backend.num_qubits >= 50 for backend in large)
    assert {backend.device.provider for backend in provider.backends(provider="ionq")} == {"ionq"}
    assert provider.backends(filters=lambda one: one.name.endswith("1e"))
    for word in ("available", "operational"):
        up: dict[str, Any] = {word: True}
        assert all(backend.device.available for backend in provider.backends(**up))
    with pytest.raises(InvalidOption, match="Did you mean") as caught:
        provider.backends(providr="ionq")
    assert isinstance(caught.value, QiskitError)
    for ask in (provider.backends, provider.least_busy):
        with pytest.raises(InvalidOption):
            ask(available=True, operational=False)


def test_a_machine_of_unknown_size_is_not_large_enough(
    provider: Provider, workspace: Workspace, device: Callable[..., Target], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workspace, "targets", lambda: [device(num_qubits=None)])
    assert [backend.name for backend in provider.backends()] == ["toy.five"]
    assert provider.backends(min_num_qubits=2) == []


def test_least_busy_takes_the_shortest_queue(provider: Provider) -> None:
    chosen = provider.least_busy()
    queues = [one.device.queue_seconds for one in provider.backends(operational=True)]
    assert chosen.device.available
    assert chosen.device.queue_seconds == min(seconds for seconds in queues if seconds is not None)
    assert provider.least_busy(provider="quantinuum").device.provider == "quantinuum"
    with pytest.raises(UnknownTarget):
        provider.least_busy(min_num_qubits=10_000)


def test_unknown_things(provider: Provider) -> None:
    with pytest.raises(UnknownTarget) as caught:
        provider.get_backend("rigeti.sim.qvm")
    assert "rigetti.sim.qvm" in caught.value.suggestions
    with pytest.raises(NotFound) as missing:
        provider.job("00000000-0000-0000-0000-00000000dead")
    assert isinstance(missing.value, QiskitError)


def test_least_busy_keeps_from_degraded_machines(provider: Provider) -> None:
    """Bug: a degraded machine, whose queue of course is empty, was taken for the least busy one."""
    degraded = [backend for backend in provider.backends() if backend.device.status == "Degraded"]
    assert any(backend.device.queue_seconds == 0 for backend in degraded)
    assert provider.least_busy().device.status == "Available"
