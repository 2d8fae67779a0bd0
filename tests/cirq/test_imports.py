"""Neither framework comes with the other, nor with qrelay itself."""

from __future__ import annotations

import subprocess
import sys

import pytest

_AFTER = "import sys; print(sorted({'qiskit', 'cirq'} & {name.split('.')[0] for name in sys.modules}))"

_CIRQ = """
import cirq, qrelay.cirq, qrelay.cirq.reader
qrelay.encode(cirq.Circuit(cirq.H(cirq.q(0)), cirq.measure(cirq.q(0))), 'qir.v1')"""
_QISKIT = """
import qiskit, qrelay.qiskit
qrelay.encode(qiskit.QuantumCircuit(1, 1), 'qir.v1')"""


@pytest.mark.parametrize(
    ("code", "loaded"),
    [
        ("import qrelay", []),
        (_CIRQ, ["cirq"]),
        (_QISKIT, ["qiskit"]),
    ],
)
def test_a_framework_is_imported_only_for_its_own_circuits(code: str, loaded: list[str]) -> None:
    """Catches seconds of start, and a missing package that nobody asked for."""
    for name in loaded:
        pytest.importorskip(name)
    done = subprocess.run([sys.executable, "-c", f"{code}\n{_AFTER}"], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str(loaded)
