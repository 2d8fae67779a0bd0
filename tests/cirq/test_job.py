"""Jobs of samplers: read in another process, partly failed, cancelled, too slow, in other people's order."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cirq
import numpy as np
import pytest
import sympy

import qrelay
from qrelay.azure import Workspace
from qrelay.cirq import Job, Sampler, Service
from qrelay.cirq.keeping import job_metadata, kept_keys, kept_params
from qrelay.cirq.result import cirq_result
from qrelay.cloud import JobState, Submission
from qrelay.errors import IncompleteResult, JobCancelled, JobFailed, NotFound, PartialResult, QrelayError, WaitTimeout
from qrelay.local import Fault, LocalCloud, served
from qrelay.results import decode

A, B = cirq.LineQubit.range(2)

PROCESS = """
import json, os, sys
import cirq, sympy
from qrelay.azure import Workspace
from qrelay.cirq import Service
service = Service(Workspace.from_connection_string(os.environ["AZURE_QUANTUM_CONNECTION_STRING"]))
"""

SUBMIT = (
    PROCESS
    + """
target, format_ = sys.argv[1:]
a, b, c = cirq.LineQubit.range(3)
circuit = cirq.Circuit(
    cirq.X(b) ** sympy.Symbol("x"), cirq.measure(c, b, key="β", invert_mask=(True,)), cirq.measure(a, key="pi"),
    cirq.measure(b, key="again"), cirq.measure(c, key="again"),
)
sampler = service.sampler(target, format=format_)
one = sampler.submit(circuit, repetitions=30, params={"x": 1})
sweep = sampler.submit(circuit, repetitions=20, params=cirq.Points("x", [1, 0, 1]))
print(json.dumps([one.id, sweep.id]), flush=True)
os._exit(9)  # no goodbye of any kind
"""
)

READ = (
    PROCESS
    + """
def told(result):
    return {"params": {str(key): value for key, value in result.params.param_dict.items()},
            "records": {key: [list(record.shape), record[0].tolist(), bool((record == record[0]).all())]
                        for key, record in result.records.items()}}
one, sweep = (service.job(job_id) for job_id in sys.argv[1:])
print(json.dumps({"one": told(one.result()), "sweep": [told(result) for result in sweep.results()],
                  "target": sweep.target, "status": sweep.status().name, "count": sweep.count}))
"""
)


@pytest.fixture(scope="module")
def process() -> Iterator[Callable[..., Any]]:
    with LocalCloud() as embedded, served(embedded) as address:
        source = str(Path(qrelay.__file__).parents[1])
        connection = (
            "SubscriptionId=00000000-0000-0000-0000-000000000001;ResourceGroupName=rg;WorkspaceName=ws;ApiKey=any;"
            f"QuantumEndpoint={address};"
        )
        environment = {**os.environ, "PYTHONPATH": source, "AZURE_QUANTUM_CONNECTION_STRING": connection}

        def run(script: str, *arguments: str, ends: int = 0) -> Any:
            done = subprocess.run(
                [sys.executable, "-W", "ignore", "-c", script, *arguments],
                env=environment, capture_output=True, text=True, timeout=120, check=False,
            )  # fmt: skip
            assert done.returncode == ends, done.stderr
            return json.loads(done.stdout)

        yield run


@pytest.mark.parametrize(
    ("target", "format_"),
    [
        ("ionq.simulator", "ionq.circuit.v1"),
        ("rigetti.sim.qvm", "qir.v1"),
        ("quantinuum.sim.h2-1e", "honeywell.openqasm.v1"),
    ],
)
def test_p19_submitted_killed_and_read_elsewhere(target: str, format_: str, process: Callable[..., Any]) -> None:
    """Bug: keys, instances, inverted bits or a point's values known only to the process that ran the circuit."""
    told = process(READ, *process(SUBMIT, target, format_, ends=9))

    def at(x: int, repetitions: int) -> dict[str, Any]:
        records = {"β": [[1, x]], "pi": [[0]], "again": [[x], [0]]}
        shapes = {"β": [repetitions, 1, 2], "pi": [repetitions, 1, 1], "again": [repetitions, 2, 1]}
        return {"params": {"x": x}, "records": {key: [shapes[key], records[key], True] for key in records}}

    assert told["one"] == at(1, 30)
    assert told["sweep"] == [at(1, 20), at(0, 20), at(1, 20)]
    assert list(told["one"]["records"]) == ["pi", "β", "again"]
    assert (told["target"], told["status"], told["count"]) == (target, "SUCCEEDED", 3)


def test_a_job_tells_what_it_is(sampler: Sampler, service: Service, flip: cirq.Circuit) -> None:
    job = sampler.submit(flip, repetitions=4)
    assert (job.target, job.count) == ("ionq.simulator", 1)
    assert job.result() == job.results()[0] == service.job(job.id).result()
    assert job.status() is JobState.SUCCEEDED
    outcome = job.outcomes()[0]
    assert outcome.probabilities == {"00": 0.0, "01": 0.0, "10": 1.0, "11": 0.0} or outcome.probabilities == {"10": 1.0}
    assert job.cloud_job.record.name == "qrelay-job"
    assert job.id in repr(job)
    batch = sampler.submit_batch([flip, flip], [None, [None, None]], 2)
    assert batch.count == 3
    assert [result.repetitions for result in batch.results()] == [2, 2, 2]
    with pytest.raises(QrelayError, match="results"):
        batch.result()
    assert {listed.id for listed in service.jobs(limit=3)} == {record.id for record in batch.cloud_job.records}


@pytest.fixture
def broken() -> Iterator[Sampler]:
    """A sampler whose second submission is refused for good."""
    fault = Fault("PUT", "*/jobs/*", status=400, code="InvalidInput", after=1, times=1)
    with Workspace.local(faults=[fault]) as workspace:
        yield Service(workspace).sampler("ionq.simulator")


def test_p22_a_failed_member_raises_with_the_others(broken: Sampler) -> None:
    """Bug: one refused point takes the results of all others with it, or is left out so that they shift."""
    circuit = cirq.Circuit(cirq.X(A) ** sympy.Symbol("x"), cirq.measure(A, key="m"))
    job = broken.submit(circuit, repetitions=2, params=cirq.Points("x", [1, 0, 1, 0]))
    with pytest.raises(PartialResult) as caught:
        job.results()
    ((lost, failure),) = caught.value.failures.items()
    assert "InvalidInput" in str(failure)
    expected = {index: {str(1 - index % 2): 2} for index in range(4) if index != lost}
    assert {index: outcome.counts() for index, outcome in caught.value.outcomes.items()} == expected
    results = job.results(partial=True)
    assert [None if result is None else result.measurements["m"].tolist() for result in results] == [
        None if index == lost else [[1 - index % 2]] * 2 for index in range(4)
    ]
    assert [result.params["x"] for result in results if result is not None] == [
        value for index, value in enumerate([1, 0, 1, 0]) if index != lost
    ]


def test_p22_a_sweep_with_a_failed_member_raises_too(broken: Sampler) -> None:
    """Bug: `partial`, which is about repetitions, lets a sweep return nothing in a point's place."""
    circuit = cirq.Circuit(cirq.X(A) ** sympy.Symbol("x"), cirq.measure(A, key="m"))
    with pytest.raises(PartialResult) as caught:
        broken.run_sweep(circuit, cirq.Points("x", [1, 0, 1, 0]))
    assert len(caught.value.outcomes) == 3
    assert "batch-" in str(caught.value)


def test_p05_no_repetition_at_all_is_an_error_even_of_partial_samplers(
    service: Service, submissions: list[Submission]
) -> None:
    """Bug: Cirq's collector asks for what is missing, gets nothing again, and submits jobs without an end."""
    sampler = service.sampler("ionq.simulator", format="qir.v1", partial=True)
    plus = cirq.Circuit(cirq.H.on_each(*cirq.LineQubit.range(5)))
    observables = [cirq.Z(qubit) for qubit in cirq.LineQubit.range(5)]
    with pytest.raises(IncompleteResult, match="has 0 usable repetitions of 10"):
        sampler.run(plus + cirq.measure(*cirq.LineQubit.range(5)), repetitions=10)
    with pytest.raises(IncompleteResult):
        sampler.sample_expectation_values(plus, observables, num_samples=10)
    assert len(submissions) == 2
    some = sampler.run(plus + cirq.measure(*cirq.LineQubit.range(5), key="m"), repetitions=100)
    assert some.measurements["m"].shape == (96, 5)


def test_a_failed_run_raises_what_the_service_says() -> None:
    """Bug: a failed job read as an empty result."""
    with Workspace.local(engine=_breaks) as workspace:
        sampler = Service(workspace).sampler("ionq.simulator")
        with pytest.raises(JobFailed):
            sampler.run(cirq.Circuit(cirq.measure(A)))


def _breaks(*arguments: Any, **named: Any) -> Any:
    raise RuntimeError("the machine is on fire")


def test_a_timeout_says_which_job_goes_on(flip: cirq.Circuit) -> None:
    with Workspace.local(waiting=1000) as workspace:
        job = Service(workspace).sampler("ionq.simulator").submit(flip)
        with pytest.raises(WaitTimeout) as caught:
            job.results(timeout=0.05)
        assert caught.value.job_id == job.id
        assert isinstance(caught.value, TimeoutError)
        assert not job.status().ended
        job.cancel()
        with pytest.raises(JobCancelled):
            job.result()
        assert job.status() is JobState.CANCELLED


def test_a_job_nobody_knows(service: Service) -> None:
    with pytest.raises(NotFound):
        service.job("00000000-0000-0000-0000-00000000dead")


def test_a_job_of_qiskit_is_read_register_by_register(sampler: Sampler, service: Service) -> None:
    """Bug: bits outside every register, which Qiskit has and Cirq has not, are lost."""
    from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister
    from qiskit.circuit import Clbit

    from qrelay.qiskit import Provider

    circuit = QuantumCircuit(QuantumRegister(3), ClassicalRegister(2, "c"), [Clbit()])
    circuit.x([1, 2])
    circuit.measure(range(3), range(3))
    sent = Provider(service.account).get_backend("ionq.simulator").run(circuit, shots=3)
    result = service.job(sent.job_id()).result()
    assert {key: record.tolist() for key, record in result.records.items()} == {"c": [[[0, 1]]] * 3, "": [[[1]]] * 3}


@pytest.mark.parametrize(
    "values",
    [{"a": 1, "b": -0.1}, {"a": np.float64(0.1), "b": np.int64(3)}, {"a": sympy.Rational(1, 3), "β": sympy.pi / 7}],
)
def test_values_of_parameters_are_kept_to_the_last_bit(values: dict[str, Any]) -> None:
    kept = kept_params(job_metadata({"mine": "x"}, cirq.ParamResolver(values)))
    assert {name: kept.value_of(name) for name in values} == {name: float(value) for name, value in values.items()}


@pytest.mark.parametrize(
    "values",
    [{}, {"a": 1j}, {"a": np.complex128(1)}, {"a": sympy.Symbol("b"), "b": 1}, {"a": float("inf")}, {"a" * 3000: 1.0}],
)
def test_values_that_cannot_be_kept_stay_behind(values: dict[str, Any]) -> None:
    """Bug: half of the values kept, so that a result claims a point that was not run."""
    assert job_metadata({"mine": "x"}, cirq.ParamResolver(values)) == {"mine": "x"}


@pytest.mark.parametrize("text", ["nonsense", "[1]", '{"a": "1"}', '{"a": null}', "7"])
def test_metadata_of_others_is_no_error(text: str) -> None:
    assert kept_params({"qrelay.params": text}) == cirq.ParamResolver({})


def test_p19_keys_of_a_job_of_azure_quantum_stand_from_left_to_right() -> None:
    """Bug: under the names c0 and c1, with the bits of each key turned round, as Qiskit's programs record them."""
    metadata = {"cirq": "True", "measurement_dict": '{"z": [0, 3, 2], "a": [1]}'}
    answer = b'{"Results": [{"Shots": [{"Item1": [1, 0, 0], "Item2": [1]}, {"Item1": [0, 1, 0], "Item2": [0]}]}]}'
    outcome = decode(answer, "microsoft.quantum-results.v2")
    result = cirq_result(outcome, keys=kept_keys(metadata))
    assert {key: rows.tolist() for key, rows in result.measurements.items()} == {
        "z": [[1, 0, 0], [0, 1, 0]], "a": [[1], [0]],
    }  # fmt: skip
    for other in ({"z": 2, "a": 2}, {"z": 4}, {}):
        assert set(cirq_result(outcome, keys=other).measurements) == {"c0", "c1"}


@pytest.mark.parametrize("text", ["", "{", "7", "[1]", '{"z": 5}', "[" * 100_000])
def test_keys_of_others_that_cannot_be_read_are_none(text: str) -> None:
    assert kept_keys({"cirq": "True", "measurement_dict": text}) == {}
    assert kept_keys({"measurement_dict": '{"z": [0]}'}) == {}


def test_results_are_the_same_when_read_twice(sampler: Sampler) -> None:
    job: Job = sampler.submit(cirq.Circuit(cirq.H(A), cirq.CX(A, B), cirq.measure(A, B, key="m")), repetitions=50)
    assert job.results() == job.results()
    assert sampler.account.job(job.id).result().counts() == job.outcomes()[0].counts()
