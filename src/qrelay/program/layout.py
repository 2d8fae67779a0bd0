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
        """Read what `to_json` wrote. Raises ValueError if it is anything else, or contradicts itself."""
        try:
            document = json.loads(text)
            if type(document["v"]) is not int or document["v"] != _VERSION:
                raise ValueError(f"a layout of version {document['v']!r}; this qrelay reads version {_VERSION}")
            num_clbits, num_qubits = _size(document["bits"]), _size(document["qubits"])
            registers = tuple(Register(_text(name), _unroll(runs, num_clbits)) for name, runs in document["regs"])
            qubits = _unroll(document["meas"], num_qubits)
            name = _text(document.get("name", ""))
        except (KeyError, TypeError, AttributeError, RecursionError, json.JSONDecodeError) as error:
            raise ValueError(f"not a qrelay layout: {text!r:.80}") from error
        if len(qubits) != num_clbits or any(bit < 0 for register in registers for bit in register.bits):
            raise ValueError(f"a qrelay layout that contradicts itself: {text!r:.80}")
        return cls(num_clbits=num_clbits, registers=registers, qubits=qubits, num_qubits=num_qubits, name=name)


def _size(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise TypeError(f"{value!r} is no size")
    return value


def _text(value: Any) -> str:
    if type(value) is not str:
        raise TypeError(f"{value!r} is no name")
    return value


def _runs(values: Sequence[int]) -> list[list[int]]:
    """Write integers as [first, count] runs of ascending neighbours: registers are mostly one run."""
    runs: list[list[int]] = []
    for value in values:
        if runs and value >= 0 and value == runs[-1][0] + runs[-1][1] and runs[-1][0] >= 0:
            runs[-1][1] += 1
        else:
            runs.append([value, 1])
    return runs


def _unroll(runs: Sequence[Sequence[int]], bound: int) -> tuple[int, ...]:
    """Undo `_runs`; every value must be -1 or lie below the bound, so that a few bytes cannot fill the memory."""
    values: list[int] = []
    for first, count in runs:
        if type(first) is not int or type(count) is not int or not -1 <= first < bound or count < 1:
            raise TypeError(f"{[first, count]!r} is no run")
        if count > (1 if first < 0 else bound - first):
            raise TypeError(f"{[first, count]!r} runs beyond {bound}")
        values.extend(range(first, first + count))
    return tuple(values)
