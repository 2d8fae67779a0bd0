"""Lowering is exact, takes the cheapest way, keeps the global phase, and says what it cannot do."""

from __future__ import annotations

import cmath
import itertools

import numpy as np
import pytest
from tests.program.test_gates import states

from qrelay.errors import UnsupportedCircuit
from qrelay.program import Operation, Program
from qrelay.program.control import BitIs, RegisterIs
from qrelay.program.controlled import controlled_name
from qrelay.program.gates import GATES
from qrelay.program.lowering import lower, lowering
from qrelay.program.matrices import Matrix

ANGLES = (0.37, -1.13, 2.41, 0.71)

GATE_SETS = {
    "u cx": {"u", "cx"},
    "u3 cx": {"u3", "cx"},
    "rz sx cx": {"rz", "sx", "cx"},
    "rz ry rx cz": {"rz", "ry", "rx", "cz"},
    "r rz rzz": {"r", "rz", "rzz"},
    "rx ry rxx": {"rx", "ry", "rxx"},
    "rz sx ecr": {"rz", "sx", "ecr"},
    "h rz rzx": {"h", "rz", "rzx"},
    "h p cp": {"h", "p", "cp"},
    "h u1 cu1": {"h", "u1", "cu1"},
    "gpi gpi2 ms": {"gpi", "gpi2", "ms"},
    "gpi gpi2 rzz": {"gpi", "gpi2", "rzz"},
    "r cz": {"r", "cz"},
    "r rz rxx": {"r", "rz", "rxx"},
    "rx rz cz": {"rx", "rz", "cz"},
    "sx rz cz": {"sx", "rz", "cz"},
    "sx x rz cx": {"sx", "x", "rz", "cx"},
    "rx rz iswap": {"rx", "rz", "iswap"},
    "rx rz xy": {"rx", "rz", "xy"},
    "all": set(GATES),
}


def _times(state: Matrix, gate: Matrix, qubits: tuple[int, ...], count: int) -> Matrix:
    axes = [count - 1 - q for q in reversed(qubits)]
    size = len(qubits)
    tensor = state.reshape((2,) * count + (-1,))
    moved = np.tensordot(gate.reshape((2,) * (2 * size)), tensor, axes=(range(size, 2 * size), axes))
    return np.moveaxis(moved, range(size), axes).reshape(2**count, -1)


def unitary(program: Program) -> Matrix:
    """What the program makes of `states`, its global phase included."""
    total = states(program.num_qubits) * cmath.exp(1j * program.global_phase)
    for name, qubits, params in program.operations:
        total = _times(total, GATES[name].matrix(*params), qubits, program.num_qubits)
    return total


WIDE_IN = ("u cx", "r cz", "gpi gpi2 ms", "rx rz iswap")
"""Where gates of more than five qubits are tried: all of them come down to CX and turns."""


@pytest.mark.parametrize(
    ("name", "gates"),
    [(name, gates) for name in sorted(GATES) for gates in GATE_SETS if GATES[name].num_qubits < 6 or gates in WIDE_IN],
)
def test_every_gate_into_every_set_exactly(name: str, gates: str) -> None:
    """A phase that lowering drops would turn up as a wrong answer once the gate is controlled."""
    gate = GATES[name]
    params = ANGLES[: gate.num_params]
    operations: list[Operation] = [(name, tuple(reversed(range(gate.num_qubits))), params)]
    program = Program(max(gate.num_qubits, 1), 0, operations, global_phase=0.3)
    lowered = lower(program, GATE_SETS[gates])
    assert {operation[0] for operation in lowered.operations} <= GATE_SETS[gates]
    assert np.allclose(unitary(lowered), unitary(program), atol=1e-11)


@pytest.mark.parametrize(
    ("name", "gates", "entangling"),
    [
        ("cz", {"h", "cx", "rz"}, 1),
        ("swap", {"h", "cx", "rz"}, 3),
        ("ccx", {"u", "cx"}, 6),
        ("c3x", {"u", "cx"}, 14),
        ("crz", {"rz", "rzz", "h", "cx"}, 1),
        ("cx", {"rx", "ry", "rxx"}, 1),
        ("rxx", {"u", "rzz", "cx"}, 1),
        ("cswap", {"u", "cx", "ccx"}, 3),
        ("c3z", {"u", "cx"}, 14),
        ("c7x", {"u", "cx"}, 254),
        ("c7rz", {"u", "cx"}, 128),
        ("c7p", {"rz", *(f"c{controls}rz" for controls in range(2, 8)), "crz"}, 7),
        ("c7y", {"s", "sdg", "c7x"}, 1),
        ("cx", {"gpi", "gpi2", "rzz"}, 1),
        ("cx", {"rx", "rz", "iswap"}, 2),
        ("rzx", {"rx", "rz", "iswap"}, 2),
    ],
)
def test_cheapest_way(name: str, gates: set[str], entangling: int) -> None:
    params = ANGLES[: GATES[name].num_params]
    steps, _ = lowering(frozenset(gates)).steps(name, params)
    assert sum(len(qubits) > 1 for _, qubits, _ in steps) == entangling


@pytest.mark.parametrize(
    ("name", "gates", "most"),
    [
        ("u", "gpi gpi2 ms", 3),
        ("u2", "gpi gpi2 rzz", 2),
        ("h", "gpi gpi2 ms", 2),
        ("rz", "gpi gpi2 ms", 2),
        ("sx", "gpi gpi2 ms", 1),
        ("cx", "gpi gpi2 ms", 5),
        ("u", "r cz", 2),
        ("cx", "r cz", 3),
        ("u", "r rz rxx", 2),
        ("u", "rx rz cz", 3),
        ("u", "sx rz cz", 5),
        ("h", "sx x rz cx", 3),
        ("ms", "gpi gpi2 rzz", 5),
        ("rzz", "gpi gpi2 ms", 5),
    ],
)
def test_no_needless_gates(name: str, gates: str, most: int) -> None:
    steps, _ = lowering(frozenset(GATE_SETS[gates])).steps(name, ANGLES[: GATES[name].num_params])
    assert len(steps) <= most


def test_free_gates_are_taken_before_others() -> None:
    gates = frozenset({"rz", "gpi", "gpi2", "rzz"})
    steps, _ = lowering(gates, frozenset({"rz"})).steps("u", ANGLES[:3])
    assert [step[0] for step in steps if step[0] != "rz"] == ["gpi2", "gpi2"]
    assert len(lowering(gates).steps("u", ANGLES[:3])[0]) == 3


def test_every_gate_with_controls_costs_what_it_becomes() -> None:
    """A cost that does not grow with the controls would choose the exponential way where there is a short one."""
    way = lowering(frozenset({"u", "cx"}))
    for base in ("x", "p", "h", "ry"):
        counted = []
        for controls in range(2, 8):
            name = controlled_name(base, controls)
            steps, _ = way.steps(name, ANGLES[: GATES[name].num_params])
            counted.append(sum(len(step[1]) > 1 for step in steps))
            assert way.costs[name] == pytest.approx(10 * counted[-1], rel=0.3)
        assert all(2 * one <= other <= 2.4 * one for one, other in itertools.pairwise(counted))


@pytest.mark.parametrize("angle", [0.1, -2.5e-07, 1e22, 5e-324, 3.0, -0.0])
def test_a_parameter_by_itself_stays_as_it_is(angle: float) -> None:
    for name, gates in (("rx", {"r"}), ("u3", {"u"}), ("rzz", {"rz", "cx"}), ("u1", {"p"})):
        steps, _ = lowering(frozenset(gates)).steps(name, (angle,) * GATES[name].num_params)
        assert repr(angle) in {repr(value) for _, _, params in steps for value in params}


def test_nothing_to_do_costs_nothing() -> None:
    program = Program(1, 1, [("h", (0,), ()), ("measure", (0,), (0,))])
    assert lower(program, {"h"}) is program


def test_ways_are_remembered() -> None:
    assert lowering(frozenset({"u", "cx"})) is lowering(frozenset({"cx", "u"}))


def test_no_way_names_operation_and_index() -> None:
    program = Program(2, 0, [("h", (0,), ()), ("iswap", (0, 1), ()), ("rx", (1,), (0.1,))])
    with pytest.raises(UnsupportedCircuit) as caught:
        lower(program, {"h", "cx", "s", "t"}, where="the Clifford+T set")
    assert (caught.value.operation, caught.value.index) == ("rx", 2)
    assert "Clifford+T" in str(caught.value)


def test_positions_survive_lowering_twice() -> None:
    operations: list[Operation] = [("h", (0,), ()), ("swap", (0, 1), ()), ("t", (0,), ())]
    once = lower(Program(2, 0, operations), {"h", "cx", "t"})
    assert once.positions == (0, 1, 1, 1, 2)
    twice = lower(once, {"u", "cz"})
    assert [twice.position(i) for i in range(len(twice.operations))] == sorted(twice.positions or ())
    assert set(twice.positions or ()) == {0, 1, 2}


def test_blocks_are_lowered_and_keep_their_conditions() -> None:
    inner: Operation = ("if", (), (RegisterIs((0, 1), 1), (("swap", (0, 1), ()),), (("x", (0,), ()),)))
    loop: Operation = ("while", (), (BitIs(0, True), (inner, ("break", (), ()))))
    lowered = lower(Program(2, 2, [("x", (0,), ()), loop]), {"x", "cx"})
    name, _, (condition, body) = lowered.operations[1]
    assert (name, condition) == ("while", BitIs(0, True))
    assert body[0][2][0] == RegisterIs((0, 1), 1)
    assert [step[0] for step in body[0][2][1]] == ["cx", "cx", "cx"]
    assert body[1] == ("break", (), ())


def test_definitions_use_the_same_gates_for_all_angles() -> None:
    """The cheapest way is chosen once for all angles."""
    for gate in GATES.values():
        for definition in gate.definitions:
            used = [
                [step[:2] for step in definition(*angles[: gate.num_params])]
                for angles in ((0.0,) * 4, (0.1, 0.2, 0.3, 0.4), (np.pi,) * 4, (-2.0, 0.0, 7.0, 1.0))
            ]
            assert all(one == other for one, other in itertools.pairwise(used))
