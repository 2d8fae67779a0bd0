"""Lists of circuits, retrieval from elsewhere: on the embedded cloud."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import subprocess
import sys
import uuid
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from qrelay.azure import Workspace
from qrelay.cloud import JobState
from qrelay.cloud.batch import Batch
from qrelay.errors import (
    AuthenticationError,
    IncompleteResult,
    InvalidOption,
    JobFailed,
    NotFound,
    PartialResult,
    QrelayError,
    ResultUnreadable,
    ServiceError,
)
from qrelay.formats import encode
from qrelay.local import Fault, LocalCloud, served
from qrelay.program import Program, Register

PATTERNS = ["001", "010", "100", "011", "110", "101", "111", "000"]


def test_p22_results_come_in_order(local: Callable[..., Workspace], flips: Any) -> None:
    """Sent side by side, the jobs end in any order; the answers must not follow it."""
    workspace = local()
    job = workspace.submit("rigetti.sim.qvm", [flips(bits) for bits in PATTERNS], shots=50)
    assert (job.count, job.composite) == (8, True)
    outcomes = job.results(timeout=60)
    assert [outcome.counts() for outcome in outcomes if outcome is not None] == [{bits: 50} for bits in PATTERNS]
    assert job.status() is JobState.SUCCEEDED
    with pytest.raises(QrelayError, match=r"results\(\)"):
        job.result()


class _Gate(httpx.AsyncBaseTransport):
    """Holds every submission back until as many are on their way as a list has circuits, or nothing more comes."""

    def __init__(self, app: Any, width: int) -> None:
        self._inner = httpx.ASGITransport(app=app)
        self._width = width
        self._all_here = asyncio.Event()
        self.together = 0
        self._inside = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.method == "PUT" and "/jobs/" in request.url.path:
            self._inside += 1
            self.together = max(self.together, self._inside)
            if self._inside == self._width:
                self._all_here.set()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._all_here.wait(), 2)
            self._inside -= 1
        return await self._inner.handle_async_request(request)


def test_p22_a_list_is_sent_side_by_side(remote: Callable[..., Workspace], flips: Any) -> None:
    """Bug: a hundred circuits, and each waits for the answer to the one before it."""
    with LocalCloud(waiting=0.01, executing=0.01) as cloud:
        gate = _Gate(cloud.app, len(PATTERNS))
        workspace = remote(None, transport=gate, clock=None, endpoint="http://127.0.0.1", location=None)
        workspace.submit("rigetti.sim.qvm", [flips(bits) for bits in PATTERNS], shots=50)
    assert gate.together == len(PATTERNS)


def test_the_answers_of_a_list_are_had_one_by_one(local: Callable[..., Workspace], flips: Any) -> None:
    """What the refusal told to use did not exist."""
    workspace = local()
    job = workspace.submit("ionq.simulator", [flips("01"), flips("10")], shots=20)
    with pytest.raises(QrelayError, match=r"`records`.*raw_result\(\)"):
        job.raw_result()
    raw = [workspace.job(record.id).raw_result(60) for record in job.records if record is not None]
    assert [json.loads(data)["histogram"] for data in raw] == [{"1": 1.0}, {"2": 1.0}]  # qubit 0 is the lowest bit


def test_p22_another_account_retrieves_the_list_by_its_id(flips: Any) -> None:
    """Registers and order come from the service, not from this process's memory."""
    with LocalCloud(waiting=0.01, executing=0.01) as cloud, served(cloud) as address:
        with _workspace(address) as here:
            id_ = here.submit("ionq.simulator", [flips(bits, bits) for bits in PATTERNS[:3]], shots=20).id
        with _workspace(address) as there:
            again = there.job(id_)
            assert again.count == 3
            outcomes = again.results(timeout=60)
            assert [o.counts() for o in outcomes if o is not None] == [{bits: 20} for bits in PATTERNS[:3]]
            assert [o.layout.name for o in outcomes if o is not None] == PATTERNS[:3]


def _workspace(address: str) -> Workspace:
    return Workspace(subscription_id="s", resource_group="g", name="w", endpoint=address, credential="k", quick=0.02)


def _failing(flips: Any) -> Any:
    """A payload that the service's own reader refuses."""
    return replace(encode(flips("001"), "ionq.circuit.v1"), data=b"{}")


def test_p22_a_failed_member_raises_with_the_others_outcomes(local: Callable[..., Workspace], flips: Any) -> None:
    workspace = local()
    job = workspace.submit("ionq.simulator", [flips("001"), _failing(flips), flips("100")], shots=30)
    with pytest.raises(PartialResult, match="1 of 3") as caught:
        job.results(timeout=60)
    assert {index: outcome.counts() for index, outcome in caught.value.outcomes.items()} == {
        0: {"001": 30},
        2: {"100": 30},
    }
    assert isinstance(caught.value.failures[1], JobFailed)
    partial = job.results(partial=True)
    assert [outcome and outcome.counts() for outcome in partial] == [{"001": 30}, None, {"100": 30}]
    assert job.status() is JobState.FAILED
    assert asyncio.run(job.results_async(partial=True)) == partial


def test_p22_a_list_of_which_only_some_were_submitted(local: Callable[..., Workspace], flips: Any) -> None:
    """The process dies half-way: what was paid for must be found again."""
    refused = Fault("PUT", "*/jobs/*", status=400, code="TooBusy", after=2, times=None)
    workspace = local(faults=[refused])
    job = workspace.submit("ionq.simulator", [flips(bits) for bits in PATTERNS[:4]], shots=10)
    assert sum(record is not None for record in job.records) == 2
    assert {type(error) for error in job.errors.values()} == {ServiceError}
    with pytest.raises(PartialResult, match="TooBusy") as caught:
        job.results(timeout=60)
    assert len(caught.value.outcomes) == 2
    assert {type(error) for error in caught.value.failures.values()} == {ServiceError}
    again = workspace.job(job.id)
    assert [record is not None for record in again.records] == [record is not None for record in job.records]
    with pytest.raises(PartialResult, match="never submitted") as caught:
        again.results(timeout=60)
    assert {type(error) for error in caught.value.failures.values()} == {NotFound}
    there = [outcome and outcome.counts() for outcome in again.results(partial=True)]
    assert there == [
        {bits: 10} if record is not None else None for bits, record in zip(PATTERNS[:4], job.records, strict=True)
    ]


def test_a_list_of_which_none_exists_is_not_found(local: Callable[..., Workspace]) -> None:
    workspace = local()
    with pytest.raises(NotFound):
        workspace.job(f"batch-{uuid.uuid4()}-3")
    with pytest.raises(NotFound):
        workspace.job(str(uuid.uuid4()))


def test_a_failed_job_names_its_cause(local: Callable[..., Workspace], flips: Any) -> None:
    job = local().submit("ionq.simulator", _failing(flips), shots=30)
    with pytest.raises(JobFailed) as caught:
        job.result(timeout=60)
    assert caught.value.job_id == job.id
    assert caught.value.target == "ionq.simulator"
    assert caught.value.code
    assert caught.value.code in str(caught.value)


def test_p22_a_member_that_cannot_be_asked_for_is_a_failure_of_its_own(
    local: Callable[..., Workspace], flips: Any
) -> None:
    """One job deleted in the portal: results() raised NotFound, and partial=True gave nothing, either."""
    workspace = local()
    job = workspace.submit("ionq.simulator", [flips("001"), flips("010"), flips("100")], shots=30)
    gone = job.records[1]
    assert gone is not None
    assert workspace._cloud is not None
    workspace._cloud.app.add(Fault("GET", f"*/jobs/{gone.id}", status=410, code="Gone", times=None))
    with pytest.raises(PartialResult, match="Gone") as caught:
        job.results(timeout=60)
    assert (sorted(caught.value.outcomes), sorted(caught.value.failures)) == ([0, 2], [1])
    assert [outcome and outcome.counts() for outcome in job.results(partial=True)] == [{"001": 30}, None, {"100": 30}]


def test_p22_refused_credentials_are_no_partial_result(local: Callable[..., Workspace], flips: Any) -> None:
    workspace = local()
    job = workspace.submit("ionq.simulator", [flips("001"), flips("010")], shots=30)
    assert workspace._cloud is not None
    workspace._cloud.app.add(Fault("GET", "*/jobs/*", status=403, times=None))
    with pytest.raises(AuthenticationError):
        job.results(timeout=60)


@pytest.mark.parametrize("count", [1, 2, 4, 9_999_999])
def test_a_mangled_lists_id_is_refused(local: Callable[..., Workspace], flips: Any, count: int) -> None:
    """One digit off: a shorter list left circuits out without a word, a longer one called some never submitted."""
    workspace = local()
    job = workspace.submit("ionq.simulator", [flips("001"), flips("010"), flips("100")], shots=30)
    with pytest.raises(NotFound, match=f"has 3: {job.id}$"):
        workspace.job(f"{job.id[:-1]}{count}")
    assert workspace.job(f" {job.id}\n").count == 3


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system has no fork")
def test_a_forked_child_is_told_that_the_embedded_cloud_stayed_behind() -> None:
    """Its worker does not exist in the child: jobs stayed Waiting there, and result() never came back."""
    script = (
        "import os\n"
        "from qrelay.azure import Workspace\n"
        "from qrelay.errors import ConfigurationError\n"
        "account = Workspace.local()\n"
        "account.targets()\n"
        "child = os.fork()\n"
        "if child:\n"
        "    raise SystemExit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))\n"
        "try:\n"
        "    account.targets(refresh=True)\n"
        "except ConfigurationError as error:\n"
        "    with Workspace.local() as own:\n"
        "        os._exit(0 if 'forked' in str(error) and own.targets() else 1)\n"
        "os._exit(2)\n"
    )
    ended = subprocess.run([sys.executable, "-c", script], check=False, capture_output=True, text=True, timeout=120)
    assert (ended.returncode, ended.stdout) == (0, ""), ended.stderr


def test_ids_with_blanks_around_them(local: Callable[..., Workspace], flips: Any) -> None:
    workspace = local()
    job = workspace.submit("ionq.simulator", flips("001"), shots=30)
    assert workspace.job(f" {job.id}\n").id == job.id
    with pytest.raises(InvalidOption, match="empty"):
        workspace.job(" ")


def test_p19_a_fresh_process_reads_the_answer(tmp_path: Path) -> None:
    """No circuit there, no registers in memory: both come with the job."""
    registers = (Register("alpha", (1, 0)), Register("β", (2,)))
    operations: list[Any] = [("x", (0,), ()), *(("measure", (2 - n,), (n,)) for n in range(3))]
    program = Program(3, 3, operations, registers, name="permuted")
    with LocalCloud(tmp_path / "cloud.db", waiting=0.01, executing=0.01) as cloud, served(cloud) as address:
        with _workspace(address) as here:
            job = here.submit("quantinuum.sim.h2-1e", program, shots=40, format="honeywell.openqasm.v1")
            expected = job.result(timeout=60).counts()
            assert expected == {"1 00": 40}
        script = (
            "import json, sys\n"
            "from qrelay.azure import Workspace\n"
            "w = Workspace(subscription_id='s', resource_group='g', name='w', endpoint=sys.argv[1], credential='k')\n"
            "with w:\n"
            "    o = w.job(sys.argv[2]).result(timeout=60)\n"
            "    print(json.dumps([o.counts(), [r.name for r in o.layout.registers], o.layout.name]))\n"
        )
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", script, address, job.id],
            capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [expected, ["alpha", "β"], "permuted"]


@pytest.mark.parametrize(
    ("metadata", "shots", "counts"),
    [
        ({"qiskit": "True", "name": "theirs", "num_qubits": "3", "meas_map": "[2, 0]"}, 100, {"01": 25, "10": 75}),
        ({"measurement0": "k\x1f2,0\x1ea\x1f1", "qubits": "3"}, 100, {"0 01": 25, "0 10": 75}),
        ({"qrelay.layout": '{"v":9}'}, 100, "guesses"),
        ({}, 0, "number of shots is unknown"),
    ],
    ids=["Qiskit", "Cirq", "of a later version", "no shots"],
)
def test_p19_jobs_of_others_on_ionq(
    remote: Callable[..., Workspace], metadata: dict[str, str], shots: int, counts: Any
) -> None:
    """The answer covers all qubits, and the metadata say which of them are bits, in which registers. What cannot be
    told is said: a job's own word on its shots that no job can have was the caller's mistake (InvalidOption)."""

    def serve(request: httpx.Request) -> httpx.Response:
        if request.url.host == "store.example":
            answer = b'{"histogram": {"4": 0.25, "1": 0.75}}'
            return httpx.Response(
                206, headers={"content-range": f"bytes 0-{len(answer) - 1}/{len(answer)}"}, content=answer
            )
        return httpx.Response(200, json={
            "id": "1", "status": "Completed", "target": "ionq.simulator", "providerId": "ionq",
            "inputDataFormat": "ionq.circuit.v1", "outputDataFormat": "ionq.quantum-results.v1",
            "inputParams": {"shots": shots}, "outputDataUri": "https://store.example:443/job-1/rawOutputData?sig=s",
            "metadata": metadata,
        })  # fmt: skip

    job = remote(serve).job("1")
    if isinstance(counts, str):
        with pytest.raises((IncompleteResult, ResultUnreadable), match=counts):
            job.result().counts()
        assert shots or job.result().probabilities == {"001": 0.75, "100": 0.25}
    else:
        assert job.result().counts() == counts


def test_p22_an_unreadable_member_is_a_failure_of_its_own(local: Callable[..., Workspace], flips: Any) -> None:
    broken = Fault("GET", "*/rawOutputData", status=200, body="no json", times=1)
    job = local(faults=[broken]).submit("ionq.simulator", [flips("01"), flips("10")], shots=10)
    with pytest.raises(PartialResult) as caught:
        job.results(timeout=60)
    assert [type(error) for error in caught.value.failures.values()] == [ResultUnreadable]
    assert len(caught.value.outcomes) == 1
    assert [o is not None and o.counts() for o in job.results()] == [{"01": 10}, {"10": 10}]  # readable by now


def test_p19_a_store_outlives_its_process(tmp_path: Path, flips: Any) -> None:
    with Workspace.local(data=tmp_path / "cloud.db", waiting=0.01, executing=0.01) as before:
        id_ = before.submit("rigetti.sim.qvm", flips("0110"), shots=40).id
    with Workspace.local(data=tmp_path / "cloud.db", waiting=0.01, executing=0.01) as after:
        assert after.job(id_).result(timeout=60).counts() == {"0110": 40}


def test_members_ids_depend_on_group_and_index_only() -> None:
    assert Batch("00000000-0000-0000-0000-000000000001", 3).key(2) == str(uuid.uuid5(uuid.UUID(int=1), "2"))


def test_asynchronous_twins(local: Callable[..., Workspace], flips: Any) -> None:
    workspace = local()

    async def main() -> Any:
        jobs = await asyncio.gather(
            *(workspace.submit_async("ionq.simulator", flips(bits), shots=20) for bits in PATTERNS)
        )
        return [(await job.result_async(timeout=60)).counts() for job in jobs]

    assert asyncio.run(main()) == [{bits: 20} for bits in PATTERNS]
    assert {t.id for t in asyncio.run(workspace.targets_async())} == {t.id for t in workspace.targets()}
