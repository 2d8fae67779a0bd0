"""P19: a job is read in another process, without its circuit."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import qrelay
from qrelay.local import LocalCloud, served

WORKSPACE = """
import json, os, sys
from qrelay.azure import Workspace
from qrelay.qiskit import Provider
provider = Provider(Workspace.from_connection_string(os.environ["AZURE_QUANTUM_CONNECTION_STRING"]))
"""

SUBMIT = (
    WORKSPACE
    + """
from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister
def made(name, flipped):
    circuit = QuantumCircuit(QuantumRegister(4, "q"), ClassicalRegister(1, "pi"), ClassicalRegister(3, "β"), name=name)
    circuit.x(flipped)
    circuit.measure(range(4), [2, 0, 3, 1])
    circuit.metadata = {"flipped": flipped, "note": "é"}
    return circuit
target, format_ = sys.argv[1:]
backend = provider.get_backend(target)
one = backend.run(made("single", 0), shots=30, memory=True, format=format_)
two = backend.run([made("first", 0), made("second", 3), made("third", 2)], shots=20, format=format_)
print(json.dumps([one.job_id(), two.job_id()]), flush=True)
os._exit(9)  # no goodbye of any kind
"""
)

READ = (
    WORKSPACE
    + """
def told(result):
    heads = [r.header if isinstance(r.header, dict) else r.header.to_dict() for r in result.results]
    return {"counts": result.get_counts(), "names": [head["name"] for head in heads],
            "metadata": [head["metadata"] for head in heads], "cregs": heads[0]["creg_sizes"]}
one, two = (provider.job(job_id) for job_id in sys.argv[1:])
print(json.dumps({"one": told(one.result()), "two": told(two.result()), "memory": one.result().get_memory(),
                  "backend": one.backend().name, "status": two.status().name,
                  "second": two.result().get_counts("second")}))
"""
)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with LocalCloud() as cloud, served(cloud) as url:
        yield url


@pytest.fixture
def process(address: str) -> Callable[..., Any]:
    source = str(Path(qrelay.__file__).parents[1])
    connection = (
        "SubscriptionId=00000000-0000-0000-0000-000000000001;ResourceGroupName=rg;WorkspaceName=ws;ApiKey=any;"
        f"QuantumEndpoint={address};"
    )
    environment = {**os.environ, "PYTHONPATH": source, "AZURE_QUANTUM_CONNECTION_STRING": connection}

    def run(script: str, *arguments: str, ends: int = 0) -> Any:
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", script, *arguments],
            env=environment, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == ends, done.stderr
        return json.loads(done.stdout)

    return run


@pytest.mark.parametrize(
    ("target", "format_"),
    [
        ("ionq.simulator", "ionq.circuit.v1"),
        ("rigetti.sim.qvm", "qir.v1"),
        ("quantinuum.sim.h2-1e", "honeywell.openqasm.v1"),
    ],
)
def test_p19_submitted_killed_and_read_elsewhere(target: str, format_: str, process: Callable[..., Any]) -> None:
    """Bug: registers and their order known only to the process that ran the circuit (azure-quantum-python#160)."""
    one, two = process(SUBMIT, target, format_, ends=9)
    told = process(READ, one, two)
    assert told["one"]["counts"] == {"010 0": 30}
    assert told["memory"] == ["010 0"] * 30
    assert told["two"]["counts"] == [{"010 0": 20}, {"001 0": 20}, {"100 0": 20}]
    assert told["second"] == {"001 0": 20}
    assert told["one"]["names"] == ["single"]
    assert told["two"]["names"] == ["first", "second", "third"]
    assert told["two"]["metadata"] == [{"flipped": flipped, "note": "é"} for flipped in (0, 3, 2)]
    assert told["one"]["cregs"] == [["pi", 1], ["β", 3]]
    assert (told["backend"], told["status"]) == (target, "DONE")
