"""Run Qiskit and Cirq programs on Azure Quantum and the Kipu Quantum Hub as ordinary backends and samplers."""

from __future__ import annotations

from qrelay._version import __version__

__all__ = ["__version__"]
