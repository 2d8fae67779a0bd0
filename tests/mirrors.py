"""Steps that undo a gate: sampling sees no phases, and a gate with its mirror behind it must give zeros."""

from __future__ import annotations

from math import pi

from qrelay.program.controlled import CONTROLLED, controlled_name
from qrelay.program.definitions import Step
from qrelay.program.gates import GATES

__all__ = ["inverse"]

_OWN_INVERSE = frozenset({"id", "x", "y", "z", "h", "gpi", "swap", "ecr", "cswap", "rccx"})
_PAIRS = {"s": "sdg", "t": "tdg", "sx": "sxdg"}
_PAIRS |= {there: here for here, there in _PAIRS.items()}
_NEGATED = frozenset({"global_phase", "p", "u1", "rx", "ry", "rz", "cu1", "rxx", "ryy", "rzz", "rzx", "xy"})
_FIRST_NEGATED = frozenset({"r", "xx_minus_yy", "xx_plus_yy"})


def inverse(name: str, params: tuple[float, ...] = ()) -> tuple[Step, ...]:
    """The steps that undo a gate, exactly; qubits count within the gate. Raises KeyError for names not in the table."""
    gate = GATES[name]
    qubits = tuple(range(gate.num_qubits))
    if name in CONTROLLED:
        base, controls = CONTROLLED[name]
        return tuple((controlled_name(undo, controls), qubits, a) for undo, _, a in inverse(base, params))
    if name in _OWN_INVERSE:
        return ((name, qubits, params),)
    if name in _PAIRS:
        return ((_PAIRS[name], qubits, ()),)
    if name in _NEGATED:
        return ((name, qubits, (-params[0],)),)
    if name in _FIRST_NEGATED:
        return ((name, qubits, (-params[0], params[1])),)
    if name == "gpi2":
        return ((name, qubits, (params[0] + pi,)),)
    if name == "ms":
        return ((name, qubits, (*params[:2], -params[2])),)
    if name in ("u", "u3", "cu3", "cu"):
        theta, phi, lam, *gamma = params
        return ((name, qubits, (-theta, -lam, -phi, *(-angle for angle in gamma))),)
    steps: list[Step] = []
    for inner, where, angles in reversed(gate.definitions[0](*params)):
        steps += [(undo, tuple(where[q] for q in local), a) for undo, local, a in inverse(inner, angles)]
    return tuple(steps)
