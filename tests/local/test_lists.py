"""Lists: filters, order, pages."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from tests.local.conftest import Client, Stepped

from qrelay.local.azure.odata import FilterError, compile_filter, compile_order

ROWS = [
    ("o'clock", "Job", "ionq", "ionq.simulator", "Succeeded", 10),
    ("vqe and more", "Job", "rigetti", "rigetti.sim.qvm", "Failed", 1711929600 * 10**9),
    ("vqe", "Session", "ionq", "ionq.simulator", "Executing", 1711929600 * 10**9 + 100),
]


def names(condition: str, order: str = "CreationTime") -> list[str]:
    table = sqlite3.connect(":memory:")
    try:
        table.execute("CREATE TABLE items (name, kind, provider, target, state, created)")
        table.executemany("INSERT INTO items VALUES (?,?,?,?,?,?)", ROWS)
        sql = compile_filter(condition)
        query = f"SELECT name FROM items WHERE {sql.text} ORDER BY {compile_order(order).text}"
        return [row[0] for row in table.execute(query, sql.values)]
    finally:
        table.close()


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ("Name eq 'o''clock'", ["o'clock"]),
        ("startswith(Name, 'vqe')", ["vqe and more", "vqe"]),
        ("STARTSWITH(name,'vqe and') AND State ne 'Succeeded'", ["vqe and more"]),
        ("contains(Name, ' and ')", ["vqe and more"]),
        ("Name eq 'vqe' or Name eq 'o''clock' and ProviderId eq 'rigetti'", ["vqe"]),
        ("(Name eq 'vqe' or Name eq 'o''clock') and ProviderId eq 'IonQ'", ["o'clock", "vqe"]),
        ("not (ProviderId eq 'ionq')", ["vqe and more"]),
        ("JobType eq 'QuantumComputing'", ["o'clock", "vqe and more"]),
        ("not JobType eq 'QuantumComputing'", ["vqe"]),
        ("ItemType eq 'Session'", ["vqe"]),
        ("CreationTime ge 2024-04-01", ["vqe and more", "vqe"]),
        ("CreationTime gt 2024-04-01T00:00:00Z", ["vqe"]),
        ("CreationTime gt 2024-04-01T02:00:00.0000000+02:00", ["vqe"]),
        ("CreationTime le 2024-04-01", ["o'clock", "vqe and more"]),
        ("CreationTime le 9999-12-31 and CreationTime ge 0001-01-01", ["o'clock", "vqe and more", "vqe"]),
        ("not " * 19 + "Name eq 'vqe'", ["o'clock", "vqe and more"]),
        (" or ".join(["Name eq 'vqe'"] * 200), ["vqe"]),
        ("(Name eq 'a' or (Name eq 'b' and " * 9 + "Name eq 'vqe'" + "))" * 9, []),
        ("State eq '' or 'x' eq Name", None),
        ("Name eq 'a' and", None),
        ("Name like 'a'", None),
        ("Password eq 'a'", None),
        ("Name eq 'a'; DROP TABLE items", None),
        ("Name eq 'a", None),
        ("CreationTime ge 2024-13-01", None),
        ("startswith(CreationTime, 'a')", None),
        ("(" * 60 + "Name eq 'a'" + ")" * 60, None),
        ("not " * 45 + "Name eq 'a'", None),
        (" or ".join(["Name eq 'a'"] * 1001), None),
        ("", None),
    ],
)
def test_filters(condition: str, found: list[str] | None) -> None:
    if found is None:
        with pytest.raises(FilterError):
            compile_filter(condition)
    else:
        assert names(condition) == found


def test_orders() -> None:
    assert names("State ne ''", "Name desc") == ["vqe and more", "vqe", "o'clock"]
    assert names("State ne ''", "ProviderId asc, CreationTime desc") == ["vqe", "o'clock", "vqe and more"]
    for wrong in ("Name up", "Name asc desc", "Nothing", "", "Name,", ",".join(["Name"] * 2001)):
        with pytest.raises(FilterError):
            compile_order(wrong)


def pages(client: Client, path: str, **query: Any) -> list[list[str]]:
    answer = client.call("GET", path, **query)
    found = []
    while True:
        assert answer.status_code == 200, answer.text
        found.append([entry["name"] for entry in answer.json()["value"]])
        link = answer.json()["nextLink"]
        if link is None:
            return found
        assert link.startswith(client.base)
        assert len(found) < 20, "the pages go round in circles"
        answer = client.http.get(link)


@pytest.fixture
def filled(make_client: Callable[..., Client]) -> Client:
    client = make_client(schedule=Stepped())
    session = client.session(name="session")
    for number in range(5):
        client.submit(name=f"job & {number}", sessionId=session if number == 4 else None)
    return client


def test_pages_hold_every_item_once(filled: Client) -> None:
    assert pages(filled, "/jobs", top=2) == [["job & 4", "job & 3"], ["job & 2", "job & 1"], ["job & 0"]]
    assert pages(filled, "/jobs", top=2, orderby="Name asc", filter="startswith(Name, 'job & ')", skip=1) == [
        ["job & 1", "job & 2"],
        ["job & 3", "job & 4"],
    ]
    assert pages(filled, "/jobs", top=5) == [[f"job & {n}" for n in (4, 3, 2, 1, 0)]]
    assert pages(filled, "/sessions") == [["session"]]
    assert pages(filled, "/topLevelItems") == [["job & 3", "job & 2", "job & 1", "job & 0", "session"]]
    assert pages(filled, "/topLevelItems", filter="ItemType eq 'Session'") == [["session"]]
    assert pages(filled, "/jobs", filter="State eq 'Waiting' and Target eq 'ionq.simulator'", top=1000) == [
        [f"job & {n}" for n in (4, 3, 2, 1, 0)]
    ]


def test_pages_are_of_at_most_100(make_client: Callable[..., Client]) -> None:
    client = make_client(schedule=Stepped())
    for _ in range(101):
        client.session()
    answer = client.call("GET", "/sessions", top=500).json()
    assert len(answer["value"]) == 100
    assert len(client.http.get(answer["nextLink"]).json()["value"]) == 1


@pytest.mark.parametrize("query", [{"filter": "Name"}, {"orderby": "x"}, {"skip": "-1"}, {"top": "a"}, {"top": "0"}])
def test_bad_queries(client: Client, query: dict[str, str]) -> None:
    answer: httpx.Response = client.call("GET", "/jobs", **query)
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "InvalidQueryParameter"
