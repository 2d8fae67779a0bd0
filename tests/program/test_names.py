"""Names of registers in OpenQASM 2: legal, different, and the user's own wherever that is possible."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qrelay.program import Layout, Register, payload_names


def _layout(*names: str, loose: int = 0) -> Layout:
    registers = tuple(Register(name, (index,)) for index, name in enumerate(names))
    width = len(names) + loose
    return Layout(width, registers, (-1,) * width, 0)


def test_legal_names_stay() -> None:
    assert payload_names(_layout("c", "meas", "c0_x", "aB_9")) == ("c", "meas", "c0_x", "aB_9")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("pi", "c_pi"),
        ("crz", "c_crz"),
        ("2cr", "c_2cr"),
        ("c_{reg}", "c_c__reg_"),
        ("β", "c__"),
        ("q", "c_q"),
        ("Big", "c_Big"),
        ("measure", "c_measure"),
        ("U", "c_U"),
        ("_x", "c__x"),
    ],
)
def test_others_get_a_safe_one(name: str, expected: str) -> None:
    assert payload_names(_layout(name)) == (expected,)


def test_made_up_names_do_not_meet_the_users() -> None:
    assert payload_names(_layout("c_pi", "pi", "c2", "β", loose=1)) == ("c_pi", "c_pi_2", "c2", "c__", "loose")
    names = payload_names(_layout("pi", "c_pi", "loose", "ä", "β", loose=1))
    assert names == ("c_pi_2", "c_pi", "loose", "c__", "c___2", "loose_2")


def test_registers_of_one_name_get_names_of_their_own() -> None:
    """A measurement key that is measured three times is three registers."""
    assert payload_names(_layout("m", "n", "m", "m", "c_m")) == ("m", "n", "c_m_2", "c_m_3", "c_m")


@given(
    st.lists(
        st.text(max_size=6) | st.sampled_from(["pi", "c_pi", "c_pi_2", "loose", "loose_2", "q", "β", "c__"]), max_size=8
    ),
    st.integers(0, 1),
)
def test_always_legal_and_different(names: list[str], loose: int) -> None:
    layout = _layout(*names, loose=loose)
    chosen = payload_names(layout)
    assert len(chosen) == len(layout.groups) == len(set(chosen))
    assert all(re.fullmatch("[a-z][A-Za-z0-9_]*", name) for name in chosen)
    assert chosen == payload_names(layout)
