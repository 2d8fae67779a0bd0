"""Time as the service writes it: UTC, zero to seven digits of fraction."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime

__all__ = ["Clock", "from_iso", "http_date", "iso", "seconds_iso", "system_clock"]

Clock = Callable[[], int]
"""Gives nanoseconds since 1970, UTC."""

system_clock: Clock = time.time_ns

_ISO = re.compile(
    r"(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2})?)(?:\.(\d{1,9}))?(Z|[+-]\d{2}:?\d{2})?)?", re.IGNORECASE
)


def iso(nanoseconds: int, zone: str = "Z", digits: int = 7) -> str:
    """Write a time with at most `digits` digits of fraction, trailing zeros dropped (none at all for whole seconds)."""
    seconds, rest = divmod(nanoseconds, 1_000_000_000)
    fraction = f"{rest:09d}"[:digits].rstrip("0")
    stem = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{stem}.{fraction}{zone}" if fraction else f"{stem}{zone}"


def seconds_iso(nanoseconds: int) -> str:
    """Write a time in whole seconds, as shared access signatures have it."""
    return iso(nanoseconds, digits=0)


def from_iso(text: str) -> int:
    """Nanoseconds of a date or a date and time; without a zone it is UTC.

    Raises ValueError for anything else.
    """
    match = _ISO.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not a date or time of the form 2024-04-01 or 2024-04-01T12:00:00Z")
    day, clock, fraction, zone = match.groups()
    zone = "+00:00" if zone is None or zone in "Zz" else zone
    moment = datetime.fromisoformat(f"{day}T{clock or '00:00'}{zone}")
    return int(moment.timestamp()) * 1_000_000_000 + int((fraction or "").ljust(9, "0"))


def http_date(nanoseconds: int) -> str:
    """Write a time for Last-Modified and its like (RFC 9110, 5.6.7)."""
    return datetime.fromtimestamp(nanoseconds // 1_000_000_000, UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")
