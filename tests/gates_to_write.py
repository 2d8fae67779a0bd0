"""The gates that every format is tried with: all up to four qubits, and of the wider ones a few.

Those come down to CX and turns in every format but IonQ's; tests/program holds all of them against their matrices.
"""

from __future__ import annotations

from qrelay.program.gates import GATES

__all__ = ["NAMES"]

_WIDE = frozenset({"c4x", "c4y", "c4rz", "c5x", "c5rz", "c6h", "c6p"})

NAMES = sorted(
    name for name, gate in GATES.items() if name != "global_phase" and (gate.num_qubits <= 4 or name in _WIDE)
)
