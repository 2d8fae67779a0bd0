"""AQT's programs as its own models take them; its own converter gives back, from Qiskit's circuits, what we wrote."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from judges import aqt as judge
from judges import exact
from tests.asymmetric import ANGLES, NAMES, distribution_of, program_of

from qrelay.formats import encode
from qrelay.program import Operation, Program, Register

pytest.importorskip("qiskit_aqt_provider", reason="nox -s outside has an environment with qiskit-aqt-provider")

from aqt_connector.models.arnica.request_bodies.jobs import SubmitJobRequest
from aqt_connector.models.operations import GateR, GateRXX, GateRZ
from qiskit import QuantumCircuit
from qiskit_aqt_provider._transformers import circuits_to_aqt_job, qiskit_to_aqt_circuit

FORMAT = "AQT_JOB_INPUT_V1"


def _read(data: bytes) -> Any:
    """The only circuit of the job, by AQT's model of the request."""
    (circuit,) = SubmitJobRequest.model_validate_json(data, strict=True).payload.circuits
    return circuit


def _qiskit(read: Any) -> QuantumCircuit:
    circuit = QuantumCircuit(read.number_of_qubits, read.number_of_qubits)
    for gate in read.quantum_circuit.gates():
        if isinstance(gate, GateR):
            circuit.r(gate.theta * math.pi, gate.phi * math.pi, gate.qubit)
        elif isinstance(gate, GateRZ):
            circuit.rz(gate.phi * math.pi, gate.qubit)
        else:
            assert isinstance(gate, GateRXX)
            circuit.rxx(gate.theta * math.pi, *gate.qubits)
    circuit.measure(range(read.number_of_qubits), range(read.number_of_qubits))
    return circuit


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("turned", [ANGLES, (-2.9, 4.4, -5.3, 9.1)], ids=["small", "large"])
def test_each_gate(name: str, turned: tuple[float, ...]) -> None:
    program = program_of(name, turned)
    data = encode(program, FORMAT).data
    read = _read(data)
    circuit = _qiskit(read)
    again = [item.root.model_dump() for item in qiskit_to_aqt_circuit(circuit).root]
    ours = json.loads(data)["payload"]["circuits"][0]["quantum_circuit"]
    assert [item["operation"] for item in again] == [item["operation"] for item in ours]
    for one, other in zip(again, ours, strict=True):  # what we take its operations for is what its converter does
        assert {key: pytest.approx(value) if type(value) is float else value for key, value in one.items()} == other
    found = exact.memory_distribution(circuit)
    assert exact.same_distribution(found, distribution_of(program))
    assert exact.same_distribution(found, judge.probabilities(data))


@pytest.mark.parametrize("theta", [0.0, 1.5, math.pi / 2, -math.pi / 2, 2.0, math.pi, -3.0, 4.0, 2 * math.pi, 99.0])
def test_ranges_of_angles(theta: float) -> None:
    """Its model refuses what is outside of them."""
    for name, params in (("rxx", (theta,)), ("r", (theta, 0.4)), ("r", (0.8, theta)), ("rz", (theta,))):
        program = program_of(name, params)
        assert exact.same_distribution(exact.memory_distribution(_qiskit(_read(encode(program, FORMAT).data))),
                                       distribution_of(program))  # fmt: skip


def test_the_whole_request_has_its_fields() -> None:
    operations: list[Operation] = [("h", (0,), ()), ("cx", (0, 2), ()), ("measure", (2,), (0,))]
    program = Program(3, 1, operations, (Register("c", (0,)),))
    data = encode(program, FORMAT).data
    theirs = json.loads(circuits_to_aqt_job([_qiskit(_read(data))], 1).model_dump_json())
    ours = json.loads(data)
    assert set(ours) == set(theirs)
    assert set(ours["payload"]["circuits"][0]) == set(theirs["payload"]["circuits"][0])
    assert _read(data).number_of_qubits == 3


def test_as_many_operations_as_it_takes() -> None:
    entangled: list[Operation] = [("rxx", (0, 1), (0.5,))] * 1999
    program = Program(2, 1, [*entangled, ("measure", (0,), (0,))])
    assert len(_read(encode(program, FORMAT).data).quantum_circuit.root) == 2000
    longer = encode(Program(2, 1, [*entangled, *entangled[:1]]), FORMAT, most_operations=9999).data
    with pytest.raises(ValueError, match="at most 2000"):
        _read(longer)
