"""IQM's programs as iqm-client's own models and checks take them, turned into Qiskit's circuits by its own adapter."""

from __future__ import annotations

import json
import math
from collections import Counter
from typing import Any

import pytest
from judges import exact
from judges import iqm as judge
from tests.asymmetric import ANGLES, NAMES, distribution_of, program_of

from qrelay.formats import encode
from qrelay.program import Operation, Program, Register
from qrelay.program.control import BitIs

pytest.importorskip("iqm.qiskit_iqm", reason="nox -s outside has an environment with iqm-client")

from iqm.iqm_client.models import validate_circuit
from iqm.iqm_client.validation import validate_circuit_instructions
from iqm.pulse import Circuit
from iqm.qiskit_iqm import IQMFakeApollo, IQMFakeDeneb
from iqm.qiskit_iqm.qiskit_to_iqm import deserialize_instructions
from pydantic import TypeAdapter
from qiskit import QuantumCircuit, transpile
from qiskit.quantum_info import Operator
from qiskit_aer import AerSimulator

FORMAT = "IQM_JOB_INPUT_V1"
SHOTS = 4000


def _circuit(data: bytes) -> Circuit:
    """By the client's own model, from the newer field names, and checked as before a submission."""
    found = TypeAdapter(Circuit).validate_python(json.loads(data)["circuits"][0])
    validate_circuit(found)
    return found


def _qiskit(circuit: Circuit, names: list[str]) -> QuantumCircuit:
    return deserialize_instructions(circuit.instructions, {name: place for place, name in enumerate(names)})


def _names(count: int) -> list[str]:
    return [f"QB{number + 1}" for number in range(count)]


def _judged(data: bytes, program: Program, resonators: frozenset[str] = frozenset()) -> dict[int, float]:
    keys, outcomes = judge.distribution(data, resonators)
    found: dict[int, float] = {}
    for outcome, weight in outcomes.items():
        memory = judge.memory(keys, outcome, program.layout.groups)
        found[memory] = found.get(memory, 0.0) + weight
    return found


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("turned", [ANGLES, (-2.9, 4.4, -5.3, 9.1)], ids=["small", "large"])
def test_each_gate(name: str, turned: tuple[float, ...]) -> None:
    program = program_of(name, turned)
    data = encode(program, FORMAT, fields="new").data
    found = exact.memory_distribution(_qiskit(_circuit(data), _names(program.num_qubits)))
    assert exact.same_distribution(found, distribution_of(program))
    assert exact.same_distribution(found, _judged(data, program))


def test_both_sets_of_field_names_say_the_same() -> None:
    """The specification's in turns, the client's in radians."""
    program = program_of("cu")
    old = json.loads(encode(program, FORMAT).data)["circuits"][0]
    new = json.loads(encode(program, FORMAT, fields="new").data)["circuits"][0]
    assert old["name"] == new["name"]
    for one, other in zip(old["instructions"], new["instructions"], strict=True):
        assert (one["name"], one["qubits"]) == (other["name"], other["locus"])
        if one["name"] == "prx":
            turned = {"angle": one["args"]["angle_t"] * math.tau, "phase": one["args"]["phase_t"] * math.tau}
            assert turned == pytest.approx(other["args"])
        else:
            assert one["args"] == other["args"]


def test_several_registers_and_a_crystal() -> None:
    """Keys give the registers back; gates fit the machine's own description; barriers are understood."""
    apollo = IQMFakeApollo().architecture
    described = json.loads(apollo.model_dump_json())
    operations: list[Operation] = [("ry", (qubit,), (0.5 + 0.6 * qubit,)) for qubit in (0, 1, 3)]
    operations += [("cx", (0, 1), ()), ("barrier", (0, 1, 3), ()), ("cz", (0, 3), ())]
    operations += [("measure", (3,), (3,)), ("measure", (1,), (0,)), ("measure", (0,), (2,))]
    program = Program(20, 4, operations, (Register("low", (0, 1)), Register("high", (2, 3))))
    data = encode(program, FORMAT, fields="new", architecture=described).data
    circuit = _circuit(data)
    validate_circuit_instructions(apollo, [circuit])
    assert "barrier" in [item.name for item in circuit.instructions]
    small = _names(4)
    found = _qiskit(circuit, small)
    assert [(register.name, register.size) for register in found.cregs] == [("low", 2), ("high", 2)]
    narrow = Program(4, 4, operations, program.registers)
    assert exact.same_distribution(exact.memory_distribution(found), distribution_of(narrow))
    assert exact.same_distribution(_judged(data, program), distribution_of(narrow))


def test_a_star() -> None:
    """Moves as the client's strict check wants them, through whatever phase its own matrix of a move has."""
    deneb = IQMFakeDeneb().architecture
    described = json.loads(deneb.model_dump_json())
    operations: list[Operation] = [("ry", (qubit,), (0.4 + 0.5 * qubit,)) for qubit in range(3)]
    operations += [("rz", (1,), (0.8,)), ("cx", (0, 1), ()), ("cz", (1, 2), ()), ("cx", (2, 0), ())]
    operations += [("rx", (qubit,), (1.1 - qubit,)) for qubit in range(3)]
    operations += [("measure", (qubit,), ((qubit + 1) % 3,)) for qubit in range(3)]
    program = Program(3, 3, operations, (Register("c", (0, 1, 2)),))
    data = encode(program, FORMAT, fields="new", architecture=described).data
    circuit = _circuit(data)
    validate_circuit_instructions(deneb, [circuit])
    found = _qiskit(circuit, [*_names(3), "CR1"])
    plain = QuantumCircuit(*found.qregs, *found.cregs)
    for item in found.data:  # the client's gate has a matrix and, on purpose, no definition
        if item.operation.name == "move":
            matrix = Operator(item.operation.unitary.data)
            plain.unitary(matrix.reverse_qargs(), item.qubits)
        else:
            plain.append(item)
    assert exact.same_distribution(exact.memory_distribution(plain), distribution_of(program))
    assert exact.same_distribution(_judged(data, program, frozenset({"CR1"})), distribution_of(program))


@pytest.mark.parametrize("value", [False, True])
def test_what_a_measured_bit_decides(value: bool) -> None:
    then: tuple[Operation, ...] = (("ry", (1,), (0.7,)), ("t", (1,), ()), ("h", (1,), ()))
    otherwise: tuple[Operation, ...] = (("rx", (1,), (1.9,)),)
    operations: list[Operation] = [("ry", (0,), (1.2,)), ("ry", (1,), (0.5,)), ("rz", (1,), (0.9,))]
    operations += [("measure", (0,), (0,)), ("if", (), (BitIs(0, value=value), then, otherwise))]
    operations += [("ry", (1,), (0.4,)), ("measure", (1,), (1,))]
    program = Program(2, 2, operations, (Register("c", (0, 1)),))
    data = encode(program, FORMAT, fields="new", midcircuit=True).data
    circuit = _qiskit(_circuit(data), _names(2))
    simulator = AerSimulator(seed_simulator=5)
    counts: Any = simulator.run(transpile(circuit, simulator), shots=SHOTS).result().get_counts()
    seen = Counter({int(memory, 2): count for memory, count in counts.items()})
    assert exact.p_value(seen, _judged(data, program)) > 1e-6
