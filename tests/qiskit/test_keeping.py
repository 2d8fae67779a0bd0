"""A circuit's metadata in its job's: what others may have written there never breaks the reading."""

from __future__ import annotations

import pytest
from qiskit import QuantumCircuit

from qrelay.cloud import Target
from qrelay.qiskit.keeping import job_metadata, kept_metadata

KEEPING = Target("t", "p", available=True, status="Available")


def test_there_and_back_beside_what_the_caller_gave() -> None:
    circuit = QuantumCircuit(1, metadata={"run": [1, "é"]})
    kept = job_metadata({"owner": "me"}, circuit, KEEPING)
    assert kept["owner"] == "me"
    assert kept_metadata(kept) == {"run": [1, "é"]}


def test_nothing_is_sent_to_a_service_that_keeps_nothing() -> None:
    forgetful = Target("t", "p", available=True, status="Available", keeps_metadata=False)
    assert job_metadata(None, QuantumCircuit(1, metadata={"run": 1}), forgetful) == {}
    assert job_metadata({"owner": "me"}, QuantumCircuit(1, metadata={"run": 1}), forgetful) == {"owner": "me"}


@pytest.mark.parametrize("text", ["", "{", "[1]", "null", "3"])
def test_anything_else_under_its_name_counts_as_nothing_kept(text: str) -> None:
    assert kept_metadata({"qrelay.circuit": text}) == {}
    assert kept_metadata({}) == {}
