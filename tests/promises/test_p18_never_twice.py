"""P18: one submission, never two jobs, whatever becomes of the answer; from every framework, on every service."""

from __future__ import annotations

import asyncio
import importlib.util
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from dialects import DIALECTS, Dialect
from embedded import CREATE, READ, Embedded

from qrelay.errors import PartialResult, ServiceError, UnclearOutcome
from qrelay.local import Fault, served

_spec = importlib.util.spec_from_file_location("fake_clock", Path(__file__).parents[1] / "cloud" / "conftest.py")
assert _spec is not None
assert _spec.loader is not None
_module = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_module)
FakeClock = _module.FakeClock

_TARGETS = ("azure:ionq.simulator", "azure:rigetti.sim.qvm", "kipu:kipu.sim.qsim", "kipu:qudora.sim.xg1")


@pytest.fixture(params=sorted(DIALECTS))
def dialect(request: pytest.FixtureRequest) -> Dialect:
    return DIALECTS[request.param]


@pytest.fixture(params=_TARGETS)
def place(request: pytest.FixtureRequest) -> tuple[str, str]:
    """A service and one of its targets."""
    service, _, target = request.param.partition(":")
    return service, target


@pytest.fixture
def clock() -> Any:
    return FakeClock()


@pytest.fixture
def embedded(clock: Any, request: pytest.FixtureRequest) -> Iterator[Callable[..., Embedded]]:
    made: list[Embedded] = []

    def make(service: str, *faults: Fault) -> Embedded:
        made.append(Embedded(service, *faults, clock=clock, seed=request.node.nodeid))
        return made[-1]

    yield make
    for one in made:
        one.close()


_COMMITTED: dict[str, dict[str, Any]] = {
    "lost": {"drop": True},
    "500": {"status": 500, "committed": True},
    "502": {"status": 502, "committed": True},
    "503": {"status": 503, "committed": True, "retry_after": 2},
    "504": {"status": 504, "committed": True},
    "a page": {"status": 200, "body": "<html>", "committed": True},
    "nothing": {"status": 201, "body": "", "committed": True},
    "no id": {"status": 201, "body": "{}", "committed": True},
}


@pytest.mark.parametrize("fault", _COMMITTED)
def test_p18_committed_and_not_heard_of_is_one_job(
    fault: str, dialect: Dialect, place: tuple[str, str], embedded: Callable[..., Embedded]
) -> None:
    """Bug: the answer is lost, the request is sent again, and two jobs are paid (qiskit-ibmq-provider#728; the Hub's
    own SDK sends three POSTs on a 500)."""
    service, target = place
    one = embedded(service, Fault(*CREATE[service], **_COMMITTED[fault]))
    job = dialect.submit(dialect.runner(one.account, target), dialect.number(6))
    (there,) = one.jobs()
    assert dialect.id(job) == there["id"]
    assert one.creations == 1
    assert dialect.counts(job) == [{6: 10}]
    assert len(one.jobs()) == 1


@pytest.mark.parametrize("place", ["azure:ionq.simulator", "kipu:kipu.sim.qsim"], indirect=True)
def test_p18_a_connection_that_is_broken_off(
    dialect: Dialect, place: tuple[str, str], embedded: Callable[..., Embedded]
) -> None:
    """Bug: the above, where there is a real connection, which the other side resets before it answers."""
    service, target = place
    one = embedded(service, Fault(*CREATE[service], drop=True))
    with served(one.cloud) as address, one.another_account(address=address) as account:
        job = dialect.submit(dialect.runner(account, target), dialect.number(6))
        assert [each["id"] for each in one.jobs()] == [dialect.id(job)]
        assert dialect.counts(job) == [{6: 10}]


def test_p18_a_throttled_submission_waits_as_it_is_told(
    dialect: Dialect, place: tuple[str, str], embedded: Callable[..., Embedded], clock: Any
) -> None:
    """Bug: a 429 raised at once, or repeated at once until the service locks the account."""
    service, target = place
    one = embedded(service, Fault(*CREATE[service], status=429, retry_after=7, times=3))
    job = dialect.submit(dialect.runner(one.account, target), dialect.number(9))
    assert clock.elapsed >= 21.0
    assert one.creations == 4
    assert [each["id"] for each in one.jobs()] == [dialect.id(job)]
    assert dialect.counts(job) == [{9: 10}]


@pytest.mark.parametrize("what", [{"drop": True}, {"status": 502, "committed": True}], ids=["there", "there, 502"])
def test_p18_what_the_service_will_not_say_is_unclear(
    what: dict[str, Any], dialect: Dialect, place: tuple[str, str], embedded: Callable[..., Embedded]
) -> None:
    """Bug: "not created" for a job that runs and costs, or a second one; an error without a way on."""
    service, target = place
    one = embedded(service, Fault(*CREATE[service], **what), Fault(*READ[service], status=503, times=None))
    with pytest.raises(UnclearOutcome, match="resume") as caught:
        dialect.submit(dialect.runner(one.account, target), dialect.number(5))
    error = caught.value
    assert isinstance(error, dialect.error)
    assert (error.target, one.creations) == (target, 1)
    one.cloud.app.clear()
    (there,) = one.jobs()
    assert error.tag in (there["id"], *there.get("tags", ()))  # the user can look for it himself
    job = _resumed(error)
    assert (job.id, one.creations) == (there["id"], 1)
    assert dialect.counts(dialect.job(one.another_account(), job.id)) == [{5: 10}]
    assert len(one.jobs()) == 1


def test_p18_what_never_arrived_becomes_one_job(
    dialect: Dialect, place: tuple[str, str], embedded: Callable[..., Embedded]
) -> None:
    """Bug: a 500 before the commit looks like one after it. Azure's ids are the client's, so asking settles it; on the
    Hub a job that is not in the list may still appear, and only the user may say that it is sent again."""
    service, target = place
    one = embedded(service, Fault(*CREATE[service], status=500))
    runner = dialect.runner(one.account, target)
    if service == "azure":
        job_id = dialect.id(dialect.submit(runner, dialect.number(3)))
    else:
        with pytest.raises(UnclearOutcome) as caught:
            dialect.submit(runner, dialect.number(3))
        assert (one.jobs(), one.creations) == ([], 1)
        job_id = _resumed(caught.value).id
    assert [each["id"] for each in one.jobs()] == [job_id]
    assert one.creations == 2
    assert dialect.counts(dialect.job(one.account, job_id)) == [{3: 10}]


def test_p18_a_list_of_which_every_answer_is_lost(
    dialect: Dialect, place: tuple[str, str], embedded: Callable[..., Embedded]
) -> None:
    """Bug: members found again by the wrong one of several tags change places, or are there twice."""
    service, target = place
    one = embedded(service, Fault(*CREATE[service], drop=True, times=None))
    values = [1, 2, 4, 8, 15]
    job = dialect.submit(dialect.runner(one.account, target), [dialect.number(value) for value in values])
    assert len(one.jobs()) == one.creations == (1 if target == "qudora.sim.xg1" else 5)
    assert dialect.counts(job) == [{value: 10} for value in values]
    again = dialect.job(one.another_account(), dialect.id(job))
    assert dialect.counts(again) == [{value: 10} for value in values]


@pytest.mark.parametrize("place", [each for each in _TARGETS if "qudora" not in each], indirect=True)  # one job there
def test_p18_an_unclear_member_of_a_list_leaves_the_others(
    dialect: Dialect, place: tuple[str, str], embedded: Callable[..., Embedded]
) -> None:
    """Bug: one lost answer and the whole list is given up, or sent again."""
    service, target = place
    unclear = Fault(*CREATE[service], drop=True, after=1)
    one = embedded(service, unclear, Fault(*READ[service], status=503, times=None))
    job = dialect.submit(dialect.runner(one.account, target), [dialect.number(value) for value in (1, 2, 4)])
    one.cloud.app.clear()
    assert len(one.jobs()) == one.creations == 3
    with pytest.raises(PartialResult) as caught:
        dialect.counts(job)
    (failure,) = caught.value.failures.values()
    assert isinstance(failure, UnclearOutcome)
    assert isinstance(failure, dialect.error)
    _resumed(failure)
    assert len(one.jobs()) == one.creations == 3
    again = dialect.job(one.another_account(), dialect.id(job))  # by now nothing of it is unclear
    assert dialect.counts(again) == [{1: 10}, {2: 10}, {4: 10}]


@pytest.mark.parametrize("status", [400, 403, 404, 422])
def test_p18_a_plain_refusal_is_not_repeated(
    status: int, dialect: Dialect, place: tuple[str, str], embedded: Callable[..., Embedded]
) -> None:
    """Bug: what will never be taken is sent again and again."""
    service, target = place
    one = embedded(service, Fault(*CREATE[service], status=status, times=None))
    with pytest.raises(ServiceError) as caught:
        dialect.submit(dialect.runner(one.account, target), dialect.number(5))
    assert isinstance(caught.value, dialect.error)
    assert not isinstance(caught.value, UnclearOutcome)
    assert (caught.value.status, caught.value.target) == (status, target)
    assert (one.creations, one.jobs()) == (1, [])


def _resumed(error: UnclearOutcome) -> Any:
    async def settle() -> Any:
        return await error.resume()

    return asyncio.run(settle())
