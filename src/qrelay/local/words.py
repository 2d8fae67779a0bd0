"""What every service of the embedded cloud says about itself: that it is closed or broken, that nothing is there."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.requests import Request

__all__ = ["BROKEN", "CLOSED", "NOTHING_HERE", "log_failure", "not_offered"]

CLOSED = ("CloudClosed", "This embedded cloud was closed.")
"""Code and message once the store is closed; the status, 410, is final, so that no client tries again for minutes."""

BROKEN = "The local cloud failed; its log says where."

NOTHING_HERE = "There is nothing at this path."

_log = logging.getLogger("qrelay.local")


def not_offered(request: Request) -> str:
    """For 405: the path is there, the method is not."""
    return f"{request.method} is not offered on this path."


def log_failure(request: Request) -> None:
    """Log the exception that is being handled; the path alone, since the query may carry a signature."""
    _log.exception("%s %s failed", request.method, request.url.path)
