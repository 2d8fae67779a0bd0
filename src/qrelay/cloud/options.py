"""Reading the options that a framework's user gave: refusing unknown names, checking the values of known ones."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from qrelay.cloud.target import Target
from qrelay.errors import InvalidOption
from qrelay.formats import INPUT_FORMATS

__all__ = ["checked", "integer", "mapping", "refuse_unknown", "string", "tags", "text", "truth"]


def refuse_unknown(target: Target, given: Mapping[str, Any], known: Sequence[str]) -> None:
    """Raises InvalidOption, with the nearest names, for an option that is neither in `known` nor the target's own.

    None means not given, whatever the name.
    """
    names = (*known, *target.options)
    for name, value in given.items():
        if name in names or value is None:
            continue
        near = difflib.get_close_matches(name, names, n=3)
        hint = f"Did you mean {' or '.join(f'`{word}`' for word in near)}? " if near else ""
        writer = next((known for known in _written(target) if name in INPUT_FORMATS[known].options), None)
        if writer is not None:
            hint = (
                f"It is for writing {writer}: submit what qrelay.encode(circuit, {writer!r}, {name}=…) gives to the "
                "account. "
            )
        takes = f"It takes {', '.join(names)}; parameters" if names else "It has none; parameters"
        raise InvalidOption(
            f"{target.id} knows no option `{name}`. {hint}{takes} that only the service knows go through "
            "input_params={…}.",
            option=name,
        )


def _written(target: Target) -> list[str]:
    return [name for name in target.formats if name in INPUT_FORMATS]


def checked(options: Mapping[str, Any], name: str, read: Callable[[Any], Any], wanted: str) -> Any:
    """An option's value as `read` gives it back, None if it is not given; InvalidOption where `read` gives None."""
    value = options.get(name)
    if value is None:
        return None
    read_value = read(value)
    if read_value is None:
        raise InvalidOption(f"`{name}` takes {wanted}, not {value!r}.", option=name)
    return read_value


def tags(options: Mapping[str, Any]) -> tuple[str, ...]:
    given = options.get("tags") or ()
    if isinstance(given, str) or not all(isinstance(tag, str) for tag in given):
        raise InvalidOption("`tags` takes a list of strings.", option="tags")
    return tuple(given)


def integer(value: Any) -> int | None:
    return int(value) if isinstance(value, (int, np.integer)) and not isinstance(value, bool) else None


def truth(value: Any) -> bool | None:
    return bool(value) if isinstance(value, (bool, np.bool_)) else None


def string(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def text(value: Any) -> str | None:
    return string(value) or None


def mapping(value: Any) -> dict[str, Any] | None:
    return dict(value) if isinstance(value, Mapping) else None
