"""P01, P02, P04, P07, P09, P11, P12 and P13: bits, registers, keys and names, on every framework and format, run by the
format's judge.

Each test is right, or refused because the format need not be able to say it (`sayings.MUST_SAY`). The other sides of
these promises, jobs and results of the frameworks, are tested on the embedded cloud in tests/promises.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cirq
import pytest
from corners import Drawing, JudgedCirqWay, JudgedQiskitWay
from judges import exact, warning
from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister, transpile
from qiskit.circuit import Clbit
from qiskit.transpiler import CouplingMap

from conformance import verdicts
from conformance.checks import Drawn, of_cirq, of_qiskit

pytestmark = warning.OF_THEMSELVES


def _turned(count: int) -> list[tuple[Any, ...]]:
    return [("ry", 0.4 + 0.37 * qubit, qubit) for qubit in range(count)]


# --- P01, P02, P04: bits and registers -------------------------------------------------------------------------------


@pytest.mark.parametrize("flipped", range(5))
def test_p01_x_on_one_of_five_qubits(way: Any, drawn: Drawn, flipped: int) -> None:
    """Bug: registers reversed, bits of a register reversed, or both (azure-quantum-python#361, qBraid#1304)."""
    assert drawn(way, Drawing(5, [("x", flipped)], {"a": (3, 1), "b": (0,), "c": (4, 2)}))


def test_p01_unequal_registers_in_an_asymmetric_state(way: Any, drawn: Drawn) -> None:
    """Bug: registers cut at the wrong places when their sizes differ."""
    drawing = Drawing(5, [*_turned(5), ("cx", 0, 4)], {"one": (4,), "three": (0, 2, 1), "last": (3,)})
    assert drawn(way, drawing)


@pytest.mark.parametrize("level", range(4))
def test_p02_transpiled_circuits_keep_their_own_layouts(
    qiskit_way: JudgedQiskitWay, right_or_refused: Callable[..., bool], level: int
) -> None:
    """Bug: one circuit's layout taken for all of a list (qiskit-ionq#183)."""
    circuits = []
    for shift in range(3):
        circuit = QuantumCircuit(4, 4)
        for qubit in range(4):
            circuit.ry(0.3 + 0.4 * qubit, qubit)
        circuit.ccx(0, 3, 1)
        circuit.measure(range(4), [(qubit + shift) % 4 for qubit in range(4)])
        line = CouplingMap.from_line(5, bidirectional=False)
        basis = ["rz", "sx", "x", "cx"]
        circuits.append(
            transpile(circuit, coupling_map=line, basis_gates=basis, optimization_level=level, seed_transpiler=shift)
        )
    for circuit in circuits:
        assert right_or_refused(qiskit_way, of_qiskit(circuit, qiskit_way))


@pytest.mark.parametrize("measured", [(0,), (2,), (3, 1), (4, 0, 2)], ids=str)
def test_p04_unmeasured_helpers_never_overwrite(way: Any, drawn: Drawn, measured: tuple[int, ...]) -> None:
    """Bug: states that differ in unmeasured qubits only overwrite each other (azure-quantum-python#198, #248)."""
    assert drawn(way, Drawing(5, [*_turned(5), ("cx", 1, 4), ("cx", 3, 0)], {"m": measured}))


# --- P07: Cirq's keys and qubits ------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["line", "grid", "named", "mixed"])
def test_p07_keys_and_qubits_of_every_sort(
    cirq_way: JudgedCirqWay, right_or_refused: Callable[..., bool], kind: str
) -> None:
    """Bug: qubits in the order of their appearance; keys, invert masks or repeated measurements lost."""
    qubits: list[cirq.Qid] = {
        "line": [cirq.LineQubit(place) for place in (4, -1, 2)],
        "grid": [cirq.GridQubit(1, 0), cirq.GridQubit(0, 3), cirq.GridQubit(0, -1)],
        "named": [cirq.NamedQubit(name) for name in ("q10", "q9", "β")],
        "mixed": [cirq.NamedQubit("a"), cirq.GridQubit(0, 0), cirq.LineQubit(0)],
    }[kind]
    a, b, c = qubits
    circuit = cirq.Circuit(
        [cirq.ry(0.4 + 0.5 * index)(qubit) for index, qubit in enumerate(qubits)],
        cirq.CX(c, a),
        cirq.measure(c, a, invert_mask=(False, True)),
        cirq.measure(b, key="again", invert_mask=(True,)),
        cirq.measure(a, key="again"),
    )
    assert right_or_refused(cirq_way, of_cirq(circuit, cirq_way))


# --- P09, P11, P12, P13 ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("level", range(4))
def test_p09_transpiled_layouts_are_honoured(
    qiskit_way: JudgedQiskitWay, right_or_refused: Callable[..., bool], level: int
) -> None:
    """Bug: the original's bits looked up by the transpiled circuit's qubits (qBraid#1389)."""
    circuit = QuantumCircuit(QuantumRegister(3, "q"), ClassicalRegister(2, "a"), ClassicalRegister(1, "b"))
    for qubit in range(3):
        circuit.ry(0.3 + 0.5 * qubit, qubit)
    circuit.cswap(2, 0, 1)
    circuit.measure([2, 0, 1], [0, 2, 1])
    placed = transpile(
        circuit,
        coupling_map=CouplingMap.from_ring(5),
        basis_gates=["rz", "sx", "x", "cz"],
        initial_layout=[4, 1, 2],
        optimization_level=level,
        seed_transpiler=3,
    )
    wanted = exact.memory_distribution(circuit)

    def check() -> None:
        verdict = verdicts.of_qiskit(placed, qiskit_way.format, wanted, 1000)
        if verdict.error is not None:
            raise verdict.error

    assert right_or_refused(qiskit_way, check)


@pytest.mark.parametrize("bits", ["fewer", "more", "unwritten", "empty", "loose", "overlapping", "none"])
def test_p11_every_bit_is_recorded_once(
    qiskit_way: JudgedQiskitWay, right_or_refused: Callable[..., bool], bits: str
) -> None:
    """Bug: bits that share a register, stand in none or are never written are lost or count twice (qbraid-qir#214)."""
    registers: list[Any] = {
        "fewer": [ClassicalRegister(1, "a")],
        "more": [ClassicalRegister(3, "a"), ClassicalRegister(3, "b")],
        "unwritten": [ClassicalRegister(4, "a")],
        "empty": [ClassicalRegister(0, "e"), ClassicalRegister(2, "a"), ClassicalRegister(0, "f")],
        "loose": [ClassicalRegister(1, "a")],
        "overlapping": [ClassicalRegister(3, "a")],
        "none": [],
    }[bits]
    circuit = QuantumCircuit(QuantumRegister(3, "q"), *registers)
    if bits in ("loose", "none"):
        circuit.add_bits([Clbit(), Clbit()])
    if bits == "overlapping":
        circuit.add_register(ClassicalRegister(name="b", bits=[circuit.clbits[2], Clbit(), circuit.clbits[0]]))
    for qubit in range(3):
        circuit.ry(0.3 + 0.5 * qubit, qubit)
    last = circuit.num_clbits - 1
    for qubit, bit in ((2, last), (0, 0)) if last else ((1, 0),):
        circuit.measure(qubit, bit)
    if bits == "more":
        circuit.measure([1, 1, 2, 0], [1, 2, 3, 4])
    assert right_or_refused(qiskit_way, of_qiskit(circuit, qiskit_way))


@pytest.mark.parametrize(
    "names", [("pi", "crz", "2cr"), ("c_{reg}", "β", "q"), ("a-b", "a.b", "a_b"), ('"', "a;", "//")]
)
def test_p12_names_survive(way: Any, drawn: Drawn, names: tuple[str, ...]) -> None:
    """Bug: payloads that do not parse, or registers that two names were mapped to (Qiskit#16919, #15304, #16169)."""
    assert drawn(way, Drawing(3, [("x", 0), ("ry", 0.7, 2)], {name: (at,) for at, name in enumerate(names)}))


def test_p13_a_bit_far_up_a_wide_register(qiskit_way: JudgedQiskitWay, right_or_refused: Callable[..., bool]) -> None:
    """Bug: only the measured bits of a register counted (amazon-braket-default-simulator-python#370)."""
    circuit = QuantumCircuit(QuantumRegister(2, "q"), ClassicalRegister(80, "c"))
    circuit.x(1)
    circuit.ry(0.7, 0)
    circuit.measure([1, 0], [70, 1])
    assert right_or_refused(qiskit_way, of_qiskit(circuit, qiskit_way))
