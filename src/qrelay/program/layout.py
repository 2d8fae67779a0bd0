"""What the bits of an answer mean: classical registers, and which qubit each bit was measured from."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

__all__ = ["Layout", "Register"]

_PLAIN, _WITH_INVERTED = 1, 2  # versions: the second is written only where it says something
_MOST_BITS = 1 << 22
"""What a layout that is read may fill: far more bits than machines have, in all of its registers together."""


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
        inverted: classical bits, ascending, whose value is the opposite of what was measured (Cirq's invert_mask).
            Payloads and answers hold what was measured; reading an answer turns these bits round.

    Several registers may have one name: measurements that are repeated under one key, in order.
    """

    num_clbits: int
    registers: tuple[Register, ...]
    qubits: tuple[int, ...]
    num_qubits: int
    name: str = ""
    inverted: tuple[int, ...] = ()

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
            "v": _WITH_INVERTED if self.inverted else _PLAIN,
            "bits": self.num_clbits,
            "regs": [[register.name, _runs(register.bits)] for register in self.registers],
            "meas": _runs(self.qubits),
            "qubits": self.num_qubits,
        }
        if self.name:
            document["name"] = self.name
        if self.inverted:
            document["inv"] = _runs(self.inverted)
        return json.dumps(document, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> Layout:
        """Read what `to_json` wrote. Raises ValueError if it is anything else, or contradicts itself."""
        try:
            document = json.loads(text)
            version = document["v"]
            if type(version) is not int or version not in (_PLAIN, _WITH_INVERTED):
                raise ValueError(
                    f"a layout of version {version!r:.40}; this qrelay reads {_PLAIN} and {_WITH_INVERTED}"
                )
            num_clbits, num_qubits = _size(document["bits"]), _size(document["qubits"])
            registers: list[Register] = []
            room = _MOST_BITS
            for name, runs in document["regs"]:
                registers.append(Register(_text(name), _unroll(runs, num_clbits, room)))
                room -= registers[-1].size
            qubits = _unroll(document["meas"], num_qubits, _MOST_BITS)
            name = _text(document.get("name", ""))
            inverted = _unroll(document["inv"], num_clbits, _MOST_BITS) if version == _WITH_INVERTED else ()
        except (KeyError, TypeError, AttributeError, RecursionError, json.JSONDecodeError) as error:
            raise ValueError(f"not a qrelay layout: {str(text)[:80]!r}") from error
        if (
            len(qubits) != num_clbits
            or any(bit < 0 for register in registers for bit in register.bits)
            or any(bit < 0 or qubits[bit] < 0 for bit in inverted)
            or any(one >= other for one, other in pairwise(inverted))
            or (version == _PLAIN and "inv" in document)
        ):
            raise ValueError(f"a qrelay layout that contradicts itself: {str(text)[:80]!r}")
        return cls(
            num_clbits=num_clbits,
            registers=tuple(registers),
            qubits=qubits,
            num_qubits=num_qubits,
            name=name,
            inverted=inverted,
        )


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


def _unroll(runs: Sequence[Sequence[int]], bound: int, room: int) -> tuple[int, ...]:
    """Undo `_runs`; values must be -1 or lie below the bound, and number no more than `room`: a few bytes of text must
    not fill the memory."""
    values: list[int] = []
    for first, count in runs:
        if type(first) is not int or type(count) is not int or not -1 <= first < bound or count < 1:
            raise TypeError(f"{[first, count]!r} is no run")
        if count > (1 if first < 0 else bound - first):
            raise TypeError(f"{[first, count]!r} runs beyond {bound}")
        if len(values) + count > room:
            raise TypeError(f"more than {room} bits")
        values.extend(range(first, first + count))
    return tuple(values)
