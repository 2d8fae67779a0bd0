"""The matrix that the promises are tested on, and the judges of its answers.

A way is one framework, service, target and format. Tests take `way`, run circuits through all of it (reader, writer,
embedded cloud, decoder) and compare with Aer or with the exact probabilities, none of which pass through our code.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from judges import exact as judge
from qiskit import QuantumCircuit
from qiskit.circuit import Qubit
from qiskit_aer import AerSimulator

from qrelay.azure import Workspace
from qrelay.cloud import Account, Submission
from qrelay.qiskit import Backend, Job, Provider


def pytest_configure(config: pytest.Config) -> None:
    # On Qiskit 1.4, Aer reads a property of circuits that Qiskit 1.4 deprecates.
    config.addinivalue_line("filterwarnings", "ignore::DeprecationWarning:qiskit_aer.backends.aer_compiler")


SERVICES: dict[str, Callable[[Callable[[], str]], Account]] = {
    "azure": lambda new_id: Workspace.local(new_id=new_id),
}

WAYS = (
    ("qiskit", "azure", "ionq.simulator", "ionq.circuit.v1"),
    ("qiskit", "azure", "ionq.simulator", "qir.v1"),
    ("qiskit", "azure", "rigetti.sim.qvm", "qir.v1"),
    ("qiskit", "azure", "quantinuum.sim.h2-1e", "qir.v1"),
    ("qiskit", "azure", "quantinuum.sim.h2-1e", "honeywell.openqasm.v1"),
)


@dataclass(frozen=True)
class Way:
    """One row of the matrix, ready to run Qiskit circuits."""

    service: str
    target: str
    format: str
    account: Account
    backend: Backend

    @property
    def reports_probabilities(self) -> bool:
        return self.format == "ionq.circuit.v1"

    @property
    def rounds_shots_down(self) -> bool:
        """ionq.simulator makes QIR's shots from probabilities, each state's share rounded down."""
        return (self.target, self.format) == ("ionq.simulator", "qir.v1")

    def run(self, circuits: QuantumCircuit | list[QuantumCircuit], **options: Any) -> Job:
        return self.backend.run(circuits, **{"format": self.format, **options})

    def counts(self, circuit: QuantumCircuit, shots: int = 100, **options: Any) -> dict[str, int]:
        counts: dict[str, int] = self.run(circuit, shots=shots, **options).result().get_counts()
        return counts


class Ids:
    """Job ids in an order that each test fixes: the embedded cloud draws its shots by the id."""

    def __init__(self) -> None:
        self._dice = random.Random(0)

    def start(self, test: str) -> None:
        self._dice = random.Random(test)

    def __call__(self) -> str:
        return str(uuid.UUID(int=self._dice.getrandbits(128), version=4))


@pytest.fixture(scope="session")
def ids() -> Ids:
    return Ids()


@pytest.fixture(autouse=True)
def _same_shots_every_time(ids: Ids, request: pytest.FixtureRequest) -> None:
    ids.start(request.node.nodeid)


@pytest.fixture(scope="session")
def accounts(ids: Ids) -> Iterator[dict[str, Account]]:
    opened = {name: make(ids) for name, make in SERVICES.items()}
    yield opened
    for account in opened.values():
        account.close()


def _ways(framework: str) -> list[Any]:
    return [pytest.param(row, id="-".join(row[2:])) for row in WAYS if row[0] == framework]


@pytest.fixture(params=_ways("qiskit"))
def way(request: pytest.FixtureRequest, accounts: dict[str, Account]) -> Way:
    _, service, target, format_ = request.param
    account = accounts[service]
    return Way(service, target, format_, account, Provider(account).get_backend(target))


@pytest.fixture
def account(accounts: dict[str, Account]) -> Account:
    return accounts["azure"]


@pytest.fixture
def provider(account: Account) -> Provider:
    return Provider(account)


@pytest.fixture
def submissions(account: Account, monkeypatch: pytest.MonkeyPatch) -> list[Submission]:
    """Every submission, as it goes to the service; it does go there."""
    seen: list[Submission] = []
    submit = account.service.submit

    async def watched(submission: Submission) -> Any:
        seen.append(submission)
        return await submit(submission)

    monkeypatch.setattr(account.service, "submit", watched)
    return seen


@pytest.fixture
def aer() -> Callable[..., dict[str, int]]:
    """Aer's counts of a circuit, for those with one certain answer."""

    def counts(circuit: QuantumCircuit, shots: int = 100) -> dict[str, int]:
        found: dict[str, int] = AerSimulator(seed_simulator=7).run(circuit, shots=shots).result().get_counts()
        return found

    return counts


def exact_probabilities(circuit: QuantumCircuit) -> dict[str, float]:
    """Probabilities by bit string, from Qiskit's Statevector; measurements must come last on their qubits."""
    measured: set[Qubit] = set()
    for instruction in circuit.data:
        if instruction.name == "measure":
            measured.add(instruction.qubits[0])
        elif instruction.name != "barrier":
            assert measured.isdisjoint(instruction.qubits)
    distribution = judge.memory_distribution(circuit)
    return {judge.qiskit_string(circuit, memory): probability for memory, probability in distribution.items()}


@pytest.fixture
def exact() -> Callable[[QuantumCircuit], dict[str, float]]:
    return exact_probabilities


@pytest.fixture
def assert_fits() -> Callable[[Mapping[str, int], QuantumCircuit], None]:
    """That counts are a likely sample of the circuit's exact probabilities (p > 1e-6)."""

    def check(counts: Mapping[str, int], circuit: QuantumCircuit) -> None:
        probabilities = exact_probabilities(circuit)
        assert judge.p_value(counts, probabilities) > 1e-6, f"{dict(counts)} is no sample of {probabilities}"

    return check
