"""What a job's input says about its answer: our own layouts, and other clients' programs as far as they are clear."""

from __future__ import annotations

import json
from typing import Any

import pytest

from qrelay.formats import encode
from qrelay.kipu.inputs import job_input
from qrelay.kipu.layouts import layouts_in
from qrelay.program import Program, Register

_QSIM, _QUDORA = "kipu.qsim.result", "qudora.result"
_BRAKET, _IONQ = "braket.task_result.gate_model_task_result", "ionq.quantum-results.v1"

_MINE = Program(
    3,
    4,
    [("x", (0,), ()), ("measure", (2,), (0,)), ("measure", (0,), (3,))],
    (Register("β one", (0, 1)), Register("c", (2, 3))),
    name="mine",
)


@pytest.mark.parametrize("written", ["OPEN_QASM_V2", "BRAKET_OPEN_QASM_V3"])
@pytest.mark.parametrize("shape", ["object", "bare", "several"])
def test_p19_our_own_layout_comes_back_from_a_text(written: str, shape: str) -> None:
    text = encode(_MINE, written).data.decode()
    document = {"object": {"qasm": text}, "bare": text, "several": {"qasm": [text, text]}}[shape]
    found = layouts_in(document, _QSIM, {})
    assert found == (_MINE.layout,) * (2 if shape == "several" else 1)


def test_p19_our_own_layout_comes_back_from_ionqs_registers() -> None:
    document = json.loads(encode(_MINE, "IONQ_CIRCUIT_V1").data)
    assert layouts_in(document, _IONQ, {"meas_map": "[0]"}) == (_MINE.layout,)
    assert layouts_in(document | {"registers": None}, _IONQ, {}) == (None,)


@pytest.mark.parametrize(
    ("written", "answered"),
    [("IQM_JOB_INPUT_V1", "iqm.result"), ("AQT_JOB_INPUT_V1", "aqt.result"), ("QISKIT_QPY", "ibm.runtime.result")],
)
def test_p19_our_own_layouts_come_back_from_jobs_of_several_circuits(written: str, answered: str) -> None:
    """Catches the first circuit's layout for all, or none of AQT's, where one label stands for the whole job."""
    if written == "QISKIT_QPY":
        pytest.importorskip("qiskit")
    other = Program(3, 1, [("x", (1,), ()), ("measure", (1,), (0,))], (Register("d", (0,)),), name="other")
    document = job_input([encode(_MINE, written), encode(other, written)], 7)
    assert layouts_in(document, answered, {}, ours=True) == (_MINE.layout, other.layout)
    assert layouts_in(document, answered, {}) == (_MINE.layout, other.layout)
    assert layouts_in(job_input([encode(other, written)], 7), answered, {}) == (other.layout,)


@pytest.mark.parametrize("label", ["mine", "", None, 7, "qrelay", [], "qrelay_1"])
def test_p19_a_label_of_another_client_says_nothing(label: Any) -> None:
    circuit = {"repetitions": 1, "number_of_qubits": 1, "quantum_circuit": [{"operation": "MEASURE"}]}
    document = {"job_type": "quantum_circuit", "label": label, "payload": {"circuits": [circuit]}}
    assert layouts_in(document, "aqt.result", {}) == (None,)


def test_p19_the_vendors_measurement_map_is_understood() -> None:
    document = {"gateset": "qis", "qubits": 4, "circuit": []}
    (layout,) = layouts_in(document, _IONQ, {"meas_map": "[2, null, 0]"})
    assert layout is not None
    assert (layout.qubits, layout.num_qubits, layout.num_clbits) == ((2, -1, 0), 4, 3)


def test_p19_without_a_measurement_map_every_qubit_is_a_bit() -> None:
    """Bug: the register was as wide as the highest qubit that was ever 1, from one run to the next another width."""
    document = {"gateset": "qis", "qubits": 4, "circuit": []}
    (layout,) = layouts_in(document, _IONQ, {})
    assert layout is not None
    assert (layout.qubits, layout.num_qubits, layout.registers) == ((0, 1, 2, 3), 4, (Register("c", (0, 1, 2, 3)),))
    for other in ({"qubits": "4"}, {"qubits": 10**9}, {"qubits": True}, {"registers": {"r": [1]}}):
        assert layouts_in(document | other, _IONQ, {}) == (None,)


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", "null", "[1.5, x]", '["a"]', "7", "[1e400]", "[-7]", "[9999999999]", "[" * 100_000, None, 5],
)
def test_a_senseless_measurement_map_is_none(text: Any) -> None:
    assert layouts_in({"qubits": 3, "circuit": []}, _IONQ, {"meas_map": text}) == (None,)


_THEIRS_BRAKET = """OPENQASM 3.0;
bit[2] b; // two
qubit[4] q;
h q[0];
/* measure q[3]; */
b[1] = measure q[0];
b[0] = measure q[3];
"""


def test_p19_brakets_measurements_are_read() -> None:
    (layout,) = layouts_in({"qasm": _THEIRS_BRAKET}, _BRAKET, {})
    assert layout is not None
    assert (layout.qubits, layout.num_qubits) == ((3, 0), 4)
    assert layout.registers == (Register("b", (0, 1)),)


def test_p19_the_machines_own_qubits_in_a_verbatim_box() -> None:
    box = "#pragma braket verbatim\nbox{\nrx(1.5) $5;\n}\n"
    text = f"OPENQASM 3.0;\nbit[2] b;\n{box}b[0] = measure $5;\nb[1] = measure $2;"
    (layout,) = layouts_in(text, _BRAKET, {})
    assert layout is not None
    assert (layout.qubits, layout.num_qubits) == ((5, 2), 6)


_HEAD = 'OPENQASM 2.0;\ninclude "qelib1.inc";\n'


def test_p19_qudoras_strings_are_of_the_bits() -> None:
    """Read as qubits, the answer of a circuit that measures q[4] into c[0] shows the wrong ones, or none at all."""
    text = _HEAD + "gate r(a) q { u3(a,0,0) q; }\nqreg q[5];creg meas[2];\nr(1) q[4];\nmeasure q[4] -> meas[0];"
    (layout,) = layouts_in(text, _QUDORA, {})
    assert layout is not None
    assert (layout.qubits, layout.num_qubits, layout.registers) == ((0, 1), 2, (Register("meas", (0, 1)),))
    two = _HEAD + "qreg q[2]; creg a[1]; creg b[1]; measure q[0] -> a[0]; measure q[1] -> b[0];"
    assert layouts_in(two, _QUDORA, {}) == (None,), "whether and where its strings have spaces nobody says"


@pytest.mark.parametrize(
    ("measured", "clear"),
    [
        ("measure q -> c;", True),
        ("measure q[0] -> c[0]; measure q[1] -> c[1];", True),
        ("measure q[0] -> c[1]; measure q[1] -> c[0];", False),
        ("measure q[1] -> c[1];", False),
    ],
)
def test_p19_qsims_keys_are_clear_where_qubits_and_bits_are_the_same(measured: str, clear: bool) -> None:
    (layout,) = layouts_in(_HEAD + "qreg q[2]; creg c[2]; h q[0];" + measured, _QSIM, {})
    assert (layout is not None) is clear
    if layout is not None:
        assert layout.qubits == (0, 1)


@pytest.mark.parametrize(
    "text",
    [
        "", "hello", "OPENQASM 2.0;", _HEAD + "qreg q[2]; creg c[2]; h q[0];",
        _HEAD + "qreg q[2]; creg c[2]; measure q[0] -> c[0]; if(c==1) x q[1]; measure q[1] -> c[1];",
        _HEAD + "qreg q[2]; creg c[2]; measure q[0] -> c[0]; measure q[1] -> c[0];",
        _HEAD + "qreg q[2]; creg c[2]; measure q[7] -> c[0];",
        _HEAD + "qreg q[2]; creg c[2]; measure q -> d;",
        _HEAD + "qreg q[2]; creg c[3]; measure q -> c;",
        _HEAD + "qreg q[2]; creg q[2]; measure q -> q;",
        _HEAD + "qreg q[2]; creg c[9999999]; measure q[0] -> c[0];",
        _HEAD + "qreg q[999999]; creg c[2]; measure q[0] -> c[0];",
        "OPENQASM 3.0; qubit q; bit b; for int i in [0:3] { b = measure q; }",
        "OPENQASM 3.0; qubit[2] q; bit[2] b; b = measure q[{0,1}];",
    ],
)  # fmt: skip
@pytest.mark.parametrize("output", [_QSIM, _QUDORA, _BRAKET])
def test_what_is_not_clear_is_none(text: str, output: str) -> None:
    """A guess at another program's registers puts names on the wrong bits."""
    assert layouts_in({"qasm": text}, output, {}) == (None,)


@pytest.mark.parametrize("output", [_QSIM, _QUDORA, _BRAKET])
def test_bits_that_are_declared_and_measured_in_one(output: str) -> None:
    (layout,) = layouts_in({"qasm": "OPENQASM 3.0; qubit[2] q; bit[2] b = measure q;"}, output, {})
    assert layout is not None
    assert (layout.groups, layout.qubits) == ((("b", (0, 1)),), (0, 1))


@pytest.mark.parametrize("document", [None, 7, [], {}, [None, 5], {"qasm": None}, {"qasm": []}, {"qasm": {"a": 1}}])
def test_any_input_can_be_looked_at(document: Any) -> None:
    assert set(layouts_in(document, _QSIM, {})) == {None}


@pytest.mark.parametrize("piece", ["measure ", "$1[", "b[0] = ", "qreg q", "// ", "/*", "gate g {", "q[0", "\t \n"])
def test_a_hostile_input_costs_no_more_than_its_length(piece: str) -> None:
    """A pattern that tries all ways to part a long text hangs the reader of somebody else's job."""
    text = piece * (200_000 // len(piece))
    assert layouts_in(text, _BRAKET, {}) == (None,)


@pytest.mark.parametrize("said", ["[0.5, 1]", "[true, 0]", '["1", 0]', "[[0], 1]", "{}", "[-2, 0]"])
def test_a_measurement_map_that_is_none_is_not_rounded_to_one(said: str) -> None:
    program = {"gateset": "qis", "qubits": 2, "circuit": []}
    assert layouts_in(program, _IONQ, {"meas_map": said}) == (None,)


def test_a_qubit_that_is_measured_twice_has_one_value_in_brakets_answers() -> None:
    """Catches both bits given the value of the end, whatever happened in between."""
    text = "OPENQASM 3.0; qubit q; bit[2] b; b[0] = measure q; x q; b[1] = measure q;"
    assert layouts_in({"qasm": text}, _BRAKET, {}) == (None,)
