"""Qiskit's ways."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, Self

from judges import exact as judge
from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister, transpile
from qiskit.exceptions import QiskitError
from qiskit_aer import AerSimulator

from corners.drawing import Drawing
from corners.way import Record, Records, Way
from qrelay.qiskit import Backend, Job, Provider, Session


class QiskitWay(Way):
    framework = "qiskit"
    error = QiskitError

    provider: Provider
    backend: Backend
    """A new one for each test: options set on it are not the others'."""

    def _open(self) -> None:
        self.provider = Provider(self.account)
        self.backend = self.provider.get_backend(self.target)

    @property
    def in_place(self) -> dict[str, Any]:
        """Else Qiskit's transpiler places each circuit of a list for itself, and some services take a list in one job
        only if all measure the same qubits; and it spreads what stands behind a condition over 20 qubits and more."""
        return {"optimization_level": 0} if self.account.target(self.target).coupling is not None else {}

    def run(self, circuits: QuantumCircuit | list[QuantumCircuit], **options: Any) -> Job:
        return self.backend.run(circuits, **{"format": self.format, **options})

    def counts(self, circuit: QuantumCircuit, shots: int = 100, **options: Any) -> dict[str, int]:
        counts: dict[str, int] = self.run(circuit, shots=shots, **options).result().get_counts()
        return counts

    def build(self, drawing: Drawing) -> QuantumCircuit:
        left = {name: ClassicalRegister(len(qubits), name) for name, qubits in drawing.measured.items()}
        registers = dict(left)
        own = "q"
        while own in registers:  # Qiskit 1 has one room of names for both sorts
            own += "q"
        circuit = QuantumCircuit(QuantumRegister(drawing.num_qubits, own), *registers.values(), name=drawing.name)
        for name, *arguments in drawing.gates:
            if name == "measure":
                circuit.measure(drawing.measured[arguments[0]], left.pop(arguments[0]))
            elif name == "if":
                with circuit.if_test((registers[arguments[0]], 1)):
                    getattr(circuit, arguments[1])(*arguments[2:])
            else:
                getattr(circuit, name)(*arguments)
        for key, register in left.items():
            circuit.measure(drawing.measured[key], register)
        return circuit

    def submit(self, circuits: Any, shots: int = 100, **options: Any) -> Job:
        built = [self._own(one) for one in circuits] if isinstance(circuits, list) else self._own(circuits)
        return self.run(built, shots=shots, **options)

    def job(self, job_id: str) -> Job:
        return self.provider.job(job_id)

    def id_of(self, job: Job) -> str:
        job_id: str = job.job_id()
        return job_id

    def open_session(self, **options: Any) -> Session:
        return self.backend.open_session(**options)

    @property
    def runner(self) -> Backend:
        return self.backend

    def session(self, session_id: str) -> Session:
        return self.provider.session(session_id)

    def inside(self, session: Session) -> Self:
        bound = self.on(self.account)
        bound.backend = session.backend
        return bound

    def read_what_there_is(self, job: Job) -> list[Records | None]:
        result = job.result(partial=True)
        return [_records(result, index) if one.success else None for index, one in enumerate(result.results)]

    def read(self, job: Job, *, partial: bool = False) -> list[Records]:
        result = job.result(partial=True) if partial else job.result()
        return [_records(result, index) for index in range(len(result.results))]

    def simulated(self, circuit: Any, shots: int) -> Records:
        simulator = AerSimulator(seed_simulator=7)
        own = (
            self.build(circuit) if isinstance(circuit, Drawing) else transpile(circuit, simulator, optimization_level=0)
        )
        return _records(simulator.run(own, shots=shots).result(), 0)

    def exact(self, circuit: Any) -> Mapping[Record, float]:
        circuit = self._own(circuit)
        sizes = [(register.name, register.size) for register in circuit.cregs]
        distribution = judge.memory_distribution(circuit)
        return {_record(judge.qiskit_string(circuit, memory), sizes): weight for memory, weight in distribution.items()}

    def _own(self, circuit: Any) -> QuantumCircuit:
        return self.build(circuit) if isinstance(circuit, Drawing) else circuit


def _records(result: Any, index: int) -> Records:
    """Counts as a Qiskit result prints them, taken apart by what its header says of the registers."""
    header = result.results[index].header
    head = header if isinstance(header, dict) else header.to_dict()
    sizes = [(name, size) for name, size in head["creg_sizes"]]
    return Counter({_record(text, sizes): count for text, count in result.get_counts(index).items()})


def _record(text: str, sizes: list[tuple[str, int]]) -> Record:
    """Qiskit prints the last register first, and each register's last bit first, with a space between registers."""
    parts = text.split(" ")[::-1]
    assert [len(part) for part in parts] == [size for _, size in sizes], f"{text!r} does not show {sizes}"
    return tuple((name, tuple(map(int, part[::-1]))) for (name, _), part in zip(sizes, parts, strict=True))
