"""One job from submission to counts: what it costs in requests and in the client's processor time, client by client.

Each client runs in a process of its own, a vendor's SDK in the interpreter that was named for it; all take turns in
every round, on one server. Requests are counted where they arrive.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.client import SHOTS
from qrelay.local import LocalCloud, served

PAIRS = {
    "Azure Quantum": ("qrelay on Azure", "azure-quantum"),
    "Kipu Quantum Hub": ("qrelay on the Hub", "qhub-quantum"),
}
"""For each service our client and the vendor's, which is the yardstick."""

PATIENCE = 120.0
"""Seconds a client may take to connect, or for one job."""

ONES = 0.15164664  # sin²(0.4), of ry(0.8)
EXPECTED = {"11000": 1 - ONES, "11011": ONES}  # b[2] b[1] b[0] a[1] a[0]


class Counted:
    """The application, and how many requests have reached it: all, and those that do not only read."""

    def __init__(self, app: Any) -> None:
        self._app = app
        self.requests = self.writes = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            self.requests += 1
            self.writes += scope["method"] not in ("GET", "HEAD")
        await self._app(scope, receive, send)


@dataclass
class Client:
    """A client's process, and what its jobs took: round by round requests, writes, processor seconds, seconds."""

    name: str
    version: str = ""
    missing: str = ""
    ask: Callable[[], dict[str, Any]] | None = None
    requests: list[int] = field(default_factory=list)
    writes: list[int] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)

    def take_a_turn(self, app: Counted, *, counts: bool) -> None:
        """One job. Raises RuntimeError if it does not measure what the circuit says."""
        if self.ask is None:
            return
        requests, writes = app.requests, app.writes
        answer = self.ask()
        check(self.name, answer["counts"])
        if counts:
            self.requests.append(app.requests - requests)
            self.writes.append(app.writes - writes)
            self.cpu.append(answer["cpu"])
            self.wall.append(answer["wall"])


def check(name: str, counts: dict[str, int]) -> None:
    """All shots, and the two outcomes as often as they ought to be, within six standard deviations."""
    flat = {key.replace(" ", ""): count for key, count in counts.items()}
    spread = 6 * (ONES * (1 - ONES) / SHOTS) ** 0.5
    right = set(flat) == set(EXPECTED) and sum(flat.values()) == SHOTS
    if not right or any(abs(flat[key] / SHOTS - share) > spread for key, share in EXPECTED.items()):
        raise RuntimeError(f"{name} measured {counts} instead of {EXPECTED}: what it took means nothing")


def measure(pythons: dict[str, str], rounds: int) -> list[dict[str, Any]]:
    """One record for each client. `pythons` names the interpreter of a vendor's SDK by the SDK's name."""
    with LocalCloud() as cloud, ExitStack() as stack:
        app = cloud.app = Counted(cloud.app)  # type: ignore[assignment]
        address = stack.enter_context(served(cloud))
        clients = {}
        for name in (name for pair in PAIRS.values() for name in pair):
            python = sys.executable if name.startswith("qrelay") else pythons.get(name)
            clients[name] = stack.enter_context(connected(name, python, address))
        for turn in range(rounds + 1):  # the first warms up
            for client in clients.values():
                client.take_a_turn(app, counts=turn > 0)
    return [
        {"service": service, **_record(clients[name], clients[pair[1]])}
        for service, pair in PAIRS.items()
        for name in pair
    ]


@contextmanager
def connected(name: str, python: str | None, address: str) -> Iterator[Client]:
    """The client's process, connected. Without an interpreter, a client that says so.

    Raises RuntimeError if the process ends or is silent, with what it complained of: no SDK in the interpreter, say.
    """
    if not python:
        yield Client(name, missing=f"no interpreter that has it was named: --{name} PYTHON")
        return
    with (
        tempfile.TemporaryFile("w+") as complaints,
        subprocess.Popen(
            [python, "-W", "ignore", "-m", "bench.client", name, address],
            cwd=Path(__file__).parents[1], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=complaints, text=True,
        ) as process,
    ):  # fmt: skip
        assert process.stdin is not None
        assert process.stdout is not None
        lines, orders = process.stdout, process.stdin

        def answer() -> dict[str, Any]:
            patience = threading.Timer(PATIENCE, process.kill)
            patience.start()
            line = lines.readline()
            patience.cancel()
            if not line:
                process.kill()
                complaints.seek(0)
                raise RuntimeError(f"{name} gave no answer within {PATIENCE:.0f} s, or ended: {complaints.read()}")
            told: dict[str, Any] = json.loads(line)
            return told

        def ask() -> dict[str, Any]:
            orders.write("\n")
            orders.flush()
            return answer()

        try:
            hello = answer()
            yield Client(name, f"{hello['version']}, Python {hello['python']}", ask=ask)
            orders.close()
            process.wait(10)
        finally:
            process.kill()


def _record(client: Client, yardstick: Client) -> dict[str, Any]:
    record: dict[str, Any] = {"client": client.name, "version": client.version, "skipped": client.missing}
    if not client.missing:
        record |= {
            "requests": statistics.median(client.requests),
            "writes": statistics.median(client.writes),
            "cpu_ms": statistics.median(client.cpu) * 1e3,
            "min_cpu_ms": min(client.cpu) * 1e3,
            "wall_ms": statistics.median(client.wall) * 1e3,
            "rounds": len(client.cpu),
        }
        if not yardstick.missing:
            record |= {
                "request_ratio": _ratio(client.requests, yardstick.requests),
                "cpu_ratio": _ratio(client.cpu, yardstick.cpu),
            }
    return record


def _ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """The median over the rounds, round by round."""
    return statistics.median(own / other for own, other in zip(ours, theirs, strict=True))


def lines(records: list[dict[str, Any]]) -> Iterator[str]:
    """The table, as text."""
    yield (
        f"one job of 5 qubits and {SHOTS} shots, from Qiskit's run() to its counts: requests that reach the service,\n"
        "milliseconds of the client's processor, and how many times the vendor's own SDK that is (medians)"
    )
    columns = f"{'requests':>8} {'writes':>6} {'CPU min':>8} {'CPU':>8} {'elapsed':>8} {'requests':>9} {'CPU':>7}"
    yield f"{'service':<17} {'client':<18} {columns}"
    for record in records:
        start = f"{record['service']:<17} {record['client']:<18}"
        if record["skipped"]:
            yield f"{start} skipped: {record['skipped']}"
            continue
        ratios = f"{'–':>9} {'–':>7}"
        if "cpu_ratio" in record:
            ratios = f"{record['request_ratio']:>9.3f} {record['cpu_ratio']:>7.3f}"
        spent = f"{record['min_cpu_ms']:>8.1f} {record['cpu_ms']:>8.1f} {record['wall_ms']:>8.0f}"
        yield f"{start} {record['requests']:>8g} {record['writes']:>6g} {spent} {ratios}  {record['version']}"
