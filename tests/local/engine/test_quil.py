"""Quil, read by the embedded cloud: every gate against its matrix in the specification, memory, refusals by line."""

from __future__ import annotations

import cmath
import json
import math
from typing import Any

import numpy as np
import pytest
from qiskit.quantum_info import Operator

from qrelay.local.execution import Execution, ExecutionRefused, execute
from qrelay.local.readers import quil

A = 0.7


def _controlled_phase(state: int) -> Any:
    return np.diag([cmath.exp(1j * A) if index == state else 1 for index in range(4)])


# as the specification writes them: the first qubit is the most significant
MATRICES: dict[str, Any] = {
    "PHASE(0.7)": np.diag([1, cmath.exp(1j * A)]),
    "RX(0.7)": [[math.cos(A / 2), -1j * math.sin(A / 2)], [-1j * math.sin(A / 2), math.cos(A / 2)]],
    "RY(0.7)": [[math.cos(A / 2), -math.sin(A / 2)], [math.sin(A / 2), math.cos(A / 2)]],
    "RZ(0.7)": np.diag([cmath.exp(-0.5j * A), cmath.exp(0.5j * A)]),
    "DAGGER PHASE(0.7)": np.diag([1, cmath.exp(-1j * A)]),
    "S": np.diag([1, 1j]),
    "DAGGER T": np.diag([1, cmath.exp(-0.25j * math.pi)]),
    "CNOT": np.eye(4)[[0, 1, 3, 2]],
    "CPHASE(0.7)": _controlled_phase(3),
    "CPHASE00(0.7)": _controlled_phase(0),
    "CPHASE01(0.7)": _controlled_phase(1),
    "CPHASE10(0.7)": _controlled_phase(2),
    "CONTROLLED PHASE(0.7)": _controlled_phase(3),
    "CONTROLLED DAGGER RY(0.7)": np.block(
        [
            [np.eye(2), np.zeros((2, 2))],
            [np.zeros((2, 2)), np.array([[math.cos(A / 2), math.sin(A / 2)], [-math.sin(A / 2), math.cos(A / 2)]])],
        ]
    ),
    "ISWAP": [[1, 0, 0, 0], [0, 0, 1j, 0], [0, 1j, 0, 0], [0, 0, 0, 1]],
    "PSWAP(0.7)": [[1, 0, 0, 0], [0, 0, cmath.exp(1j * A), 0], [0, cmath.exp(1j * A), 0, 0], [0, 0, 0, 1]],
    "XY(0.7)": [
        [1, 0, 0, 0],
        [0, math.cos(A / 2), 1j * math.sin(A / 2), 0],
        [0, 1j * math.sin(A / 2), math.cos(A / 2), 0],
        [0, 0, 0, 1],
    ],
    "CCNOT": np.eye(8)[[0, 1, 2, 3, 4, 5, 7, 6]],
    "CSWAP": np.eye(8)[[0, 1, 2, 3, 4, 6, 5, 7]],
}


@pytest.mark.parametrize("gate", MATRICES)
def test_gates_mean_what_the_specification_says(gate: str) -> None:
    """The first qubit taken for the least significant; a sign; a modifier dropped."""
    wanted = np.asarray(MATRICES[gate], dtype=complex)
    count = len(wanted).bit_length() - 1
    qubits = " ".join(str(qubit) for qubit in reversed(range(count)))  # the highest first, as Qiskit's matrices have it
    circuit = quil.read(f"DECLARE ro BIT[1]\n{gate} {qubits}\n".encode())
    assert np.allclose(Operator(circuit.remove_final_measurements(inplace=False) or circuit).data, wanted)


def run(text: str, shots: int = 200, **params: Any) -> Any:
    execution = Execution(
        provider="rigetti",
        target="rigetti.sim.qvm",
        input_format="rigetti.quil.v1",
        output_format="rigetti.quil-results.v1",
        data=text.encode(),
        params={"shots": shots, **params},
        num_qubits=20,
        seed=5,
    )
    return json.loads(execute(execution))


def test_memory_is_read_in_its_own_order() -> None:
    """Rows that follow the qubits; a bit that nothing is measured into left out."""
    found = run("DECLARE ro BIT[4]\nX 3\nMEASURE 3 ro[2]\nMEASURE 0 ro[0]\nHALT\n", shots=3)
    assert found == {"ro": [[0, 0, 1, 0]] * 3}


def test_values_of_declared_angles() -> None:
    gates = "RX(theta[1]) 0\nRX(2*theta[0] - pi/2) 1\n"
    text = f"DECLARE ro BIT[2]\nDECLARE theta REAL[2]\n{gates}MEASURE 0 ro[0]\nMEASURE 1 ro[1]\n"
    assert run(text, 2, substitutions={"theta": [[math.pi / 4, math.pi]]}) == {"ro": [[1, 0]] * 2}
    with pytest.raises(ExecutionRefused, match=r"line 3: theta\[1\] has no value"):
        run(text)


def test_reset_in_the_middle() -> None:
    assert run("DECLARE ro BIT[2]\nX 0\nMEASURE 0 ro[0]\nRESET 0\nMEASURE 0 ro[1]\n", 2) == {"ro": [[1, 0]] * 2}


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("FOO 0", "no gate"),
        ("RX 0", "takes 1 angles"),
        ("CNOT 0 0", "twice"),
        ("MEASURE 0 ro[2]", "ro of 2 bits"),
        ("MEASURE 0 other[0]", "other"),
        ("RX(__import__('os')) 0", "no number"),
        ("RX(9**9**9) 0", "no number"),
        ("JUMP @end", "straight-line"),
        ("DECLARE ro BIT[3]", "again"),
    ],
)
def test_refusals_name_the_line(line: str, words: str) -> None:
    with pytest.raises(ExecutionRefused, match="line 2") as refused:
        run(f"DECLARE ro BIT[2]\n{line}\n")
    assert words in refused.value.message


def test_a_program_without_readout_memory() -> None:
    with pytest.raises(ExecutionRefused, match="DECLARE ro"):
        run("X 0\n")
