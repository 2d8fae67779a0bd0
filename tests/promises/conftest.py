"""The matrix that the promises are tested on, and the judges of its answers.

A way is one framework, service, target and format. Tests take `way`, run circuits through all of it (reader, writer,
embedded cloud, decoder) and compare with the framework's own simulator or with the exact probabilities, none of which
pass through our code. `way` is every row of `corners.matrix`, `qiskit_way` and `cirq_way` those of one framework.
"""

from __future__ import annotations

import hashlib
import random
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest
from corners import CirqWay, QiskitWay, Way, make_way, ways
from embedded import Embedded
from fake_clock import FakeClock
from judges import exact as judge
from qiskit import QuantumCircuit
from qiskit.circuit import Qubit
from qiskit_aer import AerSimulator

from qrelay.azure import Workspace
from qrelay.cloud import Account, Submission
from qrelay.errors import UnsupportedCircuit
from qrelay.kipu import Hub
from qrelay.local import Fault
from qrelay.local.kipu.execution import Order, execute
from qrelay.qiskit import Provider


def pytest_configure(config: pytest.Config) -> None:
    # On Qiskit 1.4, Aer reads a property of circuits that Qiskit 1.4 deprecates.
    config.addinivalue_line("filterwarnings", "ignore::DeprecationWarning:qiskit_aer.backends.aer_compiler")


def _same_shots(order: Order) -> bytes:
    """The Hub's own answer, drawn by what is asked for: the ids of its jobs, which it draws by, differ in each run."""
    asked = repr((order.backend, order.input, order.shots)).encode()
    return execute(replace(order, seed=int.from_bytes(hashlib.sha256(asked).digest()[:4])))


_SPEED: dict[str, Any] = {"waiting": 0.01, "executing": 0.01}
SERVICES: dict[str, Callable[[Callable[[], str]], Account]] = {
    "azure": lambda new_id: Workspace.local(new_id=new_id, **_SPEED),
    "kipu": lambda new_id: Hub.local(new_id=new_id, hub_engine=_same_shots, **_SPEED),
}


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


@pytest.fixture(params=ways())
def way(request: pytest.FixtureRequest, accounts: dict[str, Account]) -> Way:
    """Every corner, for tests that draw their circuits."""
    made: Way = make_way(request.param, accounts)
    return made


@pytest.fixture(params=ways("qiskit"))
def qiskit_way(request: pytest.FixtureRequest, accounts: dict[str, Account]) -> QiskitWay:
    made: QiskitWay = make_way(request.param, accounts)
    return made


@pytest.fixture(params=ways("cirq"))
def cirq_way(request: pytest.FixtureRequest, accounts: dict[str, Account]) -> CirqWay:
    made: CirqWay = make_way(request.param, accounts)
    return made


@pytest.fixture
def account(accounts: dict[str, Account]) -> Account:
    return accounts["azure"]


@pytest.fixture
def provider(account: Account) -> Provider:
    return Provider(account)


@pytest.fixture
def submissions(accounts: dict[str, Account], monkeypatch: pytest.MonkeyPatch) -> list[Submission]:
    """Every submission to any service, as it goes there; it does go there."""
    seen: list[Submission] = []

    def watch(account: Account) -> None:
        submit = account.service.submit

        async def watched(submission: Submission) -> Any:
            seen.append(submission)
            return await submit(submission)

        monkeypatch.setattr(account.service, "submit", watched)

    for account in accounts.values():
        watch(account)
    return seen


@pytest.fixture(
    params=[
        *ways(targets=["ionq.simulator"], formats=["ionq.circuit.v1"]),
        *ways(formats=["honeywell.openqasm.v1"]),
        *ways(targets=["ibm.qpu.marrakesh"]),
    ]
)
def session_way(request: pytest.FixtureRequest, accounts: dict[str, Account]) -> Any:
    """Where there are sessions: some ways of each service."""
    return make_way(request.param, accounts)


@pytest.fixture
def closings(accounts: dict[str, Account], monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The session of every request to close one, as it goes to a service; it does go there."""
    seen: list[str] = []

    def watch(account: Account) -> None:
        close = account.service.close_session

        async def watched(session_id: str) -> Any:
            seen.append(session_id)
            return await close(session_id)

        monkeypatch.setattr(account.service, "close_session", watched)

    for account in accounts.values():
        watch(account)
    return seen


@pytest.fixture
def clock() -> Any:
    """Time that passes only while everybody waits for it."""
    return FakeClock()


@pytest.fixture
def embedded(clock: Any, request: pytest.FixtureRequest) -> Iterator[Callable[..., tuple[Embedded, Way]]]:
    """A way on an embedded cloud of its own, with faults: that cloud, and the way there."""
    made: list[Embedded] = []

    def make(way: Way, *faults: Fault, **options: Any) -> tuple[Embedded, Way]:
        made.append(Embedded(way.service, *faults, clock=clock, seed=request.node.nodeid, **options))
        return made[-1], way.on(made[-1].account)

    yield make
    for one in made:
        one.close()


@pytest.fixture
def right_or_refused(record_property: Callable[[str, object], None]) -> Callable[..., bool]:
    """`right_or_refused(way, circuits, *needs)`: the circuits, each of which has one certain answer by the framework's
    own simulator, give that answer where the way can say all that they need. Elsewhere each of them is refused before
    any request, with an operation's name and index. Whether they ran.
    """

    def judge(way: Way, circuits: list[Any], *needs: str, shots: int = 12) -> bool:
        if way.can(*needs):
            wanted = [way.simulated(circuit, shots) for circuit in circuits]
            assert [len(records) for records in wanted] == [1] * len(circuits)
            assert way.records(circuits, shots, **way.in_place) == wanted
            return True
        before = way.account.requests
        for circuit in circuits:
            with pytest.raises(UnsupportedCircuit) as caught:
                way.submit(circuit, shots)
            assert isinstance(caught.value, way.error)
            assert caught.value.operation
            assert caught.value.index is not None
        assert way.account.requests == before
        record_property("refused", f"{way.format}: {', '.join(needs)}")
        return False

    return judge


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
