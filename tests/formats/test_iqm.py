"""`IQM_JOB_INPUT_V1`: both sets of field names, keys, machines of both shapes, and what one bit may decide."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given
from judges import iqm
from tests.asymmetric import ANGLES, NAMES, distribution_of, program_of
from tests.program.test_layout import layouts

from qrelay.errors import InvalidOption, TooManyQubits, UnsupportedCircuit
from qrelay.formats import encode
from qrelay.formats.iqm import measurement_keys
from qrelay.formats.traveling import layout_in_iqm, layout_name
from qrelay.program import Layout, Operation, Program, Register
from qrelay.program.control import BitIs, Expression, RegisterIs

FORMAT = "IQM_JOB_INPUT_V1"
STAR = {
    "qubits": ["QB1", "QB2", "QB3"],
    "computational_resonators": ["CR1"],
    "gates": {
        "prx": {"implementations": {"drag": {"loci": [["QB1"], ["QB2"], ["QB3"]]}}},
        "cz": {"implementations": {"tgss": {"loci": [["QB1", "CR1"], ["QB3", "CR1"]]}}},
        "move": {"implementations": {"tgss": {"loci": [["QB1", "CR1"], ["QB2", "CR1"]]}}},
    },
}
"""QB1 may do both, QB2 only move, QB3 only meet what is in the resonator."""


def _program(*operations: Operation, qubits: int = 3, bits: int = 3) -> Program:
    return Program(qubits, bits, list(operations), (Register("c", tuple(range(bits))),))


def _instructions(program: Program, **options: Any) -> list[dict[str, Any]]:
    return list(iqm.circuit(encode(program, FORMAT, **options).data)["instructions"])


def _memory(program: Program, resonators: frozenset[str] = frozenset(), **options: Any) -> dict[int, float]:
    keys, outcomes = iqm.distribution(encode(program, FORMAT, **options).data, resonators)
    found: dict[int, float] = {}
    for outcome, weight in outcomes.items():
        memory = iqm.memory(keys, outcome, program.layout.groups)
        found[memory] = found.get(memory, 0.0) + weight
    return found


def _same(found: dict[int, float], wanted: dict[int, float]) -> None:
    assert all(abs(found.get(key, 0.0) - wanted.get(key, 0.0)) < 1e-9 for key in {*found, *wanted})


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("turned", [ANGLES, (-2.9, 4.4, -5.3, 9.1)], ids=["small", "large"])
@pytest.mark.parametrize("fields", ["spec", "new"])
def test_each_gate_asymmetrically(name: str, turned: tuple[float, ...], fields: str) -> None:
    program = program_of(name, turned)
    _same(_memory(program, fields=fields), distribution_of(program))


@pytest.mark.parametrize("angle", [5e-324, -1e-300, 1e-9, math.pi, -math.pi, 7.0, -1234.5, 1e15, -1e22])
def test_any_angle(angle: float) -> None:
    for name, params in (("r", (angle, 0.4)), ("r", (0.8, angle)), ("rz", (angle,))):
        program = program_of(name, params)
        _same(_memory(program), distribution_of(program))


def test_the_fields_of_the_specification_and_the_new_ones() -> None:
    program = _program(
        ("r", (1,), (math.pi / 2, -0.3)), ("barrier", (0, 1), ()), ("cz", (0, 2), ()), ("measure", (2,), (1,))
    )
    assert _instructions(program) == [
        {"name": "prx", "qubits": ["QB2"], "args": {"angle_t": 0.25, "phase_t": -0.3 / math.tau}},
        {"name": "barrier", "qubits": ["QB1", "QB2"], "args": {}},
        {"name": "cz", "qubits": ["QB1", "QB3"], "args": {}},
        {"name": "measure", "qubits": ["QB3"], "args": {"key": "c_3_0_1"}},
    ]
    assert _instructions(program, fields="new", qubits=["a", "é", "c"]) == [
        {"name": "prx", "locus": ["é"], "args": {"angle": math.pi / 2, "phase": -0.3}},
        {"name": "barrier", "locus": ["a", "é"], "args": {}},
        {"name": "cz", "locus": ["a", "c"], "args": {}},
        {"name": "measure", "locus": ["c"], "args": {"key": "c_3_0_1"}},
    ]


def test_turns_about_z_cost_nothing() -> None:
    program = _program(
        ("rz", (0,), (0.5,)), ("h", (0,), ()), ("cz", (0, 1), ()), ("s", (0,), ()), ("measure", (0,), (0,))
    )
    assert [item["name"] for item in _instructions(program)] == ["prx", "cz", "measure"]


def test_keys_name_length_register_bit() -> None:
    """Registers that share bits, that nobody could read, and bits in none: groups have every bit once."""
    registers = (Register("a", (0, 2)), Register("not this", (2, 1)), Register("", ()), Register("a", (3,)))
    program = Program(5, 5, [("measure", (4 - bit,), (bit,)) for bit in range(5)], registers)
    keys = measurement_keys(program.layout)
    assert keys == {0: "a_2_0_0", 2: "a_2_0_1", 1: "c_not_this_1_1_0", 3: "c_a_1_2_0", 4: "loose_1_3_0"}
    measured = {item["args"]["key"]: item["qubits"] for item in _instructions(program)}
    assert measured == {key: [f"QB{5 - bit}"] for bit, key in keys.items()}


# --- the layout ------------------------------------------------------------------------------------------------------


def test_the_circuit_s_name_is_the_layout() -> None:
    program = Program(3, 2, [("measure", (2,), (1,))], (Register("é\n", (1, 0)),), name='"')
    document = json.loads(encode(program, FORMAT).data)
    assert layout_in_iqm(document) == layout_in_iqm(document["circuits"][0]) == program.layout
    assert layout_in_iqm({"circuits": document["circuits"] * 2}) is None


@given(layouts())
def test_any_layout_there_and_back(layout: Layout) -> None:
    assert layout_in_iqm({"name": layout_name(layout), "instructions": []}) == layout


@pytest.mark.parametrize(
    "document",
    [None, 7, "qrelay_", [], {}, {"circuits": []}, {"circuits": {}}, {"circuits": [None]}, {"name": 7}, {"name": "my"},
     {"name": "qrelay_"}, {"name": "qrelay_!!"}, {"name": "qrelay_e30"}, {"circuits": [{"name": "qrelay_gIA"}]}],
    ids=repr,
)  # fmt: skip
def test_documents_that_hold_none(document: Any) -> None:
    assert layout_in_iqm(document) is None


# --- machines --------------------------------------------------------------------------------------------------------


def test_pairs_that_are_not_coupled() -> None:
    """The index is the circuit's own, and the name the gate's that the user wrote."""
    line = {"coupling": [(1, 0), (1, 2)], "qubits": ["QB1", "QB2", "QB3", "QB4"]}
    program = _program(("h", (0,), ()), ("cx", (0, 1), ()), ("swap", (1, 2), ()), ("measure", (2,), (0,)))
    _same(_memory(program, **line), {0: 0.5, 1: 0.5})
    assert {tuple(item["qubits"]) for item in _instructions(program, **line) if item["name"] == "cz"} == {
        ("QB2", "QB1"), ("QB2", "QB3"),
    }  # fmt: skip
    with pytest.raises(UnsupportedCircuit, match=r"between QB1 and QB3.*transpile") as caught:
        encode(_program(("u", (0,), (1.0, 2.0, 3.0)), ("swap", (0, 2), ())), FORMAT, **line)
    assert (caught.value.operation, caught.value.index) == ("swap", 1)
    assert (
        encode(program, FORMAT, coupling=[[0, 1], [1, 2]]).data
        == encode(program, FORMAT, coupling=[(0, 1), (1, 2)]).data
    )


def test_a_star_moves_states_through_its_resonator() -> None:
    cz: Operation = ("cz", (1, 2), ())
    assert [(item["name"], item["qubits"]) for item in _instructions(_program(cz), architecture=STAR)] == [
        ("move", ["QB2", "CR1"]), ("cz", ["QB3", "CR1"]), ("move", ["QB2", "CR1"]),
    ]  # fmt: skip
    back = [item["qubits"] for item in _instructions(_program(("cz", (2, 1), ())), architecture=STAR)]
    assert back == [["QB2", "CR1"], ["QB3", "CR1"], ["QB2", "CR1"]]
    everywhere: list[Operation] = [("cz", (0, 1), ()), ("cz", (0, 2), ()), cz]
    turns: list[Operation] = [("ry", (qubit,), (0.4 + qubit,)) for qubit in range(3)]
    turns += [("rz", (qubit,), (1.9 - qubit,)) for qubit in range(3)]
    ends: list[Operation] = [("measure", (qubit,), ((qubit + 1) % 3,)) for qubit in range(3)]
    program = _program(*turns, *everywhere, *turns, *everywhere, *turns, *ends)
    _same(_memory(program, frozenset({"CR1"}), architecture=STAR), distribution_of(program))


def test_a_star_by_names_and_pairs() -> None:
    star = {"qubits": ["QB1", "QB2", "COMPR1"], "coupling": [(0, 2), (2, 1)]}
    program = Program(2, 1, [("h", (0,), ()), ("cx", (0, 1), ()), ("measure", (1,), (0,))])
    assert [item["name"] for item in _instructions(program, **star)].count("move") == 2
    _same(_memory(program, frozenset({"COMPR1"}), **star), {0: 0.5, 1: 0.5})
    for operation in (("x", (2,), ()), ("cz", (0, 2), ()), ("measure", (2,), (0,))):
        with pytest.raises(UnsupportedCircuit) as caught:
            encode(_program(("x", (0,), ()), operation), FORMAT, **star)
        assert (caught.value.operation, caught.value.index) == (operation[0], 1)


def test_a_star_without_a_way() -> None:
    blind = {**STAR, "gates": {**STAR["gates"], "move": {"implementations": {}}}}  # type: ignore[dict-item]
    with pytest.raises(UnsupportedCircuit, match="does not couple"):
        encode(_program(("cz", (0, 2), ())), FORMAT, architecture=blind)
    nothing = {"qubits": ["QB1", "QB2", "QB3"], "gates": {}}
    with pytest.raises(UnsupportedCircuit, match="does not couple"):
        encode(_program(("cz", (0, 2), ())), FORMAT, architecture=nothing)


def test_the_hub_s_own_description_of_garnet(shared: Any) -> None:
    config = json.loads((shared / "fixtures" / "kipu" / "iqm-garnet-config.json").read_text())
    program = Program(20, 2, [("h", (0,), ()), ("cx", (0, 1), ()), ("measure", (0,), (0,)), ("measure", (1,), (1,))])
    (cz,) = [item for item in _instructions(program, architecture=config) if item["name"] == "cz"]
    assert cz["qubits"] == ["QB2", "QB1"]  # as it is calibrated there
    with pytest.raises(UnsupportedCircuit, match="QB1 and QB3"):
        encode(Program(3, 0, [("cz", (0, 2), ())]), FORMAT, architecture=config)


@pytest.mark.parametrize(
    ("options", "option"),
    [
        ({"fields": "old"}, "fields"),
        ({"qubits": "QB1"}, "qubits"),
        ({"qubits": ["a", "a", "b"]}, "qubits"),
        ({"qubits": [1, 2, 3]}, "qubits"),
        ({"coupling": [(0, 1, 2)]}, "coupling"),
        ({"coupling": [0]}, "coupling"),
        ({"coupling": [(0, 5)], "qubits": ["a", "b", "c"]}, "coupling"),
        ({"coupling": [(0, -1)]}, "coupling"),
        ({"architecture": STAR, "qubits": ["a", "b", "c"]}, "qubits"),
        ({"architecture": {}}, "architecture"),
        ({"architecture": "star"}, "architecture"),
        ({"architecture": {"qubits": ["a"], "gates": {"cz": {"loci": []}}}}, "architecture"),
    ],
    ids=repr,
)
def test_options_that_describe_no_machine(options: dict[str, Any], option: str) -> None:
    with pytest.raises(InvalidOption) as caught:
        encode(_program(("h", (0,), ())), FORMAT, **options)
    assert caught.value.option == option


def test_machines_that_are_too_small() -> None:
    with pytest.raises(TooManyQubits):
        encode(_program(("h", (0,), ())), FORMAT, qubits=["QB1", "QB2"])


# --- on the way ------------------------------------------------------------------------------------------------------


def test_measuring_on_the_way_is_asked_for() -> None:
    program = _program(("h", (0,), ()), ("measure", (0,), (0,)), ("h", (0,), ()), ("measure", (0,), (1,)))
    with pytest.raises(UnsupportedCircuit, match="measured before") as caught:
        encode(program, FORMAT)
    assert (caught.value.operation, caught.value.index) == ("h", 2)
    _same(_memory(program, midcircuit=True), dict.fromkeys(range(4), 0.25))


@pytest.mark.parametrize("fields", ["spec", "new"])
@pytest.mark.parametrize("value", [False, True])
@pytest.mark.parametrize("kind", ["bit", "register", "expression"])
def test_one_bit_decides_about_turns(kind: str, value: bool, fields: str) -> None:
    """Turns about every axis in both branches, on qubits with turns about Z that wait: what is done at 0 is undone."""
    condition: Any = {
        "bit": BitIs(1, value=value),
        "register": RegisterIs((1,), int(value)),
        "expression": Expression("bit", (1,)) if value else RegisterIs((1,), 0),
    }[kind]
    then: tuple[Operation, ...] = (("rx", (2,), (0.7,)), ("rz", (2,), (1.3,)), ("h", (1,), ()), ("barrier", (1, 2), ()))
    otherwise: tuple[Operation, ...] = (("ry", (2,), (-0.4,)), ("t", (2,), ()), ("ry", (2,), (0.9,)), ("x", (0,), ()))
    before: list[Operation] = [("ry", (0,), (1.0,)), ("ry", (2,), (0.6,)), ("rz", (2,), (0.8,)), ("rz", (1,), (2.0,))]
    after: list[Operation] = [("ry", (2,), (0.5,)), ("measure", (2,), (2,)), ("measure", (1,), (0,))]
    program = _program(*before, ("measure", (0,), (1,)), ("if", (), (condition, then, otherwise)), *after)
    wanted: dict[int, float] = {}
    for outcome in (0, 1):
        share = math.sin(0.5) ** 2 if outcome else math.cos(0.5) ** 2
        block = then if outcome == value else otherwise
        flipped: list[Operation] = [("x", (0,), ())] if outcome else []
        branch = _program(
            *flipped, *before[1:], ("measure", (0,), (1,)), *(step for step in block if step[0] != "x"), *after
        )
        for memory, weight in distribution_of(branch).items():
            wanted[memory] = wanted.get(memory, 0.0) + share * weight
    _same(_memory(program, midcircuit=True, fields=fields), wanted)
    items = _instructions(program, midcircuit=True, fields=fields)
    assert {"cc_prx", "prx", "measure"} <= {item["name"] for item in items}
    assert [item["args"].get("feedback_key") for item in items if item["name"] == "measure"] == ["c_3_0_1", None, None]


MEASURED: tuple[Operation, Operation] = (("x", (0,), ()), ("measure", (0,), (0,)))
ON0 = BitIs(0, value=True)


@pytest.mark.parametrize(
    ("operation", "why"),
    [
        (("reset", (0,), ()), "resets a qubit"),
        (("measure", (1,), (0,)), "second time"),
        (("if", (), (BitIs(1, value=True), (("x", (1,), ()),), ())), "nothing is measured into"),
        (("if", (), (RegisterIs((0, 1), 1), (("x", (1,), ()),), ())), "more than one bit"),
        (("if", (), (ON0, (("cx", (1, 2), ()),), ())), "holds 'cz'"),
        (("if", (), (ON0, (("measure", (1,), (1,)),), ())), "holds 'measure'"),
        (("if", (), (ON0, (("if", (), (ON0, (), ())),), ())), "holds 'if'"),
        (("while", (), (ON0, (("x", (1,), ()),))), "other control flow"),
    ],
)
def test_what_a_bit_cannot_decide(operation: Operation, why: str) -> None:
    program = _program(*MEASURED, ("h", (0,), ()), operation)
    with pytest.raises(UnsupportedCircuit, match=why) as caught:
        encode(program, FORMAT, midcircuit=True)
    assert (caught.value.operation, caught.value.index) == (operation[0], 3)


def test_a_qubit_that_only_a_block_touched_is_not_reset() -> None:
    program = _program(*MEASURED, ("if", (), (ON0, (("x", (1,), ()),), ())), ("reset", (2,), ()), ("reset", (1,), ()))
    with pytest.raises(UnsupportedCircuit, match="resets a qubit") as caught:
        encode(program, FORMAT, midcircuit=True)
    assert caught.value.index == 4


@pytest.mark.parametrize("angle", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("inside", [False, True])
@pytest.mark.parametrize("name", ["rz", "rx"])
def test_numbers_that_nothing_shows_are_refused(name: str, angle: float, inside: bool) -> None:
    """Catches a turn about Z by NaN that is left out because nobody sees it."""
    turn: Operation = (name, (1,), (angle,))
    operation: Operation = ("if", (), (ON0, (turn,), ())) if inside else turn
    with pytest.raises(UnsupportedCircuit, match="finite") as caught:
        encode(_program(*MEASURED, operation), FORMAT, midcircuit=True)
    assert (caught.value.operation, caught.value.index) == (name, 2)
