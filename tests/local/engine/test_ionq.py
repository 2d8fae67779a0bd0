"""ionq.circuit.v1: every gate as qiskit-ionq and cirq-ionq write it, judged by Qiskit's and Cirq's simulators."""

from __future__ import annotations

import json
import random
from typing import Any

import cirq
import cirq_ionq
import numpy as np
import pytest
from qiskit import QuantumCircuit
from qiskit.circuit.library import MCPhaseGate, MCXGate, PauliEvolutionGate
from qiskit.quantum_info import SparsePauliOp
from qiskit_ionq import GPI2Gate, GPIGate, MSGate, ZZGate
from qiskit_ionq.helpers import qiskit_circ_to_ionq_circ

from qrelay.local.execution import ExecutionRefused

JOB = {"provider": "ionq", "target": "ionq.simulator", "input_format": "ionq.circuit.v1"}
JOB |= {"output_format": "ionq.quantum-results.v1"}

GATES: dict[str, tuple[list[float], int]] = {
    **dict.fromkeys(["h", "x", "y", "z", "s", "sdg", "t", "tdg", "sx", "sxdg", "id"], ([], 1)),
    **dict.fromkeys(["rx", "ry", "rz", "p"], ([0.37], 1)),
    **dict.fromkeys(["cx", "cy", "cz", "ch", "csx", "swap"], ([], 2)),
    **dict.fromkeys(["cp", "crx", "cry", "crz", "rxx", "ryy", "rzz"], ([0.83], 2)),
    "ccx": ([], 3),
}


def histogram(answer: Any) -> dict[int, float]:
    return {int(state): share for state, share in answer["histogram"].items()}


def payload(circuit: QuantumCircuit, gateset: str = "qis", **options: Any) -> dict[str, Any]:
    operations, _, _ = qiskit_circ_to_ionq_circ(circuit, gateset=gateset, **options)
    return {"gateset": gateset, "qubits": circuit.num_qubits, "circuit": json.loads(json.dumps(operations))}


@pytest.mark.parametrize("name", GATES)
def test_gates_of_qiskit_ionq(name: str, run: Any, same: Any, stirred: Any, exactly: Any) -> None:
    """A gate read with another matrix, sign of angle or order of qubits."""
    angles, width = GATES[name]
    places = [2, 0, 1][:width]
    circuit = stirred(3, lambda circuit: getattr(circuit, name)(*angles, *places))
    same(histogram(run(payload(circuit), **JOB)), exactly(circuit))


@pytest.mark.parametrize("controls", range(1, 8))
def test_many_controls(controls: int, run: Any, same: Any, stirred: Any, exactly: Any) -> None:
    """Controls counted wrongly, or mixed up with the target."""
    circuit = stirred(controls + 1, lambda c: c.append(MCXGate(controls), [controls, *range(controls)]))
    same(histogram(run(payload(circuit), **JOB)), exactly(circuit))
    circuit = stirred(controls + 1, lambda c: c.append(MCPhaseGate(0.6, controls), [controls, *range(controls)]))
    same(histogram(run(payload(circuit), **JOB)), exactly(circuit))


@pytest.mark.parametrize("name", ["h", "y", "s", "si", "t", "ti", "v", "vi", "rx", "ry", "rz"])
@pytest.mark.parametrize("controls", [1, 2, 3])
def test_controlled_forms_of_every_gate(
    name: str, controls: int, run: Any, same: Any, stirred: Any, exactly: Any
) -> None:
    """A controlled gate applied where a control is zero."""
    known = {"si": "sdg", "ti": "tdg", "v": "sx", "vi": "sxdg"}
    turned = name.startswith("r")
    base = QuantumCircuit(1)
    getattr(base, known.get(name, name))(*[0.77] * turned, 0)
    places = [2, 0, 3][:controls]
    gate = base.data[0].operation.control(controls, annotated=False)
    circuit = stirred(4, lambda c: c.append(gate, [*places, 1]))
    empty = payload(stirred(4, lambda _: None))
    half = len(empty["circuit"]) // 2
    extra = {"gate": name, "targets": [1], "controls": places} | ({"rotation": 0.77} if turned else {})
    empty["circuit"].insert(half, extra)
    same(histogram(run(empty, **JOB)), exactly(circuit))


def test_older_spelling_and_lists_of_targets(run: Any, same: Any, exactly: Any) -> None:
    """A payload without gateset, with target and control in the singular, as recorded in 2025."""
    body = {
        "qubits": 3,
        "circuit": [
            {"gate": "h", "targets": [0, 1]},
            {"type": "ry", "target": 2, "rotation": 0.4},
            {"gate": "cnot", "control": 0, "target": 2},
            {"gate": "not", "target": 1},
            {"gate": "cnot", "target": 1, "controls": [0, 2]},
            {"gate": "swap", "targets": [0, 2]},
            {"gate": "swap", "targets": [0, 1], "control": 2},
        ],
    }
    circuit = QuantumCircuit(3)
    circuit.h([0, 1])
    circuit.ry(0.4, 2)
    circuit.cx(0, 2)
    circuit.x(1)
    circuit.ccx(0, 2, 1)
    circuit.swap(0, 2)
    circuit.cswap(2, 0, 1)
    same(histogram(run(body, **JOB)), exactly(circuit))


@pytest.mark.parametrize(("phase", "other", "angle"), [(0.11, 0.27, 0.25), (0.4, 0.83, 0.13), (0.0, 0.5, 0.07)])
def test_native_gates_of_qiskit_ionq(
    phase: float, other: float, angle: float, run: Any, same: Any, exactly: Any
) -> None:
    """Turns taken for radians, or the two phases of MS exchanged."""
    circuit = QuantumCircuit(3)
    for qubit in range(3):
        circuit.append(GPI2Gate(phase + 0.1 * qubit), [qubit])
    circuit.append(MSGate(phase, other, angle), [2, 0])
    circuit.append(GPIGate(other), [0])
    circuit.append(GPI2Gate(0.05), [0])
    circuit.append(ZZGate(angle), [1, 2])
    for qubit in range(3):
        circuit.append(GPI2Gate(other - 0.07 * qubit), [qubit])
    same(histogram(run(payload(circuit, "native"), **JOB)), exactly(circuit))


@pytest.mark.parametrize(
    ("terms", "weights"),
    [
        (["XX", "YY", "ZZ"], [0.1, -0.2, 0.3]),
        (["XY"], [0.7]),
        (["XI", "ZZ"], [0.4, 0.9]),
        (["II", "ZX"], [0.4, 0.9]),
    ],
)
def test_pauliexp_of_qiskit_ionq(
    terms: list[str], weights: list[float], run: Any, same: Any, stirred: Any, exactly: Any
) -> None:
    """Labels read from the left, or non-commuting terms split without a word."""
    operator = SparsePauliOp(terms, weights)
    gate = PauliEvolutionGate(operator, 0.6)
    written = stirred(3, lambda circuit: circuit.append(gate, [2, 0]))
    truth = stirred(3, lambda circuit: circuit.unitary(_evolved(operator, 0.6), [2, 0]))
    found = histogram(run(payload(written, ionq_compiler_synthesis=True), **JOB))
    same(found, exactly(truth))


def _evolved(operator: SparsePauliOp, time: float) -> Any:
    values, vectors = np.linalg.eigh(operator.to_matrix())
    return vectors @ np.diag(np.exp(-1j * time * values)) @ vectors.conj().T


CIRQ_GATES: dict[str, tuple[Any, int]] = {
    "X": (cirq.X, 1), "Y": (cirq.Y, 1), "Z": (cirq.Z, 1), "H": (cirq.H, 1), "S": (cirq.S, 1), "T": (cirq.T, 1),
    "S**-1": (cirq.S**-1, 1), "T**-1": (cirq.T**-1, 1), "V": (cirq.X**0.5, 1), "V**-1": (cirq.X**-0.5, 1),
    "X**0.3": (cirq.X**0.3, 1), "Y**0.3": (cirq.Y**0.3, 1), "Z**0.3": (cirq.Z**0.3, 1),
    "CNOT": (cirq.CNOT, 2), "SWAP": (cirq.SWAP, 2), "XX**0.4": (cirq.XX**0.4, 2), "YY**0.4": (cirq.YY**0.4, 2),
    "ZZ**0.4": (cirq.ZZ**0.4, 2),
    "PauliString": (cirq.PauliStringPhasorGate(cirq.DensePauliString("XZ"), exponent_neg=0.4), 2),
}  # fmt: skip


@pytest.mark.parametrize("name", CIRQ_GATES)
def test_gates_of_cirq_ionq(name: str, run: Any) -> None:
    """A gate that cirq-ionq names or turns differently from qiskit-ionq."""
    gate, width = CIRQ_GATES[name]
    qubits = cirq.LineQubit.range(3)

    def stir(start: float) -> list[cirq.Operation]:
        return [
            *(cirq.ry(start + 0.4 * q.x)(q) for q in qubits),
            *(cirq.rz(start - 0.2 * q.x)(q) for q in qubits),
            cirq.CNOT(qubits[0], qubits[1]),
            cirq.CNOT(qubits[1], qubits[2]),
            *(cirq.rx(0.8 - start * q.x)(q) for q in qubits),
        ]

    circuit = cirq.Circuit(stir(0.3), gate(*[qubits[2], qubits[0]][:width]), stir(0.9))
    _compare_with_cirq(circuit, run)


def test_native_gates_of_cirq_ionq(run: Any) -> None:
    """cirq-ionq calls the angle of its ZZ gate a phase."""
    a, b, c = cirq.LineQubit.range(3)
    circuit = cirq.Circuit(
        [cirq_ionq.GPI2Gate(phi=0.1 + 0.13 * q.x)(q) for q in (a, b, c)],
        cirq_ionq.MSGate(phi0=0.1, phi1=0.3, theta=0.2)(c, a),
        cirq_ionq.GPIGate(phi=0.35)(a),
        cirq_ionq.GPI2Gate(phi=0.8)(a),
        cirq_ionq.ZZGate(theta=0.17)(b, c),
        [cirq_ionq.GPI2Gate(phi=0.9 - 0.21 * q.x)(q) for q in (a, b, c)],
    )
    _compare_with_cirq(circuit, run)


def _compare_with_cirq(circuit: cirq.Circuit, run: Any) -> None:
    body = json.loads(json.dumps(cirq_ionq.Serializer().serialize_single_circuit(circuit).input))
    found = histogram(run(body, **JOB))
    state = cirq.Simulator(dtype=np.complex128).simulate(circuit).final_state_vector
    width = len(circuit.all_qubits())
    for number, amplitude in enumerate(state):  # Cirq's first qubit is the highest bit
        mirrored = int(format(number, f"0{width}b")[::-1], 2)
        assert found.get(mirrored, 0.0) == pytest.approx(abs(amplitude) ** 2, abs=1e-9)


@pytest.mark.parametrize("seed", range(12))
def test_random_circuits(seed: int, run: Any, same: Any, exactly: Any) -> None:
    """Anything that only shows in combination."""
    draw = random.Random(seed)
    circuit = QuantumCircuit(5)
    for _ in range(40):
        name = draw.choice(list(GATES))
        angles, width = GATES[name]
        getattr(circuit, name)(*[draw.uniform(-7, 7) for _ in angles], *draw.sample(range(5), width))
    same(histogram(run(payload(circuit), **JOB)), exactly(circuit))


def test_qubits_without_a_gate_keep_their_place(run: Any) -> None:
    """Dropping idle qubits moves the others."""
    body = {"qubits": 29, "circuit": [{"gate": "x", "target": 27}, {"gate": "ry", "target": 3, "rotation": 1.0}]}
    found = histogram(run(body, **JOB))
    assert found == {
        1 << 27: pytest.approx(np.cos(0.5) ** 2),
        1 << 27 | 1 << 3: pytest.approx(np.sin(0.5) ** 2),
    }


def test_empty_circuit_is_all_zeros(run: Any) -> None:
    """An empty list of gates is a program, not a mistake."""
    assert run({"qubits": 2, "circuit": []}, **JOB) == {"histogram": {"0": 1.0}}


def one(**gate: Any) -> dict[str, Any]:
    return {"gateset": "qis", "qubits": 3, "circuit": [{"gate": "h", "target": 0}, gate]}


REFUSED: dict[str, tuple[Any, str]] = {
    "not JSON": (b"{", "not JSON"),
    "not text": (b"\xff\xfe", "not JSON"),
    "a list": (b"[]", "not a JSON object"),
    "no qubits": ({"circuit": []}, "'qubits'"),
    "qubits as text": ({"qubits": "3", "circuit": []}, "'qubits'"),
    "qubits true": ({"qubits": True, "circuit": []}, "'qubits'"),
    "no qubit": ({"qubits": 0, "circuit": []}, "'qubits'"),
    "too many qubits": ({"qubits": 30, "circuit": []}, "the target has 29"),
    "no circuit": ({"qubits": 1}, "'circuit'"),
    "several circuits": ({"qubits": 1, "circuits": []}, "'circuits'"),
    "unknown gateset": ({"qubits": 1, "gateset": "iswap", "circuit": []}, "'iswap'"),
    "unknown format": ({"format": "ionq.circuit.v9", "qubits": 1, "circuit": []}, "v9"),
    "no object": ({"qubits": 1, "circuit": ["h"]}, "circuit[0]"),
    "no name": (one(target=1) | {"circuit": [{"target": 0}]}, "circuit[0]"),
    "unknown gate": (one(gate="sdg", target=0), "circuit[1] (sdg)"),
    "measurement": (one(gate="meas", targets=[0]), "circuit[1] (meas)"),
    "qiskit's name": (one(gate="cx", target=0, control=1), "circuit[1] (cx)"),
    "native among qis": (one(gate="gpi", target=0, phase=0.1), "cannot be mixed"),
    "qis among native": (
        {"gateset": "native", "qubits": 1, "circuit": [{"gate": "h", "target": 0}]},
        "cannot be mixed",
    ),
    "no target": (one(gate="x"), "no target"),
    "no control": (one(gate="cnot", target=0), "no control"),
    "outside": (one(gate="x", target=3), "qubit 3"),
    "negative": (one(gate="x", target=-1), "qubit -1"),
    "target as text": (one(gate="x", target="0"), "qubit '0'"),
    "target true": (one(gate="x", target=True), "qubit True"),
    "twice": (one(gate="x", target=1, control=1), "twice"),
    "both spellings": (one(gate="x", target=1, targets=[1]), "not both"),
    "no rotation": (one(gate="rx", target=0), "'rotation'"),
    "rotation as text": (one(gate="rx", target=0, rotation="pi"), "'rotation'"),
    "infinite": (b'{"qubits":1,"circuit":[{"gate":"rx","target":0,"rotation":Infinity}]}', "'rotation'"),
    "rotation on h": (one(gate="h", target=0, rotation=0.5), "'rotation'"),
    "unknown field": (one(gate="h", target=0, angle=0.5), "'angle'"),
    "one target for swap": (one(gate="swap", target=0), "two targets"),
    "eight controls": (
        {"qubits": 9, "circuit": [{"gate": "x", "target": 8, "controls": list(range(8))}]},
        "8 controls",
    ),
    "negative time": (
        one(gate="pauliexp", targets=[0], terms=["X"], coefficients=[1], time=-0.1),
        "must not be negative",
    ),
    "long term": (one(gate="pauliexp", targets=[0], terms=["XX"], coefficients=[1], time=0.1), "'XX'"),
    "complex coefficient": (one(gate="pauliexp", targets=[0], terms=["X"], coefficients=["1j"], time=0.1), "'1j'"),
    "unequal lists": (one(gate="pauliexp", targets=[0], terms=["X"], coefficients=[], time=0.1), "one length"),
    "controlled pauliexp": (
        one(gate="pauliexp", targets=[0], control=1, terms=["X"], coefficients=[1], time=0.1),
        "cannot be controlled",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_refusals_name_the_place(name: str, run: Any) -> None:
    """A bad payload simulated as if it were good, or refused without saying where."""
    data, words = REFUSED[name]
    with pytest.raises(ExecutionRefused) as caught:
        run(data, num_qubits=29, **JOB)
    assert caught.value.code == "InvalidInputData"
    assert words in caught.value.message


@pytest.mark.parametrize("params", [{"noise_model": "aria-1"}, {"noise": {"model": "harmony", "seed": 3}}])
def test_noise_that_is_not_simulated_is_refused(params: dict[str, Any], run: Any) -> None:
    """An ideal answer sold as a noisy one."""
    body = {"qubits": 1, "circuit": []}
    with pytest.raises(ExecutionRefused, match="not simulated here") as caught:
        run(body, params=params, **JOB)
    assert caught.value.code == "InvalidProperty"
    known = {"noise_model": "ideal", "sampler_seed": 7, "shots": 10, "error_mitigation": {"debias": True}}
    assert run(body, params=known, **JOB) == {"histogram": {"0": 1.0}}
