"""Of programs that others have written: the recorded ones, and what was read of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from qrelay.program import Layout

__all__ = ["recorded_uploads", "registers_of"]


def recorded_uploads(shared: Path, recording: str) -> list[Any]:
    exchanges = json.loads((shared / "fixtures" / "azure" / recording).read_text())["exchanges"]
    return [one["request"] for one in exchanges if one["method"] == "PUT" and "inputData" in one["path"]]


def registers_of(layout: Layout | None) -> list[tuple[str, list[int]]]:
    """Each register with the qubits of its bits, lowest first."""
    assert layout is not None
    return [(register.name, [layout.qubits[bit] for bit in register.bits]) for register in layout.registers]
