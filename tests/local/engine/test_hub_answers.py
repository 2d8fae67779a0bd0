"""The Hub's families run: each answer's shape and order, judged by Qiskit and by Amazon's own classes."""

from __future__ import annotations

import json
import random
from typing import Any

import numpy as np
import pytest
from qiskit import QuantumCircuit, qasm2
from qiskit.quantum_info import Statevector
from qiskit_ionq.helpers import qiskit_circ_to_ionq_circ

from qrelay.local.kipu.execution import ExecutionRefused, Order, execute

BELL_ACROSS = QuantumCircuit(3, 3)  # three uneven qubits, every one measured into another's bit
BELL_ACROSS.x(0)
BELL_ACROSS.ry(1.0, 1)
BELL_ACROSS.cx(1, 2)
BELL_ACROSS.measure([0, 1, 2], [2, 0, 1])


def run(backend: str, input_format: str, value: Any, shots: int = 4000, seed: int = 1, **params: Any) -> Any:
    return json.loads(execute(Order(backend, input_format, value, params, shots, seed)))


def exact(circuit: QuantumCircuit) -> dict[str, float]:
    """Shares of the classical bits' values, in Qiskit's order, by Qiskit's state vector."""
    places = {
        circuit.find_bit(item.clbits[0]).index: circuit.find_bit(item.qubits[0]).index
        for item in circuit.data
        if item.operation.name == "measure"
    }
    shares: dict[str, float] = {}
    for state, share in enumerate(Statevector(circuit.remove_final_measurements(inplace=False)).probabilities()):
        bits = ["0"] * circuit.num_clbits
        for bit, qubit in places.items():
            bits[bit] = str(state >> qubit & 1)
        key = "".join(reversed(bits))
        shares[key] = shares.get(key, 0.0) + share
    return shares


def random_circuit(seed: int) -> QuantumCircuit:
    chance = random.Random(seed)
    circuit = QuantumCircuit(4, 5)
    for _ in range(15):
        a, b, c = chance.sample(range(4), 3)
        turn = chance.uniform(-3, 3)
        getattr(circuit, chance.choice(["h", "t", "sdg", "x"]))(a)
        getattr(circuit, chance.choice(["rx", "ry", "rz"]))(turn, b)
        getattr(circuit, chance.choice(["cx", "cz", "ch", "swap", "cy"]))(a, c)
        circuit.ccx(a, b, c)
    qubits = chance.sample(range(4), chance.randint(2, 4))
    circuit.measure(qubits, chance.sample(range(5), len(qubits)))
    return circuit


@pytest.mark.parametrize("seed", range(6))
def test_qsim_and_qudora_count_classical_bits(seed: int, fits: Any) -> None:
    """Permuted and partial measurement: qsim's keys are Qiskit's turned round, QUDORA's are Qiskit's."""
    circuit = random_circuit(seed)
    text = qasm2.dumps(circuit)
    answer = run("kipu.sim.qsim", "OPEN_QASM_V2", {"qasm": text}, seed=seed)
    fits({key[::-1]: count for key, count in answer["counts"].items()}, exact(circuit))
    assert answer["metadata"] == {"num_qubits": 4, "mode": "sample", "shots": 4000}
    answer = run("qudora.sim.xg1", "OPEN_QASM_V2", text, seed=seed)
    assert set(answer) == {"counts"}
    fits(answer["counts"], exact(circuit))


def test_several_registers_are_counted_in_a_row(fits: Any) -> None:
    """Two registers of a program: one key, the first declared bit at qsim's left and QUDORA's right."""
    text = (
        'OPENQASM 2.0;\ninclude "qelib1.inc";\nqreg q[3];\ncreg a[1];\ncreg z2[2];\nx q[0];\n'
        "measure q[0] -> z2[0];\nmeasure q[1] -> a[0];\n"
    )
    assert run("kipu.sim.qsim", "OPEN_QASM_V2", text, 10)["counts"] == {"010": 10}
    assert run("qudora.sim.xg1", "OPEN_QASM_V2", text, 10)["counts"] == {"010": 10}
    text = text.replace("-> z2[0]", "-> z2[1]")
    assert run("kipu.sim.qsim", "OPEN_QASM_V2", text, 10)["counts"] == {"001": 10}
    assert run("qudora.sim.xg1", "OPEN_QASM_V2", text, 10)["counts"] == {"100": 10}


def test_qudora_answers_a_list_for_several_circuits_only() -> None:
    """Results of a list in another order, or wrapped when there is one."""
    texts = []
    for turns in range(5):
        circuit = QuantumCircuit(3, 3)
        for qubit in range(3):
            if turns >> qubit & 1:
                circuit.x(qubit)
        circuit.measure(range(3), range(3))
        texts.append(qasm2.dumps(circuit))
    answer = run("qudora.sim.xg1", "OPEN_QASM_V2", {"qasm": texts}, 20)
    assert answer == [{"counts": {f"{turns:03b}": 20}} for turns in range(5)]
    assert run("qudora.sim.xg1", "OPEN_QASM_V2", {"qasm": texts[3:4]}, 20) == {"counts": {"011": 20}}


def test_circuits_of_a_list_have_draws_of_their_own() -> None:
    """One seed for all circuits of a list: the same circuit twice would give the same noise twice."""
    circuit = QuantumCircuit(3, 3)
    circuit.h(range(3))
    circuit.measure(range(3), range(3))
    first, second = run("qudora.sim.xg1", "OPEN_QASM_V2", {"qasm": [qasm2.dumps(circuit)] * 2}, 1000)
    assert first != second


def test_qsim_state_vectors_put_qubit_0_first() -> None:
    """The state vector of a program, its measurements left aside, with qubit 0 as the highest bit of an index."""
    answer = run("kipu.sim.qsim", "OPEN_QASM_V2", qasm2.dumps(BELL_ACROSS), mode="statevector")
    found = np.array([complex(*pair) for pair in answer["statevector"]])
    wanted = Statevector(BELL_ACROSS.remove_final_measurements(inplace=False).reverse_bits()).data
    assert abs(np.vdot(found, wanted)) == pytest.approx(1, abs=1e-9)
    assert answer["metadata"]["num_qubits"] == 3


def test_qsim_amplitudes_are_those_of_the_state_vector() -> None:
    """Amplitudes under keys turned round."""
    circuit = random_circuit(3)
    circuit.remove_final_measurements()
    text = qasm2.dumps(circuit)
    whole = run("kipu.sim.qsim", "OPEN_QASM_V2", text, mode="statevector")["statevector"]
    asked = ["0010", "1000", "1101"]
    answer = run("kipu.sim.qsim", "OPEN_QASM_V2", text, mode="amplitudes", bitstrings=asked)
    assert answer["amplitudes"] == {bits: whole[int(bits, 2)] for bits in asked}


def test_idle_qubits_are_part_of_a_state() -> None:
    """Qubits without a gate left out of the state vector."""
    text = 'OPENQASM 2.0;\ninclude "qelib1.inc";\nqreg q[3];\nx q[1];\n'
    found = run("kipu.sim.qsim", "OPEN_QASM_V2", text, mode="statevector")["statevector"]
    assert [index for index, pair in enumerate(found) if pair[0]] == [0b010]
    empty = run("kipu.sim.qsim", "OPEN_QASM_V2", "OPENQASM 2.0;\nqreg q[2];\n", mode="statevector")["statevector"]
    assert empty == [[1.0, 0.0]] + [[0.0, 0.0]] * 3


QSIM = 'OPENQASM 2.0;\ninclude "qelib1.inc";\n'


@pytest.mark.parametrize(
    ("text", "params", "says"),
    [
        (QSIM + "qreg q[2];\ncreg c[2];\nh r[0];\n", {}, "5,2: "),
        (QSIM + "qreg q[25];\ncreg c[1];\nh q[0];\n", {}, "25 qubits"),
        (QSIM + "qreg q[2];\ncreg c[2];\nsx q[0];\n", {}, "'sx' is not one"),
        (QSIM + "gate mine a { sx a; }\nqreg q[1];\ncreg c[1];\nmine q[0];\n", {}, "'sx' is not one"),
        (QSIM + "opaque mine a;\nqreg q[1];\ncreg c[1];\nmine q[0];\n", {}, "'mine' is not one"),
        (QSIM + "qreg q[1];\ncreg c[1];\nif (c == 0) x q[0];\n", {}, "classical control"),
        (QSIM + "qreg q[1];\nx q[0];\n", {}, "no classical bits"),
        (QSIM + "qreg q[1];\ncreg c[1];\nmeasure q[0] -> c[0];\nx q[0];\n", {"mode": "statevector"}, "chance"),
        (QSIM + "qreg q[1];\nh q[0];\nreset q[0];\n", {"mode": "statevector"}, "chance"),
        (QSIM + "qreg q[17];\nh q[0];\n", {"mode": "statevector"}, "too long"),
        (QSIM + "qreg q[2];\nh q[0];\n", {"mode": "amplitudes", "bitstrings": ["0"]}, "2 characters"),
        (QSIM + "qreg q[1];\ncreg c[60000];\nh q[0];\nmeasure q[0] -> c[0];\n", {}, "too many to keep"),
        (QSIM + "zz q[0];\n", {}, "3,0: "),
        (QSIM + "qreg q[2];\ncreg c[2];\nv q[0];\n", {}, "'v' is not defined"),
        ('OPENQASM 2.0;\ninclude "hqslib1.inc";\nqreg q[1];\n', {}, "hqslib1.inc"),
        ("OPENQASM 3.0;\nqubit q;\n", {}, "1,9: "),
        ("no program", {}, "1,0: "),
    ],
)
def test_qsim_refuses_programs_by_place(text: str, params: dict[str, Any], says: str) -> None:
    """A program that qsim cannot run answered by an error of ours, or run all the same."""
    with pytest.raises(ExecutionRefused) as refused:
        run("kipu.sim.qsim", "OPEN_QASM_V2", text, **params)
    assert says in refused.value.message


def test_programs_own_gates_run_on_qsim() -> None:
    """A gate that the program defines of listed gates."""
    text = QSIM + "gate flip a, b { x a; cx a, b; }\nqreg q[2];\ncreg c[2];\nflip q[1], q[0];\nmeasure q -> c;\n"
    assert run("kipu.sim.qsim", "OPEN_QASM_V2", text, 5)["counts"] == {"11": 5}


def bomb(depth: int) -> str:
    doubled = "".join(f"gate g{index + 1} a {{ g{index} a; g{index} a; }}\n" for index in range(depth))
    return QSIM + f"gate g0 a {{ x a; }}\n{doubled}qreg q[1];\ncreg c[1];\ng{depth} q[0];\nmeasure q -> c;\n"


@pytest.mark.parametrize("backend", ["kipu.sim.qsim", "qudora.sim.xg1"])
def test_gates_that_unfold_without_end_are_refused(backend: str) -> None:
    """Forty lines that are 2^40 operations, and a chain of definitions deeper than the interpreter's stack."""
    with pytest.raises(ExecutionRefused, match="unfold into"):
        run(backend, "OPEN_QASM_V2", bomb(40))
    chain = "".join(f"gate g{index + 1} a {{ g{index} a; }}\n" for index in range(3000))
    with pytest.raises(ExecutionRefused, match="deep"):
        run(backend, "OPEN_QASM_V2", bomb(0).replace("qreg", f"{chain}qreg").replace("g0 q", "g3000 q"))
    assert run(backend, "OPEN_QASM_V2", bomb(3), 10)["counts"] == {"0": 10}


def test_qudora_refuses_openqasm_3_and_says_which_circuit_is_bad() -> None:
    """A list refused without a word about which of its circuits is at fault."""
    with pytest.raises(ExecutionRefused, match="not OpenQASM 3"):
        run("qudora.sim.xg1", "OPEN_QASM_V2", QSIM, language="OpenQASM3")
    good = qasm2.dumps(BELL_ACROSS)
    with pytest.raises(ExecutionRefused, match="circuit 1: <input>:3,0"):
        run("qudora.sim.xg1", "OPEN_QASM_V2", {"qasm": [good, QSIM + "oops;", good]})


BRAKET = """OPENQASM 3.0;
bit[3] b;
qubit[3] q;
x q[0];
ry(1.0) q[1];
cnot q[1], q[2];
b[0] = measure q[1];
b[1] = measure q[2];
b[2] = measure q[0];
"""


@pytest.mark.parametrize("backend", ["aws.sim.sv1", "aws.sim.dm1", "aws.ionq.forte", "aws.rigetti.cepheus"])
def test_braket_results_are_read_by_amazons_classes(backend: str, fits: Any) -> None:
    """A result that Amazon's schema refuses, or whose characters follow another order than measuredQubits."""
    from braket.schema_common import BraketSchemaBase

    answer = run(backend, "BRAKET_OPEN_QASM_V3", {"qasm": BRAKET}, disable_qubit_rewiring=False)
    result = BraketSchemaBase.parse_raw_schema(json.dumps(answer))
    assert type(result).__name__ == "GateModelTaskResult"
    assert result.measuredQubits == [1, 2, 0]
    assert result.taskMetadata.shots == 4000
    assert result.additionalMetadata.action.source == BRAKET
    if backend == "aws.ionq.forte":  # its description says that it keeps no shots
        assert result.measurements is None
        shares = result.measurementProbabilities
        assert sum(shares.values()) == pytest.approx(1)
        counts = {key: round(share * 4000) for key, share in shares.items()}
    else:
        assert result.measurementProbabilities is None
        counts = {}
        for row in result.measurements:
            key = "".join(map(str, row))
            counts[key] = counts.get(key, 0) + 1
    fits({key[::-1]: count for key, count in counts.items()}, exact(BELL_ACROSS))


@pytest.mark.parametrize("backend", ["aws.ionq.forte", "aws.rigetti.cepheus"])
def test_braket_answers_a_program_set_for_several_circuits(backend: str) -> None:
    """Programs of a set in another order, or each with the shots of all."""
    from braket.schema_common import BraketSchemaBase

    plain = "OPENQASM 3.0;\nbit[2] b;\nqubit[2] q;\n{}\nb[0] = measure q[0];\nb[1] = measure q[1];\n"
    texts = [plain.format(gates) for gates in ("x q[0]; rz(0) q[1];", "x q[1]; rz(0) q[0];", "x q;")]
    answer = run(backend, "BRAKET_OPEN_QASM_V3", {"qasm": texts}, 900)
    result = BraketSchemaBase.parse_raw_schema(json.dumps(answer))
    assert type(result).__name__ == "ProgramSetTaskResult"
    assert (result.taskMetadata.requestedShots, result.taskMetadata.successfulShots) == (900, 900)
    assert len(result.taskMetadata.programMetadata) == 3
    for text, outcome, program in zip(texts, ("10", "01", "11"), result.programResults, strict=True):
        (executable,) = program.executableResults
        assert program.source.source == text
        assert executable.measuredQubits == [0, 1]
        if backend == "aws.ionq.forte":
            assert executable.measurementProbabilities == {outcome: 1.0}
        else:
            assert executable.measurements == [[int(bit) for bit in outcome]] * 300


def test_braket_says_which_program_of_a_set_is_bad() -> None:
    """A set refused without a word about which program is at fault."""
    with pytest.raises(ExecutionRefused, match=r"circuit 1: \[line 2\]"):
        run("aws.rigetti.cepheus", "BRAKET_OPEN_QASM_V3", {"qasm": ["h $0;\n", "\noops $0;", "h $0;"]}, 300)


@pytest.mark.parametrize("key", ["gate", "type"])
def test_ionq_answers_exact_probabilities(key: str) -> None:
    """Probabilities of all qubits' states, qubit 0 in the lowest bit, whichever key names the gates."""
    operations, _, _ = qiskit_circ_to_ionq_circ(BELL_ACROSS, gateset="qis")
    operations = [{key if name == "gate" else name: value for name, value in gate.items()} for gate in operations]
    document = {"gateset": "qis", "qubits": 3, "circuit": operations, "registers": {"qrelay_e30": [0, 1, 2]}}
    answer = run("azure.ionq.simulator", "IONQ_CIRCUIT_V1", document, meas_map="[1, 2, 0]", qubits="3")
    wanted = Statevector(BELL_ACROSS.remove_final_measurements(inplace=False)).probabilities()
    found = np.zeros(8)
    for state, share in answer["histogram"].items():
        found[int(state)] = share
    np.testing.assert_allclose(found, wanted, atol=1e-9)


def test_ionq_knows_the_specifications_spelling_of_pauli_exponentials() -> None:
    """``pauliExp``, as the Hub's specification spells it."""
    gate = {"type": "pauliExp", "targets": [0], "terms": ["X"], "coefficients": [1.0], "time": np.pi / 2}
    answer = run("azure.ionq.simulator", "IONQ_CIRCUIT_V1", {"gateset": "qis", "qubits": 2, "circuit": [gate]})
    assert answer["histogram"] == {"1": pytest.approx(1)}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"qubits": 30}, "30 qubits"),
        ({"qubits": "3"}, "'qubits'"),
        ({"circuit": {}}, "'circuit'"),
        ({"circuit": [{"gate": "gpi", "targets": [0], "phase": 0.5}]}, "circuit[0] (gpi)"),
        ({"circuit": [{"targets": [0]}]}, "circuit[0]"),
        ({"registers": [0]}, "'registers'"),
        ({"registers": {"a": [3]}}, "register 'a'"),
        ({"registers": {"a": "0"}}, "register 'a'"),
        ({"registers": {"a": [True]}}, "register 'a'"),
        ({"more": 1}, "unknown field 'more'"),
    ],
)
def test_ionq_refuses_documents_by_place(change: dict[str, Any], says: str) -> None:
    """An IonQ circuit that the target cannot run, run all the same."""
    document: dict[str, Any] = {"gateset": "qis", "qubits": 3, "circuit": [{"gate": "h", "targets": [0]}]}
    with pytest.raises(ExecutionRefused) as refused:
        run("azure.ionq.simulator", "IONQ_CIRCUIT_V1", document | change)
    assert says in refused.value.message


@pytest.mark.parametrize(
    ("backend", "input_format", "value"),
    [
        ("kipu.sim.qsim", "OPEN_QASM_V2", qasm2.dumps(BELL_ACROSS)),
        ("qudora.sim.xg1", "OPEN_QASM_V2", {"qasm": [qasm2.dumps(BELL_ACROSS)] * 2}),
        ("aws.sim.sv1", "BRAKET_OPEN_QASM_V3", BRAKET),
        ("aws.ionq.forte", "BRAKET_OPEN_QASM_V3", BRAKET),
    ],
)
def test_a_seed_decides_every_draw(backend: str, input_format: str, value: Any) -> None:
    """The same job answered differently, or every job alike."""
    first = execute(Order(backend, input_format, value, {}, 2000, 11))
    assert execute(Order(backend, input_format, value, {}, 2000, 11)) == first
    assert execute(Order(backend, input_format, value, {}, 2000, 12)) != first
    assert execute(Order(backend, input_format, value, {}, 2000, (1 << 200) + 11))
