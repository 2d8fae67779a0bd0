"""How a program is written: one file an input format, Program in, Payload out.

Pure functions: no framework, no service, no I/O.
A new format is one file here and one line in `catalogue.py`.
"""

from __future__ import annotations

from qrelay.formats.catalogue import INPUT_FORMATS, ON_REQUEST, InputFormat, choose, encode
from qrelay.formats.payload import Payload
from qrelay.formats.ready_kinds import formats_of
from qrelay.formats.ready_made import ready_made
from qrelay.formats.template import Template, choose_template, probe, template

__all__ = [
    "INPUT_FORMATS",
    "ON_REQUEST",
    "InputFormat",
    "Payload",
    "Template",
    "choose",
    "choose_template",
    "encode",
    "formats_of",
    "probe",
    "ready_made",
    "template",
]
