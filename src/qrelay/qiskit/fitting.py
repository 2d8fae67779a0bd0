"""Circuits in a target's own gates: which need the transpiler, and its errors in our words."""

from __future__ import annotations

import os
import threading
from functools import cache
from typing import TYPE_CHECKING

from qiskit.circuit import ControlFlowOp, Gate, Instruction
from qiskit.circuit.controlflow import CONTROL_FLOW_OP_NAMES
from qiskit.circuit.library import get_standard_gate_name_mapping
from qiskit.exceptions import QiskitError
from qiskit.transpiler import PassManager, Target, generate_preset_pass_manager

from qrelay.errors import TooManyQubits, UnboundParameters, UnsupportedCircuit
from qrelay.qiskit.rewriting import plain_circuit
from qrelay.quieting import quietly

if TYPE_CHECKING:
    from collections.abc import Iterator, Set

    from qiskit import QuantumCircuit

__all__ = ["Fitter"]

_ANYWHERE = frozenset({"measure", "reset", "delay", "barrier", "global_phase"})
_WRITTEN_OUT = frozenset({"for_loop", "box"})  # what a rewritten circuit has no more
_DEEPEST = 50  # definitions inside definitions that are looked into for what is to blame
_WARNS_OF_ITSELF = hasattr(Instruction, "c_if")  # Qiskit 1, whose own passes touch what it deprecates
_DEFAULT_LEVEL = 2  # as Qiskit's own transpile has it


class _OneAtATime:
    """Qiskit's pass managers and targets are not made for threads: two at once end in "Already borrowed".

    One lock for all, because views of a backend share its target; a forked child gets a free one.
    """

    def __init__(self) -> None:
        self._renew()
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._renew)

    def _renew(self) -> None:
        self.lock = threading.Lock()


_TRANSPILER = _OneAtATime()


class Fitter:
    """Brings circuits into one target's gates. Its pass managers are made once and used for every later circuit.

    May be used from several threads.
    """

    def __init__(self, target: Target, name: str) -> None:
        self._target = target
        self._num_qubits = target.num_qubits
        self._name = name
        self._names = _ANYWHERE | frozenset(target.operation_names)
        self._pairs = target.build_coupling_map()
        self._managers: dict[tuple[int, int | None], PassManager] = {}

    def fit(self, circuit: QuantumCircuit, *, level: int | None = None, seed: int | None = None) -> QuantumCircuit:
        """The circuit, transpiled if it holds anything outside the target's gates, or if a level is given.

        Raises UnboundParameters, TooManyQubits, and UnsupportedCircuit for what the transpiler cannot express.
        """
        names = circuit.count_ops().keys()
        # Qiskit 1 counts the variables of loops among the parameters; with loops, the reader tells them apart.
        if circuit.parameters and names.isdisjoint(CONTROL_FLOW_OP_NAMES):
            raise UnboundParameters(parameter.name for parameter in circuit.parameters)
        available = self._num_qubits
        if available is not None and circuit.num_qubits > available:
            raise TooManyQubits(needed=circuit.num_qubits, available=available, target=self._name)
        outside = None if self._plainly_native(names) else next(self._outside(circuit), None)
        if outside is None and level is None:
            return circuit
        plain = plain_circuit(circuit, self._names)
        self._refuse_control_flow(circuit, self._names if plain is circuit else self._names | _WRITTEN_OUT)
        try:
            with _TRANSPILER.lock:
                if _WARNS_OF_ITSELF:
                    return quietly(lambda: self._manager(level, seed).run(plain), DeprecationWarning)
                return self._manager(level, seed).run(plain)
        except (QiskitError, KeyError, TypeError) as error:
            # KeyError and TypeError are how some passes meet what they do not know
            unknown = next(_undefined(circuit), None)
            index, name = unknown or outside or (None, None)
            which = "nothing says what this operation does" if unknown else "the first operation outside them is this"
            raise UnsupportedCircuit(
                f"Qiskit's transpiler cannot write this circuit in the gates of {self._name}"
                + (f"; {which}: {name!r} (number {index})" if name is not None else "")
                + f": {getattr(error, 'message', error)}",
                operation=name,
                index=index,
            ) from error

    def _plainly_native(self, names: Set[str]) -> bool:
        """Whether the names alone show that a circuit needs no transpiler.

        A gate of one's own under a borrowed name passes here; the reader expands it by its definition.
        """
        return self._pairs is None and names <= self._names and names.isdisjoint(CONTROL_FLOW_OP_NAMES)

    def _outside(self, circuit: QuantumCircuit, place: int | None = None) -> Iterator[tuple[int, str]]:
        """Operations that the target does not take, by their top-level index and name, those inside blocks included."""
        native = self._names
        pairs = set(self._pairs.get_edges()) if self._pairs is not None and place is None else None
        wires = {bit: index for index, bit in enumerate(circuit.qubits)} if pairs is not None else {}
        for index, instruction in enumerate(circuit.data):
            name = instruction.name
            at = index if place is None else place
            if instruction.is_standard_gate():  # asked first, because it needs no gate object
                if name not in native:
                    yield at, name
            elif name not in _ANYWHERE:
                operation = instruction.operation
                if not isinstance(operation, ControlFlowOp):
                    if name not in native or name in _standard_names():
                        yield at, name
                elif pairs is not None:
                    yield at, name  # what stands inside has to be placed and routed too
                else:
                    for block in operation.blocks:
                        yield from self._outside(block, at)
            if pairs is not None and len(instruction.qubits) == 2 and name not in _ANYWHERE:
                a, b = instruction.qubits
                if (wires[a], wires[b]) not in pairs:
                    yield at, name

    def _refuse_control_flow(self, circuit: QuantumCircuit, known: Set[str], place: int | None = None) -> None:
        for index, instruction in enumerate(circuit.data):
            if not instruction.is_control_flow():  # needs no gate object
                continue
            at = index if place is None else place
            if instruction.name not in known:
                raise UnsupportedCircuit(
                    f"{self._name} takes no {instruction.name!r} (operation {at}), and transpiling cannot replace it. "
                    "Choose a target whose control flow includes it.",
                    operation=instruction.name,
                    index=at,
                )
            for block in instruction.operation.blocks:
                self._refuse_control_flow(block, known, at)

    def _manager(self, level: int | None, seed: int | None) -> PassManager:
        key = (_DEFAULT_LEVEL if level is None else level, seed)
        manager = self._managers.get(key)
        if manager is None:
            manager = generate_preset_pass_manager(optimization_level=key[0], target=self._target, seed_transpiler=seed)
            self._managers[key] = manager
        return manager


def _undefined(circuit: QuantumCircuit, place: int | None = None, depth: int = 0) -> Iterator[tuple[int, str]]:
    """Gates without a definition, by top-level index and name, those inside of definitions and blocks included."""
    for index, instruction in enumerate(circuit.data):
        if instruction.is_standard_gate() or instruction.name in _ANYWHERE:
            continue
        at = index if place is None else place
        operation = instruction.operation
        inner = operation.blocks if isinstance(operation, ControlFlowOp) else [getattr(operation, "definition", None)]
        if inner == [None]:
            if isinstance(operation, Gate) and not hasattr(operation, "__array__"):
                yield at, instruction.name
        elif depth < _DEEPEST:
            for block in inner:
                yield from _undefined(block, at, depth + 1)


@cache
def _standard_names() -> frozenset[str]:
    return frozenset(get_standard_gate_name_mapping())
