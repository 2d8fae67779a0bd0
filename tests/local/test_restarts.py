"""Clouds that end: what their file keeps, and who may follow them in a process."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.local.conftest import Client, Gate, Stepped, bell_engine, until

from qrelay.errors import ConfigurationError
from qrelay.local import LocalCloud, served


def test_a_file_keeps_jobs_and_unfinished_ones_go_on(tmp_path: Path) -> None:
    """A restart must lose nothing: done jobs stay readable, waiting and executing ones end."""
    path, gate = tmp_path / "cloud.db", Gate()
    schedule = Stepped()
    with (
        LocalCloud(path, engine=gate, schedule=schedule) as cloud,
        served(cloud) as base,
        Client(cloud, base) as client,
    ):
        executing = client.submit().json()["id"]
        schedule.settle(lambda: client.job(executing)["status"] == "Executing")
        waiting = client.submit().json()["id"]
        gate.open.set()
    with (
        LocalCloud(path, engine=bell_engine, waiting=0, executing=0) as cloud,
        served(cloud) as base,
        Client(cloud, base) as client,
    ):
        for job_id in (executing, waiting):
            job = client.wait(job_id)
            assert job["status"] == "Succeeded"
            assert client.blob(job["outputDataUri"]).json()["histogram"] == {"0": 0.5, "3": 0.5}
    with LocalCloud(path, engine=gate) as cloud, served(cloud) as base, Client(cloud, base) as client:
        job = client.job(waiting)
        assert job["status"] == "Succeeded"


def test_a_job_does_not_fail_for_the_end_of_the_process(tmp_path: Path) -> None:
    """A process that ended without closing its cloud left the job it simulated as failed for good, in the file."""
    path, schedule = tmp_path / "cloud.db", Stepped()
    asked = threading.Event()

    def ending(*_: Any) -> Any:
        asked.set()
        raise RuntimeError("cannot schedule new futures after interpreter shutdown")  # as concurrent.futures says it

    with (
        LocalCloud(path, engine=ending, schedule=schedule) as cloud,
        served(cloud) as base,
        Client(cloud, base) as client,
    ):
        made = client.submit().json()["id"]
        schedule.settle(asked.is_set)
        until(schedule.step, lambda stepped: not stepped)
        assert client.job(made)["status"] == "Executing"
    with (
        LocalCloud(path, engine=bell_engine, waiting=0, executing=0) as cloud,
        served(cloud) as base,
        Client(cloud, base) as client,
    ):
        assert client.wait(made)["status"] == "Succeeded"


def test_close_twice_and_with_work_under_way(tmp_path: Path) -> None:
    gate = Gate()
    cloud = LocalCloud(tmp_path / "cloud.db", engine=gate, waiting=0, executing=0)
    with served(cloud) as base, Client(cloud, base) as client:
        client.wait(client.submit().json()["id"], "Executing")
    cloud.close()
    cloud.close()
    gate.open.set()


def test_a_file_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("this is no database, and long enough to show it " * 40)
    for path in (tmp_path / "text", tmp_path / "missing" / "cloud.db"):
        with pytest.raises(ConfigurationError, match=path.name):
            LocalCloud(path)


def test_clouds_may_follow_one_another_in_a_process(make_client: Callable[..., Client]) -> None:
    """Qiskit 2.6 crashed the process once the thread that had imported it was gone with the first cloud."""
    for _ in range(3):
        client = make_client(engine=None)
        assert client.wait(client.submit().json()["id"])["status"] == "Succeeded"
        client.cloud.close()


def test_clouds_one_after_the_other_crash_nothing(tmp_path: Path) -> None:
    """As above, in a process that has imported Qiskit nowhere else."""
    import os
    import subprocess
    import sys

    program = tmp_path / "program.py"
    program.write_text(
        "import gc\n"
        "from tests.local.conftest import Client\n"
        "from qrelay.local import LocalCloud, served\n"
        "for _ in range(3):\n"
        "    with LocalCloud(waiting=0, executing=0) as cloud, served(cloud) as base, Client(cloud, base) as client:\n"
        "        print(client.wait(client.submit().json()['id'])['status'])\n"
        "    gc.collect()\n"
    )
    root = Path(__file__).parents[2]
    paths = [str(root), str(root / "src"), *filter(None, [os.environ.get("PYTHONPATH")])]
    done = subprocess.run(
        [sys.executable, program],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(paths)},
        capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip
    assert done.stdout.split() == ["Succeeded"] * 3, done.stderr
