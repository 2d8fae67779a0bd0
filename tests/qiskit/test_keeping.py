"""A circuit's metadata in its job's: what others may have written there never breaks the reading."""

from __future__ import annotations

import pytest
from qiskit import QuantumCircuit

from qrelay.qiskit.keeping import job_metadata, kept_metadata


def test_there_and_back_beside_what_the_caller_gave() -> None:
    circuit = QuantumCircuit(1, metadata={"run": [1, "é"]})
    kept = job_metadata({"owner": "me"}, circuit)
    assert kept["owner"] == "me"
    assert kept_metadata(kept) == {"run": [1, "é"]}


@pytest.mark.parametrize("text", ["", "{", "[1]", "null", "3"])
def test_anything_else_under_its_name_counts_as_nothing_kept(text: str) -> None:
    assert kept_metadata({"qrelay.circuit": text}) == {}
    assert kept_metadata({}) == {}
