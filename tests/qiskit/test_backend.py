"""Backend, Job and Session against the embedded cloud."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister
from qiskit.circuit import Gate, Parameter
from qiskit.exceptions import QiskitError
from qiskit.providers import BackendV2, JobStatus, JobTimeoutError, JobV1
from qiskit.providers.jobstatus import JOB_FINAL_STATES

from qrelay.azure import Workspace
from qrelay.cloud import JobState, Submission
from qrelay.errors import (
    IncompleteResult,
    InvalidOption,
    JobCancelled,
    ServiceError,
    SessionEnded,
    UnsupportedCircuit,
    WaitTimeout,
)
from qrelay.qiskit import Backend, Provider
from qrelay.qiskit.job import _STATUS
from qrelay.results import LostShots


@pytest.fixture
def backend(provider: Provider) -> Backend:
    return provider.get_backend("rigetti.sim.qvm")


@pytest.fixture
def flipped() -> QuantumCircuit:
    circuit = QuantumCircuit(2, 2, name="flipped", metadata={"run": 3})
    circuit.x(0)
    circuit.measure([0, 1], [1, 0])
    return circuit


@pytest.fixture
def slow() -> Iterator[Provider]:
    """A cloud whose jobs wait for a long time."""
    with Workspace.local(waiting=30.0) as opened:
        yield Provider(opened)


# --- backend ---------------------------------------------------------------------------------------------------------


def test_a_backend_describes_itself(backend: Backend, provider: Provider) -> None:
    assert isinstance(backend, BackendV2)
    assert backend.name == "rigetti.sim.qvm"
    assert backend.num_qubits == backend.target.num_qubits == 20
    assert backend.target is backend.target
    assert backend.provider is provider
    assert backend.max_circuits is None
    assert backend.coupling_map is None
    assert "cx" in backend.operation_names
    assert backend.options.shots == backend.device.shots.default
    assert "skipQuilc" in backend.options


def test_run_returns_before_the_job_s_end(slow: Provider, flipped: QuantumCircuit) -> None:
    job = slow.get_backend("rigetti.sim.qvm").run(flipped, shots=10)
    assert isinstance(job, JobV1)
    assert job.status() in {JobStatus.QUEUED, JobStatus.RUNNING}
    assert not job.done()
    assert not job.in_final_state()


def test_waiting_ends_in_time_and_cancels_nothing(slow: Provider, flipped: QuantumCircuit) -> None:
    job = slow.get_backend("rigetti.sim.qvm").run(flipped, shots=10)
    for wait in (lambda: job.result(timeout=0.1), lambda: job.wait_for_final_state(timeout=0.1)):
        with pytest.raises(WaitTimeout) as caught:
            wait()
        assert isinstance(caught.value, JobTimeoutError)
        assert caught.value.job_id == job.job_id()
    assert not job.in_final_state()
    job.cancel()
    job.wait_for_final_state(timeout=30)
    assert job.cancelled()
    with pytest.raises(JobCancelled) as cancelled:
        job.result()
    assert isinstance(cancelled.value, QiskitError)


def test_cancelling_a_list_cancels_every_member(slow: Provider, flipped: QuantumCircuit) -> None:
    job = slow.get_backend("rigetti.sim.qvm").run([flipped, flipped, flipped], shots=10)
    job.cancel()
    job.wait_for_final_state(timeout=30)
    assert job.status() is JobStatus.CANCELLED


def test_waiting_with_a_callback(slow: Provider, flipped: QuantumCircuit) -> None:
    seen: list[Any] = []

    def heard(*told: Any) -> None:
        if not seen:
            job.cancel()  # it would wait for longer than anybody likes
        seen.append(told)

    job = slow.get_backend("rigetti.sim.qvm").run(flipped, shots=10)
    job.wait_for_final_state(wait=0.01, callback=heard)
    assert seen
    assert all(told[0] == job.job_id() and isinstance(told[1], JobStatus) and told[2] is job for told in seen)
    assert job.cancelled()


@pytest.mark.parametrize("state", JobState)
def test_only_what_has_ended_is_final_to_qiskit(state: JobState) -> None:
    """Bug: Qiskit stops waiting for a job that is being cancelled, or whose status is a word not known yet."""
    assert (_STATUS[state] in JOB_FINAL_STATES) == state.ended


def test_a_job_and_its_backend(backend: Backend, provider: Provider, flipped: QuantumCircuit) -> None:
    job = backend.run(flipped, shots=10, name="named", tags=["a", "b"])
    assert job.backend() is backend
    assert repr(job) == f"<Job {job.job_id()} on rigetti.sim.qvm>"
    assert job.cloud_job.name == "named"
    result = job.result()
    assert result.backend_name == "rigetti.sim.qvm"
    assert result.job_id == job.job_id()
    assert job.result() is result
    assert job.error_message() is None
    again = provider.job(job.job_id())
    assert again.backend().name == "rigetti.sim.qvm"
    assert again.result().get_counts("flipped") == {"10": 10}
    with pytest.raises(QiskitError, match="submitted when it was made"):
        job.submit()


def test_a_seed_of_the_transpiler_reaches_it(
    provider: Provider, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bug: seed_transpiler accepted and dropped, so that one circuit is placed in another way at every run."""
    line = tuple((qubit, qubit + 1) for qubit in range(19))
    device = replace(workspace.target("rigetti.sim.qvm"), coupling=line, num_qubits=20)
    dice = random.Random(5)
    circuit = QuantumCircuit(20, 1)
    for _ in range(60):
        circuit.cx(*dice.sample(range(20), 2))
    circuit.measure(3, 0)
    payloads: list[bytes] = []
    submit = workspace.service.submit

    async def watched(submission: Submission) -> Any:
        payloads.append(submission.payloads[0].data)
        return await submit(submission)

    monkeypatch.setattr(workspace.service, "submit", watched)
    for seed in (1, 2, 3):
        for _ in range(2):
            Backend(provider, device).run(circuit, shots=1, seed_transpiler=seed)
    assert payloads[::2] == payloads[1::2]
    assert len(set(payloads)) > 1


def test_circuits_outside_the_gates_are_transpiled_and_right(backend: Backend) -> None:
    circuit = QuantumCircuit(2, 2)
    circuit.x(0)
    circuit.dcx(0, 1)
    circuit.iswap(0, 1)
    circuit.measure([0, 1], [0, 1])
    plain = QuantumCircuit(2, 2)
    plain.x(0)
    plain.cx(0, 1)
    plain.cx(1, 0)
    plain.swap(0, 1)
    plain.measure([0, 1], [0, 1])
    counts = [backend.run(circuit, shots=20, optimization_level=level).result().get_counts() for level in range(4)]
    assert counts == [backend.run(plain, shots=20).result().get_counts()] * 4


def test_a_generator_of_circuits_is_a_list(backend: Backend, flipped: QuantumCircuit) -> None:
    assert backend.run((flipped for _ in range(2)), shots=5).result().get_counts() == [{"10": 5}, {"10": 5}]


def test_metadata_of_the_circuit_and_of_the_job(backend: Backend, provider: Provider, flipped: QuantumCircuit) -> None:
    job = backend.run(flipped, shots=5, metadata={"owner": "me"})
    flipped.metadata = {"run": 4}
    found = provider.job(job.job_id())
    assert found.cloud_job.record.metadata["owner"] == "me"
    head = found.result().results[0].header
    assert (head["metadata"] if isinstance(head, dict) else head.metadata) == {"run": 3}


def test_metadata_that_cannot_be_kept_stays_here(backend: Backend, provider: Provider, flipped: QuantumCircuit) -> None:
    """Metadata that JSON cannot say, or of any length, made the service refuse the job."""

    def told(result: Any) -> Any:
        head = result.results[0].header
        return head["metadata"] if isinstance(head, dict) else head.metadata

    for metadata, kept in (({"object": object()}, False), ({"x": "y" * 2041}, False), ({"x": "y" * 2040}, True)):
        flipped.metadata = metadata
        job = backend.run([flipped, flipped], shots=5)
        assert told(job.result()) == metadata
        elsewhere = provider.job(job.job_id())
        assert elsewhere.result().get_counts(1) == {"10": 5}
        assert told(elsewhere.result()) == (metadata if kept else {})
        assert ("qrelay.circuit" in elsewhere.cloud_job.record.metadata) == kept


def test_errors_of_the_service_are_qiskit_errors_too(flipped: QuantumCircuit) -> None:
    from qrelay.local import Fault

    with Workspace.local(faults=[Fault("PUT", "*/jobs/*", status=400, code="InvalidJobDefinition")]) as opened:
        backend = Provider(opened).get_backend("rigetti.sim.qvm")
        with pytest.raises(ServiceError) as caught:
            backend.run(flipped)
        assert isinstance(caught.value, QiskitError)
        assert (caught.value.status, caught.value.code) == (400, "InvalidJobDefinition")


def test_lost_shots_are_told_not_padded(flipped: QuantumCircuit) -> None:
    with Workspace.local(loss=0.2) as opened:
        job = Provider(opened).get_backend("quantinuum.sim.h2-1e").run(flipped, shots=200, memory=True, format="qir.v1")
        job.wait_for_final_state(timeout=30)
        with pytest.warns(LostShots), pytest.raises(IncompleteResult) as caught:
            job.result()
        assert caught.value.asked == caught.value.returned == 200
        usable = caught.value.usable
        assert 0 < usable < 200
        result = job.result(partial=True)
        assert result.get_counts() == {"10": usable}
        assert len(result.get_memory()) == usable
        with pytest.raises(IncompleteResult):  # what there is was asked for once, not for good
            job.result()


# --- sessions --------------------------------------------------------------------------------------------------------


def test_a_bound_view_has_options_of_its_own(backend: Backend, flipped: QuantumCircuit) -> None:
    backend.set_options(shots=6)
    with pytest.raises(InvalidOption, match="not 'nope'"):
        backend.set_options(format="nope")
    with backend.open_session() as session:
        session.backend.set_options(shots=8, memory=True)
        assert session.backend.run(flipped).result().get_memory() == ["10"] * 8
        assert backend.run(flipped).result().get_counts() == {"10": 6}
        assert session.backend.name == backend.name
        assert session.backend.session is not None
        assert session.backend.session.id == session.id
    assert backend.session is None


def test_a_session_of_another_target_is_refused(provider: Provider, backend: Backend, flipped: QuantumCircuit) -> None:
    with (
        provider.get_backend("ionq.simulator").open_session() as session,
        pytest.raises(InvalidOption, match="cannot join"),
    ):
        backend.run(flipped, session=session)


def test_an_aborted_session_says_session_ended(backend: Backend, flipped: QuantumCircuit) -> None:
    session = backend.open_session(policy="Abort")
    bad = session.backend.run(flipped, shots=5, input_params={"items": [{"entryPoint": "nowhere", "arguments": []}]})
    bad.wait_for_final_state(timeout=30)
    assert bad.status() is JobStatus.ERROR
    with pytest.raises(SessionEnded) as caught:
        session.backend.run(flipped, shots=5)
    assert isinstance(caught.value, QiskitError)
    assert caught.value.session_id == session.id


# --- the room --------------------------------------------------------------------------------------------------------


def test_importing_the_room_brings_no_other_framework_and_no_http() -> None:
    code = (
        "import sys, qrelay.qiskit;"
        "others = {'cirq', 'starlette', 'uvicorn', 'qiskit_aer', 'qrelay.azure', 'qrelay.local'};"
        "print(sorted(others & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"


def test_the_operation_s_index_is_that_of_the_user_s_circuit(backend: Backend) -> None:
    """Bug: after transpiling, an error names a place in a circuit that the user never saw."""
    circuit = QuantumCircuit(1, 2)
    circuit.r(0.1, 0.2, 0)
    circuit.measure(0, 0)
    circuit.x(0)
    circuit.measure(0, 1)
    with pytest.raises(UnsupportedCircuit) as caught:
        backend.run(circuit, format="qir.v1")
    assert (caught.value.operation, caught.value.index) == ("x", 2)
    plain = QuantumCircuit(1, 1)
    plain.measure(0, 0)
    with pytest.raises(UnsupportedCircuit) as caught:
        backend.run([plain, circuit], format="qir.v1")
    assert (caught.value.operation, caught.value.index) == ("x", 2)
    assert "circuit 1 of the list" in "".join(caught.value.__notes__)


@pytest.mark.skipif(not hasattr(QuantumCircuit, "add_var"), reason="Qiskit has no classical variables yet")
def test_what_cannot_be_read_has_the_user_s_index_too() -> None:
    """Bug: number 7 of a circuit with three operations, because it was read after transpiling."""
    from qrelay.kipu import Hub

    circuit = QuantumCircuit(1, 1)
    circuit.ry(0.6, 0)
    circuit.measure(0, 0)
    circuit.add_var("v", circuit.clbits[0])
    circuit.measure(0, 0)
    with Hub.local() as hub, pytest.raises(UnsupportedCircuit, match="qrelay writes in no format") as caught:
        Provider(hub).get_backend("ibm.qpu.fez").run(circuit)
    assert (caught.value.operation, caught.value.index) == ("store", 2)


def test_an_error_says_which_circuit_of_the_list_it_is_about(backend: Backend, flipped: QuantumCircuit) -> None:
    """Bug: of a hundred circuits one has a free parameter, an unknown gate or a qubit too many, and none is named."""
    free, opaque, wide = QuantumCircuit(1, 1), QuantumCircuit(1, 1), QuantumCircuit(200, 1)
    free.rx(Parameter("theta"), 0)
    opaque.append(Gate("mystery", 1, []), [0])
    for bad in (free, opaque, wide):
        bad.measure(0, 0)
        bad.name = "the bad one"
        with pytest.raises(UnsupportedCircuit) as caught:
            backend.run([flipped, flipped, bad])
        assert caught.value.__notes__ == ["This is circuit 2 of the list, 'the bad one'."]
        with pytest.raises(UnsupportedCircuit) as caught:
            backend.run(bad)
        assert not hasattr(caught.value, "__notes__")


@pytest.mark.parametrize("level", [None, 0, 1, 2, 3])
def test_an_if_is_transpiled_and_right(provider: Provider, level: int | None) -> None:
    """Bug: a guarded gate outside the target's gates was refused, although the target's OpenQASM 2 can say the `if`."""
    guard, answer = ClassicalRegister(2, "guard"), ClassicalRegister(2, "answer")
    circuit = QuantumCircuit(QuantumRegister(3), guard, answer)
    circuit.x(1)
    circuit.measure([0, 1], guard)
    with circuit.if_test((guard, 2)):
        circuit.iswap(1, 2)  # moves the one from qubit 1 to qubit 2
    with circuit.if_test((guard, 1)):
        circuit.dcx(2, 0)
    circuit.measure([1, 2], answer)
    backend = provider.get_backend("quantinuum.sim.h2-1e")
    assert backend.run(circuit, shots=7, optimization_level=level).result().get_counts() == {"10 10": 7}


def test_not_one_usable_shot_is_told(provider: Provider) -> None:
    """Bug: shots made from probabilities were all rounded away, and the counts were {} without a word."""
    even = QuantumCircuit(7)
    even.h(range(7))
    even.measure_all()
    job = provider.get_backend("ionq.simulator").run(even, shots=100, format="qir.v1")
    with pytest.raises(IncompleteResult, match="no usable shot of 100") as caught:
        job.result()
    assert (caught.value.asked, caught.value.returned, caught.value.usable) == (100, 0, 0)
    assert job.result(partial=True).get_counts() == {}


def test_a_circuit_of_cirq_is_sent_on_its_way(backend: Backend) -> None:
    """It was taken for a list, and its first moment for what is wrong with it."""
    cirq = pytest.importorskip("cirq")
    with pytest.raises(UnsupportedCircuit, match=r"qrelay\.cirq\.Service"):
        backend.run(cirq.Circuit(cirq.X(cirq.LineQubit(0))))
