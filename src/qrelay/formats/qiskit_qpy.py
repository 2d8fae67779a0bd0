"""`QISKIT_QPY`: a circuit as Qiskit's own QPY, inside the input of IBM's sampler.

`{"pubs":[[{"__type__":"QuantumCircuit","__value__":"<base64 of deflated QPY>"}]],"options":{},"version":2,
"support_qiskit":true}`, whose last word asks for the answer in the runtime's encoding and not in plain JSON: the
encoding of qiskit-ibm-runtime, and the Kipu Quantum Hub's schema of IBM's job input. A pub is circuit, parameter
values, shots; the last two are left to who sends it. The format is Qiskit's own serialisation, so Qiskit writes it: it
is imported inside of `write`.

QPY is written in version 13, which Qiskit 1.3 brought: both lines of Qiskit that qrelay runs beside write it, and every
service with at least 1.3 reads it. What that version cannot say (arithmetic in conditions) takes the lowest that can.

Delays in the machine's own ticks are kept. Those in seconds are left out: QPY has no units before version 18, and its
readers take every number for ticks (github.com/Qiskit/qiskit/issues/10662).

The answer is by register. Each group of the layout becomes a register under its payload name; where registers share
bits, or bits are in none, the layout puts the circuit's own back together. It travels in the circuit's metadata.
"""

from __future__ import annotations

import base64
import io
import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from math import isfinite
from typing import TYPE_CHECKING, Any

from qrelay.errors import ConfigurationError, UnsupportedCircuit
from qrelay.formats.numbers import refuse_infinite
from qrelay.program import Layout, Operation, Program, payload_names
from qrelay.program.control import BitIs, Condition, Expression, RegisterIs, leaves_loop
from qrelay.program.gates import ALIASES, GATES
from qrelay.program.lowering import lower
from qrelay.program.names import QUBIT_REGISTER
from qrelay.program.operations import NOT_GATES, blocks

if TYPE_CHECKING:
    from qiskit import QuantumCircuit

__all__ = ["circuit_of", "layout_in_pub", "write"]

_FORMAT = "QISKIT_QPY"
_OLDEST, _NEWEST = 13, 17  # the newest that IBM's service is known to read
_UNNAMED = ""  # Qiskit would count circuits, and the same program would not be the same bytes
_LAYOUT = "qrelay-layout"
_MARK = f'"{_LAYOUT}":'.encode()
_MOST_BYTES = 1 << 28
_UNARY = {"invert": "bit_not", "not": "logic_not"}
_BINARY = {
    "and": "logic_and",
    "or": "logic_or",
    **{
        name: name
        for name in (
            "bit_and", "bit_or", "bit_xor", "shift_left", "shift_right", "add", "sub", "mul", "div", "equal",
            "not_equal", "less", "less_equal", "greater", "greater_equal", "index",
        )
    },
}  # fmt: skip


def write(
    program: Program,
    *,
    gates: frozenset[str] | None = None,
    coupling: Sequence[tuple[int, int]] | None = None,
) -> bytes:
    """Write a program as the input of IBM's sampler, with one pub.

    Args:
        gates: what the machine takes; others are written in these. None for all that Qiskit has.
        coupling: pairs of qubits that its gates act on. Qubits are the machine's, by number: nothing is routed.

    Raises:
        ConfigurationError: Qiskit is not installed.
        UnsupportedCircuit: a gate has no way into the set or acts on qubits that are not coupled (names the operation
            and its index), or the installed Qiskit cannot say a condition.
    """
    circuit = circuit_of(program, gates=gates, coupling=coupling)
    packed = base64.standard_b64encode(zlib.compress(_dumped(circuit))).decode()
    return (
        f'{{"pubs":[[{{"__type__":"QuantumCircuit","__value__":"{packed}"}}]],"options":{{}},"version":2,"support_qiskit":true}}'
    ).encode()


def layout_in_pub(pub: object) -> Layout | None:
    """The layout in a pub's circuit, found without Qiskit: QPY keeps metadata as JSON. None if there is none.

    Never raises: the pub may be anybody's.
    """
    value = pub[0] if isinstance(pub, list) and pub else pub
    try:
        packed = base64.standard_b64decode(value["__value__"])  # type: ignore[index]
        data = zlib.decompressobj().decompress(packed, _MOST_BYTES)
        start = data.index(_MARK) + len(_MARK)
        text, _ = json.JSONDecoder().raw_decode(data[start : start + (1 << 24)].decode("utf-8", "replace").lstrip())
        return Layout.from_json(text)
    except (KeyError, TypeError, ValueError, zlib.error, RecursionError):
        return None


def circuit_of(
    program: Program,
    *,
    gates: frozenset[str] | None = None,
    coupling: Sequence[tuple[int, int]] | None = None,
) -> QuantumCircuit:
    """The program as Qiskit's circuit, exactly: phases, barriers, delays in ticks, control flow. Raises as `write`."""
    known = frozenset(_classes())
    lowered = lower(program, known if gates is None else known & gates, where=_FORMAT)
    if not all(isfinite(angle) for _, operation in lowered.walk() for angle in _angles(operation)):
        refuse_infinite(program, known if gates is None else known & gates)
    if coupling is not None:
        _check_coupling(lowered, coupling)
    return _Writing(lowered).circuit


def _angles(operation: Operation) -> tuple[float, ...]:
    return operation[2] if operation[0] not in NOT_GATES else ()


def _check_coupling(program: Program, coupling: Sequence[tuple[int, int]]) -> None:
    pairs = {frozenset(pair) for pair in coupling}
    for index, (name, qubits, _) in program.walk():
        if name in GATES and len(qubits) > 1 and frozenset(qubits) not in pairs:
            raise UnsupportedCircuit.at(
                index,
                name,
                f"acts on the qubits {list(qubits)}, which the machine does not couple. Place and route the circuit on "
                "its qubits first; `backend.run` does that for Qiskit's circuits.",
            )


@lru_cache(maxsize=1)
def _classes() -> Mapping[str, type]:
    """Qiskit's class of each gate of the table that it has one for."""
    try:
        from qiskit.circuit.library import C3XGate, C4XGate, get_standard_gate_name_mapping
    except ImportError as error:
        raise ConfigurationError(
            f"{_FORMAT} is Qiskit's own serialisation and Qiskit is not installed: pip install 'qrelay[qiskit]'."
        ) from error
    standard = get_standard_gate_name_mapping()
    found = {name: standard[name].base_class for name in GATES if name in standard}
    return found | {name: gate for name, gate in (("c3x", C3XGate), ("c4x", C4XGate)) if name in GATES}


def _dumped(circuit: QuantumCircuit) -> bytes:
    from qiskit import qpy
    from qiskit.qpy.common import QPY_VERSION

    refused: Exception | None = None
    for version in range(_OLDEST, min(_NEWEST, QPY_VERSION) + 1):
        out = io.BytesIO()
        try:
            qpy.dump(circuit, out, version=version)
        except qpy.QpyError as error:
            refused = error
        else:
            return out.getvalue()
    raise UnsupportedCircuit(f"QPY up to version {_NEWEST} cannot hold the circuit: {refused}")


class _Writing:
    """One circuit on its way, with the bits and registers that its blocks and conditions speak of."""

    def __init__(self, program: Program) -> None:
        from qiskit import QuantumCircuit
        from qiskit.circuit import ClassicalRegister, QuantumRegister

        self._classes = _classes()
        # bits that registers made are known again in blocks that come back from QPY, by Aer too
        qubits = [QuantumRegister(program.num_qubits, QUBIT_REGISTER)] if program.num_qubits else []
        self.qubits = [qubit for register in qubits for qubit in register]
        layout = program.layout
        self._registers: dict[tuple[int, ...], Any] = {}
        places: dict[int, Any] = {}
        for name, (_, bits) in zip(payload_names(layout), layout.groups, strict=True):
            register = self._registers[bits] = ClassicalRegister(len(bits), name)
            places |= zip(bits, register, strict=True)
        self.clbits = [places[bit] for bit in range(program.num_clbits)]
        self.circuit = QuantumCircuit(self.qubits, self.clbits, name=program.name or _UNNAMED)
        self.circuit.add_register(*qubits, *self._registers.values())
        self.circuit.metadata = {_LAYOUT: layout.to_json()}
        self.circuit.global_phase = program.global_phase
        for index, operation in enumerate(program.operations):
            self._add(self.circuit, operation, program.position(index))

    def _add(self, circuit: Any, operation: Operation, index: int) -> None:
        name, qubits, arguments = operation
        name = ALIASES.get(name, name)
        places = [self.qubits[qubit] for qubit in qubits]
        if name == "global_phase":  # the circuit's own: machines know no such gate
            circuit.global_phase += arguments[0]
        elif name in self._classes:
            quick = getattr(circuit, name, None)
            if callable(quick):  # makes no gate object; a circuit's global_phase is a number
                quick(*arguments, *places)
            else:
                circuit.append(self._classes[name](*arguments), places)
        elif name == "measure":
            circuit.measure(places[0], self.clbits[arguments[0]])
        elif name == "reset":
            circuit.reset(places[0])
        elif name == "barrier":
            circuit.barrier(places)
        elif name == "delay":
            if isinstance(arguments[0], int):
                circuit.delay(arguments[0], places[0], unit="dt")
        else:
            self._add_control(circuit, operation, index)

    def _add_control(self, circuit: Any, operation: Operation, index: int) -> None:
        from qiskit.circuit import BreakLoopOp, ContinueLoopOp, ForLoopOp, IfElseOp, SwitchCaseOp, WhileLoopOp

        name, _, arguments = operation
        # what may leave a loop acts on all that the loop does: no gate behind it may come before it
        leaves = leaves_loop((operation,))
        qubits = circuit.qubits if leaves else [self.qubits[qubit] for qubit in sorted(_used(operation))]
        if name in ("break", "continue"):
            kind = BreakLoopOp if name == "break" else ContinueLoopOp
            circuit.append(kind(circuit.num_qubits, circuit.num_clbits), circuit.qubits, circuit.clbits)
            return
        if name == "if":
            condition, then, otherwise = arguments
            made: Any = IfElseOp(
                self._condition(condition, index),
                self._block(then, qubits, index),
                self._block(otherwise, qubits, index) if otherwise else None,
            )
        elif name == "while":
            made = WhileLoopOp(self._condition(arguments[0], index), self._block(arguments[1], qubits, index))
        elif name == "for":
            values = arguments[0] if isinstance(arguments[0], range) else tuple(arguments[0])
            made = ForLoopOp(values, None, self._block(arguments[2], qubits, index))
        elif name == "switch":
            cases = [(labels, self._block(block, qubits, index)) for labels, block in _cases(*arguments)]
            made = SwitchCaseOp(self._expression(arguments[0], index), cases)
        else:
            raise UnsupportedCircuit.at(index, name, f"is nothing that {_FORMAT} knows.")
        circuit.append(made, qubits, self.clbits)

    def _block(self, operations: Iterable[Operation], qubits: list[Any], index: int) -> Any:
        from qiskit import QuantumCircuit

        body = QuantumCircuit(qubits, self.clbits, *self._registers.values(), name=_UNNAMED)
        for operation in operations:
            self._add(body, operation, index)
        return body

    # --- conditions --------------------------------------------------------------------------------------------------

    def _condition(self, condition: Condition, index: int) -> Any:

        if isinstance(condition, BitIs):
            return self.clbits[condition.bit], condition.value
        if isinstance(condition, RegisterIs):
            register = self._registers.get(condition.bits)
            if register is not None and 0 <= condition.value < 1 << len(condition.bits):
                return register, condition.value
            return self._spell(condition.bits, condition.value)
        return self._expression(condition, index)

    def _expression(self, node: Expression, index: int) -> Any:
        from qiskit.circuit.classical import expr, types

        kind = types.Uint(node.width) if node.width else types.Bool()
        if node.operator == "bit":
            return expr.lift(self.clbits[int(node.operands[0])])  # type: ignore[arg-type]
        if node.operator == "bits":
            bits = tuple(bit for bit in node.operands if isinstance(bit, int))
            register = self._registers.get(bits)
            if register is not None:
                return expr.lift(register)
            return self._number(bits)
        if node.operator == "const":
            value = node.operands[0]
            return expr.Value(value if node.width else bool(value), kind)
        if node.operator in ("equal", "not_equal"):
            spelt = self._compared(node)
            if spelt is not None:
                return spelt
        operands = [self._expression(inner, index) for inner in node.operands if isinstance(inner, Expression)]
        if node.operator == "cast":
            return expr.cast(operands[0], kind)
        make = getattr(expr, {**_UNARY, **_BINARY}.get(node.operator, ""), None)
        if make is None:
            raise UnsupportedCircuit.at(
                index, "condition", f"holds {node.operator!r}, which the installed Qiskit cannot say. Install Qiskit 2."
            )
        try:
            return make(*operands)
        except (TypeError, ValueError) as error:
            raise UnsupportedCircuit.at(index, "condition", f"cannot be said in Qiskit: {error}") from None

    def _spell(self, bits: Sequence[int], value: int) -> Any:
        """Whether bits, lowest first, spell a number: bit by bit, for bits that are no register of the payload."""
        from qiskit.circuit.classical import expr, types

        if value < 0 or value >> len(bits) or not bits:
            return expr.Value(not bits and value == 0, types.Bool())
        whole: Any = None
        for place, bit in enumerate(bits):
            one: Any = expr.lift(self.clbits[bit])
            one = one if value >> place & 1 else expr.logic_not(one)
            whole = one if whole is None else expr.logic_and(whole, one)
        return whole

    def _compared(self, node: Expression) -> Any:
        """A comparison of bits that are no register with a number; None for any other. Simulators know no shifts."""
        from qiskit.circuit.classical import expr

        kinds = {inner.operator: inner.operands for inner in node.operands if isinstance(inner, Expression)}
        if set(kinds) != {"bits", "const"}:
            return None
        bits = tuple(bit for bit in kinds["bits"] if isinstance(bit, int))
        if bits in self._registers:
            return None
        same = self._spell(bits, int(kinds["const"][0]))  # type: ignore[arg-type]
        return same if node.operator == "equal" else expr.logic_not(same)

    def _number(self, bits: Sequence[int]) -> Any:
        """Bits that are no register of the payload as an unsigned number, lowest first."""
        from qiskit.circuit.classical import expr, types

        kind = types.Uint(max(1, len(bits)))
        whole: Any = expr.Value(0, kind)
        for place, bit in enumerate(bits):
            one: Any = expr.cast(expr.lift(self.clbits[bit]), kind)
            whole = expr.bit_or(whole, expr.shift_left(one, place) if place else one)
        return whole


def _cases(value: Expression, cases: Iterable[Any]) -> list[tuple[tuple[Any, ...], Any]]:
    """The cases that can be met, in Qiskit's words: it takes each label once, none too large, and the default last."""
    from qiskit.circuit import CASE_DEFAULT

    most = (1 << (value.width or 1)) - 1
    seen: set[Any] = set()
    found = []
    for given, block in cases:
        labels = (None,) if given is None else given
        fresh = [
            label for label in dict.fromkeys(labels) if label not in seen and (label is None or 0 <= label <= most)
        ]
        if None in seen or not fresh:
            continue
        seen.update(fresh)
        found.append((tuple(CASE_DEFAULT if label is None else int(label) for label in fresh), block))
    return found


def _used(operation: Operation) -> set[int]:
    """The qubits that an operation or its blocks act on."""
    found = set(operation[1])
    for block in blocks(operation):
        for inner in block:
            found |= _used(inner)
    return found
