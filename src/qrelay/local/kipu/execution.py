"""One job of the Hub, from its request to the document of its result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from qrelay.local.kipu import backends_braket
from qrelay.local.kipu.backends import BACKENDS, Backend
from qrelay.local.kipu.params import check_params
from qrelay.local.refusal import ExecutionRefused

__all__ = ["ExecutionRefused", "Order", "check", "execute"]

_QASM = ("OPEN_QASM_V2", "BRAKET_OPEN_QASM_V3")


@dataclass(frozen=True, slots=True)
class Order:
    """What a job asks for, as it came: ``input`` is any JSON, ``shots`` are each circuit's (for several circuits on an
    AWS device: of all together, as Braket counts a program set). ``seed`` decides every draw."""

    backend: str
    input_format: str
    input: Any
    input_params: Mapping[str, Any] = field(default_factory=dict)
    shots: int = 1
    seed: int = 0


def check(order: Order) -> None:
    """Raise ExecutionRefused for what the Hub refuses when the job is posted; programs are not read yet."""
    backend = _backend(order)
    if order.input_format not in backend.input_formats:
        takes = ", ".join(sorted(backend.input_formats))
        raise _refused(f"input_format {order.input_format!r} is not one of {order.backend}: {takes}")
    check_params(backend, order.input_params)
    count = len(_programs(order)) if order.input_format in _QASM else _other(order)
    if not 1 <= count <= backend.max_circuits:
        raise _refused(f"{count} circuits in one job; {order.backend} takes 1 to {backend.max_circuits}")
    _check_shots(order, backend, count)


def execute(order: Order) -> bytes:
    """Read, simulate, answer, blocking. Raises ExecutionRefused for what the provider refuses when the job runs."""
    check(order)
    backend = _backend(order)
    if order.input_format not in _SIMULATED:
        raise ExecutionRefused(
            "InvalidInputData",
            f"this local cloud does not simulate {order.input_format}: no job can run on {order.backend} here. "
            "Choose a gate-model backend.",
        )
    # the simulator takes seconds to import; a server that only lists backends never needs it
    from qrelay.local.imports import import_engine

    import_engine()
    from qrelay.local.kipu import running

    if order.input_format in _QASM:
        programs = _programs(order)
        if order.input_format == "BRAKET_OPEN_QASM_V3":
            return running.braket(backend, programs, order.shots, order.seed)
        if backend.facts["kind"] == "qsim":
            return running.qsim(backend, programs[0], order.input_params, order.shots, order.seed)
        return running.qudora(backend, programs, order.input_params, order.shots, order.seed)
    return running.DOCUMENTS[order.input_format](backend, _without_id(order.input), order.shots, order.seed)


_SIMULATED = (*_QASM, "IONQ_CIRCUIT_V1", "IQM_JOB_INPUT_V1", "AQT_JOB_INPUT_V1", "QISKIT_QPY")


def _backend(order: Order) -> Backend:
    backend = BACKENDS.get(order.backend)
    if backend is None:
        raise _refused(f"there is no backend {order.backend!r}")
    return backend


def _programs(order: Order) -> list[str]:
    """The texts of an input: a bare text, ``{"qasm": text}``, or ``{"qasm": [text, …]}``."""
    found = order.input
    if isinstance(found, Mapping):
        extra = sorted(set(_without_id(found)) - {"qasm"})
        if "qasm" not in found:
            raise _refused("input has no 'qasm'")
        if extra:
            raise _refused(f"input has an unknown field {str(extra[0])[:40]!r}; only 'qasm' is known")
        found = found["qasm"]
    programs = found if isinstance(found, list) and isinstance(order.input, Mapping) else [found]
    for program in programs:
        if not isinstance(program, str):
            raise _refused(f"a program must be a text, not {type(program).__name__}")
        if not program.strip():
            raise _refused("a program is empty")
        if any("\ud800" <= character <= "\udfff" for character in program):
            raise _refused("a program has half of a surrogate pair, which is no character")
    return programs


def _other(order: Order) -> int:
    """How many circuits an input has that is no text of OpenQASM."""
    found = order.input
    if not isinstance(found, Mapping):
        raise _refused(f"input of {order.input_format} must be an object, not {type(found).__name__}")
    if order.input_format == "IONQ_CIRCUIT_V1":
        missing = sorted({"circuit", "gateset", "qubits"} - set(found))
        if missing:
            raise _refused(f"input has no {missing[0]!r}")
        if found["gateset"] != "qis":
            raise _refused(f"gateset {found['gateset']!r} is not taken here; only 'qis' is")
        return 1
    if order.input_format == "BRAKET_AHS_PROGRAM" and "ahs_program" not in found:
        raise _refused("input has no 'ahs_program'")
    inner = found.get("payload") if order.input_format == "AQT_JOB_INPUT_V1" else found
    name = _LISTS.get(order.input_format)
    if name is None:
        return 1
    several = inner.get(name) if isinstance(inner, Mapping) else None
    if not isinstance(several, list):
        raise _refused(f"input has no list of {name!r}")
    return len(several)


_LISTS = {"IQM_JOB_INPUT_V1": "circuits", "AQT_JOB_INPUT_V1": "circuits", "QISKIT_QPY": "pubs"}


def _check_shots(order: Order, backend: Backend, count: int) -> None:
    shots = order.shots
    if isinstance(shots, bool) or not isinstance(shots, int):
        raise _refused(f"shots must be a whole number, not {shots!r}")
    low, high = backend.shots
    if count > 1 and backend.provider == "AWS":
        if shots % count:
            raise _refused(f"{shots} shots cannot be divided evenly among {count} circuits")
        most = backends_braket.total_shots(backend)
        if most is not None and shots > most:
            raise _refused(f"{shots} shots over all circuits; {order.backend} takes at most {most}")
        shots //= count
    if not low <= shots <= high:
        raise _refused(f"{shots} shots of one circuit; {order.backend} takes {low} to {high}")


def _without_id(found: Mapping[str, Any]) -> dict[str, Any]:
    """Without the specification's discriminator, which may be there or not."""
    return {name: value for name, value in found.items() if name not in ("backendId", "backend_id")}


def _refused(message: str) -> ExecutionRefused:
    return ExecutionRefused("InvalidInputData", message[:500])
