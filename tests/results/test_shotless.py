"""Answers without shots: state vectors and amplitudes in our order, estimates, Braket's other result types."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest

from qrelay.errors import ResultUnreadable
from qrelay.program import Layout, Register
from qrelay.results import Amplitudes, Document, StateVector, decode, decode_items

QSIM, BRAKET, ESTIMATES = (
    "kipu.qsim.result",
    "braket.task_result.gate_model_task_result",
    "microsoft.resource-estimates.v1",
)
HALF = math.sqrt(0.5)


def _layout(size: int) -> Layout:
    return Layout(size, (Register("c", tuple(range(size))),), tuple(range(size)), size)


def _braket(pairs: Any) -> dict[str, Any]:
    return {"measurements": None, "resultTypes": [{"type": {"type": "statevector"}, "value": pairs}]}


@pytest.mark.parametrize(("qubits", "qubit"), [(1, 0), (3, 0), (3, 1), (3, 2), (5, 1), (5, 4)])
def test_p01_every_qubit_of_a_state_vector(qubits: int, qubit: int) -> None:
    """Catches a vector that is handed out with qubit 0 as the most significant, as both simulators write it."""
    pairs = [[0.0, 0.0]] * 2**qubits
    pairs[1 << (qubits - 1 - qubit)] = [0.6, -0.8]
    for name, document in ((QSIM, {"statevector": pairs}), (BRAKET, _braket(pairs))):
        for layout in (None, _layout(qubits)):
            found = decode(json.dumps(document).encode(), name, layout)
            assert isinstance(found, StateVector)
            expected = np.zeros(2**qubits, dtype=complex)
            expected[1 << qubit] = 0.6 - 0.8j
            assert np.array_equal(found.statevector, expected)
            assert not found.statevector.flags.writeable
            assert found.data == document


def test_a_state_vector_as_qiskit_has_it() -> None:
    info = pytest.importorskip("qiskit.quantum_info")
    state = info.random_statevector(8, seed=7)
    pairs = [[value.real, value.imag] for value in state.reverse_qargs().data.tolist()]
    found = decode(json.dumps({"statevector": pairs}).encode(), QSIM)
    assert np.allclose(found.statevector, state.data)


def test_p01_amplitudes_by_qiskit_s_strings() -> None:
    document = {"amplitudes": {"011": [HALF, 0], "100": [0, -0.5]}, "metadata": {"num_qubits": 3}}
    found = decode(json.dumps(document).encode(), QSIM, _layout(3))
    assert isinstance(found, Amplitudes)
    assert found.amplitudes == {"001": -0.5j, "110": HALF}
    assert list(found.amplitudes) == ["001", "110"]


@pytest.mark.parametrize(
    "document",
    [
        {"statevector": []},
        {"statevector": [[1, 0], [0, 0], [0, 0]]},
        {"statevector": [[1, 0]] * 4},
        {"statevector": [[1, 0], [0, 0]]},
        {"statevector": [[1, 0], [0, 0], [0, 0], [0]]},
        {"statevector": [[1, 0], [0, 0], [0, 0], [True, 0]]},
        {"statevector": [[1, 0], [0, 0], [0, 0], ["0", 0]]},
        {"statevector": [[0, 0]] * 4},
        {"statevector": {"00": [1, 0]}},
        {"amplitudes": {}},
        {"amplitudes": {"00": [1, 0], "1": [0, 0]}},
        {"amplitudes": {"00": [1, 0], "11": [1, 0]}},
        {"amplitudes": {"0x": [1, 0]}},
        {"amplitudes": {"00": 1}},
        {"amplitudes": {"00": [10**400, 0]}},
        {"amplitudes": [[1, 0]]},
    ],
)
def test_states_that_are_none(document: Any) -> None:
    data = json.dumps(document).encode()
    with pytest.raises(ResultUnreadable) as caught:
        decode(data, QSIM, _layout(2), 3)
    assert caught.value.data is data


def test_counts_beside_a_state_are_the_result() -> None:
    document = {"counts": {"01": 3}, "statevector": [[1, 0]]}
    assert decode(json.dumps(document).encode(), QSIM).counts() == {"10": 3}


def test_braket_s_other_result_types() -> None:
    types = [{"type": {"type": "expectation", "observable": ["z"], "targets": [0]}, "value": 0.5}]
    found = decode(json.dumps({"resultTypes": types, "measurements": None}).encode(), BRAKET)
    assert type(found) is Document
    assert found.data["resultTypes"][0]["value"] == 0.5
    shots = {"resultTypes": types, "measurements": [[1, 0]], "measuredQubits": [0, 1]}
    assert decode(json.dumps(shots).encode(), BRAKET).counts() == {"01": 1}


def test_resource_estimates_are_handed_out_as_they_are() -> None:
    estimate = {"status": "success", "jobParams": {}, "physicalCounts": {"physicalQubits": 12}}
    found = decode(json.dumps(estimate).encode(), ESTIMATES)
    assert (found.data, found.format, found.holds, found.failure) == (estimate, ESTIMATES, "resource estimates", "")
    bad = {"status": "error", "message": "too much"}
    good, failed = decode_items(json.dumps([estimate, bad]).encode(), ESTIMATES, [_layout(1), None])
    assert (good.layout, good.failure) == (_layout(1), "")
    assert (failed.holds, failed.failure) == ("a failure", "too much")
    for text in (b"{}", b"[]", b"[1]", b'{"error": {"code": "X", "message": "y"}}', b'{"a": NaN}'):
        with pytest.raises(ResultUnreadable):
            decode_items(text, ESTIMATES)
    with pytest.raises(ResultUnreadable, match="1 results and 2"):
        decode_items(json.dumps(estimate).encode(), ESTIMATES, [None, None])
