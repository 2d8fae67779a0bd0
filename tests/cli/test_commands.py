"""The commands as a user types them: what they write, where, and with which exit code."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import CROSSED, one_line


def test_targets(qrelay: Any) -> None:
    code, out, err = qrelay("targets", "--local", "--json")
    assert (code, err) == (0, "")
    found = {target["id"]: target for target in json.loads(out)}
    assert found["ionq.simulator"]["formats"][0] == "ionq.circuit.v1"
    assert found["quantinuum.sim.h2-1e"]["formats"] == [
        "qir.v1",
        "honeywell.openqasm.v1",
        "quantinuum.openqasm.v1",
    ]
    assert found["rigetti.sim.qvm"]["num_qubits"] == 20
    assert any(target["provider"] == "pasqal" and not target["formats"] for target in found.values())


@pytest.mark.parametrize(
    ("target", "format_name"),
    [
        ("ionq.simulator", "ionq.circuit.v1"),
        ("ionq.simulator", "qir.v1"),
        ("rigetti.sim.qvm", "qir.v1"),
        ("quantinuum.sim.h2-1e", "qir.v1"),
        ("quantinuum.sim.h2-1e", "honeywell.openqasm.v1"),
        ("quantinuum.sim.h2-1e", None),
    ],
)
def test_run_in_every_format(qrelay: Any, tmp_path: Path, target: str, format_name: str | None) -> None:
    """Bits or registers turned round on the way from a file to the terminal."""
    file = tmp_path / "crossed.qasm"
    file.write_text(CROSSED)
    given = ["--format", format_name] if format_name else []
    code, out, err = qrelay("run", file, "--target", target, "--shots", 100, "--local", "--json", *given)
    assert (code, err) == (0, "")
    document = json.loads(out)
    circuit = document["circuits"][0]
    assert document["target"] == target
    assert circuit["counts"] == {"0 10": 100}
    assert (circuit["name"], circuit["shots_asked"], circuit["shots_usable"]) == ("crossed", 100, 100)


def test_run_draws_a_histogram(qrelay: Any, bell: Path) -> None:
    code, out, err = qrelay("run", bell, "--target", "ionq.simulator", "--shots", 1000, "--local")
    assert (code, err) == (0, "")
    assert re.search(r"00 +█+ +500 +50\.0%", out)
    assert re.search(r"11 +█+ +500 +50\.0%", out)


def test_jobs_live_on_in_a_file(qrelay: Any, bell: Path, tmp_path: Path) -> None:
    """Each command is a process of its own for the embedded cloud: what one submits, the next must find."""
    data = tmp_path / "cloud.sqlite"
    code, out, _ = qrelay("run", bell, "-t", "ionq.simulator", "-n", 10, "--data", data, "--no-wait", "--name", "first")
    assert code == 0
    job_id = out.strip()
    code, out, _ = qrelay("result", job_id, "--data", data, "--json")
    assert code == 0
    circuit = json.loads(out)["circuits"][0]
    assert (circuit["counts"], circuit["probabilities"]) == ({"00": 5, "11": 5}, {"00": 0.5, "11": 0.5})
    code, out, _ = qrelay("jobs", "--data", data, "--json")
    assert [(job["id"], job["name"], job["status"]) for job in json.loads(out)] == [(job_id, "first", "Succeeded")]
    code, out, _ = qrelay("jobs", "--data", data, "--name", "second", "--json")
    assert json.loads(out) == []
    code, out, _ = qrelay("jobs", "--data", data)
    row = next(line for line in out.splitlines() if job_id in line)  # one line a job, for grep and awk
    assert re.fullmatch(rf"{job_id} +Succeeded +ionq\.simulator +first +\d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d *", row)
    code, out, _ = qrelay("job", job_id, "--data", data)
    assert "Succeeded" in out
    assert "ionq.circuit.v1" in out
    code, out, _ = qrelay("result", job_id, "--data", data)
    assert "██" in out


def test_sessions_left_open_are_listed_and_closed(qrelay: Any, tmp_path: Path, bell: Path) -> None:
    from qrelay.azure import Workspace

    data = tmp_path / "cloud.sqlite"
    with Workspace.local(data=data) as workspace:
        session_id = workspace.open_session("ionq.simulator", name="left").id
    code, out, _ = qrelay("sessions", "--open", "--data", data, "--json")
    assert [(session["id"], session["name"]) for session in json.loads(out)] == [(session_id, "left")]
    code, _, _ = qrelay(
        "run", bell, "-t", "ionq.simulator", "-n", 10, "--data", data, "--session", session_id, "--json"
    )
    assert code == 0
    code, out, _ = qrelay("jobs", "--session", session_id, "--data", data, "--json")
    assert [job["session"] for job in json.loads(out)] == [session_id]
    code, out, _ = qrelay("sessions", "--close", "--data", data)
    assert (code, out.strip()) == (0, session_id)
    code, out, _ = qrelay("sessions", "--open", "--data", data, "--json")
    assert json.loads(out) == []
    code, _, err = qrelay("run", bell, "-t", "ionq.simulator", "--data", data, "--session", session_id)
    assert code == 1
    assert one_line(err)


def test_lists_end_at_their_limit(qrelay: Any, bell: Path, tmp_path: Path) -> None:
    """Bug: `--limit` that is read and then forgotten."""
    from qrelay.azure import Workspace

    data = tmp_path / "cloud.sqlite"
    with Workspace.local(data=data) as workspace:
        opened = [workspace.open_session("ionq.simulator", name=name).id for name in ("first", "second")]
    for name in ("first", "second"):
        qrelay("run", bell, "-t", "ionq.simulator", "--data", data, "--no-wait", "--name", name)
    for given in ([], ["--open"]):
        _, out, _ = qrelay("sessions", "--limit", 1, "--data", data, "--json", *given)
        assert [session["id"] for session in json.loads(out)] == opened[1:]  # the newest
    _, out, _ = qrelay("jobs", "--limit", 1, "--data", data, "--json")
    assert [job["name"] for job in json.loads(out)] == ["second"]


def test_the_answer_as_the_service_gave_it(qrelay: Any, bell: Path, tmp_path: Path) -> None:
    data = tmp_path / "cloud.sqlite"
    _, out, _ = qrelay("run", bell, "-t", "ionq.simulator", "-n", 10, "--data", data, "--no-wait")
    code, out, err = qrelay("result", out.strip(), "--raw", "--data", data)
    assert (code, err) == (0, "")
    assert json.loads(out) == {"histogram": {"0": 0.5, "3": 0.5}}


def test_a_raw_answer_is_waited_for_as_long_as_was_said(qrelay: Any, bell: Path, slow_cloud: str) -> None:
    _, out, _ = qrelay("run", bell, "-t", "ionq.simulator", "--no-wait")
    job_id = out.strip()
    code, out, err = qrelay("result", job_id, "--raw", "--timeout", "0.2")
    assert (code, out) == (1, "")
    assert one_line(err), err
    assert job_id in err


def test_a_run_does_not_ask_for_the_job_that_it_has_just_sent(
    qrelay: Any, bell: Path, slow_cloud: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bug: `run` read the job once more before it waited for it."""
    from qrelay.azure import Workspace

    def refuse(*_: Any) -> None:
        raise AssertionError("the job is at hand")

    monkeypatch.setattr(Workspace, "job", refuse)
    code, out, err = qrelay("run", bell, "-t", "ionq.simulator", "-n", 10, "--json")
    assert (code, err) == (0, "")
    assert json.loads(out)["circuits"][0]["counts"] == {"00": 5, "11": 5}


@pytest.fixture
def slow_cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A cloud on a port, whose jobs wait long enough to be cancelled; the environment names it."""
    from qrelay.local import LocalCloud, served

    with LocalCloud(waiting=3.0, keys=["right"]) as cloud, served(cloud) as address:
        parts = {
            "SubscriptionId": "00000000-0000-0000-0000-000000000001",
            "ResourceGroupName": "rg",
            "WorkspaceName": "ws",
            "ApiKey": "right",
            "QuantumEndpoint": address,
        }
        text = ";".join(f"{name}={value}" for name, value in parts.items())
        monkeypatch.setenv("AZURE_QUANTUM_CONNECTION_STRING", text)
        yield text


def test_the_environment_names_the_account(qrelay: Any, bell: Path, slow_cloud: str) -> None:
    """`cancel` that asks and does not tell; a cancelled job that looks like a crash."""
    code, out, _ = qrelay("run", bell, "-t", "ionq.simulator", "--no-wait", "--json")
    assert code == 0
    job_id = json.loads(out)["job"]
    code, out, err = qrelay("cancel", job_id)
    assert (code, err) == (0, "")
    assert out.strip() in ("cancelled", "cancelling")
    code, out, err = qrelay("result", job_id)
    assert (code, out) == (1, "")
    assert one_line(err), err
    assert job_id in err
    assert "ancel" in err


def test_cancelling_what_has_ended_is_no_success(qrelay: Any, bell: Path, tmp_path: Path) -> None:
    """`succeeded` and exit code 0: a script would take the job for cancelled."""
    place = ("--data", str(tmp_path / "cloud.sqlite"))
    _, out, _ = qrelay("run", bell, "-t", "ionq.simulator", "--json", *place)
    code, out, err = qrelay("cancel", json.loads(out)["job"], *place)
    assert (code, out.strip()) == (1, "succeeded")
    assert one_line(err), err
    assert "not cancelled" in err


def test_a_wait_may_be_bounded(qrelay: Any, bell: Path, slow_cloud: str) -> None:
    code, out, err = qrelay("run", bell, "-t", "ionq.simulator", "--timeout", "0.2")
    assert (code, out) == (1, "")
    assert one_line(err), err
    job_id = re.search(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", err)
    assert job_id, "the job goes on, and its id is the way back to it"


def test_a_service_that_does_not_answer_is_told_of(qrelay: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two minutes of silence before the error, with a wrong port or a service that is down."""
    from qrelay.local import LocalCloud, served

    faults = ["GET */providerStatus status=503 retry-after=2"]
    with LocalCloud(faults=faults) as cloud, served(cloud) as address:
        text = f"SubscriptionId=s;ResourceGroupName=g;WorkspaceName=w;ApiKey=s3cret;QuantumEndpoint={address}"
        monkeypatch.setenv("AZURE_QUANTUM_CONNECTION_STRING", text)
        code, out, err = qrelay("targets", "--json")
    assert code == 0
    assert json.loads(out)
    assert one_line(err), err
    assert re.search(r"providerStatus.*HTTP 503; again in 2\.\d s", err)
    assert "s3cret" not in err


def test_an_unreadable_answer_names_its_job(qrelay: Any, bell: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer that was paid for, is no JSON, and cannot be found again because `run` did not tell the job's id."""
    from qrelay.local import LocalCloud, served

    faults = ["GET */rawOutputData status=200 body=<html> times=all"]
    with LocalCloud(faults=faults) as cloud, served(cloud) as address:
        text = f"SubscriptionId=s;ResourceGroupName=g;WorkspaceName=w;ApiKey=k;QuantumEndpoint={address}"
        monkeypatch.setenv("AZURE_QUANTUM_CONNECTION_STRING", text)
        code, out, err = qrelay("run", bell, "-t", "ionq.simulator")
        assert (code, out) == (1, "")
        assert one_line(err), err
        assert "not JSON" in err
        found = re.search(r"job ([0-9a-f-]{36}) on ionq\.simulator", err)
        assert found, err
        assert f"qrelay result {found[1]} --raw" in err, "an answer that was paid for, and no word on how to get at it"
        code, out, err = qrelay("job", found[1], "--json")
        assert json.loads(out)["state"] == "succeeded"


def test_a_refused_key_is_one_line_without_the_key(
    qrelay: Any, slow_cloud: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AZURE_QUANTUM_CONNECTION_STRING", slow_cloud.replace("ApiKey=right", "ApiKey=s3cret-wr0ng"))
    code, out, err = qrelay("targets")
    assert (code, out) == (1, "")
    assert one_line(err), err
    assert "s3cret" not in err


def test_a_list_with_a_failed_member_shows_the_others(qrelay: Any, bell: Path, tmp_path: Path) -> None:
    """Bug: one failed member, and not one of the others' paid counts could be seen on the command line."""
    from qiskit import QuantumCircuit

    from qrelay import encode
    from qrelay.azure import Workspace
    from qrelay.formats import Payload

    file = tmp_path / "cloud.sqlite"
    circuit = QuantumCircuit(2, 2)
    circuit.x(0)
    circuit.measure([0, 1], [1, 0])
    good = encode(circuit, "ionq.circuit.v1")
    bad = Payload(b"{}", good.format, good.content_type, good.output_format, 2, good.layout)
    with Workspace.local(data=file) as workspace:
        job = workspace.submit("ionq.simulator", [bad, good], shots=10)
        job.wait(30)
    code, out, err = qrelay("result", job.id, "--data", file, "--json")
    failed, measured = json.loads(out)["circuits"]
    assert (code, failed, measured["counts"]) == (1, None, {"10": 10})
    assert "1 of 2 circuits" in err
    code, out, _ = qrelay("result", job.id, "--data", file)
    assert code == 1
    assert "circuit 0 has no result" in out
    assert "10 shots" in out


def test_fewer_shots_than_asked_are_said(qrelay: Any, tmp_path: Path) -> None:
    """As on the service, ionq.simulator rounds shots down on its QIR route: 1000 drawn as if 1000 came."""
    file = tmp_path / "uneven.qasm"
    file.write_text('OPENQASM 2.0; include "qelib1.inc"; qreg q[1]; creg c[1]; ry(1.234) q[0]; measure q -> c;')
    given = ("--target", "ionq.simulator", "--format", "qir.v1", "--shots", 1000, "--local")
    code, out, _ = qrelay("run", file, *given, "--json")
    assert code == 0
    circuit = json.loads(out)["circuits"][0]
    assert circuit["shots_asked"] == 1000
    assert circuit["shots_usable"] == sum(circuit["counts"].values()) == 999
    code, out, _ = qrelay("run", file, *given)
    assert "999 usable of 1000 shots asked" in out


def test_version(qrelay: Any) -> None:
    from qrelay import __version__

    assert qrelay("--version") == (0, f"qrelay {__version__}\n", "")


CIRCUITS = (
    "adder_n4",
    "basis_trotter_n4",
    "ising_n10",
    "qft_n4",
    "teleportation_n3",
    "toffoli_n3",
    "vqe_uccsd_n4",
    "wstate_n3",
)


@pytest.mark.parametrize("name", CIRCUITS)
@pytest.mark.parametrize("target", ["ionq.simulator", "rigetti.sim.qvm", "quantinuum.sim.h2-1e"])
def test_circuits_from_outside(qrelay: Any, shared: Path, tmp_path: Path, name: str, target: str) -> None:
    """Files that others wrote: old gate names, gates of their own, comments before the version."""
    file = shared / "fixtures" / "circuits" / f"{name}.qasm"
    if name == "vqe_uccsd_n4":
        # Not OpenQASM: it declares `reg` and measures `q` into `c`. Refused by line, and run once it is mended.
        code, out, err = qrelay("run", file, "--target", target, "--local")
        assert (code, out) == (2, "")
        assert one_line(err), err
        assert "vqe_uccsd_n4.qasm" in err
        assert "line 225" in err
        mended = tmp_path / file.name
        mended.write_text(file.read_text().replace("measure q[", "measure reg[").replace("qreg", "creg c[4];\nqreg", 1))
        file = mended
    code, out, err = qrelay("run", file, "--target", target, "--shots", 2000, "--local", "--json")
    assert (code, err) == (0, ""), err
    circuit = json.loads(out)["circuits"][0]
    assert circuit["shots_usable"] == circuit["shots_returned"] == 2000
    fits(circuit["counts"], exact_probabilities(file))


def exact_probabilities(file: Path) -> dict[str, float]:
    """By Qiskit's own simulator, with no part of qrelay."""
    from qiskit import qasm2, transpile
    from qiskit_aer import AerSimulator

    circuit = qasm2.load(
        file,
        custom_instructions=qasm2.LEGACY_CUSTOM_INSTRUCTIONS,
        custom_classical=qasm2.LEGACY_CUSTOM_CLASSICAL,
    )
    simulator = AerSimulator(seed_simulator=7)
    counts = simulator.run(transpile(circuit, simulator, optimization_level=0), shots=400_000).result().get_counts()
    return {bits: count / 400_000 for bits, count in counts.items()}


def fits(counts: dict[str, int], expected: dict[str, float]) -> None:
    """G-test of the counts against the expected distribution, rare outcomes pooled."""
    import math

    from scipy.stats import chi2

    shots = sum(counts.values())
    common = {bits: p for bits, p in expected.items() if p * shots >= 5}
    observed = {bits: counts.get(bits, 0) for bits in common}
    pairs = [(observed[bits], p * shots) for bits, p in common.items()]
    rest_expected, rest_observed = shots - sum(e for _, e in pairs), shots - sum(o for o, _ in pairs)
    if rest_expected > 1:
        pairs.append((rest_observed, rest_expected))
    else:
        assert rest_observed <= 10
    scale = sum(o for o, _ in pairs) / sum(e for _, e in pairs)
    g = 2 * sum(o * math.log(o / (e * scale)) for o, e in pairs if o)
    assert chi2.sf(g, max(len(pairs) - 1, 1)) > 1e-6, (counts, expected)
