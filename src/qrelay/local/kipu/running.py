"""Programs of each family, read and simulated; their answers are in `answers`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from qiskit import QuantumCircuit
from qiskit.circuit import ControlFlowOp

from qrelay.local import answers as shared
from qrelay.local import engine
from qrelay.local.kipu import answers
from qrelay.local.kipu.backends import Backend
from qrelay.local.kipu.backends_braket import device
from qrelay.local.readers import aqt as aqt_reader
from qrelay.local.readers import braket as braket_reader
from qrelay.local.readers import ionq as ionq_reader
from qrelay.local.readers import iqm as iqm_reader
from qrelay.local.readers import qasm2
from qrelay.local.readers import runtime as runtime_reader
from qrelay.local.refusal import ExecutionRefused

__all__ = ["DOCUMENTS", "braket", "qsim", "qudora"]

_MAX_STATE_QUBITS = 16
"""Up to here a whole state vector is written out; the text of one amplitude is some 45 characters."""

_NO_GATES = {"measure", "reset", "barrier"}


def qsim(backend: Backend, program: str, params: Mapping[str, Any], shots: int, seed: int) -> bytes:
    """``kipu.sim.qsim``: counts, a state vector or amplitudes. Threads and fusing change nothing in an answer."""
    circuit = qasm2.read(program.encode(), num_qubits=backend.num_qubits, quantinuum=False)
    _check_gates(circuit, {name for name, _ in backend.gates}, set())
    mode = params.get("mode") or "sample"
    metadata = {"num_qubits": circuit.num_qubits, "mode": mode}
    if mode == "sample":
        if not circuit.num_clbits:
            raise ExecutionRefused("CompilationError", "the program declares no classical bits to measure into")
        return answers.qsim_counts(engine.sample(circuit, shots, seed), metadata | {"shots": shots})
    if mode == "statevector" and circuit.num_qubits > _MAX_STATE_QUBITS:
        raise ExecutionRefused(
            "CompilationError",
            f"a state vector of {circuit.num_qubits} qubits is too long to be written out here; at most "
            f"{_MAX_STATE_QUBITS} qubits are, or ask for mode 'amplitudes'",
        )
    wanted = params["bitstrings"] if mode == "amplitudes" else []
    for bits in wanted:
        if len(bits) != circuit.num_qubits:
            raise ExecutionRefused(
                "InvalidInputData", f"bitstring {bits[:40]!r} must have {circuit.num_qubits} characters, one a qubit"
            )
    vector = engine.state(_unmeasured(circuit))
    if mode == "statevector":
        return answers.qsim_state(vector, metadata)
    return answers.qsim_amplitudes(vector, wanted, metadata)


def qudora(backend: Backend, programs: Sequence[str], params: Mapping[str, Any], shots: int, seed: int) -> bytes:
    """``qudora.sim.xg1``: counts of each program."""
    if params.get("language") == "OpenQASM3":
        raise ExecutionRefused("CompilationError", "this local cloud reads OpenQASM 2 for QUDORA, not OpenQASM 3")
    counted = []
    for index, program in enumerate(programs):
        with _named(index, len(programs)):
            circuit = qasm2.read(program.encode(), num_qubits=backend.num_qubits, quantinuum=False)
            if not circuit.num_clbits:
                raise ExecutionRefused("CompilationError", "the program declares no classical bits to measure into")
            counted.append(engine.sample(circuit, shots, seed + index))
    return answers.qudora(counted)


def _ionq(backend: Backend, document: Mapping[str, Any], _shots: int, _seed: int) -> bytes:
    """``azure.ionq.simulator``: exact probabilities of all qubits' states."""
    circuit = ionq_reader.read_document(document, num_qubits=backend.num_qubits, gatesets=("qis",))
    return shared.ionq(engine.probabilities(circuit))


def braket(backend: Backend, programs: Sequence[str], shots: int, seed: int) -> bytes:
    """AWS's gate devices: a task's result, or a program set's if there are several programs."""
    rules = device(backend)
    tasks = []
    for index, program in enumerate(programs):
        with _named(index, len(programs)):
            task = braket_reader.read(program, rules)
            bits = engine.sample(task.circuit, shots // len(programs), seed + index)
            tasks.append(answers.BraketTask(program, task.measured, bits))
    return answers.braket(backend.internal_id, tasks, seed=seed, memory=backend.facts["memory"])


def _iqm(backend: Backend, document: Mapping[str, Any], shots: int, seed: int) -> bytes:
    """``iqm.*``: counts by measurement keys, of each circuit."""
    names = [f"QB{label}" for label in backend.labels]
    edges = backend.edges
    couplers = None if edges is None else frozenset(frozenset((f"QB{one}", f"QB{two}")) for one, two in edges)
    found = []
    for index, program in enumerate(document["circuits"]):
        with _named(index, len(document["circuits"])):
            read = iqm_reader.read(program, names, couplers)
            found.append(read)
    if len({read.measured for read in found}) > 1:
        raise ExecutionRefused("InvalidInputData", "all circuits of one job must measure the same qubits")
    return answers.iqm(
        [(read.keys, engine.sample(read.circuit, shots, seed + index)) for index, read in enumerate(found)]
    )


def _aqt(backend: Backend, document: Mapping[str, Any], shots: int, seed: int) -> bytes:
    """``aqt.*``: counts of all qubits, of each circuit."""
    if document.get("job_type") != "quantum_circuit" or set(document) - {"job_type", "label", "payload"}:
        raise ExecutionRefused("InvalidInputData", "input is an object of job_type 'quantum_circuit' and payload")
    programs = document["payload"]["circuits"]
    counted = []
    for index, program in enumerate(programs):
        with _named(index, len(programs)):
            circuit = aqt_reader.read(program, num_qubits=backend.num_qubits or 0, shots=shots)
            counted.append(engine.sample(circuit, shots, seed + index))
    return answers.qudora(counted)  # the SDK reads both alike


def _ibm(backend: Backend, document: Mapping[str, Any], shots: int, seed: int) -> bytes:
    """``ibm.*``: the sampler's result, arrays of bits by register."""
    edges = backend.edges
    pubs = runtime_reader.pubs(
        document,
        num_qubits=backend.num_qubits,
        gates=frozenset(name for name, _ in backend.gates),
        couplers=None if edges is None else frozenset(map(frozenset, edges)),
        shots=shots,
    )
    return runtime_reader.answer(
        [(pub.circuit, engine.sample(pub.circuit, pub.shots, seed + index)) for index, pub in enumerate(pubs)],
        encoded=bool(document.get("support_qiskit")),
    )


DOCUMENTS: Mapping[str, Callable[[Backend, Mapping[str, Any], int, int], bytes]] = {
    "IONQ_CIRCUIT_V1": _ionq,
    "IQM_JOB_INPUT_V1": _iqm,
    "AQT_JOB_INPUT_V1": _aqt,
    "QISKIT_QPY": _ibm,
}
"""Programs that are documents, by their format: backend, document, shots and seed to the answer's bytes."""


def _check_gates(circuit: QuantumCircuit, allowed: set[str], seen: set[str], depth: int = 0) -> None:
    """Refuse gates that the backend does not list, and conditions; a program's own gates consist of listed ones."""
    if depth > engine.MAX_NESTED:
        raise ExecutionRefused("CompilationError", f"gates are defined by gates more than {engine.MAX_NESTED} deep")
    for item in circuit.data:
        operation = item.operation
        if isinstance(operation, ControlFlowOp):
            raise ExecutionRefused("CompilationError", "the backend has no classical control: 'if' is not supported")
        if not engine.trusted(operation):
            if operation.name not in seen:
                seen.add(operation.name)
                _check_gates(engine.body(operation), allowed, seen, depth + 1)
        elif operation.name not in allowed and operation.name not in _NO_GATES:
            raise ExecutionRefused("CompilationError", f"gate {operation.name!r} is not one of the backend's")


def _unmeasured(circuit: QuantumCircuit) -> QuantumCircuit:
    """The gates alone, whose state is asked for: measurements at the end do not count."""
    measured = set()
    gates = QuantumCircuit(circuit.qubits)
    for item in circuit.data:
        name = item.operation.name
        if name == "measure":
            measured.update(item.qubits)
        elif name == "reset" or (name != "barrier" and not measured.isdisjoint(item.qubits)):
            raise ExecutionRefused(
                "CompilationError", f"{name!r} in a program whose state depends on chance: ask for mode 'sample'"
            )
        else:
            gates.append(item.operation, item.qubits)
    return gates


@contextmanager
def _named(index: int, count: int) -> Iterator[None]:
    """Say which of several circuits was refused."""
    try:
        yield
    except ExecutionRefused as refused:
        if count == 1:
            raise
        raise ExecutionRefused(refused.code, f"circuit {index}: {refused.message}") from None
