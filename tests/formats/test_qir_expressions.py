"""Classical expressions in QIR's integers: every shot's decision held against Python's arithmetic on its own bits."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("qdk")

from hypothesis import given, settings
from hypothesis import strategies as st
from judges import qir
from tests.formats import run_exactly
from tests.formats.forms import const, gate, measure, register, switch, when

from qrelay.errors import InvalidOption, UnsupportedCircuit
from qrelay.formats import encode
from qrelay.formats.qir_profile import check_profile
from qrelay.program import Program, Register
from qrelay.program.control import Expression

BITS = 6
SHOTS = 150
LOW, HIGH = register(0, 1, 2), register(5, 3, 4)
NARROW = register(1, 6, 2)  # bit 6 is never written
BIT = Expression("bit", (4,))


def op(word: str, *operands: Any, width: int = 0) -> Expression:
    return Expression(word, operands, width)


def cast(inner: Expression, width: int) -> Expression:
    return op("cast", inner, width=width)


MASKED = op("bit_and", LOW, const(5, 3), width=3)
EXPRESSIONS = {
    "bit": BIT,
    "not": op("not", BIT),
    "not of a comparison": op("not", op("less", LOW, HIGH)),
    "and": op("and", op("less", LOW, HIGH), BIT),
    "or": op("or", op("equal", LOW, HIGH), op("not", BIT)),
    "nested logic": op("or", op("and", BIT, op("not", op("bit", 0))), op("and", op("bit", 1), op("bit", 2))),
    "a number as truth": cast(op("bit_and", LOW, HIGH, width=3), 0),
    "a register as truth": cast(NARROW, 0),
    "bits as truth": register(0, 1),
    "truth compared": op("equal", op("less", LOW, HIGH), BIT),
    "truth bitwise": op("bit_xor", BIT, op("bit", 0)),
    "truth and and, as a number": op("equal", cast(op("and", BIT, LOW), 2), const(1, 2)),
    "invert a truth value": op("invert", BIT),
    **{word: op(word, LOW, HIGH) for word in ("equal", "not_equal", "less", "less_equal", "greater", "greater_equal")},
    "equal to a number": op("equal", LOW, const(5, 3)),
    "a number equal to it": op("equal", const(5, 3), LOW),
    "unequal to a number": op("not_equal", NARROW, const(4, 3)),
    "equal to what does not fit": op("equal", cast(LOW, 8), const(200, 8)),
    "less than a number": op("less", HIGH, const(3, 3)),
    "unwritten bits": op("greater", NARROW, const(1, 3)),
    "invert": op("less", op("invert", LOW, width=3), const(3, 3)),
    "bitwise": op("equal", op("bit_or", MASKED, op("bit_xor", LOW, HIGH, width=3), width=3), const(7, 3)),
    "sum": op("equal", op("add", LOW, HIGH, width=3), const(2, 3)),
    "sum in more bits": op("greater", op("add", cast(LOW, 4), cast(HIGH, 4), width=4), const(8, 4)),
    "difference": op("greater", op("sub", LOW, HIGH, width=3), const(5, 3)),
    "product": op("equal", op("mul", LOW, HIGH, width=3), const(4, 3)),
    "quotient": op("equal", op("div", HIGH, const(3, 3), width=3), const(1, 3)),
    "quotient of two": op("equal", op("div", HIGH, op("bit_or", LOW, const(1, 3), width=3), width=3), const(2, 3)),
    "shift left": op("equal", op("shift_left", LOW, const(1, 3), width=3), const(4, 3)),
    "shift left by bits": op("equal", op("shift_left", LOW, HIGH, width=3), const(4, 3)),
    "shift right by bits": op("equal", op("shift_right", LOW, HIGH, width=3), const(1, 3)),
    "shift out": op("equal", op("shift_right", LOW, const(3, 3), width=3), const(0, 3)),
    "cut": op("equal", cast(op("add", LOW, HIGH, width=3), 2), const(3, 2)),
    "index": op("index", LOW, const(2, 3)),
    "index by bits": op("index", LOW, HIGH),
    "index of a sum": op("index", op("add", LOW, HIGH, width=3), const(1, 3)),
    "wide": op("greater", op("shift_left", cast(LOW, 60), const(55, 60), width=60), const(1 << 56, 60)),
    "constant": op("less", const(3, 3), op("add", const(1, 3), const(1, 3), width=3)),
}  # fmt: skip


def deciding(node: Any) -> Program:
    """Six fair bits, and a seventh that says what the expression was on them; bit 6 is never written."""
    operations = [gate("h", qubit) for qubit in range(BITS)]
    operations += [measure(qubit, qubit) for qubit in range(BITS)]
    operations += [when(node, gate("x", BITS)), measure(BITS, 7)]
    return Program(BITS + 1, 8, operations, (Register("c", tuple(range(8))),))


def judge(payload: Any, node: Any, run: Any) -> None:
    memories = qir.memories(run(payload.data, SHOTS), payload.layout.groups)
    assert len(memories) > 30  # of the 64 that there are
    for memory in memories:
        assert memory >> 7 == int(bool(run_exactly.value(node, memory & 127))), bin(memory)


@pytest.mark.parametrize("run", [qir.run, qir.run_by_runner], ids=["QDK", "qirrunner"])
@pytest.mark.parametrize("case", EXPRESSIONS)
def test_expressions_decide_as_python_would(case: str, run: Any) -> None:
    """Catches signed comparisons, sums that are not cut to their width, shifts by more than the width, bits swapped."""
    payload = encode(deciding(EXPRESSIONS[case]), "qir.v1")
    judge(payload, EXPRESSIONS[case], run)
    assert check_profile(payload.data, "adaptive_ri") == []


@pytest.mark.parametrize("case", EXPRESSIONS)
def test_expressions_in_bitcode(case: str) -> None:
    pytest.importorskip("pyqir")
    if case in ("quotient of two", "quotient"):
        with pytest.raises(InvalidOption, match="udiv"):
            encode(deciding(EXPRESSIONS[case]), "qir.v1", bitcode=True)
        return
    payload = encode(deciding(EXPRESSIONS[case]), "qir.v1", bitcode=True)
    judge(payload, EXPRESSIONS[case], qir.run)
    assert check_profile(payload.data, "adaptive_ri") == []


def test_a_switch_on_an_expression() -> None:
    total = op("add", cast(LOW, 4), cast(HIGH, 4), width=4)
    operations = [gate("h", qubit) for qubit in range(BITS)]
    operations += [measure(qubit, qubit) for qubit in range(BITS)]
    operations += [
        switch(total, ((3, 7), (gate("x", BITS),)), ((99, -1), (gate("x", 0),)), ((14,), (gate("x", BITS),)))
    ]
    operations += [measure(BITS, 7)]
    payload = encode(Program(BITS + 1, 8, operations, ()), "qir.v1")
    for memory in qir.memories(qir.run(payload.data, 600), payload.layout.groups):
        assert memory >> 7 == (run_exactly.value(total, memory) in (3, 7, 14))


@pytest.mark.parametrize(
    ("node", "why"),
    [
        (op("less", register(*range(64)), register(*range(64))), "64 bits"),
        (op("equal", op("mul", cast(LOW, 40), cast(HIGH, 40), width=40), const(3, 40)), "up to 31"),
        (op("equal", op("add", cast(LOW, 63), cast(HIGH, 63), width=63), const(3, 63)), "up to 62"),
        (op("equal", op("div", LOW, const(0, 3), width=3), const(1, 3)), "divides by zero"),
        (op("equal", op("power", LOW, HIGH, width=3), const(1, 3)), "power"),
    ],
)  # fmt: skip
def test_what_the_integers_cannot_say_is_refused_by_name_and_index(node: Any, why: str) -> None:
    one = Program(1, 64, [gate("x", 0), *(measure(0, bit) for bit in range(64)), when(node, gate("x", 0))], ())
    with pytest.raises(UnsupportedCircuit, match=why) as caught:
        encode(one, "qir.v1")
    assert (caught.value.operation, caught.value.index) == ("if", 65)


_WORDS = ["add", "sub", "mul", "bit_and", "bit_or", "bit_xor", "shift_left", "shift_right"]


def _numbers() -> st.SearchStrategy[Expression]:
    leaves = st.one_of(
        st.permutations(range(7)).map(lambda bits: register(*bits[:3])),
        st.integers(0, 7).map(lambda value: const(value, 3)),
    )

    def larger(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
        binary = st.builds(lambda word, a, b: op(word, a, b, width=3), st.sampled_from(_WORDS), inner, inner)
        unary = inner.map(lambda a: op("invert", a, width=3))
        narrowed = st.builds(lambda a, width: cast(cast(a, width), 3), inner, st.integers(1, 5))
        return st.one_of(binary, unary, narrowed)

    return st.recursive(leaves, larger, max_leaves=6)


def _truths() -> st.SearchStrategy[Expression]:
    compared = st.builds(
        op,
        st.sampled_from(["equal", "not_equal", "less", "less_equal", "greater", "greater_equal", "index"]),
        _numbers(),
        _numbers(),
    )
    leaves = st.one_of(
        compared, st.integers(0, 6).map(lambda bit: op("bit", bit)), _numbers().map(lambda a: cast(a, 0))
    )
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            inner.map(lambda a: op("not", a)), st.builds(op, st.sampled_from(["and", "or"]), inner, inner)
        ),
        max_leaves=4,
    )


@settings(max_examples=80)
@given(_truths())
def test_random_expressions(node: Expression) -> None:
    payload = encode(deciding(node), "qir.v1", profile="adaptive_ri")
    judge(payload, node, qir.run)
    assert check_profile(payload.data, "adaptive_ri") == []
