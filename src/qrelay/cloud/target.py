"""Target: one device or simulator, described by data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from qrelay.formats import INPUT_FORMATS, ON_REQUEST
from qrelay.results import readable_formats

__all__ = ["GateProperties", "Limits", "QubitProperties", "Target", "plain_name"]


def plain_name(name: str) -> str:
    """A target's name as it is compared: users write `IonQ.Simulator` for ionq.simulator, and services mix cases."""
    return name.strip().lower()


@dataclass(frozen=True, slots=True)
class Limits:
    """Shots a target takes in one job; None where the service states no bound."""

    minimum: int = 1
    maximum: int | None = None
    default: int = 500


@dataclass(frozen=True, slots=True)
class QubitProperties:
    """Calibration of one qubit, None where unknown. Times in seconds, frequency in hertz, errors as probabilities."""

    t1: float | None = None
    t2: float | None = None
    frequency: float | None = None
    readout_error: float | None = None
    readout_duration: float | None = None


@dataclass(frozen=True, slots=True)
class GateProperties:
    """Calibration of one gate on given qubits. Duration in seconds, error as a probability."""

    gate: str
    qubits: tuple[int, ...]
    duration: float | None = None
    error: float | None = None


@dataclass(frozen=True)
class Target:
    """What a service offers under one id.

    Attributes:
        formats: input formats in order of preference; empty for targets that take no circuits.
        unwritten: formats for circuits that it takes too, and that this version of qrelay does not write.
        outputs: for each input format the output format to ask for.
        gates: names (OpenQASM 3's, see the gate table) that need no transpiling before they are sent.
        control_flow: names of the control-flow operations the target takes ("if", "while", "for", "switch").
        midcircuit: whether measurement and reset may stand before other operations.
        coupling: pairs of qubits that two-qubit gates act on; None means all pairs.
        qubit_names: the machine's own names of its qubits, in their order; empty where they are numbers.
        options: the service's own run options by name with a word on each; anything else goes through `input_params`.
        shots_name: the name under which the target wants its shots.
        profile: QIR profile ("base", "adaptive_ri", "adaptive_rif"); None if the target takes no QIR.
        max_circuits: circuits that fit in one job of the service.
        same_qubits: the circuits of one job must all measure the same qubits.
        keeps_metadata: whether jobs carry metadata of the user's.
        degraded: it is available, and works worse or slower than it should.
        raw: the service's own description.
    """

    id: str
    provider: str
    available: bool
    status: str
    queue_seconds: int | None = None
    num_qubits: int | None = None
    formats: tuple[str, ...] = ()
    unwritten: tuple[str, ...] = ()
    outputs: Mapping[str, str] = field(default_factory=dict)
    gates: frozenset[str] = frozenset()
    control_flow: frozenset[str] = frozenset()
    midcircuit: bool = False
    coupling: tuple[tuple[int, int], ...] | None = None
    shots: Limits = Limits()
    shots_name: str = "shots"
    options: Mapping[str, str] = field(default_factory=dict)
    profile: str | None = None
    max_circuits: int = 1
    same_qubits: bool = False
    keeps_metadata: bool = True
    degraded: bool = False
    sessions: bool = False
    simulator: bool = False
    qubits: tuple[QubitProperties, ...] = ()
    qubit_names: tuple[str, ...] = ()
    calibration: tuple[GateProperties, ...] = ()
    status_page: str = ""
    raw: Mapping[str, Any] = field(default_factory=dict)

    @property
    def why_no_circuits(self) -> str:
        """Of a target without formats: what to do instead of sending a circuit."""
        if self.unwritten:
            return (
                f"{self.id} takes circuits as {', '.join(self.unwritten)} only, which this version of qrelay does not "
                "write. Choose another target, or send a ready-made Payload."
            )
        asked = [name for name in self.outputs if name in ON_REQUEST]
        if asked:
            return (
                f"{self.id} takes no circuits but as {asked[0]}, which is written where it is asked for: submit a "
                f"Program with format={asked[0]!r}, and read its raw_result(). Or choose a gate-model target."
            )
        known = readable_formats()
        unread = [row for row in self.outputs.items() if row[0] in INPUT_FORMATS and row[1] and row[1] not in known]
        if unread:
            name, answer = unread[0]
            return (
                f"{self.id} answers {name} as {answer}, which qrelay does not read. Choose another target, or submit "
                f"qrelay.encode(circuit, {name!r}).data and take the job's raw_result()."
            )
        takes = f" It takes {', '.join(self.outputs)} only." if self.outputs else ""
        return f"{self.id} takes no circuits.{takes} Choose a gate-model target."
