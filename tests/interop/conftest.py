"""What the vendors' SDKs meet: the embedded cloud as `qrelay serve` gives it, a process with one port for both."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator

import pytest

_COMMAND = "from qrelay.cli import main; main()"


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    """Where `qrelay serve` listens: the workspaces at the root, the Hub below, at /quantum."""
    command = [sys.executable, "-c", _COMMAND, "serve", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            lines = process.stdout.readline() + process.stdout.readline()
            found = re.fullmatch(r"azure +(http://127\.0\.0\.1:\d+)\nkipu +\1/quantum\n", lines)
            assert found, lines
            yield found[1]
        finally:
            process.terminate()
