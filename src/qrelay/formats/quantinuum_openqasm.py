"""`quantinuum.openqasm.v1`: OpenQASM 2 in Quantinuum's own words, those of its library hqslib1.inc.

x y z h s sdg t tdg rx ry rz cx cz as everywhere, up to global phases; `v` and `vdg` are turns about X by ±π/2, which
are the roots of X up to one; `zz` is exp(-iπ/4 Z⊗Z), written where an rzz is by π/2 exactly, and `RZZ(θ)` any other:
exp(-iθ/2 Z⊗Z). θ is brought to [-π, π], as machines want it; whole turns are a global phase. What is not among these is
lowered to them; the library has more, all of it made of these anyway.

An `if` compares a register by ==, !=, <= or >=, or one bit by ==.

Sources: the gates that Microsoft's page on the Quantinuum provider lists; the library and the grammar as pytket has
them (github.com/CQCL/tket, pytket/qasm). pytket cuts registers at 32 bits; machines take more, so this is left to them.
"""

from __future__ import annotations

from math import inf, pi

from qrelay.formats.frames import near
from qrelay.formats.openqasm2 import Wording, write_in
from qrelay.formats.openqasm2_guards import Dialect
from qrelay.program import Program

__all__ = ["GATES", "write"]

_FORMAT = "quantinuum.openqasm.v1"

_WORDS = {
    **{name: name for name in ("x", "y", "z", "h", "s", "sdg", "t", "tdg", "rx", "ry", "rz", "cx", "cz")},
    "sx": "v",
    "sxdg": "vdg",
}
GATES = frozenset(_WORDS) | {"rzz"}
"""Gates with a word of their own."""


def _rzz(theta: float) -> tuple[str, tuple[float, ...]]:
    """The word and its angle, whole turns taken off."""
    if theta == pi / 2:
        return "zz", ()
    return "RZZ", (near(theta) if abs(theta) < inf else theta,)


_WORDING = Wording(
    _FORMAT,
    'OPENQASM 2.0;\ninclude "hqslib1.inc";\n',
    _WORDS,
    Dialect(bits=True, orders=True),
    "It compares one register, or one bit, to numbers, in front of gates, resets and measurements; loops must have a"
    " known number of turns, and a measurement into a bit that a condition reads must come last in its branch",
    {"rzz": _rzz},
)


def write(program: Program) -> bytes:
    """Write a program as OpenQASM 2 in Quantinuum's words, as `openqasm2.write_in` does.

    Raises:
        UnsupportedCircuit: for control flow beyond that; names the operation and its index.
    """
    return write_in(program, _WORDING)
