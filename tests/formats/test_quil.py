"""`rigetti.quil.v1`: words, memory, and control flow as jumps, judged branch by branch."""

from __future__ import annotations

import itertools
import re
from typing import Any

import pytest
from judges import quil
from tests.asymmetric import ANGLES, NAMES, distribution_of, program_of

from qrelay.errors import InvalidOption, UnsupportedCircuit
from qrelay.formats import encode
from qrelay.formats.quil import GATES
from qrelay.program import Operation, Program, Register
from qrelay.program.control import BitIs, Condition, Expression, RegisterIs

FORMAT = "rigetti.quil.v1"
X0: Operation = ("x", (0,), ())


def _text(program: Program, **options: Any) -> str:
    return encode(program, FORMAT, **options).data.decode()


def _program(*operations: Operation, qubits: int = 3, bits: int = 3) -> Program:
    return Program(qubits, bits, list(operations), (Register("c", tuple(range(bits))),))


def _same(found: dict[int, float], wanted: dict[int, float]) -> None:
    assert {key: found.get(key, 0.0) for key in {*found, *wanted}} == pytest.approx(
        {key: wanted.get(key, 0.0) for key in {*found, *wanted}}, abs=1e-9
    )


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("turned", [ANGLES, (-2.9, 4.4, -5.3, 9.1)], ids=["small", "large"])
def test_each_gate_asymmetrically(name: str, turned: tuple[float, ...]) -> None:
    program = program_of(name, turned)
    _same(quil.distribution(encode(program, FORMAT).data), distribution_of(program))


def test_the_words_are_of_the_standard_set() -> None:
    """Catches gates that pyquil defines and quilc does not (RXX, U): quilc would refuse the program."""
    text = "".join(_text(program_of(name)) for name in sorted(GATES))
    words = set(re.findall(r"^([A-Z]+)", text, re.MULTILINE))
    gates = {"I", "X", "Y", "Z", "H", "S", "T", "PHASE", "RX", "RY", "RZ", "CZ", "CNOT", "CCNOT", "CPHASE", "SWAP"}
    assert words == gates | {"CSWAP", "ISWAP", "DECLARE", "MEASURE"}


def test_memory_has_a_column_for_each_bit() -> None:
    """Bit i is ro[i], whichever register it is in, measured or not, measured twice or not."""
    registers = (Register("b", (4, 1)), Register("a", (1, 0)))
    program = Program(3, 6, [X0, ("measure", (2,), (4,)), ("measure", (0,), (4,)), ("measure", (0,), (1,))], registers)
    assert _text(program) == "DECLARE ro BIT[6]\nX 0\nMEASURE 0 ro[4]\nMEASURE 0 ro[1]\n"
    assert quil.distribution(encode(program, FORMAT).data) == {0b010010: 1.0}
    assert _text(Program(1, 0, [X0])) == "X 0\n"  # there is no memory of no bits


@pytest.mark.parametrize("angle", [1e-05, -2.5e-07, 1e22, 5e-324, 3.0, -0.0])
def test_any_number_arrives_as_it_is(angle: float) -> None:
    text = _text(_program(("rx", (2,), (angle,))))
    (number,) = re.findall(r"RX\((.*)\) 2", text)
    assert float(number) == angle
    assert "." in number


# --- on the way ------------------------------------------------------------------------------------------------------


def test_qubits_are_measured_reset_and_used_again() -> None:
    program = _program(
        ("ry", (0,), (1.0,)),
        ("measure", (0,), (0,)),
        ("reset", (0,), ()),
        ("ry", (0,), (0.6,)),
        ("measure", (0,), (1,)),
    )
    assert "RESET 0\n" in _text(program)
    one, two = 0.2298488470659301, 0.08733219254516084  # sin²(θ/2)
    wanted = {a | b << 1: (one if a else 1 - one) * (two if b else 1 - two) for a in (0, 1) for b in (0, 1)}
    _same(quil.distribution(encode(program, FORMAT).data), wanted)


def test_only_the_last_measurement_into_a_bit_is_read_out() -> None:
    """Catches rows of unequal length on quantum machines: each measurement into `ro` makes an entry there."""
    program = _program(
        X0,
        ("measure", (0,), (1,)),
        ("if", (), (BitIs(1, value=True), (("x", (1,), ()),), ())),
        X0,
        ("measure", (0,), (1,)),
        ("if", (), (BitIs(1, value=True), (("x", (2,), ()),), ())),
        ("measure", (1,), (0,)),
        ("measure", (2,), (2,)),
    )
    text = _text(program)
    assert re.findall(r"MEASURE .*", text) == [
        "MEASURE 0 mid[0]",
        "MEASURE 0 ro[1]",
        "MEASURE 1 ro[0]",
        "MEASURE 2 ro[2]",
    ]
    assert quil.distribution(text.encode()) == {0b001: pytest.approx(1.0)}
    memory = _text(program, final_memory=True)
    assert "mid" not in memory
    assert quil.distribution(memory.encode()) == {0b001: pytest.approx(1.0)}


@pytest.mark.parametrize("kind", ["if", "while", "for", "switch"])
def test_measurements_that_a_shot_may_skip(kind: str) -> None:
    measure: Operation = ("measure", (1,), (1,))
    blocks: dict[str, Operation] = {
        "if": ("if", (), (BitIs(0, value=True), (measure,), ())),
        "while": ("while", (), (BitIs(0, value=True), (measure, ("measure", (2,), (0,))))),
        "for": ("for", (), (range(3), None, (measure, ("break", (), ())))),
        "switch": ("switch", (), (Expression("bit", (0,)), (((1,), (measure,)),))),
    }
    program = _program(X0, ("x", (1,), ()), ("measure", (0,), (0,)), blocks[kind])
    with pytest.raises(UnsupportedCircuit, match="final_memory=True") as caught:
        encode(program, FORMAT)
    assert (caught.value.operation, caught.value.index) == (kind, 3)
    wanted = 0b10 if kind == "while" else 0b11
    assert quil.distribution(encode(program, FORMAT, final_memory=True).data) == {wanted: pytest.approx(1.0)}


def _number(*bits: int) -> Expression:
    return Expression("bits", bits, len(bits))


def _const(value: int, width: int) -> Expression:
    return Expression("const", (value,), width)


def _two(name: str, one: Expression, other: Expression, width: int = 0) -> Expression:
    return Expression(name, (one, other), width)


BIT = [Expression("bit", (bit,)) for bit in range(4)]
CONDITIONS: dict[str, tuple[Condition, Any]] = {
    "bit": (BitIs(1, value=True), lambda m: m >> 1 & 1),
    "no bit": (BitIs(2, value=False), lambda m: not m >> 2 & 1),
    "register": (RegisterIs((0, 1, 2, 3), 6), lambda m: m == 6),
    "register turned round": (RegisterIs((3, 1, 0), 5), lambda m: (m >> 3 & 1, m >> 1 & 1, m & 1) == (1, 0, 1)),
    "register with a bit twice": (RegisterIs((2, 2), 1), lambda m: False),
    "register and its bit": (RegisterIs((2, 2), 3), lambda m: m >> 2 & 1),
    "number too large": (RegisterIs((0, 1), 4), lambda m: False),
    "number below zero": (RegisterIs((0, 1), -1), lambda m: False),
    "nothing is zero": (RegisterIs((), 0), lambda m: True),
    "always": (_const(1, 0), lambda m: True),
    "and": (_two("and", BIT[0], BIT[3]), lambda m: m & 1 and m >> 3),
    "or": (_two("or", BIT[1], Expression("not", (BIT[2],))), lambda m: m >> 1 & 1 or not m >> 2 & 1),
    "xor of all": (
        _two("bit_xor", _two("bit_xor", BIT[0], BIT[1]), _two("bit_xor", BIT[2], BIT[3])),
        lambda m: m.bit_count() % 2,
    ),
    "less": (_two("less", _number(0, 1), _number(2, 3)), lambda m: m & 3 < m >> 2),
    "less or equal": (_two("less_equal", _number(0, 1, 2, 3), _const(9, 4)), lambda m: m <= 9),
    "greater": (_two("greater", _number(3, 0), _const(1, 2)), lambda m: (m >> 3) + 2 * (m & 1) > 1),
    "sum": (
        _two("equal", _two("add", _number(0, 1), _number(2, 3), 2), _const(1, 2)),
        lambda m: ((m & 3) + (m >> 2)) % 4 == 1,
    ),
    "difference": (
        _two("greater_equal", _two("sub", _number(0, 1), _number(2, 3), 2), _const(2, 2)),
        lambda m: ((m & 3) - (m >> 2)) % 4 >= 2,
    ),
    "product": (
        _two("not_equal", _two("mul", _number(0, 1), _number(2, 3), 2), _const(2, 2)),
        lambda m: (m & 3) * (m >> 2) % 4 != 2,
    ),
    "quotient": (
        _two("equal", _two("div", _number(0, 1, 2, 3), _const(3, 4), 4), _const(2, 4)),
        lambda m: m // 3 == 2,
    ),
    "inverted": (
        _two("equal", Expression("invert", (_number(0, 2),), 2), _const(2, 2)),
        lambda m: m & 1 and not m >> 2 & 1,
    ),
    "shifted": (
        _two("equal", _two("shift_left", _number(0, 1, 2), _const(1, 3), 3), _const(4, 3)),
        lambda m: (m & 7) * 2 % 8 == 4,
    ),
    "shifted away": (_two("equal", _two("shift_left", _number(0), _const(70, 8), 1), _const(0, 1)), lambda m: True),
    "shifted down": (
        _two("equal", _two("shift_right", _number(0, 1, 2), _const(1, 3), 3), _const(2, 3)),
        lambda m: (m & 7) >> 1 == 2,
    ),
    "index": (_two("index", _number(1, 2, 3), _const(1, 2)), lambda m: m >> 2 & 1),
    "cast to a truth": (Expression("cast", (_number(1, 3),)), lambda m: m >> 1 & 1 or m >> 3),
    "cast to fewer bits": (
        _two("equal", Expression("cast", (_number(0, 1, 2),), 2), _const(3, 2)),
        lambda m: m & 3 == 3,
    ),
    "both": (_two("bit_and", _number(0, 1), _number(2, 3), 2), lambda m: m & 3 & m >> 2),
    "any": (_two("bit_or", _number(0, 1), _number(2, 3), 2), lambda m: m & 3 | m >> 2),
}


@pytest.mark.parametrize("name", CONDITIONS)
def test_every_value_decides_as_it_should(name: str) -> None:
    """All sixteen values of four bits, an `else` that shows, and nothing that falls through."""
    condition, truth = CONDITIONS[name]
    for memory in range(16):
        prepared: list[Operation] = [("x", (bit,), ()) for bit in range(4) if memory >> bit & 1]
        prepared += [("measure", (bit,), (bit,)) for bit in range(4)]
        decided: list[Operation] = [
            ("if", (), (condition, (("x", (4,), ()),), (("x", (5,), ()),))),
            ("if", (), (condition, (("x", (6,), ()),), ())),
            ("measure", (4,), (4,)),
            ("measure", (5,), (5,)),
            ("measure", (6,), (6,)),
        ]
        found = quil.distribution(encode(_program(*prepared, *decided, qubits=7, bits=7), FORMAT).data)
        assert found == {memory | (0b101 if truth(memory) else 0b010) << 4: pytest.approx(1.0)}, memory


def test_too_many_bits_and_no_quotient() -> None:
    wide = _two("less", _number(*range(13)), _const(5, 13))
    none = _two("equal", _two("div", _const(1, 1), _number(0), 1), _const(1, 1))
    for condition, why in ((wide, "12 is the most"), (none, "divides by zero")):
        with pytest.raises(UnsupportedCircuit, match=why) as caught:
            encode(_program(X0, ("if", (), (condition, (X0,), ())), bits=13), FORMAT)
        assert (caught.value.operation, caught.value.index) == ("if", 1)
    register = RegisterIs(tuple(range(13)), 3)  # any size
    assert encode(_program(("if", (), (register, (X0,), ())), bits=13), FORMAT).data.count(b"JUMP") == 13


def test_while_repeats_until_it_succeeds() -> None:
    again: Operation = ("while", (), (BitIs(0, value=False), (("ry", (0,), (2.0,)), ("measure", (0,), (0,)))))
    count: Operation = ("measure", (0,), (1,))
    found = quil.distribution(encode(_program(again, count), FORMAT, final_memory=True).data)
    assert found == {0b11: pytest.approx(1.0, abs=1e-9)}


@pytest.mark.parametrize("word", ["break", "continue"])
def test_loops_that_are_left(word: str) -> None:
    """Three rounds, each flips qubit 1 unless bit 0 leads out of the round, or of the loop."""
    out: Operation = ("if", (), (BitIs(0, value=True), ((word, (), ()),), ()))
    loop: Operation = ("for", (), (range(3), None, (("x", (2,), ()), out, ("x", (1,), ()))))
    ends: list[Operation] = [("measure", (1,), (1,)), ("measure", (2,), (2,))]
    left = quil.distribution(encode(_program(X0, ("measure", (0,), (0,)), loop, *ends), FORMAT).data)
    assert left == {0b101: pytest.approx(1.0)}
    stayed = quil.distribution(encode(_program(("measure", (0,), (0,)), loop, *ends), FORMAT).data)
    assert stayed == {0b110: pytest.approx(1.0)}


def test_loops_beyond_measure_and_words_beyond_loops(monkeypatch: pytest.MonkeyPatch) -> None:
    body = (X0, ("break", (), ()))
    with pytest.raises(UnsupportedCircuit, match="1,000,000"):
        encode(_program(("for", (), (range(600_000), None, body))), FORMAT)
    with pytest.raises(UnsupportedCircuit, match="outside of any loop") as caught:
        encode(_program(X0, ("break", (), ())), FORMAT)
    assert (caught.value.operation, caught.value.index) == ("break", 1)
    monkeypatch.setattr("qrelay.formats.quil._MOST_COPIES", 100)
    inner: Operation = ("for", (), (range(20), None, body))
    assert encode(_program(inner, inner), FORMAT)
    with pytest.raises(UnsupportedCircuit, match="more than 100 "):  # loops in loops, which multiply
        encode(_program(("for", (), (range(20), None, (inner,)))), FORMAT)


@pytest.mark.parametrize(
    ("labels", "taken"), [(((0,), (2, 3), (None,)), (0, 2, 1, 1)), (((1,), (1,)), (None, 0, None, None))]
)
def test_switch_takes_the_first_that_fits(
    labels: tuple[tuple[int | None, ...], ...], taken: tuple[int | None, ...]
) -> None:
    for value, case in enumerate(taken):
        prepared: list[Operation] = [("x", (bit,), ()) for bit in range(2) if value >> bit & 1]
        prepared += [("measure", (0,), (0,)), ("measure", (1,), (1,))]
        blocks = tuple((label, (("x", (2 + place,), ()),)) for place, label in enumerate(labels))
        switch: Operation = ("switch", (), (_number(0, 1), blocks))
        ends: list[Operation] = [("measure", (qubit,), (qubit,)) for qubit in range(2, 5)]
        found = quil.distribution(encode(_program(*prepared, switch, *ends, qubits=5, bits=5), FORMAT).data)
        assert found == {value | (0 if case is None else 4 << case): pytest.approx(1.0)}


def test_nested_decisions_and_lowered_gates_in_them() -> None:
    """Gates that Quil has no word for are lowered inside of blocks, too; delays and barriers there say nothing."""
    inner: Operation = ("if", (), (BitIs(1, value=True), (("rxx", (2, 3), (2.2,)), ("barrier", (2, 3), ())), (X0,)))
    outer: Operation = ("if", (), (BitIs(0, value=True), (inner, ("delay", (2,), (1e-6,))), ()))
    for first, second in itertools.product((0, 1), repeat=2):
        prepared: list[Operation] = [("x", (bit,), ()) for bit in range(2) if (first, second)[bit]]
        prepared += [("measure", (0,), (0,)), ("measure", (1,), (1,))]
        ends: list[Operation] = [("measure", (0,), (2,)), ("measure", (2,), (3,))]
        found = quil.distribution(encode(_program(*prepared, outer, *ends, qubits=4, bits=4), FORMAT).data)
        base = first | second << 1
        if first and second:
            assert found == {base | 4: pytest.approx(0.20574941), base | 12: pytest.approx(0.79425058)}
        else:
            assert found == {base: pytest.approx(1.0)}


def test_infinite_angles_inside_of_blocks() -> None:
    turn: Operation = ("rx", (0,), (float("inf"),))
    with pytest.raises(UnsupportedCircuit, match="finite") as caught:
        encode(_program(X0, ("if", (), (BitIs(0, value=True), (turn,), ()))), FORMAT)
    assert (caught.value.operation, caught.value.index) == ("rx", 1)


def test_a_base_target_gets_a_straight_line() -> None:
    """Catches control flow that is sent to a target that takes the base profile: the job would fail there."""
    straight = _program(X0, ("measure", (0,), (0,)), ("measure", (0,), (2,)))
    assert _text(straight, max_profile="base") == _text(straight)
    for again, name in (
        (("h", (0,), ()), "h"),
        (("reset", (0,), ()), "reset"),
        (("if", (), (BitIs(0, True), (), ())), "if"),
    ):
        program = _program(X0, ("measure", (0,), (0,)), again)
        with pytest.raises(UnsupportedCircuit, match=r"the base profile of rigetti\.quil\.v1 cannot") as caught:
            encode(program, FORMAT, max_profile="base")
        assert (caught.value.operation, caught.value.index) == (name, 2)
        assert _text(program, max_profile="adaptive_ri") == _text(program)


def test_options_are_checked() -> None:
    with pytest.raises(InvalidOption, match="max_profile"):
        encode(_program(X0), FORMAT, max_profile="full")
    with pytest.raises(InvalidOption, match="final_memory"):
        encode(_program(X0), FORMAT, memory=True)
