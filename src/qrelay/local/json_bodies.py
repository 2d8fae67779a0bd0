"""A request's body, read as JSON that can be stored and answered again."""

from __future__ import annotations

import json
from typing import Any

__all__ = ["json_object"]


def json_object(data: bytes) -> dict[str, Any]:
    """The JSON object in a body. Raises ValueError, with a sentence for the sender, for anything else."""
    try:
        found = json.loads(data)
        # What Python reads and nobody could be answered with: NaN, halves of surrogate pairs.
        json.dumps(found, allow_nan=False, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise ValueError("The request's body is not JSON.") from None
    if not isinstance(found, dict):
        raise ValueError("The request's body is not a JSON object.")  # noqa: TRY004 - the sender's mistake, not ours
    return found
