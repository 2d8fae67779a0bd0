"""The table of providers and targets, read from targets.toml."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Provider", "Target", "find_target", "providers"]

Kind = Literal["gates", "analog"]


@dataclass(frozen=True, slots=True)
class Target:
    """One machine or simulator. `shots` is an inclusive range; `formats` maps each input format to its outputs."""

    provider: str  # lower case, as jobs carry it
    id: str
    kind: Kind
    imitates: str  # the provider whose rules the engine follows
    availability: str
    queue: int  # seconds
    qubits: int | None
    profile: str | None
    shots: tuple[int, int]
    formats: Mapping[str, tuple[str, ...]]
    time_digits: int  # digits of fraction in begin and end times: providers differ
    meters: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider under the name that provider status shows, which may be in mixed case."""

    id: str
    status_page: str
    targets: tuple[Target, ...]


@cache
def providers() -> tuple[Provider, ...]:
    """All providers in the order in which provider status lists them."""
    text = resources.files("qrelay.local.azure").joinpath("targets.toml").read_text(encoding="utf-8")
    found = []
    for entry in tomllib.loads(text)["provider"]:
        targets = tuple(
            Target(
                provider=entry["id"].lower(),
                id=target["id"],
                kind=target.get("kind", entry.get("kind", "gates")),
                imitates=target.get("imitates", entry["id"].lower()),
                availability=target["availability"],
                queue=target["queue"],
                qubits=target.get("qubits"),
                profile=target.get("profile", entry.get("profile")),
                shots=(entry["shots"][0], entry["shots"][1]),
                formats={name: tuple(outs) for name, outs in target.get("formats", entry.get("formats", {})).items()},
                time_digits=entry["time_digits"],
                meters=tuple((meter[0], meter[1], meter[2]) for meter in entry.get("meters", ())),
            )
            for target in entry["targets"]
        )
        found.append(Provider(entry["id"], entry["status_page"], targets))
    return tuple(found)


def find_target(provider: str, target: str) -> Target | None:
    """The target of that provider, whatever the case of the provider's name, or None."""
    for entry in providers():
        if entry.id.lower() == provider.lower():
            return next((known for known in entry.targets if known.id == target), None)
    return None
