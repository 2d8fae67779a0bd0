"""A list of circuits may have one number of shots for all, or one for each."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

import pytest

from qrelay.cloud import Limits, Target
from qrelay.cloud.preparing import Wish, prepare
from qrelay.errors import InvalidOption
from qrelay.program import Program, Register

TARGET = Target(
    id="toy", provider="toy", available=True, status="Available", formats=("ionq.circuit.v1",), shots=Limits(1, 100, 5)
)
ONE = Program(1, 1, [("x", (0,), ()), ("measure", (0,), (0,))], (Register("c", (0,)),))


def _prepare(count: int, **wish: Any) -> Any:
    return prepare(Wish([ONE] * count, **wish), TARGET, lambda: str(uuid.UUID(int=7)))


@pytest.mark.parametrize("form", [list, tuple])
def test_every_circuit_has_its_own(form: Any) -> None:
    """Bug: a batch with unlike repetitions run with those of the first."""
    assert [one.shots for one in _prepare(3, shots=form([7, 3, 7]))] == [7, 3, 7]
    assert [one.shots for one in _prepare(2, shots=[None, 3])] == [5, 3]
    assert [one.shots for one in _prepare(2, shots=9)] == [9, 9]


@pytest.mark.parametrize("shots", [[1, 101], [1, 0], [1, 1.0], [1, True], [1], [1, 2, 3], []])
def test_all_of_them_are_checked_first(shots: Any) -> None:
    """Bug: a list refused after its first circuits were sent."""
    with pytest.raises(InvalidOption) as caught:
        _prepare(2, shots=shots)
    assert caught.value.option == "shots"


def test_shots_among_the_parameters_contradict_those_of_any_circuit() -> None:
    with pytest.raises(InvalidOption, match="contradict"):
        _prepare(2, shots=[7, 8], input_params={"shots": 7})
    assert [one.shots for one in _prepare(2, shots=[7, 7], input_params={"shots": 7})] == [7, 7]


@pytest.mark.parametrize(("shots", "jobs"), [([4] * 5, [3, 2]), ([4, 4, 4, 4, 3], [1] * 5)])
def test_only_circuits_of_equal_shots_share_a_job(shots: list[int], jobs: list[int]) -> None:
    """Bug: a job of several circuits run with the shots of its first."""
    wish = Wish([ONE] * 5, shots=shots)
    prepared = prepare(wish, replace(TARGET, max_circuits=3), lambda: str(uuid.UUID(int=7)))
    assert [len(one.payloads) for one in prepared] == jobs
    assert [one.shots for one in prepared for _ in one.payloads] == shots


def test_where_circuits_of_a_job_measure_the_same_qubits_others_are_sent_alone() -> None:
    """Bug: IQM refuses the whole job, after it was submitted."""
    other = Program(2, 1, [("x", (1,), ()), ("measure", (1,), (0,))], (Register("c", (0,)),))
    target = replace(TARGET, max_circuits=3, same_qubits=True)
    for programs, jobs in (([ONE, ONE, ONE], [3]), ([ONE, other, ONE], [1, 1, 1])):
        prepared = prepare(Wish(programs, shots=4), target, lambda: str(uuid.UUID(int=7)))
        assert [len(one.payloads) for one in prepared] == jobs
