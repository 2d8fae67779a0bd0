"""Answers that the real service gave, from its recorded traffic."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from qrelay.errors import ResultUnreadable
from qrelay.program import Layout, Register
from qrelay.results import decode

V2 = "microsoft.quantum-results.v2"


def _answers(shared: Path, name: str, member: str) -> list[bytes]:
    """Bodies of downloads that look like results; the recordings keep them parsed."""
    exchanges = json.loads((shared / "fixtures" / "azure" / name).read_text())["exchanges"]
    found: list[dict[str, Any]] = [
        exchange["response"]
        for exchange in exchanges
        if isinstance(exchange["response"], dict) and member in exchange["response"]
    ]
    assert found, f"{name} holds no answer with {member!r}"
    return [json.dumps(answer).encode() for answer in found]


def test_ghz_on_ionq_by_qir(shared: Path) -> None:
    layout = Layout(3, (Register("c", (0, 1, 2)),), (0, 1, 2), 3)
    for data in _answers(shared, "test_plugins_submit_qiskit_to_ionq.json", "Results"):
        for outcome in (decode(data, V2, layout, 500), decode(data, V2)):
            assert outcome.counts() == {"000": 250, "111": 250}
            assert len(outcome.memory()) == outcome.shots_usable == 500
            assert outcome.per_shot


def test_three_registers_on_rigetti(shared: Path) -> None:
    """Three registers of three bits, X on qubit 0: the first register stands rightmost (azure-quantum-python#361)."""
    layout = Layout(
        9, tuple(Register(name, tuple(range(at, at + 3))) for name, at in (("x", 0), ("y", 3), ("z", 6))), (-1,) * 9, 9
    )
    for data in _answers(shared, "test_qiskit_endianness_submit_to_rigetti.json", "Results"):
        outcome = decode(data, V2, layout, 100)
        assert outcome.counts() == decode(data, V2).counts() == {"000 000 001": 100}
        assert outcome.int_counts() == {1: 100}
        assert outcome.counts("x") == {"001": 100}


def test_ghz_in_ionqs_own_format(shared: Path) -> None:
    for data in _answers(shared, "test_job_submit_ionq.json", "histogram"):
        outcome = decode(data, "ionq.quantum-results.v1", Layout(3, (Register("c", (0, 1, 2)),), (0, 1, 2), 3), 500)
        assert outcome.counts() == {"000": 250, "111": 250}
        assert outcome.probabilities == {"000": 0.5, "111": 0.5}
        without = decode(data, "ionq.quantum-results.v1")
        assert without.probabilities == {"000": 0.5, "111": 0.5}


def test_formats_and_errors_of_the_echo_targets_are_refused_in_words(shared: Path) -> None:
    """The fourth recording has no answer that we read: formats of other names, and the storage's errors in XML."""
    name = "test_session_job_failure_policies_echo_quantinuum.json"
    exchanges = json.loads((shared / "fixtures" / "azure" / name).read_text())["exchanges"]
    bodies = [exchange["response"] for exchange in exchanges]
    formats = {body["outputDataFormat"] for body in bodies if isinstance(body, dict) and "outputDataFormat" in body}
    assert formats == {"honeywell.qir.v1", "invalid_output_format"}
    for format_name in formats:
        with pytest.raises(ResultUnreadable, match=f"'{format_name}'.*it reads {V2}"):
            decode(b"{}", format_name)
    errors = [body.encode() for body in bodies if isinstance(body, str) and "<Error>" in body]
    assert errors
    for body in errors:
        with pytest.raises(ResultUnreadable, match="ContainerNotFound") as caught:
            decode(body, V2)
        assert caught.value.data is body
