"""Cirq: circuits in, `cirq.Result` out, targets as `cirq.Sampler`.

Knows one framework and no service. `reader.py` says what a circuit means, `Sampler` runs it, `Service` is where a
Cirq program starts.
"""

from __future__ import annotations

from qrelay.cirq.job import Job
from qrelay.cirq.sampler import Sampler
from qrelay.cirq.service import Service
from qrelay.cirq.session import Session

__all__ = ["Job", "Sampler", "Service", "Session"]
