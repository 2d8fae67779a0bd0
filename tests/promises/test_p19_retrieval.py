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
from corners import ROWS

import qrelay
from qrelay.local import LocalCloud, served

# One process submits on all targets, and is killed; another one reads. Each imports one framework only.

_START = """
import json, os, sys
from qrelay.azure import Workspace
from qrelay.kipu import Hub
address = os.environ["EMBEDDED"]
accounts = {
    "azure": Workspace(subscription_id="s", resource_group="g", name="w", endpoint=address, credential="k"),
    "kipu": Hub("t", base_url=address + "/quantum"),
}
rows, given = json.loads(sys.argv[1]), json.loads(sys.argv[2])
said = {}
"""

_END = """
print(json.dumps(said), flush=True)
os._exit(9)  # no goodbye of any kind
"""

_NOTED = """
def noted(one, two):
    key = next((tag[7:-2] for tag in one.record.raw.get("tags", ()) if tag.startswith("qrelay-")), one.id)
    return {"one": one.id, "list": two.id, "by key": f"batch-{key}-1", "first": two.records[0].id}
"""

_QISKIT_SUBMITS = (
    _START
    + _NOTED
    + """
from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister
from qrelay.qiskit import Provider
def made(name, flipped):
    circuit = QuantumCircuit(QuantumRegister(4, "q"), ClassicalRegister(1, "pi"), ClassicalRegister(3, "β"), name=name)
    circuit.x(flipped)
    circuit.measure(range(4), [2, 0, 3, 1])
    circuit.metadata = {"flipped": flipped, "note": "é"}
    return circuit
for row in rows:
    service, target, format_ = row
    backend = Provider(accounts[service]).get_backend(target)
    one = backend.run(made("single", 0), shots=30, memory=True, format=format_)
    two = backend.run([made("first", 0), made("second", 3), made("third", 2)], shots=20, format=format_)
    said["-".join(row)] = noted(one.cloud_job, two.cloud_job)
"""
    + _END
)

_QISKIT_READS = (
    _START
    + """
from qrelay.qiskit import Provider
def told(job):
    result = job.result()
    heads = [r.header if isinstance(r.header, dict) else r.header.to_dict() for r in result.results]
    return {"counts": result.get_counts(), "memory": result.get_memory(0), "target": job.backend().name,
            "names": [head["name"] for head in heads], "metadata": [head["metadata"] for head in heads],
            "cregs": [head["creg_sizes"] for head in heads], "status": job.status().name,
            "named": [result.get_counts(head["name"]) for head in heads]}
for row, ids in given.items():
    provider = Provider(accounts[row.split("-")[0]])
    said[row] = {what: told(provider.job(id_)) for what, id_ in ids.items()}
assert "cirq" not in sys.modules
"""
    + _END
)

_CIRQ_SUBMITS = (
    _START
    + _NOTED
    + """
import cirq
from qrelay.cirq import Service
a, b, c = cirq.GridQubit(0, 1), cirq.NamedQubit("zed"), cirq.LineQubit(7)
def made(flipped):
    measured = [cirq.measure(c, a, key="β", invert_mask=(True,)), cirq.measure(b, key="a b")]
    return cirq.Circuit(cirq.Moment(cirq.X(flipped)), cirq.Moment(measured))
for row in rows:
    service, target, format_ = row
    sampler = Service(accounts[service]).sampler(target, format=format_)
    one = sampler.submit(made(a), repetitions=30)
    two = sampler.submit_batch([made(a), made(b), made(c)], repetitions=20)
    said["-".join(row)] = noted(one.cloud_job, two.cloud_job)
"""
    + _END
)

_CIRQ_READS = (
    _START
    + """
from qrelay.cirq import Service
def told(job):
    return {"target": job.target, "status": job.status().name,
            "keys": [list(result.records) for result in job.results()],
            "shapes": [[records.shape for records in result.records.values()] for result in job.results()],
            "shots": [sorted({str([bits.tolist() for bits in shot])
                              for shot in zip(*result.records.values(), strict=True)}) for result in job.results()]}
for row, ids in given.items():
    service = Service(accounts[row.split("-")[0]])
    said[row] = {what: told(service.job(id_)) for what, id_ in ids.items()}
assert "qiskit" not in sys.modules
"""
    + _END
)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with LocalCloud(waiting=0.0, executing=0.0) as cloud, served(cloud) as url:
        yield url


@pytest.fixture(scope="module")
def read_elsewhere(address: str) -> Callable[[str], Any]:
    """By framework: what a second process reads of the jobs of a first one, by row and by the id it was given."""
    environment = {**os.environ, "PYTHONPATH": str(Path(qrelay.__file__).parents[1]), "EMBEDDED": address}

    def process(script: str, given: Any) -> Any:
        arguments = [json.dumps(ROWS), json.dumps(given)]
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", script, *arguments],
            env=environment, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == 9, done.stderr
        return json.loads(done.stdout)

    def read(framework: str) -> Any:
        submits, reads = {"qiskit": (_QISKIT_SUBMITS, _QISKIT_READS), "cirq": (_CIRQ_SUBMITS, _CIRQ_READS)}[framework]
        return process(reads, process(submits, {}))

    return read


def _rows(everything: dict[str, Any]) -> Iterator[tuple[tuple[str, str, str], Any]]:
    for row in ROWS:
        yield row, everything.pop("-".join(row))
    assert not everything


_WHOLE = {"qudora.sim.xg1", "iqm.qpu.garnet", "aqt.sim.ideal", "ibm.qpu.marrakesh"}  # a list is one job


def _service_s_own(row: tuple[str, str, str], whole: dict[str, Any], first: dict[str, Any]) -> dict[str, Any]:
    """What the service's own first job of the list holds: all of it, or the first circuit."""
    return whole if row[1] in _WHOLE else first


def test_p19_qiskit_s_jobs_are_read_elsewhere(read_elsewhere: Callable[[str], Any]) -> None:
    """Bug: registers and their order known only to the process that ran the circuit (azure-quantum-python#160)."""
    for row, told in _rows(read_elsewhere("qiskit")):
        single = _of_qiskit(row, {"single": 0}, [{"010 0": 30}])
        assert told["one"] == told["by key"] == single, row
        names = {"first": 0, "second": 3, "third": 2}
        whole = _of_qiskit(row, names, [{"010 0": 20}, {"001 0": 20}, {"100 0": 20}])
        assert told["list"] == whole, row
        assert told["first"] == _service_s_own(row, whole, _of_qiskit(row, {"first": 0}, [{"010 0": 20}])), row


def _of_qiskit(row: tuple[str, str, str], flipped: dict[str, int], counts: list[dict[str, int]]) -> dict[str, Any]:
    """What is read of circuits with these names, the qubit that each flips, and counts."""
    service, target, _ = row
    keeps = service == "azure"  # jobs of the Hub keep no metadata
    return {
        "counts": counts if len(counts) > 1 else counts[0],
        "memory": ["010 0"] * counts[0]["010 0"],
        "names": list(flipped),
        "named": counts,
        "metadata": [{"flipped": qubit, "note": "é"} if keeps else {} for qubit in flipped.values()],
        "cregs": [[["pi", 1], ["β", 3]]] * len(counts),
        "target": target,
        "status": "DONE",
    }


def test_p19_cirq_s_jobs_are_read_elsewhere(read_elsewhere: Callable[[str], Any]) -> None:
    """Bug: keys, their order, the order of their qubits and what was inverted, known only to the process that ran."""
    first, second, third = "[[[1, 1]], [[0]]]", "[[[1, 0]], [[1]]]", "[[[0, 0]], [[0]]]"  # c inverted, a; b
    for row, told in _rows(read_elsewhere("cirq")):
        assert told["one"] == told["by key"] == _of_cirq(row, 30, first), row
        whole = _of_cirq(row, 20, first, second, third)
        assert told["list"] == whole, row
        assert told["first"] == _service_s_own(row, whole, _of_cirq(row, 20, first)), row


def _of_cirq(row: tuple[str, str, str], shots: int, *seen: str) -> dict[str, Any]:
    """What is read of circuits each of which shows one thing in all shots."""
    return {
        "shots": [[one] for one in seen],
        "keys": [["β", "a b"]] * len(seen),
        "shapes": [[[shots, 1, 2], [shots, 1, 1]]] * len(seen),
        "target": row[1],
        "status": "SUCCEEDED",
    }
