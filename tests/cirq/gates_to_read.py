"""Cirq's gates with asymmetric angles, by name: what every test of gates goes through."""

from __future__ import annotations

import cirq
import numpy as np

EXPONENTS = (0.5, -0.3, 1, 2.7, -1, -0.5, 0.25, -0.25, 0, 2)
SHIFTS = (0.0, -0.5, 0.3)

_POWERS = {
    name: getattr(cirq, name)
    for name in (
        *("XPowGate", "YPowGate", "ZPowGate", "HPowGate", "CXPowGate", "CYPowGate", "CZPowGate", "SwapPowGate"),
        *("ISwapPowGate", "XXPowGate", "YYPowGate", "ZZPowGate", "CCXPowGate", "CCYPowGate", "CCZPowGate"),
    )
    if hasattr(cirq, name)  # CY and CCY came after Cirq 1.5
}

POWERS: dict[str, cirq.Gate] = {
    f"{name} {exponent} {shift}": kind(exponent=exponent, global_shift=shift)
    for name, kind in _POWERS.items()
    for exponent in EXPONENTS
    for shift in SHIFTS
}

OTHERS: dict[str, cirq.Gate] = {
    "X": cirq.X,
    "Y": cirq.Y,
    "Z": cirq.Z,
    "rx": cirq.rx(0.37),
    "ry": cirq.ry(-1.13),
    "rz": cirq.rz(2.41),
    "rx π": cirq.rx(np.pi),
    "cphase": cirq.cphase(0.71),
    "ms": cirq.ms(0.37),
    "givens": cirq.givens(0.37),
    "riswap": cirq.riswap(-1.13),
    "sqrt iswap": cirq.SQRT_ISWAP,
    "fsim": cirq.FSimGate(0.37, -1.13),
    "phased fsim": cirq.PhasedFSimGate(0.37, -1.13, 2.41, 0.71, 0.3),
    "phased iswap": cirq.PhasedISwapPowGate(phase_exponent=0.37, exponent=-0.3, global_shift=0.2),
    "phased x": cirq.PhasedXPowGate(phase_exponent=0.37, exponent=-0.3, global_shift=0.2),
    "phased xz": cirq.PhasedXZGate(x_exponent=0.37, z_exponent=-0.3, axis_phase_exponent=0.71),
    "cswap": cirq.CSWAP,
    "identity": cirq.I,
    "identity of 3": cirq.IdentityGate(3),
    "qft": cirq.QuantumFourierTransformGate(3),
    "qft without reverse": cirq.QuantumFourierTransformGate(3, without_reverse=True),
    "inverse qft": cirq.inverse(cirq.QuantumFourierTransformGate(3)),
    "phase gradient": cirq.PhaseGradientGate(num_qubits=3, exponent=0.37),
    "boolean hamiltonian": cirq.BooleanHamiltonianGate(["a", "b"], ["a ^ b", "a & b"], 0.37),
    "matrix 1": cirq.MatrixGate(cirq.testing.random_unitary(2, random_state=1)),
    "matrix 2": cirq.MatrixGate(cirq.testing.random_unitary(4, random_state=2)),
    "matrix 3": cirq.MatrixGate(cirq.testing.random_unitary(8, random_state=3)),
    "matrix 4": cirq.MatrixGate(cirq.testing.random_unitary(16, random_state=4)),
    "matrix, diagonal": cirq.MatrixGate(np.diag([1j, np.exp(0.3j)])),
    "matrix, antidiagonal": cirq.MatrixGate(np.array([[0, 1j], [np.exp(0.3j), 0]])),
    "dense pauli string": cirq.DensePauliString("XYZ", coefficient=1j),
    "pauli string phasor": cirq.PauliStringPhasorGate(cirq.DensePauliString("XY"), exponent_neg=0.3, exponent_pos=0.1),
    "pauli string phasor, negative": cirq.PauliStringPhasorGate(
        cirq.DensePauliString("ZIYX", coefficient=-1), exponent_neg=0.3, exponent_pos=-0.7
    ),
    "pauli string phasor of I": cirq.PauliStringPhasorGate(
        cirq.DensePauliString("II", coefficient=-1), exponent_neg=0.3, exponent_pos=0.1
    ),
    "pauli interaction": cirq.PauliInteractionGate(cirq.X, True, cirq.Y, False, exponent=0.37),
    "diagonal 2": cirq.TwoQubitDiagonalGate([0.1, -0.7, 1.3, 0.4]),
    "diagonal 3": cirq.ThreeQubitDiagonalGate([0.1, -0.7, 1.3, 0.4, 2.2, -1.9, 0.6, 0.2]),
    "diagonal": cirq.DiagonalGate([0.1, -0.7, 1.3, 0.4]),
    "clifford": cirq.SingleQubitCliffordGate.X_sqrt,
    "clifford of 2": cirq.CliffordGate.CNOT,
    "permutation": cirq.QubitPermutationGate([2, 0, 1]),
    "parallel": cirq.ParallelGate(cirq.X**0.3, 3),
    "inverse": cirq.inverse(cirq.PhasedFSimGate(0.37, -1.13, 2.41, 0.71, 0.3)),
    "uniform superposition": cirq.UniformSuperpositionGate(4, 2),
    "global phase": cirq.GlobalPhaseGate(np.exp(0.3j)),
}

GATES = POWERS | OTHERS
FEW = {
    name: gate
    for name, gate in GATES.items()
    if name in OTHERS or name.split(" ", 1)[1] in ("0.5 0.0", "-0.3 0.0", "1 0.0", "2.7 0.3")
}
"""One of each kind, for tests that take their time."""


def circuit(gate: cirq.Gate, *, controls: int = 0, spare: int = 0) -> cirq.Circuit:
    """The gate on permuted qubits, under controls, in a circuit that holds every qubit."""
    count = cirq.num_qubits(gate)
    qubits = cirq.LineQubit.range(count + controls + spare)
    op = gate.on(*qubits[:count][::-1])
    if controls:
        op = cirq.ControlledOperation(qubits[count : count + controls], op)
    return cirq.Circuit([cirq.I(qubit) for qubit in qubits], op)
