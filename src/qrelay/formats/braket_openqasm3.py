"""`BRAKET_OPEN_QASM_V3`: OpenQASM 3 in Amazon Braket's dialect, with Braket's own gates and no include.

Gates: those that SV1 and DM1 list for `braket.ir.openqasm.program`. Their descriptions also ask for one register of
qubits and one of bits, for measurements of all qubits, for used qubits that are numbered without a gap, and forbid
slices. So every qubit is measured on its own at the end, into the bit of its own number, and one that no gate touches
gets a rotation by nothing: what the circuit measured is in the layout. Devices list fewer gates than the simulators:
the option `gates` keeps a program to them.
Source: Amazon Braket Developer Guide, "Run your circuits with OpenQASM 3.0".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import chain

from qrelay.errors import InvalidOption, UnsupportedCircuit
from qrelay.formats.openqasm_lines import Ends, call, straight_lines
from qrelay.formats.traveling import layout_comment
from qrelay.program import Program
from qrelay.program.names import QUBIT_REGISTER

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
"""Gates with a word of their own."""


_IDLE = ("rz", "rx", "ry", "p", "id")
"""Gates that do nothing when they turn by nothing, the best first."""


def write(program: Program, *, gates: Iterable[str] | None = None) -> bytes:
    """Write a straight-line program in Braket's dialect, with one register of qubits and one of as many bits.

    Barriers, delays and the global phase are left out.

    Args:
        gates: the device's gates by our names, such as a Target's; those that the dialect has no word for are passed
            over. None: all that the dialect has.

    Raises:
        UnsupportedCircuit: names the operation and its index; see `straight` for the rules. Or these gates have none
            that could stand on a qubit that nothing happens to.
        InvalidOption: `gates` is one text, not several names.
    """
    if isinstance(gates, str):
        raise InvalidOption(f"gates takes names, such as ['rx', 'rz', 'cx'], not {gates!r}.", option="gates")
    words = _WORDS if gates is None else _words_of(frozenset(gates))
    ends = Ends()
    lines = ["OPENQASM 3.0;\n", layout_comment(program.layout)]
    written = straight_lines(program, words, _FORMAT, ends)
    count = program.num_qubits
    if count:
        lines.append(f"bit[{count}] {_BITS};\nqubit[{count}] {QUBIT_REGISTER};\n")
    lines += written
    untouched = sorted(set(range(count)).difference(chain.from_iterable(ends)))
    if untouched:
        word, arguments = _idle(words, untouched)
        lines += [call(word, arguments, ends[(qubit,)]) for qubit in untouched]
    lines += [f"{_BITS}[{qubit}] = measure {QUBIT_REGISTER}[{qubit}];\n" for qubit in range(count)]
    return "".join(lines).encode()


@lru_cache(maxsize=128)
def _words_of(gates: frozenset[str]) -> Mapping[str, str]:
    return {name: word for name, word in _WORDS.items() if name in gates}


def _idle(words: Mapping[str, str], untouched: list[int]) -> tuple[str, tuple[float, ...]]:
    """What stands on a qubit that no gate touches."""
    name = next((name for name in _IDLE if name in words), None)
    if name is None:
        raise UnsupportedCircuit(
            f"{_FORMAT} needs a gate on every qubit, nothing happens to the qubits {untouched[:8]}, and of "
            f"{', '.join(_IDLE)}, which could stand there, the target has none. Leave these qubits out."
        )
    return words[name], () if name == "id" else (0.0,)
