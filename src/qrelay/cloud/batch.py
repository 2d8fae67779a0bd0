"""Composite jobs: a list of circuits under one id that says how many there are, so members are found without a list."""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence

from qrelay.cloud.service import JobRecord, JobState

__all__ = ["combined_state", "composite_id", "member_key", "parse_composite_id"]

_COMPOSITE = re.compile(r"batch-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})-([1-9][0-9]{0,6})", re.IGNORECASE)


def composite_id(group: str, count: int) -> str:
    return f"batch-{group}-{count}"


def parse_composite_id(job_id: str) -> tuple[str, int] | None:
    """Group and number of members, None if it is the id of a single job."""
    match = _COMPOSITE.fullmatch(job_id.strip())
    return (match[1].lower(), int(match[2])) if match else None


def member_key(group: str, index: int) -> str:
    """The id of one member: the same in every process."""
    return str(uuid.uuid5(uuid.UUID(group), str(index)))


def combined_state(records: Sequence[JobRecord | None]) -> JobState:
    """What a list of jobs is doing. A member that was never submitted counts as failed."""
    states = [record.state if record is not None else JobState.FAILED for record in records]
    if all(state.ended for state in states):
        for state in (JobState.FAILED, JobState.CANCELLED):
            if state in states:
                return state
        return JobState.SUCCEEDED
    for state in (JobState.CANCELLING, JobState.RUNNING):
        if state in states:
            return state
    if any(record is not None and record.state.ended for record in records):
        return JobState.RUNNING
    return JobState.UNKNOWN if JobState.UNKNOWN in states else JobState.QUEUED
