"""The simulator behind the embedded cloud: Qiskit Aer, deterministic by seed.

Bit order everywhere: column ``i`` of a result belongs to classical bit ``i`` of the circuit, bit ``i`` of a basis
state's number to qubit ``i``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, cast

import numpy as np
import numpy.typing as npt
from qiskit import QuantumCircuit
from qiskit.circuit import ControlFlowOp, Qubit
from qiskit_aer import AerSimulator

from qrelay.local.refusal import ExecutionRefused

__all__ = ["DENSE_QUBITS", "MAX_NESTED", "Bits", "body", "probabilities", "sample", "state", "trusted"]

Bits = npt.NDArray[np.uint8]

MAX_NESTED = 100
"""How deep gates may be defined by gates defined by gates."""

DENSE_QUBITS = 26
"""Up to here a state vector is kept (1 GiB); wider circuits go through matrix product states or Clifford tableaux."""

_EASY_QUBITS = 21  # above, a matrix product state is taken where it is surely small: it is faster by orders
_WORTH_THREADS = 14  # qubits from which Aer's threads pay
_MAX_ENTANGLED = 7  # base-2 logarithm of the bond dimension that a matrix product state may have
_MAX_WORK = 1 << 38  # amplitudes touched; minutes to an hour on one machine
_MAX_OUTCOMES = 1 << 18
_MAX_BITS = 1 << 27  # of all shots together; a byte each
_MAX_EXPANDED = 1 << 17  # operations that come out of gates defined by a program; each takes some 0.1 ms to unfold
_TINY = 1e-12
_EXTRA = {"measure", "reset", "barrier", "if_else", "unitary", "mcx", "mcp", "mcphase"}
_CLIFFORD = {
    "x", "y", "z", "h", "s", "sdg", "sx", "sxdg", "cx", "cy", "cz", "swap", "id",
    "measure", "reset", "barrier", "if_else",
}  # fmt: skip
_DOUBLING = {"cx", "cy", "cz", "cp", "cu1", "csx", "ccx", "rxx", "ryy", "rzz", "rzx", "ecr"}


def sample(circuit: QuantumCircuit, shots: int, seed: int) -> Bits:
    """Run ``shots`` shots; returns an array (shots, classical bits) of zeros and ones.

    Measurements at the end are sampled all at once; measurements in the middle, resets and conditions are followed
    shot by shot. Raises ExecutionRefused (``CompilationError``) for what is too wide and entangled for this machine.
    """
    width = circuit.num_clbits
    if width == 0:
        return np.zeros((shots, 0), dtype=np.uint8)
    if width * shots > _MAX_BITS:
        raise ExecutionRefused("CompilationError", f"{shots} shots of {width} classical bits are too many to keep here")
    _check_work(circuit, shots)
    method = _method(circuit, clifford="stabilizer")
    result = _run(_lowered(circuit, method), method, shots=shots, seed=seed, memory=True)
    memory = cast("list[str] | None", result.data(0).get("memory"))
    if memory is None:  # nothing was measured
        return np.zeros((shots, width), dtype=np.uint8)
    size = -(-width // 8)
    rows = np.frombuffer(b"".join(int(word, 16).to_bytes(size, "little") for word in memory), dtype=np.uint8)
    return np.unpackbits(rows.reshape(shots, size), axis=1, bitorder="little", count=width)


def probabilities(circuit: QuantumCircuit, *, least: float = _TINY) -> dict[int, float]:
    """Exact probabilities of all qubits' basis states, without those below ``least``, in ascending order.

    ``circuit`` has no measurements. Qubits without a gate cost nothing. Raises ExecutionRefused (``CompilationError``)
    for wide circuits that are too entangled, or whose answer has too many outcomes.
    """
    active = _active(circuit)
    if not active:
        return {0: 1.0}
    _check_work(circuit, 1)
    method = _method(circuit)
    flat = _lowered(circuit, method)
    if method == "statevector":
        flat.save_probabilities(label="answer")
    else:
        flat.save_matrix_product_state(label="answer")
    result = _run(flat, method)
    if method == "statevector":
        values = np.asarray(result.data(0)["answer"], dtype=float)
        numbers = np.flatnonzero(values > least)
        if len(numbers) > _MAX_OUTCOMES:
            raise _too_many()
        found = dict(zip(numbers.tolist(), values[numbers].tolist(), strict=True))
    else:
        found = _outcomes(*result.data(0)["answer"], least=least)
    if active == list(range(len(active))):
        return found
    return {sum(1 << qubit for bit, qubit in enumerate(active) if number >> bit & 1): p for number, p in found.items()}


def state(circuit: QuantumCircuit) -> npt.NDArray[np.complex128]:
    """The whole state vector; bit ``i`` of an index is qubit ``i``. ``circuit`` has gates only, no measurements.

    Raises ExecutionRefused (``CompilationError``) above `DENSE_QUBITS` qubits.
    """
    if circuit.num_qubits > DENSE_QUBITS:
        raise ExecutionRefused("CompilationError", f"a state vector of {circuit.num_qubits} qubits is too large here")
    _check_work(circuit, 1)
    active = _active(circuit)
    vector = np.zeros((2,) * circuit.num_qubits, dtype=complex)
    if active:
        flat = _lowered(circuit, "statevector")
        flat.save_statevector(label="answer")
        inner = np.asarray(_run(flat, "statevector").data(0)["answer"], dtype=complex)
        # the untouched qubits stay zero; the first axis is the highest qubit
        places = tuple(slice(None) if qubit in active else 0 for qubit in reversed(range(circuit.num_qubits)))
        vector[places] = inner.reshape((2,) * len(active))
    else:
        vector[(0,) * circuit.num_qubits] = 1
    return vector.reshape(-1)


def _too_many() -> ExecutionRefused:
    return ExecutionRefused(
        "CompilationError", f"more than {_MAX_OUTCOMES} outcomes are possible; too many for an exact answer here"
    )


def _run(circuit: QuantumCircuit, method: str, *, shots: int = 1, seed: int = 0, memory: bool = False) -> Any:
    # one thread for small states: handing a few amplitudes around to threads takes longer than the arithmetic
    threads = 1 if len(_active(circuit)) < _WORTH_THREADS else 0
    # one group of shots: Aer seeds each group by itself, so that the machine's number of cores would show in the answer
    # truncation leaves out what no measurement sees, but Aer then loses the ends of branches that stand there
    branches = any(isinstance(item.operation, ControlFlowOp) for item in circuit.data)
    simulator = AerSimulator(
        method=method, max_parallel_shots=1, max_parallel_threads=threads, enable_truncation=not branches
    )
    result = simulator.run(circuit, shots=shots, seed_simulator=seed % (1 << 31), memory=memory).result()
    if not result.success:
        raise ExecutionRefused("CompilationError", f"this program cannot be simulated here: {result.status}")
    return result


def _method(circuit: QuantumCircuit, *, clifford: str | None = None) -> str:
    """The method that is exact and affordable; ``clifford`` is one for circuits of Clifford gates only."""
    width = len(_active(circuit))
    if width <= min(_EASY_QUBITS, DENSE_QUBITS):
        return "statevector"
    if clifford and _names(circuit) <= _CLIFFORD:
        return clifford
    if _entangled(_lowered(circuit, "matrix_product_state")) <= _MAX_ENTANGLED:
        return "matrix_product_state"
    if width <= DENSE_QUBITS:
        return "statevector"
    raise ExecutionRefused(
        "CompilationError",
        f"{width} qubits in use are too many for a state vector here, and too entangled for a matrix product state "
        f"of bond dimension {1 << _MAX_ENTANGLED}",
    )


def _entangled(circuit: QuantumCircuit) -> int:
    """An upper bound for the base-2 logarithm of the bond dimension, over all cuts of the line of qubits.

    A controlled gate or a rotation about a product of Paulis is a sum of two products over any cut, so it at most
    doubles the bond; any other gate on n qubits multiplies it by 4 to the power n/2 at most. No cut has more than
    there are qubits on either side that share a gate with another one.
    """
    width = circuit.num_qubits
    bonds = np.zeros(max(width - 1, 0), dtype=np.int64)
    shared = np.zeros(width, dtype=np.int64)

    def count(part: QuantumCircuit, places: dict[Qubit, int]) -> None:
        for item in part.data:
            where = [places[qubit] for qubit in item.qubits]
            if isinstance(item.operation, ControlFlowOp):
                for block in item.operation.blocks:
                    count(block, dict(zip(block.qubits, where, strict=True)))
            elif len(where) > 1:
                shared[where] = 1
                bonds[min(where) : max(where)] += 1 if item.operation.name in _DOUBLING else 2 * (len(where) // 2)

    count(circuit, {qubit: index for index, qubit in enumerate(circuit.qubits)})
    left = np.cumsum(shared)[:-1]
    limits = np.minimum(left, shared.sum() - left)
    return int(np.minimum(bonds, limits).max(initial=0))


def _check_work(circuit: QuantumCircuit, shots: int) -> None:
    """Refuse at once what would keep a thread busy for hours; a running simulation cannot be stopped."""
    expanded = _expanded(circuit, {}, 0)
    if expanded > _MAX_EXPANDED + len(circuit.data):
        raise ExecutionRefused("CompilationError", f"the program's own gates unfold into {expanded:.1e} operations")
    width = min(len(_active(circuit)), _EASY_QUBITS)
    repeated = shots if _decides(circuit) else 1
    if (expanded * repeated) << width > _MAX_WORK:
        raise ExecutionRefused(
            "CompilationError",
            f"{expanded} operations on {width} qubits, run {repeated} times, take too long to simulate here",
        )


def _expanded(circuit: QuantumCircuit, known: dict[str, int], depth: int) -> int:
    """How many operations a circuit is once its own gates are unfolded; ``known`` keeps what was counted, by name."""
    if depth > MAX_NESTED:
        raise ExecutionRefused("CompilationError", f"gates are defined by gates more than {MAX_NESTED} deep")
    total = 0
    for item in circuit.data:
        operation = item.operation
        if isinstance(operation, ControlFlowOp):
            total += sum(_expanded(block, known, depth + 1) for block in operation.blocks)
        elif trusted(operation):
            total += 1
        else:
            if operation.name not in known:
                known[operation.name] = _expanded(body(operation), known, depth + 1)
            total += known[operation.name]
    return total


def body(operation: Any) -> QuantumCircuit:
    """The definition of a gate. Raises ExecutionRefused where there is none, or it uses a gate without its angles."""
    name = operation.name
    try:
        definition = operation.definition
    except (TypeError, IndexError) as error:
        words = f"the body of gate {name!r} uses a gate without its angles: {error}"
        raise ExecutionRefused("CompilationError", words) from None
    if definition is None:
        raise ExecutionRefused("CompilationError", f"gate {name!r} has no body, so it cannot be simulated")
    return definition


def _decides(circuit: QuantumCircuit) -> bool:
    """Whether each shot must be followed by itself: something happens after a measurement of the same qubit."""
    measured: set[Qubit] = set()
    for item in circuit.data:
        name = item.operation.name
        if name == "reset" or isinstance(item.operation, ControlFlowOp) or not measured.isdisjoint(item.qubits):
            return True
        if name == "measure":
            measured.update(item.qubits)
    return False


def _names(circuit: QuantumCircuit) -> set[str]:
    names = set()
    for instruction in circuit.data:
        names.add(instruction.operation.name if trusted(instruction.operation) else "?")
        if isinstance(instruction.operation, ControlFlowOp):
            for block in instruction.operation.blocks:
                names |= _names(block)
    return names


def _active(circuit: QuantumCircuit) -> list[int]:
    """Indices of the qubits that something acts on (a barrier does not)."""
    used = {qubit for item in circuit.data if item.operation.name != "barrier" for qubit in item.qubits}
    return [index for index, qubit in enumerate(circuit.qubits) if qubit in used]


def _lowered(circuit: QuantumCircuit, method: str) -> QuantumCircuit:
    """The same circuit on its active qubits only, in instructions that Aer's method knows."""
    known = {*AerSimulator(method=method).configuration().basis_gates, *_EXTRA}
    if method == "matrix_product_state":
        known -= {"mcx", "mcp", "mcphase", "pauli"}
    qubits = [circuit.qubits[index] for index in _active(circuit)]
    lowered = QuantumCircuit(qubits, circuit.clbits, *circuit.cregs)
    _lower_into(lowered, circuit, {qubit: qubit for qubit in qubits}, known)
    return lowered


def _lower_into(target: QuantumCircuit, source: QuantumCircuit, place: Mapping[Qubit, Qubit], known: set[str]) -> None:
    for item in source.data:
        operation = item.operation
        name = operation.name
        if name == "barrier":
            continue
        qubits = [place[qubit] for qubit in item.qubits]
        if isinstance(operation, ControlFlowOp):
            blocks = [_block(block, known) for block in operation.blocks]
            target.append(operation.replace_blocks(blocks), qubits, item.clbits)
        elif name in known and trusted(operation):
            if not all(math.isfinite(angle) for angle in operation.params if isinstance(angle, float)):
                raise ExecutionRefused("CompilationError", f"an angle of gate {name!r} is not finite")
            target.append(operation, qubits, item.clbits)
        else:
            definition = body(operation)
            _lower_into(target, definition, dict(zip(definition.qubits, qubits, strict=True)), known)


def _block(block: QuantumCircuit, known: set[str]) -> QuantumCircuit:
    lowered = block.copy_empty_like()
    _lower_into(lowered, block, {qubit: qubit for qubit in block.qubits}, known)
    return lowered


def trusted(operation: Any) -> bool:
    """Whether an operation's name means what Aer takes it for: a program's own gate may be called like one of Aer's."""
    return str(getattr(operation, "base_class", type(operation)).__module__).startswith("qiskit.circuit")


def _outcomes(tensors: list[Any], weights: list[Any], *, least: float) -> dict[int, float]:
    """Every outcome of a matrix product state above ``least``, by walking the tree of prefixes from qubit 0 on."""
    sites = []
    for index, pair in enumerate(tensors):
        weight = np.asarray(weights[index]) if index < len(weights) else np.ones(np.asarray(pair[0]).shape[1])
        sites.append([np.asarray(matrix) * weight for matrix in pair])
    right = [np.ones((1, 1), dtype=complex)]
    for site in reversed(sites[1:]):
        right.append(sum(matrix @ right[-1] @ matrix.conj().T for matrix in site))
    right.reverse()
    alive = [(0, np.ones(1, dtype=complex))]
    for index, site in enumerate(sites):
        following = []
        for number, vector in alive:
            for bit, matrix in enumerate(site):
                longer = vector @ matrix
                if float((longer @ right[index] @ longer.conj()).real) > least:
                    following.append((number | bit << index, longer))
        if len(following) > _MAX_OUTCOMES:
            raise _too_many()
        alive = following
    return dict(sorted((number, float(np.vdot(vector, vector).real)) for number, vector in alive))
