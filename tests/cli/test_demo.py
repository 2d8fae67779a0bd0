"""The demo's physics against linear algebra, and the demo itself on the embedded cloud."""

from __future__ import annotations

import io
import math

import numpy as np
import pytest
from qiskit.quantum_info import SparsePauliOp, Statevector
from rich.console import Console
from scipy.linalg import expm

from qrelay import demo

HYDROGEN = SparsePauliOp.from_list(
    [("II", 0.2252), ("IZ", 0.3435), ("ZI", -0.4347), ("ZZ", 0.5716), ("XX", 0.0910), ("YY", 0.0910)]
)
ANGLES = np.linspace(-1.3, 1.4, 7)


def test_exact_energy_is_the_lowest_eigenvalue() -> None:
    """Kronecker factors in the wrong order exchange Z0 and Z1 and give another molecule."""
    assert demo.exact_energy() == pytest.approx(np.linalg.eigvalsh(HYDROGEN.to_matrix())[0], abs=1e-12)


@pytest.mark.parametrize("theta", ANGLES)
def test_ansatz_is_the_published_one(theta: float) -> None:
    generator = SparsePauliOp("YX").to_matrix()  # Y on qubit 1, X on qubit 0
    expected = expm(-1j * theta * generator)[:, 1]
    assert abs(np.vdot(expected, Statevector(demo.ansatz(theta)).data)) == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("theta", ANGLES)
def test_two_bases_give_the_whole_energy(theta: float) -> None:
    """A sign lost in the Bell basis moves the minimum, and the loop still converges to something."""
    in_z, in_bell = (
        Statevector(circuit.remove_final_measurements(inplace=False)).probabilities_dict()
        for circuit in demo.measured(theta)
    )
    energy = sum(p * demo.z_term(bits) for bits, p in in_z.items())
    energy += sum(p * demo.bell_term(bits) for bits, p in in_bell.items())
    expected = Statevector(demo.ansatz(theta)).expectation_value(HYDROGEN).real
    assert energy == pytest.approx(expected, abs=1e-12)


def test_demo_does_what_it_says() -> None:
    """A demo that draws constants; probabilities rounded on the way; an error bar that is not one."""
    output = io.StringIO()
    report = demo.run(Console(file=output, width=120, color_system=None))
    for counts in report.ghz.values():
        assert set(counts) == {"000", "111"}
        assert sum(counts.values()) == 1000
    assert abs(report.from_probabilities - report.exact) < demo.CHEMICAL_ACCURACY
    assert report.from_probabilities >= report.exact - 1e-9
    # The spread of one shot in each basis, from the trial state itself, over 10,000 shots
    assert report.standard_error == pytest.approx(_standard_error(report.theta), rel=0.1)
    assert abs(report.from_shots - report.exact) < 6 * report.standard_error + demo.CHEMICAL_ACCURACY
    # three GHZ jobs, two circuits an iteration, two for the shots
    assert report.jobs == 3 + 2 * report.iterations + 2
    assert report.requests > 3 * report.jobs
    text = output.getvalue()
    for target in ("ionq.simulator", "rigetti.sim.qvm", "quantinuum.sim.h2-1e", "pasqal.sim.emu-tn"):
        assert target in text
    assert text.count("iteration") == report.iterations


def _standard_error(theta: float) -> float:
    variance = 0.0
    for circuit, term in zip(demo.measured(theta), (demo.z_term, demo.bell_term), strict=True):
        exact = Statevector(circuit.remove_final_measurements(inplace=False)).probabilities_dict()
        mean = sum(p * term(bits) for bits, p in exact.items())
        variance += sum(p * (term(bits) - mean) ** 2 for bits, p in exact.items()) / 10_000
    return math.sqrt(variance)
