"""Every gate of Cirq means the same afterwards, alone and under control, global phase included."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import sympy

from qrelay.formats import INPUT_FORMATS, encode

cirq = pytest.importorskip("cirq")

from judges import braket, ionq  # noqa: E402
from judges.cirq_answers import matrix  # noqa: E402
from judges.payloads import distribution  # noqa: E402
from judges.rows import unitary  # noqa: E402
from tests.cirq.gates_to_read import FEW, GATES, OTHERS, circuit  # noqa: E402

from qrelay.cirq.reader import read  # noqa: E402


def same(wanted: Any) -> None:
    assert np.allclose(unitary(read(wanted)), matrix(wanted), atol=1e-7)


@pytest.mark.parametrize("name", GATES)
def test_p14_gates_alone(name: str) -> None:
    """Catches a wrong angle, order of qubits or phase (Cirq's shifts and exponents beyond 1 above all)."""
    same(circuit(GATES[name]))


@pytest.mark.parametrize("name", GATES)
def test_p14_gates_under_one_control(name: str) -> None:
    """Catches a global phase that is lost where it can be seen."""
    same(circuit(GATES[name], controls=1))


@pytest.mark.parametrize("controls", [2, 3])
@pytest.mark.parametrize("name", FEW)
def test_p14_gates_under_more_controls(name: str, controls: int) -> None:
    if cirq.num_qubits(FEW[name]) + controls <= 6:
        same(circuit(FEW[name], controls=controls))


@pytest.mark.parametrize("name", sorted(name for name in OTHERS if cirq.num_qubits(OTHERS[name]) < 4))
def test_p14_gates_inside_a_controlled_circuit_inside_another(name: str) -> None:
    """Controls are done on what controls became."""
    gate = OTHERS[name]
    count = cirq.num_qubits(gate)
    qubits = cirq.LineQubit.range(count + 3)
    inner = cirq.FrozenCircuit(
        cirq.ControlledOperation([qubits[-1]], gate.on(*qubits[:count])), (cirq.Y**0.3)(qubits[0]) if count else []
    )
    middle = cirq.FrozenCircuit(
        cirq.ControlledOperation([qubits[-2]], cirq.CircuitOperation(inner, use_repetition_ids=False))
    )
    same(cirq.Circuit(cirq.ControlledOperation([qubits[-3]], cirq.CircuitOperation(middle, use_repetition_ids=False))))


def test_common_gates_keep_their_words() -> None:
    """Not by their decompositions, which cost machines two-qubit gates."""
    a, b, c = cirq.LineQubit.range(3)
    words = {
        "x": cirq.X(a), "y": cirq.Y(a), "z": cirq.Z(a), "h": cirq.H(a), "s": cirq.S(a), "sdg": (cirq.S**-1)(a),
        "t": cirq.T(a), "tdg": cirq.inverse(cirq.T)(a), "sx": (cirq.X**0.5)(a), "sxdg": (cirq.X**-0.5)(a),
        "id": cirq.I(a), "rx": cirq.rx(0.1)(a), "ry": cirq.ry(0.1)(a), "rz": cirq.rz(0.1)(a), "p": (cirq.Z**0.1)(a),
        "r": cirq.PhasedXPowGate(phase_exponent=0.1)(a), "cx": cirq.CX(a, b), "cz": cirq.CZ(a, b),
        "cp": (cirq.CZ**0.1)(a, b), "cs": (cirq.CZ**0.5)(a, b), "csdg": (cirq.CZ**-0.5)(a, b),
        "csx": (cirq.CX**0.5)(a, b), "swap": cirq.SWAP(a, b), "iswap": cirq.ISWAP(a, b), "ccx": cirq.CCX(a, b, c),
        "ccz": cirq.CCZ(a, b, c), "cswap": cirq.CSWAP(a, b, c), "rzz": (cirq.ZZ**0.1)(a, b), "rxx": cirq.ms(0.1)(a, b),
        "ryy": (cirq.YY**0.1)(a, b), "crx": cirq.rx(0.1)(b).controlled_by(a), "crz": cirq.rz(0.1)(b).controlled_by(a),
        "cry": cirq.ry(0.1)(b).controlled_by(a), "ch": cirq.H(b).controlled_by(a),
        "cu3": cirq.PhasedXZGate(x_exponent=0.1, z_exponent=0.2, axis_phase_exponent=0.3)(b).controlled_by(a),
        "xx_plus_yy": cirq.PhasedISwapPowGate(phase_exponent=0.1)(a, b),
    }  # fmt: skip
    for word, op in words.items():
        names = [name for name, _, _ in read(cirq.Circuit(op)).operations]
        assert names == ([word] if word != "cu3" else ["cu3", "p"])
    d, e = cirq.LineQubit.range(3, 5)
    for word, op in {"c3x": cirq.X(a).controlled_by(b, c, d), "c4x": cirq.X(a).controlled_by(b, c, d, e)}.items():
        assert [name for name, _, _ in read(cirq.Circuit(op)).operations] == [word]


@pytest.mark.parametrize("name", FEW)
def test_p14_states_through_json(name: str) -> None:
    """The whole way: what IonQ's JSON says, simulated outside of qrelay, is Cirq's final state up to its phase."""
    wanted = _prepared(circuit(FEW[name], controls=1))
    state = ionq.statevector(encode(read(wanted), "ionq.circuit.v1").data)
    _same_state(state, wanted)


@pytest.mark.parametrize("name", FEW)
def test_p14_states_through_braket(name: str) -> None:
    wanted = _prepared(circuit(FEW[name]))
    measured = wanted + cirq.Circuit(cirq.measure_each(*sorted(wanted.all_qubits())))
    state = braket.statevector(encode(read(measured), "BRAKET_OPEN_QASM_V3").data)
    _same_state(state, wanted)


@pytest.mark.parametrize("name", FEW)
def test_p14_operators_through_openqasm2(name: str) -> None:
    qasm2 = pytest.importorskip("qiskit.qasm2")
    from qiskit.quantum_info import Operator

    wanted = circuit(FEW[name], controls=1)
    loaded = qasm2.loads(encode(read(wanted), "honeywell.openqasm.v1").data.decode(), strict=True)
    assert Operator(loaded).equiv(Operator(matrix(wanted)), atol=1e-6)


@pytest.mark.parametrize("name", [name for name in FEW if cirq.num_qubits(FEW[name]) < 4])
@pytest.mark.parametrize("format_name", INPUT_FORMATS)
def test_p14_mirrors_give_zeros(name: str, format_name: str) -> None:
    """Sampling cannot see phases; undoing the gate by its matrix turns every wrong one into a wrong bit."""
    there = _prepared(circuit(FEW[name], controls=1 if cirq.num_qubits(FEW[name]) < 3 else 0))
    qubits = sorted(there.all_qubits())
    back = cirq.MatrixGate(there.unitary(dtype=np.complex128).conj().T).on(*qubits)
    mirror = there + cirq.Circuit(back, cirq.measure(*qubits, key="m"))
    assert distribution(encode(read(mirror), format_name), 64).fits({0: 1.0}, tolerance=1e-6)


def _prepared(circuit: Any) -> Any:
    """The circuit behind a product state that no permutation, reflection or phase flip leaves alone."""
    return cirq.Circuit(_asymmetric(sorted(circuit.all_qubits()))) + circuit


def _asymmetric(qubits: list[Any]) -> Iterator[Any]:
    for place, qubit in enumerate(qubits):
        yield cirq.ry(0.4 + 0.31 * place)(qubit)
        yield cirq.rz(0.9 - 0.47 * place)(qubit)


def _same_state(state: Any, wanted: Any) -> None:
    count = len(wanted.all_qubits())
    of_cirq = wanted.final_state_vector(dtype=np.complex128).reshape((2,) * count).transpose().reshape(-1)
    assert abs(np.vdot(state, of_cirq)) == pytest.approx(1, abs=1e-7)


def test_numbers_of_other_kinds_become_floats() -> None:
    """Program's operations hold Python's own numbers: a NumPy float prints itself into a payload as np.float64(…)."""
    a, b = cirq.LineQubit.range(2)

    def ops(number: Any) -> Iterator[Any]:
        for value in (np.float64(0.37), np.float32(0.37), sympy.Rational(1, 3), sympy.pi / 7, 3, np.int64(3)):
            for kind in (cirq.XPowGate, cirq.YPowGate, cirq.ZPowGate, cirq.HPowGate):
                yield kind(exponent=number(value))(a)
            yield cirq.CZPowGate(exponent=number(value), global_shift=0.5)(a, b)
            yield cirq.rz(number(value))(b)
            yield cirq.FSimGate(number(value), 0.3)(a, b)
            yield cirq.PhasedXZGate(x_exponent=number(value), z_exponent=0.1, axis_phase_exponent=number(value))(a)
            yield cirq.PhaseGradientGate(num_qubits=2, exponent=number(value))(a, b)

    program = read(cirq.Circuit(ops(lambda value: value)))
    assert {type(value) for _, _, params in program.operations for value in params} == {float}
    assert type(program.global_phase) is float
    assert np.allclose(unitary(program), matrix(cirq.Circuit(ops(float))), atol=1e-7)
    third = read(cirq.Circuit(cirq.ZPowGate(exponent=sympy.Rational(1, 3))(a))).operations[0]
    assert third == ("p", (0,), (np.pi / 3,))


@pytest.mark.parametrize("count", [1, 2, 4])
def test_matrices_in_single_precision(count: int) -> None:
    """Cirq's own decompositions raise a bare ValueError at these."""
    matrix = cirq.testing.random_unitary(2**count, random_state=count).astype(np.complex64)
    same(cirq.Circuit(cirq.MatrixGate(matrix, unitary_check=False).on(*cirq.LineQubit.range(count))))


def test_a_gate_is_remembered_only_as_long_as_it_lives() -> None:
    """Gates are found again by their `id`, which a gate made for the moment gives up to the next one.

    Of many new gates the one is taken that has another's id, where there is one: what Python's memory does is no luck.
    """
    seen: dict[int, float] = {}

    class Fresh(cirq.Operation):
        def __init__(self, exponent: float, qubit: Any) -> None:
            self._exponent, self._qubit = exponent, qubit

        @property
        def qubits(self) -> Any:
            return (self._qubit,)

        @property
        def gate(self) -> Any:
            new = [cirq.ZPowGate(exponent=self._exponent) for _ in range(1000)]
            found = next((gate for gate in new if seen.get(id(gate), self._exponent) != self._exponent), new[0])
            seen[id(found)] = self._exponent
            return found

        def with_qubits(self, *new_qubits: Any) -> Any:
            return Fresh(self._exponent, *new_qubits)

    qubit = cirq.LineQubit(0)
    circuit = cirq.Circuit(Fresh(exponent, qubit) for exponent in (1, 0.5, 0.25, -0.5) * 5)
    seen.clear()  # of those that Cirq asked for when it made the circuit
    program = read(circuit)
    assert [name for name, _, _ in program.operations] == ["z", "s", "t", "sdg"] * 5
