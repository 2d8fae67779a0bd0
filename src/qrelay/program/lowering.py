"""Lowering: write a program in a given set of gates, exactly, along the cheapest definitions.

Costs count what a machine feels: entangling gates far above gates on single qubits. Global phases cost nothing and are
kept in the program.

A `pauliexp` is written term by term. Gates with many controls are written without helping qubits, and become twice as
many gates with each control: about 2^(n+1) CX for n of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any, NoReturn

from qrelay.errors import UnsupportedCircuit
from qrelay.program.definitions import Definition, Step
from qrelay.program.gates import ALIASES, GATES
from qrelay.program.operations import BLOCKS, NOT_GATES, Operation, with_blocks
from qrelay.program.pauli import pauli_steps
from qrelay.program.plans import Linear, Plan
from qrelay.program.program import Program

__all__ = ["Lowering", "lower", "lowering"]

_COST_BY_QUBITS = (0.0, 1.0, 10.0, 35.0, 75.0, 155.0, 315.0, 635.0, 1275.0)
_COST_IF_FREE = 0.01
_SAMPLE_ANGLES = (0.1, 0.2, 0.3, 0.4)  # definitions use the same gates for all angles


class Lowering:
    """How each gate of the table is written in one set of gates. Make them with `lowering`, which remembers them."""

    def __init__(self, gates: frozenset[str], free: frozenset[str] = frozenset()) -> None:
        self.gates = gates
        self.costs, self._choice = _cheapest(gates, free)
        self._fixed: dict[str, tuple[tuple[Step, ...], float]] = {}
        self._plans: dict[str, Plan] = {}

    def can(self, name: str) -> bool:
        """Whether the gate can be written in the set."""
        return name in self.costs

    def steps(self, name: str, params: tuple[float, ...]) -> tuple[tuple[Step, ...], float]:
        """The gate in the set's gates, and the global phase that goes with them. KeyError if there is no way."""
        if not params:
            known = self._fixed.get(name)
            if known is None:
                known = self._fixed[name] = self._expand(name, params)
            return known
        return self.plan(name).filled(params)

    def plan(self, name: str) -> Plan:
        """The gate in the set's gates, for any parameters. KeyError if there is no way."""
        plan = self._plans.get(name)
        if plan is None:
            linear: Any = Linear.parameters(GATES[name].num_params)
            plan = self._plans[name] = Plan(*self._expand(name, linear))
        return plan

    def _expand(self, name: str, params: tuple[float, ...]) -> tuple[tuple[Step, ...], float]:
        if name == "global_phase":
            return (), params[0]
        if name in self.gates:
            return ((name, tuple(range(GATES[name].num_qubits)), params),), 0.0
        steps: list[Step] = []
        phase = 0.0
        for inner, where, angles in self._choice[name](*params):
            parts, part_phase = self._expand(inner, angles) if angles else self.steps(inner, angles)
            phase += part_phase
            steps += [(part, tuple([where[q] for q in local]), a) for part, local, a in parts]
        return tuple(steps), phase


@lru_cache(maxsize=128)
def lowering(gates: frozenset[str], free: frozenset[str] = frozenset()) -> Lowering:
    """The remembered way into a set of gates. `free` are those of them that cost a machine next to nothing."""
    return Lowering(gates, free)


@cache
def _needs() -> Sequence[tuple[str, Definition, Mapping[str, int]]]:
    """Every definition, and how often it uses which gates."""
    return [
        (name, definition, Counter(step[0] for step in definition(*_SAMPLE_ANGLES[: gate.num_params])))
        for name, gate in GATES.items()
        for definition in gate.definitions
    ]


def _cheapest(gates: frozenset[str], free: frozenset[str]) -> tuple[Mapping[str, float], Mapping[str, Definition]]:
    """Fixpoint over all definitions: what each gate costs at least, and the definition that costs that."""
    costs = {
        name: _COST_IF_FREE if name in free else _COST_BY_QUBITS[GATES[name].num_qubits]
        for name in gates
        if name in GATES
    }
    costs["global_phase"] = 0.0
    needs = [row for row in _needs() if row[0] not in costs]
    choice: dict[str, Definition] = {}
    changed = True
    while changed:
        changed = False
        for name, definition, used in needs:
            if all(inner in costs for inner in used):
                cost = sum(times * costs[inner] for inner, times in used.items())
                if cost < costs.get(name, float("inf")):
                    costs[name], choice[name] = cost, definition
                    changed = True
    return costs, choice


def lower(
    program: Program, gates: Iterable[str], *, where: str = "this gate set", free: frozenset[str] = frozenset()
) -> Program:
    """The same program in these gates only; measurements, resets, barriers and control flow stay as they are.

    Returns the program itself if it holds no other gate. A global phase goes into `global_phase`; inside a block, where
    nothing can see it, it stays a `global_phase` operation. `where` names the set in errors; `free` are those of the
    gates that cost next to nothing, such as rotations that a machine keeps books of. The set may have `pauliexp`.

    Raises:
        UnsupportedCircuit: a gate has no way into the set or is unknown, or the program is not well formed (see
            `Program.check`); names the operation and its index in the circuit that was read.
    """
    program = program.check()
    allowed = frozenset(gates)
    stays = allowed | NOT_GATES - BLOCKS
    if program.names <= stays:
        return program
    way = lowering(allowed, free)
    operations: list[Operation] = []
    positions: list[int] = []
    phase = program.global_phase
    for index, operation in enumerate(program.operations):
        if operation[0] in stays:
            operations.append(operation)
            positions.append(program.position(index))
            continue
        position = program.position(index)
        before = len(operations)
        phase += _lowered(operation, way, operations, position, where)
        positions += [position] * (len(operations) - before)
    return program.replaced(operations, positions, phase)


def _lowered(operation: Operation, way: Lowering, out: list[Operation], index: int, where: str) -> float:
    """Append what the operation becomes; returns the global phase that this leaves over."""
    name, qubits, arguments = operation
    if name in NOT_GATES:
        out.append(with_blocks(operation, lambda block: _lowered_block(block, way, index, where)))
        return 0.0
    if name == "pauliexp":
        return _lowered_paulis(operation, way, out, index, where)
    gate = GATES.get(ALIASES.get(name, name))
    if gate is None:
        raise UnsupportedCircuit.at(index, name, "is no gate of qrelay's table. Define it in standard gates first.")
    if not way.can(gate.name):
        _refuse(name, way, index, where)
    steps, phase = way.steps(gate.name, arguments)
    out += [(step, tuple([qubits[q] for q in local]), angles) for step, local, angles in steps]
    return phase


def _lowered_paulis(operation: Operation, way: Lowering, out: list[Operation], index: int, where: str) -> float:
    name, qubits, arguments = operation
    phase = 0.0
    for inner, places, angles in pauli_steps(*arguments):
        if not way.can(inner):
            _refuse(name, way, index, where)
        steps, more = way.steps(inner, angles)
        phase += more
        out += [(step, tuple([qubits[places[q]] for q in local]), params) for step, local, params in steps]
    return phase


def _refuse(name: str, way: Lowering, index: int, where: str) -> NoReturn:
    known = ", ".join(sorted(way.gates))
    raise UnsupportedCircuit.at(index, name, f"cannot be written exactly in {where} ({known}).")


def _lowered_block(block: Iterable[Operation], way: Lowering, index: int, where: str) -> tuple[Operation, ...]:
    out: list[Operation] = []
    for operation in block:
        if operation[0] in way.gates:
            out.append(operation)
            continue
        phase = _lowered(operation, way, out, index, where)
        if phase:
            out.append(("global_phase", (), (phase,)))
    return tuple(out)
