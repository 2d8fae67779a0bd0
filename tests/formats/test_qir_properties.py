"""Random programs with control flow through QIR to two simulators, held against every path followed exactly."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("qiskit")
pytest.importorskip("qdk")

from hypothesis import given, settings
from hypothesis import strategies as st
from judges import exact, qir
from tests.formats import run_exactly

from qrelay.formats import encode
from qrelay.formats.qir_profile import check_profile
from qrelay.program import Program, Register
from qrelay.program.control import BitIs, Expression, RegisterIs

QUBITS, BITS, SHOTS = 3, 4, 500

_angles = st.floats(0.2, 2.9).map(lambda angle: round(angle, 3))
_qubit = st.integers(0, QUBITS - 1)
_bit = st.integers(0, BITS - 1)
_pair = st.permutations(range(QUBITS)).map(lambda order: tuple(order[:2]))
_several = st.permutations(range(BITS)).flatmap(lambda order: st.integers(1, 3).map(lambda size: tuple(order[:size])))

_steps = st.one_of(
    st.builds(lambda name, qubit: (name, (qubit,), ()), st.sampled_from(["h", "x", "s", "sx"]), _qubit),
    st.builds(lambda name, qubit, angle: (name, (qubit,), (angle,)), st.sampled_from(["rx", "ry"]), _qubit, _angles),
    st.builds(lambda name, pair: (name, pair, ()), st.sampled_from(["cx", "cy", "swap"]), _pair),
    st.builds(lambda qubit, bit: ("measure", (qubit,), (bit,)), _qubit, _bit),
    st.builds(lambda qubit: ("reset", (qubit,), ()), _qubit),
    st.just(("barrier", (0, 1), ())),
)
_conditions = st.one_of(
    st.builds(BitIs, _bit, st.booleans()),
    st.builds(lambda bits, value: RegisterIs(bits, value % (1 << len(bits))), _several, st.integers(0, 7)),
    st.builds(
        lambda word, a, b: Expression(word, (Expression("bits", a, len(a)), Expression("bits", b, len(b)))),
        st.sampled_from(["less", "not_equal", "greater_equal"]), _several, _several,
    ),
)  # fmt: skip


def _blocks(inner: Any, *, in_loop: bool) -> Any:
    steps = st.one_of(inner, st.sampled_from([("break", (), ()), ("continue", (), ())])) if in_loop else inner
    return st.lists(steps, max_size=3).map(tuple)


def _flow(inner: Any, *, in_loop: bool) -> Any:
    block = _blocks(inner, in_loop=in_loop)
    return st.one_of(
        st.builds(lambda condition, then, other: ("if", (), (condition, then, other)), _conditions, block, block),
        st.builds(
            lambda bits, one, two, rest: (
                "switch", (), (Expression("bits", bits, len(bits)), (((0,), one), ((1, 3), two), ((None,), rest))),
            ),
            _several, block, block, block,
        ),
    )  # fmt: skip


def _loops(inner: Any) -> Any:
    return st.builds(
        lambda turns, body: ("for", (), (range(turns), None, body)), st.integers(0, 2), _blocks(inner, in_loop=True)
    )


_inside = st.one_of(_steps, _flow(_steps, in_loop=True))
_outside = st.one_of(_steps, _flow(st.one_of(_steps, _flow(_steps, in_loop=False)), in_loop=False), _loops(_inside))
_registers = st.permutations(range(BITS)).map(lambda o: (Register("a", tuple(o[:1])), Register("b", tuple(o[1:3]))))


def _few_paths(program: Program) -> bool:
    return sum(1 for _ in program.measurements()) <= 12


@st.composite
def programs(draw: Any) -> Program:
    first = [("ry", (qubit,), (draw(_angles),)) for qubit in range(2)] + [("measure", (0,), (0,))]
    rest = draw(st.lists(_outside, min_size=2, max_size=6))
    last = [("measure", (qubit,), (qubit + 1,)) for qubit in range(2)]
    return Program(QUBITS, BITS, [*first, *rest, *last], draw(_registers))


@settings(max_examples=60)
@given(programs().filter(_few_paths), st.sampled_from([qir.run, qir.run_by_runner]), st.booleans())
def test_p10_random_programs_run_right(program: Program, judge: Any, bitcode: bool) -> None:
    wanted = run_exactly.distribution(program)
    payload = encode(program, "qir.v1", bitcode=bitcode)
    found = qir.memories(judge(payload.data, SHOTS), payload.layout.groups)
    assert exact.p_value(found, wanted) > 1e-6, (found, wanted)
    profile = "adaptive_ri" if b'"adaptive_profile"' in payload.data or bitcode else "base"
    assert check_profile(payload.data, profile) == []
