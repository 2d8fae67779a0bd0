"""Cirq's ways."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, Self

import cirq
from judges.simulated import counted_records, exact_records

from corners.drawing import Drawing
from corners.way import Record, Records, Way
from qrelay.cirq import Job, Sampler, Service, Session
from qrelay.errors import QrelayError

_GATES = {"x": cirq.X, "h": cirq.H, "s": cirq.S, "t": cirq.T, "cx": cirq.CX, "cz": cirq.CZ, "swap": cirq.SWAP}
_TURNS = {"rx": cirq.rx, "ry": cirq.ry, "rz": cirq.rz}


class CirqWay(Way):
    framework = "cirq"
    error = QrelayError

    cirq_service: Service
    sampler: Sampler

    def _open(self) -> None:
        self.cirq_service = Service(self.account)
        self.sampler = self.cirq_service.sampler(self.target, format=self.format)

    @cached_property
    def lenient_sampler(self) -> Sampler:
        """Content with fewer repetitions where the target rounds them down."""
        return self.cirq_service.sampler(self.target, format=self.format, partial=self.rounds_shots_down)

    def build(self, drawing: Drawing) -> cirq.Circuit:
        """On qubits in a line. What is measured behind all gates stands in the drawing's order."""
        line = cirq.LineQubit.range(drawing.num_qubits)
        left = {
            key: cirq.measure(*(line[qubit] for qubit in qubits), key=key) for key, qubits in drawing.measured.items()
        }

        def drawn(name: str, *arguments: Any) -> cirq.Operation:
            if name == "measure":
                return left.pop(arguments[0])
            if name == "if":
                return drawn(*arguments[1:]).with_classical_controls(arguments[0])
            gate = _GATES[name] if name in _GATES else _TURNS[name](arguments[0])
            return gate.on(*(line[qubit] for qubit in arguments[name in _TURNS :]))

        circuit = cirq.Circuit(drawn(*gate) for gate in drawing.gates)
        return circuit + cirq.Circuit(left.values())

    def submit(self, circuits: Any, shots: int = 100, **options: Any) -> Job:
        if isinstance(circuits, list):
            return self.sampler.submit_batch([self._own(one) for one in circuits], repetitions=shots, **options)
        return self.sampler.submit(self._own(circuits), repetitions=shots, **options)

    def job(self, job_id: str) -> Job:
        return self.cirq_service.job(job_id)

    def id_of(self, job: Job) -> str:
        return job.id

    def open_session(self, **options: Any) -> Session:
        return self.sampler.open_session(**options)

    @property
    def runner(self) -> Sampler:
        return self.sampler

    def session(self, session_id: str) -> Session:
        return self.cirq_service.session(session_id)

    def inside(self, session: Session) -> Self:
        bound = self.on(self.account)
        bound.sampler = session.sampler
        return bound

    def read_what_there_is(self, job: Job) -> list[Records | None]:
        return [None if result is None else counted_records(result) for result in job.results(partial=True)]

    def read(self, job: Job, *, partial: bool = False) -> list[Records]:
        return [counted_records(result) for result in job.results(partial=partial) if result is not None]

    def simulated(self, circuit: Any, shots: int) -> Records:
        return counted_records(cirq.Simulator(seed=7).run(self._own(circuit), repetitions=shots))

    def exact(self, circuit: Any) -> Mapping[Record, float]:
        return exact_records(self._own(circuit))

    def _own(self, circuit: Any) -> cirq.AbstractCircuit:
        return self.build(circuit) if isinstance(circuit, Drawing) else circuit
