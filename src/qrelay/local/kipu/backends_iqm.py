"""IQM's document of a machine: which gate runs on which qubits, and observations in nominal figures."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from qrelay.local.kipu.backends import Backend

__all__ = ["config"]

_NOMINAL = {  # dut_field's ends, unit, value
    "characterization.model.{qubit}.t1_time": ("s", 4e-5),
    "characterization.model.{qubit}.t2_time": ("s", 2e-5),
    "controllers.{qubit}.drive.frequency": ("Hz", 4.5e9),
    "gates.prx.drag_crf_sx.{qubit}.duration": ("s", 4e-8),
    "gates.measure.constant.{qubit}.duration": ("s", 1e-6),
    "metrics.rb.prx.drag_crf_sx.{qubit}.fidelity:par=d2": ("", 0.999),
    "metrics.ssro.measure.constant.{qubit}.fidelity": ("", 0.98),
    "metrics.ssro.measure.constant.{qubit}.error_0_to_1": ("", 0.02),
    "metrics.ssro.measure.constant.{qubit}.error_1_to_0": ("", 0.02),
}
_NOMINAL_PAIRS = {
    "gates.cz.slepian_crf.{pair}.duration": ("s", 4e-8),
    "metrics.irb.cz.slepian_crf.{pair}.fidelity:par=d2": ("", 0.994),
}


def config(backend: Backend) -> dict[str, Any]:
    """The answer to ``GET /backends/{id}/config``."""
    qubits = [f"QB{label}" for label in backend.labels]
    pairs = [(f"QB{one}", f"QB{other}") for one, other in backend.edges or ()]
    identity = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{backend.id}/calibration"))
    single = [[qubit] for qubit in qubits]
    fields = [(name.format(qubit=qubit), *rest) for qubit in qubits for name, rest in _NOMINAL.items()]
    fields += [(name.format(pair="__".join(pair)), *rest) for pair in pairs for name, rest in _NOMINAL_PAIRS.items()]
    when = f"{backend.facts['updated']}T00:00:00.000000"
    return {
        "calibration_set_id": identity,
        "qubits": qubits,
        "computational_resonators": [],
        "gates": {
            "measure": _gate("constant", single),
            "measure_fidelity": _gate("constant", single),
            "prx": _gate("drag_crf_sx", single),
            "cz": _gate("slepian_crf", [list(pair) for pair in pairs]),
            "reset_wait": _gate("reset_wait", single),
            "cc_prx": _gate("prx_composite", single),
        },
        "calibrationData": {
            "calibrationSetId": identity,
            "observations": [
                {
                    "created_timestamp": when,
                    "dut_field": field,
                    "invalid": False,
                    "modified_timestamp": when,
                    "observation_id": number,
                    "uncertainty": None,
                    "unit": unit,
                    "value": value,
                }
                for number, (field, unit, value) in enumerate(fields, 1)
            ],
        },
    }


def _gate(implementation: str, loci: list[list[str]]) -> dict[str, Any]:
    return {
        "implementations": {implementation: {"loci": loci}},
        "default_implementation": implementation,
        "override_default_implementation": {},
    }
