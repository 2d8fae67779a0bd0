"""Writers that keep books of turns about Z: text that is remembered, angles of any size."""

from __future__ import annotations

import gc
import itertools
import json
import math
import weakref

import pytest

from qrelay.formats import encode
from qrelay.formats.frames import brought, near, parts
from qrelay.program import Operation, Program, Register
from qrelay.program.gates import GATES
from qrelay.program.lowering import lowering

QUBITS = 70
PAIRS = list(itertools.permutations(range(QUBITS), 2))
"""More than are remembered at once."""


def _program() -> Program:
    operations: list[Operation] = [("cz", pair, ()) for pair in [*PAIRS, *PAIRS[:5]]]
    operations += [("measure", (0,), (0,))]
    return Program(QUBITS, 1, operations, (Register("c", (0,)),))


def test_pairs_that_were_forgotten_are_written_again() -> None:
    wanted = [list(pair) for pair in [*PAIRS, *PAIRS[:5]]]
    native = json.loads(encode(_program(), "ionq.circuit.v1", gateset="native").data)["circuit"]
    assert [item["targets"] for item in native if item["gate"] == "zz"] == wanted
    iqm = json.loads(encode(_program(), "IQM_JOB_INPUT_V1").data)["circuits"][0]["instructions"]
    names = [[f"QB{qubit + 1}" for qubit in pair] for pair in wanted]
    assert [item["qubits"] for item in iqm if item["name"] == "cz"] == names
    aqt = json.loads(encode(_program(), "AQT_JOB_INPUT_V1", most_operations=10**6).data)
    operations = aqt["payload"]["circuits"][0]["quantum_circuit"]
    assert [item["qubits"] for item in operations if item["operation"] == "RXX"] == wanted


@pytest.mark.parametrize("gates", [{"r", "rz", "cz"}, {"r", "rz", "rxx"}, {"rz", "gpi", "gpi2", "ms"}])
def test_turns_about_z_come_last_in_gates_without_parameters(gates: set[str]) -> None:
    """One that is left where it was would turn the axes that were turned already."""
    way = lowering(frozenset(gates), frozenset({"rz"}))
    for name in ("h", "swap", "ccx", "iswap"):
        words = [word for word, _, _ in parts(way, name)]
        last = len(words) - next((i for i, word in enumerate(reversed(words)) if word != "rz"), 0)
        inside = [i for i, word in enumerate(words[:last]) if word == "rz"]
        assert all(set(words[i:]) & {"rxx", "ms"} for i in inside)
        assert "rxx" in gates or not inside
        assert GATES[name].num_params == 0


def test_a_cx_turns_its_control_twice() -> None:
    """Three turns on it would be a pulse more on each cx that a machine runs."""
    for pair in ("rxx", "ms"):
        way = lowering(frozenset({"rz", "r", "gpi", "gpi2", pair}), frozenset({"rz"}))
        assert sorted(word == "rz" for word, _, _ in parts(way, "cx")) == [False] * 4 + [True]


@pytest.mark.parametrize("angle", [0.3, -math.pi, 7.0, -99.5, 101.0, 1e15, -1e22])
def test_near_is_the_same_angle(angle: float) -> None:
    found = near(angle)
    assert -math.pi <= found <= math.pi
    assert (math.sin(found), math.cos(found)) == pytest.approx((math.sin(angle), math.cos(angle)), abs=1e-13)
    turned = brought(angle, 0.75)
    assert math.cos(turned) == pytest.approx(math.cos(found - 0.75), abs=1e-13)


@pytest.mark.parametrize("angle", [math.inf, -math.inf, math.nan])
def test_near_refuses_what_is_no_angle(angle: float) -> None:
    with pytest.raises(ValueError, match=r"number|domain"):
        near(angle)


@pytest.mark.parametrize("format_name", ["IQM_JOB_INPUT_V1", "AQT_JOB_INPUT_V1", "ionq.circuit.v1"])
def test_writers_let_go_of_the_program(format_name: str) -> None:
    """What refers to itself stays until the collector comes by: a hundred thousand operations, each time."""
    program = Program(2, 2, [("h", (0,), ()), ("cx", (0, 1), ()), ("measure", (0,), (0,))], (Register("c", (0, 1)),))
    gone = weakref.ref(program)
    gc.disable()
    try:
        encode(program, format_name)
        del program
        assert gone() is None
    finally:
        gc.enable()
