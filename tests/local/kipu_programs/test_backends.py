"""The Hub's backends as the embedded cloud describes them, beside what the Hub serves and its specification says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from qrelay.local.kipu.backends import BACKENDS
from qrelay.local.kipu.backends_braket import device

SAMPLES = {
    "kipu.sim.qsim": "qsim-backend.json",
    "qudora.sim.xg1": "qudora-sim-q1-backend.json",
    "aws.sim.sv1": "aws-sv1-backend.json",
    "aws.sim.dm1": "aws-dm1-backend.json",
    "aws.ionq.forte": "ionq-forte-backend.json",
    "aws.rigetti.cepheus": "rigetti-cepheus-backend.json",
    "aws.quera.aquila": "quera-aquila-backend.json",
    "azure.ionq.simulator": "ionq-sim-backend.json",
    "iqm.qpu.garnet": "iqm-garnet-backend.json",
    "aqt.qpu.ibex": "ibex-backend.json",
    "ibm.qpu.aachen": "ibm-aachen-backend-platform-properties.json",
}
CONFIGS = {
    "kipu.sim.qsim": "qsim-config.json",
    "aws.sim.sv1": "aws-sv1-config.json",
    "aws.sim.dm1": "aws-dm1-config.json",
    "aws.ionq.forte": "ionq-forte-config.json",
    "aws.rigetti.cepheus": "rigetti-cepheus-config.json",
    "aws.quera.aquila": "quera-aquila-config.json",
    "iqm.qpu.garnet": "iqm-garnet-config.json",
    "aqt.qpu.ibex": "ibex-config.json",
    "ibm.qpu.aachen": "ibm-aachen-backend-config.json",
}
# parts of the providers' documents that ours leave out: measured figures, pulses, Braket's schema of deviceParameters
LEFT_OUT = {
    "/pulse",
    "/standardized",
    "/provider/errorMitigation",
    "/deviceParameters",
    "/calibrationData/observations/*/value",
    "/gates/prx_12",
    "/gates/measure/implementations/fast_constant",
    "/provider/specs/benchmarks/*",
    "/provider/specs/instructions/*/parameters/*",
    "/provider/specs/instructions/*/sites/*/characteristics/*",
    "/properties/general_qlists/*",
}


def sample(shared: Path, name: str) -> Any:
    return json.loads((shared / "fixtures" / "kipu" / name).read_text(encoding="utf-8"))


def paths(value: Any, at: str = "") -> Iterator[tuple[str, str]]:
    """Every place in a document and the type of what is there; the entries of a list, or of a map by number, are one."""
    if isinstance(value, dict):
        yield at, "object"
        for key, inner in value.items():
            yield from paths(inner, f"{at}/{'#' if key.isdigit() else key}")
    elif isinstance(value, list):
        yield at, "list"
        for inner in value:
            yield from paths(inner, f"{at}/*")
    elif isinstance(value, bool) or value is None:
        yield at, "null" if value is None else "boolean"
    else:
        yield at, "text" if isinstance(value, str) else "number"


def left_out(place: str) -> bool:
    return any(place == known or place.startswith(f"{known}/") for known in LEFT_OUT)


@pytest.mark.parametrize("name", SAMPLES)
def test_descriptions_have_the_fields_and_types_of_the_samples(name: str, shared: Path) -> None:
    """A field that the Hub serves and we do not, one that we invented, or another type."""
    assert set(paths(BACKENDS[name].description())) == set(paths(sample(shared, SAMPLES[name])))


@pytest.mark.parametrize("name", SAMPLES)
def test_descriptions_state_the_facts_of_the_samples(name: str, shared: Path) -> None:
    """A gate, a limit or a coupler written down wrongly."""
    ours, theirs = BACKENDS[name].description(), sample(shared, SAMPLES[name])
    for field in ("id", "internal_id", "provider", "hardware_provider", "type", "access_type", "availability", "costs"):
        assert ours[field] == theirs[field], field
    for field in ("has_calibration", "free_of_charge", "technology"):
        assert ours.get(field) == theirs.get(field), field
    mine, real = ours["configuration"], theirs["configuration"]
    for field in ("max_pubs_per_job", "qubit_count", "shots_range", "supported_input_formats", "output_format"):
        assert mine.get(field) == real.get(field), field
    assert mine["memory_result_supported"] == real["memory_result_supported"]
    natives = {gate["name"]: gate["native_gate"] for gate in real["gates"]}
    assert {gate["name"]: gate["native_gate"] for gate in mine["gates"]} == natives
    assert sorted(mine["operations"]) == sorted(real["operations"])
    assert sorted(mine["instructions"]) == sorted(real["instructions"])
    assert couplers(mine) == couplers(real)
    if name != "qudora.sim.xg1":  # its sample counts 35 qubits and lists 29
        assert sorted(qubit["id"] for qubit in mine.get("qubits", [])) == sorted(
            qubit["id"] for qubit in real.get("qubits", [])
        )


def couplers(configuration: dict[str, Any]) -> Any:
    connectivity = configuration.get("connectivity")
    if connectivity is None or connectivity["fully_connected"]:
        return connectivity
    return {frozenset((one, other)) for one, others in connectivity["graph"].items() for other in others}


@pytest.mark.parametrize("name", ["iqm.qpu.garnet", "aws.rigetti.cepheus"])
def test_graphs_are_written_as_in_the_samples(name: str, shared: Path) -> None:
    """Each coupler once or twice, and qubits with an empty list or left out: not the same with every provider."""
    ours = BACKENDS[name].description()["configuration"]["connectivity"]["graph"]
    theirs = sample(shared, SAMPLES[name])["configuration"]["connectivity"]["graph"]
    assert {key: sorted(value) for key, value in ours.items()} == {key: sorted(value) for key, value in theirs.items()}


@pytest.mark.parametrize("name", CONFIGS)
def test_configurations_have_the_fields_and_types_of_the_samples(name: str, shared: Path) -> None:
    """A field of the provider's document that is missing without our saying so, or has another type."""
    ours = {(place, kind) for place, kind in paths(BACKENDS[name].config()) if not left_out(place)}
    theirs = {(place, kind) for place, kind in paths(sample(shared, CONFIGS[name])) if not left_out(place)}
    invented = {(place, kind) for place, kind in ours - theirs if (place, "null") not in theirs}
    assert not invented
    missing = {place for place, _ in theirs} - {place for place, _ in ours}
    assert not missing


@pytest.mark.parametrize("name", ["aws.sim.sv1", "aws.sim.dm1", "aws.ionq.forte", "aws.rigetti.cepheus"])
def test_braket_documents_say_what_the_samples_say_of_programs(name: str, shared: Path) -> None:
    """A device that allows more or fewer programs here than at Amazon."""
    action = "braket.ir.openqasm.program"
    ours = BACKENDS[name].config()["action"][action]
    theirs = sample(shared, CONFIGS[name])["action"][action]
    for field, value in theirs.items():
        if isinstance(value, bool | int):
            assert ours[field] == value, field
    assert sorted(ours["supportedOperations"]) == sorted(theirs["supportedOperations"])
    rules = device(BACKENDS[name])
    assert rules.operations == set(theirs["supportedOperations"])
    assert rules.all_measured == theirs["requiresAllQubitsMeasurement"]
    assert rules.contiguous == theirs["requiresContiguousQubitIndices"]
    assert rules.physical == theirs["supportPhysicalQubits"]
    assert rules.unassigned == theirs["supportsUnassignedMeasurements"]
    assert rules.unitary == ("braket_unitary_matrix" in theirs["supportedPragmas"])
    assert bool(rules.native) == ("verbatim" in theirs["supportedPragmas"])


@pytest.mark.parametrize("name", [name for name in BACKENDS if name.startswith("aws.")])
def test_braket_reads_our_capabilities(name: str) -> None:
    """A document that Amazon's own classes refuse; the Hub's SDK builds its devices from them."""
    from braket.device_schema.ionq import IonqDeviceCapabilities
    from braket.device_schema.quera import QueraDeviceCapabilities
    from braket.device_schema.rigetti.rigetti_device_capabilities_v2 import RigettiDeviceCapabilities
    from braket.device_schema.simulators import GateModelSimulatorDeviceCapabilities

    kinds = {
        "aws.ionq.forte": IonqDeviceCapabilities,
        "aws.quera.aquila": QueraDeviceCapabilities,
        "aws.rigetti.cepheus": RigettiDeviceCapabilities,
    }
    kind = kinds.get(name, GateModelSimulatorDeviceCapabilities)
    found = kind.parse_raw(json.dumps(BACKENDS[name].config()))
    assert found.paradigm.qubitCount == BACKENDS[name].num_qubits


def test_ibm_and_iqm_documents_hold_the_real_couplers(shared: Path) -> None:
    """A lattice drawn wrongly: programs would be routed over couplers that are not there."""
    ibm = BACKENDS["ibm.qpu.aachen"].config()["config"]["coupling_map"]
    assert sorted(ibm) == sorted(sample(shared, CONFIGS["ibm.qpu.aachen"])["config"]["coupling_map"])
    coords = BACKENDS["ibm.qpu.aachen"].config()["config"]["coords"]
    assert coords == sample(shared, CONFIGS["ibm.qpu.aachen"])["config"]["coords"]
    theirs = sample(shared, CONFIGS["iqm.qpu.garnet"])["gates"]["cz"]["implementations"]["slepian_crf"]["loci"]
    ours = BACKENDS["iqm.qpu.garnet"].config()["gates"]["cz"]["implementations"]["slepian_crf"]["loci"]
    assert {frozenset(pair) for pair in ours} == {frozenset(pair) for pair in theirs}


def test_emerald_is_one_lattice_of_54() -> None:
    """Rows shifted against each other wrongly leave qubits alone or with five neighbours."""
    edges = BACKENDS["iqm.qpu.emerald"].edges
    assert edges is not None
    degrees = [sum(qubit in edge for edge in edges) for qubit in range(1, 55)]
    assert min(degrees) >= 1
    assert max(degrees) == 4
    assert {(1, 2), (1, 5), (14, 22), (15, 23), (31, 39), (40, 41), (50, 54), (53, 54)} <= set(edges)
    assert len(edges) == 90
    assert not {(2, 3), (7, 8), (14, 15), (22, 23), (39, 40)} & set(edges)


def errors(shared: Path, schema: str, document: Any) -> set[tuple[str, str]]:
    """Where a document is at odds with the specification, and by which rule."""
    specification = json.loads((shared / "specs" / "kipu-hub-quantum-openapi.json").read_text(encoding="utf-8"))
    rules = specification | {"$ref": f"#/components/schemas/{schema}"}
    found = jsonschema.Draft202012Validator(rules).iter_errors(document)
    return {
        ("/".join("*" if isinstance(step, int) else str(step) for step in error.absolute_path), str(error.validator))
        for error in found
    }


@pytest.mark.parametrize("name", BACKENDS)
def test_descriptions_follow_the_specification_where_the_hub_does(name: str, shared: Path) -> None:
    """At odds with the specification only where the Hub's own answers are (SDKs with their pages, the provider AQT)."""
    real = [errors(shared, "Backend", sample(shared, file)) for file in SAMPLES.values()]
    assert errors(shared, "Backend", BACKENDS[name].description()) <= set().union(*real)


@pytest.mark.parametrize("name", BACKENDS)
def test_status_and_calibration_follow_the_specification(name: str, shared: Path) -> None:
    """A status with other words, a calibration without its frame, or none where the description promises one."""
    backend = BACKENDS[name]
    assert not errors(shared, "BackendStateInfo", backend.status())
    assert backend.status()["status"] == "ONLINE"
    calibration = backend.calibration()
    assert (calibration is not None) == bool(backend.description().get("has_calibration"))
    if calibration is not None:
        assert not errors(shared, "CalibrationResponse", calibration)
        assert calibration["backend_id"] == name
        assert set(paths(calibration)) == set(paths(sample(shared, "ionq-forte-calibration.json")))


def test_what_other_parts_read_of_a_backend() -> None:
    """Limits that the description and the checks of an order would state differently."""
    for name, backend in BACKENDS.items():
        configuration = backend.description()["configuration"]
        assert backend.id == name == backend.description()["id"]
        assert backend.shots == (configuration["shots_range"]["min"], configuration["shots_range"]["max"])
        assert backend.max_circuits == configuration.get("max_pubs_per_job", backend.max_circuits)
        assert backend.num_qubits == configuration.get("qubit_count")
        assert backend.sessions == backend.drains == (backend.provider == "IBM")
        assert backend.analog or backend.input_formats == set(configuration["supported_input_formats"])
        json.dumps([backend.description(), backend.config(), backend.status(), backend.calibration()], allow_nan=False)
    assert BACKENDS["aws.quera.aquila"].input_formats == {"BRAKET_AHS_PROGRAM"}


def test_documents_are_nobody_elses() -> None:
    """A caller that changes an answer changes the table."""
    backend = BACKENDS["aws.sim.sv1"]
    backend.description()["configuration"]["gates"].clear()
    backend.config()["action"].clear()
    assert backend.description()["configuration"]["gates"]
    assert backend.config()["action"]
