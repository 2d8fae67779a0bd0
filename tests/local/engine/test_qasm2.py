"""OpenQASM 2: everything that Qiskit's exporter writes, Quantinuum's dialect, and what must be refused."""

from __future__ import annotations

import math
import random
from collections import Counter
from typing import Any

import numpy as np
import pytest
from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister, qasm2
from qiskit.circuit.library import (
    MCXGate,
    UnitaryGate,
    get_standard_gate_name_mapping,
)
from qiskit.quantum_info import Operator, random_unitary

from qrelay.local import engine
from qrelay.local.execution import ExecutionRefused
from qrelay.local.readers.qasm2 import read

JOB = {"provider": "quantinuum", "target": "quantinuum.sim.h2-1e", "input_format": "honeywell.openqasm.v1"}
JOB |= {"output_format": "honeywell.quantum-results.v1"}
HEAD = 'OPENQASM 2.0;\ninclude "qelib1.inc";\n'
ANGLES = [0.37, -1.1, 2.3, 0.59]

STANDARD = {
    name: gate
    for name, gate in get_standard_gate_name_mapping().items()
    if name not in ("measure", "reset", "delay", "global_phase")
}


def bound(gate: Any) -> Any:
    return gate.base_class(*ANGLES[: len(gate.params)]) if gate.params else gate


@pytest.mark.parametrize("name", STANDARD)
def test_every_standard_gate_of_the_exporter(name: str, same: Any, stirred: Any, exactly: Any) -> None:
    """A gate that the exporter takes for granted and the importer does not know, or knows otherwise."""
    gate = bound(STANDARD[name])
    width = gate.num_qubits
    circuit = stirred(width + 1, lambda c: c.append(gate, [width, *range(width - 1)]))
    same(engine.probabilities(read(qasm2.dumps(circuit).encode())), exactly(circuit))


@pytest.mark.parametrize("seed", range(6))
def test_random_circuits(seed: int, same: Any, exactly: Any) -> None:
    """Anything that only shows in combination."""
    draw = random.Random(seed)
    circuit = QuantumCircuit(QuantumRegister(3, "a"), QuantumRegister(2, "b"))
    for _ in range(40):
        gate = bound(STANDARD[draw.choice(list(STANDARD))])
        if gate.num_qubits <= 5:
            circuit.append(gate, draw.sample(range(5), gate.num_qubits))
    same(engine.probabilities(read(qasm2.dumps(circuit).encode())), exactly(circuit))


@pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")  # of Qiskit 1.4's exporter
def test_composed_gates(same: Any, exactly: Any) -> None:
    """Bodies of gates inside bodies of gates; wide controls; unitaries."""
    inner = QuantumCircuit(2, name="inner")
    inner.ry(0.3, 1)
    inner.cx(1, 0)
    outer = QuantumCircuit(3, name="outer")
    outer.append(inner.to_gate(), [2, 0])
    outer.append(inner.to_gate().inverse(), [1, 2])
    circuit = QuantumCircuit(6)
    circuit.h([0, 2])
    circuit.append(outer.to_gate(), [4, 1, 0])
    circuit.append(MCXGate(5), [0, 1, 2, 4, 5, 3])
    circuit.append(outer.to_gate().control(1), [5, 2, 3, 1])
    circuit.append(UnitaryGate(random_unitary(4, seed=3)), [5, 2])
    same(engine.probabilities(read(qasm2.dumps(circuit).encode())), exactly(circuit))


SHADOWS = {
    "zz with a body": "gate zz a,b { h a; cx a,b; }",
    "v with a body": "gate v a { ry(0.3) a; }",
    "sx with a body": "gate sx a { ry(0.3) a; }",
    "rzz with a body": "gate rzz(t) a,b { crx(t) a,b; }",
    "ecr with a body": "gate ecr a,b { cx b,a; h a; }",
    "ccz with a body": "gate ccz a,b,c { ccx c,b,a; }",
}


@pytest.mark.parametrize("name", SHADOWS)
def test_a_programs_own_gate_keeps_its_body(name: str) -> None:
    """A gate of the program that is called like one of the simulator's own is replaced by that one."""
    word = name.partition(" ")[0]
    body = SHADOWS[name]
    width = body.partition("{")[0].count(",") + 1
    angle = "(0.7)" if "(t)" in body else ""
    places = ["q[2]", "q[0]", "q[1]"][:width]
    used = f"{word}{angle} {','.join(places)};"
    stir = "ry(0.4) q[0]; ry(0.9) q[1]; ry(1.7) q[2]; cx q[0],q[1];"
    own = read(f"{HEAD}{body} qreg q[3]; {stir} {used} {stir}".encode())
    renamed = body.replace(f"gate {word}", "gate mine")
    judge = qasm2.loads(
        f"{HEAD}{renamed} qreg q[3]; {stir} {used.replace(word, 'mine', 1)} {stir}",
        custom_instructions=qasm2.LEGACY_CUSTOM_INSTRUCTIONS,
    )
    expected = np.abs(Operator(judge).data[:, 0]) ** 2
    found = engine.probabilities(own)
    np.testing.assert_allclose([found.get(state, 0.0) for state in range(8)], expected, atol=1e-9)


X, Y, Z = (np.array(m, dtype=complex) for m in ([[0, 1], [1, 0]], [[0, -1j], [1j, 0]], [[1, 0], [0, -1]]))


def turn(angle: float, axis: Any) -> Any:
    """exp(-i angle/2 axis) for an axis whose square is one."""
    return math.cos(angle / 2) * np.eye(len(axis)) - 1j * math.sin(angle / 2) * axis


DIALECT = {
    "v": ("v q[1];", turn(math.pi / 2, X), [1]),
    "vdg": ("vdg q[1];", turn(-math.pi / 2, X), [1]),
    "zz": ("zz q[2],q[0];", turn(math.pi / 2, np.kron(Z, Z)), [2, 0]),
    "zz turned": ("zz(0.7) q[2],q[0];", turn(0.7, np.kron(Z, Z)), [2, 0]),
    "rzz": ("rzz(0.7) q[2],q[0];", turn(0.7, np.kron(Z, Z)), [2, 0]),
    "RZZ": ("RZZ(0.7) q[2],q[0];", turn(0.7, np.kron(Z, Z)), [2, 0]),
    "ZZ": ("ZZ q[2],q[0];", turn(math.pi / 2, np.kron(Z, Z)), [2, 0]),
    "U1q": ("U1q(0.7,0.4) q[1];", turn(0.7, math.cos(0.4) * X + math.sin(0.4) * Y), [1]),
}


@pytest.mark.parametrize("include", ["qelib1.inc", "hqslib1.inc"])
@pytest.mark.parametrize("name", DIALECT)
def test_quantinuums_dialect(name: str, include: str, same: Any, stirred: Any, exactly: Any) -> None:
    """zz taken for Z⊗Z itself, v for another root of X, or the vendor's include not found."""
    text, matrix, places = DIALECT[name]
    circuit = stirred(3, lambda c: c.unitary(matrix, places))
    before = qasm2.dumps(stirred(3, lambda c: c.barrier())).replace("barrier q[0],q[1],q[2];", text)
    assert text in before
    same(engine.probabilities(read(before.replace("qelib1.inc", include).encode())), exactly(circuit))


def test_registers_keep_name_order_and_bits(run: Any) -> None:
    """Registers joined, reversed, or read from the wrong end; permuted and partial measurement."""
    text = HEAD + (
        "qreg a[2]; qreg b[3]; creg low[3]; creg high[2]; creg idle[1];"
        "x a[1]; x b[0]; measure a[1]->low[2]; measure b[0]->high[0]; measure b[1]->high[1]; measure a[0]->low[0];"
    )
    assert run(text, params={"shots": 3}, **JOB) == {"low": ["100"] * 3, "high": ["01"] * 3, "idle": ["0"] * 3}


def test_sampled_counts(run: Any, fits: Any, stirred: Any, exactly: Any) -> None:
    """The sampler, seen through the answer."""
    circuit = stirred(4, lambda c: c.cz(3, 0))
    measured = circuit.copy()
    measured.add_register(ClassicalRegister(4, "c"))
    measured.measure([2, 0, 3, 1], [0, 1, 2, 3])
    answer = run(qasm2.dumps(measured), params={"count": 4000}, seed=11, **JOB)
    assert len(answer["c"]) == 4000
    expected: Counter[str] = Counter()
    for state, share in enumerate(exactly(circuit)):
        expected["".join(str(state >> qubit & 1) for qubit in (1, 3, 0, 2))] += share
    fits(Counter(answer["c"]), expected)


def test_conditions_resets_and_measurements_in_the_middle(run: Any, fits: Any) -> None:
    """A condition read from one bit only, a reset ignored, a measurement moved to the end."""
    text = HEAD + (
        "qreg q[3]; creg c[2]; creg d[2];"
        "h q[0]; ry(1.2) q[1]; measure q[0]->c[0]; measure q[1]->c[1];"
        "if(c==2) x q[2]; if(c==3) ry(0.7) q[2]; measure q[2]->d[0];"
        "reset q[1]; if(d==1) x q[1]; measure q[1]->d[1];"
    )
    answer = run(text, params={"shots": 5000}, seed=5, **JOB)
    one, turned = math.sin(0.6) ** 2, math.sin(0.35) ** 2
    expected = {
        ("00", "00"): (1 - one) / 2,
        ("01", "00"): (1 - one) / 2,
        ("10", "11"): one / 2,
        ("11", "11"): one / 2 * turned,
        ("11", "00"): one / 2 * (1 - turned),
    }
    fits(Counter(zip(answer["c"], answer["d"], strict=True)), expected)


@pytest.mark.parametrize(
    "then", ["h q[1]; if(c==0) cx q[1],q[2]", "cx q[0],q[1]; if(c==0) measure q[1]->c[0]", "x q[2]"]
)
def test_guards_that_no_measurement_sees(run: Any, then: str) -> None:
    """Catches Aer's failure on branches over qubits that it leaves out (`unordered_map::at`)."""
    text = f"{HEAD}qreg q[3]; creg c[2]; creg d[1]; if(c==0) {then}; reset q[0]; x q[0]; measure q[0]->d[0];"
    assert run(text, params={"shots": 3}, **JOB)["d"] == ["1"] * 3


def test_a_condition_on_a_programs_own_gate(run: Any) -> None:
    """Gates inside a condition that the simulator does not know by name."""
    text = HEAD + (
        "gate both a,b { x a; x b; } qreg q[3]; creg c[1]; creg d[3];"
        "x q[0]; measure q[0]->c[0]; if(c==1) both q[1],q[2]; if(c==0) both q[0],q[1]; measure q->d;"
    )
    assert run(text, params={"shots": 2}, **JOB) == {"c": ["1", "1"], "d": ["111", "111"]}


def test_one_seed_gives_one_answer(run: Any) -> None:
    """A job that answers differently when it is read again."""
    text = HEAD + "qreg q[3]; creg c[3]; h q; measure q->c;"
    first = run(text, params={"shots": 50}, seed=3, **JOB)
    assert first == run(text, params={"shots": 50}, seed=3, **JOB)
    assert first != run(text, params={"shots": 50}, seed=4, **JOB)


@pytest.mark.parametrize("name", ["adder_n4", "qft_n4", "teleportation_n3", "toffoli_n3", "wstate_n3", "ising_n10"])
def test_public_circuits(name: str, shared: Any, run: Any) -> None:
    """A program that other people wrote is refused."""
    text = (shared / "fixtures" / "circuits" / f"{name}.qasm").read_text()
    answer = run(text, params={"shots": 20}, **JOB)
    assert all(len(values) == 20 for values in answer.values())


REFUSED = {
    "not OpenQASM": ("include <x>; qreg q[1]; x q[0];", "<input>:1,8"),
    "OpenQASM 3": ("OPENQASM 3.0; qubit[2] q;", "3.0"),
    "unknown gate": (HEAD + "qreg q[1]; foo q[0];", "foo"),
    "out of range": (HEAD + "qreg q[2]; x q[2];", "2"),
    "twice": (HEAD + "qreg q[2]; cx q[1],q[1];", "duplicate"),
    "opaque": (HEAD + "opaque pulse a; qreg q[1]; creg c[1]; pulse q[0]; measure q->c;", "'pulse' has no body"),
    "other file": ('OPENQASM 2.0; include "/etc/hostname"; qreg q[1];', "hostname"),
    "no qubits": (HEAD + "creg c[1];", "no qubits"),
    "wrong arity": (HEAD + "qreg q[2]; cx q[0];", "cx"),
    "missing angle": (HEAD + "qreg q[2]; rx q[0];", "without its angles"),
    "missing angle of an own gate": (HEAD + "gate g(a) b { x b; } qreg q[2]; g q[0];", "'g' takes 1 angles, not 0"),
    "missing angle inside": (
        HEAD + "gate g b { rx b; } qreg q[1]; creg c[1]; g q[0]; measure q->c;",
        "without its angles",
    ),
    "infinite angle": (HEAD + "qreg q[1]; creg c[1]; rx(1e400) q[0]; measure q->c;", "not finite"),
    "no semicolon": (HEAD + "qreg q[2]\nx q[0];", "<input>:"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refusals_name_the_place(name: str, run: Any) -> None:
    """A program that is not OpenQASM 2 simulated as something else."""
    text, words = REFUSED[name]
    with pytest.raises(ExecutionRefused) as caught:
        run(text, **JOB)
    assert caught.value.code == "CompilationError"
    assert words in caught.value.message


def test_too_many_qubits_and_bytes_that_are_no_text(run: Any) -> None:
    """A program larger than the machine."""
    with pytest.raises(ExecutionRefused, match="the target has 56") as caught:
        run(HEAD + "qreg q[57];", num_qubits=56, **JOB)
    assert caught.value.code == "InvalidInputData"
    with pytest.raises(ExecutionRefused, match="not text") as caught:
        run(b"\xff\xfe", **JOB)
    assert caught.value.code == "InvalidInputData"


OWN = 'OPENQASM 2.0;\ninclude "hqslib1.inc";\nqreg q[3];\ncreg c[3];\ncreg d[1];\n'
GUARDED = {
    "one bit": "if(c[1]==1) x q[2];\nif(c[0]==0) RZZ(0.3) q[1],q[2];",
    "unequal": "if(c!=2) x q[2]; // if(c[0]==1) x q[0];",
    "orders": "if(c<=1) x q[2];\nif(c>=3) v q[2];\nif(c<2) vdg q[2];\nif( c > 0 ) U1q(0.7,0.2) q[2];",
    "a measurement": "if(c[0]==1) measure q[2] -> c[1];\nif(c[1]==1) zz q[1],q[2];\nif(c==3) x q[2];",
    "beside plain ones": "if(c==1) x q[2];\nif(c[1]==1) h q[2];\nif(c==3) x q[2];\nif(d[0]==0) ry(0.4) q[2];",
}


@pytest.mark.parametrize("case", GUARDED)
def test_conditions_of_quantinuum(case: str) -> None:
    """An `if` that guards the wrong bit, takes < for <=, or loses the register that another one needs."""
    pytest.importorskip("judges")
    from judges import exact, quantinuum

    opening = "ry(0.9) q[0];\nmeasure q[0] -> c[0];\nry(1.3) q[1];\nmeasure q[1] -> c[1];\nrx(0.4) q[2];\n"
    closing = "\nh q[2];\nmeasure q[2] -> d[0];\n"
    circuit = read(f"{OWN}{opening}{GUARDED[case]}{closing}".encode())
    assert [register.name for register in circuit.cregs] == ["c", "d"]
    found = Counter(int(row @ (1 << np.arange(4))) for row in engine.sample(circuit, 4000, 3).astype(int))
    plain = GUARDED[case].split(" //")[0].replace("if( c > 0 )", "if(c>0)")
    wanted = quantinuum.distribution(f"{OWN}{opening}{plain}{closing}".encode())
    assert exact.p_value(found, wanted) > 1e-6


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("if(c[3]==1) x q[0];", "no bit 3"),
        ("if(e[0]==1) x q[0];", "not a classical register"),
        ("if(c[0]==2) x q[0];", "0 or 1"),
        ("if(c[0]<1) x q[0];", "0 or 1"),
        ("creg qrelay_conditions[1]; if(c[0]==1) x q[0];", "taken"),
        ("if(c[0]==1) if(c[1]==1) x q[0];", "saw if"),
    ],
)
def test_conditions_that_are_none(line: str, why: str) -> None:
    with pytest.raises(ExecutionRefused, match=why) as caught:
        read(f"{OWN}{line}\nmeasure q[0] -> c[0];\n".encode())
    assert caught.value.code == "CompilationError"


def test_conditions_are_quantinuum_s_own() -> None:
    """The plain dialect must not take what no plain reader does."""
    with pytest.raises(ExecutionRefused):
        read(f"{HEAD}qreg q[1];\ncreg c[2];\nif(c[0]==1) x q[0];\n".encode(), quantinuum=False)
