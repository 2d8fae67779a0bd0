"""The life of a job on the Hub: made, seen in each of its states, answered, cancelled."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from tests.local.conftest import Stepped, until
from tests.local.kipu.conftest import BELL, JOB, Hub, bell_engine, refused

from qrelay.local.execution import ExecutionRefused

IONQ = {"gateset": "qis", "qubits": 2, "circuit": [{"gate": "h", "targets": [0]}]}

BRAKET = (
    "OPENQASM 3.0;\nbit[2] b;\nqubit[2] q;\nx q[0];\ncnot q[0], q[1];\nb[0] = measure q[0];\nb[1] = measure q[1];\n"
)
FORTE = {"backend_id": "aws.ionq.forte", "input_format": "BRAKET_OPEN_QASM_V3", "input": {"qasm": BRAKET}}


def test_the_states_of_a_job(make_hub: Callable[..., Hub], satisfies: Callable[..., Any]) -> None:
    """Each answer on the way is what the specification says, and a result is there only at the end."""
    schedule = Stepped()
    hub = make_hub(schedule=schedule)
    made = hub.post(name="bell", tags=["x"])
    assert made.status_code == 201
    job = satisfies(made.json(), "Job")
    assert job["status"] == "PENDING"
    seen: list[str] = []
    for _ in schedule.steps():
        job = satisfies(hub.get(f"/jobs/{job['id']}"), "Job")
        assert satisfies(hub.get(f"/jobs/{job['id']}/status"), "JobStatusResponse") == {"status": job["status"]}
        if seen[-1:] != [job["status"]]:
            seen.append(job["status"])
        assert ("started_at" in job, "provider_job_id" in job) == (job["status"] != "PENDING",) * 2
        if job["status"] == "COMPLETED":
            break
        for part in ("result", "result-stream"):
            refused(hub.call("GET", f"/jobs/{job['id']}/{part}"), 404, job["status"])
    assert seen == ["PENDING", "RUNNING", "COMPLETED"]
    assert {"ended_at", "runtime"} <= set(job)
    assert hub.get(f"/jobs/{job['id']}/result") == {"counts": {"00": 50, "11": 50}}
    streamed = hub.call("GET", f"/jobs/{job['id']}/result-stream")
    assert streamed.json() == {"counts": {"00": 50, "11": 50}}
    assert streamed.headers["content-disposition"].startswith("attachment")


def test_what_was_sent_comes_back(hub: Hub) -> None:
    params = {"mode": "sample", "cpu_threads": 2}
    job = hub.post(name="n", input_params=params, sdk_provider="qiskit", shots=7).json()
    expected = {
        "name": "n", "backend_id": "kipu.sim.qsim", "provider": "KIPU", "input_params": params,
        "input_format": "OPEN_QASM_V2", "shots": 7, "sdk_provider": "QISKIT", "tags": [],
    }  # fmt: skip
    assert {key: job[key] for key in expected} == expected
    assert hub.get(f"/jobs/{job['id']}/input") == {"qasm": BELL}


def test_nulls_count_as_left_out(hub: Hub) -> None:
    """The vendor's SDK writes out every field that it has no value for."""
    body = JOB | dict.fromkeys(["name", "input_format", "input_params", "qasm", "tags", "session_id", "sdk_provider"])
    job = hub.call("POST", "/jobs", body).json()
    assert (job["input_format"], job["sdk_provider"], job["input_params"]) == ("OPEN_QASM_V2", "CLIENT", {})
    assert not {"name", "session_id"} & set(job)
    assert hub.post(input_params={"mode": None}).json()["input_params"] == {}
    refused(hub.call("POST", "/jobs", JOB | {"shots": None}), 400, "'shots' is required")


@pytest.mark.parametrize("given", [BELL, {"qasm": BELL}, {"qasm": BELL, "backendId": "kipu.sim.qsim"}])
def test_input_as_the_sdk_and_as_the_specification_write_it(make_hub: Callable[..., Hub], given: Any) -> None:
    orders: list[Any] = []

    def engine(order: Any) -> bytes:
        orders.append(order)
        return b"{}"

    hub = make_hub(hub_engine=engine)
    job_id = hub.submit(input=given, qasm={"format": "OPEN_QASM_V2", "programs": []})
    hub.wait(job_id)
    assert hub.get(f"/jobs/{job_id}/input") == (given if isinstance(given, dict) else {"qasm": given})
    assert [(order.input, order.shots, order.backend) for order in orders] == [({"qasm": BELL}, 100, "kipu.sim.qsim")]


def test_the_same_id_gives_the_same_seed(make_hub: Callable[..., Hub]) -> None:
    seeds: list[int] = []

    def engine(order: Any) -> bytes:
        seeds.append(order.seed)
        return b"{}"

    hub = make_hub(hub_engine=engine)
    ids = [hub.submit() for _ in range(3)]
    until(lambda: len(seeds), lambda count: count == 3)
    assert sorted(seeds) == sorted(int.from_bytes(hashlib.sha256(each.encode()).digest()[:4]) for each in ids)


@pytest.mark.parametrize("spelled", ["OPEN_QASM_V2", "open_qasm_v2", "openqasm.v2", "OpenQasm.V2"])
def test_formats_in_any_spelling(hub: Hub, spelled: str) -> None:
    assert hub.post(input_format=spelled).json()["input_format"] == "OPEN_QASM_V2"


def test_every_post_makes_a_job(hub: Hub) -> None:
    """Bug: a fake that knows a repeated submission again hides the client's second job."""
    ids = {hub.submit(name="same", tags=["same"]) for _ in range(3)}
    assert len(ids) == 3
    assert hub.get("/jobs")["total_elements"] == 3


def test_tags(hub: Hub) -> None:
    """They come back without repetitions, in an order that is not the client's."""
    tags = ["qrelay-1", "Beta", "alpha", "BETA", "Alpha"]
    job_id = hub.submit(tags=tags)
    for document in (hub.get(f"/jobs/{job_id}"), hub.get("/jobs")["content"][0]):
        assert document["tags"] == ["alpha", "Beta", "qrelay-1"]
    for reserved in ("qhub:x", "QHub:"):
        refused(hub.post(tags=["fine", reserved]), 400, "reserved")
    for wrong in ("x", [1], [""], {"a": "b"}):
        refused(hub.post(tags=wrong), 400, "'tags'")


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"backend_id": "kipu.sim.nothing"}, 404, "was not found"),
        ({"backend_id": ""}, 400, "'backend_id'"),
        ({"backend_id": 1}, 400, "'backend_id'"),
        ({"input": 1}, 400, "'input'"),
        ({"input": [BELL]}, 400, "'input'"),
        ({"shots": 0}, 400, "'shots'"),
        ({"shots": True}, 400, "'shots'"),
        ({"shots": 1.5}, 400, "'shots'"),
        ({"shots": 1 << 63}, 400, "'shots'"),
        ({"name": 1}, 400, "'name'"),
        ({"input_format": "OPEN_QASM_V9"}, 400, "must be one of"),
        ({"input_format": "BRAKET_OPEN_QASM_V3"}, 422, "takes OPEN_QASM_V2"),
        ({"input_params": []}, 400, "'input_params'"),
        ({"sdk_provider": "CIRQ"}, 400, "'sdk_provider'"),
        ({"qasm": "x"}, 400, "'qasm'"),
        ({"session_id": 1}, 400, "'session_id'"),
        ({"session_id": str(uuid.uuid4())}, 404, "was not found"),
    ],
)
def test_bodies_that_are_refused(hub: Hub, changes: dict[str, Any], status: int, words: str) -> None:
    refused(hub.post(**changes), status, words)
    assert hub.get("/jobs")["total_elements"] == 0


def test_what_no_backend_could_run_is_refused_at_once(hub: Hub) -> None:
    refused(hub.post(shots=10**9), 422, "shots")
    assert hub.get("/jobs")["total_elements"] == 0


@pytest.mark.parametrize("key", ["backend_id", "input", "shots"])
def test_fields_that_must_be_there(hub: Hub, key: str) -> None:
    refused(hub.post(**{key: None}), 400, f"'{key}' is required")


def test_a_failed_job_says_why(make_hub: Callable[..., Hub], satisfies: Callable[..., Any]) -> None:
    def engine(order: Any) -> bytes:
        if order.shots == 1:
            raise ExecutionRefused("CompilationError", "line 3: no such gate")
        raise RuntimeError("boom")

    hub = make_hub(hub_engine=engine)
    why = {1: ("CompilationError", "line 3: no such gate"), 2: ("InternalError", "RuntimeError")}
    for shots, (code, words) in why.items():
        job = satisfies(hub.wait(hub.submit(shots=shots)), "Job")
        assert job["status"] == "FAILED"
        for part in ("result", "result-stream"):
            error = hub.get(f"/jobs/{job['id']}/{part}")["error"]
            assert (error["code"], set(error)) == (code, {"message", "code", "details"})
            assert words in error["message"]


@pytest.mark.parametrize("stage", ["PENDING", "RUNNING", "COMPLETED", "CANCELLING", "CANCELLED"])
def test_cancelling_at_each_stage(make_hub: Callable[..., Hub], satisfies: Callable[..., Any], stage: str) -> None:
    schedule = Stepped()
    hub = make_hub(schedule=schedule)
    job_id = hub.submit()
    first = stage in ("CANCELLING", "CANCELLED")

    def cancel() -> None:
        answer = hub.call("DELETE", f"/jobs/{job_id}")
        assert (answer.status_code, answer.content) == (204, b"")

    if first:
        cancel()
    schedule.settle(lambda: hub.status(f"/jobs/{job_id}") == stage)
    cancel()
    end = "COMPLETED" if stage == "COMPLETED" else "CANCELLED"
    assert hub.status(f"/jobs/{job_id}") == (stage if stage in ("COMPLETED", "CANCELLED") else "CANCELLING")
    seen = {hub.status(f"/jobs/{job_id}")}
    schedule.settle(lambda: seen.add(hub.status(f"/jobs/{job_id}")) or end in seen)  # type: ignore[func-returns-value]
    while schedule.step():
        seen.add(hub.status(f"/jobs/{job_id}"))
    assert seen <= {"CANCELLING", end}  # it does not go back to RUNNING
    job = satisfies(hub.get(f"/jobs/{job_id}"), "Job")
    assert job["status"] == end
    if end == "CANCELLED":
        refused(hub.call("GET", f"/jobs/{job_id}/result"), 404, "CANCELLED")


def test_every_state_lasts_for_a_poll(make_hub: Callable[..., Hub]) -> None:
    """With the times of `qrelay serve`, a client that polls meets the states between."""
    hub = make_hub(waiting=0.3, executing=0.3)
    job_id = hub.submit()
    hub.wait(job_id, "RUNNING")
    hub.call("DELETE", f"/jobs/{job_id}")
    assert hub.status(f"/jobs/{job_id}") == "CANCELLING"
    assert hub.wait(job_id)["status"] == "CANCELLED"


def test_the_number_of_qubits_of_an_ionq_job(hub: Hub) -> None:
    """The vendor's SDK reads it in the answer to its POST, where it has not sent it."""
    changes = {"backend_id": "azure.ionq.simulator", "input_format": None, "input": IONQ}
    job = hub.post(**changes, input_params={"meas_map": "[0, 1]"}).json()
    assert job["input_params"] == {"meas_map": "[0, 1]", "qubits": 2}
    assert hub.get(f"/jobs/{job['id']}")["input_params"] == {"meas_map": "[0, 1]", "qubits": 2}


def test_the_shots_of_several_circuits(make_hub: Callable[..., Hub]) -> None:
    """The job shows the sum over its circuits; each is run with the shots that were asked for."""
    shots: list[int] = []

    def engine(order: Any) -> bytes:
        shots.append(order.shots)
        return bell_engine(order)

    hub = make_hub(hub_engine=engine)
    job = hub.post(backend_id="qudora.sim.xg1", input={"qasm": [BELL] * 3}).json()
    assert job["shots"] == 300
    hub.wait(job["id"])
    # on Braket the shots are those of all circuits together, and were sent so
    braket = hub.post(**FORTE | {"input": {"qasm": [BRAKET] * 2}, "shots": 200}).json()
    assert braket["shots"] == 200
    hub.wait(braket["id"])
    assert shots == [100, 200]


def test_unknown_jobs(hub: Hub) -> None:
    for path in ("", "/status", "/result", "/result-stream", "/input", "/calibration"):
        for job_id in (str(uuid.uuid4()), "x"):
            refused(hub.call("GET", f"/jobs/{job_id}{path}"), 404, f"Job '{job_id}' was not found")
    refused(hub.call("DELETE", f"/jobs/{uuid.uuid4()}"), 404, "was not found")


def test_calibration_of_a_job(make_hub: Callable[..., Hub], satisfies: Callable[..., Any]) -> None:
    """204 where the backend has none, and before the job has begun."""
    schedule = Stepped()
    hub = make_hub(schedule=schedule)
    without, calibrated = hub.submit(), hub.submit(**FORTE)
    for job_id in (without, calibrated):
        assert hub.call("GET", f"/jobs/{job_id}/calibration").status_code == 204
    schedule.settle(lambda: {hub.status(f"/jobs/{job_id}") for job_id in (without, calibrated)} == {"COMPLETED"})
    assert hub.call("GET", f"/jobs/{without}/calibration").status_code == 204
    found = satisfies(hub.get(f"/jobs/{calibrated}/calibration"), "CalibrationResponse")
    assert found == hub.get("/backends/aws.ionq.forte/calibration")


ONE = 'OPENQASM 2.0;\ninclude "qelib1.inc";\nqreg q[3];\ncreg c[3];\nx q[0];\ncx q[0],q[1];\nmeasure q -> c;\n'
IONQ_ONE = {
    "gateset": "qis",
    "qubits": 3,
    "circuit": [{"gate": "x", "targets": [0]}, {"gate": "x", "targets": [1], "controls": [0]}],
}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"input": {"qasm": ONE}}, {"counts": {"110": 100}}),
        ({"input": ONE, "backend_id": "qudora.sim.xg1"}, {"counts": {"011": 100}}),
        (
            {"input": {"qasm": [ONE, BELL.replace("h q[0];", "")]}, "backend_id": "qudora.sim.xg1"},
            [{"counts": {"011": 100}}, {"counts": {"00": 100}}],
        ),
        (
            {"input": IONQ_ONE, "backend_id": "azure.ionq.simulator", "input_format": "ionq.circuit.v1"},
            {"histogram": {"3": 1.0}},
        ),
        (FORTE | {"backend_id": "aws.sim.sv1"}, {"measurements": [[1, 1]] * 100, "measuredQubits": [0, 1]}),
    ],
)
def test_each_family_in_its_own_shape(make_hub: Callable[..., Hub], changes: dict[str, Any], expected: Any) -> None:
    """The whole way with the real simulation."""
    hub = make_hub(hub_engine=None)
    job = hub.wait(hub.submit(**changes))
    assert job["status"] == "COMPLETED"
    found = hub.get(f"/jobs/{job['id']}/result")
    if isinstance(expected, dict):
        assert {key: found[key] for key in expected} == expected
    else:
        assert found == expected


@pytest.mark.parametrize("content", [b"", b"\xff", b"[" * 100_000, b'{"name": "\\ud800"}', b'{"a": NaN}', b"null"])
def test_bodies_that_are_no_json_objects(hub: Hub, content: bytes) -> None:
    refused(hub.http.post("/jobs", content=content), 400, "JSON")


def test_the_result_is_stored_as_it_was_made(make_hub: Callable[..., Hub]) -> None:
    answer = json.dumps([{"counts": {"0": 1}}, {"counts": {"1": 1}}]).encode()
    hub = make_hub(hub_engine=lambda order: answer)
    job_id = hub.submit()
    hub.wait(job_id)
    assert hub.call("GET", f"/jobs/{job_id}/result").content == answer
