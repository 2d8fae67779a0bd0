"""Random control flow through OpenQASM 2 and 3: the payload does what Aer, or a judge of all expressions, says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from qrelay import convert
from qrelay.errors import UnsupportedCircuit

pytest.importorskip("qiskit")
pytest.importorskip("qiskit_aer")

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from judges import followed, qasm
from judges.payloads import distribution
from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister
from qiskit.circuit import Clbit
from qiskit.circuit.classical import expr, types
from scipy.stats import chi2_contingency

SHOTS = 600
QUBITS = 3
Draw = Callable[[Any], Any]


def same(one: Counter[int], other: dict[int, float] | Counter[int], *, is_exact: bool) -> bool:
    """Two samples, or a sample and what it is of; outcomes seen fewer than ten times are taken together."""
    total = sum(one.values())
    wanted = {key: weight * (total if is_exact else 1) for key, weight in other.items()}
    if is_exact and any(wanted.get(key, 0.0) < 1e-6 for key in one):
        return False
    table, rest = [], [0.0, 0.0]
    for key in {*one, *wanted}:
        pair = [float(one.get(key, 0)), float(wanted.get(key, 0.0))]
        if sum(pair) < 20:
            rest = [rest[0] + pair[0], rest[1] + pair[1]]
        else:
            table.append(pair)
    if sum(rest) >= 1:
        table.append(rest)
    return len(table) < 2 or float(chi2_contingency(np.array(table).T).pvalue) > 1e-6


class _Maker:
    """Draws a circuit piece by piece; blocks hold all qubits and bits."""

    def __init__(self, draw: Draw, *, loops: bool, expressions: bool) -> None:
        self.draw, self.loops, self.expressions = draw, loops, expressions
        self.loose = [Clbit()]
        self.registers = [ClassicalRegister(2, "a"), ClassicalRegister(3, "b"), ClassicalRegister(1, "c")]
        self.qubits = QuantumRegister(QUBITS, "q")

    def circuit(self) -> QuantumCircuit:
        whole = self.empty()
        for qubit in range(QUBITS):
            whole.ry(self.angle(), qubit)
        for bit in whole.clbits[:4]:
            whole.measure(self.qubit(), bit)
            whole.h(self.qubit())
        self.fill(whole, 2, self.draw(st.integers(1, 4)), in_loop=False)
        out = ClassicalRegister(QUBITS, "out")
        whole.add_register(out)
        whole.measure(range(QUBITS), out)
        return whole

    def empty(self) -> QuantumCircuit:
        return QuantumCircuit(self.qubits, *self.registers, self.loose)

    def angle(self) -> float:
        return float(self.draw(st.sampled_from([0.4, 1.1, 2.0, -0.7])))

    def qubit(self) -> int:
        return int(self.draw(st.integers(0, QUBITS - 1)))

    def bit(self) -> Clbit:
        return self.draw(st.sampled_from(self.empty().clbits))

    def block(self, depth: int, *, in_loop: bool) -> QuantumCircuit:
        inner = self.empty()
        self.fill(inner, depth - 1, self.draw(st.integers(1, 2)), in_loop=in_loop)
        return inner

    def fill(self, into: QuantumCircuit, depth: int, count: int, *, in_loop: bool) -> None:
        every = (into.qubits, into.clbits)
        kinds = ["gate", "gate", "measure", "reset", "cx"] + (["if", "if", "else", "switch", "for"] if depth else [])
        kinds += ["while"] if depth and self.loops else []
        kinds += ["leave"] if in_loop and self.loops else []
        for _ in range(count):
            kind = self.draw(st.sampled_from(kinds))
            if kind == "gate":
                into.append(self.gate(), [self.qubit()])
            elif kind == "cx":
                one, other = self.draw(st.permutations(range(QUBITS)))[:2]
                into.cx(one, other)
            elif kind == "measure":
                into.measure(self.qubit(), self.bit())
            elif kind == "reset":
                into.reset(self.qubit())
            elif kind == "if":
                into.if_test(self.condition(), self.block(depth, in_loop=in_loop), *every)
            elif kind == "else":
                blocks = [self.block(depth, in_loop=in_loop) for _ in range(2)]
                into.if_else(self.condition(), *blocks, *every)
            elif kind == "switch":
                self.switch(into, depth, in_loop=in_loop)
            elif kind == "for":
                turns = range(self.draw(st.integers(0, 3)))
                into.for_loop(turns, None, self.block(depth, in_loop=True), *every)
            elif kind == "while":
                bit, body = self.bit(), self.block(depth, in_loop=False)
                body.reset(0)  # so that the loop ends in half of its turns, whatever stands before
                body.h(0)
                body.measure(0, bit)
                into.while_loop((bit, self.draw(st.integers(0, 1))), body, *every)
            elif kind == "leave":
                inner = self.empty()
                if self.draw(st.booleans()):
                    inner.break_loop()
                else:
                    inner.continue_loop()
                into.if_test(self.condition(), inner, *every)

    def gate(self) -> Any:
        from qiskit.circuit.library import HGate, RYGate, SXGate, TGate, XGate

        return self.draw(st.sampled_from([HGate(), XGate(), TGate(), SXGate(), RYGate(0.9)]))

    def switch(self, into: QuantumCircuit, depth: int, *, in_loop: bool) -> None:
        register = self.draw(st.sampled_from(self.registers[:2]))
        labels = self.draw(st.permutations(range(2**register.size)))
        from qiskit.circuit import CASE_DEFAULT

        cases: list[tuple[Any, QuantumCircuit]] = [
            (tuple(labels[:2]), self.block(depth, in_loop=in_loop)),
            (labels[2], self.block(depth, in_loop=in_loop)),
        ]
        if self.draw(st.booleans()):
            cases.append((CASE_DEFAULT, self.block(depth, in_loop=in_loop)))
        target = expr.bit_xor(register, labels[3]) if self.expressions and self.draw(st.booleans()) else register
        into.switch(target, cases, into.qubits, into.clbits)

    def condition(self) -> Any:
        if self.expressions and self.draw(st.booleans()):
            return self.truth(2)
        if self.draw(st.booleans()):
            return self.bit(), self.draw(st.integers(0, 1))
        register = self.draw(st.sampled_from(self.registers))
        return register, self.draw(st.integers(0, 2**register.size - 1))

    def truth(self, depth: int) -> Any:
        kinds = ["bit", "compare"] + (["not", "join", "index", "cast"] if depth else [])
        kind = self.draw(st.sampled_from(kinds))
        if kind == "bit":
            return expr.lift(self.bit())
        if kind == "compare":
            names = ["equal", "not_equal", "less", "less_equal", "greater", "greater_equal"]
            left = self.number(depth)
            right = expr.lift(self.draw(st.integers(0, 2**left.type.width - 1)), left.type)
            right = right if self.draw(st.booleans()) else self.number(depth)
            return getattr(expr, self.draw(st.sampled_from(names)))(left, right)
        if kind == "not":
            return self.draw(st.sampled_from([expr.logic_not, expr.bit_not]))(self.truth(depth - 1))
        if kind == "index":
            left = self.number(depth - 1)
            return expr.index(left, expr.lift(self.draw(st.integers(0, left.type.width - 1)), types.Uint(2)))
        if kind == "cast":
            return expr.cast(self.number(depth - 1), types.Bool())
        names = ["logic_and", "logic_or", "bit_and", "bit_or", "bit_xor", "equal", "not_equal"]
        return getattr(expr, self.draw(st.sampled_from(names)))(self.truth(depth - 1), self.truth(depth - 1))

    def number(self, depth: int) -> Any:
        kinds = ["register"] + (["not", "join", "shift", "cast", "truth"] if depth else [])
        kind = self.draw(st.sampled_from(kinds))
        if kind == "register":
            return expr.lift(self.draw(st.sampled_from(self.registers)))
        if kind == "not":
            return expr.bit_not(self.number(depth - 1))
        if kind == "shift":
            by = expr.lift(self.draw(st.integers(0, 3)), types.Uint(2))
            left = self.number(depth - 1)
            return self.draw(st.sampled_from([expr.shift_left, expr.shift_right]))(left, by)
        if kind == "cast":
            return expr.cast(self.number(depth - 1), types.Uint(self.draw(st.integers(1, 5))))
        if kind == "truth":
            return expr.cast(self.truth(depth - 1), types.Uint(2))
        names = ["bit_and", "bit_or", "bit_xor"]
        left = self.number(depth - 1)
        right = expr.cast(self.number(depth - 1), left.type)
        return getattr(expr, self.draw(st.sampled_from(names)))(left, right)


@st.composite
def circuits(draw: Draw, *, loops: bool, expressions: bool) -> QuantumCircuit:
    return _Maker(draw, loops=loops, expressions=expressions).circuit()


def check(circuit: QuantumCircuit, format_name: str, *, aer: bool = False) -> bool:
    """Whether the format could say it; if so, it must be right."""
    try:
        payload = convert.encode(circuit, format_name)
    except UnsupportedCircuit as error:
        if error.operation not in ("if", "switch", "while", "for"):
            raise
        return False
    found = distribution(payload, SHOTS)
    wanted = qasm.aer_counts(circuit, SHOTS) if aer else followed.counts(circuit, SHOTS)
    weights = dict(found.weights)
    assert same(wanted, weights, is_exact=found.is_exact), payload.data.decode()
    return True


_SETTINGS = settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    phases=(Phase.explicit, Phase.generate),  # to shrink a failure takes minutes of simulations
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)


@given(circuits(loops=True, expressions=False))
@_SETTINGS
def test_p10_plain_conditions_in_openqasm3(circuit: QuantumCircuit) -> None:
    assert check(circuit, "OPEN_QASM_V3", aer=True)


@given(circuits(loops=True, expressions=True))
@_SETTINGS
def test_p10_expressions_in_openqasm3(circuit: QuantumCircuit) -> None:
    assert check(circuit, "OPEN_QASM_V3")


@pytest.mark.parametrize("format_name", ["honeywell.openqasm.v1", "quantinuum.openqasm.v1"])
@given(circuits(loops=False, expressions=True))
@_SETTINGS
def test_p10_right_or_refused_in_openqasm2(format_name: str, circuit: QuantumCircuit) -> None:
    check(circuit, format_name)


@given(circuits(loops=False, expressions=False))
@_SETTINGS
def test_the_judge_of_expressions_agrees_with_aer(circuit: QuantumCircuit) -> None:
    assert same(qasm.aer_counts(circuit, SHOTS), followed.counts(circuit, SHOTS), is_exact=False)


@pytest.mark.skipif(not hasattr(expr, "add"), reason="newer than this Qiskit")
def test_p10_numbers_known_beforehand_are_shifted_by_measured_ones() -> None:
    """Caught the QDK, the only reader of such conditions, refusing `6 >> n` once n is calculated with."""
    shifts = QuantumCircuit(QuantumRegister(2), ClassicalRegister(2, "n"), ClassicalRegister(1, "out"))
    number = expr.lift(shifts.cregs[0])
    shifts.x(0)
    shifts.measure(0, 0)
    more = expr.add(number, expr.lift(1, types.Uint(2)))
    with shifts.if_test(expr.index(expr.cast(expr.lift(2, types.Uint(2)), types.Uint(4)), expr.bit_xor(number, 0))):
        shifts.x(1)
    with shifts.if_test(expr.not_equal(expr.shift_left(expr.lift(3, types.Uint(4)), more), 12)):
        shifts.x(1)
    shifts.measure(1, 2)
    found = distribution(convert.encode(shifts, "OPEN_QASM_V3"), 10)
    assert found.fits({0b101: 1.0})
