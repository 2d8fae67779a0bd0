"""The layout inside the program: written where readers do not mind it, and read back from whatever a program holds."""

from __future__ import annotations

import base64
import json
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.program.test_layout import layouts

from qrelay.formats import encode
from qrelay.formats.traveling import layout_comment, layout_in_registers, layout_in_text, layout_registers
from qrelay.program import Layout, Program, Register

HOSTILE = ["", "pi", "β", "a\nb", "\r\nqreg", "*/", "//", '"; include "x', "\u2028", "\ud800", "\x00", "\\", "x" * 500]
HEADERS = ['OPENQASM 2.0;\ninclude "qelib1.inc";\n', "OPENQASM 3.0;\n"]
LAYOUT = Layout(2, (Register("m", (0,)), Register("m", (1,))), (1, 0), 3, "name", (1,))


def _program(names: list[str]) -> Program:
    registers = tuple(Register(name, (index,)) for index, name in enumerate(names))
    measured: list[Any] = [("measure", (index,), (index,)) for index in range(len(names))]
    return Program(len(names) + 1, len(names), [("h", (0,), ()), *measured], registers, name="\n// qrelay-layout {}")


@pytest.mark.parametrize("format_name", ["OPEN_QASM_V2", "BRAKET_OPEN_QASM_V3"])
def test_the_line_after_the_header_is_the_layout(format_name: str) -> None:
    program = _program(HOSTILE)
    text = encode(program, format_name).data.decode()
    header = HEADERS[format_name.startswith("BRAKET")]
    assert text.startswith(header)
    assert text[len(header) :].startswith("// qrelay-layout {")
    assert text.isascii()
    assert text.count("qrelay-layout") == 2  # the other one is in the program's name, on the same line
    assert layout_in_text(text) == program.layout


def test_a_register_s_name_is_the_layout() -> None:
    program = _program(HOSTILE)
    document = json.loads(encode(program, "IONQ_CIRCUIT_V1").data)
    ((name, qubits),) = document["registers"].items()
    assert name.startswith("qrelay_")
    assert set(name) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")
    assert qubits == list(range(len(HOSTILE)))
    assert layout_in_registers(document["registers"]) == program.layout


def test_the_register_lists_each_measured_qubit_once() -> None:
    layout = Layout(4, (), (5, 2, -1, 5), 7)
    assert list(layout_registers(layout).values()) == [[2, 5]]


@given(layouts())
def test_any_layout_there_and_back(layout: Layout) -> None:
    for header in HEADERS:
        assert layout_in_text(header + layout_comment(layout) + "qubit[1] q;\n") == layout
    assert layout_in_registers(layout_registers(layout)) == layout


@pytest.mark.parametrize("end", ["\n", "\r\n", ""])
@pytest.mark.parametrize("before", ["", "\n\n", "// by somebody\n", "  ", 'OPENQASM 2.0; include "qelib1.inc";\n'])
def test_what_may_stand_before_it(before: str, end: str) -> None:
    assert layout_in_text(before + layout_comment(LAYOUT).rstrip("\n") + end) == LAYOUT


JSON = LAYOUT.to_json()
OTHER = Layout(1, (), (0,), 1).to_json()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "OPENQASM 2.0;",
        f"// qrelay-layout {JSON[:-1]}",
        f"// qrelay-layout {JSON} and more",
        f"// qrelay-layout {JSON}\n// qrelay-layout {OTHER}",
        f"qreg q[1];\n// qrelay-layout {JSON}",
        f"qreg q[1]; // qrelay-layout {JSON}",
        f'include "\n// qrelay-layout {JSON}\n";',
        f'include "// qrelay-layout {JSON}";',
        f"/*\n// qrelay-layout {JSON}\n*/",
        f"# qrelay-layout {JSON}",
        f"// qrelay-layout\n{JSON}",
        "// qrelay-layout " + "[" * 100_000,
        "// qrelay-layout " + "9" * 100_000,
        '// qrelay-layout {"v":1,"bits":1000000000000,"regs":[],"meas":[[0,1000000000000]],"qubits":1000000000000}',
        '// qrelay-layout {"v":1e999}',
        "// qrelay-layout null",
    ],
)
def test_text_that_holds_none(text: str) -> None:
    assert layout_in_text(text) is None


@pytest.mark.parametrize("text", [None, 7, b"// qrelay-layout {}", ["x"]])
def test_what_is_no_text(text: Any) -> None:
    assert layout_in_text(text) is None


def test_the_same_layout_twice_is_one() -> None:
    assert layout_in_text(layout_comment(LAYOUT) * 2) == LAYOUT


def _word(text: str) -> str:
    return "qrelay_" + base64.urlsafe_b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    "registers",
    [
        None, 7, "qrelay_", [], {}, {"a": [0]}, {7: [0]}, {"qrelay_": []}, {"qrelay_!!": [0]}, {"qrelay_β": [0]},
        {"qrelay_a": [0]}, {"qrelay_abcde": [0]}, {"qrelay_////": []}, {_word(JSON)[:-5]: []}, {_word("{}"): []},
        {_word(JSON): [], _word(OTHER): []}, {_word("\x80\xff"): []}, {"qrelay_gIA": []},
        {_word(JSON) + "=====x": []},
    ],
    ids=repr,
)  # fmt: skip
def test_registers_that_hold_none(registers: Any) -> None:
    assert layout_in_registers(registers) is None


def test_other_registers_and_padding_do_not_matter() -> None:
    assert layout_in_registers({"a": [0], "qrelay_of_mine!": [1], _word(JSON): None}) == LAYOUT
    assert layout_in_registers({_word(JSON).rstrip("="): [1]}) == LAYOUT


_pieces = st.sampled_from(
    ["OPENQASM 2.0;", 'include "q";', "// ", "qrelay-layout ", JSON, OTHER, "\n", "\r", '"', ";", "{", " ", "/*", "x"]
)


@given(st.lists(_pieces | st.text(max_size=3), max_size=12).map("".join))
def test_any_text_is_read_or_not(text: str) -> None:
    assert layout_in_text(text) in (None, LAYOUT, Layout.from_json(OTHER))


@given(st.dictionaries(st.text(max_size=8) | st.text(max_size=8).map(_word) | st.just(_word(JSON)), st.none()))
def test_any_registers_are_read_or_not(registers: Any) -> None:
    assert layout_in_registers(registers) in (None, LAYOUT)


@pytest.mark.parametrize(
    "piece",
    [" ", "\n", "// x\n", "//", "/", "OPENQASM ", "OPENQASM 2.0;\n", 'include"";', 'include "', "include ", "\r"],
)
def test_the_time_grows_with_the_length_only(piece: str) -> None:
    """Catches a search that starts over at each place. Steps are counted, since time is not asserted: lines executed,
    and none may take the pattern longer than its length, which a megabyte without an end would show.
    """

    def steps(text: str) -> int:
        count = 0

        def trace(frame: Any, event: str, _: Any) -> Any:
            nonlocal count
            count += event == "line" and frame.f_code.co_filename.endswith("traveling.py")
            return trace

        before = sys.gettrace()
        sys.settrace(trace)
        try:
            assert layout_in_text(text) is None
        finally:
            sys.settrace(before)
        return count

    short, long = steps(piece * 1_000), steps(piece * 10_000)
    assert long <= 10 * short + 100
    assert layout_in_text(piece * (1_000_000 // len(piece)) + "!") is None
