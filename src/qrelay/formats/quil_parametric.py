"""Quil with parameters left open: declared memory of real numbers, which Azure's run option `substitutions` fills in.

A service then compiles the program once and runs it for each set of values. The answer has the rows of all sets, one
set after the other in equal parts.
Sources: the Quil specification, "Classical memory"; pyquil-for-azure-quantum's documentation of `run_batch`.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import copysign

from qrelay.errors import InvalidOption, UnsupportedCircuit
from qrelay.formats.openqasm_lines import real
from qrelay.formats.quil import write
from qrelay.program import Program
from qrelay.program.angles import Symbols, find_markers
from qrelay.program.values import Values, ordered

__all__ = ["substitutions", "write_parametric"]

_TAKEN = frozenset({"ro", "mid", "pi", "i", "sin", "cos", "sqrt", "exp", "cis"})


def write_parametric(
    program: Program, *, memory: str = "theta", final_memory: bool = False, max_profile: str | None = None
) -> bytes:
    """Write a program whose angles depend on parameters: parameter k, in the order of `program.parameters`, is the k-th
    number of the memory. Otherwise as `quil.write`.

    Args:
        memory: the memory's name, a lower-case letter and letters, digits or underscores.

    Raises:
        InvalidOption: the name cannot be declared.
        UnsupportedCircuit: also for an angle that is no arithmetic of parameters and numbers.
    """
    _check(memory)
    text = write(program, final_memory=final_memory, max_profile=max_profile).decode()
    if program.symbols is None or not program.parameters:
        return text.encode()
    known: dict[int, str] = {}
    pieces, slots = find_markers(text)
    parts = [f"DECLARE {memory} REAL[{len(program.parameters)}]\n", pieces[0]]
    for piece, (index, _) in zip(pieces[1:], slots, strict=True):
        if index not in known:
            known[index] = _expression(program.symbols, index, memory)
        parts += [known[index], piece]
    return "".join(parts).encode()


def substitutions(program: Program, values: Iterable[Values], *, memory: str = "theta") -> dict[str, list[list[float]]]:
    """The run option that goes with `write_parametric`, for these sets of values, each as `Program.bound` takes it."""
    _check(memory)
    return {memory: [ordered(program.parameters, one) for one in values]}


def _check(memory: str) -> None:
    if not isinstance(memory, str):
        raise InvalidOption(f"memory takes a name, not {memory!r:.60}.", option="memory")
    plain = memory.replace("_", "a")
    if not (memory[:1].islower() and plain.isascii() and plain.isalnum()) or memory in _TAKEN:
        raise InvalidOption(f"memory={memory!r} cannot be declared; take a name such as 'theta'.", option="memory")


def _expression(symbols: Symbols, index: int, memory: str) -> str:
    """As Quil has it; operations are in parentheses of their own, so that nothing hangs on precedence."""
    texts: dict[int, str] = {}
    for node in symbols.needed([index]):
        kind, *parts = symbols.node(node)
        if kind == "parameter":
            text = f"{memory}[{parts[0]}]"
        elif kind == "number":
            text = real(parts[0]) if copysign(1.0, parts[0]) > 0 else f"({real(parts[0])})"
        elif kind in ("+", "-", "*", "/"):
            text = f"({texts[parts[0]]}{kind}{texts[parts[1]]})"
        else:
            raise UnsupportedCircuit(
                "An angle of the circuit is no sum, product or quotient of its parameters, and Quil cannot say it. "
                "Bind the parameters, and send one program for each set of values."
            )
        texts[node] = text
    text = texts[index]
    return text[1:-1] if text.startswith("(") and kind != "number" else text
