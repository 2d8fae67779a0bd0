"""Sessions on the Hub: their states, who may join, draining, closing, and the end of their time."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from tests.local.conftest import Stepped
from tests.local.kipu.conftest import SESSION, Hub, refused

from qrelay.local.kipu.backends import BACKENDS, Backend

IN_SESSION: dict[str, Any] = {
    "backend_id": "ibm.qpu.aachen",
    "input_format": "QISKIT_QPY",
    "input": {"pubs": [], "version": 2},
    "input_params": {"program_id": "sampler"},
}
SECOND = 1_000_000_000


@pytest.fixture(autouse=True)
def _any_program(monkeypatch: pytest.MonkeyPatch) -> None:
    """These tests are about sessions: what IBM's backends make of a program is not asked."""
    monkeypatch.setattr("qrelay.local.cloud.check", lambda order: None)


def patch(hub: Hub, session: str, accept: object) -> Any:
    return hub.call("PATCH", f"/sessions/{session}", {"accept_jobs": accept})


def test_open_active_inactive(make_hub: Callable[..., Hub], satisfies: Callable[..., Any]) -> None:
    schedule = Stepped()
    hub = make_hub(schedule=schedule)
    made = hub.call("POST", "/sessions", SESSION | {"tags": ["b", "A", "a"], "metadata": {"x": 1}, "ttl": 60})
    assert made.status_code == 201
    session = satisfies(made.json(), "Session")
    assert (session["status"], session["mode"], session["tags"]) == ("OPEN", "batch", ["A", "b"])
    assert (session["metadata"], session["final"], session["final_not_aborted"]) == ({"x": 1}, False, False)
    assert "started_at" not in session
    path = f"/sessions/{session['id']}"
    jobs = [hub.submit(session_id=session["id"], **IN_SESSION) for _ in range(2)]
    assert hub.status(path) == "OPEN"
    schedule.settle(lambda: hub.status(path) == "ACTIVE")
    assert "started_at" in satisfies(hub.get(path), "Session")
    schedule.settle(lambda: hub.status(f"/jobs/{jobs[1]}") == "COMPLETED")
    assert satisfies(hub.get(f"{path}/status"), "SessionStatusResponse") == {"status": "INACTIVE"}
    third = hub.submit(session_id=session["id"], **IN_SESSION)
    assert hub.status(path) == "INACTIVE"
    schedule.settle(lambda: hub.status(path) == "ACTIVE")
    schedule.settle(lambda: hub.status(path) == "INACTIVE")
    listed = hub.get(f"{path}/jobs")
    assert [satisfies(job, "Job")["id"] for job in listed] == [*jobs, third]
    assert {job["session_id"] for job in listed} == {session["id"]}


def test_backends_without_sessions(hub: Hub) -> None:
    answer = hub.call("POST", "/sessions", SESSION | {"backend_id": "kipu.sim.qsim", "provider": "KIPU"})
    refused(answer, 422, "does not support sessions")


@pytest.mark.parametrize(
    "changes",
    [{"backend_id": "x"}, {"backend_id": None}, {"provider": "AWS"}, {"provider": "ACME"}, {"provider": None},
     {"mode": "fast"}, {"mode": None}, {"ttl": 0}, {"ttl": 1 << 31}, {"ttl": "1h"}, {"tags": "x"},
     {"tags": ["qhub:x"]}, {"metadata": "x"}, {"sdk_provider": "x"}],
)  # fmt: skip
def test_bodies_that_are_refused(hub: Hub, changes: dict[str, Any]) -> None:
    refused(hub.call("POST", "/sessions", SESSION | changes), 400, "")
    assert hub.get("/workloads")["total_elements"] == 0


def test_enum_values_in_any_case(hub: Hub) -> None:
    session = hub.call("POST", "/sessions", SESSION | {"provider": "ibm", "mode": "DEDICATED"}).json()
    assert (session["provider"], session["mode"]) == ("IBM", "dedicated")


def test_draining_lets_jobs_end_and_none_in(make_hub: Callable[..., Hub], satisfies: Callable[..., Any]) -> None:
    schedule = Stepped()
    hub = make_hub(schedule=schedule)
    session = hub.session()
    job = hub.submit(session_id=session, **IN_SESSION)
    schedule.settle(lambda: hub.status(f"/jobs/{job}") == "RUNNING")
    answer = patch(hub, session, False)
    assert (answer.status_code, satisfies(answer.json(), "Session")["status"]) == (200, "DRAINING")
    refused(hub.post(session_id=session, **IN_SESSION), 422, "draining")
    schedule.settle(lambda: hub.status(f"/jobs/{job}") == "COMPLETED")
    assert hub.status(f"/sessions/{session}") == "DRAINING"
    assert patch(hub, session, False).json()["status"] == "DRAINING"
    assert patch(hub, session, True).json()["status"] == "INACTIVE"
    hub.submit(session_id=session, **IN_SESSION)


def test_accepting_again(make_hub: Callable[..., Hub]) -> None:
    schedule = Stepped()
    hub = make_hub(schedule=schedule)
    session = hub.session()
    assert patch(hub, session, True).json()["status"] == "OPEN"
    patch(hub, session, False)
    assert patch(hub, session, True).json()["status"] == "OPEN"
    job = hub.submit(session_id=session, **IN_SESSION)
    patch(hub, session, False)
    schedule.settle(lambda: hub.status(f"/jobs/{job}") == "RUNNING")
    assert hub.status(f"/sessions/{session}") == "DRAINING"
    assert patch(hub, session, True).json()["status"] == "ACTIVE"


class _Undrained(Backend):
    @property
    def drains(self) -> bool:
        return False


def test_backends_that_cannot_drain(make_hub: Callable[..., Hub], monkeypatch: pytest.MonkeyPatch) -> None:
    known = BACKENDS[str(SESSION["backend_id"])]
    monkeypatch.setattr("qrelay.local.cloud.BACKENDS", {known.id: _Undrained(known.facts)})
    hub = make_hub()
    session = hub.session()
    for accept in (False, True):
        refused(patch(hub, session, accept), 422, "does not support updates")
    assert hub.status(f"/sessions/{session}") == "OPEN"


def test_what_draining_needs(hub: Hub) -> None:
    session = hub.session()
    for wrong in (None, "false", 0):
        refused(patch(hub, session, wrong), 400, "'accept_jobs'")
    refused(patch(hub, str(uuid.uuid4()), False), 404, "was not found")
    hub.call("DELETE", f"/sessions/{session}")
    refused(patch(hub, session, True), 400, "CLOSED")


def test_closing_is_final_and_may_be_repeated(make_hub: Callable[..., Hub], satisfies: Callable[..., Any]) -> None:
    """Jobs that were submitted run on; none comes after."""
    schedule = Stepped()
    hub = make_hub(schedule=schedule)
    session = hub.session()
    jobs = [hub.submit(session_id=session, **IN_SESSION) for _ in range(2)]
    schedule.settle(lambda: hub.status(f"/jobs/{jobs[0]}") == "RUNNING")
    before = None
    for _ in range(2):
        answer = hub.call("DELETE", f"/sessions/{session}")
        assert (answer.status_code, answer.content) == (204, b"")
        closed = satisfies(hub.get(f"/sessions/{session}"), "Session")
        assert (closed["status"], closed["final"], closed["final_not_aborted"]) == ("CLOSED", True, True)
        assert before in (None, closed["closed_at"])
        before = closed["closed_at"]
    refused(hub.post(session_id=session, **IN_SESSION), 422, "CLOSED")
    schedule.settle(lambda: {hub.status(f"/jobs/{job}") for job in jobs} == {"COMPLETED"})
    assert hub.status(f"/sessions/{session}") == "CLOSED"
    assert len(hub.get(f"/sessions/{session}/jobs")) == 2


def test_a_job_for_another_backend_is_refused(hub: Hub) -> None:
    refused(hub.post(session_id=hub.session()), 422, "is on backend 'ibm.qpu.aachen'")


def test_the_end_of_its_time(make_hub: Callable[..., Hub]) -> None:
    now = [1_700_000_000 * SECOND]
    hub = make_hub(clock=lambda: now[0])
    short, endless = hub.session(ttl=60), hub.session()
    assert hub.get(f"/sessions/{short}")["expires_at"] == "2023-11-14 22:14:20"
    assert "expires_at" not in hub.get(f"/sessions/{endless}")
    now[0] += 59 * SECOND
    assert hub.status(f"/sessions/{short}") == "OPEN"
    now[0] += 3600 * SECOND
    refused(hub.post(session_id=short, **IN_SESSION), 422, "CLOSED")
    assert hub.get(f"/sessions/{short}")["closed_at"] == "2023-11-14 22:14:20"
    assert [entry["status"] for entry in hub.get("/workloads")["content"]] == ["CLOSED", "OPEN"]


def test_unknown_sessions(hub: Hub) -> None:
    for method, path in (("GET", ""), ("GET", "/status"), ("GET", "/jobs"), ("DELETE", "")):
        for session in (str(uuid.uuid4()), "x"):
            refused(hub.call(method, f"/sessions/{session}{path}"), 404, f"Session '{session}' was not found")


def test_usage_is_the_jobs(make_hub: Callable[..., Hub]) -> None:
    now = [1_700_000_000 * SECOND]
    schedule = Stepped()
    hub = make_hub(clock=lambda: now[0], schedule=schedule)
    session = hub.session()
    job = hub.submit(session_id=session, **IN_SESSION)
    schedule.settle(lambda: hub.status(f"/jobs/{job}") == "RUNNING")
    now[0] += 2 * SECOND
    schedule.settle(lambda: hub.status(f"/jobs/{job}") == "COMPLETED")
    assert hub.get(f"/jobs/{job}")["runtime"] == 2000
    assert hub.get(f"/sessions/{session}")["usage_time_millis"] == 2000
    second = hub.submit(session_id=session, **IN_SESSION)
    schedule.settle(lambda: hub.status(f"/jobs/{second}") == "COMPLETED")
    assert hub.get(f"/jobs/{second}")["started_at"] == "2023-11-14 22:13:22"
    assert hub.get(f"/sessions/{session}")["started_at"] == "2023-11-14 22:13:20"
