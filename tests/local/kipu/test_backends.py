"""What the Hub says about its backends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from tests.local.kipu.conftest import Hub, refused


def ids(listed: list[dict[str, Any]]) -> set[str]:
    return {backend["id"] for backend in listed}


def test_the_list_and_its_filters(hub: Hub) -> None:
    everything = hub.get("/backends")
    assert {"kipu.sim.qsim", "azure.ionq.simulator", "qudora.sim.xg1", "ibm.qpu.aachen"} <= ids(everything)
    for spelled in ("KIPU", "kipu", "Kipu"):
        assert ids(hub.get("/backends", provider=spelled)) == {"kipu.sim.qsim"}
    assert {backend["provider"] for backend in hub.get("/backends", provider="aws")} == {"AWS"}
    some = ids(hub.get("/backends", onlyPlanqkSdk="true"))
    assert "kipu.sim.qsim" in some
    assert some < ids(everything)
    refused(hub.call("GET", "/backends", provider="acme"), 400, "acme")
    refused(hub.call("GET", "/backends", onlyPlanqkSdk="maybe"), 400, "onlyPlanqkSdk")


def test_one_backend(hub: Hub) -> None:
    for backend in hub.get("/backends"):
        assert hub.get(f"/backends/{backend['id']}") == backend
    refused(hub.call("GET", "/backends/kipu.sim.x"), 404, "'kipu.sim.x' was not found")


def test_without_a_token_less_is_shown(hub: Hub) -> None:
    shown = httpx.get(f"{hub.base}/quantum/backends").json()
    assert ids(shown) == ids(hub.get("/backends"))
    for backend in shown:
        assert backend["has_calibration"] is False
        assert not {"queue_size", "availability"} & set(backend)
    refused(httpx.get(f"{hub.base}/quantum/backends/kipu.sim.qsim"), 401, "token")


def test_status_and_configuration(hub: Hub, satisfies: Callable[..., Any]) -> None:
    for backend in ids(hub.get("/backends")):
        satisfies(hub.get(f"/backends/{backend}/status"), "BackendStateInfo")
        assert isinstance(hub.get(f"/backends/{backend}/config"), dict)


def test_calibration(hub: Hub, satisfies: Callable[..., Any]) -> None:
    """204 where there is none, and none before it was made."""
    none = hub.call("GET", "/backends/kipu.sim.qsim/calibration")
    assert (none.status_code, none.content) == (204, b"")
    path = "/backends/aws.ionq.forte/calibration"
    found = satisfies(hub.get(path), "CalibrationResponse")
    assert found["backend_id"] == "aws.ionq.forte"
    assert hub.get(path, effectiveAt=found["calibrated_at"]) == found
    assert hub.get(path, effectiveAt="2099-01-01T00:00:00Z") == found
    assert hub.call("GET", path, effectiveAt="2001-01-01T00:00:00Z").status_code == 204
    refused(hub.call("GET", path, effectiveAt="yesterday"), 400, "effectiveAt")


def test_least_busy(hub: Hub) -> None:
    found = hub.get("/backends/least-busy", provider="ibm", minQubits=5)
    assert found["provider"] == "IBM"
    queues = {
        backend["id"]: hub.get(f"/backends/{backend['id']}/status").get("queue_size")
        for backend in hub.get("/backends", provider="IBM")
    }
    assert queues[found["id"]] == min(size for size in queues.values() if size is not None)
    refused(hub.call("GET", "/backends/least-busy", provider="ibm", minQubits=100_000), 404, "No candidate")
    refused(hub.call("GET", "/backends/least-busy", provider="aws"), 400, "does not support least-busy")
    refused(hub.call("GET", "/backends/least-busy"), 400, "'provider' is required")


@pytest.mark.parametrize("minimum", ["x", "-1", "1" * 20])
def test_minimum_of_qubits(hub: Hub, minimum: str) -> None:
    refused(hub.call("GET", "/backends/least-busy", provider="ibm", minQubits=minimum), 400, "minQubits")
