"""pauliexp: what it means, what it may be, and how it is written in gates."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from tests.program.test_lowering import GATE_SETS, unitary

from qrelay.errors import UnsupportedCircuit
from qrelay.program import Operation, Program
from qrelay.program.lowering import lower
from qrelay.program.matrices import Matrix

PAULIS = {
    "I": np.eye(2),
    "X": np.array([[0, 1], [1, 0]]),
    "Y": np.array([[0, -1j], [1j, 0]]),
    "Z": np.diag([1, -1]),
}
SUMS: dict[str, tuple[tuple[str, ...], tuple[float, ...], float]] = {
    "one": (("X",), (0.7,), 0.4),
    "a phase": (("II",), (0.7,), 0.4),
    "mixed": (("XYZ", "YXI", "ZZZ", "III"), (0.31, -0.8, 0.45, 0.2), 0.9),
    "Ising": (("ZZII", "IZZI", "ZIIZ", "IIIZ"), (0.3, 0.2, -0.7, 1.1), -0.37),
    "YYYY": (("YYYY", "XXXX"), (0.3, -0.9), 1.3),
    "neighbours": (("XY", "YX"), (0.5, 0.25), 0.77),
    "rotation": (("ZX",), (0.5,), 0.77),
}


def matrix(terms: tuple[str, ...], coefficients: tuple[float, ...], time: float) -> Matrix:
    total = np.zeros((2 ** len(terms[0]),) * 2, dtype=complex)
    for term, coefficient in zip(terms, coefficients, strict=True):
        word = np.eye(1)
        for letter in term:  # the first letter is the highest qubit's
            word = np.kron(word, PAULIS[letter])
        total += coefficient * word
    values, vectors = np.linalg.eigh(total)
    result: Matrix = (vectors * np.exp(-1j * time * values)) @ vectors.conj().T
    return result


@pytest.mark.parametrize("gates", GATE_SETS)
@pytest.mark.parametrize("name", SUMS)
def test_gates_are_the_exponential(name: str, gates: str) -> None:
    """Terms read from the wrong end, a factor of two, or a phase lost."""
    arguments = SUMS[name]
    count = len(arguments[0][0])
    program = Program(count, 0, [("pauliexp", tuple(range(count)), arguments)], global_phase=0.3)
    lowered = lower(program, GATE_SETS[gates])
    assert {operation[0] for operation in lowered.operations} <= GATE_SETS[gates]
    assert np.allclose(unitary(lowered), np.exp(0.3j) * matrix(*arguments), atol=1e-11)


def test_it_is_qiskits_evolution_on_the_same_qubits() -> None:
    library = pytest.importorskip("qiskit.circuit.library")
    from qiskit import QuantumCircuit
    from qiskit.quantum_info import Operator, SparsePauliOp

    terms, coefficients, time = SUMS["mixed"]
    circuit = QuantumCircuit(4)
    circuit.append(library.PauliEvolutionGate(SparsePauliOp(list(terms), list(coefficients)), time), [2, 0, 3])
    ours = lower(Program(4, 0, [("pauliexp", (2, 0, 3), SUMS["mixed"])]), {"u", "cx"})
    assert np.allclose(unitary(ours), Operator(circuit.decompose()).data)


def test_it_stays_where_the_set_has_it_and_in_blocks() -> None:
    inner: Operation = ("pauliexp", (0, 1), SUMS["neighbours"])
    program = Program(2, 1, [inner, ("for", (), (range(2), None, (inner,)))])
    assert lower(program, {"pauliexp"}).operations == program.operations
    lowered = lower(program, {"u", "cx"}).operations
    body = lowered[-1][2][2]
    assert lowered[:-1] == [step for step in body if step[0] != "global_phase"]
    assert {step[0] for step in lowered[:-1]} == {"u", "cx"}


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ((("XX", "ZI"), (1.0, 1.0), 1.0), "XX and ZI, which do not commute"),
        ((("XX", "ZZ"), (1.0,), 1.0), "2 terms and 1 coefficients"),
        (((), (), 1.0), "0 terms"),
        ((("X",), (1.0,), 1.0), "'X', which is no word of 2 letters"),
        ((("xx",), (1.0,), 1.0), "'xx'"),
        ((("XX",), (1j,), 1.0), "1j, which is not real"),
        ((("XX",), (1.0,), True), "True"),
        ((["XX"], (1.0,), 1.0), "takes tuples"),
        ((("XX",), (1.0,)), "takes tuples"),
    ],
)
def test_what_is_no_exponential_is_refused(arguments: Any, why: str) -> None:
    with pytest.raises(UnsupportedCircuit) as caught:
        Program(2, 0, [("x", (0,), ()), ("pauliexp", (0, 1), arguments)]).check()
    assert (caught.value.operation, caught.value.index) == ("pauliexp", 1)
    assert why in str(caught.value)


def test_numpy_s_numbers_become_pythons() -> None:
    given: Operation = ("pauliexp", (np.int64(1), 0), (("XX",), (np.float32(0.5),), np.int32(2)))  # type: ignore[arg-type]
    checked = Program(2, 0, [given]).check()
    ((name, qubits, (terms, coefficients, time)),) = checked.operations
    assert (name, qubits, terms, coefficients, time) == ("pauliexp", (1, 0), ("XX",), (0.5,), 2.0)
    assert [type(value) for value in (*qubits, *coefficients, time)] == [int, int, float, float]
    assert checked.check() is checked


def test_no_way_names_the_operation() -> None:
    program = Program(2, 0, [("pauliexp", (0, 1), SUMS["neighbours"])])
    with pytest.raises(UnsupportedCircuit, match="pauliexp"):
        lower(program, {"h", "cx"})


def test_commuting_is_counted_letter_by_letter() -> None:
    from qrelay.program.pauli import commute

    for one, other in itertools.product(map("".join, itertools.product("IXYZ", repeat=2)), repeat=2):
        a, b = (np.kron(PAULIS[word[0]], PAULIS[word[1]]) for word in (one, other))
        assert commute(one, other) == np.allclose(a @ b, b @ a)
