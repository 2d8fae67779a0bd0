"""Kipu's own SDK, qhub-quantum, works against the embedded cloud on a port: it judges the emulator, and our client.

Circuits and what is measured run against `qrelay serve` itself; what needs a cloud made otherwise, on one of its own.

It runs in an environment of its own (`nox -s interop`), because the SDK pins Qiskit.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest

pytest.importorskip("qhub.quantum.sdk", reason="qhub-quantum is not installed here; run nox -s interop")

with warnings.catch_warnings():  # what the SDK imports warns of being deprecated
    warnings.simplefilter("ignore")
    from braket.circuits import Circuit
    from qhub.quantum.sdk import HubBraketProvider, HubQiskitProvider
    from qhub.quantum.sdk.exceptions import HubApiError

import numpy as np
from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister, transpile
from qiskit.quantum_info import Statevector

from qrelay.azure import Workspace
from qrelay.kipu import Hub
from qrelay.local import LocalCloud, served
from qrelay.qiskit import Provider

# Nor are its other warnings ours to heed.
pytestmark = pytest.mark.filterwarnings("ignore")

SHOTS = 2000
ONES = 0.15164664  # sin²(0.4), of ry(0.8): |1> on qubits 1 and 3
EXPECTED = {"11000": 1 - ONES, "11011": ONES}  # b[2] b[1] b[0] a[1] a[0]
EXPECTED_QUBITS = {"10001": 1 - ONES, "11011": ONES}  # qubit 4 first
BACKENDS = ["kipu.sim.qsim", "qudora.sim.xg1", "azure.ionq.simulator", "aws.sim.sv1"]


@pytest.fixture
def connect(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., HubQiskitProvider]]:
    """The SDK's provider on a cloud of its own, on a port of its own."""
    closers: list[Callable[[], Any]] = []

    def make(token: str = "anything", **options: Any) -> HubQiskitProvider:
        cloud = LocalCloud(**options)
        closers.append(cloud.close)
        serving = served(cloud)
        base = serving.__enter__()
        closers.append(lambda: serving.__exit__(None, None, None))
        at(monkeypatch, base, token)
        provider = HubQiskitProvider()
        closers.append(http_client(provider).close)
        return provider

    yield make
    for close in reversed(closers):
        close()


def at(monkeypatch: pytest.MonkeyPatch, base: str, token: str = "anything") -> None:
    """Where the SDK looks for the Hub, and as whom."""
    monkeypatch.setenv("QHUB_QUANTUM_BASE_URL", f"{base}/quantum")
    monkeypatch.setenv("KQH_PERSONAL_ACCESS_TOKEN", token)
    monkeypatch.setenv("KQH_CONFIG_FILE_PATH", "/nonexistent")


def http_client(provider: HubQiskitProvider) -> Any:
    """What the SDK itself never closes."""
    return provider._client._client._client_wrapper.httpx_client.httpx_client


@pytest.fixture
def provider(address: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[HubQiskitProvider]:
    """The SDK's provider on `qrelay serve`."""
    at(monkeypatch, address)
    provider = HubQiskitProvider()
    yield provider
    http_client(provider).close()


@pytest.fixture
def hub(address: str) -> Iterator[Hub]:
    """Our client beside it."""
    with Hub("anything", base_url=f"{address}/quantum") as account:
        yield account


def asymmetric(angle: float = 0.8) -> QuantumCircuit:
    """No symmetry to hide behind: two registers of unequal length, five qubits measured in another order."""
    qubits = QuantumRegister(5, "q")
    a, b = ClassicalRegister(2, "a"), ClassicalRegister(3, "b")
    circuit = QuantumCircuit(qubits, a, b, name="asymmetric")
    circuit.x(0)
    circuit.ry(angle, 1)
    circuit.cx(1, 3)
    circuit.x(4)
    for qubit, bit in ((0, b[2]), (1, a[1]), (2, b[0]), (3, a[0]), (4, b[1])):
        circuit.measure(qubit, bit)
    return circuit


def finished(job: Any) -> Any:
    """The job's result; asked for when it is there, because the SDK sleeps for five seconds otherwise."""
    end = time.monotonic() + 60
    while not job.in_final_state():
        assert time.monotonic() < end, job.status()
        time.sleep(0.02)
    return job.result()


def assert_like(counts: dict[str, int], expected: dict[str, float]) -> None:
    total = sum(counts.values())
    flat = {key.replace(" ", ""): count for key, count in counts.items()}
    assert set(flat) == set(expected), counts
    for key, share in expected.items():
        # six standard deviations: one in a billion runs fails by chance
        assert abs(flat[key] / total - share) < 6 * (share * (1 - share) / total) ** 0.5, counts


@pytest.mark.parametrize("name", BACKENDS)
def test_permuted_measurement(provider: HubQiskitProvider, name: str) -> None:
    counts = finished(provider.get_backend(name).run(asymmetric(), shots=SHOTS)).get_counts()
    assert_like(counts, EXPECTED)
    assert sum(counts.values()) == SHOTS


def test_several_circuits_in_one_job(provider: HubQiskitProvider) -> None:
    backend = provider.get_backend("qudora.sim.xg1")
    assert backend.max_circuits == 500
    job = backend.run([asymmetric(), asymmetric(0), asymmetric(3.14159265)], shots=SHOTS)
    result = finished(job)
    assert_like(result.get_counts(0), EXPECTED)
    assert result.get_counts(1) == {"11000": SHOTS}
    assert result.get_counts(2) == {"11011": SHOTS}
    assert job.shots == 3 * SHOTS  # as the SDK has it, the job's figure is the sum


def read(counts: dict[str, Any]) -> dict[str, Any]:
    """Without the registers' spaces, which not every client knows to set."""
    return {key.replace(" ", ""): count for key, count in counts.items()}


def permuted(counts: dict[str, int]) -> dict[str, int]:
    """What was measured on the qubits of `asymmetric`, highest first, as its bits: b[2] b[1] b[0] a[1] a[0]."""
    return {"".join(key[::-1][qubit] for qubit in (0, 4, 2, 1, 3)): count for key, count in counts.items()}


@pytest.mark.parametrize("name", BACKENDS)
def test_its_jobs_in_our_hands(provider: HubQiskitProvider, hub: Hub, name: str) -> None:
    """A job of the SDK, found by our client by its id alone."""
    job = provider.get_backend(name).run(asymmetric(), shots=SHOTS)
    theirs = finished(job).get_counts()
    (outcome,) = hub.job(job.id).results()
    assert_like(outcome.counts(), EXPECTED)
    if outcome.probabilities is None:
        assert read(outcome.counts()) == read(theirs)
    else:  # of which each client draws its own shots
        assert read(dict(outcome.probabilities)) == pytest.approx(EXPECTED, abs=1e-6)


@pytest.mark.parametrize("name", BACKENDS)
def test_our_jobs_in_its_hands(provider: HubQiskitProvider, hub: Hub, name: str) -> None:
    """A job of ours, found by the SDK by its id alone.

    Our programs measure each qubit into the bit of its own number; the SDK, which knows no more, shows the qubits.
    """
    job = Provider(hub).get_backend(name).run(asymmetric(), shots=SHOTS)
    ours = job.result().get_counts()
    assert_like(ours, EXPECTED)
    theirs = provider.retrieve_job(job.job_id()).result().get_counts()
    assert_like(theirs, EXPECTED_QUBITS)
    if name != "azure.ionq.simulator":  # where each client draws its own shots
        assert permuted(theirs) == read(ours)


def test_several_circuits_change_hands(provider: HubQiskitProvider, hub: Hub) -> None:
    circuits = [asymmetric(), asymmetric(0), asymmetric(3.14159265)]
    theirs = provider.get_backend("qudora.sim.xg1").run(circuits, shots=SHOTS)
    result = finished(theirs)
    outcomes = hub.job(theirs.id).results()
    assert [read(outcome.counts()) for outcome in outcomes] == [read(result.get_counts(index)) for index in range(3)]
    ours = Provider(hub).get_backend("qudora.sim.xg1").run(circuits, shots=SHOTS)
    counts = [read(ours.result().get_counts(index)) for index in range(3)]
    assert_like(counts[0], EXPECTED)
    assert counts[1:] == [{"11000": SHOTS}, {"11011": SHOTS}]
    again = provider.retrieve_job(ours.job_id()).result()
    assert [permuted(again.get_counts(index)) for index in range(3)] == counts


def test_both_services_on_the_port(provider: HubQiskitProvider, address: str) -> None:
    """The SDK's job below /quantum while a workspace at the root of the same port runs one of ours."""
    theirs = provider.get_backend("qudora.sim.xg1").run(asymmetric(), shots=SHOTS)
    names = {"subscription_id": "s", "resource_group": "g", "name": "w"}
    with Workspace(**names, endpoint=address, credential="k") as workspace:
        ours = Provider(workspace).get_backend("rigetti.sim.qvm").run(asymmetric(), shots=SHOTS).result()
        assert_like(ours.get_counts(), EXPECTED)
        assert [job.target for job in workspace.jobs()] == ["rigetti.sim.qvm"]
    assert_like(finished(theirs).get_counts(), EXPECTED)


@pytest.mark.parametrize("name", ["kipu.sim.qsim", "azure.ionq.simulator", "aws.sim.sv1"])
def test_transpiled_for_the_backend(provider: HubQiskitProvider, name: str) -> None:
    """The target that the SDK builds from the description; the circuit is then as wide as the backend."""
    backend = provider.get_backend(name)
    circuit = transpile(asymmetric(), backend, initial_layout=[4, 0, 3, 1, 2], optimization_level=0)
    if name != "azure.ionq.simulator":  # there the answer is over all qubits, and the simulator has 29
        assert circuit.num_qubits == backend.num_qubits
    assert_like(finished(backend.run(circuit, shots=SHOTS)).get_counts(), EXPECTED)


def test_states_and_amplitudes(provider: HubQiskitProvider) -> None:
    backend = provider.get_backend("kipu.sim.qsim")
    circuit = QuantumCircuit(3)
    circuit.h(0)
    circuit.t(0)
    circuit.cx(0, 2)
    circuit.ry(0.3, 1)
    expected = Statevector(circuit)
    whole = finished(backend.run(circuit, shots=1, mode="statevector")).data()["statevector"]
    assert np.allclose(whole, expected.data, atol=1e-6)
    few = finished(backend.run(circuit, shots=1, mode="amplitudes", bitstrings=["101", "000"])).data()["statevector"]
    # a string's first character is qubit 0
    wanted = [expected.data[index] if index in (0, 5) else 0 for index in range(8)]
    assert np.allclose(few, wanted, atol=1e-6)


def test_shots_of_a_braket_task(provider: HubQiskitProvider) -> None:
    result = finished(provider.get_backend("aws.sim.sv1").run(asymmetric(), shots=50))
    memory = result.data()["memory"]
    assert len(memory) == 50
    assert set(memory) <= {hex(0b11000), hex(0b11011)}


def test_braket_s_own_face(connect: Callable[..., HubQiskitProvider]) -> None:
    connect()
    device = HubBraketProvider().get_device("aws.sim.sv1")
    circuit = Circuit().x(0).ry(1, 0.8).cnot(1, 2)
    task = device.run(circuit, shots=SHOTS)
    end = time.monotonic() + 60
    while task.state() != "COMPLETED":
        assert time.monotonic() < end, task.state()
        time.sleep(0.02)
    assert_like(dict(task.result().measurement_counts), {"100": 1 - ONES, "111": ONES})
    device._hub_client._client._client_wrapper.httpx_client.httpx_client.close()


def test_found_again(connect: Callable[..., HubQiskitProvider]) -> None:
    """By its id, without the circuit; and in the list, which begins with the oldest."""
    provider = connect()
    jobs = [
        provider.get_backend(name).run(asymmetric(), shots=SHOTS, tags=["Asymmetric", "b", "B"]) for name in BACKENDS
    ]
    for job in jobs:
        finished(job)
    again = HubQiskitProvider()
    assert [job.id for job in again.jobs()] == [job.id for job in jobs]
    for job in jobs:
        found = again.retrieve_job(job.id)
        assert found.result().get_counts() == job.result().get_counts()
        assert sorted(found.tags) == ["Asymmetric", "b"]
        assert found.ended_at >= found.started_at >= found.created_at
    assert again._client.jobs.get_job_input(jobs[0].id)["qasm"].startswith("OPENQASM 2.0;")
    http_client(again).close()


def test_cancelling(connect: Callable[..., HubQiskitProvider]) -> None:
    provider = connect(waiting=60)
    job = provider.get_backend("kipu.sim.qsim").run(asymmetric(), shots=10)
    assert job.status().name == "QUEUED"
    job.cancel()
    end = time.monotonic() + 60
    while not job.in_final_state():
        assert time.monotonic() < end
        time.sleep(0.02)
    assert job.status().name == "CANCELLED"
    with pytest.raises(RuntimeError, match="CANCELLED"):
        job.result()


def test_a_failed_job_says_why(provider: HubQiskitProvider) -> None:
    circuit = QuantumCircuit(25, 1)
    circuit.h(24)
    circuit.measure(24, 0)
    job = provider.get_backend("kipu.sim.qsim").run(circuit, shots=10)
    with pytest.raises(RuntimeError, match=r"FAILED.*Reason.*the target has 24"):
        finished(job)


def test_refusals(connect: Callable[..., HubQiskitProvider]) -> None:
    provider = connect()
    with pytest.raises(HubApiError, match=r"'kipu\.sim\.nothing' was not found") as missing:
        provider.get_backend("kipu.sim.nothing")
    assert missing.value.status_code == 404
    with pytest.raises(HubApiError, match="shots") as refused:
        provider.get_backend("aws.sim.sv1").run(asymmetric(), shots=10**6)
    assert refused.value.status_code == 422
    stranger = connect(token="wrong", keys=["right"])
    with pytest.raises(HubApiError, match="token was not accepted") as unauthorized:
        stranger.jobs()
    assert unauthorized.value.status_code == 401


def test_backends(provider: HubQiskitProvider) -> None:
    names = provider.backends()
    assert set(BACKENDS) < set(names)
    assert {backend.provider for backend in provider.backends(provider="AWS", detailed=True)} == {"AWS"}
    qsim = provider.get_backend("kipu.sim.qsim")
    assert (qsim.num_qubits, qsim.max_shots, qsim.is_simulator) == (24, 100_000, True)
    assert qsim.calibration() is None
    assert provider.get_backend("aws.ionq.forte").calibration().backend_id == "aws.ionq.forte"


def test_sessions(provider: HubQiskitProvider) -> None:
    """As the SDK's client has them; its own sessions are for IBM's runtime, whose programs are not simulated here."""
    sessions = provider._client.sessions
    opened = sessions.create_session(backend_id="ibm.qpu.aachen", provider="IBM", mode="batch", ttl=600)
    assert (opened.status, opened.mode, opened.final) == ("OPEN", "batch", False)
    drained = sessions.update_session_state(opened.id, accept_jobs=False)
    assert drained.status == "DRAINING"
    for _ in range(2):
        sessions.close_session(opened.id)
    assert (sessions.get_session(opened.id).status, sessions.get_session_status(opened.id).status) == ("CLOSED",) * 2
    with pytest.raises(HubApiError, match="does not support sessions") as refused:
        sessions.create_session(backend_id="kipu.sim.qsim", provider="KIPU", mode="batch")
    assert refused.value.status_code == 422
