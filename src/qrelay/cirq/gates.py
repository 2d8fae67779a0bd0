"""What Cirq's gates mean in the gates of the Program's table, global phase included.

A Cirq gate `base**t` with a global shift s is `exp(iπts)` times the base's own power. Big-endian matrices there and
little-endian ones here make no difference: a gate's first qubit is the first one in both.
Source: the classes' own documentation (quantumai.google/reference/python/cirq) and their `cirq.unitary`.
"""

from __future__ import annotations

import cmath
from collections.abc import Callable, Mapping
from math import atan2, pi
from numbers import Complex, Real
from typing import Any, TypeAlias

import cirq
import numpy as np

from qrelay.cirq.symbols import Unresolved, angle_of
from qrelay.program.definitions import Step

__all__ = ["MEANINGS", "SHORT", "TURNS", "Meaning", "Unresolved", "number", "of_matrix"]

Meaning: TypeAlias = tuple[tuple[Step, ...], float]
"""Steps on the gate's own qubits, first step first, and a global phase in radians."""


def number(value: Any) -> float:
    """A parameter as Python's float: NumPy's and SymPy's numbers are rounded to it once. An expression with free
    symbols is an angle that depends on parameters, if the circuit is read symbolically.

    Raises Unresolved if it is not, TypeError for what is no real number.
    """
    if type(value) is float:
        return value
    if getattr(value, "free_symbols", None):
        angle: float = angle_of(value)
        return angle
    if isinstance(value, Complex) and not isinstance(value, Real):
        raise TypeError(f"{value!r} is complex")  # NumPy would drop the imaginary part with a warning
    return float(value)


TURNS: Mapping[type, tuple[str, float | None]] = {
    cirq.Rx: ("rx", None),
    cirq.Ry: ("ry", None),
    cirq.Rz: ("rz", None),
    cirq.XPowGate: ("rx", 0.5),
    cirq.YPowGate: ("ry", 0.5),
    cirq.ZPowGate: ("p", 0.0),
    cirq.CZPowGate: ("cp", 0.0),
    cirq.XXPowGate: ("rxx", 0.5),
    cirq.YYPowGate: ("ryy", 0.5),
    cirq.ZZPowGate: ("rzz", 0.5),
}
"""Shortcut to the commonest rows of `MEANINGS`: a gate by π times the exponent, and the phase of exponent 1.

None stands for a rotation at any exponent. The others are so without a shift, and at exponents not in `SHORT`.
"""

SHORT = frozenset({1.0, -1.0, 0.5, -0.5, 0.25, -0.25})
"""Exponents at which a gate may have a shorter word."""


def _step(name: str, *qubits: int, turn: float | None = None) -> Step:
    return name, qubits, () if turn is None else (turn,)


def _halves(gate: str, half: str, back: str, *qubits: int) -> dict[float, tuple[Step, ...]]:
    """The exponents at which a power has a word of its own; ±1 are the same for all of these gates."""
    whole = (_step(gate, *qubits),)
    return {1.0: whole, -1.0: whole, 0.5: (_step(half, *qubits),), -0.5: (_step(back, *qubits),)}


def _whole(*steps: Step) -> dict[float, tuple[Step, ...]]:
    return {1.0: steps, -1.0: steps}


def _around(outer: str, qubit: int, *inner: Step, back: str = "") -> tuple[Step, ...]:
    return _step(outer, qubit), *inner, _step(back or outer, qubit)


def _power(
    turned: Callable[[float], tuple[Step, ...]],
    fixed: Mapping[float, tuple[Step, ...]],
    own_phase: float = 0.0,
) -> Callable[[Any], Meaning]:
    """A family of powers: `base**t = exp(iπt·own_phase) · turned(πt)`, and `fixed` where there is a shorter word."""

    def meaning(gate: Any) -> Meaning:
        exponent, shift = number(gate.exponent), number(gate.global_shift)
        is_rotation = own_phase and shift == -own_phase
        steps = None if is_rotation else fixed.get(exponent)
        if steps is not None:
            return steps, pi * exponent * shift
        return turned(pi * exponent), pi * exponent * (shift + own_phase)

    return meaning


_x = _power(lambda angle: (_step("rx", 0, turn=angle),), _halves("x", "sx", "sxdg", 0), 0.5)
_y = _power(lambda angle: (_step("ry", 0, turn=angle),), _whole(_step("y", 0)), 0.5)


def _z(gate: Any) -> Meaning:
    exponent, shift = number(gate.exponent), number(gate.global_shift)
    if shift:
        return (_step("rz", 0, turn=pi * exponent),), pi * exponent * (shift + 0.5)
    return _Z_POWERS.get(exponent) or (_step("p", 0, turn=pi * exponent),), 0.0


_Z_POWERS = _halves("z", "s", "sdg", 0) | {0.25: (_step("t", 0),), -0.25: (_step("tdg", 0),)}


def _flip_back(control_phase: Callable[[float], tuple[Step, ...]], target: int) -> Callable[[float], tuple[Step, ...]]:
    """A controlled power of X, made of the controlled power of Z with the same controls."""
    return lambda angle: _around("h", target, *control_phase(angle))


def _cphase(angle: float) -> tuple[Step, ...]:
    return (_step("cp", 0, 1, turn=angle),)


def _ccphase(angle: float) -> tuple[Step, ...]:
    """A phase on |111⟩: x + y - (x xor y) = 2xy, with the phase on the third qubit (Barenco et al., lemma 7.5)."""
    return (
        _step("cp", 1, 2, turn=angle / 2),
        _step("cx", 0, 1),
        _step("cp", 1, 2, turn=-angle / 2),
        _step("cx", 0, 1),
        _step("cp", 0, 2, turn=angle / 2),
    )


_cx = _flip_back(_cphase, 1)
_ccx = _flip_back(_ccphase, 2)
_CX_POWERS = _halves("cx", "csx", "csx", 0, 1)
_CX_POWERS[-0.5] = _around("h", 1, _step("csdg", 0, 1))


def _y_like(x_power: Callable[[float], tuple[Step, ...]], target: int) -> Callable[[float], tuple[Step, ...]]:
    return lambda angle: _around("sdg", target, *x_power(angle), back="s")


def _swap(angle: float) -> tuple[Step, ...]:
    """Between two CX a swap is a CX: so is any power of it."""
    turned = tuple((name, tuple([1 - qubit for qubit in qubits]), params) for name, qubits, params in _cx(angle))
    return _step("cx", 0, 1), *turned, _step("cx", 0, 1)


def _iswap(angle: float) -> tuple[Step, ...]:
    return _step("rxx", 0, 1, turn=-angle / 2), _step("ryy", 0, 1, turn=-angle / 2)


def _phased_iswap(gate: Any) -> Meaning:
    exponent, shift = number(gate.exponent), number(gate.global_shift)
    turned = ("xx_plus_yy", (0, 1), (-pi * exponent, 2 * pi * number(gate.phase_exponent)))
    return (turned,), pi * exponent * shift


def _phased_x(gate: Any) -> Meaning:
    exponent, shift = number(gate.exponent), number(gate.global_shift)
    turned = ("r", (0,), (pi * exponent, pi * number(gate.phase_exponent)))
    return (turned,), pi * exponent * (shift + 0.5)


def _phased_xz(gate: Any) -> Meaning:
    """Z**-a, X**x, Z**a, Z**z in this order, as one gate."""
    x, z, axis = number(gate.x_exponent), number(gate.z_exponent), number(gate.axis_phase_exponent)
    turned = ("u", (0,), (pi * x, pi * (z + axis) - pi / 2, pi / 2 - pi * axis))
    return (turned,), pi * x / 2


def _fsim(gate: Any) -> Meaning:
    theta, phi = number(gate.theta), number(gate.phi)
    return (*_iswap(-2 * theta), _step("cp", 0, 1, turn=-phi)), 0.0


def _phasor(gate: Any) -> Meaning | None:
    """Phases exp(iπ·positive) and exp(iπ·negative) on the string's eigenspaces: what they share is a global phase.

    None for strings with I in them, which Cirq 1.5 to 1.7 take for Z there, against their own documentation: those mean
    what Cirq makes of them.
    """
    positive, negative = number(gate.exponent_pos), number(gate.exponent_neg)
    letters = gate.dense_pauli_string.pauli_mask.tolist()
    if not all(letters) or not letters:
        return None
    term = "".join("IXYZ"[letter] for letter in reversed(letters))
    arguments: Any = (term,), (1.0,), pi * (negative - positive) / 2
    return (("pauliexp", tuple(range(len(term))), arguments),), pi * (negative + positive) / 2


def _identity(gate: Any) -> Meaning:
    return tuple(_step("id", qubit) for qubit in range(cirq.num_qubits(gate))), 0.0


def _global_phase(gate: Any) -> Meaning:
    coefficient = gate.coefficient
    if getattr(coefficient, "free_symbols", None):
        raise Unresolved
    number = complex(coefficient)
    if not cmath.isfinite(number):
        raise TypeError(f"{coefficient!r} is no number")
    return (), cmath.phase(number)


def of_matrix(matrix: Any) -> Meaning:
    """A 2×2 unitary as one `u`, its phase apart."""
    (a, b), (c, d) = np.asarray(matrix, dtype=np.complex128).tolist()
    theta = 2 * atan2(abs(c), abs(a))
    if abs(a) >= abs(c):  # phases are taken from the larger entries, where they are sharp
        phase = cmath.phase(a)
        both = cmath.phase(d) - phase  # φ + λ
        phi = cmath.phase(c) - phase if abs(c) > 1e-12 else 0.0
        return (("u", (0,), (theta, phi, both - phi)),), phase
    low, high = cmath.phase(c), cmath.phase(-b)  # phase + φ, phase + λ
    phase = cmath.phase(a) if abs(a) > 1e-12 else 0.0
    return (("u", (0,), (theta, low - phase, high - phase)),), phase


_CSWAP: Meaning = (_step("cswap", 0, 1, 2),), 0.0

MEANINGS: Mapping[type, Callable[[Any], Meaning | None]] = {
    **dict.fromkeys((cirq.XPowGate, type(cirq.X), cirq.Rx), _x),
    **dict.fromkeys((cirq.YPowGate, type(cirq.Y), cirq.Ry), _y),
    **dict.fromkeys((cirq.ZPowGate, type(cirq.Z), cirq.Rz), _z),
    cirq.HPowGate: _power(
        lambda angle: (_step("ry", 0, turn=-pi / 4), _step("p", 0, turn=angle), _step("ry", 0, turn=pi / 4)),
        _whole(_step("h", 0)),
    ),
    cirq.CXPowGate: _power(_cx, _CX_POWERS),
    cirq.CZPowGate: _power(_cphase, _halves("cz", "cs", "csdg", 0, 1)),
    cirq.CCXPowGate: _power(_ccx, _whole(_step("ccx", 0, 1, 2))),
    cirq.CCZPowGate: _power(_ccphase, _whole(_step("ccz", 0, 1, 2))),
    cirq.SwapPowGate: _power(_swap, _whole(_step("swap", 0, 1))),
    cirq.ISwapPowGate: _power(_iswap, {1.0: (_step("iswap", 0, 1),)}),
    **dict.fromkeys((cirq.XXPowGate, cirq.MSGate), _power(lambda angle: (_step("rxx", 0, 1, turn=angle),), {}, 0.5)),
    cirq.YYPowGate: _power(lambda angle: (_step("ryy", 0, 1, turn=angle),), {}, 0.5),
    cirq.ZZPowGate: _power(lambda angle: (_step("rzz", 0, 1, turn=angle),), {}, 0.5),
    cirq.PhasedXPowGate: _phased_x,
    cirq.PhasedXZGate: _phased_xz,
    cirq.PhasedISwapPowGate: _phased_iswap,
    cirq.FSimGate: _fsim,
    cirq.CSwapGate: lambda _: _CSWAP,
    cirq.PauliStringPhasorGate: _phasor,
    cirq.IdentityGate: _identity,
    cirq.GlobalPhaseGate: _global_phase,
    **{
        kind: _power(_y_like(turned, target), _whole(*fixed))
        for kind, turned, target, fixed in (
            (getattr(cirq, "CYPowGate", None), _cx, 1, (_step("cy", 0, 1),)),
            (getattr(cirq, "CCYPowGate", None), _ccx, 2, _around("sdg", 2, _step("ccx", 0, 1, 2), back="s")),
        )
        if kind is not None  # newer than Cirq 1.5
    },
}
"""By exact type, because a subclass may mean something else. None where Cirq has to take the gate apart."""
