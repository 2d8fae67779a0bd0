"""Amazon Braket's document of a device, its capabilities, and what its reader needs to know of it.

Fields: the schemas ``braket.device_schema`` (https://github.com/amazon-braket/amazon-braket-schemas-python).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qrelay.local.kipu.backends_aquila import AQUILA
from qrelay.local.kipu.backends_graphs import neighbours

if TYPE_CHECKING:
    from qrelay.local.kipu.backends import Backend
    from qrelay.local.readers.braket import Device

__all__ = ["config", "device", "total_shots"]

_FORBIDDEN_ARRAYS = ["concatenation", "negativeIndex", "range", "rangeWithStep", "slicing", "selection"]
_RESULT_TYPES = ("sample", "expectation", "variance", "probability")
# kind → all qubits measured, no gaps, physical qubits, gates beside a verbatim box, measurements into no bit
_RULES = {
    "braket-simulator": (True, True, False, True, True),
    "braket-ionq": (True, False, True, False, True),
    "braket-rigetti": (False, False, True, True, False),
}
_DEVICES = {
    "braket-simulator": ("simulators.gate_model_simulator", "GateModelSimulatorDeviceParameters", "1"),
    "braket-ionq": ("ionq.ionq", "IonqDeviceParameters", "1"),
    "braket-rigetti": ("rigetti.rigetti", "RigettiDeviceParameters", "2"),
    "braket-quera": ("quera.quera", "", "1"),
}
_NATIVE = {"braket-ionq": ("GPI", "GPI2", "ZZ"), "braket-rigetti": ("rx", "rz", "cz", "barrier")}
_MAX_PROGRAM_SET = {"braket-rigetti": 200_000}


def device(backend: Backend) -> Device:
    """The rules by which a program for this backend is read."""
    from qrelay.local.readers.braket import Device

    kind = backend.facts["kind"]
    measured, contiguous, physical, partial, unassigned = _RULES[kind]
    edges = None if backend.edges is None else neighbours(backend.edges, backend.labels)
    return Device(
        num_qubits=backend.num_qubits or 0,
        operations=frozenset(_operations(backend)),
        native=frozenset(name.lower() for name in _NATIVE.get(kind, ())),
        neighbours=None if edges is None else {qubit: frozenset(others) for qubit, others in edges.items()},
        unitary=kind == "braket-simulator",
        physical=physical,
        partial_box=partial,
        all_measured=measured,
        contiguous=contiguous,
        unassigned=unassigned,
    )


def total_shots(backend: Backend) -> int | None:
    """The most shots that a job of several circuits may ask for over all of them, if there is a limit."""
    return _MAX_PROGRAM_SET.get(backend.facts["kind"])


def config(backend: Backend) -> dict[str, Any]:
    """The answer to ``GET /backends/{id}/config``."""
    kind = backend.facts["kind"]
    room, parameters, version = _DEVICES[kind]
    found: dict[str, Any] = {
        "service": _service(backend),
        "action": _actions(backend),
        "deviceParameters": _parameters(room, parameters) if parameters else {},
        "braketSchemaHeader": _header(f"{room}_device_capabilities", version),
        "paradigm": _paradigm(backend),
    }
    if kind == "braket-ionq":
        found["provider"] = {
            "braketSchemaHeader": _header("ionq.ionq_provider_properties"),
            "fidelity": {"1Q": {"mean": 0.9998}, "2Q": {"mean": 0.995}, "spam": {"mean": 0.99}},
            "timing": {"T1": 100.0, "T2": 1.0, "1Q": 0.00013, "2Q": 0.00097, "readout": 0.00015, "reset": 5e-05},
        }
    elif kind == "braket-rigetti":
        found |= _rigetti(backend)
    elif kind == "braket-quera":
        found["paradigm"] |= AQUILA
    return found


def _header(name: str, version: str = "1") -> dict[str, str]:
    return {"name": f"braket.device_schema.{name}", "version": version}


def _service(backend: Backend) -> dict[str, Any]:
    facts = backend.facts
    # the simulators also compute exact results without a shot, which the Hub does not hand on
    low = 0 if facts["kind"] == "braket-simulator" else backend.shots[0]
    found: dict[str, Any] = {
        "braketSchemaHeader": _header("device_service_properties"),
        "executionWindows": [
            {"executionDay": day, "windowStartHour": start, "windowEndHour": end} for day, start, end in backend.windows
        ],
        "shotsRange": [low, backend.shots[1]],
        "deviceCost": {"price": facts["costs"][-1][1], "unit": facts["costs"][-1][0]},
        "deviceDocumentation": {
            "imageUrl": facts["url"],
            "summary": facts["description"],
            "externalDocumentationUrl": facts["url"],
        },
    }
    if facts["kind"] != "braket-simulator":
        found["deviceLocation"] = facts["location"]
    found["updatedAt"] = f"{facts['updated']}T00:00:00+00:00"
    if facts["kind"] == "braket-rigetti":
        found["getTaskPollIntervalMillis"] = 200
    return found


def _operations(backend: Backend) -> list[str]:
    native_only = {"gpi", "gpi2", "zz"} if backend.facts["kind"] == "braket-ionq" else set()
    noise = set(backend.facts.get("noise", "").split())
    return [name for name, _ in backend.gates if name not in native_only | noise | {"unitary"}]


def _actions(backend: Backend) -> dict[str, Any]:
    kind = backend.facts["kind"]
    if kind == "braket-quera":
        return {"braket.ir.ahs.program": {"version": ["1"], "actionType": "braket.ir.ahs.program"}}
    simulated = kind == "braket-simulator"
    measured, contiguous, physical, partial, unassigned = _RULES[kind]
    noise = [f"braket_noise_{name}" for name in backend.facts.get("noise", "").split()]
    results = [f"braket_result_type_{name}" for name in _RESULT_TYPES]
    program: dict[str, Any] = {
        "version": ["1.0"],
        "actionType": "braket.ir.openqasm.program",
        "supportedOperations": _operations(backend),
    }
    if not simulated:
        program["supportedModifiers"] = []
    program |= {
        "supportedPragmas": [*noise, "braket_unitary_matrix", *results] if simulated else ["verbatim", *results],
        "forbiddenPragmas": ["braket_result_type_state_vector"] + ([] if simulated else ["braket_unitary_matrix"]),
        "maximumQubitArrays": 1,
        "maximumClassicalArrays": 1,
        "forbiddenArrayOperations": _FORBIDDEN_ARRAYS,
        "requiresAllQubitsMeasurement": measured,
        "supportPhysicalQubits": physical,
        "requiresContiguousQubitIndices": contiguous,
        "supportsPartialVerbatimBox": partial,
        "supportsUnassignedMeasurements": unassigned,
        "disabledQubitRewiringSupported": False,
        "supportedResultTypes": [_result_type(backend, name) for name in _RESULT_TYPES],
    }
    actions: dict[str, Any] = {}
    if simulated:
        actions["braket.ir.jaqcd.program"] = {
            "version": ["1.0", "1.1"],
            "actionType": "braket.ir.jaqcd.program",
            "supportedOperations": [name for name, _ in backend.gates if name not in ("gpi", "gpi2", "ms")],
            "supportedResultTypes": program["supportedResultTypes"],
        }
    actions["braket.ir.openqasm.program"] = program
    if (limit := total_shots(backend)) is not None:
        actions["braket.ir.openqasm.program_set"] = {
            "version": ["1"],
            "actionType": "braket.ir.openqasm.program_set",
            "maximumExecutables": backend.max_circuits,
            "maximumTotalShots": limit,
        }
    return actions


def _result_type(backend: Backend, name: str) -> dict[str, Any]:
    low, high = backend.shots
    found: dict[str, Any] = {"name": name.title()}
    if name != "probability":
        found["observables"] = ["x", "y", "z", "h", "i"]
    return found | {"minShots": low, "maxShots": high}


def _parameters(room: str, title: str) -> dict[str, Any]:
    """The JSON schema of what a task may say of the device."""

    def headed(name: str, more: dict[str, Any]) -> dict[str, Any]:
        return {"braketSchemaHeader": {"title": "Braketschemaheader", "const": _header(name)}} | more

    count: dict[str, Any] = {"qubitCount": {"title": "Qubitcount", "minimum": 0, "type": "integer"}}
    return {
        "title": title,
        "description": "What a task may say of the device.",
        "type": "object",
        "properties": headed(
            f"{room}_device_parameters", {"paradigmParameters": {"$ref": "#/definitions/GateModelParameters"}}
        ),
        "required": ["paradigmParameters"],
        "definitions": {
            "GateModelParameters": {
                "title": "GateModelParameters",
                "description": "What all devices that run gates have in common.",
                "type": "object",
                "properties": headed("gate_model_parameters", count),
                "required": ["qubitCount"],
            }
        },
    }


def _paradigm(backend: Backend) -> dict[str, Any]:
    kind = backend.facts["kind"]
    if kind == "braket-simulator":
        header = _header("simulators.gate_model_simulator_paradigm_properties")
        return {"braketSchemaHeader": header, "qubitCount": backend.num_qubits}
    if kind == "braket-quera":
        return {"braketSchemaHeader": _header("quera.quera_ahs_paradigm_properties"), "qubitCount": backend.num_qubits}
    graph = {} if backend.edges is None else neighbours(backend.edges, backend.labels)
    return {
        "braketSchemaHeader": _header("gate_model_qpu_paradigm_properties"),
        "connectivity": {
            "fullyConnected": backend.edges is None,
            "connectivityGraph": {str(qubit): [str(other) for other in others] for qubit, others in graph.items()},
        },
        "qubitCount": backend.num_qubits,
        "nativeGateSet": list(_NATIVE[kind]),
    }


def _rigetti(backend: Backend) -> dict[str, Any]:
    edges = backend.edges or ()
    singles = [[qubit] for qubit in backend.labels]
    places = {"RX": singles, "RZ": singles, "CZ": [list(edge) for edge in edges], "MEASURE": singles}
    return {
        "provider": {
            "braketSchemaHeader": _header("rigetti.rigetti_provider_properties", "2"),
            "specs": {
                "architecture": {
                    "edges": [{"node_ids": list(edge)} for edge in edges],
                    "family": "Ankaa",
                    "nodes": [{"node_id": qubit} for (qubit,) in singles],
                },
                "benchmarks": [],
                "instructions": [
                    {
                        "characteristics": [],
                        "name": name,
                        "node_count": len(sites[0]),
                        "parameters": [],
                        "sites": [{"characteristics": [], "node_ids": site} for site in sites],
                    }
                    for name, sites in places.items()
                ],
                "name": backend.internal_id.rsplit("/", 1)[-1],
            },
        }
    }
