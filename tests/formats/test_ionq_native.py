"""IonQ's gateset native: in the machine's own gates, in turns, within the machine's bounds."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest
from judges import ionq
from judges.payloads import distribution
from tests.gates_to_write import NAMES
from tests.mirrors import inverse

from qrelay.errors import InvalidOption, UnsupportedCircuit
from qrelay.formats import choose, encode
from qrelay.program import Operation, Program, Register
from qrelay.program.gates import GATES

ANGLES = (0.37, -1.13, 2.41, 0.71)
ARIA = frozenset({"gpi", "gpi2", "ms"})
FORTE = frozenset({"gpi", "gpi2", "zz"})
MACHINES = {"aria": ARIA, "forte": FORTE}


def _program(operations: list[Operation], count: int) -> Program:
    measured: list[Operation] = [("measure", (qubit,), (qubit,)) for qubit in range(count)]
    return Program(count, count, [*operations, *measured], (Register("c", tuple(range(count))),))


def _native(program: Program, **options: Any) -> Any:
    return encode(program, "ionq.circuit.v1", gateset="native", **options)


def _items(program: Program, **options: Any) -> list[dict[str, Any]]:
    document = json.loads(_native(program, **options).data)
    assert document["gateset"] == "native"
    items: list[dict[str, Any]] = document["circuit"]
    return items


def _stirred(count: int, sign: int = 1) -> list[Operation]:
    """Turns on every qubit that no permutation, reflection or phase flip leaves alone."""
    turns: list[Operation] = []
    for qubit in range(count):
        turns.append(("ry", (qubit,), (sign * (0.4 + 0.31 * qubit),)))
        turns.append(("rz", (qubit,), (sign * (0.9 - 0.47 * qubit),)))
    return turns[::sign]


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("name", NAMES)
def test_every_gate_means_what_qis_means(name: str, machine: str) -> None:
    """Turns about Z are not sent, so the states differ by phases on each basis state: what is measured does not."""
    gate = GATES[name]
    count, params = gate.num_qubits, ANGLES[: gate.num_params]
    later: list[Operation] = [("u", (qubit,), (0.6 + 0.2 * qubit, 0.5 * qubit - 1, 1.1)) for qubit in range(count)]
    program = _program([*_stirred(count), (name, tuple(range(count)), params), *later], count)
    payload = _native(program, gates=MACHINES[machine])
    other = {"aria": "zz", "forte": "ms"}[machine]
    assert f'"{other}"' not in payload.data.decode()
    found = np.abs(ionq.statevector(payload.data)) ** 2
    qis = np.abs(ionq.statevector(encode(program, "ionq.circuit.v1").data)) ** 2
    assert np.allclose(found, qis, atol=1e-10)


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("name", NAMES)
def test_mirror_gives_zeros(name: str, machine: str) -> None:
    gate = GATES[name]
    count, params = gate.num_qubits, ANGLES[: gate.num_params]
    there: Operation = (name, tuple(range(count)), params)
    program = _program([*_stirred(count), there, *inverse(name, params), *_stirred(count, -1)], count)
    assert distribution(_native(program, gates=MACHINES[machine]), 1).fits({0: 1.0})


@pytest.mark.parametrize(
    "turns", [-0.9, -0.5, -0.3, -0.25, -0.1, 0.0, 0.1, 0.25, 0.26, 0.5, 0.75, 1.0, 1.4, 77.3, 1e15 + 0.25]
)
@pytest.mark.parametrize("name", ["ms", "rzz"])
def test_angles_of_any_size_are_brought_within_bounds(name: str, turns: float) -> None:
    """The judge takes angles of ms from 0 to 0.25 turns only, as the machine does."""
    params = (0.7, -2.1, 2 * math.pi * turns) if name == "ms" else (2 * math.pi * turns,)
    later: list[Operation] = [("u", (qubit,), (1.1 - 0.4 * qubit, 0.7, 0.2 + qubit)) for qubit in (0, 1)]
    program = _program([*_stirred(2), (name, (1, 0), params), *later], 2)
    found = np.abs(ionq.statevector(_native(program).data)) ** 2
    qis = np.abs(ionq.statevector(encode(program, "ionq.circuit.v1").data)) ** 2
    assert np.allclose(found, qis, atol=1e-9)
    angles = [item["angle"] for item in _items(program) if item["gate"] == "zz"]
    assert all(-0.5 <= angle <= 0.5 for angle in angles)


def test_native_gates_go_as_they_stand() -> None:
    """What you submit is what the machine runs: nothing merged, nothing left out, nothing turned."""
    turn = 2 * math.pi
    program = _program(
        [
            ("gpi2", (0,), (0.25 * turn,)),
            ("gpi", (1,), (-0.5 * turn,)),
            ("gpi", (1,), (-0.5 * turn,)),
            ("ms", (2, 0), (0.125 * turn, 0.75 * turn, 0.25 * turn)),
            ("gpi2", (0,), (0.0,)),
        ],
        3,
    )
    assert _items(program) == [
        {"gate": "gpi2", "target": 0, "phase": 0.25},
        {"gate": "gpi", "target": 1, "phase": -0.5},
        {"gate": "gpi", "target": 1, "phase": -0.5},
        {"gate": "ms", "targets": [2, 0], "phases": [0.125, 0.75], "angle": 0.25},
        {"gate": "gpi2", "target": 0, "phase": 0.0},
    ]
    forte = _program([("rzz", (1, 0), (0.25 * turn,)), ("gpi2", (0,), (3.5 * turn,))], 2)
    assert _items(forte) == [
        {"gate": "zz", "targets": [1, 0], "angle": 0.25},
        {"gate": "gpi2", "target": 0, "phase": pytest.approx(0.5)},
    ]


def test_turns_about_z_cost_nothing() -> None:
    program = _program([("rz", (0,), (0.5,)), ("gpi2", (0,), (0.8,)), ("t", (0,), ()), ("cz", (0, 1), ())], 2)
    names = [item["gate"] for item in _items(program)]
    assert names == ["gpi2", "zz"]
    assert [item["gate"] for item in _items(_program([("h", (0,), ()), ("u", (0,), ANGLES[:3])], 1))] == ["gpi2"] * 3


@pytest.mark.parametrize(
    ("operations", "gates", "word"),
    [
        ([("cx", (0, 1), ())], None, "zz"),
        ([("ms", (0, 1), (0.1, 0.2, 0.3))], None, "ms"),
        ([("ms", (0, 1), (0.1, 0.2, 0.3)), ("rzz", (0, 1), (0.2,))], None, "zz"),
        ([("ms", (0, 1), (0.1, 0.2, 0.3))], FORTE, "zz"),
        ([("rzz", (0, 1), (0.1,))], ARIA, "ms"),
        ([("cx", (0, 1), ())], ARIA | FORTE, "zz"),
        ([("cx", (0, 1), ())], {"gpi", "gpi2", "rzz"}, "zz"),
        ([("cx", (0, 1), ())], {"h", "cx", "rzz"}, "zz"),  # the gates of its qis do not say
        ([("for", (), (range(2), None, (("ms", (0, 1), (0.1, 0.2, 0.3)),)))], None, "ms"),
    ],
)
def test_machine_decides_between_ms_and_zz(operations: list[Operation], gates: Any, word: str) -> None:
    names = {item["gate"] for item in _items(_program(operations, 2), gates=gates)}
    assert names & {"ms", "zz"} == {word}


def test_what_cannot_be_native_is_refused() -> None:
    program = _program([("h", (0,), ())], 1)
    with pytest.raises(InvalidOption, match="neither"):
        _native(program, gates={"gpi", "gpi2"})
    with pytest.raises(InvalidOption, match="'qis' or 'native'"):
        encode(program, "ionq.circuit.v1", gateset="Native")
    with pytest.raises(InvalidOption, match="gateset"):
        encode(program, "IONQ_CIRCUIT_V1", gateset="native")  # the Hub's specification has qis only
    middle = Program(1, 1, [("measure", (0,), (0,)), ("h", (0,), ())], (Register("c", (0,)),))
    with pytest.raises(UnsupportedCircuit) as caught:
        _native(middle)
    assert (caught.value.operation, caught.value.index) == ("h", 1)


@pytest.mark.parametrize("angle", [math.inf, -math.inf, math.nan])
@pytest.mark.parametrize("name", ["gpi", "rx", "rzz", "rz", "ms"])
def test_infinite_angles_are_refused(name: str, angle: float) -> None:
    gate = GATES[name]
    params = (angle,) * gate.num_params
    program = _program([("h", (0,), ()), (name, tuple(range(gate.num_qubits)), params), ("h", (0,), ())], 2)
    with pytest.raises(UnsupportedCircuit) as caught:
        _native(program)
    assert (caught.value.operation, caught.value.index) == (name, 1)


def test_large_turns_lose_nothing() -> None:
    """Turns about Z are added up: the sum of large and small ones would be the large ones alone."""
    large: list[Operation] = [("rz", (0,), (1e16,)), ("rz", (0,), (0.3,)), ("rz", (0,), (-1e16,))]
    program = _program([("h", (0,), ()), *large, ("h", (0,), ())], 1)
    found = np.abs(ionq.statevector(_native(program).data)) ** 2
    assert found == pytest.approx([np.cos(0.15) ** 2, np.sin(0.15) ** 2])


def test_default_is_qis_for_native_gates_too() -> None:
    program = _program([("gpi", (0,), (0.3,)), ("ms", (0, 1), (0.1, 0.2, 0.3))], 2)
    document = json.loads(choose(program, ["ionq.circuit.v1"]).data)
    assert document["gateset"] == "qis"
    assert {item["gate"] for item in document["circuit"]} <= {"x", "rz", "rx", "xx"}


def test_a_long_program_comes_in_one_piece() -> None:
    """Items are joined in groups: none may get lost between two of them."""
    operations: list[Operation] = [("gpi2", (k % 3,), (0.001 * k,)) for k in range(10_000)]
    items = _items(_program(operations, 3))
    assert [item["target"] for item in items] == [k % 3 for k in range(10_000)]
    document = json.loads(encode(_program([("h", (k % 3,), ()) for k in range(9_000)], 3), "ionq.circuit.v1").data)
    assert [item["targets"] for item in document["circuit"]] == [[k % 3] for k in range(9_000)]
    assert json.loads(encode(_program([], 2), "ionq.circuit.v1").data)["circuit"] == []
    assert _items(_program([], 2)) == []
