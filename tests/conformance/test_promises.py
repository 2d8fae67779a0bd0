"""P01 to P16 on every framework and format, as far as circuits and their answers go: run by the format's judge.

Each test is right, or refused because the format need not be able to say it (`sayings.MUST_SAY`). The other sides of
these promises, jobs and results of the frameworks, are tested on the embedded cloud in tests/promises.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cirq
import numpy as np
import pytest
import sympy
from corners import Drawing, JudgedCirqWay, JudgedQiskitWay, record
from judges import cirq_branching, exact
from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister, transpile
from qiskit.circuit import Clbit, Parameter
from qiskit.circuit import library as lib
from qiskit.transpiler import CouplingMap

import qrelay
from conformance import cirq_circuits, qiskit_circuits, verdicts
from qrelay.errors import InvalidOption, UnboundParameters

pytestmark = [  # the frameworks' own libraries warn about themselves while circuits are built
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::PendingDeprecationWarning"),
    pytest.mark.filterwarnings("ignore::scipy.sparse.SparseEfficiencyWarning"),
]

Drawn = Callable[..., bool]


def _qiskit(circuit: QuantumCircuit, way: JudgedQiskitWay, shots: int = 300) -> Callable[[], None]:
    def check() -> None:
        verdict = verdicts.of_qiskit(circuit, way.format, exact.memory_distribution(circuit), shots)
        if verdict.error is not None:
            raise verdict.error

    return check


def _cirq(circuit: cirq.Circuit, way: JudgedCirqWay) -> Callable[[], None]:
    def check() -> None:
        verdict = verdicts.of_cirq(circuit, way.format, cirq_branching.distribution(circuit))
        if verdict.error is not None:
            raise verdict.error

    return check


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
        assert right_or_refused(qiskit_way, _qiskit(circuit, qiskit_way))


@pytest.mark.parametrize("measured", [(0,), (2,), (3, 1), (4, 0, 2)], ids=str)
def test_p04_unmeasured_helpers_never_overwrite(way: Any, drawn: Drawn, measured: tuple[int, ...]) -> None:
    """Bug: states that differ in unmeasured qubits only overwrite each other (azure-quantum-python#198, #248)."""
    assert drawn(way, Drawing(5, [*_turned(5), ("cx", 1, 4), ("cx", 3, 0)], {"m": measured}))


# --- P06, P10: what happens midway ----------------------------------------------------------------------------------


def test_p06_cirq_s_guarded_gates_are_guarded_as_a_whole(
    cirq_way: JudgedCirqWay, right_or_refused: Callable[..., bool]
) -> None:
    """Bug: of a guarded gate that is decomposed only the first part keeps the guard (Cirq#8329, #5691, #7624)."""
    a, b, c, d = cirq.LineQubit.range(4)
    block = cirq.CircuitOperation(cirq.FrozenCircuit(cirq.H(b), cirq.CX(b, c), cirq.T(c) ** 0.3))
    before = [cirq.ry(0.9)(a), cirq.X(b), cirq.ry(0.7)(c), cirq.measure(a, key="k")]
    for guarded in (cirq.X(b), cirq.CCZ(b, c, d), cirq.CSWAP(b, c, d), cirq.ISWAP(c, d) ** 0.3, block):
        op = guarded.with_classical_controls("k")
        after = [cirq.H(c), cirq.H(d), cirq.measure(b, c, d, key="rest")]
        right_or_refused(cirq_way, _cirq(cirq.Circuit(before, cirq.H(d), op, after), cirq_way), "if register")


def test_p06_qiskit_s_guarded_gates_are_guarded_as_a_whole(
    qiskit_way: JudgedQiskitWay, right_or_refused: Callable[..., bool]
) -> None:
    """Bug: as above."""
    inner = QuantumCircuit(2, name="mine", global_phase=0.4)
    inner.h(0)
    inner.cp(0.7, 0, 1)
    for gate in (lib.XGate(), lib.CCZGate(), lib.CSwapGate(), inner.to_gate(), inner.to_gate().control(1)):
        circuit = QuantumCircuit(QuantumRegister(4, "q"), ClassicalRegister(1, "k"), ClassicalRegister(3, "rest"))
        circuit.ry(0.9, 0)
        circuit.x(1)
        circuit.ry(0.7, 2)
        circuit.h(3)
        circuit.measure(0, 0)
        with circuit.if_test((circuit.cregs[0], 1)):
            circuit.append(gate, [1, 2, 3][: gate.num_qubits])
        circuit.h([2, 3])
        circuit.measure([1, 2, 3], [1, 2, 3])
        right_or_refused(qiskit_way, _qiskit(circuit, qiskit_way), "if register")


def test_p08_a_qubit_used_after_its_measurement(way: Any, drawn: Drawn) -> None:
    """Bug: the measurement slips to the end, past the gate behind it (qBraid#1313)."""
    gates = [("ry", 0.9, 0), ("measure", "a"), ("x", 0), ("cx", 0, 1)]
    drawn(way, Drawing(2, gates, {"a": (0,), "b": (1, 0)}), "midway")


def test_p08_one_qubit_into_two_bits(way: Any, drawn: Drawn) -> None:
    """Bug: the second measurement of a qubit replaces the first, whose bit then reads 0 (qBraid#1313)."""
    assert drawn(way, Drawing(3, [("ry", 0.8, 0), ("x", 2)], {"a": (0, 2), "b": (1, 0), "c": (2,)}))


def _deciding(kind: str) -> tuple[QuantumCircuit, tuple[str, ...]]:
    circuit = QuantumCircuit(QuantumRegister(3, "q"), ClassicalRegister(1, "k"), ClassicalRegister(2, "c"))
    k, c = circuit.cregs
    circuit.ry(0.9, 0)
    circuit.ry(0.6, 1)
    circuit.measure(0, k[0])
    needs: tuple[str, ...] = ()
    if kind == "measure":
        circuit.h(0)
        needs = ("midway",)
    elif kind == "reset":
        circuit.reset(1)
        circuit.ry(0.3, 1)
        needs = ("reset",)
    elif kind == "reuse":
        circuit.reset(0)
        circuit.ry(1.1, 0)
        needs = ("midway", "reset")
    elif kind == "if":
        with circuit.if_test((k, 1)):
            circuit.x(1)
        needs = ("if register",)
    elif kind == "else":
        with circuit.if_test((k[0], 0)) as otherwise:
            circuit.x(1)
        with otherwise:
            circuit.h(2)
        needs = ("if register", "else")
    elif kind == "switch":
        circuit.measure(1, c[1])
        with circuit.switch(c) as case:
            with case(0, 3):
                circuit.x(2)
            with case(case.DEFAULT):
                circuit.h(2)
        needs = ("switch",)
    elif kind == "while":
        with circuit.while_loop((k, 1)):
            circuit.ry(0.3, 1)
            circuit.h(0)
            circuit.measure(0, k[0])
        needs = ("while", "midway", "measure inside", "if register")
    elif kind == "for":
        angle = Parameter("θ")
        with circuit.for_loop(range(3)):
            circuit.ry(0.3, 1)
        with circuit.for_loop((1, 4), angle):
            circuit.ry(angle / 5, 2)
    circuit.measure([2, 1], [1, 2])
    return circuit, needs


@pytest.mark.parametrize("kind", ["measure", "reset", "reuse", "if", "else", "switch", "while", "for"])
def test_p10_mid_circuit_work_is_right_or_refused(
    qiskit_way: JudgedQiskitWay, right_or_refused: Callable[..., bool], kind: str
) -> None:
    """Bug: control flow dropped, flattened or run as if it were none (qiskit-ionq#259, Qiskit#12281)."""
    circuit, needs = _deciding(kind)
    right_or_refused(qiskit_way, _qiskit(circuit, qiskit_way), *needs)


@pytest.mark.parametrize("kind", ["measure", "reset", "reuse", "if", "mask", "formula"])
def test_p10_cirq_s_mid_circuit_work_is_right_or_refused(
    cirq_way: JudgedCirqWay, right_or_refused: Callable[..., bool], kind: str
) -> None:
    """Bug: as above."""
    a, b, c = cirq.LineQubit.range(3)
    middle, needs = {
        "measure": ([cirq.H(a)], ("midway",)),
        "reset": ([cirq.reset(b), cirq.ry(0.3)(b)], ("reset",)),
        "reuse": ([cirq.reset(a), cirq.ry(1.1)(a)], ("midway", "reset")),
        "if": ([cirq.X(b).with_classical_controls("k")], ("if register",)),
        "mask": (
            [
                cirq.X(c).with_classical_controls(cirq.BitMaskKeyCondition("two", target_value=2, bitmask=2)),
                cirq.Y(b).with_classical_controls(cirq.BitMaskKeyCondition("two", target_value=1, equal_target=True)),
            ],
            ("if bit", "if register"),
        ),
        "formula": ([cirq.X(b).with_classical_controls(sympy.Symbol("k") < sympy.Symbol("two"))], ("if bit", "nested")),
    }[kind]
    circuit = cirq.Circuit(
        [cirq.ry(0.9)(a), cirq.ry(0.6)(b), cirq.ry(1.7)(c), cirq.measure(a, key="k")],
        cirq.measure(c, a, key="two", invert_mask=(True,)) if kind in ("mask", "formula") else [],
        middle,
        cirq.measure(a, c, b, key="end"),
    )
    right_or_refused(cirq_way, _cirq(circuit, cirq_way), "midway", *needs)


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
    assert right_or_refused(cirq_way, _cirq(circuit, cirq_way))


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
    assert right_or_refused(qiskit_way, _qiskit(circuit, qiskit_way))


@pytest.mark.parametrize(
    "names", [("pi", "crz", "2cr"), ("c_{reg}", "β", "q"), ("a-b", "a.b", "a_b"), ('"', "a;", "//")]
)
def test_p12_names_survive(way: Any, drawn: Drawn, names: tuple[str, ...]) -> None:
    """Bug: payloads that do not parse, or registers that two names were mapped to (Qiskit#16919, #15304, #16169)."""
    assert drawn(way, Drawing(3, [("x", 0), ("ry", 0.7, 2)], {name: (at,) for at, name in enumerate(names)}))


@pytest.mark.parametrize("controls", range(1, 9))
def test_p12_many_controls(way: Any, right_or_refused: Callable[..., bool], controls: int) -> None:
    """Bug: gates of many controls under names that no reader knows, or cut to what it does (Qiskit#16169)."""
    on = [*range(controls)]
    if way.framework == "qiskit":
        circuit = QuantumCircuit(controls + 1, controls + 1)
        circuit.x(on)
        circuit.ry(0.6, 0)
        circuit.append(lib.MCXGate(controls), [*on, controls])
        circuit.measure([*on, controls], [controls, *on])
        check = _qiskit(circuit, way)
    else:
        qubits = cirq.LineQubit.range(controls + 1)
        check = _cirq(
            cirq.Circuit(
                [cirq.X(qubits[place]) for place in on],
                cirq.ry(0.6)(qubits[0]),
                cirq.X(qubits[-1]).controlled_by(*qubits[:-1]),
                cirq.measure(*qubits[::-1], key="m"),
            ),
            way,
        )
    assert right_or_refused(way, check, *["length"] * (controls > 5)) or controls > 5


def test_p13_a_bit_far_up_a_wide_register(qiskit_way: JudgedQiskitWay, right_or_refused: Callable[..., bool]) -> None:
    """Bug: only the measured bits of a register counted (amazon-braket-default-simulator-python#370)."""
    circuit = QuantumCircuit(QuantumRegister(2, "q"), ClassicalRegister(80, "c"))
    circuit.x(1)
    circuit.ry(0.7, 0)
    circuit.measure([1, 0], [70, 1])
    assert right_or_refused(qiskit_way, _qiskit(circuit, qiskit_way))


# --- P14, P15, P16 ---------------------------------------------------------------------------------------------------


def test_p14_every_standard_gate_of_qiskit(qiskit_way: JudgedQiskitWay, right_or_refused: Callable[..., bool]) -> None:
    """Bug: gates under the wrong name, with the wrong sign, or their qubits the wrong way round (qiskit-ionq#41)."""
    turns = (0.37, -1.13, 2.41, 0.71)
    for gate in qiskit_circuits.STANDARD.values():
        made = gate.base_class(*turns[: len(gate.params)]) if gate.params else gate
        right_or_refused(qiskit_way, _qiskit(_asymmetric(made), qiskit_way, 200))


def _asymmetric(gate: Any) -> QuantumCircuit:
    count = gate.num_qubits
    circuit = QuantumCircuit(max(1, count), max(1, count))
    for qubit in range(circuit.num_qubits):
        circuit.ry(0.4 + 0.31 * qubit, qubit)
        circuit.rz(0.9 - 0.47 * qubit, qubit)
    circuit.append(gate, range(count))
    for qubit in range(circuit.num_qubits):
        circuit.rx(0.8 + 0.2 * qubit, qubit)
    circuit.measure(range(circuit.num_qubits), range(circuit.num_qubits))
    return circuit


@pytest.mark.parametrize("kind", ["evolution", "qft", "initialize", "unitary", "ctrl_state", "phase", "numbers"])
def test_p14_gates_beyond_the_standard(
    qiskit_way: JudgedQiskitWay, right_or_refused: Callable[..., bool], kind: str
) -> None:
    """Bug: as above, or a global phase lost under a control."""
    phased = QuantumCircuit(1, global_phase=0.9)
    phased.t(0)
    rng = np.random.default_rng(5)
    state = rng.normal(size=4) + 1j * rng.normal(size=4)
    gate = {
        "evolution": lambda: lib.PauliEvolutionGate(_commuting(), time=0.7),
        "qft": lambda: lib.QFTGate(3),
        "initialize": lambda: lib.StatePreparation(state / np.linalg.norm(state)),
        "unitary": lambda: lib.UnitaryGate(lib.CSwapGate().to_matrix() @ np.kron(np.eye(4), lib.TGate().to_matrix())),
        "ctrl_state": lambda: lib.RYGate(0.7).control(2, ctrl_state="01", annotated=False),
        "phase": lambda: phased.to_gate().control(1, annotated=False),
        "numbers": lambda: lib.CUGate(np.float32(0.5), np.float64(0.25), np.int64(1), 0.125),
    }[kind]()
    assert right_or_refused(qiskit_way, _qiskit(_asymmetric(gate), qiskit_way))


def _commuting() -> Any:
    from qiskit.quantum_info import SparsePauliOp

    return SparsePauliOp(["XXI", "YYI", "IIZ"], [0.5, -0.3, 1.1])


def test_p14_cirq_s_common_gates(cirq_way: JudgedCirqWay, right_or_refused: Callable[..., bool]) -> None:
    """Bug: as above."""
    turns = (0.5, -0.3, 1.0, 0.25)
    gates = [kind(exponent=t) for kinds in cirq_circuits.POWERS.values() for kind in kinds for t in turns]
    gates += [cirq.rx(0.3), cirq.ry(-1.2), cirq.rz(2.2), cirq.CSWAP, cirq.FSimGate(0.3, -0.7), cirq.ms(0.4)]
    gates += [cirq.PhasedXZGate(x_exponent=0.3, z_exponent=-0.6, axis_phase_exponent=0.2), cirq.givens(0.4)]
    for gate in gates:
        qubits = cirq.LineQubit.range(cirq.num_qubits(gate))
        before = [(cirq.ry(0.4 + 0.31 * i)(q), cirq.rz(0.9 - 0.47 * i)(q)) for i, q in enumerate(qubits)]
        after = [cirq.rx(0.8 + 0.2 * i)(q) for i, q in enumerate(qubits)]
        circuit = cirq.Circuit(before, gate.on(*qubits[::-1]), after, cirq.measure(*qubits, key="m"))
        right_or_refused(cirq_way, _cirq(circuit, cirq_way))


def test_p14_unbound_parameters_are_refused_by_name(way: Any) -> None:
    """Bug: a parameter without a value sent as its name, or as nought (qiskit-ionq#225)."""
    circuit: Any = QuantumCircuit(1, 1)
    circuit.rx(Parameter("θ"), 0)
    circuit.measure(0, 0)
    if way.framework == "cirq":
        qubit = cirq.LineQubit(0)
        circuit = cirq.Circuit(cirq.rx(sympy.Symbol("θ"))(qubit), cirq.measure(qubit))
    with pytest.raises(UnboundParameters, match="θ"):
        way.payload(circuit)


def test_p15_barriers_delays_and_identities(qiskit_way: JudgedQiskitWay, right_or_refused: Callable[..., bool]) -> None:
    """Bug: a target that fails on what does nothing (azure-quantum-python#744)."""
    circuit = QuantumCircuit(3, 2)
    circuit.ry(0.7, 0)
    circuit.barrier()
    circuit.id(1)
    circuit.delay(100, 2, "ns")
    circuit.cx(0, 2)
    circuit.barrier(2, 0)
    circuit.delay(16, 1, "dt")
    circuit.measure([2, 1], [0, 1])
    circuit.barrier()
    assert right_or_refused(qiskit_way, _qiskit(circuit, qiskit_way))


def test_p15_cirq_s_waits_and_identities(cirq_way: JudgedCirqWay, right_or_refused: Callable[..., bool]) -> None:
    """Bug: as above."""
    a, b = cirq.LineQubit.range(2)
    circuit = cirq.Circuit(cirq.ry(0.7)(a), cirq.wait(a, b, nanos=100), cirq.I(b), cirq.CX(a, b), cirq.measure(b, a))
    assert right_or_refused(cirq_way, _cirq(circuit, cirq_way))


def test_p16_an_option_that_the_format_does_not_know(way: Any) -> None:
    """Bug: misspelt options that change nothing, in silence."""
    circuit = way.build(Drawing(1, [("x", 0)], {"m": (0,)}))
    with pytest.raises(InvalidOption) as caught:
        qrelay.encode(circuit, way.format, optimisation=3)
    assert caught.value.option == "optimisation"
    assert qrelay.encode(circuit, way.format, optimisation=None).data == way.payload(circuit).data
    assert way.records([Drawing(1, [("x", 0)], {"m": (0,)})], 5) == [{record(m="1"): 5}]
