"""The demo's physics against linear algebra, and the demo itself on the embedded cloud."""

from __future__ import annotations

import io
import itertools
import math
import re

import cirq
import numpy as np
import pytest
from qiskit.quantum_info import SparsePauliOp, Statevector
from rich.console import Console
from scipy.linalg import expm

from qrelay import demo
from qrelay.cloud import SessionState
from qrelay.demo import ghz, hydrogen, maxcut
from qrelay.embedded import embedded

HYDROGEN = SparsePauliOp.from_list(
    [("II", 0.2252), ("IZ", 0.3435), ("ZI", -0.4347), ("ZZ", 0.5716), ("XX", 0.0910), ("YY", 0.0910)]
)
ANGLES = np.linspace(-1.3, 1.4, 7)


def test_exact_energy_is_the_lowest_eigenvalue() -> None:
    """Kronecker factors in the wrong order exchange Z0 and Z1 and give another molecule."""
    assert hydrogen.exact_energy() == pytest.approx(np.linalg.eigvalsh(HYDROGEN.to_matrix())[0], abs=1e-12)


@pytest.mark.parametrize("theta", ANGLES)
def test_ansatz_is_the_published_one(theta: float) -> None:
    generator = SparsePauliOp("YX").to_matrix()  # Y on qubit 1, X on qubit 0
    expected = expm(-1j * theta * generator)[:, 1]
    assert abs(np.vdot(expected, Statevector(hydrogen.ansatz(theta)).data)) == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("theta", ANGLES)
def test_two_bases_give_the_whole_energy(theta: float) -> None:
    """A sign lost in the Bell basis moves the minimum, and the loop still converges to something."""
    in_z, in_bell = (
        Statevector(circuit.remove_final_measurements(inplace=False)).probabilities_dict()
        for circuit in hydrogen.measured(theta)
    )
    energy = sum(p * hydrogen.z_term(bits) for bits, p in in_z.items())
    energy += sum(p * hydrogen.bell_term(bits) for bits, p in in_bell.items())
    expected = Statevector(hydrogen.ansatz(theta)).expectation_value(HYDROGEN).real
    assert energy == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(("gamma", "beta"), [(0.0, 0.3), (0.6, 0.5), (1.9, 1.2), (-0.4, 0.7)])
def test_the_exact_mean_is_that_of_the_circuit(gamma: float, beta: float) -> None:
    """A factor of two in an angle, a vertex in another's place: the loop climbs a hill, and it is another one's."""
    circuit = cirq.drop_terminal_measurements(maxcut.ansatz())
    state = cirq.Simulator(dtype=np.complex128).simulate(circuit, {"gamma": gamma, "beta": beta}).final_state_vector
    # Cirq's first qubit is the most significant
    expected = sum(abs(amplitude) ** 2 * _cut(index) for index, amplitude in enumerate(state))
    assert maxcut.exact_mean(gamma, beta) == pytest.approx(expected, abs=1e-9)
    assert maxcut.exact_distribution(gamma, beta) == pytest.approx(np.abs(state) ** 2, abs=1e-9)


def test_the_graph_tells_every_vertex_from_every_other() -> None:
    """Vertices that may change places let a circuit pass whose qubits did."""
    weights = {frozenset(edge[:2]): edge[2] for edge in maxcut.EDGES}
    for order in itertools.permutations(range(maxcut.VERTICES)):
        moved = {frozenset(order[vertex] for vertex in edge): weight for edge, weight in weights.items()}
        assert (moved == weights) is (order == tuple(range(maxcut.VERTICES)))


def test_demo_does_what_it_says() -> None:
    """A demo that draws constants; probabilities rounded on the way; an error bar that is not one; a corner that is
    another one's under its name."""
    output = io.StringIO()
    with embedded() as (azure, kipu):
        report = demo.walk_through(Console(file=output, width=120, color_system=None), azure, kipu)
        at_azure, at_kipu = list(azure.jobs(name="ghz")), list(kipu.jobs())
        sessions = {session.name: session for session in azure.sessions()}
        inside = {name: list(session.jobs()) for name, session in sessions.items()}
        submitted = sum(1 for account in (azure, kipu) for _ in account.jobs())
        assert report.requests < azure.requests + kipu.requests  # the demo's own, not a constant
    assert report.sound
    assert submitted == report.jobs
    # three in three formats, then one from each framework on either service
    assert sorted((job.target, job.record.input_format) for job in at_azure) == [
        ("ionq.simulator", "ionq.circuit.v1"),
        ("ionq.simulator", "ionq.circuit.v1"),
        ("ionq.simulator", "ionq.circuit.v1"),
        ("quantinuum.sim.h2-1e", "honeywell.openqasm.v1"),
        ("rigetti.sim.qvm", "qir.v1"),
    ]
    assert [(job.target, job.record.input_format, job.name) for job in at_kipu] == [
        ("kipu.sim.qsim", "OPEN_QASM_V2", "ghz")
    ] * 2
    assert [(corner.framework, corner.target, corner.format) for corner in report.corners] == [
        ("Qiskit", "ionq.simulator", "ionq.circuit.v1"),
        ("Qiskit", "kipu.sim.qsim", "OPEN_QASM_V2"),
        ("Cirq", "ionq.simulator", "ionq.circuit.v1"),
        ("Cirq", "kipu.sim.qsim", "OPEN_QASM_V2"),
    ]
    for counts in (*report.formats.values(), *(corner.counts for corner in report.corners)):
        assert set(counts) == {"000", "111"}
        assert sum(counts.values()) == 1000
        assert abs(counts["000"] - 500) < 6 * math.sqrt(250)
    # each loop and nothing else ran in its own session, which was closed
    assert {name: session.record.state for name, session in sessions.items()} == {
        "h2": SessionState.SUCCEEDED,
        "qaoa": SessionState.SUCCEEDED,
    }
    assert [job.target for job in inside["h2"]] == ["ionq.simulator"] * 2 * report.hydrogen.iterations
    assert [job.target for job in inside["qaoa"]] == ["rigetti.sim.qvm"] * (report.maxcut.points + 1)
    # three GHZ jobs and four, two circuits an iteration and two for the shots, the points and one more
    assert report.jobs == 3 + 4 + 2 * report.hydrogen.iterations + 2 + report.maxcut.points + 1
    assert report.requests > 3 * report.jobs
    _hydrogen_is_right(report.hydrogen)
    _maxcut_is_right(report.maxcut)
    _told(output.getvalue(), report)


def test_figures_that_disagree_are_no_success() -> None:
    """A demo that ends well whatever came out."""
    good = maxcut.MaxCut(1, 0.7, 0.4, 4.40, 0.01, 4.41, 4.43, 5.5, 5.5, 0.3, 0.3)
    assert good.consistent
    assert not maxcut.MaxCut(1, 0.7, 0.4, 4.30, 0.01, 4.41, 4.43, 5.5, 5.5, 0.3, 0.3).consistent
    assert not maxcut.MaxCut(1, 0.7, 0.4, 4.40, 0.01, 4.41, 4.43, 5.5, 4.9, 0.3, 0.3).consistent
    assert hydrogen.Hydrogen(1, 0.1, -1.1456, -1.1450, -1.14, 0.01).accurate
    assert not hydrogen.Hydrogen(1, 0.1, -1.1456, -1.1430, -1.14, 0.01).accurate


def test_the_ghz_circuits_are_one_state() -> None:
    """The two frameworks compared on two different circuits."""
    of_qiskit = Statevector(ghz.qiskit_ghz().remove_final_measurements(inplace=False)).data
    of_cirq = cirq.final_state_vector(cirq.drop_terminal_measurements(ghz.cirq_ghz()), dtype=np.complex128)
    expected = np.zeros(8)
    expected[[0, 7]] = math.sqrt(0.5)
    assert of_qiskit == pytest.approx(expected, abs=1e-12)
    assert of_cirq == pytest.approx(expected, abs=1e-12)


def _hydrogen_is_right(found: hydrogen.Hydrogen) -> None:
    assert abs(found.from_probabilities - found.exact) < hydrogen.CHEMICAL_ACCURACY
    assert found.from_probabilities >= found.exact - 1e-9
    # The spread of one shot in each basis, from the trial state itself, over 10,000 shots
    assert found.standard_error == pytest.approx(_standard_error(found.theta), rel=0.1)
    assert abs(found.from_shots - found.exact) < 6 * found.standard_error + hydrogen.CHEMICAL_ACCURACY


def _maxcut_is_right(found: maxcut.MaxCut) -> None:
    """Every figure from Cirq's simulator and plain loops, by no function of the demo's own but the circuit."""
    circuit = cirq.drop_terminal_measurements(maxcut.ansatz())

    def weights(gamma: float, beta: float) -> list[float]:
        state = cirq.Simulator(dtype=np.complex128).simulate(circuit, {"gamma": gamma, "beta": beta})
        return [abs(amplitude) ** 2 for amplitude in state.final_state_vector]

    exact, cuts = weights(found.gamma, found.beta), [_cut(index) for index in range(2**maxcut.VERTICES)]
    mean = sum(p * cut for p, cut in zip(exact, cuts, strict=True))
    spread = math.sqrt(sum(p * (cut - mean) ** 2 for p, cut in zip(exact, cuts, strict=True)) / 10_000)
    share = sum(p for p, cut in zip(exact, cuts, strict=True) if math.isclose(cut, max(cuts)))
    assert found.points == 30 + 16
    assert found.expected == pytest.approx(mean, abs=1e-9)
    assert found.standard_error == pytest.approx(spread, rel=0.1)
    assert abs(found.mean - mean) < 6 * spread
    assert found.largest == found.found == pytest.approx(max(cuts), abs=1e-12)
    assert found.expected_share == pytest.approx(share, abs=1e-9)
    assert abs(found.share - share) < 6 * math.sqrt(share * (1 - share) / 10_000)
    # no angles do better than the best, and the loop came near
    tried = [
        sum(p * cut for p, cut in zip(weights(gamma, beta), cuts, strict=True))
        for gamma in np.linspace(0, math.pi, 13)
        for beta in np.linspace(0, math.pi / 2, 9)
    ]
    assert found.attainable >= max(*tried, mean) - 1e-9
    assert found.expected > 0.93 * found.attainable
    assert found.attainable < found.largest


def _cut(index: int) -> float:
    """The weight that a bit string of sides cuts; vertex 0 is the leftmost bit."""
    sides = f"{index:0{maxcut.VERTICES}b}"
    return sum(weight for a, b, weight in maxcut.EDGES if sides[a] != sides[b])


def _told(text: str, report: demo.Report) -> None:
    """The numbers are right and nobody is shown them."""
    listed, _, rest = text.partition("A GHZ state")
    drawn, _, rest = rest.partition("The same state")
    corners, _, rest = rest.partition("Ground state")
    molecule, _, graph = rest.partition("The largest cut of a weighted graph")
    for target in ("ionq.simulator", "rigetti.sim.qvm", "quantinuum.sim.h2-1e", "pasqal.sim.emu-tn", "kipu.sim.qsim"):
        assert target in listed
    for target, counts in report.formats.items():
        _, _, picture = drawn.partition(f"{target}  ")
        for bits, count in counts.items():
            assert re.search(rf"^{bits} █+\S* +{count} ", picture, re.MULTILINE), drawn
    for corner, service in zip(report.corners, ("Azure Quantum", "Kipu Hub") * 2, strict=True):
        counts = ", ".join(f"{bits}: {count}" for bits, count in corner.counts.items())
        row = rf"^{corner.framework} +{service} +{re.escape(corner.target)} +{re.escape(corner.format)} +{counts} *$"
        assert re.search(row, corners, re.MULTILINE), corners
    found = report.hydrogen
    assert len(re.findall(r"iteration +\d+ +θ = [+-]\d\.\d{4} +E = -[01]\.\d{6}", molecule)) == found.iterations
    from_probabilities, from_shots = found.from_probabilities - found.exact, found.from_shots - found.exact
    for said in (
        f"exact diagonalisation {found.exact:+.6f}",
        f"error {from_probabilities * 1e3:+.2g} mHa, below chemical accuracy",
        f"from 10,000 shots a basis {found.from_shots:+.6f}",
        f"error {from_shots * 1e3:+.3f} mHa, standard error {found.standard_error * 1e3:.3f} mHa",
    ):
        assert said in " ".join(molecule.split())
    cut = report.maxcut
    off = (cut.mean - cut.expected) / cut.standard_error
    for said in (
        "30 points of 200 shots, best γ = ",
        f"16 points of 500 shots, best γ = {cut.gamma:.3f} β = {cut.beta:.3f}",
        f"mean cut of 10,000 more shots there {cut.mean:.3f} ± {cut.standard_error:.3f}",
        f"exact for these angles {cut.expected:.3f}, off by {off:+.1f} standard errors",
        f"exact best of one layer {cut.attainable:.3f}; guessing has 3.000",
        f"largest cut of all 32 by trying them {cut.largest:.3f}",
        f"largest cut among the shots {cut.found:.3f}, {cut.share:.1%} of them; exact {cut.expected_share:.1%}",
        f"{report.jobs} jobs in {report.requests} requests",
    ):
        assert said in " ".join(graph.split()), graph


def _standard_error(theta: float) -> float:
    variance = 0.0
    for circuit, term in zip(hydrogen.measured(theta), (hydrogen.z_term, hydrogen.bell_term), strict=True):
        exact = Statevector(circuit.remove_final_measurements(inplace=False)).probabilities_dict()
        mean = sum(p * term(bits) for bits, p in exact.items())
        variance += sum(p * (term(bits) - mean) ** 2 for bits, p in exact.items()) / 10_000
    return math.sqrt(variance)
