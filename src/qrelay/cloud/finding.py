"""Finding what a name or an id stands for: a target by any spelling, the jobs of a list, the sessions that are open."""

from __future__ import annotations

import asyncio
import difflib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from qrelay.cloud.batch import Batch
from qrelay.cloud.service import JobRecord, Service, SessionRecord
from qrelay.cloud.target import Target, plain_name
from qrelay.errors import NotFound, UnknownTarget

__all__ = ["members", "named", "readable", "session_records", "unknown_target"]

_MEMBERS_ASKED = 64  # before the first of them is asked how many there are


def named(targets: Sequence[Target], id: str) -> Target | None:  # noqa: A002 - the word of the contract
    exact = next((target for target in targets if target.id == id), None)
    return exact or next((target for target in targets if plain_name(target.id) == plain_name(id)), None)


def unknown_target(service: str, targets: Sequence[Target], id: str) -> UnknownTarget:  # noqa: A002
    near = difflib.get_close_matches(id.lower(), [target.id for target in targets], n=3, cutoff=0.5)
    owner, dot, _ = id.lower().partition(".")
    if dot:  # likeness in the rest only is that of a name of another service's
        whole = id.lower()  # the Hub's azure.ionq.simulator ends in Azure's own name
        near = [one for one in near if whole.endswith(f".{one}") or difflib.get_close_matches(owner, one.split("."))]
    hint = f"Did you mean {' or '.join(near)}?" if near else "targets() lists what there is."
    return UnknownTarget(f"{service} has no target {id!r}. {hint}", name=id, suggestions=near)


async def readable(service: Service, record: JobRecord) -> JobRecord:
    """The record with its layouts, so that the number of its circuits is known."""
    if record.layouts is not None:
        return record
    layouts = await service.layouts(record)
    return replace(record, layouts=layouts, circuits=len(layouts))


async def members(service: Service, batch: Batch) -> list[JobRecord | None]:
    """The jobs of a list in order, None for those that were never submitted.

    Raises NotFound if none was, and for a mangled id, which must neither leave circuits out nor invent some.
    """
    jobs = -(-batch.count // batch.each)
    first = range(min(jobs, _MEMBERS_ASKED))  # ten million keys, of an id with one digit off, take a minute to make
    found = list(await service.submitted([batch.key(index) for index in first]))
    alone = not batch.composite and found != [None]  # one job of the service by its own key, be it out of a list
    if found == [None] and not batch.composite:  # the id of a longer list, cut short?
        found = list(await service.submitted([replace(batch, count=batch.each + 1).key(0)]))
    said = next((record.list_size for record in found if record and record.list_size is not None), batch.count)
    if said != batch.count and not alone:
        raise NotFound(
            f"There is no list of {batch.count} circuits under that id; the one there is has {said}: "
            f"{replace(batch, count=said).id}",
            job_id=batch.id,
        )
    if jobs > _MEMBERS_ASKED:
        found += await service.submitted([batch.key(index) for index in range(_MEMBERS_ASKED, jobs)])
    if all(record is None for record in found):
        raise NotFound(f"{service.name} knows none of the {jobs} jobs of {batch.id}.", job_id=batch.id)

    async def read(record: JobRecord | None) -> JobRecord | None:
        return None if record is None else await readable(service, record)

    records = await asyncio.gather(*map(read, found))
    for record, size in zip(records, batch.sizes, strict=True):
        if record is not None and record.circuits != size:
            raise NotFound(
                f"{batch.id} is no id of a list: its job {record.id} has {record.circuits} circuits, not {size}. Take "
                "the id as the list's job told it.",
                job_id=batch.id,
            )
    return records


async def session_records(service: Service, open_: bool | None, filters: Mapping[str, Any]) -> list[SessionRecord]:
    """The account's sessions, or those of them that are open, or that have ended, as far as the filters say."""
    limit = filters.get("limit")
    if limit is not None and limit < 1:
        return []
    # the limit counts what `open_` leaves, which the service does not know of
    asked = filters if open_ is None else {name: value for name, value in filters.items() if name != "limit"}
    found: list[SessionRecord] = []
    async for record in service.sessions(**asked):
        if open_ is None or record.state.ended is not open_:
            found.append(record)
            if len(found) == limit:
                break
    return found
