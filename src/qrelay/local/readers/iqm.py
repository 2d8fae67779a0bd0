"""``IQM_JOB_INPUT_V1``: one circuit in IQM's native instructions.

Sources: the Hub's specification (``qubits``, ``angle_t`` and ``phase_t`` in turns); iqm-client's ``CircuitOperation``
(``locus``, ``angle`` and ``phase`` in radians in newer versions; ``prx(θ, φ)`` is a turn by θ about cos φ X + sin φ Y,
``move`` carries a qubit's state into the resonator and back, the other one being in its ground state).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn

from qiskit import QuantumCircuit
from qiskit.circuit.library import CZGate, RGate, SwapGate

from qrelay.local.refusal import ExecutionRefused

__all__ = ["IqmCircuit", "read"]

_FIELDS = {"name", "qubits", "locus", "args", "implementation", "metadata"}
_TOP_FIELDS = {"name", "instructions", "metadata"}
_MAX_KEY = 200


@dataclass
class IqmCircuit:
    """A circuit with a classical bit for each measured qubit; ``keys`` are their measurements, in order, with sizes."""

    circuit: QuantumCircuit
    keys: dict[str, int] = field(default_factory=dict)

    @property
    def measured(self) -> frozenset[int]:
        """The qubits that are measured."""
        steps = (item for item in self.circuit.data if item.operation.name == "measure")
        return frozenset(self.circuit.find_bit(item.qubits[0]).index for item in steps)


def read(document: Any, names: Sequence[str], couplers: frozenset[frozenset[str]] | None) -> IqmCircuit:
    """Read one circuit for a machine of these qubits, whose ``cz`` act on these pairs (None: on all).

    Raises ExecutionRefused (``InvalidInputData``) with the instruction's index.
    """
    if not isinstance(document, Mapping) or set(document) - _TOP_FIELDS:
        raise _refused("a circuit is an object of 'name' and 'instructions'")
    instructions = document.get("instructions")
    if not isinstance(document.get("name"), str) or not isinstance(instructions, list) or not instructions:
        raise _refused("a circuit needs a 'name' and a list of 'instructions', not empty")
    reading = _Reading({name: index for index, name in enumerate(names)}, couplers, sum(map(_bits, instructions)))
    for index, instruction in enumerate(instructions):
        reading.add(index, instruction)
    if not reading.found.keys:
        raise _refused("the circuit measures nothing")
    return reading.found


def _bits(instruction: Any) -> int:
    if not isinstance(instruction, Mapping) or instruction.get("name") != "measure":
        return 0
    qubits = instruction.get("qubits", instruction.get("locus"))
    return len(qubits) if isinstance(qubits, list) else 0


class _Reading:
    def __init__(self, places: Mapping[str, int], couplers: frozenset[frozenset[str]] | None, bits: int) -> None:
        self._places, self._couplers = places, couplers
        self.found = IqmCircuit(QuantumCircuit(len(places), bits))
        self._where = ""
        self._words: dict[str, tuple[int | None, Callable[[list[int], Mapping[str, Any]], None]]] = {
            "prx": (1, self._prx),
            "cz": (2, self._cz),
            "measure": (None, self._measure),
            "barrier": (None, self._barrier),
            "move": (2, self._move),
        }

    def add(self, index: int, instruction: Any) -> None:
        self._where = f"instructions[{index}]"
        if not isinstance(instruction, Mapping) or set(instruction) - _FIELDS:
            self._refuse("is not an object of name, qubits and args")
        name = instruction.get("name")
        if name not in self._words:
            self._refuse(f"{str(name)[:40]!r} is no instruction; there are {', '.join(self._words)}")
        self._where += f" ({name})"
        width, apply = self._words[name]
        named = [instruction[word] for word in ("qubits", "locus") if instruction.get(word) is not None]
        if len(named) != 1 or not isinstance(named[0], list) or not named[0]:
            self._refuse("names its qubits once, in a list")
        qubits = [self._places[qubit] if isinstance(qubit, str) and qubit in self._places else -1 for qubit in named[0]]
        if -1 in qubits:
            self._refuse(f"the machine has no qubit {str(named[0][qubits.index(-1)])[:40]!r}")
        if len(set(qubits)) != len(qubits) or width not in (None, len(qubits)):
            self._refuse(f"acts on {width or 'different'} qubits, not on {', '.join(map(str, named[0]))[:80]}")
        args = instruction.get("args")
        if args is not None and not isinstance(args, Mapping):
            self._refuse("has args that are no object")
        if width == 2 and self._couplers is not None and frozenset(named[0]) not in self._couplers:
            self._refuse(f"{named[0][0]} and {named[0][1]} are not coupled")
        apply(qubits, args or {})

    def _prx(self, qubits: list[int], args: Mapping[str, Any]) -> None:
        if set(args) == {"angle_t", "phase_t"}:
            theta, phi = (2 * math.pi * self._number(args, name) for name in ("angle_t", "phase_t"))
        elif set(args) == {"angle", "phase"}:
            theta, phi = (self._number(args, name) for name in ("angle", "phase"))
        else:
            self._refuse("takes angle_t and phase_t in turns, or angle and phase in radians")
        self.found.circuit.append(RGate(theta, phi), qubits)

    def _cz(self, qubits: list[int], args: Mapping[str, Any]) -> None:
        self._no_args(args)
        self.found.circuit.append(CZGate(), qubits)

    def _move(self, qubits: list[int], args: Mapping[str, Any]) -> None:
        self._no_args(args)
        self.found.circuit.append(SwapGate(), qubits)

    def _barrier(self, qubits: list[int], args: Mapping[str, Any]) -> None:
        self._no_args(args)
        self.found.circuit.barrier(qubits)

    def _measure(self, qubits: list[int], args: Mapping[str, Any]) -> None:
        key = args.get("key")
        if set(args) != {"key"} or not isinstance(key, str) or not 0 < len(key) <= _MAX_KEY:
            self._refuse("takes one argument, its key, a text")
        if key in self.found.keys:
            self._refuse(f"the key {key[:40]!r} is taken by another measurement")
        start = sum(self.found.keys.values())
        self.found.keys[key] = len(qubits)
        self.found.circuit.measure(qubits, range(start, start + len(qubits)))

    def _no_args(self, args: Mapping[str, Any]) -> None:
        if args:
            self._refuse(f"takes no {str(next(iter(args)))[:40]!r}")

    def _number(self, args: Mapping[str, Any], name: str) -> float:
        value = args[name]
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            self._refuse(f"{name} is {value!r:.40}, which is no number")
        return float(value)

    def _refuse(self, why: str) -> NoReturn:
        raise _refused(f"{self._where}: {why}")


def _refused(message: str) -> ExecutionRefused:
    return ExecutionRefused("InvalidInputData", message)
