"""An account on the embedded cloud whose shots are the same in every run of a test, and what Cirq itself says."""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import cirq
import pytest

from qrelay.azure import Workspace
from qrelay.cirq import Sampler, Service
from qrelay.cloud import Account, Submission


@pytest.fixture
def account(request: pytest.FixtureRequest) -> Iterator[Account]:
    dice = random.Random(request.node.nodeid)  # the embedded cloud draws its shots by the job's id
    with Workspace.local(new_id=lambda: str(uuid.UUID(int=dice.getrandbits(128), version=4))) as workspace:
        yield workspace


@pytest.fixture
def service(account: Account) -> Service:
    return Service(account)


@pytest.fixture
def sampler(service: Service) -> Sampler:
    return service.sampler("ionq.simulator")


@pytest.fixture
def submissions(account: Account, monkeypatch: pytest.MonkeyPatch) -> list[Submission]:
    """Every submission, as it goes to the service; it does go there."""
    seen: list[Submission] = []
    submit = account.service.submit

    async def watched(submission: Submission) -> Any:
        seen.append(submission)
        return await submit(submission)

    monkeypatch.setattr(account.service, "submit", watched)
    return seen


@pytest.fixture
def flip() -> cirq.Circuit:
    """One on the second of two qubits, under the key `m`."""
    one, two = cirq.LineQubit.range(2)
    return cirq.Circuit(cirq.X(two), cirq.measure(one, two, key="m"))


@pytest.fixture
def session_of(account: Account) -> Callable[[str], str | None]:
    """A job's session: what the service says, not what we remember."""
    return lambda job_id: account.job(job_id).record.session_id
