"""IQM's, AQT's and IBM's programs, read and run by the embedded cloud: asymmetric states, refusals by index."""

from __future__ import annotations

import base64
import io
import json
import math
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from judges.exact import p_value
from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister, qpy, transpile
from qiskit.circuit.library import RGate
from qiskit.quantum_info import Statevector

from qrelay.local.kipu.execution import ExecutionRefused, Order, execute
from qrelay.results import decode

SHOTS = 2000


def run(backend: str, input_format: str, document: Any, shots: int = SHOTS, **params: Any) -> Any:
    return json.loads(execute(Order(backend, input_format, document, params, shots, 7)))


def refusal(backend: str, input_format: str, document: Any, **params: Any) -> str:
    with pytest.raises(ExecutionRefused) as refused:
        execute(Order(backend, input_format, document, params, SHOTS, 7))
    return refused.value.message


# --- IQM --------------------------------------------------------------------------------------------------------------


def iqm(*instructions: Mapping[str, Any]) -> dict[str, Any]:
    return {"circuits": [{"name": "one", "instructions": list(instructions)}]}


def prx(qubit: str, angle: float, phase: float) -> dict[str, Any]:
    return {"name": "prx", "qubits": [qubit], "args": {"angle_t": angle / math.tau, "phase_t": phase / math.tau}}


def measure(key: str, *qubits: str) -> dict[str, Any]:
    return {"name": "measure", "qubits": list(qubits), "args": {"key": key}}


def test_iqm_gates_mean_what_qiskit_says() -> None:
    """Angles taken for half turns, phases of the wrong sign, keys in another order."""
    program = iqm(
        prx("QB1", 0.7, 0.4),
        prx("QB2", 1.9, -1.1),
        {"name": "cz", "qubits": ["QB1", "QB2"], "args": {}},
        {"name": "prx", "locus": ["QB1"], "args": {"angle": 1.1, "phase": 2.0}},
        {"name": "barrier", "qubits": ["QB1", "QB2"], "args": {}},
        measure("b", "QB2"),
        measure("a", "QB1"),
    )
    (counts,) = run("iqm.qpu.garnet", "IQM_JOB_INPUT_V1", program)["measurement_counts"]
    assert counts["measurement_keys"] == ["b", "a"]
    circuit = QuantumCircuit(2)
    circuit.append(RGate(0.7, 0.4), [0])
    circuit.append(RGate(1.9, -1.1), [1])
    circuit.cz(0, 1)
    circuit.append(RGate(1.1, 2.0), [0])
    assert p_value(counts["counts"], Statevector(circuit).probabilities_dict()) > 1e-6  # leftmost is qubit 1 in both


@pytest.mark.parametrize(
    ("instruction", "words"),
    [
        ({"name": "cz", "qubits": ["QB1", "QB3"], "args": {}}, "not coupled"),
        ({"name": "prx", "qubits": ["QB21"], "args": {"angle_t": 0, "phase_t": 0}}, "no qubit"),
        ({"name": "prx", "qubits": ["QB1"], "args": {"angle_t": 0}}, "angle_t and phase_t"),
        ({"name": "prx", "qubits": ["QB1"], "args": {"angle_t": "x", "phase_t": 0}}, "no number"),
        ({"name": "h", "qubits": ["QB1"], "args": {}}, "no instruction"),
        ({"name": "measure", "qubits": ["QB1"], "args": {"key": "m"}}, "taken"),
        ({"name": "cz", "qubits": ["QB1", "QB1"], "args": {}}, "acts on"),
    ],
)
def test_iqm_refuses(instruction: dict[str, Any], words: str) -> None:
    found = refusal("iqm.qpu.garnet", "IQM_JOB_INPUT_V1", iqm(measure("m", "QB2"), instruction))
    assert words in found
    assert "instructions[1]" in found


def test_iqm_refuses_a_circuit_that_measures_nothing() -> None:
    assert "measures nothing" in refusal("iqm.qpu.garnet", "IQM_JOB_INPUT_V1", iqm(prx("QB1", 1, 0)))


def test_iqm_circuits_of_one_job_measure_the_same_qubits() -> None:
    one, other = (iqm(measure("m", name))["circuits"] for name in ("QB1", "QB2"))
    assert "same qubits" in refusal("iqm.qpu.garnet", "IQM_JOB_INPUT_V1", {"circuits": [*one, *other]})
    assert len(run("iqm.qpu.garnet", "IQM_JOB_INPUT_V1", {"circuits": [*one, *one]})["measurement_counts"]) == 2


# --- AQT --------------------------------------------------------------------------------------------------------------


def aqt(*operations: Mapping[str, Any], qubits: int = 2, shots: int = SHOTS) -> dict[str, Any]:
    circuit = {"repetitions": shots, "number_of_qubits": qubits, "quantum_circuit": [*operations]}
    return {"job_type": "quantum_circuit", "payload": {"circuits": [circuit]}}


def test_aqt_gates_mean_what_qiskit_says() -> None:
    """Angles not multiplied by π; the first character taken for qubit 0."""
    program = aqt(
        {"operation": "R", "qubit": 0, "theta": 0.3, "phi": 1.7},
        {"operation": "RXX", "qubits": [0, 1], "theta": 0.4},
        {"operation": "RZ", "qubit": 1, "phi": 3.25},
        {"operation": "R", "qubit": 1, "theta": 0.6, "phi": 0.2},
        {"operation": "MEASURE"},
    )
    counts = run("aqt.sim.ideal", "AQT_JOB_INPUT_V1", program)["counts"]
    circuit = QuantumCircuit(2)
    circuit.append(RGate(0.3 * math.pi, 1.7 * math.pi), [0])
    circuit.rxx(0.4 * math.pi, 0, 1)
    circuit.rz(3.25 * math.pi, 1)
    circuit.append(RGate(0.6 * math.pi, 0.2 * math.pi), [1])
    assert p_value(counts, Statevector(circuit).probabilities_dict()) > 1e-6


@pytest.mark.parametrize(
    ("operation", "words"),
    [
        ({"operation": "R", "qubit": 0, "theta": 1.1, "phi": 0.0}, "theta"),
        ({"operation": "R", "qubit": 0, "theta": 0.1, "phi": -0.1}, "phi"),
        ({"operation": "RXX", "qubits": [0, 1], "theta": 0.6}, "theta"),
        ({"operation": "RXX", "qubits": [0, 0], "theta": 0.1}, "qubits"),
        ({"operation": "RZ", "qubit": 2, "phi": 0.1}, "qubit"),
        ({"operation": "MEASURE"}, "end"),
        ({"operation": "H", "qubit": 0}, "no operation"),
    ],
)
def test_aqt_refuses(operation: dict[str, Any], words: str) -> None:
    found = refusal("aqt.sim.ideal", "AQT_JOB_INPUT_V1", aqt(operation, {"operation": "MEASURE"}))
    assert words in found
    assert "quantum_circuit[0]" in found


def test_aqt_repetitions_are_the_jobs_shots() -> None:
    assert "repetitions" in refusal("aqt.sim.ideal", "AQT_JOB_INPUT_V1", aqt({"operation": "MEASURE"}, shots=7))


# --- IBM --------------------------------------------------------------------------------------------------------------


def pub(circuit: QuantumCircuit, *more: Any) -> list[Any]:
    buffer = io.BytesIO()
    qpy.dump(circuit, buffer)
    packed = base64.standard_b64encode(zlib.compress(buffer.getvalue())).decode()
    return [{"__type__": "QuantumCircuit", "__value__": packed}, *more]


def registers_of(answer: Any, index: int = 0) -> dict[str, list[int]]:
    """Each register's shots as numbers."""
    fields = answer["__value__"]["pub_results"][index]["__value__"]["data"]["__value__"]["fields"]
    found = {}
    for name, field in fields.items():
        packed = field["__value__"]["array"]["__value__"]
        array = np.load(io.BytesIO(zlib.decompress(base64.standard_b64decode(packed))), allow_pickle=False)
        found[name] = [int.from_bytes(row.tobytes(), "big") for row in array]
    return found


def circuit_on_ibm(angle: float = 1.1) -> QuantumCircuit:
    qubits, low, wide = QuantumRegister(11), ClassicalRegister(1, "low"), ClassicalRegister(10, "wide")
    circuit = QuantumCircuit(qubits, low, wide)
    circuit.ry(angle, 0)
    circuit.x(9)
    circuit.measure(0, low[0])
    circuit.measure(range(1, 11), wide)
    return transpile(circuit, basis_gates=["rz", "sx", "x", "cz"], optimization_level=0)


def test_ibm_registers_come_back() -> None:
    """Bytes of a wide register in another order; registers mixed up; shots of the pub not heeded."""
    document = {"pubs": [pub(circuit_on_ibm(), None, 1000)], "options": {}, "version": 2, "support_qiskit": True}
    found = registers_of(run("ibm.qpu.marrakesh", "QISKIT_QPY", document, program_id="sampler"))
    assert set(found["wide"]) == {1 << 8}
    ones = sum(found["low"])
    assert p_value({1: ones, 0: 1000 - ones}, {1: math.sin(0.55) ** 2, 0: math.cos(0.55) ** 2}) > 1e-6


def test_ibm_answers_in_plain_json_unless_asked_otherwise() -> None:
    document = {"pubs": [pub(circuit_on_ibm(), None, 5)], "options": {}, "version": 2}
    (found,) = run("ibm.qpu.marrakesh", "QISKIT_QPY", document, program_id="sampler")["results"]
    assert found["data"]["wide"] == {"samples": ["0x100"] * 5, "num_bits": 10}
    answer = json.dumps({"results": [found]}).encode()
    assert set(decode(answer, "ibm.runtime.result").counts().values()) <= {1, 2, 3, 4, 5}
    assert {key.split()[0] for key in decode(answer, "ibm.runtime.result").counts()} == {"0100000000"}


def test_a_program_that_measures_nothing_answers_zeros() -> None:
    """Bug: an internal error, and a traceback on the server."""
    text = 'OPENQASM 2.0;\ninclude "qelib1.inc";\nqreg q[2];\ncreg c[2];\nx q[0];\n'
    assert run("qudora.sim.xg1", "OPEN_QASM_V2", {"qasm": text}, 7) == {"counts": {"00": 7}}


def test_ibm_refuses() -> None:
    outside = QuantumCircuit(1, 1)
    outside.h(0)
    outside.measure(0, 0)
    apart = QuantumCircuit(156, 1)
    apart.cz(0, 155)
    apart.measure(0, 0)
    for circuit, words in ((outside, "not one of the machine's"), (apart, "not coupled")):
        document = {"pubs": [pub(circuit)], "options": {}, "version": 2}
        assert words in refusal("ibm.qpu.marrakesh", "QISKIT_QPY", document, program_id="sampler")
    broken = {"pubs": [[{"__type__": "QuantumCircuit", "__value__": "AAAA"}]], "options": {}, "version": 2}
    assert "QPY" in refusal("ibm.qpu.marrakesh", "QISKIT_QPY", broken, program_id="sampler")
