"""What the end of a job means: the state of several together, the outcomes in its answer, or why there is none."""

from __future__ import annotations

from collections.abc import Sequence

from qrelay.cloud.service import JobRecord, JobState
from qrelay.errors import JobCancelled, JobFailed, QrelayError, ResultUnreadable
from qrelay.results import Document, Outcome, decode_items
from qrelay.results.values import MOST_SHOTS

__all__ = ["combined_state", "failure", "read_answer", "without_shots"]


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


def read_answer(record: JobRecord, data: bytes) -> list[Outcome | Document]:
    """One outcome for each circuit of the job, or a document where there are no shots. Raises ResultUnreadable."""
    if record.output_format is None:
        raise ResultUnreadable(
            f"Job {record.id} does not say in which format its answer is. The bytes are in .data.", data=data, format=""
        )
    layouts = record.layouts or (None,)
    if record.needs_layouts and not all(layouts):
        raise ResultUnreadable(
            f"What qrelay wrote along with job {record.id}, which bits its registers have and which of them are "
            "inverted, did not come back whole, or a later qrelay wrote it. Without that its counts would be guesses. "
            "The bytes are in .data; qrelay.results.decode_items reads them with layouts=[program.layout, …] of the "
            "programs.",
            data=data,
            format=record.output_format,
        )
    told = len(layouts) > 1 or any(layouts)
    shots = record.shots if record.shots is not None and 0 < record.shots <= MOST_SHOTS else None  # tasks without any
    outcomes = decode_items(data, record.output_format, layouts if told else None, shots, seed=record.id)
    if len(outcomes) != len(layouts):
        raise ResultUnreadable(
            f"The answer holds {len(outcomes)} results and the job one circuit; qrelay.results.decode_items reads them "
            "all from the error's .data.",
            data=data,
            format=record.output_format,
        )
    return outcomes


def without_shots(record: JobRecord, document: Document, data: bytes) -> QrelayError:
    """Why a circuit of an answer that can be read has no outcome all the same."""
    if document.failure:
        return JobFailed(
            f"A circuit of job {record.id} on {record.target} has no result: {document.failure.strip().rstrip('.')}. "
            "Correct what the reason names and submit the circuit again.",
            job_id=record.id,
            target=record.target,
            reason=document.failure,
        )
    return ResultUnreadable(
        f"The answer of job {record.id} holds {document.holds} and no shots to count. job.raw_result(), in Qiskit and "
        f"Cirq job.cloud_job.raw_result(), has it as it came, and qrelay.decode(…, {document.format!r}) makes a "
        "document of it.",
        data=data,
        format=document.format,
    )


def failure(record: JobRecord) -> JobFailed:
    """Why a job that ended has no result, and what to do."""
    on = f"Job {record.id} on {record.target}"
    if record.state is JobState.CANCELLED:
        return JobCancelled(
            f"{on} was cancelled before it had a result. Submit it again if that was not meant.",
            job_id=record.id, target=record.target, code=record.error_code, reason=record.error_message,
        )  # fmt: skip
    why = ": ".join(part for part in (record.error_code, record.error_message) if part)
    if not why:
        why, advice = (
            "the service gives no reason",
            "Submit it again, and take another format or target if it fails again",
        )
    elif record.error_code == "ProviderTimeout":
        advice = "The provider took too long: submit it again later, or take another target"
    else:
        advice = "Correct what the reason names and submit it again, or take another format or target"
    return JobFailed(
        f"{on} failed: {why.strip().rstrip('.')}. {advice}.",
        job_id=record.id,
        target=record.target,
        code=record.error_code,
        reason=record.error_message,
    )
