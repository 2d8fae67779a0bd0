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
from itertools import chain
from math import pi, tau
from typing import Any, TypeAlias

from qrelay.errors import InvalidOption, QrelayError, UnsupportedCircuit
from qrelay.formats.frames import Rows, brought, near, parts
from qrelay.formats.numbers import refuse_infinite
from qrelay.formats.pieces import ITEMS_AT_ONCE, joined
from qrelay.formats.straight import straight
from qrelay.program import Operation, Program
from qrelay.program.gates import GATES as TABLE
from qrelay.program.lowering import Lowering, lowering
from qrelay.program.operations import BLOCKS
from qrelay.program.pauli import pauli_steps
from qrelay.program.plans import Sum, value_of

__all__ = ["circuit"]

_FREE = frozenset({"rz"})
_ALL = frozenset(TABLE) - {"global_phase"} | {"pauliexp"}
_FULL = 0.25
"""The largest angle of ms, in turns: fully entangling."""


def circuit(program: Program, format_name: str, gates: Collection[str] | None, head: str, end: str) -> bytes:
    """The JSON of all gates, with commas between them, after `head` and before `end`.

    `gates` are the machine's; if gpi is among them, they say whether it has ms or zz. A machine that has both, or is
    not known, gets ms if the program has ms and no rzz, else zz.

    Raises:
        InvalidOption: the machine has gpi, but neither ms nor zz.
        UnsupportedCircuit: names the operation and its index; see `straight` for the rules.
    """
    words = _FREE | {"gpi", "gpi2", _entangling(program, gates)}
    try:
        items = _items(straight(program, _ALL, format_name).gates, program.num_qubits, lowering(words, _FREE))
        text = joined(items, head, end, finite=True)
    except QrelayError:
        raise
    except ValueError:  # an angle that is not finite
        refuse_infinite(program, words)
        raise UnsupportedCircuit(
            "An angle of the circuit becomes infinite in native gates. Give smaller ones."
        ) from None
    assert text is not None
    return text


def _entangling(program: Program, gates: Collection[str] | None) -> str:
    """`ms` (Aria) or `rzz` (Forte): what the machine has; where nothing is said, what the circuit has."""
    own = set(gates or ())
    has_ms, has_zz = "ms" in own, not own.isdisjoint({"zz", "rzz"})
    native = "gpi" in own or (has_ms and not has_zz)  # lists of gates that IonQ compiles have zz beside others
    if native and has_ms != has_zz:
        return "ms" if has_ms else "rzz"
    if native and not has_ms:
        raise InvalidOption("A machine with gpi entangles by ms or zz; its gates name neither.", option="gates")
    inside = not BLOCKS.isdisjoint(program.names)
    names = {operation[0] for _, operation in program.walk()} if inside else program.names
    return "ms" if "ms" in names and "rzz" not in names else "rzz"


_TURN, _FRAME, _TEXT, _PAIR, _MS, _ZZ = range(6)
"""What a row asks for: gpi or gpi2, a turn of the frame, text as it stands, ms of an angle that the machine takes, any
other ms, zz of an angle that is not known yet."""

_Row: TypeAlias = tuple[int, Any, str, Any, float]
"""What, the qubit or qubits, the beginning of its text, a parameter (all of them, of ms), and what the gate's own
parameter is multiplied by before it is added to that. Of gates with several parameters: sums, in place of numbers."""


class _Words(dict[str, Rows[_Row]]):
    """Rows by a gate's name."""

    def __init__(self, way: Lowering) -> None:
        self._way = way

    def __missing__(self, name: str) -> Rows[_Row]:
        make = _row if TABLE[name].num_params < 2 else _open_row
        rows = self[name] = Rows(parts(self._way, name), make)
        return rows


def _row(name: str, qubits: tuple[int, ...], sums: Sequence[Sum]) -> _Row:
    constant, terms = sums[0]
    factor = terms[0][1] if terms else 0.0
    if name == "rz":
        return _FRAME, qubits[0], "", constant, factor
    if name == "rzz":
        return (_ZZ, qubits, "", constant, factor) if factor else (_TEXT, (), _zz(*qubits, constant), 0.0, 0.0)
    if name != "ms":
        return _TURN, qubits[0], _start(name, qubits[0]), constant, factor
    phi0, phi1 = constant, sums[1][0]
    assert not terms, "axes of a gate with one parameter stand still"
    assert not sums[1][1]
    theta, terms = sums[2]
    if terms:
        return _MS, qubits, "", (phi0, phi1, theta), terms[0][1]
    return _pair(qubits, phi0, phi1, theta)


def _open_row(name: str, qubits: tuple[int, ...], sums: Sequence[Sum]) -> _Row:
    if name in ("rz", "gpi", "gpi2"):
        return _FRAME if name == "rz" else _TURN, qubits[0], _start(name, qubits[0]), sums[0], 0.0
    return _ZZ if name == "rzz" else _MS, qubits, "", sums if name == "ms" else sums[0], 0.0


def _filled(rows: Iterable[_Row], params: Sequence[float]) -> Iterator[_Row]:
    """Rows of a gate with several parameters."""
    for what, where, text, wanted, _ in rows:
        if what == _MS:
            yield _pair(where, *[value_of(one, params) for one in wanted])
        else:
            yield what, where, text, value_of(wanted, params), 0.0


def _pair(qubits: tuple[int, ...], phi0: float, phi1: float, theta: float) -> _Row:
    angle = theta / tau
    if 0 <= angle <= _FULL:
        return _PAIR, qubits, _start_of_ms(*qubits), (phi0, phi1, f'],"angle":{angle!r}}}'), 0.0
    return _MS, qubits, "", (phi0, phi1, theta), 0.0


def _start(name: str, qubit: int) -> str:
    return f'{{"gate":"{name}","target":{qubit},"phase":'


def _start_of_ms(first: int, second: int) -> str:
    return f'{{"gate":"ms","targets":[{first},{second}],"phases":['


def _items(gates: Sequence[Operation], num_qubits: int, way: Lowering) -> Iterator[list[str]]:
    """`frames` has for each qubit the turn about Z, in radians, that comes after all that was written.

    ValueError if an angle is no finite number.
    """
    frames = [0.0] * num_qubits
    words = _Words(way)
    seen, shown = 0.0, "0.0"  # the last ms's second phase: a cx uses it twice, and digits cost more than all else
    for start in range(0, len(gates), ITEMS_AT_ONCE):
        items: list[str] = []
        add = items.append
        for name, qubits, params in _without_paulis(gates[start : start + ITEMS_AT_ONCE]):
            rows: Iterable[_Row] = words[name][qubits]
            if params:
                own = params[0]
                if len(params) > 1:
                    rows = _filled(rows, params)
            for what, where, text, constant, factor in rows:
                if what == _TURN:
                    value = constant + factor * own if factor else constant
                    phase = (value - frames[where]) / tau
                    if not -1 <= phase <= 1:
                        phase = brought(value, frames[where]) / tau
                    add(f"{text}{shown if phase == seen else repr(phase)}}}")
                elif what == _FRAME:
                    value = constant + factor * own if factor else constant
                    turn = frames[where] + value
                    if not -pi <= turn <= pi:
                        turn = near(frames[where] + near(value))
                    frames[where] = turn
                elif what == _TEXT:
                    add(text)
                elif what == _PAIR:
                    one, other = where
                    phi0, phi1, end = constant
                    turns0, turns1 = (phi0 - frames[one]) / tau, (phi1 - frames[other]) / tau
                    if not -1 <= turns0 <= 1 or not -1 <= turns1 <= 1:
                        turns0, turns1 = _turns(phi0, frames[one]), _turns(phi1, frames[other])
                    seen, shown = turns1, repr(turns1)
                    add(f"{text}{turns0!r},{shown}{end}")
                elif what == _ZZ:
                    add(_zz(*where, constant + factor * own if factor else constant))
                else:
                    phi0, phi1, theta = constant
                    items += _ms(where, phi0, phi1, theta + factor * own if factor else theta, frames)
        yield items


def _without_paulis(gates: Sequence[Operation]) -> Iterable[Operation]:
    if "pauliexp" not in {name for name, _, _ in gates}:
        return gates
    return chain.from_iterable([_split(gate) if gate[0] == "pauliexp" else (gate,) for gate in gates])


def _split(gate: Operation) -> list[Operation]:
    _, qubits, params = gate
    return [
        (inner, tuple([qubits[place] for place in places]), angles) for inner, places, angles in pauli_steps(*params)
    ]


@lru_cache(maxsize=4096)
def _zz(qubit: int, other: int, theta: float) -> str:
    """Remembered, because most come from gates without parameters and have the same angle."""
    angle = theta / tau
    angle = angle if -0.5 <= angle <= 0.5 else near(theta) / tau
    return f'{{"gate":"zz","targets":[{qubit},{other}],"angle":{angle!r}}}'


def _ms(qubits: tuple[int, int], phi0: float, phi1: float, theta: float, frames: Sequence[float]) -> list[str]:
    """One ms of an angle that the machine takes, and a gpi on both qubits where half a turn of the angle is left.

    ms by half a turn is gpi on both qubits, by a whole one nothing; backwards it is forwards with one phase opposite.
    """
    first, second = qubits
    turns0, turns1 = _turns(phi0, frames[first]), _turns(phi1, frames[second])
    more = []
    angle = theta / tau
    if not 0 <= angle <= _FULL:
        angle = near(theta) / tau
        if abs(angle) > _FULL:
            angle -= 0.5 if angle > 0 else -0.5
            more = [f"{_start('gpi', first)}{turns0!r}}}", f"{_start('gpi', second)}{turns1!r}}}"]
        if angle < 0:
            angle, turns0 = -angle, _turns(phi0, frames[first] - pi)
    return [f'{_start_of_ms(first, second)}{turns0!r},{turns1!r}],"angle":{angle!r}}}', *more]


def _turns(phi: float, frame: float) -> float:
    """A phase in turns, the frame taken into account; within the first one either way it stays as it is."""
    turns = (phi - frame) / tau
    return turns if -1 <= turns <= 1 else brought(phi, frame) / tau
