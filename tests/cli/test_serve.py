"""`qrelay serve` as another program meets it: a process with a port."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from qiskit import QuantumCircuit

from qrelay.cli import main
from qrelay.kipu import Hub
from qrelay.qiskit import Provider

PATH = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Quantum/workspaces/w/providerStatus"
COMMAND = "from qrelay.cli import main; main()"


@contextmanager
def serving(*arguments: str, end: signal.Signals = signal.SIGINT) -> Iterator[str]:
    command = [sys.executable, "-c", COMMAND, "serve", *(() if "--port" in arguments else ("--port", "0")), *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            found = re.fullmatch(r"azure +(http://127\.0\.0\.1:\d+)\n", line)
            assert found, (line, process.stderr and process.stderr.read() if process.poll() is not None else "")
            assert re.fullmatch(rf"kipu +{re.escape(found[1])}/quantum\n", process.stdout.readline())
            yield found[1]
            process.send_signal(end)
            assert process.wait(20) in (0, 1, 130)
            assert process.stderr is not None
            assert "Traceback" not in process.stderr.read()
        finally:
            process.kill()


def status(address: str, key: str) -> httpx.Response:
    return httpx.get(
        address + PATH, params={"api-version": "2026-01-15-preview"}, headers={"x-ms-quantum-api-key": key}
    )


def test_serve_with_a_key_and_a_fault(tmp_path: Path) -> None:
    """Options that are read and then forgotten: any key let in, no fault committed, no file written."""
    data = tmp_path / "cloud.sqlite"
    fault = "GET */providerStatus status=503 retry-after=7"
    with serving("--key", "right", "--data", str(data), "--faults", fault) as address:
        throttled = status(address, "right")
        assert (throttled.status_code, throttled.headers["retry-after"]) == (503, "7")
        assert status(address, "wrong").status_code == 401
        listed = status(address, "right")
        assert listed.status_code == 200
        assert any(target["id"] == "ionq.simulator" for p in listed.json()["value"] for target in p["targets"])
    assert data.exists()


def test_serve_with_the_hub(tmp_path: Path) -> None:
    """A key that opens one service and not the other; a file and a fault that only one of them knows."""
    data = tmp_path / "cloud.sqlite"
    fault = "GET /quantum/backends status=429 retry-after=3"
    for round_ in range(2):
        with serving("--key", "one", "--key", "two", "--data", str(data), "--faults", fault) as address:
            throttled = backends(address, "one")
            assert (throttled.status_code, throttled.headers["retry-after"]) == (429, "3")
            assert backends(address, "three").status_code == 401
            listed = backends(address, "two")
            assert listed.status_code == 200
            assert any(backend["id"] == "kipu.sim.qsim" for backend in listed.json())
            with Hub("two", base_url=f"{address}/quantum") as hub:
                assert len(list(hub.jobs())) == round_  # what the process before left in the file
                qubit = QuantumCircuit(2, 2)
                qubit.x(0)
                qubit.measure([0, 1], [1, 0])
                job = Provider(hub).get_backend("kipu.sim.qsim").run(qubit, shots=10)
                assert job.result().get_counts() == {"10": 10}


def backends(address: str, token: str) -> httpx.Response:
    return httpx.get(f"{address}/quantum/backends", headers={"X-Auth-Token": token})


def test_serve_on_the_port_that_was_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Served on some other port than the one that every client was told; a second server that seems to start there."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with serving("--port", str(port)) as address:
        assert address == f"http://127.0.0.1:{port}"
        assert status(address, "any").status_code == 200
        monkeypatch.setattr(sys, "argv", ["qrelay", "serve", "--port", str(port)])
        with pytest.raises(SystemExit) as left:
            main()
    assert left.value.code == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert re.fullmatch(rf"qrelay: cannot listen on port {port}: .* Choose another, or 0\.\n", captured.err)


def test_serve_ends_in_order_when_it_is_told_to(tmp_path: Path) -> None:
    """SIGTERM, as service managers and containers send it, killed the process before its file was closed."""
    data = tmp_path / "cloud.sqlite"
    with serving("--data", str(data), end=signal.SIGTERM) as address:
        assert status(address, "any").status_code == 200
    assert [path.name for path in tmp_path.iterdir()] == [data.name]


@pytest.mark.parametrize("fault", ["PUT", "PUT */jobs/* vanish", "GET * drop status=500", "GET * status=many"])
def test_a_fault_that_cannot_be_read(
    fault: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["qrelay", "serve", "--faults", fault])
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code == 2
    error = capsys.readouterr().err
    assert error.startswith("qrelay: ")
    assert error.count("\n") == 1
