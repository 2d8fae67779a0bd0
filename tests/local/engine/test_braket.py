"""Braket's OpenQASM 3: every gate, pragma and measurement, judged by Amazon's own default simulator."""

from __future__ import annotations

import json
import random
from collections import Counter
from typing import Any

import numpy as np
import pytest
from braket.default_simulator import StateVectorSimulator
from braket.ir.openqasm import Program
from qiskit.quantum_info import Operator, Statevector

from qrelay.local.kipu.backends import BACKENDS
from qrelay.local.kipu.backends_braket import device
from qrelay.local.kipu.execution import Order, execute
from qrelay.local.readers.braket import Task, read
from qrelay.local.readers.braket_gates import GATES

SV1 = device(BACKENDS["aws.sim.sv1"])
CEPHEUS = device(BACKENDS["aws.rigetti.cepheus"])
FORTE = device(BACKENDS["aws.ionq.forte"])


def program(*lines: str, qubits: int = 3, bits: int = 0) -> str:
    declared = [f"bit[{bits}] b;"] if bits else []
    return "\n".join(["OPENQASM 3.0;", *declared, f"qubit[{qubits}] q;", *lines, ""])


def mixed(width: int, start: float) -> list[str]:
    """Uneven angles and entanglement, so that a gate's phases show."""
    turns = [f"ry({start + 0.41 * qubit}) q[{qubit}];\nrz({0.3 - start * qubit}) q[{qubit}];" for qubit in range(width)]
    return turns + [f"cnot q[{qubit}], q[{qubit + 1}];" for qubit in range(width - 1)]


def call(name: str, places: list[int], angles: list[float]) -> str:
    inside = f"({', '.join(map(repr, angles))})" if angles else ""
    return f"{name}{inside} {', '.join(f'q[{place}]' for place in places)};"


def judged(text: str) -> Any:
    """The judge's distribution over all qubits; qubit 0 is the most significant."""
    source = text + "#pragma braket result probability\n"
    return StateVectorSimulator().run(Program(source=source), shots=0).resultTypes[0].value


def ours(task: Task) -> Any:
    """The same by our reader and Qiskit's state vector."""
    gates = task.circuit.remove_final_measurements(inplace=False)
    return Statevector(gates.reverse_bits()).probabilities()


@pytest.mark.parametrize("name", sorted(GATES))
def test_every_gate_against_the_judge(name: str) -> None:
    """A gate read with another matrix, sign of angle or order of qubits."""
    angles, width, _ = GATES[name]
    for places in ([2, 0, 1][:width], [0, 1, 2][:width]):
        lines = [*mixed(3, 0.3), call(name, places, [0.83, -0.4, 1.7][:angles]), *mixed(3, 0.7)]
        text = program(*lines)
        np.testing.assert_allclose(ours(read(text, SV1)), judged(text), atol=1e-9)


@pytest.mark.parametrize("name", sorted(GATES))
def test_every_gate_has_its_own_matrix(name: str) -> None:
    """A matrix that probabilities cannot tell from the right one: compared whole, up to a global phase."""
    from braket.default_simulator import gate_operations

    known = {
        "".join(kind.__name__.lower().split("_")): kind for kind in vars(gate_operations).values() if is_gate(kind)
    }
    same_name = {"i": "identity", "x": "paulix", "y": "pauliy", "z": "pauliz", "h": "hadamard", "cnot": "cx"}
    same_name |= {"ccnot": "ccnot", "rx": "rotx", "ry": "roty", "rz": "rotz"}
    kind = known.get(same_name.get(name, name)) or known[name]
    angles, width, build = GATES[name]
    values = [0.83, -0.4, 1.7][:angles]
    expected = kind(list(range(width)), *values)._base_matrix
    found = Operator(build(*values)).reverse_qargs()
    assert found.equiv(Operator(expected))


def is_gate(kind: object) -> bool:
    return isinstance(kind, type) and hasattr(kind, "_base_matrix")


@pytest.mark.parametrize("seed", range(25))
def test_random_circuits_agree_with_the_judge(seed: int) -> None:
    """A mistake that only shows in a longer program."""
    chance = random.Random(seed)
    width = chance.randint(3, 5)
    lines = [f"h q[{qubit}];" for qubit in range(width)]
    for _ in range(25):
        name = chance.choice(sorted(GATES))
        angles, size, _build = GATES[name]
        turns = [chance.uniform(-4, 4) for _ in range(angles)]
        lines.append(call(name, chance.sample(range(width), size), turns))
    text = program(*lines, qubits=width)
    np.testing.assert_allclose(ours(read(text, SV1)), judged(text), atol=1e-9)


@pytest.mark.parametrize("seed", range(8))
def test_permuted_measurement_is_sampled_in_the_order_of_the_bits(seed: int, fits: Any) -> None:
    """measuredQubits and the columns of measurements in different orders."""
    chance = random.Random(seed)
    places = chance.sample(range(4), 4)
    measures = [f"b[{bit}] = measure q[{qubit}];" for bit, qubit in enumerate(places)]
    chance.shuffle(measures)  # the order of the statements means nothing
    gates = [*mixed(4, 0.2 + 0.3 * seed), "x q[2];"]
    text = program(*gates, *measures, qubits=4, bits=4)
    answer = json.loads(execute(Order("aws.sim.sv1", "BRAKET_OPEN_QASM_V3", {"qasm": text}, {}, 4000, seed)))
    judge = StateVectorSimulator().run(Program(source=text), shots=10)
    assert answer["measuredQubits"] == places == judge.measuredQubits
    exact = judged(program(*gates, qubits=4)).reshape(2, 2, 2, 2).transpose(places).reshape(-1)
    counts = Counter("".join(map(str, row)) for row in answer["measurements"])
    fits(counts, {f"{state:04b}": share for state, share in enumerate(exact)})


@pytest.mark.parametrize("places", [[2], [3, 0], [1, 3, 0]])
def test_partial_measurement_where_the_device_allows_it(places: list[int], fits: Any) -> None:
    """Unmeasured qubits in the answer, or the wrong ones left out."""
    measures = [f"b[{bit}] = measure q[{qubit}];" for bit, qubit in enumerate(places)]
    gates = mixed(4, 0.6)
    text = program(*gates, *measures, qubits=4, bits=len(places))
    answer = json.loads(execute(Order("aws.rigetti.cepheus", "BRAKET_OPEN_QASM_V3", text, {}, 4000, 5)))
    assert answer["measuredQubits"] == places
    whole = judged(program(*gates, qubits=4)).reshape(2, 2, 2, 2)
    others = [qubit for qubit in range(4) if qubit not in places]
    exact = whole.transpose(*places, *others).reshape(1 << len(places), -1).sum(axis=1)
    counts = Counter("".join(map(str, row)) for row in answer["measurements"])
    fits(counts, {f"{state:0{len(places)}b}": share for state, share in enumerate(exact)})


@pytest.mark.parametrize(
    ("lines", "measured"),
    [
        (["h q;"], (0, 1, 2)),
        (["h q;", "measure q;"], (0, 1, 2)),
        (["h q;", "measure q[2];", "measure q[0];", "measure q[1];"], (2, 0, 1)),
        (["b = measure q;"], (0, 1, 2)),
        (["measure q -> b;"], (0, 1, 2)),
    ],
)
def test_what_is_measured(lines: list[str], measured: tuple[int, ...]) -> None:
    """The forms of measurement that Braket's guide lists, and none at all."""
    assert read(program(*lines, bits=3), SV1).measured == measured


def test_single_qubits_old_words_and_constants(same: Any) -> None:
    """Forms of the same program that the guide calls equivalent."""
    single = read("OPENQASM 3;\nbit c;\nqubit a;\nrx(pi/4 + 2*-0.1 + sqrt(4) - 2**0.5) a;\nc = measure a;\n", SV1)
    old = read(f"qreg a[1];\ncreg c[1];\nrx({np.pi / 4 - 0.2 + 2 - 2**0.5!r}) a[0];\nmeasure a -> c;\n", SV1)
    assert single.measured == old.measured == (0,)
    same(dict(enumerate(ours(single))), ours(old))


def test_gates_on_a_whole_register() -> None:
    """A register as an operand stands for each of its qubits."""
    text = program("h q;", "rz(0.3) q;", *mixed(3, 0.4))
    np.testing.assert_allclose(ours(read(text, SV1)), judged(text), atol=1e-9)


@pytest.mark.parametrize(
    ("matrix", "places"),
    [
        ("[[0, 1], [1, 0]]", [1]),
        ("[[0.6, 0.8im], [0.8im, 0.6]]", [2]),
        ("[[1.0, 0, 0, 0], [0, 0, 0, -1im], [0, 0.6+0.8im, 0, 0], [0, 0, 1, 0]]", [2, 0]),
        ("[[1e0,0,0,0],[0,0,0,1],[0,1,0,0],[0,0,1,0]]", [0, 1]),
    ],
)
def test_unitary_pragmas(matrix: str, places: list[int]) -> None:
    """A matrix transposed, or its qubits in the wrong order."""
    pragma = f"#pragma braket unitary({matrix}) {', '.join(f'q[{place}]' for place in places)}"
    text = program(*mixed(3, 0.5), pragma, *mixed(3, 0.8))
    np.testing.assert_allclose(ours(read(text, SV1)), judged(text), atol=1e-9)


def test_verbatim_boxes_take_native_gates_on_connected_physical_qubits() -> None:
    """A verbatim box that a device runs."""
    box = "#pragma braket verbatim\nbox {\nrx(0.5) $10;\nrz(1.5) $9;\ncz $9, $10;\n}\n"
    task = read(f"OPENQASM 3.0;\nbit[2] b;\n{box}b[0] = measure $10;\nb[1] = measure $9;\n", CEPHEUS)
    assert task.measured == (10, 9)
    assert [item.operation.name for item in task.circuit.data] == ["rx", "rz", "cz", "measure", "measure"]
    native = "#pragma braket verbatim\nbox {\ngpi(0.5) $3;\nzz(0.2) $3, $7;\n}\n"
    assert read(f"OPENQASM 3.0;\n{native}", FORTE).measured == (3, 7)


def test_comments_and_barriers_change_nothing() -> None:
    """A travelling layout in the header, or a barrier, taken for something else."""
    lines = mixed(3, 0.9)
    plain = program(*lines)
    dressed = plain.replace("qubit[3]", '// qrelay-layout {"version": 1, "registers": []};\n/* x q[0]; */ qubit[3]')
    dressed = dressed.replace("cnot q[0], q[1];", "barrier q;\nbarrier q[0], q[1];\nbarrier;\ncnot q[0], q[1];")
    np.testing.assert_allclose(ours(read(dressed, SV1)), ours(read(plain, SV1)), atol=1e-12)
