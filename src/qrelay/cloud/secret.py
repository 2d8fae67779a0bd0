"""What holds a secret: it neither prints nor travels."""

from __future__ import annotations

from typing import NoReturn

__all__ = ["Secret", "sendable"]


class Secret:
    """Refuses to be pickled, and its repr says its type only."""

    def __reduce__(self) -> NoReturn:
        raise TypeError("Credentials do not travel; make them again in the other process from its environment.")

    def __repr__(self) -> str:
        return f"{type(self).__name__}(…)"


def sendable(text: str) -> bool:
    """Whether the text can stand in a header: anything else would be refused further down, and quoted in logs."""
    return text.isascii() and text.isprintable()
