"""What an IQM machine is: its qubits' names, which of them a `cz` acts on, and where states move into a resonator.

In a crystal, qubits are coupled to each other. In a star, they are coupled to a computational resonator: the state of
one qubit is moved there, `cz` acts on the other qubit and the resonator, and the state is moved back. Nothing else may
happen to the moved qubit on the way; the unknown phase of a move is undone by the move back.
Source: the documentation of iqm-client and iqm-pulse (`DynamicQuantumArchitecture`, the gates `cz` and `move`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from qrelay.errors import InvalidOption

__all__ = ["Machine", "Step", "machine"]

Step: TypeAlias = tuple[str, tuple[str, ...]]
"""An instruction without arguments: its name and the components that it acts on."""

_Pair: TypeAlias = tuple[str, str]
_RESONATOR = re.compile(r"COMP_?R\d*|CR\d+", re.IGNORECASE)


class Machine:
    """Names of components, and the ways between them.

    Args:
        names: the component behind each number; resonators may be among them, and no program may use those.
        pairs: what `cz` acts on, as it is calibrated; None for all pairs of qubits.
        moves: (qubit, resonator) pairs of `move`.
    """

    def __init__(
        self, names: Sequence[str], resonators: Iterable[str], pairs: Iterable[_Pair] | None, moves: Iterable[_Pair]
    ) -> None:
        self.names = tuple(names)
        self.resonators = frozenset(resonators)
        self._loci = None if pairs is None else {frozenset(pair): pair for pair in pairs}
        self._rooms: dict[str, list[str]] = {}
        for one, other in moves:
            qubit, resonator = (other, one) if one in self.resonators else (one, other)
            self._rooms.setdefault(qubit, []).append(resonator)

    def entangle(self, one: str, other: str) -> tuple[Step, ...]:
        """The instructions of a `cz` between two qubits; none if there is no way."""
        if self._loci is None:
            return (("cz", (one, other)),)
        direct = self._loci.get(frozenset((one, other)))
        if direct is not None:
            return (("cz", direct),)
        for moved, stays in ((one, other), (other, one)):
            for resonator in self._rooms.get(moved, ()):
                locus = self._loci.get(frozenset((stays, resonator)))
                if locus is not None:
                    return (("move", (moved, resonator)), ("cz", locus), ("move", (moved, resonator)))
        return ()


def machine(
    count: int,
    qubits: Sequence[str] | None,
    coupling: Iterable[Sequence[int]] | None,
    architecture: Mapping[str, Any] | None,
) -> Machine:
    """The machine that a program of so many qubits is written for.

    Args:
        qubits: names by number; QB1, QB2 … if there are none. Names such as CR1 or COMPR1 are resonators'.
        coupling: pairs of numbers; a resonator in one says that both `move` and `cz` act on the pair.
        architecture: IQM's own description, such as the Hub's configuration of the backend; instead of both.

    Raises:
        InvalidOption: the options contradict each other or are not what they should be.
    """
    if architecture is not None:
        if qubits is not None or coupling is not None:
            raise InvalidOption("architecture says what qubits and coupling say: leave these out.", option="qubits")
        return _described(architecture)
    names = [f"QB{number + 1}" for number in range(count)] if qubits is None else [*qubits]
    if len(set(names)) < len(names) or not all(isinstance(name, str) for name in names):
        raise InvalidOption("qubits has to hold names that differ from each other.", option="qubits")
    resonators = {name for name in names if _RESONATOR.fullmatch(name)}
    if coupling is None:
        return Machine(names, resonators, None, ())
    numbers = [(one, other) for one, other in coupling]
    known = (
        names if qubits is not None else [f"QB{number + 1}" for number in range(max(map(max, numbers), default=0) + 1)]
    )
    if any(not 0 <= number < len(known) for pair in numbers for number in pair):
        raise InvalidOption(f"coupling speaks of qubits beyond the {len(known)} that have names.", option="coupling")
    pairs = [(known[one], known[other]) for one, other in numbers]
    moves = [(one, other) for pair in pairs for one, other in (pair, pair[::-1]) if other in resonators]
    return Machine(known if len(known) > len(names) else names, resonators, pairs, moves)


def _described(architecture: Mapping[str, Any]) -> Machine:
    try:
        gates = architecture["gates"]
        resonators = [str(name) for name in architecture.get("computational_resonators") or ()]
        names = [str(name) for name in architecture["qubits"]]
        return Machine([*names, *resonators], resonators, _loci(gates.get("cz")), _loci(gates.get("move")))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InvalidOption(
            "architecture takes IQM's description of a machine, an object with qubits, computational_resonators and "
            f"gates with their implementations and loci ({type(error).__name__}: {error}).",
            option="architecture",
        ) from None


def _loci(gate: Mapping[str, Any] | None) -> list[_Pair]:
    if gate is None:
        return []
    found: list[_Pair] = []
    for implementation in gate["implementations"].values():
        for one, other in implementation["loci"]:
            found.append((str(one), str(other)))
    return found
