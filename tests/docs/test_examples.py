"""Every file in examples/ runs to its end as a user would run it, and keeps its own promises by assertions."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

AER_ON_QISKIT_1 = "ignore::DeprecationWarning:qiskit_aer.backends.aer_compiler"  # Aer's own code, on Qiskit 1.4
EXAMPLES = sorted((Path(__file__).resolve().parents[2] / "examples").glob("*.py"))


def test_there_are_examples() -> None:
    assert len(EXAMPLES) >= 4


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_example_runs(example: Path, tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-W", AER_ON_QISKIT_1, str(example)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.strip(), "an example that shows nothing teaches nothing"
