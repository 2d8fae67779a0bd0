"""Cirq: circuits in, `cirq.Result` out, targets as `cirq.Sampler`.

Knows one framework and no service. `reader.py` says what a circuit means, `Sampler` runs it, `Service` is where a
Cirq program starts.
"""

from __future__ import annotations

__all__: list[str] = []
