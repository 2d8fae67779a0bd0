"""The demo's physics against linear algebra, and the demo itself on the embedded cloud."""

from __future__ import annotations

import io
import math
import re

import numpy as np
import pytest
from qiskit.quantum_info import SparsePauliOp, Statevector
from rich.console import Console
from scipy.linalg import expm

from qrelay import demo
from qrelay.azure import Workspace
from qrelay.cloud import SessionState

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
    with Workspace.local() as account:
        report = demo.walk_through(Console(file=output, width=120, color_system=None), account)
        formats = {job.target: job.record.input_format for job in account.jobs() if job.name == "ghz"}
        (session,) = account.sessions()
        inside = list(session.jobs())
    assert formats == {
        "ionq.simulator": "ionq.circuit.v1",
        "rigetti.sim.qvm": "qir.v1",
        "quantinuum.sim.h2-1e": "honeywell.openqasm.v1",
    }
    for counts in report.ghz.values():
        assert set(counts) == {"000", "111"}
        assert sum(counts.values()) == 1000
    # the whole loop and nothing else ran in the one session, which was closed
    assert len(inside) == 2 * report.iterations
    assert {job.target for job in inside} == {"ionq.simulator"}
    assert session.record.state is SessionState.SUCCEEDED
    assert abs(report.from_probabilities - report.exact) < demo.CHEMICAL_ACCURACY
    assert report.from_probabilities >= report.exact - 1e-9
    # The spread of one shot in each basis, from the trial state itself, over 10,000 shots
    assert report.standard_error == pytest.approx(_standard_error(report.theta), rel=0.1)
    assert abs(report.from_shots - report.exact) < 6 * report.standard_error + demo.CHEMICAL_ACCURACY
    # three GHZ jobs, two circuits an iteration, two for the shots
    assert report.jobs == 3 + 2 * report.iterations + 2
    assert report.requests > 3 * report.jobs
    _told(output.getvalue(), report)


def _told(text: str, report: demo.Report) -> None:
    """The numbers are right and nobody is shown them."""
    listed, _, rest = text.partition("A GHZ state")
    drawn, _, hydrogen = rest.partition("Ground state")
    for target in ("ionq.simulator", "rigetti.sim.qvm", "quantinuum.sim.h2-1e", "pasqal.sim.emu-tn"):
        assert target in listed
    for target, counts in report.ghz.items():
        _, _, picture = drawn.partition(f"{target}  ")
        for bits, count in counts.items():
            assert re.search(rf"^{bits} █+\S* +{count} ", picture, re.MULTILINE), drawn
    assert len(re.findall(r"iteration +\d+ +θ = [+-]\d\.\d{4} +E = -[01]\.\d{6}", hydrogen)) == report.iterations
    from_probabilities, from_shots = report.from_probabilities - report.exact, report.from_shots - report.exact
    for said in (
        f"exact diagonalisation {report.exact:+.6f}",
        f"error {from_probabilities * 1e3:+.2g} mHa, below chemical accuracy",
        f"from 10,000 shots a basis {report.from_shots:+.6f}",
        f"error {from_shots * 1e3:+.3f} mHa, standard error {report.standard_error * 1e3:.3f} mHa",
        f"{report.jobs} jobs in {report.requests} requests",
    ):
        assert said in " ".join(hydrogen.split())


def _standard_error(theta: float) -> float:
    variance = 0.0
    for circuit, term in zip(demo.measured(theta), (demo.z_term, demo.bell_term), strict=True):
        exact = Statevector(circuit.remove_final_measurements(inplace=False)).probabilities_dict()
        mean = sum(p * term(bits) for bits, p in exact.items())
        variance += sum(p * (term(bits) - mean) ** 2 for bits, p in exact.items()) / 10_000
    return math.sqrt(variance)
