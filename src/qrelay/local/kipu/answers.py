"""Results as the Hub hands them on, each in its provider's shape.

Sources: the readers of qhub-quantum 1.18.1, and for AWS the schemas ``braket.task_result``
(https://github.com/amazon-braket/amazon-braket-schemas-python).
"""

from __future__ import annotations

import json
import random
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from qrelay.local.engine import Bits

__all__ = ["BraketTask", "braket", "iqm", "qsim_amplitudes", "qsim_counts", "qsim_state", "qudora"]

State = npt.NDArray[np.complex128]


@dataclass(frozen=True, slots=True)
class BraketTask:
    """A program, the qubits it measured, and a column of ``bits`` for each of them."""

    source: str
    measured: tuple[int, ...]
    bits: Bits


def qsim_counts(bits: Bits, metadata: Mapping[str, Any]) -> bytes:
    """Counts of qsim: the first character of a key is the first classical bit declared.

    Whether the real service's keys follow classical bits or qubits where a program measures across or in part is not
    known. Bits are what makes qhub-quantum 1.18.1 right for such programs: it turns a key round and takes it for
    Qiskit's.
    """
    return _bytes({"counts": _counted(bits), "metadata": dict(metadata)})


def qsim_state(vector: State, metadata: Mapping[str, Any]) -> bytes:
    """The amplitudes of all states in the order of their keys, whose first character is qubit 0."""
    return _bytes({"statevector": [_pair(value) for value in _turned(vector)], "metadata": dict(metadata)})


def qsim_amplitudes(vector: State, bitstrings: Sequence[str], metadata: Mapping[str, Any]) -> bytes:
    """The amplitudes of some states, by keys whose first character is qubit 0."""
    found = {bits: _pair(vector[int(bits[::-1], 2)]) for bits in bitstrings}
    return _bytes({"amplitudes": found, "metadata": dict(metadata)})


def qudora(counted: Sequence[Bits]) -> bytes:
    """Counts in Qiskit's order, the first classical bit last; of several circuits a list, of one the bare object."""
    results = [{"counts": _counted(bits[:, ::-1])} for bits in counted]
    return _bytes(results if len(results) > 1 else results[0])


def iqm(counted: Sequence[tuple[Mapping[str, int], Bits]]) -> bytes:
    """Counts of each circuit; a key's characters, one for each qubit it measured, stand in the order of the keys."""
    found = [{"measurement_keys": list(keys), "counts": _counted(bits)} for keys, bits in counted]
    return _bytes({"measurement_counts": found})


def braket(device: str, tasks: Sequence[BraketTask], *, seed: int, memory: bool) -> bytes:
    """A gate-model task's result; of several programs a program set's, in order.

    ``memory``: the device tells every shot; without it only the share of each outcome.
    """
    identity = uuid.UUID(int=random.Random(seed).getrandbits(128), version=4)  # noqa: S311 - a name, no secret
    region = device.split(":")[3] or "us-east-1"
    name = f"arn:aws:braket:{region}:000000000000:quantum-task/{identity}"
    if len(tasks) == 1:
        (task,) = tasks
        return _bytes(
            _headed(
                "task_result.gate_model_task_result",
                **_measured(task, memory=memory),
                resultTypes=[],
                taskMetadata=_headed(
                    "task_result.task_metadata", id=name, shots=len(task.bits), deviceId=device, status="COMPLETED"
                ),
                additionalMetadata={"action": _source(task)},
            )
        )
    shots = sum(len(task.bits) for task in tasks)
    return _bytes(
        _headed(
            "task_result.program_set_task_result",
            programResults=[
                _headed(
                    "task_result.program_result",
                    executableResults=[
                        _headed(
                            "task_result.program_set_executable_result",
                            inputsIndex=0,
                            **_measured(task, memory=memory),
                        )
                    ],
                    source=_source(task),
                    additionalMetadata={},
                )
                for task in tasks
            ],
            taskMetadata=_headed(
                "task_result.program_set_task_metadata",
                id=name,
                deviceId=device,
                requestedShots=shots,
                successfulShots=shots,
                programMetadata=[{"executables": [{}]} for _ in tasks],
                status="COMPLETED",
                totalFailedExecutables=0,
            ),
        )
    )


def _measured(task: BraketTask, *, memory: bool) -> dict[str, Any]:
    if memory:
        outcome: dict[str, Any] = {"measurements": task.bits.tolist()}
    else:
        shares = {key: count / len(task.bits) for key, count in _counted(task.bits).items()}
        outcome = {"measurementProbabilities": shares}
    return outcome | {"measuredQubits": list(task.measured)}


def _source(task: BraketTask) -> dict[str, Any]:
    return _headed("ir.openqasm.program", source=task.source)


def _headed(schema: str, **fields: Any) -> dict[str, Any]:
    return {"braketSchemaHeader": {"name": f"braket.{schema}", "version": "1"}} | fields


def _counted(bits: Bits) -> dict[str, int]:
    """Outcomes and how often, ascending; a character for each column, the first column first."""
    rows, counts = np.unique(bits, axis=0, return_counts=True)
    keys = ["".join(map(str, row)) for row in rows.tolist()]
    return dict(zip(keys, counts.tolist(), strict=True))


def _turned(vector: State) -> State:
    """The same state with qubit 0 as the most significant bit of an index."""
    return vector.reshape((2,) * (len(vector).bit_length() - 1)).T.reshape(-1)


def _pair(value: complex) -> list[float]:
    # the last digit is the simulator's rounding, not the state's
    return [round(float(value.real), 15), round(float(value.imag), 15)]


def _bytes(answer: Any) -> bytes:
    return json.dumps(answer, separators=(",", ":"), allow_nan=False).encode()
