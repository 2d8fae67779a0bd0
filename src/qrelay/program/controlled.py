"""Gates with one to seven controls: how they are called, and what they are made of.

IonQ takes seven controls on any gate of one qubit, so the table goes as far. Controls come first, the target last.

Sources: Barenco et al., arXiv:quant-ph/9503016 (controlled gates from fewer controls); Welch et al., arXiv:1306.3991
(diagonal operators as parities in Gray-code order, one CX for each).
"""

from __future__ import annotations

from collections.abc import Callable
from math import pi

from qrelay.program.steps import Definition, Step, around, fixed, step

__all__ = ["CONTROLLABLE", "CONTROLLED", "MOST_CONTROLS", "controlled_definitions", "controlled_name", "phase_on_ones"]

CONTROLLABLE = ("x", "y", "z", "h", "s", "sdg", "t", "tdg", "sx", "sxdg", "p", "rx", "ry", "rz")
"""Gates that the table has with controls, by the name without."""

MOST_CONTROLS = 7


def controlled_name(base: str, controls: int) -> str:
    """What `base` is called with so many controls: `cp`, `c2p`, `c3p`; the two old names are `ccx` and `ccz`.

    Names are of gates of the table only if `base` is one of CONTROLLABLE and `controls` at most MOST_CONTROLS.
    """
    if controls == 0:
        return base
    if controls == 1:
        return f"c{base}"
    return f"cc{base}" if controls == 2 and base in ("x", "z") else f"c{controls}{base}"


CONTROLLED: dict[str, tuple[str, int]] = {
    controlled_name(base, controls): (base, controls)
    for controls in range(1, MOST_CONTROLS + 1)
    for base in CONTROLLABLE
}
"""The name of every controlled gate → the gate without controls, and their number."""


def _gray_code(name: str, top: int, share: float) -> list[Step]:
    """`name` by ±share on every parity of qubit `top` with those below, in Gray-code order: 2^top CX, or none.

    The sign is that of the parity in the product of the bits: a product is a signed sum over parities.
    """
    steps: list[Step] = []
    parity = 0
    for count in range(1 << top):
        steps.append(step(name, (top,), -share if parity.bit_count() % 2 else share))
        if top:
            last = count + 1 == 1 << top
            flip = top - 1 if last else ((count + 1) & -(count + 1)).bit_length() - 1
            parity ^= 1 << flip
            steps.append(step("cx", (flip, top)))
    return steps


def phase_on_ones(size: int, angle: float) -> tuple[Step, ...]:
    """A phase on |1…1⟩ of `size` qubits, from all their parities: 2^size - 2 CX."""
    share = angle / 2 ** (size - 1)
    return tuple([one for top in range(size) for one in _gray_code("p", top, share)])


def controlled_definitions(base: str, controls: int) -> tuple[Definition, ...]:
    """Ways to write the gate that hold for any number of controls."""
    qubits, target = tuple(range(controls + 1)), (controls,)

    def same(other: str, *params: float) -> Step:
        """Another gate with the same controls and target."""
        return step(controlled_name(other, controls), qubits, *params)

    def twice(turn: str) -> Definition:
        """Half a turn, and half a turn back if no control says otherwise."""
        return lambda theta: (
            step(turn, target, theta / 2),
            same("x"),
            step(turn, target, -theta / 2),
            same("x"),
        )

    phases = {"z": pi, "s": pi / 2, "sdg": -pi / 2, "t": pi / 4, "tdg": -pi / 4}
    rows: dict[str, Callable[[], tuple[Definition, ...]]] = {
        "x": lambda: (
            fixed(*around("h", target, same("z"))),
            fixed(step("gpi2", target, -pi / 2), same("z"), step("gpi2", target, pi / 2)),
        ),
        "y": lambda: (fixed(*around("sdg", target, same("x"), back="s")),),
        "z": lambda: (
            fixed(*around("h", target, same("x"))),
            fixed(step("gpi2", target, pi / 2), same("x"), step("gpi2", target, -pi / 2)),
        ),
        "h": lambda: (fixed(step("ry", target, -pi / 4), same("z"), step("ry", target, pi / 4)),),
        "sx": lambda: (fixed(*around("h", target, same("s"))),),
        "sxdg": lambda: (fixed(*around("h", target, same("sdg"))),),
        "p": lambda: (
            lambda lam: phase_on_ones(controls + 1, lam),
            lambda lam: (step(controlled_name("p", controls - 1), qubits[:-1], lam / 2), same("rz", lam)),
        ),
        "rx": lambda: (lambda theta: around("h", target, same("rz", theta)),),
        "ry": lambda: (
            twice("ry"),
            lambda theta: around("sdg", target, same("rx", theta), back="s"),
            lambda theta: (
                step("gpi2", target, 0.0),
                same("rz", theta),
                step("gpi2", target, pi),
            ),
        ),
        "rz": lambda: (
            lambda theta: _gray_code("rz", controls, theta / 2**controls),
            twice("rz"),
        ),
    }
    made = rows[base]() if base in rows else ()
    return (*made, fixed(same("p", phases[base]))) if base in phases else made
