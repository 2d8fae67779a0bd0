"""Steps under any number of controls, exactly, global phase included: under a control it is a relative one.

Only what makes a step differ from the identity needs the controls; what stands around it and cancels does not.
Sources: Barenco et al., arXiv:quant-ph/9503016 (lemmas 7.2, 7.3, 7.5; a gate as A X B X C); Maslov, arXiv:1508.03273
(relative-phase Toffolis in between, whose phases cancel).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from math import pi
from typing import Any

import cirq

from qrelay.program import Operation
from qrelay.program.gates import GATES
from qrelay.program.pauli import pauli_steps

__all__ = ["UNDER_CONTROL", "controlled", "products"]

_FLIPS = ("x", "cx", "ccx", "c3x", "c4x")

# gates that only put a phase on |1…1⟩ of their qubits
_PHASES = {"z": pi, "s": pi / 2, "sdg": -pi / 2, "t": pi / 4, "tdg": -pi / 4, "cz": pi, "cs": pi / 2, "csdg": -pi / 2}
_PHASES["ccz"] = pi

_TURNS = {"rx": "rx", "ry": "ry", "rz": "rz", "crx": "rx", "cry": "ry", "crz": "rz"}
_CONTROLLED_TURNS = {"rx": "crx", "ry": "cry", "rz": "crz"}

UNDER_CONTROL = frozenset(
    {*_FLIPS, *_PHASES, *_TURNS, "p", "cp", "global_phase", "id", "delay", "y", "cy", "h", "ch", "sx", "sxdg", "csx"}
    | {
        "r",
        "u",
        "cu3",
        "gpi",
        "gpi2",
        "ms",
        "swap",
        "cswap",
        "iswap",
        "rxx",
        "ryy",
        "rzz",
        "xx_plus_yy",
        "rccx",
        "pauliexp",
    }
)
"""Names of the steps that `controlled` takes; what it gives are among them."""


def controlled(steps: Iterable[Operation], controls: Sequence[int], free: Iterable[int]) -> list[Operation]:
    """The steps, done where all of the controls are 1. Raises KeyError for a name not in `UNDER_CONTROL`.

    Of the `free` qubits those that a step does not act on may be borrowed for a while; whatever is in them, they get it
    back.
    """
    out: list[Operation] = []
    writing = _Controlled(out, frozenset(free))
    for name, qubits, params in steps:
        writing.step(name, qubits, params, tuple(controls))
    return out


class _Controlled:
    """Writes controlled steps; every method takes the controls first and leaves them as they were."""

    def __init__(self, out: list[Operation], free: frozenset[int]) -> None:
        self._out, self._free = out, free

    def _add(self, name: str, *qubits: int, turn: float | None = None) -> None:
        self._out.append((name, qubits, () if turn is None else (turn,)))

    def step(self, name: str, qubits: tuple[int, ...], params: tuple[float, ...], controls: tuple[int, ...]) -> None:
        """One step of `UNDER_CONTROL`; the gate's own controls join the others."""
        *own, target = qubits or (-1,)
        every = (*controls, *own)
        if name in ("id", "delay"):
            pass
        elif name == "global_phase":
            self.phase(controls, params[0])
        elif name in _FLIPS:
            self.flip(every, target)
        elif name in _PHASES:
            self.phase((*every, target), _PHASES[name])
        elif name in ("p", "cp"):
            self.phase((*every, target), params[0])
        elif name in _TURNS:
            self.turn(_TURNS[name], every, target, params[0])
        elif name in ("y", "cy"):
            self._add("sdg", target)
            self.flip(every, target)
            self._add("s", target)
        elif name in ("h", "ch"):
            self._hadamard(every, target)
        elif name in ("sx", "csx", "sxdg"):
            self._add("h", target)
            self.phase((*every, target), -pi / 2 if name == "sxdg" else pi / 2)
            self._add("h", target)
        elif name == "r":
            theta, phi = params
            self._add("rz", target, turn=-phi)
            self.turn("rx", controls, target, theta)
            self._add("rz", target, turn=phi)
        elif name in ("u", "cu3"):
            self._unitary(every, target, *params)
        elif name == "pauliexp":
            self._paulis(qubits, params, controls)
        elif name in ("gpi", "gpi2", "ms"):
            for inner, local, angles in GATES[name].definitions[0](*params):
                self.step(inner, tuple([qubits[place] for place in local]), angles, controls)
        else:
            self._several(name, qubits, params, controls)

    def _paulis(self, qubits: tuple[int, ...], params: tuple[Any, ...], controls: tuple[int, ...]) -> None:
        """Each term is a turn in the middle of steps that cancel."""
        terms, coefficients, time = params
        for term, coefficient in zip(terms, coefficients, strict=True):
            steps = pauli_steps((term,), (coefficient,), time)
            for place, (name, local, angles) in enumerate(steps):
                where = tuple([qubits[q] for q in local])
                if place == len(steps) // 2:
                    self.step(name, where, angles, controls)
                else:
                    self._out.append((name, where, angles))

    def _several(
        self, name: str, qubits: tuple[int, ...], params: tuple[float, ...], controls: tuple[int, ...]
    ) -> None:
        """Gates on several qubits that are no controlled ones: their middle is controlled."""
        low, high = qubits[-2:]
        if name in ("swap", "cswap"):
            self._add("cx", high, low)
            self.flip((*controls, *qubits[:-2], low), high)
            self._add("cx", high, low)
        elif name in ("rxx", "ryy"):
            outer, back = ("h", "h") if name == "rxx" else ("sx", "sxdg")
            for qubit in qubits:
                self._add(outer, qubit)
            self._several("rzz", qubits, params, controls)
            for qubit in qubits:
                self._add(back, qubit)
        elif name == "rzz":
            self._add("cx", low, high)
            self.turn("rz", controls, high, params[0])
            self._add("cx", low, high)
        elif name == "iswap":
            self._several("rxx", qubits, (-pi / 2,), controls)
            self._several("ryy", qubits, (-pi / 2,), controls)
        elif name == "xx_plus_yy":
            theta, beta = params
            self._add("rz", low, turn=beta)
            self._several("rxx", qubits, (theta / 2,), controls)
            self._several("ryy", qubits, (theta / 2,), controls)
            self._add("rz", low, turn=-beta)
        elif name == "rccx":
            self._relative_toffoli(qubits, controls)
        else:
            raise KeyError(name)

    def _relative_toffoli(self, qubits: tuple[int, ...], controls: tuple[int, ...]) -> None:
        """Maslov's: Y's flip where both are 1, and a sign where the first and the target are 1 and the second is 0."""
        first, second, target = qubits
        self.phase((*controls, first, target), pi)
        self.phase((*controls, first, second), pi / 2)
        self.flip((*controls, first, second), target)

    def _hadamard(self, controls: tuple[int, ...], target: int) -> None:
        if len(controls) == 1:
            self._add("ch", *controls, target)
            return
        self._add("ry", target, turn=-pi / 4)
        self.phase((*controls, target), pi)
        self._add("ry", target, turn=pi / 4)

    def _unitary(self, controls: tuple[int, ...], target: int, theta: float, phi: float, lam: float) -> None:
        if len(controls) == 1:
            self._out.append(("cu3", (*controls, target), (theta, phi, lam)))
            return
        self._add("rz", target, turn=(lam - phi) / 2)
        self.flip(controls, target)
        self._add("rz", target, turn=-(phi + lam) / 2)
        self._add("ry", target, turn=-theta / 2)
        self.flip(controls, target)
        self._add("ry", target, turn=theta / 2)
        self._add("rz", target, turn=phi)
        self.phase(controls, (phi + lam) / 2)

    def turn(self, name: str, controls: tuple[int, ...], target: int, angle: float) -> None:
        """A rotation: half of it, and half of it back where the flips do not turn it round."""
        if len(controls) == 1:
            self._add(_CONTROLLED_TURNS[name], *controls, target, turn=angle)
            return
        if name == "rx":
            self._add("h", target)
            self.turn("rz", controls, target, angle)
            self._add("h", target)
            return
        self._add(name, target, turn=angle / 2)
        self.flip(controls, target)
        self._add(name, target, turn=-angle / 2)
        self.flip(controls, target)

    def phase(self, qubits: tuple[int, ...], angle: float) -> None:
        """A phase where all of the qubits are 1."""
        if len(qubits) < 3:
            self._add(("global_phase", "p", "cp")[len(qubits)], *qubits, turn=angle)
            return
        if angle == pi and len(qubits) == 3:
            self._add("ccz", *qubits)
            return
        if angle == pi and (len(qubits) <= len(_FLIPS) or self._spare(qubits)):
            self._add("h", qubits[-1])
            self.flip(qubits[:-1], qubits[-1])
            self._add("h", qubits[-1])
            return
        *rest, middle, last = qubits
        self._add("cp", middle, last, turn=angle / 2)
        self.flip(tuple(rest), middle)
        self._add("cp", middle, last, turn=-angle / 2)
        self.flip(tuple(rest), middle)
        self.phase((*rest, last), angle / 2)

    def flip(self, controls: tuple[int, ...], target: int) -> None:
        """X on the target where all of the controls are 1."""
        if len(controls) < len(_FLIPS):
            self._add(_FLIPS[len(controls)], *controls, target)
            return
        spare = self._spare((*controls, target))
        if spare:
            self._flip_with(controls, target, spare)
            return
        self._add("h", target)
        self.phase((*controls, target), pi)
        self._add("h", target)

    def _flip_with(self, controls: tuple[int, ...], target: int, spare: Sequence[int]) -> None:
        count = len(controls)
        if count < len(_FLIPS):
            self._add(_FLIPS[count], *controls, target)
        elif len(spare) >= count - 2:
            self._ladder(controls, target, spare)
        else:
            half = (count + 1) // 2
            borrowed, first, second = spare[0], controls[:half], (*controls[half:], spare[0])
            for _ in range(2):
                self._flip_with(first, borrowed, (*controls[half:], target))
                self._flip_with(second, target, first)

    def _ladder(self, controls: tuple[int, ...], target: int, spare: Sequence[int]) -> None:
        """Lemma 7.2: the borrowed qubits carry the conjunction up, twice, so that what was in them cancels."""
        count = len(controls)
        rungs = [(controls[i], spare[i - 2], spare[i - 1]) for i in range(count - 2, 1, -1)]
        middle = [*rungs, (controls[0], controls[1], spare[0]), *reversed(rungs)]
        for _ in range(2):
            self._add("ccx", controls[-1], spare[count - 3], target)
            for rung in middle:
                self._add("rccx", *rung)

    def _spare(self, used: Iterable[int]) -> list[int]:
        return sorted(self._free.difference(used))


def products(values: cirq.ops.AbstractControlValues) -> Iterator[tuple[list[int], list[int]]]:
    """For each product of control values the controls that matter, and the value that each must have."""
    if isinstance(values, cirq.ProductOfSums):
        sums = [set(wanted) for wanted in values]
        chosen = [place for place, wanted in enumerate(sums) if len(wanted) == 1]
        if all(sums):
            yield chosen, [value for place in chosen for value in sums[place]]
        return
    for product in values.expand():
        yield list(range(len(product))), list(product)
