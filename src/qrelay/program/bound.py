"""A program with parameters, and values for them: what is to be run, before anybody has written it out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from qrelay.program.program import Program
from qrelay.program.values import Values, ordered

__all__ = ["Bound"]


@dataclass(frozen=True, slots=True)
class Bound:
    """Many of one program are written once: submit them together, with the very same `program`.

    Attributes:
        program: with parameters, as `read(circuit, symbolic=True)` gives it.
        values: in the order of `program.parameters`.
    """

    program: Program
    values: tuple[float, ...]

    @classmethod
    def of(cls, program: Program, values: Values) -> Bound:
        """Values by name or in order. Raises UnboundParameters, InvalidOption as `Program.bound` does."""
        return cls(program, tuple(ordered(program.parameters, values)))

    @property
    def parameters(self) -> Mapping[str, float]:
        """The values by name."""
        return dict(zip(self.program.parameters, self.values, strict=True))
