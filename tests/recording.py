"""A pytest plugin that counts, for every promise, on which framework and format its tests passed.

It is part of every run (see conftest.py), and fails one in which a promise is right or refused where docs/matrix.md
says something else. `pytest -p recording --record FILE` writes what ran to FILE as JSON instead. A test belongs to a
promise by its name, and to a framework and format by the parameters of the fixtures `way`, `qiskit_way` and
`cirq_way`. A test that shows a refusal says so by `record_property("refused", reason)`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--record", type=Path, help="JSON file that is told which promises held where")


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(_Recorder(config.getoption("--record", None)))


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Said in the test's own properties, which travel from the workers of pytest-xdist."""
    promise = re.match(r"test_p(\d\d)_", item.name)
    values = getattr(getattr(item, "callspec", None), "params", {})
    rows = [values[name] for name in ("way", "qiskit_way", "cirq_way") if isinstance(values.get(name), tuple)]
    if promise and rows:
        framework, service, _, format_name = rows[0]
        item.user_properties.append(("promise", [f"P{promise[1]}", framework, format_name, service]))


RECORD = Path(__file__).parent / "conformance" / "promises.json"
"""Of the run that docs/matrix.md shows."""

RIGHT, BOTH, REFUSED, NOTHING, FAILED = "●", "◐", "✕", "–", "!"


def mark(counts: Mapping[str, int]) -> str:
    """What docs/matrix.md shows for a promise in a place, by how many of its tests came to what."""
    if counts.get("failed"):
        return FAILED
    right, refused = counts.get("cloud", 0) + counts.get("judged", 0), counts.get("refused", 0)
    return (BOTH if refused else RIGHT) if right else REFUSED if refused else NOTHING


class _Recorder:
    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._found: dict[str, dict[str, int]] = {}
        self._differ: list[str] = []

    def pytest_runtest_logreport(self, report: Any) -> None:
        if report.when != "call":
            return
        properties = dict(report.user_properties)
        if "promise" not in properties or report.skipped:
            return
        promise, framework, format_name, service = properties["promise"]
        word = "failed" if report.failed else "refused" if "refused" in properties else "right"
        where = "judged" if service == "judge" else "cloud"
        cell = self._found.setdefault(f"{promise} {framework} {format_name}", {})
        key = word if word != "right" else where
        cell[key] = cell.get(key, 0) + 1

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self._path is None:
            self._differ = list(self._differences()) if self._found else []
            if self._differ and session.exitstatus == pytest.ExitCode.OK:
                session.exitstatus = pytest.ExitCode.TESTS_FAILED
            return
        lines = [f"{json.dumps(key)}: {json.dumps(self._found[key], sort_keys=True)}" for key in sorted(self._found)]
        self._path.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")

    def _differences(self) -> Iterator[str]:
        """Of places where at least as many tests ran as the record knows: a run of some tests says nothing."""
        recorded = json.loads(RECORD.read_text(encoding="utf-8"))["promises"] if RECORD.exists() else {}
        for place, found in sorted(self._found.items()):
            known = recorded.get(place, {})
            if known and sum(found.values()) >= sum(known.values()) and FAILED != mark(found) != mark(known):
                yield f"{place}: {mark(found)}, and docs/matrix.md says {mark(known)}"

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        for line in self._differ:
            terminalreporter.write_line(f"{line} (nox -s conformance -- --table --only promises)", red=True)
