"""What is sent for a submission, and the tag by which it is found again."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from qrelay.cloud.service import Submission
from qrelay.cloud.target import Target
from qrelay.errors import InvalidOption
from qrelay.kipu.families import family_of
from qrelay.kipu.inputs import job_input
from qrelay.kipu.models import CreateJobRequest, CreateSessionRequest, Job

__all__ = [
    "SESSION_NAME", "circuits_of", "job_request", "keeps_layouts", "key_of", "list_size_of", "session_request",
    "session_tag", "shots_of", "tag_of",
]  # fmt: skip

SESSION_NAME = "qrelay.name"
"""Where a session's metadata has its name: the Hub has no field for one."""

_CLIENT = "CLIENT"  # what the specification calls a client that is none of the vendor's own
_MODES = ("batch", "dedicated")
_SESSION_OPTIONS = ("mode", "ttl", "tags", "metadata")
_RESERVED = ("qhub:", "qrelay-")
_TAG = re.compile(
    r"qrelay-(?P<key>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})-(?P<circuits>[1-9][0-9]{0,6})"
    r"(?:x(?P<shots>[1-9][0-9]{0,9}))?(?:of(?P<list>[1-9][0-9]{0,6}))?(?P<bare>-bare)?"
)


def tag_of(submission: Submission) -> str:
    """The tag of one submission, in lower case: the Hub compares tags without case.

    `qrelay-KEY-3x100of7`: three circuits of a hundred shots each, out of a list of seven. Where there is but one, its
    shots are the job's own, and a circuit alone is no list. `-bare` follows where a program came without a layout.
    The Hub has been seen to tell the sum of all circuits' shots; where it tells what it was sent, only this shows it.
    """
    circuits, batch = len(submission.payloads), submission.batch
    shots = f"x{submission.shots}" if circuits > 1 else ""
    size = f"of{batch.count}" if batch is not None and batch.composite else ""
    bare = (
        "" if all(payload.layout is not None and payload.carries_layout for payload in submission.payloads) else "-bare"
    )
    return f"qrelay-{submission.key.lower()}-{circuits}{shots}{size}{bare}"


def session_tag(key: str) -> str:
    """The tag of one session."""
    return f"qrelay-session-{key.lower()}"


def _own_tag(job: Job) -> re.Match[str] | None:
    return next((found for tag in job.tags if (found := _TAG.fullmatch(tag.lower()))), None)


def key_of(job: Job) -> str | None:
    """The key of the submission that the job came from; None if it is not one of ours."""
    found = _own_tag(job)
    return found["key"] if found is not None else None


def circuits_of(job: Job) -> int | None:
    """How many circuits the job holds, as its tag says; None if it is not one of ours."""
    found = _own_tag(job)
    return int(found["circuits"]) if found is not None else None


def shots_of(job: Job) -> int | None:
    """The shots of each circuit, as its tag says; None where it does not."""
    found = _own_tag(job)
    return int(found["shots"]) if found is not None and found["shots"] is not None else None


def list_size_of(job: Job) -> int | None:
    """How many circuits the list has that the job belongs to; None if it is not known to be one of a list."""
    found = _own_tag(job)
    return int(found["list"]) if found is not None and found["list"] is not None else None


def keeps_layouts(job: Job) -> bool:
    """Whether qrelay wrote a layout into each of its programs."""
    found = _own_tag(job)
    return found is not None and found["bare"] is None


def job_request(submission: Submission) -> CreateJobRequest:
    """The body of a job's POST.

    Raises InvalidOption for tags and metadata that the Hub does not take, and for a payload that is not what its
    format says.
    """
    if submission.metadata:
        raise InvalidOption("Jobs of the Hub keep no metadata. Use tags, or the job's name.", option="metadata")
    target, payloads = submission.target, submission.payloads
    params = {**payloads[0].input_params, **submission.input_params}
    params.pop(target.shots_name, None)  # has a field of its own
    many = len(payloads) > 1
    return CreateJobRequest(
        backend_id=target.id,
        shots=submission.shots * len(payloads) if many and family_of(target.id).all_shots else submission.shots,
        input=job_input(payloads, submission.shots),
        input_format=payloads[0].format,
        input_params=params or None,
        name=submission.name,
        tags=[*check_tags(submission.tags), tag_of(submission)],
        session_id=submission.session_id,
        sdk_provider=_CLIENT,
    )


def session_request(target: Target, key: str, name: str, options: Mapping[str, Any]) -> CreateSessionRequest:
    """The body of a session's POST. Raises InvalidOption for an option, or a value, that the Hub does not take."""
    given = {option: value for option, value in options.items() if value is not None}
    unknown = next((option for option in given if option not in _SESSION_OPTIONS), None)
    if unknown is not None:
        known = ", ".join(_SESSION_OPTIONS)
        raise InvalidOption(f"A session here has no option {unknown!r}; it has {known}.", option=unknown)
    mode, ttl = given.get("mode", "dedicated"), given.get("ttl")
    tags, metadata = given.get("tags", ()), given.get("metadata", {})
    if mode not in _MODES:
        raise InvalidOption(f"mode is 'dedicated' or 'batch', not {mode!r}.", option="mode")
    if ttl is not None and (type(ttl) is not int or ttl < 1):
        raise InvalidOption(f"ttl is a whole number of seconds from 1 up, not {ttl!r}.", option="ttl")
    if isinstance(tags, str) or not all(isinstance(tag, str) for tag in tags):
        raise InvalidOption("tags takes a list of texts, such as tags=['mine'].", option="tags")
    if not isinstance(metadata, Mapping):
        raise InvalidOption("metadata takes a mapping, such as metadata={'run': 7}.", option="metadata")
    try:
        json.dumps(dict(metadata), allow_nan=False, ensure_ascii=False).encode()
    except (TypeError, ValueError, RecursionError):
        raise InvalidOption("metadata cannot be written as JSON.", option="metadata") from None
    return CreateSessionRequest(
        backend_id=target.id,
        provider=target.provider,
        mode=mode,
        ttl=ttl,
        tags=[*check_tags(tags), session_tag(key)],
        metadata={**metadata, SESSION_NAME: name},
        sdk_provider=_CLIENT,
    )


def check_tags(tags: Sequence[str]) -> list[str]:
    """Tags as the Hub will keep them: each once, whatever its case. Raises InvalidOption for reserved ones."""
    kept: dict[str, str] = {}
    for tag in tags:
        word = tag.strip()
        if not word:
            raise InvalidOption("A tag is empty.", option="tags")
        if word.lower().startswith(_RESERVED):
            raise InvalidOption(
                f"The tag {tag!r} begins with {' or '.join(_RESERVED)}, which are reserved. Choose another.",
                option="tags",
            )
        kept.setdefault(word.lower(), word)
    return list(kept.values())
