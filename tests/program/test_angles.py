"""Angles carry expressions through whatever only calculates, and refuse what would lose them."""

from __future__ import annotations

import copy
import math
import operator
import pickle
import struct
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qrelay.errors import InvalidOption, UnboundParameters, UnsupportedCircuit
from qrelay.program import Angle, Bound, Program, Symbols
from qrelay.program.angles import find_markers
from qrelay.program.control import RegisterIs
from qrelay.program.definitions import DEFINITIONS
from qrelay.program.gates import GATES
from qrelay.program.values import ordered

SYMBOLS = Symbols(["a", "b"])
A, B = SYMBOLS.parameters
VALUES = [0.7, -1.9]


def value_of(angle: Any, values: list[float] = VALUES) -> float:
    if not isinstance(angle, Angle):
        return float(angle)
    return angle.symbols.tape([angle.index])(values)[0]


_finite = st.floats(-4, 4, allow_subnormal=False)
_expressions = st.recursive(
    st.sampled_from([("parameter", 0), ("parameter", 1)]) | _finite.map(lambda value: ("number", value)),
    lambda inner: st.tuples(st.sampled_from("+-*/n"), inner, inner),
    max_leaves=12,
)


def _worked_out(expression: tuple[Any, ...], parameters: tuple[float, ...] | list[float]) -> float:
    kind, *parts = expression
    if kind == "parameter":
        return parameters[parts[0]]
    if kind == "number":
        return float(parts[0])
    left, right = (_worked_out(part, parameters) for part in parts)
    if kind == "n":
        return -left
    return {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv}[kind](left, right)


@given(_expressions, _finite, _finite)
def test_an_angle_is_what_the_same_arithmetic_makes_of_the_values(
    expression: tuple[Any, ...], a: float, b: float
) -> None:
    """Coefficients that are collected and rounded in another order give other last digits than the writer's."""
    try:
        wanted = _worked_out(expression, [a, b])
        angle = _worked_out(expression, Symbols(["a", "b"]).parameters)
    except ZeroDivisionError:
        return  # of a number by a number, or of an angle by zero
    if not isinstance(angle, Angle):
        assert angle == wanted or not math.isfinite(wanted)
        return
    found = value_of(angle, [a, b])
    assert found == wanted or (math.isnan(found) and math.isnan(wanted))


def test_definitions_carry_angles() -> None:
    """Every definition of the table gives for an angle what it gives for its value, step by step."""
    symbols = Symbols([f"t{place}" for place in range(4)])
    values = [0.3, -1.1, 2.7, 0.9]
    seen = 0
    for name, definitions in DEFINITIONS.items():
        count = GATES[name].num_params
        for definition in definitions if count else ():
            wanted = definition(*values[:count])
            found = definition(*symbols.parameters[:count])
            assert [step[:2] for step in found] == [step[:2] for step in wanted], name
            for open_step, step in zip(found, wanted, strict=True):
                assert [value_of(angle, values) for angle in open_step[2]] == list(step[2]), (name, step)
                seen += any(isinstance(angle, Angle) for angle in open_step[2])
    assert seen > 50


def test_it_shows_itself_to_writers_and_is_found_again() -> None:
    angle = 2 * A - B / 3
    for text in (repr(angle), f"{angle}", f"{angle!r}", str(angle)):
        assert not set("einfa.") & set(text)
        assert find_markers(f"rx({text}) q[0];") == (["rx(", ") q[0];"], [(angle.index, False)])
    digits = struct.pack(">d", angle).hex()
    assert digits.startswith("7ff")  # as QIR's writer looks for what is not finite
    assert find_markers(f"double 0x{digits}, %Q") == (["double 0x", ", %Q"], [(angle.index, True)])
    assert math.isnan(struct.unpack(">d", struct.pack(">d", angle))[0])


def test_equal_expressions_are_one() -> None:
    """A circuit of 100,000 gates in two parameters shall not be evaluated 100,000 times."""
    before = len(SYMBOLS)
    angles = [(A + 0.5) * 2 - B for _ in range(100)]
    assert len({angle.index for angle in angles}) == 1
    assert len(SYMBOLS) <= before + 5
    assert A + 0.0 != A + 1.0
    assert math.copysign(1, value_of((A - A) * 3 - 0.0)) == math.copysign(1, (0.7 - 0.7) * 3 - 0.0)


@pytest.mark.parametrize(
    "use",
    [
        float, int, round, abs, math.floor, math.ceil, math.trunc,
        lambda angle: angle < 1, lambda angle: angle >= 1.0, lambda angle: angle <= 1, lambda angle: max(angle, 0.0),
        lambda angle: angle % math.tau, lambda angle: 7 % angle, lambda angle: angle // 2, lambda angle: angle**2,
        lambda angle: divmod(angle, 2), lambda angle: 2**angle, lambda angle: f"{angle:.6f}",
        lambda angle: angle.is_integer(), lambda angle: angle.as_integer_ratio(), lambda angle: angle.hex(),
    ],
)  # fmt: skip
def test_what_needs_a_value_is_refused(use: Callable[[Any], object]) -> None:
    """A NaN that is compared or rounded chooses a way without a word."""
    with pytest.raises(UnboundParameters) as caught:
        use(A * 2)
    assert caught.value.names == ("a",)


@pytest.mark.parametrize(
    "lose", [math.sin, math.fabs, lambda angle: math.fmod(angle, math.tau), lambda angle: math.fsum([angle, 1.0])]
)
def test_a_lost_expression_is_no_angle_and_no_number(lose: Callable[[Any], float]) -> None:
    lost = lose(A)
    assert type(lost) is float
    assert math.isnan(lost)


def test_saved_steps_are_not_saved() -> None:
    """`if angle:` and `angle == 0.0` ask whether there is something to do: with a parameter there is."""
    assert A
    assert A - A
    assert A != 0.0
    assert A not in (0.0, math.pi)
    assert {0.25: "t"}.get(A) is None
    assert SYMBOLS.parameters[0] == A


def test_arithmetic_that_ends_in_a_number() -> None:
    assert A * 0.0 == 0.0
    assert type(0 * A) is float
    assert A * 1 is A
    assert A / 1.0 is A
    with pytest.raises(ZeroDivisionError):
        A / 0
    with pytest.raises(TypeError):
        A + "1"
    with pytest.raises(TypeError):
        A + 1j


def test_numpys_numbers_take_part() -> None:
    """np.float64 is a float of its own, which would make a NaN of an angle that it multiplies."""
    for made in (np.float64(2) * A, A * np.float64(2), np.int64(2) * A):
        assert value_of(made) == 1.4
    assert value_of(np.float32(1) + A) == 1.7


def test_angles_of_different_programs_are_not_mixed() -> None:
    (other,) = Symbols(["c"]).parameters
    with pytest.raises(InvalidOption, match="a, b, c"):
        A + other
    assert other != A


def test_they_travel() -> None:
    """Between processes and through deep copies an angle is the same expression of the same parameters."""
    program = Program(1, 0, [("rx", (0,), (2 * A + B,)), ("rz", (0,), (B,))], global_phase=A, symbols=SYMBOLS)
    for again in (pickle.loads(pickle.dumps(program)), copy.deepcopy(program)):
        assert again.parameters == ("a", "b")
        assert again.bound(VALUES) == program.bound(VALUES)
        first = again.operations[0][2][0]
        assert value_of(first - again.operations[1][2][0]) == value_of((2 * A + B) - B)


# --- programs --------------------------------------------------------------------------------------------------------


def _program() -> Program:
    inner = (("rx", (0,), (A,)), ("for", (), ((0, 1), None, (("ry", (1,), (A * B,)),))))
    return Program(
        2,
        1,
        [("rz", (0,), (A + 1,)), ("measure", (0,), (0,)), ("if", (), (RegisterIs((0,), 1), inner, ()))],
        global_phase=-B,
        symbols=SYMBOLS,
    )


def test_a_bound_program_holds_numbers_everywhere() -> None:
    """Blocks inside blocks and the global phase are bound too."""
    bound = _program().bound({"b": -1.9, "a": 0.7})
    assert bound.parameters == ()
    loop = ("for", (), ((0, 1), None, (("ry", (1,), (0.7 * -1.9,)),)))
    assert bound.operations == [
        ("rz", (0,), (1.7,)),
        ("measure", (0,), (0,)),
        ("if", (), (RegisterIs((0,), 1), (("rx", (0,), (0.7,)), loop), ())),
    ]
    assert bound.global_phase == 1.9
    assert all(type(value) is not Angle for _, operation in bound.walk() for value in operation[2])


@pytest.mark.parametrize(
    ("values", "error", "words"),
    [
        ([1.0], InvalidOption, "1 values for 2 parameters"),
        ([1.0, 2.0, 3.0], InvalidOption, "3 values for 2 parameters"),
        ({"a": 1.0}, UnboundParameters, "b"),
        ({"a": 1.0, "b": 2.0, "aa": 3.0}, InvalidOption, "'aa'. Did you mean a"),
        ({"a": 1.0, "z9": 3.0}, InvalidOption, "'z9'. Its parameters: a, b"),
        ([1.0, math.nan], InvalidOption, "'b' is nan"),
        ({"a": math.inf, "b": 0.0}, InvalidOption, "'a' is inf"),
        ([1.0, "2"], InvalidOption, "'b' is '2'"),
        ([1.0, 1j], InvalidOption, "'b' is 1j"),
        ([True, 1.0], InvalidOption, "'a' is True"),
        ([10**400, 1.0], InvalidOption, "'a' is 1000"),
        ("ab", InvalidOption, "'a' is 'a'"),
        (1.0, InvalidOption, "neither a mapping"),
        (None, InvalidOption, "neither a mapping"),
        (np.array(1.0), InvalidOption, "neither a mapping"),
        ([A, 1.0], InvalidOption, "'a' is"),
    ],
)
def test_values_that_do_not_fit_are_refused_by_name(values: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        _program().bound(values)
    with pytest.raises(error, match=words):
        Bound.of(_program(), values)


def test_values_come_in_many_kinds() -> None:
    for values in ([1, 2], (1.0, 2.0), np.array([1, 2]), {"b": np.float32(2), "a": np.int64(1)}):
        assert ordered(("a", "b"), values) == [1.0, 2.0]
        assert all(type(value) is float for value in ordered(("a", "b"), values))


def test_an_expression_without_a_value_is_refused_with_the_values() -> None:
    symbols = Symbols(["a", "b"])
    a, b = symbols.parameters
    program = Program(1, 0, [("rx", (0,), (a / b,))], symbols=symbols)
    assert program.bound([1.0, 2.0]).operations == [("rx", (0,), (0.5,))]
    with pytest.raises(InvalidOption, match=r"no real value at a=1.0, b=0.0"):
        program.bound([1.0, 0.0])


def test_programs_by_hand_are_checked() -> None:
    """An angle whose parameters the program does not know could never be bound."""
    assert _program().check().operations == _program().operations
    strayed = Program(1, 0, [("rx", (0,), (A,))])
    with pytest.raises(UnsupportedCircuit, match="other parameters") as caught:
        strayed.check()
    assert caught.value.index == 0


def test_a_program_without_parameters_binds_to_itself() -> None:
    plain = Program(1, 0, [("h", (0,), ())])
    assert plain.parameters == ()
    assert plain.bound([]) is plain
    assert plain.bound({}) is plain
