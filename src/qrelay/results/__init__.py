"""How an answer is read: one file an output format, bytes and Layout in, Outcome out.

Pure functions: no framework, no service, no I/O.
`Outcome` keeps shots bit-packed and says honestly what the service returned; `Document` is what has no shots.
"""

from __future__ import annotations

from qrelay.results.catalogue import decode, decode_items, readable_formats
from qrelay.results.outcome import LostShots, Outcome
from qrelay.results.shotless import Amplitudes, Arrays, Document, StateVector

__all__ = [
    "Amplitudes",
    "Arrays",
    "Document",
    "LostShots",
    "Outcome",
    "StateVector",
    "decode",
    "decode_items",
    "readable_formats",
]
