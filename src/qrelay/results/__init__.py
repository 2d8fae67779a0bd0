"""How an answer is read: one file an output format, bytes and Layout in, Outcome out.

Pure functions: no framework, no service, no I/O.
`Outcome` keeps shots bit-packed and says honestly what the service returned.
"""

from __future__ import annotations

from qrelay.results.catalogue import decode, decode_items, readable_formats
from qrelay.results.outcome import LostShots, Outcome

__all__ = ["LostShots", "Outcome", "decode", "decode_items", "readable_formats"]
