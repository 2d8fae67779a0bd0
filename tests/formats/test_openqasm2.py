"""Control flow in OpenQASM 2: comparisons in front of every statement, right or refused."""

from __future__ import annotations

import math
from typing import Any

import pytest

from qrelay.errors import UnsupportedCircuit
from qrelay.formats import encode
from qrelay.program import Operation, Program, Register
from qrelay.program.control import BitIs, Expression, RegisterIs

pytest.importorskip("qiskit")

from judges import quantinuum
from judges.payloads import distribution

PLAIN, OWN = "honeywell.openqasm.v1", "quantinuum.openqasm.v1"
BOTH = (PLAIN, OWN)
C2, C3 = (Register("c", (0, 1)),), (Register("c", (0, 1, 2)),)
X1: Operation = ("x", (1,), ())


def _measured(*bits: int, of: int = 0) -> list[Operation]:
    """Every bit from a qubit that was turned by half."""
    steps: list[Operation] = []
    for bit in bits:
        steps += [("h", (of,), ()), ("measure", (of,), (bit,))]
    return steps


def _program(*operations: Any, registers: tuple[Register, ...] = C2) -> Program:
    bits = 1 + max(bit for register in registers for bit in register.bits)
    return Program(3, bits, list(operations), registers)


def _lines(program: Program, format_name: str) -> list[str]:
    """The statements that stand behind a comparison."""
    return [line for line in encode(program, format_name).data.decode().splitlines() if line.startswith("if(")]


def _bits(*bits: int) -> Expression:
    return Expression("bits", bits, len(bits))


def _two(name: str, left: Expression, right: Expression | int, width: int = 0) -> Expression:
    other = right if isinstance(right, Expression) else Expression("const", (right,), left.width)
    return Expression(name, (left, other), width)


def _if(condition: Any, *then: Operation, otherwise: tuple[Operation, ...] = ()) -> Operation:
    return "if", (), (condition, then, otherwise)


CASES: dict[str, tuple[Program, list[str], list[str]]] = {
    "one bit of two": (
        _program(*_measured(0, 1), _if(BitIs(0, True), X1)),
        ["if(c==1) x q[1];", "if(c==3) x q[1];"],
        ["if(c[0]==1) x q[1];"],
    ),
    "the other bit is not written yet": (
        _program(*_measured(0), _if(BitIs(0, True), X1), *_measured(1)),
        ["if(c==1) x q[1];"],
        ["if(c[0]==1) x q[1];"],
    ),
    "a register turned round": (
        _program(*_measured(0, 1), _if(RegisterIs((1, 0), 1), X1)),
        ["if(c==2) x q[1];"],
        ["if(c==2) x q[1];"],
    ),
    "else": (
        _program(*_measured(0, 1), _if(RegisterIs((0, 1), 1), X1, otherwise=(("y", (1,), ()),))),
        ["if(c==1) x q[1];", "if(c==0) y q[1];", "if(c==2) y q[1];", "if(c==3) y q[1];"],
        ["if(c==1) x q[1];", "if(c!=1) y q[1];"],
    ),
    "the branch that changes the condition comes last": (
        _program(*_measured(0), _if(BitIs(0, True), ("measure", (1,), (0,)), otherwise=(X1,)), registers=C2),
        ["if(c==0) x q[1];", "if(c==1) measure q[1] -> c[0];"],
        ["if(c[0]==0) x q[1];", "if(c[0]==1) measure q[1] -> c[0];"],
    ),
    "one in the other": (
        _program(*_measured(0, 1, 2), _if(BitIs(0, True), X1, _if(BitIs(2, False), X1)), registers=C3),
        [*(f"if(c=={value}) x q[1];" for value in (1, 3, 5, 7)), *(f"if(c=={value}) x q[1];" for value in (1, 3))],
        ["if(c[0]==1) x q[1];", "if(c==1) x q[1];", "if(c==3) x q[1];"],
    ),
    "an order": (
        _program(*_measured(0, 1, 2), _if(_two("less", _bits(0, 1, 2), 3), X1), registers=C3),
        [f"if(c=={value}) x q[1];" for value in (0, 1, 2)],
        ["if(c<=2) x q[1];"],
    ),
    "arithmetic that wraps": (
        _program(*_measured(0, 1), _if(_two("equal", _two("add", _bits(0, 1), 3, 2), 1), X1)),
        ["if(c==2) x q[1];"],
        ["if(c==2) x q[1];"],
    ),
    "switch": (
        _program(
            *_measured(0, 1),
            ("switch", (), (_bits(0, 1), (((1, 2), (X1,)), ((3,), (("y", (1,), ()),)), (None, (("z", (1,), ()),))))),
        ),
        ["if(c==1) x q[1];", "if(c==2) x q[1];", "if(c==3) y q[1];", "if(c==0) z q[1];"],
        ["if(c==1) x q[1];", "if(c==2) x q[1];", "if(c==3) y q[1];", "if(c==0) z q[1];"],
    ),
    "what is measured within": (
        _program(
            *_measured(0), _if(BitIs(0, True), *_measured(1), X1, _if(BitIs(1, True), X1)), registers=C2
        ),
        [
            *("if(c==1) h q[0];", "if(c==1) measure q[0] -> c[1];", "if(c==1) x q[1];", "if(c==3) x q[1];"),
            "if(c==3) x q[1];",
        ],
        [
            *("if(c[0]==1) h q[0];", "if(c[0]==1) measure q[0] -> c[1];", "if(c[0]==1) x q[1];"),
            "if(c==3) x q[1];",
        ],
    ),
    "never and always": (
        _program(*_measured(0), _if(RegisterIs((0, 1), 4), X1), _if(_two("less_equal", _bits(0, 1), 3), X1)),
        [],
        [],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_control_flow_becomes_comparisons(case: str) -> None:
    program, plain, own = CASES[case]
    assert _lines(program, PLAIN) == plain
    assert _lines(program, OWN) == own


@pytest.mark.parametrize("case", CASES)
def test_both_dialects_mean_the_same(case: str) -> None:
    """One judge is Aer behind Qiskit's importer, the other works out Quantinuum's words exactly."""
    program, _, _ = CASES[case]
    last = program.num_clbits  # the qubit that the branches act on tells what they did
    registers = (*program.registers, Register("seen", (last,)))
    seen = Program(3, last + 1, [*program.operations, ("measure", (1,), (last,))], registers)
    exactly = distribution(encode(seen, OWN), 1)
    assert exactly.is_exact
    assert distribution(encode(seen, PLAIN), 4000).fits(exactly.weights)


@pytest.mark.parametrize("format_name", BOTH)
@pytest.mark.parametrize(
    ("operation", "why"),
    [
        (_if(RegisterIs((0, 1), 1), ("measure", (1,), (1,)), X1), "changes its own condition"),
        (_if(BitIs(0, True), ("measure", (1,), (0,)), otherwise=(("measure", (2,), (0,)),)), "changes its own"),
        (_if(BitIs(0, True), _if(BitIs(1, True), ("measure", (1,), (0,))), X1), "changes its own condition"),
        (("while", (), (BitIs(0, True), tuple(_measured(0)))), "a loop that ends by itself"),
        (("for", (), (range(3), None, (_if(BitIs(0, True), ("break", (), ())),))), "a loop that is left midway"),
        (_if(Expression("and", (Expression("bit", (0,)), Expression("bit", (2,)))), X1), "several registers"),
        (_if(_two("equal", _two("div", _bits(0, 1), _bits(0, 1), 2), 1), X1), "divides by"),
    ],
)  # fmt: skip
def test_what_cannot_be_said_is_refused(operation: Operation, why: str, format_name: str) -> None:
    registers = (Register("c", (0, 1)), Register("d", (2,)))
    program = _program(*_measured(0, 1, 2), operation, registers=registers)
    with pytest.raises(UnsupportedCircuit, match="write it so, or choose another format") as caught:
        encode(program, format_name)
    assert why in str(caught.value)
    assert (caught.value.operation, caught.value.index) == (operation[0], 6)


def test_a_wide_register_is_compared_as_a_whole_only() -> None:
    """Catches a payload of two to the power of sixty comparisons."""
    wide = (Register("c", tuple(range(60))),)
    every = [step for bit in range(60) for step in _measured(bit)]
    whole = Program(3, 60, [*every, _if(RegisterIs(tuple(range(60)), 1 << 59), X1)], wide)
    assert _lines(whole, PLAIN) == _lines(whole, OWN) == [f"if(c=={1 << 59}) x q[1];"]
    one = Program(3, 60, [*every, _if(BitIs(59, False), X1)], wide)
    assert _lines(one, OWN) == ["if(c[59]==0) x q[1];"]
    with pytest.raises(UnsupportedCircuit, match="1 of 60 bits"):
        encode(one, PLAIN)


def test_words_of_quantinuum() -> None:
    turns: list[Operation] = [
        *[("sx", (0,), ()), ("sxdg", (1,), ()), ("rzz", (0, 1), (0.5,)), ("rzz", (1, 0), (1.5707963267948966,))],
        ("rzz", (0, 2), (7.0,)),
        _if(BitIs(0, False), ("rzz", (0, 1), (-4.0,)), ("sx", (2,), ())),
    ]
    text = encode(_program(*_measured(0), *turns), OWN).data.decode()
    assert text.splitlines()[6:] == [
        "v q[0];", "vdg q[1];", "RZZ(0.5) q[0],q[1];", "zz q[1],q[0];",
        "RZZ(0.7168146928204138) q[0],q[2];", "if(c[0]==0) RZZ(2.2831853071795862) q[0],q[1];", "if(c[0]==0) v q[2];",
    ]  # fmt: skip
    assert quantinuum.distribution(text.encode())


def test_whole_turns_are_those_of_pi_and_not_of_the_float_next_to_it() -> None:
    """Caught 2π as a float, of which a large angle holds too many."""
    text = encode(_program(("rzz", (0, 1), (1e17,))), OWN).data.decode()
    angle = float(text.splitlines()[-1].removeprefix("RZZ(").partition(")")[0])
    assert math.cos(angle) == pytest.approx(math.cos(1e17), abs=1e-12)
    assert math.sin(angle) == pytest.approx(math.sin(1e17), abs=1e-12)
