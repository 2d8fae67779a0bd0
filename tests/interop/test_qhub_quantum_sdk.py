"""Kipu's own SDK, qhub-quantum, works against the embedded cloud on a port: it judges the emulator.

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
    from qhub.quantum.sdk import HubQiskitProvider
    from qhub.quantum.sdk.exceptions import HubApiError

from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister

from qrelay.local import LocalCloud, served

# Nor are its other warnings ours to heed.
pytestmark = pytest.mark.filterwarnings("ignore")

SHOTS = 2000
ONES = 0.15164664  # sin²(0.4), of ry(0.8): |1> on qubits 1 and 3
EXPECTED = {"11000": 1 - ONES, "11011": ONES}  # b[2] b[1] b[0] a[1] a[0]
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
        monkeypatch.setenv("QHUB_QUANTUM_BASE_URL", f"{base}/quantum")
        monkeypatch.setenv("KQH_PERSONAL_ACCESS_TOKEN", token)
        monkeypatch.setenv("KQH_CONFIG_FILE_PATH", "/nonexistent")
        provider = HubQiskitProvider()
        closers.append(http_client(provider).close)
        return provider

    yield make
    for close in reversed(closers):
        close()


def http_client(provider: HubQiskitProvider) -> Any:
    """What the SDK itself never closes."""
    return provider._client._client._client_wrapper.httpx_client.httpx_client


@pytest.fixture
def provider(connect: Callable[..., HubQiskitProvider]) -> HubQiskitProvider:
    return connect()


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
