"""The same thing said by users of each framework: circuits, runs, answers. For what all frameworks must do alike.

A circuit here has four bits, one register or key, and one certain answer, the number it was made from; counts are by
that number, so that nothing in a test hangs on how a framework writes bits.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import cirq
from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister
from qiskit.exceptions import QiskitError

from qrelay import cirq as qrelay_cirq
from qrelay import cloud
from qrelay import qiskit as qrelay_qiskit

__all__ = ["DIALECTS", "Counts", "Dialect"]

Counts = dict[int, int]

_WIDTH = 4


class Dialect(Protocol):
    """What a test needs of a framework. `runner` is a backend or a sampler, `job` the framework's own job."""

    error: type[Exception]  # besides qrelay's own class, what the framework's users catch

    def number(self, value: int, name: str | None = None) -> Any: ...

    def runner(self, account: cloud.Account, target: str) -> Any: ...

    def submit(self, runner: Any, circuits: Any, shots: int = 10, **options: Any) -> Any:
        """A circuit, or a list of them, without waiting for the end."""

    def id(self, job: Any) -> str: ...

    def counts(self, job: Any, *, partial: bool = False) -> list[Counts | None]:
        """Of every circuit in order; None, with `partial`, for those without a result."""

    def job(self, account: cloud.Account, job_id: str) -> Any: ...

    def session(self, account: cloud.Account, session_id: str) -> Any: ...

    def bound(self, session: Any) -> Any:
        """The runner bound to a session, and the word for it."""


class _Qiskit:
    error = QiskitError
    view = "backend"

    def number(self, value: int, name: str | None = None) -> QuantumCircuit:
        circuit = QuantumCircuit(QuantumRegister(_WIDTH, "q"), ClassicalRegister(_WIDTH, "m"), name=name)
        for qubit in range(_WIDTH):
            if value >> qubit & 1:
                circuit.x(qubit)
        circuit.measure(range(_WIDTH), range(_WIDTH))
        return circuit

    def runner(self, account: cloud.Account, target: str) -> qrelay_qiskit.Backend:
        return qrelay_qiskit.Provider(account).get_backend(target)

    def submit(self, runner: Any, circuits: Any, shots: int = 10, **options: Any) -> qrelay_qiskit.Job:
        return runner.run(circuits, shots=shots, **options)

    def id(self, job: Any) -> str:
        found: str = job.job_id()
        return found

    def counts(self, job: Any, *, partial: bool = False) -> list[Counts | None]:
        result = job.result(partial=True) if partial else job.result()
        return [
            {int(bits, 2): count for bits, count in result.get_counts(index).items()} if one.success else None
            for index, one in enumerate(result.results)
        ]

    def job(self, account: cloud.Account, job_id: str) -> qrelay_qiskit.Job:
        return qrelay_qiskit.Provider(account).job(job_id)

    def session(self, account: cloud.Account, session_id: str) -> qrelay_qiskit.Session:
        return qrelay_qiskit.Provider(account).session(session_id)

    def bound(self, session: Any) -> Any:
        return session.backend


class _Cirq:
    error = Exception  # Cirq has no class of its own
    view = "sampler"

    def number(self, value: int, name: str | None = None) -> cirq.Circuit:
        del name  # circuits have none
        qubits = cirq.LineQubit.range(_WIDTH)
        flips = [cirq.X(qubit) for place, qubit in enumerate(qubits) if value >> place & 1]
        return cirq.Circuit(flips, cirq.measure(*reversed(qubits), key="m"))

    def runner(self, account: cloud.Account, target: str) -> qrelay_cirq.Sampler:
        return qrelay_cirq.Service(account).sampler(target)

    def submit(self, runner: Any, circuits: Any, shots: int = 10, **options: Any) -> qrelay_cirq.Job:
        if isinstance(circuits, Sequence):
            return runner.submit_batch(circuits, repetitions=shots, **options)
        return runner.submit(circuits, repetitions=shots, **options)

    def id(self, job: Any) -> str:
        found: str = job.id
        return found

    def counts(self, job: Any, *, partial: bool = False) -> list[Counts | None]:
        return [None if one is None else dict(one.histogram(key="m")) for one in job.results(partial=partial)]

    def job(self, account: cloud.Account, job_id: str) -> qrelay_cirq.Job:
        return qrelay_cirq.Service(account).job(job_id)

    def session(self, account: cloud.Account, session_id: str) -> qrelay_cirq.Session:
        return qrelay_cirq.Service(account).session(session_id)

    def bound(self, session: Any) -> Any:
        return session.sampler


DIALECTS: dict[str, Dialect] = {"qiskit": _Qiskit(), "cirq": _Cirq()}
