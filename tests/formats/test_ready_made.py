"""Programs of others pass through unchanged, and their layouts are those that answers to them have."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from uploads import recorded_uploads, registers_of

import qrelay
from qrelay.errors import InvalidOption
from qrelay.formats import Payload, encode, formats_of, ready_made
from qrelay.program import Layout, Program, Register

# --- OpenQASM --------------------------------------------------------------------------------------------------------

QASM2 = """// theirs
OPENQASM 2.0;
include "qelib1.inc";
gate pair a, b { h a; cx a, b; }
qreg one[2]; qreg two[3];
creg low[2];
creg high[3];
pair one[0], two[2];
measure two -> high;
measure one[1] -> low[0];
if (low == 1) x one[0];
"""


def test_openqasm2_registers_in_their_order() -> None:
    payload = ready_made(QASM2, "honeywell.openqasm.v1")
    assert payload.data == QASM2.encode()
    assert (payload.content_type, payload.output_format) == ("application/qasm", "honeywell.quantum-results.v1")
    assert registers_of(payload.layout) == [("low", [1, -1]), ("high", [2, 3, 4])]
    assert payload.num_qubits == 5
    answer = json.dumps({"low": ["01"], "high": ["110"]}).encode()
    assert qrelay.decode(answer, payload.output_format, payload.layout).counts() == {"110 01": 1}


def test_openqasm_of_several_receivers_is_asked_about() -> None:
    assert formats_of(QASM2) == ("honeywell.openqasm.v1", "quantinuum.openqasm.v1", "OPEN_QASM_V2")
    with pytest.raises(InvalidOption, match="format='honeywell") as caught:
        ready_made(QASM2)
    assert caught.value.option == "format"
    with pytest.raises(InvalidOption, match=r"cannot be sent as 'qir\.v1'"):
        ready_made(QASM2, "qir.v1")


def test_where_nobody_says_whether_answers_follow_qubits_or_bits() -> None:
    """Catches counts in a wrong order: qsim's answers to a permuted map are not documented."""
    start = 'OPENQASM 2.0; include "qelib1.inc"; qreg q[2]; creg c[2]; '
    straight = start + "h q[0]; measure q -> c;"
    crossed = start + "measure q[0] -> c[1]; measure q[1] -> c[0];"
    assert registers_of(ready_made(straight, "OPEN_QASM_V2").layout) == [("c", [0, 1])]
    assert ready_made(crossed, "OPEN_QASM_V2").layout is None
    assert registers_of(ready_made(crossed, "honeywell.openqasm.v1").layout) == [("c", [1, 0])]


def test_openqasm3_declarations() -> None:
    text = """OPENQASM 3.0;
#pragma braket verbatim
qubit[3] q; bit[2] b; bit one = measure q[2];
b[1] = measure q[0];
/* measure q[1] -> b[1]; */ b[0] = measure q[1];
"""
    payload = ready_made(text, "BRAKET_OPEN_QASM_V3")
    assert registers_of(payload.layout) == [("b", [1, 0]), ("one", [2])]
    assert payload.num_qubits == 3
    physical = "OPENQASM 3; bit[1] b; h $4; b[0] = measure $4;"
    assert registers_of(ready_made(physical, "BRAKET_OPEN_QASM_V3").layout) == [("b", [4])]
    assert ready_made(physical, "BRAKET_OPEN_QASM_V3").num_qubits == 5


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("2.0; qreg q[2];creg/**/c[1];creg d[2]; measure/* */q->d;", [("c", [-1]), ("d", [0, 1])]),
        ('2.0; include "a//b"; creg c[1];\nqreg q[2]; measure q[1]->c[0];', [("c", [1])]),
        ("2.0; qreg q[2]; creg c[2]; // it ends here\rmeasure q[0]->c[1];", [("c", [-1, 0])]),
        ("2.0; qreg input[2]; creg c[2]; measure input->c;", [("c", [0, 1])]),
        ("2.0; gate measured a { } qreg q[2]; creg c[2]; measured q[0]; measure q->c;", [("c", [0, 1])]),
        ("3; gate g q { box { h q; } } qubit[2]q; bit[2]c; c[0]=measure q[1];", [("c", [1, -1])]),
        ("3; qubit[2] q; @one\n@two\nbit[2] c; c = measure q;", [("c", [0, 1])]),
        ("3; qubit[2] q; bit[2] c; ctrl\n @ x q[0], q[1]; c = measure q;", [("c", [0, 1])]),
        ("3; qubit[2] q; bit[2] c; c = measure q; pragma x; bit[3] e;", [("c", [0, 1])]),
    ],
    ids=["no space", "slashes", "CR", "word", "gate", "nested", "annotated", "modifier", "pragma"],
)
def test_openqasm_that_is_odd_and_legal(text: str, wanted: Any) -> None:
    """Catches declarations and measurements that are lost in comments, strings, definitions and annotations."""
    name = "honeywell.openqasm.v1" if text[0] == "2" else "BRAKET_OPEN_QASM_V3"
    assert registers_of(ready_made(f"OPENQASM {text}", name).layout) == wanted


@pytest.mark.parametrize("statement", ["c[0] = 0;", "c ^= d;", "d = c;", "x q[1];", "rzz(1) q[0:1];", "end;"])
def test_bits_and_qubits_that_change_after_the_measurement(statement: str) -> None:
    """Answers that follow the qubits do not know: catches bits that are read as what was measured before."""
    text = f"OPENQASM 3.0; qubit[2] q; bit[2] c; bit[2] d; x q[1]; c = measure q; {statement} barrier q;"
    assert ready_made(text, "BRAKET_OPEN_QASM_V3").layout is None
    assert ready_made(text.replace(statement, ""), "BRAKET_OPEN_QASM_V3").layout is not None


@pytest.mark.parametrize(
    "statement",
    [
        "def f(qubit q) { }",
        "let a = q[0:1];",
        "array[int[8], 2] x;",
        "const int n = 2; bit[n] d;",
        "b[0:1] = measure q;",
    ],
)
def test_openqasm_beyond_a_light_look_has_no_layout(statement: str) -> None:
    text = f"OPENQASM 3.0; qubit[2] q; bit[2] b; {statement} b = measure q;"
    payload = ready_made(text, "BRAKET_OPEN_QASM_V3")
    assert payload.layout is None
    assert payload.data == text.encode()


def test_layout_that_we_wrote_ourselves_goes_first() -> None:
    program = Program(3, 2, [("h", (1,), ()), ("measure", (2,), (0,))], (Register("m", (1, 0)),), name="ours")
    for name in ("OPEN_QASM_V2", "IONQ_CIRCUIT_V1", "IQM_JOB_INPUT_V1", "AQT_JOB_INPUT_V1"):
        written = encode(program, name)
        passed = ready_made(written.data, name)
        assert passed.layout == program.layout
        assert passed.carries_layout
        assert passed.data == written.data
    assert not ready_made(QASM2, "honeywell.openqasm.v1").carries_layout


def test_other_versions_and_damaged_texts() -> None:
    for thing in (
        "OPENQASM 4.0; qubit q;",
        "h q[0];",
        "circuit.qasm",
        "",
        b"\xff\xfe",
        {"a": 1},
        "[1]",
        7,
        None,
        object(),
    ):
        assert formats_of(thing) == ()
        with pytest.raises(InvalidOption, match="no ready-made program"):
            ready_made(thing)
    with pytest.raises(InvalidOption, match="JSON"):
        ready_made('{"qubits": 2, "circuit": [')
    with pytest.raises(InvalidOption, match="NaN"):
        ready_made('{"circuit": [{"gate": "rx", "target": 0, "rotation": NaN}]}')
    with pytest.raises(InvalidOption, match="byte order mark"):
        ready_made("\ufeff" + QASM2, "OPEN_QASM_V2")
    with pytest.raises(InvalidOption, match="NUL"):
        ready_made(QUIL.encode() + b"\0")
    with pytest.raises(InvalidOption, match=r"qpy\.load"):
        ready_made(b"QISKIT\x0e\xff")


@pytest.mark.parametrize(
    "text",
    [
        "OPENQASM 3; " + "gate " * 20_000,
        "OPENQASM 3; bit " + " " * 50_000 + "[",
        "OPENQASM 3; if((" + "a" * 50_000,
        "OPENQASM 3; " + "/* " * 30_000,
        "DECLARE ro BIT\n" + "a-" * 50_000 + "[",
        "__quantum__" + "\n" * 100_000 + "define" + "\ncall " * 50_000 + "_record_output __quantum__",
    ],
    ids=["words", "spaces", "brackets", "comments", "name", "lines"],
)
def test_long_runs_do_not_take_long(text: str) -> None:
    """Catches expressions whose time grows with the square of a run's length: minutes for each of these."""
    for name in formats_of(text)[-1:]:
        try:
            ready_made(text, name)
        except InvalidOption:
            continue


# --- Quil ------------------------------------------------------------------------------------------------------------

QUIL = """# theirs
DECLARE ro BIT[3]
DECLARE theta REAL[1]
DEFCIRCUIT PAIR a b:
    H a
    CNOT a b
RX(theta[0]*2) 4
PAIR 0 2
MEASURE 4 ro[1]
MEASURE 2 ro[0]
"""


def test_quil_readout_and_qubits() -> None:
    payload = ready_made(QUIL)
    assert payload.format == "rigetti.quil.v1"
    assert registers_of(payload.layout) == [("ro", [2, 4, -1])]
    assert payload.num_qubits == 5
    answer = json.dumps({"ro": [[1, 0, 0], [1, 1, 0]]}).encode()
    assert qrelay.decode(answer, payload.output_format, payload.layout).counts() == {"001": 1, "011": 1}


# --- JSON ------------------------------------------------------------------------------------------------------------


def test_recorded_ionq_circuit_in_older_words(shared: Path) -> None:
    (upload,) = recorded_uploads(shared, "test_job_submit_ionq.json")
    text = json.dumps(upload, indent=3)
    payload = ready_made(text)
    assert payload.data == text.encode()
    assert payload.format == "ionq.circuit.v1"
    assert registers_of(payload.layout) == [("c", [0, 1, 2])]
    assert json.loads(ready_made(upload).data) == upload
    with pytest.raises(InvalidOption, match="gateset"):
        ready_made(upload, "IONQ_CIRCUIT_V1")


def _ionq(**members: Any) -> dict[str, Any]:
    return {"gateset": "qis", "qubits": 4, "circuit": [{"gate": "x", "targets": [3], "controls": [0]}], **members}


def test_ionq_registers_and_maps() -> None:
    named = _ionq(registers={"out": [3, None], "more": [1]})
    assert registers_of(ready_made(named).layout) == [("out", [3, -1]), ("more", [1])]
    assert registers_of(ready_made(_ionq(meas_map="[2, null, 0]")).layout) == [("c", [2, -1, 0])]
    assert registers_of(ready_made(_ionq(registers={"meas_mapped": [1, 0]})).layout) == [("c", [1, 0])]
    assert ready_made(_ionq(registers={"out": [9]})).layout is None
    assert ready_made({"circuit": [{"type": "h", "target": 6}]}).num_qubits == 7


@pytest.mark.parametrize(
    ("document", "place"),
    [
        (_ionq(gateset="other"), "gateset"),
        (_ionq(circuit=[{"gate": "gpi", "target": 0}]), r"circuit\[0\]"),
        (_ionq(gateset="native", circuit=[{"gate": "h", "target": 0}]), r"circuit\[0\]"),
        (_ionq(circuit=[7]), r"circuit\[0\]"),
        (_ionq(circuit=[{"gate": "x", "target": "0"}]), r"circuit\[0\].target"),
        (_ionq(circuit=[{"gate": "x"}]), r"circuit\[0\] is 'x' without targets"),
        (_ionq(circuit=[{"gate": "x", "target": 1, "control": 1}]), r"names a qubit twice"),
        ({"circuits": [{"circuit": []}, {"circuit": []}]}, "IonQ document"),
        (_ionq(qubits=3), "qubits"),
    ],
)
def test_damaged_ionq_documents_are_named(document: Any, place: str) -> None:
    with pytest.raises(InvalidOption, match=place):
        ready_made(document)


def test_iqm_and_aqt_documents() -> None:
    instruction = {"name": "prx", "locus": ["QB2"], "args": {"angle": 1.0, "phase": 0.0}}
    payload = ready_made({"circuits": [{"name": "theirs", "instructions": [instruction]}]})
    assert (payload.format, payload.num_qubits, payload.layout) == ("IQM_JOB_INPUT_V1", 1, None)
    circuit = {"repetitions": 1, "number_of_qubits": 2, "quantum_circuit": [{"operation": "MEASURE"}]}
    payload = ready_made({"job_type": "quantum_circuit", "payload": {"circuits": [circuit]}})
    assert (payload.format, payload.num_qubits) == ("AQT_JOB_INPUT_V1", 2)
    assert registers_of(payload.layout) == [("c", [0, 1])]
    for damaged in (
        {"circuits": []},
        {"circuits": [{"instructions": [{"name": "cz"}]}]},
        {"job_type": "quantum_circuit", "payload": {"circuits": [{}]}},
        {"job_type": "quantum_circuit", "payload": {"circuits": [{"number_of_qubits": 1, "quantum_circuit": 7}]}},
        {"pubs": [], "version": 2},
        {"pubs": [[{}]], "version": 1},
        {"circuit": ":PCVL:zip:x"},
    ):
        with pytest.raises(InvalidOption, match="malformed"):
            ready_made(damaged)


# --- by the way of convert -------------------------------------------------------------------------------------------


def test_encode_takes_them_with_their_own_options() -> None:
    layout = Layout(3, (Register("mine", (2, 0, 1)),), (0, 1, 2), 3)
    payload = qrelay.encode(QUIL, "rigetti.quil.v1", layout=layout, num_qubits=6, name="job")
    assert isinstance(payload, Payload)
    assert (payload.layout, payload.num_qubits, payload.name) == (layout, 6, "job")
    with pytest.raises(InvalidOption, match="profile"):
        qrelay.encode(QUIL, "rigetti.quil.v1", profile="base")
    with pytest.raises(InvalidOption, match="is for QIR"):
        qrelay.encode(QUIL, "rigetti.quil.v1", entry_point="main")
    with pytest.raises(InvalidOption, match="num_qubits"):
        qrelay.encode(QUIL, "rigetti.quil.v1", num_qubits=0)


@pytest.mark.parametrize(
    ("document", "format_", "place"),
    [
        ({"channels": {}, "operations": []}, "pasqal.pulser.v1", "register is missing"),
        ({"setup": {}}, "BRAKET_AHS_PROGRAM", "hamiltonian is missing"),
        ({"gateset": "qis", "qubits": 2}, "ionq.circuit.v1", "circuit is missing"),
        ({"circuits": 3}, "IQM_JOB_INPUT_V1", "circuits should be a list"),
        ({"payload": {}}, "AQT_JOB_INPUT_V1", "job_type is missing"),
        ({"version": 2}, "QISKIT_QPY", "pubs is missing"),
        ({"circuit": "x"}, "PERCEVAL", "circuit should begin with ':PCVL:'"),
        ({"circuit": []}, "ionq.circuit.v1", "nothing to run"),
        ({"circuits": [{"name": "x", "instructions": []}]}, "IQM_JOB_INPUT_V1", "nothing to run"),
    ],
)
def test_what_is_missing_in_a_document_is_named(document: Any, format_: str, place: str) -> None:
    """Bug: `no ready-made program that qrelay knows`, of a document that lacks what it would have been known by."""
    for thing in (document, json.dumps(document)):
        with pytest.raises(InvalidOption, match=re.escape(place)):
            ready_made(thing, format_)


def test_an_include_is_refused_for_braket_and_for_nobody_else() -> None:
    """Bug: it failed at the service, after the request."""
    text = 'OPENQASM 3.0;\ninclude "stdgates.inc";\nqubit[1] q;\nx q[0];\n'
    with pytest.raises(InvalidOption, match="include"):
        ready_made(text, "BRAKET_OPEN_QASM_V3")
    with pytest.raises(InvalidOption, match="include"):
        ready_made(text.replace("include", "#pragma theirs\ninclude"), "BRAKET_OPEN_QASM_V3")
    assert ready_made(text, "OPEN_QASM_V3").num_qubits == 1
    assert ready_made(text.replace("include", "// include"), "BRAKET_OPEN_QASM_V3").num_qubits == 1


@pytest.mark.parametrize(
    "layout",
    [
        Layout(1, (Register("mine", (0,)),), (0,), 1),
        Layout(3, (Register("mine", (0, 7)),), (0, 1, 2), 3),
        Layout(3, (Register("mine", (0,)),), (0, 1, 9), 3),
        Layout(3, (Register("mine", (0,)),), (0,), 3),
    ],
    ids=["too few bits", "no such bit", "no such qubit", "bits without a qubit"],
)
def test_layouts_that_cannot_be_are_refused_before_the_job(layout: Layout) -> None:
    """Catches an answer that was paid for and ends in an IndexError."""
    with pytest.raises(InvalidOption, match="layout") as caught:
        ready_made(QUIL, layout=layout)
    assert caught.value.option == "layout"


@pytest.mark.parametrize("text", ["OPENQASM 4.0;", "", b"\x00\x01", "circuit.qasm", {"gates": []}])
def test_encode_says_of_texts_what_a_ready_made_program_is(text: Any) -> None:
    """Catches "str is no circuit" as the answer to a text, which says nothing of what is wrong with it."""
    with pytest.raises(InvalidOption, match="no ready-made program"):
        qrelay.encode(text, "OPEN_QASM_V2")


class _Tells:
    def __init__(self, told: Any) -> None:
        self.told = told

    def _repr_qir_(self) -> Any:
        return self.told


@pytest.mark.parametrize("told", [None, 5, b"\xff\xfe", "\ud800", ["define"]])
def test_an_object_that_tells_itself_as_something_else_than_qir(told: Any) -> None:
    with pytest.raises(InvalidOption, match="_repr_qir_") as caught:
        ready_made(_Tells(told))
    assert caught.value.option == "program"


def test_an_object_that_cannot_tell_itself() -> None:
    """Catches an error of somebody else's kind, which no caller of ours expects."""

    class Broken(_Tells):
        def _repr_qir_(self) -> Any:
            raise RuntimeError("no such operation")

    with pytest.raises(InvalidOption, match="no such operation"):
        ready_made(Broken(None))


@pytest.mark.parametrize(("option", "value"), [("items", 5), ("name", 5)])
def test_options_of_the_wrong_type(option: str, value: Any) -> None:
    module = qrelay.encode(Program(1, 0, [("h", (0,), ())]), "qir.v1").data
    with pytest.raises(InvalidOption, match=option) as caught:
        ready_made(module, **{option: value})
    assert caught.value.option == option
