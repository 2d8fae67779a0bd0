"""`qrelay demo`: the whole way, on the embedded cloud, with no account and no network.

`walk.py` is the order of things, `ghz.py` one circuit in both frameworks on both services, `hydrogen.py` a variational
loop in Qiskit and `maxcut.py` one in Cirq, each inside one session. What they print comes back as a `Report`.
"""

from __future__ import annotations

from qrelay.demo.walk import Report, run, walk_through

__all__ = ["Report", "run", "walk_through"]
