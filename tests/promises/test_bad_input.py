"""What cannot work is refused by a class that says what, alike on every corner, and before any request if possible."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cirq
import pytest
import sympy
from corners import CirqWay, Drawing, QiskitWay, Way, number, ways
from embedded import Embedded
from qiskit import QuantumCircuit
from qiskit.circuit import Gate, Parameter
from qiskit.providers import QiskitBackendNotFoundError

from qrelay.errors import (
    AuthenticationError,
    InvalidOption,
    QrelayError,
    TooManyQubits,
    UnboundParameters,
    UnknownTarget,
    UnsupportedCircuit,
)
from qrelay.local import Fault

_WIDE = Drawing(200, [("x", 0)], {"m": range(200)})
_NOTHING_MEASURED = Drawing(1, [("x", 0)], {})


def _unbound(way: Way) -> Any:
    if isinstance(way, CirqWay):
        qubit = cirq.LineQubit(0)
        return cirq.Circuit(cirq.rx(sympy.Symbol("theta")).on(qubit), cirq.measure(qubit, key="m"))
    circuit = QuantumCircuit(1, 1)
    circuit.rx(Parameter("theta"), 0)
    circuit.measure(0, 0)
    return circuit


class Mystery(cirq.Gate):
    def _num_qubits_(self) -> int:
        return 1

    def __repr__(self) -> str:
        return "mystery"


def _opaque(way: Way) -> Any:
    """A gate of which nobody says what it does, behind another one."""
    if isinstance(way, CirqWay):
        qubit = cirq.LineQubit(0)
        return cirq.Circuit(cirq.H(qubit), Mystery().on(qubit), cirq.measure(qubit, key="m"))
    circuit = QuantumCircuit(1, 1)
    circuit.h(0)
    circuit.append(Gate("mystery", 1, []), [0])
    circuit.measure(0, 0)
    return circuit


_BAD_CIRCUITS: dict[str, tuple[Callable[[Way], Any], type[QrelayError], str]] = {
    "unbound": (_unbound, UnboundParameters, "theta"),
    "too wide": (lambda way: way.build(_WIDE), TooManyQubits, "200"),
    "opaque gate": (_opaque, UnsupportedCircuit, "[Mm]ystery"),
    "nothing measured": (lambda way: way.build(_NOTHING_MEASURED), UnsupportedCircuit, "measures nothing"),
    "text": (lambda way: "OPENQASM 2.0;", UnsupportedCircuit, "str"),
    "not all circuits": (lambda way: [way.build(number(1)), 5], UnsupportedCircuit, "number 1"),
    "one of a list": (lambda way: [way.build(number(1)), _unbound(way)], UnboundParameters, "theta"),
}


@pytest.mark.parametrize("what", _BAD_CIRCUITS)
def test_bad_circuits_are_refused_before_any_request(way: Way, what: str) -> None:
    """Bug: an upload, or a failed job, for what could be known at once."""
    make, kind, says = _BAD_CIRCUITS[what]
    circuit = make(way)
    before = way.account.requests
    with pytest.raises(kind, match=says) as caught:
        way.submit(circuit, 10)
    assert isinstance(caught.value, way.error)
    assert isinstance(caught.value, ValueError)
    assert way.account.requests == before
    if make is _opaque:
        assert isinstance(caught.value, UnsupportedCircuit)
        assert caught.value.index == 1
        assert "mystery" in str(caught.value.operation).lower()


def test_an_empty_list_is_refused_before_any_request(way: Way) -> None:
    """Bug: a job of nothing, or an IndexError."""
    before = way.account.requests
    with pytest.raises((UnsupportedCircuit, InvalidOption), match="nothing to") as caught:
        way.submit([], 10)
    assert isinstance(caught.value, way.error)
    assert way.account.requests == before


def test_a_key_twice_at_the_end_has_an_instance_each(cirq_way: CirqWay) -> None:
    """Bug: the second measurement of a key overwrites the first one's bits, or both are refused for no need."""
    line = cirq.LineQubit.range(4)
    circuit = cirq.Circuit(cirq.X(line[3]), cirq.measure(*line[:2], key="m"), cirq.measure(*line[2:], key="m"))
    result = cirq_way.sampler.submit(circuit, repetitions=10).result()
    assert result.records["m"].shape == (10, 2, 2)
    assert {str(shot.tolist()) for shot in result.records["m"]} == {"[[0, 0], [0, 1]]"}


def test_a_key_twice_on_one_qubit_is_refused_where_it_cannot_be_said(cirq_way: CirqWay) -> None:
    """Bug: one of the two measurements is dropped without a word."""
    qubit = cirq.LineQubit(0)
    circuit = cirq.Circuit(cirq.X(qubit), cirq.measure(qubit, key="m"), cirq.X(qubit), cirq.measure(qubit, key="m"))
    before = cirq_way.account.requests
    if not cirq_way.can("midway"):
        with pytest.raises(UnsupportedCircuit, match=cirq_way.format.replace(".", r"\.")):
            cirq_way.submit(circuit, 10)
        assert cirq_way.account.requests == before
        return
    result = cirq_way.submit(circuit, 10).result()
    assert {str(shot.tolist()) for shot in result.records["m"]} == {"[[1], [0]]"}


_ACCOUNTS = [*ways(targets=["ionq.simulator"], formats=["ionq.circuit.v1"]), *ways(targets=["kipu.sim.qsim"])]


def _runner(way: Way, target: str) -> Any:
    return way.cirq_service.sampler(target) if isinstance(way, CirqWay) else way.provider.get_backend(target)  # type: ignore[attr-defined]


@pytest.mark.parametrize("way", _ACCOUNTS, indirect=True)
def test_a_refused_token_says_so(way: Way, clock: Any) -> None:
    """Bug: a token that the service does not take reads like an outage, is tried again for minutes, or is shown."""
    with Embedded(way.service, keys={"right"}, token="a-secret-that-is-wrong", clock=clock) as one:
        with pytest.raises(AuthenticationError) as caught:
            way.on(one.account)
        assert one.account.requests <= 2  # a second look at the credentials, no more
    assert isinstance(caught.value, way.error)
    assert caught.value.status == 401
    assert "a-secret" not in f"{caught.value!r} {caught.value}"


@pytest.mark.parametrize("way", _ACCOUNTS, indirect=True)
def test_a_token_that_is_refused_later_says_so(way: Way, embedded: Callable[..., tuple[Embedded, Way]]) -> None:
    """Bug: a token that was withdrawn: the submission is repeated, or called unclear, though nothing was made."""
    one, here = embedded(way)
    one.cloud.app.add(Fault("*", "*", status=401, times=None))
    with pytest.raises(AuthenticationError) as caught:
        here.submit(number(1), 10)
    assert isinstance(caught.value, way.error)
    one.cloud.app.clear()
    assert one.jobs() == []


@pytest.mark.parametrize("way", _ACCOUNTS, indirect=True)
def test_an_unknown_target_knows_the_near_names(way: Way) -> None:
    """Bug: `KeyError`, or a job on nothing."""
    misspelt = way.target.replace("sim", "sym")
    with pytest.raises(UnknownTarget, match=way.target.replace(".", r"\.")) as caught:
        _runner(way, misspelt)
    assert isinstance(caught.value, way.error)
    assert isinstance(caught.value, LookupError)
    assert way.target in caught.value.suggestions
    if isinstance(way, QiskitWay):
        assert isinstance(caught.value, QiskitBackendNotFoundError)


@pytest.mark.parametrize("way", _ACCOUNTS, indirect=True)
def test_machines_that_run_no_circuits_are_refused(way: Way) -> None:
    """Bug: an analog machine offered as a backend because its description lists a format."""
    analog = {"azure": "pasqal.sim.emu-tn", "kipu": "aws.quera.aquila"}[way.service]
    with pytest.raises(UnknownTarget, match="no circuits") as caught:
        _runner(way, analog)
    assert isinstance(caught.value, way.error)


@pytest.mark.parametrize("way", _ACCOUNTS, indirect=True)
def test_a_session_where_there_is_none(way: Way) -> None:
    """Bug: a request, or a job outside, for a session that the backend cannot have."""
    if way.service == "azure":
        with pytest.raises(InvalidOption, match="policy"), way.open_session(policy="Perhaps"):
            pass
        return
    before = way.account.requests
    with pytest.raises(InvalidOption, match="no sessions") as caught:
        way.open_session(name="none")
    assert isinstance(caught.value, way.error)
    assert way.account.requests == before
