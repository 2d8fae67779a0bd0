"""Azure Quantum: the workspace data-plane API as one service of `cloud/`.

`api.py` mirrors the specification, `models.py` its bodies, `service.py` implements `Service`.
Users meet `Workspace` here; nothing here knows a framework or another service.
"""

from __future__ import annotations

from qrelay.azure.workspace import Workspace

__all__ = ["Workspace"]
