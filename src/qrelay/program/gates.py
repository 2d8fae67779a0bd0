"""The one gate table: what each gate is called, acts on, means, and is made of.

Names are OpenQASM 3's (stdgates.inc) and, beyond those, the ones of Qiskit's standard mapping. `ALIASES` has other
spellings of the same gates.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass

from qrelay.program.definitions import DEFINITIONS, Definition, Step
from qrelay.program.matrices import MATRICES, Matrix

__all__ = ["ALIASES", "GATES", "Gate", "inverse"]

ALIASES = {"CX": "cx", "phase": "p", "cphase": "cp", "gphase": "global_phase", "v": "sx", "vdg": "sxdg", "cnot": "cx"}
"""Other names of gates in the table, which lowering takes too. Not OpenQASM 3's `U`: `u` lacks its phase of θ/2."""


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
    count = _num_params(name)
    size = MATRICES[name](*(0.0,) * count).shape[0]
    return Gate(name, size.bit_length() - 1, count, MATRICES[name], DEFINITIONS[name])


GATES: dict[str, Gate] = {name: _row(name) for name in MATRICES}
"""Every gate by name."""

_OWN_INVERSE = frozenset(
    {"id", "x", "y", "z", "h", "cx", "cy", "cz", "ch", "swap", "ecr", "ccx", "ccz", "cswap", "rccx"}
)
_OWN_INVERSE |= {"c3x", "c4x"}
_PAIRS = {"s": "sdg", "t": "tdg", "sx": "sxdg", "cs": "csdg"}
_PAIRS |= {there: here for here, there in _PAIRS.items()}
_NEGATED = frozenset(
    {"global_phase", "p", "u1", "rx", "ry", "rz", "cp", "cu1", "crx", "cry", "crz", "rxx", "ryy", "rzz", "rzx"}
)
_FIRST_NEGATED = frozenset({"r", "xx_minus_yy", "xx_plus_yy"})


def inverse(name: str, params: tuple[float, ...] = ()) -> tuple[Step, ...]:
    """The steps that undo a gate, exactly; qubits count within the gate. Raises KeyError for names not in the table."""
    gate = GATES[name]
    qubits = tuple(range(gate.num_qubits))
    if name in _OWN_INVERSE:
        return ((name, qubits, ()),)
    if name in _PAIRS:
        return ((_PAIRS[name], qubits, ()),)
    if name in _NEGATED:
        return ((name, qubits, (-params[0],)),)
    if name in _FIRST_NEGATED:
        return ((name, qubits, (-params[0], params[1])),)
    if name in ("u", "u3", "cu3", "cu"):
        theta, phi, lam, *gamma = params
        return ((name, qubits, (-theta, -lam, -phi, *(-angle for angle in gamma))),)
    steps: list[Step] = []
    for inner, where, angles in reversed(gate.definitions[0](*params)):
        steps += [(undo, tuple(where[q] for q in local), a) for undo, local, a in inverse(inner, angles)]
    return tuple(steps)
