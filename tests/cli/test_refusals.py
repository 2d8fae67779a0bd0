"""What the commands cannot do: one line on standard error that says what to do, and an exit code; never a traceback."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import CROSSED, one_line


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["--target", "ionq.simulater", "--local"], 2, "ionq.simulator"),
        (["--target", "ionq.simulator", "--shots", "0", "--local"], 2, "shots"),
        (["--target", "ionq.simulator", "--format", "no.such.v1", "--local"], 2, "no.such.v1"),
        (["--target", "pasqal.sim.emu-tn", "--local"], 2, "pasqal.sim.emu-tn"),
        (["--target", "ionq.simulator", "--no-wait", "--local"], 2, "--data"),
    ],
)
def test_what_cannot_work_is_one_line(qrelay: Any, bell: Path, arguments: list[str], code: int, says: str) -> None:
    """Tracebacks of forty lines for a misspelt name."""
    left, out, err = qrelay("run", bell, *arguments)
    assert (left, out) == (code, "")
    assert one_line(err), err
    assert says in err


def test_without_an_account_the_embedded_cloud_runs_it(qrelay: Any, tmp_path: Path) -> None:
    """The plainest command of all was refused for want of a workspace that a newcomer does not have."""
    file = tmp_path / "crossed.qasm"
    file.write_text(CROSSED)
    code, out, err = qrelay("run", file, "--target", "rigetti.sim.qvm", "--shots", 100, "--json")
    assert (code, json.loads(out)["circuits"][0]["counts"]) == (0, {"0 10": 100})
    assert one_line(err), err
    assert "embedded cloud" in err, "counts of a simulation may not pass for those of a machine"
    code, out, err = qrelay("targets", "--json")
    assert (code, len(json.loads(out)) > 10) == (0, True)
    assert "embedded cloud" in err
    code, out, err = qrelay("run", file, "--target", "rigetti.sim.qvm", "--no-wait")
    assert (code, out) == (2, "")
    assert "--data" in err


def test_without_an_account_no_device_is_feigned(qrelay: Any, bell: Path) -> None:
    """A forgotten environment, and a simulation's counts under a machine's name: only who asks for that gets it."""
    code, out, err = qrelay("run", bell, "--target", "ionq.qpu.forte-1", "--shots", 10)
    assert (code, out) == (2, "")
    assert "is a device" in err
    assert qrelay("run", bell, "--target", "ionq.qpu.forte-1", "--shots", 10, "--local")[0] == 0


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("AZURE_QUANTUM_WORKSPACE_NAME", "ws"),
        ("AZURE_QUANTUM_CONNECTION_STRING", "SubscriptionId=s;ApiKey=s3cret"),
    ],
)
def test_a_half_named_workspace_is_a_mistake(
    qrelay: Any, bell: Path, monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    """A simulation in place of the machine that was meant, because one variable of four was forgotten."""
    monkeypatch.setenv(variable, value)
    code, out, err = qrelay("run", bell, "--target", "ionq.simulator")
    assert (code, out) == (2, "")
    assert one_line(err), err
    assert "--local" in err
    assert "s3cret" not in err


@pytest.mark.parametrize("command", [["jobs"], ["job", "x"], ["result", "x"], ["cancel", "x"], ["sessions"]])
def test_what_asks_for_earlier_work_needs_to_know_where(qrelay: Any, command: list[str]) -> None:
    """An empty list, or `unknown job`, from a cloud that was made a moment ago."""
    code, out, err = qrelay(*command)
    assert (code, out) == (2, "")
    assert one_line(err), err
    assert "--local" in err


def test_a_refusal_tells_of_every_format(qrelay: Any, tmp_path: Path) -> None:
    """Advised to take a format with mid-circuit work, after that very format had refused the circuit, too."""
    file = tmp_path / "loop.qasm"
    file.write_text(
        'OPENQASM 3.0; include "stdgates.inc"; qubit[2] q; bit[2] c; h q[0]; c[0] = measure q[0]; '
        "while (c[0]) { h q[0]; c[0] = measure q[0]; }"
    )
    code, out, err = qrelay("run", file, "--target", "quantinuum.sim.h2-1e", "--local")
    assert (code, out) == (2, "")
    assert one_line(err), err
    assert "and qir.v1's adaptive profiles have no" in err
    assert "honeywell.openqasm.v1 refuses it too" in err


@pytest.mark.parametrize(
    ("package", "extra", "arguments"),
    [
        ("qiskit", "qiskit", ["run", "bell.qasm", "--target", "ionq.simulator", "--local"]),
        ("starlette", "local", ["serve"]),
        ("uvicorn", "local", ["serve"]),
        ("starlette", "local", ["demo"]),
    ],
)
def test_a_missing_extra_is_one_line(bell: Path, package: str, extra: str, arguments: list[str]) -> None:
    """`pip install qrelay[cli]`, then a traceback through typer that ends in No module named 'qiskit'."""
    program = f"import sys; sys.modules[{package!r}] = None; from qrelay.cli import main; main()"
    ran = subprocess.run(
        [sys.executable, "-c", program, *arguments], cwd=bell.parent, capture_output=True, text=True, check=False
    )
    assert (ran.returncode, ran.stdout) == (2, "")
    assert one_line(ran.stderr), ran.stderr
    assert f"pip install 'qrelay[{extra}]'" in ran.stderr


def test_a_circuit_without_measurement_is_refused(qrelay: Any, tmp_path: Path) -> None:
    file = tmp_path / "silent.qasm"
    file.write_text('OPENQASM 2.0; include "qelib1.inc"; qreg q[1]; h q[0];')
    code, _, err = qrelay("run", file, "--target", "ionq.simulator", "--local")
    assert code == 2
    assert one_line(err), err
    assert "measure" in err


@pytest.mark.parametrize("command", ["job", "result", "cancel"])
def test_an_unknown_job_is_one_line(qrelay: Any, command: str) -> None:
    code, out, err = qrelay(command, "00000000-0000-0000-0000-00000000dead", "--local")
    assert (code, out) == (1, "")
    assert one_line(err), err
    assert "dead" in err


def test_a_missing_file_is_a_mistake_of_usage(qrelay: Any) -> None:
    code, _, err = qrelay("run", "nowhere.qasm", "--target", "ionq.simulator", "--local")
    assert code == 2
    assert "nowhere.qasm" in err
