"""Names of registers in OpenQASM 2: legal, different, and the user's own wherever that is possible."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qrelay.program import Layout, Register
from qrelay.program.names import openqasm2_names


def _layout(*names: str, loose: int = 0) -> Layout:
    registers = tuple(Register(name, (index,)) for index, name in enumerate(names))
    width = len(names) + loose
    return Layout(width, registers, (-1,) * width, 0)


def test_legal_names_stay() -> None:
    assert openqasm2_names(_layout("c", "meas", "c0_x", "aB_9")) == ("c", "meas", "c0_x", "aB_9")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("pi", "c0_pi"),
        ("crz", "c0_crz"),
        ("2cr", "c0_2cr"),
        ("c_{reg}", "c0_c_reg"),
        ("β", "c0"),
        ("q", "c0_q"),
        ("Big", "c0_Big"),
        ("measure", "c0_measure"),
        ("U", "c0_U"),
        ("_x", "c0_x"),
    ],
)
def test_others_get_a_safe_one(name: str, expected: str) -> None:
    assert openqasm2_names(_layout(name)) == (expected,)


def test_made_up_names_do_not_meet_the_users() -> None:
    assert openqasm2_names(_layout("c1_pi", "pi", "c2", "β", loose=1)) == ("c1_pi", "c1_pi_", "c2", "c3", "c4")
    assert openqasm2_names(_layout("c1", "β")) == ("c1", "c1_")


@given(
    st.lists(st.text(max_size=6) | st.sampled_from(["pi", "c0", "c1", "c1_", "c0_pi", "q", "β"]), max_size=8),
    st.integers(0, 1),
)
def test_always_legal_and_different(names: list[str], loose: int) -> None:
    layout = _layout(*names, loose=loose)
    chosen = openqasm2_names(layout)
    assert len(chosen) == len(layout.groups) == len(set(chosen))
    assert all(re.fullmatch("[a-z][A-Za-z0-9_]*", name) for name in chosen)
    assert chosen == openqasm2_names(layout)
