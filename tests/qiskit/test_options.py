"""Options: the known ones, the target's own, and clear refusals of the rest (P16)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from qrelay.cloud import Target
from qrelay.errors import InvalidOption
from qrelay.qiskit.options import RunOptions


@pytest.fixture
def toy(device: Callable[..., Target]) -> Target:
    return device(options={"skipQuilc": "", "seed": ""})


@pytest.fixture
def seedless(device: Callable[..., Target]) -> Target:
    return device(options={})


def test_none_means_not_given(toy: Target) -> None:
    given = dict.fromkeys(["shots", "memory", "seed_simulator", "skipQuilc", "a_word_nobody_knows"])
    assert RunOptions.read(toy, {"shots": 100, "memory": False}, given) == RunOptions(shots=100)


def test_options_of_a_run_come_before_the_backend_s(toy: Target) -> None:
    chosen = RunOptions.read(toy, {"shots": 100, "memory": True, "skipQuilc": True}, {"shots": 7, "memory": False})
    assert (chosen.shots, chosen.memory, chosen.own) == (7, False, {"skipQuilc": True})


def test_the_target_s_own_options_and_the_seed(toy: Target) -> None:
    chosen = RunOptions.read(toy, {}, {"skipQuilc": False, "seed_simulator": np.int64(5), "shots": np.int32(9)})
    assert chosen.own == {"skipQuilc": False, "seed": 5}
    assert (type(chosen.own["seed"]), type(chosen.shots)) == (int, int)


def test_an_unknown_option_is_an_error_that_knows_the_near_names(toy: Target) -> None:
    with pytest.raises(InvalidOption, match="Did you mean `shots`") as caught:
        RunOptions.read(toy, {}, {"shotz": 5})
    assert caught.value.option == "shotz"
    with pytest.raises(InvalidOption, match="input_params"):
        RunOptions.read(toy, {}, {"error_mitigation": {"debias": True}})


def test_a_seed_where_the_target_takes_none_is_refused(seedless: Target) -> None:
    with pytest.raises(InvalidOption, match="takes no seed"):
        RunOptions.read(seedless, {}, {"seed_simulator": 3})


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("shots", 1.5),
        ("shots", "100"),
        ("shots", True),
        ("memory", 1),
        ("memory", "no"),
        ("seed_simulator", 1.5),
        ("format", 3),
        ("format", ""),
        ("input_params", [1]),
        ("name", 5),
        ("tags", "one"),
        ("tags", [1]),
        ("metadata", "x"),
        ("optimization_level", 4),
        ("optimization_level", True),
        ("optimization_level", "high"),
        ("seed_transpiler", -1),
    ],
)
def test_values_that_cannot_be_meant(option: str, value: Any, toy: Target) -> None:
    with pytest.raises(InvalidOption) as caught:
        RunOptions.read(toy, {}, {option: value})
    assert caught.value.option == option


def test_name_and_job_name_are_one_option(toy: Target) -> None:
    assert RunOptions.read(toy, {}, {"job_name": "a"}).name == "a"
    assert RunOptions.read(toy, {}, {"name": "a", "job_name": "a"}).name == "a"
    with pytest.raises(InvalidOption, match="same option"):
        RunOptions.read(toy, {}, {"name": "a", "job_name": "b"})


def test_a_run_s_job_name_comes_before_the_backend_s_name(toy: Target) -> None:
    """Bug: a name set on the backend contradicted the run's under its other word, and the run was refused."""
    assert RunOptions.read(toy, {"name": "a"}, {"job_name": "b"}).name == "b"
    assert RunOptions.read(toy, {"job_name": "a"}, {"name": "b"}).name == "b"
    assert RunOptions.read(toy, {"job_name": "a"}, {}).name == "a"


def test_options_of_a_format_are_told_apart_from_typos(toy: Target) -> None:
    """A gate set is chosen where the program is written; the refusal says how."""
    target = replace(toy, formats=("ionq.circuit.v1", "qir.v1"))
    for option, name in (("gateset", "ionq.circuit.v1"), ("profile", "qir.v1")):
        with pytest.raises(InvalidOption, match=rf"encode\(circuit, '{name}', {option}="):
            RunOptions.read(target, {}, {option: "x"})
