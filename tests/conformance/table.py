"""docs/conformance.md, made of conformance.json beside this file, and docs/matrix.md, made of promises.json."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from corners.matrix import ROWS
from corners.says import WORDS, says
from recording import mark

from conformance import benchmarks

__all__ = ["MATRIX", "PAGE", "RECORD", "held", "matrix", "page", "recorded", "write", "write_matrix"]

RECORD = Path(__file__).with_name("conformance.json")
PAGE = Path(__file__).parents[2] / "docs" / "conformance.md"
MATRIX = PAGE.with_name("matrix.md")
_HELD = RECORD.with_name("promises.json")

_NAMES = {"qiskit": "Qiskit", "cirq": "Cirq"}
_WITHOUT = "–"


def recorded() -> dict[str, Any]:
    """What was recorded last.

    `formats`: the columns.
    `algorithms`: framework → algorithm → size → format → reason, of refusals only.
    """
    document: dict[str, Any] = json.loads(RECORD.read_text(encoding="utf-8"))
    return document


def write(record: Mapping[str, Any]) -> None:
    """Keep the record, a line for each algorithm, and write the page anew."""
    lines = [f'"formats": {json.dumps(record["formats"])},', '"algorithms": {']
    parts = []
    for framework, rows in record["algorithms"].items():
        inner = ",\n".join(_line(name, rows[name]) for name in sorted(rows))
        parts.append(f"{json.dumps(framework)}: {{\n{inner}\n}}")
    lines += [",\n".join(parts), "}"]
    RECORD.write_text("{\n" + "\n".join(lines) + "\n}\n", encoding="utf-8")
    PAGE.write_text(page(record), encoding="utf-8")


def _line(key: str, value: Any) -> str:
    return f"{json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}"


def page(record: Mapping[str, Any]) -> str:
    """The page's text."""
    return "\n".join([_HEAD, *_algorithms(record), ""])


_HEAD = """\
# Conformance

This page is written by `nox -s conformance -- --table`; a test holds it against what the formats do now.

What a circuit means must not change on its way into a format. An encoder counts as right when somebody else's reader
and simulator, or a matrix simulation made from the format's own documentation, gives the distribution that the
framework's own simulator gives. What a format cannot say is refused with a typed error that names the operation and its
index. There is no third outcome.

Besides what is counted here, circuits are drawn at random in both frameworks: gates of the whole repertoire, registers
and keys of every sort, control flow, and mirrors (a circuit and its inverse, which must give zeros).
`nox -s conformance -- --examples 20000` draws as many for each test. The promises are held format by format:
[What holds where](matrix.md).
"""


# --- algorithms ------------------------------------------------------------------------------------------------------


_ALGORITHMS = """\
All of [MQT Bench](https://github.com/munich-quantum-toolkit/bench)'s algorithms that fit {largest} qubits, as Qiskit
has them and, where they only measure at the end, as Cirq reads them from Qiskit's OpenQASM 2: each in its smallest
size, its smallest of at least {suite} qubits, and the largest that it has up to each of {sizes} qubits. Each
gives the reference distribution at the format's judge, or is refused. QIR of six qubits and more, if it is
straight-line, is judged by following its calls on amplitudes; the QDK's simulator, which takes every shot by
itself, must agree in a few shots."""


def _algorithms(record: Mapping[str, Any]) -> Iterator[str]:
    yield "## Published algorithms"
    yield ""
    largest = max(int(size) for sizes in record["algorithms"]["qiskit"].values() for size in sizes)
    *some, last = benchmarks.SIZES
    yield _ALGORITHMS.format(largest=largest, suite=benchmarks.SUITE, sizes=f"{', '.join(map(str, some))} and {last}")
    yield ""
    rows = record["algorithms"]
    totals = {framework: sum(map(len, algorithms.values())) for framework, algorithms in rows.items()}
    refused: Counter[tuple[str, str]] = Counter()
    reasons: dict[tuple[str, str], Counter[str]] = {}
    for framework, algorithms in rows.items():
        for algorithm, sizes in algorithms.items():
            for refusals in sizes.values():
                for format_name, reason in refusals.items():
                    refused[framework, format_name] += 1
                    reasons.setdefault((reason, format_name), Counter())[algorithm] += 1
    yield f"| format | {' | '.join(f'{_NAMES[one]}: right | refused' for one in rows)} |"
    yield "|---" * (1 + 2 * len(rows)) + "|"
    for format_name in record["formats"]:
        cells = []
        for framework in rows:
            no = refused[framework, format_name]
            cells.append(f"{totals[framework] - no} | {no}")
        yield f"| `{format_name}` | {' | '.join(cells)} |"
    yield ""
    yield "The refusals by reason:"
    yield ""
    yield "| format | reason | algorithms, and how many circuits of each |"
    yield "|---|---|---|"
    for (reason, format_name), algorithms in sorted(reasons.items(), key=lambda item: (item[0][1], item[0][0])):
        listed = ", ".join(f"{name} {count}" for name, count in sorted(algorithms.items()))
        yield f"| `{format_name}` | {_escaped(reason)} | {listed} |"
    yield ""
    yield "The algorithms and their sizes:"
    yield ""
    yield "| algorithm | qubits | from Cirq, too |"
    yield "|---|---|---|"
    for algorithm in sorted(rows["qiskit"]):
        both = "yes" if algorithm in rows["cirq"] else "no"
        yield f"| {algorithm} | {_runs(sorted(map(int, rows['qiskit'][algorithm])))} | {both} |"


def _escaped(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")


def _runs(sizes: list[int]) -> str:
    """2, 4–12: neighbours are joined."""
    runs: list[list[int]] = []
    for size in sizes:
        if runs and size == runs[-1][-1] + 1:
            runs[-1].append(size)
        else:
            runs.append([size])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs)


# --- the matrix ------------------------------------------------------------------------------------------------------


_MATRIX = """\
# What holds where

This page is written by `nox -s conformance -- --table --only promises`, from a run of the promises' tests. The ordinary
tests hold it against what they find.

[The promises](promises.md) about circuits and their answers, for every framework and input format:

- **●** right: the whole way through the embedded cloud, and run by the format's judge; by the judge alone where no
  target of that cloud takes the format.
- **◐** right in all that the format can say. Some tests of this promise need more, and get a typed error before any
  request; what each target can say stands below.
- **✕** refused with a typed error before any request.
- **–** not applicable: a promise to users of the other framework, or one about jobs and results in a format that no
  target of the embedded cloud takes; of the latter, P11 and P13 are tested from Qiskit only.

`PERCEVAL` is not among the formats here, because no target takes circuits in it unasked. It says few gates; what it
says is judged by Perceval's own simulator in `nox -s outside`. The analog formats take no circuits at all.
"""

_WITHOUT_IN_CIRQ = frozenset({"else", "nested", "switch", "while"})

_WORDS = """\
## What circuits may ask for

Beyond gates and measurements at the end. A test fails where something marked ● is refused, and where something else is
not refused before any request. Loops over known values are written out for all.
"""


def held() -> dict[str, Any]:
    """What docs/matrix.md shows.

    `formats`: the rows.
    `promises`: for "P01 qiskit qir.v1" how many tests were right on the embedded cloud ("cloud") or by the format's
    judge ("judged"), or showed a refusal ("refused").
    """
    document: dict[str, Any] = json.loads(_HELD.read_text(encoding="utf-8"))
    return document


def write_matrix(formats: Iterable[str], promises: Mapping[str, Any]) -> None:
    """Keep what a run of the promises found, a line for each place, and write docs/matrix.md anew."""
    lines = ",\n".join(_line(key, promises[key]) for key in sorted(promises))
    text = f'{{\n"formats": {json.dumps([*formats])},\n"promises": {{\n{lines}\n}}\n}}\n'
    _HELD.write_text(text, encoding="utf-8")
    MATRIX.write_text(matrix(held()), encoding="utf-8")


def matrix(record: Mapping[str, Any]) -> str:
    """The text of docs/matrix.md."""
    lines = [_MATRIX]
    numbers = [f"P{number:02}" for number in range(1, 17)]
    for framework, name in _NAMES.items():
        lines += [f"## {name}", "", f"| format | {' | '.join(numbers)} |", "|---" * (1 + len(numbers)) + "|"]
        for format_name in record["formats"]:
            marks = [mark(record["promises"].get(f"{number} {framework} {format_name}", {})) for number in numbers]
            lines.append(f"| `{format_name}` | {' | '.join(marks)} |")
        lines.append("")
    lines += [_WORDS, f"| target | format | framework | {' | '.join(WORDS)} |", "|---" * (3 + len(WORDS)) + "|"]
    silent = []
    for _, target, format_name in ROWS:
        said = {framework: says(framework, target, format_name) for framework in _NAMES}
        if not any(said.values()):
            silent.append(f"{target} (`{format_name}`)")
            continue
        for framework, words in said.items():
            unknown = _WITHOUT_IN_CIRQ if framework == "cirq" else frozenset()
            cells = " | ".join(_WITHOUT if word in unknown else "●" if word in words else "✕" for word in WORDS)
            lines.append(f"| {target} | `{format_name}` | {_NAMES[framework]} | {cells} |")
    return "\n".join([*lines, "", f"None of it: {', '.join(silent)}.", "", _LEGEND])


_LEGEND = """\
midway: a qubit goes on after its measurement. reset: of a qubit that something happened to. if: a register compared
with a number; bit: one bit of several; several: more than one register in a condition. nested: an if in an if. while: a
loop that ends by what it measures. Cirq has none of the last four.
"""
