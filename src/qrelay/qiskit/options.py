"""The options of `backend.run`: which there are, and which values make sense."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from qrelay.errors import InvalidOption

if TYPE_CHECKING:
    from qrelay import cloud

__all__ = ["COMMON", "RunOptions"]

COMMON = (
    "shots",
    "memory",
    "seed_simulator",
    "format",
    "input_params",
    "name",
    "job_name",
    "session",
    "tags",
    "metadata",
    "optimization_level",
    "seed_transpiler",
)
"""Options known on every backend, in the order of the documentation. None always means: not given."""

_SEED = "seed"  # under this name targets take what Qiskit calls `seed_simulator`


@dataclass(frozen=True, slots=True)
class RunOptions:
    """The options of one run, checked. The target's own ones are in `own`, by the target's names."""

    shots: int | None = None
    memory: bool = False
    format: str | None = None
    input_params: Mapping[str, Any] | None = None
    name: str | None = None
    session: Any = None
    tags: tuple[str, ...] = ()
    metadata: Mapping[str, str] | None = None
    optimization_level: int | None = None
    seed_transpiler: int | None = None
    own: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def read(cls, target: cloud.Target, defaults: Mapping[str, Any], given: Mapping[str, Any]) -> RunOptions:
        """Options of this run before the backend's own; raises InvalidOption for names and values that cannot be meant.

        Limits of shots and the target's own values are checked where jobs are submitted, for every framework alike.
        """
        _refuse_unknown(target, given)
        chosen = {**_meant(defaults), **_meant(given)}
        own = {key: chosen.pop(key) for key in target.options if key in chosen}
        seed = _checked(chosen, "seed_simulator", _integer, "an integer")
        if seed is not None:
            if _SEED not in target.options:
                raise InvalidOption(
                    f"{target.id} takes no seed, so its shots cannot be repeated: leave `seed_simulator` out.",
                    option="seed_simulator",
                )
            own[_SEED] = seed
        tags = chosen.pop("tags", ())
        if isinstance(tags, str) or not all(isinstance(tag, str) for tag in tags):
            raise InvalidOption("`tags` takes a list of strings.", option="tags")
        return cls(
            shots=_checked(chosen, "shots", _integer, "an integer"),
            memory=_checked(chosen, "memory", _truth, "True or False") or False,
            format=_checked(chosen, "format", _text, "the name of an input format"),
            input_params=_checked(chosen, "input_params", _mapping, "a dictionary"),
            name=_checked(chosen, "name", _string, "a string"),
            session=chosen.get("session"),
            tags=tuple(tags),
            metadata=_checked(chosen, "metadata", _mapping, "a dictionary"),
            optimization_level=_checked(chosen, "optimization_level", _level, "0, 1, 2 or 3"),
            seed_transpiler=_checked(chosen, "seed_transpiler", _natural, "an integer from 0"),
            own=own,
        )


def _meant(options: Mapping[str, Any]) -> dict[str, Any]:
    """What is given, the job's name under one word."""
    meant = {name: value for name, value in options.items() if value is not None}
    job_name = meant.pop("job_name", None)
    if job_name is not None and meant.setdefault("name", job_name) != job_name:
        raise InvalidOption("`name` and `job_name` are the same option: give one of them.", option="job_name")
    return meant


def _refuse_unknown(target: cloud.Target, given: Mapping[str, Any]) -> None:
    known = (*COMMON, *target.options)
    for name, value in given.items():
        if name in known or value is None:
            continue
        near = difflib.get_close_matches(name, known, n=3)
        hint = f"Did you mean {' or '.join(f'`{word}`' for word in near)}? " if near else ""
        raise InvalidOption(
            f"{target.id} knows no option `{name}`. {hint}It takes {', '.join(known)}; parameters that only the "
            f"service knows go through input_params={{…}}.",
            option=name,
        )


def _checked(options: Mapping[str, Any], name: str, read: Callable[[Any], Any], wanted: str) -> Any:
    value = options.get(name)
    if value is None:
        return None
    read_value = read(value)
    if read_value is None:
        raise InvalidOption(f"`{name}` takes {wanted}, not {value!r}.", option=name)
    return read_value


def _integer(value: Any) -> int | None:
    return int(value) if isinstance(value, (int, np.integer)) and not isinstance(value, bool) else None


def _natural(value: Any) -> int | None:
    number = _integer(value)
    return number if number is not None and number >= 0 else None


def _level(value: Any) -> int | None:
    number = _integer(value)
    return number if number in (0, 1, 2, 3) else None


def _truth(value: Any) -> bool | None:
    return bool(value) if isinstance(value, (bool, np.bool_)) else None


def _string(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _text(value: Any) -> str | None:
    return _string(value) or None


def _mapping(value: Any) -> dict[str, Any] | None:
    return dict(value) if isinstance(value, Mapping) else None
