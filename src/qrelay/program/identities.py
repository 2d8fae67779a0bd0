"""Longer sequences of gates that `definitions` names: turns made of others, CX from each entangling gate, Toffolis.

The rules and the sources are those of `definitions`, and its tests hold these against matrices too.
"""

from __future__ import annotations

from math import pi

from qrelay.program.steps import Step
from qrelay.program.steps import phase as _phase
from qrelay.program.steps import step as _g

__all__ = [
    "CCX",
    "CX_BY_MS",
    "CX_BY_MS_AND_RZ",
    "CX_BY_RXX",
    "CX_BY_RXX_AND_RZ",
    "CX_BY_RZZ",
    "RCCCX",
    "RCCX",
    "cu3",
    "gpi2_around",
    "rzx_by_iswap",
    "u_by_gpi",
    "u_by_gpi2",
    "u_by_r",
    "u_by_sx",
]

_LOW, _HIGH, _BOTH = (0,), (1,), (0, 1)


def u_by_sx(theta: float, phi: float, lam: float) -> tuple[Step, ...]:
    return (
        _g("rz", _LOW, lam),
        _g("sx"),
        _g("rz", _LOW, theta + pi),
        _g("sx"),
        _g("rz", _LOW, phi + pi),
        _phase((phi + lam + pi) / 2),
    )


def u_by_r(theta: float, phi: float, lam: float) -> tuple[Step, ...]:
    """A turn about an axis of the equator, and half a turn about another one."""
    return (
        _g("r", _LOW, theta - pi, pi / 2 - lam),
        _g("gpi", _LOW, (phi - lam + pi) / 2),
        _phase((phi + lam - pi) / 2),
    )


def u_by_gpi2(theta: float, phi: float, lam: float) -> tuple[Step, ...]:
    """For machines that keep books of turns about Z: these come last, where they are free."""
    return (
        _g("gpi2", _LOW, -lam),
        _g("gpi2", _LOW, -lam - theta - pi),
        _g("rz", _LOW, lam + theta + phi + 2 * pi),
        _phase((phi + lam) / 2 + pi),
    )


def u_by_gpi(theta: float, phi: float, lam: float) -> tuple[Step, ...]:
    return (
        _g("gpi2", _LOW, pi - lam),
        _g("gpi", _LOW, (theta + phi - lam) / 2),
        _g("gpi2", _LOW, pi + phi),
        _phase((phi + lam - pi) / 2),
    )


def rzx_by_iswap(theta: float) -> tuple[Step, ...]:
    """A turn about X between two CZ; an iswap is a CZ, a swap and S on both qubits."""
    turns = _g("sdg"), _g("sdg", _HIGH)
    return (*turns, _g("iswap", _BOTH), _g("rx", _LOW, theta), _g("iswap", _BOTH), *turns)


def gpi2_around(qubits: tuple[int, ...], phi: float, *inner: Step) -> tuple[Step, ...]:
    """Steps between quarter turns about an axis of the equator, and the same turns back."""
    return (*(_g("gpi2", (q,), phi) for q in qubits), *inner, *(_g("gpi2", (q,), phi + pi) for q in qubits))


def cu3(theta: float, phi: float, lam: float) -> tuple[Step, ...]:
    return (
        _g("p", _LOW, (lam + phi) / 2),
        _g("p", _HIGH, (lam - phi) / 2),
        _g("cx", _BOTH),
        _g("u", _HIGH, -theta / 2, 0.0, -(phi + lam) / 2),
        _g("cx", _BOTH),
        _g("u", _HIGH, theta / 2, phi, 0.0),
    )


CX_BY_RXX = (
    _g("ry", _LOW, pi / 2),
    _g("rxx", _BOTH, pi / 2),
    _g("rx", _LOW, -pi / 2),
    _g("rx", _HIGH, -pi / 2),
    _g("ry", _LOW, -pi / 2),
    _phase(-pi / 4),
)

CX_BY_MS = (
    _g("gpi2", _LOW, pi / 2),
    _g("ms", _BOTH, 0.0, 0.0, pi / 2),
    _g("gpi2", _HIGH, pi),
    _g("gpi2", _LOW, pi),
    _g("gpi2", _LOW, -pi / 2),
    _phase(-pi / 4),
)

# the same for machines that keep books of turns about Z: one turn less on the control
CX_BY_RXX_AND_RZ = (
    _g("ry", _LOW, pi / 2),
    _g("rxx", _BOTH, pi / 2),
    _g("ry", _LOW, -pi / 2),
    _g("rx", _HIGH, -pi / 2),
    _g("rz", _LOW, -pi / 2),
    _phase(-pi / 4),
)

CX_BY_MS_AND_RZ = (  # the target's turn is about the axis that ms has there
    _g("gpi2", _LOW, -pi / 2),
    _g("ms", _BOTH, 0.0, 0.0, pi / 2),
    _g("gpi2", _HIGH, 0.0),
    _g("gpi2", _LOW, pi / 2),
    _g("rz", _LOW, pi / 2),
    _phase(pi / 4),
)

CX_BY_RZZ = (
    _g("gpi2", _HIGH, pi / 2),
    _g("rzz", _BOTH, pi / 2),
    _g("gpi2", _HIGH, -pi / 2),
    _g("gpi2", _HIGH, 0.0),
    _g("rz", _LOW, pi / 2),
    _phase(pi / 4),
)

CCX = (
    _g("h", (2,)),
    _g("cx", (1, 2)),
    _g("tdg", (2,)),
    _g("cx", (0, 2)),
    _g("t", (2,)),
    _g("cx", (1, 2)),
    _g("tdg", (2,)),
    _g("cx", (0, 2)),
    _g("t", (1,)),
    _g("t", (2,)),
    _g("h", (2,)),
    _g("cx", (0, 1)),
    _g("t", (0,)),
    _g("tdg", (1,)),
    _g("cx", (0, 1)),
)

RCCX = (
    _g("h", (2,)),
    _g("t", (2,)),
    _g("cx", (1, 2)),
    _g("tdg", (2,)),
    _g("cx", (0, 2)),
    _g("t", (2,)),
    _g("cx", (1, 2)),
    _g("tdg", (2,)),
    _g("h", (2,)),
)

RCCCX = (
    _g("h", (3,)),
    _g("t", (3,)),
    _g("cx", (2, 3)),
    _g("tdg", (3,)),
    _g("h", (3,)),
    _g("cx", (0, 3)),
    _g("t", (3,)),
    _g("cx", (1, 3)),
    _g("tdg", (3,)),
    _g("cx", (0, 3)),
    _g("t", (3,)),
    _g("cx", (1, 3)),
    _g("tdg", (3,)),
    _g("h", (3,)),
    _g("t", (3,)),
    _g("cx", (2, 3)),
    _g("tdg", (3,)),
    _g("h", (3,)),
)
