"""The corners of the house: every framework on every service, target and format, seen alike by one test.

A test draws its circuit once, as a `Drawing`; a `Way` builds it in its own framework, runs it there, and gives what was
measured in one common form. The judges are the frameworks' own simulators.
"""

from __future__ import annotations

from corners.cirq_way import CirqWay
from corners.drawing import Drawing
from corners.judged_way import JudgedCirqWay, JudgedQiskitWay
from corners.matrix import ROWS, judged_ways, make_way, ways
from corners.numbers import number, numbers_read
from corners.qiskit_way import QiskitWay
from corners.way import Record, Records, Way, record

__all__ = [
    "ROWS",
    "CirqWay",
    "Drawing",
    "JudgedCirqWay",
    "JudgedQiskitWay",
    "QiskitWay",
    "Record",
    "Records",
    "Way",
    "judged_ways",
    "make_way",
    "number",
    "numbers_read",
    "record",
    "ways",
]
