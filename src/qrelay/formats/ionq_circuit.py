"""`ionq.circuit.v1` and `IONQ_CIRCUIT_V1`: IonQ's own JSON, in one of its two gatesets, `qis` or `native`.

Measurements are not sent: the answer covers all qubits, and the layout says which qubit each bit reads.
`IONQ_CIRCUIT_V1` is the same on the Kipu Quantum Hub, takes qis only, and carries the layout as `traveling` writes it.
"""

from __future__ import annotations

import json
from collections.abc import Collection

from qrelay.errors import InvalidOption
from qrelay.formats import ionq_native, ionq_qis
from qrelay.formats.traveling import layout_registers
from qrelay.program import Program

__all__ = ["write", "write_with_layout"]


def write(program: Program, gateset: str = "qis", gates: Collection[str] | None = None) -> bytes:
    """Write a program as IonQ's JSON.

    The global phase and the final measurements are left out; the layout keeps the latter. `gateset` is "qis", IonQ's
    compiler's, in which native gates are written in others; or "native", which is run as it stands. `gates` are those
    of the target; only gateset native asks, whether it has ms or zz.

    Raises:
        InvalidOption: another gateset, or `gates` that do not suit native.
        UnsupportedCircuit: names the operation and its index; see `straight` for the rules.
    """
    head = _head(program, gateset)
    if gateset == "qis":
        return ionq_qis.circuit(program, "ionq.circuit.v1", "pauliexp", head, "]}")
    if gateset == "native":
        return ionq_native.circuit(program, "ionq.circuit.v1", gates, head, "]}")
    raise InvalidOption(f"gateset={gateset!r} is none of IonQ's: give 'qis' or 'native'.", option="gateset")


def write_with_layout(program: Program) -> bytes:
    """Write a program as IonQ's JSON, gateset qis, with the layout among its `registers`. Otherwise as `write`."""
    registers = json.dumps(layout_registers(program.layout), separators=(",", ":"))
    head, end = _head(program, "qis"), f'],"registers":{registers}}}'
    return ionq_qis.circuit(program, "IONQ_CIRCUIT_V1", "pauliExp", head, end)


def _head(program: Program, gateset: str) -> str:
    return f'{{"gateset":"{gateset}","qubits":{program.num_qubits},"circuit":['
