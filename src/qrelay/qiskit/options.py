"""The options of `backend.run`: which there are, and which values make sense."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from qrelay.cloud.options import checked, integer, mapping, refuse_unknown, string, tags, text, truth
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
        refuse_unknown(target, given, COMMON)
        chosen = {**_meant(defaults), **_meant(given)}
        own = {key: chosen.pop(key) for key in target.options if key in chosen}
        seed = checked(chosen, "seed_simulator", integer, "an integer")
        if seed is not None:
            if _SEED not in target.options:
                raise InvalidOption(
                    f"{target.id} takes no seed, so its shots cannot be repeated: leave `seed_simulator` out.",
                    option="seed_simulator",
                )
            own[_SEED] = seed
        return cls(
            shots=checked(chosen, "shots", integer, "an integer"),
            memory=checked(chosen, "memory", truth, "True or False") or False,
            format=checked(chosen, "format", text, "the name of an input format"),
            input_params=checked(chosen, "input_params", mapping, "a dictionary"),
            name=checked(chosen, "name", string, "a string"),
            session=chosen.get("session"),
            tags=tags(chosen),
            metadata=checked(chosen, "metadata", mapping, "a dictionary"),
            optimization_level=checked(chosen, "optimization_level", _level, "0, 1, 2 or 3"),
            seed_transpiler=checked(chosen, "seed_transpiler", _natural, "an integer from 0"),
            own=own,
        )


def _meant(options: Mapping[str, Any]) -> dict[str, Any]:
    """What is given, the job's name under one word."""
    meant = {name: value for name, value in options.items() if value is not None}
    job_name = meant.pop("job_name", None)
    if job_name is not None and meant.setdefault("name", job_name) != job_name:
        raise InvalidOption("`name` and `job_name` are the same option: give one of them.", option="job_name")
    return meant


def _natural(value: Any) -> int | None:
    number = integer(value)
    return number if number is not None and number >= 0 else None


def _level(value: Any) -> int | None:
    number = integer(value)
    return number if number in (0, 1, 2, 3) else None
