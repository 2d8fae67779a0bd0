"""What circuits may ask for beyond gates and final measurements, and which ways can say it.

A test that needs some of it is right where the way can, and a refusal before any request where it cannot: so neither a
capability nor a refusal can be lost unseen.
"""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["WORDS", "says"]

WORDS = ("midway", "reset", "if", "bit", "several", "else", "nested", "switch", "while")

_NOTHING: frozenset[str] = frozenset()
_MIDWAY = frozenset({"midway", "reset"})
_BRANCHES = _MIDWAY | {"if", "bit", "else", "nested", "switch"}

_SAYS: Mapping[tuple[str, str], frozenset[str]] = {
    ("quantinuum.sim.h2-1e", "qir.v1"): _BRANCHES | {"several"},
    ("quantinuum.sim.helios-1e", "qir.v1"): _BRANCHES | {"several"},
    ("quantinuum.sim.h2-1e", "honeywell.openqasm.v1"): _BRANCHES,
    ("quantinuum.sim.h2-1e", "quantinuum.openqasm.v1"): _BRANCHES,
    ("ibm.qpu.marrakesh", "QISKIT_QPY"): (_BRANCHES | {"several"}) - {"switch"},
}
"""Of targets and formats; of all others nothing. Loops over known values are said by all: they are written out.

midway  a qubit goes on after its measurement
reset   of a qubit that something happened to
if      a gate stands behind a comparison of a register with a number
bit     … of one bit of several
else    as it is called; `nested` is an if in an if
several registers in one condition
switch  as it is called
while   as it is called: a loop that ends by what it measures
"""

_ROUTED = frozenset({"ibm.qpu.marrakesh"})
"""Machines for which Cirq's circuits are routed, which keeps no classical control."""


def says(framework: str, target: str, format_: str) -> frozenset[str]:
    """The words of all that can be said there."""
    found = _SAYS.get((target, format_), _NOTHING)
    return found & _MIDWAY if framework == "cirq" and target in _ROUTED else found
