"""Kipu Quantum Hub: its API operation by operation, and `Hub`, the account of its users.

Knows one service and no framework. `api.py` mirrors the specification, `models.py` its bodies, `families.py` what each
backend takes, as data.
"""

from __future__ import annotations

from qrelay.kipu.hub import Hub

__all__ = ["Hub"]
