"""P29 below the primitives: however many bindings of one program are submitted together, it is written once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from wishes import prepared

from qrelay.errors import InvalidOption, TooManyQubits, UnboundParameters, UnsupportedCircuit
from qrelay.formats import catalogue
from qrelay.program import Bound, Program, Register, Symbols

SYMBOLS = Symbols(["a", "b"])
A, B = SYMBOLS.parameters
PROGRAM = Program(
    2,
    2,
    [("rx", (0,), (A,)), ("cp", (0, 1), (A - B,)), ("measure", (0,), (0,)), ("measure", (1,), (1,))],
    (Register("c", (0, 1)),),
    name="ansatz",
    symbols=SYMBOLS,
)
POINTS = [(0.1 * place, 1 - 0.2 * place) for place in range(50)]


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the formats that were written in, one for each time."""
    calls: list[str] = []

    def counting(name: str, write: Callable[..., bytes]) -> Callable[..., bytes]:
        def counted(program: Program, **options: Any) -> bytes:
            calls.append(name)
            return write(program, **options)

        return counted

    rows = {name: replace(row, write=counting(name, row.write)) for name, row in catalogue.INPUT_FORMATS.items()}
    monkeypatch.setattr(catalogue, "INPUT_FORMATS", rows)
    return calls


@pytest.mark.parametrize("format_name", ["ionq.circuit.v1", "qir.v1", None])
def test_p29_one_encoding_for_all_bindings(format_name: str | None, written: list[str]) -> None:
    """A sweep of 1,000 points that is read and written 1,000 times costs more than the machine's own time."""
    bound = [Bound.of(PROGRAM, values) for values in POINTS]
    found = prepared(bound, format=format_name)
    assert len(written) <= 3  # once with markers, and what the template is held against
    wanted = prepared([PROGRAM.bound(values) for values in POINTS], format=format_name)
    assert [one.payloads for one in found] == [one.payloads for one in wanted]


def test_each_program_has_its_own_template(written: list[str]) -> None:
    """Two circuits in one submission must not share an encoding because their parameters have the same names."""
    other = replace(PROGRAM, operations=[("ry", (0,), (B,)), *PROGRAM.operations[2:]])
    mixed = [
        Bound(PROGRAM, (0.1, 0.2)),
        Bound(other, (0.1, 0.2)),
        PROGRAM.bound([0.3, 0.4]),
        Bound(PROGRAM, (0.5, 0.6)),
    ]
    plain = [one.program.bound(one.values) if isinstance(one, Bound) else one for one in mixed]
    assert [one.payloads for one in prepared(mixed)] == [one.payloads for one in prepared(plain)]


def test_one_alone_is_no_list() -> None:
    (one,) = prepared(Bound(PROGRAM, (0.1, 0.2)))
    assert one.payloads == prepared(PROGRAM.bound([0.1, 0.2]))[0].payloads
    assert one.name == "ansatz"


def test_what_is_refused_of_programs_is_refused_of_bound_ones() -> None:
    with pytest.raises(UnboundParameters):
        prepared(PROGRAM)
    with pytest.raises(TooManyQubits):
        prepared(Bound(replace(PROGRAM, num_qubits=4), (0.1, 0.2)))
    with pytest.raises(UnsupportedCircuit, match="measures nothing"):
        prepared(Bound(replace(PROGRAM, operations=PROGRAM.operations[:2]), (0.1, 0.2)))
    with pytest.raises(InvalidOption, match="takes"):
        prepared(Bound(PROGRAM, (0.1, 0.2)), format="honeywell.openqasm.v1")
    with pytest.raises(InvalidOption, match="1 values for 2"):
        prepared(Bound(PROGRAM, (0.1,)))
    with pytest.raises(InvalidOption, match="'b' is nan"):
        prepared(Bound(PROGRAM, (0.1, float("nan"))))


def test_values_are_known_by_name() -> None:
    assert Bound.of(PROGRAM, {"b": 2, "a": 1}).values == (1.0, 2.0)
    assert Bound(PROGRAM, (1.0, 2.0)).parameters == {"a": 1.0, "b": 2.0}
