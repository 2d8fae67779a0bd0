"""IBM's two documents of a machine, configuration and properties, the latter in nominal figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from qrelay.local.kipu.backends import Backend

__all__ = ["config"]

_DEFINITIONS = {  # angle, OpenQASM definition
    "id": ([], "gate id q { U(0, 0, 0) q; }"),
    "rx": (["theta"], "gate rx(theta) q { U(theta, -pi/2, pi/2) q; }"),
    "rz": (["theta"], "gate rz(theta) q { U(0, 0, theta) q; }"),
    "sx": ([], "gate sx q { U(pi/2, -pi/2, pi/2) q; }"),
    "x": ([], "gate x q { U(pi, 0, pi) q; }"),
    "cz": ([], "gate cz a, b { CZ a, b; }"),
    "rzz": (["theta"], "gate rzz(theta) a, b { CX a, b; U(0, 0, theta) b; CX a, b; }"),
}
_LENGTHS = {"rz": 0.0, "cz": 70.0, "rzz": 80.0, "measure": 2600.0, "reset": 2800.0}  # ns; any other gate 32
_ERRORS = {"rz": 0.0, "cz": 0.003, "rzz": 0.003, "measure": 0.01, "reset": 0.0}
_QUBIT = {
    "T1": ("us", 200.0),
    "T2": ("us", 150.0),
    "readout_error": ("", 0.01),
    "prob_meas0_prep1": ("", 0.01),
    "prob_meas1_prep0": ("", 0.01),
    "readout_length": ("ns", 2600.0),
}


def config(backend: Backend) -> dict[str, Any]:
    """The answer to ``GET /backends/{id}/config``."""
    size = backend.num_qubits or 0
    qubits = [[qubit] for qubit in range(size)]
    pairs = sorted([list(edge) for edge in backend.edges or ()] + [[b, a] for a, b in backend.edges or ()])
    names = [name for name, _ in backend.gates]
    when = f"{backend.facts['updated']}T00:00:00Z"
    return {
        "config": {
            "allow_q_object": True,
            "backend_name": backend.id,
            "backend_version": "1.0.0",
            "basis_gates": names,
            "clops": None,
            "clops_h": 250000,
            "clops_v": "None",
            "conditional": False,
            "coords": [_place(qubit) for qubit in range(size)],
            "coupling_map": pairs,
            "credits_required": True,
            "default_rep_delay": 250,
            "description": f"{size} qubit device",
            "dt": 4,
            "dtm": 4,
            "dynamic_reprate_enabled": True,
            "gates": [
                *(
                    {
                        "coupling_map": pairs if name in ("cz", "rzz") else qubits,
                        "name": name,
                        "parameters": parameters,
                        "qasm_def": definition,
                    }
                    for name, (parameters, definition) in _DEFINITIONS.items()
                ),
                *(
                    {"coupling_map": [], "name": name, "parameters": [], "qasm_def": None}
                    for name in ("reset", "measure")
                ),
            ],
            "instruction_signatures": [],
            "local": False,
            "max_experiments": 300,
            "max_shots": backend.shots[1],
            "meas_map": [list(range(size))],
            "measure_esp_enabled": False,
            "memory": True,
            "multi_meas_enabled": True,
            "n_qubits": size,
            "n_registers": 1,
            "online_date": when,
            "open_pulse": False,
            "parallel_compilation": True,
            "processor_type": {"family": "Heron", "revision": "2"},
            "quantum_volume": None,
            "rep_delay_range": [20, 500],
            "sample_name": "family: Heron, revision: 2",
            "simulator": False,
            "supported_features": ["dynamic_circuits", "parameters", "qobj", "qasm3"],
            "supported_instructions": [*names, "delay", "measure", "reset", "if_else"],
            "timing_constraints": {"acquire_alignment": 1, "granularity": 1, "min_length": 2, "pulse_alignment": 1},
            "url": "None",
        },
        "properties": {
            "backend_name": backend.id,
            "backend_version": "1.0.0",
            "gates": [
                {
                    "gate": name,
                    "name": name + "_".join(map(str, where)),
                    "parameters": [
                        _value(when, "gate_error", "", _ERRORS.get(name, 0.0003)),
                        _value(when, "gate_length", "ns", _LENGTHS.get(name, 32.0)),
                    ],
                    "qubits": where,
                }
                for name in (*names, "measure", "reset")
                for where in (pairs if name in ("cz", "rzz") else qubits)
            ],
            "general": [_value(when, "lf_100", "", 0.6)],
            "last_update_date": when,
            "qubits": [[_value(when, name, *rest) for name, rest in _QUBIT.items()] for _ in range(size)],
            "general_qlists": [],
        },
    }


def _value(date: str, name: str, unit: str, value: float) -> dict[str, Any]:
    return {"date": date, "name": name, "unit": unit, "value": value}


def _place(qubit: int) -> list[int]:
    """Column and row in the drawing of the lattice, from 1 on; the rows between have a qubit in every fourth column."""
    row, index = divmod(qubit, 20)
    if index < 16:
        return [index + 1, 2 * row + 1]
    return [4 * (index - 16) + (2 if row % 2 else 4), 2 * row + 2]
