"""Lists of jobs: newest first, filtered while they are read, and no page more than is needed."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest

from qrelay.cloud import JobState
from qrelay.errors import InvalidOption, JobFailed, NotFound, ResultUnreadable, ServiceError
from qrelay.kipu import Hub
from qrelay.kipu.models import Job as HubJob
from qrelay.kipu.submitting import key_of
from qrelay.program import Program, Register

_START = datetime(2026, 11, 20, 12, tzinfo=UTC)


def _job(index: int) -> dict[str, Any]:
    """A job a minute; every third one failed, every fourth one on aws.sim.sv1."""
    return {
        "id": f"id-{index}",
        "name": f"{'abc'[index % 3]}-{index}",
        "backend_id": "aws.sim.sv1" if index % 4 == 0 else "kipu.sim.qsim",
        "provider": "AWS" if index % 4 == 0 else "KIPU",
        "status": "FAILED" if index % 3 == 0 else "COMPLETED",
        "input_format": "BRAKET_OPEN_QASM_V3" if index % 4 == 0 else "OPEN_QASM_V2",
        "created_at": f"{_START + timedelta(minutes=index):%Y-%m-%d %H:%M:%S}",
        "shots": 100,
    }


class Service:
    """A Hub with `count` jobs, which sorts as it is told."""

    def __init__(self, count: int) -> None:
        self.jobs = [_job(index) for index in range(count)]
        self.asked: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.url.path.removeprefix("/quantum/"))
        if request.url.path.endswith("/sessions/s-1/jobs"):
            return httpx.Response(200, json=self.jobs[:5])
        if request.url.path.endswith("/input"):
            return httpx.Response(404)
        page, size = (int(request.url.params[name]) for name in ("page", "size"))
        jobs = self.jobs[::-1] if request.url.params.get("sort") == "createdAt,desc" else self.jobs
        totals = {"total_elements": len(jobs), "total_pages": -(-len(jobs) // size)}
        content = jobs[page * size : (page + 1) * size]
        return httpx.Response(200, json={"content": content, "page": page, "size": size, **totals})


def _numbers(jobs: Any) -> list[int]:
    return [int(job.id.removeprefix("id-")) for job in jobs]


def test_jobs_come_newest_first_page_after_page(remote: Callable[..., Hub]) -> None:
    service = Service(250)
    hub = remote(service)
    assert _numbers(itertools.islice(hub.jobs(), 3)) == [249, 248, 247]
    assert len(service.asked) == 1
    assert _numbers(hub.jobs()) == list(range(250))[::-1]
    assert len(service.asked) == 4


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"name": "b-"}, [28, 25, 22, 19, 16, 13, 10, 7, 4, 1]),
        ({"name": "b-1"}, [19, 16, 13, 10, 1]),
        ({"target": "AWS.sim.SV1"}, [28, 24, 20, 16, 12, 8, 4, 0]),
        ({"provider": "aws", "status": "failed"}, [24, 12, 0]),
        ({"created_after": _START + timedelta(minutes=27)}, [29, 28, 27]),
        ({"created_after": (_START + timedelta(minutes=27)).replace(tzinfo=None)}, [29, 28, 27]),
        ({"created_before": _START + timedelta(minutes=2)}, [1, 0]),
        ({"created_after": date(2026, 11, 21)}, []),
        ({"created_before": date(2026, 11, 20)}, []),
        ({"limit": 2}, [29, 28]),
        ({"limit": 0}, []),
        ({"limit": 2, "status": "FAILED"}, [27, 24]),
        ({"limit": 2, "session": "s-1"}, [4, 3]),
        ({"session": "s-1", "status": "FAILED"}, [3, 0]),
        ({"name": "nothing"}, []),
    ],
)
def test_filters(remote: Callable[..., Hub], filters: dict[str, Any], expected: list[int]) -> None:
    assert _numbers(remote(Service(30)).jobs(**filters)) == expected


def test_a_list_ends_where_all_that_follow_are_too_old(remote: Callable[..., Hub]) -> None:
    service = Service(1000)
    found = _numbers(remote(service).jobs(created_after=_START + timedelta(minutes=990)))
    assert found == list(range(990, 1000))[::-1]
    assert len(service.asked) == 1
    remote(service).jobs(limit=0)
    assert len(service.asked) == 1


def test_an_unknown_filter_is_an_error(remote: Callable[..., Hub]) -> None:
    with pytest.raises(InvalidOption, match="created_after"):
        next(remote(Service(1)).jobs(backend="x"))


def test_a_listed_job_is_read_without_more_than_its_own_requests(remote: Callable[..., Hub]) -> None:
    service = Service(2)
    (newest, _) = remote(service).jobs()
    assert (newest.record.output_format, newest.shots_asked, newest.name) == ("kipu.qsim.result", 100, "b-1")
    assert newest.record.created == _START + timedelta(minutes=1)
    assert len(service.asked) == 1


def test_p22_many_keys_are_looked_for_by_one_reading(remote: Callable[..., Hub], clock: Any) -> None:
    """Two hundred members of a list, each looked for by a reading of its own: two hundred times the whole list."""
    service = Service(40)
    from qrelay.cloud.batch import Batch

    batch = Batch("0b8e7a3c-0000-4000-8000-000000000001", 20)
    for index in range(20):
        if index != 7:  # one of them never arrived
            service.jobs[index]["tags"] = ["other", f"QRELAY-{batch.key(index).upper()}-1"]
    job = remote(service).job(batch.id)
    assert [record and record.id for record in job.records] == [None if i == 7 else f"id-{i}" for i in range(20)]
    assert service.asked.count("jobs") == 1


def test_a_failed_jobs_reason_is_fetched_once(remote: Callable[..., Hub]) -> None:
    """`FAILED` alone: the reason lies in the job's result, and asking for it with every look costs a request each."""
    asked: list[str] = []

    def serve(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        if request.url.path.endswith("/result"):
            error = {"error": {"message": "no such gate", "code": "COMPILE_ERROR", "details": "line 7"}}
            return httpx.Response(200, json=error)
        if request.url.path.endswith("/input"):
            return httpx.Response(404, json={"title": "gone"})
        return httpx.Response(200, json={"id": "1", "status": "FAILED", "backend_id": "kipu.sim.qsim"})

    hub = remote(serve)
    with pytest.raises(JobFailed, match=r"COMPILE_ERROR: no such gate \(line 7\)") as caught:
        hub.job("1").result()
    assert (caught.value.code, caught.value.job_id) == ("COMPILE_ERROR", "1")
    hub.job("1")
    assert asked.count("/quantum/jobs/1/result") == 1


@pytest.mark.parametrize(
    "answer",
    [httpx.Response(404), httpx.Response(200, text="<html>"), httpx.Response(200, json=None), httpx.Response(400)],
    ids=["404", "html", "null", "400"],
)
def test_a_failed_job_without_a_reason_is_a_failed_job(remote: Callable[..., Hub], answer: httpx.Response) -> None:
    def serve(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith(("/result", "/input")):
            return answer
        return httpx.Response(200, json={"id": "1", "status": "FAILED", "backend_id": "kipu.sim.qsim"})

    with pytest.raises(JobFailed, match="no reason"):
        remote(serve).job("1").result()


def test_p23_a_result_that_is_late_is_waited_for(remote: Callable[..., Hub], clock: Any) -> None:
    """The job says COMPLETED, its result 404 for a while: that is no failure, and no NotFound for the user."""
    late = 6

    def serve(request: httpx.Request) -> httpx.Response:
        nonlocal late
        if request.url.path.endswith("/input"):
            return httpx.Response(200, json={"qasm": "OPENQASM 2.0;"})
        if request.url.path.endswith("/result"):
            late -= 1
            return httpx.Response(404) if late >= 0 else httpx.Response(200, json={"counts": {"01": 3}})
        body = {"id": "1", "status": "COMPLETED", "backend_id": "kipu.sim.qsim", "input_format": "OPEN_QASM_V2"}
        return httpx.Response(200, json=body)

    assert remote(serve).job("1").result().counts() == {"10": 3}
    assert clock.elapsed > 5.0
    late = 10**6
    with pytest.raises(NotFound, match="not appeared"):
        remote(serve).job("1").result()
    assert clock.elapsed < 200.0


@pytest.mark.parametrize(
    ("refusal", "status", "raises"),
    [(204, "CANCELLED", False), (204, "CANCELLING", False), (409, "COMPLETED", False), (400, "CANCELLING", False),
     (409, "RUNNING", True), (404, "RUNNING", True), (403, "RUNNING", True)],
)  # fmt: skip
def test_cancelling(remote: Callable[..., Hub], refusal: int, status: str, raises: bool) -> None:
    """A job that ended while it was being cancelled is no error; one that goes on in spite of it is."""
    seen: list[str] = []

    def serve(request: httpx.Request) -> httpx.Response:
        seen.append(request.method)
        if request.method == "DELETE":
            return httpx.Response(refusal, json={"detail": "not now"} if refusal != 204 else None)
        if request.url.path.endswith("/input"):
            return httpx.Response(404)
        now = status if "DELETE" in seen else "RUNNING"
        return httpx.Response(200, json={"id": "1", "status": now, "backend_id": "kipu.sim.qsim"})

    job = remote(serve).job("1")
    if raises:
        with pytest.raises(ServiceError, match="not now"):
            job.cancel()
    else:
        state = job.cancel()
        assert state in (JobState.CANCELLED, JobState.CANCELLING, JobState.SUCCEEDED)


@pytest.mark.parametrize(
    ("backend", "tagged", "shots", "circuits"),
    [("aws.rigetti.cepheus", True, 100, 4), ("qudora.sim.xg1", True, 100, 4), ("qudora.sim.xg1", False, None, 1),
     ("aws.sim.sv1", False, 400, 1)],
)  # fmt: skip
def test_jobs_of_several_circuits_say_how_many_shots_each_had(
    remote: Callable[..., Hub], backend: str, tagged: bool, shots: int | None, circuits: int
) -> None:
    """The Hub tells the shots of all circuits together: each one's outcome said that four times as many were asked."""
    tags = ["qrelay-0b8e7a3c-0000-4000-8000-000000000001-4"] if tagged else ["theirs"]
    job = {"id": "x", "status": "RUNNING", "backend_id": backend, "shots": 400, "tags": tags}
    (found,) = remote(lambda request: httpx.Response(200, json={"content": [job], "total_pages": 1})).jobs()
    assert (found.record.shots, found.record.circuits) == (shots, circuits)


@pytest.mark.parametrize("told", [100, 300, None], ids=["what was sent", "their sum", "nothing"])
def test_p05_shots_asked_do_not_hang_on_what_the_hub_tells(
    told: int | None,
    described: Callable[[str], dict[str, Any]],
    remote: Callable[..., Hub],
    flips: Callable[..., Program],
) -> None:
    """Catches an answer with lost shots that looks whole: three circuits of 100 shots, and 50 of each come back."""
    kept: dict[str, Any] = {}

    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            body = json.loads(request.content)
            kept.update(body, id="1", status="COMPLETED", provider="QUDORA", shots=told)
            return httpx.Response(201, json=kept)
        if request.url.path.endswith("/backends"):
            return httpx.Response(200, json=[described("qudora-sim-q1")])
        if request.url.path.endswith("/input"):
            return httpx.Response(200, json=kept["input"])
        if "/result" in request.url.path:
            return httpx.Response(200, json=[{"counts": {"01": 50}}] * 3)
        return httpx.Response(200, json={name: value for name, value in kept.items() if name != "input"})

    hub = remote(answer)
    job = hub.submit("qudora.sim.xg1", [flips("01")] * 3, shots=100)
    for asked in (job, hub.job(job.id)):
        outcomes = asked.results()
        assert [(one.shots_asked, one.shots_returned) for one in outcomes if one is not None] == [(100, 50)] * 3


@pytest.mark.parametrize(
    ("target", "mangled"),
    [("kipu.sim.qsim", "{}-2"), ("kipu.sim.qsim", "{}-4"), ("qudora.sim.xg1", "{}-3"), ("qudora.sim.xg1", "{}-3x2"),
     ("qudora.sim.xg1", "{}-2x2"), ("qudora.sim.xg1", "{}-4x2"), ("qudora.sim.xg1", "{}-3x3"),
     ("qudora.sim.xg1", "{}-2"), ("qudora.sim.xg1", "{}-5x4"), ("qudora.sim.xg1", "{}-6x3")],
)  # fmt: skip
def test_p22_a_mangled_id_of_a_list_leaves_no_circuit_out(
    target: str, mangled: str, local: Callable[..., Hub], monkeypatch: pytest.MonkeyPatch, flips: Callable[..., Program]
) -> None:
    """Catches a list that is shorter, in silence, because the end of its id was lost or mistyped."""
    hub = local()
    found = hub.target(target)
    count = 3 if target == "kipu.sim.qsim" else 5
    job = hub.submit(replace(found, max_circuits=min(found.max_circuits, 2)), [flips("01")] * count, shots=10)
    job.wait()
    whole = hub.job(job.id)
    assert (whole.count, whole.shots_asked) == (count, 10)
    group = job.id.rpartition("-")[0]
    assert mangled.format(group) != job.id
    with pytest.raises(NotFound):
        hub.job(mangled.format(group))


@pytest.mark.parametrize("lost", ["comments", "input", "a circuit"])
def test_p19_a_job_whose_layout_is_lost_is_not_guessed_at(
    lost: str, described: Callable[[str], dict[str, Any]], remote: Callable[..., Hub]
) -> None:
    """Catches counts of made-up registers, with bits that should have been inverted, where the service no longer shows
    the program as it was sent."""
    kept: dict[str, Any] = {}
    swapped = Program(
        2, 2, [("x", (0,), ()), ("measure", (0,), (1,)), ("measure", (1,), (0,))],
        (Register("a", (0,)), Register("b", (1,))), inverted=(1,),
    )  # fmt: skip

    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            kept.update(json.loads(request.content), id="1", status="COMPLETED", provider="KIPU")
            return httpx.Response(201, json=kept)
        if request.url.path.endswith("/backends"):
            return httpx.Response(200, json=[described("qsim")])
        if request.url.path.endswith("/input"):
            text = "\n".join(line for line in kept["input"]["qasm"].splitlines() if not line.startswith("//"))
            shown = {"qasm": text} if lost == "comments" else {"qasm": [kept["input"]["qasm"]] * 2}
            return httpx.Response(404) if lost == "input" else httpx.Response(200, json=shown)
        if "/result" in request.url.path:
            return httpx.Response(200, json={"counts": {"10": 7}})
        return httpx.Response(200, json={name: value for name, value in kept.items() if name != "input"})

    hub = remote(answer)
    job = hub.submit("kipu.sim.qsim", swapped, shots=7)
    assert job.result().counts() == {"0 0": 7}  # this process knows what it sent
    later = hub.job(job.id)
    with pytest.raises(ResultUnreadable, match="guesses") as refused:
        later.result()
    assert refused.value.data == later.raw_result()
    assert json.loads(refused.value.data) == {"counts": {"10": 7}}


@pytest.mark.parametrize("target", ["kipu.sim.qsim", "qudora.sim.xg1"])
def test_p11_one_job_of_a_list_is_found_by_its_own_key(
    target: str, local: Callable[..., Hub], flips: Callable[..., Program]
) -> None:
    """As an error tells it whose request had no answer: that id says nothing of the list."""
    hub = local()
    job = hub.submit(
        replace(hub.target(target), max_circuits=2 if target == "qudora.sim.xg1" else 1), [flips("01")] * 3
    )
    job.wait()
    for record in job.records:
        assert record is not None
        key = key_of(HubJob.model_validate(record.raw))
        size = record.circuits
        found = hub.job(f"batch-{key}-{size}" + (f"x{size}" if size > 1 else ""))
        assert (found.count, found.record.id) == (size, record.id)
