"""Azure Quantum's targets as data: what each family takes. New and unknown targets get a sensible description, no code.

Sources: the formats, gate names, qubits and shots that azure-quantum 3.13.0 declares for each provider; recorded
provider status for names and availability. What the service says of a target itself (numQubits, targetProfile)
comes first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from qrelay.azure.models import ProviderStatus, TargetStatus
from qrelay.cloud.target import Limits, Target

__all__ = ["describe"]

_QIR_OUT = "microsoft.quantum-results.v2"
_QIR_GATES = frozenset({
    "ccx", "ch", "crx", "cry", "crz", "cx", "cy", "cz", "h", "id", "rx", "rxx", "ry", "ryy", "rz", "rzz",
    "s", "sdg", "swap", "sx", "t", "tdg", "x", "y", "z",
})  # fmt: skip
_IONQ_GATES = _QIR_GATES | frozenset(["cp", "csx", "p", "sxdg"])
_BASE, _ADAPTIVE_RI, _ADAPTIVE_RIF = "base", "adaptive_ri", "adaptive_rif"


@dataclass(frozen=True, slots=True)
class _Family:
    """Targets whose id begins with `prefix`. The longest prefix that fits describes a target."""

    prefix: str
    formats: tuple[str, ...] = ("qir.v1",)
    outputs: Mapping[str, str] = field(default_factory=lambda: {"qir.v1": _QIR_OUT})
    gates: frozenset[str] = _QIR_GATES
    num_qubits: int | None = None
    shots: Limits = field(default_factory=Limits)
    shots_name: str = "shots"
    options: Mapping[str, str] = field(default_factory=dict)
    profile: str | None = _BASE
    sessions: bool = True


_IONQ_OUT = {"ionq.circuit.v1": "ionq.quantum-results.v1", "qir.v1": _QIR_OUT}
_IONQ_OPTIONS = {
    "error-mitigation": "IonQ's error mitigation, such as {'debias': True}",
    "error_mitigation": "the same under the newer name, such as {'debias': True}",
}
_IONQ_SIMULATOR_OPTIONS = {
    **_IONQ_OPTIONS,
    "noise": "noise model of the simulator, such as {'model': 'aria-1', 'seed': 7}",
}
_QUANTINUUM_OUT = {
    "qir.v1": _QIR_OUT,
    "honeywell.openqasm.v1": "honeywell.quantum-results.v1",
    "quantinuum.openqasm.v1": "honeywell.quantum-results.v1",
}
_RIGETTI_OUT = {"qir.v1": _QIR_OUT, "rigetti.quil.v1": "rigetti.quil-results.v1"}
_RIGETTI_OPTIONS = {
    "skipQuilc": "True to run the program as it is, without Rigetti's compiler",
    "substitutions": "values for the program's declared parameters, {'theta': [[0.1], [0.2]]}",
}
_TEN_THOUSAND = Limits(1, 10_000, 500)


def _ionq(prefix: str, num_qubits: int | None, options: Mapping[str, str] = _IONQ_OPTIONS) -> _Family:
    return _Family(
        prefix, ("ionq.circuit.v1", "qir.v1"), _IONQ_OUT, _IONQ_GATES, num_qubits, _TEN_THOUSAND, options=options
    )  # fmt: skip


def _quantinuum(prefix: str, num_qubits: int | None) -> _Family:
    return _Family(
        prefix, ("qir.v1", "honeywell.openqasm.v1", "quantinuum.openqasm.v1"), _QUANTINUUM_OUT,
        num_qubits=num_qubits, shots=_TEN_THOUSAND, profile=_ADAPTIVE_RI,
    )  # fmt: skip


def _rigetti(prefix: str, num_qubits: int | None) -> _Family:
    return _Family(
        prefix,
        ("qir.v1", "rigetti.quil.v1"),
        _RIGETTI_OUT,
        num_qubits=num_qubits,
        shots=_TEN_THOUSAND,
        options=_RIGETTI_OPTIONS,
    )


def _analog(prefix: str, num_qubits: int | None) -> _Family:
    return _Family(
        prefix, (), {"pasqal.pulser.v1": "pasqal.pulser-results.v1"}, frozenset(), num_qubits,
        Limits(1, None, 500), shots_name="count", profile=None, sessions=False,
    )  # fmt: skip


_FAMILIES: tuple[_Family, ...] = (
    _ionq("ionq.", None),
    _ionq("ionq.simulator", 29, _IONQ_SIMULATOR_OPTIONS),
    _ionq("ionq.qpu.aria-", 25),
    _ionq("ionq.qpu.forte-", 35),
    _quantinuum("quantinuum.", None),
    _quantinuum("quantinuum.qpu.h2-", 56),
    _quantinuum("quantinuum.sim.h2-", 56),
    _Family("quantinuum.qpu.helios-", num_qubits=98, shots=_TEN_THOUSAND, profile=_ADAPTIVE_RIF),
    _Family("quantinuum.sim.helios-", num_qubits=98, shots=_TEN_THOUSAND, profile=_ADAPTIVE_RIF),
    _rigetti("rigetti.", None),
    _rigetti("rigetti.sim.qvm", 20),
    _rigetti("rigetti.qpu.ankaa-3", 84),
    _rigetti("rigetti.qpu.cepheus-1-36q", 36),
    _rigetti("rigetti.qpu.cepheus-1-108q", 108),
    _analog("pasqal.", None),
    _analog("pasqal.sim.emu-tn", 100),
    _analog("pasqal.sim.emu-sv", 25),
    _analog("pasqal.sim.emu-mps", 80),
    _analog("pasqal.sim.emu-free", 12),
    _analog("pasqal.qpu.fresnel", 100),
    # of the service's own test provider: azure-quantum's tests and recordings ask it for this answer, and no other
    _Family("echo-", (), {"qir.v1": "honeywell.qir.v1"}, profile=_ADAPTIVE_RI),
)
_UNKNOWN = _Family("")
_PROFILES = (_BASE, _ADAPTIVE_RI, _ADAPTIVE_RIF)
_ADAPTIVE_CONTROL = frozenset({"for", "if", "switch"})
"""What an adaptive target runs: all that needs no jump back. Loops over known values are written out."""


def describe(provider: ProviderStatus, status: TargetStatus) -> Target:
    """One target: what its family is known to take, the service's own figures in front."""
    name = status.id.lower()
    fitting = [family for family in _FAMILIES if name.startswith(family.prefix)]
    family = max(fitting, key=lambda family: len(family.prefix), default=_UNKNOWN)
    said = status.target_profile.lower().replace("-", "_")
    profile = said if said in _PROFILES and family.profile is not None else family.profile
    adaptive = profile in (_ADAPTIVE_RI, _ADAPTIVE_RIF)
    available = status.current_availability.lower() in ("available", "degraded")
    raw: dict[str, Any] = status.model_dump(by_alias=True, mode="json", exclude_none=True, exclude={"status_page"})
    return Target(
        id=status.id,
        provider=provider.id,
        available=available,
        degraded=status.current_availability.lower() == "degraded",
        status=status.current_availability or "Unknown",
        queue_seconds=status.average_queue_time,
        num_qubits=status.num_qubits if status.num_qubits and status.num_qubits > 0 else family.num_qubits,
        formats=family.formats,
        outputs=dict(family.outputs),
        gates=family.gates,
        midcircuit=adaptive,
        control_flow=_ADAPTIVE_CONTROL if adaptive else frozenset(),
        options=dict(family.options),
        shots=family.shots,
        shots_name=family.shots_name,
        profile=profile,
        sessions=family.sessions,
        simulator=any(part in name for part in (".sim.", ".simulator", "sparse-sim", "echo-")),
        status_page=status.status_page.partition("?")[0],  # recorded pages carry a key in the query
        raw=raw,
    )
