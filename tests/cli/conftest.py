"""The command line as a test calls it: in a folder of its own, with no account in the environment."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from qrelay.cli import main

BELL = 'OPENQASM 2.0; include "qelib1.inc"; qreg q[2]; creg c[2]; h q[0]; cx q[0],q[1]; measure q -> c;'
# Two registers of unequal length, measured crosswise: an asymmetric state that no mirror image equals.
CROSSED = (
    'OPENQASM 2.0; include "qelib1.inc"; qreg q[3]; creg a[2]; creg b[1]; '
    "x q[0]; measure q[0] -> a[1]; measure q[1] -> b[0]; measure q[2] -> a[0];"
)
NAMES_AN_ACCOUNT = re.compile(
    "AZURE_QUANTUM_.*|SUBSCRIPTION_ID|RESOURCE_GROUP|LOCATION|KQH_.*|PLANQK_.*|QHUB_.*|SERVICE_EXECUTION_TOKEN"
)


@pytest.fixture(autouse=True)
def no_account(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in list(os.environ):
        if NAMES_AN_ACCOUNT.fullmatch(name):
            monkeypatch.delenv(name)
    for name in ("HOME", "LOCALAPPDATA"):  # where `qhubctl login` leaves its file
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def qrelay(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Run the command line; gives exit code, standard output, standard error."""

    def run(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["qrelay", *map(str, arguments)])
        with pytest.raises(SystemExit) as left:
            main()
        code = left.value.code
        captured = capsys.readouterr()
        return (code if isinstance(code, int) else 0), captured.out, captured.err

    return run


@pytest.fixture
def bell(tmp_path: Path) -> Path:
    file = tmp_path / "bell.qasm"
    file.write_text(BELL)
    return file


def one_line(text: str) -> bool:
    return text.startswith("qrelay: ") and text.count("\n") == 1 and "Traceback" not in text
