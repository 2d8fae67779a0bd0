"""The Qiskit reader: every circuit means the same afterwards, global phase included, on Qiskit 1.4 and 2.x."""

from __future__ import annotations

import cmath
import math
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.linalg
from judges import programs, warning
from judges.rows import unitary

from qrelay.errors import UnsupportedCircuit
from qrelay.program import Program
from qrelay.program.control import BitIs, RegisterIs
from qrelay.program.gates import GATES

qiskit = pytest.importorskip("qiskit")

from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister  # noqa: E402
from qiskit.circuit import (  # noqa: E402
    AnnotatedOperation,
    Clbit,
    ControlModifier,
    Gate,
    InverseModifier,
    Parameter,
    PowerModifier,
)
from qiskit.circuit import library as lib  # noqa: E402
from qiskit.quantum_info import (  # noqa: E402
    Clifford,
    Operator,
    SparsePauliOp,
    Statevector,
    random_hermitian,
    random_unitary,
)

from qrelay.qiskit.reader import read  # noqa: E402

QISKIT_1 = qiskit.__version__.startswith("1.")
pytestmark = warning.OF_THEMSELVES


def same(circuit: QuantumCircuit) -> None:
    assert np.allclose(unitary(read(circuit)), Operator(circuit).data, atol=1e-8)


def _on(gate: Any, num_qubits: int | None = None) -> QuantumCircuit:
    """The gate on permuted qubits of a circuit with some more."""
    count = gate.num_qubits if num_qubits is None else num_qubits
    circuit = QuantumCircuit(count + 1)
    circuit.append(gate, list(range(count, count - gate.num_qubits, -1)))
    return circuit


ANGLES = (0.37, -1.13, 2.41, 0.71)
STANDARD = {
    name: gate if not gate.params else gate.base_class(*ANGLES[: len(gate.params)])
    for name, gate in lib.get_standard_gate_name_mapping().items()
    if name not in ("delay", "measure", "reset")
}


@pytest.mark.parametrize("name", sorted(STANDARD))
def test_standard_gates_are_read_as_they_stand(name: str) -> None:
    circuit = _on(STANDARD[name])
    if name != "global_phase":
        assert [operation[0] for operation in read(circuit).operations] == [name]
    same(circuit)


def _composite() -> Gate:
    inner = QuantumCircuit(2, global_phase=0.8, name="inner")
    inner.rx(0.3, 0)
    inner.append(lib.XXPlusYYGate(0.4, 0.2), [1, 0])
    outer = QuantumCircuit(3, global_phase=-0.3, name="outer")
    outer.append(inner.to_gate(), [2, 0])
    outer.append(inner.to_gate().control(1, annotated=False), [0, 1, 2])
    return outer.to_gate()


def _evolution() -> Gate:
    operator = SparsePauliOp.from_list([("ZZI", 0.4), ("XXX", -0.7), ("IZZ", 0.2)])  # all commute: no Trotter error
    return lib.PauliEvolutionGate(operator, time=0.6)


class _OnlyMatrix(Gate):
    """A gate that has a matrix and no definition."""

    def __init__(self) -> None:
        super().__init__("only_matrix", 2, [])

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        return random_unitary(4, seed=5).data


OTHERS: dict[str, Callable[[], Any]] = {
    "c3x": lib.C3XGate,
    "c4x": lib.C4XGate,
    "c4x, other controls": lambda: lib.C4XGate(ctrl_state=6),
    **{f"mcx {count}": (lambda count=count: lib.MCXGate(count)) for count in range(1, 8)},
    "mcx with helper qubits": lambda: lib.MCXVChain(4, dirty_ancillas=True),
    "mcphase": lambda: lib.MCPhaseGate(0.7, 3),
    "open cx": lambda: lib.CXGate(ctrl_state=0),
    "open ccx": lambda: lib.CCXGate(ctrl_state=1),
    "open crx": lambda: lib.CRXGate(0.3, ctrl_state=0),
    "controlled u": lambda: lib.UGate(0.3, 0.7, -0.2).control(2, annotated=False),
    "controlled phase": lambda: lib.GlobalPhaseGate(0.4).control(1, annotated=False),
    "controlled composite": lambda: _composite().control(1, annotated=False),
    "inverse": lambda: lib.iSwapGate().inverse(),
    "power": lambda: lib.SXGate().power(0.3),
    "repeat": lambda: lib.RZXGate(0.3).repeat(3),
    "composite": _composite,
    "unitary 1": lambda: lib.UnitaryGate(random_unitary(2, seed=1)),
    "unitary 2": lambda: lib.UnitaryGate(random_unitary(4, seed=2)),
    "unitary 3": lambda: lib.UnitaryGate(random_unitary(8, seed=3)),
    "controlled unitary": lambda: lib.UnitaryGate(random_unitary(2, seed=4)).control(1, annotated=False),
    "only a matrix": _OnlyMatrix,
    "permutation": lambda: lib.PermutationGate([2, 0, 3, 1]),
    "evolution": _evolution,
    "pauli": lambda: lib.PauliGate("XYZI"),
    "qft": lambda: lib.QFTGate(3),
    "diagonal": lambda: lib.DiagonalGate([1, 1j, -1, cmath.exp(0.3j)]),
    "ms": lambda: lib.MSGate(3, 0.4),
    "clifford": lambda: Clifford(_on(lib.ECRGate())),
    "linear function": lambda: lib.LinearFunction([[1, 1, 0], [0, 1, 0], [1, 0, 1]]),
    "annotated control": lambda: AnnotatedOperation(lib.RYYGate(0.4), [ControlModifier(1, 0)]),
    "annotated inverse, power": lambda: AnnotatedOperation(_composite(), [InverseModifier(), PowerModifier(2)]),
    "annotated composite control": lambda: AnnotatedOperation(_composite(), ControlModifier(1)),
    # Qiskit's synthesis takes an idle qubit for one in |0⟩ unless told otherwise, and a gate stands anywhere
    "annotated controls, idle qubits": lambda: AnnotatedOperation(lib.RZXGate(0.4), ControlModifier(3, 4)),
    "annotated controls of ch": lambda: AnnotatedOperation(lib.CHGate(), ControlModifier(3)),
    "annotated controls of cswap": lambda: AnnotatedOperation(lib.CSwapGate(), ControlModifier(2, 1)),
    "annotated controls, permutation": lambda: AnnotatedOperation(lib.PermutationGate([1, 0, 2]), ControlModifier(2)),
}


@pytest.mark.parametrize("name", sorted(OTHERS))
def test_other_gates_are_expanded_exactly(name: str) -> None:
    """With their global phase: it becomes a relative one under a control (qiskit-ionq#41)."""
    same(_on(OTHERS[name]()))


@pytest.mark.parametrize(
    ("controls", "mode"), [(4, "v-chain"), (4, "v-chain-dirty"), (3, "v-chain-dirty"), (5, "recursion")]
)
def test_controlled_x_with_helping_qubits(controls: int, mode: str) -> None:
    """Catches an X on its helpers (taken for C4X), and helpers that Qiskit's definition leaves out."""
    helpers = max(1, lib.MCXGate.get_num_ancilla_qubits(controls, mode))
    circuit = QuantumCircuit(controls + 1 + helpers)
    circuit.mcx(list(range(controls)), controls, list(range(controls + 1, controls + 1 + helpers)), mode=mode)
    program = read(circuit)
    assert all(len(qubits) == GATES[name].num_qubits for name, qubits, _ in program.operations)
    same(circuit)


@pytest.mark.parametrize("angle", [0.0, 1e-12, 1e-7, 1e-5, 3e-5])
@pytest.mark.parametrize("name", ["id", "cx", "swap", "iswap", "ecr"])
def test_matrices_next_to_simple_ones_are_not_rounded(name: str, angle: float) -> None:
    """Qiskit rounds up to a fidelity of 1 - 1e-9: a thousand steps of a slow evolution came to nothing at all."""
    generator = random_hermitian(4, seed=3).data
    near = np.eye(4) if name == "id" else STANDARD[name].to_matrix()
    matrix = scipy.linalg.expm(-1j * angle * generator) @ near
    circuit = QuantumCircuit(2)
    circuit.append(lib.UnitaryGate(matrix), [1, 0])
    assert np.abs(unitary(read(circuit)) - Operator(circuit).data).max() < 1e-9


def test_a_gate_that_only_borrows_a_standard_name_is_its_own_definition() -> None:
    """A user's gate called `h` that is no Hadamard must not be written as one."""
    definition = QuantumCircuit(1)
    definition.rx(0.3, 0)
    impostor = Gate("h", 1, [])
    impostor.definition = definition
    assert read(_on(impostor)).operations == [("rx", (1,), (0.3,))]


def test_initialize_and_state_preparation() -> None:
    amplitudes = np.array([0.1, 0.5j, -0.3, 0.2 + 0.4j])
    amplitudes = amplitudes / np.linalg.norm(amplitudes)
    circuit = QuantumCircuit(3)
    circuit.initialize(amplitudes, [2, 0])
    operations = read(circuit).operations
    assert [operation[:2] for operation in operations if operation[0] == "reset"] == [("reset", (2,)), ("reset", (0,))]
    kept = [operation for operation in operations if operation[0] != "reset"]
    state = unitary(Program(3, 0, kept))[:, 0]
    wanted = QuantumCircuit(3)
    wanted.prepare_state(amplitudes, [2, 0])
    assert Statevector(state).equiv(Statevector(wanted))


@pytest.mark.parametrize("seed", range(12))
def test_random_circuits(seed: int) -> None:
    rng = np.random.default_rng(seed)
    circuit = QuantumCircuit(5, global_phase=float(rng.uniform(-3, 3)))
    gates = [*STANDARD.values(), *(OTHERS[name]() for name in ("open cx", "composite", "unitary 2", "permutation"))]
    for _ in range(25):
        gate = gates[rng.integers(len(gates))]
        circuit.append(gate, [int(q) for q in rng.permutation(5)[: gate.num_qubits]])
    same(circuit)


def test_numbers_of_every_kind() -> None:
    theta = Parameter("t")
    circuit = QuantumCircuit(1)
    for angle in (1, np.float32(0.5), np.int64(2), np.float64(0.25), 2 * theta):
        circuit.rx(angle, 0)
    program = read(circuit.assign_parameters({theta: 0.4}))
    assert [operation[2] for operation in program.operations] == [(1.0,), (0.5,), (2.0,), (0.25,), (0.8,)]
    assert all(type(operation[2][0]) is float for operation in program.operations)
    circuit.rx(10**400, 0)
    with pytest.raises(UnsupportedCircuit, match="larger than any float"):
        read(circuit.assign_parameters({theta: 0.4}))


# --- what is not a gate ----------------------------------------------------------------------------------------------


def test_measurements_registers_and_the_rest() -> None:
    bits = [Clbit(), Clbit()]
    shared = ClassicalRegister(name="shared", bits=[bits[1], bits[0]])
    circuit = QuantumCircuit(
        QuantumRegister(2, "a"), QuantumRegister(1, "b"),
        bits, shared, ClassicalRegister(2, "c"), ClassicalRegister(0, "no"),
        name="mine", metadata={"k": [1]}, global_phase=0.25,
    )  # fmt: skip
    circuit.measure(2, 0)
    circuit.reset(1)
    circuit.barrier(2, 0)
    circuit.delay(2, 0, unit="us")
    circuit.delay(100, 1)
    circuit.measure(0, circuit.cregs[1][1])
    program = read(circuit)
    assert program.operations == [
        ("measure", (2,), (0,)), ("reset", (1,), ()), ("barrier", (2, 0), ()),
        ("delay", (0,), (pytest.approx(2e-6),)), ("delay", (1,), (100,)), ("measure", (0,), (3,)),
    ]  # fmt: skip
    assert [(register.name, register.bits) for register in program.registers] == [
        ("shared", (1, 0)),
        ("c", (2, 3)),
        ("no", ()),
    ]
    assert (program.name, program.metadata, program.global_phase) == ("mine", {"k": [1]}, 0.25)
    assert program.layout.qubits == (2, -1, -1, 0)


def test_positions_are_the_users_own() -> None:
    circuit = QuantumCircuit(3, 1)
    circuit.h(0)
    circuit.append(_composite(), [0, 1, 2])
    circuit.append(lib.GlobalPhaseGate(0.3), [])
    circuit.x(1)
    circuit.append(lib.CXGate(ctrl_state=0), [0, 1])
    circuit.measure(0, 0)
    program = read(circuit)
    positions = [program.position(index) for index in range(len(program.operations))]
    assert positions == sorted(positions)
    assert {name: p for (name, _, _), p in zip(program.operations, positions, strict=True) if name == "measure"} == {
        "measure": 5
    }
    assert set(positions) == {0, 1, 3, 4, 5}
    assert program.operations[positions.index(3)] == ("x", (1,), ())
    plain = QuantumCircuit(1)
    plain.h(0)
    assert read(plain).positions is None


def test_composite_instructions_with_measurements() -> None:
    inner = QuantumCircuit(2, 2)
    inner.x(0)
    inner.measure([0, 1], [1, 0])
    circuit = QuantumCircuit(3, 3)
    circuit.append(inner.to_instruction(), [2, 0], [1, 2])
    assert read(circuit).operations == [("x", (2,), ()), ("measure", (2,), (2,)), ("measure", (0,), (1,))]


@pytest.mark.skipif(not QISKIT_1, reason="c_if is gone from Qiskit 2")
def test_p06_conditions_of_qiskit_1_guard_their_gate() -> None:
    """`c_if` lives on the instruction: read as a plain gate, the condition would be lost in silence."""
    circuit = QuantumCircuit(QuantumRegister(3, "q"), ClassicalRegister(2, "c"))
    circuit.x(0).c_if(circuit.cregs[0], 2)
    circuit.append(_composite(), [0, 1, 2]).c_if(circuit.clbits[1], 0)
    circuit.measure(0, 0).c_if(0, 1)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        first, second, third = read(circuit).operations
    assert first == ("if", (), (RegisterIs((0, 1), 2), (("x", (0,), ()),), ()))
    assert second[2][0] == BitIs(1, False)
    assert len(second[2][1]) > 3
    assert third == ("if", (), (BitIs(0, True), (("measure", (0,), (0,)),), ()))


@pytest.mark.skipif(QISKIT_1, reason="boxes came with Qiskit 2")
def test_boxes_are_read_through() -> None:
    circuit = QuantumCircuit(2, 1)
    with circuit.box():
        circuit.cx(1, 0)
        circuit.measure(0, 0)
    assert read(circuit).operations == [("cx", (1, 0), ()), ("measure", (0,), (0,))]


def test_transpiled_circuits_keep_their_measurements() -> None:
    """Physical qubits are the payload's qubits; the classical bits stay the user's."""
    circuit = QuantumCircuit(3, 3)
    circuit.x(0)
    circuit.cx(0, 2)
    circuit.measure([0, 1, 2], [2, 1, 0])
    placed = qiskit.transpile(
        circuit, coupling_map=[[0, 1], [1, 2], [2, 3]], initial_layout=[3, 1, 0], basis_gates=["cx", "u"]
    )
    program = read(placed)
    assert program.num_qubits == 4
    order = {item.clbits[0]: placed.find_bit(item.qubits[0]).index for item in placed.data if item.name == "measure"}
    assert program.layout.qubits == tuple(order[bit] for bit in placed.clbits)


def test_phase_of_the_whole_is_a_number() -> None:
    circuit = QuantumCircuit(1, global_phase=math.pi)
    circuit.append(lib.GlobalPhaseGate(-1.0), [])
    assert read(circuit).global_phase == pytest.approx(math.pi - 1)


@pytest.mark.skipif(not hasattr(lib, "WeightedSumGate"), reason="newer than this Qiskit")
def test_gates_that_need_help_take_qubits_that_nothing_else_uses() -> None:
    """Qiskit writes a weighted sum with carry qubits, which are not among the gate's own."""
    gate = lib.WeightedSumGate(3, [1, 2, 3])
    few = QuantumCircuit(6)
    few.h(range(3))
    few.append(gate, range(6))
    with pytest.raises(UnsupportedCircuit, match="helping qubits") as caught:
        read(few)
    assert (caught.value.index, caught.value.operation) == (3, "WeightedSum")
    order = [7, 1, 9, 0, 5, 3]
    circuit = QuantumCircuit(10, 10)
    circuit.ry(0.7, order[:3])
    circuit.append(gate, order)
    circuit.x(2)  # busy elsewhere, and before the helping qubits' numbers
    circuit.measure(range(10), range(10))
    weights = programs.memory_distribution(read(circuit))
    expected = {}
    for state in range(8):
        bits = [state >> place & 1 for place in range(3)]
        total = bits[0] + 2 * bits[1] + 3 * bits[2]
        memory = 1 << 2
        for place, bit in enumerate([*bits, *(total >> digit & 1 for digit in range(3))]):
            memory |= bit << order[place]
        ones = sum(bits)
        expected[memory] = math.sin(0.35) ** (2 * ones) * math.cos(0.35) ** (2 * (3 - ones))
    assert {memory: weight for memory, weight in weights.items() if weight > 1e-9} == pytest.approx(expected)
