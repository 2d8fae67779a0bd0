"""The Qiskit reader on control flow: conditions, loops and switches, on the bits they are about."""

from __future__ import annotations

import numpy as np
import pytest
from judges import warning
from judges.payloads import distribution

from qrelay.errors import UnsupportedCircuit
from qrelay.formats import encode
from qrelay.program import Operation
from qrelay.program.control import BitIs, Expression, RegisterIs

qiskit = pytest.importorskip("qiskit")

from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister  # noqa: E402
from qiskit.circuit import Parameter  # noqa: E402
from qiskit.circuit import library as lib  # noqa: E402
from qiskit.circuit.classical import expr, types  # noqa: E402

from qrelay.qiskit.reader import read  # noqa: E402

BoxOp = getattr(qiskit.circuit, "BoxOp", None)  # came with Qiskit 2

pytestmark = warning.OF_THEMSELVES


def test_if_else_with_bit_and_register_conditions() -> None:
    circuit = QuantumCircuit(QuantumRegister(3, "q"), ClassicalRegister(1, "a"), ClassicalRegister(2, "b"))
    with circuit.if_test((circuit.cregs[1], 2)) as otherwise:
        circuit.x(2)
        with circuit.if_test((circuit.clbits[0], 0)):
            circuit.cx(2, 1)
    with otherwise:
        circuit.append(lib.GlobalPhaseGate(0.5), [])
        circuit.measure(1, 2)
    inner: Operation = ("if", (), (BitIs(0, False), (("cx", (2, 1), ()),), ()))
    assert read(circuit).operations == [
        (
            "if",
            (),
            (RegisterIs((1, 2), 2), (("x", (2,), ()), inner), (("global_phase", (), (0.5,)), ("measure", (1,), (2,)))),
        )
    ]
    assert read(circuit).global_phase == 0


def test_composites_in_blocks_keep_their_phase_there() -> None:
    gate = QuantumCircuit(1, global_phase=0.7)
    gate.h(0)
    circuit = QuantumCircuit(2, 1)
    with circuit.if_test((circuit.clbits[0], 1)):
        circuit.append(gate.to_gate(), [1])
    (operation,) = read(circuit).operations
    assert operation[2][1] == (("h", (1,), ()), ("global_phase", (), (0.7,)))


def test_while_for_switch_break_continue() -> None:
    circuit = QuantumCircuit(2, 2)
    with circuit.while_loop((circuit.clbits[1], 1)):
        circuit.h(1)
        circuit.measure(1, 1)
    with circuit.for_loop(range(0, 6, 2)):
        circuit.x(0)
        with circuit.if_test((circuit.clbits[0], 1)):
            circuit.break_loop()
        circuit.continue_loop()
    with circuit.switch(circuit.cregs[0]) as case:
        with case(0, 2):
            circuit.x(0)
        with case(case.DEFAULT):
            circuit.y(0)
    assert read(circuit).operations == [
        ("while", (), (BitIs(1, True), (("h", (1,), ()), ("measure", (1,), (1,))))),
        (
            "for",
            (),
            (
                range(0, 6, 2),
                None,
                (("x", (0,), ()), ("if", (), (BitIs(0, True), (("break", (), ()),), ())), ("continue", (), ())),
            ),
        ),
        ("switch", (), (Expression("bits", (0, 1), 2), (((0, 2), (("x", (0,), ()),)), ((None,), (("y", (0,), ()),))))),
    ]


def test_loops_whose_variable_is_an_angle_are_written_out() -> None:
    theta = Parameter("θ")
    circuit = QuantumCircuit(1, 1)
    with circuit.for_loop((1, 3), theta):
        circuit.rx(theta / 2, 0)
        circuit.append(lib.GlobalPhaseGate(0.1), [])
    program = read(circuit)
    assert program.operations == [("rx", (0,), (0.5,)), ("rx", (0,), (1.5,))]
    assert program.global_phase == pytest.approx(0.2)
    with circuit.for_loop(range(3), theta):
        circuit.rx(theta, 0)
        with circuit.if_test((circuit.clbits[0], 1)):
            circuit.break_loop()
        with circuit.if_test((circuit.clbits[0], 0)):
            circuit.continue_loop()
    with pytest.raises(UnsupportedCircuit, match="both breaks and continues") as caught:
        read(circuit)
    assert (caught.value.operation, caught.value.index) == ("for_loop", 1)


def _left_early(word: str) -> QuantumCircuit:
    """Turns by 0.5, 1 and 1.5, each behind a measurement that may end the loop or skip another turn."""
    theta = Parameter("θ")
    circuit = QuantumCircuit(2, 2)
    circuit.h(0)
    with circuit.for_loop((1, 2, 3), theta):
        circuit.ry(theta / 2, 0)
        circuit.measure(0, 0)
        with circuit.if_test((circuit.clbits[0], 1)):
            getattr(circuit, word)()
        circuit.ry(theta, 1)
    circuit.measure(1, 1)
    return circuit


@pytest.mark.parametrize("word", ["break_loop", "continue_loop"])
@pytest.mark.parametrize("format_name", ["qir.v1", "OPEN_QASM_V3", "rigetti.quil.v1", "QISKIT_QPY"])
def test_p10_loops_over_angles_may_end_early(word: str, format_name: str) -> None:
    """Catches a loop that is left by one turn only, or that goes on with the wrong turn; Aer says what is right."""
    circuit = _left_early(word)
    options = {"rigetti.quil.v1": {"final_memory": True}, "qir.v1": {"profile": "adaptive_ri"}}
    payload = encode(read(circuit), format_name, **options.get(format_name, {}))
    aer = pytest.importorskip("qiskit_aer").AerSimulator(seed_simulator=7)
    counts = aer.run(circuit, shots=40_000).result().get_counts()
    wanted = {int(bits, 2): count / 40_000 for bits, count in counts.items()}
    found = distribution(payload, 1_500).weights
    total = sum(found.values())
    assert set(found) <= set(wanted)
    for memory, share in wanted.items():
        assert found.get(memory, 0) / total == pytest.approx(share, abs=0.06)


def test_a_loop_inside_a_loop_over_the_same_parameter() -> None:
    """On Qiskit 1, assigning the outer loop's value overwrote the inner loop's variable, in silence."""
    theta = Parameter("θ")
    circuit = QuantumCircuit(1, 1)
    with circuit.for_loop((1, 2), theta):
        circuit.ry(theta, 0)
        with circuit.if_test((circuit.clbits[0], 1)), circuit.for_loop((3, 4), theta):
            circuit.rx(theta, 0)
    if qiskit.__version__.startswith("1."):
        with pytest.raises(UnsupportedCircuit, match="Parameter of its own") as caught:
            read(circuit)
        assert (caught.value.operation, caught.value.index) == ("for_loop", 0)
    else:
        inner: Operation = ("if", (), (BitIs(0, True), (("rx", (0,), (3.0,)), ("rx", (0,), (4.0,))), ()))
        assert read(circuit).operations == [("ry", (0,), (1.0,)), inner, ("ry", (0,), (2.0,)), inner]
    unused = QuantumCircuit(1)
    with unused.for_loop((1, 2), theta), unused.for_loop((3, 4), theta):
        unused.rx(theta, 0)
    body = (("rx", (0,), (3.0,)), ("rx", (0,), (4.0,)))
    assert read(unused).operations == [("for", (), ((1, 2), None, body))]


def test_expressions() -> None:
    circuit = QuantumCircuit(QuantumRegister(1, "q"), ClassicalRegister(2, "a"), ClassicalRegister(2, "b"))
    a, b = circuit.cregs
    tests = [
        expr.lift(a[1]),
        expr.logic_not(a[0]),
        expr.equal(b, 3),
        expr.less(expr.bit_xor(a, b), 2),
        expr.logic_and(a[0], expr.logic_or(b[1], expr.equal(a, 1))),
        expr.equal(2, a),
    ]
    for test in tests:
        with circuit.if_test(test):
            circuit.x(0)
    conditions = [operation[2][0] for operation in read(circuit).operations]
    assert conditions[:3] == [BitIs(1, True), BitIs(0, False), RegisterIs((2, 3), 3)]
    xor = Expression("bit_xor", (Expression("bits", (0, 1), 2), Expression("bits", (2, 3), 2)), 2)
    assert conditions[3] == Expression("less", (xor, Expression("const", (2,), 2)))
    assert conditions[4].operator == "and"
    assert conditions[4].operands[0] == Expression("bit", (0,))
    assert conditions[5] == RegisterIs((0, 1), 2)


def test_conditions_inside_a_block_are_on_the_block_s_own_bits() -> None:
    """A body made by hand has bits of its own, which stand for those that it was appended on."""
    innermost, body, circuit = QuantumCircuit(1, 1), QuantumCircuit(1, 2), QuantumCircuit(1, 3)
    innermost.x(0)
    body.if_test((body.clbits[1], 0), innermost, [0], [0])
    circuit.if_test((circuit.clbits[1], 1), body, [0], [2, 0])
    inner: Operation = ("if", (), (BitIs(0, False), (("x", (0,), ()),), ()))
    assert read(circuit).operations == [("if", (), (BitIs(1, True), (inner,), ()))]


def test_classical_variables_are_refused() -> None:
    circuit = QuantumCircuit(1, 1)
    circuit.x(0)
    variable = circuit.add_var("flag", expr.lift(circuit.clbits[0]))
    with circuit.if_test(variable):
        circuit.x(0)
    with pytest.raises(UnsupportedCircuit) as caught:
        read(circuit)
    assert (caught.value.operation, caught.value.index) == ("store", 1)
    inputs = QuantumCircuit(1, 1, inputs=[expr.Var.new("flag", types.Bool())])
    inputs.x(0)
    with inputs.if_test(next(iter(inputs.iter_input_vars()))):
        inputs.x(0)
    with pytest.raises(UnsupportedCircuit) as caught:
        read(inputs)
    assert (caught.value.operation, caught.value.index) == ("if_else", 1)


@pytest.mark.skipif(not hasattr(types, "Float"), reason="newer than this Qiskit")
def test_values_that_their_type_has_no_room_for_are_refused() -> None:
    """`expr.Value` checks nothing, and a number without a width was taken for a truth value."""
    for value in (expr.Value(2, types.Float()), expr.Value(9, types.Uint(3)), expr.Value(3, types.Bool())):
        circuit = QuantumCircuit(1, 1)
        with circuit.if_test(expr.equal(value, value)):
            circuit.x(0)
        with pytest.raises(UnsupportedCircuit, match="value"):
            read(circuit)


def test_loops_over_numpy_s_numbers() -> None:
    """QPY writes them and cannot read them again."""
    circuit = QuantumCircuit(1)
    with circuit.for_loop(np.arange(2)):
        circuit.x(0)
    ((_, _, (values, _, _)),) = read(circuit).operations
    assert [type(value) for value in values] == [int, int]


def test_blocks_and_boxes_that_stand_too_deep_in_one_another_are_refused() -> None:
    """Caught RecursionError, here or from a writer."""

    def nested(kind: str, depth: int) -> QuantumCircuit:
        inner = QuantumCircuit(1, 1)
        inner.x(0)
        for _ in range(depth):
            outer = QuantumCircuit(1, 1)
            if kind == "if":
                outer.if_test((outer.clbits[0], 1), inner, [0], [0])
            else:
                outer.append(BoxOp(inner), [0], [0])
            inner = outer
        return inner

    assert encode(read(nested("if", 100)), "OPEN_QASM_V3").data.count(b"if (") == 100
    with pytest.raises(UnsupportedCircuit, match="100 is the most") as caught:
        read(nested("if", 101))
    assert (caught.value.operation, caught.value.index) == ("if_else", 0)
    if BoxOp is not None:
        with pytest.raises(UnsupportedCircuit, match="too deep"):
            read(nested("box", 300))
