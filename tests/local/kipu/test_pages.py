"""Lists of jobs and workloads: pages, their order, and whose they are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.local.kipu.conftest import Hub, refused


def names(page: dict[str, Any]) -> list[str]:
    return [job["name"] for job in page["content"]]


@pytest.fixture
def full(make_hub: Callable[..., Hub]) -> Hub:
    """Five jobs, one a second, the first two with the same name."""
    now = [1_700_000_000 * 10**9]

    def clock() -> int:
        return now[0]

    hub = make_hub(clock=clock)
    for number, name in enumerate(["b", "b", "c", "a", "d"]):
        hub.submit(name=name, shots=number + 1)
        now[0] += 10**9
    return hub


def test_ascending_unless_told_otherwise(full: Hub, satisfies: Callable[..., Any]) -> None:
    """Bug: a client that takes the first page for the newest jobs."""
    page = satisfies(full.get("/jobs"), "PageResponseJob")
    assert [job["shots"] for job in page["content"]] == [1, 2, 3, 4, 5]
    assert (page["page"], page["size"], page["total_elements"], page["total_pages"]) == (0, 20, 5, 1)
    assert page["content"][0]["created_at"] == "2023-11-14 22:13:20"


def test_pages(full: Hub, satisfies: Callable[..., Any]) -> None:
    pages = [satisfies(full.get("/jobs", page=number, size=2), "PageResponseJob") for number in range(4)]
    assert [[job["shots"] for job in page["content"]] for page in pages] == [[1, 2], [3, 4], [5], []]
    assert {(page["total_elements"], page["total_pages"], page["size"]) for page in pages} == {(5, 3, 2)}
    assert [page["page"] for page in pages] == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        (["createdAt,desc"], [5, 4, 3, 2, 1]),
        (["created_at,desc"], [5, 4, 3, 2, 1]),
        (["createdAt"], [1, 2, 3, 4, 5]),
        (["createdAt,ASC"], [1, 2, 3, 4, 5]),
        (["name"], [4, 1, 2, 3, 5]),
        (["name,desc"], [5, 3, 2, 1, 4]),
        (["name,asc", "createdAt,desc"], [4, 2, 1, 3, 5]),
        (["name,shots,desc"], [5, 3, 2, 1, 4]),
        ([""], [1, 2, 3, 4, 5]),
    ],
)
def test_orders(full: Hub, sort: list[str], expected: list[int]) -> None:
    assert [job["shots"] for job in full.get("/jobs", sort=sort)["content"]] == expected
    # the same over the edges of pages
    paged = [full.get("/jobs", sort=sort, size=1, page=number)["content"][0]["shots"] for number in range(5)]
    assert paged == expected


@pytest.mark.parametrize(
    "query", [{"page": "-1"}, {"page": "x"}, {"size": "0"}, {"size": "1e3"}, {"page": "٣"}, {"sort": "secret"},
              {"sort": "id;--"}, {"size": "9" * 30}, {"sort": ["name"] * 9}],
)  # fmt: skip
def test_questions_that_are_refused(hub: Hub, query: dict[str, Any]) -> None:
    for path in ("/jobs", "/workloads"):
        assert hub.call("GET", path, **query).status_code == 400
        refused(hub.call("GET", path, **query), 400, "")


def test_a_page_may_be_smaller_than_asked_for_and_says_so(hub: Hub) -> None:
    assert hub.get("/jobs", size=100_000)["size"] == 2000


def test_workloads(hub: Hub, satisfies: Callable[..., Any]) -> None:
    """The only way to find a session whose id was lost."""
    session = hub.session()
    job = hub.submit()
    page = satisfies(hub.get("/workloads"), "PageResponseWorkloadResponse")
    found = [(entry["id"], entry["type"]) for entry in page["content"]]
    assert found == [(session, "SESSION"), (job, "JOB")]
    assert hub.get("/workloads", sort="createdAt,desc")["content"][-1]["id"] == session
    assert page["content"][0]["status"] == "OPEN"
    hub.call("DELETE", f"/sessions/{session}")
    assert hub.get("/workloads")["content"][0]["status"] == "CLOSED"


def test_organizations_do_not_see_each_other(hub: Hub) -> None:
    """Bug: a client that forgets the organization in one of its requests."""
    mine = hub.submit()
    hub.http.headers["X-OrganizationId"] = "org-1"
    theirs = hub.submit()
    assert [job["id"] for job in hub.get("/jobs")["content"]] == [theirs]
    refused(hub.call("GET", f"/jobs/{mine}"), 404, "was not found")
    del hub.http.headers["X-OrganizationId"]
    assert [job["id"] for job in hub.get("/workloads")["content"]] == [mine]
