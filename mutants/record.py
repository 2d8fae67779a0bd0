"""A pytest plugin that writes every test's ending to the file named by `QRELAY_MUTANTS_RECORD`, as JSON by node id.

An ending is a pair: passed, skipped, failed or uncollected, and the first words of what went wrong.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

_endings: dict[str, tuple[str, str]] = {}


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """A test has failed if any of its phases has; it has passed if its call has, and nothing failed around it."""
    if report.failed:
        if _endings.get(report.nodeid, ("failed",))[0] != "failed":
            del _endings[report.nodeid]
        _endings.setdefault(report.nodeid, ("failed", _words(report)))
    elif report.skipped:
        _endings.setdefault(report.nodeid, ("skipped", ""))
    elif report.when == "call":
        _endings.setdefault(report.nodeid, ("passed", ""))


def pytest_collectreport(report: pytest.CollectReport) -> None:
    """A file that cannot even be imported proves nothing about its tests."""
    if report.failed:
        _endings[report.nodeid] = ("uncollected", _words(report))


def _words(report: pytest.TestReport | pytest.CollectReport) -> str:
    crash = getattr(report.longrepr, "reprcrash", None)
    return str(crash.message if crash is not None else report.longrepr)[:400]


def pytest_sessionfinish(session: pytest.Session) -> None:
    if hasattr(session.config, "workerinput"):  # of pytest-xdist, whose own process hears of every test
        return
    Path(os.environ["QRELAY_MUTANTS_RECORD"]).write_text(json.dumps(_endings), encoding="utf-8")
