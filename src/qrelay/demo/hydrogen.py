"""The ground-state energy of the hydrogen molecule, by a variational loop in Qiskit inside one session.

The Hamiltonian is the two-qubit one of P. J. J. O'Malley et al., "Scalable Quantum Simulation of Molecular Energies",
Phys. Rev. X 6, 031007 (2016), Table I, row R = 0.75 Å, and the trial state is theirs too: exp(-iθ X₀Y₁) on the
Hartree–Fock state |q₁q₀⟩ = |01⟩. Energies are in hartree and hold the nuclear repulsion.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from rich.console import Console

if TYPE_CHECKING:
    from qiskit import QuantumCircuit

    from qrelay.cloud import Account

__all__ = [
    "CHEMICAL_ACCURACY",
    "Hydrogen",
    "ansatz",
    "bell_term",
    "exact_energy",
    "measured",
    "show_hydrogen",
    "z_term",
]

CHEMICAL_ACCURACY = 1.6e-3
"""Hartree; 1 kcal/mol, the error below which a computed energy is of use to a chemist."""

# Coefficients of 1, Z0, Z1, Z0Z1, X0X1, Y0Y1 in hartree, as printed in the table.
_ONE, _Z0, _Z1, _ZZ, _XX, _YY = 0.2252, 0.3435, -0.4347, 0.5716, 0.0910, 0.0910

_LOOP_TARGET = "ionq.simulator"  # answers with exact probabilities
_SHOT_TARGET = "quantinuum.sim.h2-1e"  # answers with single shots
_SHOTS = 10_000


@dataclass(frozen=True, slots=True)
class Hydrogen:
    """What the loop found. Energies and the standard error in hartree, `theta` in radians."""

    iterations: int
    theta: float
    exact: float
    from_probabilities: float
    from_shots: float
    standard_error: float

    @property
    def accurate(self) -> bool:
        """Whether the energy from exact probabilities is of use to a chemist."""
        return abs(self.from_probabilities - self.exact) < CHEMICAL_ACCURACY


def ansatz(theta: float) -> QuantumCircuit:
    """exp(-iθ X₀Y₁)|01⟩ on two qubits, not measured. `theta` in radians."""
    from qiskit import QuantumCircuit

    circuit = QuantumCircuit(2, name="h2")
    circuit.x(0)
    circuit.h(0)  # X₀ → Z₀
    circuit.rx(math.pi / 2, 1)  # Y₁ → Z₁
    circuit.cx(0, 1)
    circuit.rz(2 * theta, 1)
    circuit.cx(0, 1)
    circuit.rx(-math.pi / 2, 1)
    circuit.h(0)
    return circuit


def measured(theta: float) -> list[QuantumCircuit]:
    """The trial state in two bases: Z for 1, Z₀, Z₁ and Z₀Z₁; Bell for X₀X₁ and Y₀Y₁, which commute with each other."""
    z_basis, bell_basis = ansatz(theta), ansatz(theta)
    bell_basis.cx(0, 1)
    bell_basis.h(0)  # X₀X₁ → Z₀ and Y₀Y₁ → -Z₀Z₁
    for name, circuit in (("h2-z", z_basis), ("h2-bell", bell_basis)):
        circuit.name = name
        circuit.measure_all()
    return [z_basis, bell_basis]


def z_term(bits: str) -> float:
    """What one shot in the Z basis says of the energy; `bits` as Qiskit writes them, qubit 0 rightmost."""
    first, second = _signs(bits)
    return _ONE + _Z0 * first + _Z1 * second + _ZZ * first * second


def bell_term(bits: str) -> float:
    """What one shot in the Bell basis says of the energy."""
    first, second = _signs(bits)
    return _XX * first - _YY * first * second


def _signs(bits: str) -> tuple[int, int]:
    return 1 - 2 * int(bits[-1]), 1 - 2 * int(bits[-2])


def exact_energy() -> float:
    """The lowest eigenvalue of the Hamiltonian, by numpy."""
    one = np.eye(2)
    x, y, z = np.array([[0, 1], [1, 0]]), np.array([[0, -1j], [1j, 0]]), np.diag([1, -1])
    # np.kron's left factor is qubit 1
    terms = (
        (_ONE, one, one),
        (_Z0, one, z),
        (_Z1, z, one),
        (_ZZ, z, z),
        (_XX, x, x),
        (_YY, y, y),
    )
    return float(np.linalg.eigvalsh(sum(weight * np.kron(second, first) for weight, second, first in terms))[0])


def show_hydrogen(console: Console, account: Account) -> Hydrogen:
    """Find the angle of the lowest energy in one session, then measure the energy there shot by shot."""
    from scipy.optimize import minimize_scalar

    from qrelay.qiskit import Provider

    provider = Provider(account)
    console.rule("Ground state of H₂ at R = 0.75 Å", align="left")
    console.print("Hamiltonian of O'Malley et al., Phys. Rev. X 6, 031007 (2016), Table I.", highlight=False)
    console.print(f"A loop in one session on {_LOOP_TARGET}, energies in hartree:", highlight=False)
    exact = exact_energy()
    iterations = 0

    with provider.get_backend(_LOOP_TARGET).open_session(name="h2") as session:

        def energy(theta: float) -> float:
            nonlocal iterations
            outcomes = session.backend.run(measured(theta), shots=_SHOTS).outcomes()
            in_z, in_bell = (_probabilities(outcome.probabilities) for outcome in outcomes)
            value = _mean(in_z, z_term) + _mean(in_bell, bell_term)
            iterations += 1
            console.print(f"  iteration {iterations:2d}   θ = {theta:+.4f}   E = {value:+.6f}", highlight=False)
            return value

        # Brent's bounded search. E(θ) is one sine wave of period π; around Hartree–Fock (θ = 0) it has one minimum.
        found = minimize_scalar(energy, bounds=(-math.pi / 4, math.pi / 4), method="bounded", options={"xatol": 1e-3})
    theta, from_probabilities = float(found.x), float(found.fun)

    job = provider.get_backend(_SHOT_TARGET).run(measured(theta), shots=_SHOTS)
    in_z, in_bell = (outcome.counts() for outcome in job.outcomes())
    from_shots = _mean(in_z, z_term) + _mean(in_bell, bell_term)
    standard_error = math.hypot(_standard_error(in_z, z_term), _standard_error(in_bell, bell_term))

    found_out = Hydrogen(iterations, theta, exact, from_probabilities, from_shots, standard_error)
    _tell(console, found_out)
    return found_out


def _tell(console: Console, found: Hydrogen) -> None:
    by_probabilities = (found.from_probabilities - found.exact) * 1e3
    by_shots = (found.from_shots - found.exact) * 1e3
    verdict = "below" if found.accurate else "NOT below"
    for line in (
        "",
        f"exact diagonalisation      {found.exact:+.6f}",
        f"from exact probabilities   {found.from_probabilities:+.6f}   of {_LOOP_TARGET}",
        f"    error {by_probabilities:+.2g} mHa, {verdict} chemical accuracy, 1.6 mHa",
        f"from {_SHOTS:,} shots a basis  {found.from_shots:+.6f}   of {_SHOT_TARGET}",
        f"    error {by_shots:+.3f} mHa, standard error {found.standard_error * 1e3:.3f} mHa",
        "",
    ):
        console.print(line, highlight=False)


def _probabilities(exact: Mapping[str, float] | None) -> Mapping[str, float]:
    if exact is None:
        raise RuntimeError(f"{_LOOP_TARGET} did not return probabilities")
    return exact


def _mean(weights: Mapping[str, float], value: Callable[[str], float]) -> float:
    """Weighted mean over bit strings; weights are probabilities or counts."""
    return sum(weight * value(bits) for bits, weight in weights.items()) / sum(weights.values())


def _standard_error(counts: Mapping[str, int], value: Callable[[str], float]) -> float:
    """Standard error of the mean, from the sample's own variance."""
    shots, mean = sum(counts.values()), _mean(counts, value)
    spread = sum(count * (value(bits) - mean) ** 2 for bits, count in counts.items())
    return math.sqrt(spread / (shots - 1) / shots)
