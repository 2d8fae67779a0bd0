"""Every command on both services: which one is meant, and that each finds what the other left."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cirq
import pytest
import sympy
from tests.cli.conftest import CROSSED, one_line

Q = cirq.LineQubit.range(3)
# Two keys, an inverted bit, and a qubit that stays 0: no mirror image of it is itself.
UNEVEN = cirq.Circuit(cirq.X(Q[0]), cirq.measure(Q[0], Q[1], key="b"), cirq.measure(Q[2], key="a", invert_mask=(True,)))


@pytest.fixture
def crossed(tmp_path: Path) -> Path:
    file = tmp_path / "crossed.qasm"
    file.write_text(CROSSED)
    return file


@pytest.fixture
def uneven(tmp_path: Path) -> Path:
    file = tmp_path / "uneven.json"
    file.write_text(cirq.to_json(UNEVEN))
    return file


@pytest.fixture
def address() -> Iterator[str]:
    """A cloud on a port, both services with one key."""
    from qrelay.local import LocalCloud, served

    with LocalCloud(waiting=3.0, keys=["right"]) as cloud, served(cloud) as where:
        yield where


@pytest.fixture
def hub(address: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("QHUB_QUANTUM_BASE_URL", f"{address}/quantum")
    monkeypatch.setenv("KQH_PERSONAL_ACCESS_TOKEN", "right")
    return address


@pytest.fixture
def workspace(address: str, monkeypatch: pytest.MonkeyPatch) -> str:
    parts = f"SubscriptionId=s;ResourceGroupName=g;WorkspaceName=w;ApiKey=right;QuantumEndpoint={address}"
    monkeypatch.setenv("AZURE_QUANTUM_CONNECTION_STRING", parts)
    return address


HUB_TARGETS = ["kipu.sim.qsim", "qudora.sim.xg1", "aws.sim.sv1", "azure.ionq.simulator"]


@pytest.mark.parametrize("target", [*HUB_TARGETS, "ionq.simulator"])
def test_the_target_says_which_service(qrelay: Any, crossed: Path, target: str) -> None:
    """A file that runs on one service only; registers turned round on the way through the other."""
    code, out, err = qrelay("run", crossed, "--target", target, "--shots", 100, "--local", "--json")
    assert (code, err) == (0, "")
    document = json.loads(out)
    (circuit,) = document["circuits"]
    assert (document["target"], circuit["counts"]) == (target, {"0 10": 100})
    assert circuit["registers"] == [{"name": "b", "size": 1}, {"name": "a", "size": 2}]


@pytest.mark.parametrize("target", [*HUB_TARGETS, "ionq.simulator", "rigetti.sim.qvm"])
def test_a_cirq_circuit_is_run(qrelay: Any, uneven: Path, target: str) -> None:
    """A Cirq file through Qiskit's transpiler; keys, bits or an inverted one lost on the way to the terminal."""
    code, out, err = qrelay("run", uneven, "--target", target, "--shots", 100, "--local", "--json")
    assert (code, err) == (0, "")
    (circuit,) = json.loads(out)["circuits"]
    names = [register["name"] for register in circuit["registers"]]
    (bits,) = circuit["counts"]
    assert dict(zip(names, bits.split(), strict=True)) == {
        "b": "01",
        "a": "1",
    }  # lowest bit, the first qubit, rightmost
    assert (circuit["name"], circuit["shots_usable"]) == ("uneven", 100)
    _, out, _ = qrelay("run", uneven, "--target", target, "--shots", 100, "--local")
    assert "b[1…0]" in out
    assert "a[0]" in out


def test_options_of_a_cirq_job(qrelay: Any, uneven: Path, tmp_path: Path) -> None:
    """Options that only Qiskit's way knows of; a default of one shot."""
    data = tmp_path / "cloud.sqlite"
    given = ("-t", "rigetti.sim.qvm", "--data", data)
    code, out, _ = qrelay("run", uneven, *given, "--name", "mine", "--format", "qir.v1", "--json")
    assert (code, json.loads(out)["circuits"][0]["shots_usable"]) == (0, 500)
    _, out, _ = qrelay("jobs", "--data", data, "--json")
    assert [(job["name"], job["format"], job["shots"]) for job in json.loads(out)] == [("mine", "qir.v1", 500)]
    for option, value in (("--optimization-level", 1), ("--seed-transpiler", 7)):
        code, out, err = qrelay("run", uneven, *given, option, value)
        assert (code, out) == (2, "")
        assert one_line(err), err
        assert option in err


@pytest.mark.parametrize(
    ("written", "says"),
    [
        (cirq.to_json(cirq.X), "not a circuit"),
        (cirq.to_json([UNEVEN]), "holds a list"),
        ('{"cirq_type": "Nope"}', "Nope"),
        ('{"cirq_type": "Circuit"}', "not a circuit that cirq.to_json wrote"),
        ('{"cirq_type":', "not a circuit that cirq.to_json wrote"),
        ("[" * 100_000, "not a circuit that cirq.to_json wrote"),
        (cirq.to_json(cirq.Circuit(cirq.X(Q[0]) ** sympy.Symbol("t"), cirq.measure(Q[0]))), "without a value: t"),
        (cirq.to_json(cirq.Circuit(cirq.X(Q[0]))), "easure"),
    ],
)
def test_json_that_is_no_circuit(qrelay: Any, tmp_path: Path, written: str, says: str) -> None:
    file = tmp_path / "bad.json"
    file.write_text(written)
    code, out, err = qrelay("run", file, "--target", "ionq.simulator", "--local")
    assert (code, out) == (2, "")
    assert one_line(err), err[:400]
    assert says in err


def test_both_services_in_one_file(qrelay: Any, crossed: Path, uneven: Path, tmp_path: Path) -> None:
    """Jobs of one service that the commands of a later process cannot see; one service's list in place of both."""
    data = tmp_path / "cloud.sqlite"
    ids = {}
    for name, file, target in (
        ("first", crossed, "kipu.sim.qsim"),
        ("second", uneven, "ionq.simulator"),
        ("third", uneven, "aws.sim.sv1"),
    ):
        _, out, _ = qrelay("run", file, "-t", target, "-n", 10, "--data", data, "--no-wait", "--name", name, "--json")
        ids[name] = json.loads(out)["job"]
        code, out, err = qrelay("result", ids[name], "--data", data, "--json")
        assert (code, err) == (0, "")
        (counts,) = (circuit["counts"] for circuit in json.loads(out)["circuits"])
        assert sum(counts.values()) == 10
    _, out, _ = qrelay("jobs", "--data", data, "--json")
    listed = [(job["id"], job["service"]) for job in json.loads(out)]
    assert sorted(listed) == sorted([(ids["first"], "kipu"), (ids["second"], "azure"), (ids["third"], "kipu")])
    _, out, _ = qrelay("jobs", "--data", data, "--service", "kipu", "--json")
    assert {job["id"] for job in json.loads(out)} == {ids["first"], ids["third"]}
    _, out, _ = qrelay("jobs", "--data", data, "--limit", 2, "--json")
    assert len(json.loads(out)) == 2
    _, out, _ = qrelay("job", ids["first"], "--data", data, "--json")
    document = json.loads(out)
    assert (document["service"], document["state"]) == ("kipu", "succeeded")
    assert document["circuits"][0]["format"] == "OPEN_QASM_V2"
    _, out, _ = qrelay("result", ids["first"], "--raw", "--data", data)
    assert json.loads(out)["counts"] == {"100": 10}  # the service's own: b, then a
    for command in ("job", "result", "cancel"):
        code, out, err = qrelay(command, ids["first"], "--data", data, "--service", "azure")
        assert (code, out) == (1, "")
        assert one_line(err), err


def test_lists_of_both_services_are_newest_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """One service's list behind the other's, and the newest of the second cut off by the limit."""
    from datetime import UTC, datetime
    from types import SimpleNamespace

    from qrelay.cli.places import ServiceName, newest

    def entries(*minutes: int) -> list[SimpleNamespace]:
        return [SimpleNamespace(created=datetime(2026, 1, 1, 0, minute, tzinfo=UTC)) for minute in minutes]

    accounts: Any = {ServiceName.AZURE: entries(5, 3, 1), ServiceName.KIPU: entries(4, 2)}
    found = newest(accounts, lambda account: account, 4)  # type: ignore[type-var, return-value, arg-type]
    assert [(name.value, record.created.minute) for name, record in found] == [
        ("azure", 5),
        ("kipu", 4),
        ("azure", 3),
        ("kipu", 2),
    ]


def test_sessions_of_both_services(qrelay: Any, tmp_path: Path) -> None:
    """A session of the Hub that no command lists, and that nobody can close."""
    from qrelay.embedded import embedded

    data = tmp_path / "cloud.sqlite"
    with embedded(data) as (azure, kipu):
        ids = {
            "azure": azure.open_session("ionq.simulator", name="one").id,
            "kipu": kipu.open_session("ibm.qpu.fez").id,
        }
    _, out, _ = qrelay("sessions", "--open", "--data", data, "--json")
    assert {session["service"]: session["id"] for session in json.loads(out)} == ids
    _, out, _ = qrelay("jobs", "--session", ids["kipu"], "--data", data, "--json")
    assert json.loads(out) == []
    code, out, err = qrelay("jobs", "--session", "00000000-0000-0000-0000-00000000dead", "--data", data)
    assert (code, out) == (1, "")
    assert one_line(err), err
    assert "Neither service" in err
    code, out, _ = qrelay("sessions", "--close", "--service", "kipu", "--data", data)
    assert (code, out.split()) == (0, [ids["kipu"]])
    code, out, _ = qrelay("sessions", "--close", "--data", data, "--json")
    assert (code, json.loads(out)) == (0, [ids["azure"]])
    _, out, _ = qrelay("sessions", "--open", "--data", data, "--json")
    assert json.loads(out) == []


@pytest.mark.parametrize("command", ["job", "result", "cancel"])
def test_a_job_that_neither_service_knows(qrelay: Any, command: str) -> None:
    """The refusal of one service told as if the other had not been asked."""
    code, out, err = qrelay(command, "00000000-0000-0000-0000-00000000dead", "--local")
    assert (code, out) == (1, "")
    assert one_line(err), err
    assert "Neither service" in err
    assert "dead" in err


def test_the_environment_names_a_hub(qrelay: Any, crossed: Path, hub: str) -> None:
    """`cancel` that asks and does not tell; Azure's commands, and a token in place of a connection string."""
    code, out, err = qrelay("targets", "--json")
    assert (code, err) == (0, "")
    assert {target["service"] for target in json.loads(out)} == {"kipu"}
    code, out, err = qrelay("run", crossed, "-t", "kipu.sim.qsim", "--no-wait", "--json")
    assert (code, err) == (0, "")
    job_id = json.loads(out)["job"]
    code, out, err = qrelay("cancel", job_id, "--service", "kipu")
    assert (code, err) == (0, "")
    assert out.strip() in ("cancelled", "cancelling")
    code, out, err = qrelay("result", job_id)
    assert (code, out) == (1, "")
    assert one_line(err), err
    assert job_id in err


def test_a_refused_token_is_one_line_without_it(qrelay: Any, hub: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KQH_PERSONAL_ACCESS_TOKEN", "s3cret-wr0ng")
    code, out, err = qrelay("jobs")
    assert (code, out) == (1, "")
    assert one_line(err), err
    assert "s3cret" not in err


@pytest.mark.parametrize(
    "command", [["targets"], ["jobs"], ["job", "x"], ["result", "x"], ["cancel", "x"], ["sessions"]]
)
def test_with_two_accounts_one_must_be_chosen(qrelay: Any, command: list[str], hub: str, workspace: str) -> None:
    """The other account's jobs, machines and bills, because the environment happened to name it first."""
    code, out, err = qrelay(*command)
    assert (code, out) == (2, "")
    assert one_line(err), err
    assert "--service azure" in err
    assert "--service kipu" in err


@pytest.mark.parametrize(("service", "target"), [("azure", "ionq.simulator"), ("kipu", "kipu.sim.qsim")])
def test_the_chosen_account_is_taken(
    qrelay: Any, crossed: Path, hub: str, workspace: str, service: str, target: str
) -> None:
    code, out, err = qrelay("run", crossed, "-t", target, "--service", service, "--no-wait")
    assert (code, err) == (0, "")
    job_id = out.strip()
    _, out, _ = qrelay("jobs", "--service", service, "--json")
    assert [job["id"] for job in json.loads(out)] == [job_id]
    other = {"azure": "kipu", "kipu": "azure"}[service]
    _, out, _ = qrelay("jobs", "--service", other, "--json")
    assert json.loads(out) == []


def test_without_a_hub_in_the_environment(qrelay: Any, crossed: Path, workspace: str) -> None:
    """A workspace's environment, and the Hub asked for: the embedded cloud only for what needs nothing earlier."""
    code, out, err = qrelay("run", crossed, "-t", "kipu.sim.qsim", "--service", "kipu", "--json")
    assert (code, json.loads(out)["circuits"][0]["counts"]) == (0, {"0 10": 500})
    assert one_line(err), err
    assert "embedded cloud" in err
    code, out, err = qrelay("run", crossed, "-t", "aws.ionq.forte", "--service", "kipu")
    assert (code, out) == (2, "")
    assert "is a device" in err
    code, out, err = qrelay("jobs", "--service", "kipu")
    assert (code, out) == (2, "")
    assert one_line(err), err
    assert "KQH_PERSONAL_ACCESS_TOKEN" in err


def test_nonsense_is_refused_by_word(qrelay: Any, crossed: Path) -> None:
    code, _, err = qrelay("targets", "--service", "ibm")
    assert code == 2
    assert "kipu" in err
    code, out, err = qrelay("run", crossed, "-t", "kipu.sim.qsmi", "--local")
    assert (code, out) == (2, "")
    assert "kipu.sim.qsim" in err
    code, out, err = qrelay("run", crossed, "-t", "kipu.sim.qsim", "--service", "azure", "--local")
    assert (code, out) == (2, "")
    assert one_line(err), err


def test_targets_of_both_services(qrelay: Any) -> None:
    code, out, err = qrelay("targets", "--local", "--json")
    assert (code, err) == (0, "")
    found = {target["id"]: target["service"] for target in json.loads(out)}
    assert (found["ionq.simulator"], found["kipu.sim.qsim"], found["azure.ionq.simulator"]) == ("azure", "kipu", "kipu")
    _, out, _ = qrelay("targets", "--local")
    azure, _, kipu = out.partition("--service kipu")
    assert "ionq.simulator" in azure
    assert "kipu.sim.qsim" in kipu
    assert "QISKIT_QPY" in kipu
    _, out, _ = qrelay("targets", "--local", "--service", "kipu", "--json")
    assert {target["service"] for target in json.loads(out)} == {"kipu"}
