"""One submission, never two jobs: what happens when the answer to the job's PUT is lost."""

from __future__ import annotations

import asyncio
import json
import re
import signal
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from qrelay.azure import Workspace
from qrelay.cloud import JobState
from qrelay.errors import ServiceError, ServiceUnavailable, UnclearOutcome
from qrelay.formats.payload import Payload
from qrelay.local import Fault
from qrelay.program import Program, Register


class Service:
    """Counts the jobs that were made; `script` says what becomes of each PUT and GET of a job, in order."""

    def __init__(self, puts: list[Any], gets: list[Any] | None = None) -> None:
        self.puts, self.gets = puts, gets or []
        self.made: list[str] = []
        self.seen: list[str] = []

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        if path.endswith("/providerStatus"):
            targets = [{"id": "ionq.simulator", "currentAvailability": "Available", "averageQueueTime": 1}]
            return httpx.Response(200, json={"value": [{"id": "ionq", "targets": targets}]})
        if path.endswith("/storage/sasUri"):
            return httpx.Response(200, json={"sasUri": "https://store.example/job-x?sig=s"})
        if request.url.host == "store.example":
            return httpx.Response(201)
        id_ = path.rpartition("/")[2]
        self.seen.append(request.method)
        script = self.puts if request.method == "PUT" else self.gets
        step = script.pop(0) if script else "ok"
        if request.method == "PUT" and step in ("ok", "commit-drop", "commit-502"):
            if id_ in self.made:
                return httpx.Response(409, json={"error": {"code": "JobAlreadyExists", "message": "it is there"}})
            self.made.append(id_)
        if step in ("drop", "commit-drop"):
            raise httpx.ReadError("the answer is lost")
        if step == "refuse-connection":
            raise httpx.ConnectError("down")
        if step in ("502", "commit-502"):
            return httpx.Response(502)
        if isinstance(step, httpx.Response):
            return step
        if request.method == "GET" and id_ not in self.made:
            return httpx.Response(404, json={"error": {"code": "JobNotFound", "message": "no"}})
        body = {"id": id_, "status": "Waiting", "target": "ionq.simulator", "providerId": "ionq", "name": "n"}
        return httpx.Response(200, json=body)


@pytest.mark.parametrize(
    ("puts", "expected"),
    [
        (["ok"], ["PUT"]),
        (["commit-drop"], ["PUT", "GET"]),
        (["commit-502"], ["PUT", "GET"]),
        (["drop", "ok"], ["PUT", "GET", "PUT"]),
        (["502", "ok"], ["PUT", "GET", "PUT"]),
        (["refuse-connection", "ok"], ["PUT", "PUT"]),
        ([httpx.Response(429, headers={"retry-after": "3"}), "ok"], ["PUT", "PUT"]),
        (["drop", "commit-drop"], ["PUT", "GET", "PUT", "GET"]),
    ],
)
def test_p18_one_submission_never_makes_two_jobs(
    remote: Callable[..., Workspace], flips: Any, puts: list[Any], expected: list[str]
) -> None:
    """The service commits, then the answer is lost: a client that just sends again pays twice."""
    service = Service(puts)
    job = remote(service).submit("ionq.simulator", flips("01"), shots=10)
    assert service.made == [job.id]
    assert service.seen == expected


def test_p18_a_conflict_means_that_it_is_there(remote: Callable[..., Workspace], flips: Any) -> None:
    service = Service(["commit-drop"], [httpx.Response(404), "ok"])
    job = remote(service).submit("ionq.simulator", flips("01"), shots=10)
    assert service.seen == ["PUT", "GET", "PUT", "GET"]
    assert service.made == [job.id]


def test_p18_what_cannot_be_settled_is_unclear_and_can_be_resumed(remote: Callable[..., Workspace], flips: Any) -> None:
    service = Service(["commit-drop"], [httpx.Response(503)] * 50)
    workspace = remote(service)
    with pytest.raises(UnclearOutcome, match="resume") as caught:
        workspace.submit("ionq.simulator", flips("01"), shots=10)
    assert service.made == [caught.value.tag]
    assert (caught.value.job_id, caught.value.target) == (caught.value.tag, "ionq.simulator")
    assert workspace.jobs_submitted == 0
    service.gets.clear()

    async def settle() -> Any:
        return await caught.value.resume()

    service.seen.clear()
    job = asyncio.run(settle())
    assert service.seen == ["GET"], "asked first, as promised: what a second PUT of a job does is not known"
    assert (job.id, service.made) == (caught.value.tag, [caught.value.tag])
    assert workspace.jobs_submitted == 1


def test_a_submission_that_never_left_is_no_unclear_outcome(remote: Callable[..., Workspace], flips: Any) -> None:
    service = Service(["refuse-connection"] * 100)
    with pytest.raises(ServiceUnavailable, match="had no effect") as caught:
        remote(service).submit("ionq.simulator", flips("01"), shots=10)
    assert not isinstance(caught.value, UnclearOutcome)
    assert service.made == []
    assert set(service.seen) == {"PUT"}


def _yes(**how: Any) -> httpx.Response:
    return httpx.Response(200, **how)


@pytest.mark.parametrize(
    "answer",
    [_yes(), _yes(text="<html>"), _yes(text='{"id": "hal'), _yes(json={}), _yes(json=[]), _yes(json={"id": "another"})],
    ids=["empty", "html", "cut off", "no fields", "no object", "another job"],
)
def test_p18_a_yes_that_cannot_be_read_is_a_yes(
    remote: Callable[..., Workspace], flips: Any, answer: httpx.Response
) -> None:
    """The job ran and was paid for, while its owner read "was not created", or got a Job whose id was empty."""

    async def garbled(request: httpx.Request) -> httpx.Response:
        right = await service(request)
        return answer if request.method == "PUT" and "/jobs/" in request.url.path else right

    service = Service([])
    job = remote(garbled).submit("ionq.simulator", flips("01"), shots=10)
    assert (service.made, service.seen) == ([job.id], ["PUT", "GET"])


@pytest.mark.parametrize("refusal", [401, 403, 400, 418])
def test_p18_a_refusal_to_say_leaves_it_unclear(remote: Callable[..., Workspace], flips: Any, refusal: int) -> None:
    """The PUT's answer was lost and the question after it refused: that is no "was not created"."""
    service = Service(["commit-drop"], [httpx.Response(refusal), httpx.Response(200, text="<html>")])
    with pytest.raises(UnclearOutcome, match="not known"):
        remote(service).submit("ionq.simulator", flips("01"), shots=10)
    assert len(service.made) == 1


def test_a_conflict_over_something_else_is_a_refusal(remote: Callable[..., Workspace], flips: Any) -> None:
    conflict = httpx.Response(409, json={"error": {"code": "WorkspaceMoving", "message": "not now"}})
    service = Service([conflict])
    with pytest.raises(ServiceError, match="not now") as caught:
        remote(service).submit("ionq.simulator", flips("01"), shots=10)
    assert (caught.value.status, service.seen) == (409, ["PUT", "GET"])


def test_an_unclear_list_is_found_by_its_own_id(remote: Callable[..., Workspace], flips: Any) -> None:
    """Only one member's tag was told; what arrived of the others was lost to its owner."""
    service = Service(["commit-drop"] * 3, [httpx.Response(403)] * 3)
    workspace = remote(service)
    with pytest.raises(UnclearOutcome) as caught:
        workspace.submit("ionq.simulator", [flips("01")] * 3, shots=10)
    found = re.search(r"batch-[0-9a-f-]{36}-3", caught.value.__notes__[0])
    assert found is not None
    assert {record.id for record in workspace.job(found[0]).records if record is not None} == set(service.made)


def test_p18_of_a_list_the_unclear_member_is_told_first(remote: Callable[..., Workspace], flips: Any) -> None:
    """Its first member was refused, and that was all that was said: nobody settled the second, which had arrived."""

    async def first_refused(request: httpx.Request) -> httpx.Response:
        if request.method == "PUT" and "/jobs/" in request.url.path and json.loads(request.content)["name"] == "n-0":
            return httpx.Response(400, json={"error": {"code": "InvalidJobDefinition", "message": "no such thing"}})
        return await service(request)

    service = Service(["commit-drop"], [httpx.Response(403)])
    with pytest.raises(UnclearOutcome) as caught:
        remote(first_refused).submit("ionq.simulator", [flips("01"), flips("10")], shots=10, name="n")
    assert service.made == [caught.value.tag]


def test_p22_a_permanent_refusal_costs_one_submission_a_circuit(remote: Callable[..., Workspace], flips: Any) -> None:
    refusal = httpx.Response(400, json={"error": {"code": "InvalidJobDefinition", "message": "no such thing"}})
    service = Service([refusal] * 9)
    with pytest.raises(ServiceError, match="no such thing") as caught:
        remote(service).submit("ionq.simulator", [flips("01"), flips("10"), flips("11")], shots=10)
    assert service.seen == ["PUT"] * 3
    assert (caught.value.code, caught.value.status, caught.value.target) == (
        "InvalidJobDefinition",
        400,
        "ionq.simulator",
    )


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"null", "no reason"), (b"", "no reason"), (b"<html>", "no reason"), (b"[]", "no reason"), (b"7", "no reason"),
        (b'{"error": null}', "no reason"), (b'{"error": "too bad"}', "too bad"), (b'{"message": "bare"}', "bare"),
        (b'{"error": {"code": null, "message": "only words"}}', "only words"),
        (b'{"error": {"code": "OnlyCode", "message": null, "details": 5}}', "OnlyCode"),
    ],
)  # fmt: skip
def test_p31_any_error_body_reads_well(remote: Callable[..., Workspace], flips: Any, body: bytes, said: str) -> None:
    """A `null` body must not become an AttributeError in the client."""
    workspace = remote(Service([httpx.Response(400, content=body)]))
    with pytest.raises(ServiceError, match=said) as caught:
        workspace.submit("ionq.simulator", flips("01"), 10)
    assert caught.value.job_id is not None
    assert caught.value.job_id in str(caught.value)
    assert "ionq.simulator" in str(caught.value)
    assert caught.value.status == 400


def test_the_body_holds_what_the_specification_asks(remote: Callable[..., Workspace], flips: Any) -> None:
    bodies: list[dict[str, Any]] = []
    service = Service([])

    async def record(request: httpx.Request) -> httpx.Response:
        if request.method == "PUT" and "/jobs/" in request.url.path:
            bodies.append(json.loads(request.content))
            assert request.url.params["api-version"] == "2026-01-15-preview"
        return await service(request)

    workspace = remote(record)
    workspace.submit(
        "ionq.simulator", flips("01"), 7, name="mine", session="s-1", tags=("a", "b"), metadata={"k": 1},
        options={"noise": {"model": "aria-1"}}, input_params={"extra": True},
    )  # fmt: skip
    (body,) = bodies
    assert body["inputParams"] == {"shots": 7, "noise": {"model": "aria-1"}, "extra": True}
    assert (body["name"], body["sessionId"], body["tags"], body["metadata"]["k"]) == ("mine", "s-1", ["a", "b"], "1")


def test_an_interrupted_submission_says_where_to_look(local: Callable[..., Workspace], flips: Any) -> None:
    """Ctrl-C while the job's PUT is under way: the job may exist, and its id must not be lost with the prompt."""
    workspace = local(faults=[Fault("PUT", "*/jobs/*", delay=2.0)])
    workspace.targets()

    def interrupt(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, 0.3)
    try:
        with pytest.raises(KeyboardInterrupt) as caught:
            workspace.submit("ionq.simulator", [flips("01"), flips("10")], 5)
    finally:
        signal.signal(signal.SIGALRM, before)
    (note,) = caught.value.__notes__
    assert re.search(r"account\.job\('batch-[0-9a-f-]{36}-2'\)", note)


def test_a_cancelled_submission_says_where_to_look(local: Callable[..., Workspace], flips: Any) -> None:
    """The same for a task: asyncio.timeout around submit_async lost the id of a job that was on its way."""
    workspace = local(faults=[Fault("PUT", "*/jobs/*", delay=2.0)])
    workspace.targets()

    async def main() -> BaseException:
        task = asyncio.create_task(workspace.submit_async("ionq.simulator", flips("01"), 5))
        await asyncio.sleep(0.3)
        task.cancel()
        with pytest.raises(asyncio.CancelledError) as caught:
            await task
        return caught.value

    (note,) = asyncio.run(main()).__notes__
    assert re.search(r"account\.job\('batch-[0-9a-f-]{36}-1'\)", note)


def test_metadata_of_the_user_s_does_not_take_the_layout_s_place(local: Callable[..., Workspace], flips: Any) -> None:
    """Metadata of a job copied to a new one brought the old one's registers along."""
    workspace = local()
    old = {"qrelay.layout": flips("111").layout.to_json(), "owner": "me"}
    job = workspace.submit("rigetti.sim.qvm", flips("01"), shots=10, metadata=old)
    job.wait(timeout=60)
    again = workspace.job(job.id)
    assert again.result().counts() == {"01": 10}
    assert again.record.metadata["owner"] == "me"


def test_what_the_service_does_not_repeat_is_not_forgotten(remote: Callable[..., Workspace]) -> None:
    """A later answer about the job left out its metadata, and the bits of the circuit just submitted lost their names
    and places."""
    service = Service([])

    async def terse(request: httpx.Request) -> httpx.Response:
        if request.url.host == "store.example" and request.method == "GET":
            return httpx.Response(200, json={"histogram": {"1": 1.0}})
        answer = await service(request)
        if request.method == "GET" and "/jobs/" in request.url.path:
            told = {"status": "Succeeded", "outputDataFormat": "ionq.quantum-results.v1"}
            uri = "https://store.example/job-x/rawOutputData?sig=s"
            return httpx.Response(200, json=answer.json() | told | {"outputDataUri": uri})
        return answer

    registers = (Register("a", (0, 1)), Register("b", (2,)))
    measured: list[Any] = [("x", (0,), ()), ("measure", (0,), (1,)), ("measure", (1,), (2,))]
    job = remote(terse).submit("ionq.simulator", Program(2, 3, measured, registers), shots=10)
    outcome = job.result()
    assert (outcome.counts(), outcome.shots_asked) == ({"0 10": 10}, 10)
    assert job.record.state is JobState.SUCCEEDED


def test_p16_shots_go_under_the_targets_own_name(local: Callable[..., Workspace]) -> None:
    """A count under a name that the service ignores runs 500 shots, and nobody notices."""
    workspace = local()
    pulses = Payload(b"{}", "pasqal.pulser.v1", "application/json", "pasqal.pulser-results.v1", 2)
    job = workspace.submit("pasqal.sim.emu-tn", pulses, 77)
    assert job.record.raw["inputParams"] == {"count": 77}
    assert workspace.job(job.id).shots_asked == 77


@pytest.mark.parametrize(
    "fault",
    [Fault("PUT", "*/jobs/*", drop=True), Fault("PUT", "*/jobs/*", status=502), Fault("PUT", "*/inputData", drop=True),
     Fault("POST", "*/sasUri", status=503), Fault("GET", "*/rawOutputData", status=404, code="BlobNotFound", times=3),
     Fault("GET", "*/jobs/*", status=503, times=3), Fault("GET", "*/rawOutputData", drop=True)],
    ids=["lost PUT", "502", "lost blob", "503", "late blob", "polls refused", "lost download"],
)  # fmt: skip
def test_faults_of_the_embedded_cloud_are_survived(local: Callable[..., Workspace], flips: Any, fault: Fault) -> None:
    workspace = local(faults=[fault])
    job = workspace.submit("ionq.simulator", flips("011"), shots=100)
    assert job.result(timeout=60).counts() == {"011": 100}
    assert len(list(workspace.jobs())) == 1
    assert job.status() is JobState.SUCCEEDED
