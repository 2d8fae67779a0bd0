"""What waiting comes to: time that is up, jobs that were cancelled or failed, one schedule for all who wait."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from qrelay.azure import Workspace
from qrelay.cloud import JobState, waiting
from qrelay.errors import (
    JobCancelled,
    JobFailed,
    PartialResult,
    ResultUnreadable,
    ServiceError,
    WaitTimeout,
)
from qrelay.local import Fault


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (
            {"code": "InvalidInputData", "message": "No gate."},
            "InvalidInputData: No gate. Correct what the reason names",
        ),
        ({"code": "ProviderTimeout", "message": "Too long"}, "ProviderTimeout: Too long. The provider took too long"),
        ({"code": "Odd", "message": None}, "Odd. Correct what"),
        (None, "gives no reason. Submit it again"),
    ],
)
def test_a_failed_job_says_what_to_do(
    remote: Callable[..., Workspace], error: dict[str, Any] | None, says: str
) -> None:
    """Bug: `Job … failed: InvalidInputData: …`, and there it ended."""
    document = {"id": str(uuid.UUID(int=7)), "name": "n", "target": "t", "providerId": "p", "status": "Failed"}
    job = remote(lambda _: httpx.Response(200, json=document | {"errorData": error})).job(document["id"])
    with pytest.raises(JobFailed) as caught:
        job.result()
    assert f"{document['id']} on t failed: " in str(caught.value)
    assert says in str(caught.value)
    assert ".." not in str(caught.value)
    assert (caught.value.code, caught.value.reason) == ((error or {}).get("code"), (error or {}).get("message"))


def test_p17_a_timeout_cancels_nothing(local: Callable[..., Workspace], flips: Any) -> None:
    job = local(executing=0.6).submit("ionq.simulator", flips("001"), shots=30)
    with pytest.raises(WaitTimeout) as caught:
        job.result(timeout=0.05)
    assert caught.value.job_id == job.id
    assert job.result(timeout=60).counts() == {"001": 30}


def test_a_lists_timeout_names_the_list(local: Callable[..., Workspace], flips: Any) -> None:
    """It named the member that was waited for: fetched again by that id, the list had one circuit."""
    job = local(waiting=30).submit("ionq.simulator", [flips("001"), flips("010")], shots=30)
    for wait in (job.results, job.wait):
        with pytest.raises(WaitTimeout) as caught:
            wait(timeout=0.05)
        assert caught.value.job_id == job.id


@pytest.mark.parametrize("what", ["status=404 code=BlobNotFound", "delay=40"])
def test_p17_a_timeout_holds_for_the_download_too(
    local: Callable[..., Workspace], flips: Any, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """result(timeout=1) took a minute and a half where the result's blob was late."""
    monkeypatch.setattr(
        waiting, "_LAST_LOOK", 0.2
    )  # by which a wait may be longer: five seconds that nobody needs here
    workspace = local(faults=[f"GET */rawOutputData {what} times=all"])
    job = workspace.submit("ionq.simulator", [flips("001"), flips("010")], shots=30)
    assert job.wait(timeout=60) is JobState.SUCCEEDED
    with pytest.raises(WaitTimeout, match="could not be read in the time allowed"):
        job.results(timeout=0.1)


def test_a_cancellation_that_is_refused_stops_no_other(local: Callable[..., Workspace], flips: Any) -> None:
    """One member's refusal called off the requests for the others, which then ran and cost."""
    workspace = local(waiting=30)
    job = workspace.submit("ionq.simulator", [flips("001")] * 4, shots=30)
    records = [record for record in job.records if record is not None]
    assert workspace._cloud is not None
    workspace._cloud.app.add(Fault("POST", f"*/jobs/{records[0].id}:cancel", status=400, code="NotYet"))
    workspace._cloud.app.add(*(Fault("POST", f"*/jobs/{record.id}:cancel", delay=0.2) for record in records[1:]))
    with pytest.raises(ServiceError, match="NotYet"):
        job.cancel()
    assert [record and record.status for record in workspace.job(job.id).records] == ["Waiting", *["Cancelled"] * 3]


def test_all_waits_of_an_account_share_one_schedule(remote: Callable[..., Workspace]) -> None:
    """Bug: everybody who waits polls for himself; twenty threads on one job are twenty times its requests."""
    reads, at_once, most = 0, 0, 0
    document = {"id": str(uuid.UUID(int=7)), "name": "n", "target": "t", "providerId": "p"}

    async def answer(request: httpx.Request) -> httpx.Response:
        nonlocal reads, at_once, most
        reads, at_once = reads + 1, at_once + 1
        most = max(most, at_once)
        await asyncio.sleep(0.01)  # others who read for themselves would come in now
        at_once -= 1
        return httpx.Response(200, json=document | {"status": "Waiting" if reads < 30 else "Succeeded"})

    workspace = remote(answer)

    async def wait_for_it(waiters: int) -> list[JobState]:
        jobs = [await workspace.job_async(document["id"]) for _ in range(waiters)]
        return await asyncio.gather(*(job.wait_async() for job in jobs))

    assert asyncio.run(wait_for_it(20)) == [JobState.SUCCEEDED] * 20
    assert most == 1


def test_cancelling(local: Callable[..., Workspace], flips: Any) -> None:
    workspace = local(waiting=30)
    job = workspace.submit("ionq.simulator", [flips("001"), flips("010")], shots=30)
    job.cancel()
    assert job.wait(timeout=60) is JobState.CANCELLED
    with pytest.raises(PartialResult) as caught:
        job.results()
    assert {type(error) for error in caught.value.failures.values()} == {JobCancelled}
    done = local().submit("ionq.simulator", flips("001"), shots=30)
    done.result(timeout=60)
    assert done.cancel() is JobState.SUCCEEDED


def test_an_answer_that_is_no_json_keeps_its_bytes(local: Callable[..., Workspace], flips: Any) -> None:
    workspace = local(faults=[Fault("GET", "*/rawOutputData", status=200, body="<html>busy</html>", times=None)])
    job = workspace.submit("ionq.simulator", flips("001"), shots=30)
    with pytest.raises(ResultUnreadable) as caught:
        job.result(timeout=60)
    assert caught.value.data == b"<html>busy</html>"
    assert job.raw_result() == b"<html>busy</html>"
