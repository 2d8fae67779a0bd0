"""What the Hub's descriptions of its backends become: the service's own figures first, and no code for a new one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from qrelay.errors import InvalidOption, QrelayError, UnknownTarget, UnsupportedCircuit
from qrelay.kipu import Hub
from qrelay.kipu.families import describe
from qrelay.kipu.models import Backend
from qrelay.program.gates import GATES


@pytest.fixture
def target(described: Callable[[str], dict[str, Any]]) -> Callable[..., Any]:
    def read(name: str, **changes: Any) -> Any:
        document = described(name)
        configuration = document["configuration"] | changes.pop("configuration", {})
        return describe(Backend.model_validate(document | changes | {"configuration": configuration}))

    return read


@pytest.mark.parametrize(
    ("name", "backend", "provider", "formats", "output", "qubits", "shots", "circuits", "simulator"),
    [
        ("qsim", "kipu.sim.qsim", "KIPU", ("OPEN_QASM_V2",), "kipu.qsim.result", 24, (1, 100_000), 1, True),
        ("qudora-sim-q1", "qudora.sim.xg1", "QUDORA", ("OPEN_QASM_V2",), "qudora.result", 35, (1, 10_000), 500, True),
        ("ionq-sim", "azure.ionq.simulator", "AZURE", ("IONQ_CIRCUIT_V1",), "ionq.quantum-results.v1", 29, (1, 10_000),
         1, True),
        ("aws-sv1", "aws.sim.sv1", "AWS", ("BRAKET_OPEN_QASM_V3",), "braket.task_result.gate_model_task_result", 34,
         (1, 100_000), 1, True),
        ("aws-dm1", "aws.sim.dm1", "AWS", ("BRAKET_OPEN_QASM_V3",), "braket.task_result.gate_model_task_result", 17,
         (1, 100_000), 1, True),
        ("ionq-forte", "aws.ionq.forte", "AWS", ("BRAKET_OPEN_QASM_V3",), "braket.task_result.gate_model_task_result",
         36, (100, 5_000), 1, False),
        ("rigetti-cepheus", "aws.rigetti.cepheus", "AWS", ("BRAKET_OPEN_QASM_V3",),
         "braket.task_result.gate_model_task_result", 108, (10, 50_000), 1, False),
    ],
)  # fmt: skip
def test_the_families(
    target: Callable[..., Any], name: str, backend: str, provider: str, formats: tuple[str, ...], output: str,
    qubits: int, shots: tuple[int, int], circuits: int, simulator: bool,
) -> None:  # fmt: skip
    found = target(name)
    assert (found.id, found.provider, found.formats) == (backend, provider, formats)
    assert found.outputs == {formats[0]: output}
    assert (found.num_qubits, found.max_circuits, found.simulator) == (qubits, circuits, simulator)
    assert (found.shots.minimum, found.shots.maximum) == shots
    assert shots[0] <= found.shots.default <= shots[1]
    assert (found.keeps_metadata, found.midcircuit, found.control_flow, found.profile) == (
        False,
        False,
        frozenset(),
        None,
    )
    assert found.gates <= set(GATES)
    assert not found.sessions


def test_other_services_words_for_gates_become_ours(target: Callable[..., Any]) -> None:
    """A target whose gates are called `cnot` and `si` has, for a transpiler, no gates at all."""
    sv1 = target("aws-sv1").gates
    wanted = {
        *("cx", "id", "sdg", "tdg", "sx", "sxdg", "p", "cp", "ccx", "rxx", "ryy", "rzz", "ecr", "iswap", "cswap"),
        *("xy", "gpi", "gpi2", "ms"),
        *("cy", "cz", "h", "rx", "ry", "rz", "s", "swap", "t", "x", "y", "z"),
    }
    assert sv1 == wanted
    assert {"r", "cz"} == target("iqm-garnet").gates
    assert {"r", "rz", "rxx"} == target("ibex").gates
    assert target("ionq-sim").gates >= {"cx", "ccx", "rzz", "sx", "sdg"}
    assert target("qsim").gates >= {"u3", "cu1", "cswap", "crx"}
    assert {"r", "rxx", "h", "cx"} <= target("qudora-sim-q1").gates, (
        "its language has them, and it compiles them itself"
    )


def test_the_coupling_of_a_machine(target: Callable[..., Any]) -> None:
    assert target("aws-sv1").coupling is None
    assert target("ionq-forte").coupling is None
    cepheus = target("rigetti-cepheus")
    assert (0, 1) in cepheus.coupling
    assert (0, 9) in cepheus.coupling
    assert all(8 not in pair for pair in cepheus.coupling), "a qubit without neighbours keeps its number"
    assert max(max(pair) for pair in cepheus.coupling) == 107
    garnet = target("iqm-garnet")
    assert (0, 1) in garnet.coupling, "its qubits are called 1 to 20"
    assert (0, 3) in garnet.coupling
    assert {qubit for pair in garnet.coupling for qubit in pair} == set(range(20))


@pytest.mark.parametrize(
    ("connectivity", "qubits", "coupling"),
    [
        (None, [], None),
        ({}, [], None),
        ({"fully_connected": False, "graph": {}}, [], None),
        ({"fully_connected": True, "graph": {"0": ["1"]}}, [], None),
        ({"graph": {"QB10": ["QB2"], "QB2": ["QB1"], "QB1": []}}, [], ((1, 0), (2, 1))),
        ({"graph": {"a": ["b", "nowhere", "a"], "b": None}}, [{"id": "b"}, {"id": "a"}], ((1, 0),)),
        ({"graph": {"0": [1], "1": [2], "2": []}}, [], ((0, 1), (1, 2))),
    ],
)
def test_couplings_in_every_form(
    target: Callable[..., Any], connectivity: Any, qubits: list[Any], coupling: Any
) -> None:
    found = target("rigetti-cepheus", configuration={"connectivity": connectivity, "qubits": qubits})
    assert found.coupling == coupling


@pytest.mark.parametrize(
    ("status", "available", "degraded"),
    [("ONLINE", True, False), ("online", True, False), ("PAUSED", True, True), ("OFFLINE", False, False),
     ("RETIRED", False, False), ("UNKNOWN", True, False), (None, True, False), ("NEW_WORD", True, False)],
)  # fmt: skip
def test_the_state_of_a_backend(target: Callable[..., Any], status: Any, available: bool, degraded: bool) -> None:
    """PAUSED takes jobs and runs none; a list without states, as in the specification, makes nothing unavailable."""
    found = target("qsim", status=status)
    assert (found.available, found.degraded) == (available, degraded)


def test_the_services_own_figures_come_first(target: Callable[..., Any]) -> None:
    found = target(
        "qudora-sim-q1",
        configuration={"qubit_count": 40, "shots_range": {"min": 5, "max": 50}, "max_pubs_per_job": 7},
    )
    assert (found.num_qubits, found.max_circuits) == (40, 7)
    assert (found.shots.minimum, found.shots.maximum, found.shots.default) == (5, 50, 50)
    silent = dict.fromkeys(("qubit_count", "shots_range", "max_pubs_per_job", "supported_input_formats", "gates"))
    found = target("qudora-sim-q1", configuration=silent)
    assert (found.formats, found.max_circuits, found.shots.maximum) == (("OPEN_QASM_V2",), 500, 10_000)
    assert found.gates >= {"r", "rxx"}
    found = target("aws-sv1", configuration={"max_pubs_per_job": 100})
    assert found.max_circuits == 1, "the answer of several in one is not read yet"


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("quera-aquila", {}),
        ("qsim", {"id": "quandela.qpu.belenos"}),
        ("qsim", {"id": "new.one", "type": "ANNEALER"}),
        ("qsim", {"id": "new.one", "technology": "PHOTONIC"}),
        ("qsim", {"id": "new.one", "technology": "NEUTRAL_ATOMS", "configuration": {"gates": []}}),
        ("qsim", {"id": "new.one", "configuration": {"photonic_properties": {"max_modes": 12}}}),
    ],
)
def test_analog_and_photonic_machines_take_no_circuits_whatever_they_list(
    target: Callable[..., Any], remote: Callable[..., Hub], flips: Any, name: str, changes: dict[str, Any]
) -> None:
    """Aquila's own description lists Braket's OpenQASM: a circuit sent there is paid for and fails."""
    found = target(name, **changes)
    assert found.formats == ()

    def refuse(request: httpx.Request) -> httpx.Response:
        raise AssertionError("no request was to be sent")

    with pytest.raises(UnsupportedCircuit, match="takes no circuits"):
        remote(refuse).submit(found, flips("01"), 10)
    for word in ("OPEN_QASM_V2", "BRAKET_OPEN_QASM_V3"):
        with pytest.raises(InvalidOption):
            remote(refuse).submit(found, _payload(word), 10)


def _payload(said: str) -> Any:
    from qrelay.formats.payload import Payload

    return Payload(b"OPENQASM 3.0;", said, "text/plain", "", 1)


@pytest.mark.parametrize(
    ("name", "changes", "said"),
    [
        ("qsim", {"id": "new.one", "configuration": {"supported_input_formats": ["QOQO", "QIR_V1"]}}, "QOQO, QIR_V1"),
    ],
)
def test_formats_that_are_not_written_yet_are_named(
    target: Callable[..., Any], remote: Callable[..., Hub], flips: Any, name: str, changes: dict[str, Any], said: str
) -> None:
    found = target(name, **changes)
    assert found.formats == ()
    with pytest.raises(QrelayError, match=f"{said}.*qrelay"):
        remote(lambda request: httpx.Response(500)).submit(found, flips("01"), 100)


def test_p32_an_unknown_backend_works_by_its_description(target: Callable[..., Any]) -> None:
    """A new device needs a new release of the client, while the service describes it in full."""
    found = target("aws-sv1", id="new.sim.one", provider="NEWCO")
    assert found.formats == ("BRAKET_OPEN_QASM_V3",)
    assert found.outputs == {"BRAKET_OPEN_QASM_V3": "braket.task_result.gate_model_task_result"}
    assert (found.num_qubits, found.provider, "rxx" in found.gates) == (34, "NEWCO", True)
    said = {"output_format": "IONQ_RESULT_V1", "supported_input_formats": ["ionq_circuit_v1"]}
    found = target("ionq-sim", id="new.ionq.two", configuration=said)
    assert found.outputs == {"IONQ_CIRCUIT_V1": "ionq.quantum-results.v1"}
    found = target("qsim", id="new.qasm")
    assert found.formats == ("OPEN_QASM_V2",)
    assert found.outputs == {"OPEN_QASM_V2": ""}, "of such an answer nobody knows the order of the bits"


def test_sessions_are_ibms(target: Callable[..., Any]) -> None:
    assert target("qsim", id="ibm.qpu.aachen").sessions
    assert not target("qsim").sessions


def test_p32_one_broken_description_does_not_break_the_list(
    remote: Callable[..., Hub], described: Callable[[str], dict[str, Any]]
) -> None:
    entries = [None, 7, {}, {"id": None}, {"id": "odd", "configuration": "broken"}, described("qsim")]
    hub = remote(lambda request: httpx.Response(200, json=entries))
    assert [each.id for each in hub.targets()] == ["odd", "kipu.sim.qsim"]
    with pytest.raises(UnknownTarget) as caught:
        hub.target("kipu.sim.qsin")
    assert caught.value.suggestions[0] == "kipu.sim.qsim"
