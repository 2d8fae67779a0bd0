"""Quil that others wrote: its readout, its qubits, and what is no readout of a job."""

from __future__ import annotations

import pytest
from uploads import registers_of

from qrelay.errors import InvalidOption
from qrelay.formats import ready_made


@pytest.mark.parametrize("text", ["X 0\n", "DECLARE c BIT[1]\nMEASURE 0 c[0]\n", "DECLARE ro REAL[1]\nX 0\n"])
def test_quil_without_a_readout_is_refused(text: str) -> None:
    with pytest.raises(InvalidOption, match="readout"):
        ready_made(text)


def test_quil_that_is_odd_and_legal() -> None:
    """Catches lost readout bits, and times, places and classical numbers that are taken for qubits: a machine would be
    called too small for them."""
    declared = "DECLARE ro BIT [ 3 ]; DECLARE n INTEGER[40]\n"
    timed = 'DELAY 0 2000\nPULSE 1 "rf; MEASURE 9 ro[0]" flat(duration: 5)\nMOVE n[3] 77\nADD n 99\nEQ ro[0] n 88\n'
    payload = ready_made(f"  {declared}{timed}\tMEASURE 2 ro [1]\nMEASURE!slow 1 ro[0]\n")
    assert registers_of(payload.layout) == [("ro", [1, 2, -1])]
    assert payload.num_qubits == 3
    for twice in ("DECLARE ro BIT\nDECLARE ro BIT[2]\n", "DECLARE ro BIT[9999999]\n"):
        with pytest.raises(InvalidOption, match="readout memory"):
            ready_made(twice)


def test_quil_beyond_its_readout_is_refused() -> None:
    with pytest.raises(InvalidOption, match=r"ro\[2\]"):
        ready_made("DECLARE ro BIT[2]\nMEASURE 0 ro[2]\n")
