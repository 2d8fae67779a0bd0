"""What is refused before any request: shots, options, formats, sizes, circuits without an answer."""

from __future__ import annotations

import collections
import math
import uuid
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from wishes import TARGET, prepared

from qrelay.cloud import Submission, Target
from qrelay.cloud.batch import Batch
from qrelay.cloud.endings import combined_state
from qrelay.cloud.service import JobRecord, JobState
from qrelay.errors import InvalidOption, TooManyQubits, UnsupportedCircuit
from qrelay.formats import encode, template
from qrelay.formats.payload import Payload
from qrelay.program import Program, Register

BELL = Program(
    2,
    2,
    [("h", (0,), ()), ("cx", (0, 1), ()), ("measure", (0,), (0,)), ("measure", (1,), (1,))],
    (Register("c", (0, 1)),),
    name="bell",
)


def _prepare(programs: Any = BELL, target: Target = TARGET, **wish: Any) -> list[Submission]:
    return prepared(programs, target, **wish)


def test_a_program_becomes_one_submission_with_its_layout() -> None:
    (one,) = _prepare(shots=100)
    assert (one.shots, one.name, one.batch) == (100, "bell", Batch(one.key, 1))
    assert one.payloads[0].format == "ionq.circuit.v1"
    assert one.payloads[0].layout.registers == BELL.registers
    assert one.key == str(uuid.UUID(int=7))


def test_p04_gates_that_only_the_machine_knows_are_passed_over() -> None:
    """Catches a machine that nothing can be sent to because it lists a gate that qrelay has never heard of."""
    machine = replace(TARGET, formats=("BRAKET_OPEN_QASM_V3",), gates=frozenset({"rz", "rx", "cz", "u_3qkd"}))
    (one,) = _prepare(target=machine)
    assert one.payloads[0].data == encode(BELL, "BRAKET_OPEN_QASM_V3", gates=["rz", "rx", "cz"]).data
    with pytest.raises(UnsupportedCircuit, match="'h'"):
        _prepare(target=replace(machine, gates=frozenset({"u_3qkd"})))


@pytest.mark.parametrize("shots", [0, -1, 10_001, True, 1.0, "100", math.inf])
def test_p16_shots_outside_the_limits_are_refused(shots: Any) -> None:
    """A job that the service refuses an hour later costs an hour; one it silently shortens costs the result."""
    with pytest.raises(InvalidOption) as caught:
        _prepare(shots=shots)
    assert caught.value.option == "shots"


@pytest.mark.parametrize(("shots", "expected"), [(None, 500), (1, 1), (10_000, 10_000), (np.int64(7), 7)])
def test_p16_shots_inside_the_limits_are_taken(shots: Any, expected: int) -> None:
    (one,) = _prepare(shots=shots)
    assert one.shots == expected
    assert type(one.shots) is int


def test_p16_an_unknown_option_is_an_error_with_the_nearest_name() -> None:
    """An option that is silently ignored is believed to work."""
    with pytest.raises(InvalidOption, match="noise") as caught:
        _prepare(options={"noize": {"model": "x"}})
    assert caught.value.option == "noize"
    (one,) = _prepare(options={"noise": {"model": "x"}, "unknown": None})
    assert one.input_params == {"noise": {"model": "x"}}


def test_p16_contradicting_shots_are_refused() -> None:
    with pytest.raises(InvalidOption, match="contradict"):
        _prepare(shots=100, input_params={"shots": 200})
    with pytest.raises(InvalidOption, match="10,000"):
        _prepare(input_params={"shots": 20_000})


@pytest.mark.parametrize("value", [object(), {1, 2}, b"bytes"])
def test_parameters_that_are_no_json_are_refused(value: Any) -> None:
    with pytest.raises(InvalidOption, match="JSON"):
        _prepare(input_params={"x": value})


def test_formats_are_checked_by_name() -> None:
    (one,) = _prepare(format="qir.v1")
    assert one.payloads[0].format == "qir.v1"
    with pytest.raises(InvalidOption, match=r"Did you mean qir\.v1"):
        _prepare(format="qir.v11")
    with pytest.raises(InvalidOption, match="not 'honeywell"):
        _prepare(format="honeywell.openqasm.v1")


@pytest.mark.parametrize(
    ("programs", "wish", "option", "said"),
    [
        (BELL, {"format": "QIR.V1"}, "format", r"Did you mean qir\.v1\?"),
        (BELL, {"format": "IONQ.Circuit.v1"}, "format", r"Did you mean ionq\.circuit\.v1\?"),
        (BELL, {"format": "quil"}, "format", r"ionq\.simulator takes ionq\.circuit\.v1, qir\.v1, not 'quil'\.$"),
        (BELL, {"format": 3}, "format", "takes the name of an input format, not 3"),
        (BELL, {"format": ["qir.v1"]}, "format", r"takes the name of an input format, not \['qir"),
        (BELL, {"options": {"profile": "base"}}, "profile", r"writing qir\.v1: submit what qrelay\.encode"),
        (BELL, {"options": {"nose": {}}}, "nose", "Did you mean `noise`"),
        (collections.UserList(["h", "cx"]), {}, "programs", "^UserList is no program.*qrelay.read"),
        ("h 0; cx 0 1", {}, "program", "no ready-made program.*OpenQASM is known by its first statement"),
        ("OPENQASM 2.0;", {"format": "qir.v1"}, "format", r"The program is honeywell\.openqasm\.v1"),
        (template(BELL, "qir.v1"), {}, "programs", r"template\.bind"),
    ],
)
def test_p16_submit_says_as_much_as_encode(programs: Any, wish: Any, option: str, said: str) -> None:
    """Catches mistakes that encode tells how to mend and a submission only refuses."""
    with pytest.raises(InvalidOption, match=said) as caught:
        _prepare(programs, **wish)
    assert caught.value.option == option


def test_an_error_in_a_list_says_which_circuit_it_is_about() -> None:
    silent = Program(1, 1, [("h", (0,), ())], (Register("c", (0,)),), name="silent")
    with pytest.raises(UnsupportedCircuit, match="measures nothing") as caught:
        _prepare([BELL, silent])
    assert caught.value.__notes__ == ["This is circuit 1 of the list, 'silent'."]
    with pytest.raises(UnsupportedCircuit) as alone:
        _prepare(silent)
    assert not hasattr(alone.value, "__notes__")


def test_the_first_format_that_can_say_the_program_is_taken() -> None:
    with pytest.raises(UnsupportedCircuit):
        _prepare(replace(BELL, operations=[*BELL.operations, ("reset", (0,), ()), ("measure", (0,), (0,))]))


def test_too_many_qubits_are_refused() -> None:
    wide = Program(4, 1, [("measure", (3,), (0,))], (Register("c", (0,)),))
    with pytest.raises(TooManyQubits) as caught:
        _prepare(wide)
    assert (caught.value.needed, caught.value.available) == (4, 3)
    with pytest.raises(TooManyQubits):
        _prepare(Payload(b"{}", "ionq.circuit.v1", "application/json", "ionq.quantum-results.v1", 4))


@pytest.mark.parametrize(
    "program", [Program(1, 0, [("h", (0,), ())]), Program(1, 1, [("h", (0,), ())], (Register("c", (0,)),))]
)
def test_a_circuit_that_measures_nothing_is_refused(program: Program) -> None:
    with pytest.raises(UnsupportedCircuit, match="measures nothing"):
        _prepare(program)


def test_an_analog_target_takes_no_circuit() -> None:
    analog = replace(
        TARGET, id="pasqal.sim.emu-tn", formats=(), outputs={"pasqal.pulser.v1": "pasqal.pulser-results.v1"}
    )
    with pytest.raises(UnsupportedCircuit, match="takes no circuits"):
        _prepare(target=analog)
    ready = Payload(b"{}", "pasqal.pulser.v1", "application/json", "pasqal.pulser-results.v1", 2)
    assert _prepare(ready, target=analog)[0].payloads == (ready,)


def test_p22_members_of_a_list_have_ids_that_another_process_can_tell() -> None:
    """Without them, only a list of all the workspace's jobs finds the members again."""
    members = _prepare([BELL, BELL, BELL], name="run", metadata=[{"n": 0}, {"n": 1}, {"n": "two"}])
    group = str(uuid.UUID(int=7))
    assert [one.key for one in members] == [Batch(group, 3).key(index) for index in range(3)]
    assert len({one.key for one in members}) == 3
    assert [one.name for one in members] == ["run-0", "run-1", "run-2"]
    assert [one.metadata for one in members] == [{"n": "0"}, {"n": "1"}, {"n": "two"}]
    assert {one.batch for one in members} == {Batch(group, 3)}
    assert [one.index for one in members] == [0, 1, 2]


def test_p22_a_list_of_one_is_a_plain_job() -> None:
    (one,) = _prepare([BELL])
    assert one.batch is not None
    assert not one.batch.composite
    assert one.key == one.batch.group


def test_p22_what_the_service_can_batch_is_batched() -> None:
    """Circuits go into one job only if they are alike in all that a job says once."""
    several = replace(TARGET, max_circuits=3)
    jobs = _prepare([BELL] * 7, target=several)
    assert [len(job.payloads) for job in jobs] == [3, 3, 1]
    assert [job.index for job in jobs] == [0, 3, 6]
    assert {job.batch for job in jobs} == {Batch(str(uuid.UUID(int=7)), 7, 3)}
    (one,) = _prepare([BELL, BELL], target=several)
    assert len(one.payloads) == 2
    assert one.batch is not None
    assert not one.batch.composite
    unlike = _prepare([BELL, BELL], target=several, metadata=[{"n": 1}, {"n": 2}])
    assert [len(job.payloads) for job in unlike] == [1, 1]


def test_metadata_is_refused_where_it_would_be_lost() -> None:
    with pytest.raises(InvalidOption, match="keep no metadata"):
        _prepare(target=replace(TARGET, keeps_metadata=False), metadata={"owner": "me"})
    assert _prepare(target=replace(TARGET, keeps_metadata=False))


@pytest.mark.parametrize("value", [math.nan, math.inf, "\ud800", {"deep": [math.nan]}, object(), {1, 2}])
def test_parameters_that_json_cannot_say_are_refused(value: Any) -> None:
    """NaN passed the check, and came back from the HTTP library as a bare ValueError, after the upload."""
    for wish in ({"input_params": {"x": value}}, {"options": {"noise": value}}):
        with pytest.raises(InvalidOption, match="written as JSON"):
            _prepare(**wish)


@pytest.mark.parametrize(
    "wish", [{"name": "a\ud800"}, {"tags": ["a\ud800"]}, {"tags": [7]}, {"tags": "mine"}, {"metadata": {"k": "\udcff"}}]
)
def test_texts_that_cannot_be_sent_are_refused(wish: Any) -> None:
    """tags="mine" became the four tags m, i, n, e."""
    with pytest.raises(InvalidOption) as caught:
        _prepare(**wish)
    assert caught.value.option in wish


def test_p16_shots_among_the_parameters_are_the_jobs_shots() -> None:
    """The service was sent 7 and the submission said 500, its default."""
    (one,) = _prepare(input_params={"shots": 7})
    assert (one.shots, one.input_params) == (7, {"shots": 7})


@pytest.mark.parametrize("programs", [[], [BELL, "circuit"], ["circuit"]])
def test_lists_of_something_else_are_refused(programs: Any) -> None:
    with pytest.raises(InvalidOption):
        _prepare(programs)


def test_metadata_must_fit() -> None:
    with pytest.raises(InvalidOption, match="2 entries for 1"):
        _prepare(metadata=[{}, {}])
    with pytest.raises(InvalidOption, match="JSON"):
        _prepare(metadata={"x": object()})


def test_composite_ids_are_read_back() -> None:
    group = str(uuid.uuid4())
    for batch in (Batch(group, 12), Batch(group, 1200, 500), Batch(group, 1)):
        assert Batch.parse(f" {batch.id.upper()}\n") == batch
    assert Batch(group, 1200, 500).sizes == [500, 500, 200]
    assert Batch(group, 3, 500).key(0) == group
    for other in (
        group,
        f"batch-{group}",
        f"batch-{group}-0",
        f"batch-{group}-x",
        f"batch-{group}-3x0",
        "batch-1-2",
        "",
    ):
        assert Batch.parse(other) is None


def _state(*states: JobState | None) -> JobState:
    return combined_state([None if state is None else JobRecord("i", state, state.value, "t", "p") for state in states])


def test_the_state_of_a_list() -> None:
    done, failed, running, queued = JobState.SUCCEEDED, JobState.FAILED, JobState.RUNNING, JobState.QUEUED
    assert _state(done, done) is done
    assert _state(done, failed) is failed
    assert _state(done, None) is failed
    assert _state(failed, running) is running
    assert _state(queued, queued) is queued
    assert _state(done, queued) is running
    assert _state(None, queued) is queued
    assert _state(JobState.CANCELLED, done) is JobState.CANCELLED
    assert _state(JobState.CANCELLED, failed) is failed
    assert _state(JobState.CANCELLING, running) is JobState.CANCELLING
    assert _state(JobState.UNKNOWN, queued) is JobState.UNKNOWN
