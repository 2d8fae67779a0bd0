"""Programs of Cirq circuits on the machine's own qubits: placed and routed where a target couples only some pairs.

Cirq's router sees which qubits meet in which order and nothing else; the program's own operations are then written on
the qubits that it chose. Swaps that it adds are operations like any other, and the final places need no map of their
own: measurements name the machine's qubits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cirq
import networkx as nx

from qrelay.errors import TooManyQubits, UnsupportedCircuit
from qrelay.formats import INPUT_FORMATS
from qrelay.formats.straight import straight
from qrelay.program import Bound
from qrelay.program.lowering import lower
from qrelay.program.operations import BLOCKS, Operation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qrelay import cloud
    from qrelay.program import Program

__all__ = ["Router"]

_BY_PAIRS = frozenset({"rz", "ry", "rx", "h", "s", "sdg", "t", "tdg", "x", "y", "z", "sx", "p", "cx", "cz"})
"""What programs are written in where a target does not name gates."""


class Router:
    """Places programs on one target."""

    def __init__(self, device: cloud.Target) -> None:
        self._device = device
        self._gates = device.gates or _BY_PAIRS

    def placed(
        self,
        programs: Sequence[Program | Bound],
        format: str | None = None,  # noqa: A002 - the users' word
    ) -> list[Program | Bound]:
        """The programs as they are, but in formats that name the machine's qubits: then each one placed, once only,
        however often it is bound."""
        formats = (format,) if format is not None else self._device.formats
        written = next((INPUT_FORMATS[name] for name in formats if name in INPUT_FORMATS), None)
        if written is None or not written.physical:
            return list(programs)
        distinct = {id(program): program for program in map(_program, programs)}  # a circuit at many points
        found = {key: self.place(program, written.name) for key, program in distinct.items()}
        return [
            Bound(found[id(one.program)], one.values) if isinstance(one, Bound) else found[id(one)] for one in programs
        ]

    def place(self, program: Program, format_name: str | None = None) -> Program:
        """The program on the machine's qubits, in the target's gates, with gates on coupled pairs only.

        `format_name` is what it will be written in, if that is known. The qubits are the machine's, all of them.
        Returns the program itself if the target couples all pairs.

        Raises:
            TooManyQubits: the machine is smaller.
            UnsupportedCircuit: it goes on with a qubit that it measured, and the target takes no such circuits; it
                depends on classical control, whose order the router does not keep; or Cirq's router finds no way. Names
                the operation and its index where there is one.
        """
        device = self._device
        if device.coupling is None or device.num_qubits is None:
            return program
        if program.num_qubits > device.num_qubits:
            raise TooManyQubits(needed=program.num_qubits, available=device.num_qubits, target=device.id)
        if format_name is not None and not device.midcircuit:
            straight(program, self._gates, format_name)  # refuses in the circuit's own words, of which none are left
        lowered = lower(program, self._gates, where=device.id)
        self._refuse_control(lowered)
        machine = nx.Graph()
        machine.add_edges_from((cirq.LineQubit(a), cirq.LineQubit(b)) for a, b in sorted(device.coupling))
        routed, places = self._routed(lowered.operations, program.num_qubits, machine)
        last_use = {qubit: index for index, (_, qubits, _) in enumerate(lowered.operations) for qubit in qubits}
        steps: list[tuple[int, Operation]] = []
        measured: list[int] = []  # the last of their qubits: swaps may still move what they read
        before = 0
        for step in routed.all_operations():
            where = tuple(qubit.x for qubit in step.qubits if isinstance(qubit, cirq.LineQubit))
            index = next((tag for tag in step.tags if isinstance(tag, int)), None)
            if index is None:
                steps.append((before, ("swap", where, ())))
                here = {place: qubit for qubit, place in places.items()}
                for one, other in (where, where[::-1]):
                    if one in here:
                        places[here[one]] = other
                continue
            name, qubits, arguments = lowered.operations[index]
            if name == "measure" and last_use[qubits[0]] == index:
                measured.append(index)
            else:
                before = lowered.position(index)
                steps.append((before, (name, where, arguments)))
        for index in sorted(measured):
            name, qubits, arguments = lowered.operations[index]
            steps.append((lowered.position(index), (name, (places[qubits[0]],), arguments)))
        placed = lowered.replaced([step for _, step in steps], [position for position, _ in steps])
        placed.num_qubits = device.num_qubits
        return placed

    def _routed(
        self, operations: Sequence[Operation], count: int, machine: nx.Graph
    ) -> tuple[cirq.AbstractCircuit, dict[int, int]]:
        """The meetings of qubits, routed, each tagged with its operation's index, and where each qubit begins."""
        own = [cirq.NamedQubit(f"{index:06}") for index in range(count)]
        meetings = cirq.Circuit()
        for index, (name, qubits, _) in enumerate(operations):
            if name in ("barrier", "delay") or not qubits:
                continue  # the router may exchange what happens on different qubits
            gate: cirq.Gate = cirq.CZ if len(qubits) == 2 else cirq.X
            meetings.append(gate.on(*(own[qubit] for qubit in qubits)).with_tags(index))
        try:
            routed, begins, _ = cirq.RouteCQC(machine).route_circuit(meetings, tag_inserted_swaps=True)
        except (ValueError, KeyError, IndexError) as error:
            raise UnsupportedCircuit(
                f"Cirq's router finds no place for this circuit on {self._device.id}: {error}. Place it yourself on "
                "qubits that are coupled, or choose a target that couples all pairs."
            ) from error
        places = {qubit: place for qubit, place in begins.items() if isinstance(place, cirq.LineQubit)}
        return routed, {index: places[qubit].x for index, qubit in enumerate(own) if qubit in places}

    def _refuse_control(self, program: Program) -> None:
        for index, (name, qubits, _) in enumerate(program.operations):
            if name in BLOCKS:
                why = f"depends on a measurement, and circuits for {self._device.id} are routed, which would change"
                raise UnsupportedCircuit.at(
                    program.position(index), name, f"{why} the order. Choose a target that couples all pairs."
                )
            if len(qubits) > 2 and name != "barrier":
                why = f"acts on {len(qubits)} qubits and has no way into gates on pairs"
                raise UnsupportedCircuit.at(program.position(index), name, why)


def _program(one: Program | Bound) -> Program:
    return one.program if isinstance(one, Bound) else one
