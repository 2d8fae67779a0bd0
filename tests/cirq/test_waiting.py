"""Who may wait for a sampler: plain code, duet's tasks, asyncio's, one inside the other; what interrupting does."""

from __future__ import annotations

import asyncio
import contextvars
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import Any

import cirq
import duet
import pytest
import sympy

from qrelay.cirq import Sampler, Service
from qrelay.cloud import Submission, loop
from qrelay.errors import UnboundParameters

A = cirq.LineQubit(0)


def _one(result: cirq.Result) -> int:
    (row,) = {tuple(bits) for bits in result.measurements["m"].tolist()}
    return int(row[-1])


def _circuits(count: int) -> list[cirq.Circuit]:
    return [cirq.Circuit(cirq.X(A) ** (index % 2), cirq.measure(A, key="m")) for index in range(count)]


def _by_duet(function: Callable[..., Any], *arguments: Any) -> Any:
    return duet.run(function, *arguments)


def _by_asyncio(function: Callable[..., Any], *arguments: Any) -> Any:
    async def main() -> Any:
        return await function(*arguments)

    return asyncio.run(main())


@pytest.fixture(params=[_by_duet, _by_asyncio], ids=["duet", "asyncio"])
def awaited(request: pytest.FixtureRequest) -> Callable[..., Any]:
    """Awaits what a function returns, from either framework."""
    function: Callable[..., Any] = request.param
    return function


def test_every_method_may_be_awaited(awaited: Callable[..., Any], sampler: Sampler, flip: cirq.Circuit) -> None:
    swept = cirq.Circuit(cirq.X(A) ** sympy.Symbol("x"), cirq.measure(A, key="m"))
    assert awaited(sampler.run_async, flip, None, 3) == sampler.run(flip, repetitions=3)
    assert awaited(sampler.run_sweep_async, swept, cirq.Points("x", [0, 1]), 2) == sampler.run_sweep(
        swept, cirq.Points("x", [0, 1]), 2
    )
    assert awaited(sampler.run_batch_async, [flip, swept], [None, {"x": 1}], [2, 3]) == sampler.run_batch(
        [flip, swept], [None, {"x": 1}], [2, 3]
    )
    assert awaited(sampler.run_sweep_async, flip, []) == []

    async def step_by_step() -> tuple[Any, ...]:
        job = await sampler.submit_async(flip, repetitions=2)
        batch = await sampler.submit_batch_async([flip, flip], repetitions=1)
        results, outcomes = await job.results_async(), await job.outcomes_async()
        state = await job.status_async()
        return job, results, await job.result_async(), outcomes, state, await batch.results_async()

    job, results, result, outcomes, state, batch_results = awaited(step_by_step)
    assert results == [result] == job.results()
    assert outcomes[0].shots_usable == 2
    assert state.ended
    assert len(batch_results) == 2


def test_the_service_may_be_awaited(awaited: Callable[..., Any], service: Service, flip: cirq.Circuit) -> None:
    async def walk() -> tuple[Any, ...]:
        targets = await service.targets_async(simulator=True, provider="ionq")
        sampler = await service.sampler_async(targets[0].id)
        job = await sampler.submit_async(flip, repetitions=2)
        found = await (await service.job_async(job.id)).result_async()
        ids = [listed.id async for listed in service.jobs_async(limit=5)]
        return targets, job, found, ids

    targets, job, found, ids = awaited(walk)
    assert [target.id for target in targets] == ["ionq.simulator"]
    assert ids == [job.id]
    assert _one(found) == 1


def test_a_hundred_runs_side_by_side(sampler: Sampler, account: Any) -> None:
    """Bug: runs one after another, or answers of one task in another's hands."""
    circuits = _circuits(100)

    async def gathered() -> list[cirq.Result]:
        return await asyncio.gather(*(sampler.run_async(circuit, None, 1) for circuit in circuits))

    assert [_one(result) for result in duet.pmap(sampler.run_async, circuits)] == [0, 1] * 50
    assert [_one(result) for result in asyncio.run(gathered())] == [0, 1] * 50


def test_one_inside_the_other(sampler: Sampler) -> None:
    """Bug: duet's current task, which asyncio and threads with a copied context inherit, taken for who is waiting."""
    none, one = _circuits(2)

    async def duet_in_asyncio() -> list[cirq.Result]:  # a notebook, whose loop is running
        return [sampler.run(none), duet.run(sampler.run_async, one), await sampler.run_async(none)]

    async def asyncio_in_duet() -> list[cirq.Result]:
        here = _by_asyncio(sampler.run_async, none)
        found: list[cirq.Result] = []
        inherited = contextvars.copy_context()
        thread = threading.Thread(target=lambda: found.append(inherited.run(_by_asyncio, sampler.run_async, one)))
        thread.start()
        thread.join()
        return [here, found[0], await sampler.run_async(none)]

    assert [_one(result) for result in asyncio.run(duet_in_asyncio())] == [0, 1, 0]
    assert [_one(result) for result in duet.run(asyncio_in_duet)] == [0, 1, 0]


def test_errors_arrive_where_it_is_awaited(awaited: Callable[..., Any], sampler: Sampler) -> None:
    circuit = cirq.Circuit(cirq.X(A) ** sympy.Symbol("x"), cirq.measure(A, key="m"))
    with pytest.raises(UnboundParameters) as caught:
        awaited(sampler.run_async, circuit)
    assert caught.value.names == ("x",)


def test_what_is_changed_after_the_call_does_not_reach_the_run(awaited: Callable[..., Any], sampler: Sampler) -> None:
    """Bug: circuits and dictionaries that a loop uses again are read when awaited, all in their last state."""
    circuit, values = cirq.Circuit(cirq.X(A) ** sympy.Symbol("x")), {"x": 0}
    measured = circuit + cirq.measure(A, key="m")
    runs = []
    for value in (0, 1):
        values["x"] = value
        runs.append(sampler.run_async(measured, values, 1))
    measured.append(cirq.measure(cirq.LineQubit(5), key="later"))

    async def both() -> list[cirq.Result]:
        return [await run for run in runs]

    assert [(list(result.records), _one(result)) for result in awaited(both)] == [(["m"], 0), (["m"], 1)]


def test_a_timeout_of_duet_cancels_the_waiting() -> None:
    """Bug: work that goes on, unseen, after the task that waited for it was interrupted."""
    ended = threading.Event()

    async def endless() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    async def impatient() -> None:
        async with duet.timeout_scope(0.02):
            await loop.later(endless)

    with pytest.raises(TimeoutError):
        duet.run(impatient)
    assert ended.wait(timeout=10)


def test_an_interrupted_submission_says_where_to_look(
    sampler: Sampler, monkeypatch: pytest.MonkeyPatch, flip: cirq.Circuit
) -> None:
    """Bug: only asyncio's own cancellation does, and a job that had arrived is lost from sight."""
    arrived = threading.Event()

    async def endless(submission: Submission) -> None:
        arrived.set()
        await asyncio.Event().wait()

    async def cancel(scope: Any) -> None:
        await loop.in_thread(arrived.wait)
        scope.cancel()

    async def impatient() -> None:
        async with duet.new_scope() as scope:
            scope.spawn(cancel, scope)
            await sampler.submit_async(flip)

    monkeypatch.setattr(sampler.account.service, "submit", endless)
    with pytest.raises(duet.CancelledError) as caught:
        duet.run(impatient)
    assert "account.job(" in "".join(caught.value.__notes__)


def test_a_failed_sibling_cancels_the_waiting(sampler: Sampler, submissions: list[Submission]) -> None:
    async def fail() -> None:
        await sampler.run_async(_circuits(1)[0])
        raise LookupError("mine")

    async def both() -> None:
        async with duet.new_scope() as scope:
            scope.spawn(fail)
            scope.spawn(lambda: loop.later(asyncio.sleep, 1000))

    with pytest.raises(LookupError, match="mine"):
        duet.run(both)
    assert len(submissions) == 1


_INTERRUPTED = """
import os, signal, sys, threading, time
import cirq, duet
from qrelay.azure import Workspace
from qrelay.cirq import Service

workspace = Workspace.local(waiting=1000)
sampler = Service(workspace).sampler("ionq.simulator")
circuit = cirq.Circuit(cirq.measure(cirq.LineQubit(0), key="m"))

def interrupt():
    while not workspace.jobs_submitted:
        time.sleep(0.01)
    time.sleep(0.1)  # submitted; it has still to begin to wait
    os.kill(os.getpid(), signal.SIGINT)

signal.signal(signal.SIGINT, signal.default_int_handler)  # shells have jobs in the background ignore it
threading.Thread(target=interrupt).start()
try:
    if sys.argv[1] == "duet":
        duet.run(sampler.run_async, circuit)
    else:
        sampler.run(circuit)
except KeyboardInterrupt:
    print("interrupted", len(list(Service(workspace).jobs())))
"""


@pytest.mark.skipif(os.name == "nt", reason="Ctrl-C is a signal here")
@pytest.mark.parametrize("how", ["plain", "duet"])
def test_ctrl_c_ends_the_waiting(how: str) -> None:
    """Bug: a wait of hours that only killing the process ends."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", _INTERRUPTED, how],
        capture_output=True, text=True, timeout=60, check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
    )  # fmt: skip
    assert done.stdout.strip() == "interrupted 1", done.stderr


def test_a_synchronous_run_on_qrelay_s_own_loop_is_refused(sampler: Sampler, flip: cirq.Circuit) -> None:
    """It would wait for itself for ever."""

    async def wrong() -> Any:
        return sampler.run(flip)

    with pytest.raises(RuntimeError, match="_async"):
        loop.call(wrong)
