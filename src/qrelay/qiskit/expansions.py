"""What Qiskit's operations are made of: their own definitions, or what Qiskit synthesises where they have none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from qiskit import QuantumCircuit, transpile
from qiskit.circuit import CircuitInstruction, ParameterExpression, Qubit
from qiskit.circuit.library import UnitaryGate
from qiskit.exceptions import QiskitError
from qiskit.synthesis import TwoQubitWeylDecomposition

from qrelay.quieting import quietly

__all__ = ["expansion", "idle"]

_SYNTHESIS_GATES = ["h", "x", "s", "sdg", "t", "tdg", "p", "rz", "ry", "u", "cx", "cz", "swap", "ccx", "cp", "reset"]
_TOUCHES = 2
_AS_GOOD_AS_EQUAL = 1e-10
_WARNS_OF_ITSELF = hasattr(CircuitInstruction, "condition")  # Qiskit 1
_PASSIVE = frozenset({"measure", "barrier", "delay"})
_BY_USERS = (ArithmeticError, AttributeError, LookupError, NotImplementedError, TypeError)
"""What definitions raise of gates that users wrote, or gave arguments that do not suit them."""


def expansion(
    operation: Any, places: Sequence[int], spare: Callable[[], Sequence[int]], refuse: Callable[[str], Any]
) -> tuple[QuantumCircuit, Sequence[int]]:
    """A circuit that is the operation, and the qubits that it acts on.

    `spare` tells of qubits that are |0⟩ there: Qiskit knows some gates only with help, such as WeightedSumGate, and
    gives the helping qubits back as they were.
    """
    definition = _unwarned(lambda: _without_help(operation, refuse))
    if definition is not None:
        return definition, places
    helping = spare()
    definition = _unwarned(lambda: _synthesised(operation, len(helping))) if helping else None
    if definition is None:
        why = (
            "has neither a definition nor a matrix. If it needs helping qubits, give the circuit more that stay unused"
        )
        refuse(f"{why}; or define it in gates that Qiskit knows")
    return definition, (*places, *helping)


def _unwarned(work: Callable[[], QuantumCircuit | None]) -> QuantumCircuit | None:
    """What Qiskit 1 deprecates inside its own definitions is not the user's doing."""
    return quietly(work, DeprecationWarning, PendingDeprecationWarning) if _WARNS_OF_ITSELF else work()


def _without_help(operation: Any, refuse: Callable[[str], Any]) -> QuantumCircuit | None:
    definition = _own(operation, refuse)
    if definition is None:
        definition = _synthesised(operation, 0)
    return _of_matrix(operation) if definition is None else definition


def idle(circuit: QuantumCircuit) -> list[Qubit]:
    """Qubits of a circuit that nothing acts on: they stay |0⟩, and may be measured."""
    used = {qubit for instruction in circuit.data if instruction.name not in _PASSIVE for qubit in instruction.qubits}
    return [qubit for qubit in circuit.qubits if qubit not in used]


def _own(operation: Any, refuse: Callable[[str], Any]) -> QuantumCircuit | None:
    try:
        definition = getattr(operation, "definition", None)
    except (QiskitError, ValueError, *_BY_USERS) as error:  # made when asked for, it may divide by zero
        if isinstance(error, TypeError) and _has_parameters(operation):
            raise
        why = getattr(error, "message", error)
        refuse(f"has a definition that Qiskit cannot make: {why}")
    if not isinstance(definition, QuantumCircuit):
        return None
    return _unrounded(operation, definition) if type(operation) is UnitaryGate else definition


def _unrounded(gate: UnitaryGate, definition: QuantumCircuit) -> QuantumCircuit:
    """Qiskit takes a matrix of two qubits for a simpler one up to a fidelity of 1 - 1e-9, and so leaves out whole steps
    of a slow evolution: then the matrix's own canonical form, with up to three turns of both qubits at once."""
    if gate.num_qubits != 2:
        return definition
    matrix = np.asarray(gate.to_matrix())
    if np.abs(_pair_matrix(definition) - matrix).max() < _AS_GOOD_AS_EQUAL:
        return definition
    form: QuantumCircuit = TwoQubitWeylDecomposition(matrix, fidelity=None).circuit()
    form.global_phase += float(np.angle(np.vdot(_pair_matrix(form), matrix)))
    return form


def _pair_matrix(circuit: QuantumCircuit) -> NDArray[np.complex128]:
    """Of gates on two qubits. Qiskit's Operator has it too, and takes ten times as long."""
    total: NDArray[np.complex128] = np.exp(1j * float(circuit.global_phase)) * np.eye(4)
    first, second = circuit.qubits
    for instruction in circuit.data:
        matrix = np.asarray(instruction.operation.to_matrix())
        if instruction.qubits == (first,):
            matrix = np.kron(np.eye(2), matrix)
        elif instruction.qubits == (second,):
            matrix = np.kron(matrix, np.eye(2))
        elif instruction.qubits == (second, first):
            matrix = matrix.reshape((2,) * 4).transpose(1, 0, 3, 2).reshape(4, 4)
        total = matrix @ total
    return total


def _has_parameters(operation: Any) -> bool:
    """It may be made of numbers only, which a symbolic reading says in its own words."""
    return any(isinstance(value, ParameterExpression) for value in operation.params)


def _synthesised(operation: Any, helping: int) -> QuantumCircuit | None:
    """For qubits in any state, but with the helping ones in |0⟩: Qiskit takes for |0⟩ what nothing has touched."""
    alone = QuantumCircuit(operation.num_qubits + helping, operation.num_clbits)
    own = alone.qubits[: operation.num_qubits]
    if helping:
        for qubit in own * _TOUCHES:
            alone.x(qubit)
    try:
        alone.append(operation, own, alone.clbits)
        write = partial(
            transpile, alone, basis_gates=_SYNTHESIS_GATES, optimization_level=0, qubits_initially_zero=bool(helping)
        )
        made: QuantumCircuit = quietly(write, UserWarning)  # of what is refused all the same
    except QiskitError:
        return None
    return _untouched(made, operation.num_qubits) if helping else made


def _untouched(made: QuantumCircuit, count: int) -> QuantumCircuit:
    """Without the flips that each of the first qubits begins with."""
    left = dict.fromkeys(made.qubits[:count], _TOUCHES)
    kept = made.copy_empty_like()
    for instruction in made.data:
        if left.get(instruction.qubits[0]) and instruction.name == "x":
            left[instruction.qubits[0]] -= 1
        else:
            kept.append(instruction)
    return kept


def _of_matrix(operation: Any) -> QuantumCircuit | None:
    try:
        made: QuantumCircuit = UnitaryGate(operation.to_matrix()).definition
    except (AttributeError, NotImplementedError, QiskitError, ValueError):
        return None
    return made
