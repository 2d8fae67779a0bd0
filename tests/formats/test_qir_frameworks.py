"""Circuits with control flow as users write them, in Qiskit and in Cirq, against the frameworks' own simulators."""

from __future__ import annotations

import importlib.util
from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest

cirq = pytest.importorskip("cirq")
qiskit = pytest.importorskip("qiskit")
pytest.importorskip("qiskit_aer")
pytest.importorskip("qdk")

import sympy  # noqa: E402
from judges import cirq_answers, qir  # noqa: E402
from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister, transpile  # noqa: E402
from qiskit.circuit.classical import expr  # noqa: E402
from qiskit_aer import AerSimulator  # noqa: E402
from scipy.stats import chi2_contingency  # noqa: E402

from qrelay.convert import encode  # noqa: E402
from qrelay.errors import ConfigurationError, InvalidOption  # noqa: E402

SHOTS = 2000


def _alike(one: Mapping[Any, int], other: Mapping[Any, int]) -> bool:
    """Two samples of one distribution? Outcomes that are rare in both count as one."""
    keys = [key for key in {*one, *other} if one.get(key, 0) + other.get(key, 0) >= 20]
    rows = [[counts.get(key, 0) for key in keys] for counts in (one, other)]
    rest = [sum(counts.values()) - sum(row) for counts, row in zip((one, other), rows, strict=True)]
    if sum(rest):
        rows = [[*row, count] for row, count in zip(rows, rest, strict=True)]
    return len(rows[0]) < 2 or bool(chi2_contingency(rows).pvalue > 1e-6)


def _memories(circuit: Any, **options: Any) -> tuple[Any, Counter[int]]:
    payload = encode(circuit, "qir.v1", **options)
    return payload.layout, qir.memories(qir.run(payload.data, SHOTS), payload.layout.groups)


def _start() -> QuantumCircuit:
    circuit = QuantumCircuit(QuantumRegister(4, "q"), ClassicalRegister(2, "a"), ClassicalRegister(3, "b"))
    circuit.ry(0.9, 0)
    circuit.cry(1.7, 0, 1)
    circuit.measure([0, 1], [1, 3])
    return circuit


def _teleport() -> QuantumCircuit:
    circuit = _start()
    circuit.ry(1.2, 2)
    circuit.measure(2, 0)
    with circuit.if_test((circuit.clbits[0], 1)) as otherwise:
        circuit.u(0.4, 0.1, 0.2, 3)
        with circuit.if_test((circuit.cregs[1], 2)):
            circuit.x(3)
    with otherwise:
        circuit.reset(0)
        circuit.cswap(0, 1, 3)
    circuit.measure(3, 4)
    return circuit


def _switched() -> QuantumCircuit:
    circuit = _start()
    with circuit.switch(circuit.cregs[1]) as case:
        with case(0, 1):
            circuit.h(2)
        with case(2):
            circuit.ry(0.6, 2)
        with case(case.DEFAULT):
            circuit.x(2)
    circuit.measure(2, 2)
    return circuit


def _looped() -> QuantumCircuit:
    circuit = _start()
    with circuit.for_loop(range(4)):
        circuit.ry(0.6, 2)
        circuit.measure(2, 4)
        with circuit.if_test((circuit.clbits[4], 1)):
            circuit.break_loop()
        circuit.x(3)
    circuit.measure(3, 0)
    return circuit


def _expressions() -> QuantumCircuit:
    circuit = _start()
    with circuit.if_test(expr.less(circuit.cregs[0], expr.bit_xor(circuit.cregs[1], 3))):
        circuit.ry(0.8, 2)
    with circuit.if_test(expr.logic_or(expr.bit_not(circuit.clbits[3]), expr.equal(circuit.cregs[0], 2))):
        circuit.x(3)
    circuit.measure([2, 3], [2, 4])
    return circuit


@pytest.mark.parametrize("make", [_teleport, _switched, _looped, _expressions])
@pytest.mark.parametrize("options", [{}, {"bitcode": True}], ids=["text", "bitcode"])
def test_p10_qiskit_circuits_give_what_aer_gives(make: Any, options: dict[str, Any]) -> None:
    circuit = make()
    simulator = AerSimulator(seed_simulator=3)
    counts = simulator.run(transpile(circuit, simulator, optimization_level=0), shots=SHOTS).result().get_counts()
    wanted = {int(key.replace(" ", ""), 2): count for key, count in counts.items()}
    _, found = _memories(circuit, **options)
    assert len(wanted) > 3
    assert _alike(found, wanted), (found, wanted)


def test_the_second_engine_says_what_it_needs() -> None:
    """Catches an ImportError, or an AttributeError of Qiskit 2, out of the depths."""
    if importlib.util.find_spec("qiskit_qir") is None:
        with pytest.raises(ConfigurationError, match=r"qiskit-qir 0\.5 on Qiskit 1\.x"):
            encode(_start(), "qir.v1", engine="qiskit-qir")
    with pytest.raises(InvalidOption, match="qiskit-qir"):
        encode(_start(), "qir.v1", engine="qiskit_qir")
    with pytest.raises(InvalidOption, match=r"writes qir\.v1 only"):
        encode(_start(), "OPEN_QASM_V2", engine="qiskit-qir")
    assert encode(_start(), "qir.v1", engine=None).data


Q = cirq.LineQubit.range(4)
A, B = sympy.symbols("a b")
CIRQ = {
    "a key": [cirq.X(Q[2]).with_classical_controls("a"), cirq.CCZ(Q[0], Q[1], Q[2]).with_classical_controls("b")],
    "two keys": [cirq.CSWAP(Q[0], Q[2], Q[3]).with_classical_controls("a", "b"), cirq.X(Q[3])],
    "sympy": [
        cirq.X(Q[2]).with_classical_controls(sympy.Eq(A + 2 * B, 2)), cirq.ry(0.3)(Q[3]).with_classical_controls(A > B)
    ],
    "reset": [cirq.R(Q[0]), cirq.X(Q[0]).with_classical_controls("b"), cirq.CNOT(Q[0], Q[3])],
}  # fmt: skip


@pytest.mark.parametrize("case", CIRQ)
def test_p06_classical_control_of_cirq_is_whole(case: str) -> None:
    """Catches a control that guards the first gate of a decomposition only. (Cirq#8329, #5691, #7624)"""
    circuit = cirq.Circuit(
        cirq.ry(0.9)(Q[0]),
        (cirq.X**0.4)(Q[1]),
        cirq.measure(Q[0], key="a", invert_mask=(True,)),
        cirq.measure(Q[1], key="b"),
        *CIRQ[case],
        cirq.measure(Q[2], Q[3], Q[0], key="c"),
    )
    layout, found = _memories(circuit)
    mask = sum(1 << bit for bit in layout.inverted)
    ours: Counter[Any] = Counter()
    for memory, count in found.items():
        ours[cirq_answers.records(layout, memory ^ mask)] += count
    assert _alike(ours, cirq_answers.sampled(circuit, SHOTS))
