"""Names that classical registers carry inside payloads: the users' own where these are legal, else safe ones.

Writers and readers of one job must agree without talking, so the rule looks at nothing but the Layout.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from qrelay.program.layout import Layout

__all__ = ["QUANTUM_REGISTER", "openqasm2_names"]

QUANTUM_REGISTER = "q"
"""The name of the one quantum register in OpenQASM 2 payloads; no classical register gets it."""

_LEGAL = re.compile(r"[a-z][A-Za-z0-9_]*")

# Grammar, built-in functions and qelib1.inc of OpenQASM 2 (arXiv:1707.03429), the further gates that Qiskit's own
# header has, and the words of OpenQASM 3: readers differ in which of these they keep for themselves.
_RESERVED = frozenset(
    """
    openqasm include qreg creg gate opaque measure reset barrier if pi sin cos tan exp ln sqrt arcsin arccos arctan
    u u0 u1 u2 u3 cx id x y z h s sdg t tdg rx ry rz p sx sxdg v vdg zz cz cy ch ccx crz cu1 cu3 cp crx cry cu csx swap
    cswap rxx ryy rzz rccx rc3x rcccx c3x c3sqrtx c4x iswap ecr dcx r cs csdg ccz xx_minus_yy xx_plus_yy
    gphase inv pow ctrl negctrl bit qubit bool int uint float angle complex array let def defcal defcalgrammar cal input
    output const extern box stretch duration delay durationof sizeof for while in else switch case default break
    continue return end true false pragma tau euler log mod popcount ceiling floor real imag mutable readonly void dim
    access_token
    """.split()  # noqa: SIM905 - a hundred quoted words are harder to read
)


def openqasm2_names(layout: Layout) -> tuple[str, ...]:
    """The payload's names of `layout.groups`, in the same order; all different.

    A name stays as it is when OpenQASM 2 can say it (a lower-case letter, then letters, digits and underscores) and no
    reader keeps it for itself. Any other becomes `c<position>_<what is left of it>`.
    """
    names = [name for name, _ in layout.groups]
    kept = {name for name in names if _fits(name)}
    taken = set(kept)
    chosen: list[str] = []
    for position, name in enumerate(names):
        if name in kept:
            kept.discard(name)  # of two registers of one name the first keeps it
            chosen.append(name)
            continue
        rest = "_".join(_ascii_parts(name))
        fresh = f"c{position}_{rest}" if rest else f"c{position}"
        while fresh in taken or not _fits(fresh):
            fresh += "_"
        taken.add(fresh)
        chosen.append(fresh)
    return tuple(chosen)


def _fits(name: str) -> bool:
    return _LEGAL.fullmatch(name) is not None and name != QUANTUM_REGISTER and name.lower() not in _RESERVED


def _ascii_parts(name: str) -> Iterable[str]:
    return re.findall(r"[A-Za-z0-9]+", name)
