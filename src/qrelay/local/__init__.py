"""An embedded cloud: the services' own HTTP API served from this machine.

It reads every payload with readers of its own and really simulates it, so that it can catch an encoder's mistakes;
it imports nothing of the rooms that write payloads or read answers.
"""

from __future__ import annotations

__all__: list[str] = []
