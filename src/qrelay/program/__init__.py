"""What a circuit means, without any framework, format or I/O.

`Program` is the one meaning in the middle: readers make it, formats write it.
The gate table says what a gate is; lowering rewrites a program in a given set of gates, exactly.
"""

from __future__ import annotations

from qrelay.program.angles import Angle, Symbols
from qrelay.program.bound import Bound
from qrelay.program.layout import Layout, Register
from qrelay.program.names import payload_names
from qrelay.program.operations import Operation
from qrelay.program.program import Program

__all__ = ["Angle", "Bound", "Layout", "Operation", "Program", "Register", "Symbols", "payload_names"]
