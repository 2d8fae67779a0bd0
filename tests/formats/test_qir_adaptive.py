"""QIR's adaptive profiles, by what two simulators make of them: every form of control flow, and the bits it leaves."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

pytest.importorskip("qiskit")
pytest.importorskip("qdk")

from judges import exact, qir
from tests.formats import run_exactly
from tests.formats.forms import (
    BREAK,
    COIN,
    CONTINUE,
    FORMS,
    const,
    gate,
    loop,
    measure,
    program,
    register,
    turn,
    when,
)  # fmt: skip

from qrelay.errors import InvalidOption, UnsupportedCircuit
from qrelay.formats import encode
from qrelay.formats.qir_profile import check_profile
from qrelay.program import Register
from qrelay.program.control import BitIs, Expression, RegisterIs

SHOTS = 1500
STRAIGHT = {"one measurement's qubit into several bits", "for"}
"""Forms that are a straight line once they are written out, which the base profile can say."""
JUDGES = {"QDK": qir.run, "qirrunner": qir.run_by_runner}


def check(payload: Any, wanted: dict[int, float], judge: str = "QDK") -> Counter[int]:
    found = qir.memories(JUDGES[judge](payload.data, SHOTS), payload.layout.groups)
    assert exact.p_value(found, wanted) > 1e-6, (found, wanted)
    return found


@pytest.mark.parametrize("judge", JUDGES)
@pytest.mark.parametrize("form", FORMS)
def test_p10_midcircuit_work_runs_right(form: str, judge: str) -> None:
    """Catches branches swapped, bits that are forgotten between blocks, loops that end too early, results mixed up."""
    one = FORMS[form]
    payload = encode(one, "qir.v1", profile="adaptive_ri")
    check(payload, run_exactly.distribution(one), judge)
    assert check_profile(payload.data, "adaptive_ri") == []


@pytest.mark.parametrize("form", FORMS)
def test_p10_a_base_target_refuses_by_name_and_index_or_gets_a_base_module(form: str) -> None:
    """Catches adaptive modules on machines that cannot run them, and refusals that do not say what is in the way."""
    one = FORMS[form]
    if form in STRAIGHT:
        payload = encode(one, "qir.v1", max_profile="base")
        assert check_profile(payload.data, "base") == []
        assert encode(one, "qir.v1").data == payload.data  # the least profile, without being told
        check(payload, run_exactly.distribution(one))
        return
    with pytest.raises(UnsupportedCircuit, match="base profile") as caught:
        encode(one, "qir.v1", max_profile="base")
    assert caught.value.index is not None
    assert one.operations[caught.value.index][0] == caught.value.operation
    assert b'"adaptive_profile"' in encode(one, "qir.v1").data


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ((gate("x", 1), turn(0.3, 0), measure(0, 0)), "backward branch"),
        ((turn(0.3, 0), measure(0, 0), when(BitIs(0, False), BREAK)), "backward branch"),
        ((when(BitIs(0, False), BREAK, otherwise=(CONTINUE,)),), "backward branch"),
    ],
)
def test_p10_a_while_that_may_go_on_is_refused(body: Any, why: str) -> None:
    one = program(*COIN, ("while", (), (BitIs(0, True), body)), measure(0, 1))
    for options in ({}, {"profile": "adaptive_rif"}, {"bitcode": True}):
        with pytest.raises(UnsupportedCircuit, match=why) as caught:
            encode(one, "qir.v1", **options)
        assert (caught.value.operation, caught.value.index) == ("while", 2)


def test_p10_a_refusal_inside_blocks_names_the_outermost_operation() -> None:
    inner = ("while", (), (BitIs(0, True), (gate("x", 1),)))
    one = program(("cu3", (0, 1), (0.1, 0.2, 0.3)), *COIN, when(BitIs(0, True), loop(2, inner)))
    with pytest.raises(UnsupportedCircuit) as caught:
        encode(one, "qir.v1")
    assert (caught.value.operation, caught.value.index) == ("while", 3)


def test_p10_a_loop_too_long_to_write_out_is_refused() -> None:
    body = (turn(0.1, 0), measure(0, 0), when(BitIs(0, True), BREAK), *(gate("x", 1) for _ in range(1000)))
    with pytest.raises(UnsupportedCircuit, match="5,000,000") as caught:
        encode(program(loop(6000, *body)), "qir.v1")
    assert (caught.value.operation, caught.value.index) == ("for", 0)


def test_a_break_outside_every_loop_is_refused() -> None:
    with pytest.raises(UnsupportedCircuit, match="outside every loop"):
        encode(program(*COIN, when(BitIs(0, True), BREAK)), "qir.v1")


def test_the_profile_is_the_least_unless_one_is_asked_for() -> None:
    bell = program(gate("h", 0), gate("cx", 0, 1), measure(0, 0), measure(1, 1))
    adaptive = FORMS["if"]
    stated = {
        profile: encode(bell, "qir.v1", profile=profile).data for profile in ("base", "adaptive_ri", "adaptive_rif")
    }
    assert encode(bell, "qir.v1").data == encode(bell, "qir.v1", max_profile="adaptive_rif").data == stated["base"]
    assert b"float_computations" in stated["adaptive_rif"]
    assert b"float_computations" not in stated["adaptive_ri"]
    assert b"int_computations" in stated["adaptive_ri"]
    assert b"int_computations" not in stated["base"]
    assert encode(adaptive, "qir.v1").data == encode(adaptive, "qir.v1", profile="adaptive_ri").data
    assert (
        encode(adaptive, "qir.v1", profile="Adaptive_RI", max_profile="Adaptive_RIF").data
        == encode(adaptive, "qir.v1").data
    )
    for profile, data in stated.items():
        assert check_profile(data, profile) == []
        assert qir.strings(data, 64).keys() <= {"000 00", "000 11"}


@pytest.mark.parametrize(
    "options",
    [{"profile": "full"}, {"max_profile": "Unrestricted"}, {"profile": "adaptive_ri", "max_profile": "base"}],
)
def test_p16_profiles_are_checked(options: dict[str, str]) -> None:
    with pytest.raises(InvalidOption, match="profile"):
        encode(FORMS["if"], "qir.v1", **options)


RECORDS = {
    "fewer bits than qubits": program(*COIN, measure(2, 0), registers=(Register("c", (0,)),), bits=1),
    "more bits than qubits": program(
        *COIN, *(measure(q, q + 3) for q in range(3)), registers=(Register("c", tuple(range(7))),), bits=7
    ),
    "empty registers": program(
        *COIN,
        gate("x", 0),
        measure(0, 1),
        registers=(Register("e", ()), Register("c", (1, 0)), Register("f", ())),
        bits=2,
    ),
    "loose bits": program(*COIN, gate("x", 0), measure(0, 3), measure(0, 1), registers=(Register("c", (3,)),), bits=4),
    "no registers": program(*COIN, gate("x", 0), measure(0, 2), registers=(), bits=3),
    "overlapping registers": program(
        *COIN, gate("x", 0), measure(0, 2), registers=(Register("a", (2, 0)), Register("b", (0, 1, 2))), bits=3
    ),
    "a hundred bits": program(
        *COIN, gate("x", 0), measure(0, 99), measure(0, 64), registers=(Register("c", tuple(range(100))),), bits=100
    ),
    "measured in a branch that is not taken": program(
        *COIN, when(BitIs(2, True), gate("x", 1), measure(1, 1)), registers=(Register("c", (0, 1, 2)),), bits=3
    ),
}


@pytest.mark.parametrize("judge", JUDGES)
@pytest.mark.parametrize("case", RECORDS)
def test_p11_one_record_for_each_bit_in_the_documented_order(case: str, judge: str) -> None:
    """Catches bits recorded twice or not at all, and registers recorded in another order than the layout's."""
    one = RECORDS[case]
    payload = encode(one, "qir.v1")
    recorded = payload.data.decode().split("result_record_output(%Result* inttoptr (i64 ")[1:]
    wanted = [bit for _, bits in reversed(one.layout.groups) for bit in reversed(bits)]
    assert len(recorded) == len(wanted)
    if b'"adaptive_profile"' in payload.data:  # base measures a qubit once, and its bits share the result
        assert [int(line.split(" ", 1)[0]) for line in recorded] == wanted
    assert sorted(wanted) == list(range(one.num_clbits))
    assert f'"required_num_results"="{one.num_clbits}"' in payload.data.decode()
    check(payload, run_exactly.distribution(one), judge)


def test_p13_a_condition_on_a_wide_register() -> None:
    """Catches numbers that are cut to 64 bits: an 80-bit register against values that differ in bit 70 only."""
    bits = tuple(range(80))
    for value, hit in ((1 << 70 | 1, True), (1, False), (1 << 70, False)):
        one = program(
            gate("x", 0), measure(0, 70), measure(0, 0), when(RegisterIs(bits, value), gate("x", 1)), measure(1, 80),
            when(Expression("not_equal", (register(*bits), const(value, 80))), gate("x", 2)), measure(2, 81),
            registers=(Register("c", bits),), bits=82,
        )  # fmt: skip
        (memory,) = check(encode(one, "qir.v1"), run_exactly.distribution(one))
        assert (memory >> 80 & 1, memory >> 81 & 1) == (hit, not hit)


def test_p15_barriers_delays_and_phases_leave_no_trace() -> None:
    plain = program(*COIN, when(BitIs(0, True), gate("x", 1)), measure(1, 1))
    dressed = FORMS["barriers and delays"]
    assert encode(plain, "qir.v1").data == encode(dressed, "qir.v1").data
    empty = program(*COIN, when(BitIs(0, True), ("barrier", (1,), ()), ("global_phase", (), (1.0,))), gate("x", 0))
    assert encode(empty, "qir.v1").data == encode(program(*COIN, gate("x", 0)), "qir.v1").data


@pytest.mark.parametrize("angle", [float("inf"), float("nan")])
@pytest.mark.parametrize("bitcode", [False, True])
def test_infinite_angles_in_blocks_are_refused(angle: float, bitcode: bool) -> None:
    one = program(*COIN, when(BitIs(0, True), turn(angle, 1)))
    with pytest.raises(UnsupportedCircuit, match="finite") as caught:
        encode(one, "qir.v1", bitcode=bitcode)
    assert caught.value.index == 2
