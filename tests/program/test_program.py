"""Program: layout, positions, walking, and loops that need no decision."""

from __future__ import annotations

import pickle
import subprocess
import sys

from qrelay.program import Layout, Operation, Program, Register
from qrelay.program.control import BitIs, Expression, unroll
from qrelay.program.lowering import lower

X: Operation = ("x", (0,), ())


def _measure(qubit: int, bit: int) -> Operation:
    return ("measure", (qubit,), (bit,))


def test_layout_takes_the_last_measurement_of_each_bit() -> None:
    registers = (Register("a", (0, 1)), Register("b", (2,)))
    program = Program(3, 3, [_measure(0, 0), _measure(2, 1), X, _measure(1, 0)], registers, name="n")
    assert program.layout == Layout(3, registers, (1, 2, -1), 3, "n")


def test_inverted_bits_are_carried_to_the_layout() -> None:
    """Catches an invert mask that lowering or unrolling forgets."""
    loop: Operation = ("for", (), ((1, 2), None, (("swap", (0, 1), ()),)))
    program = Program(2, 2, [loop, _measure(0, 0), _measure(1, 1)], inverted=(1,))
    changed = lower(unroll(program), {"cx"})
    assert [operation[0] for operation in changed.operations] == ["cx"] * 6 + ["measure"] * 2
    for one in (program, changed, program.check(), program.replaced([], ())):
        assert one.inverted == one.layout.inverted == (1,)


def test_layout_sees_measurements_inside_blocks_in_order() -> None:
    body = (_measure(1, 0), ("if", (), (BitIs(0, True), (_measure(2, 1),), (_measure(3, 1),))))
    blocks: list[Operation] = [
        _measure(0, 0),
        ("while", (), (BitIs(0, True), body)),
        ("for", (), (range(2), None, (_measure(4, 2),))),
        ("switch", (), (Expression("bit", (0,)), (((0,), (_measure(1, 3),)), ((None,), (_measure(0, 3),))))),
    ]
    assert Program(5, 4, blocks).layout.qubits == (1, 3, 4, 0)


def test_a_loop_without_passes_measures_nothing() -> None:
    """Catches a bit that reads a qubit in IonQ's histogram although its measurement never happens."""
    idle: Operation = ("for", (), (range(0), None, (_measure(0, 1),)))
    assert Program(1, 2, [_measure(0, 0), idle]).layout.qubits == (0, -1)


def test_walk_gives_inner_operations_their_blocks_index() -> None:
    branch: Operation = ("if", (), (BitIs(0, True), (X, X), (("y", (0,), ()),)))
    program = Program(1, 1, [("h", (0,), ()), branch], positions=(4, 7))
    assert [(index, operation[0]) for index, operation in program.walk()] == [
        (4, "h"), (7, "if"), (7, "x"), (7, "x"), (7, "y"),
    ]  # fmt: skip


def test_unroll_leaves_loops_that_may_end_early() -> None:
    early: Operation = ("for", (), (range(4), None, (("if", (), (BitIs(0, True), (("break", (), ()),), ())), X)))
    inner_break: Operation = ("while", (), (BitIs(0, True), (("break", (), ()),)))
    program = Program(1, 1, [early, ("for", (), (range(2), None, (inner_break, X)))], positions=(3, 5))
    unrolled = unroll(program)
    assert unrolled.operations == [early, inner_break, X, inner_break, X]
    assert unrolled.positions == (3, 5, 5, 5, 5)


def test_unroll_takes_no_turns_of_nothing() -> None:
    """Caught minutes spent on copies of an empty block."""
    inner: Operation = ("for", (), (range(0), None, (X,)))
    nothing: Operation = ("for", (), (range(10**12), None, (inner,)))
    assert unroll(Program(1, 0, [X, nothing, X])).operations == [X, X]


def test_unroll_works_inside_branches() -> None:
    loop: Operation = ("for", (), ((1, 2, 3), None, (X,)))
    unrolled = unroll(Program(1, 1, [("if", (), (BitIs(0, True), (loop,), ()))]))
    assert unrolled.operations == [("if", (), (BitIs(0, True), (X, X, X), ()))]


def test_unroll_of_a_plain_program_is_the_program() -> None:
    program = Program(1, 1, [X])
    assert unroll(program) is program


def test_unroll_does_not_write_out_what_would_not_fit() -> None:
    endless: Operation = ("for", (), (range(10**12), None, (X,)))
    assert unroll(Program(1, 1, [endless])).operations == [endless]


def test_programs_can_be_sent_to_other_processes() -> None:
    program = Program(1, 1, [X, _measure(0, 0)], (Register("c", (0,)),), name="x")
    copy = pickle.loads(pickle.dumps(program))
    assert copy == program
    assert copy.layout == program.layout


def test_importing_qrelay_is_free_of_frameworks() -> None:
    heavy = {"qiskit", "cirq", "numpy", "httpx", "pydantic"}
    code = f"import sys, qrelay; print(sorted({heavy} & set(sys.modules)), qrelay.__all__)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("[] ")
    assert "encode" in done.stdout
