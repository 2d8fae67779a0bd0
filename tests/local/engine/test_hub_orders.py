"""What the Hub refuses when a job is posted, before any program is read."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qrelay.local.kipu.backends import BACKENDS
from qrelay.local.kipu.execution import ExecutionRefused, Order, check, execute

QASM = 'OPENQASM 2.0;\ninclude "qelib1.inc";\nqreg q[1];\ncreg c[1];\nx q[0];\nmeasure q[0] -> c[0];\n'
BRAKET = "OPENQASM 3.0;\nqubit[1] q;\nx q[0];\n"
IONQ = {"gateset": "qis", "qubits": 1, "circuit": [{"gate": "x", "targets": [0]}]}
AHS = {"ahs_program": {"setup": {}, "hamiltonian": {}}}
IQM = {"circuits": [{"name": "a", "instructions": []}]}
AQT = {"job_type": "quantum_circuit", "payload": {"circuits": [{"repetitions": 1}]}}

GOOD: dict[str, tuple[str, Any, dict[str, Any], int]] = {
    "kipu.sim.qsim": ("OPEN_QASM_V2", {"qasm": QASM}, {"mode": "sample"}, 100),
    "qudora.sim.xg1": ("OPEN_QASM_V2", {"qasm": [QASM, QASM]}, {"backend_settings": {}}, 100),
    "aws.sim.sv1": ("BRAKET_OPEN_QASM_V3", {"qasm": BRAKET}, {"disable_qubit_rewiring": False}, 100),
    "aws.sim.dm1": ("BRAKET_OPEN_QASM_V3", BRAKET, {"qubit_count": 1}, 100),
    "aws.ionq.forte": ("BRAKET_OPEN_QASM_V3", {"qasm": [BRAKET, BRAKET]}, {}, 200),
    "aws.rigetti.cepheus": ("BRAKET_OPEN_QASM_V3", {"qasm": [BRAKET]}, {}, 10),
    "aws.quera.aquila": ("BRAKET_AHS_PROGRAM", AHS, {}, 100),
    "azure.ionq.simulator": ("IONQ_CIRCUIT_V1", IONQ, {"meas_map": "[0]", "memory": True, "qubits": "1"}, 100),
    "iqm.qpu.garnet": ("IQM_JOB_INPUT_V1", IQM, {}, 100),
    "iqm.qpu.emerald": ("IQM_JOB_INPUT_V1", IQM, {}, 100),
    "aqt.qpu.ibex": ("AQT_JOB_INPUT_V1", AQT, {}, 100),
    "aqt.sim.ideal": ("AQT_JOB_INPUT_V1", AQT, {}, 100),
    "quandela.sim.altair": ("PERCEVAL", {"circuit": ":PCVL:zip:"}, {"pcvl_version": "1"}, 100),
    "quandela.sim.belenos": ("PERCEVAL", {"circuit": ":PCVL:zip:"}, {"max_duration": 5}, 100),
    "quandela.qpu.belenos": ("PERCEVAL", {"circuit": ":PCVL:zip:"}, {}, 100),
    **{
        f"ibm.qpu.{name}": ("QISKIT_QPY", {"pubs": [[{}]]}, {"program_id": "sampler", "log_level": "info"}, 100)
        for name in ("aachen", "fez", "kingston", "marrakesh")
    },
}
NOT_SIMULATED = [name for name in GOOD if name.startswith(("aws.quera", "quandela"))]


def order(name: str, **other: Any) -> Order:
    input_format, value, params, shots = GOOD[name]
    fields = {"input_format": input_format, "input": value, "input_params": params, "shots": shots}
    return Order(name, **(fields | other))


def words(asked: Order) -> str:
    with pytest.raises(ExecutionRefused) as refused:
        check(asked)
    with pytest.raises(ExecutionRefused):
        execute(asked)
    return refused.value.message


def test_every_backend_has_a_good_order() -> None:
    """A backend that is described, and whose jobs nobody looked at."""
    assert set(GOOD) == set(BACKENDS)
    for name in GOOD:
        check(order(name))


@pytest.mark.parametrize("name", NOT_SIMULATED)
def test_what_is_not_simulated_says_so(name: str) -> None:
    """A job that ends in an error of ours, or in an invented result."""
    with pytest.raises(ExecutionRefused, match="does not simulate"):
        execute(order(name))


@pytest.mark.parametrize("name", GOOD)
def test_formats_and_shots_of_every_backend(name: str) -> None:
    """A format of another backend taken, or shots outside the range that the description states."""
    other = "OPEN_QASM_V1"
    assert "is not one of" in words(order(name, input_format=other))
    low, high = BACKENDS[name].shots
    value = GOOD[name][1]
    count = len(value["qasm"]) if isinstance(value, dict) and isinstance(value.get("qasm"), list) else 1
    total = count if BACKENDS[name].provider == "AWS" else 1  # Braket counts the shots of all circuits together
    for shots in (low * total, high * total):
        check(order(name, shots=shots))
    for shots in (0, -1, (low - 1) * total, (high + 1) * total, True, 1.5, "100", None):
        assert "shots" in words(order(name, shots=shots))


def test_an_unknown_backend() -> None:
    """A job that nobody runs."""
    assert "no backend 'aws.sim.tn1'" in words(Order("aws.sim.tn1", "BRAKET_OPEN_QASM_V3", BRAKET))


@pytest.mark.parametrize("name", ["aws.quera.aquila"])
def test_analog_machines_take_no_circuits(name: str) -> None:
    """Aquila's description lists a format of circuits; a circuit sent there must not run."""
    assert "BRAKET_OPEN_QASM_V3" in BACKENDS[name].description()["configuration"]["supported_input_formats"]
    assert "is not one of" in words(order(name, input_format="BRAKET_OPEN_QASM_V3", input={"qasm": BRAKET}))


@pytest.mark.parametrize("name", ["kipu.sim.qsim", "qudora.sim.xg1", "aws.sim.sv1", "aws.rigetti.cepheus"])
@pytest.mark.parametrize(
    ("value", "says"),
    [
        ({}, "no 'qasm'"),
        ({"qasm": None}, "must be a text"),
        ({"qasm": 5}, "must be a text"),
        ({"qasm": [5]}, "must be a text"),
        ({"qasm": {"a": "b"}}, "must be a text"),
        ({"qasm": ""}, "is empty"),
        ({"qasm": " \n"}, "is empty"),
        ({"qasm": []}, "0 circuits"),
        ({"qasm": QASM, "more": 1}, "unknown field 'more'"),
        ({"qasm": "\ud800"}, "surrogate"),
        ([QASM], "must be a text"),
        (None, "must be a text"),
        (7, "must be a text"),
    ],
)
def test_wrong_inputs(name: str, value: Any, says: str) -> None:
    """An input of another shape answered by an error of ours."""
    assert says in words(order(name, input=value, shots=10))


def test_the_discriminator_may_be_there() -> None:
    """The specification's backendId beside an input's own fields."""
    check(order("kipu.sim.qsim", input={"qasm": QASM, "backendId": "kipu.sim.qsim"}))
    check(order("kipu.sim.qsim", input_params={"backendId": "kipu.sim.qsim", "mode": "sample"}))
    assert execute(order("azure.ionq.simulator", input=IONQ | {"backendId": "azure.ionq.simulator"}))


@pytest.mark.parametrize(
    ("name", "count", "text"),
    [("kipu.sim.qsim", 2, QASM), ("qudora.sim.xg1", 501, QASM), ("aws.sim.sv1", 2, BRAKET), ("aws.sim.dm1", 2, BRAKET),
     ("aws.rigetti.cepheus", 101, BRAKET)],
)  # fmt: skip
def test_too_many_circuits(name: str, count: int, text: str) -> None:
    """A list longer than the backend's limit."""
    assert f"{count} circuits" in words(order(name, input={"qasm": [text] * count}, shots=count * 10))


def test_several_circuits_on_a_device_share_the_shots() -> None:
    """Braket counts the shots of a program set together, and divides them evenly."""
    forte = order("aws.ionq.forte", input={"qasm": [BRAKET] * 3})
    check(Order("aws.ionq.forte", forte.input_format, forte.input, {}, 300))
    assert "divided evenly" in words(order("aws.ionq.forte", input=forte.input, shots=301))
    assert "99 shots of one circuit" in words(order("aws.ionq.forte", input=forte.input, shots=297))
    five = {"qasm": [BRAKET] * 5}
    assert "at most 200000" in words(order("aws.rigetti.cepheus", input=five, shots=250_000))


@pytest.mark.parametrize(
    ("name", "params", "says"),
    [
        ("kipu.sim.qsim", {"mode": "density"}, "mode"),
        ("kipu.sim.qsim", {"mode": ["sample"]}, "mode"),
        ("kipu.sim.qsim", {"mode": "amplitudes"}, "bitstrings is missing"),
        ("kipu.sim.qsim", {"mode": "amplitudes", "bitstrings": []}, "bitstrings is missing"),
        ("kipu.sim.qsim", {"bitstrings": "01"}, "bitstrings"),
        ("kipu.sim.qsim", {"bitstrings": ["0", "2"]}, "bitstrings"),
        ("kipu.sim.qsim", {"bitstrings": ["01\n"]}, "bitstrings"),
        ("kipu.sim.qsim", {"max_fused_gate_size": 0}, "max_fused_gate_size"),
        ("kipu.sim.qsim", {"max_fused_gate_size": True}, "max_fused_gate_size"),
        ("kipu.sim.qsim", {"cpu_threads": -1}, "cpu_threads"),
        ("kipu.sim.qsim", {"cpu_threads": 1.0}, "cpu_threads"),
        ("kipu.sim.qsim", {"seed": 1}, "unknown input_params.seed"),
        ("qudora.sim.xg1", {"language": "OpenQASM4"}, "language"),
        ("qudora.sim.xg1", {"backend_settings": 1}, "backend_settings"),
        ("qudora.sim.xg1", {"mode": "sample"}, "unknown input_params.mode"),
        ("aws.sim.sv1", {"disable_qubit_rewiring": "no"}, "disable_qubit_rewiring"),
        ("aws.sim.sv1", {"qubit_count": 0}, "qubit_count"),
        ("aws.sim.sv1", {"noise": 1}, "unknown input_params.noise"),
        ("aws.quera.aquila", {"disable_qubit_rewiring": True}, "known: none"),
        ("azure.ionq.simulator", {"meas_map": [0]}, "meas_map"),
        ("azure.ionq.simulator", {"noise": "aria-1"}, "unknown input_params.noise"),
        ("ibm.qpu.fez", {}, "program_id is missing"),
        ("ibm.qpu.fez", {"program_id": ""}, "program_id"),
        ("ibm.qpu.fez", {"program_id": "sampler", "log_level": "loud"}, "log_level"),
        ("iqm.qpu.garnet", {"x": 1}, "known: none"),
    ],
)
def test_wrong_parameters(name: str, params: dict[str, Any], says: str) -> None:
    """A parameter that the specification does not know, or of another type, silently dropped."""
    assert says in words(order(name, input_params=params))


def test_explicit_nulls_count_as_absent() -> None:
    """The Hub's SDK sends null for what its user did not set."""
    check(order("kipu.sim.qsim", input_params={"mode": None, "bitstrings": None, "cpu_threads": None}))
    assert b'"counts"' in execute(order("kipu.sim.qsim", input_params={"mode": None, "max_fused_gate_size": None}))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"gateset": "native"}, "only 'qis'"),
        ({"gateset": None}, "only 'qis'"),
        ({"circuit": ...}, "no 'circuit'"),
        ({"qubits": ...}, "no 'qubits'"),
        ({"gateset": ...}, "no 'gateset'"),
    ],
)
def test_ionq_needs_its_three_fields(change: dict[str, Any], says: str) -> None:
    """What the specification requires of an IonQ circuit."""
    document = {name: value for name, value in (IONQ | change).items() if value is not ...}
    assert says in words(order("azure.ionq.simulator", input=document))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def fields(name: str) -> Iterator[str]:
    yield from ("qasm", "circuit", "gateset", "qubits", "registers", "ahs_program", "circuits", "payload")
    yield from GOOD[name][2]


@settings(max_examples=150)
@given(st.data())
def test_any_json_is_taken_or_refused(data: st.DataObject) -> None:
    """Anything but a refusal from JSON of any shape."""
    name = data.draw(st.sampled_from(sorted(GOOD)))
    known = st.dictionaries(st.sampled_from(sorted(fields(name))) | st.text(max_size=5), JSON, max_size=4)
    value = data.draw(JSON | known)
    params = data.draw(known)
    shots = data.draw(st.sampled_from([100, 200]) | JSON)
    asked = Order(name, GOOD[name][0], value, params, shots, 1)  # type: ignore[arg-type]
    with contextlib.suppress(ExecutionRefused):
        check(asked)
        assert json.loads(execute(asked))
