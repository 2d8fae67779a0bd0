"""A variational loop's share of encoding: one ansatz, new values for its parameters again and again.

Ours fill a template; the frameworks bind the circuit and write it anew. Every way takes its turn in every round, so
that whatever else the machine does falls on all of them; times are the processor's, of this process alone.
"""

from __future__ import annotations

import importlib.util
import json
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

import qrelay
from bench.circuits import ANSATZ_PARAMETERS, ansatz, ansatz_cirq
from qrelay.errors import UnsupportedCircuit
from qrelay.formats import INPUT_FORMATS

__all__ = ["lines", "measure"]

GOAL_MS = {"qir.v1": 0.1, "ionq.circuit.v1": 0.1}
"""Milliseconds that a binding may cost."""

_PATIENCE = 0.5
"""Seconds that one way may take in one round; at least one binding is made."""

Bind = Callable[[list[float]], object]


@dataclass(frozen=True, slots=True)
class Way:
    """From values to what would be uploaded. The first way of a framework is what the others are measured against."""

    framework: str
    name: str
    bind: Bind
    made_ms: float = 0.0
    goal_ms: float | None = None


def _ours(framework: str, circuit: Any) -> list[Way]:
    ways = []
    qrelay.read(circuit, symbolic=True)  # imports what it needs
    for name in INPUT_FORMATS:
        began = time.perf_counter()
        try:
            template = qrelay.template(circuit, name)
        except UnsupportedCircuit:
            continue
        made = (time.perf_counter() - began) * 1e3
        label = name if template.compiled else f"{name} (rewritten)"
        ways.append(Way(framework, label, template.bind, made, GOAL_MS.get(name)))
    return ways


def _qiskit() -> list[Way]:
    from qiskit import qasm2

    circuit = ansatz()
    ways = [
        Way("Qiskit", "assign + qasm2.dumps", lambda values: qasm2.dumps(circuit.assign_parameters(values))),
        Way("Qiskit", "assign alone", circuit.assign_parameters),
        *_ours("Qiskit", circuit),
    ]
    if importlib.util.find_spec("qiskit_ionq") is not None:
        from qiskit_ionq.helpers import qiskit_circ_to_ionq_circ

        def to_ionq(values: list[float]) -> str:
            gates, _, measured = qiskit_circ_to_ionq_circ(circuit.assign_parameters(values))
            document = {"gateset": "qis", "qubits": circuit.num_qubits, "circuit": gates, "meas": measured}
            return json.dumps(document)

        ways.append(Way("Qiskit", "assign + qiskit-ionq", to_ionq))
    return ways


def _cirq() -> list[Way]:
    import cirq

    circuit = ansatz_cirq()
    names = sorted(cirq.parameter_names(circuit))

    def resolved(values: list[float]) -> Any:
        return cirq.resolve_parameters(circuit, dict(zip(names, values, strict=True)))

    ways = [
        Way("Cirq", "resolve + to_qasm", lambda values: resolved(values).to_qasm()),
        Way("Cirq", "resolve alone", resolved),
        *_ours("Cirq", circuit),
    ]
    if importlib.util.find_spec("cirq_ionq") is not None:
        from cirq_ionq import Serializer

        serializer = Serializer()

        def to_ionq(values: list[float]) -> str:
            return json.dumps(vars(serializer.serialize_single_circuit(resolved(values))))

        ways.append(Way("Cirq", "resolve + cirq-ionq", to_ionq))
    return ways


def measure(bindings: int, rounds: int, framework: str | None = None) -> list[dict[str, Any]]:
    """Time so many bindings of every way, spread over the rounds; one record for each."""
    made = {"qiskit": _qiskit, "cirq": _cirq}
    records = []
    rng = np.random.default_rng(29)
    for ways in [make() for name, make in made.items() if framework in (None, name)]:
        each = max(1, bindings // rounds)
        spent: dict[str, list[float]] = {way.name: [] for way in ways}  # milliseconds a binding, by round
        counts = dict.fromkeys(spent, 0)
        for _ in range(rounds):
            points = rng.uniform(-3, 3, (each, ANSATZ_PARAMETERS)).tolist()
            for way in ways:
                done = 0
                began, used = time.perf_counter(), time.process_time()
                for values in points:
                    way.bind(values)
                    done += 1
                    if time.perf_counter() - began > _PATIENCE:
                        break
                spent[way.name].append((time.process_time() - used) / done * 1e3)
                counts[way.name] += done
        yardstick = spent[ways[0].name]
        records += [
            {
                "table": "binding",
                "framework": way.framework,
                "way": way.name,
                "bindings": counts[way.name],
                "ms": statistics.median(spent[way.name]),
                "ratio": statistics.median(a / b for a, b in zip(spent[way.name], yardstick, strict=True)),
                "made_ms": way.made_ms,
                "goal_ms": way.goal_ms,
                "yardstick": ways[0].name,
            }
            for way in ways
        ]
    return records


def lines(records: list[dict[str, Any]]) -> list[str]:
    """The table as text."""
    out = []
    framework = ""
    for record in records:
        if record["framework"] != framework:
            framework = record["framework"]
            out.append(
                f"{framework}, an ansatz of {ANSATZ_PARAMETERS} parameters: milliseconds a binding, how many times"
                f" {record['yardstick']} that is, and milliseconds to make the template"
            )
            out.append(f"{'bindings':>8}  {'way':<36} {'median':>9} {'ratio':>9} {'made':>9}")
        line = f"{record['bindings']:>8,}  {record['way']:<36} {record['ms']:>9.4f} {record['ratio']:>9.4f}"
        line += f" {record['made_ms']:>9.2f}" if record["made_ms"] else f" {'':>9}"
        if record["goal_ms"] is not None:
            reached = "reached" if record["ms"] <= record["goal_ms"] else "MISSED"
            line += f"  goal {record['goal_ms']} ms: {reached}"
        out.append(line.rstrip())
    return out
