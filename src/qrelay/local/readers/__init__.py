"""Readers of the payloads that the embedded cloud accepts: bytes in, a circuit or a program for the engine out.

Each is written from the format's own documentation and from what other people's writers send.
They share no code with this package's writers, because a judge must not.
"""

from __future__ import annotations

__all__: list[str] = []
