"""Options of the wrong type are refused by name, with what they take, whichever format they go to."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from qrelay.errors import InvalidOption, UnsupportedCircuit
from qrelay.formats import INPUT_FORMATS, choose, encode, template
from qrelay.program import Program, Register

BELL = Program(
    2,
    2,
    [("h", (0,), ()), ("cx", (0, 1), ()), ("measure", (0,), (0,)), ("measure", (1,), (1,))],
    (Register("c", (0, 1)),),
)
WRONG: dict[str, list[Any]] = {
    "gateset": [1, "x", ["qis"]],
    "profile": [1, "x", ["base"]],
    "max_profile": [1, "x"],
    "fields": [1, "x", ["spec"]],
    "architecture": [1, "star", []],
    "gates": [1, "h", {"h": 1}, [1, 2]],
    "qubits": [1, "QB1", [1, 2], {"QB1": 0}, ["QB1", "QB1"]],
    "coupling": [1, "x", [(0,)], [("QB1", "QB2")], [(0, 1.0)], [(-1, 0)]],
    "most_operations": ["x", 0, -1, 2.5, True],
    **{name: [1, "yes", 0.0] for name in ("bitcode", "verbatim", "final_memory", "midcircuit")},
}
CASES = [
    (row.name, option, value)
    for row in INPUT_FORMATS.values()
    for option in sorted(row.options)
    for value in WRONG[option]
]


@pytest.mark.parametrize(("format_name", "option", "value"), CASES, ids=repr)
def test_p16_a_value_of_the_wrong_type_is_refused_by_name(format_name: str, option: str, value: Any) -> None:
    """Catches options that end in a TypeError of Python's inside a writer, or that count as True whatever they are."""
    with pytest.raises(InvalidOption, match=option) as caught:
        encode(BELL, format_name, **{option: value})
    assert caught.value.option == option
    with pytest.raises(InvalidOption):
        template(BELL, format_name, **{option: value})
    with pytest.raises(InvalidOption):
        choose(BELL, [format_name, "OPEN_QASM_V2"], **{option: value})


def test_collections_of_any_kind_are_taken() -> None:
    for gates in (["rx", "rz", "cz"], ("rx", "rz", "cz"), {"rx", "rz", "cz"}, np.array(["rx", "rz", "cz"])):
        assert encode(BELL, "QISKIT_QPY", gates=gates).data
        assert encode(BELL, "BRAKET_OPEN_QASM_V3", gates=gates).data.count(b"cz ") == 1
    for coupling in ([[0, 1]], ((0, 1),), {(0, 1)}, np.array([[0, 1]])):
        assert encode(BELL, "IQM_JOB_INPUT_V1", coupling=coupling).data
        assert encode(BELL, "QISKIT_QPY", coupling=coupling).data


@pytest.mark.parametrize("row", [row.name for row in INPUT_FORMATS.values() if "gates" in row.options])
def test_p04_a_gate_that_nobody_knows_is_refused_and_vendors_words_are_known(row: str) -> None:
    """Catches lists in which a slip of the pen, or the vendor's own word, leaves a gate out in silence."""
    with pytest.raises(InvalidOption, match=r"'rzzz', which is no gate .* Did you mean rzz") as caught:
        encode(BELL, row, gates=["rx", "ry", "rz", "cz", "rzzz"])
    assert caught.value.option == "gates"
    with pytest.raises(InvalidOption, match=r"'U_3qkd'.*Known are ccx.* rzz,"):
        encode(BELL, row, gates=["rx", "cz", "U_3qkd"])
    operations = ["rx", "rz", "cnot", "measure", "if_else", "barrier", "store", "unitary", "measure_2"]  # of a backend
    assert encode(BELL, row, gates=operations).data == encode(BELL, row, gates=["rx", "rz", "cx"]).data


@pytest.mark.parametrize("format_name", ["QISKIT_QPY", "IQM_JOB_INPUT_V1"])
def test_a_machine_that_couples_nothing_takes_no_gate_of_two_qubits(format_name: str) -> None:
    """Catches an empty list of pairs that is read as: all pairs."""
    with pytest.raises(UnsupportedCircuit) as caught:
        encode(BELL, format_name, coupling=[])
    assert (caught.value.operation, caught.value.index) == ("cx", 1)


def test_formats_that_are_written_on_request_are_among_the_near_names() -> None:
    with pytest.raises(InvalidOption, match="PERCEVAL"):
        encode(BELL, "PERCEVL")
