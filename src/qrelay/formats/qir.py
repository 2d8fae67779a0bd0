"""`qir.v1`, base profile: QIR 1.0 as LLVM text with typed pointers.

Results are recorded registers last to first, each from its highest bit down, a tuple of arrays if there are several
groups, exactly one record for each classical bit. Read from left to right, the answer is then Qiskit's bit string.

Sources: QIR base profile (github.com/qir-alliance/qir-spec); the names of the calls are those that the QDK's simulator
and the recorded modules of azure-quantum share.
"""

from __future__ import annotations

from collections.abc import Sequence
from struct import pack

from qrelay.errors import InvalidOption
from qrelay.formats.numbers import refuse_infinite
from qrelay.formats.straight import straight
from qrelay.program import Layout, Operation, Program
from qrelay.program.gates import GATES as TABLE

__all__ = ["ENTRY_POINT", "GATES", "write"]

ENTRY_POINT = "ENTRYPOINT__main"

_UNDER_OWN_NAME = "x y z h s t cx cy cz swap ccx rx ry rz rxx ryy rzz"
_CALLS = {name: f"{name}__body" for name in _UNDER_OWN_NAME.split()} | {"sdg": "s__adj", "tdg": "t__adj"}
GATES = frozenset(_CALLS)
"""Gates with a call of their own."""

_TURNS = frozenset(name for name in GATES if TABLE[name].num_params)


def write(program: Program, *, profile: str | None = None) -> bytes:
    """Write a program as a QIR base-profile module.

    Measurements stand at the end. A qubit that is measured into several bits is measured once and its result recorded
    for each of them. A bit that nothing is measured into is recorded too, and reads zero. The global phase is left out:
    no measurement can see it.

    Raises:
        InvalidOption: for a profile other than "base".
        UnsupportedCircuit: names the operation and its index; see `straight` for the rules.
    """
    if profile not in (None, "base"):
        raise InvalidOption(
            f"profile={profile!r} is not available: qir.v1 is written in the base profile only. Leave profile out.",
            option="profile",
        )
    parts = straight(program, GATES, "the base profile of qir.v1")
    layout = program.layout
    results = {}
    first_result: dict[int, int] = {}
    for bit in sorted(parts.measured):
        results[bit] = first_result.setdefault(parts.measured[bit], bit)
    lines = _body(parts.gates)
    used = {operation[0] for operation in parts.gates}
    for qubit, result in first_result.items():
        lines.append(f"  call void @__quantum__qis__m__body({_qubit(qubit)}, {_result(result)})\n")
    lines.extend(_records(layout, results))
    text = "".join([_HEAD, *lines, _tail(used, bool(first_result), layout)])
    if "(double 0x7ff" in text or "(double 0xfff" in text:
        refuse_infinite(program, GATES)
    return text.encode()


_HEAD = f"""\
%Result = type opaque
%Qubit = type opaque

define void @{ENTRY_POINT}() #0 {{
block_0:
"""


def _qubit(index: int) -> str:
    return f"%Qubit* inttoptr (i64 {index} to %Qubit*)"


def _result(index: int) -> str:
    return f"%Result* inttoptr (i64 {index} to %Result*)"


class _Calls(dict[tuple[int, ...], str]):
    """Finished lines of one gate without parameters, by its qubits."""

    def __init__(self, name: str) -> None:
        self._start = f"  call void @__quantum__qis__{_CALLS[name]}("

    def __missing__(self, qubits: tuple[int, ...]) -> str:
        line = self[qubits] = f"{self._start}{', '.join(map(_qubit, qubits))})\n"
        return line


class _Ends(dict[tuple[int, ...], str]):
    """What follows the angle in the lines of rotations, by their qubits."""

    def __missing__(self, qubits: tuple[int, ...]) -> str:
        end = self[qubits] = f", {', '.join(map(_qubit, qubits))})\n"
        return end


def _body(gates: Sequence[Operation]) -> list[str]:
    lines: list[str] = []
    add = lines.append
    calls = {name: _Calls(name) for name in GATES - _TURNS}
    ends = _Ends()
    starts = {name: f"  call void @__quantum__qis__{_CALLS[name]}(double 0x" for name in _TURNS}
    for name, qubits, params in gates:
        if params:
            add(f"{starts[name]}{pack('>d', params[0]).hex()}{ends[qubits]}")
        else:
            add(calls[name][qubits])
    return lines


def _records(layout: Layout, results: dict[int, int]) -> list[str]:
    """One record for each classical bit; a bit that was never measured has the result of its own number."""
    lines: list[str] = []
    groups = layout.groups
    if len(groups) > 1:
        lines.append(f"  call void @__quantum__rt__tuple_record_output(i64 {len(groups)}, i8* null)\n")
    for _, bits in reversed(groups):
        lines.append(f"  call void @__quantum__rt__array_record_output(i64 {len(bits)}, i8* null)\n")
        for bit in reversed(bits):
            result = _result(results.get(bit, bit))
            lines.append(f"  call void @__quantum__rt__result_record_output({result}, i8* null)\n")
    return lines


def _tail(used: set[str], measures: bool, layout: Layout) -> str:
    declarations = []
    for name in sorted(used):
        arguments = ["double"] if name in _TURNS else []
        arguments += ["%Qubit*"] * TABLE[name].num_qubits
        declarations.append(f"declare void @__quantum__qis__{_CALLS[name]}({', '.join(arguments)})")
    if measures:
        declarations.append("declare void @__quantum__qis__m__body(%Qubit*, %Result*) #1")
    if len(layout.groups) > 1:
        declarations.append("declare void @__quantum__rt__tuple_record_output(i64, i8*)")
    if layout.groups:
        declarations.append("declare void @__quantum__rt__array_record_output(i64, i8*)")
        declarations.append("declare void @__quantum__rt__result_record_output(%Result*, i8*)")
    attributes = (
        '"entry_point" "output_labeling_schema" "qir_profiles"="base_profile"'
        f' "required_num_qubits"="{layout.num_qubits}" "required_num_results"="{layout.num_clbits}"'
    )
    return "\n".join(
        [
            "  ret void",
            "}",
            "",
            *(line for declaration in declarations for line in (declaration, "")),
            f"attributes #0 = {{ {attributes} }}",
            'attributes #1 = { "irreversible" }',
            "",
            "; module flags",
            "",
            "!llvm.module.flags = !{!0, !1, !2, !3}",
            "",
            '!0 = !{i32 1, !"qir_major_version", i32 1}',
            '!1 = !{i32 7, !"qir_minor_version", i32 0}',
            '!2 = !{i32 1, !"dynamic_qubit_management", i1 false}',
            '!3 = !{i32 1, !"dynamic_result_management", i1 false}',
            "",
        ]
    )
