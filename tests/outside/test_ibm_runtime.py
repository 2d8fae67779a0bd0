"""QISKIT_QPY judged by qiskit-ibm-runtime: its decoder reads the document, Qiskit's own sampler runs what it holds.

`nox -s outside` installs it; elsewhere these tests skip.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

runtime = pytest.importorskip("qiskit_ibm_runtime")

from judges import exact, qpy  # noqa: E402
from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister  # noqa: E402
from qiskit.primitives import StatevectorSampler  # noqa: E402
from qiskit_aer.primitives import SamplerV2 as AerSampler  # noqa: E402
from qiskit_ibm_runtime import RuntimeDecoder, RuntimeEncoder  # noqa: E402

import qrelay  # noqa: E402
from qrelay.formats import encode  # noqa: E402
from qrelay.program import Program, Register  # noqa: E402
from qrelay.program.control import BitIs, RegisterIs  # noqa: E402

SHOTS = 4000


def _read(data: bytes) -> QuantumCircuit:
    document = json.loads(data.decode(), cls=RuntimeDecoder)
    assert document["version"] == 2
    ((circuit, *_),) = document["pubs"]
    assert isinstance(circuit, QuantumCircuit)
    return circuit


def _circuit() -> QuantumCircuit:
    a, b = ClassicalRegister(2, "a"), ClassicalRegister(3, "b")
    circuit = QuantumCircuit(QuantumRegister(4, "w"), a, b, name="mine", global_phase=0.4)
    for qubit in range(4):
        circuit.ry(0.4 + 0.5 * qubit, qubit)
    circuit.cx(0, 3)
    circuit.append(_inner(), [2, 1])
    circuit.measure([3, 0, 2], [4, 1, 2])
    return circuit


def _inner() -> Any:
    inner = QuantumCircuit(2)
    inner.cp(0.7, 0, 1)
    inner.rxx(0.3, 1, 0)
    return inner.to_gate()


def _counts(result: Any, circuit: QuantumCircuit) -> dict[str, int]:
    """Qiskit's strings, from the BitArrays of the registers as a user of the sampler has them."""
    rows = [getattr(result.data, register.name).get_bitstrings() for register in circuit.cregs]
    found: dict[str, int] = {}
    for parts in zip(*rows, strict=True):
        string = " ".join(reversed(parts))
        found[string] = found.get(string, 0) + 1
    return found


def test_runtimes_own_decoder_reads_the_circuit_and_qiskit_samples_it() -> None:
    circuit = _circuit()
    found = _read(qrelay.encode(circuit, "QISKIT_QPY").data)
    assert [(register.name, register.size) for register in found.cregs] == [("a", 2), ("b", 3)]
    counts = _counts(StatevectorSampler(seed=5).run([found], shots=SHOTS).result()[0], found)
    wanted = {exact.qiskit_string(circuit, memory): p for memory, p in exact.memory_distribution(circuit).items()}
    assert exact.p_value(counts, wanted) > 1e-6


def test_control_flow_runs_as_it_was_written() -> None:
    flip = (("x", (2,), ()),)
    operations: list[Any] = [("x", (0,), ()), ("measure", (0,), (1,))]
    operations += [
        ("if", (), (BitIs(1, True), (("x", (1,), ()),), ())),
        ("measure", (1,), (0,)),
        ("if", (), (RegisterIs((0, 1), 3), (("if", (), (BitIs(0, False), (), flip)),), (("y", (2,), ()),))),
        ("measure", (2,), (3,)),
    ]
    program = Program(3, 4, operations, (Register("a", (0, 1)), Register("b", (2, 3))))
    found = _read(encode(program, "QISKIT_QPY").data)
    result = AerSampler(seed=5).run([found], shots=50).result()[0]
    assert _counts(result, found) == {"10 11": 50}


def test_runtimes_own_encoder_says_the_same() -> None:
    """The same circuit through both encoders, read by the judge of the everyday tests: that judge is judged, too."""
    circuit = _circuit()
    document = {"pubs": [[circuit]], "options": {}, "version": 2, "support_qiskit": True}
    theirs = json.dumps(document, cls=RuntimeEncoder).encode()
    ours = qrelay.encode(circuit, "QISKIT_QPY").data
    one, other = qpy.answer(theirs, SHOTS), qpy.answer(ours, SHOTS)
    assert one[1]
    assert other[1]
    assert exact.same_distribution(one[0], other[0])


def test_their_document_passes_through() -> None:
    document = {
        "pubs": [[_circuit(), None, 100]],
        "options": {"default_shots": 100},
        "version": 2,
        "support_qiskit": True,
    }
    theirs = json.dumps(document, cls=RuntimeEncoder)
    payload = qrelay.encode(theirs, "QISKIT_QPY")
    assert payload.data == theirs.encode()
    assert payload.layout is None
    assert payload.input_params == {"program_id": "sampler"}


def test_answer_of_the_judge_is_what_the_runtime_reads() -> None:
    """The answers that the everyday tests decode are written by the judge: the runtime reads the same out of them."""
    circuit = _circuit()
    data = qrelay.encode(circuit, "QISKIT_QPY").data
    result = json.loads(json.dumps(qpy.primitive_result(data, SHOTS)), cls=RuntimeDecoder)
    wanted = {exact.qiskit_string(circuit, memory): p for memory, p in exact.memory_distribution(circuit).items()}
    assert exact.p_value(_counts(result[0], circuit), wanted) > 1e-6
