"""OpenQASM 2 and 3 judged by Qiskit's importers with Aer, and OpenQASM 3 by the QDK's compiler and simulator.

All answer with the memory of the registers one after the other in their order, the first one's first bit lowest.
What Qiskit's importer of OpenQASM 3 does not read (conditions that join or compare), the QDK does; the QDK reads no
delay and no `switch`, and takes index 0 of a register that is compared with a number for the highest bit.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping
from typing import Any

from judges import exact

os.environ.setdefault("QDK_PYTHON_TELEMETRY", "none")


def openqasm2(data: bytes) -> Any:
    """The circuit as Qiskit's importer reads it, strictly."""
    from qiskit import qasm2

    return qasm2.loads(data.decode(), strict=True)


def openqasm3(data: bytes) -> Any | None:
    """The circuit as Qiskit's importer reads it; None where it does not know a construct."""
    import openqasm3 as language
    from qiskit import qasm3

    text = data.decode()
    language.parse(text)
    try:
        return qasm3.loads(text)
    except qasm3.QASM3ImporterError as error:
        if not any(words in str(error) for words in _UNREAD):
            raise
        return None


_UNREAD = (
    *("unhandled binary operator", "unhandled unary operator", "unsupported binary operation"),
    *("conditions must be", "cannot be resolved"),
)


def is_straight(circuit: Any) -> bool:
    """Whether gates come first and measurements last on every qubit and bit, nothing else."""
    measured: set[Any] = set()
    for item in circuit.data:
        name = item.operation.name
        if name == "measure":
            measured.update(item.qubits)
        elif name != "barrier" and (item.clbits or name in ("reset", "for_loop") or measured.intersection(item.qubits)):
            return False
    return True


def outcome(circuit: Any, shots: int, seed: int = 11) -> tuple[Mapping[int, float], bool]:
    """Memory by probability, and True, where that can be worked out; else by counts of Aer."""
    if is_straight(circuit):
        return exact.memory_distribution(circuit), True
    return aer_counts(circuit, shots, seed), False


def aer_counts(circuit: Any, shots: int, seed: int = 11) -> Counter[int]:
    """Memories that Aer samples, bit 0 of the circuit lowest, whatever registers hold it."""
    from qiskit import transpile
    from qiskit_aer import AerSimulator

    # truncation loses the ends of branches that no measurement sees
    simulator = AerSimulator(seed_simulator=seed, max_parallel_threads=1, enable_truncation=False)
    flat = transpile(circuit, simulator, optimization_level=0)
    memory = simulator.run(flat, shots=shots, memory=True).result().data(0)["memory"]
    return Counter(int(value, 16) for value in memory)


def qdk_counts(data: bytes, shots: int, seed: int = 5) -> Counter[int]:
    """Memories that the QDK samples."""
    from qdk.openqasm import run

    found: Counter[int] = Counter()
    for shot in run(data.decode(), shots=shots, seed=seed):
        registers = shot if isinstance(shot, tuple) else [shot]
        digits = [str(bit) == "One" for register in registers for bit in register]
        found[sum(bit << place for place, bit in enumerate(digits))] += 1
    return found
