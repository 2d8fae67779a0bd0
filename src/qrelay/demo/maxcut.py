"""The largest cut of a weighted graph by QAOA, a loop of sweeps in Cirq inside one session.

One layer of E. Farhi, J. Goldstone and S. Gutmann, "A Quantum Approximate Optimization Algorithm", arXiv:1411.4028:
from the uniform superposition, exp(-iγC), where C is the weight of the edges that are cut, then exp(-iβX) on every
vertex. No two edges weigh the same, so vertices that change places on the way change the figures.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from rich.console import Console

if TYPE_CHECKING:
    import cirq

    from qrelay.cloud import Account

__all__ = ["EDGES", "VERTICES", "MaxCut", "ansatz", "cut_weights", "exact_distribution", "exact_mean", "show_maxcut"]

VERTICES = 5
EDGES = ((0, 1, 1.0), (0, 2, 0.6), (1, 3, 1.4), (2, 3, 0.8), (2, 4, 1.7), (3, 4, 0.5))
"""Pairs of vertices, and what the edge between them weighs."""

_TARGET = "rigetti.sim.qvm"  # answers with single shots
_COARSE, _FINE, _SHOTS = 200, 500, 10_000
_CLOSE = 5.0  # standard errors


@dataclass(frozen=True, slots=True)
class MaxCut:
    """What the loop found. Angles in radians, cuts in the edges' weights.

    Attributes:
        points: angles tried in sweeps.
        gamma, beta: the best of them.
        mean, standard_error: of the cuts that were measured there afterwards, in shots of their own.
        expected: the exact mean there, by numpy.
        attainable: the largest exact mean that one layer has, by numpy.
        largest: the largest cut, by trying all.
        found: the largest one among those shots.
        share, expected_share: how many of them were it, and what is exact.
    """

    points: int
    gamma: float
    beta: float
    mean: float
    standard_error: float
    expected: float
    attainable: float
    largest: float
    found: float
    share: float
    expected_share: float

    @property
    def consistent(self) -> bool:
        """Whether shots and exact figures agree, and the largest cut was among them."""
        return abs(self.mean - self.expected) < _CLOSE * self.standard_error and math.isclose(self.found, self.largest)


def ansatz() -> cirq.Circuit:
    """One layer with the symbols `gamma` and `beta`; vertex i is qubit i and column i of the key `side`."""
    import cirq
    import sympy

    qubits = cirq.LineQubit.range(VERTICES)
    gamma, beta = sympy.symbols("gamma beta")
    return cirq.Circuit(
        cirq.H.on_each(*qubits),
        # ZZ**t multiplies by exp(iπt) where the ends differ
        (cirq.ZZ(qubits[a], qubits[b]) ** (-gamma * weight / math.pi) for a, b, weight in EDGES),
        cirq.rx(2 * beta).on_each(*qubits),
        cirq.measure(*qubits, key="side"),
    )


def cut_weights(sides: NDArray[Any]) -> NDArray[np.float64]:
    """The weight of each row's cut; `sides` holds 0 or 1 a vertex, shape (rows, VERTICES)."""
    total: NDArray[np.float64] = np.sum([weight * (sides[:, a] != sides[:, b]) for a, b, weight in EDGES], axis=0)
    return total


def all_sides() -> NDArray[np.int64]:
    """Every way to put the vertices on two sides, shape (2**VERTICES, VERTICES), vertex 0 the slowest."""
    return np.indices((2,) * VERTICES).reshape(VERTICES, -1).T


def exact_distribution(gamma: float, beta: float) -> NDArray[np.float64]:
    """The probability of each row of `all_sides()` in the state of these angles, by numpy alone."""
    state = np.exp(-1j * gamma * cut_weights(all_sides())) / math.sqrt(2**VERTICES)
    mixer = np.array([[math.cos(beta), -1j * math.sin(beta)], [-1j * math.sin(beta), math.cos(beta)]])
    tensor = state.reshape((2,) * VERTICES)
    for vertex in range(VERTICES):
        tensor = np.moveaxis(np.tensordot(mixer, tensor, axes=(1, vertex)), 0, vertex)
    found: NDArray[np.float64] = np.abs(tensor.reshape(-1)) ** 2
    return found


def exact_mean(gamma: float, beta: float) -> float:
    """The mean cut in the state of these angles, by numpy alone."""
    return float(exact_distribution(gamma, beta) @ cut_weights(all_sides()))


def attainable() -> float:
    """The largest exact mean of one layer: the best of a grid of angles, then Nelder and Mead's way up from there."""
    from scipy.optimize import minimize

    grid = [(gamma, beta) for gamma in np.linspace(0, math.pi, 40) for beta in np.linspace(0, math.pi / 2, 40)]
    start = max(grid, key=lambda angles: exact_mean(*angles))
    return -float(minimize(lambda angles: -exact_mean(*angles), start, method="Nelder-Mead").fun)


def show_maxcut(console: Console, account: Account) -> MaxCut:
    """A coarse sweep over both angles, a fine one around its best, then shots at the best of that, all in a session."""
    import cirq

    from qrelay.cirq import Service

    console.rule("The largest cut of a weighted graph, by QAOA in Cirq", align="left")
    console.print(
        f"One layer of Farhi, Goldstone and Gutmann, arXiv:1411.4028. Vertices 0 to {VERTICES - 1};", highlight=False
    )
    console.print(f"edges {', '.join(f'{a}–{b} {weight:g}' for a, b, weight in EDGES)}.", highlight=False)
    console.print(f"Sweeps in one session on {_TARGET}, points side by side:", highlight=False)
    circuit, sampler = ansatz(), Service(account).sampler(_TARGET)
    points = 0

    with sampler.open_session(name="qaoa"):

        def best_of(sweep: cirq.Sweep, repetitions: int) -> tuple[float, float]:
            nonlocal points
            results = sampler.run_sweep(circuit, sweep, repetitions=repetitions)
            points += len(results)
            means = [float(cut_weights(result.measurements["side"]).mean()) for result in results]
            mean, result = max(zip(means, results, strict=True), key=lambda pair: pair[0])
            gamma, beta = (float(result.params.value_of(name)) for name in ("gamma", "beta"))
            best = f"γ = {gamma:.3f}   β = {beta:.3f}   mean cut {mean:.3f}"
            console.print(f"  {len(results)} points of {repetitions} shots, best   {best}", highlight=False)
            return gamma, beta

        gamma, beta = best_of(cirq.Linspace("gamma", 0.3, 1.8, 6) * cirq.Linspace("beta", 0.2, 1.4, 5), _COARSE)
        gamma, beta = best_of(
            cirq.Linspace("gamma", gamma - 0.15, gamma + 0.15, 4) * cirq.Linspace("beta", beta - 0.15, beta + 0.15, 4),
            _FINE,
        )
        # The sweeps chose their own luckiest point, so its mean is measured once more.
        sides = sampler.run(circuit, {"gamma": gamma, "beta": beta}, repetitions=_SHOTS).measurements["side"]

    cuts, every = cut_weights(sides), cut_weights(all_sides())
    largest = float(every.max())
    found = MaxCut(
        points=points,
        gamma=gamma,
        beta=beta,
        mean=float(cuts.mean()),
        standard_error=float(cuts.std(ddof=1) / math.sqrt(len(cuts))),
        expected=exact_mean(gamma, beta),
        attainable=attainable(),
        largest=largest,
        found=float(cuts.max()),
        share=float(np.isclose(cuts, largest).mean()),
        expected_share=float(exact_distribution(gamma, beta)[np.isclose(every, largest)].sum()),
    )
    _tell(console, found)
    return found


def _tell(console: Console, found: MaxCut) -> None:
    off = (found.mean - found.expected) / found.standard_error
    share = f"{found.share:.1%} of them; exact {found.expected_share:.1%}"
    guessed = sum(weight for _, _, weight in EDGES) / 2
    for line in (
        "",
        f"mean cut of {_SHOTS:,} more shots there  {found.mean:.3f} ± {found.standard_error:.3f}",
        f"    exact for these angles           {found.expected:.3f}, off by {off:+.1f} standard errors",
        f"    exact best of one layer          {found.attainable:.3f}; guessing has {guessed:.3f}",
        f"largest cut of all {2**VERTICES} by trying them  {found.largest:.3f}",
        f"    largest cut among the shots      {found.found:.3f}, {share}",
    ):
        console.print(line, highlight=False)
