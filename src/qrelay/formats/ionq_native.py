"""IonQ's gateset `native`: gpi, gpi2, and ms (Aria) or zz (Forte), in the machine's own order, nothing optimised away.

Sources: docs.ionq.com, "Getting started with native gates" (matrices) and "Native gates API" (phases in turns, from -1
to 1; the angle of ms in turns, from 0 to 0.25; one of ms and zz, which depends on the machine). The spelling is that of
qiskit-ionq 1.1; cirq-ionq 1.7 calls the angle of zz a phase, IonQ's page does not.

Turns about Z are not sent: the phases of all later gates are turned instead, and what is left over at the end does not
change what is measured (McKay et al., arXiv:1612.00858). A program in gpi, gpi2 and its entangling gate is sent as it
stands.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import lru_cache
from math import pi

from qrelay.errors import InvalidOption, QrelayError, UnsupportedCircuit
from qrelay.formats.ionq_text import ITEMS_AT_ONCE, joined
from qrelay.formats.numbers import around, refuse_infinite
from qrelay.formats.straight import straight
from qrelay.program import Operation, Program
from qrelay.program.gates import GATES as TABLE
from qrelay.program.lowering import Lowering, lowering
from qrelay.program.operations import BLOCKS
from qrelay.program.pauli import pauli_steps
from qrelay.program.steps import Step

__all__ = ["circuit"]

_FREE = frozenset({"rz"})
_ALL = frozenset(TABLE) - {"global_phase"} | {"pauliexp"}
_TURN = 2 * pi
_SMALL = 100.0  # radians of which a sum loses next to nothing
_FULL = 0.25
"""The largest angle of ms, in turns: fully entangling."""


def circuit(program: Program, format_name: str, gates: Collection[str] | None) -> bytes:
    """The JSON of all gates, with commas between them.

    `gates` are the machine's; if gpi is among them, they say whether it has ms or zz. A machine that has both, or is
    not known, gets ms if the program has ms and no rzz, else zz.

    Raises:
        InvalidOption: the machine has gpi, but neither ms nor zz.
        UnsupportedCircuit: names the operation and its index; see `straight` for the rules.
    """
    words = _FREE | {"gpi", "gpi2", _entangling(program, gates)}
    try:
        text = joined(_items(straight(program, _ALL, format_name).gates, program.num_qubits, lowering(words, _FREE)))
    except QrelayError:
        raise
    except ValueError:  # the sine of what is infinite
        text = None
    if text is None:
        refuse_infinite(program, words)
        raise UnsupportedCircuit("An angle of the circuit becomes infinite in native gates. Give smaller ones.")
    return text


def _entangling(program: Program, gates: Collection[str] | None) -> str:
    own = set(gates or ())
    has_ms, has_zz = "ms" in own, not own.isdisjoint({"zz", "rzz"})
    if "gpi" in own and has_ms != has_zz:
        return "ms" if has_ms else "rzz"
    if "gpi" in own and not has_ms:
        raise InvalidOption("A machine with gpi entangles by ms or zz; its gates name neither.", option="gates")
    inside = not BLOCKS.isdisjoint(program.names)
    names = {operation[0] for _, operation in program.walk()} if inside else program.names
    return "ms" if "ms" in names and "rzz" not in names else "rzz"


def _items(gates: Sequence[Operation], num_qubits: int, way: Lowering) -> Iterator[list[str]]:
    """Steps are written as they come: there are several times as many as gates.

    `frames` has for each qubit the turn about Z, in radians, that comes after all that was written.
    """
    frames = [0.0] * num_qubits
    for start in range(0, len(gates), ITEMS_AT_ONCE):
        items: list[str] = []
        for name, qubits, params in gates[start : start + ITEMS_AT_ONCE]:
            if name == "pauliexp":
                for inner, places, angles in pauli_steps(*params):
                    _write(way.steps(inner, angles)[0], [qubits[place] for place in places], frames, items)
            else:
                _write(way.steps(name, params)[0], qubits, frames, items)
        yield items


def _write(steps: Iterable[Step], qubits: Sequence[int], frames: list[float], items: list[str]) -> None:
    for name, local, params in steps:
        qubit = qubits[local[0]]
        if name == "rz":
            angle = params[0]
            frames[qubit] += angle if -_SMALL <= angle <= _SMALL else around(angle)
        elif name == "rzz":
            items.append(_zz(qubit, qubits[local[1]], params[0]))
        elif name == "ms":
            pair = (qubit, qubits[local[1]])
            items += _ms(pair, params[0] - frames[pair[0]], params[1] - frames[pair[1]], params[2])
        else:
            phase = (params[0] - frames[qubit]) / _TURN
            if not -1 <= phase <= 1:
                phase = _turns(params[0] - frames[qubit])
            items.append(f'{{"gate":"{name}","target":{qubit},"phase":{phase!r}}}')


@lru_cache(maxsize=4096)
def _zz(qubit: int, other: int, theta: float) -> str:
    """Remembered, because most come from gates without parameters and have the same angle."""
    angle = theta / _TURN
    angle = angle if -0.5 <= angle <= 0.5 else around(theta) / _TURN
    return f'{{"gate":"zz","targets":[{qubit},{other}],"angle":{angle!r}}}'


def _ms(qubits: tuple[int, int], phi0: float, phi1: float, theta: float) -> list[str]:
    """One ms of an angle that the machine takes, and a gpi on both qubits where half a turn of the angle is left.

    ms by half a turn is gpi on both qubits, by a whole one nothing; backwards it is forwards with one phase opposite.
    """
    more = []
    angle = theta / _TURN
    if not 0 <= angle <= _FULL:
        angle = around(theta) / _TURN
        if abs(angle) > _FULL:
            angle -= 0.5 if angle > 0 else -0.5
            more = [
                f'{{"gate":"gpi","target":{qubit},"phase":{_turns(phi)!r}}}'
                for qubit, phi in zip(qubits, (phi0, phi1), strict=True)
            ]
        if angle < 0:
            angle, phi0 = -angle, phi0 + pi
    first, second = _turns(phi0), _turns(phi1)
    targets = f"{qubits[0]},{qubits[1]}"
    return [f'{{"gate":"ms","targets":[{targets}],"phases":[{first!r},{second!r}],"angle":{angle!r}}}', *more]


def _turns(phi: float) -> float:
    """A phase in turns; within the first one either way it stays as it is."""
    turns = phi / _TURN
    return turns if -1 <= turns <= 1 else around(phi) / _TURN
