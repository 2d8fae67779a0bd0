"""The Azure Quantum half of the embedded cloud: its data plane and the blob service beside it.

One file an area of the specification; what a request means is decided here, what a program means in the engine.
"""

from __future__ import annotations

__all__: list[str] = []
