"""Microsoft's own SDK, azure-quantum, works against the embedded cloud on a port: it judges the emulator.

It runs in an environment of its own (`nox -s interop`), because the SDK pins Cirq below the versions that qrelay takes.
"""

from __future__ import annotations

import time
import uuid
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest

pytest.importorskip("azure.quantum", reason="azure-quantum is not installed here; run nox -s interop")

with warnings.catch_warnings():  # what the SDK imports warns of being deprecated
    warnings.simplefilter("ignore")
    from azure.core.credentials import AzureKeyCredential
    from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
    from azure.quantum import Workspace
    from azure.quantum.qiskit import AzureQuantumProvider
    from azure.quantum.target import IonQ
    from azure.quantum.target.quantinuum import Quantinuum
    from azure.storage.blob import BlobClient

from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister

from qrelay.local import LocalCloud, served

# Nor are its other warnings ours to heed.
pytestmark = pytest.mark.filterwarnings("ignore")

SHOTS = 2000
ONES = 0.15164664  # sin²(0.4), of ry(0.8): |1> on qubits 1 and 3
EXPECTED = {"110 00": 1 - ONES, "110 11": ONES}
BAD = {"output_data_format": "invalid_output_format"}
BELL = {"qubits": 2, "circuit": [{"gate": "h", "target": 0}, {"gate": "cnot", "control": 0, "target": 1}]}


@pytest.fixture(autouse=True)
def _no_telemetry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QDK_PYTHON_TELEMETRY", "none")


@pytest.fixture
def connect() -> Iterator[Callable[..., Workspace]]:
    """Workspaces on clouds of their own, each on a port of its own."""
    closers: list[Callable[[], Any]] = []

    def make(key: str = "k", **options: Any) -> Workspace:
        cloud = LocalCloud(**options)
        closers.append(cloud.close)
        serving = served(cloud)
        base = serving.__enter__()
        closers.append(lambda: serving.__exit__(None, None, None))
        return workspace_at(base, key)

    yield make
    for close in reversed(closers):
        close()


@pytest.fixture
def workspace(connect: Callable[..., Workspace]) -> Workspace:
    return connect()


def workspace_at(base: str, key: str = "k") -> Workspace:
    return Workspace(
        subscription_id=str(uuid.UUID(int=1)), resource_group="rg", name="ws1", location="eastus",
        credential=AzureKeyCredential(key), _quantum_endpoint=base,
    )  # fmt: skip


def asymmetric() -> QuantumCircuit:
    """No symmetry to hide behind: two registers of unequal length, five qubits measured in another order."""
    qubits = QuantumRegister(5, "q")
    a, b = ClassicalRegister(2, "a"), ClassicalRegister(3, "b")
    circuit = QuantumCircuit(qubits, a, b, name="asymmetric")
    circuit.x(0)
    circuit.ry(0.8, 1)
    circuit.cx(1, 3)
    circuit.x(4)
    for qubit, bit in ((0, b[2]), (1, a[1]), (2, b[0]), (3, a[0]), (4, b[1])):
        circuit.measure(qubit, bit)
    return circuit


def assert_like(counts: dict[str, int], expected: dict[str, float]) -> None:
    total = sum(counts.values())
    assert set(counts) == set(expected), counts
    for key, share in expected.items():
        # six standard deviations: one in a billion runs fails by chance
        assert abs(counts[key] / total - share) < 6 * (share * (1 - share) / total) ** 0.5, counts


@pytest.mark.parametrize(
    "target", ["ionq.simulator", "rigetti.sim.qvm", "quantinuum.sim.h2-1e", "quantinuum.sim.helios-1e"]
)
def test_qiskit_through_qir(workspace: Workspace, target: str) -> None:
    backends = [
        backend
        for backend in AzureQuantumProvider(workspace).backends(name=target)
        if backend.configuration().azure["input_data_format"] == "qir.v1"
    ]
    result = backends[0].run(asymmetric(), shots=SHOTS).result()
    counts = result.get_counts()
    assert_like(counts, EXPECTED)
    if target == "ionq.simulator":  # the simulator's shots are rounded down from exact probabilities
        assert counts == {key: int(share * SHOTS) for key, share in EXPECTED.items()}


def test_qiskit_through_ionq_circuit(workspace: Workspace) -> None:
    backend = AzureQuantumProvider(workspace).get_backend(
        "ionq.simulator", input_data_format="ionq.circuit.v1", gateset="qis"
    )
    job = backend.run(asymmetric(), shots=SHOTS)
    job.result(sampler_seed=7)
    # Not the SDK's counts, which lose the registers, but what it downloaded: all qubits, qubit 0 least significant.
    histogram = job._azure_job.get_results()["histogram"]
    assert histogram == pytest.approx({"17": 1 - ONES, "27": ONES}, abs=1e-6)


def test_qiskit_through_openqasm(workspace: Workspace) -> None:
    backend = AzureQuantumProvider(workspace).get_backend(
        "quantinuum.sim.h2-1e", input_data_format="honeywell.openqasm.v1"
    )
    job = backend.run(asymmetric(), shots=SHOTS)
    job.result()
    shots = job._azure_job.get_results()
    assert set(shots) == {"a", "b"}
    joined = [f"{b} {a}" for a, b in zip(shots["a"], shots["b"], strict=True)]
    assert len(joined) == SHOTS
    assert_like({key: joined.count(key) for key in set(joined)}, EXPECTED)


def test_targets_without_a_framework(workspace: Workspace) -> None:
    names = {target.name for target in workspace.get_targets()}
    assert {"ionq.simulator", "quantinuum.sim.h2-1e", "rigetti.sim.qvm", "pasqal.sim.emu-sv"} <= names
    job = IonQ(workspace, name="ionq.simulator").submit(BELL, shots=10)
    assert job.get_results() == {"histogram": {"0": pytest.approx(0.5), "3": pytest.approx(0.5)}}
    program = 'OPENQASM 2.0; include "qelib1.inc"; qreg q[2]; creg c[2]; x q[1]; measure q -> c;'
    job = Quantinuum(workspace, name="quantinuum.sim.h2-1e").submit(program, shots=4)
    assert job.get_results() == {"c": ["10"] * 4}


def test_session_under_abort(workspace: Workspace) -> None:
    target = IonQ(workspace, name="ionq.simulator")
    with target.open_session(name="abort") as session:
        assert (session.details.status, session.details.job_failure_policy) == ("Waiting", "Abort")
        good = target.submit(BELL, shots=10)
        good.wait_until_completed(print_progress=False)
        assert session.refresh().details.status == "Executing"
        bad = target.submit(BELL, shots=10, **BAD)
        bad.wait_until_completed(print_progress=False)
        assert (bad.details.status, bad.details.error_data.code) == ("Failed", "CannotTranslateOutputData")
        assert session.refresh().details.status == "Failed"
        with pytest.raises(HttpResponseError) as refused:
            target.submit(BELL, shots=10)
        assert (refused.value.status_code, refused.value.error.code) == (400, "InvalidJobDefinition")
        assert [job.id for job in session.list_jobs()] == [bad.id, good.id]
    assert session.details.status == "Failed"


def test_session_under_continue(workspace: Workspace) -> None:
    target = IonQ(workspace, name="ionq.simulator")
    with target.open_session(name="continue", job_failure_policy="Continue") as session:
        target.submit(BELL, shots=10, **BAD).wait_until_completed(print_progress=False)
        assert session.refresh().details.status == "Failure(s)"
        good = target.submit(BELL, shots=10)
        good.wait_until_completed(print_progress=False)
        assert good.details.status == "Succeeded"
    assert session.details.status == "Failed"
    with target.open_session(name="fine", job_failure_policy="Continue") as session:
        target.submit(BELL, shots=10).wait_until_completed(print_progress=False)
    assert session.details.status == "Succeeded"


def test_qiskit_session(workspace: Workspace) -> None:
    backend = AzureQuantumProvider(workspace).get_backend("rigetti.sim.qvm")
    with backend.open_session(name="vqe") as session:
        jobs = [backend.run(asymmetric(), shots=10) for _ in range(2)]
        for job in jobs:
            job.result()
    assert {job.id for job in session.list_jobs()} == {job.id() for job in jobs}
    assert session.refresh().details.status == "Succeeded"


def test_lists(workspace: Workspace) -> None:
    target = IonQ(workspace, name="ionq.simulator")
    jobs = [target.submit(BELL, name=f"it's job {number}", shots=10) for number in range(3)]
    jobs[2].wait_until_completed(print_progress=False)
    with target.open_session(name="listed") as session:
        inner = target.submit(BELL, name="inner", shots=10)
        inner.wait_until_completed(print_progress=False)
    assert [job.details.name for job in workspace.list_jobs()] == ["inner", *(f"it's job {n}" for n in (2, 1, 0))]
    found = workspace.list_jobs(
        provider=["ionq", "rigetti"], target=["ionq.simulator"], orderby_property="Name", is_asc=True
    )
    assert [job.details.name for job in found] == ["inner", "it's job 0", "it's job 1", "it's job 2"]
    assert workspace.list_jobs(status=["Failed"]) == []
    assert [one.id for one in workspace.list_sessions()] == [session.id]
    items = workspace.list_top_level_items()
    assert [item.id for item in items] == [session.id, *(job.id for job in jobs[::-1])]
    assert len(list(workspace.list_jobs_paginated(top=1))) == 4
    assert workspace.get_quotas() == []


def test_cancel_update_and_delete(connect: Callable[..., Workspace]) -> None:
    workspace = connect(waiting=60)
    job = IonQ(workspace, name="ionq.simulator").submit(BELL, shots=10)
    job.update(name="renamed", priority="High", tags=["a", "b"])
    assert (job.details.name, job.details.priority, job.details.tags) == ("renamed", "High", ["a", "b"])
    assert workspace.cancel_job(job).details.status == "Cancelled"
    job.refresh()
    assert job.details.cancellation_time is not None
    job.delete()
    with pytest.raises(ResourceNotFoundError):
        workspace.get_job(job.id)


def test_an_expired_signature_is_refused_and_renewed(connect: Callable[..., Workspace]) -> None:
    behind = [5 * 3600 * 10**9]
    workspace = connect(clock=lambda: time.time_ns() - behind[0], sas_lifetime=3600)
    job = IonQ(workspace, name="ionq.simulator").submit(BELL, shots=10)
    job.wait_until_completed(print_progress=False)
    behind[0] = 0
    with BlobClient.from_blob_url(job.details.output_data_uri) as stale, pytest.raises(HttpResponseError) as refused:
        stale.download_blob()
    assert (refused.value.status_code, refused.value.error_code) == (403, "AuthenticationFailed")
    assert set(job.get_results()["histogram"]) == {"0", "3"}


def test_a_wrong_key_is_refused(connect: Callable[..., Workspace]) -> None:
    workspace = connect(key="wrong", keys=["right"])
    with pytest.raises(HttpResponseError) as refused:
        workspace.list_jobs()
    assert refused.value.status_code == 401


def test_a_large_program_arrives_in_blocks(workspace: Workspace) -> None:
    """Above 64 MiB the storage client sends blocks and a list of them."""
    job = IonQ(workspace, name="ionq.simulator")
    circuit = BELL | {"name": "x" * (65 * 2**20)}
    submitted = job.submit(circuit, shots=10)
    submitted.wait_until_completed(print_progress=False)
    assert len(submitted.download_data(submitted.details.input_data_uri)) > 65 * 2**20
