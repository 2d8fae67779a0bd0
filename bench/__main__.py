"""Microseconds a gate, circuit to bytes, for each format beside its peers; bindings of an ansatz; memory; answers'
decoding; and one job end to end beside the SDKs.

`--table` names one of these. `--table memory --gates 10000 100000 300000` shows that memory grows no faster than the
circuit. `--short` leaves out the largest size and the repetitions. Times are the processor's, of this process alone.
All writers take turns in every round, so that whatever else the machine does falls on all of them; the ratio is the
median over the rounds, round by round.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import json
import os
import platform
import statistics
import time
from typing import Any

from bench import binding, end_to_end, memory
from bench.circuits import QUBITS
from bench.writers import Table, Writer, tables

PATIENCE = 20.0
"""Seconds one call may take: a size that is expected to take longer (slow ones grow with the square) is skipped.

No round begins after the yardstick has had as much, and no other writer joins one after a quarter of it.
"""

SMALLEST = 1_000

TABLES = ["writers", "binding", "memory", "decoding", "end-to-end"]

SDKS = {"azure-quantum": "QRELAY_BENCH_AZURE_QUANTUM", "qhub-quantum": "QRELAY_BENCH_QHUB_QUANTUM"}
"""The variables that name an interpreter for each vendor's SDK, whose pins collide with ours."""


def measure(table: Table, sizes: list[int], rounds: int) -> list[dict[str, Any]]:
    """Time every writer of a table at every size; one record for each."""
    columns, yardstick = table.writers, table.yardstick
    last: dict[str, tuple[int, float]] = {}  # size and seconds
    records = []
    for size in sizes:
        circuit = table.make(size)
        times: dict[str, dict[int, float]] = {writer.name: {} for writer in columns}  # seconds by round
        skipped = {writer.name: _why_not(writer, size, last.get(writer.name), yardstick) for writer in columns}
        for turn in range(rounds + 1):
            if sum(times[yardstick].values()) > PATIENCE:
                break  # a round without the yardstick has nothing to be compared with
            for writer in columns:
                spent = times[writer.name]
                if skipped[writer.name] or (writer.name != yardstick and sum(spent.values()) > PATIENCE / 4):
                    continue
                began = time.process_time()
                writer.run(circuit)
                spent[turn] = time.process_time() - began
        for writer in columns:
            record = _record(writer, size, times[writer.name], times[yardstick], skipped[writer.name])
            records.append({"framework": table.framework, **record})
            if times[writer.name]:
                last[writer.name] = size, min(times[writer.name].values())
    return records


def _why_not(writer: Writer, size: int, last: tuple[int, float] | None, yardstick: str) -> str:
    if writer.missing or writer.name == yardstick:  # without it there is no table
        return writer.missing
    if last is None:
        return "" if size <= SMALLEST else "too slow at a smaller size"
    at, spent = last
    expected = (spent if spent < 1 else spent * size / at) * size / at
    if expected <= PATIENCE:
        return ""
    return f"too slow: would take about {expected:.0f} s" if expected < 3600 else "too slow: would take hours"


def _record(
    writer: Writer, size: int, times: dict[int, float], yardstick: dict[int, float], skipped: str
) -> dict[str, Any]:
    """One line of the table; `times` are seconds by round. The first round warms up and counts only if it is alone."""
    record: dict[str, Any] = {"writer": writer.name, "gates": size, "goal": writer.goal, "skipped": skipped}
    if times:
        counted = {turn: spent for turn, spent in times.items() if turn or len(times) == 1}
        record |= {
            "min_us": min(counted.values()) / size * 1e6,
            "median_us": statistics.median(counted.values()) / size * 1e6,
            "ratio": statistics.median(spent / yardstick[turn] for turn, spent in counted.items()),
            "rounds": len(counted),
        }
    return record


def _line(record: dict[str, Any]) -> str:
    start = f"{record['gates']:>8,}  {record['writer']:<22}"
    if record["skipped"]:
        return f"{start} skipped: {record['skipped']}"
    goal = record["goal"]
    wanted = ""
    if goal is not None and record["gates"] == 100_000:
        wanted = f"  goal {goal:.2f}: {'reached' if record['ratio'] <= goal else 'MISSED'}"
    return f"{start} {record['min_us']:>9.2f} {record['median_us']:>9.2f} {record['ratio']:>9.3f}{wanted}"


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m bench", description="Microseconds a gate, circuit to bytes; one job end to end."
    )
    parser.add_argument("--short", action="store_true", help="1,000 and 10,000 gates, three rounds")
    parser.add_argument("--rounds", type=int, default=None, help="rounds after the first, which warms up")
    parser.add_argument(
        "--gates", type=int, nargs="+", default=None, help="sizes of the circuits of `writers` and `memory`"
    )
    parser.add_argument("--json", action="store_true", help="print the records as JSON")
    parser.add_argument("--table", choices=TABLES, default=None, help="this one only")
    parser.add_argument("--framework", choices=["qiskit", "cirq"], default=None, help="writers of this one only")
    for sdk, variable in SDKS.items():
        parser.add_argument(
            f"--{sdk}", metavar="PYTHON", default=os.environ.get(variable), dest=sdk,
            help=f"interpreter of an environment that has {sdk} (default: ${variable})",
        )  # fmt: skip
    arguments = parser.parse_args()
    rounds = arguments.rounds or (3 if arguments.short else 7)
    records: list[dict[str, Any]] = []
    wanted = TABLES if arguments.table is None else [arguments.table]
    if "writers" in wanted:
        sizes = arguments.gates or ([SMALLEST, 10_000] if arguments.short else [SMALLEST, 10_000, 100_000])
        for table in tables():
            if arguments.framework not in (None, table.framework.lower()):
                continue
            found = measure(table, sizes, rounds)
            records += found
            if not arguments.json:
                _show(table, found)
    for name, module in (("binding", binding), ("memory", memory), ("decoding", _decoding())):
        if name not in wanted or module is None:
            continue
        if name == "binding":
            found = binding.measure(100 if arguments.short else 1_000, rounds, arguments.framework)
        elif name == "memory":
            sizes = arguments.gates or [10_000 if arguments.short else 100_000]
            found = [record for size in sizes for record in memory.measure(size, arguments.framework)]
        elif arguments.framework is None:
            found = module.measure(short=arguments.short, rounds=rounds)
        else:
            continue
        records += found
        if not arguments.json:
            print(*module.lines(found), sep="\n", flush=True)
    if "end-to-end" in wanted and arguments.framework is None:
        found = end_to_end.measure({sdk: getattr(arguments, sdk) or "" for sdk in SDKS}, rounds)
        records += found
        if not arguments.json:
            print(*end_to_end.lines(found), sep="\n")
    if arguments.json:
        print(json.dumps(records, indent=1))


def _decoding() -> Any:
    """The table of answers' decoding, which has a module of its own."""
    if importlib.util.find_spec("bench.decoding") is None:
        return None
    return importlib.import_module("bench.decoding")


def _show(table: Table, records: list[dict[str, Any]]) -> None:
    print(
        f"Python {platform.python_version()}, {table.framework} {table.version}, {QUBITS} qubits;"
        f" microseconds a gate, and how many times {table.yardstick} that is"
    )
    print(f"{'gates':>8}  {'writer':<22} {'min':>9} {'median':>9} {'ratio':>9}")
    for record in records:
        print(_line(record), flush=True)


if __name__ == "__main__":
    main()
