"""Register names that every reader of a textual format accepts.

Writers and decoders both come here, so that a name in the payload and the same name in the answer are made by one rule.
"""

from __future__ import annotations

import re

from qrelay.program.layout import Layout

__all__ = ["QUBIT_REGISTER", "payload_names"]

QUBIT_REGISTER = "q"
"""The one quantum register of a textual payload; no classical register of it has this name."""

_LEGAL = re.compile(r"[a-z][A-Za-z0-9_]{0,62}")
_ILLEGAL_CHARACTER = re.compile(r"[^A-Za-z0-9_]")

# Words with a meaning in OpenQASM 2 or 3 or in their gate libraries, and what services add to answers themselves.
_TAKEN = frozenset(
    f"""{QUBIT_REGISTER} access_token
    openqasm include qreg creg gate opaque barrier measure reset if pi sin cos tan exp ln sqrt
    defcalgrammar def cal defcal extern box let break continue return else end for while switch case default pragma in
    input output const readonly mutable qubit bit bool int uint float angle complex array void duration stretch gphase
    inv pow ctrl negctrl durationof delay true false im tau euler arccos arcsin arctan ceiling floor log mod popcount
    rotl rotr sizeof dim ns us ms s dt nop
    u u0 u1 u2 u3 p cx id x y z h sdg t tdg sx sxdg rx ry rz r cz cy swap ch ccx cswap crx cry crz cu1 cp cu3 csx cu
    rxx ryy rzz rzx rccx rc3x c3x c3sqrtx c3sx c4x cs csdg ccz ecr iswap dcx rcccx mcx phase cphase
    xx_minus_yy xx_plus_yy v vdg zz gpi gpi2""".split()
)


def payload_names(layout: Layout) -> tuple[str, ...]:
    """The payload's name for each of `layout.groups`, in that order.

    A name that is an OpenQASM identifier, no reserved word and no gate's name stays as it is. Any other gets `c_` in
    front and `_` for each character that identifiers do not have; bits outside every register are called `loose`. A
    name that is taken by then gets `_2`, `_3` … behind it. Names that stay are dealt out first: no rename takes one.
    """
    wanted = [name for name, _ in layout.groups]
    used = set(filter(_stays, wanted))
    names: list[str] = []
    settled: set[str] = set()
    copies: dict[str, int] = {}  # the last number tried behind a name: thousands may share one
    for name in wanted:
        if _stays(name) and name not in settled:
            settled.add(name)
            names.append(name)
            continue
        base = f"c_{_ILLEGAL_CHARACTER.sub('_', name)}"[:56] if name else "loose"
        copy = copies.get(base, 1)
        candidate = base if copy == 1 else f"{base}_{copy}"
        while candidate in used:
            copy += 1
            candidate = f"{base}_{copy}"
        copies[base] = copy
        used.add(candidate)
        names.append(candidate)
    return tuple(names)


def _stays(name: str) -> bool:
    return bool(_LEGAL.fullmatch(name)) and name.lower() not in _TAKEN
