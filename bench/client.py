"""One client of one service, in a process and an interpreter of its own: `python -m bench.client NAME ADDRESS`.

A line on standard output once it is connected; then, for each line on standard input, one job is submitted and waited
for, and a line of JSON says what it took. Needs the packages of that client only, so that a vendor's SDK can run in an
environment without ours.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import platform
import sys
import time
import uuid
import warnings
from collections.abc import Callable
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from qiskit import QuantumCircuit

SHOTS = 1000
WORKSPACE: dict[str, Any] = {"subscription_id": str(uuid.UUID(int=1)), "resource_group": "rg", "name": "ws1"}
AZURE_TARGET, HUB_TARGET = "rigetti.sim.qvm", "kipu.sim.qsim"

Run = Callable[[Any], dict[str, int]]
"""From a circuit to its counts, by way of a job."""


def asymmetric() -> QuantumCircuit:
    """Two registers of unequal length, five qubits measured in another order; `end_to_end` knows the answer."""
    from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister

    qubits = QuantumRegister(5, "q")
    a, b = ClassicalRegister(2, "a"), ClassicalRegister(3, "b")
    circuit = QuantumCircuit(qubits, a, b, name="asymmetric")
    circuit.x(0)
    circuit.ry(0.8, 1)
    circuit.cx(1, 3)
    circuit.x(4)
    for qubit, bit in ((0, b[2]), (1, a[1]), (2, b[0]), (3, a[0]), (4, b[1])):
        circuit.measure(qubit, bit)
    return circuit


def _of(backend: Any) -> Run:
    return lambda circuit: dict(backend.run(circuit, shots=SHOTS).result().get_counts())


def _our_workspace(address: str) -> Run:
    from qrelay.azure import Workspace
    from qrelay.qiskit import Provider

    return _of(Provider(Workspace(**WORKSPACE, endpoint=address, credential="k")).get_backend(AZURE_TARGET))


def _our_hub(address: str) -> Run:
    from qrelay.kipu import Hub
    from qrelay.qiskit import Provider

    return _of(Provider(Hub("anything", base_url=f"{address}/quantum")).get_backend(HUB_TARGET))


def _azure_quantum(address: str) -> Run:
    os.environ["QDK_PYTHON_TELEMETRY"] = "none"
    from azure.core.credentials import AzureKeyCredential
    from azure.quantum import Workspace
    from azure.quantum.qiskit import AzureQuantumProvider

    workspace = Workspace(**WORKSPACE, location="eastus", credential=AzureKeyCredential("k"), _quantum_endpoint=address)
    return _of(AzureQuantumProvider(workspace).get_backend(AZURE_TARGET))


def _qhub_quantum(address: str) -> Run:
    os.environ |= {
        "QHUB_QUANTUM_BASE_URL": f"{address}/quantum",
        "KQH_PERSONAL_ACCESS_TOKEN": "anything",
        "KQH_CONFIG_FILE_PATH": os.devnull,
    }
    from qhub.quantum.sdk import HubQiskitProvider

    return _of(HubQiskitProvider().get_backend(HUB_TARGET))


CLIENTS: dict[str, tuple[Callable[[str], Run], str]] = {
    "qrelay on Azure": (_our_workspace, "qrelay"),
    "azure-quantum": (_azure_quantum, "azure-quantum"),
    "qrelay on the Hub": (_our_hub, "qrelay"),
    "qhub-quantum": (_qhub_quantum, "qhub-quantum"),
}
"""By name: how to connect, and the distribution whose version is told."""


def main(name: str, address: str) -> None:
    connect, distribution = CLIENTS[name]
    answers, sys.stdout = sys.stdout, io.StringIO()  # a client that prints shall not be read as an answer
    run = connect(address)
    circuit = asymmetric()
    _tell(answers, {"version": f"{distribution} {_version(distribution)}", "python": platform.python_version()})
    for _ in sys.stdin:
        began, used = time.perf_counter(), time.process_time()
        counts = run(circuit)
        used, took = time.process_time() - used, time.perf_counter() - began
        _tell(answers, {"cpu": used, "wall": took, "counts": counts})


def _version(distribution: str) -> str:
    if distribution == "qrelay":  # which may be a checkout that is not installed
        import qrelay

        return qrelay.__version__
    return version(distribution)


def _tell(answers: io.TextIOBase | Any, document: dict[str, Any]) -> None:
    answers.write(json.dumps(document) + "\n")
    answers.flush()


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    with contextlib.suppress(KeyboardInterrupt):
        main(*sys.argv[1:])
