"""Records what holds where, and writes docs/conformance.md and docs/matrix.md: `python -m conformance`.

`tests` is on PYTHONPATH then: `nox -s conformance -- --table` runs it; `--help` lists the options.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from conformance import benchmarks, table
from qrelay.formats import INPUT_FORMATS

_ROOT = Path(__file__).parents[2]
_PROMISES = ("tests/promises", "tests/conformance")


def main() -> int:
    parser = argparse.ArgumentParser(prog="conformance")
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    parser.add_argument("--largest", type=int, default=benchmarks.LARGEST, help="qubits of the largest algorithm")
    parser.add_argument("--only", choices=["promises", "algorithms", "page"], help="leave the rest as it was recorded")
    parser.add_argument("--tests", nargs="+", default=_PROMISES, help="where the tests of promises are")
    given = parser.parse_args()
    record: dict[str, Any] = {"algorithms": {}}
    if table.RECORD.exists():
        record = table.recorded()
    record["formats"] = list(INPUT_FORMATS)
    if given.only in (None, "algorithms"):
        record["algorithms"] = _algorithms(given.jobs, given.largest)
    table.write(record)
    promises: dict[str, Any] = {}
    if given.only in (None, "promises"):
        promises = _promises(given.jobs, given.tests)
        if given.tests == _PROMISES:
            table.write_matrix(INPUT_FORMATS, promises)
    return int(any("failed" in cell for cell in promises.values()))


def _algorithms(jobs: int, largest: int) -> dict[str, Any]:
    found: dict[str, Any] = {framework: {} for framework in benchmarks.FRAMEWORKS}
    sizes = {
        name: [size for size in benchmarks.recorded_sizes(name) if size <= largest] for name in benchmarks.algorithms()
    }
    tasks = [(name, size, framework) for name in sizes for size in sizes[name] for framework in benchmarks.FRAMEWORKS]
    tasks.sort(key=lambda task: (task[1], task[0] == "grover"), reverse=True)  # what takes longest begins first
    with ProcessPoolExecutor(jobs) as pool:
        for (name, size, framework), refusals in zip(tasks, pool.map(_one, *zip(*tasks, strict=True)), strict=True):
            if refusals is not None:
                found[framework].setdefault(name, {})[str(size)] = refusals
    return found


def _one(name: str, size: int, framework: str) -> dict[str, str] | None:
    """Format → reason, of refusals only; None if the framework has no such circuit."""
    warnings.simplefilter("ignore")
    made = benchmarks.circuit(name, size)
    if framework == "cirq" and not benchmarks.cirq_reads(made):
        return None
    verdicts = benchmarks.verdicts_of(made, framework)
    return {one: verdict.reason for one, verdict in verdicts.items() if verdict.word != "right"}


def _promises(jobs: int, tests: Sequence[str]) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "promises.json"
        numbers = " or ".join(f"test_p{number:02}" for number in range(1, 17))
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-p",
            "recording",
            "--record",
            str(path),
            "-q",
            "-n",
            str(jobs),
            "-k",
            numbers,
        ]
        subprocess.run([*command, *tests], cwd=_ROOT, check=False)
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return found


if __name__ == "__main__":
    sys.exit(main())
