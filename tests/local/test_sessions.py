"""The rules of sessions."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from tests.local.conftest import Client, Stepped, until

BAD = {"outputDataFormat": "no.such.format"}
MINUTE = 60 * 1_000_000_000


def state(client: Client, session: str) -> str:
    return str(client.call("GET", f"/sessions/{session}").json()["status"])


def close(client: Client, session: str) -> str:
    answer = client.call("POST", f"/sessions/{session}:close")
    assert answer.status_code == 200
    return str(answer.json()["status"])


def test_waiting_executing_succeeded(client: Client) -> None:
    session = client.session()
    assert state(client, session) == "Waiting"
    job = client.submit(sessionId=session).json()
    assert job["sessionId"] == session
    assert state(client, session) == "Executing"
    client.wait(job["id"])
    assert state(client, session) == "Executing"
    assert close(client, session) == "Succeeded"
    assert client.call("GET", f"/sessions/{session}").json()["endExecutionTime"]
    assert close(client, session) == "Succeeded"


def test_abort_is_the_default_and_the_first_failure_ends_it(client: Client) -> None:
    session = client.session()
    assert client.call("GET", f"/sessions/{session}").json()["jobFailurePolicy"] == "Abort"
    client.wait(client.submit(sessionId=session, **BAD).json()["id"])
    assert state(client, session) == "Failed"
    refused = client.submit(sessionId=session)
    assert refused.status_code == 400
    assert refused.json()["error"]["code"] == "InvalidJobDefinition"
    assert "terminal state" in refused.json()["error"]["message"]
    assert close(client, session) == "Failed"


def test_continue_goes_on_and_ends_failed(client: Client) -> None:
    session = client.session(jobFailurePolicy="Continue")
    client.wait(client.submit(sessionId=session, **BAD).json()["id"])
    assert state(client, session) == "Failure(s)"
    job = client.wait(client.submit(sessionId=session).json()["id"])
    assert job["status"] == "Succeeded"
    assert state(client, session) == "Failure(s)"
    assert close(client, session) == "Failed"


@pytest.mark.parametrize(("changes", "end"), [({}, "Succeeded"), (BAD, "Failed")])
def test_closing_with_jobs_pending_waits_for_them(
    make_client: Callable[..., Client], changes: dict[str, str], end: str
) -> None:
    schedule = Stepped()
    client = make_client(schedule=schedule)
    session = client.session(jobFailurePolicy="Continue")
    job = client.submit(sessionId=session, **changes).json()
    assert close(client, session) == "Executing"
    late = client.submit(sessionId=session)
    assert (late.status_code, late.json()["error"]["code"]) == (400, "InvalidJobDefinition")
    schedule.settle(lambda: state(client, session) == end)
    assert client.job(job["id"])["status"] == end


def test_cancelled_jobs_are_no_failures(make_client: Callable[..., Client]) -> None:
    client = make_client(schedule=Stepped())
    session = client.session()
    job = client.submit(sessionId=session).json()
    close(client, session)
    client.call("POST", f"/jobs/{job['id']}:cancel")
    assert state(client, session) == "Succeeded"


def test_a_job_for_another_target_is_refused(client: Client) -> None:
    session = client.session()
    answer = client.submit(sessionId=session, providerId="rigetti", target="rigetti.sim.qvm")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "InvalidJobDefinition")


def test_an_idle_session_times_out_and_a_busy_one_does_not(make_client: Callable[..., Client]) -> None:
    now = [10**18]
    schedule = Stepped()
    client = make_client(clock=lambda: now[0], schedule=schedule)
    idle, busy = client.session(), client.session()
    job = client.submit(sessionId=busy).json()["id"]
    now[0] += 9 * MINUTE
    assert state(client, idle) == "Waiting"
    now[0] += MINUTE
    assert state(client, idle) == "TimedOut"
    assert state(client, busy) == "Executing"
    listed = {entry["id"]: entry["status"] for entry in client.call("GET", "/sessions").json()["value"]}
    assert listed == {idle: "TimedOut", busy: "Executing"}
    schedule.settle(lambda: client.job(job)["status"] == "Succeeded")
    now[0] += 9 * MINUTE
    assert state(client, busy) == "Executing"
    now[0] += MINUTE
    refused = client.submit(sessionId=busy)
    assert refused.status_code == 400
    assert state(client, busy) == "TimedOut"
    assert close(client, busy) == "TimedOut"


def test_opening_again(client: Client) -> None:
    session = str(uuid.uuid4())
    body = {"itemType": "Session", "name": "s", "providerId": "IonQ", "target": "ionq.simulator"}
    for _ in range(2):
        answer = client.call("PUT", f"/sessions/{session}", body)
        assert (answer.status_code, answer.json()["providerId"]) == (200, "ionq")
    assert client.call("PUT", f"/sessions/{session}", body | {"jobFailurePolicy": "Continue"}).status_code == 409
    for wrong in ({"target": "x"}, {"jobFailurePolicy": "Stop"}, {"name": ""}, {"itemType": "Job"}, {"tags": "t"},
                  {"priority": "Urgent"}, {"id": str(uuid.uuid4())}):  # fmt: skip
        answer = client.call("PUT", f"/sessions/{uuid.uuid4()}", body | wrong)
        assert answer.status_code == 400
        assert answer.headers["x-ms-error-code"] == "InvalidSessionDefinition", wrong
    assert client.call("PUT", "/sessions/not-a-guid", body).status_code == 400


def test_jobs_of_a_session(client: Client) -> None:
    session = client.session()
    ids = [client.submit(sessionId=session).json()["id"] for _ in range(3)]
    client.submit()
    found = client.call("GET", f"/sessions/{session}/jobs").json()
    assert [job["id"] for job in found["value"]] == ids[::-1]
    assert found["nextLink"] is None
    assert client.call("GET", f"/sessions/{uuid.uuid4()}/jobs").status_code == 404
    assert client.call("GET", f"/sessions/{uuid.uuid4()}").status_code == 404
    until(lambda: [client.job(job)["status"] for job in ids], lambda states: set(states) == {"Succeeded"})
