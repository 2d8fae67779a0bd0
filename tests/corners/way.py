"""What every framework's way can do."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self, TypeAlias

from judges.exact import p_value

from corners.drawing import Drawing
from corners.says import says
from qrelay.cloud import Account

Record: TypeAlias = tuple[tuple[str, tuple[int, ...]], ...]
"""One shot: every register or key by its name, in the circuit's order, and its bits, first bit first."""

Records: TypeAlias = Counter[Record]


def record(**bits: str) -> Record:
    """Written down by hand: `record(a="01")` has 1 in the second bit of a."""
    return tuple((name, tuple(map(int, digits))) for name, digits in bits.items())


@dataclass
class Way(ABC):
    """One row of the matrix, ready to run."""

    service: str
    target: str
    format: str
    account: Account

    framework: ClassVar[str]
    error: ClassVar[type[Exception]]
    """What users of the framework catch, besides qrelay's own classes."""

    def on(self, account: Account) -> Self:
        """The same way on another account."""
        return replace(self, account=account)

    @property
    def list_is_one_job(self) -> bool:
        """Whether the service takes a list in one job."""
        return self.account.target(self.target).max_circuits > 1

    @property
    def in_place(self) -> dict[str, Any]:
        """Options of `submit` with which circuits stay on the first qubits of a machine that does not couple all."""
        return {}

    def __post_init__(self) -> None:
        self._open()  # now, because tests count requests

    @abstractmethod
    def _open(self) -> None:
        """Find the target."""

    @property
    def reports_probabilities(self) -> bool:
        """Whether the answer is one of probabilities, and not of shots."""
        return self.account.target(self.target).outputs[self.format] == "ionq.quantum-results.v1"

    @property
    def rounds_shots_down(self) -> bool:
        """ionq.simulator makes QIR's shots from probabilities, each state's share rounded down."""
        return (self.target, self.format) == ("ionq.simulator", "qir.v1")

    def can(self, *words: str) -> bool:
        """Whether all of these can be said here, in the words of `corners.says`; then they must not be refused."""
        return says(self.framework, self.target, self.format) >= set(words)

    # --- in the framework's own words --------------------------------------------------------------------------------

    @abstractmethod
    def build(self, drawing: Drawing) -> Any:
        """The framework's circuit."""

    @abstractmethod
    def submit(self, circuits: Any, shots: int = 100, **options: Any) -> Any:
        """The framework's job of a Drawing, a circuit of the framework's own, or a list of either."""

    @abstractmethod
    def job(self, job_id: str) -> Any:
        """The framework's job by its id, read back from the service."""

    @abstractmethod
    def id_of(self, job: Any) -> str: ...

    @property
    @abstractmethod
    def runner(self) -> Any:
        """What opens sessions: a backend, a sampler."""

    @abstractmethod
    def open_session(self, **options: Any) -> Any: ...

    @abstractmethod
    def session(self, session_id: str) -> Any:
        """One that was opened elsewhere."""

    @abstractmethod
    def inside(self, session: Any) -> Self:
        """This way, on the runner that is bound to a session."""

    # --- alike for all -----------------------------------------------------------------------------------------------

    @abstractmethod
    def read(self, job: Any, *, partial: bool = False) -> list[Records]:
        """What the job measured, circuit by circuit. With `partial`, fewer shots than asked for will do."""

    @abstractmethod
    def read_what_there_is(self, job: Any) -> list[Records | None]:
        """The same of a job of which some circuits failed; None for these."""

    @abstractmethod
    def simulated(self, circuit: Any, shots: int) -> Records:
        """What the framework's own simulator measures, of a Drawing or a circuit of the framework's own."""

    @abstractmethod
    def exact(self, circuit: Any) -> Mapping[Record, float]:
        """The probability of every record, by the framework's own state vector; its measurements stand at the end."""

    def at_most(self, shots: int) -> int:
        """As many of these as the target takes in one job."""
        maximum = self.account.target(self.target).shots.maximum
        return shots if maximum is None else min(shots, maximum)

    def records(self, circuits: Sequence[Any], shots: int = 100, **options: Any) -> list[Records]:
        """Run them as one list."""
        return self.read(self.submit(list(circuits), shots, **options), partial=self.rounds_shots_down)

    def p_value(self, found: Mapping[Record, int], circuit: Any) -> float:
        """How likely such a sample is; a test refuses what is less likely than 1e-6."""
        return p_value(found, self.exact(circuit))

    def assert_fits(self, drawing: Drawing, shots: int = 3000, **options: Any) -> None:
        """That what comes back is a likely sample of the exact probabilities; `shots`, if the target takes so many."""
        shots = self.at_most(shots)
        (found,) = self.read(self.submit(drawing, shots, **options), partial=self.rounds_shots_down)
        assert sum(found.values()) == shots or self.rounds_shots_down
        assert self.p_value(found, drawing) > 1e-6, f"{dict(found)} is no sample of {dict(self.exact(drawing))}"
