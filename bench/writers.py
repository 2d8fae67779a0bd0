"""Everything that is timed: from a Qiskit circuit to the bytes or text that would be uploaded."""

from __future__ import annotations

import importlib.util
import json
import os
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from qiskit import qasm2

import qrelay

YARDSTICK = "qiskit.qasm2.dumps"
"""What the goals are measured against, in the same run."""


@dataclass(frozen=True, slots=True)
class Writer:
    """One column. `goal` is the share of the yardstick's time allowed at 100,000 gates, reading included."""

    name: str
    run: Callable[[Any], object]
    goal: float | None = None
    missing: str = ""


def _ours(format_name: str) -> Callable[[Any], object]:
    return lambda circuit: qrelay.encode(circuit, format_name).data


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


def writers() -> list[Writer]:
    """The yardstick, our formats, and the peers that are installed."""
    return [
        Writer(YARDSTICK, qasm2.dumps),
        Writer("qrelay.read", qrelay.read),
        Writer("qir.v1", _ours("qir.v1"), goal=0.2),
        Writer("ionq.circuit.v1", _ours("ionq.circuit.v1"), goal=0.2),
        Writer("honeywell.openqasm.v1", _ours("honeywell.openqasm.v1"), goal=0.28),
        Writer("OPEN_QASM_V2", _ours("OPEN_QASM_V2"), goal=0.28),
        Writer("BRAKET_OPEN_QASM_V3", _ours("BRAKET_OPEN_QASM_V3"), goal=0.28),
        Writer("IONQ_CIRCUIT_V1", _ours("IONQ_CIRCUIT_V1"), goal=0.2),
        _qiskit_ionq(),
        _qdk(),
    ]
