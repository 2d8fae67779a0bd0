"""`IQM_JOB_INPUT_V1`: IQM's own instructions: prx, cz, measure, barrier, and move where qubits meet in a resonator.

prx(θ, φ) turns by θ about the axis at φ in the plane of X and Y. Turns about Z are not written: each later prx of the
qubit takes them along in its φ, cz lets them pass, and measurements do not see them.

The layout travels as the circuit's name. Each measured bit has one `measure`, whose key is `name_length_register_bit`:
the name that `payload_names` gives to a group of `layout.groups`, the group's size and index, the bit's place in it.
Two sets of field names: the Hub's specification (`qubits`, `angle_t` and `phase_t` in turns) and that of newer clients
(`locus`, `angle` and `phase` in radians).
Sources: the Hub's specification; the documentation of iqm-client (`CircuitOperation`); for turns about Z, McKay et al.,
arXiv:1612.00858.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import pi, tau
from typing import Any, NoReturn, TypeAlias, cast

from qrelay.errors import InvalidOption, TooManyQubits, UnsupportedCircuit
from qrelay.formats.frames import Rows, Whole, brought, near, parts, said_by
from qrelay.formats.iqm_machines import Machine, machine
from qrelay.formats.numbers import refuse_infinite
from qrelay.formats.pieces import ITEMS_AT_ONCE, joined
from qrelay.formats.straight import Straight, straight
from qrelay.formats.traveling import layout_name
from qrelay.program import Layout, Operation, Program, payload_names
from qrelay.program.control import BitIs, Expression, RegisterIs, unroll
from qrelay.program.lowering import lower, lowering
from qrelay.program.plans import Sum, value_of

__all__ = ["GATES", "measurement_keys", "write"]

_FORMAT = "IQM_JOB_INPUT_V1"

GATES = frozenset({"r", "rz", "cz"})
"""prx, cz, and turns about Z, which cost nothing."""


def write(
    program: Program,
    *,
    qubits: Sequence[str] | None = None,
    coupling: Iterable[Sequence[int]] | None = None,
    architecture: Mapping[str, Any] | None = None,
    fields: str = "spec",
    midcircuit: bool = False,
) -> bytes:
    """Write a program as an IQM job of one circuit.

    Delays and the global phase are left out. Qubit i is the i-th of the names.

    Args:
        qubits, coupling, architecture: the machine, see `iqm_machines.machine`. Without any, QB1, QB2 …, all coupled.
        fields: "spec" for the field names of the Hub's specification, "new" for those of newer IQM clients.
        midcircuit: the machine measures on the way, and has `cc_prx`, which the Hub's specification does not name:
            turns that a bit measured before decides about. Resets are refused all the same.

    Raises:
        UnsupportedCircuit: names the operation and its index; see `straight` for the rules. Also for a two-qubit gate
            between qubits that are not coupled: place and route the circuit first.
        TooManyQubits: the machine is smaller than the program.
        InvalidOption: the options describe no machine, or other field names.
    """
    if fields not in ("spec", "new"):
        raise InvalidOption(f"fields is 'spec' or 'new', not {fields!r}.", option="fields")
    device = machine(program.num_qubits, qubits, coupling, architecture)
    if program.num_qubits > len(device.names):
        raise TooManyQubits(needed=program.num_qubits, available=len(device.names), target="the machine")
    writer = _Writer(program, device, new=fields == "new")
    try:
        plain = straight(program, said_by(GATES), _FORMAT, barriers=True)
    except UnsupportedCircuit:
        if not midcircuit:
            raise
        groups = writer.flow(lower(unroll(program), GATES, where=_FORMAT))
    else:
        groups = writer.straight(plain)
    head = f'{{"circuits":[{{"name":"{layout_name(program.layout)}","instructions":['
    try:
        body = joined(groups, head, "]}]}", finite=True)
    except UnsupportedCircuit:
        raise
    except ValueError:  # an angle that is not finite
        refuse_infinite(program, GATES)
        raise
    finally:
        writer.rows.clear()  # they know the writer: a circle that would keep the program until it is collected
    assert body is not None
    return body


def measurement_keys(layout: Layout) -> dict[int, str]:
    """The key under which each bit is measured, by bit."""
    return {
        bit: f"{name}_{len(bits)}_{index}_{place}"
        for index, (name, (_, bits)) in enumerate(zip(payload_names(layout), layout.groups, strict=True))
        for place, bit in enumerate(bits)
    }


_TURN, _FRAME, _TEXT = range(3)
"""What a row asks for: prx of a known angle, a turn of the frame, text as it stands."""

_Row: TypeAlias = tuple[int, int, str, float]
"""What, the qubit, the beginning of the text, the angle about Z or of the axis."""

_Step: TypeAlias = tuple[str, tuple[int, ...], tuple[Sum, ...]]
"""Of a gate with parameters: a step's name, qubits, and sums over these."""


class _Writer:
    """Instructions as text, in order. `waiting` holds the turn about Z of each qubit that later turns take along."""

    def __init__(self, program: Program, device: Machine, *, new: bool) -> None:
        self._source = self._program = program
        self._device = device
        self._names = [json.dumps(name) for name in device.names]
        self._keys = measurement_keys(program.layout)
        self._place = "locus" if new else "qubits"
        self._angles = ("angle", "phase") if new else ("angle_t", "phase_t")
        self._unit = 1.0 if new else tau
        self._way = lowering(GATES)
        self.rows: dict[str, Rows[_Row]] = {}
        self._steps: dict[str, Rows[_Step]] = {}
        self._measured: dict[int, tuple[int, int]] = {}  # bit → place among the items, qubit
        self._index: int | None = None
        self.waiting = [0.0] * program.num_qubits
        self.items: list[str] = []

    def straight(self, program: Straight) -> Iterator[list[str]]:
        """Gates and final measurements. ValueError if an angle is no finite number."""
        for start in range(0, len(program.gates), ITEMS_AT_ONCE):
            self.gates(program.gates[start : start + ITEMS_AT_ONCE])
            yield self.items
            self.items = []
        for bit, qubit in program.measured.items():
            self.measure(qubit, bit)
        self._check()
        yield self.items

    def gates(self, gates: Iterable[Operation]) -> None:
        """Gates and barriers."""
        add, waiting, unit = self.items.append, self.waiting, self._unit
        known = self.rows.get
        for name, qubits, params in gates:
            if params:
                self._open(name, qubits, params)
                continue
            rows = known(name) or self._rows_of(name)
            for what, qubit, text, value in rows[qubits]:
                if what == _TURN:
                    turn = value - waiting[qubit]
                    if not -pi <= turn <= pi:
                        turn = near(turn)
                    add(f"{text}{turn / unit!r}}}}}")
                elif what == _FRAME:
                    turn = waiting[qubit] + value
                    waiting[qubit] = turn if -pi <= turn <= pi else near(turn)
                else:
                    add(text)

    def _rows_of(self, name: str) -> Rows[_Row]:
        made = Whole(name, self._row) if name == "barrier" else Rows(parts(self._way, name), self._row)
        self.rows[name] = made
        return made

    def _row(self, name: str, qubits: tuple[int, ...], sums: Sequence[Sum]) -> _Row:
        if name == "r":
            return _TURN, qubits[0], self._start(qubits[0], sums[0][0]), sums[1][0]
        if name == "rz":
            return _FRAME, qubits[0], "", sums[0][0]
        return _TEXT, 0, self._entangle(qubits) if name == "cz" else self._item(name, qubits), 0.0

    def _open(self, name: str, qubits: tuple[int, ...], params: Sequence[float]) -> None:
        """A gate with parameters."""
        waiting = self.waiting
        if name == "rz":
            (qubit,) = qubits
            turn = waiting[qubit] + params[0]
            waiting[qubit] = turn if -pi <= turn <= pi else near(waiting[qubit] + near(params[0]))
            return
        steps = self._steps.get(name)
        if steps is None:
            steps = self._steps[name] = Rows(parts(self._way, name), lambda *step: step)
        for word, where, sums in steps[qubits]:
            if word == "cz":
                self.items += [text for _, _, text, _ in (self.rows.get("cz") or self._rows_of("cz"))[where]]
                continue
            qubit = where[0]
            if word == "rz":
                waiting[qubit] = near(waiting[qubit] + near(value_of(sums[0], params)))
                continue
            phi = value_of(sums[1], params)
            turn = phi - waiting[qubit]
            if not -pi <= turn <= pi:
                turn = brought(phi, waiting[qubit])
            self.items.append(f"{self._start(qubit, value_of(sums[0], params))}{turn / self._unit!r}}}}}")

    def _start(self, qubit: int, theta: float) -> str:
        """A prx up to where the angle of its axis follows."""
        if not -pi <= theta <= pi:
            theta = near(theta)
        angle, phase = self._angles
        args = f'"{angle}":{theta / self._unit!r},"{phase}":'
        return f'{{"name":"prx","{self._place}":[{self._names[qubit]}],"args":{{{args}'

    def measure(self, qubit: int, bit: int) -> None:
        self._measured[bit] = len(self.items), qubit
        self.items.append(self._item("measure", (qubit,), f'"key":{json.dumps(self._keys[bit])}'))

    def flow(self, program: Program) -> Iterator[list[str]]:
        """A program that measures or decides on the way."""
        self._program = program
        touched: set[int] = set()
        for index, operation in enumerate(program.operations):
            name, qubits, arguments = operation
            self._index = index
            if name == "measure":
                if arguments[0] in self._measured:
                    self._refuse("measures into a bit for the second time, and its key would be used twice")
                self.measure(qubits[0], arguments[0])
            elif name == "if":
                touched |= self._if(*arguments)
            elif name == "reset":
                if qubits[0] in touched:
                    self._refuse("resets a qubit that was used before")
            elif name in GATES or (name == "barrier" and qubits):
                self.gates([operation])
            elif name not in ("barrier", "delay"):
                self._refuse("is other control flow than an if")
            if name != "barrier":
                touched.update(qubits)
        self._check()
        yield self.items

    def _check(self) -> None:
        """What no instruction has shown: work for a resonator."""
        resonators = [number for number, name in enumerate(self._device.names) if name in self._device.resonators]
        for index, (name, qubits, _) in enumerate(self._source.operations) if resonators else ():
            for number in resonators:
                if number in qubits and name not in ("barrier", "delay"):
                    why = f"acts on {self._device.names[number]}, a resonator: programs use the machine's qubits only."
                    raise UnsupportedCircuit.at(self._source.position(index), name, why)

    def _if(self, condition: Any, then: Sequence[Operation], otherwise: Sequence[Operation]) -> set[int]:
        """`cc_prx` knows one bit that is 1 and one turn. What happens at 0 is done always, and undone at 1."""
        bit, value = self._bit(condition)
        if bit not in self._measured:
            self._refuse("tests a bit that nothing is measured into before")
        always = self._turns(otherwise if value else then)
        only = [(qubit, -theta, phi) for qubit, theta, phi in reversed(always)]
        only += self._turns(then if value else otherwise)
        for qubit, theta, phi in always:
            self.items.append(self._turn("prx", qubit, theta, phi, ""))
        place, source = self._measured[bit]
        key = f'"feedback_key":{json.dumps(self._keys[bit])}'
        if only:
            self.items[place] = self._item("measure", (source,), f'"key":{json.dumps(self._keys[bit])},{key}')
        for qubit, theta, phi in only:
            self.items.append(self._turn("cc_prx", qubit, theta, phi, f',"feedback_qubit":{self._names[source]},{key}'))
        return {qubit for qubit, _, _ in only}

    def _bit(self, condition: Any) -> tuple[int, bool]:
        if isinstance(condition, BitIs):
            return condition.bit, condition.value
        if isinstance(condition, RegisterIs) and len(condition.bits) == 1 and condition.value in (0, 1):
            return condition.bits[0], bool(condition.value)
        if isinstance(condition, Expression) and condition.operator == "bit":
            return cast("int", condition.operands[0]), True
        return self._refuse("decides by more than one bit")

    def _turns(self, block: Sequence[Operation]) -> list[tuple[int, float, float]]:
        """The block as turns about axes in the plane; one about Z by λ is two half turns, λ/2 apart."""
        found: list[tuple[int, float, float]] = []
        for name, qubits, params in block:
            if name == "r":
                found.append((qubits[0], params[0], params[1]))
            elif name == "rz":
                found += [(qubits[0], pi, 0.0), (qubits[0], pi, near(params[0]) / 2)]
            elif name not in ("barrier", "delay", "global_phase"):
                self._refuse(f"holds {name!r}, and gates on single qubits are all that a bit can decide about")
        return found

    def _turn(self, name: str, qubit: int, theta: float, phi: float, more: str) -> str:
        angle, phase = self._angles
        theta, phi = near(theta) / self._unit, brought(phi, self.waiting[qubit]) / self._unit
        return self._item(name, (qubit,), f'"{angle}":{theta!r},"{phase}":{phi!r}{more}')

    def _item(self, name: str, qubits: Iterable[int], args: str = "") -> str:
        where = ",".join([self._names[qubit] for qubit in qubits])
        return f'{{"name":"{name}","{self._place}":[{where}],"args":{{{args}}}}}'

    def _entangle(self, qubits: tuple[int, ...]) -> str:
        one, other = (self._device.names[qubit] for qubit in qubits)
        way = self._device.entangle(one, other)
        if not way or not self._device.resonators.isdisjoint((one, other)):
            self._refuse_pair(qubits, one, other)
        return ",".join(
            [
                f'{{"name":"{name}","{self._place}":{json.dumps(list(where), separators=(",", ":"))},"args":{{}}}}'
                for name, where in way
            ]
        )

    def _refuse_pair(self, qubits: tuple[int, ...], one: str, other: str) -> NoReturn:
        lowered = lower(unroll(self._source), GATES, where=_FORMAT)
        names = {self._source.position(place): name for place, (name, _, _) in enumerate(self._source.operations)}
        place = next(i for i, operation in enumerate(lowered.operations) if operation[:2] == ("cz", qubits))
        index = lowered.position(place)
        raise UnsupportedCircuit.at(
            index,
            names[index],
            f"needs a cz between {one} and {other}, which this machine does not couple. Place and route the circuit "
            "for it first (Qiskit: transpile it for the backend).",
        )

    def _refuse(self, why: str) -> NoReturn:
        assert self._index is not None
        raise UnsupportedCircuit.at(
            self._program.position(self._index),
            self._program.operations[self._index][0],
            f"{why}, and {_FORMAT} cannot say that. Measure at the end, or choose a target and format with more control"
            " flow.",
        )
