"""Everything that is timed: from a circuit of Qiskit or Cirq to the bytes or text that would be uploaded."""

from __future__ import annotations

import importlib.util
import json
import os
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import qrelay
from bench.circuits import mixed, mixed_cirq
from qrelay.formats import INPUT_FORMATS


@dataclass(frozen=True, slots=True)
class Writer:
    """One column. `goal` is the share of the yardstick's time allowed at 100,000 gates, reading included."""

    name: str
    run: Callable[[Any], object]
    goal: float | None = None
    missing: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Writers of one framework's circuits. `make` makes a circuit of so many gates.

    `yardstick` is the framework's own OpenQASM 2 text: what all are measured against, in the same run.
    """

    framework: str
    version: str
    make: Callable[[int], Any]
    yardstick: str
    writers: list[Writer]


_GOALS = {"qir.v1": 0.2, "ionq.circuit.v1": 0.2, "IONQ_CIRCUIT_V1": 0.2, "QISKIT_QPY": None}
"""Of formats with a goal of their own; QPY is no text. All others share `_TEXT_GOAL`."""

_TEXT_GOAL = 0.28

_OPTIONS: dict[str, dict[str, Any]] = {"AQT_JOB_INPUT_V1": {"most_operations": 10**9}}
"""What a circuit of this length needs: AQT itself takes 2,000 operations."""

_NATIVE = {"ionq native, zz": {"gpi", "gpi2", "zz"}, "ionq native, ms": {"gpi", "gpi2", "ms"}}
"""IonQ's other gateset, on machines of both kinds."""


def ours() -> list[Writer]:
    """Reading alone, and every format that circuits are written in."""

    def writer(name: str, format_name: str, goal: float | None, **options: Any) -> Writer:
        return Writer(name, lambda circuit: qrelay.encode(circuit, format_name, **options).data, goal)

    rows = [writer(name, name, _GOALS.get(name, _TEXT_GOAL), **_OPTIONS.get(name, {})) for name in INPUT_FORMATS]
    rows += [
        writer(name, "ionq.circuit.v1", _TEXT_GOAL, gateset="native", gates=gates) for name, gates in _NATIVE.items()
    ]
    return [Writer("qrelay.read", qrelay.read), *rows]


def _qiskit_ionq() -> Writer:
    name = "qiskit-ionq"
    if importlib.util.find_spec("qiskit_ionq") is None:
        return Writer(name, lambda _: None, missing="qiskit-ionq is not installed")
    from qiskit_ionq.helpers import qiskit_circ_to_ionq_circ

    def run(circuit: Any) -> str:
        gates, _, measured = qiskit_circ_to_ionq_circ(circuit)
        document = {"gateset": "qis", "qubits": circuit.num_qubits, "circuit": gates, "meas": measured}
        return json.dumps(document)

    return Writer(name, run)


def _qdk() -> Writer:
    name = "qdk QSharpBackend"
    if importlib.util.find_spec("qdk") is None:
        return Writer(name, lambda _: None, missing="qdk is not installed")
    os.environ.setdefault("QDK_PYTHON_TELEMETRY", "none")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from qdk import TargetProfile
            from qdk.qiskit import QSharpBackend
    except ImportError as error:
        return Writer(name, lambda _: None, missing=f"qdk's Qiskit part does not import ({error})")

    def run(circuit: Any) -> str:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            backend = QSharpBackend(target_profile=TargetProfile.Base, skip_transpilation=True)
            text: str = backend.qir(circuit)
        return text

    return Writer(name, run)


def _cirq_ionq() -> Writer:
    name = "cirq-ionq"
    if importlib.util.find_spec("cirq_ionq") is None:
        return Writer(name, lambda _: None, missing="cirq-ionq is not installed")
    from cirq_ionq import Serializer

    serializer = Serializer()

    def run(circuit: Any) -> str:
        return json.dumps(vars(serializer.serialize_single_circuit(circuit)))

    return Writer(name, run)


def _qiskit() -> Table:
    import qiskit
    from qiskit import qasm2

    yardstick = "qiskit.qasm2.dumps"
    writers = [
        Writer(yardstick, qasm2.dumps),
        *ours(),
        _qiskit_ionq(),
        _qdk(),
    ]
    return Table("Qiskit", qiskit.__version__, mixed, yardstick, writers)


def _cirq() -> Table:
    import cirq

    yardstick = "to_qasm"
    writers = [
        Writer(yardstick, lambda circuit: circuit.to_qasm()),
        *ours(),
        _cirq_ionq(),
    ]
    return Table("Cirq", cirq.__version__, mixed_cirq, yardstick, writers)


def tables() -> list[Table]:
    """For each framework its yardstick, our formats, and the peers that are installed."""
    return [_qiskit(), _cirq()]
