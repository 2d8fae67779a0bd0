"""IonQ's gateset qis: all of its words, controls, pauliexp; and the same meaning as the vendors' own serialisers."""

from __future__ import annotations

import itertools
import json
from typing import Any

import numpy as np
import pytest
from judges import ionq

from qrelay.errors import UnsupportedCircuit
from qrelay.formats import encode
from qrelay.program import Operation, Program, Register
from qrelay.program.controlled import CONTROLLABLE, controlled_name
from qrelay.program.gates import GATES

FORMATS = {"ionq.circuit.v1": "pauliexp", "IONQ_CIRCUIT_V1": "pauliExp"}
WORDS = {"sdg": "si", "tdg": "ti", "sx": "v", "sxdg": "vi"}


def _program(operations: list[Operation], count: int) -> Program:
    measured: list[Operation] = [("measure", (qubit,), (qubit,)) for qubit in range(count)]
    return Program(count, count, [*operations, *measured], (Register("c", tuple(range(count))),))


def _items(operations: list[Operation], count: int, format_name: str = "ionq.circuit.v1") -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = json.loads(encode(_program(operations, count), format_name).data)["circuit"]
    return items


def _stirred(count: int) -> list[Operation]:
    turns: list[Operation] = []
    for qubit in range(count):
        turns.append(("ry", (qubit,), (0.4 + 0.31 * qubit,)))
        turns.append(("rz", (qubit,), (0.9 - 0.47 * qubit,)))
    return turns


@pytest.mark.parametrize("controls", range(8))
@pytest.mark.parametrize("base", [name for name in CONTROLLABLE if name != "p"])
def test_every_controlled_gate_is_one_word(base: str, controls: int) -> None:
    name = controlled_name(base, controls)
    places = [5, 0, 7, 2, 6, 1, 3][:controls]
    params = (0.77,) * GATES[name].num_params
    (item,) = _items([(name, (*places, 4), params)], 8)
    assert item["gate"] == WORDS.get(base, base)
    assert (item["targets"], item.get("controls", [])) == ([4], places)
    assert item.get("rotation") == (0.77 if params else None)


@pytest.mark.parametrize("controls", range(1, 8))
def test_controlled_phases_are_exact_and_short(controls: int) -> None:
    """IonQ documents no phase gate: n controls cost n turns about Z under controls, and one without."""
    count = controls + 1
    name = controlled_name("p", controls)
    phase: Operation = (name, tuple(range(count)), (0.77,))
    assert len(_items([phase], count)) == count
    before = ionq.statevector(encode(_program(_stirred(count), count), "ionq.circuit.v1").data)
    after = ionq.statevector(encode(_program([*_stirred(count), phase], count), "ionq.circuit.v1").data)
    assert abs(np.vdot(after, GATES[name].matrix(0.77) @ before)) == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("format_name", FORMATS)
@pytest.mark.parametrize("time", [0.9, -0.9])
def test_pauliexp_is_written_and_means_the_same_as_its_gates(time: float, format_name: str) -> None:
    """Terms from the wrong end, a lost sign of time, the Hub's word on Azure."""
    arguments = (("XYZ", "YXI", "ZZZ", "III"), (0.31, -0.8, 0.45, 0.2), time)
    operation: Operation = ("pauliexp", (2, 0, 3), arguments)
    program = _program([*_stirred(4), operation], 4)
    payload = encode(program, format_name)
    item = json.loads(payload.data)["circuit"][-1]
    assert item["gate"] == FORMATS[format_name]
    assert (item["targets"], item["terms"], item["time"]) == ([2, 0, 3], ["XYZ", "YXI", "ZZZ"], 1.0)
    assert item["coefficients"] == [time * value for value in (0.31, -0.8, 0.45)]
    gates = encode(_program([*_stirred(4), *_in_gates(operation)], 4), format_name)
    assert b"auli" not in gates.data
    found, wanted = ionq.statevector(payload.data), ionq.statevector(gates.data)
    assert abs(np.vdot(found, wanted)) == pytest.approx(1, abs=1e-12)


def _in_gates(operation: Operation) -> list[Operation]:
    from qrelay.program.pauli import pauli_steps

    _, qubits, arguments = operation
    return [
        (name, tuple(qubits[place] for place in places), params)
        for name, places, params in pauli_steps(*arguments)
        if name != "global_phase"
    ]


def test_pauliexp_of_nothing_is_nothing() -> None:
    assert _items([("pauliexp", (0, 1), (("II",), (0.3,), 0.2))], 2) == []


@pytest.mark.parametrize("bad", [float("inf"), float("nan")])
@pytest.mark.parametrize("place", ["time", "coefficient"])
@pytest.mark.parametrize("gateset", ["qis", "native"])
def test_pauliexp_with_infinite_numbers_is_refused(bad: float, place: str, gateset: str) -> None:
    time, coefficient = (bad, 0.5) if place == "time" else (0.5, bad)
    program = _program([("h", (0,), ()), ("pauliexp", (0, 1), (("XX",), (coefficient,), time))], 2)
    with pytest.raises(UnsupportedCircuit) as caught:
        encode(program, "ionq.circuit.v1", gateset=gateset)
    assert (caught.value.operation, caught.value.index) == ("pauliexp", 1)


# --- side by side with the vendors' serialisers ------------------------------------------------------------------


def _judged(gates: list[dict[str, Any]], count: int, gateset: str) -> Any:
    document = {"gateset": gateset, "qubits": count, "circuit": gates}
    return ionq.statevector(json.dumps(document, default=float).encode())


def _same_as_qiskit_ionq(circuit: Any, gateset: str) -> None:
    """The same state from their JSON and from ours; native programs up to turns about Z at the end."""
    import qrelay

    helpers = pytest.importorskip("qiskit_ionq.helpers")
    theirs, _, _ = helpers.qiskit_circ_to_ionq_circ(circuit, gateset=gateset)
    wanted = _judged(theirs, circuit.num_qubits, gateset)
    found = ionq.statevector(qrelay.encode(circuit, "ionq.circuit.v1", gateset=gateset).data)
    assert abs(np.vdot(found, wanted)) == pytest.approx(1, abs=1e-9)


def test_qis_beside_qiskit_ionq() -> None:
    qiskit = pytest.importorskip("qiskit")
    circuit = qiskit.QuantumCircuit(4)
    for qubit in range(4):
        circuit.ry(0.4 + 0.31 * qubit, qubit)
    for place, name in enumerate(("x", "y", "z", "h", "s", "sdg", "t", "tdg", "sx", "sxdg", "id")):
        getattr(circuit, name)(place % 4)
    for place, name in enumerate(("rx", "ry", "rz")):
        getattr(circuit, name)(0.3 + place, place)
    for name in ("cx", "cy", "cz", "ch", "csx", "swap"):
        getattr(circuit, name)(2, 0)
    for name in ("crx", "cry", "crz", "rxx", "ryy", "rzz"):
        getattr(circuit, name)(0.83, 3, 1)
    circuit.ccx(3, 0, 2)
    circuit.mcx([3, 1, 0], 2)
    _same_as_qiskit_ionq(circuit, "qis")


def test_native_beside_qiskit_ionq() -> None:
    """Read as rows of the table, though qiskit-ionq counts in turns, and sent as they stand."""
    qiskit = pytest.importorskip("qiskit")
    gates = pytest.importorskip("qiskit_ionq")
    for entangling in (gates.MSGate(0.1, -0.7, 0.2), gates.ZZGate(0.17)):
        circuit = qiskit.QuantumCircuit(3)
        for qubit in range(3):
            circuit.append(gates.GPI2Gate(0.11 + 0.2 * qubit), [qubit])
        circuit.append(entangling, [2, 0])
        circuit.append(gates.GPIGate(-0.4), [2])
        circuit.append(gates.GPI2Gate(0.9), [0])
        circuit.append(entangling, [0, 1])
        circuit.append(gates.GPI2Gate(0.3), [0])
        _same_as_qiskit_ionq(circuit, "native")


@pytest.mark.parametrize(
    "gate",
    ["X", "Y", "Z", "S", "T", "H", "X**0.5", "X**-0.5", "Z**0.3", "Y**0.7", "CNOT", "SWAP", "XX**0.3", "ZZ**-0.7"],
)
def test_qis_beside_cirq_ionq(gate: str) -> None:
    cirq = pytest.importorskip("cirq")
    base, _, exponent = gate.partition("**")
    _same_as_cirq_ionq([getattr(cirq, base) ** float(exponent or 1)], "qis")


def test_pauli_phasors_beside_cirq_ionq() -> None:
    cirq = pytest.importorskip("cirq")
    phasor = cirq.PauliStringPhasorGate(cirq.DensePauliString("XZY"), exponent_neg=0.4, exponent_pos=0.1)
    _same_as_cirq_ionq([phasor], "qis")


def test_native_beside_cirq_ionq() -> None:
    gates = pytest.importorskip("cirq_ionq")
    one = [gates.GPIGate(phi=0.3), gates.GPI2Gate(phi=-0.2)]
    _same_as_cirq_ionq([*one, gates.MSGate(phi0=0.1, phi1=0.4, theta=0.2), *one], "native")
    _same_as_cirq_ionq([*one, gates.ZZGate(theta=0.17), *one], "native")


def _same_as_cirq_ionq(gates: list[Any], gateset: str) -> None:
    import qrelay

    cirq = pytest.importorskip("cirq")
    theirs = pytest.importorskip("cirq_ionq")
    qubits = cirq.LineQubit.range(3)
    circuit = cirq.Circuit()
    if gateset == "qis":
        circuit += [cirq.ry(0.4 + 0.31 * place).on(qubit) for place, qubit in enumerate(qubits)]
        circuit += [cirq.rz(0.9 - 0.47 * place).on(qubit) for place, qubit in enumerate(qubits)]
    else:
        circuit += [theirs.GPI2Gate(phi=0.2 + 0.15 * place).on(qubit) for place, qubit in enumerate(qubits)]
    order = itertools.cycle([qubits[2], qubits[0], qubits[1]])
    circuit += [gate.on(*itertools.islice(order, cirq.num_qubits(gate))) for gate in gates]
    items = theirs.Serializer().serialize_single_circuit(circuit + cirq.measure(*qubits, key="m")).input["circuit"]
    for item in items:
        if item["gate"] == "zz" and gateset == "native":  # IonQ's page calls it an angle
            item["angle"] = item.pop("phase")
    wanted = _judged(items, 3, gateset)
    payload = qrelay.encode(circuit + cirq.measure(*qubits, key="m"), "ionq.circuit.v1", gateset=gateset)
    assert abs(np.vdot(ionq.statevector(payload.data), wanted)) == pytest.approx(1, abs=1e-9)
