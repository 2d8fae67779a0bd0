"""`OPEN_QASM_V2`: OpenQASM 2 as the Kipu Quantum Hub takes it for kipu.sim.qsim and qudora.sim.xg1.

The gates are those that every reader of qelib1.inc knows alike; qsim's description lists all of them. Every qubit is
measured at the end into the bit of its own number, because nobody says whether answers follow qubits or bits where a
measurement permutes them: the layout, which travels in a comment, does the rest. That leaves no room for measurements
in between or for `if`: with a bit for each qubit there is none that could keep what a qubit said before, and neither
receiver says that it takes them. Such programs are refused.
"""

from __future__ import annotations

from qrelay.formats.openqasm2 import GATES, HEADER
from qrelay.formats.openqasm_lines import Ends, Text, straight_lines
from qrelay.formats.traveling import layout_comment
from qrelay.program import Program
from qrelay.program.names import QUBIT_REGISTER

__all__ = ["write"]

_FORMAT = "OPEN_QASM_V2"
_WORDS = {name: name for name in GATES}
_BITS = "c"


def write(program: Program) -> bytes:
    """Write a straight-line program as OpenQASM 2 with one register of qubits and one of as many bits.

    Barriers, delays and the global phase are left out.

    Raises:
        UnsupportedCircuit: names the operation and its index; see `straight` for the rules.
    """
    gates = straight_lines(program, _WORDS, _FORMAT, Ends())
    count = program.num_qubits
    text = Text([HEADER, layout_comment(program.layout)])
    if count:
        text.add([f"qreg {QUBIT_REGISTER}[{count}];\ncreg {_BITS}[{count}];\n"])
    text.append(gates)
    text.add(f"measure {QUBIT_REGISTER}[{qubit}] -> {_BITS}[{qubit}];\n" for qubit in range(count))
    return text.encode()
