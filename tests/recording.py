"""A pytest plugin that counts, for every promise, on which framework and format its tests passed.

`pytest -p recording --record FILE` writes what ran to FILE as JSON. A test belongs to a promise by its name, and to a
framework and format by the parameters of the fixtures `way`, `qiskit_way` and `cirq_way`. A test that shows a refusal
says so by `record_property("refused", reason)`.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--record", type=Path, help="JSON file that is told which promises held where")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--record") and not hasattr(config, "workerinput"):
        config.pluginmanager.register(_Recorder(config.getoption("--record")))


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Said in the test's own properties, which travel from the workers of pytest-xdist."""
    promise = re.match(r"test_p(\d\d)_", item.name)
    values = getattr(getattr(item, "callspec", None), "params", {})
    rows = [values[name] for name in ("way", "qiskit_way", "cirq_way") if isinstance(values.get(name), tuple)]
    if promise and rows:
        framework, service, _, format_name = rows[0]
        item.user_properties.append(("promise", [f"P{promise[1]}", framework, format_name, service]))


class _Recorder:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._found: dict[str, dict[str, int]] = {}

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

    def pytest_sessionfinish(self) -> None:
        lines = [f"{json.dumps(key)}: {json.dumps(self._found[key], sort_keys=True)}" for key in sorted(self._found)]
        self._path.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
