"""Payload: a program as one service will receive it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from qrelay.program import Layout

__all__ = ["Payload"]


@dataclass(frozen=True, slots=True)
class Payload:
    """A written program.

    Attributes:
        data: the bytes to upload.
        format: the service's name of the format, such as `qir.v1`.
        content_type: media type of the upload.
        input_params: what the format itself needs among the job's parameters (entry point and the like; no shots).
        layout: how the answer is to be read; None for ready-made programs that say nothing about it.
        output_format: the format in which the answer is asked for.
        num_qubits: qubits that the program needs; 0 for ready-made programs that do not say.
        name: of ready-made programs; circuits have theirs in the layout.
        carries_layout: the layout stands in the program itself, wherever the format has a place for one. False for
            ready-made programs whose layout was read from their statements, or given beside them.
        items: how the answer to each of several runs of the program is to be read (QIR with several `items`), in order;
            empty where there is one run, of which `layout` speaks.
    """

    data: bytes
    format: str
    content_type: str
    output_format: str
    num_qubits: int
    layout: Layout | None = None
    input_params: Mapping[str, Any] = field(default_factory=dict)
    name: str = ""
    carries_layout: bool = True
    items: tuple[Layout | None, ...] = ()

    @property
    def layouts(self) -> tuple[Layout | None, ...]:
        """How each part of the answer is read: one for each of `items`, or the one `layout`."""
        return self.items or (self.layout,)
