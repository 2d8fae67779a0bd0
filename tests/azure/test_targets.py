"""The list of targets: asked for seldom, and never so old that a new target is unknown."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from qrelay.azure import Workspace
from qrelay.errors import UnknownTarget, UnsupportedCircuit
from qrelay.formats import encode


class Status:
    """The service's provider status, which may change; what is asked is counted."""

    def __init__(self, *targets: str) -> None:
        self.targets = list(targets)
        self.asked = 0

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        assert request.url.path.endswith("/providerStatus")
        self.asked += 1
        await asyncio.sleep(0.01)  # others come while this one waits
        entries = [{"id": name, "currentAvailability": "Available", "averageQueueTime": 1} for name in self.targets]
        return httpx.Response(200, json={"value": [{"id": "ionq", "targets": entries}]})


def test_the_list_is_kept_for_five_minutes(remote: Callable[..., Workspace], clock: Any) -> None:
    """A request for the list before each of a loop's thousand jobs; or a queue that is hours old."""
    status = Status("ionq.simulator")
    workspace = remote(status)
    for _ in range(3):
        assert workspace.target("ionq.simulator").id == "ionq.simulator"
        assert [target.id for target in workspace.targets()] == ["ionq.simulator"]
    assert status.asked == 1
    clock.elapsed = 299.0
    workspace.targets()
    assert status.asked == 1
    clock.elapsed = 301.0
    workspace.targets()
    assert status.asked == 2
    workspace.targets(refresh=True)
    assert status.asked == 3


def test_those_who_ask_side_by_side_share_one_answer(remote: Callable[..., Workspace]) -> None:
    """A hundred submissions started together, each with a request of its own for the same list."""
    status = Status("ionq.simulator")
    workspace = remote(status)

    async def main() -> None:
        await asyncio.gather(*(workspace.target_async("ionq.simulator") for _ in range(20)))

    asyncio.run(main())
    assert status.asked == 1


def test_p32_a_target_that_appears_meanwhile_is_found_at_once(remote: Callable[..., Workspace]) -> None:
    """A new target unknown until the program is started again, or until the kept list is five minutes old."""
    status = Status("ionq.simulator")
    workspace = remote(status)
    workspace.targets()
    status.targets.append("ionq.qpu.new-1")
    assert workspace.target("ionq.qpu.new-1").id == "ionq.qpu.new-1"
    assert status.asked == 2
    with pytest.raises(UnknownTarget) as caught:
        workspace.target("ionq.qpu.new-2")
    assert caught.value.suggestions[0] == "ionq.qpu.new-1"
    assert status.asked == 3
    with pytest.raises(UnknownTarget) as caught:
        workspace.target("kipu.qpu.new-1")  # the other service's
    assert not caught.value.suggestions


def test_a_target_whose_answers_nobody_reads_takes_no_circuits(local: Callable[..., Workspace], flips: Any) -> None:
    """Every circuit that was sent to the service's echo failed, after the queue, over the answer that was asked for."""
    workspace = local()
    assert workspace.target("echo-quantinuum").formats == ()
    with pytest.raises(UnsupportedCircuit, match=r"answers qir\.v1 as honeywell\.qir\.v1.*raw_result"):
        workspace.submit("echo-quantinuum", flips("01"))
    job = workspace.submit("echo-quantinuum", encode(flips("01"), "qir.v1").data, shots=7)
    assert job.raw_result(30).count(b'"1"') == 7
