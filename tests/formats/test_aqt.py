"""`AQT_JOB_INPUT_V1`: angles in AQT's ranges whatever they were, one measurement of all qubits, a label."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from judges import aqt
from tests.asymmetric import ANGLES, NAMES, distribution_of, program_of

from qrelay.errors import UnsupportedCircuit
from qrelay.formats import encode
from qrelay.formats.traveling import layout_label, layouts_in_label
from qrelay.program import Layout, Operation, Program, Register

FORMAT = "AQT_JOB_INPUT_V1"
SPECIAL = [k * math.pi / 4 for k in range(-9, 10)]
AROUND = [math.nextafter(edge, edge + way) for edge in SPECIAL for way in (-1, 1)]
ODD = [1e-300, -1e-300, 5e-324, -5e-324, 123456.789, -98765.4321, 1e15, -1e22]


def _program(*operations: Operation, qubits: int = 2) -> Program:
    measured: list[Operation] = [("measure", (qubit,), (qubit,)) for qubit in range(qubits)]
    return Program(qubits, qubits, [*operations, *measured], (Register("c", tuple(range(qubits))),))


def _operations(program: Program) -> list[dict[str, Any]]:
    return list(aqt.circuit(encode(program, FORMAT).data)["quantum_circuit"])


def _check(program: Program, tolerance: float = 1e-9) -> None:
    found, wanted = aqt.probabilities(encode(program, FORMAT).data), distribution_of(program)
    assert all(abs(found.get(key, 0.0) - wanted.get(key, 0.0)) < tolerance for key in {*found, *wanted})


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("turned", [ANGLES, (-2.9, 4.4, -5.3, 9.1)], ids=["small", "large"])
def test_each_gate_asymmetrically(name: str, turned: tuple[float, ...]) -> None:
    _check(program_of(name, turned))


@pytest.mark.parametrize("theta", SPECIAL + AROUND + ODD)
def test_every_angle_of_rxx(theta: float) -> None:
    """The judge refuses what is outside of AQT's range; turns about Z that wait are seen by later gates."""
    _check(program_of("rxx", (theta,)))
    dressed: list[Operation] = [("ry", (0,), (0.4,)), ("ry", (1,), (1.1,)), ("rz", (0,), (0.9,)), ("rz", (1,), (-2.0,))]
    dressed += [("rxx", (1, 0), (theta,)), ("rz", (0,), (3.0,)), ("rxx", (0, 1), (theta / 3,)), ("rx", (1,), (0.3,))]
    _check(_program(*dressed, ("ry", (0,), (-0.5,))))


@pytest.mark.parametrize("theta", SPECIAL + AROUND + ODD)
def test_every_angle_of_r(theta: float) -> None:
    for phi in (0.0, 0.37, -2.9, 2 * math.pi, -1e-20, theta):
        _check(program_of("r", (theta, phi)))
        _check(program_of("r", (0.8, phi + theta)))
        _check(program_of("rz", (theta,)))


def test_angles_in_range_are_divided_by_pi_and_nothing_else() -> None:
    program = _program(("r", (1,), (0.3, 5.9)), ("rxx", (1, 0), (1.2,)), ("rz", (0,), (0.25,)), ("rxx", (0, 1), (0.5,)))
    assert _operations(program) == [
        {"operation": "R", "qubit": 1, "phi": 5.9 / math.pi, "theta": 0.3 / math.pi},
        {"operation": "RXX", "qubits": [1, 0], "theta": 1.2 / math.pi},
        {"operation": "RZ", "qubit": 0, "phi": 0.25 / math.pi},
        {"operation": "RXX", "qubits": [0, 1], "theta": 0.5 / math.pi},
        {"operation": "MEASURE"},
    ]


def test_turns_about_z_are_written_where_they_are_seen() -> None:
    """Two become one before an RXX, one goes into the next R, and nobody sees the last."""
    program = _program(
        ("rz", (0,), (0.5,)), ("rz", (0,), (0.25,)), ("rxx", (0, 1), (1.0,)), ("rz", (1,), (0.5,)),
        ("r", (1,), (1.0, 0.75)), ("rz", (1,), (0.5,)), ("s", (0,), ()),
    )  # fmt: skip
    assert [(item["operation"], item.get("phi", 0) * math.pi) for item in _operations(program)] == [
        ("RZ", 0.75), ("RXX", 0), ("R", 0.25), ("MEASURE", 0),
    ]  # fmt: skip
    _check(program)


def test_one_circuit_of_one_repetition() -> None:
    """Whoever sends the job puts the shots in; the layout is the label's, for AQT's models name no other place."""
    program = Program(3, 4, [("x", (2,), ()), ("measure", (2,), (3,))], (Register("é", (3, 0)),), name="nä")
    document = json.loads(encode(program, FORMAT).data)
    assert document["job_type"] == "quantum_circuit"
    (circuit,) = document["payload"]["circuits"]
    assert (circuit["repetitions"], circuit["number_of_qubits"]) == (1, 3)
    assert circuit["quantum_circuit"][-1] == {"operation": "MEASURE"}
    assert document["label"].isascii()
    assert layouts_in_label(document["label"]) == (program.layout,)


def test_labels_of_several_circuits() -> None:
    layouts = [Layout(1, (Register("c", (0,)),), (k,), k + 1) for k in range(3)]
    label = layout_label(layouts)
    assert layouts_in_label(label) == tuple(layouts)
    first, *_ = label.split(".")
    assert layouts_in_label(f"{first}.!!.") == (layouts[0], None, None)


@pytest.mark.parametrize("label", [None, 7, "", "mine", "QRELAY_x", ["qrelay_"], b"qrelay_"])
def test_labels_of_others(label: Any) -> None:
    assert layouts_in_label(label) == ()


def test_more_operations_than_a_circuit_may_have() -> None:
    entangled: list[Operation] = [("rxx", (0, 1), (0.5,))] * 1999
    assert len(_operations(_program(*entangled))) == 2000
    with pytest.raises(UnsupportedCircuit, match="2,001 operations of AQT's, and 2,000 are the most"):
        encode(_program(*entangled, ("r", (0,), (0.1, 0.2))), FORMAT)
    assert encode(_program(*entangled, ("r", (0,), (0.1, 0.2))), FORMAT, most_operations=2001).data


def test_a_register_of_at_least_one_qubit() -> None:
    assert aqt.circuit(encode(Program(0, 0, []), FORMAT).data)["number_of_qubits"] == 1


@pytest.mark.parametrize("angle", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize(
    "operation", [("rz", (0,), (0.0,)), ("r", (0,), (1.0, 0.0)), ("r", (0,), (0.0, 1.0)), ("rxx", (0, 1), (0.0,))]
)
def test_numbers_that_nothing_shows_are_refused(operation: Operation, angle: float) -> None:
    """Catches a turn about Z by NaN that is left out because nobody sees it."""
    name, qubits, params = operation
    broken = tuple(angle if value == 0.0 else value for value in params)
    with pytest.raises(UnsupportedCircuit, match="finite") as caught:
        encode(_program(("x", (1,), ()), (name, qubits, broken)), FORMAT)
    assert (caught.value.operation, caught.value.index) == (name, 1)
