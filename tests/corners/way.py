"""What every framework's way can do."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self, TypeAlias

from judges.exact import p_value

from corners.drawing import Drawing
from qrelay.cloud import Account

Record: TypeAlias = tuple[tuple[str, tuple[int, ...]], ...]
"""One shot: every register or key by its name, in the circuit's order, and its bits, first bit first."""

Records: TypeAlias = Counter[Record]

_ADAPTIVE = ("quantinuum.sim.h2-1e", "qir.v1")
"""The target and format that take QIR's adaptive profile."""


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
        return self.target == "qudora.sim.xg1"

    def __post_init__(self) -> None:
        self._open()  # now, because tests count requests

    @abstractmethod
    def _open(self) -> None:
        """Find the target."""

    @property
    def reports_probabilities(self) -> bool:
        return self.format in ("ionq.circuit.v1", "IONQ_CIRCUIT_V1")

    @property
    def rounds_shots_down(self) -> bool:
        """ionq.simulator makes QIR's shots from probabilities, each state's share rounded down."""
        return (self.target, self.format) == ("ionq.simulator", "qir.v1")

    @property
    def measures_midway(self) -> bool:
        """Whether the format can go on with a qubit after its measurement, and say conditions."""
        return self.format == "honeywell.openqasm.v1" or (self.target, self.format) == _ADAPTIVE

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
    def simulated(self, drawing: Drawing, shots: int) -> Records:
        """What the framework's own simulator measures."""

    @abstractmethod
    def exact(self, drawing: Drawing) -> Mapping[Record, float]:
        """The probability of every record, by the framework's own state vector."""

    def records(self, drawings: Sequence[Drawing], shots: int = 100, **options: Any) -> list[Records]:
        """Run them as one list."""
        return self.read(self.submit(list(drawings), shots, **options), partial=self.rounds_shots_down)

    def p_value(self, found: Mapping[Record, int], drawing: Drawing) -> float:
        """How likely such a sample is; a test refuses what is less likely than 1e-6."""
        return p_value(found, self.exact(drawing))

    def assert_fits(self, drawing: Drawing, shots: int = 3000, **options: Any) -> None:
        """That what comes back is a likely sample of the exact probabilities."""
        (found,) = self.read(self.submit(drawing, shots, **options), partial=self.rounds_shots_down)
        assert sum(found.values()) == shots or self.rounds_shots_down
        assert self.p_value(found, drawing) > 1e-6, f"{dict(found)} is no sample of {dict(self.exact(drawing))}"
