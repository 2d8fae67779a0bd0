"""Exact definitions of gates in terms of other gates, global phase included.

A gate has as many as help: lowering takes whichever costs least in the gates it is given. Each is a function from the
gate's parameters to steps `(name, qubits of the gate, parameters)`, first step first; `global_phase` acts on no qubit.
Which gates a definition uses never depends on the parameters' values. Tests hold every one against its matrix.

Parameters may be expressions that take part in + - * / only: no comparing, no `math`.

Sources: Barenco et al., arXiv:quant-ph/9503016 (controlled gates); Maslov, arXiv:1508.03273 (relative-phase Toffolis);
Maslov, arXiv:1603.07678 (CX from XX); docs.ionq.com, "Getting started with native gates" (gpi, gpi2, ms); `controlled`
has gates with any number of controls.
"""

from __future__ import annotations

from math import pi

from qrelay.program.controlled import CONTROLLED, controlled_definitions
from qrelay.program.identities import (
    CCX,
    CX_BY_MS,
    CX_BY_MS_AND_RZ,
    CX_BY_RXX,
    CX_BY_RXX_AND_RZ,
    CX_BY_RZZ,
    RCCCX,
    RCCX,
    cu3,
    gpi2_around,
    rzx_by_iswap,
    u_by_gpi,
    u_by_gpi2,
    u_by_r,
    u_by_sx,
)
from qrelay.program.steps import Definition, Step
from qrelay.program.steps import around as _around
from qrelay.program.steps import fixed as _fixed
from qrelay.program.steps import phase as _phase
from qrelay.program.steps import step as _g

__all__ = ["DEFINITIONS", "Definition", "Step"]

_LOW, _HIGH, _BOTH, _BACK = (0,), (1,), (0, 1), (1, 0)


DEFINITIONS: dict[str, tuple[Definition, ...]] = {
    "global_phase": (),
    "id": (_fixed(),),
    "x": (
        _fixed(_g("rx", _LOW, pi), _phase(pi / 2)),
        _fixed(_g("u", _LOW, pi, 0.0, pi)),
        _fixed(_g("sx"), _g("sx")),
        _fixed(*_around("h", _LOW, _g("z"))),
        _fixed(_g("gpi", _LOW, 0.0)),
    ),
    "y": (
        _fixed(_g("ry", _LOW, pi), _phase(pi / 2)),
        _fixed(_g("u", _LOW, pi, pi / 2, pi / 2)),
        _fixed(_g("z"), _g("x"), _phase(pi / 2)),
        _fixed(_g("gpi", _LOW, pi / 2)),
    ),
    "z": (
        _fixed(_g("p", _LOW, pi)),
        _fixed(_g("rz", _LOW, pi), _phase(pi / 2)),
        _fixed(_g("s"), _g("s")),
        _fixed(*_around("h", _LOW, _g("x"))),
    ),
    "h": (
        _fixed(_g("u", _LOW, pi / 2, 0.0, pi)),
        _fixed(_g("z"), _g("ry", _LOW, pi / 2)),
        _fixed(_g("s"), _g("sx"), _g("s"), _phase(-pi / 4)),
        _fixed(_g("rz", _LOW, pi / 2), _g("sx"), _g("rz", _LOW, pi / 2), _phase(pi / 4)),
        _fixed(_g("gpi2", _LOW, pi / 2), _g("gpi", _LOW, 0.0)),
    ),
    "s": (
        _fixed(_g("p", _LOW, pi / 2)),
        _fixed(_g("rz", _LOW, pi / 2), _phase(pi / 4)),
        _fixed(_g("t"), _g("t")),
    ),
    "sdg": (
        _fixed(_g("p", _LOW, -pi / 2)),
        _fixed(_g("rz", _LOW, -pi / 2), _phase(-pi / 4)),
        _fixed(_g("s"), _g("z")),
    ),
    "t": (_fixed(_g("p", _LOW, pi / 4)), _fixed(_g("rz", _LOW, pi / 4), _phase(pi / 8))),
    "tdg": (
        _fixed(_g("p", _LOW, -pi / 4)),
        _fixed(_g("rz", _LOW, -pi / 4), _phase(-pi / 8)),
        _fixed(_g("t"), _g("sdg")),
    ),
    "sx": (
        _fixed(_g("rx", _LOW, pi / 2), _phase(pi / 4)),
        _fixed(*_around("h", _LOW, _g("s"))),
        _fixed(_g("gpi2", _LOW, 0.0), _phase(pi / 4)),
    ),
    "sxdg": (
        _fixed(_g("rx", _LOW, -pi / 2), _phase(-pi / 4)),
        _fixed(*_around("h", _LOW, _g("sdg"))),
        _fixed(_g("sx"), _g("x")),
        _fixed(_g("gpi2", _LOW, pi), _phase(-pi / 4)),
    ),
    "p": (
        lambda lam: (_g("rz", _LOW, lam), _phase(lam / 2)),
        lambda lam: (_g("u1", _LOW, lam),),
        lambda lam: (_g("u", _LOW, 0.0, 0.0, lam),),
    ),
    "u1": (lambda lam: (_g("p", _LOW, lam),),),
    "rx": (
        lambda theta: (_g("r", _LOW, theta, 0.0),),
        lambda theta: (_g("u", _LOW, theta, -pi / 2, pi / 2),),
        lambda theta: _around("h", _LOW, _g("rz", _LOW, theta)),
        lambda theta: _around("s", _LOW, _g("ry", _LOW, theta), back="sdg"),
    ),
    "ry": (
        lambda theta: (_g("r", _LOW, theta, pi / 2),),
        lambda theta: (_g("u", _LOW, theta, 0.0, 0.0),),
        lambda theta: _around("sdg", _LOW, _g("rx", _LOW, theta), back="s"),
    ),
    "rz": (
        lambda theta: (_g("p", _LOW, theta), _phase(-theta / 2)),
        lambda theta: _around("h", _LOW, _g("rx", _LOW, theta)),
        lambda theta: (_g("rx", _LOW, -pi / 2), _g("ry", _LOW, theta), _g("rx", _LOW, pi / 2)),
        lambda theta: (_g("gpi", _LOW, 0.0), _g("gpi", _LOW, theta / 2)),
    ),
    "r": (
        lambda theta, phi: (_g("u", _LOW, theta, phi - pi / 2, pi / 2 - phi),),
        lambda theta, phi: (_g("rz", _LOW, -phi), _g("rx", _LOW, theta), _g("rz", _LOW, phi)),
    ),
    "gpi": (
        lambda phi: (_g("r", _LOW, pi, phi), _phase(pi / 2)),
        lambda phi: (_g("u", _LOW, pi, phi, pi - phi),),
        lambda phi: (_g("x"), _g("rz", _LOW, 2 * phi)),
    ),
    "gpi2": (
        lambda phi: (_g("r", _LOW, pi / 2, phi),),
        lambda phi: (_g("rz", _LOW, -phi), _g("rx", _LOW, pi / 2), _g("rz", _LOW, phi)),
    ),
    "u": (
        lambda theta, phi, lam: (_g("u3", _LOW, theta, phi, lam),),
        lambda theta, phi, lam: (
            _g("rz", _LOW, lam),
            _g("ry", _LOW, theta),
            _g("rz", _LOW, phi),
            _phase((phi + lam) / 2),
        ),
        u_by_sx,
        lambda theta, phi, lam: (
            _g("rz", _LOW, lam - pi / 2),
            _g("rx", _LOW, theta),
            _g("rz", _LOW, phi + pi / 2),
            _phase((phi + lam) / 2),
        ),
        lambda theta, phi, lam: (
            _g("r", _LOW, theta, pi / 2 - lam),
            _g("rz", _LOW, phi + lam),
            _phase((phi + lam) / 2),
        ),
        u_by_r,
        u_by_gpi,
        u_by_gpi2,
    ),
    "u2": (
        lambda phi, lam: (_g("u", _LOW, pi / 2, phi, lam),),
        lambda phi, lam: (
            _g("gpi2", _LOW, -pi / 2 - lam),
            _g("gpi", _LOW, (phi - lam - pi) / 2),
            _phase((phi + lam + pi) / 2),
        ),
    ),
    "u3": (lambda theta, phi, lam: (_g("u", _LOW, theta, phi, lam),),),
    "cx": (
        _fixed(*_around("h", _HIGH, _g("cz", _BOTH))),
        _fixed(*CX_BY_RXX),
        _fixed(*CX_BY_RXX_AND_RZ),
        _fixed(_g("sdg"), _g("sxdg", _HIGH), _g("ecr", _BOTH), _g("x"), _phase(pi / 4)),
        _fixed(*CX_BY_MS),
        _fixed(*CX_BY_MS_AND_RZ),
        _fixed(*CX_BY_RZZ),
    ),
    "cy": (_fixed(*_around("sdg", _HIGH, _g("cx", _BOTH), back="s")),),
    "cz": (
        _fixed(*_around("h", _HIGH, _g("cx", _BOTH))),
        _fixed(_g("rzz", _BOTH, pi / 2), _g("sdg"), _g("sdg", _HIGH), _phase(pi / 4)),
        _fixed(_g("cp", _BOTH, pi)),
    ),
    "ch": (_fixed(_g("ry", _HIGH, -pi / 4), _g("cz", _BOTH), _g("ry", _HIGH, pi / 4)),),
    "cs": (_fixed(_g("cp", _BOTH, pi / 2)),),
    "csdg": (_fixed(_g("cp", _BOTH, -pi / 2)),),
    "csx": (_fixed(*_around("h", _HIGH, _g("cs", _BOTH))),),
    "cp": (
        lambda lam: (_g("cu1", _BOTH, lam),),
        lambda lam: (_g("p", _LOW, lam / 2), _g("crz", _BOTH, lam)),
        lambda lam: (
            _g("p", _LOW, lam / 2),
            _g("p", _HIGH, lam / 2),
            _g("rzz", _BOTH, -lam / 2),
            _phase(-lam / 4),
        ),
        lambda lam: (
            _g("p", _LOW, lam / 2),
            _g("cx", _BOTH),
            _g("p", _HIGH, -lam / 2),
            _g("cx", _BOTH),
            _g("p", _HIGH, lam / 2),
        ),
    ),
    "cu1": (lambda lam: (_g("cp", _BOTH, lam),),),
    "crx": (lambda theta: _around("h", _HIGH, _g("crz", _BOTH, theta)),),
    "cry": (
        lambda theta: (
            _g("ry", _HIGH, theta / 2),
            _g("cx", _BOTH),
            _g("ry", _HIGH, -theta / 2),
            _g("cx", _BOTH),
        ),
        lambda theta: _around("sdg", _HIGH, _g("crx", _BOTH, theta), back="s"),
    ),
    "crz": (
        lambda theta: (_g("rz", _HIGH, theta / 2), _g("rzz", _BOTH, -theta / 2)),
        lambda theta: (
            _g("rz", _HIGH, theta / 2),
            _g("cx", _BOTH),
            _g("rz", _HIGH, -theta / 2),
            _g("cx", _BOTH),
        ),
    ),
    "cu3": (cu3,),
    "cu": (lambda theta, phi, lam, gamma: (_g("p", _LOW, gamma), _g("cu3", _BOTH, theta, phi, lam)),),
    "swap": (_fixed(_g("cx", _BOTH), _g("cx", _BACK), _g("cx", _BOTH)),),
    "iswap": (
        _fixed(_g("rxx", _BOTH, -pi / 2), _g("ryy", _BOTH, -pi / 2)),
        _fixed(_g("s"), _g("s", _HIGH), _g("h"), _g("cx", _BOTH), _g("cx", _BACK), _g("h", _HIGH)),
        _fixed(_g("xy", _BOTH, pi)),
    ),
    "dcx": (_fixed(_g("cx", _BOTH), _g("cx", _BACK)),),
    "ecr": (
        _fixed(_g("s"), _g("sx", _HIGH), _g("cx", _BOTH), _g("x"), _phase(-pi / 4)),
        _fixed(_g("rzx", _BOTH, pi / 4), _g("x"), _g("rzx", _BOTH, -pi / 4)),
    ),
    "rxx": (
        lambda theta: _around("h", _BOTH, _g("rzz", _BOTH, theta)),
        lambda theta: (_g("ms", _BOTH, 0.0, 0.0, theta),),
        lambda theta: gpi2_around(_BOTH, -pi / 2, _g("rzz", _BOTH, theta)),
        lambda theta: (_g("xy", _BOTH, -theta), _g("x"), _g("xy", _BOTH, -theta), _g("x")),
    ),
    "ryy": (
        lambda theta: _around("sx", _BOTH, _g("rzz", _BOTH, theta), back="sxdg"),
        lambda theta: (_g("ms", _BOTH, pi / 2, pi / 2, theta),),
        lambda theta: gpi2_around(_BOTH, 0.0, _g("rzz", _BOTH, theta)),
    ),
    "rzz": (
        lambda theta: (_g("cx", _BOTH), _g("rz", _HIGH, theta), _g("cx", _BOTH)),
        lambda theta: _around("h", _BOTH, _g("rxx", _BOTH, theta)),
        lambda theta: _around("h", _HIGH, _g("rzx", _BOTH, theta)),
        lambda theta: gpi2_around(_BOTH, pi / 2, _g("rxx", _BOTH, theta)),
    ),
    "rzx": (
        lambda theta: _around("h", _HIGH, _g("rzz", _BOTH, theta)),
        lambda theta: gpi2_around(_HIGH, -pi / 2, _g("rzz", _BOTH, theta)),
        lambda theta: gpi2_around(_LOW, pi / 2, _g("rxx", _BOTH, theta)),
        rzx_by_iswap,
    ),
    "ms": (
        lambda phi0, phi1, theta: (
            _g("rz", _LOW, -phi0),
            _g("rz", _HIGH, -phi1),
            _g("rxx", _BOTH, theta),
            _g("rz", _LOW, phi0),
            _g("rz", _HIGH, phi1),
        ),
        lambda phi0, phi1, theta: (
            _g("gpi2", _LOW, phi0 - pi / 2),
            _g("gpi2", _HIGH, phi1 - pi / 2),
            _g("rzz", _BOTH, theta),
            _g("gpi2", _LOW, phi0 + pi / 2),
            _g("gpi2", _HIGH, phi1 + pi / 2),
        ),
    ),
    "xy": (lambda theta: (_g("xx_plus_yy", _BOTH, -theta, 0.0),),),
    "xx_minus_yy": (
        lambda theta, beta: (
            _g("rz", _HIGH, -beta),
            _g("rxx", _BOTH, theta / 2),
            _g("ryy", _BOTH, -theta / 2),
            _g("rz", _HIGH, beta),
        ),
    ),
    "xx_plus_yy": (
        lambda theta, beta: (
            _g("rz", _LOW, beta),
            _g("rxx", _BOTH, theta / 2),
            _g("ryy", _BOTH, theta / 2),
            _g("rz", _LOW, -beta),
        ),
        lambda theta, beta: (_g("rz", _LOW, beta), _g("xy", _BOTH, -theta), _g("rz", _LOW, -beta)),
    ),
    "ccx": (_fixed(*CCX), _fixed(*_around("h", (2,), _g("ccz", (0, 1, 2))))),
    "ccz": (_fixed(*_around("h", (2,), _g("ccx", (0, 1, 2)))),),
    "cswap": (_fixed(_g("cx", (2, 1)), _g("ccx", (0, 1, 2)), _g("cx", (2, 1))),),
    "rccx": (_fixed(*RCCX),),
    "rcccx": (_fixed(*RCCCX),),
}
for _name, (_base, _controls) in CONTROLLED.items():
    DEFINITIONS[_name] = (*DEFINITIONS.get(_name, ()), *controlled_definitions(_base, _controls))
