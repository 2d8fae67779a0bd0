"""What can be known to be wrong is refused before any request, by a class that says what, as Cirq's users expect it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cirq
import numpy as np
import pytest
import sympy

from qrelay.cirq import Sampler, Service
from qrelay.errors import (
    InvalidOption,
    TooManyQubits,
    UnboundParameters,
    UnknownTarget,
    UnsupportedCircuit,
)

A, B = cirq.LineQubit.range(2)
X, Y = sympy.symbols("x y")
MEASURED = cirq.Circuit(cirq.measure(A, key="m"))
SWEPT = cirq.Circuit(cirq.X(A) ** X, cirq.Z(A) ** (Y + 1), cirq.measure(A, key="m"))

_Run = Callable[[Sampler], Any]

WRONG: dict[str, tuple[_Run, type[Exception], str]] = {
    "unbound": (lambda s: s.run(SWEPT), UnboundParameters, r"x, y\b"),
    "half bound": (lambda s: s.run(SWEPT, {"x": 1}), UnboundParameters, r": y\b"),
    "one point unbound": (lambda s: s.run_sweep(SWEPT, [{"x": 1, "y": 1}, {"x": 1}]), UnboundParameters, r": y\b"),
    "bound to a symbol": (lambda s: s.run(SWEPT, {"x": Y, "y": sympy.Symbol("z")}), UnboundParameters, r": z\b"),
    "said by itself": (lambda s: s.run(SWEPT, {"x": Y, "y": X}), InvalidOption, "in terms of itself"),
    "bound to a complex number": (lambda s: s.run(SWEPT, {"x": 1j, "y": 1}), InvalidOption, "do not fit"),
    "nothing measured": (lambda s: s.run(cirq.Circuit(cirq.X(A))), UnsupportedCircuit, "measures nothing"),
    "empty": (lambda s: s.run(cirq.Circuit()), UnsupportedCircuit, "measures nothing"),
    "too many qubits": (
        lambda s: s.run(cirq.Circuit(cirq.measure(*cirq.LineQubit.range(30)))), TooManyQubits, "30 qubits",
    ),
    "qudits": (lambda s: s.run(cirq.Circuit(cirq.measure(cirq.LineQid(0, 3)))), UnsupportedCircuit, "Operation"),
    "no repetition": (lambda s: s.run(MEASURED, repetitions=0), InvalidOption, "repetitions=0"),
    "fewer than none": (lambda s: s.run(MEASURED, repetitions=-1), InvalidOption, "repetitions=-1"),
    "half a repetition": (lambda s: s.run(MEASURED, repetitions=1.5), InvalidOption, "whole number"),  # type: ignore[arg-type]
    "true": (lambda s: s.run(MEASURED, repetitions=True), InvalidOption, "whole number"),
    "repetitions in an array": (lambda s: s.run(MEASURED, repetitions=np.array([3])), InvalidOption, "whole number"),  # type: ignore[arg-type]
    "too many repetitions": (lambda s: s.run(MEASURED, repetitions=10_001), InvalidOption, "10,000"),
    "too many in one of a batch": (lambda s: s.run_batch([MEASURED] * 2, None, [1, 10_001]), InvalidOption, "10,000"),
    "one of a batch cannot be said": (
        lambda s: s.run_batch([MEASURED, cirq.Circuit(cirq.X(A))], None, [1, 2]),
        UnsupportedCircuit, "measures nothing",
    ),
    "no circuit": (lambda s: s.run("H 0"), UnsupportedCircuit, "not str"),  # type: ignore[arg-type]
    "a list of circuits": (lambda s: s.run([MEASURED]), UnsupportedCircuit, "not list"),  # type: ignore[arg-type]
    "a batch of one circuit": (lambda s: s.run_batch(MEASURED), UnsupportedCircuit, "run_sweep"),  # type: ignore[arg-type]
    "no batch": (lambda s: s.run_batch(None), UnsupportedCircuit, "not NoneType"),  # type: ignore[arg-type]
    "no circuit in a batch": (lambda s: s.run_batch([MEASURED, 5]), UnsupportedCircuit, "number 1"),  # type: ignore[list-item]
    "sweeps missing": (lambda s: s.run_batch([MEASURED] * 2, [None]), InvalidOption, "1 entries for 2"),
    "repetitions missing": (lambda s: s.run_batch([MEASURED] * 2, None, [1]), InvalidOption, "1 entries for 2"),
    "no sweep": (lambda s: s.run_sweep(SWEPT, 5), InvalidOption, "no sweep"),  # type: ignore[arg-type]
    "an array for a number": (
        lambda s: s.run_sweep(SWEPT, {"x": np.linspace(0, 1, 3), "y": 1}), InvalidOption, r"cirq\.Points\('x'",
    ),
    "a sweep for run": (lambda s: s.run(SWEPT, [{"x": 1, "y": 1}] * 2), InvalidOption, "run_sweep"),  # type: ignore[arg-type]
    "no point for run": (lambda s: s.run(MEASURED, []), InvalidOption, "run_sweep"),  # type: ignore[arg-type]
    "no point to submit": (lambda s: s.submit(SWEPT, params=[]), InvalidOption, "nothing to run"),
    "no point to sample": (lambda s: s.sample(SWEPT, params=[]), InvalidOption, "no points"),
    "unlike points to sample": (
        lambda s: s.sample(SWEPT, params=[{"x": 1, "y": 1}, {"x": 1}]), InvalidOption, "different parameters",
    ),
    "unknown option": (lambda s: s.submit(MEASURED, shotz=1), InvalidOption, "knows no option `shotz`"),
    "unknown format": (lambda s: s.submit(MEASURED, format="qir.v2"), InvalidOption, r"qir\.v1"),
    "tags of one word": (lambda s: s.submit(MEASURED, tags="mine"), InvalidOption, "list of strings"),
    "partial of a word": (lambda s: s.submit(MEASURED, partial="yes"), InvalidOption, "True or False"),
    "parameters of the service": (lambda s: s.submit(MEASURED, input_params=[1]), InvalidOption, "dictionary"),
    "contradicting shots": (
        lambda s: s.submit(MEASURED, repetitions=5, input_params={"shots": 6}), InvalidOption, "contradict",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", WRONG)
def test_refused_before_any_request(what: str, sampler: Sampler) -> None:
    """Bug: a paid job, or an upload, for what could never have run; errors that Cirq's users do not catch."""
    run, kind, words = WRONG[what]
    requests = sampler.account.requests
    with pytest.raises(kind, match=words) as caught:
        run(sampler)
    assert isinstance(caught.value, ValueError)
    assert sampler.account.requests == requests


def test_the_operation_that_is_refused_is_named(sampler: Sampler) -> None:
    circuit = cirq.Circuit(cirq.X(A), cirq.depolarize(0.1)(A), cirq.measure(A))
    with pytest.raises(UnsupportedCircuit) as caught:
        sampler.run(circuit)
    assert caught.value.index == 1


@pytest.mark.parametrize("form", [np.int64(3), np.int32(3), 3])
def test_whole_numbers_of_every_kind(form: Any, sampler: Sampler) -> None:
    assert sampler.run(MEASURED, repetitions=form).repetitions == 3


def test_targets_that_are_not_there(service: Service) -> None:
    with pytest.raises(UnknownTarget, match=r"ionq\.simulator") as caught:
        service.sampler("ionq.simulater")
    assert "ionq.simulator" in caught.value.suggestions
    assert isinstance(caught.value, LookupError)


def test_targets_for_pulses_take_no_circuits(service: Service) -> None:
    """Bug: an analog machine offered as a sampler because its description lists a format."""
    analog = [target.id for target in service.account.targets() if not target.formats]
    assert analog
    assert not {target.id for target in service.targets()} & set(analog)
    with pytest.raises(UnknownTarget, match="takes no circuits"):
        service.sampler(analog[0])


def test_targets_are_chosen_by_what_they_are(service: Service) -> None:
    everything = service.targets()
    assert [target.id for target in service.targets("IonQ.Simulator")] == ["ionq.simulator"]
    assert {target.provider for target in service.targets(provider="ionq")} == {"ionq"}
    assert all(target.simulator for target in service.targets(simulator=True))
    assert {target.available for target in service.targets(available=False)} <= {False}
    assert 0 < len(service.targets(min_num_qubits=50)) < len(everything)
    with pytest.raises(InvalidOption, match="Did you mean simulator"):
        service.targets(simulater=True)


def test_options_of_the_sampler_and_of_one_submission(service: Service) -> None:
    """Bug: options that are dropped on the way, or cannot be changed for one run."""
    target = service.sampler("rigetti.sim.qvm").device
    assert "skipQuilc" in target.options
    sampler = service.sampler(
        "rigetti.sim.qvm", name="mine", tags=["a"], skipQuilc=True, input_params={"x": 1}, metadata={"who": "me"}
    )
    one = sampler.submit(MEASURED).cloud_job.record
    other = sampler.submit(MEASURED, name="other", skipQuilc=None, tags=["b"]).cloud_job.record
    assert (one.name, one.raw["tags"], one.metadata["who"]) == ("mine", ["a"], "me")
    assert (one.raw["inputParams"]["skipQuilc"], one.raw["inputParams"]["x"]) == (True, 1)
    assert (other.name, other.raw["tags"], other.raw["inputParams"]["skipQuilc"]) == ("other", ["b"], True)
    with pytest.raises(InvalidOption, match="Did you mean `skipQuilc`"):
        service.sampler("rigetti.sim.qvm", skipquilc=True)
    with pytest.raises(InvalidOption, match=r"Did you mean rigetti\.quil\.v1"):
        service.sampler("rigetti.sim.qvm", format="quil")
