"""Joining a hundred thousand short texts without holding them all at once."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["ITEMS_AT_ONCE", "joined"]

ITEMS_AT_ONCE = 4096
"""Texts that exist side by side before they become bytes: each costs fifty bytes more than what it says."""


def joined(groups: Iterable[list[str]], head: str, end: str, *, finite: bool = False) -> bytes | None:
    """All texts with commas between them, after `head` and before `end`; None if one of them shows a number that is not
    finite. With `finite`, none does, and nobody looks."""
    parts: list[bytes] = []
    for group in groups:
        text = ",".join(group)
        if not finite and ("nan" in text or "inf" in text):
            return None
        if text:
            parts.append(f"{',' if parts else head}{text}".encode())
    if not parts:
        return f"{head}{end}".encode()
    parts.append(end.encode())
    return b"".join(parts)
