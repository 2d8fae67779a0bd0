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
    known: dict[str, Any] = {}
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
        if framework not in known:
            known[framework] = process(reads, process(submits, {}))
        return known[framework]

    return read


@pytest.fixture(params=ROWS, ids="-".join)
def row(request: pytest.FixtureRequest) -> tuple[str, str, str]:
    service, target, format_ = request.param
    return service, target, format_


def test_p19_qiskit_s_jobs_are_read_elsewhere(row: tuple[str, str, str], read_elsewhere: Callable[[str], Any]) -> None:
    """Bug: registers and their order known only to the process that ran the circuit (azure-quantum-python#160)."""
    service, target, _ = row
    told = read_elsewhere("qiskit")["-".join(row)]
    for one in (told["one"], told["by key"]):
        assert one["counts"] == {"010 0": 30}
        assert one["memory"] == ["010 0"] * 30
        assert one["names"] == ["single"]
        assert one["cregs"] == [[["pi", 1], ["β", 3]]]
        assert (one["target"], one["status"]) == (target, "DONE")
    whole = told["list"]
    assert whole["counts"] == whole["named"] == [{"010 0": 20}, {"001 0": 20}, {"100 0": 20}]
    assert whole["names"] == ["first", "second", "third"]
    assert whole["cregs"] == [[["pi", 1], ["β", 3]]] * 3
    if service == "azure":  # jobs of the Hub keep no metadata
        assert whole["metadata"] == [{"flipped": flipped, "note": "é"} for flipped in (0, 3, 2)]
    if target == "qudora.sim.xg1":  # the service's own job, which holds the whole list
        assert told["first"]["counts"] == whole["counts"]
        assert told["first"]["names"] == whole["names"]
    else:
        assert told["first"]["counts"] == {"010 0": 20}


def test_p19_cirq_s_jobs_are_read_elsewhere(row: tuple[str, str, str], read_elsewhere: Callable[[str], Any]) -> None:
    """Bug: keys, their order, the order of their qubits and what was inverted, known only to the process that ran."""
    _, target, _ = row
    told = read_elsewhere("cirq")["-".join(row)]
    first, second, third = "[[[1, 1]], [[0]]]", "[[[1, 0]], [[1]]]", "[[[0, 0]], [[0]]]"  # c inverted, a; b
    for one in (told["one"], told["by key"]):
        assert one["shots"] == [[first]]
        assert one["keys"] == [["β", "a b"]]
        assert one["shapes"] == [[[30, 1, 2], [30, 1, 1]]]
        assert (one["target"], one["status"]) == (target, "SUCCEEDED")
    whole = told["list"]
    assert whole["shots"] == [[first], [second], [third]]
    assert whole["keys"] == [["β", "a b"]] * 3
    assert whole["shapes"] == [[[20, 1, 2], [20, 1, 1]]] * 3
    if target == "qudora.sim.xg1":
        assert told["first"]["shots"] == whole["shots"]
    else:
        assert told["first"]["shots"] == [[first]]
