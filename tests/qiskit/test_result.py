"""Qiskit's Result: headers for every shape of registers, failures, and finding circuits."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest
from qiskit import QuantumCircuit
from qiskit.exceptions import QiskitError
from qiskit.result import Result

from qrelay.errors import JobFailed
from qrelay.program import Layout, Register
from qrelay.qiskit.result import RelayResult, experiment, failed_experiment, header
from qrelay.results import Outcome


def _layout(*registers: tuple[int, ...], bits: int | None = None) -> Layout:
    named = tuple(Register(f"r{index}", own) for index, own in enumerate(registers))
    size = bits if bits is not None else 1 + max(bit for own in registers for bit in own)
    return Layout(size, named, tuple(range(size)), size, "the name")


def _outcome(layout: Layout, shots: list[int], **changes: Any) -> Outcome:
    width = (layout.num_clbits + 7) // 8
    rows = [[shot >> 8 * byte & 255 for byte in range(width)] for shot in shots]
    fields: dict[str, Any] = {"weights": None, "shots_asked": len(shots), "shots_returned": len(shots)}
    return Outcome(layout=layout, bits=np.array(rows, dtype=np.uint8), **{**fields, **changes})


def _result(*outcomes: Outcome, memory: bool = True, **names: Any) -> RelayResult:
    entries = [experiment(outcome, memory=memory, **names) for outcome in outcomes]
    return RelayResult.build(backend_name="toy", job_id="j", experiments=entries)


@pytest.mark.parametrize(
    ("layout", "text"),
    [
        (_layout((0, 1, 2)), "011"),
        (_layout((0,), (1, 2)), "01 1"),
        (_layout((0, 1), (), (2,)), "0  11"),
        (_layout(bits=3), "011"),
        (_layout((1, 2), bits=3), "01 1"),
        (_layout((0, 1), bits=3), "0 11"),
        (_layout((0,), (2,), bits=3), "0 1 1"),
        (_layout((0, 1), (1, 2)), "011"),
        (_layout((2, 1, 0)), "011"),
    ],
    ids=["one", "two", "empty between", "no register", "bit below", "bit above", "bit between", "shared", "reversed"],
)
def test_every_classical_bit_stands_in_the_string_once(layout: Layout, text: str) -> None:
    """Where registers tile the memory, as Qiskit writes them; else nothing is lost, and nothing overwritten."""
    result = _result(_outcome(layout, [0b011] * 3 + [0b100, 0b111]))
    assert result.get_counts()[text] == 3
    assert sum(result.get_counts().values()) == 5
    assert result.get_memory()[0] == text
    assert Counter(result.get_memory()) == result.get_counts()


def test_memories_wider_than_a_machine_word() -> None:
    layout = _layout(tuple(range(70)), tuple(range(70, 100)))
    result = _result(_outcome(layout, [1 << 99 | 1 << 69 | 1, 5]))
    assert result.get_memory() == [f"1{'0' * 29} 1{'0' * 68}1", f"{'0' * 30} {'0' * 67}101"]


def test_probabilities_have_the_keys_of_the_counts() -> None:
    layout = _layout((1, 2), bits=3)
    outcome = _outcome(layout, [0b011], probabilities={"1 01": 0.75, "0 10": 0.25})  # the bit outside stands leftmost
    assert _result(outcome).data()["probabilities"] == {"01 1": 0.75, "10 0": 0.25}


def test_numbers_of_shots_stand_beside_each_other() -> None:
    one = experiment(_outcome(_layout((0,)), [1, 0, 1], shots_asked=5, shots_returned=4), memory=False)
    assert (one["shots"], one["shots_asked"], one["shots_returned"], one["per_shot"]) == (3, 5, 4, True)
    assert "memory" not in one["data"]
    assert all(type(count) is int for count in one["data"]["counts"].values())


def test_header_has_name_metadata_and_sizes() -> None:
    head = header(_layout((0, 1), (2,)), name="mine", metadata={"a": 1})
    assert head == {
        "name": "mine",
        "n_qubits": 3,
        "qreg_sizes": [["q", 3]],
        "creg_sizes": [["r0", 2], ["r1", 1]],
        "memory_slots": 3,
        "global_phase": 0.0,
        "metadata": {"a": 1},
    }
    assert header(_layout((0,)))["name"] == "the name"


def test_a_failed_circuit_says_why_and_spares_the_others() -> None:
    good = experiment(_outcome(_layout((0,)), [1]), memory=False, name="good")
    bad = failed_experiment(JobFailed("job 7 broke", job_id="7"), layout=_layout((0, 1)), name="bad")
    result = RelayResult.build(backend_name="toy", job_id="j", experiments=[good, bad])
    assert not result.success
    assert result.get_counts("good") == {"1": 1}
    with pytest.raises(QiskitError, match="job 7 broke"):
        result.get_counts("bad")


def test_circuits_are_found_by_the_object_then_by_an_unequivocal_name() -> None:
    circuits = [QuantumCircuit(1, 1, name=name) for name in ("same", "same", "other")]
    entries = [
        experiment(_outcome(_layout((0,)), [bit]), memory=True, name=circuit.name)
        for bit, circuit in zip((0, 1, 1), circuits, strict=True)
    ]
    result = RelayResult.build(backend_name="toy", job_id="j", experiments=entries, circuits=circuits)
    assert [result.get_counts(circuit) for circuit in circuits] == [{"0": 1}, {"1": 1}, {"1": 1}]
    assert result.get_memory(circuits[1]) == ["1"]
    assert result.data(circuits[0])["counts"] == {"0x0": 1}
    assert result.get_counts("other") == {"1": 1}
    assert result.get_counts(QuantumCircuit(1, name="other")) == {"1": 1}
    for unclear in ("same", QuantumCircuit(1, name="same")):
        with pytest.raises(QiskitError, match=r"\[0, 1\]"):
            result.get_counts(unclear)
    assert result.get_counts() == [{"0": 1}, {"1": 1}, {"1": 1}]


def test_the_result_goes_through_a_dictionary() -> None:
    result = _result(_outcome(_layout((0,), (1, 2)), [3, 3]), name="n")
    again = Result.from_dict(result.to_dict())
    assert again.get_counts() == result.get_counts() == {"01 1": 2}
    assert again.get_memory() == ["01 1", "01 1"]
    assert again.job_id == "j"
