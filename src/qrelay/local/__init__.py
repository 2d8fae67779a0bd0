"""An embedded cloud: the services' HTTP API, served from this machine with real simulation and no account.

It shares no code with the encoders and decoders of this package, so that it can catch their mistakes.
"""

from __future__ import annotations

from qrelay.local.cloud import LocalCloud
from qrelay.local.faults import Fault, parse_fault
from qrelay.local.serving import serve, served

__all__ = ["Fault", "LocalCloud", "parse_fault", "serve", "served"]
