"""QIR judged by the QDK's simulator; `pyqir` parses and verifies the module first."""

from __future__ import annotations

import os
from collections import Counter
from typing import Any

os.environ.setdefault("QDK_PYTHON_TELEMETRY", "none")


def verify(data: bytes) -> None:
    """Parse as LLVM IR and run LLVM's verifier."""
    import pyqir

    problem = pyqir.Module.from_ir(pyqir.Context(), data.decode()).verify()
    if problem is not None:
        raise ValueError(problem)


def run(data: bytes, shots: int, seed: int = 7) -> list[Any]:
    """The recorded output of each shot as the QDK nests it: lists for arrays, tuples for tuples, of 0 and 1."""
    from qdk.simulation import run_qir

    verify(data)
    return [_plain(shot) for shot in run_qir(data.decode(), shots=shots, seed=seed, type="cpu")]


def strings(data: bytes, shots: int, seed: int = 7) -> Counter[str]:
    """Counts of the output read from left to right, arrays of a tuple separated by a space."""
    return Counter(_string(shot) for shot in run(data, shots, seed))


def _plain(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return type(value)(_plain(inner) for inner in value)
    if value == "":  # the QDK's word for no output at all
        return ()
    name = getattr(value, "name", str(value))
    return {"Zero": 0, "One": 1, "Result.Zero": 0, "Result.One": 1}[name]


def _string(shot: Any) -> str:
    if isinstance(shot, tuple):
        return " ".join(_string(inner) for inner in shot)
    return "".join(str(bit) for bit in shot)
