"""What modules of `qir.v1` are made of: the calls, the order of the records, and what each profile says of itself.

Sources: QIR base and adaptive profile (github.com/qir-alliance/qir-spec); the names of the calls are those that the
QDK's simulator and the recorded modules of azure-quantum share.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

from qrelay.program import Layout
from qrelay.program.gates import GATES as TABLE

__all__ = [
    "ATTRIBUTES",
    "CALLS",
    "COMPUTATIONS",
    "ENTRY_POINT",
    "GATES",
    "MEASURE",
    "PROFILES",
    "READ",
    "RESET",
    "TURNS",
    "Code",
    "records",
]

ENTRY_POINT = "ENTRYPOINT__main"

_UNDER_OWN_NAME = "x y z h s t sx cx cy cz swap ccx rx ry rz rxx ryy rzz"
CALLS = {name: f"__quantum__qis__{name}__body" for name in _UNDER_OWN_NAME.split()} | {
    "sdg": "__quantum__qis__s__adj",
    "tdg": "__quantum__qis__t__adj",
}
"""The call of each gate that has one."""

GATES = frozenset(CALLS)
"""Gates with a call of their own."""

TURNS = frozenset(name for name in GATES if TABLE[name].num_params)
"""Those that take an angle, in front of their qubits."""

MEASURE = "__quantum__qis__m__body"
RESET = "__quantum__qis__reset__body"
READ = "__quantum__rt__read_result"

PROFILES = ("base", "adaptive_ri", "adaptive_rif")
"""From the least to the most: a target that takes one of them takes those before it."""

ATTRIBUTES = {"base": "base_profile", "adaptive_ri": "adaptive_profile", "adaptive_rif": "adaptive_profile"}
"""What the entry point's attribute `qir_profiles` says."""

COMPUTATIONS = {
    "base": (),
    "adaptive_ri": (("int_computations", "i64"),),
    "adaptive_rif": (("int_computations", "i64"), ("float_computations", "double")),
}
"""Module flags of the optional capabilities that a profile stands for, and the type each is about.

All that tells RIF from RI is that a module may compute with floating-point numbers. Angles of a Program are constants,
so its module computes with none in either.
"""


class Code(Protocol):
    """An entry point in the making, in blocks. Numbers are i64 and unsigned; what is true or false is i1.

    `open` tells whether what is added next can be reached: behind a jump nothing can until a block is placed.
    """

    open: bool

    def gate(self, name: str, qubits: tuple[int, ...], params: tuple[float, ...]) -> None: ...
    def measure(self, qubit: int, result: int) -> None: ...
    def reset(self, qubit: int) -> None: ...
    def read(self, result: int) -> Any:
        """The i1 that was measured last into the result."""

    def constant(self, number: int) -> Any:
        """An i64."""

    def compute(self, word: str, left: Any, right: Any) -> Any:
        """An i64 from two, by one of LLVM's words: and or xor add sub mul udiv shl lshr."""

    def compare(self, word: str, left: Any, right: Any) -> Any:
        """An i1 from two i64, by one of LLVM's words: eq ne ult ule ugt uge."""

    def widen(self, value: Any) -> Any:
        """An i1 as the i64 0 or 1."""

    def label(self) -> Any:
        """A block to be placed later."""

    def place(self, label: Any) -> None:
        """Go on in this block; what comes before runs into it. Nothing happens if nothing leads to it."""

    def jump(self, label: Any) -> None:
        """End the block, if it is open."""

    def branch(self, truth: Any, yes: Any, no: Any) -> None:
        """End the block by a decision."""


def records(layout: Layout) -> Iterator[tuple[str, int]]:
    """What is recorded, in order: ("tuple" or "array", size) and ("result", classical bit).

    Registers last to first, each from its highest bit down, a tuple of arrays if there are several groups; exactly one
    record for each classical bit. Read from left to right, the answer is then Qiskit's bit string.
    """
    groups = layout.groups
    if len(groups) > 1:
        yield "tuple", len(groups)
    for _, bits in reversed(groups):
        yield "array", len(bits)
        for bit in reversed(bits):
            yield "result", bit
