"""Layout: compact JSON that says everything, and groups that hold every bit once."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qrelay.program import Layout, Register


@st.composite
def layouts(draw: st.DrawFn) -> Layout:
    width = draw(st.integers(0, 20))
    qubits = draw(st.integers(0, 20))
    bits = st.lists(st.integers(0, width - 1), unique=True, max_size=width) if width else st.just([])
    registers = draw(st.lists(st.tuples(st.text(max_size=5), bits), max_size=5))
    measured = draw(st.lists(st.integers(-1, qubits - 1), min_size=width, max_size=width))
    own = tuple(Register(name, tuple(own)) for name, own in registers)
    opposite = draw(st.sets(st.sampled_from([bit for bit, qubit in enumerate(measured) if qubit >= 0] or [-1])))
    inverted = tuple(sorted(opposite - {-1}))
    return Layout(width, own, tuple(measured), qubits, draw(st.text(max_size=8)), inverted)


@given(layouts())
def test_json_says_everything(layout: Layout) -> None:
    assert Layout.from_json(layout.to_json()) == layout
    assert Layout.from_json(layout.to_json()).to_json() == layout.to_json()
    assert json.loads(layout.to_json())["v"] == (2 if layout.inverted else 1)


@given(layouts())
def test_groups_hold_every_bit_once(layout: Layout) -> None:
    bits = [bit for _, group in layout.groups for bit in group]
    assert sorted(bits) == list(range(layout.num_clbits))
    assert all(group for _, group in layout.groups)
    for name, group in layout.groups:
        owners = [
            register for register in layout.registers if register.name == name and set(group) <= set(register.bits)
        ]
        assert owners or (name == "" and not any(set(group) & set(register.bits) for register in layout.registers))


def test_a_shared_bit_belongs_to_the_first_register_and_loose_bits_come_last() -> None:
    layout = Layout(6, (Register("a", (3, 1)), Register("b", (1, 4)), Register("c", (4, 3))), (-1,) * 6, 0)
    assert layout.groups == (("a", (3, 1)), ("b", (4,)), ("", (0, 2, 5)))


def test_the_stable_form() -> None:
    """Jobs keep this for years: a later version must go on reading exactly this text."""
    text = (
        '{"v":1,"bits":5,"regs":[["a",[[0,3]]],["β",[[4,1],[3,1]]]],'
        '"meas":[[2,1],[0,2],[-1,1],[-1,1]],"qubits":3,"name":"n"}'
    )
    layout = Layout(5, (Register("a", (0, 1, 2)), Register("β", (4, 3))), (2, 0, 1, -1, -1), 3, "n")
    assert Layout.from_json(text) == layout
    assert json.loads(layout.to_json()) == json.loads(text)


def test_the_stable_form_with_inverted_bits() -> None:
    text = '{"v":2,"bits":3,"regs":[["m",[[0,1]]],["m",[[1,2]]]],"meas":[[0,1],[0,2]],"qubits":2,"inv":[[0,2]]}'
    layout = Layout(3, (Register("m", (0,)), Register("m", (1, 2))), (0, 0, 1), 2, inverted=(0, 1))
    assert Layout.from_json(text) == layout
    assert layout.to_json() == text


@pytest.mark.parametrize(
    "change",
    [
        {"inv": [[1, 1], [0, 1]]},
        {"inv": [[0, 1], [0, 1]]},
        {"inv": [[2, 1]]},
        {"inv": [[1, 2]]},
        {"inv": [[-1, 1]]},
        {"inv": [[0, True]]},
        {"inv": None},
        {"inv": [[0, 1]], "v": 1},
        {"inv": [[0, 1]], "v": 3},
        {"inv": [[0, 1]], "v": 2.0},
        {"inv": [[0, 1]], "meas": [[-1, 1], [0, 1]]},
    ],
)
def test_inverted_bits_that_make_no_sense(change: dict[str, Any]) -> None:
    """The last one inverts a bit that nothing is measured into."""
    assert Layout.from_json(json.dumps(_GOOD | {"v": 2, "inv": [[0, 1]]})).inverted == (0,)
    with pytest.raises(ValueError):  # noqa: PT011
        Layout.from_json(json.dumps(_GOOD | {"v": 2} | change))


def test_few_bytes_fill_no_memory() -> None:
    """Catches a layout from a stranger's program that unrolls to terabytes: `[0, 10**12]` is seven bytes."""
    wide = {"v": 1, "bits": 10**12, "regs": [], "meas": [[0, 10**12]], "qubits": 10**12}
    many = _GOOD | {"bits": 4000, "regs": [["c", [[0, 4000]] * 100]] * 100, "meas": [[0, 4000]], "qubits": 4000}
    for document in (wide, many):
        with pytest.raises(ValueError):  # noqa: PT011
            Layout.from_json(json.dumps(document))


def test_wide_registers_stay_small() -> None:
    layout = Layout(10_000, (Register("c", tuple(range(10_000))),), tuple(range(10_000)), 10_000)
    assert len(layout.to_json()) < 100


_GOOD: dict[str, Any] = {"v": 1, "bits": 2, "regs": [["c", [[0, 2]]]], "meas": [[0, 2]], "qubits": 2}


@pytest.mark.parametrize(
    "change",
    [
        {"v": 2},
        {"v": "1"},
        {"v": True},
        {"bits": 3},
        {"bits": -1},
        {"bits": 2.0},
        {"bits": True},
        {"bits": None},
        {"qubits": 1},
        {"qubits": "2"},
        {"regs": [["c", [[0, 3]]]]},
        {"regs": [["c", [[2, 1]]]]},
        {"regs": [["c", [[-1, 1]]]]},
        {"regs": [["c", [[-1, 2]]]]},
        {"regs": [["c", [[0, 0]]]]},
        {"regs": [["c", [[0, -2]]]]},
        {"regs": [["c", [[0]]]]},
        {"regs": [["c", [[0, True]]]]},
        {"regs": [["c", 5]]},
        {"regs": [[5, [[0, 1]]]]},
        {"regs": ["c"]},
        {"regs": None},
        {"meas": [[0, 1]]},
        {"meas": [[0, 3]]},
        {"meas": [[-2, 1], [0, 1]]},
        {"meas": [[0, 10**15]]},
        {"name": 5},
    ],
)
def test_anything_else_is_refused(change: dict[str, Any]) -> None:
    assert Layout.from_json(json.dumps(_GOOD)).num_clbits == 2
    with pytest.raises(ValueError):  # noqa: PT011 - one class for all of them, by contract
        Layout.from_json(json.dumps(_GOOD | change))


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", "7", '"x"', "{", "[" * 100_000])
def test_text_that_is_no_layout(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        Layout.from_json(text)
