"""Submit in one process, read in another: the job's id is all that the second one needs.

The embedded cloud keeps its jobs in a file here; a real workspace keeps them itself, and `Workspace.from_env()` takes
the place of `Workspace.local(data=…)`.

    python retrieve_job.py                  both, in two processes
    python retrieve_job.py submit FILE      writes the job's id
    python retrieve_job.py read FILE ID     writes the counts
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from qrelay.azure import Workspace
from qrelay.qiskit import Provider


def submit(data: Path) -> str:
    from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister

    circuit = QuantumCircuit(QuantumRegister(3), ClassicalRegister(2, "a"), ClassicalRegister(1, "b"))
    circuit.x([0, 2])
    circuit.measure([1, 0, 2], [0, 1, 2])
    with Workspace.local(data=data) as workspace:
        job = Provider(workspace).get_backend("ionq.simulator").run(circuit, shots=100)
        return job.job_id()


def read(data: Path, job_id: str) -> dict[str, int]:
    with Workspace.local(data=data) as workspace:
        return dict(Provider(workspace).job(job_id).result().get_counts())


def both() -> None:
    with tempfile.TemporaryDirectory() as folder:
        data = str(Path(folder) / "cloud.sqlite")
        job_id = again("submit", data)
        print("submitted", job_id)
        counts = again("read", data, job_id)
        print("read     ", counts)
        assert counts == "{'1 10': 100}"


def again(*arguments: str) -> str:
    """Run this file in a process of its own."""
    ran = subprocess.run([sys.executable, __file__, *arguments], check=True, capture_output=True, text=True)
    return ran.stdout.strip()


if __name__ == "__main__":
    match sys.argv[1:]:
        case []:
            both()
        case ["submit", data]:
            print(submit(Path(data)))
        case ["read", data, job_id]:
            print(read(Path(data), job_id))
        case _:
            sys.exit(__doc__)
