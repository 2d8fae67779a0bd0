"""P16: options do what they say, or are refused before any request."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from qiskit import QuantumCircuit
from qiskit.circuit import Gate, Parameter
from qiskit.exceptions import QiskitError

from qrelay.errors import InvalidOption, QrelayError, TooManyQubits, UnboundParameters, UnsupportedCircuit

if TYPE_CHECKING:
    from corners import QiskitWay

    from qrelay.cloud import Submission
    from qrelay.qiskit import Provider


def _twice_h() -> QuantumCircuit:
    circuit = QuantumCircuit(1, 1)
    circuit.h(0)
    circuit.h(0)
    circuit.measure(0, 0)
    return circuit


def _gates(submission: Submission) -> int:
    """Gates in a payload, counted without our code."""
    text = submission.payloads[0].data.decode()
    if submission.payloads[0].format == "ionq.circuit.v1":
        return len(json.loads(text)["circuit"])
    if submission.payloads[0].format == "qir.v1":
        return text.count("call void @__quantum__qis__h__body")
    return sum(line.startswith("h ") for line in text.splitlines())


def test_p16_optimization_level_3_on_h_h_submits_no_gate(qiskit_way: QiskitWay, submissions: list[Submission]) -> None:
    """Bug: optimization_level accepted and ignored (qiskit-braket-provider#296)."""
    assert qiskit_way.run(_twice_h(), shots=20, optimization_level=3).result().get_counts() == {"0": 20}
    assert qiskit_way.run(_twice_h(), shots=20).result().get_counts() == {"0": 20}
    assert [_gates(one) for one in submissions] == [0, 2]  # without a level, what the target knows is sent as it is


def test_p16_shots_reach_the_wire(qiskit_way: QiskitWay) -> None:
    """Bug: shots lost on the way, so that the service's default is run and billed (azure-quantum-python#405)."""
    circuit = QuantumCircuit(1, 1)
    circuit.x(0)
    circuit.measure(0, 0)
    job = qiskit_way.run(circuit, shots=37)
    record = qiskit_way.account.job(job.job_id()).record
    assert record.raw["inputParams"]["shots"] == 37  # a literal: what our own table says is what is being tested
    assert "count" not in record.raw["inputParams"]
    assert job.result().get_counts() == {"1": 37}


def test_p16_options_of_the_backend_are_defaults(qiskit_way: QiskitWay) -> None:
    """Bug: backend.options shown but not used."""
    circuit = QuantumCircuit(1, 1)
    circuit.x(0)
    circuit.measure(0, 0)
    qiskit_way.backend.set_options(shots=12, memory=True)
    assert qiskit_way.run(circuit).result().get_memory() == ["1"] * 12
    assert qiskit_way.run(circuit, shots=None, memory=None).result().get_counts() == {"1": 12}
    assert qiskit_way.run(circuit, shots=5).result().get_counts() == {"1": 5}
    with pytest.raises(AttributeError):
        qiskit_way.backend.set_options(shotz=1)


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"shotz": 5}, "shotz"),
        ({"shots": 0}, "shots"),
        ({"shots": -1}, "shots"),
        ({"shots": 10**9}, "shots"),
        ({"shots": 10_001}, "shots"),
        ({"shots": 2.5}, "shots"),
        ({"format": "qir.v9"}, "format"),
        ({"optimization_level": 7}, "optimization_level"),
        ({"memory": "yes"}, "memory"),
        ({"input_params": {"x": object()}}, "input_params"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_p16_what_cannot_be_meant_is_refused_before_any_request(
    qiskit_way: QiskitWay, options: dict[str, Any], named: str
) -> None:
    """Bug: an option misspelt, or out of range, and silently ignored or refused only by the service."""
    before = qiskit_way.account.requests
    with pytest.raises(InvalidOption) as caught:
        qiskit_way.run(_twice_h(), **options)
    assert caught.value.option == named
    assert isinstance(caught.value, QiskitError)
    assert qiskit_way.account.requests == before


def test_p16_the_most_shots_that_the_service_takes_are_taken(qiskit_way: QiskitWay) -> None:
    """Bug: a limit that is not the service's: shots refused that it would run, or uploaded that it then refuses."""
    assert qiskit_way.counts(_twice_h(), 10_000) == {"0": 10_000}


def _unbound() -> QuantumCircuit:
    circuit = QuantumCircuit(1, 1)
    circuit.rx(Parameter("theta"), 0)
    circuit.measure(0, 0)
    return circuit


def _wide() -> QuantumCircuit:
    circuit = QuantumCircuit(200, 1)
    circuit.measure(0, 0)
    return circuit


def _opaque() -> QuantumCircuit:
    circuit = QuantumCircuit(1, 1)
    circuit.h(0)
    circuit.append(Gate("mystery", 1, []), [0])
    circuit.measure(0, 0)
    return circuit


@pytest.mark.parametrize(
    ("make", "kind", "says"),
    [
        (_unbound, UnboundParameters, "theta"),
        (_wide, TooManyQubits, "200"),
        (_opaque, UnsupportedCircuit, "mystery"),
        (lambda: "OPENQASM 2.0;", UnsupportedCircuit, "str"),
        (list, UnsupportedCircuit, "empty"),
        (lambda: [_twice_h(), 5], UnsupportedCircuit, "number 1"),
    ],
    ids=["unbound", "too wide", "opaque gate", "text", "empty list", "not all circuits"],
)
def test_p16_bad_circuits_are_refused_before_any_request(
    qiskit_way: QiskitWay, make: Any, kind: type[QrelayError], says: str
) -> None:
    """Bug: an upload, or a failed job, for what could be known at once."""
    before = qiskit_way.account.requests
    with pytest.raises(kind, match=says) as caught:
        qiskit_way.run(make())
    assert isinstance(caught.value, QiskitError)
    assert qiskit_way.account.requests == before
    if make is _opaque:
        assert (caught.value.operation, caught.value.index) == ("mystery", 1)


def test_p16_unknown_targets_know_the_near_names(provider: Provider) -> None:
    """Bug: `KeyError`, or a job on nothing."""
    from qiskit.providers import QiskitBackendNotFoundError

    with pytest.raises(QiskitBackendNotFoundError, match=r"ionq\.simulator") as caught:
        provider.get_backend("ionq.simulater")
    assert "ionq.simulator" in caught.value.suggestions
    with pytest.raises(QiskitBackendNotFoundError, match="no circuits"):
        provider.get_backend("pasqal.sim.emu-tn")
