"""One state, (|000⟩ + |111⟩)/√2: in three formats, and from both frameworks on both services."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from qrelay.terminal import histogram, table_of

if TYPE_CHECKING:
    import cirq
    from qiskit import QuantumCircuit

    from qrelay.cloud import Account, Job

__all__ = ["Corner", "cirq_ghz", "qiskit_ghz", "show_corners", "show_formats"]

_FORMATS = (
    ("ionq.simulator", "ionq.circuit.v1"),
    ("rigetti.sim.qvm", "qir.v1"),
    ("quantinuum.sim.h2-1e", "honeywell.openqasm.v1"),
)
_QUBITS, _SHOTS = 3, 1000


@dataclass(frozen=True, slots=True)
class Corner:
    """What one framework got from one service. `counts` are as the framework writes them: Qiskit has qubit 0 on the
    right, Cirq on the left."""

    framework: str
    service: str
    target: str
    format: str
    counts: Mapping[str, int]


def qiskit_ghz() -> QuantumCircuit:
    """The state in Qiskit, every qubit measured into the bit of its number."""
    from qiskit import QuantumCircuit

    circuit = QuantumCircuit(_QUBITS, _QUBITS, name="ghz")
    circuit.h(0)
    for qubit in range(1, _QUBITS):
        circuit.cx(qubit - 1, qubit)
    circuit.measure(range(_QUBITS), range(_QUBITS))
    return circuit


def cirq_ghz() -> cirq.Circuit:
    """The state in Cirq, measured under the key `ghz`."""
    import cirq

    qubits = cirq.LineQubit.range(_QUBITS)
    steps = (cirq.CNOT(one, other) for one, other in itertools.pairwise(qubits))
    return cirq.Circuit(cirq.H(qubits[0]), steps, cirq.measure(*qubits, key="ghz"))


def show_formats(console: Console, azure: Account) -> dict[str, dict[str, int]]:
    """From Qiskit on three targets of Azure Quantum, by a format each; counts by target."""
    from qrelay.qiskit import Provider

    provider = Provider(azure)
    console.rule("A GHZ state, three targets, three formats", align="left")
    found = {}
    for target, format_name in _FORMATS:
        counts = provider.get_backend(target).run(qiskit_ghz(), shots=_SHOTS, format=format_name).result().get_counts()
        found[target] = dict(counts)
        console.print(Text.assemble((target, "bold"), f"  {format_name}, {sum(counts.values())} shots"))
        console.print(histogram(counts))
        console.print()
    return found


def show_corners(console: Console, azure: Account, kipu: Account) -> tuple[Corner, ...]:
    """From both frameworks on both services: the same code, but for the account."""
    console.rule("The same state from both frameworks on both services", align="left")
    accounts = (("Azure Quantum", azure, "ionq.simulator"), ("Kipu Hub", kipu, "kipu.sim.qsim"))
    corners = tuple(
        measured(service, account, target)
        for measured in (_from_qiskit, _from_cirq)
        for service, account, target in accounts
    )
    rows = (
        (corner.framework, corner.service, corner.target, corner.format, _written(corner.counts)) for corner in corners
    )
    console.print(table_of(("framework", "service", "target", "format", "counts"), rows))
    console.print()
    return corners


def _from_qiskit(service: str, account: Account, target: str) -> Corner:
    from qrelay.qiskit import Provider

    job = Provider(account).get_backend(target).run(qiskit_ghz(), shots=_SHOTS)
    counts = job.result().get_counts()
    return Corner("Qiskit", service, target, _format(job.cloud_job), dict(sorted(counts.items())))


def _from_cirq(service: str, account: Account, target: str) -> Corner:
    from qrelay.cirq import Service

    job = Service(account).sampler(target).submit(cirq_ghz(), repetitions=_SHOTS, name="ghz")
    counts = job.result().histogram(key="ghz", fold_func=lambda bits: "".join(str(int(bit)) for bit in bits))
    return Corner("Cirq", service, target, _format(job.cloud_job), dict(sorted(counts.items())))


def _format(job: Job) -> str:
    return job.record.input_format or ""


def _written(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{bits}: {count}" for bits, count in counts.items())
