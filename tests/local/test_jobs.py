"""Jobs of the embedded cloud: states, refusals, cancelling, repeated requests."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.local.conftest import BELL, Client, Gate, Stepped, bell_engine, until

from qrelay.local import LocalCloud
from qrelay.local.azure.targets import Target, providers


def test_a_polling_client_sees_every_state(make_client: Callable[..., Client]) -> None:
    """A job that is Succeeded at its first poll hides every fault in a client's waiting."""
    schedule = Stepped()
    client = make_client(schedule=schedule)
    job_id = client.submit().json()["id"]
    seen: list[str] = []
    for _ in schedule.steps():
        state = client.job(job_id)["status"]
        if seen[-1:] != [state]:
            seen.append(state)
        if state == "Succeeded":
            break
    assert seen == ["Waiting", "Executing", "Succeeded"]


def test_default_dwell_is_longer_than_a_poll_of_50_ms() -> None:
    cloud = LocalCloud()
    try:
        dwell = cloud._worker._dwell
        assert dwell.waiting > 0.05
        assert dwell.executing > 0.05
    finally:
        cloud.close()


def test_the_worker_needs_no_request(make_client: Callable[..., Client]) -> None:
    """A cloud whose jobs move only when asked for would end none that nobody polls."""
    client = make_client(waiting=0.01, executing=0.01)
    job_id = client.submit().json()["id"]
    store = client.cloud._store
    until(lambda: store.row("SELECT state FROM items WHERE id=?", job_id), lambda row: row == ("Succeeded",))


def test_more_jobs_than_slots_all_end(make_client: Callable[..., Client]) -> None:
    client = make_client(slots=2)
    ids = [client.submit().json()["id"] for _ in range(12)]
    assert {client.wait(job_id)["status"] for job_id in ids} == {"Succeeded"}


def test_result_is_readable_by_its_own_address(client: Client) -> None:
    job = client.wait(client.submit().json()["id"])
    assert "rawOutputData" in job["outputDataUri"]
    answer = client.blob(job["outputDataUri"])
    assert answer.status_code == 200
    assert answer.json() == {"histogram": {"0": 0.5, "3": 0.5}}
    assert answer.headers["content-disposition"].startswith("attachment; filename=bell-")


def test_a_repeated_put_makes_no_second_job(client: Client) -> None:
    """P18: the client repeats a PUT whose answer was lost."""
    job_id = str(uuid.uuid4())
    body = client.definition(job_id)
    first = client.call("PUT", f"/jobs/{job_id}", body)
    client.wait(job_id)
    fresh_sas = body | {"containerUri": client.container(f"job-{job_id}")}
    again = client.call("PUT", f"/jobs/{job_id}", fresh_sas)
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.json()["status"] == "Succeeded"
    assert again.json()["creationTime"] == first.json()["creationTime"]
    other = client.call("PUT", f"/jobs/{job_id}", body | {"name": "another"})
    assert other.status_code == 409
    assert other.headers["x-ms-error-code"] == other.json()["error"]["code"] == "JobAlreadyExists"
    assert len(client.call("GET", "/jobs").json()["value"]) == 1


def test_cancel_in_each_state(make_client: Callable[..., Client]) -> None:
    schedule, gate = Stepped(), Gate()
    client = make_client(schedule=schedule, engine=gate)
    waiting, executing = client.submit().json()["id"], client.submit().json()["id"]

    answer = client.call("POST", f"/jobs/{waiting}:cancel")
    assert (answer.status_code, answer.json()["status"]) == (200, "Cancelled")
    assert answer.json()["cancellationTime"]

    schedule.settle(lambda: client.job(executing)["status"] == "Executing")
    answer = client.call("POST", f"/jobs/{executing}:cancel")
    assert (answer.json()["status"], answer.json()["isCancelling"]) == ("CancellationRequested", True)
    seen = set()
    for _ in schedule.steps():
        seen.add(client.job(executing)["status"])
        if "Cancelled" in seen:
            break
    assert seen == {"CancellationRequested", "Cancelling", "Cancelled"}
    gate.open.set()
    client.cloud._worker._pool.shutdown(wait=True)  # the simulation has ended, its answer comes too late
    while schedule.step():
        pass
    ended = client.job(executing)
    assert (ended["status"], ended["isCancelling"], ended["errorData"]) == ("Cancelled", False, None)
    assert client.job(waiting)["beginExecutionTime"] is None

    assert client.call("POST", f"/jobs/{uuid.uuid4()}:cancel").status_code == 404


def test_cancelling_a_job_that_has_ended_changes_nothing(client: Client) -> None:
    done = client.wait(client.submit().json()["id"])["id"]
    late = client.call("POST", f"/jobs/{done}:cancel")
    assert (late.status_code, late.json()["status"]) == (200, "Succeeded")


def test_delete_cancels_in_old_versions_and_deletes_in_new_ones(make_client: Callable[..., Client]) -> None:
    client = make_client(schedule=Stepped())
    job_id = client.submit().json()["id"]
    assert client.call("DELETE", f"/jobs/{job_id}").status_code == 409
    old = client.call("DELETE", f"/jobs/{job_id}", **{"api-version": "2024-10-01-preview"})
    assert old.status_code == 204
    assert client.job(job_id)["status"] == "Cancelled"
    assert client.call("DELETE", f"/jobs/{job_id}").status_code == 204
    assert client.call("GET", f"/jobs/{job_id}").status_code == 404


@pytest.mark.parametrize("path", ["/jobs/{}", "/jobUpdateOptions/{}"])
def test_update(client: Client, path: str) -> None:
    job_id = client.submit(tags=["a"]).json()["id"]
    answer = client.call("PATCH", path.format(job_id), {"name": "new", "priority": "High"})
    assert answer.json() == {"id": job_id, "priority": "High", "name": "new", "tags": ["a"]}
    job = client.job(job_id)
    assert (job["name"], job["priority"], job["tags"]) == ("new", "High", ["a"])
    assert client.call("PATCH", path.format(job_id), {"priority": "Urgent"}).status_code == 400


@pytest.mark.parametrize(
    ("changes", "mentions"),
    [
        ({"target": "ionq.simulatr"}, "ionq.simulatr"),
        ({"providerId": "nobody"}, "nobody"),
        ({"name": None}, "name"),
        ({"itemType": "Session"}, "itemType"),
        ({"containerUri": "https://mystorage.blob.core.windows.net/job-1?sig=x"}, "storage"),
        ({"containerUri": "http://[::1/job-1"}, "storage"),
        ({"sessionId": str(uuid.uuid4())}, "Session"),
        ({"sessionId": "x"}, "sessionId"),
        ({"tags": "a"}, "tags"),
        ({"inputParams": []}, "inputParams"),
    ],
)
def test_a_definition_that_makes_no_sense_is_refused_at_once(
    client: Client, changes: dict[str, Any], mentions: str
) -> None:
    answer = client.submit(**changes)
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert error["code"] == answer.headers["x-ms-error-code"] == "InvalidJobDefinition"
    assert mentions in error["message"]
    assert client.call("GET", "/jobs").json()["value"] == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"inputDataFormat": "rigetti.quil.v1"}, "InvalidProperty"),
        ({"outputDataFormat": "no.such.format"}, "CannotTranslateOutputData"),
        ({"inputParams": {"shots": 0}}, "InvalidProperty"),
        ({"inputParams": {"shots": 10**9}}, "InvalidProperty"),
        ({"inputParams": {"count": "many"}}, "InvalidProperty"),
        (
            {"providerId": "pasqal", "target": "pasqal.sim.emu-sv", "inputDataFormat": "pasqal.pulser.v1"},
            "InvalidProperty",
        ),
    ],
)
def test_what_the_target_cannot_take_fails_the_job(client: Client, changes: dict[str, Any], code: str) -> None:
    job = client.wait(client.submit(**changes).json()["id"])
    assert (job["status"], job["errorData"]["code"]) == ("Failed", code)
    assert job["costEstimate"] is None
    if job["providerId"] == "pasqal":
        assert "analog" in job["errorData"]["message"]


def test_a_missing_input_blob_fails_the_job(client: Client) -> None:
    job_id = str(uuid.uuid4())
    body = client.definition(job_id)
    body["inputDataUri"] = body["inputDataUri"].replace("inputData", "elsewhere")
    client.call("PUT", f"/jobs/{job_id}", body)
    assert client.wait(job_id)["errorData"]["code"] == "InvalidInputData"


def test_an_engine_that_breaks_fails_the_job_and_no_other(make_client: Callable[..., Client]) -> None:
    """A worker that dies with one job would leave all later ones waiting for ever."""

    def engine(execution: Any) -> bytes:
        if b"broken" in execution.data:
            raise ImportError("no name 'x' in 'y' (/home/a b/y.so), see /opt/z/w or 3/4")
        return bell_engine(execution)

    client = make_client(engine=engine, slots=1)
    broken, sound = client.submit(b"broken").json()["id"], client.submit().json()["id"]
    assert client.wait(broken)["errorData"] == {
        "code": "InternalError",
        "message": "The simulation broke off: ImportError: no name 'x' in 'y' (…), see … or 3/4",
    }
    assert client.wait(sound)["status"] == "Succeeded"


@pytest.mark.parametrize(("params", "shots"), [({}, 500), ({"count": 7}, 7), ({"shots": 8, "count": 7}, 8)])
def test_shots_under_either_name(make_client: Callable[..., Client], params: dict[str, int], shots: int) -> None:
    asked = []

    def engine(execution: Any) -> bytes:
        asked.append((execution.params["shots"], execution.seed))
        return bell_engine(execution)

    client = make_client(engine=engine)
    job = client.wait(client.submit(inputParams=params).json()["id"])
    assert job["inputParams"] == params
    assert asked[0][0] == shots


@pytest.mark.parametrize(
    ("target", "qubits", "profile"),
    [("rigetti.sim.qvm", 20, "Base"), ("quantinuum.sim.h2-1e", 56, "Adaptive_RI"),
     ("quantinuum.sim.helios-1e", 98, "Adaptive_RIF")],
)  # fmt: skip
def test_a_job_runs_within_what_the_table_says_of_its_target(
    make_client: Callable[..., Client], target: str, qubits: int, profile: str
) -> None:
    """A limit that provider status shows and the simulation does not know."""
    seen = []

    def engine(execution: Any) -> bytes:
        seen.append((execution.target, execution.num_qubits, execution.profile))
        return b"{}"

    client = make_client(engine=engine)
    formats = {"inputDataFormat": "qir.v1", "outputDataFormat": "microsoft.quantum-results.v2"}
    client.wait(client.submit(providerId=target.partition(".")[0], target=target, **formats).json()["id"])
    assert seen == [(target, qubits, profile)]


def test_the_seed_follows_from_the_job_id(make_client: Callable[..., Client]) -> None:
    seeds: list[int] = []
    job_ids = [str(uuid.UUID(int=1)), str(uuid.UUID(int=2))]
    for _ in range(2):
        client = make_client(engine=lambda execution: (seeds.append(execution.seed), b"{}")[1])
        for job_id in job_ids:
            client.call("PUT", f"/jobs/{job_id}", client.definition(job_id))
            client.wait(job_id)
    assert seeds[:2] == seeds[2:]
    assert seeds[0] != seeds[1]


@pytest.mark.parametrize(
    "target",
    [one for provider in providers() for one in provider.targets if "qir.v1" in one.formats],
    ids=lambda t: t.id,
)
def test_every_gate_target_runs_the_recorded_module(
    shared: Path, make_client: Callable[..., Client], target: Target
) -> None:
    """A target that is listed but cannot run what the service's own clients send is a trap."""
    text = (shared / "fixtures" / "azure" / "test_qiskit_endianness_submit_to_rigetti.json").read_text()
    module = next(e["request"] for e in json.loads(text)["exchanges"] if e["path"].endswith("/inputData"))
    client = make_client(engine=None)
    params = {"shots": 10, "items": [{"entryPoint": "ENTRYPOINT__main", "arguments": []}]}
    made = client.submit(
        module.encode(), providerId=target.provider, target=target.id, inputDataFormat="qir.v1",
        outputDataFormat=None, inputParams=params,
    )  # fmt: skip
    job = client.wait(made.json()["id"])
    assert job["status"] == "Succeeded", job["errorData"]
    assert job["outputDataFormat"] == target.formats["qir.v1"][0]
    answer = client.blob(job["outputDataUri"]).json()
    if job["outputDataFormat"] == "microsoft.quantum-results.v2":
        assert [(entry["Display"], entry["Count"]) for entry in answer["Results"][0]["Histogram"]] == [
            ("([0, 0, 0], [0, 0, 0], [0, 0, 1])", 10)
        ]


def test_lost_qubits_and_error_shots(shared: Path, make_client: Callable[..., Client]) -> None:
    text = (shared / "fixtures" / "azure" / "test_qiskit_endianness_submit_to_rigetti.json").read_text()
    module = next(e["request"] for e in json.loads(text)["exchanges"] if e["path"].endswith("/inputData"))
    client = make_client(engine=None, loss=0.2, error_rate=0.3)
    made = client.submit(
        module.encode(), providerId="quantinuum", target="quantinuum.sim.h2-1e", inputDataFormat="qir.v1",
        outputDataFormat="microsoft.quantum-results.v2", inputParams={"shots": 100},
    )  # fmt: skip
    shots = client.blob(client.wait(made.json()["id"])["outputDataUri"]).json()["Results"][0]["Shots"]
    assert len(shots) == 100
    assert any("Error" in shot for shot in shots)
    assert any("-" in shot["Item1"] for shot in shots if "Item1" in shot)


def test_real_engine_end_to_end(make_client: Callable[..., Client]) -> None:
    client = make_client(engine=None)
    circuit = {"gateset": "qis", "qubits": 3, "circuit": [{"gate": "x", "targets": [2]}, {"gate": "h", "targets": [0]}]}
    job = client.wait(client.submit(json.dumps(circuit).encode()).json()["id"])
    assert job["status"] == "Succeeded", job["errorData"]
    histogram = client.blob(job["outputDataUri"]).json()["histogram"]
    assert histogram == pytest.approx({"4": 0.5, "5": 0.5})
    refused = client.wait(
        client.submit(json.dumps(BELL | {"circuit": [{"gate": "foo", "target": 0}]}).encode()).json()["id"]
    )
    assert refused["status"] == "Failed"
    assert refused["errorData"]["code"]
