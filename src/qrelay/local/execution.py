"""One job, from its uploaded bytes to the bytes of its result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from qrelay.local.refusal import ExecutionRefused, untranslatable

__all__ = ["Execution", "ExecutionRefused", "asked_shots", "execute"]

_DEFAULT_SHOTS = 500  # what the vendor's own SDK asks for when its user does not
_OPENQASM = ("honeywell.openqasm.v1", "quantinuum.openqasm.v1")
_ANSWERS: dict[str, tuple[str, ...]] = {
    "ionq.circuit.v1": ("ionq.quantum-results.v1",),
    "qir.v1": ("microsoft.quantum-results.v2", "microsoft.quantum-results.v1", "honeywell.qir.v1"),
    **dict.fromkeys(_OPENQASM, ("honeywell.quantum-results.v1",)),
    "rigetti.quil.v1": ("rigetti.quil-results.v1",),
}


@dataclass(frozen=True, slots=True)
class Execution:
    """What a job asks for, and what its target has to give: qubits (None: any number) and the QIR profile it takes
    (None: Base). ``seed`` decides every draw: the same job gives the same answer."""

    provider: str
    target: str
    input_format: str
    output_format: str
    data: bytes
    params: Mapping[str, Any] = field(default_factory=dict)
    num_qubits: int | None = None
    profile: str | None = None
    seed: int = 0
    loss: float = 0.0
    error_rate: float = 0.0


def execute(execution: Execution) -> bytes:
    """Read, check, simulate, answer. Blocking. Raises ExecutionRefused with the service's kind of code."""
    if execution.input_format not in _ANSWERS:
        raise ExecutionRefused("InvalidInputData", f"inputDataFormat {execution.input_format!r} is not known here")
    if execution.output_format not in _ANSWERS[execution.input_format]:
        raise untranslatable(execution.provider)
    shots = _shots(execution.params)
    if execution.provider == "ionq":
        _ionq_options(execution.params)
    # the simulator takes seconds to import; a server that only lists targets never needs it
    if execution.input_format == "ionq.circuit.v1":
        from qrelay.local import answers, engine
        from qrelay.local.readers import ionq

        return answers.ionq(engine.probabilities(ionq.read(execution.data, num_qubits=execution.num_qubits)))
    if execution.input_format == "qir.v1":
        return _qir(execution, shots)
    from qrelay.local import answers, engine
    from qrelay.local.readers import qasm2, quil

    if execution.input_format == "rigetti.quil.v1":
        substitutions = execution.params.get("substitutions")
        circuit = quil.read(execution.data, num_qubits=execution.num_qubits, substitutions=substitutions)
        return answers.rigetti(engine.sample(circuit, shots, execution.seed))

    circuit = qasm2.read(execution.data, num_qubits=execution.num_qubits)
    return answers.honeywell(circuit, engine.sample(circuit, shots, execution.seed))


def _qir(execution: Execution, shots: int) -> bytes:
    from qrelay.local import answers
    from qrelay.local.readers import qir
    from qrelay.local.shots import Loss, exact, run

    module = qir.load(execution.data)
    loss = Loss(execution.loss, execution.error_rate)
    batch = []
    for index, entry in enumerate(_entry_points(execution.params)):
        program = qir.program(module, entry, profile=execution.profile or "Base", num_qubits=execution.num_qubits)
        play = exact if execution.target == "ionq.simulator" else run
        batch.append(play(program, shots, execution.seed + index, loss))
    if execution.output_format == "microsoft.quantum-results.v2":
        return answers.microsoft_v2(batch)
    if len(batch) != 1:
        raise ExecutionRefused("InvalidInputError", f"{execution.output_format} answers one item, not {len(batch)}")
    if execution.output_format == "honeywell.qir.v1":
        return answers.honeywell_qir(batch[0])
    return answers.microsoft_v1(batch[0])


def asked_shots(params: Mapping[str, Any]) -> tuple[str, Any]:
    """The parameter that says how many shots, and its value, unchecked. ``count`` is the older name; Qiskit's jobs of
    late 2025 send both."""
    name = "shots" if params.get("shots") is not None else "count"
    shots = params.get(name)
    return name, _DEFAULT_SHOTS if shots is None else shots


def _shots(params: Mapping[str, Any]) -> int:
    name, shots = asked_shots(params)
    if isinstance(shots, bool) or not isinstance(shots, int) or shots < 1:
        raise ExecutionRefused(
            "InvalidProperty", f"inputParams.{name} must be a whole number above zero, not {shots!r}"
        )
    return shots


def _ionq_options(params: Mapping[str, Any]) -> None:
    noise = params.get("noise")
    model = noise.get("model") if isinstance(noise, Mapping) else noise
    for value in (params.get("noise_model"), model):
        if value not in (None, "ideal"):
            raise ExecutionRefused("InvalidProperty", f"noise model {value!r} is not simulated here; only 'ideal' is")


def _entry_points(params: Mapping[str, Any]) -> list[str | None]:
    items = params.get("items")
    if items is None:
        items = [params]
    if not isinstance(items, list) or not items:
        raise ExecutionRefused("InvalidInputError", "inputParams.items must be a list with at least one entry")
    names: list[str | None] = []
    for index, item in enumerate(items):
        if not isinstance(item, Mapping):
            raise ExecutionRefused("InvalidInputError", f"inputParams.items[{index}] is not an object")
        name = item.get("entryPoint")
        if name is not None and not isinstance(name, str):
            raise ExecutionRefused("InvalidInputError", f"entryPoint of item {index} must be a string, not {name!r}")
        if item.get("arguments"):
            raise ExecutionRefused("InvalidInputError", f"the entry point of item {index} takes no arguments")
        names.append(name)
    return names
