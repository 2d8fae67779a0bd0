"""The options of a sampler: which there are, and which values make sense."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from qrelay.cloud.options import checked, mapping, refuse_unknown, string, tags, text, truth
from qrelay.cloud.writing import refuse_format

if TYPE_CHECKING:
    from qrelay import cloud

__all__ = ["COMMON", "SamplerOptions"]

COMMON = ("format", "input_params", "name", "tags", "metadata", "session", "partial")
"""Options known on every target, in the order of the documentation. None always means: not given."""


@dataclass(frozen=True, slots=True)
class SamplerOptions:
    """A sampler's options, checked. The target's own ones are in `own`, by the target's names."""

    format: str | None = None
    input_params: Mapping[str, Any] | None = None
    name: str | None = None
    tags: tuple[str, ...] = ()
    metadata: Mapping[str, Any] | None = None
    session: Any = None
    partial: bool = False
    own: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def read(cls, target: cloud.Target, *layers: Mapping[str, Any]) -> SamplerOptions:
        """The last layer's options before those of the layers under it.

        Raises InvalidOption for names and values that cannot be meant. What the target says to its own options' values
        is checked where jobs are submitted, for every framework alike.
        """
        chosen: dict[str, Any] = {}
        for layer in layers:
            refuse_unknown(target, layer, COMMON)
            chosen.update({name: value for name, value in layer.items() if value is not None})
        format_ = checked(chosen, "format", text, "the name of an input format")
        refuse_format(format_, target)
        return cls(
            format=format_,
            input_params=checked(chosen, "input_params", mapping, "a dictionary"),
            name=checked(chosen, "name", string, "a string"),
            tags=tags(chosen),
            metadata=checked(chosen, "metadata", mapping, "a dictionary"),
            session=chosen.get("session"),
            partial=checked(chosen, "partial", truth, "True or False") or False,
            own={name: chosen[name] for name in target.options if name in chosen},
        )
