"""`engine="qiskit-qir"`: qiskit-qir 0.5 writes the module, on Qiskit 1.x (extra `qiskit-qir`).

It is handed a plain circuit, made of the Program: one quantum register, one classical register, gates that it knows.
What it then writes in its own way is put right: the entry point's name and profile, `cnot` for `cx` (which the QDK's
simulator does not know), the old name of `read_result`, and the order of the records, which is ours, so that the
layout decodes the answer. Left to itself it also loses track of bits that stand outside registers or in several.

Source: github.com/microsoft/qiskit-qir 0.5.
"""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from qrelay.errors import ConfigurationError, InvalidOption, UnsupportedCircuit
from qrelay.formats import INPUT_FORMATS, Payload
from qrelay.formats.numbers import refuse_infinite
from qrelay.formats.qir_calls import ATTRIBUTES, ENTRY_POINT, PROFILES, records
from qrelay.formats.straight import straight
from qrelay.program import Layout, Operation, Program
from qrelay.program.control import BitIs, RegisterIs, unroll
from qrelay.program.lowering import lower
from qrelay.program.operations import BLOCKS, NOT_GATES
from qrelay.quieting import quietly

__all__ = ["ENGINE", "encode"]

ENGINE = "qiskit-qir"

_GATES = frozenset({"ccx", "cx", "cz", "h", "rx", "ry", "rz", "s", "sdg", "swap", "t", "tdg", "x", "y", "z"})
_FORMAT = "qir.v1"
_WHERE = f"{_FORMAT} by {ENGINE}"
_REPAIRS = {
    '"qir_profiles"="custom"': '"qir_profiles"="{profile}"',
    "@__quantum__qis__cnot__body(": "@__quantum__qis__cx__body(",
    "@__quantum__qis__read_result__body(": "@__quantum__rt__read_result(",
}


def encode(program: Program, format: str, **options: Any) -> Payload:  # noqa: A002 - the services' own word
    """Write a program as QIR with qiskit-qir. Options are `profile` and `max_profile`, as for `qir.v1`.

    Of control flow it knows an `if` on a bit or a whole number, without blocks inside, whose `else` (on a bit only) and
    further operations do not depend on a condition that was overwritten.

    Raises:
        InvalidOption: another format, an unknown option or profile.
        ConfigurationError: qiskit-qir is not installed, or Qiskit is not 1.x.
        UnsupportedCircuit: names the operation and its index.
    """
    if format != _FORMAT:
        raise InvalidOption(f"engine={ENGINE!r} writes {_FORMAT} only, not {format!r}.", option="engine")
    profiles = _profiles(options)
    row = replace(INPUT_FORMATS[_FORMAT], write=lambda it: _write(it, profiles).encode())
    return row.payload(program.check(), {})


def _profiles(options: dict[str, Any]) -> tuple[str, ...]:
    """The profiles that may be written, the preferred one first."""
    given = {name: value for name, value in options.items() if value is not None}
    for name, value in given.items():
        if name not in ("profile", "max_profile"):
            raise InvalidOption(f"engine={ENGINE!r} does not know the option {name!r}.", option=name)
        if value not in PROFILES:
            raise InvalidOption(f"{name}={value!r} is none of QIR's: give {', '.join(PROFILES)}.", option=name)
    most = PROFILES.index(given.get("max_profile", PROFILES[-1]))
    asked = given.get("profile")
    if asked is None:
        return PROFILES[: most + 1]
    if PROFILES.index(asked) > most:
        raise InvalidOption(f"profile={asked!r} is more than the target takes: {PROFILES[most]}.", option="profile")
    return (asked,)


def _write(program: Program, profiles: tuple[str, ...]) -> str:
    lowered = lower(unroll(program), _GATES, where=_WHERE)
    refuse_infinite(lowered, _GATES)
    results: dict[int, int] = {}
    operations: Iterable[Operation] = lowered.operations
    profile = profiles[0]
    if profile == "base":
        try:
            operations, results = _base(lowered)
        except UnsupportedCircuit:
            if len(profiles) == 1:
                raise
            profile = profiles[1]
    text = _module(operations, lowered)
    for wrong, right in _REPAIRS.items():
        text = text.replace(wrong, right.format(profile=ATTRIBUTES[profile]))
    return _with_records(text, program.layout, results)


def _base(lowered: Program) -> tuple[list[Operation], dict[int, int]]:
    parts = straight(lowered, _GATES, f"the base profile of {_WHERE}")
    results = {}
    first_result: dict[int, int] = {}
    for bit in sorted(parts.measured):
        results[bit] = first_result.setdefault(parts.measured[bit], bit)
    measures: list[Operation] = [("measure", (qubit,), (bit,)) for qubit, bit in first_result.items()]
    return [*parts.gates, *measures], results


def _module(operations: Iterable[Operation], program: Program) -> str:
    import qiskit

    if not qiskit.__version__.startswith("1."):  # what it reads conditions from is gone in Qiskit 2
        raise _unavailable(f"this is Qiskit {qiskit.__version__}")
    try:
        from qiskit_qir import to_qir_module
    except ImportError:
        raise _unavailable("it is not installed") from None
    kept = list(operations)

    def write() -> str:
        # conditions on gates are deprecated since Qiskit 1.3, and all that it can say
        with _cleared_away_here():  # inside of quietly, which lets one thread in at a time: the switch is everybody's
            return str(to_qir_module(_circuit(kept, program), record_output=False)[0])

    return quietly(write, DeprecationWarning)


@contextmanager
def _cleared_away_here() -> Iterator[None]:
    """pyqir's builders may be freed by the thread that made them only, and here they hang in cycles of references.

    So nobody collects what is young until they have become free, and then this thread does.
    """
    collected = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.collect(0)
        if collected:
            gc.enable()


def _unavailable(why: str) -> ConfigurationError:
    return ConfigurationError(
        f"engine={ENGINE!r} needs qiskit-qir 0.5 on Qiskit 1.x, and {why}. Make an environment for it by"
        f" `pip install 'qrelay[{ENGINE}]'`, or leave engine out: qrelay writes {_FORMAT} itself on any Qiskit."
    )


def _circuit(operations: Iterable[Operation], program: Program) -> Any:
    from qiskit import QuantumCircuit
    from qiskit.circuit import CircuitInstruction, ClassicalRegister
    from qiskit.circuit.library import get_standard_gate_name_mapping

    table = get_standard_gate_name_mapping()
    circuit = QuantumCircuit(program.num_qubits, program.num_clbits, name=ENTRY_POINT)
    bits = circuit.clbits
    for index, operation in enumerate(operations):
        for (name, qubits, arguments), condition in _flat(program, index, operation):
            instruction = table[name]
            if name in _GATES and arguments:
                instruction = instruction.base_class(*arguments)
            if condition is not None:
                chosen = tuple(bits[bit] for bit in condition.bits)
                on = chosen[0] if len(chosen) == 1 else ClassicalRegister(bits=chosen)
                instruction = instruction.to_mutable()
                instruction.condition = (on, condition.value)
            clbits = (bits[arguments[0]],) if name == "measure" else ()
            # without the circuit's checks: the condition's register is made for it, and in no circuit
            circuit._append(  # noqa: SLF001
                CircuitInstruction(instruction, [circuit.qubits[qubit] for qubit in qubits], clbits)
            )
    return circuit


def _flat(program: Program, index: int, operation: Operation) -> Iterator[tuple[Operation, RegisterIs | None]]:
    """Each operation with its own condition, which is all that qiskit-qir knows of control flow."""
    name, _, arguments = operation
    if name in ("barrier", "delay", "global_phase"):
        return
    if name != "if":
        if name in BLOCKS | {"break", "continue"}:
            _refuse(program, index, "is control flow that qiskit-qir cannot say")
        yield operation, None
        return
    condition, then, otherwise = arguments
    branches: list[tuple[RegisterIs, tuple[Operation, ...]]] = []
    if isinstance(condition, BitIs):
        branches.append((RegisterIs((condition.bit,), int(condition.value)), then))
        branches.append((RegisterIs((condition.bit,), int(not condition.value)), otherwise))
    elif isinstance(condition, RegisterIs):
        if len(set(condition.bits)) < len(condition.bits):
            _refuse(program, index, "compares a bit twice")
        branches.append((condition, then))
        if otherwise:
            _refuse(program, index, "has an else to a comparison of several bits")
    else:
        _refuse(program, index, "decides by an expression")
    changed = False
    for wanted, block in branches:
        if wanted.value < 0 or wanted.value >> len(wanted.bits):
            continue  # never true
        for inner in block:
            if inner[0] in ("barrier", "delay", "global_phase"):
                continue
            if inner[0] in NOT_GATES - {"measure", "reset"}:
                _refuse(program, index, f"holds {inner[0]!r}")
            if changed:
                _refuse(program, index, "changes its own condition on the way")
            changed = inner[0] == "measure" and inner[2][0] in wanted.bits
            yield inner, wanted


def _refuse(program: Program, index: int, why: str) -> None:
    raise UnsupportedCircuit.at(
        program.position(index),
        program.operations[index][0],
        f"{why}; qiskit-qir has conditions on single operations only. Leave engine out: qrelay's own can say it.",
    )


def _with_records(text: str, layout: Layout, results: dict[int, int]) -> str:
    lines, kinds = [], set()
    for kind, number in records(layout):
        kinds.add(kind)
        result = results.get(number, number)
        what = f"%Result* inttoptr (i64 {result} to %Result*)" if kind == "result" else f"i64 {number}"
        lines.append(f"  call void @__quantum__rt__{kind}_record_output({what}, i8* null)\n")
    declared = "".join(
        f"declare void @__quantum__rt__{kind}_record_output({'%Result*' if kind == 'result' else 'i64'}, i8*)\n\n"
        for kind in sorted(kinds)
    )
    # the one return of the one function; blocks that stand behind it are part of the function
    return text.replace("  ret void\n", f"{''.join(lines)}  ret void\n", 1).replace(
        "\nattributes #0", f"\n{declared}attributes #0", 1
    )
