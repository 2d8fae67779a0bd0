"""The parts of an LLVM module that QIR uses, as data; ``llvm_text.py`` reads them, ``qir_calls.py`` interprets them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

__all__ = ["Block", "Branch", "Call", "Compute", "Function", "Global", "Instruction", "Local", "Module", "Phi",
           "Pointer", "Return", "Switch", "Typed", "Value"]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Local:
    name: str


@dataclass(frozen=True, slots=True)
class Global:
    name: str


@dataclass(frozen=True, slots=True)
class Pointer:
    """A constant address, which is how QIR names qubits and results."""

    number: int


Value = int | float | bool | Local | Global | Pointer
Typed = tuple[str, Value]


@dataclass(frozen=True, slots=True)
class Call:
    dest: str | None
    type: str
    callee: str
    args: tuple[Typed, ...]


@dataclass(frozen=True, slots=True)
class Compute:
    """Arithmetic, comparison, select and conversion; ``mode`` is the predicate or the type converted to."""

    dest: str
    opcode: str
    mode: str
    args: tuple[Typed, ...]


@dataclass(frozen=True, slots=True)
class Phi:
    dest: str
    incoming: tuple[tuple[Typed, str], ...]


@dataclass(frozen=True, slots=True)
class Branch:
    condition: Value | None
    then: str
    otherwise: str


@dataclass(frozen=True, slots=True)
class Switch:
    value: Typed
    default: str
    cases: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Return:
    value: Typed | None


Instruction = Call | Compute | Phi | Branch | Switch | Return


@dataclass(slots=True)
class Block:
    label: str
    code: list[tuple[int, Instruction]] = field(default_factory=list)


@dataclass(slots=True)
class Function:
    name: str
    type: str
    parameters: tuple[str, ...]
    attributes: str
    line: int
    blocks: list[Block] | None = None  # None: declared only


@dataclass(slots=True)
class Module:
    functions: dict[str, Function] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    attributes: dict[str, dict[str, str]] = field(default_factory=dict)
    metadata: dict[str, str] = field(default_factory=dict)

    def flags(self) -> dict[str, int]:
        """The module flags that are whole numbers, by name."""
        found = {}
        for reference in re.findall(r"!\d+", self.metadata.get("!llvm.module.flags", "")):
            entry = _FLAG.match(self.metadata.get(reference, ""))
            if entry:
                found[entry[1]] = _WORDS[entry[2]] if entry[2] in _WORDS else int(entry[2])
        return found


_FLAG = re.compile(r'!\{\s*i32\s+\d+\s*,\s*!"([^"]+)"\s*,\s*i\d+\s+(-?\d+|true|false)\s*\}')
_WORDS = {"true": True, "false": False}
