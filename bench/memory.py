"""What encoding needs beyond the circuit that it starts from: tracemalloc's peak in bytes a gate.

Twice for each format: the first encoding makes what the framework keeps with the circuit from then on, and is not
counted.
"""

from __future__ import annotations

import gc
import tracemalloc
from typing import Any

from bench.circuits import mixed, mixed_cirq
from bench.writers import ours

__all__ = ["lines", "measure"]


def _limit(format_name: str) -> int | None:
    """Bytes a gate that the format may take; only OpenQASM, IonQ's JSON and QIR have promised any."""
    if format_name == "qir.v1":
        return 800
    return 600 if any(word in format_name.lower().replace("_", "") for word in ("ionq", "qasm")) else None


def measure(gates: int, framework: str | None = None) -> list[dict[str, Any]]:
    """One record for each framework and format, and one for reading alone."""
    records = []
    for name, make in (("qiskit", mixed), ("cirq", mixed_cirq)):
        if framework not in (None, name):
            continue
        circuit = make(gates)
        for writer in ours():
            writer.run(circuit)
            gc.collect()
            tracemalloc.start()
            try:
                made = writer.run(circuit)  # kept until the peak is known
                kept, peak = tracemalloc.get_traced_memory()
            finally:
                tracemalloc.stop()
            del made
            records.append(
                {
                    "table": "memory",
                    "framework": name,
                    "format": writer.name,
                    "gates": gates,
                    "peak_bytes": peak / gates,
                    "kept_bytes": kept / gates,
                    "limit_bytes": _limit(writer.name),
                }
            )
    return records


def lines(records: list[dict[str, Any]]) -> list[str]:
    """The table as text."""
    out = ["Bytes a gate beyond the circuit: the peak while it is encoded, and what is kept"]
    out.append(f"{'gates':>8}  {'from':<7} {'to':<26} {'peak':>7} {'kept':>7}")
    for record in records:
        line = f"{record['gates']:>8,}  {record['framework']:<7} {record['format']:<26}"
        line += f" {record['peak_bytes']:>7.0f} {record['kept_bytes']:>7.0f}"
        limit = record["limit_bytes"]
        if limit is not None:
            line += f"  limit {limit}: {'kept' if record['peak_bytes'] <= limit else 'BROKEN'}"
        out.append(line)
    return out
