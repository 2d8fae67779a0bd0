"""P16: options do what they say, or are refused before any request."""

from __future__ import annotations

import base64
import io
import json
import zlib
from typing import TYPE_CHECKING, Any

import pytest
from corners import Drawing, number, numbers_read
from qiskit import QuantumCircuit, qpy

from qrelay.errors import InvalidOption

if TYPE_CHECKING:
    from corners import CirqWay, QiskitWay, Way

    from qrelay.cloud import Submission

_TWICE_H = Drawing(1, [("h", 0), ("h", 0)], {"m": [0]})

_MOST_SHOTS = {  # by the services' own descriptions; else 10,000
    "kipu.sim.qsim": 100_000,
    "aws.sim.sv1": 100_000,
    "iqm.qpu.garnet": 200_000,
    "aqt.sim.ideal": 2_000,
    "ibm.qpu.marrakesh": 100_000,
}

_OWN_OPTIONS: dict[str, tuple[str, Any]] = {
    "ionq.simulator": ("noise", {"model": "ideal"}),
    "rigetti.sim.qvm": ("skipQuilc", True),
    "kipu.sim.qsim": ("cpu_threads", 2),
    "qudora.sim.xg1": ("backend_settings", {"note": 1}),
    "aws.sim.sv1": ("disable_qubit_rewiring", False),
    "ibm.qpu.marrakesh": ("log_level", "debug"),
}


def _gates(submission: Submission) -> int:
    """Gates in a payload, counted without our code; turns about Z, which cost nothing on these machines, are none."""
    text = submission.payloads[0].data.decode()
    match submission.payloads[0].format:
        case "ionq.circuit.v1" | "IONQ_CIRCUIT_V1":
            return len(json.loads(text)["circuit"])
        case "qir.v1":
            return text.count("call void @__quantum__qis__h__body")
        case "IQM_JOB_INPUT_V1":
            return text.count('"prx"')
        case "AQT_JOB_INPUT_V1":
            return text.count('"R"')
        case "QISKIT_QPY":
            packed = base64.b64decode(json.loads(text)["pubs"][0][0]["__value__"])
            (circuit,) = qpy.load(io.BytesIO(zlib.decompress(packed)))
            return sum(one.name not in ("rz", "measure") for one in circuit.data)
    return sum(line.startswith(("h ", "H ")) for line in text.splitlines())


def _has_h(way: Way) -> bool:
    """Whether the target has the gate of `_TWICE_H`; the machines that have not are sent at least one for each."""
    return "h" in way.account.target(way.target).gates


def _on_the_wire(way: Way, job: Any) -> tuple[Any, dict[str, Any]]:
    """Shots, and the other parameters, of a job as the service describes it."""
    raw = way.account.job(way.id_of(job)).record.raw
    if way.service == "kipu":
        return raw["shots"], raw.get("input_params") or {}
    params = dict(raw["inputParams"])
    return params.pop("shots"), params  # a literal: what our own table says is what is being tested


def test_p16_optimization_level_3_on_h_h_submits_no_gate(qiskit_way: QiskitWay, submissions: list[Submission]) -> None:
    """Bug: optimization_level accepted and ignored (qiskit-braket-provider#296)."""
    circuit = qiskit_way.build(_TWICE_H)
    assert qiskit_way.run(circuit, shots=20, optimization_level=3).result().get_counts() == {"0": 20}
    assert qiskit_way.run(circuit, shots=20).result().get_counts() == {"0": 20}
    assert qiskit_way.run(circuit, shots=20, optimization_level=0).result().get_counts() == {"0": 20}
    # without a level, what the target knows is sent as it is, and what it does not know is transpiled as Qiskit does
    optimised, unasked, as_it_is = map(_gates, submissions)
    assert (optimised, unasked) == (0, 2 if _has_h(qiskit_way) else 0)
    assert as_it_is == 2 if _has_h(qiskit_way) else as_it_is >= 2


def test_p16_cirq_s_circuits_are_sent_as_they_are(cirq_way: CirqWay, submissions: list[Submission]) -> None:
    """Bug: gates taken out, or added, that nobody asked to be."""
    assert numbers_read(cirq_way.read(cirq_way.submit(_TWICE_H, 20))) == [{0: 20}]
    (sent,) = map(_gates, submissions)
    assert sent == 2 if _has_h(cirq_way) else sent >= 2


def test_p16_shots_reach_the_wire(way: Way) -> None:
    """Bug: shots lost on the way, so that the service's default is run and billed (azure-quantum-python#405)."""
    job = way.submit(number(5), 37)
    shots, others = _on_the_wire(way, job)
    assert shots == 37
    assert not {"shots", "count", "repetitions"} & set(others)
    assert numbers_read(way.read(job)) == [{5: 37}]


def test_p16_the_target_s_own_options_reach_the_wire(way: Way) -> None:
    """Bug: an option that is known, taken, and dropped."""
    own = _OWN_OPTIONS.get(way.target)
    if own is None:
        assert not way.account.target(way.target).options  # it has none to lose
        return
    name, value = own
    job = way.submit(number(5), 20, **{name: value})
    assert _on_the_wire(way, job)[1][name] == value
    assert numbers_read(way.read(job)) == [{5: 20}]
    assert name not in _on_the_wire(way, way.submit(number(5), 20, **{name: None}))[1]


def test_p16_name_and_tags_reach_the_wire(way: Way) -> None:
    """Bug: a job that its owner cannot find again, because its name and tags were never sent."""
    record = way.account.job(way.id_of(way.submit(number(5), 20, name="mine", tags=["p16", "two words"]))).record
    assert record.name == "mine"
    assert {"p16", "two words"} <= set(record.raw["tags"])


def test_p16_none_means_not_given(way: Way) -> None:
    """Bug: None taken for a value, and sent or refused."""
    nothing = dict.fromkeys(("name", "tags", "metadata", "input_params", "session"))
    job = way.submit(number(9), 20, **nothing, shotz=None)
    shots, others = _on_the_wire(way, job)
    assert shots == 20
    assert None not in others.values()
    assert numbers_read(way.read(job)) == [{9: 20}]


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


def test_p16_options_of_the_sampler_are_defaults(cirq_way: CirqWay) -> None:
    """Bug: options of the sampler shown but not used, or not to be changed for one run."""
    sampler = cirq_way.cirq_service.sampler(cirq_way.target, format=cirq_way.format, name="mine")
    circuit = cirq_way.build(number(3))
    jobs = [sampler.submit(circuit), sampler.submit(circuit, name="other"), sampler.submit(circuit, name=None)]
    assert [cirq_way.account.job(job.id).name for job in jobs] == ["mine", "other", "mine"]
    assert {job.cloud_job.record.input_format for job in jobs} == {cirq_way.format}
    with pytest.raises(InvalidOption, match="shotz"):
        cirq_way.cirq_service.sampler(cirq_way.target, shotz=1)


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"shotz": 5}, "shotz"),
        ({"shots": 0}, "shots"),
        ({"shots": -1}, "shots"),
        ({"shots": 10**9}, "shots"),
        ({"shots": 2.5}, "shots"),
        ({"shots": True}, "shots"),
        ({"format": "qir.v9"}, "format"),
        ({"format": 5}, "format"),
        ({"input_params": {"x": object()}}, "input_params"),
        ({"input_params": [1]}, "input_params"),
        ({"input_params": {"shots": 6}}, "shots"),
        ({"tags": "mine"}, "tags"),
        ({"name": 5}, "name"),
        ({"metadata": 5}, "metadata"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_p16_what_cannot_be_meant_is_refused_before_any_request(way: Way, options: dict[str, Any], named: str) -> None:
    """Bug: an option misspelt, or out of range, and silently ignored or refused only by the service."""
    before = way.account.requests
    with pytest.raises(InvalidOption) as caught:
        way.submit(number(5), **{"shots": 20, **options})
    assert caught.value.option in (named, {"shots": "repetitions"}.get(named))  # as Cirq's users know them
    assert isinstance(caught.value, way.error)
    assert way.account.requests == before


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"optimization_level": 7}, "optimization_level"),
        ({"optimization_level": "3"}, "optimization_level"),
        ({"memory": "yes"}, "memory"),
        ({"seed_simulator": 5}, "seed_simulator"),
        ({"seed_transpiler": -1}, "seed_transpiler"),
        ({"name": "one", "job_name": "other"}, "job_name"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_p16_qiskit_s_own_options_are_refused_alike(qiskit_way: QiskitWay, options: Any, named: str) -> None:
    """Bug: the above, for options that only Qiskit's users give. No target of today takes a seed."""
    before = qiskit_way.account.requests
    with pytest.raises(InvalidOption) as caught:
        qiskit_way.submit(number(5), 20, **options)
    assert caught.value.option == named
    assert isinstance(caught.value, qiskit_way.error)
    assert qiskit_way.account.requests == before


@pytest.mark.parametrize("options", [{"partial": "yes"}, {"optimization_level": 3}, {"memory": True}], ids=str)
def test_p16_cirq_s_own_options_are_refused_alike(cirq_way: CirqWay, options: dict[str, Any]) -> None:
    """Bug: the above, for options that only Cirq's users give, and for Qiskit's among them."""
    before = cirq_way.account.requests
    with pytest.raises(InvalidOption) as caught:
        cirq_way.submit(number(5), 20, **options)
    assert caught.value.option in options
    assert cirq_way.account.requests == before


def test_p16_metadata_is_refused_where_jobs_keep_none(way: Way) -> None:
    """Bug: metadata dropped without a word, and missed when the job is read elsewhere."""
    if way.service == "azure":
        job = way.submit(number(5), 20, metadata={"run": "7"})
        assert way.account.job(way.id_of(job)).record.raw["metadata"].get("run") == "7"
        return
    before = way.account.requests
    with pytest.raises(InvalidOption, match="keep no metadata"):
        way.submit(number(5), 20, metadata={"run": "7"})
    assert way.account.requests == before


def test_p16_the_most_shots_that_the_service_takes_are_taken(way: Way) -> None:
    """Bug: a limit that is not the service's: shots refused that it would run, or uploaded that it then refuses."""
    most = _MOST_SHOTS.get(way.target, 10_000)
    assert numbers_read(way.read(way.submit(number(0), most))) == [{0: most}]
    before = way.account.requests
    with pytest.raises(InvalidOption, match=f"{most:,}"):
        way.submit(number(0), most + 1)
    assert way.account.requests == before
