"""``input_params``: which a backend knows and of what type, by the Hub's specification and by what its SDK sends."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from qrelay.local.refusal import ExecutionRefused

if TYPE_CHECKING:
    from qrelay.local.kipu.backends import Backend

__all__ = ["MODES", "check_params"]

MODES = ("sample", "statevector", "amplitudes")
"""What qsim can be asked for."""

_MAX_BITSTRINGS = 1 << 16
_BITS = re.compile(r"[01]+")
_Rule = tuple[Callable[[Any], bool], str]


def _number(least: int) -> _Rule:
    return (
        lambda value: isinstance(value, int) and not isinstance(value, bool) and value >= least,
        f"a whole number from {least} on",
    )


def _one_of(*words: str) -> _Rule:
    return lambda value: isinstance(value, str) and value in words, " or ".join(map(repr, words))


def _bitstrings(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) <= _MAX_BITSTRINGS
        and all(isinstance(bits, str) and _BITS.fullmatch(bits) for bits in value)
    )


_FLAG: _Rule = (lambda value: isinstance(value, bool), "true or false")
_TEXT: _Rule = (lambda value: isinstance(value, str), "a text")
_OBJECT: _Rule = (lambda value: isinstance(value, Mapping), "an object")
_ANY: _Rule = (lambda _: True, "anything")
_LEVELS = ("critical", "error", "warning", "info", "debug")

_KNOWN: dict[str, dict[str, _Rule]] = {
    "KIPU": {
        "mode": _one_of(*MODES),
        "bitstrings": (_bitstrings, f"a list of at most {_MAX_BITSTRINGS} words of 0 and 1"),
        "max_fused_gate_size": _number(1),
        "cpu_threads": _number(0),
    },
    "QUDORA": {"backend_settings": _OBJECT, "language": _one_of("OpenQASM2", "OpenQASM3")},
    "AWS": {
        "disable_qubit_rewiring": _FLAG,
        "qubit_count": (
            lambda value: isinstance(value, int | float) and not isinstance(value, bool) and value >= 1,
            "a number from 1 on",
        ),
    },
    # by specification none; these are what the SDK sends, and what the Hub adds for it to read back
    "AZURE": {"meas_map": _TEXT, "memory": _FLAG, "qubits": _ANY},
    "IBM": {
        "program_id": (lambda value: isinstance(value, str) and 1 <= len(value) <= 10_000, "a text, not empty"),
        "max_execution_time": _number(1),
        "log_level": _one_of(*_LEVELS),
    },
    "QUANDELA": {
        "pcvl_version": _TEXT,
        "platform_name": _TEXT,
        "process_id": _TEXT,
        "job_group_name": _TEXT,
        "max_duration": _number(0),
    },
    "IQM": {},
    "AQT": {},
}


def check_params(backend: Backend, params: Mapping[str, Any]) -> None:
    """Raise ExecutionRefused for a parameter that the backend does not know or cannot take; null counts as absent."""
    if not isinstance(params, Mapping):
        raise _refused("input_params must be an object")
    known = {} if backend.analog and backend.provider == "AWS" else _KNOWN[backend.provider]
    for name, value in params.items():
        if name in ("backendId", "backend_id"):
            continue
        if name not in known:
            raise _refused(f"unknown input_params.{str(name)[:40]}; known: {', '.join(known) or 'none'}")
        fits, words = known[name]
        if value is not None and not fits(value):
            raise _refused(f"input_params.{name} must be {words}")
    if backend.provider == "IBM" and params.get("program_id") is None:
        raise _refused("input_params.program_id is missing")
    if params.get("mode") == "amplitudes" and not params.get("bitstrings"):
        raise _refused("input_params.bitstrings is missing; mode 'amplitudes' needs it")


def _refused(message: str) -> ExecutionRefused:
    return ExecutionRefused("InvalidInputData", message)
