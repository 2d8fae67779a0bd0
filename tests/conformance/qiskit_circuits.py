"""Qiskit circuits drawn at random: the whole repertoire of gates, registers of every sort, and control flow."""

from __future__ import annotations

from math import pi
from typing import Any

import numpy as np
from hypothesis import strategies as st
from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister
from qiskit.circuit import AnnotatedOperation, Clbit, ControlModifier, Gate, InverseModifier, Parameter, PowerModifier
from qiskit.circuit import library as lib
from qiskit.circuit.classical import expr, types
from qiskit.quantum_info import SparsePauliOp, random_unitary

__all__ = ["STANDARD", "deciding_circuits", "mirrored_circuits", "straight_circuits"]

STANDARD: dict[str, Any] = {
    name: gate for name, gate in lib.get_standard_gate_name_mapping().items() if isinstance(gate, Gate)
}
STANDARD |= {"c3x": lib.C3XGate(), "c4x": lib.C4XGate(), "rcccx": lib.RC3XGate(), "c3sx": lib.C3SXGate()}
_BY_SIZE = {size: sorted(n for n, gate in STANDARD.items() if gate.num_qubits == size) for size in range(5)}
_HAS_C_IF = hasattr(Gate, "c_if")  # Qiskit 1
_SIMPLE = ("h", "x", "s", "t", "sx", "rx", "ry", "rz", "u", "cx", "cz", "cry", "cp", "swap")

NAMES = ("c", "pi", "a b", "β", "2cr", "crz", "c_{reg}", "q", "meas", "if", "U")

angles = st.sampled_from([0.0, pi, -pi / 2, pi / 4, 2 * pi, -3 * pi]) | st.floats(-7, 7, allow_subnormal=False)


@st.composite
def straight_circuits(draw: Any, most_qubits: int = 4) -> QuantumCircuit:
    """Gates, then measurements: permuted, partial, repeated, into unequal, overlapping or loose bits."""
    circuit = _empty(draw, most_qubits)
    for _ in range(draw(st.integers(0, 7))):
        _gate(draw, circuit, range(circuit.num_qubits))
    for _ in range(draw(st.integers(0, circuit.num_clbits + 1)) if circuit.num_clbits else 0):
        circuit.measure(_one(draw, circuit.num_qubits), _one(draw, circuit.num_clbits))
    return circuit


@st.composite
def mirrored_circuits(draw: Any, most_qubits: int = 4) -> QuantumCircuit:
    """Gates, the same gates undone, and every qubit measured: all zeros."""
    count = draw(st.integers(1, most_qubits))
    there = QuantumCircuit(count)
    for _ in range(draw(st.integers(1, 5))):
        _gate(draw, there, range(count))
    circuit = QuantumCircuit(count, count)
    circuit.compose(there, inplace=True)
    circuit.barrier()
    circuit.compose(there.inverse(), inplace=True)
    circuit.measure(range(count), draw(st.permutations(range(count))))
    return circuit


@st.composite
def deciding_circuits(draw: Any, most_qubits: int = 3) -> QuantumCircuit:
    """Measurements midway, resets, and blocks: if, else, switch, while loops that end, for loops, one in another."""
    circuit = _empty(draw, most_qubits, least_bits=1)
    _statements(draw, circuit, circuit, depth=0, most=6)
    for _ in range(draw(st.integers(0, 2))):
        circuit.measure(_one(draw, circuit.num_qubits), _one(draw, circuit.num_clbits))
    return circuit


def _one(draw: Any, count: int) -> int:
    number: int = draw(st.integers(0, count - 1))
    return number


def _empty(draw: Any, most_qubits: int, least_bits: int = 0) -> QuantumCircuit:
    count = draw(st.integers(1, most_qubits))
    sizes = draw(st.lists(st.integers(0, 3), min_size=least_bits, max_size=3))
    if least_bits and not sum(sizes):
        sizes = [1]
    names = draw(st.permutations(NAMES))
    registers = [ClassicalRegister(size, name) for size, name in zip(sizes, names, strict=False)]
    circuit = QuantumCircuit(QuantumRegister(count, "wires"), *registers)
    if draw(st.booleans()):
        circuit.add_bits([Clbit() for _ in range(draw(st.integers(1, 2)))])
    if circuit.num_clbits > 1 and draw(st.integers(0, 3)) == 0:
        shared = draw(st.permutations(circuit.clbits))[: draw(st.integers(1, circuit.num_clbits))]
        circuit.add_register(ClassicalRegister(name="shared", bits=shared))
    if draw(st.booleans()):
        circuit.global_phase = draw(angles)
    return circuit


def _qubits(draw: Any, among: Any, size: int) -> list[int]:
    return list(draw(st.permutations(list(among)))[:size])


def _gate(draw: Any, circuit: QuantumCircuit, among: Any, *, simple: bool = False) -> None:
    """One gate of any kind on some of the qubits."""
    count = len(among)
    kind = "standard" if simple else draw(st.sampled_from(("standard",) * 5 + tuple(_KINDS)))
    if kind == "standard":
        names = [n for size in range(count + 1) for n in _BY_SIZE.get(size, ())]
        names = [n for n in _SIMPLE if STANDARD[n].num_qubits <= count] if simple else names
        gate = _standard(draw, draw(st.sampled_from(names)))
    else:
        gate = _KINDS[kind](draw, count)
    if gate is not None and gate.num_qubits <= count:
        circuit.append(gate, _qubits(draw, among, gate.num_qubits))


def _standard(draw: Any, name: str) -> Any:
    gate = STANDARD[name]
    return gate.base_class(*(draw(angles) for _ in gate.params)) if gate.params else gate


def _controlled(draw: Any, count: int) -> Any:
    size = draw(st.integers(1, max(1, count - 1)))
    base = _standard(draw, draw(st.sampled_from(_BY_SIZE[1] + _BY_SIZE[0] + (_BY_SIZE[2] if count > 2 else []))))
    if base.num_qubits + size > count:
        return None
    return base.control(size, ctrl_state=draw(st.integers(0, 2**size - 1)), annotated=False)


def _annotated(draw: Any, count: int) -> Any:
    base = _standard(draw, draw(st.sampled_from(_BY_SIZE[1])))
    modifiers: list[Any] = []
    room = count - 1
    for kind in draw(st.lists(st.sampled_from("cip"), min_size=1, max_size=3)):
        if kind == "i":
            modifiers.append(InverseModifier())
        elif kind == "p":
            modifiers.append(PowerModifier(draw(st.sampled_from([2, -1, 3]))))
        elif room:
            size = draw(st.integers(1, room))
            room -= size
            modifiers.append(ControlModifier(size, draw(st.integers(0, 2**size - 1))))
    return AnnotatedOperation(base, modifiers)


def _evolution(draw: Any, count: int) -> Any:
    labels = draw(st.lists(st.text("IXYZ", min_size=count, max_size=count), min_size=1, max_size=3))
    operator = SparsePauliOp(labels, [draw(st.sampled_from([0.5, -1.0, 0.3])) for _ in labels])
    if not all((a @ b - b @ a).simplify().coeffs.any() == 0 for a in operator for b in operator):
        operator = operator[0]  # a sum that does not commute means what its synthesis makes of it
    return lib.PauliEvolutionGate(operator, time=draw(st.sampled_from([0.3, -1.1, 2.0])))


def _unitary(draw: Any, count: int) -> Any:
    return lib.UnitaryGate(random_unitary(2 ** draw(st.integers(1, min(3, count))), seed=draw(st.integers(0, 99))))


def _prepared(draw: Any, count: int) -> Any:
    size = draw(st.integers(1, count))
    rng = np.random.default_rng(draw(st.integers(0, 99)))
    state = rng.normal(size=2**size) + 1j * rng.normal(size=2**size)
    return lib.StatePreparation(state / np.linalg.norm(state))


def _composite(draw: Any, count: int) -> Any:
    inner = QuantumCircuit(draw(st.integers(1, count)), name=draw(st.sampled_from(("mine", "iswap", "if", "ryy"))))
    inner.global_phase = draw(angles)
    for _ in range(draw(st.integers(0, 3))):
        _gate(draw, inner, range(inner.num_qubits), simple=True)
    gate = inner.to_gate()
    if inner.num_qubits < count and draw(st.booleans()):
        return gate.control(1, ctrl_state=draw(st.integers(0, 1)), annotated=False)
    return gate


def _many_controls(draw: Any, count: int) -> Any:
    size = draw(st.integers(1, max(1, count - 1)))
    kind = draw(st.sampled_from(("x", "p", "z")))
    state = draw(st.integers(0, 2**size - 1))
    if kind == "p":
        return lib.MCPhaseGate(draw(angles), size, ctrl_state=state)
    return lib.MCXGate(size, ctrl_state=state) if kind == "x" else lib.ZGate().control(size, ctrl_state=state)


_KINDS = {
    "controlled": _controlled,
    "annotated": _annotated,
    "evolution": _evolution,
    "unitary": _unitary,
    "prepared": _prepared,
    "composite": _composite,
    "many controls": _many_controls,
    "qft": lambda draw, count: lib.QFTGate(draw(st.integers(1, count))),
    "permutation": lambda draw, count: lib.PermutationGate(draw(st.permutations(range(count)))),
    "diagonal": lambda draw, count: lib.DiagonalGate([np.exp(1j * draw(angles)) for _ in range(4)]),
    "uniformly controlled": lambda draw, count: lib.UCRYGate([draw(angles) for _ in range(4)]),
    "pauli": lambda draw, count: lib.PauliGate(draw(st.text("IXYZ", min_size=1, max_size=count))),
    "pauli rotation": lambda draw, count: (
        lib.PauliRotationGate("X" + "Z" * (count - 1), draw(angles)) if hasattr(lib, "PauliRotationGate") else None
    ),
}


# --- control flow --------------------------------------------------------------------------------------------------


def _statements(draw: Any, circuit: QuantumCircuit, whole: QuantumCircuit, depth: int, most: int) -> None:
    for _ in range(draw(st.integers(1, most))):
        _statement(draw, circuit, whole, depth)


def _statement(draw: Any, circuit: QuantumCircuit, whole: QuantumCircuit, depth: int) -> None:
    plain = ("gate",) * 4 + ("measure",) * 3 + ("reset",) + ("c_if",) * _HAS_C_IF
    kind = draw(
        st.sampled_from(plain + (("if",) * 4 + ("switch", "while", "for", "for angle", "break") if depth < 2 else ()))
    )
    count, bits = whole.num_qubits, whole.num_clbits
    if kind == "gate":
        _gate(draw, circuit, range(count), simple=depth > 0 or draw(st.booleans()))
    elif kind == "measure":
        circuit.measure(_one(draw, count), _one(draw, bits))
    elif kind == "c_if":
        gate = _standard(draw, draw(st.sampled_from(_BY_SIZE[1]))).to_mutable()
        what = draw(st.sampled_from([*whole.clbits, *(one for one in whole.cregs if one.size)]))
        circuit.append(gate.c_if(what, draw(st.integers(0, 1))), [_one(draw, count)])
    elif kind == "reset":
        circuit.reset(_one(draw, count))
    elif kind == "if":
        with circuit.if_test(_condition(draw, whole)) as otherwise:
            _statements(draw, circuit, whole, depth + 1, 2)
        if draw(st.booleans()):
            with otherwise:
                _statements(draw, circuit, whole, depth + 1, 2)
    elif kind == "switch":
        target = draw(st.sampled_from([*whole.clbits, *(one for one in whole.cregs if one.size)]))
        labels = draw(st.permutations(range(2 if isinstance(target, Clbit) else 2**target.size)))
        with circuit.switch(target) as case:
            with case(*labels[: draw(st.integers(1, 2))]):
                _statements(draw, circuit, whole, depth + 1, 2)
            if draw(st.booleans()):
                with case(case.DEFAULT):
                    _statements(draw, circuit, whole, depth + 1, 2)
    elif kind == "while":
        bit, qubit = _one(draw, bits), _one(draw, count)
        with circuit.while_loop((whole.clbits[bit], draw(st.integers(0, 1)))):
            _gate(draw, circuit, range(count), simple=True)
            circuit.reset(qubit)
            circuit.h(qubit)
            circuit.measure(qubit, bit)
    elif kind == "for":
        with circuit.for_loop(range(draw(st.integers(0, 3)))):
            _statements(draw, circuit, whole, depth + 1, 2)
    elif kind == "for angle":
        variable = Parameter(draw(st.sampled_from(("θ", "pi", "i"))))
        with circuit.for_loop(draw(st.lists(st.integers(-3, 3), min_size=1, max_size=3)), variable):
            circuit.ry(variable * 0.7 + 0.1, _one(draw, count))
    else:
        with circuit.for_loop(range(2)):
            _gate(draw, circuit, range(count), simple=True)
            with circuit.if_test((whole.clbits[_one(draw, bits)], 1)):
                getattr(circuit, draw(st.sampled_from(("break_loop", "continue_loop"))))()
            circuit.x(_one(draw, count))


def _condition(draw: Any, whole: QuantumCircuit) -> Any:
    kind = draw(st.sampled_from(("bit", "bit", "register", "register", "expression")))
    registers = [one for one in whole.cregs if one.size]
    if kind == "bit" or not registers:
        return whole.clbits[_one(draw, whole.num_clbits)], draw(st.integers(0, 1))
    register = draw(st.sampled_from(registers))
    if kind == "register":
        return register, draw(st.integers(0, 2**register.size - 1))
    return _truth(draw, whole, registers, depth=0)


def _truth(draw: Any, whole: QuantumCircuit, registers: list[Any], depth: int) -> Any:
    kinds = ("bit", "compare", "compare", "not", "and", "or", "xor") if depth < 2 else ("bit", "compare")
    kind = draw(st.sampled_from(kinds))
    if kind == "bit":
        return expr.lift(whole.clbits[_one(draw, whole.num_clbits)])
    if kind == "compare":
        name = draw(st.sampled_from(("equal", "not_equal", "less", "less_equal", "greater", "greater_equal")))
        register = draw(st.sampled_from(registers))
        left = _number(draw, register, depth=0)
        other = draw(st.integers(0, 2**register.size - 1))
        return getattr(expr, name)(left, expr.lift(other, types.Uint(register.size)))
    if kind == "not":
        return expr.logic_not(_truth(draw, whole, registers, depth + 1))
    left, right = (_truth(draw, whole, registers, depth + 1) for _ in range(2))
    return {"and": expr.logic_and, "or": expr.logic_or, "xor": expr.bit_xor}[kind](left, right)


def _number(draw: Any, register: Any, depth: int) -> Any:
    kind = draw(st.sampled_from(("register", "register", "and", "or", "xor", "not") if depth < 2 else ("register",)))
    if kind == "register":
        return expr.lift(register)
    left = _number(draw, register, depth + 1)
    if kind == "not":
        return expr.bit_not(left)
    right = expr.lift(draw(st.integers(0, 2**register.size - 1)), types.Uint(register.size))
    return {"and": expr.bit_and, "or": expr.bit_or, "xor": expr.bit_xor}[kind](left, right)
