"""The Kipu Quantum Hub's half of the embedded cloud: its routes, backends, and their answers.

Reads every program with readers of its own, and refuses what the service refuses.
"""

from __future__ import annotations

__all__: list[str] = []
