"""What the bits of an answer mean: classical registers, and which qubit each bit was measured from."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

__all__ = ["Layout", "Register"]

_VERSION = 1


@dataclass(frozen=True, slots=True)
class Register:
    """A named classical register.

    `bits` are indices into the program's classical bits, lowest bit of the register first. Registers may share bits.
    """

    name: str
    bits: tuple[int, ...]

    @property
    def size(self) -> int:
        return len(self.bits)


@dataclass(frozen=True)
class Layout:
    """How to read a job's answer; travels with the job as compact JSON.

    Attributes:
        num_clbits: classical bits of the program; bit 0 is the least significant of the whole memory.
        registers: in the circuit's own order, first register lowest.
        qubits: for each classical bit the qubit of the payload that was measured into it last; -1 if none was.
            A bit that was never written reads 0.
        num_qubits: qubits of the payload (what formats that answer over all qubits count).
        name: the circuit's name.
    """

    num_clbits: int
    registers: tuple[Register, ...]
    qubits: tuple[int, ...]
    num_qubits: int
    name: str = ""

    @cached_property
    def groups(self) -> tuple[tuple[str, tuple[int, ...]], ...]:
        """Disjoint groups that hold every classical bit exactly once, first register first (recorded last to first).

        A bit that several registers share belongs to the first of them; bits outside every register form a last group
        with the empty name. Empty groups are left out.
        """
        taken: set[int] = set()
        groups: list[tuple[str, tuple[int, ...]]] = []
        for register in self.registers:
            own = tuple(dict.fromkeys(bit for bit in register.bits if bit not in taken))
            taken.update(own)
            if own:
                groups.append((register.name, own))
        loose = tuple(bit for bit in range(self.num_clbits) if bit not in taken)
        if loose:
            groups.append(("", loose))
        return tuple(groups)

    def to_json(self) -> str:
        """Compact JSON, a stable form that later versions go on reading."""
        document: dict[str, Any] = {
            "v": _VERSION,
            "bits": self.num_clbits,
            "regs": [[register.name, _runs(register.bits)] for register in self.registers],
            "meas": _runs(self.qubits),
            "qubits": self.num_qubits,
        }
        if self.name:
            document["name"] = self.name
        return json.dumps(document, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> Layout:
        """Read what `to_json` wrote. Raises ValueError if it is anything else."""
        try:
            document = json.loads(text)
            if document["v"] != _VERSION:
                raise ValueError(f"layout version {document['v']!r}")
            registers = tuple(Register(name, _unroll(runs)) for name, runs in document["regs"])
            layout = cls(
                num_clbits=int(document["bits"]),
                registers=registers,
                qubits=_unroll(document["meas"]),
                num_qubits=int(document["qubits"]),
                name=str(document.get("name", "")),
            )
        except (KeyError, TypeError, AttributeError, json.JSONDecodeError) as error:
            raise ValueError(f"not a qrelay layout: {text[:80]!r}") from error
        bits = range(layout.num_clbits)
        if len(layout.qubits) != layout.num_clbits or any(b not in bits for r in registers for b in r.bits):
            raise ValueError(f"a qrelay layout that contradicts itself: {text[:80]!r}")
        return layout


def _runs(values: Sequence[int]) -> list[list[int]]:
    """Write integers as [first, count] runs of ascending neighbours: registers are mostly one run."""
    runs: list[list[int]] = []
    for value in values:
        if runs and value >= 0 and value == runs[-1][0] + runs[-1][1] and runs[-1][0] >= 0:
            runs[-1][1] += 1
        else:
            runs.append([value, 1])
    return runs


def _unroll(runs: Sequence[Sequence[int]]) -> tuple[int, ...]:
    return tuple(first + step for first, count in runs for step in range(count))
