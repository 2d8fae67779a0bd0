"""The recorded exchanges with the real service, replayed through the client."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from qrelay.azure.models import ProviderStatus, TargetStatus
from qrelay.azure.targets import describe
from qrelay.cloud import JobState, SessionState
from qrelay.errors import JobFailed, SessionEnded
from qrelay.formats import encode
from qrelay.formats.payload import Payload
from qrelay.program import Layout, Program, Register

GHZ = [("h", (0,), ()), ("cx", (0, 1), ()), ("cx", (1, 2), ())]
ECHO = describe(ProviderStatus(id="Microsoft.Test.FirstParty"), TargetStatus(id="echo-quantinuum"))


def _measured(program: list[Any], count: int, registers: tuple[Register, ...], name: str) -> Program:
    measures: list[Any] = [("measure", (index,), (index,)) for index in range(count)]
    return Program(count, count, [*program, *measures], registers, name=name)


def test_ionq_in_its_own_format(recorded: Callable[..., Any]) -> None:
    """Submitted by a vendor's raw job: probabilities {0: 0.5, 7: 0.5} over three qubits."""
    workspace, replay = recorded("test_job_submit_ionq", [1])
    target = describe(ProviderStatus(id="IonQ"), TargetStatus(id="ionq.simulator"))
    ghz = _measured(GHZ, 3, (Register("c", (0, 1, 2)),), "ionq-3ghz-job")
    job = workspace.submit(target, ghz, shots=100)
    outcome = job.result()
    assert outcome.probabilities == {"000": 0.5, "111": 0.5}
    assert outcome.counts() == {"000": 50, "111": 50}
    (body,) = replay.sent("PUT", "/jobs/00000000-0000-0000-0000-000000000001")
    assert (body["itemType"], body["providerId"], body["target"]) == ("Job", "IonQ", "ionq.simulator")
    assert (body["inputDataFormat"], body["outputDataFormat"]) == ("ionq.circuit.v1", "ionq.quantum-results.v1")
    assert body["inputParams"] == {"shots": 100}
    assert "sig=" in body["containerUri"]
    assert "?" not in body["inputDataUri"]


def test_ionq_by_qir(recorded: Callable[..., Any]) -> None:
    workspace, replay = recorded("test_plugins_submit_qiskit_to_ionq", [1])
    registers = (Register("c", (0, 1, 2)),)
    ghz = _measured(GHZ, 3, registers, "Qiskit Sample - 3-qubit GHZ circuit")
    job = workspace.submit("ionq.simulator", ghz, shots=500, format="qir.v1")
    assert job.result().counts() == {"000": 250, "111": 250}
    (body,) = replay.sent("PUT", "/jobs/00000000-0000-0000-0000-000000000001")
    assert (body["inputDataFormat"], body["outputDataFormat"]) == ("qir.v1", "microsoft.quantum-results.v2")
    assert body["inputParams"] == {"shots": 500, "items": [{"entryPoint": "ENTRYPOINT__main", "arguments": []}]}
    assert all(isinstance(value, str) for value in body["metadata"].values())
    assert job.record.cost == "0.00 USD"
    upload = next(request for request in replay.requests if request.url.path.endswith("/inputData"))
    assert upload.headers["x-ms-blob-type"] == "BlockBlob"
    assert upload.headers["if-none-match"] == "*"
    assert "x-ms-quantum-api-key" not in upload.headers
    assert next(iter(replay.requests)).headers["x-ms-quantum-api-key"] == "a-key"


def test_rigetti_with_three_registers(recorded: Callable[..., Any]) -> None:
    """X on the first qubit of three registers of three bits; only the lowest register may show it, on the right."""
    workspace, _ = recorded("test_qiskit_endianness_submit_to_rigetti", [1])
    registers = tuple(Register(f"c{n}", (3 * n, 3 * n + 1, 3 * n + 2)) for n in range(3))
    program = _measured([("x", (0,), ())], 9, registers, "endian0cr3")
    job = workspace.submit("rigetti.sim.qvm", program, shots=100)
    assert job.result(timeout=60).counts() == {"000 000 001": 100}


# Three of the four recorded answers read the same from both ends. Beside them, in the same exchanges, answers of the
# same form that do not. The programs say how they are measured; the answers are made up.


def _v2(*shots: Any) -> dict[str, Any]:
    kinds = [shot for index, shot in enumerate(shots) if shot not in shots[:index]]
    histogram = [{"Outcome": kind, "Display": str(kind), "Count": shots.count(kind)} for kind in kinds]
    return {"DataFormat": "microsoft.quantum-results.v2", "Results": [{"Histogram": histogram, "Shots": list(shots)}]}


def test_an_asymmetric_answer_on_rigetti(recorded: Callable[..., Any]) -> None:
    """Bug: registers, or bits in them, turned round; unequal registers told apart by their place only."""
    often = {"Item1": [1, 1, 0], "Item2": [1, 0], "Item3": [0]}
    rarely = {"Item1": [0, 1, 0], "Item2": [0, 0], "Item3": [1]}
    shots = [often, rarely, often, often] * 25
    workspace, _ = recorded("test_qiskit_endianness_submit_to_rigetti", [1], _v2(*shots))
    registers = (Register("a", (0,)), Register("b", (1, 2)), Register("c", (3, 4, 5)))
    measures: list[Any] = [("measure", (qubit,), (5 - qubit,)) for qubit in range(6)]
    program = Program(6, 6, [("x", (2,), ()), *measures], registers, name="uneven")
    outcome = workspace.submit("rigetti.sim.qvm", program, shots=100).result(timeout=60)
    assert outcome.counts() == {"110 10 0": 75, "010 00 1": 25}
    assert outcome.counts("c") == {"110": 75, "010": 25}
    assert outcome.memory()[:3] == ["110 10 0", "010 00 1", "110 10 0"]


def test_an_asymmetric_answer_on_ionq_by_qir(recorded: Callable[..., Any]) -> None:
    """Bug: bits turned round; shots that did not come filled up. As on the service, fewer come than were asked for."""
    workspace, _ = recorded("test_plugins_submit_qiskit_to_ionq", [1], _v2(*[[1, 1, 0]] * 477, *[[0, 0, 1]] * 19))
    program = _measured(GHZ, 3, (Register("c", (0, 1, 2)),), "uneven")
    outcome = workspace.submit("ionq.simulator", program, shots=500, format="qir.v1").result()
    assert outcome.counts() == {"110": 477, "001": 19}
    assert (outcome.shots_asked, outcome.shots_returned, len(outcome.memory())) == (500, 496, 496)


def test_an_asymmetric_answer_in_ionqs_own_format(recorded: Callable[..., Any]) -> None:
    """Bug: the answer's qubits taken for the bits that they were measured into, or read from the wrong end."""
    workspace, _ = recorded("test_job_submit_ionq", [1], {"histogram": {"1": 0.75, "6": 0.25}})
    target = describe(ProviderStatus(id="IonQ"), TargetStatus(id="ionq.simulator"))
    measures: list[Any] = [("measure", (qubit,), (bit,)) for qubit, bit in ((0, 1), (1, 2), (2, 0))]
    program = Program(3, 3, [*GHZ, *measures], (Register("a", (0, 1)), Register("b", (2,))), name="uneven")
    outcome = workspace.submit(target, program, shots=100).result()
    assert outcome.probabilities == {"0 10": 0.75, "1 01": 0.25}
    assert outcome.counts() == {"0 10": 75, "1 01": 25}


def test_a_job_that_the_vendors_own_sdk_submitted_is_read(recorded: Callable[..., Any]) -> None:
    """P19: nothing of ours is in its metadata; the answer is read as it stands."""
    workspace, _ = recorded("test_qiskit_endianness_submit_to_rigetti", [])
    job = workspace.job("00000000-0000-0000-0000-000000000001")
    assert job.result().counts() == {"000 000 001": 100}
    assert (job.name, job.shots_asked, job.record.metadata["qiskit"]) == ("endian0cr3", 100, "True")


def test_recorded_targets_are_described(recorded: Callable[..., Any]) -> None:
    workspace, _ = recorded("test_plugins_submit_qiskit_to_ionq", [])
    targets = {target.id: target for target in workspace.targets()}
    assert len(targets) == 26
    assert targets["ionq.simulator"].formats == ("ionq.circuit.v1", "qir.v1")
    assert targets["ionq.simulator"].num_qubits == 29
    assert targets["ionq.simulator"].queue_seconds == 2
    assert not targets["ionq.qpu.aria-1"].available
    assert targets["quantinuum.sim.h2-1e"].formats == (
        "qir.v1",
        "honeywell.openqasm.v1",
        "quantinuum.openqasm.v1",
    )
    assert targets["pasqal.qpu.fresnel"].formats == ()
    assert targets["sparse-sim-qci"].formats == ("qir.v1",)
    assert "PLACEHOLDER" not in repr(targets["quantinuum.qpu.h2-1"])


def _job(layout: Layout | None, output: str) -> Payload:
    made = encode(_measured(GHZ[:2], 2, (Register("c", (0, 1)),), ""), "qir.v1")
    return Payload(made.data, "qir.v1", made.content_type, output, 2, layout, made.input_params)


def test_a_session_under_abort_ends_with_its_first_failed_job(recorded: Callable[..., Any]) -> None:
    workspace, replay = recorded("test_session_job_failure_policies_echo_quantinuum", [1, 2, 3])
    session = workspace.open_session(ECHO, policy="Abort")
    assert session.record.state is SessionState.OPEN
    with session:
        bad = workspace.submit(ECHO, _job(None, "invalid_output_format"), name="Bad Job 1")
        assert bad.session_id == session.id
        with pytest.raises(JobFailed, match="cannot be translated") as failure:
            bad.result()
        assert failure.value.code == "CannotTranslateOutputData"
        with pytest.raises(SessionEnded, match="already in a terminal state") as ended:
            workspace.submit(ECHO, _job(None, "honeywell.qir.v1"), name="Good Job 2")
        assert ended.value.session_id == session.id
        assert ended.value.finished_jobs == (bad.id,)
        before = len(replay.requests)
        with pytest.raises(SessionEnded):  # known by now: no further request
            workspace.submit(ECHO, _job(None, "honeywell.qir.v1"))
        assert len(replay.requests) == before
    assert not any(request.url.path.endswith(":close") for request in replay.requests)  # it has ended already
    assert replay.sent("PUT", "/sessions/00000000-0000-0000-0000-000000000001")[0]["jobFailurePolicy"] == "Abort"


def test_a_session_under_continue_goes_on_and_ends_failed(recorded: Callable[..., Any]) -> None:
    workspace, replay = recorded("test_session_job_failure_policies_echo_quantinuum", [4, 5, 6, 7])
    with workspace.open_session(ECHO, policy="Continue") as session:
        good = workspace.submit(ECHO, _job(None, "honeywell.qir.v1"), name="Good Job 1")
        assert good.wait() is JobState.SUCCEEDED
        assert session.status() is SessionState.OPEN
        bad = workspace.submit(ECHO, _job(None, "invalid_output_format"), name="Bad Job 2")
        assert bad.wait() is JobState.FAILED
        assert (session.status(), session.record.status) == (SessionState.OPEN, "Failure(s)")
        again = workspace.submit(ECHO, _job(None, "honeywell.qir.v1"), name="Good Job 3")
        assert again.wait() is JobState.SUCCEEDED
        assert {job.id for job in session.jobs()} >= {again.id}
    assert session.record.state is SessionState.FAILED
    closes = [r.url.path for r in replay.requests if r.url.path.endswith(":close")]
    assert len(closes) == 1
    assert closes[0].endswith("/sessions/00000000-0000-0000-0000-000000000004:close")
