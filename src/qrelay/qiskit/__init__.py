"""Qiskit's face of qrelay: reader, target, backend, job, provider.

Knows Qiskit and `cloud/`; knows no service and does no HTTP.
`Provider(account).get_backend(name)` is where users start.
"""

from __future__ import annotations

from qrelay.qiskit.backend import Backend
from qrelay.qiskit.job import Job
from qrelay.qiskit.provider import Provider
from qrelay.qiskit.session import Session

__all__ = ["Backend", "Job", "Provider", "Session"]
