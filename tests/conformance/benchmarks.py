"""mqt.bench's algorithms as circuits of both frameworks, and what each format makes of them.

Source: Quetschlich, Burgholzer, Wille, MQT Bench, arXiv:2204.13719 (package mqt.bench).
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator
from typing import Any

from judges import cirq_answers, exact

from conformance import verdicts
from qrelay.formats import INPUT_FORMATS

__all__ = [
    "FRAMEWORKS",
    "LARGEST",
    "TOO_LARGE",
    "algorithms",
    "circuit",
    "cirq_reads",
    "recorded_sizes",
    "sizes_of",
    "verdicts_of",
]

FRAMEWORKS = ("qiskit", "cirq")
LARGEST = 12

SIZES = (5, 8, LARGEST)
"""Those that are recorded, besides each algorithm's smallest: an algorithm that has no such size goes through in the
next smaller one that it has."""

SUITE = 3
"""Least qubits of an algorithm in the ordinary suite."""

TOO_LARGE = ("seven_qubit_steane_code", "shor", "shors_nine_qubit_code")
"""Algorithms that need more qubits than `LARGEST`."""


def algorithms() -> list[str]:
    from mqt.bench.benchmarks import get_available_benchmark_names

    return [name for name in get_available_benchmark_names() if name not in TOO_LARGE]


def circuit(name: str, size: int) -> Any:
    """Qiskit's circuit, measured if it does not measure; None if the algorithm has no such size."""
    from mqt.bench import get_benchmark_alg

    with warnings.catch_warnings():  # the package's and Qiskit's own
        warnings.simplefilter("ignore")
        try:
            made = get_benchmark_alg(name, size)
        except (ValueError, IndexError):
            return None
        except Exception as error:
            if size < 4:
                return None
            raise error from None
    if "measure" not in made.count_ops():
        made.measure_all()
    return made


def sizes_of(name: str, sizes: Iterable[int]) -> Iterator[tuple[int, Any]]:
    """The sizes among these that the algorithm has, each with its circuit."""
    for size in sizes:
        made = circuit(name, size)
        if made is not None:
            assert made.num_qubits <= LARGEST
            yield size, made


def recorded_sizes(name: str) -> list[int]:
    """An algorithm's smallest size, its smallest from `SUITE` on, and for each of `SIZES` its largest not above."""
    known = [size for size, _ in sizes_of(name, range(1, LARGEST + 1))]
    below = {max(size for size in known if size <= most) for most in SIZES if most >= known[0]}
    return sorted({known[0], min(size for size in known if size >= SUITE), *below})


def in_cirq(made: Any) -> Any:
    """The same algorithm as Cirq reads it from Qiskit's OpenQASM 2."""
    from cirq.contrib.qasm_import import circuit_from_qasm
    from qiskit import qasm2, transpile
    from qiskit.transpiler.passes import RemoveBarriers

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        flat = transpile(
            made, basis_gates=["h", "x", "rx", "ry", "rz", "cx", "cz", "swap", "ccx"], optimization_level=0
        )
        return circuit_from_qasm(qasm2.dumps(RemoveBarriers()(flat)))


def cirq_reads(made: Any) -> bool:
    """Whether Cirq's reader of OpenQASM 2 knows all that it holds."""
    return exact.measures_last(made)


def _shots(made: Any) -> int:
    """For judges that sample: they simulate every shot by itself, and algorithms grow fast."""
    return 1000 if made.num_qubits < 6 else 200 if made.num_qubits < 8 else 60


def verdicts_of(made: Any, framework: str, formats: Iterable[str] = INPUT_FORMATS) -> dict[str, verdicts.Verdict]:
    """By format. AssertionError where the answer is wrong."""
    if framework == "qiskit":
        wanted = exact.memory_distribution(made)
        return {name: verdicts.of_qiskit(made, name, wanted, _shots(made)) for name in formats}
    drawn = in_cirq(made)
    records = cirq_answers.distribution(drawn)
    return {name: verdicts.of_cirq(drawn, name, records, _shots(made)) for name in formats}
