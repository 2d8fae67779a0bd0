"""The Cirq service of Microsoft's own SDK, azure-quantum, works against `qrelay serve`.

It runs in an environment of its own (`nox -s interop`), because the SDK pins Cirq below the versions that qrelay takes.
"""

from __future__ import annotations

import uuid
import warnings
from collections.abc import Iterator
from typing import Any

import pytest

pytest.importorskip("azure.quantum", reason="azure-quantum is not installed here; run nox -s interop")

with warnings.catch_warnings():  # what the SDK imports warns of being deprecated
    warnings.simplefilter("ignore")
    import cirq
    import qsharp
    from azure.core.credentials import AzureKeyCredential
    from azure.quantum import Workspace
    from azure.quantum.cirq import AzureQuantumService
    from qsharp import openqasm

from qrelay.azure import Workspace as OurWorkspace
from qrelay.cirq import Service

# Nor are its other warnings ours to heed.
pytestmark = pytest.mark.filterwarnings("ignore")

SHOTS = 2000
ONES = 0.15164664  # sin²(0.4), of ry(0.8): |1> on the second and the fourth qubit
NAMES = {"subscription_id": str(uuid.UUID(int=1)), "resource_group": "rg", "name": "ws1"}


@pytest.fixture(autouse=True)
def _no_telemetry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QDK_PYTHON_TELEMETRY", "none")


@pytest.fixture
def service(address: str) -> AzureQuantumService:
    return AzureQuantumService(
        Workspace(**NAMES, location="eastus", credential=AzureKeyCredential("k"), _quantum_endpoint=address)
    )


@pytest.fixture
def base_profile() -> Iterator[None]:
    """What its user has to say before the SDK's Cirq programs are of the Base profile: see the test of the default."""
    qsharp.init(target_profile=qsharp.TargetProfile.Base)
    yield
    qsharp.init()


def prepared(qubits: list[cirq.Qid]) -> list[cirq.Operation]:
    """No symmetry to hide behind: the first and last qubit are 1, the second and fourth are 1 together at times."""
    first, second, _, fourth, last = qubits
    return [cirq.X(first), cirq.ry(0.8)(second), cirq.CX(second, fourth), cirq.X(last)]


def one_key(qubits: list[cirq.Qid]) -> tuple[cirq.Circuit, dict[str, list[int]]]:
    return circuit_of(qubits, {"m": [4, 2, 3, 0, 1]})


def several_keys(qubits: list[cirq.Qid]) -> tuple[cirq.Circuit, dict[str, list[int]]]:
    """Of unequal length, out of the alphabet's order and the qubits'."""
    return circuit_of(qubits, {"z": [4, 2, 0], "a": [3, 1]})


def partial(qubits: list[cirq.Qid]) -> tuple[cirq.Circuit, dict[str, list[int]]]:
    """A qubit that nothing reads, and two keys of one bit."""
    return circuit_of(qubits, {"last": [4], "pair": [2, 3], "first": [0]})


def long_keys(qubits: list[cirq.Qid]) -> tuple[cirq.Circuit, dict[str, list[int]]]:
    """The SDK keeps keys and qubits in pieces of forty characters, which must come back in their order."""
    return circuit_of(qubits, {"b" * 45: [3, 4], "a" * 45: [2, 0], "c" * 45: [1]})


def circuit_of(qubits: list[cirq.Qid], keys: dict[str, list[int]]) -> tuple[cirq.Circuit, dict[str, list[int]]]:
    """All measured together at the end: within one moment Cirq keeps the order in which they were given."""
    measured = [cirq.measure([qubits[at] for at in places], key=key) for key, places in keys.items()]
    return cirq.Circuit(prepared(qubits), cirq.Moment(measured)), keys


CIRCUITS = [one_key, several_keys, partial, long_keys]


def assert_right(result: cirq.Result, keys: dict[str, list[int]], shots: int = SHOTS) -> None:
    """Every bit of every key in every shot, and how often the pair is 1."""
    assert {key: values.shape for key, values in result.measurements.items()} == {
        key: (shots, len(places)) for key, places in keys.items()
    }
    pair = next(values[:, keys[key].index(3)] for key, values in result.measurements.items() if 3 in keys[key])
    for shot in range(shots):
        qubits = (1, pair[shot], 0, pair[shot], 1)
        for key, places in keys.items():
            assert result.measurements[key][shot].tolist() == [qubits[at] for at in places], (key, shot)
    # six standard deviations: one in a billion runs fails by chance
    assert abs(pair.mean() - ONES) < 6 * (ONES * (1 - ONES) / shots) ** 0.5


@pytest.mark.parametrize("make", CIRCUITS)
def test_ionq_simulator(service: AzureQuantumService, make: Any) -> None:
    circuit, keys = make(cirq.LineQubit.range(5))
    assert_right(service.run(circuit, repetitions=SHOTS, target="ionq.simulator", seed=7), keys)


@pytest.mark.usefixtures("base_profile")
@pytest.mark.parametrize("make", CIRCUITS)
@pytest.mark.parametrize("qubits", [cirq.LineQubit.range(5), cirq.NamedQubit.range(5, prefix="q")[::-1]], ids=str)
def test_rigetti_qvm(service: AzureQuantumService, make: Any, qubits: list[cirq.Qid]) -> None:
    circuit, keys = make(qubits)
    assert_right(service.run(circuit, repetitions=SHOTS, target="rigetti.sim.qvm"), keys)


@pytest.mark.usefixtures("base_profile")
def test_inverted_measurement(service: AzureQuantumService) -> None:
    """On Rigetti, where the mask becomes gates. On IonQ the SDK's own serializer, cirq-ionq's, loses it."""
    qubits = cirq.LineQubit.range(3)
    circuit = cirq.Circuit(cirq.X(qubits[0]), cirq.measure(*qubits, key="m", invert_mask=(True, False, True)))
    result = service.run(circuit, repetitions=50, target="rigetti.sim.qvm")
    assert result.measurements["m"].tolist() == [[0, 0, 1]] * 50


@pytest.mark.usefixtures("base_profile")
@pytest.mark.parametrize("target", ["ionq.simulator", "rigetti.sim.qvm"])
def test_found_again(service: AzureQuantumService, target: str) -> None:
    """By its id: what the keys mean travels in the job's metadata."""
    circuit, keys = several_keys(cirq.LineQubit.range(5))
    submitted = service.create_job(circuit, repetitions=SHOTS, target=target, name="again")
    found = service.get_job(submitted.job_id())
    assert (found.name(), found.target(), int(found.num_qubits())) == ("again", target, 5)
    assert found.measurement_dict() == keys
    results = found.results()
    assert_right(results if isinstance(results, cirq.Result) else results[0].to_cirq_result(seed=7), keys)


@pytest.mark.usefixtures("base_profile")
@pytest.mark.parametrize("target", ["ionq.simulator", "rigetti.sim.qvm"])
def test_parameters(service: AzureQuantumService, target: str) -> None:
    import sympy

    qubits = cirq.LineQubit.range(2)
    circuit = cirq.Circuit(cirq.X(qubits[0]) ** sympy.Symbol("t"), cirq.measure(qubits[1], qubits[0], key="m"))
    for value in (0, 1):
        result = service.run(circuit, repetitions=50, target=target, param_resolver={"t": value})
        assert result.measurements["m"].tolist() == [[0, value]] * 50


@pytest.mark.usefixtures("base_profile")
@pytest.mark.parametrize("target", ["ionq.simulator", "rigetti.sim.qvm"])
def test_its_jobs_in_our_hands(service: AzureQuantumService, address: str, target: str) -> None:
    """Found by our client by the id alone: IonQ's answer by the keys, Rigetti's in the order of the records."""
    circuit, _ = several_keys(cirq.LineQubit.range(5))
    q = cirq.LineQubit.range(4)
    uneven = cirq.Circuit(cirq.X(q[0]), cirq.X(q[3]), cirq.measure(*q[:3], key="z"), cirq.measure(q[3], key="a"))
    submitted = service.create_job(circuit, repetitions=SHOTS, target=target)
    turned = service.create_job(uneven, repetitions=5, target=target)
    with OurWorkspace(**NAMES, endpoint=address, credential="k") as workspace:
        (outcome,) = workspace.job(submitted.job_id()).results()
        measured = Service(workspace).job(turned.job_id()).result().measurements
    assert {key: rows.tolist() for key, rows in measured.items()} == {"z": [[1, 0, 0]] * 5, "a": [[1]] * 5}
    zeros, ones = {"ionq.simulator": ("00 101", "11 101"), "rigetti.sim.qvm": ("101 00", "101 11")}[target]
    counts = outcome.counts()
    assert set(counts) == {zeros, ones}
    assert outcome.shots_usable == SHOTS
    assert abs(counts[ones] / SHOTS - ONES) < 6 * (ONES * (1 - ONES) / SHOTS) ** 0.5


def test_the_default_profile_of_the_sdk_is_not_base(service: AzureQuantumService) -> None:
    """The SDK does not say to its compiler which profile the target takes, and QDK's default is adaptive since 1.30.

    (https://github.com/microsoft/qdk/pull/3399.) Rigetti takes Base; a service that did not look would hide it.
    """
    text = str(openqasm.compile("OPENQASM 3.0; qubit q; bit c; c = measure q;"))
    if '"base_profile"' in text:
        pytest.skip("QDK before 1.30 is installed: its default was Base")
    circuit, _ = one_key(cirq.LineQubit.range(5))
    job = service.create_job(circuit, repetitions=10, target="rigetti.sim.qvm")
    with pytest.raises(RuntimeError, match=r"CompilationError.*adaptive_profile, the target takes Base only"):
        job.results()
