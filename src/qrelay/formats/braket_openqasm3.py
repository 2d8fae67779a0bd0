"""`BRAKET_OPEN_QASM_V3`: OpenQASM 3 in Amazon Braket's dialect, with Braket's own gates and no include.

Gates: those that SV1 and DM1 list for `braket.ir.openqasm.program`. Their descriptions also ask for one register of
qubits and one of bits, for measurements of all qubits, for used qubits that are numbered without a gap, and forbid
slices. So every qubit is measured on its own at the end, into the bit of its own number, and one that no gate touches
gets a rotation by nothing, which every device has: what the circuit measured is in the layout.
Source: Amazon Braket Developer Guide, "Run your circuits with OpenQASM 3.0".
"""

from __future__ import annotations

from itertools import chain

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


def write(program: Program) -> bytes:
    """Write a straight-line program in Braket's dialect, with one register of qubits and one of as many bits.

    Barriers, delays and the global phase are left out.

    Raises:
        UnsupportedCircuit: names the operation and its index; see `straight` for the rules.
    """
    ends = Ends()
    gates = straight_lines(program, _WORDS, _FORMAT, ends)
    count = program.num_qubits
    lines = ["OPENQASM 3.0;\n", layout_comment(program.layout)]
    if count:
        lines.append(f"bit[{count}] {_BITS};\nqubit[{count}] {QUBIT_REGISTER};\n")
    lines += gates
    untouched = set(range(count)).difference(chain.from_iterable(ends))
    lines += [call("rz", (0.0,), ends[(qubit,)]) for qubit in sorted(untouched)]
    lines += [f"{_BITS}[{qubit}] = measure {QUBIT_REGISTER}[{qubit}];\n" for qubit in range(count)]
    return "".join(lines).encode()
