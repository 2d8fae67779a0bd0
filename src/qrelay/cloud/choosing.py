"""Choosing among an account's targets, for every framework by the same words."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any

from qrelay.cloud.target import Target, plain_name
from qrelay.errors import InvalidOption, UnknownTarget

__all__ = ["chosen_targets", "refuse_without_circuits"]


def chosen_targets(
    targets: Iterable[Target],
    name: str | None = None,
    /,
    *,
    min_num_qubits: int | None = None,
    simulator: bool | None = None,
    available: bool | None = None,
    operational: bool | None = None,
    **attributes: Any,
) -> list[Target]:
    """The targets that take circuits and pass every filter, in the service's order.

    Args:
        targets: all of the account's.
        name: only the target of this id.
        min_num_qubits: leaves out targets that are smaller, or whose size the service does not tell.
        simulator: only simulators, or only hardware.
        available, operational: (two words for one thing) only what takes jobs now, or only what does not.
        attributes: equality of the description's fields, such as `provider="ionq"` or `sessions=True`.

    Raises InvalidOption for a word that targets have no field for.
    """
    if available is not None and operational is not None and available != operational:
        raise InvalidOption("`available` and `operational` are the same filter.", option="operational")
    wanted = dict(attributes)
    if simulator is not None:
        wanted["simulator"] = simulator
    if available is not None or operational is not None:
        wanted["available"] = available if available is not None else operational
    fields = Target.__dataclass_fields__
    for word in wanted:
        if word not in fields:
            near = difflib.get_close_matches(word, fields, n=3)
            hint = f" Did you mean {' or '.join(near)}?" if near else ""
            raise InvalidOption(f"Targets have no {word!r} to filter by.{hint}", option=word)
    found = []
    for target in targets:
        if not target.formats or any(getattr(target, word) != value for word, value in wanted.items()):
            continue
        if name is not None and plain_name(target.id) != plain_name(name):
            continue
        if min_num_qubits is not None and (target.num_qubits is None or target.num_qubits < min_num_qubits):
            continue
        found.append(target)
    return found


def refuse_without_circuits(target: Target, instead: str) -> None:
    """Raises UnknownTarget for a target that takes no circuits; `instead` names what lists those that do."""
    if not target.formats:
        raise UnknownTarget(
            f"{target.why_no_circuits} {instead} lists those that take circuits.",
            name=target.id,
        )
