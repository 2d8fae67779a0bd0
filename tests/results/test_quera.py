"""`braket.task_result.analog_hamiltonian_simulation_task_result`: atoms before and after, lost ones, failed shots."""

from __future__ import annotations

import json
from typing import Any

import pytest

from qrelay.errors import ResultUnreadable
from qrelay.program import Layout, Register
from qrelay.results import LostShots, decode

AHS = "braket.task_result.analog_hamiltonian_simulation_task_result"


def _shot(before: Any, after: Any, status: str = "Success") -> dict[str, Any]:
    return {"shotMetadata": {"shotStatus": status}, "shotResult": {"preSequence": before, "postSequence": after}}


def _task(*shots: Any, **members: Any) -> bytes:
    return json.dumps({"braketSchemaHeader": {"name": AHS, "version": "1"}, "measurements": shots} | members).encode()


def test_p01_an_atom_that_is_gone_after_the_pulses_was_in_the_rydberg_state() -> None:
    """Catches the camera's own values taken for the states: it sees atoms in the ground state, we say 1 for Rydberg."""
    data = _task(_shot([1, 1, 1], [0, 1, 1]), _shot([1, 1, 1], [1, 1, 1]), _shot([1, 1, 1], [1, 0, 0]))
    outcome = decode(data, AHS, None, 3)
    assert outcome.memory() == ["001", "000", "110"]
    turned = Layout(2, (Register("r", (0, 1)),), (2, 0), 3)
    assert decode(data, AHS, turned, 3).memory() == ["10", "00", "01"]


def test_p13_sites_without_an_atom_are_lost_qubits_and_failed_shots_are_errors() -> None:
    """Catches an empty site counted as Rydberg (its atom is not there after the pulses, either), or dropped unsaid."""
    data = _task(_shot([1, 0], [1, 0]), _shot([1, 1], [1, 0]), _shot(None, None, "Failure"), _shot([0, 0], [0, 0]))
    with pytest.warns(LostShots, match="2 with lost qubits.*1 that ended in an error"):
        outcome = decode(data, AHS, None, 4)
    assert outcome.counts() == {"10": 1}
    assert outcome.lost == {"-0": 1, "--": 1}
    assert outcome.errors == ({"shotStatus": "Failure"},)
    assert (outcome.shots_returned, outcome.shots_usable) == (4, 1)


def test_a_lost_atom_that_no_bit_was_measured_from_costs_nothing() -> None:
    layout = Layout(1, (Register("r", (0,)),), (1,), 2)
    assert decode(_task(_shot([0, 1], [0, 0])), AHS, layout, 1).counts() == {"1": 1}


def test_sites_that_the_program_leaves_empty_are_no_bits() -> None:
    """Without a layout: sites that are never filled would make every shot a lost one."""
    action = {"setup": {"ahs_register": {"sites": [["0", "0"]] * 3, "filling": [1, 0, 1]}}}
    data = _task(_shot([1, 0, 1], [1, 0, 0]), additionalMetadata={"action": action})
    assert decode(data, AHS).counts() == {"10": 1}
    with pytest.raises(ResultUnreadable, match="does not fill"):
        decode(_task(_shot([1, 0], [1, 0]), additionalMetadata={"action": action}), AHS)


def test_only_failures() -> None:
    with pytest.warns(LostShots):
        outcome = decode(_task(_shot(None, None, "Partial Success")), AHS, None, 1)
    assert (outcome.shots_returned, outcome.shots_usable, len(outcome.errors)) == (1, 0, 1)


@pytest.mark.parametrize(
    "shots",
    [
        [],
        [_shot([1, 1], [1])],
        [_shot([1], [1]), _shot([1, 1], [1, 1])],
        [_shot([1, 2], [1, 1])],
        [_shot([1, 1], [1, True])],
        [_shot(None, [1, 1])],
        [_shot([1, 1], None)],
        [{"shotResult": {"preSequence": [1], "postSequence": [1]}}],
        [{"shotMetadata": {"shotStatus": 1}, "shotResult": {}}],
        ["Success"],
        [_shot([], [])],
    ],
)
def test_shots_that_are_none(shots: Any) -> None:
    data = _task(*shots)
    for layout in (None, Layout(2, (Register("r", (0, 1)),), (0, 1), 2)):
        if shots == [_shot([], [])] and layout is None:
            continue
        with pytest.raises(ResultUnreadable) as caught:
            decode(data, AHS, layout, 1)
        assert caught.value.data is data
    with pytest.raises(ResultUnreadable, match="gate_model"):
        decode(_task(braketSchemaHeader={"name": "braket.task_result.gate_model_task_result"}), AHS)


def test_p01_as_braket_s_own_reader_has_it() -> None:
    """The schema's own model, and the words that Amazon's SDK has for the states: e(mpty), r(ydberg), g(round)."""
    schema = pytest.importorskip("braket.task_result")
    shots = [_shot([1, 0, 1, 1], [0, 0, 1, 0]), _shot([1, 1, 1, 1], [0, 1, 1, 1])]
    metadata = {"id": "x", "shots": 2, "deviceId": "aquila"}
    model = schema.AnalogHamiltonianSimulationTaskResult.parse_raw(
        json.dumps({"taskMetadata": metadata, "measurements": shots})
    )
    words = [
        "".join("e" if not a else "g" if b else "r" for a, b in zip(s.preSequence, s.postSequence, strict=True))
        for s in (measurement.shotResult for measurement in model.measurements)
    ]
    assert words == ["regr", "rggg"]
    with pytest.warns(LostShots):
        outcome = decode(model.json().encode(), AHS, None, 2)
    assert outcome.lost == {"10-1": 1}
    assert outcome.counts() == {"0001": 1}
