"""What becomes of one job: checked against its target, handed to the engine or refused."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from qrelay.local.azure.items import Job
from qrelay.local.azure.targets import Target, find_target
from qrelay.local.execution import Execution, ExecutionRefused, asked_shots, execute
from qrelay.local.imports import import_engine
from qrelay.local.items import Failure
from qrelay.local.refusal import untranslatable

__all__ = ["Computation", "Engine"]

Engine = Callable[[Execution], bytes]


class Computation:
    """`loss` is the probability that a qubit is lost, `error_rate` that a shot ends as an error.

    `engine` takes the place of the simulation, for tests.
    """

    def __init__(self, loss: float, error_rate: float, engine: Engine | None = None) -> None:
        self._loss = loss
        self._error_rate = error_rate
        self._engine = engine

    def __call__(self, job: Job, data: bytes | None) -> bytes | Failure:
        try:
            return self._answer(job, data)
        except ExecutionRefused as refused:
            return Failure(refused.code, refused.message)

    def _answer(self, job: Job, data: bytes | None) -> bytes:
        target = find_target(job.provider, job.target)
        if target is None:  # a store written by a version that had this target
            raise ExecutionRefused(
                "InvalidProperty", f"Target '{job.target}' of '{job.provider}' is not offered any more."
            )
        if target.kind == "analog":
            raise ExecutionRefused(
                "InvalidProperty",
                f"'{job.target}' is an analog machine, and this local cloud simulates gates only: no job can run on it "
                "here. Choose a target of ionq, quantinuum or rigetti.",
            )
        if data is None:
            raise ExecutionRefused("InvalidInputData", f"The input blob '{job.input_blob[1]}' does not exist.")
        if job.input_format not in target.formats:
            raise ExecutionRefused(
                "InvalidProperty",
                f"Property 'inputDataFormat' is '{job.input_format}'; '{job.target}' takes {_listed(target.formats)}.",
            )
        if job.output_format not in target.formats[job.input_format]:
            raise untranslatable(job.provider)
        return self._simulate(job, target, data, _shots(job.params, target))

    def _simulate(self, job: Job, target: Target, data: bytes, shots: int) -> bytes:
        if self._engine is None:
            import_engine()
        engine = self._engine or execute
        execution = Execution(
            provider=target.imitates,
            target=target.id,
            input_format=job.input_format,
            output_format=job.output_format,
            data=data,
            params={**job.params, "shots": shots},
            num_qubits=target.qubits,
            profile=target.profile,
            seed=int.from_bytes(hashlib.sha256(job.id.lower().encode()).digest()[:4]),
            loss=self._loss,
            error_rate=self._error_rate,
        )
        return engine(execution)


def _shots(params: dict[str, Any], target: Target) -> int:
    name, value = asked_shots(params)
    low, high = target.shots
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise ExecutionRefused(
            "InvalidProperty",
            f"Property '{name}' is {value!r}; '{target.id}' takes a whole number from {low} to {high}.",
        )
    return value


def _listed(names: Any) -> str:
    return ", ".join(f"'{name}'" for name in names)
