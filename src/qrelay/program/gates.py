"""The one gate table: what each gate is called, acts on, means, and is made of.

Names are OpenQASM 3's (stdgates.inc) and, beyond those, the ones of Qiskit's standard mapping. `ALIASES` has other
spellings of the same gates. Gates with several controls are called as `controlled` says.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass

from qrelay.program.controlled import CONTROLLED
from qrelay.program.definitions import DEFINITIONS, Definition
from qrelay.program.matrices import MATRICES, Matrix

__all__ = ["ALIASES", "GATES", "MACHINES_WORDS", "Gate"]

ALIASES = {"CX": "cx", "phase": "p", "cphase": "cp", "gphase": "global_phase", "v": "sx", "vdg": "sxdg", "cnot": "cx"}
ALIASES |= {"prx": "r"}
"""Other names of gates in the table, which lowering takes too. Not OpenQASM 3's `U`: `u` lacks its phase of θ/2."""

MACHINES_WORDS = {
    "cnot": "cx", "i": "id", "si": "sdg", "ti": "tdg", "v": "sx", "vi": "sxdg", "not": "x", "phaseshift": "p",
    "cphaseshift": "cp", "ccnot": "ccx", "cv": "csx", "xx": "rxx", "yy": "ryy", "zz": "rzz", "prx": "r",
}  # fmt: skip
"""What vendors call gates of the table where they list what a machine has. In a circuit these words may mean others."""


@dataclass(frozen=True, slots=True)
class Gate:
    """One gate.

    Attributes:
        matrix: from parameters to the unitary, little-endian: the first qubit is least significant.
        definitions: exact ways to write it in other gates.
    """

    name: str
    num_qubits: int
    num_params: int
    matrix: Callable[..., Matrix]
    definitions: tuple[Definition, ...]


def _num_params(name: str) -> int:
    """Fixed gates are stored as their matrix's `copy`, which counts no parameters."""
    matrix = MATRICES[name]
    return 0 if inspect.isbuiltin(matrix) else len(inspect.signature(matrix).parameters)


def _row(name: str) -> Gate:
    base, controls = CONTROLLED.get(name, (name, 0))
    count = _num_params(base)
    size = MATRICES[base](*(0.0,) * count).shape[0]
    return Gate(name, size.bit_length() - 1 + controls, count, MATRICES[name], DEFINITIONS[name])


GATES: dict[str, Gate] = {name: _row(name) for name in MATRICES}
"""Every gate by name."""
