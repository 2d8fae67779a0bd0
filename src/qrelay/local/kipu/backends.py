"""The Hub's backends: what ``GET /backends/{id}`` and the routes below it say of each. Facts are in backends.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib import resources
from types import MappingProxyType
from typing import Any

from qrelay.local.kipu import backends_aqt, backends_braket, backends_ibm, backends_iqm
from qrelay.local.kipu.backends_graphs import GRAPHS, Edges, neighbours

__all__ = ["BACKENDS", "Backend"]

_SDK_PAGES = {
    "PLANQK": "https://docs.hub.kipu-quantum.com/sdk-quantum",
    "PENNYLANE": "https://docs.hub.kipu-quantum.com/sdk-quantum",
    "PERCEVAL": "https://perceval.quandela.net",
    "QISKIT": "https://quantum.cloud.ibm.com/docs",
}
_ALWAYS = (("Everyday", "00:00:00", "23:59:59"),)


@dataclass(frozen=True)
class Backend:
    """One backend. ``facts`` is its entry in backends.toml."""

    facts: Mapping[str, Any]

    @property
    def id(self) -> str:
        """The Hub's name of it, ``aws.sim.sv1``."""
        return str(self.facts["id"])

    @property
    def internal_id(self) -> str:
        """The provider's name of it."""
        return str(self.facts["internal"])

    @property
    def provider(self) -> str:
        """In upper case, as it travels."""
        return str(self.facts["provider"])

    @property
    def input_formats(self) -> frozenset[str]:
        """The formats that are really taken; QuEra's description lists one that no analog machine can run."""
        return frozenset(self.facts.get("takes", self.facts["formats"]))

    @property
    def shots(self) -> tuple[int, int]:
        """The smallest and the largest number of shots of one circuit."""
        low, high = self.facts["shots"]
        return int(low), int(high)

    @property
    def max_circuits(self) -> int:
        """How many circuits one job holds; for IBM, whose own runtime decides, 1,000."""
        return int(self.facts.get("max_circuits", 1000 if self.provider == "IBM" else 1))

    @property
    def num_qubits(self) -> int | None:
        """None for photonic machines."""
        return self.facts.get("qubits")

    @property
    def sessions(self) -> bool:
        """Whether ``POST /sessions`` takes it; otherwise that answers 422."""
        return self.provider == "IBM"

    @property
    def drains(self) -> bool:
        """Whether a session on it can stop taking jobs and let the accepted ones end."""
        return self.sessions

    @property
    def analog(self) -> bool:
        """Whether it runs no gates at all."""
        return bool(self.facts.get("analog", False))

    @cached_property
    def edges(self) -> Edges | None:
        """Its couplers, or None where every qubit reaches every other."""
        return GRAPHS[self.facts["graph"]]() if "graph" in self.facts else None

    @property
    def labels(self) -> range:
        """The numbers of its qubits; IQM counts from one."""
        first = self.facts.get("first", 0)
        return range(first, first + (self.num_qubits or 0))

    @cached_property
    def gates(self) -> tuple[tuple[str, bool], ...]:
        """Names, and whether the gate is native."""
        words = f"{self.facts['gates']} {self.facts.get('noise', '')}".split()
        return tuple((word.rstrip("*"), word.endswith("*")) for word in words)

    @property
    def windows(self) -> tuple[tuple[str, str, str], ...]:
        """When it takes jobs: day, start, end."""
        return tuple((day, start, end) for day, start, end in self.facts.get("days", _ALWAYS))

    def description(self) -> dict[str, Any]:
        """The answer to ``GET /backends/{id}``."""
        facts = self.facts
        found: dict[str, Any] = {
            "id": self.id,
            "internal_id": self.internal_id,
            "provider": self.provider,
            "hardware_provider": facts["hardware"],
            "display_name": facts["name"],
            "type": facts["type"],
        }
        if "technology" in facts:
            found["technology"] = facts["technology"]
        found |= {
            "status": "ONLINE",
            "updated_at": facts["updated"],
            "access_type": "PAY_PER_USE",
            "documentation": self._documentation(),
            "configuration": self._configuration(),
            "availability": [{"granularity": day, "start": start, "end": end} for day, start, end in self.windows],
            "costs": [{"granularity": unit, "currency": "EUR", "value": price} for unit, price in facts["costs"]],
        }
        if "calibrated" in facts:
            found["has_calibration"] = facts["calibrated"]
        return found | {"free_of_charge": facts["free"]}

    def status(self) -> dict[str, Any]:
        """The answer to ``GET /backends/{id}/status``; only IBM's machines report a queue."""
        return {"status": "ONLINE"} | ({"queue_avg_time": 0, "queue_size": 0} if self.provider == "IBM" else {})

    def config(self) -> dict[str, Any]:
        """The answer to ``GET /backends/{id}/config``: the provider's own document."""
        match self.facts["kind"]:
            case "qsim":
                return self._qsim()
            case "aqt":
                return backends_aqt.config(self)
            case "iqm":
                return backends_iqm.config(self)
            case "ibm":
                return backends_ibm.config(self)
            case "plain":
                low, high = self.shots
                return {"name": self.internal_id, "input_formats": list(self.facts["formats"]), "shots": [low, high]}
            case _:
                return backends_braket.config(self)

    def calibration(self) -> dict[str, Any] | None:
        """The answer to ``GET /backends/{id}/calibration``; None where there is none (204).

        Only medians, in nominal figures of the technology: nothing is measured here.
        """
        if not self.facts.get("calibrated"):
            return None
        t1, t2, one, two, one_length, two_length, readout = _MEDIANS[self.facts.get("technology", "SUPERCONDUCTING")]
        return {
            "backend_id": self.id,
            "calibrated_at": f"{self.facts['updated']}T00:00:00Z",
            "calibration": {
                "type": "gate_based",
                "medians": {
                    "t1_us": t1,
                    "t2_us": t2,
                    "readout_length_ns": readout,
                    "reset_length_ns": readout,
                    "spam_error": 0.01,
                    "gates": {
                        "one_qubit": {"operational": True, "error": one, "length_ns": one_length},
                        "two_qubit": {"operational": True, "error": two, "length_ns": two_length},
                    },
                },
                "qubits": [],
                "qubit_pairs": [],
            },
        }

    def _documentation(self) -> dict[str, Any]:
        facts = self.facts
        found = {"description": facts["description"], "url": facts["url"]}
        if "status_url" in facts:
            found["status_url"] = facts["status_url"]
        found |= {
            "location": facts["location"],
            "sdks": [{"type": sdk, "url": _SDK_PAGES[sdk]} for sdk in facts["sdks"]],
        }
        if "sovereign" in facts:
            found["eu_sovereignty"] = facts["sovereign"]
        if "disclaimer" in facts:
            found["eu_sovereignty_disclaimer"] = facts["disclaimer"]
        return found

    def _configuration(self) -> dict[str, Any]:
        facts = self.facts
        low, high = self.shots
        operations = facts["operations"].split()
        found: dict[str, Any] = {"max_pubs_per_job": facts["max_circuits"]} if "max_circuits" in facts else {}
        found |= {
            "gates": [{"name": name, "native_gate": native} for name, native in self.gates],
            "operations": operations,
        }
        if self.num_qubits is not None:
            found["qubit_count"] = self.num_qubits
        if self.edges is not None:
            found["connectivity"] = {"fully_connected": False, "graph": self._graph(self.edges)}
        elif not self.analog:
            found["connectivity"] = {"fully_connected": True}
        found |= {"shots_range": {"min": low, "max": high}, "supported_input_formats": list(facts["formats"])}
        if "output" in facts:
            found["output_format"] = facts["output"]
        found["memory_result_supported"] = facts["memory"]
        if "photonic" in facts:
            names = ("max_modes", "min_modes", "max_photons", "min_photons")
            found["photonic_properties"] = dict(zip(names, facts["photonic"], strict=True))
        if not self.analog:
            found["qubits"] = [{"id": str(label)} for label in self.labels]
        return found | {"instructions": [name for name, _ in self.gates] + operations}

    def _graph(self, edges: Edges) -> dict[str, list[str]]:
        both = neighbours(edges, self.labels)
        if self.facts["kind"].startswith("braket"):
            return {str(qubit): [str(other) for other in others] for qubit, others in both.items()}
        # IQM's and IBM's state each coupler once; IBM's without the qubits that would have an empty list
        once = {str(qubit): [str(other) for other in others if other > qubit] for qubit, others in both.items()}
        return once if self.facts["kind"] == "iqm" else {qubit: others for qubit, others in once.items() if others}

    def _qsim(self) -> dict[str, Any]:
        return {
            "name": "qsim-backend",
            "version": "0.1.0",
            "simulator": {"engine": "qsim", "engine_version": "0.22.0", "type": "state-vector", "noise_model": None},
            "max_qubits": self.num_qubits,
            "fully_connected": True,
            "parameterized": False,
            "classical_control": False,
            "input_formats": list(self.facts["formats"]),
            "modes": ["sample", "statevector", "amplitudes"],
            "gates": [name for name, _ in self.gates],
        }


# T1, T2 (µs), errors of gates on one and on two qubits, their lengths and that of the readout (ns)
_MEDIANS: dict[str, tuple[float, ...]] = {
    "TRAPPED_ION": (1e8, 1e6, 0.0002, 0.005, 1.3e5, 9.7e5, 1.5e5),
    "SUPERCONDUCTING": (40.0, 20.0, 0.001, 0.006, 40.0, 80.0, 1000.0),
}


def _load() -> Mapping[str, Backend]:
    text = resources.files("qrelay.local.kipu").joinpath("backends.toml").read_text(encoding="utf-8")
    tables = tomllib.loads(text)
    entries = list(tables["backend"])
    shared = {key: value for key, value in tables["ibm"].items() if key != "machines"}
    for name, own in tables["ibm"]["machines"].items():
        entries.append(
            shared | own | {"id": f"ibm.qpu.{name}", "internal": f"ibm_{name}", "name": f"IBM {name.title()}"}
        )
    return MappingProxyType({entry["id"]: Backend(MappingProxyType(entry)) for entry in entries})


BACKENDS: Mapping[str, Backend] = _load()
"""All backends by id, in the order in which ``GET /backends`` lists them."""
