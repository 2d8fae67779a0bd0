"""Ready-made programs from `Account.submit` to the counts, on the embedded cloud; and what is refused on the way."""

from __future__ import annotations

import importlib.util
import json
import os
from collections.abc import Iterator
from typing import Any

import pytest

from qrelay import encode, read, template
from qrelay.azure import Workspace
from qrelay.cloud import loop
from qrelay.errors import ConfigurationError, InvalidOption, JobFailed, TooManyQubits, UnsupportedCircuit
from qrelay.formats import ready_made
from qrelay.kipu import Hub
from qrelay.program import Layout, Program, Register
from qrelay.program.angles import Symbols

os.environ.setdefault("QDK_PYTHON_TELEMETRY", "none")

QUIL = "DECLARE ro BIT[3]\nX 2\nMEASURE 2 ro[0]\nMEASURE 0 ro[1]\nMEASURE 2 ro[2]\n"
QASM2 = (
    'OPENQASM 2.0; include "qelib1.inc"; qreg q[3]; creg a[2]; creg b[2]; x q[1]; '
    "measure q[1] -> a[1]; measure q[0] -> b[1]; measure q[1] -> b[0];"
)
IONQ = {"qubits": 4, "circuit": [{"gate": "x", "target": 3}, {"gate": "cnot", "control": 3, "target": 1}]}


@pytest.fixture
def workspace() -> Iterator[Workspace]:
    with Workspace.local() as account:
        yield account


@pytest.fixture
def hub() -> Iterator[Hub]:
    with Hub.local() as account:
        yield account


def _compiled(source: str, call: str, profile: str = "Base") -> Any:
    qsharp = pytest.importorskip("qdk.qsharp")
    qsharp.init(target_profile=getattr(pytest.importorskip("qdk").TargetProfile, profile))
    qsharp.eval(source)
    return qsharp.compile(call)


ASYMMETRIC = """operation Asymmetric() : (Result[], Result) {
    use q = Qubit[3];
    X(q[0]);
    CNOT(q[0], q[2]);
    let first = [MResetZ(q[0]), MResetZ(q[1])];
    return (first, MResetZ(q[2]));
}"""


@pytest.mark.parametrize("target", ["ionq.simulator", "rigetti.sim.qvm", "quantinuum.sim.h2-1e"])
def test_q_sharp_as_the_qdk_compiles_it(workspace: Workspace, target: str) -> None:
    job = workspace.submit(target, _compiled(ASYMMETRIC, "Asymmetric()"), shots=30)
    assert job.result().counts() == {"10 1": 30}
    again = workspace.job(job.id)
    assert again.result().counts() == {"10 1": 30}
    assert again.layout_of(0) == job.layout_of(0)


def test_q_sharp_that_decides_needs_a_target_that_can(workspace: Workspace) -> None:
    source = """operation Decides() : Result {
        use q = Qubit[2];
        X(q[0]);
        if (MResetZ(q[0]) == One) { X(q[1]); }
        return MResetZ(q[1]);
    }"""
    program = _compiled(source, "Decides()", "Adaptive_RI")
    assert workspace.submit("quantinuum.sim.h2-1e", program, shots=20).result().counts() == {"1": 20}
    for thing in (program, ready_made(program)):
        with pytest.raises(UnsupportedCircuit, match=r"base profile.*rigetti\.sim\.qvm"):
            workspace.submit("rigetti.sim.qvm", thing, shots=20)


def _two_entry_points() -> str:
    """Two programs in one module: the first flips qubit 0 of two, the second qubit 1 of three."""
    parts = ["%Result = type opaque", "%Qubit = type opaque"]
    for name, width, flipped in (("first", 2, 0), ("second", 3, 1)):
        group = "#0" if name == "first" else "#1"
        lines = [f"  call void @__quantum__qis__x__body(%Qubit* inttoptr (i64 {flipped} to %Qubit*))"]
        lines += [
            f"  call void @__quantum__qis__m__body(%Qubit* inttoptr (i64 {bit} to %Qubit*), "
            f"%Result* inttoptr (i64 {bit} to %Result*))"
            for bit in range(width)
        ]
        lines.append(f"  call void @__quantum__rt__array_record_output(i64 {width}, i8* null)")
        lines += [
            f"  call void @__quantum__rt__result_record_output(%Result* inttoptr (i64 {bit} to %Result*), i8* null)"
            for bit in range(width)
        ]
        parts += [f"define void @{name}() {group} {{", "entry:", *lines, "  ret void", "}"]
    parts += [
        "declare void @__quantum__qis__x__body(%Qubit*)",
        "declare void @__quantum__qis__m__body(%Qubit*, %Result*) #2",
        "declare void @__quantum__rt__array_record_output(i64, i8*)",
        "declare void @__quantum__rt__result_record_output(%Result*, i8*)",
    ]
    parts += [
        f'attributes #{place} = {{ "entry_point" "output_labeling_schema" "qir_profiles"="base_profile" '
        f'"required_num_qubits"="{width}" "required_num_results"="{width}" }}'
        for place, width in enumerate((2, 3))
    ]
    parts += [
        'attributes #2 = { "irreversible" }',
        "!llvm.module.flags = !{!0, !1, !2, !3}",
        '!0 = !{i32 1, !"qir_major_version", i32 1}',
        '!1 = !{i32 7, !"qir_minor_version", i32 0}',
        '!2 = !{i32 1, !"dynamic_qubit_management", i1 false}',
        '!3 = !{i32 1, !"dynamic_result_management", i1 false}',
    ]
    return "\n".join(parts) + "\n"


def test_several_items_of_one_module_have_an_outcome_each(workspace: Workspace) -> None:
    payload = ready_made(_two_entry_points(), items=["second", "first", "second"], name="three runs")
    job = workspace.submit("rigetti.sim.qvm", payload, shots=25)
    assert (job.count, job.composite, job.name) == (3, False, "three runs")
    wanted = [{"010": 25}, {"10": 25}, {"010": 25}]
    assert [outcome.counts() for outcome in job.results() if outcome] == wanted
    again = workspace.job(job.id)  # as another process finds it
    assert again.count == 3
    assert [outcome.counts() for outcome in again.results() if outcome] == wanted
    assert [listed.count for listed in workspace.jobs()] == [3]
    assert workspace.jobs_submitted == 1


def test_several_items_keep_the_layouts_they_were_given(workspace: Workspace) -> None:
    mine = Layout(2, (Register("mine", (1, 0)),), (0, 1), 2)
    payload = ready_made(_two_entry_points(), items=["first", "second"], layout=[mine, None])
    job = workspace.job(workspace.submit("rigetti.sim.qvm", payload, shots=5).id)
    job.results()
    assert job.layout_of(0) == mine
    assert job.layout_of(1) == payload.items[1]


def test_items_are_a_job_of_their_own(workspace: Workspace) -> None:
    several = ready_made(_two_entry_points(), items=["first", "second"])
    with pytest.raises(InvalidOption, match="submit it alone"):
        workspace.submit("rigetti.sim.qvm", [several, several])


def test_entry_point_that_is_named_runs(workspace: Workspace) -> None:
    text = _two_entry_points()
    for name, wanted in (("first", "10"), ("second", "010")):
        job = workspace.submit("rigetti.sim.qvm", ready_made(text, entry_point=name), shots=5)
        assert job.result().counts() == {wanted: 5}
    with pytest.raises(InvalidOption, match="2 entry points"):
        workspace.submit("rigetti.sim.qvm", text)


def test_arguments_travel_and_the_embedded_cloud_says_that_it_takes_none(workspace: Workspace) -> None:
    text = _two_entry_points().replace("@first()", "@first(i64 %n)")
    payload = ready_made(text, entry_point="first", arguments=[3])
    assert payload.input_params == {"items": [{"entryPoint": "first", "arguments": [3]}]}
    with pytest.raises(JobFailed, match="argument"):
        workspace.submit("quantinuum.sim.h2-1e", payload, shots=5).result()


def test_texts_and_documents_are_programs_not_lists(workspace: Workspace) -> None:
    """Catches a text that is taken for a list of its letters."""
    assert workspace.submit("rigetti.sim.qvm", QUIL, shots=8).result().counts() == {"101": 8}
    assert workspace.submit("quantinuum.sim.h2-1e", QASM2.encode(), shots=8).result().counts() == {"01 10": 8}
    outcome = workspace.submit("ionq.simulator", IONQ, shots=8).result()
    assert outcome.counts() == {"1010": 8}
    both = workspace.submit("ionq.simulator", [IONQ, json.dumps(IONQ)], shots=[4, 6])
    assert [outcome.counts() for outcome in both.results() if outcome] == [{"1010": 4}, {"1010": 6}]


def test_the_targets_own_name_of_the_format_is_taken(workspace: Workspace, hub: Hub) -> None:
    job = workspace.submit("quantinuum.sim.h2-1e", QASM2, shots=5)
    assert job.record.input_format == "honeywell.openqasm.v1"
    straight = 'OPENQASM 2.0; include "qelib1.inc"; qreg q[2]; creg c[2]; x q[1]; measure q -> c;'
    job = hub.submit("kipu.sim.qsim", straight, shots=5)
    assert job.result().counts() == {"10": 5}
    assert hub.job(job.id).result().counts() == {"10": 5}


def test_hub_reads_a_foreign_program_again_in_another_process(hub: Hub) -> None:
    """Catches jobs that only the process that sent them can read: their layouts are not among our own."""
    document = {"gateset": "qis", **IONQ, "registers": {"out": [3, 0]}}
    document["circuit"] = [{"gate": "x", "targets": [3]}]
    job = hub.submit("azure.ionq.simulator", document, shots=5)
    assert job.result().counts() == {"01": 5}
    assert set(hub.job(job.id).result().counts().values()) == {5}  # the shape of the answer: all qubits


@pytest.mark.parametrize(
    ("target", "thing", "said"),
    [
        ("ionq.simulator", QASM2, "ionq.circuit.v1, qir.v1.*honeywell.openqasm.v1"),
        ("pasqal.sim.emu-tn", QUIL, r"pasqal\.pulser\.v1.*rigetti\.quil\.v1"),
        ("ionq.simulator", {"no": "program"}, "dict is no ready-made program"),
        ("ionq.simulator", 7, "int is no program"),
        ("ionq.simulator", "circuit.qasm", "str that begins with 'circuit.qasm' is no ready-made program"),
    ],
)
def test_what_a_target_does_not_take_is_refused(workspace: Workspace, target: str, thing: Any, said: str) -> None:
    with pytest.raises(InvalidOption, match=said):
        workspace.submit(target, thing)
    assert workspace.jobs_submitted == 0


def test_format_that_was_asked_for_and_sizes_are_checked(workspace: Workspace) -> None:
    with pytest.raises(InvalidOption, match="cannot be sent as"):
        workspace.submit("quantinuum.sim.h2-1e", QASM2, format="qir.v1")
    with pytest.raises(TooManyQubits, match="needs 41"):
        workspace.submit("ionq.simulator", {"circuit": [{"gate": "h", "target": 40}]})


def test_circuits_are_refused_by_analog_machines(workspace: Workspace, hub: Hub) -> None:
    program = Program(1, 1, [("h", (0,), ()), ("measure", (0,), (0,))], (Register("c", (0,)),))
    for account, target in ((workspace, "pasqal.sim.emu-tn"), (hub, "aws.quera.aquila")):
        with pytest.raises(UnsupportedCircuit, match=f"{target} takes no circuits"):
            account.submit(target, program)


def test_analog_programs_reach_the_service(workspace: Workspace, hub: Hub) -> None:
    """The embedded cloud takes them as the service does, and says that it cannot run them."""
    sequence = {
        "version": "1", "name": "n", "register": [{"name": "q0", "x": 0.0, "y": 0.0}], "device": "AnalogDevice",
        "channels": {"ryd": "rydberg_global"}, "variables": {}, "operations": [], "measurement": None,
    }  # fmt: skip
    job = workspace.submit("pasqal.sim.emu-tn", sequence, shots=10)
    with pytest.raises(JobFailed, match="analog"):
        job.result()
    driving = {
        name: {"time_series": {"values": [0.0], "times": [0.0]}, "pattern": "uniform"}
        for name in ("amplitude", "phase", "detuning")
    }
    register = {"sites": [[0, 0]], "filling": [1]}
    program = {"setup": {"ahs_register": register}, "hamiltonian": {"drivingFields": [driving]}}
    job = hub.submit("aws.quera.aquila", program, shots=10)
    with pytest.raises(JobFailed, match="BRAKET_AHS_PROGRAM"):
        job.result()


def test_perceval_documents_reach_the_hub(hub: Hub) -> None:
    """Photonic machines refuse circuits and take what is written for them, with the shots put in."""
    document = {"circuit": ":PCVL:zip:eJw=", "command": "sample_count", "input_state": ":PCVL:BasicState:|1,0>"}
    job = hub.submit("quandela.sim.belenos", document, shots=10)
    told = loop.call(hub.api.get_job_input, job.id)
    assert told == {"max_samples": 10, "max_shots": 10, **document}
    program = Program(1, 1, [("h", (0,), ()), ("measure", (0,), (0,))], (Register("c", (0,)),))
    with pytest.raises(UnsupportedCircuit, match="format='PERCEVAL'"):
        hub.submit("quandela.sim.belenos", program)
    with pytest.raises(UnsupportedCircuit, match="PERCEVAL"):
        hub.submit("quandela.sim.belenos", program, format="OPEN_QASM_V2")


def test_perceval_that_is_asked_for_by_name_is_written(hub: Hub) -> None:
    """Catches a target that refuses the format it says it takes; without the extra, that is the reason."""
    program = Program(1, 1, [("h", (0,), ()), ("measure", (0,), (0,))], (Register("c", (0,)),))
    hub.targets()
    before = hub.requests
    if importlib.util.find_spec("perceval") is None:
        with pytest.raises(ConfigurationError, match=r"qrelay\[perceval\]"):
            hub.submit("quandela.sim.belenos", program, 10, format="PERCEVAL")
        assert hub.requests == before
    else:
        job = hub.submit("quandela.sim.belenos", program, 10, format="PERCEVAL")
        assert loop.call(hub.api.get_job_input, job.id)["command"] == "sample_count"


def test_a_template_wants_its_values_first(workspace: Workspace) -> None:
    symbols = Symbols(["t"])
    program = Program(1, 1, [("rx", (0,), (symbols.parameters[0],)), ("measure", (0,), (0,))], symbols=symbols)
    with pytest.raises(InvalidOption, match="bind"):
        workspace.submit("quantinuum.sim.h2-1e", template(program, "qir.v1"))


def test_qpy_goes_to_an_ibm_backend_and_back(hub: Hub) -> None:
    qiskit = pytest.importorskip("qiskit")
    circuit = qiskit.QuantumCircuit(qiskit.QuantumRegister(2), *[qiskit.ClassicalRegister(2, name) for name in "ab"])
    circuit.x(1)
    circuit.measure([1, 0], [0, 3])
    circuit.measure(1, 1)
    program = read(circuit)
    for thing in (program, encode(program, "QISKIT_QPY"), encode(program, "QISKIT_QPY").data):
        job = hub.submit("ibm.qpu.fez", thing, shots=10)
        assert job.result().counts() == {"00 11": 10}
        assert hub.job(job.id).result().counts() == {"00 11": 10}
