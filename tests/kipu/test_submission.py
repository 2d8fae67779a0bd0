"""P18: one submission, never two jobs, whatever becomes of the answer. The service is the embedded Hub, and counts."""

from __future__ import annotations

import asyncio
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from qrelay.errors import InvalidOption, NotFound, ServiceError, ServiceUnavailable, SessionEnded, UnclearOutcome
from qrelay.formats.payload import Payload
from qrelay.kipu import Hub
from qrelay.local import Fault, LocalCloud

_POST = "/quantum/jobs"


class Wire(httpx.AsyncBaseTransport):
    """What goes to the embedded Hub, and what stands in its way: `broken` attempts to connect fail first."""

    def __init__(self, cloud: LocalCloud) -> None:
        self.inner = httpx.ASGITransport(app=cloud.app, raise_app_exceptions=False)
        self.asked: Counter[str] = Counter()
        self.bodies: list[dict[str, Any]] = []
        self.broken = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.method == "POST" and self.broken:
            self.broken -= 1
            raise httpx.ConnectError("down")
        kind = re.sub(r"/[0-9a-f-]{36}", "/{id}", request.url.path.removeprefix("/quantum/"))
        self.asked[f"{request.method} {kind}"] += 1
        if request.method == "POST":
            self.bodies.append(json.loads(request.content))
        return await self.inner.handle_async_request(request)


class Made:
    """A Hub on an embedded cloud with faults; asks the service itself what it has."""

    def __init__(self, clock: Any, *faults: Fault) -> None:
        self.cloud = LocalCloud(waiting=0.0, executing=0.0)
        self.wire = Wire(self.cloud)
        self.hub = Hub(token="t", base_url="http://127.0.0.1/quantum", transport=self.wire, clock=clock)
        self.hub.targets()
        self.cloud.app.add(*faults)

    def on_the_service(self, path: str = "jobs") -> list[dict[str, Any]]:
        async def ask() -> list[dict[str, Any]]:
            async with httpx.AsyncClient(transport=self.wire.inner, base_url="http://127.0.0.1") as client:
                answer = await client.get(f"/quantum/{path}?size=1000", headers={"x-auth-token": "t"})
                content: list[dict[str, Any]] = answer.json()["content"]
                return content

        return asyncio.run(ask())


@pytest.fixture
def made(clock: Any) -> Iterator[Callable[..., Made]]:
    everything: list[Made] = []

    def make(*faults: Fault) -> Made:
        one = Made(clock, *faults)
        everything.append(one)
        return one

    yield make
    for one in everything:
        one.hub.close()
        one.cloud.close()


@pytest.mark.parametrize(
    "fault",
    [
        Fault("POST", _POST, drop=True),
        Fault("POST", _POST, status=500, committed=True),
        Fault("POST", _POST, status=502, committed=True),
        Fault("POST", _POST, status=503, retry_after=2, committed=True),
        Fault("POST", _POST, status=504, committed=True),
        Fault("POST", _POST, status=201, body="<html>", committed=True),
        Fault("POST", _POST, status=201, body="", committed=True),
        Fault("POST", _POST, status=201, body="{}", committed=True),
        Fault("POST", _POST, status=200, body="[]", committed=True),
    ],
    ids=["lost", "500", "502", "503", "504", "html", "empty", "no id", "no object"],
)
def test_p18_what_was_committed_is_found_by_its_tag(made: Callable[..., Made], flips: Any, fault: Fault) -> None:
    """The vendor's SDK sends three POSTs on a 500: three jobs, all of them paid."""
    one = made(fault)
    job = one.hub.submit("kipu.sim.qsim", flips("01"), shots=10)
    assert [each["id"] for each in one.on_the_service()] == [job.id]
    assert one.wire.asked["POST jobs"] == 1
    assert one.hub.jobs_submitted == 1
    assert job.result().counts() == {"01": 10}


@pytest.mark.parametrize("status", [500, 502, 503])
def test_p18_what_did_not_arrive_is_unclear_and_can_be_resumed(
    made: Callable[..., Made], flips: Any, clock: Any, status: int
) -> None:
    """Nobody can tell a 500 before the commit from one after it: not found is no proof, and no second POST unasked."""
    one = made(Fault("POST", _POST, status=status))
    with pytest.raises(UnclearOutcome, match="resume") as caught:
        one.hub.submit("kipu.sim.qsim", flips("01"), shots=10)
    assert clock.elapsed >= 60.0, "a job may appear in the list a while after it was made"
    assert (caught.value.target, caught.value.status) == ("kipu.sim.qsim", status)
    assert one.on_the_service() == []
    assert one.wire.asked["POST jobs"] == 1
    assert caught.value.tag == one.wire.bodies[0]["tags"][-1]

    async def settle() -> Any:
        return await caught.value.resume()

    before = one.wire.asked["GET jobs"]
    job = asyncio.run(settle())
    assert one.wire.asked["GET jobs"] > before, "asked before it was sent again"
    (there,) = one.on_the_service()
    assert (there["id"], there["tags"]) == (job.id, [caught.value.tag])
    assert job.result().counts() == {"01": 10}


def test_p18_one_that_appears_late_is_waited_for(made: Callable[..., Made], flips: Any, clock: Any) -> None:
    """The list of a busy service lags behind: the first looks find nothing, and the job is there all the same."""
    empty = json.dumps({"content": [], "page": 0, "size": 100, "total_elements": 0, "total_pages": 0})
    one = made(Fault("POST", _POST, drop=True), Fault("GET", _POST, status=200, body=empty, times=5))
    job = one.hub.submit("kipu.sim.qsim", flips("01"), shots=10)
    assert [each["id"] for each in one.on_the_service()] == [job.id]
    assert 15.0 < clock.elapsed < 60.0


@pytest.mark.parametrize("refusal", [401, 403, 400, 503])
def test_p18_a_service_that_will_not_say_leaves_it_unclear(made: Callable[..., Made], flips: Any, refusal: int) -> None:
    """The POST's answer was lost and the question after it refused: that is no "was not created"."""
    one = made(Fault("POST", _POST, drop=True), Fault("GET", _POST, status=refusal, times=None))
    with pytest.raises(UnclearOutcome) as caught:
        one.hub.submit("kipu.sim.qsim", flips("01"), shots=10)
    assert one.wire.asked["POST jobs"] == 1
    one.cloud.app.clear()

    async def settle() -> Any:
        return await caught.value.resume()

    job = asyncio.run(settle())
    assert [each["id"] for each in one.on_the_service()] == [job.id]
    assert one.wire.asked["POST jobs"] == 1, "it was there"


def test_p18_what_never_left_is_sent_again_and_is_not_unclear(made: Callable[..., Made], flips: Any) -> None:
    one = made()
    one.wire.broken = 2
    job = one.hub.submit("kipu.sim.qsim", flips("01"), shots=10)
    assert [each["id"] for each in one.on_the_service()] == [job.id]
    one.wire.broken = 1000
    with pytest.raises(ServiceUnavailable, match="had no effect") as caught:
        one.hub.submit("kipu.sim.qsim", flips("01"), shots=10)
    assert not isinstance(caught.value, UnclearOutcome)
    assert one.wire.asked["POST jobs"] == 1


def test_p18_a_throttled_submission_waits_as_asked(made: Callable[..., Made], flips: Any, clock: Any) -> None:
    one = made(Fault("POST", _POST, status=429, retry_after=7, times=3))
    job = one.hub.submit("kipu.sim.qsim", flips("01"), shots=10)
    assert clock.elapsed >= 21.0
    assert [each["id"] for each in one.on_the_service()] == [job.id]
    assert one.wire.asked["POST jobs"] == 4


@pytest.mark.parametrize("status", [400, 403, 404, 422])
def test_p22_a_refusal_costs_one_submission_a_circuit(made: Callable[..., Made], flips: Any, status: int) -> None:
    one = made(Fault("POST", _POST, status=status, times=None))
    with pytest.raises(ServiceError) as caught:
        one.hub.submit("kipu.sim.qsim", [flips("01"), flips("10")], shots=10, name="mine")
    assert (caught.value.status, caught.value.target) == (status, "kipu.sim.qsim")
    assert "mine-0" in str(caught.value)
    assert one.wire.asked["POST jobs"] == 2
    assert one.on_the_service() == []


def test_p18_a_list_of_which_every_answer_is_lost(made: Callable[..., Made], flips: Any) -> None:
    """Found by the wrong one of several tags, the circuits change places."""
    one = made(Fault("POST", _POST, drop=True, times=None))
    patterns = ["001", "010", "011", "100", "101"]
    job = one.hub.submit("kipu.sim.qsim", [flips(bits) for bits in patterns], shots=10)
    assert len(one.on_the_service()) == one.wire.asked["POST jobs"] == 5
    assert [outcome and outcome.counts() for outcome in job.results()] == [{bits: 10} for bits in patterns]
    again = one.hub.job(job.id)
    assert [outcome and outcome.counts() for outcome in again.results()] == [{bits: 10} for bits in patterns]


def test_p22_several_circuits_in_one_job_where_the_family_takes_them(made: Callable[..., Made], flips: Any) -> None:
    one = made(Fault("POST", _POST, drop=True))
    patterns = ["001", "010", "011"]
    job = one.hub.submit("qudora.sim.xg1", [flips(bits) for bits in patterns], shots=10)
    (there,) = one.on_the_service()
    assert there["tags"][0].endswith("-3x10")
    assert one.wire.bodies[0]["shots"] == 10
    assert [outcome and outcome.counts() for outcome in job.results()] == [{bits: 10} for bits in patterns]
    again = one.hub.job(there["id"])
    assert (again.count, again.shots_asked) == (3, 10)
    assert [outcome and outcome.counts() for outcome in again.results()] == [{bits: 10} for bits in patterns]


def test_p19_a_single_submission_is_found_by_its_key(made: Callable[..., Made], flips: Any) -> None:
    """Ctrl-C while the POST is under way: all that is known is the key."""
    one = made()
    job = one.hub.submit("kipu.sim.qsim", flips("01"), shots=10)
    key = one.wire.bodies[0]["tags"][-1].removeprefix("qrelay-").rpartition("-")[0]
    assert one.hub.job(f"batch-{key}-1").record.id == job.id
    with pytest.raises(NotFound):
        one.hub.job("batch-00000000-0000-0000-0000-000000000000-1")


# --- what is sent ----------------------------------------------------------------------------------------------------


def test_the_body_holds_what_the_specification_allows(made: Callable[..., Made], flips: Any, shared: Path) -> None:
    """The service's schemas allow nothing beyond themselves."""
    schemas = json.loads((shared / "specs" / "kipu-hub-quantum-openapi.json").read_text())["components"]["schemas"]
    one = made()
    wanted = {
        "kipu.sim.qsim": ("Kipu", {"mode": "sample", "cpu_threads": 2}),
        "qudora.sim.xg1": ("Qudora", {"backend_settings": {"a": 1}}),
        "aws.sim.sv1": ("Aws_QASM_3", {"disable_qubit_rewiring": False}),
        "azure.ionq.simulator": ("AzureIonq", {}),
    }
    known = {target.id for target in one.hub.targets()}
    for backend, (schema, options) in wanted.items():
        if backend not in known:
            continue
        one.hub.submit(backend, flips("01"), 7, name="mine", tags=("a", "b"), options=options)
        body = one.wire.bodies[-1]
        request = schemas["CreateJobRequest"]
        assert set(request["required"]) <= set(body) <= set(request["properties"])
        assert body["input_format"] in request["properties"]["input_format"]["enum"]
        assert body["sdk_provider"] in request["properties"]["sdk_provider"]["enum"]
        assert set(body["input"]) <= set(schemas[f"{schema}_JobInput"]["properties"])
        assert set(schemas[f"{schema}_JobInput"]["required"]) <= set(body["input"])
        assert body.get("input_params", {}) == options
        assert set(options) <= set(schemas[f"{schema}_JobInputParams"]["properties"])
        assert (body["shots"], body["name"], body["tags"][:2]) == (7, "mine", ["a", "b"])
        assert re.fullmatch(r"qrelay-[0-9a-f-]{36}-1", body["tags"][2])


def test_p30_a_job_costs_one_write(made: Callable[..., Made], flips: Any) -> None:
    one = made()
    one.wire.asked.clear()
    job = one.hub.submit("kipu.sim.qsim", flips("01"), shots=10)
    assert one.wire.asked == {"POST jobs": 1}
    job.result()
    assert set(one.wire.asked) == {"POST jobs", "GET jobs/{id}", "GET jobs/{id}/result"}
    assert one.wire.asked["GET jobs/{id}/result"] == 1


@pytest.mark.parametrize(
    ("tags", "said"),
    [
        (["qhub:x"], "reserved"),
        (["QHub:x"], "reserved"),
        (["qrelay-1"], "reserved"),
        ([" "], "empty"),
        ("text", "list"),
    ],
)
def test_tags_that_the_hub_does_not_take(made: Callable[..., Made], flips: Any, tags: Any, said: str) -> None:
    one = made()
    with pytest.raises(InvalidOption, match=said):
        one.hub.submit("kipu.sim.qsim", flips("01"), 5, tags=tags)
    assert one.wire.asked["POST jobs"] == 0


def test_tags_are_each_sent_once(made: Callable[..., Made], flips: Any) -> None:
    """The Hub compares them without case, and keeps one of two."""
    one = made()
    one.hub.submit("kipu.sim.qsim", flips("01"), 5, tags=["Mine", "mine", " MINE ", "other"])
    assert one.wire.bodies[0]["tags"][:-1] == ["Mine", "other"]


def test_metadata_is_refused_because_the_hub_keeps_none(made: Callable[..., Made], flips: Any) -> None:
    one = made()
    with pytest.raises(InvalidOption, match="metadata"):
        one.hub.submit("kipu.sim.qsim", flips("01"), 5, metadata={"k": 1})
    assert one.wire.asked["POST jobs"] == 0


@pytest.mark.parametrize(
    ("payload", "said"),
    [
        (Payload(b"\xff", "OPEN_QASM_V2", "text/plain", "kipu.qsim.result", 1), "UTF-8"),
        (Payload(b"{", "OPEN_QASM_V2", "application/json", "kipu.qsim.result", 1), "JSON"),
        (Payload(b'{"qasm": NaN}', "OPEN_QASM_V2", "application/json", "kipu.qsim.result", 1), "JSON"),
        (Payload(b'{"qasm": "\\ud800"}', "OPEN_QASM_V2", "application/json", "kipu.qsim.result", 1), "JSON"),
    ],
)
def test_payloads_that_are_not_what_they_say(made: Callable[..., Made], payload: Payload, said: str) -> None:
    one = made()
    with pytest.raises(InvalidOption, match=said):
        one.hub.submit("kipu.sim.qsim", payload, 5)
    assert one.wire.asked["POST jobs"] == 0


def test_shots_have_a_field_of_their_own(made: Callable[..., Made], flips: Any) -> None:
    one = made()
    one.hub.submit("kipu.sim.qsim", flips("01"), input_params={"shots": 77, "mode": "sample"})
    assert (one.wire.bodies[0]["shots"], one.wire.bodies[0]["input_params"]) == (77, {"mode": "sample"})


def test_a_refusal_inside_a_session_that_has_ended_is_the_sessions_end(
    remote: Callable[..., Hub], flips: Any, described: Callable[[str], dict[str, Any]]
) -> None:
    def serve(request: httpx.Request) -> httpx.Response:
        path = request.url.path
        if path.endswith("/backends"):
            return httpx.Response(200, json=[described("qsim")])
        if path.endswith("/sessions/s-1"):
            return httpx.Response(200, json={"id": "s-1", "status": status, "backend_id": "kipu.sim.qsim"})
        if path.endswith("/sessions/s-1/jobs"):
            return httpx.Response(200, json=[{"id": "done", "status": "COMPLETED"}, {"id": "on", "status": "RUNNING"}])
        return httpx.Response(422, json={"detail": "the session takes no jobs"})

    for status in ("CLOSED", "DRAINING", "ABORTED"):
        with pytest.raises(SessionEnded, match=status) as caught:
            remote(serve).submit("kipu.sim.qsim", flips("01"), 5, session="s-1")
        assert (caught.value.session_id, caught.value.finished_jobs) == ("s-1", ("done",))
    status = "ACTIVE"
    with pytest.raises(ServiceError, match="takes no jobs"):
        remote(serve).submit("kipu.sim.qsim", flips("01"), 5, session="s-1")
