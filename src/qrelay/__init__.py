"""Run Qiskit and Cirq programs on Azure Quantum and the Kipu Quantum Hub as ordinary backends and samplers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qrelay._version import __version__

if TYPE_CHECKING:
    from qrelay.convert import decode, encode, read, template

__all__ = ["__version__", "decode", "encode", "read", "template"]


def __getattr__(name: str) -> Any:
    """Import the converters when first used: `import qrelay` stays quick and free of every framework."""
    if name in ("decode", "encode", "read", "template"):
        from qrelay import convert

        return getattr(convert, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
