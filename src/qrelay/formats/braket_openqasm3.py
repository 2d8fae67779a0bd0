"""`BRAKET_OPEN_QASM_V3`: OpenQASM 3 in Amazon Braket's dialect, with Braket's own gates and no include.

Gates: those that SV1 and DM1 list for `braket.ir.openqasm.program`. Their descriptions also ask for one register of
qubits and one of bits, for measurements of all qubits, for used qubits that are numbered without a gap, and forbid
slices. So every qubit is measured on its own at the end, into the bit of its own number, and one that no gate touches
gets a rotation by nothing: what the circuit measured is in the layout. Devices list other gates than the simulators:
the option `gates` keeps a program to them. Braket's other words (xy, pswap, cphaseshift00 …) are not needed: nothing
is lowered to them.

With `verbatim=True` the gates stand in a verbatim box, on physical qubits, and no compiler touches them; only the
qubits that gates touch or that the circuit measures are measured.
Source: Amazon Braket Developer Guide, "Run your circuits with OpenQASM 3.0", "Verbatim compilation"; the names and
matrices of gates are those of Amazon's own simulator.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import chain, combinations
from typing import NoReturn

from qrelay.errors import InvalidOption, UnsupportedCircuit
from qrelay.formats.openqasm_lines import Ends, Text, call, straight_lines
from qrelay.formats.traveling import layout_comment
from qrelay.program import Program
from qrelay.program.control import unroll
from qrelay.program.gates import GATES as TABLE
from qrelay.program.lowering import lower
from qrelay.program.names import QUBIT_REGISTER
from qrelay.program.operations import NOT_GATES

__all__ = ["GATES", "write"]

_FORMAT = "BRAKET_OPEN_QASM_V3"
_BITS = "b"

_WORDS = {
    **{name: name for name in ("x", "y", "z", "h", "s", "t", "rx", "ry", "rz", "cy", "cz", "swap", "cswap")},
    **{name: name for name in ("iswap", "ecr")},
    "id": "i",
    "sdg": "si",
    "tdg": "ti",
    "sx": "v",
    "sxdg": "vi",
    "p": "phaseshift",
    "cx": "cnot",
    "cp": "cphaseshift",
    "ccx": "ccnot",
    "rxx": "xx",
    "ryy": "yy",
    "rzz": "zz",
}
GATES = frozenset(_WORDS)
"""Gates with a word of their own that SV1 and DM1 list."""

# words that some machines have and the simulators' descriptions do not list; angles are in radians, as ours
_ON_REQUEST = {"r": "prx", "csx": "cv", "gpi": "gpi", "gpi2": "gpi2", "ms": "ms"}

_IDLE = ("rz", "rx", "ry", "p", "r", "id")
"""Gates that do nothing when they turn by nothing, the best first."""


def write(
    program: Program,
    *,
    gates: Iterable[str] | None = None,
    verbatim: bool = False,
    coupling: Iterable[tuple[int, int]] | None = None,
) -> bytes:
    """Write a straight-line program in Braket's dialect, with one register of qubits and one of as many bits.

    Barriers, delays and the global phase are left out.

    Args:
        gates: the device's gates by our names, such as a Target's; those that the dialect has no word for are passed
            over. None: all that SV1 and DM1 have.
        verbatim: write the gates into a verbatim box on the physical qubits of the same numbers. `gates` must then be
            the device's native ones.
        coupling: pairs of qubits that a verbatim box may hold gates on; None: all of them. It says nothing about other
            programs, whose qubits the service maps itself.

    Raises:
        UnsupportedCircuit: names the operation and its index; see `straight` for the rules. Or these gates have none
            that could stand on a qubit that nothing happens to, or a gate of a verbatim box acts on qubits that are not
            connected.
        InvalidOption: `gates` is missing where `verbatim` needs it.
    """
    words = _WORDS if gates is None else _words_of(frozenset(gates))
    if verbatim:
        if gates is None:
            raise InvalidOption(
                "verbatim=True needs the device's native gates: gates=['rx', 'rz', 'cz'].", option="gates"
            )
        return _verbatim(program, words, None if coupling is None else frozenset(map(frozenset, coupling)))
    ends = Ends()
    text = Text(["OPENQASM 3.0;\n", layout_comment(program.layout)])
    written = straight_lines(program, words, _FORMAT, ends)
    count = program.num_qubits
    if count:
        text.add([f"bit[{count}] {_BITS};\nqubit[{count}] {QUBIT_REGISTER};\n"])
    text.append(written)
    untouched = sorted(set(range(count)).difference(chain.from_iterable(ends)))
    if untouched:
        word, arguments = _idle(words, untouched)
        text.add([call(word, arguments, ends[(qubit,)]) for qubit in untouched])
    text.add(f"{_BITS}[{qubit}] = measure {QUBIT_REGISTER}[{qubit}];\n" for qubit in range(count))
    return text.encode()


def _verbatim(program: Program, words: Mapping[str, str], coupling: frozenset[frozenset[int]] | None) -> bytes:
    ends = Ends("$", "")
    written = straight_lines(program, words, _FORMAT, ends)
    if coupling is not None and any(frozenset(pair) not in coupling for used in ends for pair in combinations(used, 2)):
        _refuse_unconnected(program, words, coupling)
    touched = set(chain.from_iterable(ends))
    measured = {qubit for qubit in program.layout.qubits if qubit >= 0}
    text = Text(["OPENQASM 3.0;\n", layout_comment(program.layout)])
    used = sorted(touched | measured)
    if used:
        text.add([f"bit[{len(used)}] {_BITS};\n"])
    text.add(["#pragma braket verbatim\nbox {\n"])
    text.append(written)
    untouched = sorted(measured - touched)
    if untouched:
        word, arguments = _idle(words, untouched)
        text.add([call(word, arguments, ends[(qubit,)]) for qubit in untouched])
    text.add(["}\n"])
    text.add(f"{_BITS}[{place}] = measure ${qubit};\n" for place, qubit in enumerate(used))
    return text.encode()


def _refuse_unconnected(program: Program, words: Mapping[str, str], coupling: frozenset[frozenset[int]]) -> NoReturn:
    lowered = lower(unroll(program), frozenset(words), where=_FORMAT)
    names = {program.position(place): operation[0] for place, operation in enumerate(program.operations)}
    for index, (name, qubits, _) in lowered.walk():
        if name not in NOT_GATES and any(frozenset(pair) not in coupling for pair in combinations(qubits, 2)):
            raise UnsupportedCircuit.at(
                index,
                names.get(index, name),
                f"puts {name!r} on the qubits {qubits}, which are not connected, and nothing in a verbatim box is"
                " moved. Transpile the circuit for the device first, or leave verbatim out.",
            )
    raise AssertionError("every pair is connected")


@lru_cache(maxsize=128)
def _words_of(gates: frozenset[str]) -> Mapping[str, str]:
    return {name: word for name, word in {**_WORDS, **_ON_REQUEST}.items() if name in gates}


def _idle(words: Mapping[str, str], untouched: list[int]) -> tuple[str, tuple[float, ...]]:
    """What stands on a qubit that no gate touches."""
    name = next((name for name in _IDLE if name in words), None)
    if name is None:
        raise UnsupportedCircuit(
            f"{_FORMAT} needs a gate on every qubit, nothing happens to the qubits {untouched[:8]}, and of "
            f"{', '.join(_IDLE)}, which could stand there, the target has none. Leave these qubits out."
        )
    return words[name], (0.0,) * TABLE[name].num_params
