"""encode → an outside simulator → the service's document → decode: counts as Qiskit would print them."""

from __future__ import annotations

import base64
import io
import json
import math
import zlib
from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

import qrelay
from qrelay.formats import INPUT_FORMATS, Payload, encode
from qrelay.program import Operation, Program, Register
from qrelay.results import decode_items

qiskit = pytest.importorskip("qiskit")

from judges import aqt, braket, exact, ionq, iqm, qasm, qir, qpy, quantinuum, quil  # noqa: E402
from judges.payloads import distribution  # noqa: E402
from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister  # noqa: E402

SHOTS = 400


def _answer(payload: Payload) -> bytes:
    """The document of the target's own output format, as WIRE describes it, from an outside run."""
    if payload.format in ("ionq.circuit.v1", "IONQ_CIRCUIT_V1"):
        states = ionq.probabilities(payload.data)
        return json.dumps({"histogram": {str(state): weight for state, weight in states.items()}}).encode()
    if payload.format == "qir.v1":
        shots = qir.run(payload.data, SHOTS)
        outcomes = [_items(shot) for shot in shots]
        histogram = Counter(json.dumps(outcome) for outcome in outcomes)
        rows = [{"Outcome": json.loads(key), "Display": key, "Count": count} for key, count in histogram.items()]
        document = {"DataFormat": payload.output_format, "Results": [{"Histogram": rows, "Shots": outcomes}]}
        return json.dumps(document).encode()
    if payload.format == "BRAKET_OPEN_QASM_V3":
        return json.dumps(braket.task_result(payload.data, SHOTS)).encode()
    if payload.format == "OPEN_QASM_V2":
        return json.dumps({"counts": _flat_counts(payload, first_is_qubit_0=True), "metadata": {"cpu": 4}}).encode()
    if payload.format == "QISKIT_QPY":
        return json.dumps(qpy.primitive_result(payload.data, SHOTS)).encode()
    if payload.format == "rigetti.quil.v1":
        columns = payload.layout.num_clbits if payload.layout is not None else 0
        drawn = _sampled(quil.distribution(payload.data))
        return json.dumps({"ro": [[memory >> bit & 1 for bit in range(columns)] for memory in drawn]}).encode()
    if payload.format == "IQM_JOB_INPUT_V1":
        keys, outcomes = iqm.distribution(payload.data)
        entry = {"measurement_keys": keys, "counts": Counter(_sampled(outcomes))}
        return json.dumps({"measurement_counts": [entry]}).encode()
    if payload.format == "AQT_JOB_INPUT_V1":
        width = aqt.circuit(payload.data)["number_of_qubits"]
        states = _sampled(aqt.probabilities(payload.data))
        return json.dumps(
            {"result": {"0": [[state >> qubit & 1 for qubit in range(width)] for state in states]}}
        ).encode()
    registers, drawn = _drawn(payload)
    if payload.format == "OPEN_QASM_V3":
        return _runtime_encoded(registers, drawn)
    assert payload.format in ("honeywell.openqasm.v1", "quantinuum.openqasm.v1"), "a format of which nobody wrote this"
    document: dict[str, list[str]] = {name: [] for name, _ in registers}
    for memory in drawn:
        start = 0
        for name, size in registers:
            document[name].append(format((memory >> start) % (1 << size), f"0{size}b"))
            start += size
    return json.dumps(document).encode()


def _runtime_encoded(registers: list[tuple[str, int]], drawn: list[int]) -> bytes:
    """IBM's encoding: a BitArray for each register, as bytes, the most significant of a shot first."""
    fields = {}
    start = 0
    for name, size in registers:
        width = (size + 7) // 8
        values = b"".join(((memory >> start) % (1 << size)).to_bytes(width, "big") for memory in drawn)
        buffer = io.BytesIO()
        np.save(buffer, np.frombuffer(values, dtype=np.uint8).reshape(len(drawn), width), allow_pickle=False)
        array = {
            "__type__": "ndarray",
            "__value__": base64.standard_b64encode(zlib.compress(buffer.getvalue())).decode(),
        }
        fields[name] = {"__type__": "BitArray", "__value__": {"array": array, "num_bits": size}}
        start += size
    data = {"__type__": "DataBin", "__value__": {"fields": fields, "shape": []}}
    pub = {"__type__": "SamplerPubResult", "__value__": {"data": data, "metadata": {}}}
    document = {"__type__": "PrimitiveResult", "__value__": {"pub_results": [pub], "metadata": {}}}
    return json.dumps(document).encode()


def _drawn(payload: Payload) -> tuple[list[tuple[str, int]], list[int]]:
    """The registers of the program, first one lowest, and the memories of as many shots."""
    if payload.format == "quantinuum.openqasm.v1":
        registers, weights = quantinuum.registers(payload.data), quantinuum.distribution(payload.data)
    else:
        is_three = payload.format == "OPEN_QASM_V3"
        circuit = qasm.openqasm3(payload.data) if is_three else qasm.openqasm2(payload.data)
        assert circuit is not None
        registers = [(register.name, register.size) for register in circuit.cregs]
        weights = exact.memory_distribution(circuit)
    return registers, _sampled(weights)


def _sampled(weights: Mapping[Any, float]) -> list[Any]:
    shares = np.array([*weights.values()]) / sum(weights.values())
    return [[*weights][place] for place in np.random.default_rng(3).choice(len(weights), size=SHOTS, p=shares)]


def _flat_counts(payload: Payload, *, first_is_qubit_0: bool) -> dict[str, int]:
    registers, drawn = _drawn(payload)
    width = sum(size for _, size in registers)
    strings = [format(memory, f"0{width}b") for memory in drawn]
    return dict(Counter(string[::-1] if first_is_qubit_0 else string for string in strings))


def _items(shot: Any) -> Any:
    return {f"Item{n}": array for n, array in enumerate(shot, 1)} if isinstance(shot, tuple) else shot


def _circuit(names: tuple[str, ...]) -> QuantumCircuit:
    sizes = (2, 3, 1)[: len(names)]
    registers = [ClassicalRegister(size, name) for size, name in zip(sizes, names, strict=True)]
    circuit = QuantumCircuit(QuantumRegister(4, "data"), *registers)
    for qubit in range(4):
        circuit.ry(0.5 + 0.6 * qubit, qubit)
    circuit.cx(0, 3)
    if len(names) == 1:
        circuit.measure([2, 0], [1, 0])
    else:
        circuit.measure([2, 0, 3], [circuit.num_clbits - 1, 0, 3])
    return circuit


@pytest.mark.parametrize("format_name", INPUT_FORMATS)
@pytest.mark.parametrize("names", [("c",), ("a", "b"), ("pi", "x y", "q")])
def test_counts_are_the_circuits(format_name: str, names: tuple[str, ...]) -> None:
    circuit = _circuit(names)
    payload = qrelay.encode(circuit, format_name)
    outcome = qrelay.decode(_answer(payload), payload.output_format, payload.layout, SHOTS)
    counts = outcome.counts()
    assert sum(counts.values()) == SHOTS
    wanted = {exact.qiskit_string(circuit, memory): p for memory, p in exact.memory_distribution(circuit).items()}
    assert exact.p_value(counts, wanted) > 1e-6
    if payload.output_format.startswith("ionq"):
        assert outcome.probabilities is not None
        assert exact.same_distribution(outcome.probabilities, wanted)


def test_several_circuits_of_a_qudora_job() -> None:
    """One answer for all circuits of a job, each with its own layout; Qudora's strings end with qubit 0."""
    circuits = [_circuit(names) for names in (("c",), ("a", "b"), ("pi", "x y", "q"))]
    payloads = [qrelay.encode(circuit, "OPEN_QASM_V2") for circuit in circuits]
    answer = [{"counts": _flat_counts(payload, first_is_qubit_0=False)} for payload in payloads]
    layouts = [payload.layout for payload in payloads]
    outcomes = decode_items(json.dumps(answer).encode(), "qudora.result", layouts, SHOTS)
    for circuit, outcome in zip(circuits, outcomes, strict=True):
        wanted = {exact.qiskit_string(circuit, memory): p for memory, p in exact.memory_distribution(circuit).items()}
        assert exact.p_value(outcome.counts(), wanted) > 1e-6


@pytest.mark.parametrize("format_name", INPUT_FORMATS)
def test_inverted_bits_are_turned_round_once(format_name: str) -> None:
    """Catches an invert mask that is dropped, or applied by the writer and again by the decoder."""
    operations: list[Operation] = [("x", (2,), ()), ("ry", (0,), (0.8,))]
    operations += [("measure", (qubit,), (bit,)) for qubit, bit in ((2, 0), (0, 1), (1, 3), (2, 4))]
    registers = (Register("m", (0, 1)), Register("n", (2, 3)), Register("m", (4,)))
    program = Program(3, 5, operations, registers, inverted=(0, 1, 3))
    payload = encode(program, format_name)
    likely = math.cos(0.4) ** 2  # of qubit 0 being 0, and bit 1 the opposite
    wanted = {0b11010: likely, 0b11000: 1 - likely}
    assert distribution(payload, SHOTS).fits(wanted)
    outcome = qrelay.decode(_answer(payload), payload.output_format, payload.layout, SHOTS)
    assert exact.p_value(outcome.int_counts(), wanted) > 1e-6
    assert {tuple(row) for row in outcome.shot_bits().tolist()} == {(0, 1, 0, 1, 1), (0, 0, 0, 1, 1)}
    if outcome.probabilities is not None:
        assert outcome.probabilities == pytest.approx({"1 10 00": 1 - likely, "1 10 10": likely})


WORDS = {
    "ionq.circuit.v1": ("application/json", "ionq.quantum-results.v1"),
    "qir.v1": ("qir.v1", "microsoft.quantum-results.v2"),
    "honeywell.openqasm.v1": ("application/qasm", "honeywell.quantum-results.v1"),
    "quantinuum.openqasm.v1": ("application/qasm", "honeywell.quantum-results.v1"),
    "OPEN_QASM_V2": ("text/plain", "kipu.qsim.result"),
    "OPEN_QASM_V3": ("text/plain", "ibm.runtime.result"),
    "BRAKET_OPEN_QASM_V3": ("text/plain", "braket.task_result.gate_model_task_result"),
    "IONQ_CIRCUIT_V1": ("application/json", "ionq.quantum-results.v1"),
    "QISKIT_QPY": ("application/json", "ibm.runtime.result"),
    "rigetti.quil.v1": ("text/plain", "rigetti.quil-results.v1"),
    "IQM_JOB_INPUT_V1": ("application/json", "iqm.result"),
    "AQT_JOB_INPUT_V1": ("application/json", "aqt.result"),
}
"""The media type of the upload and the answer to ask for, as azure-quantum 3.13.0 sends them.

The Hub puts programs into its own JSON and gives answers no name: there the media type says what they are, and names
are the providers', or ours where these have none.
"""


@pytest.mark.parametrize("format_name", INPUT_FORMATS)
def test_payloads_carry_the_service_s_words(format_name: str) -> None:
    """A media type that the provider does not take, or another answer than the one that was meant."""
    circuit = QuantumCircuit(1, 1)
    circuit.measure(0, 0)
    payload = qrelay.encode(circuit, format_name)
    row = INPUT_FORMATS[format_name]
    assert (payload.content_type, payload.output_format) == WORDS[format_name]
    assert (row.content_type, row.output_format) == WORDS[format_name]
