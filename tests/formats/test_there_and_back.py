"""encode → an outside simulator → the service's document → decode: counts as Qiskit would print them."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import numpy as np
import pytest

import qrelay
from qrelay.formats import INPUT_FORMATS, Payload

qiskit = pytest.importorskip("qiskit")

from judges import exact, ionq, qir  # noqa: E402
from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister, qasm2  # noqa: E402

SHOTS = 400


def _answer(payload: Payload) -> bytes:
    """The document of the target's own output format, as WIRE describes it, from an outside run."""
    if payload.format == "ionq.circuit.v1":
        states = ionq.probabilities(payload.data)
        return json.dumps({"histogram": {str(state): weight for state, weight in states.items()}}).encode()
    if payload.format == "qir.v1":
        shots = qir.run(payload.data, SHOTS)
        outcomes = [_items(shot) for shot in shots]
        histogram = Counter(json.dumps(outcome) for outcome in outcomes)
        rows = [{"Outcome": json.loads(key), "Display": key, "Count": count} for key, count in histogram.items()]
        document = {"DataFormat": payload.output_format, "Results": [{"Histogram": rows, "Shots": outcomes}]}
        return json.dumps(document).encode()
    assert payload.format == "honeywell.openqasm.v1", "a format whose answer nobody wrote down here"
    circuit = qasm2.loads(payload.data.decode(), strict=True)
    weights = exact.memory_distribution(circuit)
    drawn = np.random.default_rng(3).choice(
        list(weights), size=SHOTS, p=np.array([*weights.values()]) / sum(weights.values())
    )
    registers: dict[str, list[str]] = {register.name: [] for register in circuit.cregs}
    for memory in drawn.tolist():
        start = 0
        for register in circuit.cregs:
            registers[register.name].append(format((memory >> start) % (1 << register.size), f"0{register.size}b"))
            start += register.size
    return json.dumps(registers).encode()


def _items(shot: Any) -> Any:
    return {f"Item{n}": array for n, array in enumerate(shot, 1)} if isinstance(shot, tuple) else shot


@pytest.mark.parametrize("format_name", INPUT_FORMATS)
@pytest.mark.parametrize("names", [("c",), ("a", "b"), ("pi", "x y", "q")])
def test_counts_are_the_circuits(format_name: str, names: tuple[str, ...]) -> None:
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
    payload = qrelay.encode(circuit, format_name)
    outcome = qrelay.decode(_answer(payload), payload.output_format, payload.layout, SHOTS)
    counts = outcome.counts()
    assert sum(counts.values()) == SHOTS
    wanted = {exact.qiskit_string(circuit, memory): p for memory, p in exact.memory_distribution(circuit).items()}
    assert exact.p_value(counts, wanted) > 1e-6
    if format_name == "ionq.circuit.v1":
        assert outcome.probabilities is not None
        assert exact.same_distribution(outcome.probabilities, wanted)


WORDS = {
    "ionq.circuit.v1": ("application/json", "ionq.quantum-results.v1"),
    "qir.v1": ("qir.v1", "microsoft.quantum-results.v2"),
    "honeywell.openqasm.v1": ("application/qasm", "honeywell.quantum-results.v1"),
}
"""The media type of the upload and the answer to ask for, as azure-quantum 3.13.0 sends them."""


@pytest.mark.parametrize("format_name", INPUT_FORMATS)
def test_payloads_carry_the_service_s_words(format_name: str) -> None:
    """A media type that the provider does not take, or another answer than the one that was meant."""
    circuit = QuantumCircuit(1, 1)
    circuit.measure(0, 0)
    payload = qrelay.encode(circuit, format_name)
    row = INPUT_FORMATS[format_name]
    assert (payload.content_type, payload.output_format) == WORDS[format_name]
    assert (row.content_type, row.output_format) == WORDS[format_name]
