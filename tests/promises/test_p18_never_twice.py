"""P18: one submission, never two jobs, whatever becomes of the answer; from every framework, on every service."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from corners import Way, number, numbers_read, ways
from embedded import CREATE, READ, Embedded

from qrelay.errors import PartialResult, ServiceError, UnclearOutcome
from qrelay.local import Fault, served

_Embedded = Callable[..., tuple[Embedded, Way]]

_ONE_OF_EACH = [  # of what follows from the service alone
    *ways(services=["azure"], formats=["ionq.circuit.v1"]),
    *ways(targets=["kipu.sim.qsim"]),
]


@pytest.mark.parametrize("fault", [{"drop": True}, {"status": 502, "committed": True}], ids=["lost", "502"])
def test_p18_committed_and_not_heard_of_is_one_job(fault: dict[str, Any], way: Way, embedded: _Embedded) -> None:
    """Bug: the answer is lost, the request is sent again, and two jobs are paid (qiskit-ibmq-provider#728; the Hub's
    own SDK sends three POSTs on a 500)."""
    one, here = embedded(way, Fault(*CREATE[way.service], **fault))
    job = here.submit(number(6), 10)
    assert [each["id"] for each in one.jobs()] == [way.id_of(job)]
    assert one.creations == 1
    assert numbers_read(way.read(job)) == [{6: 10}]
    assert len(one.jobs()) == 1


@pytest.mark.parametrize("way", _ONE_OF_EACH, indirect=True)
@pytest.mark.parametrize(
    "fault",
    [
        {"status": 500},
        {"status": 503, "retry_after": 2},
        {"status": 504},
        {"status": 200, "body": "<html>"},
        {"status": 201, "body": ""},
        {"status": 201, "body": "{}"},
    ],
    ids=["500", "503", "504", "a page", "nothing", "no id"],
)
def test_p18_an_answer_that_says_nothing_is_one_job(fault: dict[str, Any], way: Way, embedded: _Embedded) -> None:
    """Bug: the above, for whatever a service and the gateways before it may say when they have made a job."""
    one, here = embedded(way, Fault(*CREATE[way.service], committed=True, **fault))
    job = here.submit(number(6), 10)
    assert [each["id"] for each in one.jobs()] == [way.id_of(job)]
    assert one.creations == 1
    assert numbers_read(way.read(job)) == [{6: 10}]


@pytest.mark.parametrize("way", _ONE_OF_EACH, indirect=True)
def test_p18_a_connection_that_is_broken_off(way: Way, embedded: _Embedded) -> None:
    """Bug: the above, where there is a real connection, which the other side resets before it answers."""
    one, _ = embedded(way, Fault(*CREATE[way.service], drop=True))
    with served(one.cloud) as address, one.another_account(address=address) as account:
        job = way.on(account).submit(number(6), 10)
        assert [each["id"] for each in one.jobs()] == [way.id_of(job)]
        assert numbers_read(way.read(job)) == [{6: 10}]


@pytest.mark.parametrize("way", _ONE_OF_EACH, indirect=True)
def test_p18_a_throttled_submission_waits_as_it_is_told(way: Way, embedded: _Embedded, clock: Any) -> None:
    """Bug: a 429 raised at once, or repeated at once until the service locks the account."""
    one, here = embedded(way, Fault(*CREATE[way.service], status=429, retry_after=7, times=3))
    job = here.submit(number(9), 10)
    assert clock.elapsed >= 21.0
    assert one.creations == 4
    assert [each["id"] for each in one.jobs()] == [way.id_of(job)]
    assert numbers_read(way.read(job)) == [{9: 10}]


@pytest.mark.parametrize("fault", [{"drop": True}, {"status": 502, "committed": True}], ids=["lost", "502"])
def test_p18_what_the_service_will_not_say_is_unclear(fault: dict[str, Any], way: Way, embedded: _Embedded) -> None:
    """Bug: "not created" for a job that runs and costs, or a second one; an error without a way on."""
    one, here = embedded(way, Fault(*CREATE[way.service], **fault), Fault(*READ[way.service], status=503, times=None))
    with pytest.raises(UnclearOutcome, match="resume") as caught:
        here.submit(number(5), 10)
    error = caught.value
    assert isinstance(error, way.error)
    assert (error.target, one.creations) == (way.target, 1)
    one.cloud.app.clear()
    (there,) = one.jobs()
    assert error.tag in (there["id"], *there.get("tags", ()))  # users can look for it themselves
    job = _resumed(error)
    assert (job.id, one.creations, len(one.jobs())) == (there["id"], 1, 1)
    elsewhere = way.on(one.another_account())
    assert numbers_read(way.read(elsewhere.job(job.id))) == [{5: 10}]


def test_p18_what_never_arrived_becomes_one_job(way: Way, embedded: _Embedded) -> None:
    """Bug: a 500 before the commit looks like one after it. Azure's ids are the client's, so asking settles it; on the
    Hub a job that is not in the list may still appear, and only the user may say that it is sent again."""
    one, here = embedded(way, Fault(*CREATE[way.service], status=500))
    if way.service == "azure":
        job_id = way.id_of(here.submit(number(3), 10))
    else:
        with pytest.raises(UnclearOutcome) as caught:
            here.submit(number(3), 10)
        assert isinstance(caught.value, way.error)
        assert (one.jobs(), one.creations) == ([], 1)
        job_id = _resumed(caught.value).id
    assert [each["id"] for each in one.jobs()] == [job_id]
    assert one.creations == 2
    assert numbers_read(way.read(here.job(job_id))) == [{3: 10}]


def test_p18_a_list_of_which_every_answer_is_lost(way: Way, embedded: _Embedded) -> None:
    """Bug: members found again by the wrong one of several tags change places, or are there twice."""
    one, here = embedded(way, Fault(*CREATE[way.service], drop=True, times=None))
    values = [1, 2, 4, 8, 15]
    job = here.submit([number(value) for value in values], 10, **here.in_place)
    assert len(one.jobs()) == one.creations == (1 if way.list_is_one_job else len(values))
    assert numbers_read(way.read(job)) == [{value: 10} for value in values]
    elsewhere = way.on(one.another_account())
    assert numbers_read(way.read(elsewhere.job(way.id_of(job)))) == [{value: 10} for value in values]


@pytest.mark.parametrize("way", _ONE_OF_EACH, indirect=True)
def test_p18_an_unclear_member_of_a_list_leaves_the_others(way: Way, embedded: _Embedded) -> None:
    """Bug: one lost answer and the whole list is given up, or sent again."""
    unclear = Fault(*CREATE[way.service], drop=True, after=1)
    one, here = embedded(way, unclear, Fault(*READ[way.service], status=503, times=None))
    job = here.submit([number(value) for value in (1, 2, 4)], 10)
    one.cloud.app.clear()
    assert len(one.jobs()) == one.creations == 3
    with pytest.raises(PartialResult) as caught:
        way.read(job)
    (failure,) = caught.value.failures.values()
    assert isinstance(failure, UnclearOutcome)
    assert isinstance(failure, way.error)
    _resumed(failure)
    assert len(one.jobs()) == one.creations == 3
    elsewhere = way.on(one.another_account())  # by now nothing of it is unclear
    assert numbers_read(way.read(elsewhere.job(way.id_of(job)))) == [{1: 10}, {2: 10}, {4: 10}]


@pytest.mark.parametrize("way", _ONE_OF_EACH, indirect=True)
@pytest.mark.parametrize("status", [400, 403, 404, 422])
def test_p18_a_plain_refusal_is_not_repeated(status: int, way: Way, embedded: _Embedded) -> None:
    """Bug: what will never be taken is sent again and again."""
    one, here = embedded(way, Fault(*CREATE[way.service], status=status, times=None))
    with pytest.raises(ServiceError) as caught:
        here.submit(number(5), 10)
    assert isinstance(caught.value, way.error)
    assert not isinstance(caught.value, UnclearOutcome)
    assert (caught.value.status, caught.value.target) == (status, way.target)
    assert (one.creations, one.jobs()) == (1, [])


def _resumed(error: UnclearOutcome) -> Any:
    async def settle() -> Any:
        return await error.resume()

    return asyncio.run(settle())
