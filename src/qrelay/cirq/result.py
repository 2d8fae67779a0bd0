"""An Outcome as Cirq's result: the bits of every measurement key, repetition by repetition."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import accumulate, chain

import cirq
import numpy as np
from numpy.typing import NDArray

from qrelay.results import Outcome

__all__ = ["cirq_result"]


def cirq_result(
    outcome: Outcome, params: cirq.ParamResolver | None = None, keys: Mapping[str, int] | None = None
) -> cirq.ResultDict:
    """The usable shots as `cirq.Simulator` gives its own: records of shape (repetitions, instances, qubits), int8.

    With a sign: of unsigned bits, `1 - 2 * bits` would be 255 where -1 is meant.

    Keys stand in the circuit's order; a key that the circuit repeats has an instance for each measurement. In a job
    that another framework sent, every classical register is a key, its lowest bit first, and bits outside every
    register have the empty key. `keys`, and how many qubits each measures, are those of another client whose answer
    has them from left to right; they count if the answer's registers are of just these sizes.

    Repetitions stand in the order of `outcome.memory()`: the service's own if it reported single shots, else a seeded
    one (see `outcome.per_shot`).
    """
    bits, layout = outcome.shot_bits().view(np.int8), outcome.layout
    if keys and [len(group) for _, group in reversed(layout.groups)] == list(keys.values()):
        bits = bits[:, list(chain.from_iterable(reversed(group) for _, group in reversed(layout.groups)))]
        records = {
            key: bits[:, np.newaxis, end - size : end]
            for (key, size), end in zip(keys.items(), accumulate(keys.values()), strict=True)
        }
        return cirq.ResultDict(params=cirq.ParamResolver(params), records=records)
    instances: dict[str, list[NDArray[np.int8]]] = {}
    for register in layout.registers:
        instances.setdefault(register.name, []).append(bits[:, list(register.bits)])
    held = {bit for register in layout.registers for bit in register.bits}
    loose = [bit for bit in range(layout.num_clbits) if bit not in held]
    if loose:
        instances.setdefault("", []).append(bits[:, loose])
    records = {key: np.stack(measured, axis=1) for key, measured in instances.items()}
    return cirq.ResultDict(params=cirq.ParamResolver(params), records=records)
