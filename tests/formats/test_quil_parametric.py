"""Quil with declared parameters: for each set of values it says what the bound program says."""

from __future__ import annotations

import re
from typing import Any

import pytest
from judges import quil

from qrelay.errors import InvalidOption, UnboundParameters, UnsupportedCircuit
from qrelay.formats import encode
from qrelay.formats.quil_parametric import substitutions, write_parametric
from qrelay.program import Operation, Program, Register
from qrelay.program.angles import Symbols

VALUES = [(0.3, -1.2, 2.5), (-2.0, 0.0, 1e-05), (7.5, 3.25, -0.125)]


def _program(symbols: Symbols) -> Program:
    """Angles in gates that Quil has and in gates that are lowered, sums, products, signs and quotients."""
    a, b, c = symbols.parameters
    operations: list[Operation] = [
        ("rx", (0,), (a,)),
        ("ry", (1,), (2 * a - b / 3 + 0.25,)),
        ("crx", (0, 1), (-(a + b) * -1.5e-3 + c,)),
        ("u", (1,), (c, -a, 0.5 - b)),
        ("rxx", (0, 1), (a * b - 1e-05,)),
        ("rz", (0,), (0.4,)),
        ("rx", (0,), (1.0 / 3 - a,)),
        ("measure", (0,), (1,)),
        ("measure", (1,), (0,)),
    ]
    return Program(2, 2, operations, (Register("c", (0, 1)),), symbols=symbols)


def test_each_set_of_values_is_the_bound_program() -> None:
    program = _program(Symbols(["a", "b", "c"]))
    data = write_parametric(program)
    assert data.startswith(b"DECLARE theta REAL[3]\nDECLARE ro BIT[2]\n")
    given = substitutions(program, [*VALUES[:2], dict(zip("abc", VALUES[2], strict=True))])
    assert given == {"theta": [list(values) for values in VALUES]}
    for values in given["theta"]:
        found = quil.distribution(data, {"theta": values})
        assert found == pytest.approx(quil.distribution(encode(program.bound(values), "rigetti.quil.v1").data))


def test_expressions_are_what_was_calculated() -> None:
    symbols = Symbols(["a", "b"])
    a, b = symbols.parameters
    angles: list[Any] = [a, -a, 2 * a, a - -0.5, (a + b) / 2, -(a * 1e-05)]
    program = Program(1, 0, [("rx", (0,), (angle,)) for angle in angles], symbols=symbols)
    text = write_parametric(program, memory="angle_2").decode()
    assert re.findall(r"RX\((.*)\) 0", text) == [
        "angle_2[0]",
        "angle_2[0]*(-1.0)",
        "2.0*angle_2[0]",
        "angle_2[0]-(-0.5)",
        "(angle_2[0]+angle_2[1])/2.0",
        "(angle_2[0]*1.0e-05)*(-1.0)",
    ]


def test_programs_without_parameters_are_as_ever() -> None:
    program = Program(1, 1, [("rx", (0,), (0.3,)), ("measure", (0,), (0,))])
    assert write_parametric(program) == encode(program, "rigetti.quil.v1").data
    with pytest.raises(UnboundParameters):
        encode(_program(Symbols(["a", "b", "c"])), "rigetti.quil.v1")


def test_what_is_no_arithmetic() -> None:
    symbols = Symbols(["a"])
    sine = symbols.derived(lambda values: [values[0] ** 2], 0)
    with pytest.raises(UnsupportedCircuit, match="Bind the parameters"):
        write_parametric(Program(1, 0, [("rx", (0,), (sine + 1,))], symbols=symbols))


@pytest.mark.parametrize("memory", [5, "", "ro", "mid", "pi", "Theta", "1a", "a b", "é", "a[0]"])
def test_names_that_cannot_be_declared(memory: str) -> None:
    with pytest.raises(InvalidOption, match="memory"):
        write_parametric(_program(Symbols(["a", "b", "c"])), memory=memory)
